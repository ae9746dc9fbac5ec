// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include <span>
#include <string>
#include <vector>

#include "guest/agent_client.h"
#include "lab/column.h"
#include "playground/tally.h"
#include "qemu/machine.h"

namespace verdict::playground {

/// A NIC of the guest.
struct GuestNic {
  std::string name;   ///< "nic0", its wire's
  std::string ifname; ///< "eth0"
  std::string driver;
  guest::XdpMode mode;
};

/// What one NIC's wire and driver had to tell.
struct Seen {
  std::vector<Frame> came; ///< from the guest
  Counts counted;          ///< by how much
};

/// What goes over the wires of a guest that runs any program: it need not answer sentinels.
class Traffic {
public:
  /// Looks up the guest's interfaces. `column` says what NICs the machine has.
  static Result<Traffic> start(Machine &machine, guest::Agent &agent, const Column &column);

  const std::vector<GuestNic> &nics() const { return nics_; }

  /// Sends frames to a NIC, some times, and waits until the guest has taken them and nothing
  /// changes any more: what each NIC had to tell meanwhile. Error: the guest does not take them.
  Result<std::vector<Seen>> send(size_t nic, std::span<const Frame> frames, size_t times);

  /// What each NIC has to tell since the last look, or the last send; does not wait.
  Result<std::vector<Seen>> look();

  /// All that a driver has counted; without the blanks that some put before the names.
  Result<Counts> counts(size_t nic);

private:
  Traffic(Machine &machine, guest::Agent &agent) : machine_(&machine), agent_(&agent) {}

  Result<std::vector<Counts>> all_counts();
  Result<bool> take_frames();
  Result<void> until_taken(size_t nic, const Deadline &deadline);
  Result<void> until_quiet(const Deadline &deadline);
  Result<std::vector<Seen>> since_last();

  Machine *machine_;
  guest::Agent *agent_;
  std::vector<GuestNic> nics_;
  std::vector<Counts> counts_;             ///< as they were at the last look or send
  std::vector<std::vector<Frame>> frames_; ///< that came and were not told of yet
};

} // namespace verdict::playground
