// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What the SE does with a block of a product's results in local memory before it is stored: part of
// <mtia/knyfe_product.h> where the text defines KP_STEPS, a list of
//
//   STEP(i, operation, kind, type, last)
//
// numbered from 0. The block is drained as binary32; each step combines it with operand i of `type`
// (MTIA_SE_F16, ..) by an operation of the SE, or applies a function to it. An operand has an
// element for each of the block's (KP_EACH), for each column, or for each row. The last step leaves
// elements of type KP_STEP_TYPE.
//
// All of it is the SE's, which does its commands in their order: so the block stays where it is,
// and core 1 waits for nothing. Core 0 loads operands behind the block's chunks of x and w: they
// are needed when the products are done.

#ifndef MTIA_KNYFE_STEPS_H
#define MTIA_KNYFE_STEPS_H
enum {
  KP_EACH = MTIA_SE_EACH,
  KP_ROWS = MTIA_SE_PER_ROW,
  KP_COLUMNS = MTIA_SE_PER_COL,
  KP_FUNCTION
};

KP uint32_t kp_step_bytes(enum mtia_se_type type) { return type == MTIA_SE_F32 ? 4 : 2; }

// Bytes of the circular buffer of an operand: a block, or four vectors.
KP uint32_t kp_step_room(int kind, enum mtia_se_type type) {
  return kind == KP_FUNCTION ? 0
         : kind == KP_EACH   ? KP_BLOCK * KP_BLOCK * kp_step_bytes(type)
                             : KP_VECTORS;
}

KP void kp_set_step(uint32_t from, uint32_t operand, uint32_t length, uint32_t to) {
  __mtia_cr_w2(MTIA_CR_SE_SRC, from, operand);
  __mtia_cr_w2(MTIA_CR_SE_LEN, length, to);
}
#endif

// Elements from row to row of a block in local memory, for all that has columns: whole 32 bytes of
// each. 0: rows that all would fill do not begin there.
KP uint32_t KP_FN(pitch)(uint32_t columns) {
  const uint32_t wide = (columns + 7) & ~7u, narrow = (columns + 15) & ~15u;
  bool any_wide = false, any_narrow = KP_OUT == 2;
#define KP_LOOK_AT_STEP(i, operation, kind, type, last)                                            \
  any_wide |= (kind == KP_EACH || kind == KP_COLUMNS) && kp_step_bytes(type) == 4;                 \
  any_narrow |= (kind == KP_EACH || kind == KP_COLUMNS) && kp_step_bytes(type) == 2;
  KP_STEPS(KP_LOOK_AT_STEP)
#undef KP_LOOK_AT_STEP
  return any_wide && any_narrow && wide != narrow ? 0 : any_narrow ? narrow : wide;
}

// The same, a place that is sure to begin there in place of 0.
KP uint32_t KP_FN(places)(uint32_t columns) {
  const uint32_t pitch = KP_FN(pitch)(columns);
  return pitch ? pitch : KP_BLOCK;
}

// The operands of block b.
KP void KP_FN(load_steps)(const struct kp_product *a, const struct kp_walk *b) {
#define KP_LOAD_STEP(i, operation, kind, type, last)                                               \
  if (kind != KP_FUNCTION) {                                                                       \
    const uint32_t size = kp_step_bytes(type);                                                     \
    const uint64_t row = kind == KP_COLUMNS ? 0 : b->row * a->steps[i].pitch;                      \
    const uint64_t column = kind == KP_ROWS ? 0 : (uint64_t)b->column * size;                      \
    __mtia_cr_w2(MTIA_CR_DMA_IN, (kind == KP_ROWS ? b->rows : b->columns) * size,                  \
                 kind == KP_EACH ? KP_FN(places)(b->columns) * size : 0);                          \
    if (kind == KP_EACH)                                                                           \
      __mtia_cr_w(MTIA_CR_DMA_IN_PITCH, a->steps[i].pitch);                                        \
    __mtia_dma_in(KP_CB_STEPS + i, kp_address(a, &a->steps[i], b->number) + row + column,          \
                  kind == KP_EACH ? b->rows : 1, MTIA_MC_NONE);                                    \
  }
  KP_STEPS(KP_LOAD_STEP)
#undef KP_LOAD_STEP
}

