// SPDX-License-Identifier: GPL-2.0-only
#include "evidence/repro.h"

#include <gmock/gmock.h>

#include "base/file.h"
#include "base/gtest_result.h"
#include "base/process.h"
#include "tests/environment.h"
#include "tests/golden.h"
#include "tests/temporary_directory.h"

namespace verdict {

namespace {

using testing::Contains;
using testing::Optional;

TEST(Repro, ScriptIsFitForStrangers)
{
  expect_golden("repro",
                repro_script("Nic/Tx.FramesComeBack/e1000_82540em",
                             "out/run-debug/Nic-Tx.FramesComeBack-e1000_82540em",
                             "out/harness/verdict_suite",
                             { "VERDICT_KERNEL=debug", "VERDICT_INITRD=it's here/initrd" }));
}

TEST(Repro, ScriptPassesTheEnvironmentOn)
{
  for (const char *name : { "VERDICT_MUTANT", "VERDICT_TRY_SKIPS", "VERDICT_PATIENCE" }) {
    const std::string set = std::string(name) + "=17";
    {
      const Environment variable(name, "17");
      EXPECT_THAT(test_environment(), Contains(set));
    }
    EXPECT_THAT(test_environment(), testing::Not(Contains(set)));
  }
}

TEST(Repro, ScriptIsOneThatTheShellTakes)
{
  const TemporaryDirectory directory;
  const auto path = directory.path() / "repro.sh";
  ASSERT_OK(write_file(path, repro_script("A.B", "out/run/A.B", "out/harness/verdict_suite",
                                          { "VERDICT_KERNEL=it's" })));
  EXPECT_OK(output_of({ "bash", "-n", path }, milliseconds(10000)));
  ASSERT_OK_AND_ASSIGN(const std::string help,
                       output_of({ "bash", path, "--help" }, milliseconds(10000)));
  EXPECT_THAT(help, testing::HasSubstr("Runs A.B again."));
}

TEST(Repro, ScriptRunsInTheProjectWhereverTheEvidenceIs)
{
  const TemporaryDirectory elsewhere;
  const auto out = elsewhere.path() / "it's out";
  const auto suite = out / "harness" / "verdict_suite", evidence = out / "run" / "A.B";
  ASSERT_OK(make_directories(suite.parent_path()));
  ASSERT_OK(make_directories(evidence));
  ASSERT_OK(write_file(suite, "#!/bin/sh\necho \"$PWD\" \"$@\"\n"));
  std::filesystem::permissions(suite, std::filesystem::perms::owner_all);
  ASSERT_OK_AND_ASSIGN(const auto relative, relative_path(evidence));
  const std::string run_here = std::filesystem::current_path().string() + " --gtest_filter=A.B\n";
  for (const auto &place : { evidence, relative }) {
    ASSERT_OK(write_file(evidence / "repro.sh", repro_script("A.B", place, suite, {})));
    EXPECT_THAT(output_of({ "bash", evidence / "repro.sh" }, milliseconds(10000)),
                Optional(run_here));
  }
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
