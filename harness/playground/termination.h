// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include <atomic>
#include <functional>
#include <thread>

#include <csignal>

namespace verdict::playground {

/// Lets a process that is told to end (SIGHUP, SIGINT, SIGTERM) do something first. To be made
/// before other threads are.
class OnTermination {
public:
  explicit OnTermination(std::function<void()> last);
  ~OnTermination();

  /// SIGINT is a key like others from now on.
  void survive_interrupts() { survives_interrupts_ = true; }

private:
  sigset_t before_{};
  std::atomic<bool> survives_interrupts_ = false;
  std::jthread watcher_;
};

} // namespace verdict::playground
