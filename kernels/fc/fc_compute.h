// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Core 1 of the fully connected layer: multiply, reduce, drain. Included once for each type of
// product, as accumulators and types are parts of the instructions:
//
//   FC_START          name of the function for the first products
//   FC_COMPUTE        name of the function for everything behind them
//   FC_MML_TYPE       of mml
//   FC_FLOAT          0: integers, 1: binary32 sums
//   FC_SE_TYPE        of x, for the sums of its rows; integers only
//
// Per block of 64 x 64 it works off each chunk of k one accumulator at a time, so that the
// accumulators finish one after the other, and reduction, drain and the next block's bias of one
// overlap the products of the others. The two halves of 32 rows are stored as they are finished; of
// the last block, whose store nothing hides, each accumulator alone: the memory has half as much to
// take when the last one comes, from all PEs at once. (Not where rows of a tile are half bursts of
// DRAM.)
//
// Zero points of integers: the sum of (x - zero_x) * (w - zero_w) is the sum of x * w, minus zero_w
// times the row's sum of x, minus zero_x times the row's sum of w, plus k * zero_x * zero_w. The SE
// adds up the rows of a chunk and multiplies them while the DPE multiplies the chunk; the RE
// adds what comes out to the rows or columns of the accumulators. All of it wraps at 32 bits.

// A finished accumulator: add the neighbour's partial sum, pass it on or drain it.
#undef FC_RED
#undef FC_DRAIN
#undef FC_FINISH
#undef FC_BIAS
#undef FC_ACC
#undef FC_ACC_FIRST
#if FC_FLOAT
#define FC_RED __mtia_redf
#define FC_DRAIN(acc)                                                                              \
  do {                                                                                             \
    if (job->type == MTIA_DRAIN_F16)                                                               \
      __mtia_drainf(acc, CB_Y, 0, 0, MTIA_DRAIN_F16, 0);                                           \
    else if (job->type == MTIA_DRAIN_BF16)                                                         \
      __mtia_drainf(acc, CB_Y, 0, 0, MTIA_DRAIN_BF16, 0);                                          \
    else                                                                                           \
      __mtia_drainf(acc, CB_Y, 0, 0, MTIA_DRAIN_F32, 0);                                           \
  } while (0)
#else
#define FC_RED __mtia_red
#define FC_DRAIN_AS(acc, type)                                                                     \
  do {                                                                                             \
    if (job->scales)                                                                               \
      __mtia_drain(acc, CB_Y, 0, 0, type, MTIA_DRAIN_CHAN);                                        \
    else                                                                                           \
      __mtia_drain(acc, CB_Y, 0, 0, type, 0);                                                      \
  } while (0)
#define FC_DRAIN(acc)                                                                              \
  do {                                                                                             \
    if (job->type == MTIA_DRAIN_I8)                                                                \
      FC_DRAIN_AS(acc, MTIA_DRAIN_I8);                                                             \
    else if (job->type == MTIA_DRAIN_U8)                                                           \
      FC_DRAIN_AS(acc, MTIA_DRAIN_U8);                                                             \
    else if (job->type == MTIA_DRAIN_F32)                                                          \
      FC_DRAIN_AS(acc, MTIA_DRAIN_F32);                                                            \
    else                                                                                           \
      __mtia_drain(acc, CB_Y, 0, 0, MTIA_DRAIN_I32, 0);                                            \
  } while (0)
#endif

#define FC_FINISH(acc, ti, tj)                                                                     \
  do {                                                                                             \
    if (!s->first && !s->last)                                                                     \
      FC_RED(acc, MTIA_RED_IN_WEST, MTIA_RED_OUT_EAST);                                            \
    else if (!s->last)                                                                             \
      FC_RED(acc, MTIA_RED_IN_NONE, MTIA_RED_OUT_EAST);                                            \
    else if (!s->first)                                                                            \
      FC_RED(acc, MTIA_RED_IN_WEST, MTIA_RED_OUT_NONE);                                            \
    if (s->last) {                                                                                 \
      fc_aim(job, tj, fc_min(rows - 32 * (ti), 32), cols, alone);                                  \
      FC_DRAIN(acc);                                                                               \
      if (alone || (tj) == 1 || cols <= 32)                                                        \
        fc_store(job, s, b, ti, tj, fc_min(rows - 32 * (ti), 32), cols, alone);                    \
      __mtia_cr_w(MTIA_CR_BLOCK, size);                                                            \
    }                                                                                              \
  } while (0)

