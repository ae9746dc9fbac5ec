// SPDX-License-Identifier: GPL-2.0-only
#include "nic/netdevsim.h"

#include <algorithm>

namespace verdict {

namespace {

const std::string bus = "/sys/bus/netdevsim/";

std::string yes_or_no(bool yes)
{
  return yes ? "Y" : "N";
}

} // namespace

Result<Netdevsim> Netdevsim::plug_in(guest::Agent &agent, unsigned id, unsigned ports)
{
  Netdevsim device(agent, id);
  TRY(agent.modprobe("netdevsim"));
  const auto before = TRY(agent.call("netdevs"));
  TRY(agent.write(bus + "new_device", device.id_ + " " + std::to_string(ports)));
  const auto after = TRY(agent.call("netdevs"));
  for (const auto &[name, netdev] : after.items()) {
    if (!before.contains(name))
      device.ports_.push_back({ name, netdev.at("ifindex") });
  }
  if (device.ports_.size() != ports)
    return fail("netdevsim" + device.id_ + " has made " + std::to_string(device.ports_.size()) +
                " interfaces, not " + std::to_string(ports));
  std::sort(device.ports_.begin(), device.ports_.end(),
            [](const Port &a, const Port &b) { return a.ifindex < b.ifindex; });
  for (const Port &port : device.ports_)
    TRY(agent.link(port.ifname, true));
  return device;
}

std::string Netdevsim::port_folder(unsigned port) const
{
  return folder() + "ports/" + std::to_string(port) + "/";
}

Result<void> Netdevsim::pull()
{
  return agent_->write(bus + "del_device", id_);
}

Result<void> Netdevsim::pull_port(unsigned port)
{
  return agent_->write(bus + "devices/netdevsim" + id_ + "/del_port", std::to_string(port));
}

Result<void> Netdevsim::allow(const std::string &what, bool allowed)
{
  return agent_->write(folder() + what, yes_or_no(allowed));
}

Result<void> Netdevsim::allow_port(const std::string &what, bool allowed, unsigned port)
{
  return agent_->write(port_folder(port) + what, yes_or_no(allowed));
}

Result<void> Netdevsim::delay_verifier(unsigned ms)
{
  return agent_->write(folder() + "bpf_bind_verifier_delay", std::to_string(ms));
}

Result<Netdevsim::BoundProgram> Netdevsim::bound_program(unsigned nth)
{
  const std::string program = folder() + "bpf_bound_progs/" + std::to_string(nth) + "/";
  const std::string id = TRY(agent_->read(program + "id"));
  const std::string state = TRY(agent_->read(program + "state"));
  const std::string loaded = TRY(agent_->read(program + "loaded"));
  return BoundProgram{ static_cast<uint32_t>(std::stoul(id)), state.substr(0, state.find('\n')),
                       loaded.starts_with("Y") };
}

Result<uint32_t> Netdevsim::running(unsigned port)
{
  return static_cast<uint32_t>(
      std::stoul(TRY(agent_->read(port_folder(port) + "bpf_offloaded_id"))));
}

} // namespace verdict
