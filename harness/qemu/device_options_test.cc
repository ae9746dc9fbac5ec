// SPDX-License-Identifier: GPL-2.0-only
#include "qemu/device_options.h"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include "base/file.h"
#include "base/gtest_result.h"
#include "tests/environment.h"
#include "tests/temporary_directory.h"

namespace verdict {

namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::IsEmpty;

/// A script in QEMU's place.
class DeviceOptionsOfAScript : public testing::Test {
protected:
  /// A QEMU whose e1000 has one option.
  void put_qemu(const std::string &option)
  {
    const fs::path program = directory_.path() / qemu_;
    ASSERT_OK(write_file(program, fmt::format("#!/bin/sh\n"
                                              "echo \"$*\" >> {}\n"
                                              "echo 'e1000 options:'\n"
                                              "echo '  {}=<bool> - on/off'\n",
                                              asked_.string(), option)));
    fs::permissions(program, fs::perms::owner_all);
  }

  std::vector<std::string> known()
  {
    const auto known = known_options(qemu_, "e1000", { "mitigation=off", "mit=off", "autoneg=off" },
                                     directory_.path());
    EXPECT_OK(known);
    return known.value_or(std::vector<std::string>{});
  }

  static constexpr const char *qemu_ = "qemu";
  const TemporaryDirectory directory_;
  const fs::path asked_ = directory_.path() / "asked";
  const Environment path_{ "PATH",
                           (directory_.path().string() + ":" + std::getenv("PATH")).c_str() };
};

TEST_F(DeviceOptionsOfAScript, AreAskedForOnce)
{
  put_qemu("mitigation");
  EXPECT_THAT(known(), ElementsAre("mitigation=off"));
  EXPECT_THAT(known(), ElementsAre("mitigation=off"));
  ASSERT_OK_AND_ASSIGN(const std::string asked, read_file(asked_));
  EXPECT_EQ(asked, "-device e1000,help\n");
}

TEST_F(DeviceOptionsOfAScript, AreAskedForAgainOfAnotherQemu)
{
  put_qemu("mitigation");
  EXPECT_THAT(known(), ElementsAre("mitigation=off"));
  put_qemu("automatic");
  EXPECT_THAT(known(), IsEmpty());
}

} // namespace

} // namespace verdict
