// SPDX-License-Identifier: GPL-2.0-only
#include "playground/line_editor.h"

#include <cstdio>

#include <histedit.h>

namespace verdict::playground {

struct LineEditor::State {
  EditLine *editor = nullptr;
  History *history = nullptr;
  std::vector<std::string> words;
  std::string prompt;
};

namespace {

template <typename State>
State &state_of(EditLine *editor)
{
  State *state = nullptr;
  ::el_get(editor, EL_CLIENTDATA, &state);
  return *state;
}

unsigned char leave(EditLine *editor, int)
{
  const LineInfo *line = ::el_line(editor);
  ::el_deletestr(editor, static_cast<int>(line->cursor - line->buffer));
  return CC_EOF;
}

/// What all words that begin so have in common behind that; a blank behind the only one.
std::string completion(const std::vector<std::string> &words, const std::string &begun)
{
  std::optional<std::string> common;
  for (const std::string &word : words) {
    if (!word.starts_with(begun))
      continue;
    const std::string whole = word + " ";
    size_t same = 0;
    while (common && same < common->size() && same < whole.size() && (*common)[same] == whole[same])
      same++;
    common = common ? common->substr(0, same) : whole;
  }
  return common ? common->substr(begun.size()) : "";
}

} // namespace

LineEditor::LineEditor(std::vector<std::string> words) : state_(std::make_unique<State>())
{
  constexpr int history_size = 1000;
  state_->words = std::move(words);
  state_->editor = ::el_init("verdict", stdin, stdout, stderr);
  state_->history = ::history_init();
  HistEvent event;
  ::history(state_->history, &event, H_SETSIZE, history_size);
  ::history(state_->history, &event, H_SETUNIQUE, 1);
  EditLine *editor = state_->editor;
  const auto prompt = [](EditLine *one) { return state_of<State>(one).prompt.data(); };
  const auto complete = [](EditLine *one, int) -> unsigned char {
    const LineInfo *line = ::el_line(one);
    const std::string more =
        completion(state_of<State>(one).words, std::string(line->buffer, line->cursor));
    return more.empty() || ::el_insertstr(one, more.c_str()) < 0 ? CC_ERROR : CC_REFRESH;
  };
  ::el_set(editor, EL_CLIENTDATA, state_.get());
  ::el_set(editor, EL_PROMPT, +prompt);
  ::el_set(editor, EL_EDITOR, "emacs");
  ::el_set(editor, EL_HIST, ::history, state_->history);
  ::el_set(editor, EL_ADDFN, "to-the-guest", "leave this prompt", leave);
  ::el_set(editor, EL_BIND, "^]", "to-the-guest", nullptr);
  ::el_set(editor, EL_ADDFN, "complete-command", "complete the first word", +complete);
  ::el_set(editor, EL_BIND, "^I", "complete-command", nullptr);
}

LineEditor::~LineEditor()
{
  ::history_end(state_->history);
  ::el_end(state_->editor);
}

std::optional<std::string> LineEditor::read(const std::string &prompt)
{
  state_->prompt = prompt;
  int size = 0;
  const char *line = ::el_gets(state_->editor, &size);
  if (!line || size <= 0)
    return {};
  std::string text(line, static_cast<size_t>(size));
  text.erase(text.find_last_not_of("\r\n") + 1);
  if (!text.empty()) {
    HistEvent event;
    ::history(state_->history, &event, H_ENTER, text.c_str());
  }
  return text;
}

} // namespace verdict::playground
