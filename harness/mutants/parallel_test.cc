// SPDX-License-Identifier: GPL-2.0-only
#include "mutants/parallel.h"

#include <set>

#include <gmock/gmock.h>

namespace verdict::mutants {

namespace {

using testing::ElementsAre;

TEST(WorkOff, WorksOnEachItemOnceAndOnWhatComesUp)
{
  for (const unsigned jobs : { 1, 4 }) {
    std::mutex mutex;
    std::multiset<int> done;
    work_off<int>(jobs, { 10, 20 }, [&](int item) {
      const std::lock_guard guard(mutex);
      done.insert(item);
      return item % 10 < 2 ? std::vector{ item + 1, item + 5 } : std::vector<int>();
    });
    EXPECT_THAT(done, ElementsAre(10, 11, 12, 15, 16, 20, 21, 22, 25, 26));
  }
}

TEST(WorkOff, WhatComesUpIsNext)
{
  std::vector<int> done;
  work_off<int>(1, { 1, 2 }, [&](int item) {
    done.push_back(item);
    return item == 1 ? std::vector{ 3, 4 } : std::vector<int>();
  });
  EXPECT_THAT(done, ElementsAre(1, 3, 4, 2));
}

TEST(WorkOff, HasNothingToDo)
{
  work_off<int>(2, {}, [](int) -> std::vector<int> {
    ADD_FAILURE();
    return {};
  });
}

} // namespace

} // namespace verdict::mutants
