// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include <chrono>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "base/result.h"
#include "mutants/group.h"
#include "mutants/mutant.h"
#include "mutants/trial.h"

namespace verdict::mutants {

/// Runs tests of the suite on guests that have the mutants, each in a process of its own. Several
/// threads may use it.
class Bench {
public:
  /// `out` has the suite in harness/, and in mutants/ what scripts/mutants makes. Error: one of
  /// them is missing, or is for another kernel than scripts/setup has chosen.
  static Result<Bench> open(const std::filesystem::path &out);

  const Catalogue &catalogue() const { return catalogue_; }

  /// "fast", and "debug" if there is a guest image with the mutants for the debug kernel.
  bool has(const std::string &kernel) const { return images_.contains(kernel); }

  /// What the trials on a kernel depend on.
  const std::string &digest(const std::string &kernel) const { return images_.at(kernel).digest; }

  /// The suite's tests that GoogleTest's filter selects.
  Result<std::vector<std::string>> tests(const std::string &filter) const;

  /// Runs a test on mutants, all at once. A test that is not done at `limit` has failed. What it
  /// leaves behind is kept only of a failure of the original driver, in work_of(). The trial names
  /// the mutant if it is one.
  Trial run(const std::string &kernel, const Group &mutants, const std::string &test,
            std::chrono::seconds limit) const;

  /// Where a test works: its output, results and evidence.
  std::filesystem::path work_of(const std::string &kernel, const Group &mutants,
                                const std::string &test) const;

private:
  struct Image {
    std::filesystem::path initrd;
    std::string digest;
  };

  Bench(std::filesystem::path out, Catalogue catalogue)
      : out_(std::move(out)), catalogue_(std::move(catalogue))
  {
  }

  Result<void> find_images(const std::string &catalogue_text);
  std::filesystem::path suite() const { return out_ / "harness" / "verdict_suite"; }
  std::filesystem::path work() const { return out_ / "mutants" / "work"; }
  std::vector<std::string> environment(const std::string &kernel, const Group &mutants) const;
  Result<Trial> run_in(const std::filesystem::path &directory, const std::string &kernel,
                       const Group &mutants, const std::string &test,
                       std::chrono::seconds limit) const;

  std::filesystem::path out_;
  Catalogue catalogue_;
  std::map<std::string, Image> images_;
};

} // namespace verdict::mutants
