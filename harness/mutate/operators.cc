// SPDX-License-Identifier: GPL-2.0-only
#include "mutate/operators.h"

#include <algorithm>
#include <optional>
#include <tuple>
#include <utility>

#include "mutate/text.h"

namespace verdict::mutate {

namespace {

// The first without the second is a hang that any test notices, or a splat.
const std::pair<std::string, std::string> locks[] = {
  { "__netif_tx_lock", "__netif_tx_unlock" },
  { "netif_addr_lock_bh", "netif_addr_unlock_bh" },
  { "e1000_lock_reset", "e1000_unlock_reset" },
  { "u64_stats_update_begin", "u64_stats_update_end" },
};

// How comparisons are off by one.
const std::map<std::string_view, std::string_view> neighbours = {
  { "<", "<=" }, { "<=", "<" }, { ">", ">=" }, { ">=", ">" }
};

// Operators that a piece of source can be left without: the right operand goes with them.
const std::set<std::string_view> droppable = { "+", "-", "*", "%", "<<", ">>", "&", "|" };

const std::map<CXCursorKind, std::string> jumps = {
  { CXCursor_ReturnStmt, "return" },
  { CXCursor_GotoStmt, "goto" },
  { CXCursor_BreakStmt, "break" },
  { CXCursor_ContinueStmt, "continue" },
};

bool is_integer(CXTypeKind type)
{
  return type >= CXType_Bool && type <= CXType_Int128;
}

bool is_lock_or_unlock(std::string_view function)
{
  return std::any_of(std::begin(locks), std::end(locks), [&](const auto &pair) {
    return function == pair.first || function == pair.second;
  });
}

// EINVAL: another error code would be as good.
bool is_error_code(std::string_view text)
{
  return text.size() > 3 && text.front() == 'E' &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= 'A' && c <= 'Z'; });
}

std::string quoted(std::string_view source)
{
  constexpr size_t longest = 90;
  std::string text = squeeze(source);
  if (text.size() > longest)
    text = text.substr(0, longest - 3) + "...";
  return "`" + text + "`";
}

// A piece of a target's text.
struct Piece {
  std::string file;
  size_t begin, end;
  unsigned line;
  std::string_view text;

  bool is_token() const
  {
    return is_identifier(text) || std::all_of(text.begin(), text.end(), [](char c) {
             return std::isalnum(static_cast<unsigned char>(c));
           });
  }
};

class Finder {
public:
  Finder(std::string tree, const Sources &sources, const Targets &targets)
      : tree_(std::move(tree)), sources_(sources), targets_(targets)
  {
  }

  void function(const Node &node, const std::string &unit);
  Found take() { return std::move(found_); }

private:
  std::optional<Piece> piece(const Node &node) const;
  std::optional<Piece> whole_statement(const Node &node) const;
  bool is_followed_by(const Node &node, char c) const;
  bool is_target(const Piece &at) const;
  void add(std::string kind, std::string what, const Piece &at, std::string before,
           std::string after);
  void replace(std::string kind, std::string what, const Piece &at, const std::string &with);

  void statement(const Node &node);
  void left_out(const Node &node);
  void declaration(const Node &node);
  void loop(const Node &node);
  void returned(const Node &node);
  void condition(const Node &node, bool of_loop);

  void expression(const Node &node);
  void part(const Node &node);
  void operands(const Node &node);
  bool constant(const Node &node, const Piece &at);
  void binary(const Node &node, const Piece &at);
  void dropped(const Piece &at, const Piece &left, const Piece &right, std::string_view name);
  void unary(const Node &node, const Piece &at);
  void call(const Node &node, const Piece &at);
  void swapped(const Node &node, const Piece &at, const Call &call);

  void pairs();
  std::string within(const Piece &at) const;

  const std::string tree_;
  const Sources &sources_;
  const Targets &targets_;
  Found found_;
  std::set<std::tuple<std::string, size_t, size_t, std::string, std::string>> seen_;
  std::set<std::pair<std::string, size_t>> functions_;

  // While a function is looked through:
  std::string function_;
  CXTypeKind result_ = CXType_Invalid;
  bool in_condition_ = false;
  std::string statement_;                           // the one that is looked through
  std::map<std::string, std::vector<Piece>> locks_; // calls of a lock's functions
};

