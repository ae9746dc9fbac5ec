// SPDX-License-Identifier: GPL-2.0-only
// What a case may ask of a driver, its device and the guest's kernel. A profile gives a reason for
// each that it lacks.
#pragma once

#include <array>
#include <optional>
#include <string_view>
#include <utility>

namespace verdict {

/// Of a driver with its device.
enum class Can {
  jumbo,                  ///< run programs at limits.jumbo_mtu
  cut_frags,              ///< let a program shorten a frame of several buffers
  grow_frags,             ///< let a program lengthen a frame of several buffers
  refuse_without_frags,   ///< refuse a program without frags at an MTU above limits.linear_mtu
  fill_linear_mtu,        ///< give such a program the largest frame of limits.linear_mtu
  bound_mtu,              ///< refuse an MTU that the attached program is not made for
  drop_oversized,         ///< count as oversize, and drop, what a program would see in part
  receive_fcs,            ///< give the stack the FCS if the user wants it (rx-fcs)
  keep_fcs_from_programs, ///< refuse that together with programs
  metadata,               ///< give a program room for metadata
  vlan_metadata,          ///< tell a program the VLAN tag (bpf_xdp_metadata_rx_vlan_tag)
  receive_any_vlan,       ///< receive frames of VLANs that nobody has asked for
  queue_statistics,       ///< count frames per queue, whatever a program does with them
  wait_for_room,          ///< leave on the wire what the Rx ring has no room for
  transmit_all,           ///< send back every frame of a stream of any length
  attach_without_loss,    ///< attach and detach a program under a stream, losing no frame
  pad,                    ///< pad short frames that a program sends
  bound_length,           ///< refuse, and count, to send what is longer than limits.longest_frame
  post_in_bulk,           ///< write one doorbell for many frames
  adapt_interrupt_rate,   ///< choose the interrupt rate by what is received
  split_after_tso,        ///< give the end of the first frame after a TSO one a descriptor
  transmit_redirected,    ///< transmit frames that are redirected to it
  transmit_unprepared,    ///< transmit redirected frames while it has no program itself
  refuse_without_carrier, ///< refuse, and count, redirected frames while there is no link
  trace_failed_redirects, ///< fire xdp_exception for a frame that cannot be redirected
  reach_all_memory,       ///< reach all memory of the machine by DMA
  run_out_of_mappings,    ///< run out of what maps a buffer for the device
  keep_sending,           ///< go on sending after a change of the MTU under a link
  free_pool,              ///< give up its page pool when the interface goes down
};

/// Of the guest's kernel.
enum class KernelCan {
  run_kunit,     ///< load the modules of KUnit tests
  find_leaks,    ///< look for lost memory (kmemleak)
  inject_faults, ///< let allocations fail
  list_dma,      ///< list what is mapped for DMA
  simulate_nics, ///< simulate NICs that take programs (netdevsim)
  keep_bridges,  ///< recover from an error without a reset of the bus, which costs a bridge its
                 ///< configuration if it has no driver
  resume_ports,  ///< answer the host after it has resumed (virtio_console)
};

/// An enumerator and its name in a profile.
template <typename Enum>
using Named = std::pair<Enum, std::string_view>;

inline constexpr std::array can_names{
  Named<Can>{ Can::jumbo, "jumbo" },
  Named<Can>{ Can::cut_frags, "cut_frags" },
  Named<Can>{ Can::grow_frags, "grow_frags" },
  Named<Can>{ Can::refuse_without_frags, "refuse_without_frags" },
  Named<Can>{ Can::fill_linear_mtu, "fill_linear_mtu" },
  Named<Can>{ Can::bound_mtu, "bound_mtu" },
  Named<Can>{ Can::drop_oversized, "drop_oversized" },
  Named<Can>{ Can::receive_fcs, "receive_fcs" },
  Named<Can>{ Can::keep_fcs_from_programs, "keep_fcs_from_programs" },
  Named<Can>{ Can::metadata, "metadata" },
  Named<Can>{ Can::vlan_metadata, "vlan_metadata" },
  Named<Can>{ Can::receive_any_vlan, "receive_any_vlan" },
  Named<Can>{ Can::queue_statistics, "queue_statistics" },
  Named<Can>{ Can::wait_for_room, "wait_for_room" },
  Named<Can>{ Can::transmit_all, "transmit_all" },
  Named<Can>{ Can::attach_without_loss, "attach_without_loss" },
  Named<Can>{ Can::pad, "pad" },
  Named<Can>{ Can::bound_length, "bound_length" },
  Named<Can>{ Can::post_in_bulk, "post_in_bulk" },
  Named<Can>{ Can::adapt_interrupt_rate, "adapt_interrupt_rate" },
  Named<Can>{ Can::split_after_tso, "split_after_tso" },
  Named<Can>{ Can::transmit_redirected, "transmit_redirected" },
  Named<Can>{ Can::transmit_unprepared, "transmit_unprepared" },
  Named<Can>{ Can::refuse_without_carrier, "refuse_without_carrier" },
  Named<Can>{ Can::trace_failed_redirects, "trace_failed_redirects" },
  Named<Can>{ Can::reach_all_memory, "reach_all_memory" },
  Named<Can>{ Can::run_out_of_mappings, "run_out_of_mappings" },
  Named<Can>{ Can::keep_sending, "keep_sending" },
  Named<Can>{ Can::free_pool, "free_pool" },
};

inline constexpr std::array kernel_can_names{
  Named<KernelCan>{ KernelCan::run_kunit, "run_kunit" },
  Named<KernelCan>{ KernelCan::find_leaks, "find_leaks" },
  Named<KernelCan>{ KernelCan::inject_faults, "inject_faults" },
  Named<KernelCan>{ KernelCan::list_dma, "list_dma" },
  Named<KernelCan>{ KernelCan::simulate_nics, "simulate_nics" },
  Named<KernelCan>{ KernelCan::keep_bridges, "keep_bridges" },
  Named<KernelCan>{ KernelCan::resume_ports, "resume_ports" },
};

} // namespace verdict
