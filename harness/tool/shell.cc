// SPDX-License-Identifier: GPL-2.0-only
// verdict shell: the playground.
#include "tool/shell.h"

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <iterator>
#include <memory>
#include <thread>

#include <fmt/format.h>

#include "base/environment.h"
#include "base/file.h"
#include "evidence/repro.h"
#include "playground/folder.h"
#include "playground/guest.h"
#include "playground/line_editor.h"
#include "playground/script.h"
#include "playground/session.h"
#include "playground/terminal.h"
#include "playground/termination.h"

namespace verdict {

namespace {

using namespace playground;
namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

struct Options {
  std::string nic = "e1000-82540em", kernel, program, script;
  bool gdb = false;
};

void print(std::string_view text)
{
  std::fwrite(text.data(), 1, text.size(), stdout);
  std::fflush(stdout);
}

void say(const std::string &what)
{
  fmt::print(stderr, "verdict shell: {}\n", what);
}

Result<std::string> script_text(const std::string &file)
{
  if (file != "-")
    return read_file(file);
  return std::string(std::istreambuf_iterator<char>(std::cin), {});
}

/// Writes what gdb needs, and says how it is called: the guest waits for it.
Result<void> invite_gdb(const Places &places, const fs::path &image, const fs::path &folder)
{
  SourceLines lines(places, image);
  const fs::path commands = folder / gdb_commands_file;
  TRY(write_file(commands, TRY(gdb_commands(places.kernel, lines, folder / gdb_socket))));
  say("the guest waits for gdb; in a second terminal, here: gdb -q -x " + commands.string() +
      " -ex continue");
  return {};
}

/// A guest, forked from its golden image, which is made if there is none.
Result<std::unique_ptr<Machine>> fork_guest(const Column &column, const Places &places,
                                            const fs::path &folder, bool gdb)
{
  const GoldenSpec spec = TRY(golden_spec_for_people(column, places));
  GoldenStore store(places.out / "golden");
  const fs::path image = TRY(store.folder(spec));
  if (!file_exists(image / "state"))
    say("booting " + spec.machine.name + "; from then on it is there in a second");
  auto machine = TRY(store.fork(spec, folder, {}, gdb ? folder / gdb_socket : fs::path()));
  if (gdb)
    TRY(invite_gdb(places, image, folder));
  return machine;
}

/// How the guest ended, now that its terminal is closed. Error: not by itself.
Result<void> end_of(Machine &machine)
{
  const Deadline deadline(milliseconds(5000));
  while (machine.standing().ending == Ending::running && !deadline.expired())
    std::this_thread::sleep_for(milliseconds(20));
  return machine.standing().ending == Ending::clean ? Result<void>() : machine.health();
}

/// The wire's prompt; false if all is to end. Error: the guest's.
Result<bool> at_the_wire(Machine &machine, Session &session, const Terminal &terminal,
                         LineEditor &editor)
{
  print("\nThe wire; help lists the commands, Ctrl-] leads back to the guest.\n");
  while (const auto line = editor.read(session.prompt())) {
    const auto goes_on = session.run(*line);
    terminal.restore();
    if (goes_on && !*goes_on)
      return false;
    if (!goes_on) {
      TRY(machine.health());
      print("error: " + goes_on.error().message + "\n");
    }
  }
  print("\nThe guest; Enter shows its prompt, Ctrl-] leads to the wire.\n");
  return true;
}

Result<void> interact(Machine &machine, Session &session, Terminal &terminal)
{
  const Fd console = machine.take_console_socket();
  LineEditor editor(command_names());
  session.set_key_pressed([&](milliseconds time) { return terminal.key_pressed(time); });
  session.introduce();
  print("Ctrl-] leads to the wire. exit ends the guest.\n");
  TRY(start_shell(session.agent(), variable("TERM", "vt100"), terminal.size()));
  const auto resized = [&](TerminalSize size) { return set_size(session.agent(), size); };
  while (TRY(terminal.join(console, resized))) {
    if (!TRY(at_the_wire(machine, session, terminal, editor)))
      return {};
  }
  return end_of(machine);
}

/// The guest with whoever plays: a person, or a script.
Result<void> play(const Options &options, Machine &machine, Session &session,
                  std::optional<Terminal> &terminal, const std::string &script)
{
  if (!options.program.empty())
    TRY(session.run("attach \"" + options.program + "\""));
  if (terminal)
    return interact(machine, session, *terminal);
  return run_script(
      options.script, script, [&](const std::string &line) { return session.run(line); },
      [&](const std::string &line) { print(session.prompt() + line + "\n"); });
}

/// All of it. If the guest ends badly, the folder stays.
Result<void> start(const Options &options, Folder &folder, std::optional<Terminal> &terminal,
                   OnTermination &termination)
{
  const auto began = Clock::now();
  const std::string script = terminal ? "" : TRY(script_text(options.script));
  const Places places = TRY(Places::find());
  const Column column =
      for_people(TRY(find_column(TRY(load_columns(places.kernel_profile.kernel)), options.nic)));
  const auto machine = TRY(fork_guest(column, places, folder.path(), options.gdb));
  const auto session = TRY(Session::start(*machine, column, print));
  say(fmt::format("{} is ready after {:.1f} s", options.nic,
                  std::chrono::duration<double>(Clock::now() - began).count()));
  if (terminal)
    termination.survive_interrupts();
  const auto played = play(options, *machine, *session, terminal, script);
  const Ending ending = machine->standing().ending;
  if (played || ending == Ending::running)
    return played;
  if (ending == Ending::clean)
    return fail("the guest powered off");
  folder.keep();
  return machine->health();
}

Result<int> run(const Options &options)
{
  // A guest that has just ended reads no key.
  ::signal(SIGPIPE, SIG_IGN);
  if (!options.kernel.empty())
    ::setenv("VERDICT_KERNEL", options.kernel.c_str(), 1);
  // Nothing is over while somebody looks at the guest with gdb.
  if (options.gdb)
    ::setenv("VERDICT_GDB", "1", 1);
  std::optional<Terminal> terminal;
  if (options.script.empty())
    terminal.emplace(TRY(Terminal::open()));
  const fs::path out = TRY(out_directory());
  Folder folder = TRY(Folder::make(out / "playground"));
  OnTermination termination([&] {
    if (terminal)
      terminal->restore();
    folder.remove();
  });
  TRY(start(options, folder, terminal, termination));
  return 0;
}

} // namespace

Subcommand add_shell_command(CLI::App &app)
{
  auto options = std::make_shared<Options>();
  CLI::App *shell = app.add_subcommand(
      "shell", "A guest with the driver, a prompt in it, and the other end of each wire");
  shell->footer("make shell builds what it needs, with KERNEL=next for that kernel; of the debug "
                "kernel make debug-guest, and then scripts/shell-image --debug. Ctrl-] leads from "
                "the guest to the wire and back; help lists the wire's commands. Exit status 1 if "
                "the guest does not end by itself, or a command of the script fails. To be run in "
                "the project's top directory.");
  shell->add_option("--nic", options->nic, "a column of the matrix: virtio_net, vmxnet3, ...")
      ->capture_default_str();
  shell->add_option("--kernel", options->kernel,
                    "stable, next, debug, next-debug; the default is VERDICT_KERNEL, or stable");
  shell->add_option("--program", options->program,
                    "a BPF object; its first program is attached to nic0 at the start");
  shell->add_option("--script", options->script,
                    "run the wire's commands in this file (-: stdin), and show no prompt");
  shell->add_flag("--gdb", options->gdb, "let the guest wait for gdb, and say how that is started");
  return [options] { return run(*options); };
}

} // namespace verdict
