// SPDX-License-Identifier: GPL-2.0-only
// tc's programs (cls_bpf) for the device or the host: skip_sw keeps the host, and skip_hw the
// device, from running one. On the debug kernel.
#include "base/text.h"
#include "tests/suite/offload_fixture.h"
#include "tests/suite/test_frames.h"
#include "tests/suite/until.h"

namespace verdict {

namespace {

constexpr const char *program = "tc_count";
constexpr const char *on_device = "/sys/fs/bpf/on_device", *in_host = "/sys/fs/bpf/in_host";

} // namespace

class OffloadedClassifier : public OffloadTest {
protected:
  void SetUp() override
  {
    OffloadTest::SetUp();
    if (HasFatalFailure() || IsSkipped())
      return;
    for (const char *module : { "sch_ingress", "cls_bpf" })
      ASSERT_OK(agent().modprobe(module));
    ASSERT_OK(let_device_classify("on"));
    ASSERT_OK(agent().run_ok({ "tc", "qdisc", "add", "dev", port().ifname, "clsact" }));
    ASSERT_OK_AND_ASSIGN(device_id_, load_onto(port(), "device", program));
    ASSERT_OK_AND_ASSIGN(host_id_, load_in_host("host", program));
    ASSERT_OK(pin(device_id_, on_device));
    ASSERT_OK(pin(host_id_, in_host));
  }

  Result<std::string> let_device_classify(const std::string &on)
  {
    return agent().run_ok({ "ethtool", "-K", port().ifname, "hw-tc-offload", on });
  }

  Result<std::string> pin(uint32_t id, const std::string &path)
  {
    return agent().run_ok({ "bpftool", "prog", "pin", "id", std::to_string(id), path });
  }

  /// Adds a pinned program as the one filter.
  Result<std::string> add(const std::string &path, const std::vector<std::string> &flags = {})
  {
    std::vector<std::string> command{ "tc",          "filter",        "add",           "dev",
                                      port().ifname, "ingress",       "pref",          "1",
                                      "bpf",         "direct-action", "object-pinned", path };
    command.insert(command.end(), flags.begin(), flags.end());
    return agent().run_ok(command);
  }

  Result<std::string> remove()
  {
    return agent().run_ok({ "tc", "filter", "del", "dev", port().ifname, "ingress", "pref", "1" });
  }

  /// tc shows the filter with these words.
  void expect_shown(const std::string &words)
  {
    ASSERT_OK_AND_ASSIGN(const std::string filters, agent().run_ok({ "tc", "filter", "show", "dev",
                                                                     port().ifname, "ingress" }));
    EXPECT_THAT(filters, testing::HasSubstr(" " + words + " "));
  }

  /// The host's program drops the frames, having counted them.
  void expect_dropped_in_host(const std::vector<Frame> &frames)
  {
    ASSERT_OK_AND_ASSIGN(const uint64_t before, get("array", 0, "host"));
    ASSERT_OK(wire().inject(frames));
    ASSERT_OK(until("the frames are counted", [&] {
      return get("array", 0, "host").map([&](uint64_t n) { return n == before + frames.size(); });
    }));
    expect_nothing_in_stack();
  }

  uint32_t device_id_ = 0, host_id_ = 0;
};

TEST_P(OffloadedClassifier, SkipSwIsForTheDeviceAlone)
{
  ASSERT_OK(add(on_device, { "skip_sw" }));
  expect_shown("skip_sw in_hw");
  expect_running(device_id_);
  ASSERT_OK(deliver_frames());
  expect_in_stack(test_frames(nic(), 10));

  // The kernel remembers what was wanted, and acts only if that changes.
  expect_refused(let_device_classify("off"), "Could not change any device features");
  ASSERT_OK(let_device_classify("on"));
  ASSERT_OK(remove());
  expect_running(0);
  ASSERT_OK(let_device_classify("off"));
}

TEST_P(OffloadedClassifier, SkipHwIsForTheHostAlone)
{
  ASSERT_OK(device().allow_port("bpf_tc_non_bound_accept", true));
  ASSERT_OK(add(in_host, { "skip_hw" }));
  expect_shown("skip_hw not_in_hw");
  expect_running(0);
  ASSERT_OK(deliver_frames());
  expect_dropped_in_host(test_frames(nic(), 10));
}

// Without a flag the host runs it, and the device too if it takes what was not made for it.
TEST_P(OffloadedClassifier, NoFlagIsForBoth)
{
  ASSERT_OK(deliver_frames());
  ASSERT_OK(add(in_host));
  expect_shown("not_in_hw");
  expect_running(0);
  expect_dropped_in_host(test_frames(nic(), 10));
  ASSERT_OK(remove());

  ASSERT_OK(device().allow_port("bpf_tc_non_bound_accept", true));
  ASSERT_OK(add(in_host));
  expect_shown("in_hw");
  expect_running(host_id_);
  expect_dropped_in_host(test_frames(nic(), 10));
}

TEST_P(OffloadedClassifier, TheDeviceRunsOneProgram)
{
  ASSERT_OK(load_onto(port(), "xdp"));
  ASSERT_OK(add(on_device, { "skip_sw" }));
  expect_refused(attach("xdp"), "TC program is already loaded");
  ASSERT_OK(remove());
  ASSERT_OK(attach("xdp"));
  expect_refused(add(on_device, { "skip_sw" }), "driver and netdev offload states mismatch");
}

TEST_P(OffloadedClassifier, IsRefused)
{
  expect_refused(add(in_host, { "skip_sw" }), "netdevsim configured to reject unbound programs");
  for (const std::vector<std::string> &flags : { std::vector<std::string>{}, { "skip_hw" } })
    expect_refused(add(on_device, flags), "Invalid argument");

  ASSERT_OK_AND_ASSIGN(const Netdevsim other, Netdevsim::plug_in(agent(), 2));
  ASSERT_OK_AND_ASSIGN(const uint32_t elsewhere, load_onto(other.port(), "other", program));
  ASSERT_OK(pin(elsewhere, "/sys/fs/bpf/elsewhere"));
  expect_refused(add("/sys/fs/bpf/elsewhere", { "skip_sw" }), "bound to a different device");

  ASSERT_OK(device().allow_port("bpf_tc_accept", false));
  expect_refused(add(on_device, { "skip_sw" }), "netdevsim configured to reject BPF TC offload");
  ASSERT_OK(device().allow_port("bpf_tc_accept", true));
  ASSERT_OK(let_device_classify("off"));
  expect_refused(add(on_device, { "skip_sw" }), "TC offload is disabled on net device");
  ASSERT_OK(let_device_classify("on"));
  ASSERT_OK(add(on_device, { "skip_sw" }));
}

TEST_P(OffloadedClassifier, APulledDeviceLeavesAnOrphan)
{
  ASSERT_OK(add(on_device, { "skip_sw" }));
  ASSERT_OK(device().pull());
  EXPECT_TRUE(is_orphan(shown_program(device_id_)));
  ASSERT_OK(shown_program(host_id_));
  expect_no_leaks();
}

VERDICT_ON_NICS_OF(offload, OffloadedClassifier);

} // namespace verdict
