// SPDX-License-Identifier: GPL-2.0-only
#include "lab/code_map.h"

#include <nlohmann/json.hpp>

#include "base/file.h"
#include "base/text.h"

namespace verdict {

namespace fs = std::filesystem;
using nlohmann::json;

namespace {

constexpr const char *symbols_file = "kallsyms", *modules_file = "modules.json";

/// Those that a debugger wants to know of; a module need not have all.
constexpr const char *wanted_sections[] = { ".text", ".text.unlikely", ".rodata", ".data", ".bss" };

Result<json> sections_of(guest::Agent &agent, const std::string &module)
{
  json sections = json::object();
  for (const char *section : wanted_sections) {
    const auto text = agent.read("/sys/module/" + module + "/sections/" + section);
    if (text)
      sections[section] = std::stoull(*text, nullptr, 16);
  }
  if (!sections.contains(".text"))
    return fail("the guest does not tell where the code of " + module + " is");
  return sections;
}

} // namespace

Result<void> CodeMap::record(guest::Agent &agent, const fs::path &directory)
{
  json modules = json::object();
  for (const std::string &line : split_lines(TRY(agent.read("/proc/modules")))) {
    // "e1000 172032 0 - Live 0xffffffffc0200000 (OE)"
    const std::string name = line.substr(0, line.find(' '));
    const size_t taints = line.rfind('(');
    modules[name] = { { "sections", TRY(sections_of(agent, name)) },
                      { "out_of_tree",
                        taints != line.npos && line.find('O', taints) != line.npos } };
  }
  TRY(write_file(directory / modules_file, modules.dump(2) + "\n"));
  return write_file(directory / symbols_file, TRY(agent.kallsyms(false)));
}

Result<CodeMap> CodeMap::load(const fs::path &directory)
{
  CodeMap map;
  TRY(map.symbols_.add(TRY(read_file(directory / symbols_file))));
  const fs::path path = directory / modules_file;
  const json modules = json::parse(TRY(read_file(path)), nullptr, false);
  if (!modules.is_object())
    return fail(path.string() + " is no JSON object; remove " + directory.string());
  for (const auto &[name, module] : modules.items())
    map.modules_[name] = { .sections = module.at("sections"),
                           .out_of_tree = module.at("out_of_tree") };
  return map;
}

std::optional<CodePlace> CodeMap::place(uint64_t address) const
{
  const Symbol *symbol = symbols_.find(address);
  if (!symbol)
    return {};
  return CodePlace{ .function = symbol->name,
                    .offset = address - symbol->address,
                    .module = symbol->module };
}

} // namespace verdict