#define FC_BIAS(acc, tj, size)                                                                     \
  do {                                                                                             \
    __mtia_cr_w(MTIA_CR_BLOCK, size);                                                              \
    __mtia_acc_bias(acc, CB_BIAS, tj);                                                             \
  } while (0)

// One accumulator's share of a chunk; then the next block's bias.
#define FC_ACC(acc, ti, tj)                                                                        \
  do {                                                                                             \
    if (rows > 32 * (ti) && cols > 32 * (tj)) {                                                    \
      if (stride && at >= begun)                                                                   \
        KN_MULTIPLY(acc, CB_X, x_at, CB_W, w_at, ti, tj, stride, FC_TILE, zero, FC_MML_TYPE);      \
      else if (stride == 0 && zero)                                                                \
        __mtia_acc_zero(acc);                                                                      \
      if (!FC_FLOAT && zeros && stride) {                                                          \
        if (job->zero_w)                                                                           \
          __mtia_acc_addr(acc, CB_X_TERMS, ti);                                                    \
        if (job->zero_x)                                                                           \
          __mtia_acc_add(acc, CB_W_TERMS, tj);                                                     \
        if (at == 0 && job->zero_x && job->zero_w) {                                               \
          __mtia_cr_w2(MTIA_CR_BIAS, FC_CONSTANT_ROWS, 0);                                         \
          __mtia_acc_addr(acc, CB_CONSTANTS, 0);                                                   \
          __mtia_cr_w2(MTIA_CR_BIAS, 0, 0);                                                        \
        }                                                                                          \
      }                                                                                            \
      if (last)                                                                                    \
        FC_FINISH(acc, ti, tj);                                                                    \
    }                                                                                              \
    if (bias_next) {                                                                               \
      FC_BIAS(acc, tj, next_size);                                                                 \
      __mtia_cr_w(MTIA_CR_BLOCK, size);                                                            \
    }                                                                                              \
  } while (0)

#ifndef FC_COMPUTE_ONCE
#define FC_COMPUTE_ONCE
// The next drain's tile of a half block: columns 32 * tj and on of a row of 64, or alone.
static void fc_aim(const struct fc_job *job, uint32_t tj, uint32_t rows, uint32_t cols,
                   bool alone) {
  uint32_t at = tj * FC_TILE;
  __mtia_cr_w(MTIA_CR_BLOCK, mtia_block(rows, fc_min(cols - at, FC_TILE)));
  __mtia_cr_w2(MTIA_CR_OUT, alone ? 0 : at << job->y_log2,
               (alone ? FC_TILE : FC_BLOCK) << job->y_log2);
  __mtia_cr_w2(MTIA_CR_QCHAN, CB_SCALES, at * job->scale_bytes);
}

// Rows 32 * ti and on of block b, all columns or the tile that is drained alone.
static void fc_store(const struct fc_job *job, const struct fc_share *s, struct fc_walk b,
                     uint32_t ti, uint32_t tj, uint32_t rows, uint32_t cols, bool alone) {
  uint64_t row = s->row + b.i * FC_BLOCK + ti * FC_TILE, col = s->col + b.j * FC_BLOCK;
  uint32_t pitch = (alone ? FC_TILE : FC_BLOCK) << job->y_log2;
  if (alone) {
    col += tj * FC_TILE;
    cols = fc_min(cols - tj * FC_TILE, FC_TILE);
  }
  __mtia_cb_push(CB_Y, rows * pitch);
  __mtia_cr_w2(MTIA_CR_DMA_OUT, cols << job->y_log2, pitch);
  __mtia_dma_out(CB_Y, job->y->data + row * job->y->stride[0] + (col << job->y_log2), rows);
}