// Between the columns of a block and the next row the SE goes over what is there: something. Once,
// while the first operands are under way.
KP void KP_FN(clear_block)(const struct kp_shape *s) {
  if (s->n % KP_BLOCK == 0)
    return;
  __mtia_cr_w(MTIA_CR_BLOCK, mtia_block(KP_BLOCK, KP_BLOCK));
  __mtia_cr_w2(MTIA_CR_OUT, 0, KP_BLOCK * 4);
  __mtia_acc_zero(3);
  __mtia_drain(3, KP_CB_DRAINED, 0, 0, MTIA_DRAIN_I32, 0);
  __mtia_drain(3, KP_CB_DRAINED, 0, 1, MTIA_DRAIN_I32, 0);
  __mtia_drain(3, KP_CB_DRAINED, 1, 0, MTIA_DRAIN_I32, 0);
  __mtia_drain(3, KP_CB_DRAINED, 1, 1, MTIA_DRAIN_I32, 0);
}

// One step on the block, as one command; row by row where rows are shorter than their places.
#define KP_STEP_COMMAND(i, operation, kind, last)                                                  \
  do {                                                                                             \
    enum { UNARY = kind == KP_FUNCTION ? operation : 0, BINARY = UNARY ? 0 : operation };          \
    if (UNARY && last)                                                                             \
      __mtia_se_un(KP_CB_Y, KP_CB_BLOCK, UNARY);                                                   \
    else if (UNARY)                                                                                \
      __mtia_se_un(KP_CB_DRAINED, KP_CB_BLOCK, UNARY);                                             \
    else if (last)                                                                                 \
      __mtia_se_bin(KP_CB_Y, KP_CB_BLOCK, KP_CB_STEPS + i, BINARY);                                \
    else                                                                                           \
      __mtia_se_bin(KP_CB_DRAINED, KP_CB_BLOCK, KP_CB_STEPS + i, BINARY);                          \
  } while (0)

KP void KP_FN(steps)(const struct kp_walk *b) {
  const uint32_t pitch = KP_FN(pitch)(b->columns);
#define KP_DO_STEP(i, operation, kind, type, last)                                                 \
  {                                                                                                \
    enum { SIZE = kind == KP_FUNCTION ? 0 : type == MTIA_SE_F32 ? 4 : 2, TO = last ? KP_OUT : 4 }; \
    const enum mtia_se_type to = last ? KP_STEP_TYPE : MTIA_SE_F32;                                \
    if (pitch) {                                                                                   \
      __mtia_cr_w(MTIA_CR_SE_FMT,                                                                  \
                  mtia_se_fmt(MTIA_SE_F32, type, to,                                               \
                              (enum mtia_se_second)(kind == KP_FUNCTION ? KP_EACH : kind)));       \
      __mtia_cr_w2(MTIA_CR_SE_ROW, pitch, 0);                                                      \
      kp_set_step(0, 0, b->rows * pitch, 0);                                                       \
      KP_STEP_COMMAND(i, operation, kind, last);                                                   \
    } else {                                                                                       \
      __mtia_cr_w(MTIA_CR_SE_FMT, mtia_se_fmt(MTIA_SE_F32, type, to,                               \
                                              kind == KP_ROWS ? MTIA_SE_ONE : MTIA_SE_EACH));      \
      for (uint32_t row = 0; row < b->rows; row++) {                                               \
        kp_set_step(row * KP_BLOCK * 4,                                                            \
                    kind == KP_EACH   ? row * KP_BLOCK * SIZE                                      \
                    : kind == KP_ROWS ? row * SIZE                                                 \
                                      : 0,                                                         \
                    b->columns, row * KP_BLOCK * TO);                                              \
        KP_STEP_COMMAND(i, operation, kind, last);                                                 \
      }                                                                                            \
    }                                                                                              \
    if (kind == KP_EACH)                                                                           \
      __mtia_cb_pop(KP_CB_STEPS + i, b->rows * KP_FN(places)(b->columns) * SIZE);                  \
    else if (kind != KP_FUNCTION)                                                                  \
      __mtia_cb_pop(KP_CB_STEPS + i, kp_pad((kind == KP_ROWS ? b->rows : b->columns) * SIZE));     \
  }
  KP_STEPS(KP_DO_STEP)
#undef KP_DO_STEP
}

// The buffers, from `at` on. The block is read where it is drained to.
KP void KP_FN(init_steps)(uint64_t at) {
  const uint32_t room = KP_BLOCK * KP_BLOCK * 4;
  __mtia_cb_init(KP_CB_DRAINED, at, room);
  __mtia_cb_init(KP_CB_BLOCK, at, room);
  __mtia_cb_push(KP_CB_BLOCK, room);
  at += room;
#define KP_INIT_STEP(i, operation, kind, type, last)                                               \
  if (kind != KP_FUNCTION) {                                                                       \
    __mtia_cb_init(KP_CB_STEPS + i, at, kp_step_room(kind, type));                                 \
    at += kp_step_room(kind, type);                                                                \
  }
  KP_STEPS(KP_INIT_STEP)
#undef KP_INIT_STEP
}
#undef KP_STEP_COMMAND
