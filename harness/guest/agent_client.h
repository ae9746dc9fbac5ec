// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

#include "base/deadline.h"
#include "base/fd.h"
#include "base/line_socket.h"
#include "base/result.h"
#include "base/transcript.h"

namespace verdict::guest {

using json = nlohmann::json;
using Bytes = std::vector<uint8_t>;

/// How a command in the guest ended.
struct Ended {
  int status = 0; ///< exit status, or 128 + the signal
  std::string out, err;
};

/// A program of an object that bpf_load() has loaded: @name is the name it was loaded under.
struct Program {
  std::string name, program;
};

/// The interface that an object is loaded for, if it is for one.
struct LoadOptions {
  std::string bound_to = {};     ///< its driver gives the metadata that the programs ask for
  std::string offloaded_to = {}; ///< its device takes the programs, and has the maps
};

/// Where an XDP program runs.
enum class XdpMode { native, generic, offload };

/// What else an attachment demands.
struct AttachOptions {
  XdpMode mode = XdpMode::native;
  std::optional<Program> replace; ///< only if this program is attached now
  bool noreplace = false;         ///< only if none is attached now
};

/// What is attached to an interface; program ids, 0 for none.
struct Attached {
  std::string mode; ///< none, native, generic, offload or multi
  uint32_t native_id = 0, generic_id = 0, offload_id = 0;
};

/// A datagram from a UDP socket.
struct Datagram {
  std::string from;
  uint16_t port = 0;
  Bytes data;
  std::optional<uint32_t> mark;
};

/// A frame from a packet socket.
struct PacketFrame {
  Bytes data;
  std::optional<uint32_t> mark;
  std::optional<uint16_t> vlan_tci, vlan_tpid; ///< a tag that the stack has taken out of the data
  int pkttype = 0;
};

/// What a packet socket has taken in.
struct FrameCount {
  uint64_t count = 0;
  uint64_t dropped = 0; ///< lost because the socket's buffer was full
};

/// How an operation went in which an allocation was to fail.
struct FaultResult {
  bool failed = false;              ///< there was such an allocation
  std::optional<std::string> error; ///< the operation's
};

/// A page pool, as the kernel's "netdev" family lists it.
struct PagePool {
  uint64_t id = 0;
  std::optional<uint32_t> ifindex;     ///< none once its device has gone
  uint64_t inflight = 0;               ///< pages it owns, in use or cached by it
  std::optional<uint64_t> detach_time; ///< set when the pool waits for its last pages
};

/// The host's end of the guest agent's line; PROTOCOL.md lists the operations.
/// One call at a time; an Agent is not for several threads.
class Agent {
public:
  using Timeout = std::chrono::milliseconds;
  static constexpr Timeout default_timeout{ 30'000 };

  /// Takes a connected stream socket.
  explicit Agent(Fd socket) : socket_(std::move(socket)) {}

  /// Writes what is said from now on into a file; long hex data is shortened.
  void record(Transcript transcript) { transcript_ = std::move(transcript); }

  /// Error: that file lacks something.
  Result<void> recorded() const { return transcript_ ? transcript_->complete() : Result<void>(); }

  /// Adds a line of our own to that.
  void remark(std::string_view text);

  /// Asked several times a second while waiting; its error ends the wait: "the test's time is
  /// over".
  void set_health_check(std::function<Result<void>()> check) { health_check_ = std::move(check); }

  /// The last call was not answered in its time.
  bool silent() const { return silent_; }

  /// Sends a request and waits for its answer. The error names the operation and the cause: the
  /// guest's own, a timeout, or a closed line. Answers to calls that have timed out are skipped.
  Result<json> call(std::string_view op, json arguments = json::object(),
                    Timeout timeout = default_timeout);

  /// Waits until the agent answers; for a guest that is booting.
  Result<void> ping(Timeout timeout = default_timeout);

  /// Runs a command; its exit status is a result, not an error.
  Result<Ended> run(const std::vector<std::string> &argv, Timeout timeout = default_timeout);
  /// Runs a command that has to succeed; the error carries its output.
  Result<std::string> run_ok(const std::vector<std::string> &argv,
                             Timeout timeout = default_timeout);
  /// Reads a file of the guest.
  Result<std::string> read(const std::string &path);
  /// Writes into a file of the guest that exists (sysfs, procfs), from an offset on.
  Result<void> write(const std::string &path, const std::string &data, uint64_t at = 0);

  /// Makes a file of the guest.
  Result<void> put(const std::string &path, std::span<const uint8_t> data);

  /// Does an operation, as call(), and lets its @nth allocation fail, counting from 1. On a kernel
  /// with CONFIG_FAULT_INJECTION.
  Result<FaultResult> call_failing(unsigned nth, std::string_view op, json arguments,
                                   Timeout timeout = default_timeout);

  /// Loads a module file, @path being below /modules.
  Result<void> insmod(const std::string &path, const std::string &params = "");
  /// Loads a stock module and what it needs.
  Result<void> modprobe(const std::string &name);
  Result<void> rmmod(const std::string &name);
  /// The functions in /proc/kallsyms, or only those of modules and BPF programs.
  Result<std::string> kallsyms(bool modules_only);

  /// Loads an object file of /bpf as @name with only these programs; returns their ids.
  Result<std::map<std::string, uint32_t>> bpf_load(const std::string &object,
                                                   const std::string &name,
                                                   const std::vector<std::string> &programs,
                                                   const LoadOptions &options = {});
  /// The objects that are loaded, and what bpf_load answered: programs and maps.
  const std::map<std::string, json> &loaded() const { return loaded_; }
  /// Drops an object: its maps, its tracing attachments; XDP attachments stay.
  Result<void> bpf_unload(const std::string &name);

  Result<void> xdp_attach(const std::string &ifname, const Program &program,
                          const AttachOptions &options = {});
  Result<void> xdp_detach(const std::string &ifname, XdpMode mode = XdpMode::native);
  /// Attaches one program, replaces it by the other, detaches that, and so on.
  Result<void> xdp_storm(const std::string &ifname, const Program &one, const Program &other,
                         unsigned cycles, Timeout timeout = default_timeout);
  Result<Attached> xdp_query(const std::string &ifname);
  /// Attaches to tc ingress, in place of what is there.
  Result<void> tc_attach(const std::string &ifname, const Program &program);
  Result<void> tc_detach(const std::string &ifname);
  /// Attaches a tracing program until trace_detach() or bpf_unload().
  Result<void> trace_attach(const Program &program);
  Result<void> trace_detach(const Program &program);

  Result<Bytes> map_lookup(const std::string &name, const std::string &map,
                           std::span<const uint8_t> key);
  /// Writes a value; into every CPU's slot if the map is per-CPU.
  Result<void> map_update(const std::string &name, const std::string &map,
                          std::span<const uint8_t> key, std::span<const uint8_t> value);
  Result<void> map_delete(const std::string &name, const std::string &map,
                          std::span<const uint8_t> key);
  /// All entries of a map that is not per-CPU.
  Result<std::vector<std::pair<Bytes, Bytes>>> map_dump(const std::string &name,
                                                        const std::string &map);
  /// Counters of a per-CPU array, each summed over the CPUs, in the order of @keys.
  Result<std::vector<uint64_t>> map_sum(const std::string &name, const std::string &map,
                                        const std::vector<uint32_t> &keys);

  /// Opens a bound UDP socket; @mark asks for each datagram's skb mark.
  Result<int> udp_open(const std::string &ip, uint16_t port, bool mark = false);
  /// Takes up to @max datagrams, waiting up to @wait for them.
  Result<std::vector<Datagram>> udp_recv(int sock, size_t max, Timeout wait = Timeout{ 0 });
  /// Opens a packet socket on an interface for an EtherType (0x0003: all).
  Result<int> packet_open(const std::string &ifname, uint16_t protocol = 3);
  /// Takes up to @max frames, waiting up to @wait for them.
  Result<std::vector<PacketFrame>> packet_recv(int sock, size_t max, Timeout wait = Timeout{ 0 });
  /// Empties a packet socket; counts since the last call.
  Result<FrameCount> packet_count(int sock);
  /// Sends a frame @count times from an interface.
  Result<void> packet_send(const std::string &ifname, std::span<const uint8_t> data, int count = 1);
  Result<void> sock_close(int sock);

  /// ifindex, mac, mtu, flags, carrier, stats ... of an interface, as PROTOCOL.md names them.
  Result<json> netdev(const std::string &ifname);
  /// The name of the interface with this MAC address ("52:54:00:..."), lower case.
  Result<std::string> ifname_of(const std::string &mac);
  Result<void> link(const std::string &ifname, std::optional<bool> up,
                    std::optional<uint32_t> mtu = {});
  Result<std::map<std::string, uint64_t>> ethtool_stats(const std::string &ifname);
  Result<std::vector<uint32_t>> ethtool_regs(const std::string &ifname);
  /// Sets the lengths of the rings, as ethtool -G does.
  Result<void> rings(const std::string &ifname, uint32_t rx, uint32_t tx);
  /// Page pools, of one interface or of all.
  Result<std::vector<PagePool>> page_pools(std::optional<uint32_t> ifindex = {});
  /// NETDEV_XDP_ACT_ bits.
  Result<uint64_t> xdp_features(uint32_t ifindex);

private:
  Result<void> wait(short events, const Deadline &deadline, const std::string &when_over);
  Result<void> send_line(std::string_view line, const Deadline &deadline);
  Result<std::string> receive_line(const Deadline &deadline);
  Result<json> answer_to(uint64_t id, const Deadline &deadline);

  LineSocket socket_;
  std::optional<Transcript> transcript_;
  std::function<Result<void>()> health_check_;
  bool silent_ = false;
  std::map<std::string, json> loaded_;
  uint64_t last_id_ = 0;
};

} // namespace verdict::guest
