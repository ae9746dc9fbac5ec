// SPDX-License-Identifier: GPL-2.0-only
#include "lab/column.h"

#include <algorithm>
#include <filesystem>

#include <fmt/format.h>

#include "base/environment.h"
#include "lab/fields.h"
#include "lab/kernel_profile.h"

namespace verdict {

namespace fs = std::filesystem;
using nlohmann::json;

namespace {

constexpr std::array counter_names{
  Named<Counter>{ Counter::drop, "drop" },
  Named<Counter>{ Counter::pass, "pass" },
  Named<Counter>{ Counter::tx, "tx" },
  Named<Counter>{ Counter::redirect, "redirect" },
  Named<Counter>{ Counter::aborted, "aborted" },
  Named<Counter>{ Counter::tx_errors, "tx_errors" },
  Named<Counter>{ Counter::redirect_errors, "redirect_errors" },
  Named<Counter>{ Counter::oversize, "oversize" },
  Named<Counter>{ Counter::xmit, "xmit" },
  Named<Counter>{ Counter::xmit_errors, "xmit_errors" },
  Named<Counter>{ Counter::rx_frames, "rx_frames" },
  Named<Counter>{ Counter::alloc_failed, "alloc_failed" },
  Named<Counter>{ Counter::malformed, "malformed" },
  Named<Counter>{ Counter::csum_good, "csum_good" },
  Named<Counter>{ Counter::csum_errors, "csum_errors" },
  Named<Counter>{ Counter::tx_restarts, "tx_restarts" },
  Named<Counter>{ Counter::tx_timeouts, "tx_timeouts" },
};

constexpr std::array refusal_names{
  Named<Refusal>{ Refusal::offload, "offload" },
  Named<Refusal>{ Refusal::no_frags, "no_frags" },
  Named<Refusal>{ Refusal::mtu, "mtu" },
  Named<Refusal>{ Refusal::fcs, "fcs" },
};

constexpr std::array suite_names{
  Named<Suite>{ Suite::verdicts, "verdicts" }, Named<Suite>{ Suite::attach_storm, "attach_storm" },
  Named<Suite>{ Suite::life, "life" },         Named<Suite>{ Suite::memory, "memory" },
  Named<Suite>{ Suite::smp, "smp" },           Named<Suite>{ Suite::bus_errors, "bus_errors" },
  Named<Suite>{ Suite::harness, "harness" },   Named<Suite>{ Suite::checkers, "checkers" },
  Named<Suite>{ Suite::next, "next" },         Named<Suite>{ Suite::debug, "debug" },
  Named<Suite>{ Suite::deep, "deep" },         Named<Suite>{ Suite::storms, "storms" },
  Named<Suite>{ Suite::examples, "examples" }, Named<Suite>{ Suite::kselftests, "kselftests" },
  Named<Suite>{ Suite::floor, "floor" },       Named<Suite>{ Suite::offload, "offload" },
  Named<Suite>{ Suite::arm64, "arm64" },
};

constexpr std::array mode_names{
  Named<guest::XdpMode>{ guest::XdpMode::native, "native" },
  Named<guest::XdpMode>{ guest::XdpMode::generic, "generic" },
};

constexpr std::array reader_names{
  Named<RingReader>{ RingReader::e1000, "e1000" },
};

/// NETDEV_XDP_ACT_ bits, as the kernel's Documentation/netlink/specs/netdev.yaml names them.
constexpr std::array feature_names{
  Named<uint64_t>{ 1 << 0, "basic" },       Named<uint64_t>{ 1 << 1, "redirect" },
  Named<uint64_t>{ 1 << 2, "ndo-xmit" },    Named<uint64_t>{ 1 << 3, "xsk-zerocopy" },
  Named<uint64_t>{ 1 << 4, "hw-offload" },  Named<uint64_t>{ 1 << 5, "rx-sg" },
  Named<uint64_t>{ 1 << 6, "ndo-xmit-sg" },
};

/// These are a profile's own, and not of those that extend it.
constexpr const char *own_keys[] = { "order", "suites", "extends", "license" };

/// Puts what a profile says over what it extends: objects key by key, all else as a whole.
void put_over(json &base, const json &own)
{
  for (const auto &[key, value] : own.items()) {
    if (value.is_object() && base.contains(key) && base[key].is_object())
      put_over(base[key], value);
    else
      base[key] = value;
  }
}

Result<Limits> read_limits(Fields fields)
{
  Limits limits{
    .rx_ring = TRY(fields.get<unsigned>("rx_ring")),
    .tx_ring = TRY(fields.get<unsigned>("tx_ring")),
    .least_ring = TRY(fields.get_or_null<unsigned>("least_ring")),
    .most_ring = TRY(fields.get_or_null<unsigned>("most_ring")),
    .ring_step = TRY(fields.get_or_null<unsigned>("ring_step")),
    .xdp_of_least_ring = TRY(fields.get_or_null<unsigned>("xdp_of_least_ring")),
    .spare_descriptors = TRY(fields.get_or_null<unsigned>("spare_descriptors")),
    .rx_buffer = TRY(fields.get_or_null<unsigned>("rx_buffer")),
    .jumbo_mtu = TRY(fields.get_or_null<unsigned>("jumbo_mtu")),
    .linear_mtu = TRY(fields.get_or_null<unsigned>("linear_mtu")),
    .longest_frame = TRY(fields.get_or_null<size_t>("longest_frame")),
    .burst = TRY(fields.get_or_null<size_t>("burst")),
  };
  TRY(fields.done());
  return limits;
}

/// What a NIC can do, it also tells the limits of.
Result<void> check_limits(const Nic &nic, const std::string &place)
{
  struct Need {
    Can what;
    std::string_view limit;
    bool told;
  };
  const Limits &limits = nic.limits;
  const Need needs[] = {
    { Can::jumbo, "jumbo_mtu", limits.jumbo_mtu.has_value() },
    { Can::refuse_without_frags, "linear_mtu", limits.linear_mtu.has_value() },
    { Can::bound_mtu, "linear_mtu", limits.linear_mtu.has_value() },
    { Can::drop_oversized, "rx_buffer", limits.rx_buffer.has_value() },
    { Can::bound_length, "longest_frame", limits.longest_frame.has_value() },
  };
  for (const Need &need : needs) {
    if (nic.can(need.what) && !need.told)
      return fail(fmt::format("{}: limits: \"{}\" is null, and \"cannot\" has no \"{}\"", place,
                              need.limit,
                              std::ranges::find(can_names, need.what, &Named<Can>::first)->second));
  }
  return {};
}

Result<std::optional<Proof>> read_proof(Fields &machine)
{
  if (TRY(machine.get_or<json>("proof", nullptr)).is_null())
    return std::nullopt;
  auto fields = TRY(machine.object("proof"));
  const Proof proof{ .file = TRY(fields.get<std::string>("file")),
                     .pattern = TRY(fields.get<std::string>("pattern")) };
  TRY(fields.done());
  return proof;
}

Result<MachineVariant> read_machine(Fields fields)
{
  MachineVariant machine{
    .command_line = TRY(fields.get_or<std::string>("command_line", "")),
    .chipset = TRY(fields.get_or<std::string>("chipset", "")),
    .devices = TRY(fields.get_or<std::vector<std::string>>("devices", {})),
    .cpus = TRY(fields.get_or<unsigned>("cpus", 1)),
    .memory_mib = TRY(fields.get_or<unsigned>("memory_mib", 0)),
    .image = TRY(fields.get_or<std::string>("image", "")),
    .proof = TRY(read_proof(fields)),
  };
  TRY(fields.done());
  return machine;
}

/// The files of a directory, each with what it extends, as they are on one kernel.
class Profiles {
public:
  static Result<Profiles> read(const std::string &kernel, const std::string &directory)
  {
    Profiles profiles(kernel, directory);
    std::error_code error;
    for (const auto &entry : fs::directory_iterator(directory, error)) {
      const fs::path &path = entry.path();
      if (path.extension() != ".json")
        continue;
      json profile = TRY(read_json(path));
      if (!profile.is_object())
        return fail(path.string() + ": it must be an object");
      profiles.files_[path.stem()] = std::move(profile);
    }
    if (error)
      return fail(directory + ": " + error.message() + " (is this the project's top?)");
    return profiles;
  }

