// SPDX-License-Identifier: GPL-2.0-only
// Takes off: what a Tx descriptor holds besides skbs.
// gone: E1000_TX_WAKE_THRESHOLD
// gone: e1000_tx_kind
// gone: e1000_tx_done
// gone: e1000_stack_needs
// gone: e1000_82547_reserve_fifo
// gone: e1000_unmap_and_free_tx_resource

@ threshold @
expression E;
@@
- #define E1000_TX_WAKE_THRESHOLD E

@ kinds @
@@
- enum e1000_tx_kind { ... };

@ done @
@@
- struct e1000_tx_done { ... };

@ declarations @
identifier f = { e1000_xdp_free_tx, e1000_free_parked_tx, e1000_complete_tx,
		 e1000_unmap_and_free_tx_resource };
type T;
@@
- T f(...);

@ functions @
identifier f = { e1000_stack_needs, e1000_82547_reserve_fifo };
type T;
@@
- T f(...) { ... }
