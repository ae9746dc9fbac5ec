/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The memory that the plugin and its user share: a file of sizeof(struct
 * cost_page) bytes, all zero but for what the user sets, mapped by both. The
 * plugin writes while the guest runs; a field that both write there is none.
 */
#ifndef COST_COUNTERS_H
#define COST_COUNTERS_H

#ifdef __cplusplus
#include <cstdint>
#else
#include <stdint.h>
#endif

/* Goes up with every change of what follows. */
#define COST_LAYOUT 1

/* A guest touches about 100,000 different instructions on its way. */
#define COST_INSTRUCTIONS (1u << 20)
#define COST_ACCESSES 1024u
#define COST_DEVICES 32u
#define COST_NAME 32u

/* Where modules are on x86-64; see Documentation/arch/x86/x86_64/mm.rst of Linux. */
#define COST_MODULES_START 0xffffffffc0000000ull
#define COST_MODULES_END 0xffffffffff000000ull

/* An instruction of the guest, by its virtual address; a slot of a hash table. */
struct cost_instruction {
	uint64_t address;	/* 0: the slot is free */
	uint64_t count;		/* how often it was begun */
};

/* Accesses to one register of a device; a slot of a list. */
struct cost_access {
	uint64_t address;	/* virtual */
	uint64_t physical;	/* so that devices of one kind can be told apart */
	uint64_t reads;
	uint64_t writes;
	uint32_t device;	/* index into names */
	uint32_t used;
};

struct cost_page {
	/* The plugin's. */
	uint32_t layout;	/* COST_LAYOUT, once all the rest may be used */
	uint32_t full;		/* a table was too small: the counts are not all there */
	uint32_t waiting;	/* how often the guest has come to the gate */
	uint32_t unused;
	uint64_t blocks;	/* translated blocks begun: stands still while the guest does */
	/* The user's. */
	uint64_t gate;		/* an address at which the guest waits, or 0 */
	uint32_t passes;	/* it may pass when this is no less than waiting */
	uint32_t unused_too;
	/* The plugin's. */
	char names[COST_DEVICES][COST_NAME];
	struct cost_access accesses[COST_ACCESSES];
	struct cost_instruction instructions[COST_INSTRUCTIONS];
};

#endif /* COST_COUNTERS_H */
