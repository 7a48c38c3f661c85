// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The launched kernel of a function of the library:
//
//   KN_LAUNCH(concat_i8, struct mtia_concat_args, MTIA_IN(x0, ...), ..., MTIA_OUT(y, ...))
//
// is MTIA_KERNEL(concat_i8, ...) that calls mtia_concat_i8, when the file is compiled with
// MTIA_LAUNCH (for build/kernels/<family>.elf), and nothing without (for libmtia_kernels.a). A
// status other than MTIA_STATUS_OK ends the run: a line on stderr, exit status 1, no outputs.
#ifndef MTIA_KERNELS_LAUNCH_H
#define MTIA_KERNELS_LAUNCH_H

#include "util.h"
#include <mtia/kernels.h>

#ifdef MTIA_LAUNCH
#include <semihost.h>
#include <string.h>

// With KN_DIRTY the command registers hold what another function could have left, not zeros:
// test/kernels/dirty.test.
#ifdef KN_DIRTY
static void kn_dirty(void) {
  __mtia_cr_w2(MTIA_CR_DMA_IN, 96, 192);
  __mtia_cr_w(MTIA_CR_DMA_IN_PITCH, 224);
  __mtia_cr_w2(MTIA_CR_DMA_OUT, 96, 192);
  __mtia_cr_w(MTIA_CR_DMA_OUT_PITCH, 224);
  __mtia_cr_w(MTIA_CR_MCAST, 0);
  __mtia_cr_w2(MTIA_CR_MML_A, 64, 96);
  __mtia_cr_w2(MTIA_CR_MML_B, 64, 96);
  __mtia_cr_w2(MTIA_CR_MML_INC, 96, 96);
  __mtia_cr_w(MTIA_CR_BLOCK, mtia_block(1, 1));
  __mtia_cr_w2(MTIA_CR_BIAS, 4, 128);
  __mtia_cr_w2(MTIA_CR_OUT, 32, 160);
  __mtia_cr_w2(MTIA_CR_QSCALE, mtia_f32_bits(3), 5);
  __mtia_cr_w2(MTIA_CR_QCLAMP, 1, 2);
  __mtia_cr_w2(MTIA_CR_QCHAN, 33, 4);
  __mtia_cr_w2(MTIA_CR_GATHER, 32, 4);
  __mtia_cr_w(MTIA_CR_GATHER_PITCH, 96);
  __mtia_cr_w(MTIA_CR_SE_FMT, MTIA_SE_CHAN);
  __mtia_cr_w2(MTIA_CR_SE_LEN, 32, 64);
  __mtia_cr_w2(MTIA_CR_SE_SRC, 64, 64);
  __mtia_cr_w2(MTIA_CR_SE_ROW, 16, mtia_se_row(MTIA_SE_F16_FRONT, 31));
  __mtia_cr_w2(MTIA_CR_MLU_SHAPE, 1, 1);
  __mtia_cr_w2(MTIA_CR_MLU_SRC, 32, 64);
  __mtia_cr_w2(MTIA_CR_MLU_DST, 32, 64);
  __mtia_cr_w2(MTIA_CR_PREFETCH, 32, 32);
  __mtia_cr_w(MTIA_CR_QMODE, mtia_qmode(MTIA_ROUND_AWAY, MTIA_SE_GELU, 0));
  __mtia_cr_w2(MTIA_CR_QOUT, mtia_f32_bits(2), 7);
  __mtia_cr_w2(MTIA_CR_QSCALE2, mtia_f32_bits(2), 7);
  __mtia_cr_w2(MTIA_CR_SE_STRIDE, 32, 0);
  __mtia_cr_w2(MTIA_CR_GATHER_LIMIT, 1, 31);
}
#else
static inline void kn_dirty(void) {}
#endif

#define KN_LAUNCH(kernel, type, ...)                                                               \
  MTIA_KERNEL(kernel, type, __VA_ARGS__) {                                                         \
    kn_dirty();                                                                                    \
    enum mtia_status status = mtia_##kernel(args);                                                 \
    if (status != MTIA_STATUS_OK)                                                                  \
      kn_refused(#kernel, status);                                                                 \
  }

static void kn_say(int file, const char *text) { sys_semihost_write(file, text, strlen(text)); }

// All cores come here with the same status; one of them speaks.
__attribute__((cold, noinline)) static void kn_refused(const char *kernel,
                                                       enum mtia_status status) {
  if (mtia_pe() != 0 || mtia_core() != 0)
    return;
  int file = sys_semihost_open(":tt", 8); // appending to the terminal is stderr
  kn_say(file, kernel);
  kn_say(file, ": error: the kernel refuses its arguments: ");
  kn_say(file, mtia_status_text(status));
  kn_say(file, "\n");
  sys_semihost_exit_extended(1);
}
#else
#define KN_LAUNCH(kernel, type, ...)
#endif

#endif