// Of chunks of `stride` bytes.
static inline void fc_pop_operands(bool x, bool w, uint32_t rows, uint32_t cols, uint32_t stride) {
  if (x && stride)
    __mtia_cb_pop(CB_X, rows * stride);
  if (w && stride)
    __mtia_cb_pop(CB_W, cols * stride);
}

// What zero points need that stays the same.
static void fc_set_constants(const struct fc_job *job, const struct fc_share *s) {
  volatile int32_t *words = (volatile int32_t *)__mtia_cb_tail(CB_CONSTANTS, 0);
  words[0] = (int32_t)-(uint32_t)job->zero_w;
  words[1] = (int32_t)-(uint32_t)job->zero_x;
  for (uint32_t i = 0; i < 32; ++i)
    words[FC_CONSTANT_ROWS / 4 + i] =
        (int32_t)(s->k_bytes * (uint32_t)job->zero_x * (uint32_t)job->zero_w);
  KN_FENCE();
  __mtia_cb_push(CB_CONSTANTS, FC_CONSTANTS_SIZE);
  __mtia_cr_w2(MTIA_CR_SE_STRIDE, 0, 0);
}

// The sums of `rows` rows of `stride` bytes, times a constant.
#define FC_TERMS(from, at, rows, type, sums, terms, constant)                                      \
  do {                                                                                             \
    __mtia_cr_w(MTIA_CR_SE_FMT, mtia_se_fmt(type, type, MTIA_SE_I32, MTIA_SE_EACH));               \
    __mtia_cr_w2(MTIA_CR_SE_SRC, at, 0);                                                           \
    __mtia_cr_w2(MTIA_CR_SE_ROW, stride, 0);                                                       \
    __mtia_cr_w2(MTIA_CR_SE_LEN, 0, 0);                                                            \
    __mtia_se_red(sums, from, rows, MTIA_SE_RED_SUM);                                              \
    __mtia_cb_push(sums, FC_BLOCK * 4);                                                            \
    __mtia_cr_w(MTIA_CR_SE_FMT, mtia_se_fmt(MTIA_SE_I32, MTIA_SE_I32, MTIA_SE_I32, MTIA_SE_ONE));  \
    __mtia_cr_w2(MTIA_CR_SE_SRC, 0, constant);                                                     \
    __mtia_cr_w2(MTIA_CR_SE_LEN, rows, 0);                                                         \
    __mtia_se_bin(terms, sums, CB_CONSTANTS, MTIA_SE_MUL);                                         \
    __mtia_cb_push(terms, FC_BLOCK * 4);                                                           \
    __mtia_cb_pop(sums, FC_BLOCK * 4);                                                             \
  } while (0)
#endif

// The first products of the first block, of the chunks that core 0 loads first.
#define FC_ACC_FIRST(acc, ti, tj)                                                                  \
  do {                                                                                             \
    if (first.rows > 32 * (ti) && first.cols > 32 * (tj))                                          \
      KN_MULTIPLY(acc, CB_X, first.rows * at, CB_W, first.cols * at, ti, tj, stride, FC_TILE,      \
                  zero, FC_MML_TYPE);                                                              \
  } while (0)

static void FC_START(struct fc_first first) {
  if (first.rows == 0)
    return;
  __mtia_cr_w2(MTIA_CR_MML_INC, FC_TILE, FC_TILE);
  __mtia_cr_w2(MTIA_CR_BIAS, 0, 0);
  uint64_t size = mtia_block(first.rows, first.cols);
  __mtia_cr_w(MTIA_CR_BLOCK, size);
  if (first.bias) {
    FC_BIAS(0, 0, size);
    FC_BIAS(1, 1, size);
    FC_BIAS(2, 0, size);
    FC_BIAS(3, 1, size);
    __mtia_cb_pop(CB_BIAS, kn_pad(first.cols * 4));
  }
  for (uint32_t at = 0; at < first.width; at += FC_FIRST) {
    uint32_t stride = fc_min(FC_FIRST, first.width - at);
    bool zero = at == 0 && !first.bias;
    FC_ACC_FIRST(0, 0, 0);
    FC_ACC_FIRST(1, 0, 1);
    FC_ACC_FIRST(2, 1, 0);
    FC_ACC_FIRST(3, 1, 1);
  }
}

