// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include "base/result.h"
#include "lab/column.h"
#include "lab/places.h"
#include "qemu/golden_image.h"
#include "qemu/machine_config.h"

namespace verdict {

/// A NIC as the QEMU of this machine can have it: with those of its older options that it knows.
Result<NicConfig> device_of(const Nic &nic, const Places &places);

/// How a column's guest is made. Error: its image does not exist.
Result<GoldenSpec> golden_spec(const Column &column, const Places &places);

} // namespace verdict
