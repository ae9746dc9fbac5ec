// SPDX-License-Identifier: GPL-2.0-only
#include "mutants/group.h"

#include <gmock/gmock.h>

#include "mutants/made_up.h"

namespace verdict::mutants {

namespace {

using testing::ElementsAre;
using testing::IsEmpty;

const Mutant one = made_up_mutant(1, "a.c", "f"), two = made_up_mutant(2, "a.c", "f"),
             three = made_up_mutant(3, "b.c", "g");

TEST(Group, IsChosenByItsNumbers)
{
  EXPECT_EQ(choice({}), "0");
  EXPECT_EQ(choice({ &two }), "2");
  EXPECT_EQ(choice({ &one, &three }), "1,3");
}

TEST(Group, HasNoMoreThanItMay)
{
  EXPECT_THAT(deal({}, 2), IsEmpty());
  EXPECT_THAT(deal({ &one, &two, &three }, 3), ElementsAre(Group{ &one, &two, &three }));
  EXPECT_THAT(deal({ &one, &two, &three }, 2), ElementsAre(Group{ &one, &two }, Group{ &three }));
}

TEST(Group, HasNoTwoMutantsOfALine)
{
  Mutant of_the_same_line = two;
  of_the_same_line.line = one.line;
  EXPECT_THAT(deal({ &one, &of_the_same_line, &three }, 3),
              ElementsAre(Group{ &one, &three }, Group{ &of_the_same_line }));
}

TEST(Group, HasTwoHalves)
{
  EXPECT_THAT(halves({ &one, &two }), ElementsAre(Group{ &one }, Group{ &two }));
  EXPECT_THAT(halves({ &one, &two, &three }), ElementsAre(Group{ &one }, Group{ &two, &three }));
}

} // namespace

} // namespace verdict::mutants