// libclang ends a piece in front of its last token when that is a macro in another macro's
// argument.
size_t behind_last_token(std::string_view source, size_t end)
{
  const auto is_word = [&](size_t at) { return is_identifier(source.substr(at, 1)); };
  if (end == 0 || end >= source.size() || is_word(end - 1) || !is_word(end))
    return end;
  while (end < source.size() &&
         (is_word(end) || std::isdigit(static_cast<unsigned char>(source[end]))))
    end++;
  return end;
}

std::optional<Piece> Finder::piece(const Node &node) const
{
  const Place place = node.place();
  if (!place.file.starts_with(tree_))
    return std::nullopt;
  const std::string file = place.file.substr(tree_.size());
  const auto source = sources_.find(file);
  if (source == sources_.end() || !targets_.contains(file) || place.begin >= place.end)
    return std::nullopt;
  const size_t end = behind_last_token(source->second, place.end);
  const std::string_view text =
      std::string_view(source->second).substr(place.begin, end - place.begin);
  if (!is_balanced(text))
    return std::nullopt;
  return Piece{ file, place.begin, end, place.line, text };
}

// A statement with its semicolon.
std::optional<Piece> Finder::whole_statement(const Node &node) const
{
  auto at = piece(node);
  if (!at)
    return std::nullopt;
  const std::string &source = sources_.at(at->file);
  const size_t semicolon = source.find_first_not_of(" \t\n", at->end);
  if (semicolon == source.npos || source[semicolon] != ';')
    return std::nullopt;
  at->end = semicolon + 1;
  return at;
}

// In the file itself, not in a macro's replacement?
bool Finder::is_followed_by(const Node &node, char c) const
{
  const auto at = piece(node);
  if (!at)
    return false;
  const std::string &source = sources_.at(at->file);
  const size_t next = source.find_first_not_of(" \t\n", at->end);
  return next != source.npos && source[next] == c;
}

bool Finder::is_target(const Piece &at) const
{
  const auto &lines = targets_.at(at.file);
  return lines.empty() || lines.contains(at.line);
}

void Finder::add(std::string kind, std::string what, const Piece &at, std::string before,
                 std::string after)
{
  if (!is_target(at) || !seen_.insert({ at.file, at.begin, at.end, before, after }).second)
    return;
  found_.mutants.push_back(
      { .edits = { { at.file, at.begin, at.end, std::move(before), std::move(after) } },
        .line = at.line,
        .function = function_,
        .kind = std::move(kind),
        .what = std::move(what),
        .source = {} });
}

void Finder::replace(std::string kind, std::string what, const Piece &at, const std::string &with)
{
  add(std::move(kind), std::move(what), at, "($MUTANT ? (" + with + ") : (", "))");
}

// " in `statement`", for a piece that is not all of it.
std::string Finder::within(const Piece &at) const
{
  return squeeze(at.text) == squeeze(statement_) ? "" : " in " + quoted(statement_);
}

void Finder::function(const Node &node, const std::string &unit)
{
  const auto children = node.children();
  if (children.empty() || children.back().kind() != CXCursor_CompoundStmt)
    return;
  const auto body = piece(children.back());
  if (!body || !functions_.insert({ body->file, body->begin }).second)
    return;

  function_ = node.name();
  found_.functions.push_back({ .unit = unit,
                               .file = body->file,
                               .name = function_,
                               .begin = node.place().begin,
                               .end = body->end,
                               .name_begin = node.offset() });
  result_ = node.result_type();
  locks_.clear();
  statement(children.back());
  pairs();
}

