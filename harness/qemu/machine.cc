// SPDX-License-Identifier: GPL-2.0-only
#include "qemu/machine.h"

#include <fcntl.h>
#include <sys/socket.h>

#include <algorithm>
#include <thread>

#include <fmt/format.h>

#include "base/file.h"
#include "base/text.h"
#include "qemu/monitor.h"
#include "qemu/splat_finder.h"
#include "qemu/tsc.h"

namespace verdict {

using nlohmann::json;

namespace {

constexpr int qmp_fd = 100, agent_fd = 101, first_wire_fd = 102, plugin_fd = 99, console_fd = 98;
constexpr milliseconds migration_timeout{ 60000 };

struct SocketPair {
  Fd ours, theirs;
};

Result<SocketPair> stream_pair()
{
  int ends[2];
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) < 0)
    return fail_errno("socketpair");
  return SocketPair{ Fd(ends[0]), Fd(ends[1]) };
}

/// Waits until QEMU has written or read a machine's state.
Result<void> until_migrated(Qmp &qmp)
{
  const json event = TRY(qmp.wait_event("MIGRATION", migration_timeout, [](const json &event) {
    const std::string status = event["data"].value("status", "");
    return status == "completed" || status == "failed";
  }));
  if (event["data"].value("status", "") != "completed")
    return fail("QEMU says that it failed");
  return {};
}

/// What the console says of a panic: its line, and where it was. Without one, why that is not
/// known.
std::string panic_message(const std::filesystem::path &serial_log)
{
  const auto log = read_file(serial_log);
  if (!log)
    return "nobody knows why it reset itself, as its console's log cannot be read: " +
           log.error().message;
  constexpr std::string_view mark = "Kernel panic";
  const size_t at = log->find(mark);
  if (at == log->npos)
    return "the guest reset itself without a panic message";
  const std::string line = log->substr(at, log->find_first_of("\r\n", at) - at);
  // The complaint that led to the panic is before it in the log, or the panic itself.
  const auto splats = SplatFinder().find(*log);
  const auto cause = std::find_if(splats.rbegin(), splats.rend(),
                                  [](const Splat &splat) { return !splat.places.empty(); });
  return cause == splats.rend() ? line : line + ", in " + cause->fingerprint();
}

} // namespace

const char *to_string(Ending ending)
{
  switch (ending) {
  case Ending::running:
    return "running";
  case Ending::clean:
    return "clean";
  case Ending::panic:
    return "panic";
  case Ending::hang:
    return "hang";
  case Ending::boot_failure:
    return "boot failure";
  case Ending::infrastructure:
    return "infrastructure";
  }
  return "?";
}

Result<std::unique_ptr<Machine>> Machine::boot(const MachineConfig &config,
                                               const std::filesystem::path &evidence)
{
  std::unique_ptr<Machine> machine(new Machine(config, evidence));
  TRY(machine->start(false));
  return machine;
}

Result<std::unique_ptr<Machine>> Machine::restore(const MachineConfig &config, Fd image,
                                                  const std::filesystem::path &evidence,
                                                  const Plugin &plugin,
                                                  const std::filesystem::path &gdb)
{
  std::unique_ptr<Machine> machine(new Machine(config, evidence));
  TRY(machine->start(true, plugin));
  machine->set_ready();

  // Events tell when the load is done; "cont" before that would be lost.
  Qmp &qmp = machine->qmp();
  const json events = { { { "capability", "events" }, { "state", true } } };
  TRY(qmp.command("migrate-set-capabilities", { { "capabilities", events } }));
  // Else QEMU itself announces the NICs on their wires (RARP), as after a real migration.
  TRY(qmp.command("migrate-set-parameters", { { "announce-rounds", 0 } }));
  TRY(qmp.pass_descriptor("golden", image.get()));
  TRY(qmp.command("migrate-incoming", { { "uri", "fd:golden" } }));
  if (auto loaded = until_migrated(qmp); !loaded)
    return fail("the golden image of " + config.name + " cannot be loaded: " +
                loaded.error().message + "; see " + machine->qemu_log().string());
  if (gdb.empty())
    TRY(qmp.command("cont"));
  else
    TRY(monitor(*machine, "gdbserver unix:" + gdb.string() + ",server=on,wait=off"));
  return machine;
}

