// SPDX-License-Identifier: GPL-2.0-only
#include "tool/become.h"

#include <unistd.h>

namespace verdict {

Result<int> become(const std::vector<std::string> &arguments)
{
  std::vector<char *> words;
  for (const std::string &argument : arguments)
    words.push_back(const_cast<char *>(argument.c_str()));
  words.push_back(nullptr);
  ::execvp(words[0], words.data());
  return fail_errno(arguments.front() + " (is this the project's top?)");
}

} // namespace verdict
