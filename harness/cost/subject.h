// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "cost/counters.h"
#include "cost/measure.h"
#include "cost/path.h"
#include "cost/tcp_stream.h"
#include "cost/user_driver.h"
#include "guest/agent_client.h"
#include "packet/frame.h"
#include "qemu/machine.h"
#include "qemu/register_trace.h"
#include "qemu/symbols.h"

namespace verdict::cost {

/// What the guest did for frames, and how many those were.
struct Window {
  Counts counts;
  double in = 0, out = 0; ///< frames that NIC 0 has taken; that any NIC has sent

  double instructions() const;
};

/// A machine that is being measured.
class Subject {
public:
  /// `nics` are those of the case's column.
  Subject(const Case &which, std::vector<Nic> nics, std::unique_ptr<Machine> machine,
          Counters counters);

  guest::Agent &agent() { return agent_; }

  /// Everything up to the first frame.
  Result<void> set_up();

  /// The functions of modules and BPF programs, and the gate.
  Result<void> look_up(Symbols symbols);

  /// What the guest does for so many frames.
  Result<Window> window(size_t frames);

  /// What one frame cost, by function and register.
  Measurement result_of(const Window &frame) const;

private:
  Frame frame(uint16_t src_port) const;
  Result<uint64_t> received();
  Register named(const Register &where) const;
  Result<Window> flooded(size_t frames);
  Result<size_t> send(size_t frames);
  Result<size_t> send_burst(size_t frames);
  std::vector<size_t> nics() const;
  Result<void> set_point(size_t nic);
  Result<void> start_user_driver();
  Result<void> connect();
  Result<void> attach();
  Result<void> open_socket();
  Result<void> load(const std::string &program);
  Result<void> update(const std::vector<MapEntry> &entries);

  const Case case_;
  const std::vector<Nic> profiles_;
  std::unique_ptr<Machine> machine_;
  Counters counters_;
  guest::Agent agent_;
  std::vector<std::string> ifnames_;
  std::vector<Frame> frames_;
  Symbols symbols_;
  uint64_t gate_ = 0;
  std::vector<NicRegisters> windows_;
  uint64_t sent_ = 0;
  std::optional<UserDriver> user_driver_;
  std::optional<TcpStream> stream_;
};

} // namespace verdict::cost
