// SPDX-License-Identifier: GPL-2.0-only
#include "mutate/syntax.h"

namespace verdict::mutate {

namespace {

std::string take(CXString string)
{
  const char *text = clang_getCString(string);
  std::string taken = text ? text : "";
  clang_disposeString(string);
  return taken;
}

struct Spot {
  CXFile file = nullptr;
  unsigned line = 0, offset = 0;
};

// Where a token stands; of one that a macro makes, where the macro is used, unless it is an
// argument of the macro.
Spot spot(CXSourceLocation location)
{
  Spot found;
  clang_getFileLocation(location, &found.file, &found.line, nullptr, &found.offset);
  return found;
}

// The first error of a unit, or an empty text.
std::string first_error(CXTranslationUnit unit)
{
  for (unsigned i = 0; i < clang_getNumDiagnostics(unit); i++) {
    CXDiagnostic diagnostic = clang_getDiagnostic(unit, i);
    const bool is_error = clang_getDiagnosticSeverity(diagnostic) >= CXDiagnostic_Error;
    const auto text =
        take(clang_formatDiagnostic(diagnostic, clang_defaultDiagnosticDisplayOptions()));
    clang_disposeDiagnostic(diagnostic);
    if (is_error)
      return text;
  }
  return "";
}

} // namespace

std::string Node::name() const
{
  return take(clang_getCursorSpelling(cursor_));
}

Place Node::place() const
{
  const CXSourceRange extent = clang_getCursorExtent(cursor_);
  const Spot begin = spot(clang_getRangeStart(extent));
  const Spot end = spot(clang_getRangeEnd(extent));
  if (!begin.file || !end.file || !clang_File_isEqual(begin.file, end.file))
    return {};
  return { .file = take(clang_getFileName(begin.file)),
           .begin = begin.offset,
           .end = end.offset,
           .line = begin.line };
}

size_t Node::offset() const
{
  return spot(clang_getCursorLocation(cursor_)).offset;
}

std::vector<Node> Node::children() const
{
  std::vector<Node> found;
  clang_visitChildren(
      cursor_,
      [](CXCursor cursor, CXCursor, CXClientData data) {
        static_cast<std::vector<Node> *>(data)->emplace_back(cursor);
        return CXChildVisit_Continue;
      },
      &found);
  return found;
}

CXTypeKind Node::type() const
{
  return clang_getCanonicalType(clang_getCursorType(cursor_)).kind;
}

std::string Node::type_name() const
{
  return take(clang_getTypeSpelling(clang_getCanonicalType(clang_getCursorType(cursor_))));
}

CXTypeKind Node::result_type() const
{
  return clang_getCanonicalType(clang_getCursorResultType(cursor_)).kind;
}

std::vector<Node> Node::arguments() const
{
  std::vector<Node> found;
  for (int i = 0; i < clang_Cursor_getNumArguments(cursor_); i++)
    found.emplace_back(clang_Cursor_getArgument(cursor_, i));
  return found;
}

std::vector<Node> Node::initialiser() const
{
  CXCursor found = clang_Cursor_getVarDeclInitializer(cursor_);
  if (clang_Cursor_isNull(found))
    return {};
  return { Node(found) };
}

bool Node::is_constant() const
{
  CXEvalResult result = clang_Cursor_Evaluate(cursor_);
  const bool is_integer = result && clang_EvalResult_getKind(result) == CXEval_Int;
  clang_EvalResult_dispose(result);
  return is_integer;
}

Result<Unit> Unit::parse(const std::string &path, const std::vector<std::string> &options)
{
  std::vector<const char *> arguments;
  for (const std::string &option : options)
    arguments.push_back(option.c_str());

  Unit parsed;
  parsed.index_.reset(clang_createIndex(0, 0));
  CXTranslationUnit unit = nullptr;
  const CXErrorCode code = clang_parseTranslationUnit2(
      parsed.index_.get(), path.c_str(), arguments.data(), static_cast<int>(arguments.size()),
      nullptr, 0, CXTranslationUnit_None, &unit);
  parsed.unit_.reset(unit);
  if (code != CXError_Success)
    return fail("libclang cannot parse " + path);
  if (const auto error = first_error(unit); !error.empty())
    return fail("clang: " + error);
  return parsed;
}

} // namespace verdict::mutate
