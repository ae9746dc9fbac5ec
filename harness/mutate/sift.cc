// SPDX-License-Identifier: GPL-2.0-only
#include "mutate/sift.h"

#include <algorithm>
#include <set>
#include <sstream>

#include <fmt/format.h>
#include <re2/re2.h>

#include "base/digest.h"
#include "base/file.h"
#include "base/text.h"
#include "mutate/assembly.h"

namespace verdict::mutate {

namespace {

// What comes behind a function's name, and the number of a mutant behind that.
const std::string suffix = "__mutant_";

bool lies_in(const Edit &edit, const Function &function)
{
  return edit.file == function.file && function.begin <= edit.begin && edit.end <= function.end;
}

// The function under another name, one that the compiler neither inlines nor changes. Lines are
// counted anew, and the file's name tells the mutant's number.
std::string renamed(const Function &function, const std::string &text, const std::string &number)
{
  static const RE2 specifiers("\\b(static|inline|noinline|__always_inline|__cold)\\b");
  const size_t name = text.find(function.name, function.name_begin - function.begin);
  std::string before = text.substr(0, name);
  RE2::GlobalReplace(&before, specifiers, "");
  return "\n#line 1 \"mutant-" + number + "\"\n__attribute__((noipa)) " + before + function.name +
         suffix + number + text.substr(name + function.name.size()) + "\n";
}

// A function with what a mutant does in it.
std::string with_mutant(const Function &function, const Sources &sources, const Mutant &mutant)
{
  const Sources original{
    { function.file,
      sources.at(function.file).substr(function.begin, function.end - function.begin) }
  };
  Mutant inside = mutant;
  std::erase_if(inside.edits, [&](const Edit &edit) { return !lies_in(edit, function); });
  for (Edit &edit : inside.edits) {
    edit.begin -= function.begin;
    edit.end -= function.begin;
  }
  return weave(original, { inside }).at(function.file);
}

bool touches(const Mutant &mutant, const Function &function)
{
  return std::any_of(mutant.edits.begin(), mutant.edits.end(),
                     [&](const Edit &edit) { return lies_in(edit, function); });
}

// A unit's source, and behind it the functions that were parsed with it: as they are, with number
// 0, and with each of their mutants.
std::string with_variants(const std::string &unit, const Sources &sources,
                          const std::vector<Function> &functions,
                          const std::vector<Mutant> &mutants, const std::set<size_t> &faulty)
{
  std::string text = sources.at(unit) + "\n#define MUTANT(number) 1\n";
  for (const Function &function : functions) {
    const std::string original =
        sources.at(function.file).substr(function.begin, function.end - function.begin);
    std::string variants;
    for (size_t i = 0; i < mutants.size(); i++) {
      if (function.unit == unit && !faulty.contains(i) && touches(mutants[i], function))
        variants +=
            renamed(function, with_mutant(function, sources, mutants[i]), std::to_string(i + 1));
    }
    if (!variants.empty())
      text += renamed(function, original, "0") + variants;
  }
  return text;
}

// The lines of the compiler's messages that speak of errors.
std::vector<std::string> errors_in(const std::string &messages)
{
  std::vector<std::string> errors = split_lines(messages);
  std::erase_if(errors, [](const std::string &line) { return line.find("error:") == line.npos; });
  return errors;
}

// Indices of the mutants that a message of the compiler about renamed functions speaks of.
std::set<size_t> named_in(const std::vector<std::string> &errors)
{
  static const RE2 number("^mutant-([0-9]+):");
  std::set<size_t> named;
  for (const std::string &line : errors) {
    size_t mutant;
    if (RE2::PartialMatch(line, number, &mutant) && mutant)
      named.insert(mutant - 1);
  }
  return named;
}

class Sifter {
public:
  Sifter(const Sieve &sieve, const Sources &sources) : sieve_(sieve), sources_(sources) {}

  /// For each mutant what it makes of its functions, empty when that is the original; and which
  /// mutants are no C.
  Result<std::vector<std::string>> outcomes(const std::vector<Function> &functions,
                                            const std::vector<Mutant> &mutants,
                                            std::set<size_t> &faulty);

  /// Indices of mutants that do not compile when they are chosen at run time.
  Result<std::set<size_t>> not_chosen(const std::vector<Mutant> &mutants);

private:
  Result<std::string> assembly_of(const std::string &unit);
  Result<std::string> compile_variants(const std::string &unit,
                                       const std::vector<Function> &functions,
                                       const std::vector<Mutant> &mutants,
                                       std::set<size_t> &faulty);
  Result<void> check(const std::string &unit, const std::vector<Mutant> &mutants);
  std::set<size_t> suspects(const std::vector<Mutant> &mutants, const std::string &messages) const;

