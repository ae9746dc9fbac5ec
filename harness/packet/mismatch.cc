// SPDX-License-Identifier: GPL-2.0-only
#include "packet/mismatch.h"

#include <algorithm>
#include <mutex>
#include <utility>

#include <fmt/format.h>

#include "packet/pcapng.h"

namespace verdict {

namespace {

std::mutex noted_mutex;
std::vector<FrameMismatch> noted;

using Direction = PcapngWriter::Direction;

void write(PcapngWriter &writer, const FrameMismatch &mismatch, uint32_t expected,
           uint32_t received)
{
  const size_t count = std::max(mismatch.expected.size(), mismatch.actual.size());
  for (size_t i = 0; i < count; i++) {
    const bool wanted = i < mismatch.expected.size(), came = i < mismatch.actual.size();
    if (wanted)
      writer.add(expected, Direction::outbound, mismatch.expected[i],
                 fmt::format("frame {}, expected{}", i, came ? "" : "; none came"));
    if (came) {
      const bool equal = wanted && mismatch.expected[i] == mismatch.actual[i];
      const char *text = equal ? "as expected" : wanted ? "which differs" : "surplus";
      writer.add(received, Direction::outbound, mismatch.actual[i],
                 fmt::format("frame {}, {}", i, text));
    }
  }
}

} // namespace

void note_mismatch(FrameMismatch mismatch)
{
  const std::lock_guard lock(noted_mutex);
  noted.push_back(std::move(mismatch));
}

std::vector<FrameMismatch> take_mismatches()
{
  const std::lock_guard lock(noted_mutex);
  return std::exchange(noted, {});
}

Result<void> write_mismatches(const std::vector<FrameMismatch> &mismatches,
                              const std::filesystem::path &path)
{
  PcapngWriter writer = TRY(PcapngWriter::create(path));
  const uint32_t expected = writer.add_interface("expected");
  const uint32_t received = writer.add_interface("received");
  for (const FrameMismatch &mismatch : mismatches)
    write(writer, mismatch, expected, received);
  return writer.flush();
}

} // namespace verdict
