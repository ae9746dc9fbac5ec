// SPDX-License-Identifier: GPL-2.0-only
// The NAPI has an id and settings that outlive a reset. Where there is no such function a
// NAPI keeps its id as long as it lives.
// mends: netif_napi_add_config include/linux/netdevice.h

@ config @
identifier netdev, adapter;
@@
- netif_napi_add(netdev, &adapter->napi, e1000_clean);
+ netif_napi_add_config(netdev, &adapter->napi, e1000_clean, 0);
