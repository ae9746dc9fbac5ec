// SPDX-License-Identifier: GPL-2.0-only
#include "evidence/failure_text.h"

#include "base/text.h"

namespace verdict {

namespace {

std::string indented(const std::string &text)
{
  std::string result;
  for (const std::string &line : split_lines(text))
    result += line.empty() ? "\n" : "  " + line + "\n";
  return result;
}

} // namespace

std::string failure_text(const FailureStory &story)
{
  std::string text = story.test + " failed\n\nWhat the test said:\n";
  for (const std::string &failure : story.said)
    text += indented(failure);
  if (story.said.empty())
    text += "  nothing; it was ended before it could\n";
  text += "\nThe guest:\n" + indented(story.guest);
  if (!story.overdue.empty())
    text += "\nThe test's time was over while it was here, the innermost function first:\n" +
            indented(story.overdue);
  text += "\nTo run it again:\n" + indented(story.rerun) + "\nBeside this file:\n";
  for (const std::string &line : story.folder)
    text += "  " + line + "\n";
  return text;
}

} // namespace verdict
