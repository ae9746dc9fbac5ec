// SPDX-License-Identifier: GPL-2.0-only
#include "evidence/repro.h"

#include <cstdlib>

#include <gmock/gmock.h>

#include "base/file.h"
#include "base/gtest_result.h"
#include "base/process.h"
#include "tests/golden.h"
#include "tests/temporary_directory.h"

namespace verdict {

namespace {

using testing::Contains;

TEST(Repro, ScriptIsFitForStrangers)
{
  expect_golden("repro",
                repro_script("Nic/Tx.FramesComeBack/e1000_82540em",
                             "out/run-debug/Nic-Tx.FramesComeBack-e1000_82540em",
                             { "VERDICT_KERNEL=debug", "VERDICT_INITRD=it's here/initrd" }));
}

TEST(Repro, ScriptPassesTheEnvironmentOn)
{
  ::setenv("VERDICT_MUTANT", "17", 1);
  EXPECT_THAT(test_environment(), Contains("VERDICT_MUTANT=17"));
  ::unsetenv("VERDICT_MUTANT");
  EXPECT_THAT(test_environment(), testing::Not(Contains("VERDICT_MUTANT=17")));
}

TEST(Repro, ScriptIsOneThatTheShellTakes)
{
  const TemporaryDirectory directory;
  const auto path = directory.path() / "repro.sh";
  ASSERT_OK(write_file(path, repro_script("A.B", "out/run/A.B", { "VERDICT_KERNEL=it's" })));
  EXPECT_OK(output_of({ "bash", "-n", path }, milliseconds(10000)));
  ASSERT_OK_AND_ASSIGN(const std::string help,
                       output_of({ "bash", path, "--help" }, milliseconds(10000)));
  EXPECT_THAT(help, testing::HasSubstr("Runs A.B again."));
}

TEST(Repro, GdbGetsTheModulesAtTheirAddresses)
{
  const TemporaryDirectory directory;
  ASSERT_OK(write_file(directory.path() / "kallsyms", "ffffffffc0200000 t f\t[e1000]\n"));
  ASSERT_OK(write_file(directory.path() / "modules.json", R"({
    "e1000": { "out_of_tree": true, "sections": { ".text": 3223322624, ".data": 4096 } },
    "virtio_net": { "out_of_tree": false, "sections": { ".text": 1 } } })"));
  Places places;
  places.symbols = directory.path();
  ASSERT_OK(write_file(directory.path() / "e1000.ko", ""));
  SourceLines lines(places, directory.path());
  ASSERT_OK_AND_ASSIGN(const std::string commands,
                       gdb_commands("vmlinux", lines, "out/again/gdb.sock"));
  EXPECT_EQ(commands, "set confirm off\n"
                      "file vmlinux\n"
                      "add-symbol-file " +
                          (directory.path() / "e1000.ko").string() +
                          " -s .data 0x1000 -s .text 0xc0200000\n"
                          "# no symbols of virtio_net: Debian's kernel comes without line numbers\n"
                          "target remote out/again/gdb.sock\n");
}

} // namespace

} // namespace verdict
