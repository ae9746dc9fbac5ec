// SPDX-License-Identifier: GPL-2.0-only
#include "cost/measure.h"

#include <fcntl.h>

#include <algorithm>

#include <fmt/format.h>

#include "base/digest.h"
#include "base/file.h"
#include "base/text.h"
#include "cost/subject.h"

namespace verdict::cost {

namespace fs = std::filesystem;

namespace {

/// A window's cost is that of so many frames less than the whole costs more; what a flood costs at
/// its begin and end falls out.
constexpr size_t base_frames = 1024;
/// Of a flood of jumbo frames QEMU's e1000 loses what has begun to fill the ring's last buffers.
constexpr size_t times_for_jumbo = 4;
/// A tick of the timer weighs little in so many.
constexpr size_t enough_frames = 512;

/// What a frame costs, from a small and a large flood.
Result<Window> one_frame(Subject &subject, size_t frames)
{
  auto small = TRY(subject.window(base_frames));
  auto large = TRY(subject.window(base_frames + frames));
  const double in = large.in - small.in;
  if (in < static_cast<double>(enough_frames))
    return fail(fmt::format("the guest took {:.0f} of {} frames", large.in, base_frames + frames));
  Window frame{ .in = 1, .out = (large.out - small.out) / in };
  frame.counts.add(large.counts, 1 / in);
  frame.counts.add(small.counts, -1 / in);
  return frame;
}

} // namespace

bool takes_plugin(const fs::path &plugin)
{
  auto counters = Counters::create();
  auto nothing = open_file("/dev/null", O_RDWR);
  if (!counters || !nothing)
    return false;
  constexpr int fd = 99;
  // It loads its plugins, and then finds nothing to do.
  auto qemu =
      Child::spawn({ .arguments = { x86_64.qemu_program, "-machine", "none", "-accel", "tcg",
                                    "-display", "none", "-monitor", "none", "-S", "-plugin",
                                    plugin.string() + fmt::format(",fd={}", fd) },
                     .descriptors = { { counters->fd(), fd } },
                     .output = nothing->get(),
                     .error = nothing->get() });
  const Deadline deadline(milliseconds(10000));
  while (qemu && !counters->read() && !deadline.expired()) {
    if (qemu->wait(Deadline(milliseconds(5))))
      break;
  }
  return counters->read().has_value();
}

Result<Symbols> Bench::kernel_symbols(guest::Agent &agent)
{
  const fs::path golden = places_.out / "golden";
  auto kernel = TRY(file_sha256(places_.kernel, golden / "digests"));
  const fs::path kept = golden / ("kallsyms-" + kernel.substr(0, 16));
  auto text = read_file(kept);
  if (!text) {
    text = TRY(agent.kallsyms(false));
    // Modules are elsewhere in every machine.
    std::string own;
    for (const std::string &line : split_lines(*text)) {
      if (!line.ends_with(']'))
        own += line + "\n";
    }
    text = own;
    TRY(write_file(kept, own));
  }
  Symbols symbols;
  TRY(symbols.add(*text));
  return symbols;
}

Result<Measurement> Bench::measure(const Case &which, unsigned windows)
{
  auto counters = TRY(Counters::create());
  const Column column = TRY(which.system->column());
  const auto spec = TRY(golden_spec(column, places_));
  std::string evidence = which.name();
  for (char &c : evidence)
    c = std::isalnum(c) ? c : '-';
  auto machine = TRY(GoldenStore(places_.out / "golden")
                         .fork(spec, places_.out / "cost" / "run" / evidence,
                               { .file = plugin_, .fd = counters.fd() }));
  Subject subject(which, column.nics, std::move(machine), std::move(counters));
  auto symbols = TRY(kernel_symbols(subject.agent()));
  TRY(subject.set_up());
  TRY(subject.look_up(std::move(symbols)));
  TRY(subject.window(base_frames));

  const size_t frames =
      which.path->frames * (which.point.size > max_frame_size ? times_for_jumbo : 1);
  std::vector<Window> all;
  for (unsigned i = 0; i < windows; i++) {
    all.push_back(TRY(one_frame(subject, frames)));
  }
  std::sort(all.begin(), all.end(),
            [](const Window &a, const Window &b) { return a.instructions() < b.instructions(); });
  Measurement result = subject.result_of(all[all.size() / 2]);
  // A window in which the driver's watchdog waited for its PHY (delay_tsc) stands out.
  const size_t cut = all.size() / 4;
  result.spread =
      (all[all.size() - 1 - cut].instructions() - all[cut].instructions()) / result.instructions;
  return result;
}

} // namespace verdict::cost