  Result<std::vector<Column>> columns() const
  {
    std::vector<std::pair<int, Column>> ordered;
    for (const auto &[name, own] : files_) {
      if (own.contains("suites"))
        ordered.push_back(TRY(column(name)));
    }
    std::stable_sort(ordered.begin(), ordered.end(),
                     [](const auto &a, const auto &b) { return a.first < b.first; });
    std::vector<Column> columns;
    for (auto &[order, column] : ordered)
      columns.push_back(std::move(column));
    return columns;
  }

private:
  Profiles(std::string kernel, std::string directory)
      : kernel_(std::move(kernel)), directory_(std::move(directory))
  {
  }

  std::string place(const std::string &name) const { return directory_ + "/" + name + ".json"; }

  Result<json> own(const std::string &name) const
  {
    const auto file = files_.find(name);
    if (file == files_.end())
      return fail(place(name) + " does not exist");
    return file->second;
  }

  /// A profile with what it extends, without its own keys.
  Result<json> whole(const std::string &name, unsigned depth = 0) const
  {
    constexpr unsigned deepest = 8;
    if (depth > deepest)
      return fail(place(name) + " extends itself");
    json said = TRY(own(name));
    json base = json::object();
    if (said.contains("extends")) {
      auto fields = TRY(Fields::of(said, place(name)));
      base = TRY(whole(TRY(fields.get<std::string>("extends")), depth + 1));
    }
    for (const char *key : own_keys)
      said.erase(key);
    const json on_this_kernel = TRY(on_kernel(said, place(name)));
    said.erase("on");
    put_over(base, said);
    put_over(base, on_this_kernel);
    return base;
  }

