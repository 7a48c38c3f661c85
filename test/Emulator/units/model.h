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
  uint8_t operand[4][32][32];
  uint64_t counter[32];
  uint8_t *memory; // DRAM from its first byte
};

void model_dma_in(struct model *m, int cb, uint64_t offset, uint64_t rows);
void model_dma_out(struct model *m, int cb, uint64_t offset, uint64_t rows);
// where: bit 0: A in operand buffer cba, bit 1: B in cbb.
void model_mml(struct model *m, int acc, int cba, int cbb, int ti, int tj, int flags, int type,
               int where);
void model_zero(struct model *m, int acc);
void model_bias(struct model *m, int acc, int cb, int tj);
void model_biasr(struct model *m, int acc, int cb, int ti);
void model_load(struct model *m, int acc, int cb, int ti, int tj);
// Adds a vector to each row (t: tj), or to each column (t: ti).
void model_add(struct model *m, int acc, int cb, int t, bool by_row);
void model_drain(struct model *m, int acc, int cb, int ti, int tj, int type, int flags,
                 bool is_float);

void model_minmax(struct model *m, int acc, int cb, int ti, int tj, int flags);
// kind: 0 transpose, 1 copy, 2 concat.
void model_mlu(struct model *m, int kind, int cbd, int cbs, int es, bool dpe);
void model_gather(struct model *m, int cb, uint64_t offset, uint64_t rows, int icb);
void model_se_un(struct model *m, int cbd, int cbs, unsigned op);
void model_se_bin(struct model *m, int cbd, int cba, int cbb, unsigned op);
void model_se_rowacc(struct model *m, int cbd, int cbs, unsigned rows, unsigned op);
void model_se_red(struct model *m, int cbd, int cbs, unsigned rows, unsigned op);

// Bytes of a CB, and numbers.
uint8_t *model_byte(struct model *m, int cb, uint64_t b);
uint32_t model_word(struct model *m, int cb, uint64_t b);
void model_put(struct model *m, int cb, uint64_t b, uint32_t value, unsigned bytes);
float model_float(uint32_t w);
uint32_t model_bits(float f); // one NaN
double model_wide(uint16_t h, int fraction, int bias);
uint16_t model_narrow(float f, int fraction, int bias);
int64_t model_nearest(float f, bool away);
int64_t model_fixed(int32_t x, int32_t multiplier, int shift);
int model_clamp(int x, int low, int high);
float model_extreme(float a, float b, bool high);

#endif
