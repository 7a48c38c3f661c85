// REQUIRES: mtia-clang, mtia-run
// RUN: %mtia-clang -O2 -Wall -Werror %s -o %t.elf
// RUN: %python %S/Inputs/oracle.py matmul_nn --run %mtia-run --elf %t.elf --scratch %t.dir
//
// C = A * B with B as k x n: the MLU turns the tiles of B on their way to the DPE, nothing
// transposed is ever in memory. The PEs of a column take blocks of rows in turn: each waits on its
// counter until its northern neighbour has written, so C is stored in order. The SE applies GELU.
#include <mtia/kernel.h>

struct args {
  struct mtia_tensor a, b, c, total;
};

enum { CB_A, CB_B, CB_C };
enum { TURN, DONE };

MTIA_KERNEL(matmul_nn, struct args, MTIA_IN(a, MTIA_F16, "M", "K"), MTIA_IN(b, MTIA_F16, "K", "N"),
            MTIA_OUT(c, MTIA_F16, "M", "N"), MTIA_OUT(total, MTIA_I64, "1")) {
  if (mtia_core() != 0 || mtia_col() != 0)
    return;
  uint32_t m = (uint32_t)args->a.dim[0], k = (uint32_t)args->a.dim[1], n = (uint32_t)args->b.dim[1];
  uint32_t a_row = (uint32_t)mtia_align_up(2 * k), b_row = (uint32_t)mtia_align_up(2 * n);
  uint32_t steps = a_row / 32; // 16 elements of k each; rows of B beyond k are zeros
  __mtia_cb_init(CB_A, MTIA_LOCAL_BASE, 32 * a_row);
  __mtia_cb_init(CB_B, MTIA_LOCAL_BASE + 0x8000, 16 * steps * b_row);
  __mtia_cb_init(CB_C, MTIA_LOCAL_BASE + 0x18000, 32 * 64);
  __mtia_cr_w2(MTIA_CR_DMA_IN, 2 * n, 0);
  __mtia_cr_w(MTIA_CR_DMA_IN_PITCH, args->b.stride[0]);
  __mtia_dma_in(CB_B, args->b.data, k, MTIA_MC_NONE);
  if (16 * steps > k) { // zeros for the rest
    uint64_t *rest = (uint64_t *)(uintptr_t)__mtia_cb_tail(CB_B, 0);
    for (uint32_t i = 0; i < (16 * steps - k) * b_row / 8; i++)
      rest[i] = 0;
    __mtia_cb_push(CB_B, (16 * steps - k) * b_row);
  }
  __mtia_cr_w2(MTIA_CR_DMA_IN, 2 * k, 0);
  __mtia_cr_w(MTIA_CR_DMA_IN_PITCH, args->a.stride[0]);
  __mtia_cr_w2(MTIA_CR_MML_INC, 32, 0);
  __mtia_cr_w2(MTIA_CR_OUT, 0, 64);
  __mtia_cr_w2(MTIA_CR_QSCALE, mtia_f32_bits(1), 0);
  __mtia_cr_w(MTIA_CR_QMODE, mtia_qmode(MTIA_ROUND_EVEN, MTIA_SE_GELU, 0));
  __mtia_cr_w(MTIA_CR_MLU_DST, 0);
  uint64_t turn = 0;
  for (uint32_t row = 32 * mtia_row(); row < m; row += 32 * mtia_rows(), turn++) {
    uint32_t rows = m - row < 32 ? m - row : 32;
    __mtia_dma_in(CB_A, args->a.data + row * args->a.stride[0], rows, MTIA_MC_NONE);
    for (uint32_t col = 0; col < n; col += 32) {
      uint32_t cols = n - col < 32 ? n - col : 32;
      __mtia_cr_w(MTIA_CR_BLOCK, mtia_block(rows, cols));
      __mtia_cr_w2(MTIA_CR_MLU_SHAPE, 16, cols);
      __mtia_cr_w2(MTIA_CR_MML_A, 0, a_row);
      __mtia_acc_zero(0);
      for (uint32_t step = 0; step < steps; step++) {
        __mtia_cr_w2(MTIA_CR_MLU_SRC, step * 16 * b_row + 2 * col, b_row);
        if (step % 2) {
          __mtia_mlu_transpose(1, CB_B, MTIA_MLU_16, MTIA_MLU_DPE);
          __mtia_mml_ob(0, CB_A, 1, 0, 0, MTIA_MML_ADV, MTIA_MML_F16);
        } else {
          __mtia_mlu_transpose(0, CB_B, MTIA_MLU_16, MTIA_MLU_DPE);
          __mtia_mml_ob(0, CB_A, 0, 0, 0, MTIA_MML_ADV, MTIA_MML_F16);
        }
      }
      __mtia_drainf(0, CB_C, 0, 0, MTIA_DRAIN_F16, 0);
      __mtia_cb_push(CB_C, rows * 64);
      __mtia_cr_w2(MTIA_CR_DMA_OUT, 2 * cols, 64);
      __mtia_cr_w(MTIA_CR_DMA_OUT_PITCH, args->c.stride[0]);
      __mtia_dma_out(CB_C, args->c.data + row * args->c.stride[0] + 2 * col, rows);
    }
    __mtia_cb_pop(CB_A, rows * a_row);
    __mtia_sync();
    // Row 0 begins each round when the last row has ended the one before.
    __mtia_ctr_wait(TURN, mtia_row() ? turn + 1 : turn);
    uint64_t next = row + 32 >= m ? 0 : (mtia_row() + 1) % mtia_rows();
    __mtia_ctr_add(TURN, next * mtia_cols(), 1);
    __mtia_ctr_add(DONE, 0, rows);
  }
  __mtia_cb_pop(CB_B, 16 * steps * b_row);
  if (mtia_row() == 0) {
    __mtia_ctr_wait(DONE, m);
    *(volatile uint64_t *)mtia_ptr(&args->total, 0) = __mtia_ctr_get(DONE);
  }
}
