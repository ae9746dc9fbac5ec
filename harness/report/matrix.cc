// SPDX-License-Identifier: GPL-2.0-only
#include "report/matrix.h"

#include <algorithm>
#include <map>

#include <fmt/format.h>

#include "base/text.h"

namespace verdict {

namespace {

using Outcome = TestResult::Outcome;

const char *word(Outcome outcome)
{
  switch (outcome) {
  case Outcome::pass:
    return "pass";
  case Outcome::fail:
    return "FAIL";
  case Outcome::skip:
    return "skip";
  }
  return "?";
}

struct Cell {
  std::string row, column;
};

/// Where a test stands in the matrix; an empty row for one without a column.
Cell cell_of(const std::string &name)
{
  constexpr std::string_view prefix = "Nic/";
  const size_t end = name.rfind('/');
  if (!name.starts_with(prefix) || end < prefix.size())
    return {};
  return { name.substr(prefix.size(), end - prefix.size()), name.substr(end + 1) };
}

/// Keeps the order in which names come.
size_t position(std::vector<std::string> &names, const std::string &name)
{
  const auto at = std::find(names.begin(), names.end(), name);
  if (at != names.end())
    return static_cast<size_t>(at - names.begin());
  names.push_back(name);
  return names.size() - 1;
}

std::string table(const std::vector<TestResult> &results, const std::string &tests)
{
  std::vector<std::string> rows, columns;
  std::map<std::pair<size_t, size_t>, Outcome> cells;
  for (const TestResult &result : results) {
    const Cell cell = cell_of(result.name);
    if (!cell.row.empty())
      cells[{ position(rows, cell.row), position(columns, cell.column) }] = result.outcome;
  }
  if (rows.empty())
    return {};

  size_t width = 0;
  for (const std::string &row : rows)
    width = std::max(width, row.size());
  std::string text(width, ' ');
  for (const std::string &column : columns)
    text += "  " + column;
  text += "\n";
  for (size_t row = 0; row < rows.size(); row++) {
    std::string line = rows[row] + std::string(width - rows[row].size(), ' ');
    for (size_t column = 0; column < columns.size(); column++) {
      const auto cell = cells.find({ row, column });
      std::string value = cell == cells.end() ? "-" : word(cell->second);
      value.resize(std::max(value.size(), columns[column].size()), ' ');
      line += "  " + value;
    }
    line.erase(line.find_last_not_of(' ') + 1);
    text += line + "\n";
  }
  return text + "\none cell again: ctest --test-dir " + tests + " -V -R '^Nic/" + rows[0] + "/" +
         columns[0] + "$'\n\n";
}

std::string others(const std::vector<TestResult> &results)
{
  std::map<Outcome, size_t> counts;
  for (const TestResult &result : results) {
    if (cell_of(result.name).row.empty())
      counts[result.outcome]++;
  }
  if (counts.empty())
    return {};
  return fmt::format("other tests: {} pass, {} FAIL, {} skip\n\n", counts[Outcome::pass],
                     counts[Outcome::fail], counts[Outcome::skip]);
}

std::string skips(const std::vector<TestResult> &results)
{
  std::vector<std::string> reasons;
  std::vector<std::vector<std::string>> names;
  for (const TestResult &result : results) {
    if (result.outcome != Outcome::skip)
      continue;
    const size_t reason = position(reasons, result.reason);
    names.resize(reasons.size());
    const Cell cell = cell_of(result.name);
    names[reason].push_back(cell.row.empty() ? result.name : cell.row + " on " + cell.column);
  }
  std::string text;
  for (size_t i = 0; i < reasons.size(); i++) {
    text += "skip: " + reasons[i] + "\n";
    for (const std::string &name : names[i])
      text += "  " + name + "\n";
  }
  return text.empty() ? text : text + "\n";
}

std::string figures(const std::vector<TestResult> &results)
{
  std::string text;
  for (const TestResult &result : results) {
    const Cell cell = cell_of(result.name);
    if (!result.figures.empty())
      text += "  " + cell.row + " on " + cell.column + ": " + result.figures + "\n";
  }
  return text.empty() ? text : "figures:\n" + text + "\n";
}

/// Lines of up to `width` columns, broken at blanks, each behind `indent`.
std::string folded(const std::string &text, const std::string &indent)
{
  constexpr size_t width = 100;
  std::string result;
  for (std::string line : split_lines(text)) {
    // What a line of a hexdump says depends on where it stands.
    size_t blanks = std::min(line.find_first_not_of(' '), line.size());
    const std::string further(blanks + 2, ' ');
    while (line.size() > width) {
      size_t end = line.rfind(' ', width);
      if (end == line.npos || end < blanks)
        end = std::min(line.find(' ', std::max(width, blanks)), line.size());
      result += indent + line.substr(0, end) + "\n";
      const std::string rest = line.substr(std::min(end + 1, line.size()));
      line = rest.empty() ? rest : further + rest;
      blanks = further.size();
    }
    if (!line.empty())
      result += indent + line + "\n";
  }
  return result;
}

std::string failures(const std::vector<TestResult> &results)
{
  std::string text;
  for (const TestResult &result : results) {
    if (result.outcome != Outcome::fail)
      continue;
    text += "FAIL: " + result.name + "\n";
    if (!result.reason.empty())
      text += folded(result.reason, "  ");
    if (!result.rerun.empty())
      text += "  " + std::string(rerun_mark) + result.rerun + "\n";
    if (!result.evidence.empty())
      text += "  " + std::string(evidence_mark) + result.evidence + "\n";
  }
  return text.empty() ? text : text + "\n";
}

size_t count(const std::vector<TestResult> &results, Outcome outcome)
{
  return static_cast<size_t>(std::count_if(results.begin(), results.end(), [&](const auto &result) {
    return result.outcome == outcome;
  }));
}

} // namespace

std::string matrix(const std::vector<TestResult> &results, const std::string &tests)
{
  return table(results, tests) + others(results) + figures(results) + skips(results) +
         failures(results) +
         fmt::format("{} passed, {} failed, {} skipped\n", count(results, Outcome::pass),
                     count(results, Outcome::fail), count(results, Outcome::skip));
}

bool all_well(const std::vector<TestResult> &results)
{
  return !results.empty() && count(results, Outcome::fail) == 0;
}

} // namespace verdict
