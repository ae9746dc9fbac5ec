// SPDX-License-Identifier: GPL-2.0-only
#include "evidence/complaints.h"

#include <algorithm>
#include <thread>

#include <fmt/format.h>

#include "base/deadline.h"
#include "base/file.h"
#include "base/text.h"

namespace verdict {

namespace {

/// For a guest that has left a call unanswered already, and for one that has not.
constexpr milliseconds short_grace{ 2000 }, grace{ 10000 };

/// The last line of a log that is complete. The kernel keeps a line back until it ends.
constexpr const char *log_mark = "verdict: the log is complete so far";
constexpr milliseconds log_poll{ 1 };

/// Ends a guest whose agent does not answer.
void end_hang(Machine &machine, const std::string &silence, SourceLines *lines)
{
  const auto cpus = cpu_positions(machine);
  const std::string where = cpus ? where_cpus_are(*cpus, lines) : cpus.error().message;
  machine.end_as_hang("the agent does not answer (" + silence + "); " + where);
}

} // namespace

std::string where_cpus_are(const std::vector<CpuPosition> &cpus, SourceLines *lines)
{
  std::vector<std::string> texts;
  for (const CpuPosition &cpu : cpus) {
    std::string text = fmt::format("CPU {} ", texts.size());
    if (cpu.halted) {
      texts.push_back(text + "waits for an interrupt");
      continue;
    }
    const auto place = lines && lines->map() ? lines->map()->place(cpu.address) : std::nullopt;
    text += place ? "in " + place->text() : fmt::format("at 0x{:x}", cpu.address);
    if (place) {
      if (const auto line = lines->of(*place))
        text += ", " + *line;
    }
    texts.push_back(std::move(text));
  }
  return join(texts, "; ");
}

Result<void> complete_log(const Machine &machine, guest::Agent &agent, milliseconds limit)
{
  const Deadline deadline(limit);
  const size_t before = TRY(read_file(machine.serial_log())).size();
  TRY(agent.call("warn_log", { { "text", std::string(log_mark) + "\n" } }, limit));
  while (TRY(read_file(machine.serial_log())).find(log_mark, before) == std::string::npos) {
    if (deadline.expired())
      return fail("the guest's kernel has not written its log in " + deadline.text());
    std::this_thread::sleep_for(log_poll);
  }
  return {};
}

std::vector<std::string> complaints(Machine &machine, guest::Agent *agent,
                                    const std::vector<SplatFinder::Rule> &allowed,
                                    SourceLines *lines)
{
  std::vector<std::string> found;
  Result<void> complete;
  // The agent's answer comes after whatever the guest had still to do for the test.
  if (agent && machine.health()) {
    const milliseconds limit = agent->silent() ? short_grace : grace;
    if (auto answer = agent->ping(limit); !answer)
      end_hang(machine, answer.error().message, lines);
    else
      complete = complete_log(machine, *agent, limit);
  }
  if (const auto healthy = machine.health(); !healthy)
    found.push_back("the guest did not survive: " + healthy.error().message);

  for (size_t nic = 0; nic < machine.nic_count(); nic++) {
    if (const auto flushed = machine.wire(nic).flush_capture(); !flushed)
      found.push_back(flushed.error().message);
  }
  const auto log = read_file(machine.serial_log());
  if (!log) {
    found.push_back("nobody knows whether the guest's kernel complained: " + log.error().message);
    return found;
  }
  if (!complete)
    found.push_back(complete.error().message);
  const auto splats = SplatFinder(allowed).find(*log);
  if (!splats.empty()) {
    std::string text = "the guest's kernel complained; see " + machine.serial_log().string() + "\n";
    for (auto splat = splats.begin(); splat != splats.end(); ++splat) {
      const auto same = [&](const Splat &other) {
        return other.reason == splat->reason && !other.places.empty() &&
               other.fingerprint() == splat->fingerprint();
      };
      const auto first = std::find_if(splats.begin(), splat, same);
      text += first == splat
                  ? explain(*splat, lines)
                  : fmt::format("line {}: the same as in line {}\n", splat->line, first->line);
    }
    text.pop_back(); // its last line end
    found.push_back(std::move(text));
  }
  return found;
}

} // namespace verdict
