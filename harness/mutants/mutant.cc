// SPDX-License-Identifier: GPL-2.0-only
#include "mutants/mutant.h"

#include <algorithm>
#include <set>

#include <nlohmann/json.hpp>

namespace verdict::mutants {

using nlohmann::json;

namespace {

Mutant mutant_of(const json &entry)
{
  return { .id = entry.at("id"),
           .file = entry.at("file"),
           .line = entry.at("line"),
           .function = entry.at("function"),
           .kind = entry.at("kind"),
           .what = entry.at("what"),
           .source = entry.value("source", ""),
           .key = entry.at("name") };
}

} // namespace

const Mutant *Catalogue::find(const std::string &key) const
{
  const auto at = std::find_if(mutants.begin(), mutants.end(),
                               [&](const Mutant &mutant) { return mutant.key == key; });
  return at == mutants.end() ? nullptr : &*at;
}

const Mutant *Catalogue::find(int id) const
{
  const auto at = std::find_if(mutants.begin(), mutants.end(),
                               [&](const Mutant &mutant) { return mutant.id == id; });
  return at == mutants.end() ? nullptr : &*at;
}

Result<Catalogue> read_catalogue(const std::string &text)
{
  Catalogue catalogue;
  std::set<int> ids;
  std::set<std::string> keys;
  try {
    const json all = json::parse(text);
    catalogue.release = all.at("release");
    for (const json &entry : all.at("mutants")) {
      Mutant mutant = mutant_of(entry);
      if (mutant.id < 1 || !ids.insert(mutant.id).second)
        return fail("number " + std::to_string(mutant.id) +
                    " is given twice, or is below 1; scripts/mutants makes the file anew");
      if (!keys.insert(mutant.key).second)
        return fail("two mutants have the name '" + mutant.key + "'");
      catalogue.mutants.push_back(std::move(mutant));
    }
  } catch (const json::exception &error) {
    return fail(std::string("no list of mutants: ") + error.what());
  }
  return catalogue;
}

} // namespace verdict::mutants
