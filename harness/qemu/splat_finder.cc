// SPDX-License-Identifier: GPL-2.0-only
#include "qemu/splat_finder.h"

#include <algorithm>
#include <stdexcept>

#include <fmt/format.h>
#include <re2/re2.h>

#include "base/text.h"

namespace verdict {

namespace {

constexpr size_t fingerprint_size = 5;
constexpr size_t longest_preamble = 40; ///< lines from a complaint to its call trace

/// "[    1.234567] " or "[    1.234567][  T42] " in front of a line.
std::string without_stamp(std::string line)
{
  static const RE2 stamp(R"(^(?:<\d+>)?\[ *\d+\.\d+\](?:\[ *[TC]\d+\])? ?)");
  RE2::Replace(&line, stamp, "");
  return line;
}

/// The place that a call trace's line names, or the registers' "RIP: 0010:" (arm64: "pc : "). A
/// line that begins with "? " is a leftover on the stack, no caller.
std::optional<CodePlace> traced_place(const std::string &text)
{
  static const RE2 frame(
      R"(^ *(?:RIP: [0-9a-f]+:|pc : )?([\w.]+)\+0x([0-9a-f]+)/0x([0-9a-f]+)(?: \[(\w+)[^\]]*\])?)");
  CodePlace place;
  if (!RE2::PartialMatch(text, frame, &place.function, RE2::Hex(&place.offset),
                         RE2::Hex(&place.size), &place.module))
    return {};
  return place;
}

/// Functions by which the kernel reports what happened elsewhere.
bool only_reports(const CodePlace &place)
{
  static const RE2 reporters(
      // printing
      R"((__)?(dump_stack|show_)\w*|)"
      // exceptions
      R"((asm_)?exc_\w+|handle_bug|report_bug|__warn\w*|warn_slowpath\w*|)"
      R"((__)?die\w*|oops_\w+|\w*page_fault_oops|kernelmode_fixup_or_oops|)"
      R"((__)?bad_area\w*|do_(user|kern)_addr_fault|do_(error_)?trap|)"
      // panics and NMIs
      R"(v?panic|nmi_panic\w*|unknown_nmi_error|default_do_nmi|end_repeat_nmi|)"
      // checkers
      R"(print_(address_description|report|usage_bug|circular_bug|deadlock_bug|irq_inversion_bug)\w*|)"
      R"((__)?k[ac]san_\w+|__asan_\w+|end_report|check_region_inline|(__)?ubsan_\w+|)"
      R"(check_noncircular|check_deadlock|validate_chain|mark_lock\w*|(__)?lock_acquire|)"
      R"(lockdep_rcu_suspicious|__might_(resched|sleep)|__schedule_bug|)"
      R"(watchdog_timer_fn|rcu_dump_cpu_stacks|print_cpu_stall|rcu_sched_clock_irq|err_printk)");
  return RE2::FullMatch(place.function, reporters);
}

bool starts_trace(const std::string &text)
{
  return text.find("Call Trace:") != text.npos || text.find("Call trace:") != text.npos ||
         text.starts_with("stack backtrace:");
}

bool ends_splat(const std::string &text)
{
  return text.find("---[ end trace") != text.npos ||
         text.find("---[ end Kernel panic") != text.npos;
}

/// KASAN shows where the memory came from after the trace of its use.
bool ends_trace(const std::string &text)
{
  return text.starts_with("Allocated by ") || text.starts_with("Freed by ");
}

/// "Oops: 0002 [#1]" comes after the line that says which exception it was.
bool continues(const Splat &splat, const std::string &text)
{
  return splat.places.empty() && (text.starts_with("Oops: ") || text.starts_with("Oops - ") ||
                                  text.starts_with("Internal error: Oops"));
}

/// What a panic says when an oops led to it.
bool is_consequence(const std::string &text)
{
  return text.find("Kernel panic - not syncing: Fatal exception") != text.npos ||
         text.find("Kernel panic - not syncing: Oops: Fatal exception") != text.npos;
}

/// The rules' expressions, all tried at once, for lines of any bytes.
RE2::Set set_of(const std::vector<SplatFinder::Rule> &rules)
{
  RE2::Set set(RE2::Latin1, RE2::UNANCHORED);
  for (const SplatFinder::Rule &rule : rules) {
    std::string error;
    if (set.Add(rule.pattern, &error) < 0)
      throw std::invalid_argument(fmt::format("\"{}\": {}", rule.pattern, error));
  }
  if (!set.Compile())
    throw std::runtime_error("the rules for a kernel's log need too much memory");
  return set;
}

/// Indices of the rules that a line fits, in no order.
std::vector<int> matches(const RE2::Set &rules, const std::string &text)
{
  std::vector<int> found;
  RE2::Set::ErrorInfo error{ RE2::Set::kNoError };
  if (!rules.Match(text, &found, &error) && error.kind != RE2::Set::kNoError)
    throw std::runtime_error("the rules for a kernel's log need too much memory");
  return found;
}

} // namespace

const std::vector<SplatFinder::Rule> &SplatFinder::known()
{
  static const std::vector<Rule> rules{
    { R"(WARNING: (CPU: \d+ PID: \d+|\S+:\d+) at )", "a WARN_ON in the kernel" },
    { R"(WARNING: possible (recursive locking|circular locking|irq lock inversion))",
      "lockdep: these locks can deadlock" },
    { R"(WARNING: inconsistent lock state)", "lockdep: a lock is taken both in and out of irqs" },
    { R"(WARNING: (bad unlock balance|suspicious RCU usage|Nested lock))",
      "lockdep: locking rules are broken" },
    { R"(WARNING: )", "a warning of a kernel checker" },
    { R"(BUG: KASAN: )", "KASAN: memory is used beyond its bounds or after it was freed" },
    { R"(BUG: KFENCE: )", "KFENCE: memory is used beyond its bounds or after it was freed" },
    { R"(BUG: (unable to handle|kernel NULL pointer))", "a wild pointer" },
    { R"(Unable to handle kernel )", "a wild pointer" },
    { R"(BUG: scheduling while atomic)", "something sleeps where nothing may sleep" },
    { R"(BUG: sleeping function called from invalid context)",
      "something may sleep where nothing may sleep" },
    { R"(BUG: Bad page (state|map|cache))", "a page was freed or mapped wrongly" },
    { R"(Bad page state)", "a page was freed while still in use" },
    { R"(BUG: (spinlock|rwlock) )", "a lock is used wrongly" },
    { R"(BUG: workqueue lockup)", "a work item does not end" },
    { R"(BUG: soft lockup)", "a CPU does not schedule any more" },
    { R"(BUG: )", "the kernel found a bug in itself" },
    { R"(kernel BUG at )", "a BUG_ON in the kernel" },
    { R"(UBSAN: )", "undefined behaviour: shift, index or overflow" },
    { R"(Oops(:| - ))", "an exception in the kernel" },
    { R"(general protection fault)", "a pointer that is no address" },
    { R"((divide error|invalid opcode|stack segment): )", "an exception in the kernel" },
    { R"(double fault)", "an exception while another was handled" },
    { R"(Kernel panic - not syncing)", "the kernel gave up" },
    { R"(INFO: task .* blocked for more than)", "a task hangs" },
    { R"(INFO: rcu_\w+ (self-)?detected (expedited )?stall)",
      "a CPU does not leave a read section" },
    { R"(rcu: INFO: .*stall)", "a CPU does not leave a read section" },
    { R"(INFO: trying to register non-static key)", "lockdep: a lock that was never initialised" },
    { R"(watchdog: .*hard LOCKUP)", "a CPU does not take interrupts any more" },
    { R"(DMA-API: )", "the DMA API is used wrongly" },
    { R"(kmemleak: \d+ new suspected memory leaks?)", "memory that nothing points to any more" },
    { R"(page_pool_release_retry\(\) stalled pool shutdown)",
      "a page_pool's pages never came back" },
    { R"(NETDEV WATCHDOG: )", "a transmit queue hangs" },
    { R"(Detected Tx Unit Hang)", "the NIC does not complete what it is to send" },
    { R"(unregister_netdevice: waiting for )", "somebody holds a reference to a network device" },
    { R"(refcount_t: )", "a reference counter went wrong" },
    { R"(list_(add|del) corruption)", "a linked list is corrupted" },
    { R"(slab-\w+|SLUB: .*(corrupt|overwritten))", "a slab object is corrupted" },
    { R"(ODEBUG: )", "an object's life cycle is violated" },
    { R"(skb_(over|under)_panic)", "more was put into an skb than fits" },
    { R"(unreferenced object 0x)", "kmemleak: memory that nothing points to any more" },
    { R"(stack guard page was hit|kernel stack overflow)", "a stack overflowed" },
    { R"(Illegal XDP return value|invalid XDP action)", "a program returned no known verdict" },
    { R"(Out of memory: |oom-kill:)", "memory ran out" },
    { R"(segfault at )", "a program of the guest crashed" },
    { R"(Call [Tt]race:)", "a trace without a complaint that is known" },
  };
  return rules;
}

SplatFinder::SplatFinder(const std::vector<Rule> &allowed)
    : wanted_(set_of(known())), allowed_(set_of(allowed))
{
}

std::vector<Splat> SplatFinder::find(std::string_view log) const
{
  std::vector<Splat> splats;
  Splat forgiven;        // takes the trace of what is allowed
  Splat *open = nullptr; // the splat whose lines are still coming
  bool in_trace = false; // its call trace is
  bool in_nmi = false;   // and of that the part of an NMI's handler
  size_t number = 0;

  for (const std::string &line : split_lines(log)) {
    number++;
    const std::string text = without_stamp(line);
    if (open && !in_trace && number - open->line > longest_preamble)
      open = nullptr;
    if (open) {
      if (starts_trace(text)) {
        in_trace = true;
        continue;
      }
      if (text.find("<NMI>") != text.npos)
        in_nmi = true;
      if (text.find("</NMI>") != text.npos)
        in_nmi = false;
      // The registers stand before the trace, or in it; where an NMI came they alone say where.
      const bool registers = text.starts_with("RIP: ") || text.starts_with("pc : ");
      if (registers || (in_trace && !in_nmi)) {
        auto place = traced_place(text);
        std::vector<CodePlace> &places = open->places;
        if (place && places.size() < fingerprint_size && !only_reports(*place) &&
            (places.empty() || places.back() != *place))
          places.push_back(std::move(*place));
      }
      if (ends_splat(text) || (in_trace && ends_trace(text))) {
        open = nullptr;
        in_trace = in_nmi = false;
        continue;
      }
    }

    const auto rules = matches(wanted_, text);
    if (rules.empty())
      continue;
    if ((open && continues(*open, text)) || (!splats.empty() && is_consequence(text)))
      continue;
    open = &forgiven;
    if (matches(allowed_, text).empty())
      open = &splats.emplace_back();
    *open = {
      .line = number, .text = text, .reason = known()[std::ranges::min(rules)].reason, .places = {}
    };
    in_trace = starts_trace(text);
    in_nmi = false;
  }
  return splats;
}

std::string CodePlace::text() const
{
  std::string place = function + fmt::format("+0x{:x}", offset);
  if (size)
    place += fmt::format("/0x{:x}", size);
  return module.empty() ? place : place + " [" + module + "]";
}

std::string Splat::fingerprint() const
{
  std::vector<std::string> functions;
  for (const CodePlace &place : places)
    functions.push_back(place.function);
  return functions.empty() ? text : join(functions, " < ");
}

std::string describe(const std::vector<Splat> &splats)
{
  std::string text;
  for (const Splat &splat : splats) {
    text += fmt::format("line {}: {}\n  ({})\n", splat.line, splat.text, splat.reason);
    if (!splat.places.empty())
      text += "  at " + splat.fingerprint() + "\n";
  }
  return text;
}

} // namespace verdict
