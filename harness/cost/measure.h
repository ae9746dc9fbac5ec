// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "base/result.h"
#include "cost/path.h"
#include "cost/profile.h"
#include "lab/recipe.h"

namespace verdict::cost {

/// What a frame costs.
struct Measurement {
  std::string system, path;
  Point point;
  double instructions = 0;      ///< of the whole guest: the median of the windows
  double spread = 0;            ///< of the middle half of the windows, as a part of the median
  double reads = 0, writes = 0; ///< of the NICs' registers
  double out = 0;               ///< frames that the guest has sent for each that it took
  double per_poll = 0;          ///< frames for each call of the driver's poll function
  std::map<Register, Accesses> registers; ///< those of NICs by "nic0" and offset
  std::vector<FunctionCost> functions;    ///< most first
};

/// Whether QEMU takes the plugin that counts: other versions of it have another interface.
bool takes_plugin(const std::filesystem::path &plugin);

/// Measures paths, each on a machine of its own.
class Bench {
public:
  /// `plugin` is the plugin's file.
  Bench(Places places, std::filesystem::path plugin)
      : places_(std::move(places)), plugin_(std::move(plugin))
  {
  }

  /// Measures with so many windows. Error: what does not work in the guest, or frames that it did
  /// not take.
  Result<Measurement> measure(const Case &which, unsigned windows = 5);

private:
  /// The kernel's own functions, asked for once and then kept in out/golden.
  Result<Symbols> kernel_symbols(guest::Agent &agent);

  Places places_;
  std::filesystem::path plugin_;
};

} // namespace verdict::cost
