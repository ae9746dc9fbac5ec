// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include <cstdio>
#include <deque>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include <nlohmann/json.hpp>

#include "base/deadline.h"
#include "base/fd.h"
#include "base/result.h"

namespace verdict {

inline constexpr milliseconds qmp_timeout{ 10000 };

/// A client of QEMU's machine protocol (docs/interop/qmp-spec). Replies are matched by their id;
/// events that come in between are kept, in order, until somebody takes them.
class Qmp {
public:
  /// Reads the greeting and leaves capability negotiation. Everything said goes to `transcript`.
  static Result<Qmp> connect(Fd socket, const std::filesystem::path &transcript,
                             milliseconds timeout = qmp_timeout);

  /// Runs a command; the reply's "return". Error: QEMU's description, a timeout, the end of QEMU.
  Result<nlohmann::json> command(const std::string &name,
                                 nlohmann::json arguments = nlohmann::json::object(),
                                 milliseconds timeout = qmp_timeout);

  /// Hands a descriptor over (command getfd), to be used as "fd:NAME".
  Result<void> pass_descriptor(const std::string &name, int fd);

  /// The oldest event not yet taken; does not wait.
  std::optional<nlohmann::json> next_event();

  /// The first event of that name for which `accept` is true; takes it, and leaves others in place.
  Result<nlohmann::json> wait_event(
      const std::string &name, milliseconds timeout = qmp_timeout,
      const std::function<bool(const nlohmann::json &)> &accept = [](const auto &) {
        return true;
      });

  /// QEMU has closed its end.
  bool closed() const { return closed_; }

private:
  struct CloseFile {
    void operator()(FILE *file) const { std::fclose(file); }
  };

  Qmp(Fd socket, FILE *transcript) : socket_(std::move(socket)), transcript_(transcript) {}

  Result<nlohmann::json> run(const std::string &name, nlohmann::json arguments, int fd,
                             milliseconds timeout);
  Result<void> send(const std::string &line, int fd, const Deadline &deadline);
  Result<nlohmann::json> next_message(const Deadline &deadline);
  void note(const char *arrow, const std::string &line);

  Fd socket_;
  std::unique_ptr<FILE, CloseFile> transcript_;
  std::string unread_;
  std::deque<nlohmann::json> events_;
  unsigned last_id_ = 0;
  bool closed_ = false;
};

} // namespace verdict
