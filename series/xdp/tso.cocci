// SPDX-License-Identifier: GPL-2.0-only
// Takes off: the limit for TSO frames.
// gone: e1000_limit_tso

@ function @
@@
- void e1000_limit_tso(...) { ... }

@ declared @
@@
- void e1000_limit_tso(...);
