// SPDX-License-Identifier: GPL-2.0-only
#include "tests/suite/test_frames.h"

#include "bpf/verdict.h"
#include "packet/builder.h"

namespace verdict {

std::vector<size_t> notable_sizes()
{
  return { 60,  61,  62,  63,  64,   65,   127,  128,  129,  255, 256,
           257, 258, 511, 512, 1023, 1024, 1025, 1500, 1513, 1514 };
}

std::vector<size_t> notable_jumbo_sizes(size_t longest)
{
  constexpr size_t buffer = 2048;
  std::vector<size_t> sizes{ 60, 1514, 1518 };
  for (size_t full = buffer; full + 2 < longest; full += buffer) {
    for (size_t fcs_in_next = 0; fcs_in_next <= 6; fcs_in_next++)
      sizes.push_back(full - 5 + fcs_in_next);
  }
  sizes.push_back(longest - 1);
  sizes.push_back(longest);
  return sizes;
}

std::vector<Frame> test_frames(const NicAddress &nic, const std::vector<size_t> &sizes)
{
  std::vector<Frame> frames;
  for (size_t size : sizes)
    frames.push_back(test_frame(nic, frames.size(), size));
  return frames;
}

std::vector<Frame> test_frames(const NicAddress &nic, size_t count, size_t size)
{
  return test_frames(nic, std::vector<size_t>(count, size));
}

std::vector<Frame> swapped(std::vector<Frame> frames)
{
  for (Frame &frame : frames)
    frame = swapped(std::move(frame));
  return frames;
}

Frame with_head_adjusted(Frame frame, int delta)
{
  constexpr size_t header = 14;
  const auto body = frame.bytes.begin() + header;
  if (delta > 0)
    frame.bytes.erase(body, body + delta);
  else
    frame.bytes.insert(body, -delta, VERDICT_FILL);
  return frame;
}

Frame with_tail_adjusted(Frame frame, int delta)
{
  frame.bytes.resize(frame.size() + delta, VERDICT_FILL);
  return frame;
}

} // namespace verdict