void Finder::statement(const Node &node)
{
  const auto children = node.children();
  const auto at = piece(node);
  const bool is_macro = at && parse_call(at->text);
  statement_ = at ? std::string(at->text) : "";

  switch (node.kind()) {
  case CXCursor_CompoundStmt:
    for (const Node &child : children)
      statement(child);
    return;
  case CXCursor_IfStmt:
    statement_ = "if (" + (at ? std::string(piece(children[0]).value_or(*at).text) : "") + ")";
    condition(children[0], false);
    for (size_t i = 1; i < children.size(); i++)
      statement(children[i]);
    return;
  case CXCursor_SwitchStmt:
    statement_ = "switch";
    expression(children[0]);
    statement(children[1]);
    return;
  case CXCursor_CaseStmt:
  case CXCursor_DefaultStmt:
  case CXCursor_LabelStmt:
    statement(children.back());
    return;
  case CXCursor_WhileStmt:
    statement_ = "while";
    condition(children[0], true);
    statement(children[1]);
    return;
  case CXCursor_ForStmt:
    loop(node);
    return;
  case CXCursor_DeclStmt:
    declaration(node);
    return;
  case CXCursor_ReturnStmt:
    if (children.empty())
      left_out(node);
    returned(node);
    return;
  case CXCursor_DoStmt:
    if (is_macro) {
      left_out(node);
      return;
    }
    statement(children[0]);
    statement_ = "while";
    condition(children[1], true);
    return;
  default:
    if (clang_isExpression(node.kind()) || jumps.contains(node.kind()) || is_macro)
      left_out(node);
    if (clang_isExpression(node.kind()))
      operands(node);
    if (at &&
        (node.kind() == CXCursor_BinaryOperator || node.kind() == CXCursor_CompoundAssignOperator))
      binary(node, *at);
    if (at && node.kind() == CXCursor_CallExpr)
      call(node, *at);
  }
}

void Finder::left_out(const Node &node)
{
  const auto at = whole_statement(node);
  if (!at)
    return;
  const std::string_view text = at->text;
  const auto called = parse_call(text);
  const auto jump = jumps.find(node.kind());
  if (called && is_lock_or_unlock(called->function)) {
    locks_[std::string(called->function)].push_back(*at);
    return;
  }

  std::string kind = "statement-left-out";
  if (jump != jumps.end())
    kind = jump->second + "-left-out";
  else if (called)
    kind = "call-left-out";
  else if (node.kind() == CXCursor_BinaryOperator || node.kind() == CXCursor_CompoundAssignOperator)
    kind = "assignment-left-out";
  else if (text.ends_with("++") || text.starts_with("++") || text.ends_with("--"))
    kind = "increment-left-out";
  add(kind, quoted(text) + " is left out", *at, "{ if (!$MUTANT) ", " }");
}

void Finder::declaration(const Node &node)
{
  for (const Node &variable : node.children()) {
    if (variable.kind() != CXCursor_VarDecl || variable.is_static())
      continue;
    if (const auto at = piece(variable))
      statement_ = at->text;
    for (const Node &value : variable.initialiser())
      part(value);
  }
}

// Any part of a for statement may be missing, so where a child stands says which it is.
void Finder::loop(const Node &node)
{
  const auto at = piece(node);
  if (!at)
    return;
  std::vector<size_t> ends; // of the three parts between the brackets
  for (size_t i = at->text.find('(') + 1, begin = i; ends.size() < 3 && i < at->text.size(); i++) {
    if ((at->text[i] == ';' || at->text[i] == ')') &&
        is_balanced(at->text.substr(begin, i - begin)))
      ends.push_back(at->begin + i);
  }
  if (ends.size() < 3)
    return;
  const std::string header(at->text.substr(0, ends[2] + 1 - at->begin));
  for (const Node &child : node.children()) {
    const size_t begin = child.place().begin;
    statement_ = header;
    if (begin < ends[0])
      child.kind() == CXCursor_DeclStmt ? declaration(child) : expression(child);
    else if (begin < ends[1])
      condition(child, true);
    else if (begin < ends[2])
      operands(child);
    else
      statement(child);
  }
}

void Finder::returned(const Node &node)
{
  const auto children = node.children();
  const auto at = children.empty() ? std::nullopt : piece(children.front());
  if (!at)
    return;
  const std::string text(at->text);
  const std::string what = quoted("return " + text);
  const bool is_constant = children.front().is_constant();

  if (result_ == CXType_Bool && !is_constant)
    add("result-changed", what + " returns the contrary", *at, "(!!(", ") != $MUTANT)");
  else if (is_constant && text.starts_with("-"))
    replace("result-changed", what + " says success", *at, "0");
  else if (result_ == CXType_Int && text == "0")
    replace("result-changed", what + " says -EIO", *at, "-EIO");
  else if (result_ == CXType_Pointer && text != "NULL")
    replace("result-changed", what + " returns NULL", *at, "(void *)0");
  else if (is_integer(result_) && result_ != CXType_Bool && !is_constant)
    replace("result-changed", what + " returns 0", *at, "(void)(" + text + "), 0");
  part(children.front());
}