  /// What a profile says for this kernel alone.
  Result<json> on_kernel(const json &said, const std::string &place) const
  {
    const json on = said.value("on", json::object());
    if (!on.is_object())
      return fail(place + ": \"on\" must be an object, and is " + on.dump());
    for (const auto &[kernel, keys] : on.items()) {
      if (std::find(kernels.begin(), kernels.end(), kernel) == kernels.end() || !keys.is_object())
        return fail(place + ": \"on\": \"" + kernel + "\" is no kernel, or has no object of keys");
    }
    return on.value(kernel_, json::object());
  }

  Result<Nic> nic(const std::string &name) const
  {
    auto fields = TRY(Fields::of(TRY(whole(name)), place(name)));
    Nic nic{
      .profile = name,
      .device = { .model = TRY(fields.get<std::string>("device")),
                  .options = TRY(fields.get_or<std::string>("options", "")),
                  .bus = TRY(fields.get_or<std::string>("bus", "")) },
      .older_options = TRY(fields.get_or<std::vector<std::string>>("older_options", {})),
      .driver = TRY(fields.get<std::string>("driver")),
      .modules = TRY(fields.get<std::vector<std::string>>("modules")),
      .cannot = TRY(fields.texts_by_name("cannot", can_names)),
      .counters = TRY(fields.all_texts_by_name("counters", counter_names)),
      .program_counters = TRY(fields.get<std::vector<std::string>>("program_counters")),
      .refusals = TRY(fields.all_texts_by_name("refusals", refusal_names)),
      .limits = TRY(read_limits(TRY(fields.object("limits")))),
    };
    nic.mode = TRY(fields.named("mode", mode_names));
    if (const auto reader = TRY(fields.get_or_null<std::string>("ring_reader")); reader)
      nic.ring_reader = TRY(fields.named("ring_reader", reader_names));
    nic.xdp_features = 0;
    for (const uint64_t feature : TRY(fields.listed("xdp_features", feature_names)))
      nic.xdp_features |= feature;
    // A column's machine and its other NICs are not of the NIC.
    TRY(fields.get_or<json>("machine", {}));
    TRY(fields.get_or<json>("others", {}));
    TRY(fields.done());
    TRY(check_limits(nic, place(name)));
    return nic;
  }

  /// With its place in the matrix.
  Result<std::pair<int, Column>> column(const std::string &name) const
  {
    auto own_fields = TRY(Fields::of(TRY(own(name)), place(name)));
    const int order = TRY(own_fields.get<int>("order"));
    auto fields = TRY(Fields::of(TRY(whole(name)), place(name)));
    Column column{ .name = name,
                   .suites = TRY(own_fields.listed("suites", suite_names)),
                   .nics = { TRY(nic(name)) } };
    for (const std::string &other : TRY(fields.get<std::vector<std::string>>("others")))
      column.nics.push_back(TRY(nic(other)));
    if (TRY(fields.get_or<json>("machine", nullptr)) != nullptr)
      column.machine = TRY(read_machine(TRY(fields.object("machine"))));
    return std::pair{ order, column };
  }

  std::string kernel_;
  std::string directory_;
  std::map<std::string, json> files_;
};

} // namespace

std::optional<Suite> suite_named(std::string_view name)
{
  for (const auto &[suite, known] : suite_names) {
    if (known == name)
      return suite;
  }
  return {};
}

std::string Column::test_name() const
{
  std::string text = name;
  std::replace(text.begin(), text.end(), '-', '_');
  return text;
}

void PrintTo(const Column &column, std::ostream *stream)
{
  *stream << column.name;
}

std::string profile_directory()
{
  return variable("VERDICT_PROFILES", "qemu/profiles");
}

Result<std::vector<Column>> load_columns(const std::string &kernel, const std::string &directory)
{
  return TRY(Profiles::read(kernel, directory)).columns();
}

Result<Column> find_column(const std::vector<Column> &columns, const std::string &name)
{
  const auto at = std::find_if(columns.begin(), columns.end(),
                               [&](const Column &column) { return column.name == name; });
  if (at == columns.end())
    return fail("no column is called " + name + "; " + profile_directory() + " has them");
  return *at;
}

} // namespace verdict
