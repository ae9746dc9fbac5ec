// SPDX-License-Identifier: GPL-2.0-only
#include "floor/answer.h"

#include <algorithm>
#include <cstring>

#include <arpa/inet.h>
#include <net/ethernet.h>
#include <netinet/if_ether.h>
#include <netinet/ip.h>
#include <netinet/ip_icmp.h>

namespace verdict::floor {

namespace {

bool make_arp_reply(const Host &host, uint8_t *frame)
{
  ether_arp arp;
  std::memcpy(&arp, frame + ETH_HLEN, sizeof(arp));
  if (ntohs(arp.ea_hdr.ar_op) != ARPOP_REQUEST ||
      !std::equal(host.ip.begin(), host.ip.end(), arp.arp_tpa))
    return false;
  arp.ea_hdr.ar_op = htons(ARPOP_REPLY);
  std::memcpy(arp.arp_tha, arp.arp_sha, sizeof(arp.arp_tha));
  std::memcpy(arp.arp_tpa, arp.arp_spa, sizeof(arp.arp_tpa));
  std::copy(host.mac.begin(), host.mac.end(), arp.arp_sha);
  std::copy(host.ip.begin(), host.ip.end(), arp.arp_spa);
  std::memcpy(frame + ETH_HLEN, &arp, sizeof(arp));
  return true;
}

/// The checksum changes by what the type does: RFC 1624. Both addresses stay in the IP header's
/// sum.
bool make_echo_reply(const Host &host, uint8_t *frame)
{
  iphdr ip;
  icmphdr icmp;
  uint8_t *const icmp_at = frame + ETH_HLEN + sizeof(ip);
  std::memcpy(&ip, frame + ETH_HLEN, sizeof(ip));
  std::memcpy(&icmp, icmp_at, sizeof(icmp));
  if (ip.version != 4 || ip.ihl != 5 || ip.protocol != IPPROTO_ICMP ||
      (ntohs(ip.frag_off) & (IP_MF | IP_OFFMASK)) || icmp.type != ICMP_ECHO ||
      std::memcmp(&ip.daddr, host.ip.data(), host.ip.size()) != 0)
    return false;
  std::swap(ip.saddr, ip.daddr);
  icmp.type = ICMP_ECHOREPLY;
  const uint32_t sum = ntohs(icmp.checksum) + (ICMP_ECHO << 8);
  icmp.checksum = htons(static_cast<uint16_t>(sum + (sum >> 16)));
  std::memcpy(frame + ETH_HLEN, &ip, sizeof(ip));
  std::memcpy(icmp_at, &icmp, sizeof(icmp));
  return true;
}

} // namespace

void swap_addresses(uint8_t *frame)
{
  std::swap_ranges(frame, frame + ETH_ALEN, frame + ETH_ALEN);
}

bool make_answer(const Host &host, uint8_t *frame, uint32_t length)
{
  if (length < ETH_HLEN)
    return false;
  uint16_t type;
  std::memcpy(&type, frame + 2 * ETH_ALEN, sizeof(type));
  const bool answered =
      (ntohs(type) == ETH_P_ARP && length >= ETH_HLEN + sizeof(ether_arp) &&
       make_arp_reply(host, frame)) ||
      (ntohs(type) == ETH_P_IP && length >= ETH_HLEN + sizeof(iphdr) + sizeof(icmphdr) &&
       make_echo_reply(host, frame));
  if (!answered)
    return false;
  std::copy(frame + ETH_ALEN, frame + 2 * ETH_ALEN, frame);
  std::copy(host.mac.begin(), host.mac.end(), frame + ETH_ALEN);
  return true;
}

} // namespace verdict::floor
