// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "cost.h"

static uint64_t up(uint64_t a, uint64_t b) { return (a + b - 1) / b; }
static uint64_t larger(uint64_t a, uint64_t b) { return a > b ? a : b; }
static uint64_t smaller(uint64_t a, uint64_t b) { return a < b ? a : b; }

//===-- Cores -----------------------------------------------------------------===//

uint64_t cost_issue(const struct mtia_device_params *p) { return p->core_issue; }

uint64_t cost_read(const struct mtia_device_params *p) { return p->core_issue + p->cp_read; }

uint64_t cost_tas(const struct mtia_device_params *p, unsigned hops) {
  return p->core_issue + p->cp_read + 2 * hops * p->noc_hop;
}

uint64_t cost_barrier(const struct mtia_device_params *p, unsigned scope, unsigned rows,
                      unsigned cols) {
  return p->barrier_pe + (scope ? 2 * p->barrier_hop * (rows + cols - 2) : 0);
}

uint64_t cost_dispatch(const struct mtia_device_params *p) { return p->cp_dispatch; }

uint64_t cost_wake(const struct mtia_device_params *p) { return p->cp_wake; }

uint64_t cost_add(const struct mtia_device_params *p, unsigned hops) {
  return p->cp_dispatch + hops * p->noc_hop;
}

//===-- DPE, RE, SE -----------------------------------------------------------===//

struct cost cost_mml(const struct mtia_device_params *p, unsigned rows, unsigned cols) {
  if (!rows || !cols)
    return (struct cost){1, p->dpe_latency};
  return (struct cost){up(32 * larger(rows, cols), p->dpe_width), p->dpe_latency};
}

struct cost cost_zero(const struct mtia_device_params *p) { return (struct cost){p->re_zero, 0}; }

struct cost cost_bias(const struct mtia_device_params *p, unsigned words) {
  return (struct cost){words ? p->re_bias : 1, 0};
}

// A row of a tile of 32-bit words takes as many cycles as the accumulators' port needs.
static uint64_t tile(const struct mtia_device_params *p, unsigned rows, unsigned cols) {
  return larger(rows * up(4 * cols, p->re_width), 1);
}

struct cost cost_load(const struct mtia_device_params *p, unsigned rows, unsigned cols) {
  return (struct cost){tile(p, rows, cols), 0};
}

struct cost cost_red(const struct mtia_device_params *p, bool sends) {
  return (struct cost){32 * 32 * 4 / smaller(p->re_width, p->re_link_width), sends ? p->re_hop : 0};
}

struct cost cost_drain(const struct mtia_device_params *p, unsigned rows, unsigned cols,
                       bool function) {
  return (struct cost){tile(p, rows, cols), p->se_latency + (function ? p->se_function : 0)};
}

struct cost cost_minmax(const struct mtia_device_params *p, unsigned rows, unsigned cols) {
  return (struct cost){tile(p, rows, cols), p->se_latency};
}

static uint64_t rate(const struct mtia_device_params *p, unsigned bits) {
  return bits <= 8 ? p->se_int8 : bits == 16 ? p->se_fp16 : p->se_fp32;
}

struct cost cost_elements(const struct mtia_device_params *p, uint64_t elements, unsigned bits,
                          bool function) {
  return (struct cost){up(elements, rate(p, bits)),
                       p->se_latency + (function ? p->se_function : 0)};
}

struct cost cost_rows(const struct mtia_device_params *p, unsigned rows, unsigned elements,
                      unsigned bits) {
  return (struct cost){rows * up(elements, rate(p, bits)), p->se_latency};
}

//===-- MLU -------------------------------------------------------------------===//

struct cost cost_copy(const struct mtia_device_params *p, unsigned rows, unsigned cols,
                      unsigned bits) {
  return (struct cost){rows * up(up(cols * bits, 8), p->mlu_width), p->mlu_latency};
}

struct cost cost_transpose(const struct mtia_device_params *p, unsigned rows, unsigned cols,
                           unsigned bits) {
  uint64_t in = cost_copy(p, rows, cols, bits).occupies;
  uint64_t out = cost_copy(p, cols, rows, bits).occupies;
  return (struct cost){larger(in, out), p->mlu_latency};
}

//===-- FI --------------------------------------------------------------------===//

// Cycles, in 1/256, that a slice, a channel or a PE's port works on one piece.
static uint64_t service(const struct mtia_device_params *p, enum cost_memory memory,
                        uint64_t bytes) {
  if (memory == COST_DRAM)
    return up(bytes, p->dram_burst) * p->dram_burst * 100 * 256 / p->dram_channel_centi;
  return 256 * up(bytes, memory == COST_SRAM ? p->sram_slice_width : p->noc_link_width);
}

static uint64_t latency(const struct mtia_device_params *p, enum cost_memory memory) {
  return memory == COST_SRAM   ? p->sram_latency
         : memory == COST_DRAM ? p->sram_latency + p->dram_latency
                               : p->fi_remote_latency;
}

// Rows are cut into pieces that lie in one block of sram_interleave bytes, pieces into requests.
// Pieces of one slice, channel or PE wait for each other there.
static struct cost transfer(const struct mtia_device_params *p, const struct cost_dma *d,
                            uint64_t sector) {
  uint64_t unit = d->memory == COST_SRAM   ? p->sram_interleave
                  : d->memory == COST_DRAM ? p->dram_interleave
                                           : UINT64_MAX;
  uint64_t leave = 0, back = 0, busy = 0, last = UINT64_MAX;
  for (uint64_t r = 0; r < d->rows; r++) {
    uint64_t at = d->offset + r * d->pitch, end = up(at + d->width, sector) * sector;
    for (at = at / sector * sector; at < end;) {
      uint64_t bytes = smaller(end - at, p->sram_interleave - at % p->sram_interleave);
      uint64_t requests = up(at % p->fi_request + bytes, p->fi_request);
      uint64_t turn = at / unit == last ? larger(256 * leave, busy) : 256 * leave;
      busy = turn + service(p, d->memory, bytes);
      last = at / unit;
      uint64_t there = up(busy, 256) + latency(p, d->memory) + 2 * d->hops * p->noc_hop;
      if (d->out) {
        back = larger(back, there);
        leave += up(bytes, p->fi_out_width);
      } else { // the port takes what comes in the order of the requests
        back = larger(there, back + up(bytes, p->fi_in_width));
        leave += requests;
      }
      at += bytes;
    }
  }
  return (struct cost){p->fi_setup + leave, larger(back, leave) - leave};
}

struct cost cost_dma(const struct mtia_device_params *p, const struct cost_dma *d) {
  return transfer(p, d, 1);
}

struct cost cost_gather(const struct mtia_device_params *p, const struct cost_dma *d) {
  return transfer(p, d, 32);
}

struct cost cost_prefetch(const struct mtia_device_params *p, const struct cost_dma *d) {
  return (struct cost){transfer(p, d, 1).occupies, 0};
}
