// SPDX-License-Identifier: GPL-2.0-only
// A program that is for the device itself: it is loaded for it, its maps are there, and it is
// attached in offload mode. The device is simulated, and runs no programs; what the kernel, its
// driver and user space say to each other is as with a real one. On the debug kernel.
#include "tests/suite/offload_fixture.h"
#include "tests/suite/test_frames.h"
#include "tests/suite/until.h"

namespace verdict {

using guest::XdpMode;

class Offload : public OffloadTest {
protected:
  /// The state of the program that was loaded as nth.
  Netdevsim::BoundProgram bound(unsigned nth)
  {
    auto program = device().bound_program(nth);
    EXPECT_OK(program);
    return program.value_or(Netdevsim::BoundProgram{});
  }

  void expect_entries(const std::string &map, const std::map<uint32_t, uint64_t> &expected)
  {
    ASSERT_OK_AND_ASSIGN(const auto there, entries(map));
    EXPECT_EQ(there, expected) << map;
  }

  void expect_attached(const std::string &mode)
  {
    ASSERT_OK_AND_ASSIGN(const auto attached, agent().xdp_query(port().ifname));
    EXPECT_EQ(attached.mode, mode);
  }

  /// Makes a map with bpftool, in /sys/fs/bpf under its type's name; "" is the host.
  Result<std::string> make_map(const std::string &type, unsigned most, const std::string &ifname)
  {
    std::vector<std::string> command{ "bpftool", "map", "create",  "/sys/fs/bpf/" + type + ifname,
                                      "type",    type,  "key",     "4",
                                      "value",   "8",   "entries", std::to_string(most),
                                      "name",    type };
    if (!ifname.empty())
      command.insert(command.end(), { "dev", ifname });
    return agent().run_ok(command);
  }

