// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include <memory>
#include <string>
#include <vector>

#include <clang-c/Index.h>

#include "base/result.h"

namespace verdict::mutate {

/// A piece of a file, as it is written there: of what a macro makes, the macro's use.
struct Place {
  std::string file;
  size_t begin = 0;
  size_t end = 0;
  unsigned line = 0;
};

/// A node of clang's syntax tree. It lives as long as its unit.
class Node {
public:
  explicit Node(CXCursor cursor) : cursor_(cursor) {}

  CXCursorKind kind() const { return clang_getCursorKind(cursor_); }
  std::string name() const;
  Place place() const;
  /// Where in its file the name of a declaration stands.
  size_t offset() const;
  std::vector<Node> children() const;

  /// The type's class, behind all typedefs.
  CXTypeKind type() const;
  /// Type of an argument or a result, as text, behind all typedefs.
  std::string type_name() const;
  /// Of a function: the class of what it returns.
  CXTypeKind result_type() const;

  /// Of a call: its arguments.
  std::vector<Node> arguments() const;
  /// Of a variable: what it begins with, if that is said.
  std::vector<Node> initialiser() const;
  bool is_static() const { return clang_Cursor_getStorageClass(cursor_) == CX_SC_Static; }
  /// An expression of integers that are known when it is compiled?
  bool is_constant() const;

private:
  CXCursor cursor_;
};

/// A translation unit, parsed.
class Unit {
public:
  /// Parses a file with a compiler's options. A file that clang finds an error in is an error.
  static Result<Unit> parse(const std::string &path, const std::vector<std::string> &options);

  Node root() const { return Node(clang_getTranslationUnitCursor(unit_.get())); }

private:
  struct Release {
    void operator()(CXIndex index) const { clang_disposeIndex(index); }
    void operator()(CXTranslationUnit unit) const { clang_disposeTranslationUnit(unit); }
  };

  std::unique_ptr<void, Release> index_;
  std::unique_ptr<CXTranslationUnitImpl, Release> unit_;
};

} // namespace verdict::mutate