  const Sieve &sieve_;
  const Sources &sources_;
};

Result<std::string> Sifter::assembly_of(const std::string &unit)
{
  const std::string output = sieve_.work / (std::filesystem::path(unit).stem().string() + ".s");
  TRY(sieve_.units.at(unit).assemble(sieve_.woven + unit, output, sieve_.tree, sieve_.woven));
  return read_file(output);
}

Result<std::string> Sifter::compile_variants(const std::string &unit,
                                             const std::vector<Function> &functions,
                                             const std::vector<Mutant> &mutants,
                                             std::set<size_t> &faulty)
{
  for (;;) {
    TRY(write_file(sieve_.woven + unit, with_variants(unit, sources_, functions, mutants, faulty)));
    auto assembly = assembly_of(unit);
    if (assembly)
      return assembly;
    const auto errors = errors_in(assembly.error().message);
    const auto named = named_in(errors);
    if (named.empty())
      return fail(unit + " does not compile with its mutants:\n" + assembly.error().message);
    for (const size_t i : named) {
      if (mutants[i].by_hand())
        return fail("does not compile: " + mutants[i].what + "\n" + join(errors, "\n"));
    }
    faulty.insert(named.begin(), named.end());
  }
}

Result<std::vector<std::string>> Sifter::outcomes(const std::vector<Function> &functions,
                                                  const std::vector<Mutant> &mutants,
                                                  std::set<size_t> &faulty)
{
  for (const auto &[file, text] : sources_)
    TRY(write_file(sieve_.woven + file, text));

  std::map<std::string, std::string> compiled;
  for (const auto &[unit, compiler] : sieve_.units) {
    fmt::print(stderr, "verdict_mutate: compiling the mutants of {}\n", unit);
    const auto assembly = TRY(compile_variants(unit, functions, mutants, faulty));
    compiled.merge(comparable_functions(assembly, suffix));
    TRY(write_file(sieve_.woven + unit, sources_.at(unit)));
  }

  std::vector<std::string> outcomes(mutants.size());
  for (size_t i = 0; i < mutants.size(); i++) {
    size_t edits = 0;
    for (const Function &function : functions) {
      if (faulty.contains(i) || !touches(mutants[i], function))
        continue;
      edits += std::count_if(mutants[i].edits.begin(), mutants[i].edits.end(),
                             [&](const Edit &edit) { return lies_in(edit, function); });
      const std::string &original = compiled.at(function.name + suffix + "0");
      const std::string &changed = compiled.at(function.name + suffix + std::to_string(i + 1));
      if (changed != original)
        outcomes[i] += function.name + " " + sha256(changed) + " ";
    }
    // What lies outside of functions is not compared.
    if (edits < mutants[i].edits.size())
      outcomes[i] += std::to_string(i);
  }
  return outcomes;
}

Result<void> Sifter::check(const std::string &unit, const std::vector<Mutant> &mutants)
{
  static const std::string choice =
      "#define MUTANT(number) (*(volatile int *)0 == (number))\n#line 1\n";
  for (const auto &[file, text] : weave(sources_, mutants))
    TRY(write_file(sieve_.woven + file, file == unit ? choice + text : text));
  TRY(assembly_of(unit));
  return {};
}

// The mutants on the lines that the compiler speaks of; an error may be one of the macro that is
// used there.
std::set<size_t> Sifter::suspects(const std::vector<Mutant> &mutants,
                                  const std::string &messages) const
{
  static const RE2 place("^(.*?):([0-9]+):[0-9]+: ");
  std::set<size_t> found;
  for (const std::string &message : split_lines(messages)) {
    std::string file;
    long line;
    if (!RE2::PartialMatch(message, place, &file, &line) || !file.starts_with(sieve_.woven))
      continue;
    file.erase(0, sieve_.woven.size());
    for (size_t i = 0; i < mutants.size(); i++) {
      for (const Edit &edit : mutants[i].edits) {
        const auto line_of = [&, &source = sources_.at(edit.file)](size_t offset) {
          return 1 + std::count(source.begin(), source.begin() + offset, '\n');
        };
        if (edit.file == file && line_of(edit.begin) <= line && line <= line_of(edit.end))
          found.insert(i);
      }
    }
  }
  return found;
}

Result<std::set<size_t>> Sifter::not_chosen(const std::vector<Mutant> &mutants)
{
  std::set<size_t> faulty;
  for (const auto &[unit, compiler] : sieve_.units) {
    const auto together = check(unit, mutants);
    if (together)
      continue;
    const std::string errors = join(errors_in(together.error().message), "\n");
    if (errors.empty())
      return tl::unexpected(together.error());
    const size_t before = faulty.size();
    for (const size_t i : suspects(mutants, together.error().message)) {
      if (!check(unit, { mutants[i] })) {
        faulty.insert(i);
        if (mutants[i].by_hand())
          return fail("does not compile: " + mutants[i].what + "\n" + errors);
      }
    }
    if (faulty.size() == before)
      return fail("with all mutants " + unit + " does not compile:\n" + errors);
  }
  return faulty;
}

} // namespace

Result<Sifted> sift(const Sieve &sieve, const Sources &sources,
                    const std::vector<Function> &functions, std::vector<Mutant> mutants)
{
  Sifter sifter(sieve, sources);
  Sifted sifted;
  std::set<size_t> faulty;
  const auto outcomes = TRY(sifter.outcomes(functions, mutants, faulty));
  sifted.not_compiled = faulty.size();

  std::map<std::string, std::string> firsts; // what the first mutant with an outcome is
  for (size_t i = 0; i < mutants.size(); i++) {
    if (faulty.contains(i))
      continue;
    const bool is_equal = outcomes[i].empty();
    const auto [first, is_first] = firsts.insert({ outcomes[i], mutants[i].what });
    if (!is_equal && is_first) {
      sifted.kept.push_back(mutants[i]);
      continue;
    }
    if (mutants[i].by_hand())
      return fail((is_equal ? "changes nothing: " : "is the same as `" + first->second + "`: ") +
                  mutants[i].what);
    (is_equal ? sifted.equal : sifted.doubled)++;
  }

  for (auto left = TRY(sifter.not_chosen(sifted.kept)); !left.empty();
       left = TRY(sifter.not_chosen(sifted.kept))) {
    for (auto i = left.rbegin(); i != left.rend(); i++)
      sifted.kept.erase(sifted.kept.begin() + *i);
    sifted.not_compiled += left.size();
  }
  return sifted;
}

} // namespace verdict::mutate
