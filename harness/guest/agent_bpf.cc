// SPDX-License-Identifier: GPL-2.0-only
// BPF objects and their maps.
#include "agent_bpf.h"

#include <cstdarg>
#include <set>
#include <vector>

#include <bpf/bpf.h>

#include "agent.h"
#include "hex.h"

namespace verdict::guest {
namespace {

// BPF_F_XDP_DEV_BOUND_ONLY of include/uapi/linux/bpf.h; Debian 12's headers do not have it.
constexpr unsigned bpf_f_xdp_dev_bound_only = 1U << 6;

std::map<std::string, Loaded> objects;
std::string libbpf_log;

int append_log(libbpf_print_level level, const char *format, va_list arguments)
{
  char text[1024];
  va_list again;

  if (level == LIBBPF_DEBUG)
    return 0;
  va_copy(again, arguments);
  int length = std::vsnprintf(text, sizeof(text), format, arguments);
  if (length >= static_cast<int>(sizeof(text))) {
    std::string big(static_cast<size_t>(length) + 1, '\0');
    std::vsnprintf(big.data(), big.size(), format, again);
    big.pop_back();
    libbpf_log += big;
  } else if (length > 0) {
    libbpf_log += text;
  }
  va_end(again);
  return length;
}

/// The interface that programs are loaded for: its driver gives them metadata, or its device runs
/// them, and has their maps.
Result<void> set_device(bpf_object *object, const json &request)
{
  bpf_program *program;
  bpf_map *map;

  if (request.contains("bound_to")) {
    auto index = TRY(index_of(request["bound_to"].get<std::string>()));
    bpf_object__for_each_program(program, object)
    {
      bpf_program__set_ifindex(program, index);
      bpf_program__set_flags(program, bpf_f_xdp_dev_bound_only);
    }
  }
  if (request.contains("offloaded_to")) {
    auto index = TRY(index_of(request["offloaded_to"].get<std::string>()));
    bpf_object__for_each_program(program, object) bpf_program__set_ifindex(program, index);
    bpf_object__for_each_map(map, object) bpf_map__set_ifindex(map, index);
  }
  return {};
}

Result<json> load(const json &request)
{
  auto name = request.at("name").get<std::string>();
  auto path = "/bpf/" + request.at("object").get<std::string>();
  auto wanted = request.at("programs").get<std::set<std::string>>();
  json programs = json::object(), maps = json::object();
  bpf_program *program;
  bpf_map *map;

  if (objects.contains(name))
    return fail("an object named " + name + " is loaded already");
  take_libbpf_log();
  Loaded loaded{ decltype(Loaded::object)(bpf_object__open_file(path.c_str(), nullptr)), {} };
  if (!loaded.object)
    return fail_libbpf("open " + path, errno);
  auto object = loaded.object.get();
  for (const auto &want : wanted)
    if (!bpf_object__find_program_by_name(object, want.c_str()))
      return fail("no program " + want + " in " + path);
  bpf_object__for_each_program(program, object)
      bpf_program__set_autoload(program, wanted.contains(bpf_program__name(program)));
  TRY(set_device(object, request));
  if (int error = bpf_object__load(object))
    return fail_libbpf("load " + path, -error);

  for (const auto &want : wanted) {
    bpf_prog_info info{};
    unsigned size = sizeof(info);
    int fd = bpf_program__fd(bpf_object__find_program_by_name(object, want.c_str()));
    if (bpf_obj_get_info_by_fd(fd, &info, &size))
      return fail_errno("info of " + want);
    programs[want] = { { "id", info.id } };
  }
  bpf_object__for_each_map(map, object)
      maps[bpf_map__name(map)] = { { "key_size", bpf_map__key_size(map) },
                                   { "value_size", bpf_map__value_size(map) },
                                   { "max_entries", bpf_map__max_entries(map) },
                                   { "type", libbpf_bpf_map_type_str(bpf_map__type(map)) } };
  objects[name] = std::move(loaded);
  return json{ { "programs", programs }, { "maps", maps } };
}

/// A map with what is needed to move whole values: a per-CPU map has one for every possible CPU.
struct Map {
  std::string name;
  int fd;
  size_t key_size, value_size, stride, cpus;
  bool per_cpu;

  std::vector<uint8_t> buffer() const { return std::vector<uint8_t>(stride * cpus); }

