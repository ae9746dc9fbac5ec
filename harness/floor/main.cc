// SPDX-License-Identifier: GPL-2.0-only
// What a user-space driver does with frames: drop them, send them back, forward them to a second
// device, or answer them.
#include <csignal>
#include <cstdio>
#include <cstring>
#include <string>
#include <vector>

#include <arpa/inet.h>

#include "floor/answer.h"
#include "floor/e1000.h"

namespace verdict::floor {

namespace {

constexpr const char *usage = R"(usage: floor MODE SLOT [SLOT|IP]

A driver for the 82540EM in user space, without interrupts: it polls until it is ended by a
signal, and tells then what it has received and sent. SLOT is a device's PCI address, as
0000:00:10.0; the kernel's driver loses it. Needs root, and a huge page for each device:
echo 8 > /proc/sys/vm/nr_hugepages

  drop SLOT           receives, and drops
  tx SLOT             sends each frame back, with its addresses swapped
  forward SLOT SLOT   sends on one what comes in on the other
  answer SLOT IP      answers ARP and echo requests for this address
)";

/// Frames that are received before what they caused is sent.
constexpr uint32_t batch = 64;

volatile std::sig_atomic_t is_over;

struct Counts {
  unsigned long long received = 0, sent = 0;
};

// Each step is a function of its own, so that a place in memory says where the next frames are
// looked for.

[[gnu::noinline]] void drop(E1000 &nic, Counts &counts)
{
  counts.received += nic.receive(batch, [](const Frame &) { return false; });
}

[[gnu::noinline]] void send_back(E1000 &nic, Counts &counts)
{
  nic.complete();
  counts.received += nic.receive(batch, [&](const Frame &frame) {
    swap_addresses(frame.data);
    const bool sent = nic.send(frame.buffer, frame.length);
    counts.sent += sent;
    return sent;
  });
  nic.flush();
}

void forward(E1000 &from, E1000 &to, Counts &counts)
{
  to.complete();
  counts.received += from.receive(batch, [&](const Frame &frame) {
    const uint32_t buffer = to.take_buffer();
    if (buffer == E1000::none)
      return false;
    std::memcpy(to.data_of(buffer), frame.data, frame.length);
    if (to.send(buffer, frame.length))
      counts.sent++;
    else
      to.give_back(buffer);
    return false;
  });
  to.flush();
}

void answer(E1000 &nic, const Host &host, Counts &counts)
{
  nic.complete();
  counts.received += nic.receive(batch, [&](const Frame &frame) {
    const bool sent =
        make_answer(host, frame.data, frame.length) && nic.send(frame.buffer, frame.length);
    counts.sent += sent;
    return sent;
  });
  nic.flush();
}

/// Polls until a signal comes. Standard output says where a step begins.
template <typename Step>
void poll(const void *begin, Step &&step)
{
  std::printf("a step begins at %p\n", begin);
  std::fflush(stdout);
  while (!is_over)
    step();
}

Result<Counts> run(const std::vector<std::string> &words)
{
  const std::string mode = words[0];
  Counts counts;
  const auto nic = TRY(E1000::open(words[1]));
  if (mode == "drop") {
    poll(reinterpret_cast<const void *>(&drop), [&] { drop(*nic, counts); });
  } else if (mode == "tx") {
    poll(reinterpret_cast<const void *>(&send_back), [&] { send_back(*nic, counts); });
  } else if (mode == "forward") {
    const auto other = TRY(E1000::open(words[2]));
    poll(reinterpret_cast<const void *>(&forward), [&] {
      forward(*nic, *other, counts);
      forward(*other, *nic, counts);
    });
  } else {
    Host host{ .mac = nic->mac(), .ip = {} };
    if (::inet_pton(AF_INET, words[2].c_str(), host.ip.data()) != 1)
      return fail(words[2] + " is no IPv4 address");
    poll(reinterpret_cast<const void *>(&answer), [&] { answer(*nic, host, counts); });
  }
  return counts;
}

bool is_command(const std::vector<std::string> &words)
{
  if (words.size() == 2)
    return words[0] == "drop" || words[0] == "tx";
  return words.size() == 3 && (words[0] == "forward" || words[0] == "answer");
}

int main(const std::vector<std::string> &words)
{
  if (words.size() == 1 && (words[0] == "-h" || words[0] == "--help")) {
    std::fputs(usage, stdout);
    return 0;
  }
  if (!is_command(words)) {
    std::fputs(usage, stderr);
    return 2;
  }
  for (const int signal : { SIGINT, SIGTERM })
    std::signal(signal, [](int) { is_over = 1; });
  const auto counts = run(words);
  if (!counts) {
    std::fprintf(stderr, "floor: %s\n", counts.error().message.c_str());
    return 1;
  }
  std::printf("received %llu frames, sent %llu\n", counts->received, counts->sent);
  return 0;
}

} // namespace

} // namespace verdict::floor

int main(int argc, char **argv)
{
  return verdict::floor::main({ argv + 1, argv + argc });
}
