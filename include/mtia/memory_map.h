// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Addresses as every core of the device sees them. Also included by assembly
// and linker scripts: only plain constants.
//
// DRAM stands where QEMU's `virt` machine has its memory, so that an ordinary
// program's ELF runs on both (docs/decisions.md, D7).
#ifndef MTIA_MEMORY_MAP_H
#define MTIA_MEMORY_MAP_H

// Timer and software interrupts of the cores: registers, no memory. Where QEMU has them.
#define MTIA_CLINT_BASE 0x02000000
#define MTIA_CLINT_SIZE 0x00010000

// Local memory of the PE that executes the access. 128 KB on mtia_v1; room for 1 MB.
#define MTIA_LOCAL_BASE 0x10000000
#define MTIA_LOCAL_SIZE 0x00020000
#define MTIA_LOCAL_ROOM 0x00100000

// Windows on the local memory of every PE of the full grid:
// MTIA_REMOTE_BASE + (row * MTIA_REMOTE_COLUMNS + column) * MTIA_LOCAL_ROOM.
#define MTIA_REMOTE_BASE 0x20000000
#define MTIA_REMOTE_COLUMNS 16
#define MTIA_REMOTE_SIZE 0x10000000

// On-chip SRAM: 128 MB on mtia_v1; room for 1 GB.
#define MTIA_SRAM_BASE 0x40000000
#define MTIA_SRAM_SIZE 0x08000000
#define MTIA_SRAM_ROOM 0x40000000

// LPDDR5. Programs are linked to its start.
#define MTIA_DRAM_BASE 0x80000000
#define MTIA_DRAM_SIZE 0x1000000000

// A DMA address, pitch and CB stride is a multiple of this (docs/isa/xmtia.md, 3).
#define MTIA_DMA_ALIGN 32

#endif
