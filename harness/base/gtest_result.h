// SPDX-License-Identifier: GPL-2.0-only
// GoogleTest on Result<T>: a test goes on with the value, or fails with the error's sentence.
#pragma once

#include <gtest/gtest.h>

#include "base/result.h"

/// Ends the test function unless the Result holds a value.
#define ASSERT_OK(expression)                                                                      \
  do {                                                                                             \
    const auto &verdict_result_ = (expression);                                                    \
    if (!verdict_result_)                                                                          \
      GTEST_FATAL_FAILURE_(                                                                        \
          (std::string(#expression "\n  ") + verdict_result_.error().message).c_str());            \
  } while (false)

/// Notes a failure unless the Result holds a value.
#define EXPECT_OK(expression)                                                                      \
  do {                                                                                             \
    const auto &verdict_result_ = (expression);                                                    \
    if (!verdict_result_)                                                                          \
      GTEST_NONFATAL_FAILURE_(                                                                     \
          (std::string(#expression "\n  ") + verdict_result_.error().message).c_str());            \
  } while (false)

/// ASSERT_OK_AND_ASSIGN(auto frames, wire().until_sentinel());
#define ASSERT_OK_AND_ASSIGN(target, expression)                                                   \
  VERDICT_ASSERT_AND_ASSIGN_(VERDICT_JOIN_(verdict_result_, __LINE__), target, expression)

#define VERDICT_ASSERT_AND_ASSIGN_(result, target, expression)                                     \
  auto result = (expression);                                                                      \
  if (!result)                                                                                     \
    GTEST_FATAL_FAILURE_((std::string(#expression "\n  ") + result.error().message).c_str());      \
  target = std::move(*result)

#define VERDICT_JOIN_(a, b) VERDICT_JOIN_AGAIN_(a, b)
#define VERDICT_JOIN_AGAIN_(a, b) a##b
