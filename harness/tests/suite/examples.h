// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include <string>
#include <vector>

#include "base/bytes.h"
#include "tests/suite/xdp_fixture.h"

namespace verdict {

/// A test of one of the examples in selftests/drivers/net/xdp/examples. In the guest they are in
/// /bpf/examples.
class ExampleTest : public XdpTest {
protected:
  /// Loads an example's programs, bound to NIC 0 if they ask its driver for metadata.
  Result<void> load_example(const std::string &example, const std::vector<std::string> &programs,
                            bool bound = false);

  /// Attaches one of them.
  Result<void> attach_example(const std::string &program, size_t nic = 0);

  /// Sets an entry of one of its maps.
  template <typename Key, typename Value>
  Result<void> set(const std::string &map, const Key &key, const Value &value)
  {
    return agent().map_update("example", map, bytes_of(key), bytes_of(value));
  }

  /// An entry of one of its maps.
  template <typename Value, typename Key>
  Result<Value> get(const std::string &map, const Key &key)
  {
    return object_of<Value>(TRY(agent().map_lookup("example", map, bytes_of(key))));
  }

  /// Frames that were injected at NIC 0, and what came back, both in order.
  struct Exchanged {
    std::vector<Frame> sent, back;
  };

  /// Frames that all come back, as `frame` numbers them, before, while and after something is
  /// changed in the guest.
  Result<Exchanged> exchange_while(const std::function<Frame(size_t number)> &frame,
                                   const std::function<Result<void>()> &change);

  /// A counter of the example (counters.h), summed over the CPUs; a failed look-up fails the test.
  uint64_t counted(uint32_t which);
};

} // namespace verdict
