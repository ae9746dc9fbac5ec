// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include "base/result.h"
#include "lab/column.h"
#include "lab/places.h"
#include "qemu/golden_image.h"

namespace verdict {

/// How a column's guest is made. Error: its image does not exist.
Result<GoldenSpec> golden_spec(const Column &column, const Places &places);

} // namespace verdict
