// SPDX-License-Identifier: GPL-2.0-only
#include "playground/traffic.h"

#include <algorithm>
#include <iterator>
#include <thread>

namespace verdict::playground {

namespace {

constexpr milliseconds taken_timeout{ 5000 }, quiet_timeout{ 5000 };

} // namespace

Result<Traffic> Traffic::start(Machine &machine, guest::Agent &agent, const Column &column)
{
  Traffic traffic(machine, agent);
  for (size_t i = 0; i < machine.nic_count(); i++) {
    const Wire &wire = machine.wire(i);
    traffic.nics_.push_back({ .name = wire.name(),
                              .ifname = TRY(agent.ifname_of(wire.address().guest_mac.text())),
                              .driver = column.nics[i].driver,
                              .mode = column.nics[i].mode });
  }
  traffic.counts_ = TRY(traffic.all_counts());
  traffic.frames_.resize(traffic.nics_.size());
  return traffic;
}

Result<Counts> Traffic::counts(size_t nic)
{
  Counts counts;
  for (const auto &[name, value] : TRY(agent_->ethtool_stats(nics_[nic].ifname)))
    counts[name.substr(std::min(name.find_first_not_of(' '), name.size()))] = value;
  return counts;
}

Result<std::vector<Counts>> Traffic::all_counts()
{
  std::vector<Counts> all;
  for (size_t i = 0; i < nics_.size(); i++)
    all.push_back(TRY(counts(i)));
  return all;
}

/// Takes in what has come; whether that was anything.
Result<bool> Traffic::take_frames()
{
  bool any = false;
  for (size_t i = 0; i < nics_.size(); i++) {
    auto came = TRY(machine_->wire(i).take());
    any = any || !came.empty();
    frames_[i].insert(frames_[i].end(), std::make_move_iterator(came.begin()),
                      std::make_move_iterator(came.end()));
  }
  return any;
}

Result<void> Traffic::until_taken(size_t nic, const Deadline &deadline)
{
  while (TRY(machine_->wire(nic).unread()) > 0) {
    TRY(machine_->health());
    if (deadline.expired())
      return fail(nics_[nic].name + " has not taken all of it in " + deadline.text() +
                  ", and the rest waits on the wire; is " + nics_[nic].ifname + " up?");
    std::this_thread::sleep_for(milliseconds(1));
  }
  return {};
}

/// Waits until nothing comes and no counter moves. If the guest never rests, it waits no longer
/// than the deadline.
Result<void> Traffic::until_quiet(const Deadline &deadline)
{
  constexpr int enough = 2;
  auto before = TRY(all_counts());
  for (int quiet = 0; quiet < enough && !deadline.expired();) {
    std::this_thread::sleep_for(milliseconds(20));
    const bool came = TRY(take_frames());
    auto now = TRY(all_counts());
    quiet = came || now != before ? 0 : quiet + 1;
    before = std::move(now);
  }
  return {};
}

Result<std::vector<Seen>> Traffic::since_last()
{
  TRY(take_frames());
  auto now = TRY(all_counts());
  std::vector<Seen> seen;
  for (size_t i = 0; i < nics_.size(); i++)
    seen.push_back({ std::exchange(frames_[i], {}), growth(counts_[i], now[i]) });
  counts_ = std::move(now);
  return seen;
}

Result<std::vector<Seen>> Traffic::look()
{
  TRY(machine_->health());
  return since_last();
}

Result<std::vector<Seen>> Traffic::send(size_t nic, std::span<const Frame> frames, size_t times)
{
  TRY(take_frames());
  auto earlier = std::exchange(frames_, std::vector<std::vector<Frame>>(nics_.size()));
  counts_ = TRY(all_counts());
  for (size_t i = 0; i < times; i++)
    TRY(machine_->wire(nic).inject(frames));
  TRY(until_taken(nic, Deadline(taken_timeout)));
  TRY(until_quiet(Deadline(quiet_timeout)));
  auto seen = TRY(since_last());
  frames_ = std::move(earlier);
  return seen;
}

} // namespace verdict::playground
