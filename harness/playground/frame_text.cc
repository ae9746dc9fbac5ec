// SPDX-License-Identifier: GPL-2.0-only
#include "playground/frame_text.h"

#include <array>
#include <charconv>
#include <limits>
#include <map>
#include <optional>
#include <vector>

#include "base/text.h"
#include "guest/hex.h"
#include "packet/builder.h"

namespace verdict::playground {

const char *const frame_help =
    R"(A frame is a kind and what is to be set in it, as name=value:
  udp    sport= dport=          tcp    sport= dport= flags=syn,ack seq= ack=
  ping   id= seq=               arp    asks for the guest's address
  test   type=0x88b5            hex    its bytes: hex 525400000000 020000000000 88b5
all but hex     smac= dmac= vlan=ID, and size= (the frame's, in bytes) or text= (what it carries)
udp, tcp, ping  src= dst= ttl=
What is left out is right: addresses of the cable's two ends, lengths, checksums.
)";

namespace {

constexpr size_t longest_frame = 16384; ///< with room to spare above what the NICs take

/// A number, in decimal or with 0x before it.
std::optional<uint64_t> number_of(std::string_view text, int base = 10)
{
  if (text.starts_with("0x")) {
    text.remove_prefix(2);
    base = 16;
  }
  uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, base);
  if (error != std::errc() || end != text.data() + text.size())
    return {};
  return value;
}

/// Parts of a text between separators; an empty text has one empty part.
std::vector<std::string_view> parts_of(std::string_view text, char separator)
{
  std::vector<std::string_view> parts;
  for (size_t end; (end = text.find(separator)) != text.npos; text.remove_prefix(end + 1))
    parts.push_back(text.substr(0, end));
  parts.push_back(text);
  return parts;
}

/// An address from its parts. Error: not as many as it has bytes, or one that is no byte.
template <typename Address>
Result<Address> address_of(const std::string &text, char separator, int base)
{
  Address address;
  const auto parts = parts_of(text, separator);
  if (parts.size() != address.bytes.size())
    return fail("\"" + text + "\" is no address: it must have " +
                std::to_string(address.bytes.size()) + " parts");
  for (size_t i = 0; i < parts.size(); i++) {
    const auto value = number_of(parts[i], base);
    if (!value || *value > 255)
      return fail("\"" + text + "\" is no address: \"" + std::string(parts[i]) + "\"");
    address.bytes[i] = static_cast<uint8_t>(*value);
  }
  return address;
}

/// What was written as name=value. Each is taken once; what is left in the end is unknown.
class Settings {
public:
  static Result<Settings> of(std::span<const std::string> words)
  {
    Settings settings;
    for (const std::string &word : words) {
      const size_t equals = word.find('=');
      if (equals == word.npos || equals == 0)
        return fail("\"" + word + "\" is no name=value");
      if (!settings.values_.emplace(word.substr(0, equals), word.substr(equals + 1)).second)
        return fail(word.substr(0, equals) + " is there twice");
    }
    return settings;
  }

  std::optional<std::string> take(const std::string &name)
  {
    const auto node = values_.extract(name);
    return node ? std::optional(node.mapped()) : std::nullopt;
  }

  /// A number that fits what it is to set; that stays as it is if the name is not there.
  template <typename Number>
  Result<void> number(const std::string &name, Number &target,
                      uint64_t most = std::numeric_limits<Number>::max())
  {
    const auto text = take(name);
    if (!text)
      return {};
    const auto value = number_of(*text);
    if (!value || *value > most)
      return fail(name + "=" + *text + ": it must be a number up to " + std::to_string(most));
    target = static_cast<Number>(*value);
    return {};
  }

  Result<void> mac(const std::string &name, MacAddress &target)
  {
    if (const auto text = take(name))
      target = TRY(address_of<MacAddress>(*text, ':', 16));
    return {};
  }

  Result<void> ip(const std::string &name, Ipv4Address &target)
  {
    if (const auto text = take(name))
      target = TRY(address_of<Ipv4Address>(*text, '.', 10));
    return {};
  }

