// SPDX-License-Identifier: GPL-2.0-only
#include "mutants/reasons.h"

#include <nlohmann/json.hpp>

namespace verdict::mutants {

using nlohmann::json;

Result<Reasons> read_reasons(const std::string &text)
{
  Reasons reasons;
  try {
    for (const json &entry : json::parse(text, nullptr, true, true)) {
      const std::string mutant = entry.at("mutant"), reason = entry.at("reason");
      if (reason.empty())
        return fail("the reason is empty: " + mutant);
      if (!reasons.emplace(mutant, reason).second)
        return fail("a mutant has two reasons: " + mutant);
    }
  } catch (const json::exception &error) {
    return fail(std::string("no list of reasons: ") + error.what());
  }
  return reasons;
}

std::vector<std::string> wrong_reasons(const Reasons &reasons, const Catalogue &catalogue,
                                       const Ledger &ledger)
{
  std::vector<std::string> wrong;
  for (const auto &[key, reason] : reasons) {
    if (!catalogue.find(key))
      wrong.push_back("a reason is given for a mutant that there is not: " + key);
    else if (const auto kills = ledger.kills(key); !kills.empty())
      wrong.push_back("a reason is given for a mutant that " + kills[0].test +
                      " kills; take it out: " + key);
  }
  return wrong;
}

} // namespace verdict::mutants
