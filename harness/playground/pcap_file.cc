// SPDX-License-Identifier: GPL-2.0-only
#include "playground/pcap_file.h"

#include <memory>

#include <fmt/format.h>
#include <pcap/pcap.h>

namespace verdict::playground {

Result<std::vector<Frame>> read_capture(const std::filesystem::path &path)
{
  char cause[PCAP_ERRBUF_SIZE];
  const std::unique_ptr<pcap_t, decltype(&::pcap_close)> file(
      ::pcap_open_offline(path.c_str(), cause), ::pcap_close);
  if (!file)
    return fail(cause);
  if (::pcap_datalink(file.get()) != DLT_EN10MB)
    return fail(path.string() + ": the frames in it are not of an Ethernet");

  std::vector<Frame> frames;
  pcap_pkthdr *header = nullptr;
  const u_char *data = nullptr;
  int got;
  while ((got = ::pcap_next_ex(file.get(), &header, &data)) == 1) {
    if (header->caplen != header->len)
      return fail(fmt::format("{}: of frame {} only {} of {} bytes were captured", path.string(),
                              frames.size(), header->caplen, header->len));
    frames.push_back({ { data, data + header->caplen } });
  }
  if (got == PCAP_ERROR)
    return fail(path.string() + ": " + ::pcap_geterr(file.get()));
  return frames;
}

} // namespace verdict::playground
