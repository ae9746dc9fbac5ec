// SPDX-License-Identifier: GPL-2.0-only
// What the parts of the guest agent share. PROTOCOL.md lists the operations.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

#include "base/result.h"

namespace verdict::guest {

using json = nlohmann::json;

/// An operation: the request in, the value of "ok" out. A json::exception (a missing field, a
/// wrong type) is caught where operations are dispatched.
using Op = std::function<Result<json>(const json &request)>;
using Ops = std::map<std::string, Op, std::less<>>;

void add_system_ops(Ops &ops);
void add_module_ops(Ops &ops);
void add_bpf_ops(Ops &ops);
void add_attach_ops(Ops &ops);
void add_socket_ops(Ops &ops);
void add_xsk_ops(Ops &ops);
void add_sink_ops(Ops &ops);
void add_netdev_ops(Ops &ops);
void add_ethtool_ops(Ops &ops);
void add_root_ops(Ops &ops);
/// An operation on operations: on those that are in @ops.
void add_fault_ops(Ops &ops);

/// /proc, /sys and the like.
void mount_kernel_filesystems();

/// Loads a module of the image and what it depends on. No error if it is there already.
Result<json> load_module(const std::string &name);

/// The index of an interface.
Result<unsigned> index_of(const std::string &ifname);

} // namespace verdict::guest
