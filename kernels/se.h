// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Commands of the SE with all their parameters in one place. CBs and operations are parts of the
// instructions, so these are no functions. Offsets (..._at) are bytes from the head of what is read
// and from the tail of what is written.
//
// Results that only the SE reads again need no pointers moved: the SE does its commands in their
// order. Such a place has two CBs over the same bytes, one that is written and, behind it, one that
// is read, of which all bytes are visible (KN_SE_SCRATCH).
#ifndef MTIA_KERNELS_SE_H
#define MTIA_KERNELS_SE_H

#include "util.h"

// out[r] = reduction of the n elements of row r, rows `stride` bytes apart; f32.
#define KN_SE_RED(op, out, out_at, in, in_at, from, rows, n, stride)                               \
  do {                                                                                             \
    __mtia_cr_w(MTIA_CR_SE_FMT, mtia_se_fmt(from, 0, MTIA_SE_F32, MTIA_SE_EACH));                  \
    __mtia_cr_w2(MTIA_CR_SE_LEN, 0, out_at);                                                       \
    __mtia_cr_w2(MTIA_CR_SE_SRC, in_at, 0);                                                        \
    __mtia_cr_w2(MTIA_CR_SE_ROW, n, 0);                                                            \
    __mtia_cr_w2(MTIA_CR_SE_STRIDE, stride, 0);                                                    \
    __mtia_se_red(out, in, rows, op);                                                              \
  } while (0)

// out[i] = op(in[i]) of `count` elements.
#define KN_SE_UN(op, out, out_at, in, in_at, from, to, count)                                      \
  do {                                                                                             \
    __mtia_cr_w(MTIA_CR_SE_FMT, mtia_se_fmt(from, 0, to, MTIA_SE_EACH));                           \
    __mtia_cr_w2(MTIA_CR_SE_LEN, count, out_at);                                                   \
    __mtia_cr_w2(MTIA_CR_SE_SRC, in_at, 0);                                                        \
    __mtia_se_un(out, in, op);                                                                     \
  } while (0)

// out[i] = a[i] op b[...]; `second` says which element of b, of rows of n.
#define KN_SE_BIN(op, out, out_at, a, a_at, from, b, b_at, from2, second, to, count, n)            \
  do {                                                                                             \
    __mtia_cr_w(MTIA_CR_SE_FMT, mtia_se_fmt(from, from2, to, second));                             \
    __mtia_cr_w2(MTIA_CR_SE_LEN, count, out_at);                                                   \
    __mtia_cr_w2(MTIA_CR_SE_SRC, a_at, b_at);                                                      \
    __mtia_cr_w2(MTIA_CR_SE_ROW, n, 0);                                                            \
    __mtia_se_bin(out, a, b, op);                                                                  \
  } while (0)

// Sets up the two CBs of a scratch place, by the core that issues its commands; `size` is a
// multiple of 32. KN_SE_SCRATCH_END leaves both empty.
#define KN_SE_SCRATCH(write, read, base, size)                                                     \
  do {                                                                                             \
    __mtia_cb_init(write, base, size);                                                             \
    __mtia_cb_init(read, base, size);                                                              \
    __mtia_cb_push(read, size);                                                                    \
  } while (0)
#define KN_SE_SCRATCH_END(read, size) __mtia_cb_pop(read, size)

static inline uint32_t kn_se_size(enum mtia_se_type type) {
  return type <= MTIA_SE_U8 ? 1 : type >= MTIA_SE_F16 ? 2 : 4;
}

#endif
