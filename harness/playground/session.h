// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "playground/command.h"
#include "playground/traffic.h"

namespace verdict::playground {

/// Where text for people goes.
using Print = std::function<void(std::string_view text)>;

/// Waits that long for a key, and tells whether one was pressed.
using KeyPressed = std::function<bool(milliseconds)>;

/// A guest with both ends of its wires, and what can be done with them.
class Session {
public:
  /// `column` says what NICs the machine has.
  static Result<std::unique_ptr<Session>> start(Machine &machine, const Column &column,
                                                Print print);

  /// What watch ends at. Without it, watch does not wait for frames unless it is told how many.
  void set_key_pressed(KeyPressed pressed) { key_pressed_ = std::move(pressed); }

  /// "nic0> "
  std::string prompt() const { return traffic_->nics()[nic_].name + "> "; }

  /// Says what both ends of each wire are.
  void introduce() const;

  /// Runs a command; false if it was the last one.
  Result<bool> run(const std::string &line);

  guest::Agent &agent() { return agent_; }

private:
  Session(Machine &machine, Print print)
      : machine_(machine), agent_(machine.take_agent_socket()), print_(std::move(print))
  {
  }

  Result<void> send(const std::vector<Frame> &frames, size_t times);
  std::string describe(size_t nic) const;
  void show(const std::vector<Seen> &seen) const;
  std::string xdp_mode() const;
  Result<std::string> put(const std::string &file);
  Result<void> in_guest(const std::string &command);

  Result<void> run(const Nothing &) { return {}; }
  Result<void> run(const Help &help);
  Result<void> run(const Send &send);
  Result<void> run(const SendCapture &send);
  Result<void> run(const Watch &watch);
  Result<void> run(const SetWire &wire);
  Result<void> run(const SaveCapture &save);
  Result<void> run(const Counters &);
  Result<void> run(const ChooseNic &choice);
  Result<void> run(const Attach &attach);
  Result<void> run(const Detach &);
  Result<void> run(const Put &put);
  Result<void> run(const InGuest &command);
  Result<void> run(const Expect &expect);
  Result<void> run(const Quit &) { return {}; }

  Machine &machine_;
  guest::Agent agent_;
  Print print_;
  KeyPressed key_pressed_;
  std::optional<Traffic> traffic_;
  std::vector<Seen> last_; ///< of the last send
  size_t nic_ = 0;         ///< that the commands are about
};

} // namespace verdict::playground
