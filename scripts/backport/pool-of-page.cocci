// SPDX-License-Identifier: GPL-2.0-only
// What page_pool keeps of a page lies in struct page itself.
// lacks: include/net/netmem.h pp_page_to_nmdesc

@@
expression page;
@@
- pp_page_to_nmdesc(page)->pp
+ page->pp
