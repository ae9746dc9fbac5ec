// SPDX-License-Identifier: GPL-2.0-only
#include "evidence/source_lines.h"

#include <fmt/format.h>
#include <re2/re2.h>

#include "base/environment.h"
#include "base/file.h"
#include "base/process.h"
#include "base/text.h"

namespace verdict {

namespace fs = std::filesystem;

namespace {

constexpr milliseconds faddr2line_timeout{ 60000 };

/// The first file of a name below a directory.
Result<fs::path> find_below(const fs::path &directory, const std::string &name)
{
  std::error_code error;
  for (fs::recursive_directory_iterator at(directory, error), end; !error && at != end;
       at.increment(error)) {
    if (at->path().filename() == name)
      return at->path();
  }
  return fail("there is no " + name + " in " + directory.string());
}

/// A path of the machine that compiled it as one from the project's top: our own source, or what is
/// laid together for the kernel.
std::string from_top(const std::string &place, const Places &places)
{
  const size_t colon = place.rfind(':');
  const fs::path compiled = place.substr(0, colon);
  for (auto first = compiled.begin(); first != compiled.end(); ++first) {
    fs::path rest;
    for (auto part = first; part != compiled.end(); ++part)
      rest /= *part;
    if (!rest.is_relative() || *first == places.out.filename())
      continue;
    for (const fs::path &top : { places.out.parent_path(), places.tree }) {
      if (file_exists(top / rest))
        return (top / rest).string() + place.substr(colon);
    }
  }
  return place;
}

} // namespace

Result<std::string> parse_faddr2line(std::string_view output)
{
  // "nic_flush at /build/xdp.c:316 (discriminator 2)"; other lines tell what it has skipped.
  static const RE2 place(R"(^\S+ at (\S+:\d+))");
  for (const std::string &line : split_lines(output)) {
    std::string found;
    if (RE2::PartialMatch(line, place, &found))
      return found;
  }
  return fail("faddr2line finds no line");
}

const Result<CodeMap> &SourceLines::map()
{
  if (!map_)
    map_ = CodeMap::load(code_);
  return *map_;
}

Result<fs::path> SourceLines::file_of(const std::string &module)
{
  const bool ours = places_.kernel_profile.ours;
  if (ours && module.empty())
    return places_.symbols / "vmlinux";
  const Result<CodeMap> &code = map();
  if (!code)
    return tl::unexpected(code.error());
  const auto loaded = code->modules().find(module);
  if (!ours && (loaded == code->modules().end() || !loaded->second.out_of_tree))
    return fail("Debian's kernel comes without line numbers");
  return find_below(places_.symbols, module + ".ko");
}

Result<std::string> SourceLines::of(const CodePlace &place)
{
  const auto look_up = [&]() -> Result<std::string> {
    if (variable("VERDICT_LINES") == "0")
      return fail("VERDICT_LINES=0 keeps lines from being looked up");
    const fs::path file = TRY(file_of(place.module));
    CodePlace inside = place;
    inside.module.clear(); // faddr2line does not want to know it
    const fs::path tool = places_.source / "scripts/faddr2line";
    const std::string output = TRY(output_of({ tool, file, inside.text() }, faddr2line_timeout));
    return from_top(TRY(parse_faddr2line(output)), places_);
  };
  const auto [known, is_new] = known_.try_emplace(place.text(), std::string());
  if (is_new)
    known->second = look_up();
  return known->second;
}

std::string explain(const Splat &splat, SourceLines *lines)
{
  std::string text = fmt::format("line {}: {}\n  ({})\n", splat.line, splat.text, splat.reason);
  const char *relation = "in";
  for (const CodePlace &place : splat.places) {
    text += std::string("  ") + relation + " " + place.text();
    if (lines) {
      const auto line = lines->of(place);
      if (line)
        text += ", " + *line;
      else if (!place.module.empty())
        text += " (" + line.error().message + ")";
    }
    text += "\n";
    relation = "called from";
  }
  return text;
}

} // namespace verdict
