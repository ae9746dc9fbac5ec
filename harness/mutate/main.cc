// SPDX-License-Identifier: GPL-2.0-only
// verdict_mutate: puts faults into C sources of the kernel, each behind a number.
#include <cstdio>
#include <filesystem>
#include <sstream>

#include <CLI/CLI.hpp>

#include <fmt/format.h>

#include "base/digest.h"
#include "base/file.h"
#include "base/text.h"
#include "mutate/bugs.h"
#include "mutate/catalogue.h"
#include "mutate/operators.h"
#include "mutate/sift.h"
#include "mutate/thin.h"

namespace verdict::mutate {

namespace {

struct Options {
  std::string tree, woven, targets, bugs, kernel, release, work, catalogue;
  size_t at_most = 0;
};

// A line for each file: its path below the tree, and the numbers of the lines to be mutated, or
// none for all.
Targets parse_targets(const std::string &text)
{
  Targets targets;
  for (const std::string &line : split_lines(text)) {
    std::istringstream words(line);
    std::string file;
    words >> file;
    auto &lines = targets[file];
    for (unsigned number; words >> number;)
      lines.insert(number);
  }
  return targets;
}

Result<std::map<std::string, Compiler>> read_compilers(const Options &options,
                                                       const Targets &targets)
{
  std::map<std::string, Compiler> compilers;
  for (const auto &[file, lines] : targets) {
    const std::filesystem::path path = options.tree + file;
    if (path.extension() != ".c")
      continue;
    const std::string command = path.parent_path() / ("." + path.stem().string() + ".o.cmd");
    const auto line = split_lines(TRY(read_file(command))).front();
    compilers.emplace(file, TRY(Compiler::parse(line, options.kernel)));
  }
  return compilers;
}

Result<void> mutate(const Options &options)
{
  const Targets targets = parse_targets(TRY(read_file(options.targets)));
  Sources sources;
  std::string all;
  for (const auto &[file, lines] : targets)
    all += sources[file] = TRY(read_file(options.tree + file));

  const auto compilers = TRY(read_compilers(options, targets));
  std::map<std::string, Unit> units;
  for (const auto &[file, compiler] : compilers)
    units.emplace(file, TRY(Unit::parse(options.tree + file, compiler.clang_options())));
  const Found found = find_mutants(units, options.tree, sources, targets);
  std::vector<Mutant> mutants =
      TRY(read_bugs(TRY(read_file(options.bugs)), sources, found.functions));
  const size_t by_hand = mutants.size();
  mutants.insert(mutants.end(), found.mutants.begin(), found.mutants.end());
  mutants = without_overlaps(mutants);
  fmt::print(stderr, "verdict_mutate: {} candidates, {} of them by hand\n", mutants.size(),
             by_hand);

  Sifted sifted = TRY(sift({ compilers, options.tree, options.woven, options.work }, sources,
                           found.functions, mutants));
  sifted.thinned = sifted.kept.size();
  sifted.kept = thin(sifted.kept, options.at_most);
  sifted.thinned -= sifted.kept.size();
  for (const auto &[file, text] : weave(sources, sifted.kept))
    TRY(write_file(options.woven + file, text));
  TRY(write_file(options.catalogue, catalogue(sifted, options.release, sha256(all))));
  fmt::print(stderr,
             "verdict_mutate: {} mutants; {} did not compile, {} have the original's object "
             "code, {} another one's, {} were too many\n",
             sifted.kept.size(), sifted.not_compiled, sifted.equal, sifted.doubled, sifted.thinned);
  return {};
}

} // namespace

} // namespace verdict::mutate

int main(int argc, char **argv)
{
  CLI::App app{ "verdict_mutate: puts faults into C sources of the kernel, each behind MUTANT(n)" };
  verdict::mutate::Options options;
  app.add_option("--tree", options.tree, "the sources, built once; with a '/' at the end")
      ->required();
  app.add_option("--woven", options.woven, "a copy of them, to be changed; with a '/' at the end")
      ->required();
  app.add_option("--targets", options.targets, "which files and lines: a file a line")->required();
  app.add_option("--bugs", options.bugs, "faults made by hand")->required();
  app.add_option("--kernel", options.kernel, "where the kernel's build ran")->required();
  app.add_option("--release", options.release, "of the kernel")->required();
  app.add_option("--at-most", options.at_most, "how many mutants are wanted")->required();
  app.add_option("--work", options.work, "a directory for what is compiled and remembered")
      ->required();
  app.add_option("--catalogue", options.catalogue, "where to write the list of mutants")
      ->required();
  CLI11_PARSE(app, argc, argv);
  // libclang changes to the directory of the compiler's command.
  for (std::string *path : { &options.tree, &options.woven, &options.targets, &options.bugs,
                             &options.work, &options.catalogue })
    *path = std::filesystem::absolute(*path);

  if (auto done = verdict::mutate::mutate(options); !done) {
    fmt::print(stderr, "verdict_mutate: {}\n", done.error().message);
    return 1;
  }
  return 0;
}