Machine::~Machine()
{
  for (Wire &wire : wires_)
    wire.set_health_check({});
}

/// The ends of the NICs' cables, for QEMU; ours are wires_.
Result<std::vector<Fd>> Machine::lay_cables()
{
  std::vector<Fd> guest_ends;
  if (config_.joined) {
    if (config_.nics.size() != 2)
      return fail("one cable joins two NICs, and this machine has another number");
    auto cable = TRY(Cable::create());
    guest_ends.push_back(std::move(cable.one));
    guest_ends.push_back(std::move(cable.other));
    return guest_ends;
  }
  for (unsigned i = 0; i < config_.nics.size(); i++) {
    auto wire = TRY(Wire::create(i, evidence_ / fmt::format("nic{}.pcapng", i)));
    guest_ends.push_back(wire.take_guest_end());
    wire.set_health_check([this] { return health(); });
    wires_.push_back(std::move(wire));
  }
  return guest_ends;
}

Result<void> Machine::start(bool incoming, const Plugin &plugin)
{
  TRY(make_directories(evidence_));
  auto qmp_pair = TRY(stream_pair());
  auto agent_pair = TRY(stream_pair());
  agent_socket_ = std::move(agent_pair.ours);
  Fd console_end;
  if (config_.console) {
    auto pair = TRY(stream_pair());
    console_socket_ = std::move(pair.ours);
    console_end = std::move(pair.theirs);
  }

  const auto arguments = qemu_arguments(config_, { .serial_log = serial_log(),
                                                   .trace_log = trace_log(),
                                                   .qmp_fd = qmp_fd,
                                                   .agent_fd = agent_fd,
                                                   .console_fd = console_fd,
                                                   .first_wire_fd = first_wire_fd,
                                                   .incoming = incoming,
                                                   .plugin = plugin.file,
                                                   .plugin_fd = plugin_fd,
                                                   .tsc_khz = host_tsc_khz() });
  auto log = TRY(open_file(qemu_log(), O_WRONLY | O_CREAT | O_TRUNC | O_APPEND));
  Command command{ .arguments = arguments,
                   .descriptors = { { qmp_pair.theirs.get(), qmp_fd },
                                    { agent_pair.theirs.get(), agent_fd } },
                   .output = log.get(),
                   .error = log.get() };
  if (console_end)
    command.descriptors.push_back({ console_end.get(), console_fd });
  if (plugin.fd >= 0)
    command.descriptors.push_back({ plugin.fd, plugin_fd });

  std::vector<Fd> guest_ends = TRY(lay_cables());
  for (size_t i = 0; i < guest_ends.size(); i++)
    command.descriptors.push_back({ guest_ends[i].get(), first_wire_fd + static_cast<int>(i) });

  child_ = TRY(Child::spawn(command));
  qmp_pair.theirs.reset();
  agent_pair.theirs.reset();
  console_end.reset();
  guest_ends.clear();

  auto qmp = Qmp::connect(std::move(qmp_pair.ours), evidence_ / "qmp.log");
  if (!qmp) {
    const auto ended = child_->wait(Deadline(milliseconds(1000)));
    const auto said = split_lines(TRY(read_file(qemu_log())));
    return fail("QEMU does not start (" + ended.value_or("it runs, but does not answer") +
                "): " + (said.empty() ? qmp.error().message : said.back()));
  }
  qmp_ = std::move(*qmp);
  return {};
}

