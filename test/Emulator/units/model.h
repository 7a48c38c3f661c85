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
  int32_t sent[32][32]; // what the last red has sent on
  uint8_t *memory;      // DRAM from its first byte
};

// Of a PE of a sub-grid of rows x cols.
uint64_t model_id(int sel, int row, int col, int core, int rows, int cols);
// Each core has command registers of its own.
void model_cr_w(struct model *m, int cr, uint64_t rs1);
void model_cr_w2(struct model *m, int cr, uint64_t rs1, uint64_t rs2);
uint64_t model_cr_r(const struct model *m, int cr);
void model_cr_add(struct model *m, int cr, uint64_t rs1);
void model_cb_init(struct model *m, int cb, uint64_t rs1, uint64_t rs2);
void model_cb_push(struct model *m, int cb, uint64_t rs1);
void model_cb_pop(struct model *m, int cb, uint64_t rs1);
// Whether the core goes on.
bool model_cb_waitd(const struct model *m, int cb, uint64_t rs1);
// Whether the core goes on.
bool model_cb_waits(const struct model *m, int cb, uint64_t rs1);
uint64_t model_cb_head(const struct model *m, int cb, uint64_t rs1);
uint64_t model_cb_tail(const struct model *m, int cb, uint64_t rs1);
int64_t model_cb_fill(const struct model *m, int cb);
// to: PE rs1, which the addition reaches some time later.
void model_ctr_add(struct model *to, int ctr, uint64_t rs2);
// Whether the core goes on.
bool model_ctr_wait(const struct model *m, int ctr, uint64_t rs1);
uint64_t model_ctr_get(const struct model *m, int ctr);
void model_ctr_set(struct model *m, int ctr, uint64_t rs1);
// of: PE rs1.
uint64_t model_ctr_tas(struct model *of, int ctr);
// from: the neighbour whose red has sent, NULL: in = 0. is_float: redf.
void model_red(struct model *m, int acc, const struct model *from, bool is_float);
// Changes nothing that a program can read but time.
void model_prefetch(struct model *m);
// Whether the members go on: when the last one has come.
bool model_bar(const bool arrived[], int members);
// Here a command has completed when the next one begins.
bool model_sync(const struct model *m);
// The run ends when no core runs any more and all commands have completed.
void model_halt(bool *runs);

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
