// SPDX-License-Identifier: GPL-2.0-only
#include "upstream/guest.h"

#include <algorithm>
#include <thread>

#include <fmt/format.h>

#include "base/file.h"
#include "base/text.h"
#include "evidence/complaints.h"
#include "guest/agent_client.h"
#include "lab/boot.h"
#include "lab/false_alarms.h"
#include "lab/modules.h"
#include "lab/recipe.h"
#include "qemu/golden_image.h"
#include "report/ktap.h"

namespace verdict::upstream {

namespace {

constexpr milliseconds network_timeout{ 120000 };
constexpr milliseconds look_interval{ 1000 }, show_timeout{ 30000 };
constexpr const char *tests_folder = "/selftests/";
/// What the guest adds to a test's output at its end.
constexpr std::string_view end_mark = "# exit status ";

/// What scripts/upstream has made; beside it stands what it was made from.
std::filesystem::path disk_of(const Places &places)
{
  return places.out / "upstream" / "disk" / "root.ext4";
}

Result<MachineConfig> machine_of(const Test &test, const Column &driver, const Places &places)
{
  const NicConfig nic = TRY(device_of(driver.nics.front(), places));
  MachineConfig config{ .name = fmt::format("upstream.{}.{}", driver.name, test.cpus),
                        .kernel = places.kernel,
                        .initrd = places.initrd,
                        .nics = { nic, nic },
                        .memory_mib = 1024,
                        .cpus = test.cpus,
                        // On a busy machine time limits in the guest are then no shorter.
                        .counted_time = true,
                        .disk = disk_of(places),
                        .joined = true };
  return config;
}

/// What the disk was made from.
Result<std::string> read_made_from(std::filesystem::path disk)
{
  auto text = read_file(disk.replace_filename("made-from"));
  if (!text)
    return fail(text.error().message + "; make upstream makes it");
  return text;
}

/// The variables that upstream's tests read, and those of our scripts, before a command.
std::vector<std::string> with_environment(const std::vector<std::string> &command)
{
  std::vector<std::string> words{
    "env",
    "HOME=/root",
    "NETIF=eth0",
    "LOCAL_V4=192.0.2.1",
    "LOCAL_V6=2001:db8::1",
    "REMOTE_TYPE=netns",
    "REMOTE_ARGS=remote",
    "REMOTE_NETIF=eth1",
    "REMOTE_V4=192.0.2.2",
    "REMOTE_V6=2001:db8::2",
  };
  words.insert(words.end(), command.begin(), command.end());
  return words;
}

/// A file beside the plan as a command of the guest.
Result<std::vector<std::string>> script(const std::string &name)
{
  return std::vector<std::string>{ "bash", "-c", TRY(read_file(std::string(folder) + "/" + name)),
                                   name };
}

/// A guest with its root directory and its network.
Result<GoldenSpec> spec_of(const Test &test, const Column &driver, const Places &places)
{
  std::vector<std::string> modules = driver.nics.front().modules;
  modules.insert(modules.end(), { "virtio_blk", "ext4", "overlay" });
  const std::string made_from = TRY(read_made_from(disk_of(places)));
  const auto network = with_environment(TRY(script("network.sh")));
  const auto set_up = [modules, network](Machine &machine) -> Result<void> {
    guest::Agent agent = TRY(boot_agent(machine));
    for (const std::string &module : modules)
      TRY(load_module(agent, module));
    TRY(agent.call("change_root", { { "device", "/dev/vda" } }));
    TRY(agent.run_ok(network, network_timeout));
    return {};
  };
  return GoldenSpec{ .machine = TRY(machine_of(test, driver, places)),
                     .set_up = set_up,
                     .set_up_key = join(modules, " ") + join(network, " ") + made_from,
                     .allowed_splats = false_alarms() };
}

Result<std::vector<std::string>> command_of(const Test &test)
{
  // Not each file is executable in the source.
  std::vector<std::string> command{ "python3", test.name };
  if (!test.script.empty()) {
    command = TRY(script(test.script));
    command.push_back(test.argument);
  }
  // The status is the last thing that is printed, so that the end can be told from the output.
  const std::vector<std::string> around{ "bash", "-c",
                                         "cd \"$1\" && shift && \"$@\"; echo \"" +
                                             std::string(end_mark) + "$?\"",
                                         "test", tests_folder + test.folder };
  command.insert(command.begin(), around.begin(), around.end());
  return command;
}

bool has_ended(const std::string &output)
{
  const auto lines = split_lines(output);
  return output.ends_with('\n') && lines.back().starts_with(end_mark);
}

/// What a test has printed when it has ended, or its time is over.
Result<std::string> output_of(guest::Agent &agent, const std::string &file,
                              const Deadline &deadline,
                              const std::function<void(const std::string &)> &progress)
{
  for (;;) {
    std::string text = TRY(agent.read(file));
    if (has_ended(text) || deadline.expired())
      return text;
    progress(text);
    std::this_thread::sleep_for(look_interval);
  }
}

/// Where every task is goes into the guest's log.
void show_tasks(const Machine &machine, guest::Agent &agent)
{
  if (agent.write("/proc/sysrq-trigger", "t"))
    static_cast<void>(complete_log(machine, agent, show_timeout));
}

} // namespace

std::string wrong_status(const std::string &ktap)
{
  const auto cases = read_ktap(ktap).cases;
  const bool one_failed = std::any_of(cases.begin(), cases.end(), [](const CaseResult &one) {
    return one.outcome == Outcome::fail;
  });
  const std::string status = ktap.substr(ktap.rfind(end_mark) + end_mark.size());
  if (one_failed || status == "0\n")
    return "";
  return fmt::format("none of its cases failed, and it ended with status {}",
                     status.substr(0, status.find('\n')));
}

Result<Run> run(const Test &test, const Column &driver, const Places &places,
                const std::filesystem::path &evidence,
                const std::function<void(const std::string &)> &progress)
{
  TRY(remove_tree(evidence));
  GoldenStore store(places.out / "golden");
  const auto machine = TRY(store.fork(TRY(spec_of(test, driver, places)), evidence));
  guest::Agent agent(machine->take_agent_socket());
  agent.set_health_check([&] { return machine->health(); });

  Run run;
  const Deadline deadline(test.limit());
  const auto command = with_environment(TRY(command_of(test)));
  const auto started = TRY(agent.call("spawn", { { "argv", command } }));
  if (auto output = output_of(agent, started.value("output", ""), deadline, progress))
    run.ktap = std::move(*output);
  else
    run.complaints.push_back(output.error().message);
  TRY(write_file(evidence / "ktap", run.ktap));
  for (const std::string &what : complaints(*machine, &agent, false_alarms()))
    run.complaints.push_back(what);
  if (has_ended(run.ktap)) {
    if (const std::string wrong = wrong_status(run.ktap); !wrong.empty())
      run.complaints.push_back(wrong);
  } else if (run.complaints.empty()) {
    show_tasks(*machine, agent);
    run.complaints.push_back("it did not end in " + deadline.text() +
                             "; where its tasks were is in " + machine->serial_log().string());
  }
  return run;
}

} // namespace verdict::upstream
