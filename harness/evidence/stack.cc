// SPDX-License-Identifier: GPL-2.0-only
#include "evidence/stack.h"

#include <dlfcn.h>
#include <execinfo.h>
#include <semaphore.h>
#include <signal.h>
#include <time.h>

#include <cerrno>
#include <filesystem>
#include <mutex>

#include <fmt/format.h>

#include "base/process.h"
#include "base/text.h"

namespace verdict {

namespace {

constexpr int deepest = 64;
constexpr milliseconds addr2line_timeout{ 60000 };

void *frames[deepest];
int depth;
sem_t taken;

void take_stack(int)
{
  const int saved = errno;
  depth = ::backtrace(frames, deepest);
  ::sem_post(&taken);
  errno = saved;
}

bool wait_until_taken()
{
  timespec end;
  ::clock_gettime(CLOCK_REALTIME, &end);
  end.tv_sec += 1;
  int result;
  while ((result = ::sem_timedwait(&taken, &end)) < 0 && errno == EINTR)
    ;
  return result == 0;
}

/// The addresses that lie in this program itself, as its file has them.
std::vector<std::string> own_addresses(const std::vector<void *> &stack)
{
  Dl_info self;
  ::dladdr(reinterpret_cast<void *>(&describe_stack), &self);
  std::vector<std::string> addresses;
  for (void *frame : stack) {
    Dl_info info;
    if (!::dladdr(frame, &info) || info.dli_fbase != self.dli_fbase)
      continue;
    // A return address may belong to the line after the call already.
    const auto offset = static_cast<char *>(frame) - static_cast<char *>(self.dli_fbase) - 1;
    addresses.push_back(fmt::format("0x{:x}", offset));
  }
  return addresses;
}

/// "FUNCTION at /somewhere/harness/FILE:LINE" as "harness/FILE:LINE in FUNCTION"; "" for code that
/// is not the harness's.
std::string own_line(const std::string &line)
{
  constexpr std::string_view at = " at ", folder = "/harness/", inlined = " (inlined by) ";
  const size_t place = line.rfind(at);
  const size_t own = line.rfind(folder);
  if (place == line.npos || own == line.npos || own < place)
    return {};
  const size_t begin = line.starts_with(inlined) ? inlined.size() : 0;
  return line.substr(own + 1) + " in " + line.substr(begin, place - begin);
}

} // namespace

void prepare_stacks()
{
  static std::once_flag once;
  std::call_once(once, [] {
    ::sem_init(&taken, 0, 0);
    // The first call loads a library, for which a signal handler is no place.
    ::backtrace(frames, deepest);
    struct sigaction action = {};
    action.sa_handler = take_stack;
    action.sa_flags = SA_RESTART;
    ::sigaction(SIGUSR2, &action, nullptr);
  });
}

std::vector<void *> stack_of(pthread_t thread)
{
  static std::mutex one_at_a_time;
  const std::lock_guard lock(one_at_a_time);
  if (::pthread_kill(thread, SIGUSR2) != 0 || !wait_until_taken())
    return {};
  return std::vector<void *>(frames, frames + depth);
}

std::vector<std::string> describe_stack(const std::vector<void *> &stack)
{
  const auto addresses = own_addresses(stack);
  if (addresses.empty())
    return { "nobody knows where it was: its stack could not be taken" };
  std::vector<std::string> arguments{
    "addr2line", "-f", "-C", "-i", "-p", "-e", std::filesystem::read_symlink("/proc/self/exe")
  };
  arguments.insert(arguments.end(), addresses.begin(), addresses.end());
  const auto output = output_of(arguments, addr2line_timeout);
  if (!output)
    return { "nobody knows where it was: " + output.error().message };
  std::vector<std::string> lines;
  for (const std::string &line : split_lines(*output)) {
    if (std::string own = own_line(line); !own.empty())
      lines.push_back(std::move(own));
  }
  return lines;
}

} // namespace verdict
