// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "base/result.h"
#include "lab/column.h"
#include "lab/places.h"
#include "upstream/plan.h"

namespace verdict::upstream {

/// What a test left behind.
struct Run {
  std::string ktap;
  std::vector<std::string> complaints; ///< the guest's: splats, a hang, time that was over
};

/// What is wrong with how a test ended that printed this: with a status other than 0 though none of
/// its cases failed. "" if nothing is.
std::string wrong_status(const std::string &ktap);

/// Boots a guest with two NICs of a driver, joined by a cable, and runs a test in it, with the root
/// directory that scripts/upstream has made. The guest's
/// logs, and what the test printed (ktap), are in `evidence`. `progress` is told once in a while
/// what the test has printed so far. Error: there was no guest for the test, and why.
Result<Run> run(const Test &test, const Column &driver, const Places &places,
                const std::filesystem::path &evidence,
                const std::function<void(const std::string &)> &progress);

} // namespace verdict::upstream
