// SPDX-License-Identifier: GPL-2.0-only
#include "tests/suite/examples.h"

#include <future>

namespace verdict {

Result<void> ExampleTest::load_example(const std::string &example,
                                       const std::vector<std::string> &programs, bool bound)
{
  attaches_by_itself();
  TRY(agent().bpf_load("examples/" + example + ".bpf.o", "example", programs,
                       { .bound_to = bound ? ifname() : "" }));
  return {};
}

Result<void> ExampleTest::attach_example(const std::string &program, size_t nic)
{
  return agent().xdp_attach(ifname(nic), { "example", program }, { .mode = column().mode() });
}

Result<ExampleTest::Exchanged>
ExampleTest::exchange_while(const std::function<Frame(size_t number)> &frame,
                            const std::function<Result<void>()> &change)
{
  constexpr size_t burst = 32, bursts_around = 4;
  Exchanged all;
  const auto exchange_burst = [&]() -> Result<void> {
    for (size_t i = 0; i < burst; i++)
      all.sent.push_back(frame(all.sent.size()));
    const auto back = TRY(wire().exchange_for(std::span(all.sent).last(burst), burst));
    all.back.insert(all.back.end(), back.begin(), back.end());
    return {};
  };
  for (size_t i = 0; i < bursts_around; i++)
    TRY(exchange_burst());
  auto changed = std::async(std::launch::async, change);
  while (changed.wait_for(milliseconds(0)) != std::future_status::ready)
    TRY(exchange_burst());
  TRY(changed.get());
  for (size_t i = 0; i < bursts_around; i++)
    TRY(exchange_burst());
  return all;
}

uint64_t ExampleTest::counted(uint32_t which)
{
  const auto sums = agent().map_sum("example", "counters", { which });
  EXPECT_OK(sums);
  return sums ? sums->front() : 0;
}

} // namespace verdict