static __attribute__((noinline)) void FC_COMPUTE(const struct fc_job *job, struct fc_share *s) {
  fc_receive(s);
  if (fc_idle(s))
    return;
  const struct fc_plan *p = &s->plan;
  bool bias = s->first && job->bias, zeros = !FC_FLOAT && (job->zero_x || job->zero_w);
  struct fc_walk b = {0, 0};
  uint32_t rows = fc_strip_rows(s, 0), cols = fc_panel_cols(s, 0);
  uint64_t size = mtia_block(rows, cols);
  if (zeros)
    fc_set_constants(job, s);
  uint32_t begun = FC_BEGUN; // bytes of k that FC_START has multiplied

  // Where kept strips and panels begin behind the head of their buffer.
  uint32_t strip_at = 0, panel_at = 0;
  for (;;) {
    struct fc_walk next = b;
    bool more = false, alone = false;
    uint32_t next_rows = 0, next_cols = 0;
    uint64_t next_size = 0;
    // What no later block uses goes chunk by chunk, and so is always in front.
    bool pop_x = !p->keep_x || b.j + 1 == s->panels, pop_w = !p->keep_w || b.i + 1 == s->strips;

    __mtia_cr_w(MTIA_CR_BLOCK, size);
    uint32_t at = 0;
    if (begun && !zeros && begun < s->k_padded) { // nothing else to do with them
      at = begun;
      fc_pop_operands(pop_x, pop_w, rows, cols, begun);
    }
    do {
      uint32_t stride = fc_chunk(s, at);
      uint32_t x_at = pop_x ? 0 : strip_at + rows * at, w_at = pop_w ? 0 : panel_at + cols * at;
      bool zero = at == 0 && !bias, last = at + stride == s->k_padded;
      if (last) { // not before: the first products should not wait for it
        next = fc_next(s, b);
        more = fc_more(s, next);
        alone = !more && (job->y_log2 > 0 || job->y->data < MTIA_DRAM_BASE);
        next_rows = more ? fc_strip_rows(s, next.i) : 0;
        next_cols = more ? fc_panel_cols(s, next.j) : 0;
        next_size = mtia_block(next_rows, next_cols);
      }
      bool bias_next = last && bias && more;

#if !FC_FLOAT
      if (zeros && stride) {
        if (job->zero_w)
          FC_TERMS(CB_X, x_at, rows, FC_SE_TYPE, CB_X_SUMS, CB_X_TERMS, 0);
        if (job->zero_x)
          FC_TERMS(CB_W, w_at, cols, MTIA_SE_I8, CB_W_SUMS, CB_W_TERMS, 4);
      }
#endif
      FC_ACC(0, 0, 0);
      FC_ACC(1, 0, 1);
      FC_ACC(2, 1, 0);
      FC_ACC(3, 1, 1);
      if (bias_next)
        __mtia_cb_pop(CB_BIAS, kn_pad(next_cols * 4));
      if (last && s->last && job->scales)
        __mtia_cb_pop(CB_SCALES, kn_pad(cols * job->scale_bytes));
      if (zeros && job->zero_w && stride)
        __mtia_cb_pop(CB_X_TERMS, FC_BLOCK * 4);
      if (zeros && job->zero_x && stride)
        __mtia_cb_pop(CB_W_TERMS, FC_BLOCK * 4);
      fc_pop_operands(pop_x, pop_w, rows, cols, stride);
      at += stride;
    } while (at < s->k_padded);
    begun = 0;
    if (!more)
      break;

    if (!pop_x && p->w_outside)
      strip_at += rows * s->k_padded;
    if (!pop_w && !p->w_outside)
      panel_at += cols * s->k_padded;
    if (p->w_outside && next.i == 0)
      strip_at = 0;
    if (!p->w_outside && next.j == 0)
      panel_at = 0;
    b = next;
    rows = next_rows;
    cols = next_cols;
    size = next_size;
  }
  if (zeros)
    __mtia_cb_pop(CB_CONSTANTS, FC_CONSTANTS_SIZE);
}

#undef FC_START
#undef FC_COMPUTE
#undef FC_MML_TYPE
#undef FC_FLOAT
#undef FC_SE_TYPE
