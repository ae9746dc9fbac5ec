// SPDX-License-Identifier: GPL-2.0-only
#include "tests/suite/fixture.h"

#include <algorithm>
#include <cstdlib>

#include "base/file.h"
#include "base/text.h"
#include "lab/guest_setup.h"
#include "qemu/golden_image.h"
#include "report/junit.h"
#include "tests/suite/traffic.h"

namespace verdict {

namespace fs = std::filesystem;

namespace {

constexpr milliseconds grace_timeout{ 30000 };

std::string full_name()
{
  const auto *info = testing::UnitTest::GetInstance()->current_test_info();
  return std::string(info->test_suite_name()) + "." + info->name();
}

std::string file_name(std::string text)
{
  std::replace(text.begin(), text.end(), '/', '-');
  return text;
}

bool is_set(const char *variable)
{
  const char *value = std::getenv(variable);
  return value && *value && std::string_view(value) != "0";
}

/// The part of the environment that says what the tests run on, as the shell takes it.
std::string environment()
{
  std::string text;
  for (const char *name : { "VERDICT_KERNEL", "VERDICT_INITRD", "VERDICT_STORM" }) {
    if (const char *value = std::getenv(name); value && *value)
      text += std::string(name) + "=" + value + " ";
  }
  return text;
}

} // namespace

void NicTest::SetUp()
{
  const auto places = Places::find();
  ASSERT_OK(places);
  // A storm and the short form of the same case may run at once.
  evidence_ = places->run() / (file_name(full_name()) + (storm() > 1 ? ".storm" : ""));
  std::error_code ignored;
  fs::remove_all(evidence_, ignored);
  allowed_ = false_alarms();

  ASSERT_OK_AND_ASSIGN(const GoldenSpec spec, golden_spec(column(), *places));
  ASSERT_OK_AND_ASSIGN(machine_, GoldenStore(places->out / "golden").fork(spec, evidence_));
  agent_.emplace(machine_->take_agent_socket());
  ASSERT_OK(look_up_interfaces());
}

Result<void> NicTest::look_up_interfaces()
{
  auto devices = agent_->call("netdevs");
  if (!devices)
    return tl::unexpected(devices.error());
  for (unsigned i = 0; i < machine_->nic_count(); i++) {
    const std::string mac = NicAddress::of(i).guest_mac.text();
    for (const auto &[name, device] : devices->items()) {
      if (device.value("mac", "") == mac) {
        ifnames_.push_back(name);
        ifindexes_.push_back(device.value("ifindex", 0u));
      }
    }
    if (ifnames_.size() != i + 1)
      return fail(format("no interface of the guest has %s, the address of nic%u", mac.c_str(), i));
  }
  return {};
}

void NicTest::allow_in_log(const std::string &pattern, const std::string &reason)
{
  allowed_.push_back({ pattern, reason });
}

void NicTest::figure(const std::string &what, int64_t value)
{
  if (!figures_.empty())
    figures_ += ", ";
  figures_ += what + " " + std::to_string(value);
}

std::string NicTest::serial_log()
{
  return read_file(machine_->serial_log()).value_or("");
}

std::vector<std::string> complaints(Machine &machine, guest::Agent *agent,
                                    const std::vector<SplatFinder::Rule> &allowed)
{
  std::vector<std::string> found;
  // The agent's answer comes after whatever the guest had still to do for the test.
  if (agent && machine.health()) {
    if (auto answer = agent->ping(grace_timeout); !answer)
      machine.end_as_hang("the agent does not answer: " + answer.error().message);
  }
  if (const auto healthy = machine.health(); !healthy)
    found.push_back("the guest did not survive: " + healthy.error().message);

  const auto splats = SplatFinder(allowed).find(read_file(machine.serial_log()).value_or(""));
  if (!splats.empty())
    found.push_back("the guest's kernel complained; see " + machine.serial_log().string() + "\n" +
                    describe(splats));
  return found;
}

void NicTest::expect_no_leaks()
{
  auto leaks = find_leaks(agent());
  ASSERT_OK(leaks);
  EXPECT_THAT(*leaks, testing::IsEmpty()) << "kmemleak: nothing points to this memory any more";
}

void NicTest::TearDown()
{
  if (machine_) {
    if (agent_ && is_set("VERDICT_LEAKS") && machine_->health())
      expect_no_leaks();
    for (const std::string &complaint :
         complaints(*machine_, agent_ ? &*agent_ : nullptr, allowed_))
      ADD_FAILURE() << complaint;
    machine_.reset();
  }
  if (!figures_.empty())
    std::printf("%.*s%s\n", static_cast<int>(figures_mark.size()), figures_mark.data(),
                figures_.c_str());
  if (HasFailure()) {
    std::printf("%.*s%sout/harness/verdict_suite --gtest_filter=%s\n",
                static_cast<int>(rerun_mark.size()), rerun_mark.data(), environment().c_str(),
                full_name().c_str());
    if (fs::exists(evidence_))
      std::printf("%.*s%s/\n", static_cast<int>(evidence_mark.size()), evidence_mark.data(),
                  evidence_.c_str());
    std::fflush(stdout);
  } else if (!is_set("VERDICT_KEEP")) {
    std::error_code ignored;
    fs::remove_all(evidence_, ignored);
  }
}

} // namespace verdict
