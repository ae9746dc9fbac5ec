// SPDX-License-Identifier: GPL-2.0-only
#include "cases/cases.h"

#include <algorithm>
#include <cctype>
#include <filesystem>

#include <fmt/format.h>
#include <fnmatch.h>
#include <re2/re2.h>

#include "base/file.h"
#include "base/text.h"

namespace verdict {

namespace fs = std::filesystem;

namespace {

using Lines = std::vector<std::string>;

bool is_comment(const std::string &line)
{
  return line.starts_with("//");
}

/// The file's first comment, behind the line with its licence.
std::string about(const Lines &lines)
{
  std::vector<std::string> parts;
  for (size_t i = 1; i < lines.size() && is_comment(lines[i]); i++)
    parts.push_back(lines[i].substr(std::min<size_t>(3, lines[i].size())));
  return join(parts, " ");
}

/// Lines from one on to the first that is `end`.
std::string lines_until(const Lines &lines, size_t begin, std::string_view end)
{
  std::string text;
  for (size_t i = begin; i < lines.size(); i++) {
    text += lines[i] + "\n";
    if (lines[i] == end)
      break;
  }
  return text;
}

/// The test that begins in a line, and the comment before it.
std::string source_from(const Lines &lines, size_t at)
{
  size_t begin = at;
  while (begin > 0 && is_comment(lines[begin - 1]))
    begin--;
  return lines_until(lines, begin, "}");
}

/// Names of suites with the kind of columns that each runs on.
std::map<std::string, std::string> columns_of_suites(std::string_view source)
{
  static const RE2 form(R"(VERDICT_ON_NICS_OF\((\w+), (\w+)\))");
  std::map<std::string, std::string> columns;
  re2::StringPiece rest(source.data(), source.size());
  std::string kind, suite;
  while (RE2::FindAndConsume(&rest, form, &kind, &suite))
    columns[suite] = kind;
  return columns;
}

} // namespace

Fixtures fixtures_of(std::string_view sources)
{
  static const RE2 class_form(R"(class (\w+) : public ([\w:<>]+) \{(\};)?)");
  static const RE2 function_form(R"((?:\S.*)?\b(\w+)::~?\w+\(.*)");
  const Lines lines = split_lines(sources);
  Fixtures own;
  std::map<std::string, std::string> bases;
  for (size_t i = 0; i < lines.size(); i++) {
    std::string name, base, end;
    if (RE2::FullMatch(lines[i], class_form, &name, &base, &end)) {
      bases[name] = base;
      own[name] += end.empty() ? lines_until(lines, i, "};") : lines[i] + "\n";
    } else if (RE2::FullMatch(lines[i], function_form, &name)) {
      own[name] += lines_until(lines, i, "}");
    }
  }
  Fixtures fixtures;
  for (const auto &[fixture, base] : bases) {
    for (auto at = bases.find(fixture); at != bases.end(); at = bases.find(at->second))
      fixtures[fixture] += own[at->first];
  }
  return fixtures;
}

std::vector<Case> cases_of(std::string_view source, const std::string &file,
                           const Fixtures &fixtures)
{
  static const RE2 form(R"(TEST_P\((\w+), (\w+)\))");
  const Lines lines = split_lines(source);
  auto columns = columns_of_suites(source);
  std::vector<Case> cases;
  for (size_t i = 0; i < lines.size(); i++) {
    std::string suite, name;
    if (!RE2::FullMatch(lines[i], form, &suite, &name))
      continue;
    const auto fixture = fixtures.find(suite);
    cases.push_back({ .suite = suite,
                      .name = name,
                      .about = about(lines),
                      .place = fmt::format("{}:{}", file, i + 1),
                      .source = source_from(lines, i),
                      .fixture = fixture == fixtures.end() ? "" : fixture->second,
                      .columns = columns[suite] });
  }
  return cases;
}

Result<std::vector<Case>> read_cases(const std::string &directory)
{
  std::map<fs::path, std::string> sources; // in the order of their names
  std::error_code error;
  for (const auto &entry : fs::directory_iterator(directory, error))
    sources[entry.path()] = TRY(read_file(entry.path()));
  if (error)
    return fail(directory + ": " + error.message() + " (is this the project's top?)");
  std::string all;
  for (const auto &[file, source] : sources)
    all += source;
  const Fixtures fixtures = fixtures_of(all);
  std::vector<Case> cases;
  for (const auto &[file, source] : sources) {
    for (Case &one : cases_of(source, file, fixtures)) {
      if (one.columns.empty())
        return fail(one.place + ": " + one.suite + " runs on no columns");
      cases.push_back(std::move(one));
    }
  }
  return cases;
}

std::vector<Case> fitting(const std::vector<Case> &cases, const std::string &pattern)
{
  std::vector<Case> some;
  std::copy_if(cases.begin(), cases.end(), std::back_inserter(some), [&](const Case &one) {
    return ::fnmatch(pattern.c_str(), one.full_name().c_str(), 0) == 0;
  });
  return some;
}

std::string in_words(std::string_view name)
{
  const auto upper = [&](size_t at) {
    return at < name.size() && std::isupper(static_cast<unsigned char>(name[at]));
  };
  std::string words = std::string(name.substr(0, 1));
  for (size_t i = 1; i < name.size(); i++) {
    // "DMA" is one word, and stays as it is.
    const bool begins = upper(i) && (!upper(i - 1) || (i + 1 < name.size() && !upper(i + 1)));
    if (begins)
      words += ' ';
    words += begins && !upper(i + 1)
                 ? static_cast<char>(std::tolower(static_cast<unsigned char>(name[i])))
                 : name[i];
  }
  return words;
}

namespace {

/// The first thing that a test asks for by this macro and a profile gives a reason against.
template <typename Enum, size_t size>
std::string reason_against(const Case &one, const std::string &macro,
                           const std::array<Named<Enum>, size> &names,
                           const std::map<Enum, std::string> &cannot)
{
  const RE2 form(macro + R"(\((\w+)\))");
  const std::string text = one.fixture + one.source;
  re2::StringPiece rest(text);
  std::string asked;
  while (RE2::FindAndConsume(&rest, form, &asked)) {
    for (const auto &[can, name] : names) {
      if (name == asked && cannot.contains(can))
        return cannot.at(can);
    }
  }
  return "";
}

} // namespace

std::string skipped_for(const Case &one, const Column &column, const KernelProfile &kernel)
{
  const std::string driver = reason_against(one, "REQUIRE", can_names, column.nics.front().cannot);
  return driver.empty() ? reason_against(one, "REQUIRE_KERNEL", kernel_can_names, kernel.cannot)
                        : driver;
}

} // namespace verdict
