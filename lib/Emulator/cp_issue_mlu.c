// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Issue of the commands of the memory layout unit.

#include "issue.h"

enum { NIBBLES = 3 };

static bool extent_in_buffer(struct issue *in, unsigned ob, uint32_t offset, uint64_t rows,
                             uint64_t bytes) {
  return (rows <= MTIA_TILE && offset + bytes <= 32) ||
         issue_refuse(in, MTIA_FAULT_EXTENT,
                      "%" PRIu64 " rows of %" PRIu64 " bytes at byte %" PRIu32
                      " for operand buffer %u, which has 32 rows of 32 bytes",
                      rows, bytes, offset, ob);
}

// The three commands have the same operands.
bool issue_draft_mlu(struct issue *in, struct mtia_command *c) {
  const uint8_t *x = in->x;
  unsigned cbd = x[MTIA_X_MLU_COPY_CBD], cbs = x[MTIA_X_MLU_COPY_CBS], es = x[MTIA_X_MLU_COPY_ES];
  bool to_dpe = x[MTIA_X_MLU_COPY_DPE], transpose = c->kind == CMD_MLU_TRANSPOSE;
  const uint64_t *cr = in->state->cr;
  uint64_t rows = lo(cr[CR_MLU_SHAPE]), cols = hi(cr[CR_MLU_SHAPE]);
  uint64_t src = cr[CR_MLU_SRC], dst = cr[CR_MLU_DST];
  uint32_t size = es == NIBBLES ? 1 : 1u << es;
  uint64_t from_bytes = es == NIBBLES ? (cols + 1) / 2 : cols << es;
  uint64_t to_bytes = !transpose ? from_bytes : es == NIBBLES ? (rows + 1) / 2 : rows << es;
  uint64_t to_rows = transpose ? cols : rows;
  uint64_t most = in->dev->p->local_bytes;
  if (!rows || !cols || rows > most || from_bytes > most || rows * from_bytes > most)
    return issue_refuse(in, MTIA_FAULT_PARAMETER,
                        "MLU_SHAPE says %" PRIu64 " rows of %" PRIu64
                        " elements; a block is not empty and not larger than local memory",
                        rows, cols);
  if (c->kind == CMD_MLU_CONCAT && es == NIBBLES && cols % 2)
    return issue_refuse(in, MTIA_FAULT_PARAMETER,
                        "mlu.concat of rows of %" PRIu64 " elements of 4 bits: half a byte is left",
                        cols);
  if (to_dpe && cbd >= MTIA_OBS)
    return issue_refuse(in, MTIA_FAULT_PARAMETER, "the DPE has operand buffers 0..3, not %u", cbd);
  if ((!to_dpe && !issue_is_set(in, cbd)) || !issue_is_set(in, cbs) ||
      !issue_aligned(in, "the offset in MLU_SRC", lo(src), size) ||
      !issue_aligned(in, "the stride in MLU_SRC", hi(src), size) ||
      !issue_aligned(in, "the offset in MLU_DST", lo(dst), size) ||
      (!to_dpe && !issue_aligned(in, "the stride in MLU_DST", hi(dst), size)))
    return false;
  c->mlu.es = (uint8_t)es;
  c->mlu.ob = to_dpe ? (int8_t)cbd : -1;
  c->mlu.rows = (uint32_t)rows;
  c->mlu.cols = (uint32_t)cols;
  c->mlu.from_stride = hi(src);
  c->mlu.to_stride = hi(dst);
  c->mlu.to_offset = lo(dst);
  if (!issue_read(in, c, cbs, lo(src), issue_extent(c->mlu.rows, (uint32_t)from_bytes, hi(src))))
    return false;
  if (to_dpe) {
    c->ob_writes = (uint8_t)(1u << cbd);
    return extent_in_buffer(in, cbd, lo(dst), to_rows, to_bytes);
  }
  return issue_write(in, c, cbd, lo(dst),
                     issue_extent((uint32_t)to_rows, (uint32_t)to_bytes, hi(dst)));
}
