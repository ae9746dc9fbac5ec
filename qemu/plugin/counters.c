// SPDX-License-Identifier: GPL-2.0-only
/*
 * A TCG plugin that counts every instruction of a guest by its address, and every
 * access to a device's registers, into memory that another process reads while
 * the guest runs (counters.h): -plugin counters.so,fd=N
 *
 * Each instruction has a counter of its own, which is added to by code in the
 * translated block: that is exact also where an exception or an access to a
 * device ends a block halfway, which a counter for each block is not.
 *
 * For machines with one CPU.
 */
#include "counters.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>

#include "api.h"

COST_EXPORT int qemu_plugin_version = COST_API_VERSION;
COST_EXPORT int qemu_plugin_install(qemu_plugin_id_t id, const qemu_info_t *info, int argc,
				    char **argv);

/* The gate opens by itself after so long, so that a guest whose user has gone is no corpse. */
#define GATE_NAPS 20000
#define GATE_NAP_NS 50000

static struct cost_page *page;

static uint64_t hash(uint64_t address)
{
	return (address * 0x9e3779b97f4a7c15ull) >> 44;
}

/* The counter of the instruction at an address; a lost one when the table is full. */
static uint64_t *counter_of(uint64_t address)
{
	static uint64_t lost;
	uint32_t start = hash(address) % COST_INSTRUCTIONS;

	for (uint32_t i = 0; i < COST_INSTRUCTIONS; i++) {
		struct cost_instruction *slot =
			&page->instructions[(start + i) % COST_INSTRUCTIONS];

		if (!slot->address)
			slot->address = address;
		if (slot->address == address)
			return &slot->count;
	}
	page->full = 1;
	return &lost;
}

static uint32_t device_of(const char *name)
{
	uint32_t i;

	for (i = 0; i < COST_DEVICES && page->names[i][0]; i++) {
		if (!strncmp(page->names[i], name, COST_NAME - 1))
			return i;
	}
	if (i == COST_DEVICES) {
		page->full = 1;
		return 0;
	}
	snprintf(page->names[i], COST_NAME, "%s", name);
	return i;
}

static struct cost_access *access_of(uint64_t address, const struct qemu_plugin_hwaddr *where)
{
	uint32_t i;

	for (i = 0; i < COST_ACCESSES && page->accesses[i].used; i++) {
		if (page->accesses[i].address == address)
			return &page->accesses[i];
	}
	if (i == COST_ACCESSES) {
		page->full = 1;
		return &page->accesses[0];
	}
	page->accesses[i].address = address;
	page->accesses[i].physical = qemu_plugin_hwaddr_phys_addr(where);
	page->accesses[i].device = device_of(qemu_plugin_hwaddr_device_name(where));
	page->accesses[i].used = 1;
	return &page->accesses[i];
}

static void on_access(unsigned int vcpu, qemu_plugin_meminfo_t info, uint64_t address, void *data)
{
	struct qemu_plugin_hwaddr *where = qemu_plugin_get_hwaddr(info, address);
	struct cost_access *access;

	(void)vcpu;
	(void)data;
	if (!where || !qemu_plugin_hwaddr_is_io(where))
		return;
	access = access_of(address, where);
	if (qemu_plugin_mem_is_store(info))
		access->writes++;
	else
		access->reads++;
}

/* Runs where a function may begin; the guest stands still while it waits. */
static void on_entry(unsigned int vcpu, void *data)
{
	const struct timespec nap = { .tv_nsec = GATE_NAP_NS };
	uint32_t ticket;

	(void)vcpu;
	if (__atomic_load_n(&page->gate, __ATOMIC_RELAXED) != (uint64_t)(uintptr_t)data)
		return;
	ticket = page->waiting + 1;
	__atomic_store_n(&page->waiting, ticket, __ATOMIC_RELEASE);
	for (int i = 0; i < GATE_NAPS; i++) {
		if (__atomic_load_n(&page->passes, __ATOMIC_ACQUIRE) >= ticket ||
		    !__atomic_load_n(&page->gate, __ATOMIC_RELAXED))
			return;
		nanosleep(&nap, NULL);
	}
}

/*
 * Drivers are modules, or programs like DPDK's; nothing else is asked for its
 * accesses, as asking is dear.
 */
static int may_drive_a_device(uint64_t address)
{
	return (address >= COST_MODULES_START && address < COST_MODULES_END) ||
	       address < 1ull << 47;
}

/*
 * The gate is known only after some code was translated; a function of a driver
 * begins at such an address.
 */
static int may_be_gate(uint64_t address)
{
	return address % 16 == 0 && may_drive_a_device(address);
}

static void on_translation(qemu_plugin_id_t id, struct qemu_plugin_tb *tb)
{
	uint64_t start = qemu_plugin_tb_vaddr(tb);

	(void)id;
	qemu_plugin_register_vcpu_tb_exec_inline(tb, QEMU_PLUGIN_INLINE_ADD_U64, &page->blocks, 1);
	if (may_be_gate(start))
		qemu_plugin_register_vcpu_tb_exec_cb(tb, on_entry, QEMU_PLUGIN_CB_NO_REGS,
						     (void *)(uintptr_t)start);
	for (size_t i = 0; i < qemu_plugin_tb_n_insns(tb); i++) {
		struct qemu_plugin_insn *insn = qemu_plugin_tb_get_insn(tb, i);
		uint64_t address = qemu_plugin_insn_vaddr(insn);

		qemu_plugin_register_vcpu_insn_exec_inline(insn, QEMU_PLUGIN_INLINE_ADD_U64,
							   counter_of(address), 1);
		if (may_drive_a_device(address))
			qemu_plugin_register_vcpu_mem_cb(insn, on_access, QEMU_PLUGIN_CB_NO_REGS,
							 QEMU_PLUGIN_MEM_RW, NULL);
	}
}

static int complain(const char *what)
{
	char text[160];

	snprintf(text, sizeof(text), "counters: %s\n", what);
	qemu_plugin_outs(text);
	fputs(text, stderr);
	return -1;
}

static int map_page(int fd)
{
	struct stat file;

	if (fstat(fd, &file) || file.st_size < (off_t)sizeof(*page))
		return complain("fd is no file of the size that counters.h asks for");
	page = mmap(NULL, sizeof(*page), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (page == MAP_FAILED)
		return complain(strerror(errno));
	return 0;
}

int qemu_plugin_install(qemu_plugin_id_t id, const qemu_info_t *info, int argc, char **argv)
{
	if (!info->system_emulation || info->system.max_vcpus != 1)
		return complain("this is for machines with one CPU");
	if (argc != 1 || strncmp(argv[0], "fd=", 3))
		return complain("usage: -plugin counters.so,fd=N");
	if (map_page(atoi(argv[0] + 3)))
		return -1;
	qemu_plugin_register_vcpu_tb_trans_cb(id, on_translation);
	__atomic_store_n(&page->layout, COST_LAYOUT, __ATOMIC_RELEASE);
	return 0;
}
