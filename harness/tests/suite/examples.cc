// SPDX-License-Identifier: GPL-2.0-only
#include "tests/suite/examples.h"

namespace verdict {

Result<void> ExampleTest::load_example(const std::string &example,
                                       const std::vector<std::string> &programs, bool bound)
{
  attaches_by_itself();
  TRY(agent().bpf_load("examples/" + example + ".bpf.o", "example", programs,
                       bound ? ifname() : ""));
  return {};
}

Result<void> ExampleTest::attach_example(const std::string &program, size_t nic)
{
  return agent().xdp_attach(ifname(nic), { "example", program }, { .mode = column().mode() });
}

uint64_t ExampleTest::counted(uint32_t which)
{
  const auto sums = agent().map_sum("example", "counters", { which });
  EXPECT_OK(sums);
  return sums ? sums->front() : 0;
}

} // namespace verdict
