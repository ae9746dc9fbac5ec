// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include <sys/types.h>

#include "base/deadline.h"
#include "base/fd.h"
#include "base/result.h"

namespace verdict {

/// What to run and with which descriptors.
struct Command {
  struct Passed {
    int fd; ///< ours
    int as; ///< its number in the child; 64 or higher, to stay clear of our own
  };

  std::vector<std::string> arguments;   ///< [0] is looked up in PATH
  std::vector<Passed> descriptors = {}; ///< everything else is close-on-exec
  int output = 2;                       ///< becomes the child's stdout
  int error = 2;                        ///< becomes the child's stderr
};

/// A child process. It is killed when this goes out of scope or is assigned to, and by the kernel
/// when the thread that spawned it ends (PR_SET_PDEATHSIG), so also when we die. A Child must
/// therefore not outlive that thread: machines are started by the main thread, and the other
/// threads that start something wait for its end.
class Child {
public:
  /// Starts a command by way of verdict_leash, which must stand beside the running program.
  static Result<Child> spawn(const Command &command);

  Child(Child &&other) noexcept;
  Child &operator=(Child &&other) noexcept;
  ~Child() { kill(); }

  pid_t pid() const { return pid_; }

  /// How it ended ("exit status 1", "signal 9"), or nothing while it runs when the deadline comes.
  std::optional<std::string> wait(const Deadline &deadline);

  /// As wait(), with success of exit status 0.
  bool exited_well() const { return ended_ == "exit status 0"; }

  /// SIGKILL to this very process, and waits until it is gone.
  void kill();

private:
  Child(pid_t pid, Fd pidfd) : pid_(pid), pidfd_(std::move(pidfd)) {}

  pid_t pid_ = -1;
  Fd pidfd_;
  std::optional<std::string> ended_;
};

/// Runs a command to its end: what it wrote to stdout. Error: it does not start, does not end in
/// time, or fails, with what it wrote to stderr.
Result<std::string> output_of(const std::vector<std::string> &arguments, milliseconds timeout);

/// A program's path as the shell would find it. Error: there is none.
Result<std::filesystem::path> find_program(const std::string &name);

} // namespace verdict