void Finder::condition(const Node &node, bool of_loop)
{
  const auto at = piece(node);
  if (at && !node.is_constant()) {
    const std::string what = "the condition " + quoted(at->text) + " is ";
    add("condition-false", what + "held false", *at, "((", ") && !$MUTANT)");
    if (!of_loop)
      add("condition-true", what + "held true", *at, "((", ") || $MUTANT)");
  }
  const bool outer = std::exchange(in_condition_, true);
  expression(node);
  in_condition_ = outer;
}

// An expression of which a constant alone is not changed: what leaves the whole out does the same.
void Finder::part(const Node &node)
{
  const auto at = piece(node);
  if (!at || !at->is_token())
    expression(node);
}

void Finder::operands(const Node &node)
{
  for (const Node &child : node.children())
    expression(child);
}

void Finder::expression(const Node &node)
{
  if (node.kind() == CXCursor_UnaryExpr || node.kind() == CXCursor_StmtExpr) // sizeof, for one
    return;
  const auto at = piece(node);
  if (!at) {
    operands(node);
    return;
  }
  if (constant(node, *at))
    return;
  switch (node.kind()) {
  case CXCursor_BinaryOperator:
  case CXCursor_CompoundAssignOperator:
    binary(node, *at);
    return;
  case CXCursor_UnaryOperator:
    unary(node, *at);
    return;
  case CXCursor_CallExpr:
    call(node, *at);
    if (!in_condition_ && is_integer(node.type()) && parse_call(at->text) &&
        !node.name().starts_with("__builtin"))
      replace("call-left-out", quoted(at->text) + " is left out, its result is 0" + within(*at),
              *at, "0");
    operands(node);
    return;
  case CXCursor_ArraySubscriptExpr:
    for (const Node &child : node.children())
      part(child);
    return;
  case CXCursor_ConditionalOperator:
    if (is_followed_by(node.children()[0], '?'))
      condition(node.children()[0], false);
    operands(node);
    return;
  default:
    operands(node);
  }
}

// Is it a constant, on which nothing else is to be changed?
bool Finder::constant(const Node &node, const Piece &at)
{
  if (!at.is_token() || !node.is_constant())
    return false;
  const std::string text(at.text);
  const auto change = [&](const std::string &to) {
    replace("constant", quoted(text) + " is `" + to + "`" + within(at), at, to);
  };
  if (text == "true" || text == "false") {
    change(text == "true" ? "false" : "true");
  } else if (text != "NULL" && !is_error_code(text) && is_integer(node.type())) {
    change(text == "0" ? "1" : text + " + 1");
  }
  return true;
}

void Finder::binary(const Node &node, const Piece &at)
{
  const auto children = node.children();
  const auto left = children.size() == 2 ? piece(children[0]) : std::nullopt;
  const auto right = children.size() == 2 ? piece(children[1]) : std::nullopt;
  if (!left || !right || left->end > right->begin || left->file != at.file) {
    operands(node);
    return;
  }
  const std::string name =
      squeeze(std::string_view(sources_.at(at.file)).substr(left->end, right->begin - left->end));
  const std::string l(left->text), r(right->text);
  const Piece both{
    at.file, left->begin, right->end, left->line,
    std::string_view(sources_.at(at.file)).substr(left->begin, right->end - left->begin)
  };
  const std::string was = quoted(both.text);

  if (const auto neighbour = neighbours.find(name); neighbour != neighbours.end()) {
    replace("comparison", was + " is `" + std::string(neighbour->second) + "`" + within(both), both,
            l + " " + std::string(neighbour->second) + " " + r);
  } else if ((name == "==" || name == "!=") && !children[1].is_constant() &&
             is_integer(children[1].type()) && children[1].type() != CXType_Bool) {
    replace("comparison", was + " compares with one more" + within(both), both,
            l + " " + name + " " + r + " + 1");
  } else if (name == "&&" || name == "||") {
    replace("operand-left-out", quoted(name + " " + r) + " is left out" + within(both), both, l);
    replace("operand-left-out", quoted(l + " " + name) + " is left out" + within(both), both, r);
  } else if (droppable.contains(name)) {
    dropped(both, *left, *right, name);
  }

  const bool are_flags = name == "&" || name == "|";
  for (const auto &[child, operand] : { std::pair(children[0], *left), { children[1], *right } }) {
    if (name == "=")
      part(child);
    else if (!are_flags || !(operand.is_token() || operand.text.starts_with("~")))
      expression(child);
  }
}

