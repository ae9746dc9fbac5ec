// SPDX-License-Identifier: GPL-2.0-only
#include "playground/command.h"

#include <gmock/gmock.h>

#include "base/gtest_result.h"

namespace verdict::playground {

namespace {

using testing::ElementsAre;
using testing::HasSubstr;

/// The command that a line is, if it is of this kind.
template <typename Kind>
std::optional<Kind> read(const std::string &line)
{
  const auto command = parse_command(line);
  if (!command) {
    ADD_FAILURE() << command.error().message;
    return {};
  }
  const Kind *kind = std::get_if<Kind>(&*command);
  EXPECT_TRUE(kind) << line;
  return kind ? std::optional(*kind) : std::nullopt;
}

std::string error_of(const std::string &line)
{
  const auto command = parse_command(line);
  return command ? "no error" : command.error().message;
}

TEST(Command, NothingIsNothing)
{
  EXPECT_TRUE(read<Nothing>(""));
  EXPECT_TRUE(read<Nothing>("  \t"));
  EXPECT_TRUE(read<Nothing>("  # send udp"));
}

TEST(Command, SendsAFrameOnceOrManyTimes)
{
  EXPECT_EQ(read<Send>("send udp dport=7")->count, 1u);
  const auto many = read<Send>("  send 1000 udp \t dport=7");
  EXPECT_EQ(many->count, 1000u);
  EXPECT_THAT(many->frame, ElementsAre("udp", "dport=7"));
  EXPECT_THAT(error_of("send"), HasSubstr("send [N] FRAME | pcap FILE: "));
  EXPECT_THAT(error_of("send 0 udp"), HasSubstr("1 to "));
  EXPECT_THAT(error_of("send 10000001 udp"), HasSubstr("1 to "));
}

TEST(Command, SendsACapture)
{
  EXPECT_EQ(read<SendCapture>("send pcap 'my file.pcap'")->file, "my file.pcap");
}

TEST(Command, DividesWordsAsAShellDoes)
{
  EXPECT_THAT(read<Send>(R"(send udp text="it's" text='a "b"' c'd e'f '')")->frame,
              ElementsAre("udp", "text=it's", "text=a \"b\"", "cd ef", ""));
  EXPECT_THAT(error_of("send udp text='a"), HasSubstr("the ' has no end"));
}

TEST(Command, LeavesTheGuestsCommandAsItIs)
{
  EXPECT_EQ(read<InGuest>("guest echo  'a b' | wc # c")->command, "echo  'a b' | wc # c");
  EXPECT_EQ(read<InGuest>("guest it's")->command, "it's");
  EXPECT_THAT(error_of("guest"), HasSubstr("which command?"));
}

TEST(Command, WatchesForANumber)
{
  EXPECT_EQ(read<Watch>("watch")->count, std::nullopt);
  EXPECT_EQ(read<Watch>("watch 3")->count, 3u);
  EXPECT_THAT(error_of("watch 0"), HasSubstr("how many"));
  EXPECT_THAT(error_of("watch 3 4"), HasSubstr("how many"));
}

TEST(Command, PullsAndPlugs)
{
  EXPECT_FALSE(read<SetWire>("wire down")->up);
  EXPECT_TRUE(read<SetWire>("wire up")->up);
  EXPECT_THAT(error_of("wire"), HasSubstr("up or down?"));
}

TEST(Command, TakesOneFile)
{
  EXPECT_EQ(read<SaveCapture>("pcap a.pcapng")->file, "a.pcapng");
  EXPECT_EQ(read<Attach>("attach a.bpf.o")->file, "a.bpf.o");
  EXPECT_EQ(read<Put>("put a")->file, "a");
  EXPECT_THAT(error_of("attach"), HasSubstr("which file?"));
  EXPECT_THAT(error_of("pcap a b"), HasSubstr("which file?"));
}

TEST(Command, ChoosesANic)
{
  EXPECT_EQ(read<ChooseNic>("nic 2")->index, 2u);
  EXPECT_THAT(error_of("nic eth0"), HasSubstr("which?"));
}

TEST(Command, ExpectsANumberOfSomething)
{
  const auto expect = read<Expect>("expect Rx Queue# 12");
  EXPECT_EQ(expect->what, "Rx Queue#");
  EXPECT_EQ(expect->number, 12u);
  EXPECT_THAT(error_of("expect frames"), HasSubstr("how many"));
  EXPECT_THAT(error_of("expect 3"), HasSubstr("how many"));
}

TEST(Command, RefusesWhatItDoesNotKnow)
{
  EXPECT_EQ(error_of("sent udp"), "there is no command \"sent\"; help lists all");
  EXPECT_THAT(error_of("quit now"), HasSubstr("it takes nothing"));
  EXPECT_TRUE(read<Quit>("quit"));
  EXPECT_TRUE(read<Quit>("exit"));
  EXPECT_TRUE(read<Detach>("detach"));
  EXPECT_TRUE(read<Counters>("counters"));
}

TEST(Command, HelpIsThereForEach)
{
  ASSERT_OK_AND_ASSIGN(const std::string all, help_on(""));
  for (const std::string &name : command_names()) {
    EXPECT_THAT(all, testing::ContainsRegex("(^|\n)" + name + " "));
    ASSERT_OK_AND_ASSIGN(const std::string one, help_on(name));
    EXPECT_THAT(one, testing::StartsWith(name));
  }
  ASSERT_OK_AND_ASSIGN(const std::string on_send, help_on("send"));
  EXPECT_THAT(on_send, HasSubstr("dport="));
  EXPECT_FALSE(help_on("sent"));
  EXPECT_EQ(read<Help>("help send")->topic, "send");
}

} // namespace

} // namespace verdict::playground
