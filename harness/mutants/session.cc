// SPDX-License-Identifier: GPL-2.0-only
#include "mutants/session.h"

#include <algorithm>
#include <functional>

#include <fmt/format.h>

#include "base/text.h"
#include "mutants/parallel.h"

namespace verdict::mutants {

namespace {

/// How often a test must pass without a mutant before its failures mean anything.
constexpr size_t passes_wanted = 3;

/// A test is ended when it takes longer than this, and so many times as long as usual.
constexpr std::chrono::seconds least_limit{ 60 };
constexpr double limit_factor = 20;

/// So many tests are run on each mutant before more are on any: most mutants are killed soon, and
/// what kills them says what to try first on the others.
constexpr size_t first_round = 8;

/// For a test of which nothing is known.
constexpr std::chrono::seconds first_limit{ 600 };

std::chrono::seconds limit_of(const Test &test)
{
  return std::max(least_limit,
                  std::chrono::seconds(static_cast<long>(test.seconds * limit_factor)));
}

/// Works on items 0 to count - 1, `jobs` of them at a time. All are done even if one fails; the
/// errors of those that did become one.
Result<void> all_of(unsigned jobs, size_t count, const std::function<Result<void>(size_t)> &work)
{
  std::vector<std::string> errors(count);
  in_parallel(jobs, count, [&](size_t i) {
    if (const auto done = work(i); !done)
      errors[i] = done.error().message;
  });
  std::erase(errors, "");
  if (!errors.empty())
    return fail(join(errors, "\n"));
  return {};
}

/// How far a stage is, and how long the rest will take.
class Progress {
public:
  explicit Progress(size_t count) : count_(count), start_(Clock::now()) {}

