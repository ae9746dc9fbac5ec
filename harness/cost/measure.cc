// SPDX-License-Identifier: GPL-2.0-only
#include "cost/measure.h"

#include <fcntl.h>

#include <algorithm>
#include <optional>

#include "base/digest.h"
#include "base/file.h"
#include "base/text.h"
#include "cost/flood.h"
#include "packet/builder.h"

namespace verdict::cost {

namespace fs = std::filesystem;

namespace {

constexpr uint16_t closed_port = 7;
constexpr size_t headers = 14 + 20 + 8;
/// A window's cost is that of so many frames less than the whole costs more; what a flood costs at
/// its begin and end falls out.
constexpr size_t base_frames = 1024;

/// A machine that is being measured.
class Subject {
public:
  Subject(const Case &which, std::unique_ptr<Machine> machine, Counters counters)
      : case_(which), machine_(std::move(machine)), counters_(std::move(counters)),
        agent_(machine_->take_agent_socket())
  {
  }

  guest::Agent &agent() { return agent_; }

  /// Everything up to the first frame.
  Result<void> set_up()
  {
    for (unsigned nic = 0; nic < machine_->nic_count(); nic++) {
      machine_->wire(nic).stop_capture();
      auto name = agent_.ifname_of(NicAddress::of(nic).guest_mac.text());
      if (!name)
        return tl::unexpected(name.error());
      ifnames_.push_back(*name);
    }
    for (size_t nic : nics()) {
      if (auto set = set_point(nic); !set)
        return set;
    }
    if (auto attached = attach(); !attached)
      return attached;
    for (unsigned i = 0; i < 64 * case_.point.flows; i++)
      frames_.push_back(padded(udp_frame(NicAddress::of(0), 1000 + i % case_.point.flows,
                                         closed_port, pattern(0, case_.point.size - headers))));
    return {};
  }

  /// The functions of modules and BPF programs, and the gate.
  Result<void> look_up(Symbols symbols)
  {
    symbols_ = std::move(symbols);
    auto modules = agent_.kallsyms(true);
    if (!modules)
      return tl::unexpected(modules.error());
    if (auto added = symbols_.add(*modules); !added)
      return added;
    gate_ = symbols_.address_of(case_.system->poll, case_.system->module);
    if (!gate_)
      return fail("module " + case_.system->module + " has no function " + case_.system->poll);
    return {};
  }

  /// What the guest does for so many frames.
  Result<Counts> window(size_t frames)
  {
    if (auto settled = settle(*machine_, counters_); !settled)
      return tl::unexpected(settled.error());
    auto before = counters_.read();
    if (!before)
      return before;
    counters_.set_gate(gate_);
    auto flooded = flood(*machine_, counters_, frames_, frames, { .ahead = case_.system->ahead });
    counters_.set_gate(0);
    if (!flooded)
      return tl::unexpected(flooded.error());
    auto after = counters_.read();
    if (after)
      after->add(*before, -1);
    return after;
  }

  /// Frames that NIC 0 has taken since it was made.
  Result<uint64_t> received()
  {
    // The e1000 drivers update what `ip` shows every other second.
    if (case_.system->module == "e1000") {
      auto stats = agent_.ethtool_stats(ifnames_[0]);
      if (!stats)
        return tl::unexpected(stats.error());
      return (*stats)["rx_packets"];
    }
    auto device = agent_.netdev(ifnames_[0]);
    if (!device)
      return tl::unexpected(device.error());
    return (*device)["stats"].value("rx_packets", uint64_t{ 0 });
  }

  Measurement result_of(const Counts &counts) const
  {
    Measurement result{ .system = case_.system->name,
                        .path = case_.path->name,
                        .point = case_.point };
    result.functions = profile(counts, symbols_, case_.system->module);
    result.instructions = total(result.functions);
    result.registers = counts.registers;
    for (const auto &[where, accesses] : counts.registers) {
      result.reads += accesses.reads;
      result.writes += accesses.writes;
    }
    const auto polls = counts.instructions.find(gate_);
    if (polls != counts.instructions.end() && polls->second > 0)
      result.per_poll = 1 / polls->second;
    return result;
  }

private:
  /// The NICs that take part.
  std::vector<size_t> nics() const
  {
    if (case_.path->target)
      return { 0, *case_.path->target };
    return { 0 };
  }

  Result<void> set_point(size_t nic)
  {
    const std::string &name = ifnames_[nic];
    const std::string ring = std::to_string(case_.point.ring);
    if (machine_->config().nics[nic].model.starts_with("e1000") && case_.point.ring != 256) {
      if (auto set = agent_.run_ok({ "ethtool", "-G", name, "rx", ring, "tx", ring }); !set)
        return tl::unexpected(set.error());
    }
    if (case_.point.size > max_frame_size) {
      if (auto set = agent_.link(name, {}, 9000); !set)
        return set;
    }
    // It receives again when this is answered.
    if (auto answered = machine_->wire(nic).until_sentinel(); !answered)
      return tl::unexpected(answered.error());
    return {};
  }

  Result<void> attach()
  {
    const Path &path = *case_.path;
    if (path.hook == Hook::none)
      return {};
    if (path.hook == Hook::tc) {
      // The modules that clsact needs.
      for (const char *module : { "sch_ingress", "cls_bpf" }) {
        if (auto loaded = agent_.modprobe(module); !loaded)
          return loaded;
      }
    }
    std::string program = path.program;
    if (path.hook == Hook::native && case_.point.size > max_frame_size)
      program += "_frags";
    if (auto loaded = load(program); !loaded)
      return loaded;
    if (path.hook == Hook::tc)
      return agent_.tc_attach(ifnames_[0], { "cost", program });
    const auto mode = path.hook == Hook::native ? guest::XdpMode::native : guest::XdpMode::generic;
    return agent_.xdp_attach(ifnames_[0], { "cost", program }, { .mode = mode });
  }

