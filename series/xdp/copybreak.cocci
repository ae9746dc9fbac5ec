// SPDX-License-Identifier: GPL-2.0-only
// Takes off: the tunable. The module's parameter remains.
// gone: e1000_get_tunable
// gone: e1000_set_tunable

@ functions @
identifier f = { e1000_get_tunable, e1000_set_tunable };
@@
- int f(...) { ... }

@ declarations @
identifier f = { e1000_get_tunable, e1000_set_tunable };
@@
- int f(...);
