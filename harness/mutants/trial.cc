// SPDX-License-Identifier: GPL-2.0-only
#include "mutants/trial.h"

#include <fcntl.h>
#include <unistd.h>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/file.h"
#include "base/text.h"

namespace verdict::mutants {

using nlohmann::json;
using nlohmann::ordered_json;

NLOHMANN_JSON_SERIALIZE_ENUM(Outcome, { { Outcome::error, "error" },
                                        { Outcome::passed, "passed" },
                                        { Outcome::failed, "failed" },
                                        { Outcome::skipped, "skipped" } })

std::string to_line(const Trial &trial)
{
  ordered_json line{ { "digest", trial.digest },   { "kernel", trial.kernel },
                     { "mutant", trial.mutant },   { "test", trial.test },
                     { "outcome", trial.outcome }, { "how", trial.how },
                     { "said", trial.said },       { "seconds", trial.seconds } };
  if (trial.reached && trial.mutant.empty())
    line["reached"] = *trial.reached;
  // A driver with a fault may send anything, and a test quotes it.
  return line.dump(-1, ' ', false, ordered_json::error_handler_t::replace) + "\n";
}

Result<std::vector<Trial>> read_trials(const std::string &text)
{
  std::vector<Trial> trials;
  for (const std::string &line : split_lines(text)) {
    try {
      const json entry = json::parse(line);
      trials.push_back({ .digest = entry.at("digest"),
                         .kernel = entry.at("kernel"),
                         .mutant = entry.at("mutant"),
                         .test = entry.at("test"),
                         .outcome = entry.at("outcome"),
                         .how = entry.at("how"),
                         .said = entry.at("said"),
                         .seconds = entry.at("seconds") });
      if (entry.contains("reached"))
        trials.back().reached = entry["reached"].get<std::vector<int>>();
    } catch (const json::exception &error) {
      return fail(fmt::format("line {} is no trial: {}", trials.size() + 1, error.what()));
    }
  }
  return trials;
}

Result<std::vector<Trial>> Journal::read() const
{
  if (!file_exists(path_))
    return std::vector<Trial>();
  const std::string text = TRY(read_file(path_));
  auto trials = read_trials(text);
  if (!trials)
    return fail(path_.string() + ": " + trials.error().message + "; remove that line");
  return trials;
}

Result<void> Journal::append(const Trial &trial)
{
  const std::lock_guard guard(mutex_);
  const Fd file = TRY(open_file(path_, O_WRONLY | O_CREAT | O_APPEND));
  const std::string line = to_line(trial);
  if (::write(file.get(), line.data(), line.size()) != static_cast<ssize_t>(line.size()))
    return fail_errno("write " + path_.string());
  return {};
}

Result<void> Journal::forget(const std::set<std::string> &mutants)
{
  const std::lock_guard guard(mutex_);
  std::string kept;
  for (const Trial &trial : TRY(read())) {
    if (!mutants.contains(trial.mutant))
      kept += to_line(trial);
  }
  return write_file(path_, kept);
}

} // namespace verdict::mutants
