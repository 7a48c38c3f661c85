// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Commands of the matrix units for a chunk of k, in the words of <mtia/knyfe_product.h>: circular
// buffers KP_CB_X and KP_CB_W, the macros KP_SIZE, KP_TYPE and KP_X_PLACE, and in the turned forms
// the variables of its loop over chunks (k, zero, clear, x, w).
#ifndef MTIA_KNYFE_MULTIPLY_H
#define MTIA_KNYFE_MULTIPLY_H

// Multiplies `stride` bytes of k onto one accumulator.
#define KP_MULTIPLY(acc, x_at, x_row, w_at, ti, tj, stride, zero, type)                            \
  do {                                                                                             \
    __mtia_cr_w2(MTIA_CR_MML_A, x_at, x_row);                                                      \
    __mtia_cr_w2(MTIA_CR_MML_B, w_at, stride);                                                     \
    if (zero)                                                                                      \
      __mtia_mml(acc, KP_CB_X, KP_CB_W, ti, tj, MTIA_MML_ADV | MTIA_MML_ZERO, type);               \
    else                                                                                           \
      __mtia_mml(acc, KP_CB_X, KP_CB_W, ti, tj, MTIA_MML_ADV, type);                               \
    for (uint32_t kp_at = KP_STEP; kp_at < (stride); kp_at += KP_STEP)                             \
      __mtia_mml(acc, KP_CB_X, KP_CB_W, ti, tj, MTIA_MML_ADV, type);                               \
  } while (0)

// The same with a place of x for each step.
#define KP_MULTIPLY_AT(acc, place, pixel, ti, tj, type)                                            \
  do {                                                                                             \
    __mtia_cr_w2(MTIA_CR_MML_A, place, pixel);                                                     \
    __mtia_mml(acc, KP_CB_X, KP_CB_W, ti, tj, MTIA_MML_ADV, type);                                 \
  } while (0)
#define KP_MULTIPLY_PLACES(acc, places, pixel, w_at, ti, tj, stride, zero, type)                   \
  do {                                                                                             \
    __mtia_cr_w2(MTIA_CR_MML_B, w_at, stride);                                                     \
    __mtia_cr_w2(MTIA_CR_MML_A, (places)[0], pixel);                                               \
    if (zero)                                                                                      \
      __mtia_mml(acc, KP_CB_X, KP_CB_W, ti, tj, MTIA_MML_ADV | MTIA_MML_ZERO, type);               \
    else                                                                                           \
      __mtia_mml(acc, KP_CB_X, KP_CB_W, ti, tj, MTIA_MML_ADV, type);                               \
    if ((stride) == 4 * KP_STEP) {                                                                 \
      KP_MULTIPLY_AT(acc, (places)[1], pixel, ti, tj, type);                                       \
      KP_MULTIPLY_AT(acc, (places)[2], pixel, ti, tj, type);                                       \
      KP_MULTIPLY_AT(acc, (places)[3], pixel, ti, tj, type);                                       \
    } else                                                                                         \
      for (uint32_t kp_n = 1; kp_n < (stride) / KP_STEP; kp_n++)                                   \
        KP_MULTIPLY_AT(acc, (places)[kp_n], pixel, ti, tj, type);                                  \
  } while (0)

// A command `mml` in one of its forms with operand buffers.
#define KP_MML(form, acc, a, b, ti, tj, flags)                                                     \
  do {                                                                                             \
    if (zero)                                                                                      \
      __mtia_mml_##form(acc, a, b, ti, tj, (flags) | MTIA_MML_ZERO, KP_TYPE);                      \
    else                                                                                           \
      __mtia_mml_##form(acc, a, b, ti, tj, flags, KP_TYPE);                                        \
  } while (0)

// Turns `columns` columns of the k rows at `from`, `row` bytes apart, into an operand buffer.
#define KP_TURN(buffer, cb, from, row, k_rows, columns)                                            \
  do {                                                                                             \
    __mtia_cr_w2(MTIA_CR_MLU_SHAPE, k_rows, columns);                                              \
    __mtia_cr_w2(MTIA_CR_MLU_SRC, from, row);                                                      \
    __mtia_mlu_transpose(buffer, cb, KP_SIZE == 1 ? MTIA_MLU_8 : MTIA_MLU_16, MTIA_MLU_DPE);       \
  } while (0)

// A step of w's tile tj, turned, on both tiles of x; and of x's tile ti on both of w.
#define KP_STEP_W(buffer, acc0, acc1, tile, wide)                                                  \
  do {                                                                                             \
    KP_TURN(buffer, KP_CB_W, from, w.row, kp_min(STEP_K, k_rows), wide);                           \
    KP_X_PLACE;                                                                                    \
    KP_MML(ob, acc0, KP_CB_X, buffer, 0, tile, 0);                                                 \
    KP_MML(ob, acc1, KP_CB_X, buffer, 1, tile, MTIA_MML_ADV);                                      \
  } while (0)
#define KP_STEP_X(buffer, acc0, acc1, tile, wide)                                                  \
  do {                                                                                             \
    KP_TURN(buffer, KP_CB_X, from, x.row, kp_min(STEP_K, k_rows), wide);                           \
    KP_MML(oa, acc0, buffer, KP_CB_W, tile, 0, 0);                                                 \
    KP_MML(oa, acc1, buffer, KP_CB_W, tile, 1, MTIA_MML_ADV);                                      \
  } while (0)

// All steps of a chunk with the four operand buffers in turn: the MLU fills three while the DPE
// uses one.
#define KP_TURNED_TILE(STEP, acc0, acc1, tile, at, row, extent)                                    \
  do {                                                                                             \
    if ((extent) <= 32 * (tile))                                                                   \
      break;                                                                                       \
    uint32_t from = (at) + 32 * KP_SIZE * (tile), k_rows = k / KP_SIZE;                            \
    const uint32_t wide = (uint32_t)kp_min(32, (extent) - 32 * (tile)), next = STEP_K * (row);     \
    bool zero = clear;                                                                             \
    for (;;) {                                                                                     \
      STEP(0, acc0, acc1, tile, wide);                                                             \
      zero = false;                                                                                \
      if (k_rows <= STEP_K)                                                                        \
        break;                                                                                     \
      k_rows -= STEP_K, from += next;                                                              \
      STEP(1, acc0, acc1, tile, wide);                                                             \
      if (k_rows <= STEP_K)                                                                        \
        break;                                                                                     \
      k_rows -= STEP_K, from += next;                                                              \
      STEP(2, acc0, acc1, tile, wide);                                                             \
      if (k_rows <= STEP_K)                                                                        \
        break;                                                                                     \
      k_rows -= STEP_K, from += next;                                                              \
      STEP(3, acc0, acc1, tile, wide);                                                             \
      if (k_rows <= STEP_K)                                                                        \
        break;                                                                                     \
      k_rows -= STEP_K, from += next;                                                              \
    }                                                                                              \
  } while (0)

#endif