Result<void> Machine::save(int file)
{
  TRY(qmp_->command("stop"));
  const json events = { { { "capability", "events" }, { "state", true } } };
  TRY(qmp_->command("migrate-set-capabilities", { { "capabilities", events } }));
  TRY(qmp_->command("migrate-set-parameters", { { "max-bandwidth", 1ll << 40 } }));
  TRY(qmp_->pass_descriptor("golden", file));
  TRY(qmp_->command("migrate", { { "uri", "fd:golden" } }));
  if (auto saved = until_migrated(*qmp_); !saved)
    return fail("QEMU could not save the machine's state: " + saved.error().message + "; see " +
                qemu_log().string());
  return {};
}

void Machine::set_ready()
{
  const std::lock_guard lock(mutex_);
  ready_ = true;
}

void Machine::end(Ending ending, const std::string &sentence)
{
  // It may have panicked on its own account just before the NMI came.
  const bool by_nmi = sentence.find("NMI: Not continuing") != sentence.npos;
  const bool by_us = hang_symptom_ && ending == Ending::panic && by_nmi;
  const std::string cause = by_us ? *hang_symptom_ + "; an NMI ended it: " + sentence : sentence;
  if (!ready_ && ending != Ending::infrastructure)
    standing_ = { Ending::boot_failure, "the guest ended before it was ready: " + cause };
  else if (by_us)
    standing_ = { Ending::hang, cause };
  else
    standing_ = { ending, sentence };
}

/// Looks for the event that says why QEMU is about to exit. With mutex_ held, as end().
void Machine::take_events()
{
  while (auto event = qmp_->next_event()) {
    if (event->value("event", "") != "SHUTDOWN" || standing_.ending != Ending::running)
      continue;
    // The exit status is 0 for a panic too; only the reason tells.
    const std::string reason = (*event)["data"].value("reason", "");
    if (reason == "guest-shutdown") {
      end(Ending::clean, "the guest powered off");
    } else if (reason == "guest-reset") {
      end(Ending::panic, panic_message(serial_log()));
    } else {
      end(Ending::infrastructure, "QEMU was shut down: " + reason);
    }
  }
}

Standing Machine::standing()
{
  const std::lock_guard lock(mutex_);
  if (standing_.ending == Ending::running) {
    const auto ended = child_->wait(Deadline(milliseconds(0)));
    take_events(); // after the look at the process: it may have said why in between
    if (standing_.ending == Ending::running && ended)
      end(Ending::infrastructure, "QEMU died: " + *ended);
  }
  return standing_;
}

Result<void> Machine::health()
{
  const Standing now = standing();
  if (now.ending == Ending::running)
    return {};
  return fail(std::string(to_string(now.ending)) + ": " + now.sentence + "; see " +
              serial_log().string());
}

void Machine::kill()
{
  const std::lock_guard lock(mutex_);
  child_->kill();
}

/// Waits for the end, if that comes before the deadline.
Standing Machine::wait_for_end(const Deadline &deadline)
{
  Standing now = standing();
  while (now.ending == Ending::running && !deadline.expired()) {
    std::this_thread::sleep_for(milliseconds(20));
    now = standing();
  }
  return now;
}

/// The end that nobody has told of yet.
Standing Machine::conclude(Ending ending, const std::string &sentence)
{
  const std::lock_guard lock(mutex_);
  if (standing_.ending == Ending::running)
    standing_ = { ending, sentence };
  return standing_;
}

Standing Machine::end_as_hang(const std::string &symptom, milliseconds timeout)
{
  if (const Standing now = standing(); now.ending != Ending::running)
    return now;
  {
    const std::lock_guard lock(mutex_);
    hang_symptom_ = symptom;
  }
  const Deadline deadline(timeout);
  const auto sent = qmp_->command("inject-nmi", json::object(), timeout);
  // QEMU's main loop reports the guest's reset and then exits, which closes QMP. If QEMU does not
  // answer, it may be on its way out.
  const Standing now = wait_for_end(deadline);
  if (now.ending != Ending::running)
    return now;
  if (!sent)
    return conclude(Ending::infrastructure,
                    symptom + ", and QEMU does not answer either: " + sent.error().message);
  return conclude(Ending::hang, symptom + "; nor did it react to an NMI in " + deadline.text());
}

} // namespace verdict
