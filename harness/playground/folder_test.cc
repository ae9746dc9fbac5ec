// SPDX-License-Identifier: GPL-2.0-only
#include "playground/folder.h"

#include <gmock/gmock.h>

#include "base/gtest_result.h"
#include "tests/temporary_directory.h"

namespace verdict::playground {

namespace {

class FolderTest : public testing::Test {
protected:
  const TemporaryDirectory directory;
};

TEST_F(FolderTest, GoesWithItsOwner)
{
  std::filesystem::path path;
  {
    ASSERT_OK_AND_ASSIGN(const Folder folder, Folder::make(directory.path()));
    path = folder.path();
    ASSERT_OK(write_file(path / "file", "text"));
  }
  EXPECT_FALSE(file_exists(path));
}

TEST_F(FolderTest, StaysIfItIsToBeRead)
{
  std::filesystem::path path;
  {
    ASSERT_OK_AND_ASSIGN(Folder folder, Folder::make(directory.path()));
    path = folder.path();
    folder.keep();
  }
  EXPECT_TRUE(file_exists(path));
}

TEST_F(FolderTest, ThoseOfTheDeadGoAndThoseOfTheLivingStay)
{
  const auto dead = directory.path() / "dead", living = directory.path() / "living";
  ASSERT_OK(make_directories(dead / "deeper"));
  ASSERT_OK_AND_ASSIGN(const auto lock, FileLock::take_folder(living));
  ASSERT_TRUE(lock);
  ASSERT_OK_AND_ASSIGN(const Folder folder, Folder::make(directory.path()));
  EXPECT_FALSE(file_exists(dead));
  EXPECT_TRUE(file_exists(living));
}

} // namespace

} // namespace verdict::playground
