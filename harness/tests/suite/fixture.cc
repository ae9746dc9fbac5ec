// SPDX-License-Identifier: GPL-2.0-only
#include "tests/suite/fixture.h"

#include <algorithm>
#include <cstdlib>

#include "base/file.h"
#include "base/text.h"
#include "qemu/golden_image.h"
#include "report/junit.h"
#include "tests/suite/guest_setup.h"

namespace verdict {

namespace fs = std::filesystem;

namespace {

constexpr milliseconds grace_timeout{ 10000 };

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

bool keep_evidence()
{
  const char *keep = std::getenv("VERDICT_KEEP");
  return keep && *keep && std::string_view(keep) != "0";
}

} // namespace

void NicTest::SetUp()
{
  const auto places = Places::find();
  ASSERT_OK(places);
  evidence_ = places->out / "run" / file_name(full_name());
  std::error_code ignored;
  fs::remove_all(evidence_, ignored);

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

void NicTest::TearDown()
{
  if (machine_) {
    for (const std::string &complaint :
         complaints(*machine_, agent_ ? &*agent_ : nullptr, allowed_))
      ADD_FAILURE() << complaint;
    machine_.reset();
  }
  if (HasFailure()) {
    std::printf("%.*sout/harness/verdict_suite --gtest_filter=%s\n",
                static_cast<int>(rerun_mark.size()), rerun_mark.data(), full_name().c_str());
    if (fs::exists(evidence_))
      std::printf("%.*s%s/\n", static_cast<int>(evidence_mark.size()), evidence_mark.data(),
                  evidence_.c_str());
    std::fflush(stdout);
  } else if (!keep_evidence()) {
    std::error_code ignored;
    fs::remove_all(evidence_, ignored);
  }
}

} // namespace verdict
