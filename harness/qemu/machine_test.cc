// SPDX-License-Identifier: GPL-2.0-only
// A machine's end, with a script in QEMU's place.
#include "qemu/machine.h"

#include <fcntl.h>

#include <thread>

#include <gmock/gmock.h>

#include "base/file.h"
#include "base/gtest_result.h"
#include "tests/environment.h"
#include "tests/temporary_directory.h"

namespace verdict {

namespace {

using testing::Each;
using testing::HasSubstr;

class MachineWithoutQemu : public testing::Test {
protected:
  /// Puts a script of bash's in QEMU's place, which goes on with `script` once it has been greeted;
  /// 100 is QMP.
  void put_qemu(const std::string &script)
  {
    const auto program = directory_.path() / config_.architecture.qemu_program;
    ASSERT_OK(write_file(program, "#!/bin/bash\n"
                                  "echo '{\"QMP\": {}}' >&100\n"
                                  "read -r -u 100\n"
                                  "echo '{\"return\": {}, \"id\": 1}' >&100\n" +
                                      script));
    std::filesystem::permissions(program, std::filesystem::perms::owner_all);
  }

  Result<std::unique_ptr<Machine>> boot(const std::string &script)
  {
    put_qemu(script);
    return Machine::boot(config_, evidence_);
  }

  /// Waits for the end.
  static Standing end_of(Machine &machine)
  {
    const Deadline deadline(milliseconds(30000));
    Standing now = machine.standing();
    while (now.ending == Ending::running && !deadline.expired())
      now = machine.standing();
    return now;
  }

  static std::string shutdown(const std::string &reason)
  {
    return "echo '{\"event\": \"SHUTDOWN\", \"data\": {\"reason\": \"" + reason + "\"}}' >&100\n";
  }

  const TemporaryDirectory directory_;
  const std::filesystem::path evidence_ = directory_.path() / "evidence";
  const std::string programs_ = directory_.path().string() + ":" + std::getenv("PATH");
  const Environment path_{ "PATH", programs_.c_str() };
  const MachineConfig config_{ .name = "test" };
};

TEST_F(MachineWithoutQemu, SaysThatTheGuestPoweredOff)
{
  ASSERT_OK_AND_ASSIGN(const auto machine, boot(shutdown("guest-shutdown")));
  machine->set_ready();
  EXPECT_EQ(end_of(*machine).ending, Ending::clean);
}

TEST_F(MachineWithoutQemu, SaysThatAGuestThatResetItselfPanicked)
{
  ASSERT_OK_AND_ASSIGN(const auto machine, boot(shutdown("guest-reset")));
  machine->set_ready();
  const Standing end = end_of(*machine);
  EXPECT_EQ(end.ending, Ending::panic);
  EXPECT_THAT(end.sentence, HasSubstr("its console's log cannot be read"));
}

TEST_F(MachineWithoutQemu, AnEndBeforeTheGuestIsReadyIsABootFailure)
{
  ASSERT_OK_AND_ASSIGN(const auto machine, boot(shutdown("guest-shutdown")));
  const Standing end = end_of(*machine);
  EXPECT_EQ(end.ending, Ending::boot_failure);
  EXPECT_THAT(end.sentence, HasSubstr("before it was ready: the guest powered off"));
}

TEST_F(MachineWithoutQemu, SaysHowQemuDied)
{
  ASSERT_OK_AND_ASSIGN(const auto machine, boot("kill -KILL $$\n"));
  machine->set_ready();
  const Standing end = end_of(*machine);
  EXPECT_EQ(end.ending, Ending::infrastructure);
  EXPECT_EQ(end.sentence, "QEMU died: signal 9");
}

TEST_F(MachineWithoutQemu, SaysThatTheGoldenImageCannotBeLoaded)
{
  // Answers to what restore() asks for, and then the event that it waits for.
  put_qemu("for id in 2 3 4 5; do\n"
           "  read -r -u 100\n"
           "  echo '{\"return\": {}, \"id\": '$id'}' >&100\n"
           "done\n"
           "echo '{\"event\": \"MIGRATION\", \"data\": {\"status\": \"failed\"}}' "
           ">&100\n"
           "read -r -u 100\n");
  ASSERT_OK_AND_ASSIGN(Fd image, open_file("/dev/null", O_RDONLY));
  const auto machine = Machine::restore(config_, std::move(image), evidence_);
  ASSERT_FALSE(machine);
  EXPECT_THAT(
      machine.error().message,
      HasSubstr("the golden image of test cannot be loaded: QEMU says that it failed; see "));
}

TEST_F(MachineWithoutQemu, JoinsTwoNicsByOneCable)
{
  MachineConfig config = config_;
  config.nics = { { "e1000" }, { "e1000" } };
  config.joined = true;
  put_qemu("echo over >&102\n"
           // read would take a character of the frame, and with it the whole frame.
           "[ \"$(head -n 1 <&103)\" = over ] || kill -KILL $$\n" +
           shutdown("guest-shutdown"));
  ASSERT_OK_AND_ASSIGN(const auto machine, Machine::boot(config, evidence_));
  machine->set_ready();
  EXPECT_EQ(machine->nic_count(), 0);
  EXPECT_EQ(end_of(*machine).ending, Ending::clean);
}

TEST_F(MachineWithoutQemu, JoinsNoOtherNumberOfNics)
{
  MachineConfig config = config_;
  config.nics = { { "e1000" } };
  config.joined = true;
  put_qemu("");
  const auto machine = Machine::boot(config, evidence_);
  ASSERT_FALSE(machine);
  EXPECT_THAT(machine.error().message, HasSubstr("joins two NICs"));
}

// The main thread looks after the guest, and so does each thread that waits on a wire.
TEST_F(MachineWithoutQemu, TellsAllThreadsTheSame)
{
  ASSERT_OK_AND_ASSIGN(const auto machine, boot("sleep 0.1\n" + shutdown("guest-shutdown")));
  machine->set_ready();
  std::vector<Standing> ends(4);
  {
    std::vector<std::jthread> threads;
    for (Standing &end : ends)
      threads.emplace_back([&end, &machine] { end = end_of(*machine); });
  }
  EXPECT_THAT(ends, Each(testing::Field(&Standing::ending, Ending::clean)));
}

} // namespace

} // namespace verdict
