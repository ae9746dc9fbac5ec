// SPDX-License-Identifier: GPL-2.0-only
#include "tests/suite/fixture.h"

#include <fmt/format.h>

#include "base/environment.h"
#include "base/file.h"
#include "evidence/complaints.h"
#include "evidence/repro.h"
#include "lab/false_alarms.h"
#include "lab/kmemleak.h"
#include "lab/recipe.h"
#include "qemu/golden_image.h"
#include "report/junit.h"
#include "tests/suite/test_evidence.h"

namespace verdict {

namespace fs = std::filesystem;

namespace {

/// How long a test may take to notice that its time is over.
constexpr milliseconds alarm_grace{ 15000 };

/// Where a guest with mutants is told which to make.
const std::string mutant_parameters = "/sys/module/xdp_ring/parameters/";

} // namespace

/// Takes the machine's state when the test's own thread fails first, before the test goes on.
class NicTest::FirstFailure : public testing::EmptyTestEventListener {
public:
  explicit FirstFailure(NicTest &test) : test_(test)
  {
    testing::UnitTest::GetInstance()->listeners().Append(this);
  }
  ~FirstFailure() override { testing::UnitTest::GetInstance()->listeners().Release(this); }

  void OnTestPartResult(const testing::TestPartResult &part) override
  {
    if (!part.failed() || std::this_thread::get_id() != thread_ || !test_.machine_)
      return;
    // Time that is over must not keep the guest from being asked.
    if (test_.alarm_ && !test_.alarm_->check())
      test_.overdue_ = test_.lift_time_limit();
    test_.evidence_->take_state(*test_.machine_, test_.agent_ ? &*test_.agent_ : nullptr,
                                test_.ifnames_, text_of(part));
  }

private:
  NicTest &test_;
  const std::thread::id thread_ = std::this_thread::get_id();
};

void NicTest::SetUp()
{
  ASSERT_OK_AND_ASSIGN(const Places places, Places::find());
  ASSERT_OK_AND_ASSIGN(evidence_, begin_evidence(places));
  first_failure_ = std::make_unique<FirstFailure>(*this);
  allowed_ = false_alarms();
  ASSERT_OK_AND_ASSIGN(const auto time_limit, chosen_time_limit());
  if (time_limit) {
    // Whoever has set a limit may end the test in the middle, and then nobody else tells.
    tell_where(*evidence_);
    set_time_limit(*time_limit);
  }

  ASSERT_OK_AND_ASSIGN(const GoldenSpec spec, golden_spec(column(), places));
  GoldenStore golden(places.out / "golden");
  const fs::path gdb = variable("VERDICT_GDB");
  const fs::path socket = gdb.empty() ? gdb : gdb / gdb_socket;
  ASSERT_OK_AND_ASSIGN(machine_, golden.fork(spec, evidence(), {}, socket));
  ASSERT_OK_AND_ASSIGN(const fs::path image, golden.folder(spec));
  evidence_->know_code({ places, image });
  if (!gdb.empty()) {
    ASSERT_OK_AND_ASSIGN(const std::string commands,
                         gdb_commands(places.kernel, *evidence_->lines(), socket));
    ASSERT_OK(write_file(gdb / gdb_commands_file, commands));
  }

  agent_.emplace(machine_->take_agent_socket());
  ASSERT_OK(evidence_->record(*agent_));
  const auto in_time = [this] { return alarm_ ? alarm_->check() : Result<void>(); };
  agent_->set_health_check(in_time);
  for (size_t i = 0; i < machine_->nic_count(); i++)
    wire(i).set_health_check([this, in_time]() -> Result<void> {
      TRY(in_time());
      return machine_->health();
    });
  ASSERT_OK(choose_mutant());
  ASSERT_OK(look_up_interfaces());
}

Result<void> NicTest::choose_mutant()
{
  const std::string numbers = variable("VERDICT_MUTANT");
  if (numbers.empty())
    return {};
  if (auto written = agent_->write(mutant_parameters + "mutant", numbers); !written)
    return fail("this guest image has no mutants; make mutants makes one that has: " +
                written.error().message);
  RecordProperty("mutant", numbers);
  mutant_choices_++;
  return {};
}

Result<void> NicTest::look_up_interfaces()
{
  const auto devices = TRY(agent_->call("netdevs"));
  for (unsigned i = 0; i < machine_->nic_count(); i++) {
    const std::string mac = NicAddress::of(i).guest_mac.text();
    for (const auto &[name, device] : devices.items()) {
      if (device.value("mac", "") == mac) {
        ifnames_.push_back(name);
        ifindexes_.push_back(device.value("ifindex", 0u));
      }
    }
    if (ifnames_.size() != i + 1)
      return fail(fmt::format("no interface of the guest has {}, the address of nic{}", mac, i));
  }
  return {};
}

/// Which mutants the test reached. A module that was loaded again has forgotten some of them.
void NicTest::record_reached()
{
  if (mutant_choices_ != 1 || !agent_ || agent_->silent())
    return;
  if (const auto reached = agent_->read(mutant_parameters + "reached"); reached)
    RecordProperty("reached", *reached);
}

Result<std::vector<Frame>> NicTest::receive(size_t count, size_t nic)
{
  std::vector<Frame> frames;
  while (frames.size() < count)
    frames.push_back(TRY(wire(nic).receive()));
  return frames;
}

void NicTest::set_time_limit(milliseconds limit)
{
  // The test will not come back to its own code.
  const auto last_resort = [this](const std::string &where) {
    const std::string guest = "nobody could ask: the test did not notice that its time was over";
    if (const auto told = evidence_->conclude({ .said = {}, .guest = guest, .overdue = where });
        !told)
      fmt::print("{}\n", told.error().message);
    // In the form of GoogleTest's own failures, for the report.
    fmt::print("{}: Failure\nthe test's time was over, and it did not end; it was here:\n{}\n",
               __FILE__, where);
    tell_where(*evidence_);
    std::_Exit(1);
  };
  alarm_ = std::make_unique<Alarm>(limit, alarm_grace, last_resort);
}

std::string NicTest::lift_time_limit()
{
  return alarm_ ? alarm_->stop() : "";
}

void NicTest::allow_in_log(const std::string &pattern, const std::string &reason)
{
  allowed_.push_back({ pattern, reason });
}

void NicTest::figure(const std::string &what, int64_t value)
{
  if (!figures_.empty())
    figures_ += ", ";
  figures_ += what + " " + std::to_string(value);
}

std::string NicTest::serial_log()
{
  if (agent_ && !agent_->silent() && machine_->health()) {
    const auto complete = complete_log(*machine_, *agent_, guest::Agent::default_timeout);
    EXPECT_OK(complete);
    if (!complete)
      return "";
  }
  const auto log = read_file(machine_->serial_log());
  EXPECT_OK(log);
  return log.value_or("");
}

void NicTest::expect_no_leaks()
{
  auto leaks = find_leaks(agent());
  ASSERT_OK(leaks);
  EXPECT_THAT(*leaks, testing::IsEmpty()) << "kmemleak: nothing points to this memory any more";
}

void NicTest::check_guest()
{
  for (const std::string &complaint :
       complaints(*machine_, agent_ ? &*agent_ : nullptr, allowed_, evidence_->lines()))
    ADD_FAILURE() << complaint;
}

void NicTest::record_ending()
{
  RecordProperty("ending", to_string(machine_->standing().ending));
  const auto splats = SplatFinder(allowed_).find(serial_log());
  if (!splats.empty())
    RecordProperty("splat", splats.front().fingerprint());
  if (!overdue_.empty())
    RecordProperty("overdue", overdue_);
}

void NicTest::TearDown()
{
  overdue_ += lift_time_limit();
  if (!overdue_.empty())
    ADD_FAILURE() << "the test's time was over while it was here:\n" << overdue_;
  if (machine_) {
    if (agent_ && is_set("VERDICT_LEAKS") && machine_->health())
      expect_no_leaks();
    check_guest();
    EXPECT_OK(machine_->qmp().recorded());
    if (agent_)
      EXPECT_OK(agent_->recorded());
    record_reached();
    record_ending();
  }
  if (!figures_.empty())
    print_mark(figures_mark, figures_);
  conclude();
}

void NicTest::conclude()
{
  const std::string guest = ending_of(machine_.get());
  first_failure_.reset();
  machine_.reset();
  if (evidence_)
    end_evidence(*evidence_, guest, overdue_);
}

} // namespace verdict
