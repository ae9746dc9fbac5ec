// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "base/result.h"
#include "cost/measure.h"

namespace verdict::cost {

/// What was measured, on which kernel.
struct Report {
  std::string kernel;
  std::vector<Measurement> measurements;
};

/// The measurement of a path at a point; null if it was not made.
const Measurement *find(const Report &report, const std::string &system, const std::string &path,
                        const Point &point = {});

/// The report as JSON, with the profile of each path.
std::string to_json(const Report &report);

/// What our paths cost, divided by what the peers' do, and whether it is in reach.
std::string ratios_table(const Report &report);

/// Writes cost.json, report.html and the plots that it shows, as SVG, into a directory.
Result<void> write_report(const Report &report, const std::filesystem::path &directory);

} // namespace verdict::cost