  Result<void> load(const std::string &program)
  {
    auto loaded = agent_.bpf_load("cost.bpf.o", "cost", { program });
    if (!loaded)
      return tl::unexpected(loaded.error());
    if (!case_.path->target)
      return {};
    const size_t target = *case_.path->target;
    // virtio_net transmits redirected frames only while it has a program itself.
    if (case_.path->hook == Hook::native &&
        machine_->config().nics[target].model == "virtio-net-pci") {
      const std::string pass = case_.point.size > max_frame_size ? "pass_frags" : "pass";
      auto ready = agent_.bpf_load("cost.bpf.o", "target", { pass });
      if (!ready)
        return tl::unexpected(ready.error());
      if (auto done = agent_.xdp_attach(ifnames_[target], { "target", pass }); !done)
        return done;
    }
    auto device = agent_.netdev(ifnames_[target]);
    if (!device)
      return tl::unexpected(device.error());
    const uint32_t key = 0, ifindex = device->value("ifindex", 0u);
    const auto bytes = [](const uint32_t &value) {
      return std::span(reinterpret_cast<const uint8_t *>(&value), sizeof(value));
    };
    return agent_.map_update("cost", "target", bytes(key), bytes(ifindex));
  }

  const Case case_;
  std::unique_ptr<Machine> machine_;
  Counters counters_;
  guest::Agent agent_;
  std::vector<std::string> ifnames_;
  std::vector<Frame> frames_;
  Symbols symbols_;
  uint64_t gate_ = 0;
};

double sum(const Counts &counts)
{
  double all = 0;
  for (const auto &[address, count] : counts.instructions)
    all += count;
  return all;
}

/// What a frame costs, from a small and a large flood.
Result<Counts> one_frame(Subject &subject, size_t frames)
{
  Counts frame;
  size_t taken[2] = {};
  for (const size_t more : { size_t{ 0 }, frames }) {
    auto before = subject.received();
    if (!before)
      return tl::unexpected(before.error());
    auto counts = subject.window(base_frames + more);
    if (!counts)
      return counts;
    auto after = subject.received();
    if (!after)
      return tl::unexpected(after.error());
    taken[more > 0] = *after - *before;
    frame.add(*counts, more ? 1 : -1);
  }
  if (taken[1] <= taken[0])
    return fail(format("the guest took %zu and %zu frames", taken[0], taken[1]));
  Counts averaged;
  averaged.add(frame, 1.0 / static_cast<double>(taken[1] - taken[0]));
  return averaged;
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
  auto qemu = Child::spawn({ .arguments = { qemu_program, "-machine", "none", "-accel", "tcg",
                                            "-display", "none", "-monitor", "none", "-S", "-plugin",
                                            plugin.string() + format(",fd=%d", fd) },
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
  auto kernel = file_sha256(places_.kernel, golden / "digests");
  if (!kernel)
    return tl::unexpected(kernel.error());
  const fs::path kept = golden / ("kallsyms-" + kernel->substr(0, 16));
  auto text = read_file(kept);
  if (!text) {
    text = agent.kallsyms(false);
    if (!text)
      return tl::unexpected(text.error());
    // Modules are elsewhere in every machine.
    std::string own;
    for (const std::string &line : split_lines(*text)) {
      if (!line.ends_with(']'))
        own += line + "\n";
    }
    text = own;
    if (auto written = write_file(kept, own); !written)
      return tl::unexpected(written.error());
  }
  Symbols symbols;
  if (auto added = symbols.add(*text); !added)
    return tl::unexpected(added.error());
  return symbols;
}

Result<Measurement> Bench::measure(const Case &which, unsigned windows)
{
  auto counters = Counters::create();
  if (!counters)
    return tl::unexpected(counters.error());
  auto spec = golden_spec(which.system->column, places_);
  if (!spec)
    return tl::unexpected(spec.error());
  std::string evidence = which.name();
  std::replace_if(
      evidence.begin(), evidence.end(), [](char c) { return !std::isalnum(c); }, '-');
  auto machine = GoldenStore(places_.out / "golden")
                     .fork(*spec, places_.out / "cost" / "run" / evidence,
                           { .file = plugin_, .fd = counters->fd() });
  if (!machine)
    return tl::unexpected(machine.error());
  Subject subject(which, std::move(*machine), std::move(*counters));
  auto symbols = kernel_symbols(subject.agent());
  if (!symbols)
    return tl::unexpected(symbols.error());
  if (auto ready = subject.set_up(); !ready)
    return tl::unexpected(ready.error());
  if (auto found = subject.look_up(std::move(*symbols)); !found)
    return tl::unexpected(found.error());
  if (auto warm = subject.window(base_frames); !warm)
    return tl::unexpected(warm.error());

  std::vector<Counts> all;
  for (unsigned i = 0; i < windows; i++) {
    auto frame = one_frame(subject, which.path->frames);
    if (!frame)
      return tl::unexpected(frame.error());
    all.push_back(std::move(*frame));
  }
  std::sort(all.begin(), all.end(), [](const auto &a, const auto &b) { return sum(a) < sum(b); });
  Measurement result = subject.result_of(all[all.size() / 2]);
  // A window in which the driver's watchdog waited for its PHY (delay_tsc) stands out.
  const size_t cut = all.size() / 4;
  result.spread = (sum(all[all.size() - 1 - cut]) - sum(all[cut])) / result.instructions;
  return result;
}

} // namespace verdict::cost
