// SPDX-License-Identifier: GPL-2.0-only
// Attaching programs: XDP, tc and tracing.
#include <linux/if_link.h>

#include "agent.h"
#include "agent_bpf.h"

namespace verdict::guest {
namespace {

Result<unsigned> mode_flags(const std::string &mode)
{
  if (mode == "native")
    return XDP_FLAGS_DRV_MODE;
  if (mode == "generic")
    return XDP_FLAGS_SKB_MODE;
  if (mode == "offload")
    return XDP_FLAGS_HW_MODE;
  return fail("mode is \"" + mode + "\"; it can be native, generic or offload");
}

Result<int> program_fd(const json &request)
{
  auto program = TRY(find_program(request.at("name"), request.at("program")));
  return bpf_program__fd(program);
}

Result<json> xdp_attach(const json &request)
{
  auto ifname = request.at("ifname").get<std::string>();
  auto index = TRY(index_of(ifname));
  auto flags = TRY(mode_flags(request.value("mode", "native")));
  auto fd = TRY(program_fd(request));
  LIBBPF_OPTS(bpf_xdp_attach_opts, options);

  if (request.value("noreplace", false))
    flags |= XDP_FLAGS_UPDATE_IF_NOEXIST;
  if (request.contains("replace")) {
    options.old_prog_fd = TRY(program_fd(request["replace"]));
    flags |= XDP_FLAGS_REPLACE;
  }
  take_libbpf_log();
  if (int error = bpf_xdp_attach(static_cast<int>(index), fd, flags, &options))
    return fail_libbpf("attach to " + ifname, -error);
  return json::object();
}

Result<json> xdp_detach(const json &request)
{
  auto ifname = request.at("ifname").get<std::string>();
  auto index = TRY(index_of(ifname));
  auto flags = TRY(mode_flags(request.value("mode", "native")));

  take_libbpf_log();
  if (int error = bpf_xdp_detach(static_cast<int>(index), flags, nullptr))
    return fail_libbpf("detach from " + ifname, -error);
  return json::object();
}

const char *attached_name(unsigned mode)
{
  switch (mode) {
  case XDP_ATTACHED_NONE:
    return "none";
  case XDP_ATTACHED_DRV:
    return "native";
  case XDP_ATTACHED_SKB:
    return "generic";
  case XDP_ATTACHED_HW:
    return "offload";
  default:
    return "multi";
  }
}

/// Attaches, replaces and detaches over and over: a cycle takes less than a request would.
Result<json> xdp_storm(const json &request)
{
  auto ifname = request.at("ifname").get<std::string>();
  auto cycles = request.at("cycles").get<unsigned>();
  auto index = TRY(index_of(ifname));
  auto first = TRY(program_fd(request));
  auto second = TRY(program_fd(request.at("other")));

  take_libbpf_log();
  for (unsigned cycle = 0; cycle < cycles; cycle++) {
    for (int fd : { first, second, -1 }) {
      if (int error = bpf_xdp_attach(static_cast<int>(index), fd, XDP_FLAGS_DRV_MODE, nullptr))
        return fail_libbpf("cycle " + std::to_string(cycle) + " on " + ifname, -error);
    }
  }
  return json{ { "cycles", cycles } };
}

Result<json> xdp_query(const json &request)
{
  auto ifname = request.at("ifname").get<std::string>();
  auto index = TRY(index_of(ifname));
  LIBBPF_OPTS(bpf_xdp_query_opts, options);

  take_libbpf_log();
  if (int error = bpf_xdp_query(static_cast<int>(index), 0, &options))
    return fail_libbpf("query " + ifname, -error);
  return json{ { "mode", attached_name(options.attach_mode) },
               { "prog_id", options.prog_id },
               { "native_id", options.drv_prog_id },
               { "generic_id", options.skb_prog_id },
               { "offload_id", options.hw_prog_id } };
}

Result<json> tc_attach(const json &request)
{
  auto ifname = request.at("ifname").get<std::string>();
  auto index = TRY(index_of(ifname));
  auto fd = TRY(program_fd(request));

  for (auto name : { "sch_ingress", "cls_bpf" })
    TRY(load_module(name));

  LIBBPF_OPTS(bpf_tc_hook, hook, .ifindex = static_cast<int>(index),
              .attach_point = BPF_TC_INGRESS);
  LIBBPF_OPTS(bpf_tc_opts, options, .prog_fd = fd, .flags = BPF_TC_F_REPLACE, .handle = 1,
              .priority = 1);
  take_libbpf_log();
  if (int error = bpf_tc_hook_create(&hook); error && error != -EEXIST)
    return fail_libbpf("clsact on " + ifname, -error);
  if (int error = bpf_tc_attach(&hook, &options))
    return fail_libbpf("attach to tc ingress of " + ifname, -error);
  return json::object();
}

Result<json> tc_detach(const json &request)
{
  auto ifname = request.at("ifname").get<std::string>();
  auto index = TRY(index_of(ifname));
  LIBBPF_OPTS(bpf_tc_hook, hook, .ifindex = static_cast<int>(index),
              .attach_point = static_cast<bpf_tc_attach_point>(BPF_TC_INGRESS | BPF_TC_EGRESS));
  take_libbpf_log();
  if (int error = bpf_tc_hook_destroy(&hook))
    return fail_libbpf("remove clsact of " + ifname, -error);
  return json::object();
}

Result<json> trace_attach(const json &request)
{
  auto name = request.at("program").get<std::string>();
  auto loaded = TRY(find_loaded(request.at("name")));
  auto program = TRY(find_program(request.at("name"), name));

  take_libbpf_log();
  bpf_link *link = bpf_program__attach(program);
  if (!link)
    return fail_libbpf("attach " + name, errno);
  loaded->links[name].reset(link);
  return json::object();
}

Result<json> trace_detach(const json &request)
{
  auto name = request.at("program").get<std::string>();
  auto loaded = TRY(find_loaded(request.at("name")));
  if (!loaded->links.erase(name))
    return fail(name + " is not attached");
  return json::object();
}

} // namespace

void add_attach_ops(Ops &ops)
{
  ops["xdp_attach"] = xdp_attach;
  ops["xdp_detach"] = xdp_detach;
  ops["xdp_storm"] = xdp_storm;
  ops["xdp_query"] = xdp_query;
  ops["tc_attach"] = tc_attach;
  ops["tc_detach"] = tc_detach;
  ops["bpf_attach"] = trace_attach;
  ops["bpf_detach"] = trace_detach;
}

} // namespace verdict::guest
