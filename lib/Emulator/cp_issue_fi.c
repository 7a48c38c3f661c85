// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Issue of the fabric interface's commands that are not plain copies.

#include "issue.h"

// What both know before anything is checked about memory.
static bool rows_of_width(struct issue *in, struct mtia_command *c, const char *cr, uint64_t width,
                          uint64_t rows) {
  if (!width)
    return issue_refuse(in, MTIA_FAULT_PARAMETER, "the width in %s is 0", cr);
  if (!rows || rows > UINT32_MAX)
    return issue_refuse(in, MTIA_FAULT_PARAMETER, "the number of rows is %" PRIu64, rows);
  c->dma.address = in->rs1;
  c->dma.width = (uint32_t)width;
  c->dma.rows = (uint32_t)rows;
  return true;
}

bool issue_draft_gather(struct issue *in, struct mtia_command *c) {
  unsigned cb = in->x[MTIA_X_DMA_GATHER_CB], icb = in->x[MTIA_X_DMA_GATHER_ICB];
  uint64_t cr = in->state->cr[CR_GATHER], limit = in->state->cr[CR_GATHER_LIMIT];
  if (icb >= 64)
    return issue_refuse(in, MTIA_FAULT_PARAMETER,
                        "the indices are in CB 0..31, plus 32 if they have 64 bits, not %u", icb);
  if (hi(limit) >= MTIA_COUNTERS)
    return issue_refuse(in, MTIA_FAULT_PARAMETER, "GATHER_LIMIT.hi names counter %" PRIu32,
                        hi(limit));
  if (!rows_of_width(in, c, "GATHER", lo(cr), in->rs2))
    return false;
  c->dma.pitch = in->state->cr[CR_GATHER_PITCH];
  c->dma.limit = lo(limit);
  c->dma.counter = (uint8_t)hi(limit);
  c->dma.wide = icb >= 32;
  uint32_t size = c->dma.wide ? 8 : 4;
  uint64_t stride = (lo(cr) + 31ull) / 32 * 32;
  if (!issue_is_set(in, cb) || !issue_is_set(in, icb % 32) ||
      !issue_aligned(in, "the offset of the indices in GATHER", hi(cr), size))
    return false;
  if (!issue_fits(in, cb, stride * c->dma.rows) ||
      !issue_read(in, c, icb % 32, hi(cr), (uint64_t)size * c->dma.rows))
    return false;
  c->dma.stride = (uint32_t)stride;
  c->publishes = true;
  return issue_write(in, c, cb, 0, stride * c->dma.rows);
}

bool issue_draft_prefetch(struct issue *in, struct mtia_command *c) {
  uint64_t cr = in->state->cr[CR_PREFETCH];
  if (!rows_of_width(in, c, "PREFETCH", lo(cr), in->rs2))
    return false;
  if (in->rs2 > 65536)
    return issue_refuse(in, MTIA_FAULT_PARAMETER, "%" PRIu64 " rows, at most 65536", in->rs2);
  c->dma.pitch = hi(cr);
  if (!issue_aligned(in, "the address", in->rs1, MTIA_DMA_ALIGN) ||
      !issue_aligned(in, "the pitch in PREFETCH", c->dma.pitch, MTIA_DMA_ALIGN))
    return false;
  uint64_t last = in->rs1 + (c->dma.rows - 1ull) * c->dma.pitch; // below 2^64: both have 32 bits
  if (last < in->rs1 || mtia_mem_level(in->dev, in->rs1) != MTIA_DRAM ||
      !mtia_mem(in->dev, in->core->pe, in->rs1, last - in->rs1 + c->dma.width))
    return issue_refuse(in, MTIA_FAULT_ADDRESS,
                        "%" PRIu32 " rows of %" PRIu32 " bytes from 0x%" PRIx64 " are not DRAM",
                        c->dma.rows, c->dma.width, in->rs1);
  return true;
}
