// s, made by knyfe-c from k1.knyfe:
//
//   t[m] = max[n] x[m, n]
//   y[m, n] = x[m, n] - t[m] + b[n]
//
// for the shapes below and every sub-grid.
#include <mtia/intrinsics.h>
#include <mtia/kernel.h>
#include <stdbool.h>

struct s_args {
  struct mtia_tensor x; // i32[M = 64, N = 100]
  struct mtia_tensor b; // i32[N = 100]
  struct mtia_tensor y; // i32[M = 64, N = 100]
};

enum { CB_X = 0, CB_X_2 = 1, CB_B = 2, CB_Y = 3 };

static inline int32_t max_i32(int32_t a, int32_t b) {
  return a > b ? a : b;
}

// The number of a circular buffer is a constant of the instruction: core 1 has those 16
// further on.
#define BY_CORE(f, cb, ...) (mtia_core() ? f(cb + 16, __VA_ARGS__) : f(cb, __VA_ARGS__))

MTIA_KERNEL(s, struct s_args, MTIA_IN(x, MTIA_I32, "64", "100"), MTIA_IN(b, MTIA_I32, "100"),
    MTIA_OUT(y, MTIA_I32, "64", "100")) {
  // Each core has half of local memory and its own circular buffers.
  const long local = MTIA_LOCAL_BASE + mtia_core() * 65536;
  BY_CORE(__mtia_cb_init, CB_X, local, 512);
  BY_CORE(__mtia_cb_init, CB_X_2, local + 544, 416);
  BY_CORE(__mtia_cb_init, CB_B, local + 960, 416);
  BY_CORE(__mtia_cb_init, CB_Y, local + 1376, 832);
  // Tiles are dealt to both cores of all PEs.
  const long worker = mtia_pe() * 2 + mtia_core();
  const long workers = mtia_rows() * mtia_cols() * 2;
  // y[m, n] = x[m, n] - t[m] + b[n]
  for (long t = worker; t < 64; t += workers) {
    int32_t *partial = (int32_t *)(local + 512);
    partial[0] = INT32_MIN;
    __mtia_cr_w2(MTIA_CR_DMA_IN, 400, 512);
    BY_CORE(__mtia_dma_in, CB_X, args->x.data + t * args->x.stride[0], 1, MTIA_MC_NONE);
    BY_CORE(__mtia_cb_waitd, CB_X, 512);
    const int32_t *x = (int32_t *)(uintptr_t)BY_CORE(__mtia_cb_head, CB_X, 0);
    int32_t greatest = partial[0];
    for (long k = 0; k < 100; k++)
      greatest = max_i32(greatest, x[k]);
    partial[0] = greatest;
    BY_CORE(__mtia_cb_pop, CB_X, 512);
    __mtia_cr_w2(MTIA_CR_DMA_IN, 400, 416);
    BY_CORE(__mtia_dma_in, CB_X_2, args->x.data + t * args->x.stride[0], 1, MTIA_MC_NONE);
    __mtia_cr_w2(MTIA_CR_DMA_IN, 400, 416);
    BY_CORE(__mtia_dma_in, CB_B, args->b.data, 1, MTIA_MC_NONE);
    BY_CORE(__mtia_cb_waitd, CB_X_2, 416);
    const int32_t *x2 = (int32_t *)(uintptr_t)BY_CORE(__mtia_cb_head, CB_X_2, 0);
    BY_CORE(__mtia_cb_waitd, CB_B, 416);
    const int32_t *b = (int32_t *)(uintptr_t)BY_CORE(__mtia_cb_head, CB_B, 0);
    BY_CORE(__mtia_cb_waits, CB_Y, 416);
    int32_t *y = (int32_t *)(uintptr_t)BY_CORE(__mtia_cb_tail, CB_Y, 0);
    for (long n = 0; n < 100; n++)
      y[n] = (int32_t)((uint32_t)x2[n] - (uint32_t)partial[0] + (uint32_t)b[n]);
    BY_CORE(__mtia_cb_pop, CB_X_2, 416);
    BY_CORE(__mtia_cb_pop, CB_B, 416);
    BY_CORE(__mtia_cb_push, CB_Y, 416);
    __mtia_cr_w2(MTIA_CR_DMA_OUT, 400, 416);
    BY_CORE(__mtia_dma_out, CB_Y, args->y.data + t * args->y.stride[0], 1);
  }
}
