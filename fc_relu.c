// fc_relu, made by knyfe-c from fc_relu.knyfe:
//
//   acc[m, n] = sum[k] i32(x[m, k]) * i32(w[n, k])
//   y[m, n] = quantize(relu(acc[m, n] + bias[n]), scale)
//
// for the shapes below and every sub-grid.
#include <mtia/intrinsics.h>
#include <mtia/kernel.h>
#include <stdbool.h>

struct fc_relu_args {
  struct mtia_tensor x; // i8[M = 256, K = 512]
  struct mtia_tensor w; // i8[N = 192, K = 512]
  struct mtia_tensor bias; // i32[N = 192]
  float scale;
  struct mtia_tensor y; // i8[M = 256, N = 192]
};

enum {
  K = 512,
  BLOCK = 64, // rows and columns of a block: 2 x 2 accumulators
  BLOCKS_M = 4,
  BLOCKS_N = 3,
  KC = 256, // bytes of k per DMA
  CHUNKS = 2, // of KC bytes in k
};
enum { CB_X = 0, CB_W = 1, CB_BIAS = 2, CB_Y = 3 };

static inline long min(long a, long b) {
  return a < b ? a : b;
}

MTIA_KERNEL(fc_relu, struct fc_relu_args, MTIA_IN(x, MTIA_I8, "256", "512"),
    MTIA_IN(w, MTIA_I8, "192", "512"), MTIA_IN(bias, MTIA_I32, "192"),
    MTIA_SCALAR(scale, MTIA_F32), MTIA_OUT(y, MTIA_I8, "256", "192")) {
  if (mtia_core() == 0) {
    // streamed, a chunk of KC bytes of k at a time
    __mtia_cb_init(CB_X, MTIA_LOCAL_BASE, 49152);
    // one strip of all of k, kept
    __mtia_cb_init(CB_W, MTIA_LOCAL_BASE + 49152, 65536);
    __mtia_cb_init(CB_BIAS, MTIA_LOCAL_BASE + 114688, 1024);
    // one block is computed while one leaves
    __mtia_cb_init(CB_Y, MTIA_LOCAL_BASE + 115712, 8192);
  }
  __mtia_bar(MTIA_BAR_PE);
  // Rows of PEs take blocks of m, columns blocks of n. Where PEs outnumber blocks, they form groups
  // that share the other dimension.
  const long rows = mtia_rows();
  const long row = mtia_row();
  const long group_rows = min(rows, BLOCKS_M);
  const long row_groups = rows / group_rows;
  const long row_group = row / group_rows;
  const long row_in_group = row % group_rows;
  const long columns = mtia_cols();
  const long column = mtia_col();
  // Blocks are few: k is split over PEs of a row, if there are enough.
  long parts = 1;
  for (long i = 0; i < 4; i++) {
    const long twice = parts * 2;
    parts = (columns % twice == 0 && twice <= CHUNKS) && BLOCKS_M * BLOCKS_N * twice <= rows
        * columns ? twice : parts;
  }
  const long part = column % parts;
  const long next_part = part + 1;
  const long k_begin = part * CHUNKS / parts * KC;
  const long k_end = min(K, next_part * CHUNKS / parts * KC);
  const bool first_part = part == 0;
  const bool last_part = next_part == parts;
  const long chains = columns / parts;
  const long chain = column / parts;
  const long group_chains = min(chains, BLOCKS_N);
  const long chain_groups = chains / group_chains;
  const long chain_group = chain / group_chains;
  const long chain_in_group = chain % group_chains;
  const long m_step = group_rows * chain_groups;
  const long m_first = row_in_group + group_rows * chain_group;
  const long m_count = (BLOCKS_M - m_first + m_step - 1) / m_step;
  const long n_step = group_chains * row_groups;
  const long n_first = chain_in_group + group_chains * row_group;
  const long n_count = (BLOCKS_N - n_first + n_step - 1) / n_step;
  const long blocks = row_group < row_groups && chain_group < chain_groups ? m_count * n_count : 0;
  // Core 0 moves data.
  if (mtia_core() == 0) {
    const long x_pitch = args->x.stride[0];
    const long w_pitch = args->w.stride[0];
    __mtia_cr_w(MTIA_CR_DMA_OUT_PITCH, args->y.stride[0]);
    // The results of a block leave behind the operands of the next one, so that loads never wait
    // for results.
    for (long t = 0; t < blocks + 1; t++) {
      if (t < blocks) {
        const long mb = m_first + t % m_count * m_step;
        const long m0 = mb * BLOCK;
        const long nb = n_first + t / m_count * n_step;
        const long n0 = nb * BLOCK;
        // Only PEs that have such a block take part in its multicasts.
        const long columns_with_block =
            ((1 << min(group_chains, BLOCKS_N - (nb - chain_in_group)) * parts)
            - 1) / ((1 << parts) - 1) << (chain_group * group_chains * parts + part);
        const long rows_with_block = ((1 << min(group_rows, BLOCKS_M - (mb - row_in_group)))
            - 1) << row_group * group_rows;
        __mtia_cr_w(MTIA_CR_MCAST, columns_with_block | (rows_with_block << 16));
        if (first_part) {
          __mtia_cr_w2(MTIA_CR_DMA_IN, BLOCK * 4, BLOCK * 4);
          __mtia_dma_in(CB_BIAS, args->bias.data + n0 * 4, 1, MTIA_MC_COL);
        }
        const bool load_strip = t % m_count == 0;
        for (long k = k_begin; k < k_end; k += KC) {
          __mtia_cr_w2(MTIA_CR_DMA_IN, KC, KC);
          if (load_strip) {
            __mtia_cr_w(MTIA_CR_DMA_IN_PITCH, w_pitch);
            __mtia_dma_in(CB_W, args->w.data + n0 * w_pitch + k, BLOCK, MTIA_MC_COL);
          }
          __mtia_cr_w(MTIA_CR_DMA_IN_PITCH, x_pitch);
          __mtia_dma_in(CB_X, args->x.data + m0 * x_pitch + k, BLOCK, MTIA_MC_ROW);
        }
      }
      if (last_part && t > 0) {
        const long done = t - 1;
        const long mb = m_first + done % m_count * m_step;
        const long m0 = mb * BLOCK;
        const long nb = n_first + done / m_count * n_step;
        const long n0 = nb * BLOCK;
        __mtia_cr_w2(MTIA_CR_DMA_OUT, BLOCK, BLOCK);
        __mtia_dma_out(CB_Y, args->y.data + m0 * args->y.stride[0] + n0, BLOCK);
      }
    }
  } else {
    __mtia_cr_w2(MTIA_CR_MML_INC, 32, 32);
    __mtia_cr_w2(MTIA_CR_OUT, 0, 64);
    __mtia_cr_w2(MTIA_CR_QSCALE, mtia_f32_bits(args->scale), 0);
    __mtia_cr_w2(MTIA_CR_QCLAMP, -128, 127);
    __mtia_cr_w(MTIA_CR_BLOCK, BLOCK | (BLOCK << 16));
    __mtia_acc_zero(0);
    __mtia_acc_zero(1);
    __mtia_acc_zero(2);
    __mtia_acc_zero(3);
    __mtia_cr_w2(MTIA_CR_BIAS, 0, 0);
    // An accumulator starts with its bias as soon as its last results have left; here the first
    // ones.
    if (first_part && blocks > 0) {
      __mtia_acc_bias(0, CB_BIAS, 0);
      __mtia_acc_bias(1, CB_BIAS, 1);
      __mtia_acc_bias(2, CB_BIAS, 0);
      __mtia_acc_bias(3, CB_BIAS, 1);
      __mtia_cb_pop(CB_BIAS, 256);
    }
    for (long t = 0; t < blocks; t++) {
      const bool next_bias = first_part && t + 1 < blocks;
      const bool end_of_strip = t % m_count == m_count - 1;
      for (long k = k_begin; k < k_end; k += KC) {
        // On its last pass the strip is given back chunk by chunk, so that the next one can follow.
        const long offset = end_of_strip ? 0 : BLOCK * (k - k_begin);
        const bool last = k + KC >= k_end;
        // Tile (0, 0) of the block. A chunk is worked off one accumulator at a time: they finish
        // one after the other, and the results of one leave while the next still multiplies.
        __mtia_cr_w2(MTIA_CR_MML_A, 0, KC);
        __mtia_cr_w2(MTIA_CR_MML_B, offset, KC);
        for (long i = 0; i < KC; i += 32)
          __mtia_mml(0, CB_X, CB_W, 0, 0, MTIA_MML_ADV, MTIA_MML_S8S8);
        if (last) {
          // The chain adds up its parts from west to east.
          if (first_part && !last_part)
            __mtia_red(0, MTIA_RED_IN_NONE, MTIA_RED_OUT_EAST);
          if (!first_part && !last_part)
            __mtia_red(0, MTIA_RED_IN_WEST, MTIA_RED_OUT_EAST);
          if (!first_part && last_part)
            __mtia_red(0, MTIA_RED_IN_WEST, MTIA_RED_OUT_NONE);
          if (last_part)
            __mtia_drain(0, CB_Y, 0, 0, MTIA_DRAIN_I8, MTIA_DRAIN_RELU);
          __mtia_acc_zero(0);
          if (next_bias)
            __mtia_acc_bias(0, CB_BIAS, 0);
        }
        // Tile (0, 1) of the block.
        __mtia_cr_w2(MTIA_CR_MML_A, 0, KC);
        __mtia_cr_w2(MTIA_CR_MML_B, offset, KC);
        for (long i = 0; i < KC; i += 32)
          __mtia_mml(1, CB_X, CB_W, 0, 1, MTIA_MML_ADV, MTIA_MML_S8S8);
        if (last) {
          if (first_part && !last_part)
            __mtia_red(1, MTIA_RED_IN_NONE, MTIA_RED_OUT_EAST);
          if (!first_part && !last_part)
            __mtia_red(1, MTIA_RED_IN_WEST, MTIA_RED_OUT_EAST);
          if (!first_part && last_part)
            __mtia_red(1, MTIA_RED_IN_WEST, MTIA_RED_OUT_NONE);
          if (last_part)
            __mtia_drain(1, CB_Y, 0, 1, MTIA_DRAIN_I8, MTIA_DRAIN_RELU);
          __mtia_acc_zero(1);
          if (next_bias)
            __mtia_acc_bias(1, CB_BIAS, 1);
        }
        // Tile (1, 0) of the block.
        __mtia_cr_w2(MTIA_CR_MML_A, 0, KC);
        __mtia_cr_w2(MTIA_CR_MML_B, offset, KC);
        for (long i = 0; i < KC; i += 32)
          __mtia_mml(2, CB_X, CB_W, 1, 0, MTIA_MML_ADV, MTIA_MML_S8S8);
        if (last) {
          if (first_part && !last_part)
            __mtia_red(2, MTIA_RED_IN_NONE, MTIA_RED_OUT_EAST);
          if (!first_part && !last_part)
            __mtia_red(2, MTIA_RED_IN_WEST, MTIA_RED_OUT_EAST);
          if (!first_part && last_part)
            __mtia_red(2, MTIA_RED_IN_WEST, MTIA_RED_OUT_NONE);
          if (last_part)
            __mtia_drain(2, CB_Y, 1, 0, MTIA_DRAIN_I8, MTIA_DRAIN_RELU);
          __mtia_acc_zero(2);
          if (next_bias)
            __mtia_acc_bias(2, CB_BIAS, 0);
        }
        // Tile (1, 1) of the block.
        __mtia_cr_w2(MTIA_CR_MML_A, 0, KC);
        __mtia_cr_w2(MTIA_CR_MML_B, offset, KC);
        for (long i = 0; i < KC; i += 32)
          __mtia_mml(3, CB_X, CB_W, 1, 1, MTIA_MML_ADV, MTIA_MML_S8S8);
        if (last) {
          if (first_part && !last_part)
            __mtia_red(3, MTIA_RED_IN_NONE, MTIA_RED_OUT_EAST);
          if (!first_part && !last_part)
            __mtia_red(3, MTIA_RED_IN_WEST, MTIA_RED_OUT_EAST);
          if (!first_part && last_part)
            __mtia_red(3, MTIA_RED_IN_WEST, MTIA_RED_OUT_NONE);
          if (last_part)
            __mtia_drain(3, CB_Y, 1, 1, MTIA_DRAIN_I8, MTIA_DRAIN_RELU);
          __mtia_acc_zero(3);
          if (next_bias)
            __mtia_acc_bias(3, CB_BIAS, 1);
        }
        if (end_of_strip)
          __mtia_cb_pop(CB_W, BLOCK * KC);
        __mtia_cb_pop(CB_X, BLOCK * KC);
      }
      if (next_bias)
        __mtia_cb_pop(CB_BIAS, 256);
      if (last_part)
        __mtia_cb_push(CB_Y, BLOCK * 64);
    }
  }
}
