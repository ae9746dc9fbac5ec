// SPDX-License-Identifier: GPL-2.0-only
// verdict upstream: the kernel's own driver tests.
#include "tool/upstream.h"

#include <algorithm>
#include <cstdio>
#include <memory>

#include <fmt/format.h>

#include "base/file.h"
#include "report/ktap.h"
#include "upstream/guest.h"
#include "upstream/report.h"

namespace verdict {

namespace {

using namespace upstream;
namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

struct Options {
  std::vector<std::string> drivers, tests;
  bool rewrite = false;
};

/// One test with one driver.
struct Job {
  const Test *test;
  const Column *driver;
  ExpectedTest expected;
};

bool wanted(const std::vector<std::string> &names, const std::string &name)
{
  return names.empty() || std::find(names.begin(), names.end(), name) != names.end();
}

/// What the command line names: all of the plan, or less. Error: nothing at all.
Result<std::vector<Job>> jobs(const Options &options, const Plan &plan,
                              const std::vector<Column> &columns)
{
  std::vector<Job> jobs;
  for (const std::string &name : plan.drivers) {
    if (!wanted(options.drivers, name))
      continue;
    const auto expected = TRY(load_expectations(name));
    const auto driver = std::find_if(columns.begin(), columns.end(),
                                     [&](const Column &column) { return column.name == name; });
    if (driver == columns.end())
      return fail("qemu/profiles has no column " + name);
    for (const Test &test : plan.tests) {
      if (!wanted(options.tests, test.name))
        continue;
      const auto known =
          std::find_if(expected.begin(), expected.end(),
                       [&](const ExpectedTest &one) { return one.name == test.name; });
      jobs.push_back({ &test, &*driver,
                       known == expected.end() ? ExpectedTest{ .name = test.name } : *known });
    }
  }
  if (jobs.empty())
    return fail("there is no such test or driver; qemu/upstream/tests.json has all");
  return jobs;
}

long seconds_since(Clock::time_point start)
{
  return std::chrono::duration_cast<std::chrono::seconds>(Clock::now() - start).count();
}

/// Tells now and then how many cases of a running test are done.
class Progress {
public:
  explicit Progress(std::string name) : name_(std::move(name)) {}

  void operator()(const std::string &ktap)
  {
    if (Clock::now() - last_ < interval)
      return;
    last_ = Clock::now();
    fmt::print(stderr, "verdict upstream: {}: {} cases after {} s\n", name_,
               read_ktap(ktap).cases.size(), seconds_since(start_));
  }

private:
  static constexpr std::chrono::seconds interval{ 30 };

  std::string name_;
  Clock::time_point start_ = Clock::now(), last_ = start_;
};

Finished run_job(const Job &job, const Places &places)
{
  Finished finished{ .driver = job.driver->name, .test = job.test->name };
  finished.not_run = job.expected.not_run;
  if (!finished.not_run.empty())
    return finished;
  const fs::path evidence = places.out / "upstream" / finished.driver / finished.test;
  finished.evidence = evidence;
  Progress progress(finished.driver + " " + finished.test);
  auto run = upstream::run(*job.test, *job.driver, places, evidence, progress);
  if (run) {
    finished.cases = judge(job.expected, read_ktap(run->ktap).cases);
    finished.complaints = std::move(run->complaints);
    if (finished.cases.empty())
      finished.complaints.push_back("it gave no result, and none was expected");
  } else {
    finished.cases = judge(job.expected, {});
    finished.complaints.push_back("it could not be run: " + run.error().message);
  }
  return finished;
}

/// Runs jobs one after the other. How long is left is guessed from how long they usually take.
std::vector<Finished> run_jobs(const std::vector<Job> &jobs, const Places &places)
{
  const auto start = Clock::now();
  milliseconds done{ 0 }, all{ 0 };
  for (const Job &job : jobs)
    all += job.expected.not_run.empty() ? job.test->usual : milliseconds{ 0 };
  std::vector<Finished> finished;
  for (const Job &job : jobs) {
    const auto began = Clock::now();
    finished.push_back(run_job(job, places));
    const Finished &one = finished.back();
    if (!one.not_run.empty())
      continue;
    done += job.test->usual;
    fmt::print(stderr, "verdict upstream: {} of {}: {} {}: {}, {} s{}; about {} s left\n",
               finished.size(), jobs.size(), one.driver, one.test, counts(one),
               seconds_since(began), all_well({ one }) ? "" : ", NOT AS EXPECTED",
               seconds_since(start) * (all - done) / done);
  }
  return finished;
}

/// Makes what has been measured what is expected. Tests of guests that complained stay.
Result<void> rewrite(const std::vector<Finished> &finished)
{
  for (const Finished &one : finished) {
    if (!one.not_run.empty() || !one.complaints.empty())
      continue;
    auto tests = TRY(load_expectations(one.driver));
    const auto known = std::find_if(tests.begin(), tests.end(), [&](const ExpectedTest &test) {
      return test.name == one.test;
    });
    if (known == tests.end())
      tests.push_back({ .name = one.test, .cases = as_they_are(one.cases) });
    else
      known->cases = as_they_are(one.cases);
    TRY(write_file(expectations_file(one.driver), write_expectations(tests)));
  }
  return {};
}

Result<int> run(const Options &options)
{
  const Places places = TRY(Places::find());
  if (places.kernel_profile.kernel != "next")
    return fail("these tests are the newest kernel's: VERDICT_KERNEL=next in front chooses it");
  const Plan plan = TRY(load_plan(std::string(folder) + "/tests.json"));
  const auto columns = TRY(load_columns(places.kernel_profile.kernel));
  const auto finished = run_jobs(TRY(jobs(options, plan, columns)), places);
  const std::string text = report(finished);
  std::fputs(text.c_str(), stdout);
  // What the cover letter quotes has all of them.
  if (options.drivers.empty() && options.tests.empty())
    TRY(write_file(places.out / "upstream" / "report.txt", text));
  if (options.rewrite)
    TRY(rewrite(finished));
  return all_well(finished) ? 0 : 1;
}

} // namespace

Subcommand add_upstream_command(CLI::App &app)
{
  auto options = std::make_shared<Options>();
  CLI::App *upstream =
      app.add_subcommand("upstream", "Run the kernel's own driver tests, which scripts/upstream "
                                     "has built, and compare with qemu/upstream");
  upstream->footer("VERDICT_KERNEL=next in front chooses the kernel. Without --driver and --test "
                   "it runs all. Exit status 1 unless each case ends as expected. To be run in "
                   "the project's top directory. Documentation/upstream.md tells the rest.");
  upstream->add_option("--driver", options->drivers, "a driver: e1000-82540em, virtio_net, ...");
  upstream->add_option("--test", options->tests, "a test: ping.py, xskxceiver-drv, ...");
  upstream->add_flag("--rewrite", options->rewrite,
                     "make what comes out now what is expected; what does not pass then has what "
                     "it said in the place of a reason");
  return [options] { return run(*options); };
}

} // namespace verdict
