// SPDX-License-Identifier: GPL-2.0-only
#include "nic/e1000_state.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/text.h"
#include "nic/e1000_registers.h"
#include "qemu/physical_memory.h"

namespace verdict {

namespace {

using nlohmann::ordered_json;

struct Register {
  const char *name;
  uint64_t offset;
};

/// ICR is cleared by reading it; QEMU, as the device does, has the same causes in ICS, to be read
/// without harm.
constexpr Register plain_registers[] = {
  { "CTRL", e1000::ctrl }, { "STATUS", e1000::status }, { "ICS (pending causes)", e1000::ics },
  { "IMS", e1000::ims },   { "RCTL", e1000::rctl },     { "TCTL", e1000::tctl },
  { "RDH", e1000::rdh },   { "RDT", e1000::rdt },       { "RDTR", e1000::rdtr },
  { "RADV", e1000::radv }, { "ITR", e1000::itr },       { "TDH", e1000::tdh },
  { "TDT", e1000::tdt },   { "TIDV", e1000::tidv },     { "RXCSUM", e1000::rxcsum },
};

constexpr uint32_t most_descriptors = 4096;

/// How many descriptors before head and behind tail are shown.
constexpr uint32_t surroundings = 8;

Result<E1000Ring> read_ring(Machine &machine, uint64_t registers)
{
  const uint64_t base =
      TRY(physical_word(machine, registers)) |
      static_cast<uint64_t>(TRY(physical_word(machine, registers + e1000::ring::base_high))) << 32;
  const uint32_t count =
      TRY(physical_word(machine, registers + e1000::ring::length)) / e1000::descriptor_size;
  E1000Ring ring{ .head = TRY(physical_word(machine, registers + e1000::ring::head)),
                  .tail = TRY(physical_word(machine, registers + e1000::ring::tail)),
                  .descriptors = {} };
  if (!count || count > most_descriptors || ring.head >= count || ring.tail >= count)
    return fail(fmt::format("no ring: {} descriptors, head {}, tail {}; is its interface up?",
                            count, ring.head, ring.tail));
  const auto words = TRY(physical_words(machine, base, count * e1000::descriptor_size / 4));
  for (size_t i = 0; i < words.size(); i += 4)
    ring.descriptors.push_back({ .address = words[i] | static_cast<uint64_t>(words[i + 1]) << 32,
                                 .lower = words[i + 2],
                                 .upper = words[i + 3] });
  return ring;
}

/// The bits of a value that have names: "DD EOP".
std::string names(uint32_t value, std::initializer_list<std::pair<uint32_t, const char *>> bits)
{
  std::vector<std::string> set;
  for (const auto &[bit, name] : bits) {
    if (value & bit)
      set.push_back(name);
  }
  return set.empty() ? "-" : join(set, " ");
}

std::string rx_text(const E1000Descriptor &descriptor)
{
  return fmt::format("buffer 0x{:x}, length {}, status {}, errors 0x{:02x}", descriptor.address,
                     descriptor.lower & 0xffff,
                     names(descriptor.upper, { { 1 << 0, "DD" }, { 1 << 1, "EOP" } }),
                     descriptor.upper >> 8 & 0xff);
}

std::string tx_text(const E1000Descriptor &descriptor)
{
  return fmt::format("buffer 0x{:x}, length {}, command {}, status {}", descriptor.address,
                     descriptor.lower & 0xffff,
                     names(descriptor.lower >> 24, { { 1 << 0, "EOP" },
                                                     { 1 << 1, "IFCS" },
                                                     { 1 << 3, "RS" },
                                                     { 1 << 5, "DEXT" },
                                                     { 1 << 6, "VLE" },
                                                     { 1 << 7, "IDE" } }),
                     names(descriptor.upper, { { 1 << 0, "DD" } }));
}

/// The descriptors around head and tail, each by its number, in the ring's order.
ordered_json around(const E1000Ring &ring, std::string (*text)(const E1000Descriptor &))
{
  const auto count = static_cast<uint32_t>(ring.descriptors.size());
  const auto is_near = [&](uint32_t slot, uint32_t middle) {
    return (slot + count - middle + surroundings) % count < 2 * surroundings;
  };
  ordered_json shown;
  for (uint32_t i = 0; i < count; i++) {
    const uint32_t slot = (ring.head + count - surroundings % count + i) % count;
    if (!is_near(slot, ring.head) && !is_near(slot, ring.tail))
      continue;
    std::string line = text(ring.descriptors[slot]);
    if (slot == ring.head)
      line += " <- head";
    if (slot == ring.tail)
      line += " <- tail";
    shown[std::to_string(slot)] = line;
  }
  return shown;
}

ordered_json positions(const E1000Ring &ring)
{
  return { { "descriptors", ring.descriptors.size() },
           { "head", ring.head },
           { "tail", ring.tail },
           { "owned by the device", ring.owned() } };
}

ordered_json ring_or_reason(const Result<E1000Ring> &ring,
                            ordered_json (*describe)(const E1000Ring &))
{
  return ring ? describe(*ring) : ordered_json{ { "missing", ring.error().message } };
}

} // namespace

uint32_t E1000Ring::owned() const
{
  const auto count = static_cast<uint32_t>(descriptors.size());
  return (tail + count - head) % count;
}

ordered_json describe_rx(const E1000Ring &ring)
{
  ordered_json text = positions(ring);
  text["filled, not yet refilled"] =
      std::count_if(ring.descriptors.begin(), ring.descriptors.end(),
                    [](const E1000Descriptor &descriptor) { return descriptor.done(); });
  text["around head and tail"] = around(ring, rx_text);
  return text;
}

ordered_json describe_tx(const E1000Ring &ring)
{
  ordered_json text = positions(ring);
  const size_t count = ring.descriptors.size();
  size_t filled = 0;
  while (filled < count) {
    const E1000Descriptor &next = ring.descriptors[(ring.tail + filled) % count];
    if (!next.lower || next.done())
      break;
    filled++;
  }
  text["filled beyond the tail"] = filled;
  text["around head and tail"] = around(ring, tx_text);
  return text;
}

Result<ordered_json> e1000_state(Machine &machine, uint64_t registers, bool behind_iommu)
{
  ordered_json state;
  for (const auto &[name, offset] : plain_registers)
    state["registers"][name] =
        fmt::format("0x{:08x}", TRY(physical_word(machine, registers + offset)));
  if (behind_iommu) {
    state["rx_ring"] = state["tx_ring"] = { { "missing", "its addresses are an IOMMU's" } };
    return state;
  }
  state["rx_ring"] = ring_or_reason(read_ring(machine, registers + e1000::rdbal), describe_rx);
  state["tx_ring"] = ring_or_reason(read_ring(machine, registers + e1000::tdbal), describe_tx);
  return state;
}

} // namespace verdict
