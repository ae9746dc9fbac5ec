// SPDX-License-Identifier: GPL-2.0-only
#include "playground/session.h"

#include <algorithm>
#include <filesystem>
#include <thread>

#include <fmt/format.h>

#include "base/file.h"
#include "base/text.h"
#include "packet/builder.h"
#include "packet/dissect.h"
#include "playground/frame_text.h"
#include "playground/guest.h"
#include "playground/pcap_file.h"

namespace verdict::playground {

namespace fs = std::filesystem;

namespace {

constexpr milliseconds command_timeout{ 60'000 };

/// Where a program of a file is pinned.
std::string pin_of(const std::string &file)
{
  const std::string name = fs::path(file).filename();
  return "/sys/fs/bpf/" + name.substr(0, name.find('.'));
}

} // namespace

Result<std::unique_ptr<Session>> Session::start(Machine &machine, const Column &column, Print print)
{
  std::unique_ptr<Session> session(new Session(machine, std::move(print)));
  session->agent_.set_health_check([&machine] { return machine.health(); });
  session->traffic_ = TRY(Traffic::start(machine, session->agent_, column));
  session->last_.resize(machine.nic_count());
  return session;
}

Result<bool> Session::run(const std::string &line)
{
  const Command command = TRY(parse_command(line));
  TRY(machine_.health());
  TRY(std::visit([this](const auto &one) { return run(one); }, command));
  return !std::holds_alternative<Quit>(command);
}

/// A line on a NIC and its wire.
std::string Session::describe(size_t index) const
{
  const GuestNic &nic = traffic_->nics()[index];
  const NicAddress &address = machine_.wire(index).address();
  return fmt::format("{}: {} ({}) is {} {}, and this end of its wire {} {}\n", nic.name, nic.ifname,
                     nic.driver, address.guest_mac.text(), address.guest_ip.text(),
                     address.host_mac.text(), address.host_ip.text());
}

void Session::introduce() const
{
  for (size_t i = 0; i < traffic_->nics().size(); i++)
    print_(describe(i));
}

void Session::show(const std::vector<Seen> &seen) const
{
  for (size_t i = 0; i < seen.size(); i++) {
    const GuestNic &nic = traffic_->nics()[i];
    if (!seen[i].came.empty())
      print_(fmt::format("{}: {} came\n{}", nic.name, count_of(seen[i].came.size(), "frame"),
                         describe_frames(seen[i].came)));
    if (!seen[i].counted.empty())
      print_(fmt::format("{} counted {}\n", nic.ifname, describe_growth(seen[i].counted)));
  }
}

Result<void> Session::send(const std::vector<Frame> &frames, size_t times)
{
  if (frames.empty())
    return fail("there is no frame in it");
  // As a NIC would: not every QEMU pads what comes from its other end of the wire.
  last_ = TRY(traffic_->send(nic_, padded(frames), times));
  print_(fmt::format("{}: {} sent\n{}", traffic_->nics()[nic_].name,
                     count_of(frames.size() * times, "frame"), describe_frames(frames)));
  if (std::all_of(last_.begin(), last_.end(), [](const Seen &seen) { return seen.came.empty(); }))
    print_("nothing came back\n");
  show(last_);
  if (last_[nic_].counted.empty())
    print_(traffic_->nics()[nic_].ifname + " counted nothing\n");
  return {};
}

Result<void> Session::run(const Help &help)
{
  print_(TRY(help_on(help.topic)));
  return {};
}

Result<void> Session::run(const Send &command)
{
  return send({ TRY(parse_frame(command.frame, machine_.wire(nic_).address())) }, command.count);
}

Result<void> Session::run(const SendCapture &command)
{
  return send(TRY(read_capture(command.file)), 1);
}

Result<void> Session::run(const Watch &watch)
{
  constexpr milliseconds tick{ 200 };
  const Deadline deadline(wire_timeout);
  size_t came = 0;
  if (key_pressed_) {
    // Keys do not show from now on.
    key_pressed_(milliseconds(0));
    print_("any key ends it\n");
  }
  for (;;) {
    const auto seen = TRY(traffic_->look());
    show(seen);
    for (const Seen &nic : seen)
      came += nic.came.size();
    if (watch.count ? came >= *watch.count : !key_pressed_)
      return {};
    if (key_pressed_) {
      if (key_pressed_(tick))
        return {};
    } else if (deadline.expired()) {
      return fail(fmt::format("{} came in {}, and not {}", count_of(came, "frame"), deadline.text(),
                              *watch.count));
    } else {
      std::this_thread::sleep_for(tick);
    }
  }
}

Result<void> Session::run(const SetWire &wire)
{
  TRY(machine_.qmp().command("set_link",
                             { { "name", traffic_->nics()[nic_].name }, { "up", wire.up } }));
  return {};
}

Result<void> Session::run(const SaveCapture &save)
{
  TRY(machine_.wire(nic_).flush_capture());
  const std::string capture =
      TRY(read_file(machine_.evidence() / (traffic_->nics()[nic_].name + ".pcapng")));
  return write_file(save.file, capture);
}

Result<void> Session::run(const Counters &)
{
  for (const auto &[name, value] : TRY(traffic_->counts(nic_))) {
    if (value)
      print_(fmt::format("{:>12}  {}\n", value, name));
  }
  return {};
}

Result<void> Session::run(const ChooseNic &choice)
{
  if (choice.index >= traffic_->nics().size())
    return fail(fmt::format("there is no NIC {}: the guest has {}, from 0 on", choice.index,
                            count_of(traffic_->nics().size(), "NIC")));
  nic_ = choice.index;
  print_(describe(nic_));
  return {};
}

/// How bpftool calls the mode in which this NIC runs programs.
std::string Session::xdp_mode() const
{
  return traffic_->nics()[nic_].mode == guest::XdpMode::native ? "xdpdrv" : "xdpgeneric";
}

/// Runs a command in the guest's shell, and shows it and what it writes.
Result<void> Session::in_guest(const std::string &command)
{
  print_("guest# " + command + "\n");
  return run(InGuest{ command });
}

Result<void> Session::run(const Attach &attach)
{
  const std::string object = TRY(put(attach.file));
  const std::string pin = shell_word(pin_of(attach.file));
  TRY(agent_.run({ "rm", "-f", pin_of(attach.file) }));
  TRY(in_guest("bpftool prog load " + shell_word(object) + " " + pin));
  return in_guest(fmt::format("bpftool net attach {} pinned {} dev {} overwrite", xdp_mode(), pin,
                              traffic_->nics()[nic_].ifname));
}

Result<void> Session::run(const Detach &)
{
  return in_guest(
      fmt::format("bpftool net detach {} dev {}", xdp_mode(), traffic_->nics()[nic_].ifname));
}

/// Brings a file into the guest: where it is there.
Result<std::string> Session::put(const std::string &file)
{
  const std::string content = TRY(read_file(file));
  const std::string there = fs::path(guest_home) / fs::path(file).filename();
  TRY(agent_.put(there, { reinterpret_cast<const uint8_t *>(content.data()), content.size() }));
  return there;
}

Result<void> Session::run(const Put &command)
{
  print_("it is " + TRY(put(command.file)) + "\n");
  return {};
}

Result<void> Session::run(const InGuest &command)
{
  const auto ended = TRY(agent_.run({ "sh", "-c", command.command }, command_timeout));
  print_(ended.out + ended.err);
  if (ended.status)
    return fail("the command failed with status " + std::to_string(ended.status));
  return {};
}

Result<void> Session::run(const Expect &expect)
{
  const Seen &seen = last_[nic_];
  uint64_t number = seen.came.size();
  if (expect.what != "frames") {
    if (!TRY(traffic_->counts(nic_)).contains(expect.what))
      return fail(fmt::format("{0} has no counter {1}; guest ethtool -S {0} lists them",
                              traffic_->nics()[nic_].ifname, expect.what));
    const auto counted = seen.counted.find(expect.what);
    number = counted == seen.counted.end() ? 0 : counted->second;
  }
  if (number != expect.number)
    return fail(fmt::format("{} is {}, and not {}", expect.what, number, expect.number));
  return {};
}

} // namespace verdict::playground
