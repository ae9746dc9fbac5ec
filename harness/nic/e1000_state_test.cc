// SPDX-License-Identifier: GPL-2.0-only
#include "nic/e1000_state.h"

#include <gmock/gmock.h>

#include "tests/golden.h"

namespace verdict {

namespace {

constexpr uint32_t rs_ifcs_eop = 0x0b000000;

E1000Ring ring(uint32_t head, uint32_t tail)
{
  return { .head = head, .tail = tail, .descriptors = std::vector<E1000Descriptor>(64) };
}

TEST(E1000State, OwnedIsFromHeadToTailRoundTheRing)
{
  EXPECT_EQ(ring(10, 14).owned(), 4u);
  EXPECT_EQ(ring(60, 2).owned(), 6u);
  EXPECT_EQ(ring(5, 5).owned(), 0u);
}

TEST(E1000State, AMissingDoorbellLeavesDescriptorsBeyondTheTail)
{
  E1000Ring tx = ring(20, 20);
  for (size_t i = 0; i < 20; i++)
    tx.descriptors[i] = { 0x1000 * i, rs_ifcs_eop | 60, 1 };
  EXPECT_EQ(describe_tx(tx)["filled beyond the tail"], 0);
  for (size_t i = 20; i < 23; i++)
    tx.descriptors[i] = { 0x1000 * i, rs_ifcs_eop | 60, 0 };
  EXPECT_EQ(describe_tx(tx)["filled beyond the tail"], 3);
  expect_golden("e1000_tx_ring", describe_tx(tx).dump(2) + "\n");
}

TEST(E1000State, CountsWhatTheDriverHasNotRefilled)
{
  E1000Ring rx = ring(2, 60);
  for (size_t i = 0; i < 64; i++)
    rx.descriptors[i].address = 0x1000 * i;
  rx.descriptors[0] = { 0x0, 64, 0x3 };
  rx.descriptors[1] = { 0x1000, 2048, 0x0101 };
  EXPECT_EQ(describe_rx(rx)["filled, not yet refilled"], 2);
  expect_golden("e1000_rx_ring", describe_rx(rx).dump(2) + "\n");
}

// A ring may be shorter than what is shown of it.
TEST(E1000State, AShortRingIsShownOnce)
{
  E1000Ring rx{ .head = 1, .tail = 3, .descriptors = std::vector<E1000Descriptor>(4) };
  EXPECT_EQ(describe_rx(rx)["around head and tail"].size(), 4u);
}

} // namespace

} // namespace verdict
