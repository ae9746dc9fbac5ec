// SPDX-License-Identifier: GPL-2.0-only
#include "mutate/assembly.h"

#include <cctype>

#include "base/text.h"

namespace verdict::mutate {

namespace {

bool is_digit(char c)
{
  return std::isdigit(static_cast<unsigned char>(c));
}

bool is_part_of_name(char c)
{
  return std::isalnum(static_cast<unsigned char>(c)) || c == '_' || c == '.';
}

std::string without_digits_at_end(std::string name)
{
  while (!name.empty() && is_digit(name.back()))
    name.pop_back();
  return name;
}

using Constants = std::map<std::string, std::string>;

// What stands behind the labels of constants: strings, and tables.
Constants read_constants(const std::vector<std::string> &lines)
{
  Constants constants;
  std::string label;
  for (const std::string &line : lines) {
    if (line.starts_with(".LC")) {
      label = line.substr(0, line.find(':'));
    } else if (!line.starts_with("\t") || line.starts_with("\t.text") ||
               line.starts_with("\t.section")) {
      label.clear();
    } else if (!label.empty()) {
      constants[label] += line;
    }
  }
  return constants;
}

// Gives names that the compiler counts up names that do not depend on what came before.
class Renamer {
public:
  Renamer(const std::string &function, const Constants &constants)
      : function_(function), constants_(constants)
  {
  }

  std::string line(const std::string &text)
  {
    std::string renamed;
    for (size_t at = 0; at < text.size();) {
      size_t end = at;
      while (end < text.size() && is_part_of_name(text[end]))
        end++;
      if (end == at)
        renamed += text[at++];
      else
        renamed += name(text.substr(at, end - at));
      at = std::max(at, end);
    }
    return renamed;
  }

private:
  std::string name(const std::string &name)
  {
    if (name.starts_with(function_))
      return "function" + name.substr(function_.size());
    if (const auto constant = constants_.find(name); constant != constants_.end())
      return constant->second;
    if (name.starts_with(".L"))
      return ".L" + std::to_string(labels_.insert({ name, labels_.size() }).first->second);
    const std::string stem = without_digits_at_end(name);
    const bool is_counted = stem.size() > 1 && stem.size() < name.size() &&
                            (stem.ends_with(".") || stem.starts_with("__UNIQUE_ID_"));
    return is_counted && !is_digit(name.front()) ? stem : name;
  }

  const std::string &function_;
  const Constants &constants_;
  std::map<std::string, size_t> labels_;
};

} // namespace

std::map<std::string, std::string> comparable_functions(std::string_view assembly,
                                                        std::string_view part)
{
  const auto lines = split_lines(assembly);
  const Constants constants = read_constants(lines);
  std::map<std::string, std::string> functions;
  for (size_t i = 0; i < lines.size(); i++) {
    const std::string &label = lines[i];
    if (label.find(part) == label.npos || !label.ends_with(":") || !is_part_of_name(label.front()))
      continue;
    const std::string name = label.substr(0, label.size() - 1);
    const std::string end = "\t.size\t" + name + ", .-" + name;
    Renamer renamer(name, constants);
    std::string &text = functions[name];
    for (i++; i < lines.size() && lines[i] != end; i++)
      text += renamer.line(lines[i]) + "\n";
  }
  return functions;
}

} // namespace verdict::mutate