  /// Loads offload.bpf.o with bpftool, with the map "hash" that make_map() has made for `map_of`.
  Result<std::string> load_with_map_of(const std::string &map_of, const std::string &ifname)
  {
    std::vector<std::string> command{ "bpftool", "prog", "load", "/bpf/offload.bpf.o",
                                      "/sys/fs/bpf/program" };
    if (!ifname.empty())
      command.insert(command.end(), { "dev", ifname });
    command.insert(command.end(), { "map", "name", "hash", "pinned", "/sys/fs/bpf/hash" + map_of });
    return agent().run_ok(command);
  }
};

TEST_P(Offload, AProgramIsTranslatedForItsDevice)
{
  ASSERT_OK_AND_ASSIGN(const uint32_t id, load_onto(port()));
  expect_on(port(), shown_program(id));
  EXPECT_EQ(bound(0).id, id);
  EXPECT_EQ(bound(0).state, "xlated");
  EXPECT_FALSE(bound(0).loaded);
  expect_running(0);

  ASSERT_OK(agent().bpf_unload("device"));
  ASSERT_OK(until("the device forgets it", [&] { return !device().bound_program(0); }));
}

TEST_P(Offload, TheDeviceRunsWhatIsAttached)
{
  ASSERT_OK_AND_ASSIGN(const uint32_t first, load_onto(port(), "first"));
  ASSERT_OK_AND_ASSIGN(const uint32_t second, load_onto(port(), "second"));
  ASSERT_OK(attach("first"));
  ASSERT_OK_AND_ASSIGN(auto attached, agent().xdp_query(port().ifname));
  EXPECT_EQ(attached.mode, "offload");
  EXPECT_EQ(attached.offload_id, first);
  EXPECT_TRUE(bound(0).loaded);
  expect_running(first);
  ASSERT_OK_AND_ASSIGN(const auto link, agent().run_ok({ "ip", "link", "show", port().ifname }));
  EXPECT_THAT(link, testing::HasSubstr("xdpoffload"));

  expect_refused(attach("second", { .mode = XdpMode::offload, .noreplace = true }),
                 "XDP program already attached");
  expect_refused(attach("second", { .mode = XdpMode::offload,
                                    .replace = guest::Program{ "second", "count" } }),
                 "Active program does not match expected");
  expect_running(first);
  ASSERT_OK(attach("second",
                   { .mode = XdpMode::offload, .replace = guest::Program{ "first", "count" } }));
  EXPECT_FALSE(bound(0).loaded);
  EXPECT_TRUE(bound(1).loaded);
  expect_running(second);

  ASSERT_OK(detach());
  EXPECT_FALSE(bound(1).loaded);
  expect_running(0);
  expect_attached("none");
}

TEST_P(Offload, AnAttachedProgramOutlivesItsLoader)
{
  ASSERT_OK_AND_ASSIGN(const uint32_t id, load_onto(port()));
  ASSERT_OK(attach());
  ASSERT_OK(agent().bpf_unload("device"));
  expect_on(port(), shown_program(id));
  expect_on(port(), shown({ "map", "show", "name", "hash" }));
  ASSERT_OK(detach());
  ASSERT_OK(until("the device forgets it", [&] { return !device().bound_program(0); }));
}

// The device, and not the kernel, says how much it can hold: two entries, as it has been made.
TEST_P(Offload, MapsAreOnTheDevice)
{
  ASSERT_OK(load_onto(port()));
  for (const char *map : { "array", "hash" })
    expect_on(port(), shown({ "map", "show", "name", map }));
  expect_entries("array", { { 0, 0 }, { 1, 0 } });
  ASSERT_OK(set("array", 1, 7));
  expect_entries("array", { { 0, 0 }, { 1, 7 } });
  expect_refused(erase("array", 1), "Invalid argument");

  expect_entries("hash", {});
  ASSERT_OK(set("hash", 5, 50));
  ASSERT_OK(set("hash", 9, 90));
  expect_refused(set("hash", 11, 110), "Argument list too long");
  ASSERT_OK(set("hash", 9, 91));
  expect_entries("hash", { { 5, 50 }, { 9, 91 } });
  ASSERT_OK(erase("hash", 5));
  expect_refused(get("hash", 5), "No such file or directory");
  expect_refused(erase("hash", 5), "No such file or directory");
  ASSERT_OK(set("hash", 11, 110));
  expect_entries("hash", { { 9, 91 }, { 11, 110 } });
}

TEST_P(Offload, StandsBesideAProgramOfTheHost)
{
  ASSERT_OK_AND_ASSIGN(const uint32_t on_device, load_onto(port()));
  ASSERT_OK_AND_ASSIGN(const uint32_t in_host, load_in_host());
  for (const auto &[mode, name] :
       { std::pair{ XdpMode::native, "native" }, std::pair{ XdpMode::generic, "generic" } }) {
    SCOPED_TRACE(name);
    ASSERT_OK(attach());
    ASSERT_OK(attach("host", { .mode = mode }));
    ASSERT_OK_AND_ASSIGN(const auto both, agent().xdp_query(port().ifname));
    EXPECT_EQ(both.mode, "multi");
    EXPECT_EQ(both.offload_id, on_device);
    EXPECT_EQ(mode == XdpMode::native ? both.native_id : both.generic_id, in_host);
    expect_refused(agent().run_ok({ "ip", "link", "set", "dev", port().ifname, "xdp", "off" }),
                   "unset mode is ambiguous");

    ASSERT_OK(detach());
    expect_attached(name);
    ASSERT_OK(attach());
    ASSERT_OK(detach(mode));
    expect_attached("offload");
    expect_running(on_device);
    ASSERT_OK(detach());
  }
}

// The program would drop every frame, and the kernel warns if the host runs it.
TEST_P(Offload, TheHostDoesNotRunIt)
{
  ASSERT_OK(load_onto(port()));
  ASSERT_OK(attach());
  ASSERT_OK(deliver_frames());
  expect_in_stack(test_frames(nic(), 10));
  expect_entries("array", { { 0, 0 }, { 1, 0 } });

  // As one for the host does.
  ASSERT_OK(load_in_host());
  ASSERT_OK(attach("host", { .mode = XdpMode::generic }));
  ASSERT_OK(wire().inject(test_frames(nic(), 10)));
  ASSERT_OK(until("the frames are counted",
                  [&] { return get("array", 0, "host").map([](uint64_t n) { return n == 10; }); }));
  expect_nothing_in_stack();
}

// What is loaded for one port can be attached to each of its device's.
TEST_P(Offload, PortsShareTheDevice)
{
  ASSERT_OK_AND_ASSIGN(Netdevsim two, Netdevsim::plug_in(agent(), 2, 2));
  ASSERT_OK_AND_ASSIGN(const uint32_t id, load_onto(two.port(0)));
  ASSERT_OK(set("array", 1, 7));
  ASSERT_OK(
      agent().xdp_attach(two.port(1).ifname, { "device", "count" }, { .mode = XdpMode::offload }));
  ASSERT_OK_AND_ASSIGN(const uint32_t running, two.running(1));
  EXPECT_EQ(running, id);
  expect_on(two.port(0), shown_program(id));

  ASSERT_OK(two.pull_port(0));
  expect_on(two.port(1), shown_program(id));
  expect_on(two.port(1), shown({ "map", "show", "name", "array" }));
  expect_entries("array", { { 0, 0 }, { 1, 7 } });
}

TEST_P(Offload, APulledDeviceLeavesOrphans)
{
  constexpr const char *gone = "No such device";
  ASSERT_OK_AND_ASSIGN(const uint32_t id, load_onto(port()));
  ASSERT_OK(load_in_host());
  ASSERT_OK(attach());
  ASSERT_OK(attach("host", { .mode = XdpMode::native }));
  ASSERT_OK(set("array", 1, 7));
  ASSERT_OK(device().pull());

  expect_refused(get("array", 1), gone);
  expect_refused(set("array", 1, 8), gone);
  expect_refused(entries("array"), gone);
  expect_refused(erase("hash", 1), gone);
  EXPECT_TRUE(is_orphan(shown_program(id)));
  ASSERT_OK_AND_ASSIGN(const Netdevsim again, Netdevsim::plug_in(agent(), 1));
  expect_refused(
      agent().xdp_attach(again.port().ifname, { "device", "count" }, { .mode = XdpMode::offload }),
      "bound to different device");

  ASSERT_OK(agent().bpf_unload("device"));
  ASSERT_OK(agent().bpf_unload("host"));
  expect_no_leaks();
}

// The verifier waits twice, each time with the lock that the pull needs twice: first to look for
// programs that are only bound, then to make orphans.
TEST_P(Offload, ADeviceIsPulledDuringVerification)
{
  ASSERT_OK(device().delay_verifier(5000));
  ASSERT_OK_AND_ASSIGN(
      const auto loading,
      agent().call("spawn", { { "argv",
                                { "bpftool", "--debug", "prog", "load", "/bpf/offload_slow.bpf.o",
                                  "/sys/fs/bpf/program", "dev", port().ifname } } }));
  ASSERT_OK(until("the verifier is at it", [&] {
    const auto program = device().bound_program(0);
    return program && program->state == "verify";
  }));
  ASSERT_OK(device().pull());
  // On a busy machine the verifier may take the lock both times before the pull wakes up. Then the
  // program is loaded, and an orphan.
  std::string output;
  bool orphaned = false;
  ASSERT_OK(until("bpftool gives up, or its program has no device", [&]() -> Result<bool> {
    output = TRY(agent().read(loading.at("output")));
    orphaned = is_orphan(shown({ "prog", "show", "pinned", "/sys/fs/bpf/program" }));
    return orphaned || output.find("Error: failed to load object file") != std::string::npos;
  }));
  if (!orphaned)
    EXPECT_THAT(output, testing::HasSubstr("prog 'slow': BPF program load failed: No such device"));
  expect_no_leaks();
}

TEST_P(Offload, AProgramOfElsewhereIsNotAttached)
{
  ASSERT_OK_AND_ASSIGN(Netdevsim other, Netdevsim::plug_in(agent(), 2));
  ASSERT_OK(load_onto(other.port()));
  ASSERT_OK(load_in_host());
  expect_refused(attach("device"), "bound to different device");
  expect_refused(attach("host"), "xdpoffload of non-bound program");
  ASSERT_OK(agent().bpf_unload("device"));

  ASSERT_OK(load_onto(port()));
  expect_refused(attach("device", { .mode = XdpMode::native }),
                 "Using offloaded program without HW_MODE flag is not supported");
  expect_refused(attach("device", { .mode = XdpMode::generic }), "Invalid argument");
  expect_running(0);
  expect_attached("none");
  ASSERT_OK(attach("device"));
}

TEST_P(Offload, AProgramIsRefusedByTheDevice)
{
  ASSERT_OK(device().allow("bpf_bind_accept", false));
  expect_refused(load_onto(port()), "Operation not supported");
  ASSERT_OK(device().allow("bpf_bind_accept", true));

  ASSERT_OK(device().allow("bpf_bind_verifier_accept", false));
  expect_refused(load_onto(port()), "[netdevsim] Hello from netdevsim!");
  ASSERT_OK(device().allow("bpf_bind_verifier_accept", true));

  const guest::LoadOptions onto{ .offloaded_to = port().ifname };
  expect_refused(agent().bpf_load("trivial.bpf.o", "frags", { "pass_all_frags" }, onto),
                 "Invalid argument");
  ASSERT_OK(agent().bpf_load("trivial.bpf.o", "linear", { "pass_all" }, onto));
  ASSERT_OK(load_onto(port()));
}

TEST_P(Offload, AProgramIsRefusedForANicThatRunsNone)
{
  expect_refused(
      agent().bpf_load("trivial.bpf.o", "trivial", { "pass_all" }, { .offloaded_to = ifname() }),
      "Invalid argument");
}

TEST_P(Offload, AMapIsRefused)
{
  for (const char *type : { "percpu_array", "lru_hash", "devmap", "queue" }) {
    SCOPED_TRACE(type);
    expect_refused(make_map(type, 2, port().ifname), "Invalid argument");
  }
  expect_refused(make_map("hash", 3, port().ifname), "Cannot allocate memory");
  expect_refused(make_map("hash", 2, ifname()), "Invalid argument");
  ASSERT_OK(device().allow_port("bpf_map_accept", false));
  expect_refused(make_map("hash", 2, port().ifname), "Operation not supported");
  ASSERT_OK(device().allow_port("bpf_map_accept", true));
  ASSERT_OK(make_map("hash", 2, port().ifname));
}

TEST_P(Offload, AMapOfElsewhereIsRefusedToAProgram)
{
  constexpr const char *elsewhere = "offload device mismatch between prog and map";
  ASSERT_OK_AND_ASSIGN(const Netdevsim other, Netdevsim::plug_in(agent(), 2));
  const std::string here = port().ifname, there = other.port().ifname;
  for (const std::string &ifname : { std::string(), here, there })
    ASSERT_OK(make_map("hash", 2, ifname));
  expect_refused(load_with_map_of("", here), elsewhere);
  expect_refused(load_with_map_of(there, here), elsewhere);
  expect_refused(load_with_map_of(here, ""), elsewhere);
  ASSERT_OK(load_with_map_of(here, here));
}

TEST_P(Offload, AttachingIsRefusedByTheDevice)
{
  ASSERT_OK(load_onto(port()));
  ASSERT_OK(load_in_host());
  ASSERT_OK(device().allow_port("bpf_xdpoffload_accept", false));
  expect_refused(attach(), "XDP offload disabled in DebugFS");
  ASSERT_OK(attach("host", { .mode = XdpMode::native }));
  ASSERT_OK(detach(XdpMode::native));

  ASSERT_OK(device().allow_port("bpf_xdpdrv_accept", false));
  ASSERT_OK(device().allow_port("bpf_xdpoffload_accept", true));
  expect_refused(attach("host", { .mode = XdpMode::native }), "driver XDP disabled in DebugFS");
  ASSERT_OK(attach());
}

VERDICT_ON_NICS_OF(offload, Offload);

} // namespace verdict
