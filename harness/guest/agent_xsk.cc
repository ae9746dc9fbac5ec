// SPDX-License-Identifier: GPL-2.0-only
// An AF_XDP socket in copy mode whose frames are counted and given back, by a process of its own.
#include "agent.h"

#include <atomic>
#include <csignal>
#include <optional>

#include <bpf/bpf.h>
#include <linux/if_xdp.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "agent_bpf.h"
#include "agent_counting.h"
#include "base/fd.h"

namespace verdict::guest {
namespace {

constexpr uint32_t entries = 2048, chunk = 4096;
constexpr int busy_poll_us = 20, busy_poll_budget = 64;

/// Takes the frames, and counts them.
std::optional<CountingProcess> taker;

/// A ring that the kernel shares: the one side writes the producer's index, the other the
/// consumer's.
struct Ring {
  uint32_t *producer = nullptr, *consumer = nullptr;
  void *descriptors = nullptr;
};

struct Socket {
  Fd fd;
  Ring fill, receive;
};

Result<void> set(int fd, int level, int option, const void *value, socklen_t size, const char *name)
{
  if (::setsockopt(fd, level, option, value, size))
    return fail_errno(name);
  return {};
}

Result<Ring> map_ring(int fd, const xdp_ring_offset &offset, size_t entry, off_t page)
{
  const size_t size = offset.desc + entries * entry;
  void *memory = ::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, fd, page);

  if (memory == MAP_FAILED)
    return fail_errno("mmap of a ring");
  auto *base = static_cast<uint8_t *>(memory);
  return Ring{ reinterpret_cast<uint32_t *>(base + offset.producer),
               reinterpret_cast<uint32_t *>(base + offset.consumer), base + offset.desc };
}

Result<Socket> open_socket(unsigned ifindex)
{
  Socket socket;
  socket.fd = Fd(::socket(AF_XDP, SOCK_RAW | SOCK_CLOEXEC, 0));
  const int fd = socket.fd.get();
  void *memory = ::mmap(nullptr, size_t{ entries } * chunk, PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);

  if (fd < 0)
    return fail_errno("AF_XDP socket");
  if (memory == MAP_FAILED)
    return fail_errno("mmap");
  xdp_umem_reg umem{};
  umem.addr = reinterpret_cast<uint64_t>(memory);
  umem.len = uint64_t{ entries } * chunk;
  umem.chunk_size = chunk;
  const int yes = 1;
  for (const auto &result :
       { set(fd, SOL_XDP, XDP_UMEM_REG, &umem, sizeof(umem), "XDP_UMEM_REG"),
         set(fd, SOL_XDP, XDP_UMEM_FILL_RING, &entries, sizeof(entries), "XDP_UMEM_FILL_RING"),
         set(fd, SOL_XDP, XDP_UMEM_COMPLETION_RING, &entries, sizeof(entries),
             "XDP_UMEM_COMPLETION_RING"),
         set(fd, SOL_XDP, XDP_RX_RING, &entries, sizeof(entries), "XDP_RX_RING"),
         set(fd, SOL_SOCKET, SO_PREFER_BUSY_POLL, &yes, sizeof(yes), "SO_PREFER_BUSY_POLL"),
         set(fd, SOL_SOCKET, SO_BUSY_POLL, &busy_poll_us, sizeof(busy_poll_us), "SO_BUSY_POLL"),
         set(fd, SOL_SOCKET, SO_BUSY_POLL_BUDGET, &busy_poll_budget, sizeof(busy_poll_budget),
             "SO_BUSY_POLL_BUDGET") })
    TRY(result);
  xdp_mmap_offsets offsets{};
  socklen_t size = sizeof(offsets);
  if (::getsockopt(fd, SOL_XDP, XDP_MMAP_OFFSETS, &offsets, &size))
    return fail_errno("XDP_MMAP_OFFSETS");
  auto fill = TRY(map_ring(fd, offsets.fr, sizeof(uint64_t), XDP_UMEM_PGOFF_FILL_RING));
  auto receive = TRY(map_ring(fd, offsets.rx, sizeof(xdp_desc), XDP_PGOFF_RX_RING));
  socket.fill = fill;
  socket.receive = receive;
  for (uint32_t i = 0; i < entries; i++)
    static_cast<uint64_t *>(fill.descriptors)[i] = uint64_t{ i } * chunk;
  __atomic_store_n(fill.producer, entries, __ATOMIC_RELEASE);

  sockaddr_xdp address{};
  address.sxdp_family = AF_XDP;
  address.sxdp_flags = XDP_COPY;
  address.sxdp_ifindex = ifindex;
  if (::bind(fd, reinterpret_cast<sockaddr *>(&address), sizeof(address)))
    return fail_errno("bind of an AF_XDP socket");
  return socket;
}

/// Polls the NIC through the socket, and gives back what came.
[[noreturn]] void take_all(const Socket &socket, uint64_t *taken)
{
  const auto *frames = static_cast<const xdp_desc *>(socket.receive.descriptors);
  auto *free = static_cast<uint64_t *>(socket.fill.descriptors);
  uint32_t seen = 0, given = entries;

  for (;;) {
    ::recvfrom(socket.fd.get(), nullptr, 0, MSG_DONTWAIT, nullptr, nullptr);
    const uint32_t there = __atomic_load_n(socket.receive.producer, __ATOMIC_ACQUIRE);
    if (seen == there)
      continue;
    *taken += there - seen;
    while (seen != there)
      free[given++ % entries] = frames[seen++ % entries].addr;
    __atomic_store_n(socket.receive.consumer, seen, __ATOMIC_RELEASE);
    __atomic_store_n(socket.fill.producer, given, __ATOMIC_RELEASE);
  }
}

Result<json> xsk_open(const json &request)
{
  auto ifindex = TRY(index_of(request.at("ifname")));
  auto loaded = TRY(find_loaded(request.at("name")));
  auto name = request.at("map").get<std::string>();
  const uint32_t queue = 0;

  auto map = bpf_object__find_map_by_name(loaded->object.get(), name.c_str());
  if (!map)
    return fail("no map " + name);
  auto socket = TRY(open_socket(ifindex));
  const int fd = socket.fd.get();
  if (bpf_map_update_elem(bpf_map__fd(map), &queue, &fd, BPF_ANY))
    return fail_errno("update " + name);
  taker = TRY(fork_counting([&](uint64_t *taken) { take_all(socket, taken); }));
  return json{ { "pid", taker->pid } };
}

} // namespace

void add_xsk_ops(Ops &ops)
{
  ops["xsk_open"] = xsk_open;
  ops["xsk_count"] = [](const json &) -> Result<json> {
    if (!taker)
      return fail("no AF_XDP socket");
    return json{ { "count", taker->counted() } };
  };
}

} // namespace verdict::guest
