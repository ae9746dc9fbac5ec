// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include <condition_variable>
#include <deque>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include <nlohmann/json.hpp>

#include "base/deadline.h"
#include "base/fd.h"
#include "base/line_socket.h"
#include "base/result.h"
#include "base/transcript.h"

namespace verdict {

inline constexpr milliseconds qmp_timeout{ 10000 };

/// A client of QEMU's machine protocol (docs/interop/qmp-spec), for several threads. Replies are
/// matched by their id; events that come in between are kept, in order, until somebody takes them.
class Qmp {
public:
  /// Reads the greeting and leaves capability negotiation. Everything said goes to `transcript`.
  static Result<std::unique_ptr<Qmp>> connect(Fd socket, const std::filesystem::path &transcript,
                                              milliseconds timeout = qmp_timeout);

  /// Runs a command; the reply's "return". Error: QEMU's description, a timeout, the end of QEMU.
  Result<nlohmann::json> command(const std::string &name,
                                 nlohmann::json arguments = nlohmann::json::object(),
                                 milliseconds timeout = qmp_timeout);

  /// Hands a descriptor over (command getfd), to be used as "fd:NAME".
  Result<void> pass_descriptor(const std::string &name, int fd);

  /// The oldest event not yet taken, of those that QEMU has sent up to now; does not wait for more.
  std::optional<nlohmann::json> next_event();

  /// The first event of that name for which `accept` is true; takes it, and leaves others in place.
  Result<nlohmann::json> wait_event(
      const std::string &name, milliseconds timeout = qmp_timeout,
      const std::function<bool(const nlohmann::json &)> &accept = [](const auto &) {
        return true;
      });

  /// Error: the transcript lacks something.
  Result<void> recorded() const { return transcript_.complete(); }

  /// QEMU has closed its end.
  bool closed();

private:
  using Lock = std::unique_lock<std::mutex>;
  /// Looks whether what somebody waits for is there, and takes it. With mutex_ held.
  using Take = std::function<std::optional<nlohmann::json>()>;

  Qmp(Fd socket, Transcript transcript)
      : socket_(std::move(socket)), transcript_(std::move(transcript))
  {
  }

  Result<nlohmann::json> run(const std::string &name, nlohmann::json arguments, int fd,
                             milliseconds timeout);
  Result<void> send(const std::string &line, int fd, const Deadline &deadline);
  Result<nlohmann::json> wait_for(Lock &lock, const Deadline &deadline, const Take &take);
  void wait_to_read(Lock &lock, const Deadline &deadline);
  void receive();
  void sort(const std::string &line);

  std::mutex sending_; ///< a command is sent as a whole
  std::mutex mutex_;   ///< for all below; a thread that waits for QEMU does not hold it
  std::condition_variable sorted_;
  LineSocket socket_;
  Transcript transcript_;
  bool somebody_waits_ = false; ///< for the socket; the others wait for sorted_
  std::optional<nlohmann::json> greeting_;
  std::map<unsigned, std::optional<nlohmann::json>> replies_; ///< of commands that run
  std::deque<nlohmann::json> events_;
  unsigned last_id_ = 0;
  std::string over_; ///< why nothing more will come, or ""
};

} // namespace verdict
