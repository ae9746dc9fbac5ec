// SPDX-License-Identifier: GPL-2.0-only
#include "mutants/bench.h"

#include <algorithm>

#include <fcntl.h>

#include <fmt/format.h>

#include "base/digest.h"
#include "base/file.h"
#include "base/process.h"
#include "base/text.h"
#include "lab/column.h"
#include "lab/kernel_profile.h"
#include "mutants/suite_output.h"

namespace verdict::mutants {

namespace fs = std::filesystem;

namespace {

/// How long the suite's time limits are here, of what they are usually: a fault that makes
/// something never happen is to be found soon.
constexpr const char *patience = "0.2";

constexpr milliseconds listing_timeout{ 60000 };

/// What a test may take after its time is over, to write down where it was.
constexpr std::chrono::seconds time_to_end{ 60 };

std::string last_line(const fs::path &log)
{
  const auto text = read_file(log);
  if (!text)
    return text.error().message;
  const auto lines = split_lines(*text);
  return lines.empty() ? "nothing" : lines.back();
}

/// Of the suite and what it reads and runs: the profiles, and QEMU.
Result<std::string> digest_of_suite(const fs::path &suite, const fs::path &memory)
{
  std::vector<fs::path> files{ suite, TRY(find_program(x86_64.qemu_program)) };
  for (const std::string &directory : { profile_directory(), std::string(kernel_directory) }) {
    std::error_code error;
    for (const auto &entry : fs::directory_iterator(directory, error))
      files.push_back(entry.path());
    if (error)
      return fail(directory + ": " + error.message());
  }
  std::sort(files.begin(), files.end());
  std::string all;
  for (const fs::path &file : files)
    all += TRY(file_sha256(file, memory));
  return sha256(all);
}

} // namespace

Result<Bench> Bench::open(const fs::path &out)
{
  const fs::path file = out / "mutants" / "mutants.json";
  const auto text = read_file(file);
  if (!text)
    return fail(text.error().message + "; make mutants builds them");
  auto catalogue = read_catalogue(*text);
  if (!catalogue)
    return fail(file.string() + ": " + catalogue.error().message);
  Bench bench(out, std::move(*catalogue));
  TRY(bench.find_images(*text));
  TRY(make_directories(bench.work()));
  return bench;
}

Result<void> Bench::find_images(const std::string &catalogue_text)
{
  const fs::path memory = out_ / "golden" / "digests";
  TRY(make_directories(memory));
  const std::string suite_digest = TRY(digest_of_suite(suite(), memory));
  const fs::path guests = out_ / "mutants" / "guest";
  for (const auto &[kernel, directory] :
       std::map<std::string, std::string>{ { "fast", catalogue_.release }, { "debug", "debug" } }) {
    const fs::path initrd = guests / directory / "initrd.cpio";
    if (kernel == "debug" && !file_exists(initrd))
      continue;
    const std::string digest = TRY(file_sha256(initrd, memory));
    images_[kernel] = { initrd, sha256(catalogue_text + suite_digest + digest) };
  }
  return {};
}

std::vector<std::string> Bench::environment(const std::string &kernel, const Group &mutants) const
{
  std::vector<std::string> command{ "env" };
  for (const char *unset :
       { "VERDICT_KERNEL", "VERDICT_KEEP", "VERDICT_STORM", "VERDICT_LEAKS", "VERDICT_GDB" }) {
    command.push_back("-u");
    command.push_back(unset);
  }
  command.push_back("VERDICT_INITRD=" + images_.at(kernel).initrd.string());
  command.push_back("VERDICT_MUTANT=" + choice(mutants));
  command.push_back(std::string("VERDICT_PATIENCE=") + patience);
  command.push_back("VERDICT_LINES=0"); // takes longer than most tests
  if (kernel == "debug")
    command.push_back("VERDICT_KERNEL=debug");
  return command;
}

Result<std::vector<std::string>> Bench::tests(const std::string &filter) const
{
  const fs::path json = work() / "tests.json", log = work() / "tests.log";
  const Fd output = TRY(open_file(log, O_WRONLY | O_CREAT | O_TRUNC));
  Child child =
      TRY(Child::spawn({ .arguments = { suite(), "--gtest_filter=" + filter, "--gtest_list_tests",
                                        "--gtest_output=json:" + json.string() },
                         .output = output.get(),
                         .error = output.get() }));
  if (!child.wait(Deadline(listing_timeout)) || !child.exited_well())
    return fail(suite().string() + " does not list its tests: " + last_line(log));
  return read_test_names(TRY(read_file(json)));
}

fs::path Bench::work_of(const std::string &kernel, const Group &mutants,
                        const std::string &test) const
{
  // The first is in no other group of the test, and the name of a socket must be short.
  std::string name =
      fmt::format("{}.{}.{}", kernel, mutants.empty() ? 0 : mutants.front()->id, test);
  std::replace(name.begin(), name.end(), '/', '-');
  return work() / name;
}

Result<Trial> Bench::run_in(const fs::path &directory, const std::string &kernel,
                            const Group &mutants, const std::string &test,
                            std::chrono::seconds limit) const
{
  const fs::path json = directory / "results.json", log = directory / "suite.log";
  TRY(make_directories(directory));
  const Fd output = TRY(open_file(log, O_WRONLY | O_CREAT | O_TRUNC));
  std::vector<std::string> arguments = environment(kernel, mutants);
  arguments.insert(arguments.end(),
                   { "VERDICT_RUN=" + directory.string(),
                     "VERDICT_TIME_LIMIT=" + std::to_string(limit.count()), suite(),
                     "--gtest_filter=" + test, "--gtest_output=json:" + json.string() });
  // The limits of a whole test are as they are said.
  const auto in_time = Deadline::exactly(limit), at_last = Deadline::exactly(limit + time_to_end);
  Child child =
      TRY(Child::spawn({ .arguments = arguments, .output = output.get(), .error = output.get() }));
  const auto ended = child.wait(at_last);
  // A test that does not notice that its time is over ends without results.
  if (!file_exists(json) && in_time.expired())
    return Trial{ .outcome = Outcome::failed,
                  .how = time_is_over,
                  .said = fmt::format("the test did not end in {} s", limit.count()),
                  .seconds = static_cast<double>(limit.count()) };
  if (!ended || !ended->starts_with("exit status"))
    return fail("the suite ended by " + ended.value_or("being killed") +
                "; its last line is: " + last_line(log));
  return read_outcome(TRY(read_file(json)), choice(mutants));
}

Trial Bench::run(const std::string &kernel, const Group &mutants, const std::string &test,
                 std::chrono::seconds limit) const
{
  const fs::path directory = work_of(kernel, mutants, test);
  std::error_code ignored;
  fs::remove_all(directory, ignored);
  const auto outcome = run_in(directory, kernel, mutants, test, limit);
  Trial trial =
      outcome ? *outcome : Trial{ .outcome = Outcome::error, .said = outcome.error().message };
  if (!mutants.empty() || trial.outcome == Outcome::passed)
    fs::remove_all(directory, ignored);
  trial.digest = digest(kernel);
  trial.kernel = kernel;
  trial.mutant = mutants.size() == 1 ? mutants.front()->key : "";
  trial.test = test;
  return trial;
}

} // namespace verdict::mutants
