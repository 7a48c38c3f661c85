// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Memory layout unit: copies and transposes, to local memory or into an operand
// buffer of the DPE.

#include "units.h"

#include <stdlib.h>
#include <string.h>

enum { NIBBLES = 3 }; // es of 4-bit elements

uint32_t mtia_mlu_row_bytes(const struct mtia_command *c, uint32_t elements) {
  return c->mlu.es == NIBBLES ? (elements + 1) / 2 : elements << c->mlu.es;
}

static bool transposes(const struct mtia_command *c) { return c->kind == CMD_MLU_TRANSPOSE; }

// Row k of the result from the whole source.
static void make_row(const struct mtia_command *c, const uint8_t *source, uint32_t from_bytes,
                     uint32_t k, uint8_t *row) {
  if (!transposes(c)) {
    memcpy(row, source + (size_t)k * from_bytes, from_bytes);
    if (c->mlu.es == NIBBLES && c->mlu.cols % 2)
      row[from_bytes - 1] &= 0xF;
    return;
  }
  if (c->mlu.es == NIBBLES) {
    memset(row, 0, mtia_mlu_row_bytes(c, c->mlu.rows));
    for (uint32_t r = 0; r < c->mlu.rows; r++) {
      uint8_t pair = source[(size_t)r * from_bytes + k / 2];
      row[r / 2] |= (uint8_t)((pair >> 4 * (k % 2) & 15) << 4 * (r % 2));
    }
    return;
  }
  uint32_t size = 1u << c->mlu.es;
  for (uint32_t r = 0; r < c->mlu.rows; r++)
    memcpy(row + (size_t)r * size, source + (size_t)r * from_bytes + (size_t)k * size, size);
}

static void put_row(struct mtia_cp *cp, const struct mtia_command *c, uint32_t k,
                    const uint8_t *row, uint32_t bytes) {
  if (c->mlu.ob >= 0)
    memcpy(cp->operand[c->mlu.ob][k] + c->mlu.to_offset, row, bytes);
  else
    mtia_cb_write(cp, c->write.cb, c->write.from + (uint64_t)k * c->mlu.to_stride, row, bytes);
}

void mtia_mlu_exec(struct mtia_cp *cp, const struct mtia_command *c) {
  uint32_t rows = transposes(c) ? c->mlu.cols : c->mlu.rows;
  uint32_t from_bytes = mtia_mlu_row_bytes(c, c->mlu.cols);
  uint32_t to_bytes = mtia_mlu_row_bytes(c, transposes(c) ? c->mlu.rows : c->mlu.cols);
  uint8_t *source = malloc((size_t)from_bytes * c->mlu.rows), *row = malloc(to_bytes);
  if (source && row) {
    for (uint32_t r = 0; r < c->mlu.rows; r++)
      mtia_cb_read(cp, c->read[0].cb, c->read[0].from + (uint64_t)r * c->mlu.from_stride,
                   source + (size_t)r * from_bytes, from_bytes);
    if (c->mlu.ob >= 0 && c->kind != CMD_MLU_CONCAT)
      memset(cp->operand[c->mlu.ob], 0, sizeof cp->operand[0]);
    for (uint32_t k = 0; k < rows; k++) {
      make_row(c, source, from_bytes, k, row);
      put_row(cp, c, k, row, to_bytes);
    }
  } else {
    cp->short_of = "a block of the MLU";
  }
  free(source);
  free(row);
  cp->local_read += (uint64_t)from_bytes * c->mlu.rows;
  if (c->mlu.ob < 0)
    cp->local_written += (uint64_t)to_bytes * rows;
}

// A row at a time goes in and, transposed, out again.
uint32_t mtia_mlu_cycles(const struct mtia_device_params *p, const struct mtia_command *c) {
  uint64_t in = (uint64_t)c->mlu.rows *
                ((mtia_mlu_row_bytes(c, c->mlu.cols) + p->mlu_width - 1) / p->mlu_width);
  uint64_t out = (uint64_t)c->mlu.cols *
                 ((mtia_mlu_row_bytes(c, c->mlu.rows) + p->mlu_width - 1) / p->mlu_width);
  return (uint32_t)(transposes(c) && out > in ? out : in);
}
