// SPDX-License-Identifier: GPL-2.0-only
#include "mutate/catalogue.h"

#include <map>

#include <nlohmann/json.hpp>

namespace verdict::mutate {

std::vector<std::string> names_of(const std::vector<Mutant> &mutants)
{
  std::map<std::string, unsigned> seen;
  std::vector<std::string> names;
  for (const Mutant &mutant : mutants) {
    std::string name = mutant.file() + ": " + mutant.function + "(): " + mutant.what;
    if (const unsigned count = ++seen[name]; count > 1)
      name += " (" + std::to_string(count) + ")";
    names.push_back(name);
  }
  return names;
}

std::string catalogue(const Sifted &sifted, const std::string &release,
                      const std::string &source_digest)
{
  const auto names = names_of(sifted.kept);
  auto list = nlohmann::ordered_json::array();
  for (size_t i = 0; i < sifted.kept.size(); i++) {
    const Mutant &mutant = sifted.kept[i];
    nlohmann::ordered_json entry{ { "id", i + 1 },
                                  { "name", names[i] },
                                  { "file", mutant.file() },
                                  { "line", mutant.line },
                                  { "function", mutant.function },
                                  { "kind", mutant.kind },
                                  { "what", mutant.what },
                                  { "origin", mutant.by_hand() ? "by-hand" : "generated" } };
    if (mutant.by_hand())
      entry["source"] = mutant.source;
    list.push_back(std::move(entry));
  }
  return nlohmann::ordered_json{
    { "release", release },
    { "source_digest", source_digest },
    { "left_out",
      { { "not_compiled", sifted.not_compiled },
        { "same_object_code", sifted.equal },
        { "same_as_another", sifted.doubled },
        { "thinned_out", sifted.thinned } } },
    { "mutants", std::move(list) }
  }.dump(1) +
         "\n";
}

} // namespace verdict::mutate
