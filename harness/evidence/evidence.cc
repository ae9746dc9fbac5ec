// SPDX-License-Identifier: GPL-2.0-only
#include "evidence/evidence.h"

#include <sys/stat.h>

#include <fmt/format.h>

#include "base/file.h"
#include "evidence/failure_text.h"
#include "evidence/machine_state.h"
#include "evidence/repro.h"
#include "packet/mismatch.h"

namespace verdict {

namespace fs = std::filesystem;

namespace {

constexpr const char *agent_file = "agent.log", *state_file = "state.json",
                     *failure_file = "failure.txt", *repro_file = "repro.sh",
                     *mismatch_file = "mismatch.pcapng";

struct Description {
  const char *file, *text;
};

/// What may be in the folder.
constexpr Description descriptions[] = {
  { state_file, "NICs, interfaces, counters and CPUs when it failed first" },
  { "serial.log", "the guest's console" },
  { agent_file, "what the guest was told and answered" },
  { "nic0.pcapng", "what was on the wire of each NIC, with comments (tshark -r, or Wireshark)" },
  { mismatch_file, "frames that were expected beside those that came, with comments" },
  { "qmp.log", "what was said to QEMU" },
  { "qemu.log", "what QEMU complained of" },
  { "trace.log", "each write to a NIC's registers, while a test counted them" },
  { repro_file, "runs the test again; --gdb: in a debugger" },
};

} // namespace

Result<Evidence> Evidence::begin(const std::string &test, const fs::path &folder,
                                 const fs::path &suite)
{
  Evidence evidence;
  evidence.test_ = test;
  evidence.folder_ = folder;
  evidence.lock_ = TRY(FileLock::take_folder(folder));
  if (!evidence.lock_)
    return fail("this test runs already, with its evidence in " + folder.string() +
                "; wait for it, or name another place with VERDICT_RUN");
  TRY(empty_folder(folder));
  take_mismatches(); // another test's
  const auto environment = test_environment();
  const fs::path script = folder / repro_file;
  TRY(write_file(script, repro_script(test, folder, suite, environment)));
  if (::chmod(script.c_str(), 0755) < 0)
    return fail_errno("chmod " + script.string());
  for (const std::string &variable : environment)
    evidence.rerun_ += variable + " ";
  evidence.rerun_ += suite.string() + " --gtest_filter=" + test;
  return evidence;
}

Result<void> Evidence::record(guest::Agent &agent) const
{
  agent.record(TRY(Transcript::create(folder_ / agent_file)));
  return {};
}

void Evidence::take_state(Machine &machine, guest::Agent *agent,
                          const std::vector<std::string> &ifnames, const std::string &when)
{
  if (std::exchange(has_state_, true))
    return;
  if (agent)
    agent->remark("the test has failed; what follows is asked for state.json");
  nlohmann::ordered_json state{ { "taken at", when } };
  state.update(machine_state(machine, agent, ifnames, lines()));
  const auto written = write_file(
      folder_ / state_file,
      state.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n");
  if (!written)
    fmt::print(stderr, "{}\n", written.error().message);
  if (agent)
    agent->remark("the test goes on");
}

Result<void> Evidence::conclude(const Ending &ending) const
{
  if (const auto mismatches = take_mismatches(); !mismatches.empty())
    TRY(write_mismatches(mismatches, folder_ / mismatch_file));
  FailureStory story{ .test = test_,
                      .said = ending.said,
                      .guest = ending.guest,
                      .overdue = ending.overdue,
                      .rerun = rerun_ };
  for (const Description &known : descriptions) {
    if (file_exists(folder_ / known.file))
      story.folder.push_back(fmt::format("{:16} {}", known.file, known.text));
  }
  return write_file(folder_ / failure_file, failure_text(story));
}

Result<void> Evidence::discard() const
{
  return remove_tree(folder_);
}

} // namespace verdict
