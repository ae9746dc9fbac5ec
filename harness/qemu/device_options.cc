// SPDX-License-Identifier: GPL-2.0-only
#include "qemu/device_options.h"

#include "base/digest.h"
#include "base/file.h"
#include "base/process.h"

namespace verdict {

namespace fs = std::filesystem;

namespace {

constexpr milliseconds help_timeout{ 30000 };

/// What QEMU says of a device; a line "  NAME=<TYPE> ..." for each option is a part of it.
Result<std::string> help_of(const std::string &program, const std::string &model,
                            const fs::path &memory)
{
  const fs::path qemu = TRY(find_program(program));
  const fs::path note = memory / (model + ".help." + TRY(file_sha256(qemu, memory / "digests")));
  if (auto known = read_file(note))
    return known;
  const std::string help = TRY(output_of({ qemu, "-device", model + ",help" }, help_timeout));
  TRY(write_file(note, help));
  return help;
}

} // namespace

Result<std::vector<std::string>> known_options(const std::string &program, const std::string &model,
                                               const std::vector<std::string> &options,
                                               const fs::path &memory)
{
  std::vector<std::string> known;
  if (options.empty())
    return known;
  const std::string help = TRY(help_of(program, model, memory));
  for (const std::string &option : options) {
    const std::string name = option.substr(0, option.find('='));
    if (help.find("\n  " + name + "=<") != help.npos)
      known.push_back(option);
  }
  return known;
}

} // namespace verdict
