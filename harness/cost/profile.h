// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include <string>
#include <vector>

#include "cost/counters.h"
#include "qemu/symbols.h"

namespace verdict::cost {

/// Part of a guest that instructions are added up for.
enum class Range { driver, xdp_ring, bpf, page_pool, kernel, user };

inline constexpr Range ranges[] = { Range::driver,    Range::xdp_ring, Range::bpf,
                                    Range::page_pool, Range::kernel,   Range::user };

const char *to_string(Range range);

/// Where a function belongs; null is user space. The driver is the module of that name, BPF is
/// programs with their dispatcher and trampolines, other modules are the kernel's.
Range range_of(const Symbol *symbol, const std::string &driver);

/// What went into one function.
struct FunctionCost {
  std::string name; ///< "e1000_clean [e1000]", "(user space)"
  Range range = Range::kernel;
  double instructions = 0;
};

/// Instructions by function, most first.
std::vector<FunctionCost> profile(const Counts &counts, const Symbols &symbols,
                                  const std::string &driver);

/// All instructions of a profile, or those of a range.
double total(const std::vector<FunctionCost> &functions);
double total(const std::vector<FunctionCost> &functions, Range range);

} // namespace verdict::cost
