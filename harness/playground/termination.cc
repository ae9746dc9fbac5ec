// SPDX-License-Identifier: GPL-2.0-only
#include "playground/termination.h"

#include <cstdlib>

#include <pthread.h>
#include <unistd.h>

namespace verdict::playground {

OnTermination::OnTermination(std::function<void()> last)
{
  sigset_t signals;
  ::sigemptyset(&signals);
  for (const int signal : { SIGHUP, SIGINT, SIGTERM })
    ::sigaddset(&signals, signal);
  ::pthread_sigmask(SIG_BLOCK, &signals, &before_);
  watcher_ = std::jthread([this, signals, last = std::move(last)](const std::stop_token &stop) {
    constexpr timespec interval{ .tv_sec = 0, .tv_nsec = 100'000'000 };
    while (!stop.stop_requested()) {
      const int signal = ::sigtimedwait(&signals, nullptr, &interval);
      if (signal <= 0 || (signal == SIGINT && survives_interrupts_))
        continue;
      last();
      ::_exit(128 + signal);
    }
  });
}

OnTermination::~OnTermination()
{
  watcher_.request_stop();
  watcher_.join();
  ::pthread_sigmask(SIG_SETMASK, &before_, nullptr);
}

} // namespace verdict::playground