void Finder::dropped(const Piece &at, const Piece &left, const Piece &right, std::string_view name)
{
  const std::string l(left.text), r(right.text);
  const bool is_number = std::isdigit(static_cast<unsigned char>(r.front()));
  if (!is_number)
    replace("operand-left-out", quoted(std::string(name) + " " + r) + " is left out" + within(at),
            at, l);
  if (name == "|")
    replace("operand-left-out", quoted(l + " |") + " is left out" + within(at), at, r);
}

void Finder::unary(const Node &node, const Piece &at)
{
  const auto children = node.children();
  const auto operand = children.empty() ? std::nullopt : piece(children.front());
  if (operand && at.text.starts_with("!") && operand->begin > at.begin)
    replace("condition-turned", quoted(at.text) + " is turned round" + within(at), at,
            "!!(" + std::string(operand->text) + ")");
  if (operand && (at.text.starts_with("++") || at.text.ends_with("++") ||
                  at.text.starts_with("--") || at.text.ends_with("--")))
    replace("increment-left-out", quoted(at.text) + " is " + quoted(operand->text) + within(at), at,
            std::string(operand->text));
  operands(node);
}

void Finder::call(const Node &node, const Piece &at)
{
  if (const auto called = parse_call(at.text))
    swapped(node, at, *called);
}

// Two neighbours of the same type change places.
void Finder::swapped(const Node &node, const Piece &at, const Call &call)
{
  const auto arguments = node.arguments();
  if (arguments.size() != call.arguments.size() || node.name() != call.function)
    return;
  for (size_t i = 0; i + 1 < arguments.size(); i++) {
    if (arguments[i].type_name() != arguments[i + 1].type_name() ||
        call.arguments[i] == call.arguments[i + 1])
      continue;
    std::vector<std::string_view> changed = call.arguments;
    std::swap(changed[i], changed[i + 1]);
    std::string text(call.function);
    for (size_t j = 0; j < changed.size(); j++)
      text.append(j ? ", " : "(").append(changed[j]);
    text += ")";
    replace("arguments-swapped",
            quoted(call.arguments[i]) + " and " + quoted(call.arguments[i + 1]) +
                " are swapped in " + quoted(at.text),
            at, text);
  }
}

void Finder::pairs()
{
  for (const auto &[lock, unlock] : locks) {
    if (!locks_.contains(lock) || !locks_.contains(unlock))
      continue;
    std::vector<Piece> places = locks_[lock];
    places.insert(places.end(), locks_[unlock].begin(), locks_[unlock].end());
    if (!std::all_of(places.begin(), places.end(), [&](const Piece &at) { return is_target(at); }))
      continue;
    Mutant mutant{ .edits = {},
                   .line = places.front().line,
                   .function = function_,
                   .kind = "lock-left-out",
                   .what = quoted(lock + "()") + " and " + quoted(unlock + "()") + " are left out",
                   .source = {} };
    for (const Piece &at : places)
      mutant.edits.push_back({ at.file, at.begin, at.end, "{ if (!$MUTANT) ", " }" });
    found_.mutants.push_back(mutant);
  }
}

} // namespace

Found find_mutants(const std::map<std::string, Unit> &units, const std::string &tree,
                   const Sources &sources, const Targets &targets)
{
  Finder finder(tree, sources, targets);
  for (const auto &[name, unit] : units) {
    for (const Node &node : unit.root().children()) {
      if (node.kind() == CXCursor_FunctionDecl)
        finder.function(node, name);
    }
  }
  return finder.take();
}

} // namespace verdict::mutate
