// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include <condition_variable>
#include <functional>
#include <mutex>
#include <string>
#include <thread>

#include <pthread.h>

#include "base/deadline.h"
#include "base/result.h"

namespace verdict {

/// Ends a test whose time is over while there is still time to say why. When the limit has passed,
/// check() fails, which ends waits on wires and for the agent; the test then fails by itself. A
/// test that does not notice gets a grace, after which `last_resort` is called from another thread:
/// it has to leave the process.
class Alarm {
public:
  /// What is told of the test: where its thread was when the alarm rang, a line for each function.
  using LastResort = std::function<void(const std::string &where)>;

  /// To be made by the test's own thread.
  Alarm(milliseconds limit, milliseconds grace, LastResort last_resort);
  ~Alarm() { stop(); }

  /// Error: the test's time is over. From any thread.
  Result<void> check() const;

  /// From now on nothing happens any more, and check() does not fail. Where the test was if the
  /// alarm had rung, once; else "".
  std::string stop();

private:
  void run(pthread_t test);

  const milliseconds limit_, grace_;
  const LastResort last_resort_;
  mutable std::mutex mutex_;
  std::condition_variable stopping_;
  bool stopped_ = false;
  bool rung_ = false;
  std::string where_;
  std::thread thread_;
};

} // namespace verdict
