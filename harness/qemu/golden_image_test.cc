// SPDX-License-Identifier: GPL-2.0-only
#include "qemu/golden_image.h"

#include <gmock/gmock.h>

#include "base/file.h"
#include "base/gtest_result.h"
#include "tests/environment.h"
#include "tests/temporary_directory.h"

namespace verdict {

namespace {

namespace fs = std::filesystem;

/// Where images are kept of machines that nobody boots, with a QEMU that nobody runs.
class GoldenImageKey : public testing::Test {
protected:
  void SetUp() override
  {
    spec_.machine.name = "column";
    spec_.machine.kernel = file("kernel", "code");
    spec_.machine.initrd = file("initrd", "files");
    spec_.machine.nics = { { .model = "e1000" } };
    spec_.set_up_key = "load e1000";
    put_qemu("version 1");
    ASSERT_OK(make_directories(directory_.path() / "golden"));
    original_ = folder(spec_);
  }

  fs::path file(const std::string &name, const std::string &content)
  {
    const fs::path path = directory_.path() / name;
    EXPECT_OK(make_directories(path.parent_path()));
    EXPECT_OK(write_file(path, content));
    return path;
  }

  void put_qemu(const std::string &content)
  {
    const fs::path qemu = file(spec_.machine.architecture.qemu_program, content);
    fs::permissions(qemu, fs::perms::owner_all);
  }

  fs::path folder(const GoldenSpec &spec)
  {
    const auto folder = GoldenStore(directory_.path() / "golden").folder(spec);
    EXPECT_OK(folder);
    return folder.value_or(fs::path());
  }

  const TemporaryDirectory directory_;
  const Environment path_{ "PATH", directory_.path().c_str() };
  GoldenSpec spec_;
  fs::path original_;
};

TEST_F(GoldenImageKey, DoesNotDependOnWhereThingsAre)
{
  spec_.machine.kernel = file("elsewhere/vmlinuz", "code");
  spec_.machine.initrd = file("elsewhere/initrd.cpio", "files");
  EXPECT_EQ(folder(spec_), original_);
}

TEST_F(GoldenImageKey, DependsOnWhatTheImageIsMadeFrom)
{
  using Change = std::function<void(GoldenSpec &)>;
  const std::vector<std::pair<std::string, Change>> changes{
    { "kernel", [&](auto &spec) { spec.machine.kernel = file("kernel.new", "other code"); } },
    { "initrd", [&](auto &spec) { spec.machine.initrd = file("initrd.new", "other files"); } },
    { "name", [](auto &spec) { spec.machine.name = "other"; } },
    { "memory", [](auto &spec) { spec.machine.memory_mib *= 2; } },
    { "NIC", [](auto &spec) { spec.machine.nics[0].options = "mitigation=off"; } },
    { "command line", [](auto &spec) { spec.machine.extra_command_line = "swiotlb=force"; } },
    { "set-up", [](auto &spec) { spec.set_up_key += "\nload veth"; } },
    { "QEMU", [&](auto &) { put_qemu("version 2"); } },
  };
  for (const auto &[what, change] : changes) {
    GoldenSpec changed = spec_;
    change(changed);
    EXPECT_NE(folder(changed), original_) << what;
  }
}

} // namespace

} // namespace verdict
