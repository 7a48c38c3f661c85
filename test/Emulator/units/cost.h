// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What each command costs, in cycles, from the parameters of the device (device.h,
// docs/timing.md), when nothing else is in its way. Written from docs/timing.md; shares nothing
// with the emulator's units. cost_test.c measures; the pages of the commands show these functions.
#ifndef COST_H
#define COST_H

#include "device.h"

#include <stdbool.h>
#include <stdint.h>

struct cost {
  uint64_t occupies; // of the unit, from the start on; then the next command can start
  uint64_t latency;  // from then until the result is there and the command has completed
};

//===-- Cycles of the core that issues ----------------------------------------===//

// Every instruction of Xmtia takes its core one cycle. The CP answers those that read it later.
uint64_t cost_issue(const struct mtia_device_params *p);
uint64_t cost_read(const struct mtia_device_params *p);
// hops: to the counter's PE.
uint64_t cost_tas(const struct mtia_device_params *p, unsigned hops);
// From the arrival of the last member until all go on.
uint64_t cost_barrier(const struct mtia_device_params *p, unsigned scope, unsigned rows,
                      unsigned cols);

//===-- From issue on ---------------------------------------------------------===//

// From the issue of a command until its start, if nothing is in its way.
uint64_t cost_dispatch(const struct mtia_device_params *p);
// From the event that a core waited for until its next instruction.
uint64_t cost_wake(const struct mtia_device_params *p);
// From the issue of ctr.add until its addition.
uint64_t cost_add(const struct mtia_device_params *p, unsigned hops);

//===-- Units -----------------------------------------------------------------===//

// rows, cols: those of the tile that are inside of the block.
struct cost cost_mml(const struct mtia_device_params *p, unsigned rows, unsigned cols);
struct cost cost_zero(const struct mtia_device_params *p);
// rows: words of the vector inside of the block.
struct cost cost_bias(const struct mtia_device_params *p, unsigned words);
struct cost cost_load(const struct mtia_device_params *p, unsigned rows, unsigned cols);
// latency: until the tile is at the neighbour, if it is sent.
struct cost cost_red(const struct mtia_device_params *p, bool sends);
// function: of QMODE, applied behind the scale.
struct cost cost_drain(const struct mtia_device_params *p, unsigned rows, unsigned cols,
                       bool function);
struct cost cost_minmax(const struct mtia_device_params *p, unsigned rows, unsigned cols);
// bits: of the widest of the types of inputs and output. function: 8 to 14.
struct cost cost_elements(const struct mtia_device_params *p, uint64_t elements, unsigned bits,
                          bool function);
// bits: of the input's type.
struct cost cost_rows(const struct mtia_device_params *p, unsigned rows, unsigned elements,
                      unsigned bits);
// Bits of an element: 4, 8, 16 or 32.
struct cost cost_copy(const struct mtia_device_params *p, unsigned rows, unsigned cols,
                      unsigned bits);
struct cost cost_transpose(const struct mtia_device_params *p, unsigned rows, unsigned cols,
                           unsigned bits);

//===-- Fabric interface ------------------------------------------------------===//

enum cost_memory { COST_SRAM, COST_DRAM, COST_REMOTE };

// What a DMA moves: rows of `width` bytes, `pitch` apart, from byte `offset` of the memory on.
struct cost_dma {
  enum cost_memory memory;
  bool out;
  unsigned hops; // to the slice, channel or PE
  uint64_t offset, rows, width, pitch;
};

// Holds for up to fi_outstanding requests, with everything to themselves and without conflicts of
// banks. Commands that queue up leave without fi_setup, one behind the other.
struct cost cost_dma(const struct mtia_device_params *p, const struct cost_dma *d);
// The same with whole sectors of 32 bytes: the rows may begin anywhere.
struct cost cost_gather(const struct mtia_device_params *p, const struct cost_dma *d);
// Where no SRAM caches DRAM.
struct cost cost_prefetch(const struct mtia_device_params *p, const struct cost_dma *d);

#endif
