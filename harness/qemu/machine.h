// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "base/fd.h"
#include "base/process.h"
#include "base/result.h"
#include "qemu/machine_config.h"
#include "qemu/qmp.h"
#include "wire/wire.h"

namespace verdict {

/// How a guest stands, or how it ended.
enum class Ending {
  running,
  clean,          ///< it powered itself off
  panic,          ///< its kernel panicked or reset the machine
  hang,           ///< it did not answer, and was ended by an NMI
  boot_failure,   ///< it ended before it was ready
  infrastructure, ///< QEMU died or does not answer: not the guest's fault
};

const char *to_string(Ending ending);

struct Standing {
  Ending ending = Ending::running;
  std::string sentence; ///< for people, with the cause as far as it is known
};

/// A virtual machine in a QEMU of its own, always under TCG. It dies with this object, and with
/// the process. Its evidence directory gets serial.log (the console), qmp.log (what was said over
/// QMP), qemu.log (QEMU's messages), trace.log (trace events, while there are any) and nicN.pcapng
/// (what was on the wires). Several threads may ask how it stands, and speak QMP.
class Machine {
public:
  /// Boots the kernel. Ready only when something in the guest says so; see set_ready().
  static Result<std::unique_ptr<Machine>> boot(const MachineConfig &config,
                                               const std::filesystem::path &evidence);

  /// Continues where save() stopped a machine of an equal configuration; ready at once.
  /// With a path in `gdb` it waits for a gdb on a Unix socket there, which lets it go on.
  /// `image` is opened for reading, at its beginning, and not shared with another reader.
  static Result<std::unique_ptr<Machine>> restore(const MachineConfig &config, Fd image,
                                                  const std::filesystem::path &evidence,
                                                  const Plugin &plugin = {},
                                                  const std::filesystem::path &gdb = {});

  ~Machine();

  /// Stops the guest and writes its state to a file. The guest stays stopped.
  Result<void> save(int file);

  /// The NICs' wires; a machine whose NICs are joined has none.
  Wire &wire(size_t nic) { return wires_.at(nic); }
  size_t nic_count() const { return wires_.size(); }
  const MachineConfig &config() const { return config_; }
  Qmp &qmp() { return *qmp_; }

  /// The host's end of the agent's virtio-serial port: a stream socket. Once.
  Fd take_agent_socket() { return std::move(agent_socket_); }

  /// The host's end of the guest's terminal: a stream socket. Once.
  Fd take_console_socket() { return std::move(console_socket_); }

  const std::filesystem::path &evidence() const { return evidence_; }
  std::filesystem::path serial_log() const { return evidence_ / "serial.log"; }
  std::filesystem::path qemu_log() const { return evidence_ / "qemu.log"; }
  std::filesystem::path trace_log() const { return evidence_ / "trace.log"; }

  /// The guest has booted: an end from now on is no boot failure.
  void set_ready();

  /// How the guest stands now; does not wait.
  Standing standing();

  /// standing() as an error, when the guest does not run any more. Does not wait.
  Result<void> health();

  /// To be called when the guest did not answer in time: sends it an NMI, on which its kernel
  /// prints where it is and panics, waits for the end, and returns hang (or what it was really).
  Standing end_as_hang(const std::string &symptom, milliseconds timeout = qmp_timeout);

  /// Kills QEMU now.
  void kill();

private:
  Machine(MachineConfig config, std::filesystem::path evidence)
      : config_(std::move(config)), evidence_(std::move(evidence))
  {
  }

  Result<std::vector<Fd>> lay_cables();
  Result<void> start(bool incoming, const Plugin &plugin = {});
  void end(Ending ending, const std::string &sentence);
  void take_events();
  Standing wait_for_end(const Deadline &deadline);
  Standing conclude(Ending ending, const std::string &sentence);

  MachineConfig config_;
  std::filesystem::path evidence_;
  std::vector<Wire> wires_;
  Fd agent_socket_;
  Fd console_socket_; ///< none without a console
  std::optional<Child> child_;
  std::unique_ptr<Qmp> qmp_;

  std::mutex mutex_; ///< for all below, and the child once it runs
  Standing standing_;
  bool ready_ = false;
  std::optional<std::string> hang_symptom_; ///< once an NMI is to end a hang
};

} // namespace verdict
