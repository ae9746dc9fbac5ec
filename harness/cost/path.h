// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "lab/column.h"

namespace verdict::cost {

/// A driver with its machine.
struct System {
  std::string name;        ///< "e1000"
  std::string profile;     ///< of qemu/profiles; its NIC 0 is measured
  std::string module = {}; ///< the driver's
  std::string poll = {};   ///< its function that polls the NIC
  /// How many frames may be on their way to a NIC that loses what it has no room for; else 0.
  size_t ahead = 0;

  /// The profile's column, on a machine that is the same in each run. Error: what is wrong with the
  /// profiles.
  Result<Column> column() const;
};

/// Where a frame's way is decided.
enum class Hook {
  none,    ///< the stack: UDP to a port that nobody listens at
  tc,      ///< a program at clsact's ingress
  native,  ///< an XDP program, run by the driver
  generic, ///< an XDP program, run by the stack
  dpdk,    ///< testpmd in user space, which has the NIC to itself
  floor,   ///< the user-space driver of harness/floor
};

/// What a path is measured at.
struct Point {
  size_t size = 60;    ///< of a frame, in bytes
  unsigned ring = 256; ///< descriptors of each ring
  unsigned flows = 1;  ///< UDP flows

  bool operator==(const Point &) const = default;
};

/// The port that the frames go to; nobody listens there.
inline constexpr uint16_t closed_port = 7;

/// How many frames there are in a window of a path that takes thousands of instructions.
inline constexpr size_t few = 4096;

/// An entry of a program's map.
struct MapEntry {
  std::string map;
  std::vector<uint8_t> key, value;
};

/// An entry from a key and a value as the program has them.
template <typename Key, typename Value>
MapEntry map_entry(const std::string &map, const Key &key, const Value &value)
{
  const auto key_bytes = bytes_of(key), value_bytes = bytes_of(value);
  return { map,
           { key_bytes.begin(), key_bytes.end() },
           { value_bytes.begin(), value_bytes.end() } };
}

/// A way of frames through the guest.
struct Path {
  std::string name; ///< "native DROP"
  Hook hook = Hook::none;
  std::string program = {};          ///< of object
  std::optional<size_t> target = {}; ///< the NIC that a redirect goes to
  size_t frames = 16384;             ///< in a window

  bool socket = false; ///< an AF_XDP socket gets the frames
  bool stream = false; ///< they are segments of a TCP connection, which a process reads
  Point base = {};     ///< where it is measured if nothing else is asked for

  std::string object = "cost.bpf.o";    ///< where the program is
  std::vector<std::string> called = {}; ///< other programs that it goes on in
  std::vector<MapEntry> entries = {};   ///< of its maps
  /// Those that name the target, by its ifindex.
  std::function<std::vector<MapEntry>(uint32_t ifindex)> target_entries = {};
  bool routed = false; ///< the frames are for the host at the target's cable

  /// A program polls the NIC without end, and the guest is never idle.
  bool polls() const { return socket || in_user_space(); }
  bool in_user_space() const { return hook == Hook::dpdk || hook == Hook::floor; }
};

/// One measurement to be made.
struct Case {
  const System *system;
  const Path *path;
  Point point = {};

  /// "e1000: native DROP, 60 bytes, ring 256, 1 flow"
  std::string name() const;
};

/// All systems; null if there is none of this name.
const std::vector<System> &systems();
const System *find_system(const std::string &name);

/// All paths; null if there is none of this name.
const std::vector<Path> &paths();
const Path *find_path(const std::string &name);

} // namespace verdict::cost
