// SPDX-License-Identifier: GPL-2.0-only
#pragma once

namespace verdict::guest {

/// The virtio-serial port over which host and agent speak.
inline constexpr const char *agent_port = "org.verdict.agent";

} // namespace verdict::guest
