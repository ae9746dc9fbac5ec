// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include <map>
#include <optional>
#include <ostream>
#include <set>
#include <string>
#include <vector>

#include "guest/agent_client.h"
#include "lab/capability.h"
#include "qemu/machine_config.h"

namespace verdict {

/// What a driver counts, by ethtool -S.
enum class Counter {
  drop,            ///< frames that a program dropped
  pass,            ///< ... passed
  tx,              ///< ... sent back
  redirect,        ///< ... redirected
  aborted,         ///< ... aborted, or returned an unknown verdict for
  tx_errors,       ///< frames that could not be sent back
  redirect_errors, ///< frames that could not be redirected
  oversize,        ///< frames of which a program would have seen a part
  xmit,            ///< redirected frames that this device transmitted
  xmit_errors,     ///< redirected frames that it could not transmit
  rx_frames,       ///< frames received, counted at once
  alloc_failed,    ///< Rx buffers or skbs for which there was no memory
  malformed,       ///< frames that the device described wrongly
  csum_good,       ///< checksums that the device found right
  csum_errors,     ///< ... wrong
  tx_restarts,     ///< times that the stack had to wait for room in the Tx ring
  tx_timeouts,     ///< hangs of the Tx ring
};

/// What a user asks for and does not get; each comes with the driver's explanation.
enum class Refusal {
  offload,  ///< a program in offload mode
  no_frags, ///< a program without frags at limits.jumbo_mtu
  mtu,      ///< an MTU above limits.linear_mtu under a program without frags
  fcs,      ///< a program while rx-fcs is on
};

/// Tests that run on a column, and how.
enum class Suite {
  verdicts,     ///< what becomes of frames; the matrix
  attach_storm, ///< programs come and go under a stream
  life,         ///< how a driver lives under traffic, and what it survives
  memory,       ///< other ways through memory
  smp,          ///< several CPUs
  bus_errors,   ///< errors on the bus of the NICs
  harness,      ///< the harness itself
  checkers,     ///< what every test checks at its end
  next,         ///< make check runs its verdicts also on KERNEL=next
  debug,        ///< make check runs it also on the debug kernel
  deep,         ///< make deep does
  arm64,        ///< make arm64 runs its verdicts, and KUnit, on the kernel for arm64
  storms,       ///< make deep runs its storms in full length
  examples,     ///< the examples in selftests/drivers/net/xdp/examples
  kselftests,   ///< the kernel's way of testing: selftests/ of this project
  floor,        ///< the user-space driver of harness/floor
  offload,      ///< a device that takes programs
};

/// The one that profiles call so.
std::optional<Suite> suite_named(std::string_view name);

/// How a driver's Rx ring can be read.
enum class RingReader {
  e1000, ///< by ethtool -d, as the e1000 gives it
};

/// Numbers of a driver and its device. Those that a profile leaves out (null) go with something
/// that it cannot do.
struct Limits {
  unsigned rx_ring = 0, tx_ring = 0;  ///< descriptors, as it comes up
  std::optional<unsigned> least_ring; ///< descriptors that a ring can be set to
  std::optional<unsigned> most_ring;
  std::optional<unsigned> ring_step;
  std::optional<unsigned> xdp_of_least_ring; ///< frames of programs that the smallest Tx ring takes
  std::optional<unsigned> spare_descriptors; ///< of a full Rx ring the driver's own
  std::optional<unsigned> rx_buffer;         ///< bytes of a frame that one Rx buffer holds
  std::optional<unsigned> jumbo_mtu;
  std::optional<unsigned> linear_mtu;  ///< the largest for a program without frags
  std::optional<size_t> longest_frame; ///< bytes, without FCS
  /// Frames that may be on their way to it at once without one being lost.
  std::optional<size_t> burst;
};

/// A NIC of a guest with its driver.
struct Nic {
  std::string profile; ///< where this is written: "vmxnet3"
  NicConfig device;
  /// Further options of the device, each for itself, which newer versions of QEMU do not have.
  std::vector<std::string> older_options = {};
  std::string driver;                ///< its name in sysfs
  std::vector<std::string> modules;  ///< in the order of loading: a file below /modules, or a name
  guest::XdpMode mode;               ///< native, or generic where the driver has no XDP of its own
  std::map<Can, std::string> cannot; ///< with the reason
  std::map<Counter, std::optional<std::string>> counters;
  std::vector<std::string> program_counters; ///< each frame that a program saw is in one of these
  std::map<Refusal, std::optional<std::string>> refusals; ///< a part of the text; none is known
  uint64_t xdp_features; ///< NETDEV_XDP_ACT_ bits, without a program
  std::optional<RingReader> ring_reader;
  Limits limits;

  bool can(Can what) const { return !cannot.contains(what); }
};

/// A file of the guest that shows that a machine is what it should be.
struct Proof {
  std::string file;    ///< {ifname} is the name of NIC 0
  std::string pattern; ///< a regular expression that is found in it
};

/// What sets a column's machine apart from the usual one.
struct MachineVariant {
  std::string command_line = {}; ///< is added to the kernel's
  std::string chipset = {};      ///< if it has to be this one
  std::vector<std::string> devices = {};
  unsigned cpus = 1;
  unsigned memory_mib = 0; ///< at least
  std::string cpu = {};    ///< if it has to be this one
  bool counted_time = false;
  std::string image = {}; ///< if the guest's is another: "dpdk" is initrd-dpdk.cpio
  std::optional<Proof> proof = {};
};

/// A column of the matrix: a machine with its NICs. NIC 0 is the device under test, NIC 1 another
/// one with the same driver, NIC 2, if there is one, has another driver.
struct Column {
  std::string name; ///< "e1000-82540em"
  std::set<Suite> suites;
  std::vector<Nic> nics;
  MachineVariant machine = {};

  /// Whether the driver under test and its device can do this.
  bool can(Can what) const { return nics.front().can(what); }
  guest::XdpMode mode() const { return nics.front().mode; }
  bool native() const { return mode() == guest::XdpMode::native; }
  const Limits &limits() const { return nics.front().limits; }

  /// The name as GoogleTest allows it: "e1000_82540em".
  std::string test_name() const;
};

void PrintTo(const Column &column, std::ostream *stream);

/// Where the profiles are, from the project's top: qemu/profiles, or what VERDICT_PROFILES names.
std::string profile_directory();

/// The columns that the profiles of a directory describe, as they are on a kernel ("stable",
/// "next"), in the matrix's order. A file NAME.json is a profile; one that names suites is a
/// column. Documentation/verdict.md describes the keys. Error: no such directory, a file that is no
/// profile, a profile that refers to none.
Result<std::vector<Column>> load_columns(const std::string &kernel,
                                         const std::string &directory = profile_directory());

/// One of them by its name. Error: there is none.
Result<Column> find_column(const std::vector<Column> &columns, const std::string &name);

} // namespace verdict
