// SPDX-License-Identifier: GPL-2.0-only
#include <gmock/gmock.h>

#include "base/gtest_result.h"
#include "mutate/compiler.h"

namespace verdict::mutate {

namespace {

using testing::ElementsAre;

TEST(ShellWords, LoseTheirQuotes)
{
  EXPECT_THAT(shell_words("gcc  -DA='\"a b\"' \"c d\"\\'e ''\n"),
              ElementsAre("gcc", "-DA=\"a b\"", "c d'e", ""));
}

TEST(Compiler, TellsClangWhatItUnderstands)
{
  ASSERT_OK_AND_ASSIGN(const Compiler compiler,
                       Compiler::parse("savedcmd_/t/a.o := gcc -Wp,-MMD,/t/.a.d -nostdinc -I./x "
                                       "-include k.h -D__KERNEL__ -std=gnu11 -fconserve-stack "
                                       "-mrecord-mcount -O2 -Werror -g -c -o /t/a.o /t/a.c",
                                       "/kernel"));
  EXPECT_THAT(compiler.clang_options(),
              ElementsAre("-w", "-working-directory=/kernel", "-nostdinc", "-I./x", "-include",
                          "k.h", "-D__KERNEL__", "-std=gnu11"));
}

TEST(Compiler, IsTakenFromACommandOfKbuild)
{
  EXPECT_FALSE(Compiler::parse("gcc -c a.c", "/kernel"));
  EXPECT_FALSE(Compiler::parse("savedcmd_a.ko := ld -r -o a.ko a.o", "/kernel"));
}

} // namespace

} // namespace verdict::mutate
