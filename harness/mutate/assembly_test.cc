// SPDX-License-Identifier: GPL-2.0-only
#include <gmock/gmock.h>

#include "mutate/assembly.h"

namespace verdict::mutate {

namespace {

using testing::ElementsAre;
using testing::Key;

std::string function(const std::string &name, const std::string &body)
{
  return "\t.type\t" + name + ", @function\n" + name + ":\n" + body + "\t.size\t" + name + ", .-" +
         name + "\n";
}

// Two functions, the second one with other names for what is counted.
bool are_the_same(const std::string &one, const std::string &other, const std::string &data = "")
{
  const auto functions =
      comparable_functions(data + function("f_v1", one) + function("f_v2", other), "_v");
  return functions.at("f_v1") == functions.at("f_v2");
}

TEST(Functions, AreTakenByAPartOfTheirNames)
{
  EXPECT_THAT(comparable_functions(function("f", "\tret\n") + function("f_v1", "\tret\n"), "_v"),
              ElementsAre(Key("f_v1")));
}

TEST(Functions, AreTheSameWhateverTheirLabels)
{
  EXPECT_TRUE(are_the_same("\tjmp\t.L2\n.L2:\n\tcall\tf_v1.cold\n",
                           "\tjmp\t.L7\n.L7:\n\tcall\tf_v2.cold\n"));
  EXPECT_FALSE(are_the_same("\tje\t.L2\n.L1:\n.L2:\n", "\tje\t.L7\n.L7:\n.L6:\n"));
}

TEST(Functions, AreTheSameWhateverTheirStaticVariables)
{
  EXPECT_TRUE(are_the_same("\tincl\tframes.4(%rip)\n", "\tincl\tframes.12(%rip)\n"));
  EXPECT_FALSE(are_the_same("\tincl\tframes.4(%rip)\n", "\tincl\tbytes.4(%rip)\n"));
  EXPECT_FALSE(are_the_same("\tmovl\t$1, %eax\n", "\tmovl\t$2, %eax\n"));
}

TEST(Functions, DifferByTheirConstants)
{
  const std::string data = ".LC0:\n\t.string\t\"a\"\n.LC1:\n\t.string\t\"b\"\n.LC2:\n"
                           "\t.string\t\"a\"\n\t.text\n";
  EXPECT_TRUE(are_the_same("\tmovq\t$.LC0, %rdi\n", "\tmovq\t$.LC2, %rdi\n", data));
  EXPECT_FALSE(are_the_same("\tmovq\t$.LC0, %rdi\n", "\tmovq\t$.LC1, %rdi\n", data));
}

} // namespace

} // namespace verdict::mutate
