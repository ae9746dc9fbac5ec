// SPDX-License-Identifier: GPL-2.0-only
#include "mutants/session.h"

#include <algorithm>
#include <functional>

#include <fmt/format.h>

#include "base/text.h"
#include "mutants/parallel.h"

namespace verdict::mutants {

namespace {

/// A test is ended when it takes longer than this, and so many times as long as usual.
constexpr std::chrono::seconds least_limit{ 60 };
constexpr double limit_factor = 20;

/// So many tests are run on each mutant by itself: most are killed by one of the likeliest.
constexpr size_t likeliest = 3;

/// So many mutants are tried at once then. Most tests notice none of those that are left.
constexpr size_t group_size = 16;

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

} // namespace

const std::vector<Stage> &stages()
{
  const std::string main = "*/" + std::string(main_column);
  static const std::vector<Stage> all{
    { "fast", main, true },
    { "debug", "*KUnit*/" + std::string(main_column) + ":*SmpKUnit*/e1000_smp" },
    { "fast", main },
    { "fast", "*/e1000_*-" + main },
    // As in make check, the examples are for the kernels that people run.
    { "debug", main + "-*Example*" },
  };
  return all;
}

Result<void> Session::recall(const std::vector<Watch> &killers)
{
  for (const Watch &killer : killers)
    ranking_.recall(killer.mutant, killer.test);
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

Result<void> Session::try_out(const Stage &stage, const std::string &test)
{
  const auto is_done = [&] {
    const std::lock_guard guard(mutex_);
    const Mark mark = ledger_.mark("", stage.kernel, test);
    return mark == Mark::skipped || ledger_.passes("", stage.kernel, test) > 0;
  };
  if (is_done())
    return {};
  const Trial trial = bench_.run(stage.kernel, {}, test, first_limit);
  TRY(note(trial));
  if (trial.outcome == Outcome::failed || trial.outcome == Outcome::error)
    return fail(test + " fails without a mutant, see " +
                bench_.work_of(stage.kernel, {}, test).string() + ": " + trial.said);
  return {};
}

bool Session::may_notice_any(const Stage &stage, const std::string &test,
                             const Group &mutants) const
{
  return std::any_of(mutants.begin(), mutants.end(), [&](const Mutant *mutant) {
    return ledger_.may_notice(stage.kernel, test, mutant->id);
  });
}

Result<std::vector<Test>> Session::good_tests(const Stage &stage,
                                              const std::vector<std::string> &names, unsigned jobs,
                                              const Group &mutants)
{
  Progress progress(names.size());
  TRY(all_of(jobs, names.size(), [&](size_t i) -> Result<void> {
    TRY(try_out(stage, names[i]));
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

bool Session::is_killed(const Mutant &mutant)
{
  const std::lock_guard guard(mutex_);
  return ledger_.is_killed(mutant.key);
}

Result<std::string> Session::run_mutant(const Mutant &mutant, const std::vector<Test> &tests,
                                        bool every, size_t most)
{
  std::optional<Test> test;
  for (size_t run = 0; (test = choose(mutant, tests, every)); run++) {
    if (run >= most && mark(mutant, *test) != Mark::failed_once)
      return "lives up to now";
    const Trial trial = bench_.run(test->kernel, { &mutant }, test->name, limit_of(*test));
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

Result<void> Session::run_each(const std::vector<Test> &tests, const Group &mutants, unsigned jobs,
                               bool every, size_t most)
{
  Group left;
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

Group Session::still_wanted(const Test &test, const Group &mutants)
{
  const std::lock_guard guard(mutex_);
  Group wanted;
  for (const Mutant *mutant : mutants) {
    const Mark mark = ledger_.mark(mutant->key, test.kernel, test.name);
    if (!ledger_.is_killed(mutant->key) && (mark == Mark::untried || mark == Mark::failed_once) &&
        ledger_.may_notice(test.kernel, test.name, mutant->id))
      wanted.push_back(mutant);
  }
  return wanted;
}

Result<void> Session::run_single(const Test &test, const Mutant &mutant)
{
  do {
    const Trial trial = bench_.run(test.kernel, { &mutant }, test.name, limit_of(test));
    TRY(note(trial));
    if (trial.outcome == Outcome::error)
      return {};
  } while (mark(mutant, test) == Mark::failed_once);
  return {};
}

Result<std::vector<Group>> Session::run_group(const Test &test, const Group &group)
{
  Trial trial = bench_.run(test.kernel, group, test.name, limit_of(test));
  if (trial.outcome == Outcome::failed || trial.outcome == Outcome::error)
    return halves(group);
  Group missed;
  for (const Mutant *mutant : group) {
    if (trial.reached && !std::count(trial.reached->begin(), trial.reached->end(), mutant->id)) {
      missed.push_back(mutant);
      continue;
    }
    trial.mutant = mutant->key;
    TRY(note(trial));
  }
  if (missed.empty())
    return std::vector<Group>();
  return missed.size() < group.size() ? std::vector<Group>{ missed } : halves(group);
}

Result<std::vector<Group>> Session::try_group(const Test &test, const Group &group)
{
  const Group wanted = still_wanted(test, group);
  if (wanted.size() > 1)
    return run_group(test, wanted);
  if (wanted.size() == 1)
    TRY(run_single(test, *wanted.front()));
  return std::vector<Group>();
}

Result<void> Session::sweep(const std::vector<Test> &tests, const Group &mutants, unsigned jobs)
{
  // A group for a test, or all that is to be dealt into groups when its turn comes.
  struct Piece {
    size_t test;
    std::optional<Group> group;
  };
  std::deque<Piece> pieces;
  std::vector<std::atomic<size_t>> open(tests.size()); // pieces of each test
  for (size_t i = 0; i < tests.size(); i++) {
    pieces.push_back({ i, {} });
    open[i] = 1;
  }
  std::mutex mutex;
  std::vector<std::string> errors;
  Progress progress(tests.size());
  work_off<Piece>(jobs, std::move(pieces), [&](const Piece &piece) -> std::vector<Piece> {
    const Test &test = tests[piece.test];
    auto groups =
        piece.group ? try_group(test, *piece.group) : deal(still_wanted(test, mutants), group_size);
    if (!groups) {
      const std::lock_guard guard(mutex);
      errors.push_back(groups.error().message);
      groups = std::vector<Group>();
    }
    std::vector<Piece> more;
    for (Group &group : *groups)
      more.push_back({ piece.test, std::move(group) });
    if ((open[piece.test] += more.size() - 1) == 0) {
      const auto lives = [&](const Mutant *mutant) { return !is_killed(*mutant); };
      progress.step(fmt::format("{} ({}): {} mutants live", test.name, test.kernel,
                                std::count_if(mutants.begin(), mutants.end(), lives)));
    }
    return more;
  });
  if (!errors.empty())
    return fail(join(errors, "\n"));
  return {};
}

Group Session::living(Group mutants)
{
  std::erase_if(mutants, [&](const Mutant *mutant) { return is_killed(*mutant); });
  return mutants;
}

Result<void> Session::run_recalled(const Stage &stage, const Wish &wish)
{
  const Group mutants = living(wish.mutants);
  auto names = TRY(bench_.tests(stage.filter));
  std::erase_if(names, [&](const std::string &name) {
    return std::none_of(mutants.begin(), mutants.end(),
                        [&](const Mutant *mutant) { return ranking_.is_recalled(*mutant, name); });
  });
  const auto tests = TRY(good_tests(stage, names, wish.jobs, mutants));
  std::vector<std::pair<const Mutant *, Test>> runs;
  for (const Mutant *mutant : mutants) {
    for (const Test &test : tests) {
      if (ranking_.is_recalled(*mutant, test.name))
        runs.emplace_back(mutant, test);
    }
  }
  Progress progress(runs.size());
  return all_of(wish.jobs, runs.size(), [&](size_t i) -> Result<void> {
    const auto &[mutant, test] = runs[i];
    if (!still_wanted(test, { mutant }).empty())
      TRY(run_single(test, *mutant));
    progress.step(fmt::format("as remembered: {} on mutant {}", test.name, mutant->id));
    return {};
  });
}

Result<void> Session::run(const Wish &wish)
{
  for (const Stage &stage : stages()) {
    if (bench_.has(stage.kernel))
      TRY(run_recalled(stage, wish));
  }
  for (const Stage &stage : stages()) {
    if (!bench_.has(stage.kernel))
      continue;
    const bool every = wish.every && stage.by_each;
    const Group mutants = every ? wish.mutants : living(wish.mutants);
    if (mutants.empty())
      return {};
    const auto names = TRY(bench_.tests(stage.filter));
    if (names.empty())
      return fail("no test fits " + stage.filter);
    const auto tests = TRY(good_tests(stage, names, wish.jobs, mutants));
    if (stage.by_each)
      TRY(run_each(tests, mutants, wish.jobs, every, every ? SIZE_MAX : likeliest));
    else
      TRY(sweep(likeliest_first(tests, mutants, ranking_), mutants, wish.jobs));
  }
  return {};
}

} // namespace verdict::mutants
