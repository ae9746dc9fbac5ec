// SPDX-License-Identifier: GPL-2.0-only
// What nearly every file of the suite includes, compiled once.
#pragma once

#include "tests/precompiled.h"

#include "tests/suite/xdp_fixture.h"
