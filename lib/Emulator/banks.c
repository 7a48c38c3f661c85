// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Conflicts of local-memory banks. Every bank does one access of local_bank_width
// per cycle; what all units of a PE ask of it is added up. Between a unit and the
// banks stand buffers that even out who comes when, so a command is held up
// only when a bank has more to do than time since it was asked. Cores' own
// accesses are few and are not counted.

#include "units.h"

#include <stdlib.h>

// local_bank_width, which is 32 in every device file: what is aligned to it takes one access, and
// nothing has to be divided.
#define WIDTH 32u

bool mtia_banks_create(struct mtia_device *dev) {
  const struct mtia_device_params *p = dev->p;
  uint32_t blocks = p->local_bytes / WIDTH;
  uint8_t *bank = dev->grid->bank_of = malloc(blocks);
  for (uint32_t i = 0; bank && i < blocks; i++) {
    uint32_t fold = 0;
    for (uint32_t rest = i; rest; rest /= p->local_banks)
      fold ^= rest % p->local_banks;
    bank[i] = (uint8_t)(fold % p->local_banks);
  }
  return bank;
}

// One command's accesses.
struct accesses {
  struct mtia_cp *cp;
  uint64_t now, last; // when the last of them is done
};

// A row of a CB, `place` bytes behind its base.
static inline void add_row(struct accesses *a, const uint8_t *bank_of, const struct mtia_cb *cb,
                           uint32_t place, uint32_t bytes) {
  while (bytes) {
    uint32_t address = cb->base + place, n = WIDTH - address % WIDTH;
    uint64_t *free_at = &a->cp->bank_free[bank_of[address / WIDTH]];
    *free_at = (*free_at > a->now ? *free_at : a->now) + 1;
    if (*free_at > a->last)
      a->last = *free_at;
    if (n >= bytes)
      return;
    bytes -= n;
    place += n;
    if (place >= cb->size)
      place -= cb->size;
  }
}

static void add_rows(struct accesses *a, const struct mtia_range *range, uint32_t rows,
                     uint32_t bytes, uint32_t stride) {
  const struct mtia_cb *cb = &a->cp->cb[range->cb];
  const uint8_t *bank_of = a->cp->pe->dev->grid->bank_of;
  if (range->from == range->to || !bytes)
    return;
  uint32_t place = (uint32_t)(range->from % cb->size);
  for (uint32_t i = 0; i < rows; i++) {
    add_row(a, bank_of, cb, place, bytes);
    place += stride; // less than the size, as the last row is still inside
    if (place >= cb->size)
      place -= cb->size;
  }
}

// What a command touches without gaps.
static void add_all(struct accesses *a, const struct mtia_range *range) {
  add_rows(a, range, 1, (uint32_t)(range->to - range->from), 0);
}

uint32_t mtia_banks_extend(struct mtia_command *c, uint32_t busy) {
  uint64_t now = mtia_now(c->pe->dev);
  struct accesses a = {c->pe->cp, now, now};
  switch (c->kind) {
  case CMD_MML:
    if (c->mml.oa < 0)
      add_rows(&a, &c->read[0], c->mml.rows, MTIA_TILE, c->mml.stride_a);
    if (c->mml.ob < 0)
      add_rows(&a, &c->read[c->mml.oa < 0], c->mml.cols, MTIA_TILE, c->mml.stride_b);
    break;
  case CMD_ACC_LOAD:
    add_rows(&a, &c->read[0], c->init.rows, c->init.cols * 4u, c->init.stride);
    break;
  case CMD_DRAIN: {
    static const uint8_t size[] = {4, 1, 1, 4, 2, 2};
    add_rows(&a, &c->write, c->drain.rows, (uint32_t)size[c->drain.type] * c->drain.cols,
             c->drain.stride);
    if (c->reads)
      add_all(&a, &c->read[0]);
    break;
  }
  case CMD_MLU_TRANSPOSE:
  case CMD_MLU_COPY:
  case CMD_MLU_CONCAT: {
    bool turned = c->kind == CMD_MLU_TRANSPOSE;
    uint32_t rows = c->mlu.rows, cols = c->mlu.cols;
    add_rows(&a, &c->read[0], rows, mtia_mlu_row_bytes(c, cols), c->mlu.from_stride);
    if (c->writes)
      add_rows(&a, &c->write, turned ? cols : rows, mtia_mlu_row_bytes(c, turned ? rows : cols),
               c->mlu.to_stride);
    break;
  }
  case CMD_SE_ROWACC:
  case CMD_SE_RED:
    add_rows(&a, &c->read[0], c->se.rows,
             (uint32_t)(c->read[0].to - c->read[0].from) - (c->se.rows - 1) * c->se.stride,
             c->se.stride);
    add_all(&a, &c->write);
    break;
  default:
    for (unsigned i = 0; i < c->reads; i++)
      add_all(&a, &c->read[i]);
    if (c->writes)
      add_all(&a, &c->write);
  }
  return a.last - now > busy ? (uint32_t)(a.last - now) : busy;
}

uint32_t mtia_banks_delay(struct mtia_cp *cp, unsigned cb, uint64_t from, uint32_t bytes) {
  const struct mtia_device_params *p = cp->pe->dev->p;
  uint64_t now = mtia_now(cp->pe->dev);
  struct accesses a = {cp, now, now};
  struct mtia_range range = {(uint8_t)cb, from, from + bytes};
  add_all(&a, &range);
  // Even if they spread over all banks they take a cycle or more.
  uint32_t spread = (bytes / WIDTH + p->local_banks) / p->local_banks;
  return a.last - now > spread ? (uint32_t)(a.last - now) - spread : 0;
}