  json values(const std::vector<uint8_t> &data) const
  {
    if (!per_cpu)
      return { { "value", to_hex({ data.data(), value_size }) } };
    json list = json::array();
    for (size_t cpu = 0; cpu < cpus; cpu++)
      list.push_back(to_hex({ data.data() + cpu * stride, value_size }));
    return { { "values", list } };
  }
};

Result<Map> find_map(const json &request)
{
  auto loaded = TRY(find_loaded(request.at("name")));
  auto name = request.at("map").get<std::string>();

  auto found = bpf_object__find_map_by_name(loaded->object.get(), name.c_str());
  if (!found)
    return fail("no map " + name);
  auto type = bpf_map__type(found);
  Map map{ name, bpf_map__fd(found), bpf_map__key_size(found), bpf_map__value_size(found), 0, 1,
           false };
  map.per_cpu = type == BPF_MAP_TYPE_PERCPU_ARRAY || type == BPF_MAP_TYPE_PERCPU_HASH ||
                type == BPF_MAP_TYPE_LRU_PERCPU_HASH;
  map.stride = map.value_size;
  if (map.per_cpu) {
    map.stride = (map.value_size + 7) / 8 * 8;
    map.cpus = static_cast<size_t>(libbpf_num_possible_cpus());
  }
  return map;
}

Result<std::vector<uint8_t>> sized_hex(const json &text, const char *what, size_t size)
{
  auto bytes = from_hex(text.get<std::string>());

  if (bytes && bytes->size() != size)
    return fail(std::string(what) + " has " + std::to_string(bytes->size()) + " bytes, the map's " +
                std::to_string(size));
  return bytes;
}

Result<json> lookup(const json &request)
{
  auto map = TRY(find_map(request));
  auto key = TRY(sized_hex(request.at("key"), "key", map.key_size));
  auto data = map.buffer();
  if (bpf_map_lookup_elem(map.fd, key.data(), data.data()))
    return fail_errno("look up in " + map.name);
  return map.values(data);
}

Result<json> update(const json &request)
{
  auto map = TRY(find_map(request));
  auto key = TRY(sized_hex(request.at("key"), "key", map.key_size));
  auto value = TRY(sized_hex(request.at("value"), "value", map.value_size));
  auto data = map.buffer();
  for (size_t cpu = 0; cpu < map.cpus; cpu++)
    std::copy(value.begin(), value.end(), data.begin() + static_cast<ssize_t>(cpu * map.stride));
  if (bpf_map_update_elem(map.fd, key.data(), data.data(), BPF_ANY))
    return fail_errno("update " + map.name);
  return json::object();
}

Result<json> erase(const json &request)
{
  auto map = TRY(find_map(request));
  auto key = TRY(sized_hex(request.at("key"), "key", map.key_size));
  if (bpf_map_delete_elem(map.fd, key.data()))
    return fail_errno("delete from " + map.name);
  return json::object();
}

Result<json> dump(const json &request)
{
  auto map = TRY(find_map(request));
  std::vector<uint8_t> key(map.key_size), next(map.key_size);
  auto data = map.buffer();
  json entries = json::array();

  for (const void *from = nullptr; !bpf_map_get_next_key(map.fd, from, next.data());
       from = key.data()) {
    key = next;
    if (bpf_map_lookup_elem(map.fd, key.data(), data.data()))
      continue; // an empty slot of a devmap, or an entry just deleted
    json entry = map.values(data);
    entry["key"] = to_hex(key);
    entries.push_back(std::move(entry));
  }
  if (errno != ENOENT)
    return fail_errno("next key of " + map.name);
  return json{ { "entries", entries } };
}

Result<json> sum(const json &request)
{
  auto map = TRY(find_map(request));
  if (!map.per_cpu || map.key_size != sizeof(uint32_t) || map.value_size != sizeof(uint64_t))
    return fail(map.name + " is not a per-CPU array of 64-bit counters");
  std::vector<uint64_t> counters(map.cpus);
  json sums = json::array();

  for (uint32_t key : request.at("keys")) {
    if (bpf_map_lookup_elem(map.fd, &key, counters.data()))
      return fail_errno("look up " + std::to_string(key) + " in " + map.name);
    uint64_t total = 0;
    for (uint64_t counter : counters)
      total += counter;
    sums.push_back(total);
  }
  return json{ { "sums", sums } };
}

} // namespace

Result<Loaded *> find_loaded(const std::string &name)
{
  auto found = objects.find(name);

  if (found == objects.end())
    return fail("no object is loaded as " + name);
  return &found->second;
}

Result<bpf_program *> find_program(const std::string &name, const std::string &program)
{
  auto loaded = TRY(find_loaded(name));
  auto found = bpf_object__find_program_by_name(loaded->object.get(), program.c_str());
  if (!found || bpf_program__fd(found) < 0)
    return fail("no program " + program + " is loaded in " + name);
  return found;
}

std::string take_libbpf_log()
{
  return std::exchange(libbpf_log, {});
}

tl::unexpected<Error> fail_libbpf(std::string_view what, int error)
{
  constexpr size_t most = 6000;
  auto log = take_libbpf_log();
  auto message = std::string(what) + ": " + std::strerror(error);

  if (log.size() > most)
    log = "..." + log.substr(log.size() - most);
  while (log.ends_with('\n'))
    log.pop_back();
  return fail(log.empty() ? message : message + ": " + log);
}

void add_bpf_ops(Ops &ops)
{
  libbpf_set_print(append_log);
  ops["bpf_load"] = load;
  ops["bpf_unload"] = [](const json &request) -> Result<json> {
    auto name = request.at("name").get<std::string>();
    if (!objects.erase(name))
      return fail("no object is loaded as " + name);
    return json::object();
  };
  ops["map_lookup"] = lookup;
  ops["map_update"] = update;
  ops["map_delete"] = erase;
  ops["map_dump"] = dump;
  ops["map_sum"] = sum;
}

} // namespace verdict::guest
