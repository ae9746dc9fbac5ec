// SPDX-License-Identifier: GPL-2.0-only
// Nobody tells whether a device's mappings need to be undone.
// lacks: include/linux/dma-mapping.h dma_need_unmap

@@
@@
- dma_need_unmap(...)
+ true
