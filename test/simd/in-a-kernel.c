// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The header in a file that both cores run: vectors where MTIA_VECTOR says so.
//
// RUN: %mtia-clang -O0 -Wall -Wextra -Wpedantic -Werror %s -o %t.0.elf
// RUN: %mtia-clang -O3 -Wall -Wextra -Wpedantic -Werror %s -o %t.3.elf
// RUN: %python -c "import numpy; numpy.save('%t.x.npy', numpy.linspace(-5, 5, 693, dtype='float32').reshape(7, 99))"
// RUN: %mtia-run %t.0.elf --grid 1x2 --arg x=%t.x.npy --out y=%t.y0.npy
// RUN: %mtia-run %t.3.elf --grid 1x2 --arg x=%t.x.npy --out y=%t.y3.npy
// RUN: %python -c "import numpy; e = numpy.exp(numpy.load('%t.x.npy').astype('f8')); assert all(abs(numpy.load(f) / e - 1).max() < 1.2e-7 for f in ('%t.y0.npy', '%t.y3.npy'))"
#include <mtia/kernel.h>
#include <mtia/mtia_simd.h>

struct args {
  struct mtia_tensor x, y;
};

MTIA_VECTOR static void exp_row(float *y, const float *x, long n) {
  for (long i = 0; i < n; i += 64)
    mtia_store_first_f32x64(y + i, n - i, mtia_exp_f32x64(mtia_load_first_f32x64(x + i, n - i)));
}

// Core 0's rows: without vectors.
static void exp_scalar(float *y, const float *x, long n) {
  for (long i = 0; i < n; i += 16)
    mtia_store_first_f32x16(y + i, n - i, mtia_exp_f32x16(mtia_load_first_f32x16(x + i, n - i)));
}

MTIA_KERNEL(exp_rows, struct args, MTIA_IN(x, MTIA_F32, "M", "N"),
            MTIA_OUT(y, MTIA_F32, "M", "N")) {
  for (uint64_t i = 2 * mtia_pe() + mtia_core(); i < args->x.dim[0]; i += 2 * mtia_cols()) {
    float *y = mtia_ptr(&args->y, i * args->y.stride[0]);
    const float *x = mtia_ptr(&args->x, i * args->x.stride[0]);
    if (mtia_core() == 1)
      exp_row(y, x, (long)args->x.dim[1]);
    else
      exp_scalar(y, x, (long)args->x.dim[1]);
  }
}
