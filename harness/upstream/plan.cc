// SPDX-License-Identifier: GPL-2.0-only
#include "upstream/plan.h"

#include "lab/fields.h"

namespace verdict::upstream {

using nlohmann::json;

Result<Plan> load_plan(const std::string &file)
{
  auto fields = TRY(Fields::of(TRY(read_json(file)), file));
  TRY(fields.get<std::string>("license"));
  Plan plan{ .drivers = TRY(fields.get<std::vector<std::string>>("drivers")) };
  for (const json &entry : TRY(fields.get<std::vector<json>>("tests"))) {
    auto test = TRY(Fields::of(entry, file + ": tests"));
    plan.tests.push_back({
        .name = TRY(test.get<std::string>("name")),
        .folder = TRY(test.get<std::string>("folder")),
        .script = TRY(test.get_or<std::string>("script", "")),
        .argument = TRY(test.get_or<std::string>("argument", "")),
        .cpus = TRY(test.get_or<unsigned>("cpus", 1)),
        .usual = std::chrono::seconds(TRY(test.get<unsigned>("seconds"))),
    });
    TRY(test.done());
  }
  TRY(fields.done());
  return plan;
}

} // namespace verdict::upstream
