// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "nic/netdevsim.h"
#include "tests/suite/fixture.h"

namespace verdict {

/// A test with a device that takes programs and their maps. The column's own NICs idle, but for
/// bringing frames.
class OffloadTest : public NicTest {
protected:
  void SetUp() override;

  Netdevsim &device() { return *device_; }
  const Netdevsim::Port &port() const { return device_->port(); }

  /// Loads a program of offload.bpf.o under a name, with the object's maps: onto a device, or to
  /// run in the host. Returns its id.
  Result<uint32_t> load_onto(const Netdevsim::Port &port, const std::string &name = "device",
                             const std::string &program = "count");
  Result<uint32_t> load_in_host(const std::string &name = "host",
                                const std::string &program = "count");

  /// Attaches what was loaded under a name to the port.
  Result<void> attach(const std::string &name = "device",
                      const guest::AttachOptions &options = { .mode = guest::XdpMode::offload });
  Result<void> detach(guest::XdpMode mode = guest::XdpMode::offload);

  /// Entries of a map of offload.bpf.o.
  Result<void> set(const std::string &map, uint32_t key, uint64_t value);
  Result<uint64_t> get(const std::string &map, uint32_t key, const std::string &name = "device");
  Result<void> erase(const std::string &map, uint32_t key);
  Result<std::map<uint32_t, uint64_t>> entries(const std::string &map);

  /// What bpftool shows of a program, or of a map: `which` is { "map", "show", "name", "hash" }.
  Result<nlohmann::json> shown(std::vector<std::string> which);
  Result<nlohmann::json> shown_program(uint32_t id);

  /// The shown program's device is gone. Debian 13's bpftool says so, Debian 12's fails.
  static bool is_orphan(const Result<nlohmann::json> &shown);

  /// It is on a port's device. bpftool names the interface only if the network namespace that the
  /// kernel tells is its own.
  void expect_on(const Netdevsim::Port &port, const Result<nlohmann::json> &shown);

  /// The port's device runs this program; with 0 none.
  void expect_running(uint32_t id);

  /// From now on the port receives the test frames that come by NIC 0's wire.
  Result<void> deliver_frames();

  /// Has the port receive frames, which all go to its stack.
  void expect_in_stack(const std::vector<Frame> &frames);

  /// Nothing is in its stack.
  void expect_nothing_in_stack();

private:
  std::optional<Netdevsim> device_;
  int socket_ = 0; ///< of the port's stack
};

/// Something is refused, for this reason.
template <typename Asked>
void expect_refused(const Asked &asked, const std::string &reason)
{
  ASSERT_FALSE(asked) << "nothing refused it for: " << reason;
  EXPECT_THAT(asked.error().message, testing::HasSubstr(reason));
}

} // namespace verdict
