// SPDX-License-Identifier: GPL-2.0-only
// The evidence of the test that runs: where it is, and what becomes of it.
#pragma once

#include <string>
#include <string_view>

#include <gtest/gtest.h>

#include "evidence/evidence.h"
#include "lab/places.h"
#include "qemu/machine.h"

namespace verdict {

/// Begins it in the running test's folder, below VERDICT_RUN if that is set.
Result<Evidence> begin_evidence(const Places &places);

/// A line for the report, which finds it by its mark.
void print_mark(std::string_view mark, const std::string &text);

/// For the report: how to run the test again, and where its evidence is.
void tell_where(const Evidence &evidence);

/// A failure as GoogleTest prints it.
std::string text_of(const testing::TestPartResult &part);

/// How a test's guest ended; of one that is no more, that it was ended.
std::string ending_of(Machine *machine);

/// Concludes the evidence of a test that has failed, and tells where it is. Otherwise it is
/// removed, unless VERDICT_KEEP=1. The guest has ended before.
void end_evidence(const Evidence &evidence, const std::string &guest, const std::string &overdue);

} // namespace verdict
