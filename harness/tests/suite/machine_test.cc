// SPDX-License-Identifier: GPL-2.0-only
// The harness notices how a guest ends. On a driver of the kernel's own, so that a broken driver of
// ours cannot be to blame.
#include "tests/suite/fixture.h"

#include <thread>

#include "base/file.h"
#include "evidence/complaints.h"
#include "lab/boot.h"
#include "lab/recipe.h"
#include "nic/e1000_registers.h"
#include "qemu/golden_image.h"
#include "tests/suite/test_evidence.h"
#include "tests/suite/until.h"

namespace verdict {

namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class MachineTest : public testing::Test {
protected:
  void SetUp() override
  {
    const Column column = columns_of(Suite::harness).front();
    ASSERT_OK_AND_ASSIGN(const Places places, Places::find());
    ASSERT_OK_AND_ASSIGN(const GoldenSpec spec, golden_spec(column, places));
    ASSERT_OK_AND_ASSIGN(evidence_, begin_evidence(places));
    ASSERT_OK_AND_ASSIGN(machine_,
                         GoldenStore(places.out / "golden").fork(spec, evidence_->folder()));
    agent_.emplace(machine_->take_agent_socket());
    ASSERT_OK(evidence_->record(*agent_));
    ASSERT_OK(agent_->ping());
  }
  void TearDown() override
  {
    const std::string guest = ending_of(machine_.get());
    machine_.reset();
    if (evidence_)
      end_evidence(*evidence_, guest, "");
  }

  /// The agent does not answer these.
  void tell(const std::string &op) { EXPECT_FALSE(agent_->call(op, {}, milliseconds(20000))); }

  std::optional<Evidence> evidence_;
  std::unique_ptr<Machine> machine_;
  std::optional<guest::Agent> agent_;
};

TEST_F(MachineTest, HasNothingToComplainOfAGoodGuest)
{
  EXPECT_THAT(complaints(*machine_, &*agent_), IsEmpty());
  EXPECT_EQ(machine_->standing().ending, Ending::running);
}

// A guest that waits for a CPU while it boots cannot find out how fast its clock goes: it is told.
TEST_F(MachineTest, ItsClockGoesAsTheHosts)
{
  using Seconds = std::chrono::duration<double>;
  using Clock = std::chrono::steady_clock;
  struct Reading {
    Clock::time_point before;
    double uptime;
    Clock::time_point after;
  };
  const auto read = [&]() -> Result<Reading> {
    const auto before = Clock::now();
    const std::string uptime = TRY(agent_->read("/proc/uptime"));
    return Reading{ before, std::stod(uptime), Clock::now() };
  };
  constexpr double resolution = 0.01;
  ASSERT_OK_AND_ASSIGN(const Reading first, read());
  std::this_thread::sleep_for(std::chrono::seconds(1));
  ASSERT_OK_AND_ASSIGN(const Reading last, read());
  const double guest = last.uptime - first.uptime;
  EXPECT_GE(guest, Seconds(last.before - first.after).count() - resolution);
  EXPECT_LE(guest, Seconds(last.after - first.before).count() + resolution);
}

TEST_F(MachineTest, NoticesAPoweroff)
{
  tell("poweroff");
  const auto found = complaints(*machine_, &*agent_);
  EXPECT_EQ(machine_->standing().ending, Ending::clean);
  EXPECT_THAT(found, ElementsAre(HasSubstr("clean: the guest powered off")));
}

TEST_F(MachineTest, NoticesAPanic)
{
  tell("panic");
  const auto found = complaints(*machine_, &*agent_);
  EXPECT_EQ(machine_->standing().ending, Ending::panic);
  ASSERT_THAT(found, testing::SizeIs(2));
  EXPECT_THAT(found[0], HasSubstr("panic: Kernel panic - not syncing"));
  EXPECT_THAT(found[0], HasSubstr("serial.log"));
  EXPECT_THAT(found[1], HasSubstr("the kernel gave up"));
}

TEST_F(MachineTest, APanicEndsAWaitOnTheWire)
{
  ASSERT_OK(machine_->qmp().command("inject-nmi"));
  const Deadline deadline(milliseconds(60000));
  const auto frame = machine_->wire(0).receive(milliseconds(60000));
  ASSERT_FALSE(frame);
  EXPECT_THAT(frame.error().message, HasSubstr("panic: Kernel panic"));
  EXPECT_FALSE(deadline.expired());
}

// What follows when the agent does not answer; the guest need not really hang for that.
TEST_F(MachineTest, EndsAHangAndSaysWhereItWas)
{
  machine_->end_as_hang("the agent does not answer");
  EXPECT_EQ(machine_->standing().ending, Ending::hang);
  EXPECT_THAT(machine_->standing().sentence, HasSubstr("the agent does not answer; an NMI"));
  ASSERT_OK_AND_ASSIGN(const auto log, read_file(machine_->serial_log()));
  EXPECT_THAT(log, HasSubstr("NMI"));
  EXPECT_THAT(log, HasSubstr("Call Trace"));
}

TEST_F(MachineTest, ABootWhoseAgentDoesNotAnswerIsEndedAndSaysWhereItWas)
{
  const auto booting = Machine::boot(machine_->config(), machine_->evidence() / "boot");
  ASSERT_OK(booting);
  Machine &guest = **booting;
  ASSERT_OK(until("the kernel boots", [&] {
    return read_file(guest.serial_log()).map([](const std::string &log) {
      return log.find("smpboot: CPU0: ") != log.npos;
    });
  }));
  const auto agent = boot_agent(guest, milliseconds(1));
  ASSERT_FALSE(agent);
  EXPECT_THAT(agent.error().message, HasSubstr("the guest's agent does not answer"));
  EXPECT_EQ(guest.standing().ending, Ending::boot_failure);
  ASSERT_OK_AND_ASSIGN(const auto log, read_file(guest.serial_log()));
  EXPECT_THAT(log, HasSubstr("Call Trace"));
}

TEST_F(MachineTest, NoticesThatQemuDied)
{
  machine_->kill();
  const auto found = complaints(*machine_, &*agent_);
  EXPECT_EQ(machine_->standing().ending, Ending::infrastructure);
  EXPECT_THAT(found, ElementsAre(HasSubstr("infrastructure")));
}

TEST_F(MachineTest, NoticesASplatAndForgivesOneThatIsAllowed)
{
  // The kernel keeps a line back until it ends.
  ASSERT_OK(agent_->call("warn_log", { { "text", "BUG: made up by a test\n" } }));
  EXPECT_THAT(complaints(*machine_, &*agent_), ElementsAre(HasSubstr("BUG: made up by a test")));
  EXPECT_THAT(complaints(*machine_, &*agent_, { { "made up by a test", "it is" } }), IsEmpty());
}

TEST_F(MachineTest, CountsDoorbellsOfOneNic)
{
  Wire &wire = machine_->wire(0);
  ASSERT_OK(wire.until_sentinel());
  ASSERT_OK_AND_ASSIGN(auto first, RegisterTrace::start(*machine_, 0));
  ASSERT_OK(wire.until_sentinel()); // two requests, two replies
  ASSERT_OK_AND_ASSIGN(const auto counts, first.stop());
  ASSERT_TRUE(counts.contains(e1000::tdt));
  EXPECT_EQ(counts.at(e1000::tdt), 2u);

  ASSERT_OK_AND_ASSIGN(auto second, RegisterTrace::start(*machine_, 1));
  ASSERT_OK(wire.until_sentinel());
  ASSERT_OK_AND_ASSIGN(const auto others, second.stop());
  EXPECT_FALSE(others.contains(e1000::tdt)) << "nic1 had nothing to send";

  const auto virtio = RegisterTrace::start(*machine_, 2);
  EXPECT_FALSE(virtio) << "virtio_net has no registers of this kind";
}

TEST_F(MachineTest, TwoForksDoNotKnowOfEachOther)
{
  const Column column = columns_of(Suite::harness).front();
  ASSERT_OK_AND_ASSIGN(const Places places, Places::find());
  ASSERT_OK_AND_ASSIGN(const GoldenSpec spec, golden_spec(column, places));
  ASSERT_OK_AND_ASSIGN(
      auto other, GoldenStore(places.out / "golden").fork(spec, machine_->evidence() / "other"));
  ASSERT_OK(machine_->wire(0).inject(arp_request(NicAddress::of(0))));
  ASSERT_OK_AND_ASSIGN(const auto nothing, other->wire(0).until_sentinel());
  EXPECT_THAT(nothing, HasNoFrames());
  ASSERT_OK_AND_ASSIGN(const auto reply, machine_->wire(0).until_sentinel());
  EXPECT_THAT(reply, AreFrames({ arp_reply(NicAddress::of(0)) }));
}

} // namespace

} // namespace verdict
