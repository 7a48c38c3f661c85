// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The model's instructions that the CP executes itself, and what PEs do together.

#include "model.h"
#include "mtia/memory_map.h"

#include <string.h>

uint64_t model_id(int sel, int row, int col, int core, int rows, int cols) {
  // The sub-grid begins at the corner of the full grid.
  const int values[] = {row, col, core, rows, cols, row * cols + col, row, col};
  return (uint64_t)values[sel];
}

void model_cr_w(struct model *m, int cr, uint64_t rs1) {
  m->cr_lo[cr] = (uint32_t)rs1;
  m->cr_hi[cr] = (uint32_t)(rs1 >> 32);
}

void model_cr_w2(struct model *m, int cr, uint64_t rs1, uint64_t rs2) {
  m->cr_lo[cr] = (uint32_t)rs1;
  m->cr_hi[cr] = (uint32_t)rs2;
}

uint64_t model_cr_r(const struct model *m, int cr) {
  return (uint64_t)m->cr_hi[cr] << 32 | m->cr_lo[cr];
}

void model_cr_add(struct model *m, int cr, uint64_t rs1) { m->cr_lo[cr] += (uint32_t)rs1; }

void model_cb_init(struct model *m, int cb, uint64_t rs1, uint64_t rs2) {
  m->cb[cb].base = (uint32_t)(rs1 - MTIA_LOCAL_BASE);
  m->cb[cb].size = (uint32_t)rs2;
  m->cb[cb].head = m->cb[cb].tail = 0;
}

void model_cb_push(struct model *m, int cb, uint64_t rs1) { m->cb[cb].tail += rs1; }

void model_cb_pop(struct model *m, int cb, uint64_t rs1) { m->cb[cb].head += rs1; }

bool model_cb_waitd(const struct model *m, int cb, uint64_t rs1) {
  return m->cb[cb].tail - m->cb[cb].head >= rs1;
}

bool model_cb_waits(const struct model *m, int cb, uint64_t rs1) {
  return m->cb[cb].size - (m->cb[cb].tail - m->cb[cb].head) >= rs1;
}

static uint64_t address(const struct model *m, int cb, uint64_t b) {
  return MTIA_LOCAL_BASE + m->cb[cb].base + b % m->cb[cb].size;
}

uint64_t model_cb_head(const struct model *m, int cb, uint64_t rs1) {
  return address(m, cb, m->cb[cb].head + rs1);
}

uint64_t model_cb_tail(const struct model *m, int cb, uint64_t rs1) {
  return address(m, cb, m->cb[cb].tail + rs1);
}

int64_t model_cb_fill(const struct model *m, int cb) {
  return (int64_t)(m->cb[cb].tail - m->cb[cb].head);
}

void model_ctr_add(struct model *to, int ctr, uint64_t rs2) { to->counter[ctr] += rs2; }

bool model_ctr_wait(const struct model *m, int ctr, uint64_t rs1) { return m->counter[ctr] >= rs1; }

uint64_t model_ctr_get(const struct model *m, int ctr) { return m->counter[ctr]; }

void model_ctr_set(struct model *m, int ctr, uint64_t rs1) { m->counter[ctr] = rs1; }

uint64_t model_ctr_tas(struct model *of, int ctr) {
  uint64_t old = of->counter[ctr];
  of->counter[ctr] = 1;
  return old;
}

void model_red(struct model *m, int acc, const struct model *from, bool is_float) {
  for (int i = 0; from && i < 32; i++)
    for (int j = 0; j < 32; j++) {
      uint32_t here = (uint32_t)m->acc[acc][i][j], arrives = (uint32_t)from->sent[i][j];
      volatile float sum = model_float(here) + model_float(arrives);
      m->acc[acc][i][j] = (int32_t)(is_float ? model_bits(sum) : here + arrives);
    }
  memcpy(m->sent, m->acc[acc], sizeof m->sent);
}

void model_prefetch(struct model *m) { (void)m; }

bool model_bar(const bool arrived[], int members) {
  for (int i = 0; i < members; i++)
    if (!arrived[i])
      return false;
  return true;
}

bool model_sync(const struct model *m) {
  (void)m;
  return true;
}

void model_halt(bool *runs) { *runs = false; }
