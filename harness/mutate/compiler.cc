// SPDX-License-Identifier: GPL-2.0-only
#include "mutate/compiler.h"

#include <fcntl.h>

#include <algorithm>

#include "base/file.h"
#include "base/process.h"
#include "base/text.h"

namespace verdict::mutate {

namespace {

bool is_for_preprocessor(const std::string &option)
{
  return option.starts_with("-I") || option.starts_with("-D") || option.starts_with("-U") ||
         option == "-nostdinc";
}

} // namespace

std::vector<std::string> shell_words(std::string_view line)
{
  std::vector<std::string> words;
  bool in_word = false;
  char quote = 0;
  for (size_t i = 0; i < line.size(); i++) {
    const char c = line[i];
    if (!quote && (c == ' ' || c == '\t' || c == '\n')) {
      in_word = false;
      continue;
    }
    if (!in_word)
      words.emplace_back();
    in_word = true;
    if (quote ? c == quote : c == '\'' || c == '"')
      quote = quote ? 0 : c;
    else if (c == '\\' && quote != '\'' && i + 1 < line.size())
      words.back() += line[++i];
    else
      words.back() += c;
  }
  return words;
}

Result<Compiler> Compiler::parse(std::string_view line, std::filesystem::path directory)
{
  const size_t begin = line.find(" := ");
  if (!line.starts_with("savedcmd_") || begin == line.npos)
    return fail("not a command of kbuild: " + std::string(line.substr(0, 80)));

  Compiler compiler;
  compiler.directory_ = std::move(directory);
  const auto words = shell_words(line.substr(begin + 4));
  const auto end = std::find(words.begin(), words.end(), "-c");
  if (end == words.end())
    return fail("kbuild's command compiles nothing: " + std::string(line.substr(0, 80)));
  std::copy_if(words.begin(), end, std::back_inserter(compiler.arguments_),
               [](const std::string &word) {
                 return !word.starts_with("-Wp,") && word != "-Werror" && word != "-g";
               });
  return compiler;
}

std::vector<std::string> Compiler::clang_options() const
{
  std::vector<std::string> options{ "-w", "-working-directory=" + directory_.string() };
  for (size_t i = 0; i < arguments_.size(); i++) {
    const std::string &option = arguments_[i];
    if (is_for_preprocessor(option) || option.starts_with("-std=") || option == "-m64" ||
        option == "-fshort-wchar" || option == "-funsigned-char")
      options.push_back(option);
    if (option == "-include")
      options.insert(options.end(), { option, arguments_[i + 1] });
  }
  return options;
}

Result<void> Compiler::assemble(const std::string &source, const std::string &output,
                                const std::string &from, const std::string &to) const
{
  std::vector<std::string> arguments = arguments_;
  for (std::string &argument : arguments) {
    if (const size_t at = argument.find(from); at != argument.npos)
      argument.replace(at, from.size(), to);
  }
  // One function after the other, as they stand in the source.
  arguments.insert(arguments.end(), { "-w", "-fno-toplevel-reorder", "-S", "-o", output, source });
  return run(std::move(arguments), output + ".messages");
}

Result<void> Compiler::run(std::vector<std::string> arguments, const std::string &messages) const
{
  arguments.insert(arguments.begin(), { "env", "-C", directory_.string(), "LC_ALL=C" });
  const Fd log = TRY(open_file(messages, O_WRONLY | O_CREAT | O_TRUNC));
  Command command{ .arguments = arguments, .output = log.get(), .error = log.get() };
  Child child = TRY(Child::spawn(command));
  const Deadline deadline(std::chrono::minutes(5));
  if (!child.wait(deadline))
    return fail("the compiler does not end in " + deadline.text() + ": " + join(arguments, " "));
  if (!child.exited_well())
    return fail(TRY(read_file(messages)));
  return remove_tree(messages);
}

} // namespace verdict::mutate
