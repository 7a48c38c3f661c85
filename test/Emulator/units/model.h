// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Xmtia on one PE as docs/isa/xmtia.md tells it, one command after the other:
// no queues, no time. Shares nothing with the emulator's units.
#ifndef MODEL_H
#define MODEL_H

#include <stdbool.h>
#include <stdint.h>

struct model {
  uint32_t cr_lo[32], cr_hi[32];
  struct {
    uint32_t base, size; // base: offset in local memory
    uint64_t head, tail; // released = head, visible = tail between commands
  } cb[32];
  uint8_t local[128 << 10];
  int32_t acc[4][32][32];
  uint8_t *memory; // DRAM from its first byte
};

void model_dma_in(struct model *m, int cb, uint64_t offset, uint64_t rows);
void model_dma_out(struct model *m, int cb, uint64_t offset, uint64_t rows);
void model_mml(struct model *m, int acc, int cba, int cbb, int ti, int tj, int flags, int type);
void model_zero(struct model *m, int acc);
void model_bias(struct model *m, int acc, int cb, int tj);
void model_biasr(struct model *m, int acc, int cb, int ti);
void model_load(struct model *m, int acc, int cb, int ti, int tj);
// Adds a vector to each row (t: tj), or to each column (t: ti).
void model_add(struct model *m, int acc, int cb, int t, bool by_row);
void model_drain(struct model *m, int acc, int cb, int ti, int tj, int type, int flags,
                 bool is_float);

#endif