  Result<void> done(const std::string &kind) const
  {
    if (values_.empty())
      return {};
    return fail(kind + " has no " + values_.begin()->first + "=");
  }

private:
  std::map<std::string, std::string> values_;
};

Result<uint8_t> tcp_flags(const std::string &text)
{
  constexpr std::array<std::string_view, 6> names{ "fin", "syn", "rst", "psh", "ack", "urg" };
  uint8_t flags = 0;
  for (const std::string_view part : parts_of(text, ',')) {
    const auto name = std::find(names.begin(), names.end(), part);
    if (name == names.end())
      return fail("\"" + std::string(part) + "\" is no flag of TCP");
    flags |= 1 << (name - names.begin());
  }
  return flags;
}

Result<Ipv4> ipv4(Settings &settings, const NicAddress &nic)
{
  Ipv4 ip{ .src = nic.host_ip, .dst = nic.guest_ip };
  TRY(settings.ip("src", ip.src));
  TRY(settings.ip("dst", ip.dst));
  TRY(settings.number("ttl", ip.ttl));
  return ip;
}

Result<Layer> udp(Settings &settings)
{
  Udp udp{ .src_port = 1024, .dst_port = 1024 };
  TRY(settings.number("sport", udp.src_port));
  TRY(settings.number("dport", udp.dst_port));
  return udp;
}

Result<Layer> tcp(Settings &settings)
{
  Tcp tcp{ .src_port = 1024, .dst_port = 1024, .flags = tcp_syn };
  TRY(settings.number("sport", tcp.src_port));
  TRY(settings.number("dport", tcp.dst_port));
  TRY(settings.number("seq", tcp.sequence));
  TRY(settings.number("ack", tcp.acknowledgement));
  if (const auto flags = settings.take("flags"))
    tcp.flags = TRY(tcp_flags(*flags));
  return tcp;
}

Result<Layer> ping(Settings &settings)
{
  IcmpEcho echo{ .type = 8, .id = 1, .sequence = 1 };
  TRY(settings.number("id", echo.id));
  TRY(settings.number("seq", echo.sequence));
  return echo;
}

Layer arp(const NicAddress &nic)
{
  return Arp{
    .operation = 1, .sender_mac = nic.host_mac, .sender_ip = nic.host_ip, .target_ip = nic.guest_ip
  };
}

/// The headers behind Ethernet and VLAN tag.
Result<std::vector<Layer>> headers(const std::string &kind, Settings &settings,
                                   const NicAddress &nic)
{
  if (kind == "udp")
    return std::vector<Layer>{ TRY(ipv4(settings, nic)), TRY(udp(settings)) };
  if (kind == "tcp")
    return std::vector<Layer>{ TRY(ipv4(settings, nic)), TRY(tcp(settings)) };
  if (kind == "ping")
    return std::vector<Layer>{ TRY(ipv4(settings, nic)), TRY(ping(settings)) };
  if (kind == "arp")
    return std::vector<Layer>{ arp(nic) };
  if (kind == "test")
    return std::vector<Layer>{};
  return fail("\"" + kind + "\" is no kind of frame; there are udp, tcp, ping, arp, test and hex");
}

/// Ethernet, and a VLAN tag if one is asked for. The type stands before what it tells of.
Result<std::vector<Layer>> link_layers(const std::string &kind, Settings &settings,
                                       const NicAddress &nic)
{
  Ethernet ethernet{ .dst = kind == "arp" ? broadcast_mac : nic.guest_mac, .src = nic.host_mac };
  TRY(settings.mac("dmac", ethernet.dst));
  TRY(settings.mac("smac", ethernet.src));
  std::optional<uint16_t> type;
  if (kind == "test") {
    uint16_t given = ethertype_test;
    TRY(settings.number("type", given));
    type = given;
  }
  constexpr uint16_t no_vlan = 0xffff, last_vlan = 4095;
  Vlan vlan{ .id = no_vlan };
  TRY(settings.number("vlan", vlan.id, last_vlan));
  if (vlan.id == no_vlan) {
    ethernet.type = type;
    return std::vector<Layer>{ ethernet };
  }
  vlan.type = type;
  return std::vector<Layer>{ ethernet, vlan };
}

/// What the frame carries behind its headers.
Result<Payload> payload(Settings &settings, size_t headers)
{
  const auto text = settings.take("text");
  size_t size = 0;
  TRY(settings.number("size", size, longest_frame));
  if (text && size)
    return fail("either text= or size=");
  if (text)
    return Payload{ { text->begin(), text->end() } };
  if (size && size < headers)
    return fail("size=" + std::to_string(size) + " is too small: the headers alone have " +
                count_of(headers, "byte"));
  return size ? pattern(0, size - headers) : Payload{};
}

Result<Frame> from_bytes(std::span<const std::string> words)
{
  std::string digits;
  for (const std::string &word : words)
    digits += word;
  const auto bytes = TRY(guest::from_hex(digits));
  if (bytes.empty() || bytes.size() > longest_frame)
    return fail("a frame has 1 to " + std::to_string(longest_frame) + " bytes");
  return Frame{ bytes };
}

} // namespace

Result<Frame> parse_frame(std::span<const std::string> words, const NicAddress &nic)
{
  if (words.empty())
    return fail("no frame is described; \"help send\" says how");
  const std::string &kind = words.front();
  if (kind == "hex")
    return from_bytes(words.subspan(1));
  Settings settings = TRY(Settings::of(words.subspan(1)));
  std::vector<Layer> layers = TRY(link_layers(kind, settings, nic));
  for (const Layer &header : TRY(headers(kind, settings, nic)))
    layers.push_back(header);
  layers.push_back(TRY(payload(settings, build(layers).size())));
  TRY(settings.done(kind));
  return build(layers);
}

} // namespace verdict::playground
