// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"
#include "guest/agent_client.h"

namespace verdict {

/// A NIC that the guest's kernel simulates (drivers/net/netdevsim). It takes programs and maps as
/// one that runs programs itself would, and runs none. What it may refuse is set in files of
/// debugfs.
class Netdevsim {
public:
  struct Port {
    std::string ifname;
    unsigned ifindex = 0;
  };

  /// A program that was loaded for the device, as the driver keeps it.
  struct BoundProgram {
    uint32_t id = 0;
    std::string state; ///< verify, xlated
    bool loaded = false;
  };

  /// Makes a device; its interfaces are up.
  static Result<Netdevsim> plug_in(guest::Agent &agent, unsigned id, unsigned ports = 1);

  Result<void> pull();
  Result<void> pull_port(unsigned port);

  const Port &port(unsigned port = 0) const { return ports_.at(port); }

  /// Allows something, by the name of the file, to the device or to one of its ports, or forbids
  /// it.
  Result<void> allow(const std::string &what, bool allowed);
  Result<void> allow_port(const std::string &what, bool allowed, unsigned port = 0);

  /// How long verification takes.
  Result<void> delay_verifier(unsigned ms);

  /// The program that was loaded for the device as `nth`, counted from 0, be it verified or not.
  /// Error: it has gone.
  Result<BoundProgram> bound_program(unsigned nth);

  /// What a port runs, by XDP or tc; 0: nothing.
  Result<uint32_t> running(unsigned port = 0);

private:
  Netdevsim(guest::Agent &agent, unsigned id) : agent_(&agent), id_(std::to_string(id)) {}

  std::string folder() const { return "/sys/kernel/debug/netdevsim/netdevsim" + id_ + "/"; }
  std::string port_folder(unsigned port) const;

  guest::Agent *agent_;
  std::string id_;
  std::vector<Port> ports_;
};

} // namespace verdict