  /// One more is done; says so on stderr.
  void step(const std::string &what)
  {
    const std::lock_guard guard(mutex_);
    done_++;
    const std::chrono::duration<double> spent = Clock::now() - start_;
    const double left =
        spent.count() / static_cast<double>(done_) * static_cast<double>(count_ - done_);
    const std::string rest =
        left < 90 ? fmt::format("{:.0f} s", left) : fmt::format("{:.0f} min", left / 60);
    fmt::print(stderr, "{}/{}  {}  (about {} left)\n", done_, count_, what, rest);
  }

private:
  using Clock = std::chrono::steady_clock;
  size_t count_, done_ = 0;
  Clock::time_point start_;
  std::mutex mutex_;
};

/// What a test took when it passed without a mutant.
double usual_seconds(const Ledger &ledger, const std::string &kernel, const std::string &test)
{
  double sum = 0;
  size_t count = 0;
  for (const Trial &trial : ledger.of("")) {
    if (trial.kernel == kernel && trial.test == test && trial.outcome == Outcome::passed) {
      sum += trial.seconds;
      count++;
    }
  }
  return count ? sum / static_cast<double>(count) : 0;
}

void leave_out_explained(std::vector<const Mutant *> &mutants, const Wish &wish)
{
  std::erase_if(mutants,
                [&](const Mutant *mutant) { return wish.explained.contains(mutant->key); });
}

} // namespace

const std::vector<Stage> &stages()
{
  const std::string main = "*/" + std::string(main_column);
  static const std::vector<Stage> all{
    { "fast", main },
    { "fast", "*/e1000_*-" + main },
    { "debug", main },
  };
  return all;
}

Result<void> Session::recall()
{
  for (const Trial &trial : TRY(journal_.read())) {
    if (bench_.has(trial.kernel) && trial.digest == bench_.digest(trial.kernel))
      ledger_.add(trial);
    else if (trial.outcome == Outcome::failed)
      ranking_.recall(trial.mutant, trial.test);
  }
  for (const Mutant &mutant : bench_.catalogue().mutants) {
    for (const Trial &trial : ledger_.of(mutant.key))
      ranking_.note(mutant, trial.test, trial.outcome == Outcome::failed);
  }
  return {};
}

Result<void> Session::note(const Trial &trial)
{
  TRY(journal_.append(trial));
  const std::lock_guard guard(mutex_);
  ledger_.add(trial);
  return {};
}

Result<void> Session::try_out(const Stage &stage, const std::string &test, const Mutants &mutants)
{
  const auto is_done = [&] {
    const std::lock_guard guard(mutex_);
    const size_t passes = ledger_.passes("", stage.kernel, test);
    return ledger_.mark("", stage.kernel, test) == Mark::skipped || passes >= passes_wanted ||
           (passes > 0 && !may_notice_any(stage, test, mutants));
  };
  while (!is_done()) {
    const Trial trial = bench_.run(stage.kernel, nullptr, test, first_limit);
    TRY(note(trial));
    if (trial.outcome == Outcome::failed || trial.outcome == Outcome::error)
      return fail(test + " fails without a mutant, see " +
                  bench_.work_of(stage.kernel, nullptr, test).string() + ": " + trial.said);
  }
  return {};
}

bool Session::may_notice_any(const Stage &stage, const std::string &test,
                             const Mutants &mutants) const
{
  return std::any_of(mutants.begin(), mutants.end(), [&](const Mutant *mutant) {
    return ledger_.may_notice(stage.kernel, test, mutant->id);
  });
}

Result<std::vector<Test>> Session::good_tests(const Stage &stage, unsigned jobs,
                                              const Mutants &mutants)
{
  const auto names = TRY(bench_.tests(stage.filter));
  if (names.empty())
    return fail("no test fits " + stage.filter);
  Progress progress(names.size());
  TRY(all_of(jobs, names.size(), [&](size_t i) -> Result<void> {
    TRY(try_out(stage, names[i], mutants));
    progress.step("without a mutant: " + names[i]);
    return {};
  }));
  std::vector<Test> tests;
  for (const std::string &name : names) {
    if (ledger_.mark("", stage.kernel, name) != Mark::skipped &&
        may_notice_any(stage, name, mutants))
      tests.push_back({ stage.kernel, name, usual_seconds(ledger_, stage.kernel, name) });
  }
  return tests;
}

std::optional<Test> Session::choose(const Mutant &mutant, const std::vector<Test> &tests,
                                    bool every)
{
  const std::lock_guard guard(mutex_);
  return next_test(mutant, tests, ledger_, ranking_, every);
}

Mark Session::mark(const Mutant &mutant, const Test &test)
{
  const std::lock_guard guard(mutex_);
  return ledger_.mark(mutant.key, test.kernel, test.name);
}

Result<std::string> Session::run_mutant(const Mutant &mutant, const std::vector<Test> &tests,
                                        bool every, size_t most)
{
  std::optional<Test> test;
  for (size_t run = 0; (test = choose(mutant, tests, every)); run++) {
    if (run >= most && mark(mutant, *test) != Mark::failed_once)
      return "lives up to now";
    const Trial trial = bench_.run(test->kernel, &mutant, test->name, limit_of(*test));
    TRY(note(trial));
    if (trial.outcome == Outcome::error)
      return "ERROR: " + test->name + ": " + trial.said;
    const std::lock_guard guard(mutex_);
    ranking_.note(mutant, test->name, trial.outcome == Outcome::failed);
  }
  const std::lock_guard guard(mutex_);
  const auto kills = ledger_.kills(mutant.key);
  return kills.empty() ? "survives" : "killed by " + kills[0].test + " (" + kills[0].how + ")";
}

Result<void> Session::run_round(const std::vector<Test> &tests, const Mutants &mutants,
                                unsigned jobs, bool every, size_t most)
{
  Mutants left;
  for (const Mutant *mutant : mutants) {
    if (choose(*mutant, tests, every))
      left.push_back(mutant);
  }
  Progress progress(left.size());
  return all_of(jobs, left.size(), [&](size_t i) -> Result<void> {
    const Mutant &mutant = *left[i];
    const std::string what = TRY(run_mutant(mutant, tests, every, most));
    progress.step(
        fmt::format("mutant {}, {}: {}: {}", mutant.id, mutant.place(), mutant.what, what));
    return {};
  });
}

Result<void> Session::run(const Wish &wish)
{
  for (const size_t most : { first_round, SIZE_MAX }) {
    for (const Stage &stage : stages()) {
      const bool is_first = &stage == &stages().front() && most == first_round;
      const bool every = wish.every && &stage == &stages().front();
      Mutants mutants = wish.mutants;
      if (!every)
        std::erase_if(mutants, [&](const Mutant *m) { return ledger_.is_killed(m->key); });
      if (!is_first)
        leave_out_explained(mutants, wish);
      if (bench_.has(stage.kernel) && !mutants.empty())
        TRY(run_round(TRY(good_tests(stage, wish.jobs, mutants)), mutants, wish.jobs, every, most));
    }
  }
  return {};
}

} // namespace verdict::mutants
