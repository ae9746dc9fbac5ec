// SPDX-License-Identifier: GPL-2.0-only
#include "mutate/bugs.h"

#include <algorithm>

#include <nlohmann/json.hpp>

namespace verdict::mutate {

namespace {

constexpr std::string_view found_text = "$FOUND";

size_t occurrences(std::string_view text, std::string_view part)
{
  size_t count = 0;
  for (size_t at = 0; (at = text.find(part, at)) != text.npos; at += part.size())
    count++;
  return count;
}

Result<Edit> read_edit(const nlohmann::json &json, const Sources &sources)
{
  const std::string file = json.at("file"), find = json.at("find"), replace = json.at("replace");
  const std::string piece = json.value("piece", find);
  const auto source = sources.find(file);
  if (source == sources.end())
    return fail(file + " is not among the files that are mutated");
  if (const auto count = occurrences(source->second, find); count != 1)
    return fail("the text to find stands " + std::to_string(count) + " times in " + file + ": " +
                find);
  if (occurrences(find, piece) != 1)
    return fail("the piece does not stand once in the text to find: " + piece);
  if (occurrences(replace, found_text) != 1)
    return fail("the replacement needs $FOUND once: " + replace);
  if (replace.find('\n') != replace.npos)
    return fail("the replacement is more than a line: " + replace);
  const size_t begin = source->second.find(find) + find.find(piece);
  const size_t split = replace.find(found_text);
  return Edit{ file, begin, begin + piece.size(), replace.substr(0, split),
               replace.substr(split + found_text.size()) };
}

std::string function_at(const std::vector<Function> &functions, const Edit &edit)
{
  for (const Function &function : functions) {
    if (function.file == edit.file && function.begin <= edit.begin && edit.end <= function.end)
      return function.name;
  }
  return "";
}

Result<Mutant> read_bug(const nlohmann::json &json, const Sources &sources,
                        const std::vector<Function> &functions)
{
  Mutant bug{ .edits = {},
              .line = 0,
              .function = {},
              .kind = "by-hand",
              .what = json.at("what"),
              .source = json.at("source") };
  for (const auto &edit : json.at("edits"))
    bug.edits.push_back(TRY(read_edit(edit, sources)));
  if (bug.edits.empty() || bug.source.empty())
    return fail("it needs a source and an edit");
  const auto is_conditional = [](const Edit &edit) {
    return (edit.before + edit.after).find(chosen) != std::string::npos;
  };
  if (!std::any_of(bug.edits.begin(), bug.edits.end(), is_conditional))
    return fail("no edit has $MUTANT");
  const Edit &first = bug.edits.front();
  const std::string &source = sources.at(first.file);
  bug.line = 1 + std::count(source.begin(), source.begin() + first.begin, '\n');
  bug.function = function_at(functions, first);
  return bug;
}

} // namespace

Result<std::vector<Mutant>> read_bugs(std::string_view json, const Sources &sources,
                                      const std::vector<Function> &functions)
{
  std::vector<Mutant> bugs;
  try {
    for (const auto &entry : nlohmann::json::parse(json, nullptr, true, true)) {
      auto bug = read_bug(entry, sources, functions);
      if (!bug)
        return fail(entry.at("what").get<std::string>() + ": " + bug.error().message);
      for (const Mutant &other : bugs) {
        if (without_overlaps({ other, *bug }).size() < 2)
          return fail(bug->what + ": overlaps: " + other.what);
      }
      bugs.push_back(*std::move(bug));
    }
  } catch (const nlohmann::json::exception &exception) {
    return fail(std::string("the list of bugs: ") + exception.what());
  }
  return bugs;
}

} // namespace verdict::mutate
