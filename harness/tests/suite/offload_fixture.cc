// SPDX-License-Identifier: GPL-2.0-only
#include "tests/suite/offload_fixture.h"

#include "base/bytes.h"
#include "tests/suite/test_frames.h"

namespace verdict {

void OffloadTest::SetUp()
{
  NicTest::SetUp();
  if (HasFatalFailure())
    return;
  REQUIRE_KERNEL(simulate_nics);
  ASSERT_OK_AND_ASSIGN(device_, Netdevsim::plug_in(agent(), 1));
}

Result<uint32_t> OffloadTest::load_onto(const Netdevsim::Port &port, const std::string &name,
                                        const std::string &program)
{
  const guest::LoadOptions onto{ .offloaded_to = port.ifname };
  return TRY(agent().bpf_load("offload.bpf.o", name, { program }, onto)).at(program);
}

Result<uint32_t> OffloadTest::load_in_host(const std::string &name, const std::string &program)
{
  return TRY(agent().bpf_load("offload.bpf.o", name, { program })).at(program);
}

Result<void> OffloadTest::attach(const std::string &name, const guest::AttachOptions &options)
{
  return agent().xdp_attach(port().ifname, { name, "count" }, options);
}

Result<void> OffloadTest::detach(guest::XdpMode mode)
{
  return agent().xdp_detach(port().ifname, mode);
}

Result<void> OffloadTest::set(const std::string &map, uint32_t key, uint64_t value)
{
  return agent().map_update("device", map, bytes_of(key), bytes_of(value));
}

Result<uint64_t> OffloadTest::get(const std::string &map, uint32_t key, const std::string &name)
{
  return object_of<uint64_t>(TRY(agent().map_lookup(name, map, bytes_of(key))));
}

Result<void> OffloadTest::erase(const std::string &map, uint32_t key)
{
  return agent().map_delete("device", map, bytes_of(key));
}

Result<std::map<uint32_t, uint64_t>> OffloadTest::entries(const std::string &map)
{
  std::map<uint32_t, uint64_t> entries;
  for (const auto &[key, value] : TRY(agent().map_dump("device", map)))
    entries[TRY(object_of<uint32_t>(key))] = TRY(object_of<uint64_t>(value));
  return entries;
}

Result<nlohmann::json> OffloadTest::shown(std::vector<std::string> which)
{
  which.insert(which.begin(), { "bpftool", "--json" });
  const std::string text = TRY(agent().run_ok(which));
  auto parsed = nlohmann::json::parse(text, nullptr, false);
  if (!parsed.is_object())
    return fail("bpftool shows no object: " + text);
  return parsed;
}

Result<nlohmann::json> OffloadTest::shown_program(uint32_t id)
{
  return shown({ "prog", "show", "id", std::to_string(id) });
}

bool OffloadTest::is_orphan(const Result<nlohmann::json> &shown)
{
  return shown ? shown->value("orphaned", false)
               : shown.error().message.find("No such device") != std::string::npos;
}

void OffloadTest::expect_on(const Netdevsim::Port &port, const Result<nlohmann::json> &shown)
{
  ASSERT_OK(shown);
  const auto device = shown->value("dev", nlohmann::json::object());
  EXPECT_EQ(device.value("ifindex", 0u), port.ifindex) << *shown;
  EXPECT_EQ(device.value("ifname", ""), port.ifname) << *shown;
}

void OffloadTest::expect_running(uint32_t id)
{
  ASSERT_OK_AND_ASSIGN(const uint32_t running, device().running());
  EXPECT_EQ(running, id);
}

Result<void> OffloadTest::deliver_frames()
{
  const guest::Program deliver{ "deliver", "deliver" };
  const uint32_t key = 0;
  TRY(agent().bpf_load("deliver.bpf.o", deliver.name, { deliver.program }));
  TRY(agent().map_update(deliver.name, "receiver", bytes_of(key), bytes_of(port().ifindex)));
  TRY(agent().tc_attach(ifname(), deliver));
  socket_ = TRY(agent().packet_open(port().ifname, ethertype_test));
  return {};
}

void OffloadTest::expect_in_stack(const std::vector<Frame> &frames)
{
  ASSERT_OK(wire().inject(frames));
  ASSERT_OK_AND_ASSIGN(const auto packets,
                       agent().packet_recv(socket_, frames.size(), milliseconds(5000)));
  std::vector<Frame> in_stack;
  for (const auto &packet : packets)
    in_stack.push_back(Frame{ packet.data });
  EXPECT_THAT(in_stack, AreFrames(frames));
  expect_nothing_in_stack();
}

void OffloadTest::expect_nothing_in_stack()
{
  ASSERT_OK_AND_ASSIGN(const auto packets, agent().packet_recv(socket_, 1));
  EXPECT_THAT(packets, testing::IsEmpty());
}

} // namespace verdict
