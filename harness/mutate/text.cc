// SPDX-License-Identifier: GPL-2.0-only
#include "mutate/text.h"

#include <algorithm>
#include <cctype>

namespace verdict::mutate {

namespace {

bool is_blank(char c)
{
  return std::isspace(static_cast<unsigned char>(c));
}

std::string_view trim(std::string_view text)
{
  while (!text.empty() && is_blank(text.front()))
    text.remove_prefix(1);
  while (!text.empty() && is_blank(text.back()))
    text.remove_suffix(1);
  return text;
}

// The offset behind a string, a character or a comment that begins at an offset; the offset
// itself when none does.
size_t behind_opaque(std::string_view source, size_t at)
{
  const char first = source[at];
  if (source.substr(at, 2) == "/*")
    return std::min(source.find("*/", at + 2), source.size() - 2) + 2;
  if (source.substr(at, 2) == "//")
    return std::min(source.find('\n', at), source.size());
  if (first != '"' && first != '\'')
    return at;
  for (at++; at < source.size() && source[at] != first; at++) {
    if (source[at] == '\\')
      at++;
  }
  return std::min(at + 1, source.size());
}

} // namespace

std::string squeeze(std::string_view source)
{
  std::string squeezed;
  for (size_t at = 0; at < source.size();) {
    const size_t behind = behind_opaque(source, at);
    if (behind > at && source[at] != '/') {
      squeezed.append(source.substr(at, behind - at));
    } else if (behind > at || is_blank(source[at])) {
      if (!squeezed.empty() && squeezed.back() != ' ')
        squeezed += ' ';
    } else {
      squeezed += source[at];
    }
    at = std::max(behind, at + 1);
  }
  return std::string(trim(squeezed));
}

bool is_balanced(std::string_view source)
{
  std::string open;
  for (size_t at = 0; at < source.size();) {
    const size_t behind = behind_opaque(source, at);
    const char c = source[at];
    const bool is_code = behind == at;
    at = std::max(behind, at + 1);
    if (!is_code)
      continue;
    if (c == '(' || c == '[' || c == '{')
      open += c;
    if (c != ')' && c != ']' && c != '}')
      continue;
    if (open.empty() || open.back() != (c == ')' ? '(' : c == ']' ? '[' : '{'))
      return false;
    open.pop_back();
  }
  return open.empty();
}

bool is_identifier(std::string_view text)
{
  const auto is_part = [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) || c == '_';
  };
  return !text.empty() && !std::isdigit(static_cast<unsigned char>(text.front())) &&
         std::all_of(text.begin(), text.end(), is_part);
}

std::optional<Call> parse_call(std::string_view source)
{
  const size_t open = source.find('(');
  if (open == source.npos || source.back() != ')' || !is_identifier(source.substr(0, open)))
    return std::nullopt;

  Call call{ .function = source.substr(0, open), .arguments = {} };
  const std::string_view inside = source.substr(open + 1, source.size() - open - 2);
  if (!is_balanced(inside))
    return std::nullopt;
  size_t begin = 0;
  for (size_t at = 0; at <= inside.size();) {
    const bool ends = at == inside.size() || inside[at] == ',';
    if (ends && is_balanced(inside.substr(begin, at - begin))) {
      call.arguments.push_back(trim(inside.substr(begin, at - begin)));
      begin = at + 1;
    }
    at = at == inside.size() ? at + 1 : std::max(behind_opaque(inside, at), at + 1);
  }
  if (call.arguments.size() == 1 && call.arguments.front().empty())
    call.arguments.clear();
  return call;
}

} // namespace verdict::mutate
