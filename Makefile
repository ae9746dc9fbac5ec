# SPDX-License-Identifier: GPL-2.0-only
# What people type. `make help` lists it; everything built lands in out/.

MAKEFLAGS += --no-print-directory
# Two at a time of what does not wait for each other: the first set-up waits for the network while
# the harness is compiled.
MAKEFLAGS += -j2
export OUT ?= $(CURDIR)/out
# stable: 6.12, or next: the newest that Debian has.
export KERNEL ?= stable
PREFIX := $(filter-out stable-,$(KERNEL)-)
# One more than cores: tests that change the MTU wait a second for QEMU.
JOBS ?= $(shell expr $$(nproc) + 1)

.PHONY: help packages setup tree modules kernel guest debug-guest suite tool harness sanitizers verdicts
.PHONY: shell shell-tool doctor
.PHONY: check deep arm64 cost upstream next-guest mutant-guest mutants lint builds native-builds series series-check
.PHONY: docs clean

help:
	@echo "make verdicts  the main job: prove every verdict on the NIC's wire, print the matrix"
	@echo "make shell     a VM with the driver, a prompt in it, and the other end of each wire"
	@echo "make check     every test that CI runs: lint, the harness's own, the verdicts, a part of deep"
	@echo "make deep      everything on the debug kernel (KASAN, lockdep, kmemleak ...), and long storms"
	@echo "make arm64     the verdicts on arm64 with pages of 64 KiB, where a page has several buffers"
	@echo "make cost      instructions and register accesses a frame, beside the peers'; out/cost"
	@echo "make upstream  the newest kernel's own driver tests, beside the peers'; out/upstream/report.txt"
	@echo "make mutants   faults put into the driver, and which tests notice them; out/mutants/report.txt"
	@echo "make lint      checkpatch, kernel-doc, clang-format (part of make check)"
	@echo "make builds    the driver compiled as netdev's CI does: sparse, clang, i386, big-endian, arm64 ..."
	@echo "make series    the patches as mails for netdev, in out/series; see Documentation/sending.md"
	@echo "make series-check  each of these mails applied, checked and built as netdev's CI does, and booted"
	@echo "make docs      our pages of the kernel's documentation, built as the kernel does; out/docs/html"
	@echo "make tree      the patched kernel files, in out/tree"
	@echo "make modules   the patched driver for the unpatched Debian kernel, in out/modules"
	@echo "make kernel    the patched debug kernel, in out/kernel/debug"
	@echo "make guest     the guest's initramfs: agent, tools, modules, BPF programs, kselftests"
	@echo "make debug-guest  the same for the debug kernel"
	@echo "make harness   verdict, the C++ harness, in out/harness; of it only the command: make shell-tool"
	@echo "make setup     install missing Debian packages, fetch the kernel (the others do it)"
	@echo "make doctor    what this machine lacks, and the cure"
	@echo "make clean     remove out/ (the cache stays)"
	@echo "KERNEL=next    behind any of these but mutants and arm64: on the newest kernel that Debian has"
	@echo "OUT=DIR        builds elsewhere than in out; XDG_CACHE_HOME=DIR moves the cache; JOBS=N tests at a time"

packages:
	@scripts/setup --packages

setup: packages
	@scripts/setup --kernel

tree: setup
	@scripts/assemble

modules: tree
	@scripts/modules

# After the modules, which are built in the tree that it copies from.
kernel: modules
	@scripts/kernel

guest: modules
	@scripts/guest-image

debug-guest: kernel
	@scripts/guest-image --debug

# One after the other, as they share a folder: what the tests on the wire need, the command, all.
suite: packages
	@scripts/harness verdict_suite verdict_matrix

tool: suite
	@scripts/harness verdict

harness: tool
	@scripts/harness

# After the harness, as both keep all cores busy.
sanitizers: harness
	@scripts/harness --sanitizers

verdicts: guest suite
	@scripts/verdicts --jobs $(JOBS) --only verdicts

# Of the harness only the command.
shell-tool: packages
	@scripts/harness verdict

shell: guest shell-tool
	@scripts/shell-image
	@out=$$(realpath --relative-to=. "$(OUT)") && VERDICT_KERNEL=$(KERNEL) "$$out/harness/verdict" shell

doctor:
	@scripts/doctor

mutant-guest: guest debug-guest harness
	@scripts/mutants

# Of the other kernel what make check runs on it.
next-guest: guest
	@MAKEFLAGS= $(MAKE) KERNEL=next guest

ifeq ($(KERNEL),stable)
check: mutant-guest next-guest native-builds
else
check: debug-guest harness
endif
check: guest sanitizers lint
	@scripts/shell-image
	@scripts/verdicts --jobs $(JOBS) --only check

deep: debug-guest suite
	@scripts/verdicts --jobs $(JOBS) --only deep

# After the modules, as the debug kernel.
arm64: modules suite
	@scripts/setup --arm64
	@scripts/kernel --arm64
	@scripts/guest-image --arm64
	@scripts/verdicts --jobs $(JOBS) --only arm64

cost: guest tool
	@scripts/dpdk-image
	@out=$$(realpath --relative-to=. "$(OUT)") && \
		VERDICT_KERNEL=$(KERNEL) "$$out/harness/verdict" cost --output "$$out/$(PREFIX)cost"

# The newest kernel has the tests.
upstream: tool
	@MAKEFLAGS= $(MAKE) KERNEL=next guest
	@KERNEL=next scripts/setup --selftests
	@scripts/upstream
	@out=$$(realpath --relative-to=. "$(OUT)") && VERDICT_KERNEL=next "$$out/harness/verdict" upstream

mutants: mutant-guest
	@out=$$(realpath --relative-to=. "$(OUT)") && "$$out/harness/verdict" mutants

lint: modules
	@scripts/lint

builds: lint
	@scripts/setup --builds
	@scripts/builds

# Those that need no more packages than the rest.
native-builds: tree
	@scripts/builds gcc clang

# For the newest kernel, whatever KERNEL is.
series:
	@MAKEFLAGS= $(MAKE) KERNEL=next setup
	@scripts/series

series-check: series suite
	@KERNEL=next scripts/setup --builds --series --docs
	@scripts/series-check

docs:
	@KERNEL=next scripts/setup --docs
	@scripts/docs

clean:
	@rm -rf "$(OUT)"
