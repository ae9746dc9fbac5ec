// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <utility>

/// Registers of the 8254x, as offsets from its BAR 0 (Intel's software developer's manual, 13.4).
namespace verdict::e1000 {

inline constexpr uint64_t ctrl = 0x0;                   ///< device control
inline constexpr uint64_t status = 0x8;                 ///< device status
inline constexpr uint64_t itr = 0xc4;                   ///< interrupt throttling
inline constexpr uint64_t ics = 0xc8;                   ///< interrupt cause set
inline constexpr uint32_t ics_rxt0 = 1 << 7;            ///< Rx timer: frames have come
inline constexpr uint64_t ims = 0xd0;                   ///< interrupt mask set
inline constexpr uint64_t rctl = 0x100;                 ///< receive control
inline constexpr uint32_t rctl_sbp = 1 << 2;            ///< store bad packets
inline constexpr uint32_t rctl_vfe = 1 << 18;           ///< filter by VLAN
inline constexpr uint32_t rctl_pmcf = 1 << 23;          ///< pass MAC control frames
inline constexpr uint64_t tctl = 0x400;                 ///< transmit control
inline constexpr uint32_t tctl_en = 1 << 1;             ///< enable
inline constexpr uint64_t rdbal = 0x2800;               ///< Rx ring: its first register
inline constexpr uint64_t rdh = 0x2810, rdt = 0x2818;   ///< head and tail
inline constexpr uint64_t rdtr = 0x2820, radv = 0x282c; ///< Rx interrupt delays
inline constexpr uint64_t tdbal = 0x3800;               ///< Tx ring: its first register
inline constexpr uint64_t tdh = 0x3810, tdt = 0x3818;   ///< head and tail
inline constexpr uint64_t tidv = 0x3820;                ///< Tx interrupt delay
inline constexpr uint64_t rxcsum = 0x5000;              ///< receive checksum control

/// Registers that tell how a driver has set the device up, and that nothing else changes. PBA is
/// not among them: it only changes with a reset, and a new MTU under traffic is none. Nor is ITR:
/// the driver adapts it to the traffic, and while there is no link.
inline constexpr std::array<std::pair<std::string_view, uint64_t>, 12> settings{ {
    { "CTRL", ctrl },
    { "FCT", 0x30 },
    { "VET", 0x38 },
    { "RCTL", rctl },
    { "FCTTV", 0x170 },
    { "TCTL", tctl },
    { "TIPG", 0x410 },
    { "FCRTL", 0x2160 },
    { "FCRTH", 0x2168 },
    { "RDLEN", 0x2808 },
    { "TDLEN", 0x3808 },
    { "TXDCTL", 0x3828 },
} };

/// Registers of either ring, from its first one on.
namespace ring {
inline constexpr uint64_t base_low = 0x0, base_high = 0x4; ///< address
inline constexpr uint64_t length = 0x8;                    ///< in bytes
inline constexpr uint64_t head = 0x10, tail = 0x18;
} // namespace ring

inline constexpr uint32_t descriptor_size = 16; ///< of both rings

/// Bits of a receive descriptor (3.2.3).
namespace rx {
inline constexpr uint8_t dd = 1 << 0;    ///< status: the device is done with it
inline constexpr uint8_t eop = 1 << 1;   ///< status: end of packet
inline constexpr uint8_t ixsm = 1 << 2;  ///< status: ignore the checksum indication
inline constexpr uint8_t tcpcs = 1 << 5; ///< status: the TCP or UDP checksum was looked at
inline constexpr uint8_t ce = 1 << 0;    ///< error: CRC or alignment
inline constexpr uint8_t se = 1 << 1;    ///< error: symbol
inline constexpr uint8_t seq = 1 << 2;   ///< error: sequence
inline constexpr uint8_t cxe = 1 << 4;   ///< error: carrier extension
inline constexpr uint8_t tcpe = 1 << 5;  ///< error: TCP or UDP checksum
inline constexpr uint8_t ipe = 1 << 6;   ///< error: IP checksum
inline constexpr uint8_t rxe = 1 << 7;   ///< error: Rx data
} // namespace rx

/// Bits of a transmit descriptor's words (3.3.3).
namespace txd {
inline constexpr uint32_t dd = 1 << 0;    ///< status: the device is done with it
inline constexpr uint32_t eop = 1 << 24;  ///< command: end of packet
inline constexpr uint32_t ifcs = 1 << 25; ///< command: insert the FCS
inline constexpr uint32_t rs = 1 << 27;   ///< command: report status
} // namespace txd

} // namespace verdict::e1000
