// SPDX-License-Identifier: GPL-2.0-only
#include "evidence/repro.h"

#include <cstdlib>

#include <fmt/format.h>

#include "base/text.h"

namespace verdict {

namespace fs = std::filesystem;

namespace {

constexpr const char *script_template = R"sh(#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
set -euo pipefail

usage() {
	cat <<-END
	usage: repro.sh [--gdb [ARGUMENT...]]

	Runs @TEST@ again.
	--gdb  stops the guest before its first instruction after the fork, and starts
	       gdb, attached and with symbols; ARGUMENTs are gdb's own:
	       --gdb -ex 'break e1000_clean_rx_irq' -ex continue
	END
}

here=$(cd "$(dirname "$0")" && pwd)
cd @TOP@
again=$(realpath --relative-to=. "$here")/again
test=(@SUITE@ --gtest_filter='@TEST@')
export VERDICT_RUN=$again VERDICT_KEEP=1
@EXPORTS@
case "${1:-}" in
"") exec "${test[@]}" ;;
--gdb) shift ;;
-h|--help) usage; exit 0 ;;
*) usage >&2; exit 2 ;;
esac

rm -rf "$again"
mkdir "$again"
VERDICT_GDB=$again "${test[@]}" > "$again/suite.log" 2>&1 &
suite=$!
until [ -e "$again/@COMMANDS@" ]; do
	kill -0 $suite || { cat "$again/suite.log" >&2; exit 1; }
	sleep 0.1
done
gdb -q -x "$again/@COMMANDS@" "$@"
status=0
wait $suite || status=$?
cat "$again/suite.log"
exit $status
)sh";

void replace(std::string &text, std::string_view what, const std::string &by)
{
  for (size_t at = text.find(what); at != text.npos; at = text.find(what, at + by.size()))
    text.replace(at, what.size(), by);
}

/// The project's top, as a word for a shell that has the evidence's folder in $here: a project that
/// is moved as a whole stays one.
std::string top_from(const fs::path &evidence)
{
  const bool within = evidence.is_relative() && *evidence.lexically_normal().begin() != "..";
  return within ? "\"$here/" + fs::path(".").lexically_relative(evidence).string() + "\""
                : shell_word(fs::current_path().string());
}

} // namespace

std::vector<std::string> test_environment()
{
  std::vector<std::string> environment;
  for (const char *name :
       { "VERDICT_KERNEL", "VERDICT_INITRD", "VERDICT_PROFILES", "VERDICT_STORM", "VERDICT_MUTANT",
         "VERDICT_LEAKS", "VERDICT_TRY_SKIPS", "VERDICT_PATIENCE" }) {
    if (const char *value = std::getenv(name); value && *value)
      environment.push_back(std::string(name) + "=" + value);
  }
  return environment;
}

std::string repro_script(const std::string &test, const fs::path &evidence, const fs::path &suite,
                         const std::vector<std::string> &environment)
{
  std::string exports;
  for (const std::string &variable : environment) {
    const size_t value = variable.find('=') + 1;
    exports += "export " + variable.substr(0, value) + shell_word(variable.substr(value)) + "\n";
  }
  std::string script = script_template;
  replace(script, "@TEST@", test);
  replace(script, "@TOP@", top_from(evidence));
  replace(script, "@SUITE@", shell_word(suite.string()));
  replace(script, "@EXPORTS@", exports);
  replace(script, "@COMMANDS@", gdb_commands_file);
  return script;
}

Result<std::string> gdb_commands(const fs::path &kernel, SourceLines &lines, const fs::path &socket)
{
  const Result<CodeMap> &code = lines.map();
  if (!code)
    return tl::unexpected(code.error());
  std::string text = "set confirm off\n";
  text += "file " + lines.file_of("").value_or(kernel).string() + "\n";
  for (const auto &[name, module] : code->modules()) {
    const auto file = lines.file_of(name);
    if (!file) {
      text += "# no symbols of " + name + ": " + file.error().message + "\n";
      continue;
    }
    text += "add-symbol-file " + file->string();
    for (const auto &[section, address] : module.sections)
      text += fmt::format(" -s {} 0x{:x}", section, address);
    text += "\n";
  }
  return text + "target remote " + socket.string() + "\n";
}

} // namespace verdict
