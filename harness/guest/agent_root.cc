// SPDX-License-Identifier: GPL-2.0-only
// Another root directory than that of the guest's image.
#include "agent.h"

#include <cstdlib>

#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

namespace verdict::guest {
namespace {

const std::string place = "/new-root";

Result<void> mount_at(const std::string &type, const std::string &source, const std::string &where,
                      unsigned long flags = 0, const std::string &options = "")
{
  ::mkdir(where.c_str(), 0755);
  if (::mount(source.c_str(), where.c_str(), type.c_str(), flags, options.c_str()))
    return fail_errno("mount " + source + " at " + where);
  return {};
}

/// Kernel threads follow the first process, so modprobe and the like are found there, too.
Result<json> change_root(const json &request)
{
  const std::string root = place + "/root";

  TRY(mount_at("tmpfs", "tmpfs", place));
  TRY(mount_at("ext4", request.at("device"), place + "/disk", MS_RDONLY));
  for (const char *folder : { "/written", "/work" })
    ::mkdir((place + folder).c_str(), 0755);
  TRY(mount_at("overlay", "overlay", root, 0,
               "lowerdir=" + place + "/disk,upperdir=" + place + "/written,workdir=" + place +
                   "/work"));
  if (::chdir(root.c_str()) || ::mount(".", "/", nullptr, MS_MOVE, nullptr) || ::chroot("."))
    return fail_errno("change the root directory");
  mount_kernel_filesystems();
  ::setenv("PATH", "/usr/sbin:/usr/bin", 1);
  return json::object();
}

} // namespace

void add_root_ops(Ops &ops)
{
  ops["change_root"] = change_root;
}

} // namespace verdict::guest
