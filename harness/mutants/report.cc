// SPDX-License-Identifier: GPL-2.0-only
#include "mutants/report.h"

#include <algorithm>
#include <set>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/file.h"
#include "base/text.h"
#include "mutants/session.h"

namespace verdict::mutants {

using nlohmann::ordered_json;

namespace {

/// So much of what a failed test said goes into the table.
constexpr size_t longest_said = 160;

using TestOnKernel = std::pair<std::string, std::string>; // kernel, test

/// Tests that were run on a mutant to the end.
std::set<TestOnKernel> tests_done(const Ledger &ledger, const std::string &mutant)
{
  std::set<TestOnKernel> done;
  for (const Trial &trial : ledger.of(mutant)) {
    const Mark mark = ledger.mark(mutant, trial.kernel, trial.test);
    if (mark != Mark::untried && mark != Mark::failed_once)
      done.emplace(trial.kernel, trial.test);
  }
  return done;
}

/// The error that kept the last of a mutant's trials from being one.
std::string error_of(const Ledger &ledger, const std::string &mutant)
{
  const auto &trials = ledger.of(mutant);
  if (trials.empty() || trials.back().outcome != Outcome::error)
    return {};
  return trials.back().test + ": " + trials.back().said;
}

/// Of these tests those that could notice a mutant.
std::set<TestOnKernel> that_may_notice(const Mutant &mutant, const Ledger &ledger,
                                       const std::set<TestOnKernel> &tests)
{
  std::set<TestOnKernel> some;
  for (const auto &[kernel, test] : tests) {
    if (ledger.may_notice(kernel, test, mutant.id))
      some.emplace(kernel, test);
  }
  return some;
}

bool includes(const std::set<TestOnKernel> &whole, const std::set<TestOnKernel> &part)
{
  return std::includes(whole.begin(), whole.end(), part.begin(), part.end());
}

Fate fate_of(const Mutant &mutant, const Ledger &ledger, const Reasons &reasons,
             const std::set<TestOnKernel> &all)
{
  const auto done = tests_done(ledger, mutant.key);
  const auto reason = reasons.find(mutant.key);
  Fate fate{ .mutant = mutant,
             .kills = ledger.kills(mutant.key),
             .reason = reason == reasons.end() ? "" : reason->second,
             .finished = !all.empty() && includes(done, that_may_notice(mutant, ledger, all)),
             .tests = done.size(),
             .on_debug = std::any_of(done.begin(), done.end(), [](const TestOnKernel &test) {
               return test.first == "debug";
             }) };
  if (fate.kills.empty())
    fate.error = error_of(ledger, mutant.key);
  return fate;
}

/// Survivors without a reason, those with one, killed ones.
int rank(const Fate &fate)
{
  if (!fate.kills.empty())
    return 2;
  return fate.reason.empty() ? 0 : 1;
}

/// Tests that passed without a mutant.
std::set<TestOnKernel> good_tests(const Ledger &ledger)
{
  std::set<TestOnKernel> all;
  for (const Trial &trial : ledger.of("")) {
    if (trial.outcome == Outcome::passed)
      all.emplace(trial.kernel, trial.test);
  }
  return all;
}

/// Those of the fast kernel and the main column, which --matrix runs on every mutant.
std::set<TestOnKernel> of_first_stage(const std::set<TestOnKernel> &tests)
{
  std::set<TestOnKernel> first;
  for (const TestOnKernel &test : tests) {
    if (test.first == "fast" && test.second.ends_with(main_column))
      first.insert(test);
  }
  return first;
}

std::string said(const std::string &text)
{
  return text.size() <= longest_said ? text : text.substr(0, longest_said) + "...";
}

/// "Nic/Tx.FramesComeBack/e1000_82540em", with the kernel unless it is the usual one.
std::string name_of(const Trial &trial)
{
  return trial.test + (trial.kernel == "fast" ? "" : " on the " + trial.kernel + " kernel");
}

std::string percent(size_t part, size_t whole)
{
  return whole ? fmt::format("{:.1f} %",
                             100.0 * static_cast<double>(part) / static_cast<double>(whole))
               : "-";
}

std::string lines_of(const Fate &fate)
{
  const Mutant &mutant = fate.mutant;
  std::string text =
      fmt::format("{:4}  {}  {}()  {}\n", mutant.id, mutant.place(), mutant.function, mutant.what);
  if (!mutant.source.empty())
    text += "      as in " + mutant.source + "\n";
  if (!fate.kills.empty()) {
    const Trial &kill = fate.kills.front();
    text += "      killed by " + name_of(kill) + " (" + kill.how + "): " + said(kill.said) + "\n";
    for (size_t i = 1; i < fate.kills.size(); i++)
      text += "             and " + name_of(fate.kills[i]) + " (" + fate.kills[i].how + ")\n";
    return text;
  }
  if (fate.finished && fate.tests == 0)
    text += "      no test reaches it\n";
  else
    text +=
        fmt::format("      survived {}{}\n", count_of(fate.tests, "test"),
                    fate.on_debug ? ", some on the debug kernel" : ", none on the debug kernel");
  if (!fate.error.empty())
    text += "      ERROR: " + fate.error + "\n";
  if (!fate.reason.empty())
    text += "      nobody could notice it: " + fate.reason + "\n";
  return text;
}

struct Sums {
  size_t on_fast = 0, on_debug = 0, unfinished = 0, with_reason = 0, survivors = 0;
};

Sums sums_of(const Report &report)
{
  Sums sums;
  for (const Fate &fate : report.fates) {
    if (!fate.kills.empty())
      (fate.kills.front().kernel == "fast" ? sums.on_fast : sums.on_debug)++;
    else if (!fate.finished)
      sums.unfinished++;
    else if (!fate.reason.empty())
      sums.with_reason++;
    else
      sums.survivors++;
  }
  return sums;
}

ordered_json to_json(const Fate &fate)
{
  const Mutant &mutant = fate.mutant;
  ordered_json kills = ordered_json::array();
  for (const Trial &kill : fate.kills)
    kills.push_back({ { "test", kill.test },
                      { "kernel", kill.kernel },
                      { "how", kill.how },
                      { "said", kill.said } });
  return { { "id", mutant.id },
           { "name", mutant.key },
           { "file", mutant.file },
           { "line", mutant.line },
           { "function", mutant.function },
           { "kind", mutant.kind },
           { "what", mutant.what },
           { "source", mutant.source },
           { "killed by", kills },
           { "reason", fate.reason },
           { "error", fate.error },
           { "tests", fate.tests },
           { "on debug kernel", fate.on_debug } };
}

} // namespace

Report make_report(const Catalogue &catalogue, const Ledger &ledger, const Reasons &reasons)
{
  Report report{ .release = catalogue.release,
                 .faults = wrong_reasons(reasons, catalogue, ledger) };
  const auto all = good_tests(ledger);
  const auto first = of_first_stage(all);
  std::map<std::string, TestRecord> tests;
  for (const Mutant &mutant : catalogue.mutants) {
    report.fates.push_back(fate_of(mutant, ledger, reasons, all));
    const auto &kills = report.fates.back().kills;
    const auto done = tests_done(ledger, mutant.key);
    for (const auto &[kernel, test] : done) {
      tests[test].test = test;
      tests[test].tried++;
      if (ledger.mark(mutant.key, kernel, test) == Mark::unconfirmed)
        report.unconfirmed.push_back(test + ": " + mutant.key);
    }
    for (const Trial &kill : kills)
      tests[kill.test].kills++;
    if (kills.size() == 1 && includes(done, that_may_notice(mutant, ledger, first)))
      tests[kills[0].test].only_it.push_back(mutant.key);
  }
  for (const Trial &trial : ledger.of("")) {
    if (trial.outcome == Outcome::failed)
      report.faults.push_back(trial.test + " failed without a mutant: " + said(trial.said));
  }
  std::stable_sort(report.fates.begin(), report.fates.end(),
                   [](const Fate &a, const Fate &b) { return rank(a) < rank(b); });
  for (auto &[name, record] : tests)
    report.tests.push_back(std::move(record));
  std::stable_sort(report.tests.begin(), report.tests.end(),
                   [](const TestRecord &a, const TestRecord &b) { return a.kills < b.kills; });
  return report;
}

bool all_well(const Report &report)
{
  const Sums sums = sums_of(report);
  return sums.survivors == 0 && sums.unfinished == 0 && report.faults.empty();
}

std::string to_json(const Report &report)
{
  ordered_json fates = ordered_json::array(), tests = ordered_json::array();
  for (const Fate &fate : report.fates)
    fates.push_back(to_json(fate));
  for (const TestRecord &record : report.tests)
    tests.push_back({ { "test", record.test },
                      { "tried on", record.tried },
                      { "kills", record.kills },
                      { "only it kills", record.only_it } });
  const Sums sums = sums_of(report);
  const ordered_json all{ { "release", report.release },
                          { "mutants", report.fates.size() },
                          { "killed on the fast kernel", sums.on_fast },
                          { "killed on the debug kernel", sums.on_debug },
                          { "survivors with a reason", sums.with_reason },
                          { "survivors without", sums.survivors },
                          { "not run to the end", sums.unfinished },
                          { "faults", report.faults },
                          { "unconfirmed", report.unconfirmed },
                          { "fates", fates },
                          { "tests", tests } };
  return all.dump(1, ' ', false, ordered_json::error_handler_t::replace) + "\n";
}

std::string to_table(const Report &report)
{
  std::string text;
  for (const Fate &fate : report.fates)
    text += lines_of(fate);
  text += "\nkills  tried on  only it  test\n";
  for (const TestRecord &record : report.tests)
    text += fmt::format("{:5}  {:8}  {:7}  {}\n", record.kills, record.tried, record.only_it.size(),
                        record.test);
  const Sums sums = sums_of(report);
  const size_t all = report.fates.size(), killed = sums.on_fast + sums.on_debug;
  text += fmt::format("\n{}, kernel {}\n", count_of(all, "mutant"), report.release);
  text += fmt::format("{:5} killed ({}): {} on the fast kernel, {} on the debug kernel\n", killed,
                      percent(killed, all), sums.on_fast, sums.on_debug);
  text += fmt::format("{:5} survive, and nobody could notice them\n", sums.with_reason);
  text += fmt::format("{:5} survive without a reason\n", sums.survivors);
  if (sums.unfinished)
    text += fmt::format("{:5} were not run to the end\n", sums.unfinished);
  for (const std::string &what : report.unconfirmed)
    text += "failed once, and then passed: " + what + "\n";
  for (const std::string &fault : report.faults)
    text += "FAULT: " + fault + "\n";
  return text;
}

Result<void> write_report(const Report &report, const std::filesystem::path &directory)
{
  TRY(write_file(directory / "report.json", to_json(report)));
  return write_file(directory / "report.txt", to_table(report));
}

} // namespace verdict::mutants
