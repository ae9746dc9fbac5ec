// SPDX-License-Identifier: GPL-2.0-only
// Kernel modules: those of the image are listed in /modules/modules.dep, a line each:
// "name: path needed-name...".
#include "agent.h"

#include <algorithm>
#include <cstring>
#include <sstream>

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/file.h"

namespace verdict::guest {
namespace {

const std::string module_dir = "/modules/";

Result<void> insert(const std::string &path, const std::string &params)
{
  Fd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));

  if (!file)
    return fail_errno("open " + path);
  if (::syscall(SYS_finit_module, file.get(), params.c_str(), 0))
    return fail_errno("insmod " + path);
  return {};
}

bool is_loaded(const std::string &name)
{
  struct stat status;
  return !::stat(("/sys/module/" + name).c_str(), &status);
}

Result<void> load(const std::string &index, const std::string &name, json &loaded)
{
  std::istringstream lines(index);
  std::string line;

  if (is_loaded(name))
    return {};
  while (std::getline(lines, line)) {
    if (!line.starts_with(name + ":"))
      continue;
    std::istringstream words(line.substr(name.size() + 1));
    std::string path, needed;
    words >> path;
    while (words >> needed)
      TRY(load(index, needed, loaded));
    TRY(insert(module_dir + path, ""));
    loaded.push_back(name);
    return {};
  }
  return fail("no module " + name +
              " in the guest image: qemu/guest/modules.txt lists what goes in");
}

/// The functions in /proc/kallsyms: all, or only those of modules and BPF programs, which are few.
Result<json> kallsyms(const json &request)
{
  const bool modules_only = request.value("modules", false);
  auto all = TRY(read_file("/proc/kallsyms"));
  std::string wanted;

  for (std::string_view rest = all; !rest.empty();) {
    const std::string_view line = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(std::min(line.size() + 1, rest.size()));
    const size_t type = line.find(' ') + 1;
    if (type >= line.size() || !std::strchr("tTwW", line[type]))
      continue;
    if (!modules_only || line.ends_with(']'))
      wanted.append(line).append("\n");
  }
  return json{ { "symbols", wanted } };
}

} // namespace

Result<json> load_module(const std::string &name)
{
  json loaded = json::array();
  auto index = TRY(read_file(module_dir + "modules.dep"));
  TRY(load(index, name, loaded));
  return json{ { "loaded", loaded } };
}

void add_module_ops(Ops &ops)
{
  ops["kallsyms"] = kallsyms;
  ops["insmod"] = [](const json &request) -> Result<json> {
    auto path = module_dir + request.at("path").get<std::string>();
    TRY(insert(path, request.value("params", "")));
    return json::object();
  };
  ops["modprobe"] = [](const json &request) { return load_module(request.at("name")); };
  ops["rmmod"] = [](const json &request) -> Result<json> {
    auto name = request.at("name").get<std::string>();
    if (::syscall(SYS_delete_module, name.c_str(), O_NONBLOCK))
      return fail_errno("rmmod " + name);
    return json::object();
  };
}

} // namespace verdict::guest
