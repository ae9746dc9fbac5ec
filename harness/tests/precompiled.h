// SPDX-License-Identifier: GPL-2.0-only
// base/precompiled.h, and what a test needs.
#pragma once

#include "base/precompiled.h"

#include <gmock/gmock.h>
