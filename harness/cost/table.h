// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include <string>
#include <vector>

#include "cost/measure.h"

namespace verdict::cost {

/// Measurements as a table, a line each.
std::string table(const std::vector<Measurement> &measurements);

/// The `most` functions into which most instructions of a measurement went.
std::string functions_table(const Measurement &measurement, size_t most);

} // namespace verdict::cost
