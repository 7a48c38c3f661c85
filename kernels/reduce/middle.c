// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Reductions of a middle dimension; <mtia/kernels.h> says what is computed.
//
// A piece of work is up to 2 KB of the columns of one a, for all r; a PE has as many pieces as the
// others, to one, so there should be as many as PEs. Core 0 loads the piece's rows in blocks of up
// to 8 KB. Sums, means, greatest and least elements: core 1 has the SE add 32 rows at a time (64,
// 32 or 16 numbers of 8, 16 or 32 bits per cycle), r ascending. The rest core 1 does itself: it
// keeps results (of f32 or i32) of 16, 32 or 64 columns in vector registers over a block's rows,
// and in local memory from block to block; places.h looks for the places of the greatest and the
// least. The last results go to CB_OUT in y's type, and to memory.
#include "places.h"

KN_STACK_LINES(3);

enum { CB_IN, CB_OUT, CB_VALUES, CB_VALUES_READ, CB_WEIGHTS, CB_LEAST };
enum {
  WIDE = 2 * 1024, // bytes of a piece's rows
  BLOCK = 8 * 1024,
  IN_ROOM = 64 * 1024,
  COLUMNS = WIDE, // of i8
  OUT_SLOT = 4 * COLUMNS,
  OUT_SIZE = 2 * OUT_SLOT,
  IN_AT = MTIA_LOCAL_BASE,
  OUT_AT = IN_AT + IN_ROOM,
  VALUES_AT = OUT_AT + OUT_SIZE,
  PLACES_AT = VALUES_AT + 4 * COLUMNS,
  ROWS_AT = PLACES_AT + 4 * COLUMNS,
  WEIGHTS_AT = ROWS_AT + 4 * COLUMNS,
  WEIGHTS_SIZE = 4 * 32,
};
_Static_assert(WEIGHTS_AT + WEIGHTS_SIZE <= MTIA_LOCAL_BASE + MTIA_LOCAL_SIZE, "local memory");

struct cut {
  uint32_t size;   // bytes of an element of x
  uint32_t across; // pieces of a row
  uint32_t wide;   // columns of a piece
  uint32_t rows;   // of a block
};

struct piece {
  uint64_t a, column;
  uint32_t columns, stride;
  uint32_t in_end; // of CB_IN, in local memory
};

static struct cut make_cut(const struct reduce_job *job) {
  struct cut c = {.size = kn_se_size(job->from)};
  uint64_t columns = job->x->dim[2], a = job->x->dim[0];
  // Narrower pieces, of whole 64 bytes, if there are too few.
  uint32_t step = 64 / c.size;
  uint64_t wanted = kn_ceil_div(kn_pes(), a);
  uint64_t wide = kn_ceil_div(kn_ceil_div(columns, wanted), step) * step;
  c.wide = (uint32_t)kn_min(wide, WIDE / c.size);
  c.across = (uint32_t)kn_ceil_div(columns, c.wide);
  // Core 1 searches i8 and f16 hardly faster than they come: what is left to do when all have come
  // is half as much.
  bool half = reduce_has_index(job) && (job->from == MTIA_SE_I8 || job->from == MTIA_SE_F16);
  uint32_t block = half ? BLOCK / 2 : BLOCK;
  c.rows = (uint32_t)kn_min(block / kn_pad(kn_min(columns, c.wide) * c.size), job->x->dim[1]);
  if (reduce_has_index(job))
    c.rows = (uint32_t)kn_min(c.rows, segment_rows(job));
  return c;
}

static uint32_t in_size(uint32_t stride) { return (uint32_t)kn_div(IN_ROOM, stride) * stride; }

static struct piece get_piece(const struct reduce_job *job, const struct cut *c, uint64_t number) {
  struct piece p = {.a = kn_div(number, c->across)};
  p.column = (number - p.a * c->across) * c->wide;
  p.columns = (uint32_t)kn_min(c->wide, job->x->dim[2] - p.column);
  p.stride = kn_pad(kn_min(job->x->dim[2], c->wide) * c->size);
  p.in_end = IN_AT - MTIA_LOCAL_BASE + in_size(p.stride);
  return p;
}

//===----------------------------------------------------------------------===//
// Vectors: a block's rows of some columns onto the results
//===----------------------------------------------------------------------===//

// A block, and where results are.
struct block {
  const char *x;
  uint32_t stride, rows;
  void *values;
};

#define SAME(x) (x)
#define EACH_GROUP _Pragma("clang loop unroll(full)") for (int g = 0; g < groups; g++)
// All rows, `change` with x of each of them.
#define EACH_ROW(change)                                                                           \
  for (uint32_t r = 0; r < b->rows; r++, at += b->stride)                                          \
  EACH_GROUP change
// LOAD(at) is a vector of `n` elements of type t. One or two of them, which don't wait for each
// other.
#define ROWS(name, t, c, wide, W, WIDEN, n, LOAD, groups_)                                         \
  ALWAYS_INLINE MTIA_VECTOR void name(const struct block *b, enum reduce_op op, long column,       \
                                      long count) {                                                \
    enum { groups = groups_ };                                                                     \
    const char *at = b->x + column * (long)sizeof(c);                                              \
    W *value = (W *)b->values + column;                                                            \
    mtia_##wide##x##n v[groups];                                                                   \
    EACH_GROUP v[g] = mtia_load_first_##wide##x##n(value + n * g, count);                          \
    (void)count;                                                                                   \
    if (op == SUM)                                                                                 \
      EACH_ROW(v[g] += WIDEN(LOAD((const c *)at + n * g)));                                        \
    else if (op == PROD)                                                                           \
      EACH_ROW(v[g] *= WIDEN(LOAD((const c *)at + n * g)));                                        \
    else if (op == MAX)                                                                            \
      EACH_ROW(v[g] = mtia_max_##wide##x##n(v[g], WIDEN(LOAD((const c *)at + n * g))));            \
    else                                                                                           \
      EACH_ROW(v[g] = mtia_min_##wide##x##n(v[g], WIDEN(LOAD((const c *)at + n * g))));            \
    EACH_GROUP mtia_store_first_##wide##x##n(value + n * g, count, v[g]);                          \
  }

// Elements that are there of the last columns.
#define FIRST(t, n, p) mtia_load_first_##t##x##n(p, count)
#define FIRST_f32_16(p) FIRST(f32, 16, p)
#define FIRST_f32_32(p) FIRST(f32, 32, p)
#define FIRST_f32_64(p) FIRST(f32, 64, p)
#define FIRST_f16_16(p) FIRST(f16, 16, p)
#define FIRST_f16_32(p) FIRST(f16, 32, p)
#define FIRST_f16_64(p) FIRST(f16, 64, p)
#define FIRST_bf16_16(p) FIRST(bf16, 16, p)
#define FIRST_bf16_32(p) FIRST(bf16, 32, p)
#define FIRST_bf16_64(p) FIRST(bf16, 64, p)
#define FIRST_i32_16(p) FIRST(i32, 16, p)
#define FIRST_i32_32(p) FIRST(i32, 32, p)
#define FIRST_i32_64(p) FIRST(i32, 64, p)
#define FIRST_i8_16(p) FIRST(i8, 16, p)
#define FIRST_i8_32(p) FIRST(i8, 32, p)
#define FIRST_i8_64(p) FIRST(i8, 64, p)

// Columns by 64; the last ones by 16 or 32 if that is enough. The operation is a constant in every
// copy of the loops.
#define TYPE(t, c, wide, W, WIDEN16, WIDEN32, WIDEN64)                                             \
  ROWS(first_##t##_16, t, c, wide, W, WIDEN16, 16, FIRST_##t##_16, 1)                              \
  ROWS(first_##t##_32, t, c, wide, W, WIDEN32, 32, FIRST_##t##_32, 1)                              \
  ROWS(first_##t##_64, t, c, wide, W, WIDEN64, 64, FIRST_##t##_64, 1)                              \
  ROWS(whole_##t, t, c, wide, W, WIDEN64, 64, mtia_load_##t##x64, 1)                               \
  ROWS(pair_##t, t, c, wide, W, WIDEN64, 64, mtia_load_##t##x64, 2)                                \
  ALWAYS_INLINE                                                                                    \
  MTIA_VECTOR void columns_##t(const struct block *b, enum reduce_op op, long columns) {           \
    long k = 0;                                                                                    \
    for (; k + 128 <= columns; k += 128)                                                           \
      pair_##t(b, op, k, 64);                                                                      \
    for (; k + 64 <= columns; k += 64)                                                             \
      whole_##t(b, op, k, 64);                                                                     \
    if (columns - k > 32)                                                                          \
      first_##t##_64(b, op, k, columns - k);                                                       \
    else if (columns - k > 16)                                                                     \
      first_##t##_32(b, op, k, columns - k);                                                       \
    else if (columns > k)                                                                          \
      first_##t##_16(b, op, k, columns - k);                                                       \
  }                                                                                                \
  MTIA_VECTOR static void reduce_##t(const struct block *b, enum reduce_op op, long columns) {     \
    switch (op) {                                                                                  \
    case SUM:                                                                                      \
    case MEAN:                                                                                     \
      columns_##t(b, SUM, columns);                                                                \
      break;                                                                                       \
    case PROD:                                                                                     \
      columns_##t(b, PROD, columns);                                                               \
      break;                                                                                       \
    case MAX:                                                                                      \
      columns_##t(b, MAX, columns);                                                                \
      break;                                                                                       \
    default:                                                                                       \
      columns_##t(b, MIN, columns);                                                                \
    }                                                                                              \
  }
TYPE(f32, float, f32, float, SAME, SAME, SAME)
TYPE(f16, _Float16, f32, float, mtia_f32x16_from_f16x16, mtia_f32x32_from_f16x32,
     mtia_f32x64_from_f16x64)
TYPE(bf16, __bf16, f32, float, mtia_f32x16_from_bf16x16, mtia_f32x32_from_bf16x32,
     mtia_f32x64_from_bf16x64)
TYPE(i32, int32_t, i32, int32_t, SAME, SAME, SAME)
TYPE(i8, int8_t, i32, int32_t, mtia_i32x16_from_i8x16, mtia_i32x32_from_i8x32,
     mtia_i32x64_from_i8x64)

static void reduce_block(const struct reduce_job *job, const struct block *b, long columns) {
  switch (job->from) {
  case MTIA_SE_F32:
    reduce_f32(b, job->op, columns);
    break;
  case MTIA_SE_F16:
    reduce_f16(b, job->op, columns);
    break;
  case MTIA_SE_BF16:
    reduce_bf16(b, job->op, columns);
    break;
  case MTIA_SE_I32:
    reduce_i32(b, job->op, columns);
    break;
  default:
    reduce_i8(b, job->op, columns);
  }
}

MTIA_VECTOR static void begin_values(union reduce_value v, long columns) {
  for (long k = 0; k < columns; k += 64)
    mtia_store_i32x64((int32_t *)(uintptr_t)VALUES_AT + k, mtia_splat_i32x64(v.i));
}

// Results in y's type.
MTIA_VECTOR static void end_values(const struct reduce_job *job, void *y, long columns) {
  const float *value = (const float *)(uintptr_t)VALUES_AT;
  const int32_t *integer = (const int32_t *)(uintptr_t)VALUES_AT;
  float share = job->op == MEAN ? 1.0f / (float)job->x->dim[1] : 1.0f;
  for (long k = 0; k < columns; k += 64) {
    if (job->to == MTIA_SE_I32)
      mtia_store_i32x64((int32_t *)y + k, mtia_load_i32x64(integer + k));
    else if (job->to == MTIA_SE_I8)
      mtia_store_i8x64((int8_t *)y + k, mtia_i8x64_from_i32x64(mtia_load_i32x64(integer + k)));
    else {
      mtia_f32x64 v = mtia_load_f32x64(value + k) * share;
      if (job->to == MTIA_SE_F32)
        mtia_store_f32x64((float *)y + k, v);
      else if (job->to == MTIA_SE_F16)
        mtia_store_f16x64((_Float16 *)y + k, mtia_f16x64_from_f32x64(v));
      else
        mtia_store_bf16x64((__bf16 *)y + k, mtia_bf16x64_from_f32x64(v));
    }
  }
}

//===----------------------------------------------------------------------===//
// Pieces
//===----------------------------------------------------------------------===//

// Core 0; the first block before the other core is waited for.
static void load(const struct reduce_job *job, const struct cut *c, struct kn_range mine) {
  const struct mtia_tensor *x = job->x;
  __mtia_cb_init(CB_IN, IN_AT, in_size(kn_pad(kn_min(x->dim[2], c->wide) * c->size)));
  __mtia_cb_init(CB_OUT, OUT_AT, OUT_SIZE);
  __mtia_cr_w(MTIA_CR_DMA_IN_PITCH, x->stride[1]);
  bool met = false;
  for (uint64_t k = mine.begin; k < mine.end; k++) {
    struct piece p = get_piece(job, c, k);
    uint64_t from = x->data + p.a * x->stride[0] + p.column * c->size;
    __mtia_cr_w2(MTIA_CR_DMA_IN, p.columns * c->size, p.stride);
    for (uint64_t r = 0; r < x->dim[1]; r += c->rows) {
      __mtia_dma_in(CB_IN, from + r * x->stride[1], kn_min(c->rows, x->dim[1] - r), MTIA_MC_NONE);
      if (!met)
        __mtia_bar(MTIA_BAR_PE);
      met = true;
    }
  }
  if (!met)
    __mtia_bar(MTIA_BAR_PE);
}

// How a PE does it: find is that of argmax or argmin, NULL for the others.
struct way {
  const struct reduce_job *job;
  search_fn *find;
  struct search search;
};

ALWAYS_INLINE void compute_rows(const struct way *way, const struct piece *p, const char *x,
                                uint32_t rows, uint32_t first) {
  if (way->find) {
    way->find(&way->search, x, rows, first, p->columns);
  } else {
    struct block b = {x, p->stride, rows, (void *)(uintptr_t)VALUES_AT};
    reduce_block(way->job, &b, p->columns);
  }
}

// `rows` rows, `at` bytes behind the head of CB_IN, onto the results; `first`: of the segment.
ALWAYS_INLINE void compute_block(const struct way *way, const struct piece *p, uint32_t at,
                                 uint32_t rows, uint32_t first) {
  uint32_t bytes = rows * p->stride;
  __mtia_cb_waitd(CB_IN, at + bytes);
  const char *x = (const char *)__mtia_cb_head(CB_IN, at);
  // A block may begin before the buffer's end and go on at its start, between two rows.
  uint32_t room = p->in_end - (uint32_t)((uintptr_t)x % MTIA_LOCAL_ROOM);
  if (bytes > room) {
    uint32_t some = (uint32_t)kn_div(room, p->stride);
    compute_rows(way, p, x, some, first);
    rows -= some;
    first += some;
    x = x + room - in_size(p->stride);
  }
  compute_rows(way, p, x, rows, first);
}

// Bytes of CB_IN that are still to be popped.
static uint32_t compute_piece(struct way *way, const struct cut *c, const struct piece *of,
                              bool last) {
  const struct reduce_job *job = way->job;
  const struct piece p = *of; // in registers
  uint64_t all_rows = job->x->dim[1], segment = 0, most = way->find ? segment_rows(job) : all_rows;
  uint32_t block = c->rows, at = 0;
  // A pop waits for the vector unit, so where nothing comes behind there is one for all blocks.
  bool keep = last && all_rows * p.stride <= in_size(p.stride);
  way->search.stride = p.stride;
  if (way->find)
    begin_places(&way->search, worst(job), p.columns);
  else
    begin_values(reduce_identity(job), p.columns);
  for (uint64_t r = 0; r < all_rows; r += block) {
    uint32_t rows = (uint32_t)kn_min(block, all_rows - r);
    if (r + rows - segment > most) {
      end_segment(job, &way->search, segment, way->search.row, p.columns);
      segment = r;
    }
    compute_block(way, &p, at, rows, (uint32_t)(r - segment));
    at += rows * p.stride;
    if (!keep) {
      __mtia_cb_pop(CB_IN, at);
      at = 0;
    }
  }
  __mtia_cb_waits(CB_OUT, OUT_SLOT);
  void *y = (void *)__mtia_cb_tail(CB_OUT, 0);
  if (way->find)
    end_segment(job, &way->search, segment, y, p.columns);
  else
    end_values(job, y, p.columns);
  return at;
}

// Core 1. Its frame is not the other core's.
__attribute__((noinline)) static void compute(const struct reduce_job *job, const struct cut *c,
                                              struct kn_range mine) {
  __mtia_bar(MTIA_BAR_PE);
  struct way way = {.job = job,
                    .find = reduce_has_index(job) ? get_search(job) : NULL,
                    .search = {.value = (void *)(uintptr_t)VALUES_AT,
                               .place = (void *)(uintptr_t)PLACES_AT,
                               .row = (int32_t *)(uintptr_t)ROWS_AT}};
  for (uint64_t k = mine.begin; k < mine.end; k++) {
    struct piece p = get_piece(job, c, k);
    uint32_t left = compute_piece(&way, c, &p, k + 1 == mine.end);
    __mtia_cb_push(CB_OUT, OUT_SLOT);
    __mtia_cr_w2(MTIA_CR_DMA_OUT, p.columns * kn_se_size(job->to), OUT_SLOT);
    __mtia_dma_out(CB_OUT, job->y->data + p.a * job->y->stride[0] + p.column * kn_se_size(job->to),
                   1);
    if (left)
      __mtia_cb_pop(CB_IN, left);
  }
}

//===----------------------------------------------------------------------===//
// Sums and extremes by the SE
//===----------------------------------------------------------------------===//

// Sums of i8 are exact in f32 while they have 24 bits.
static bool by_se(const struct reduce_job *job) {
  if (job->op == MAX || job->op == MIN)
    return job->from != MTIA_SE_I32;
  if (job->op != SUM && job->op != MEAN)
    return false;
  return job->from == MTIA_SE_I8 ? job->x->dim[1] <= 1 << 17 : job->from != MTIA_SE_I32;
}

// Rows of a block onto the results, 32 at a time. min x = -max -x: rows get the weight -1, and so
// do the results.
static void accumulate(const struct reduce_job *job, const struct piece *p, uint32_t rows,
                       bool first) {
  bool extreme = job->op == MAX || job->op == MIN;
  for (uint32_t r = 0; r < rows; r += 32) {
    uint32_t some = (uint32_t)kn_min(rows - r, 32);
    __mtia_cr_w2(MTIA_CR_SE_SRC, r * p->stride, 0);
    if (extreme)
      __mtia_se_rowacc(CB_VALUES, CB_IN, some, MTIA_SE_ROWS_MAX_ONTO);
    else if (first)
      __mtia_se_rowacc(CB_VALUES, CB_IN, some, MTIA_SE_ROWS_SUM);
    else
      __mtia_se_rowacc(CB_VALUES, CB_IN, some, MTIA_SE_ROWS_SUM_ONTO);
    first = false;
  }
}

MTIA_VECTOR static void fill(float *to, float value, long n) {
  for (long k = 0; k < n; k += 64)
    mtia_store_f32x64(to + k, mtia_splat_f32x64(value));
}

__attribute__((noinline)) static void compute_by_se(const struct reduce_job *job,
                                                    const struct cut *c, struct kn_range mine) {
  __mtia_bar(MTIA_BAR_PE);
  uint64_t all_rows = job->x->dim[1];
  uint32_t to_size = kn_se_size(job->to);
  float factor = job->op == MEAN ? 1.0f / (float)all_rows : job->op == MIN ? -1.0f : 1.0f;
  int weights = -1;
  if (job->op == MIN) {
    weights = CB_WEIGHTS;
    float *weight = (float *)(uintptr_t)WEIGHTS_AT;
    for (int r = 0; r < 32; r++)
      weight[r] = -1;
    __mtia_cb_init(CB_WEIGHTS, WEIGHTS_AT, WEIGHTS_SIZE);
    __mtia_cb_push(CB_WEIGHTS, WEIGHTS_SIZE);
  }
  bool extreme = job->op == MAX || job->op == MIN;
  KN_SE_SCRATCH(CB_VALUES, CB_VALUES_READ, VALUES_AT, 4 * COLUMNS);
  if (extreme) {
    fill((float *)(uintptr_t)PLACES_AT, -__builtin_inff(), COLUMNS);
    __mtia_cb_init(CB_LEAST, PLACES_AT, 4 * COLUMNS);
    __mtia_cb_push(CB_LEAST, 4 * COLUMNS);
  }
  __mtia_cr_w(MTIA_CR_QMODE, 0);
  __mtia_cr_w2(MTIA_CR_QCLAMP, (uint32_t)-128, 127);
  __mtia_cr_w2(MTIA_CR_QSCALE, mtia_f32_bits(factor), 0);
  for (uint64_t k = mine.begin; k < mine.end; k++) {
    struct piece p = get_piece(job, c, k);
    if (extreme)
      KN_SE_UN(MTIA_SE_COPY, CB_VALUES, 0, CB_LEAST, 0, MTIA_SE_F32, MTIA_SE_F32, p.columns);
    for (uint64_t r = 0; r < all_rows; r += c->rows) {
      uint32_t rows = (uint32_t)kn_min(c->rows, all_rows - r);
      __mtia_cr_w(MTIA_CR_SE_FMT, mtia_se_fmt(job->from, 0, MTIA_SE_F32, MTIA_SE_EACH));
      __mtia_cr_w2(MTIA_CR_SE_LEN, 0, 0);
      __mtia_cr_w2(MTIA_CR_SE_ROW, p.columns, mtia_se_row(MTIA_SE_PLAIN, weights));
      __mtia_cr_w2(MTIA_CR_SE_STRIDE, p.stride, 0);
      accumulate(job, &p, rows, r == 0);
      __mtia_cb_pop(CB_IN, rows * p.stride);
    }
    if (job->op == MIN && job->to == MTIA_SE_I8)
      KN_SE_UN(MTIA_SE_QUANTISE, CB_OUT, 0, CB_VALUES_READ, 0, MTIA_SE_F32, job->to, p.columns);
    else if (job->op == MEAN || job->op == MIN)
      KN_SE_UN(MTIA_SE_DEQUANTISE, CB_OUT, 0, CB_VALUES_READ, 0, MTIA_SE_F32, job->to, p.columns);
    else
      KN_SE_UN(MTIA_SE_COPY, CB_OUT, 0, CB_VALUES_READ, 0, MTIA_SE_F32, job->to, p.columns);
    __mtia_cb_push(CB_OUT, OUT_SLOT);
    __mtia_cr_w2(MTIA_CR_DMA_OUT, p.columns * to_size, OUT_SLOT);
    __mtia_dma_out(CB_OUT, job->y->data + p.a * job->y->stride[0] + p.column * to_size, 1);
  }
  KN_SE_SCRATCH_END(CB_VALUES_READ, 4 * COLUMNS);
  if (extreme)
    __mtia_cb_pop(CB_LEAST, 4 * COLUMNS);
  if (weights >= 0)
    __mtia_cb_pop(CB_WEIGHTS, WEIGHTS_SIZE);
}

static enum mtia_status reduce_middle(const struct mtia_reduce_middle_args *args, enum reduce_op op,
                                      enum mtia_se_type from, enum mtia_se_type to) {
  struct reduce_job job = {&args->x, &args->y, op, from, to};
  const uint64_t *dim = args->x.dim;
  if (args->y.dim[0] != dim[0] || args->y.dim[1] != dim[2])
    return MTIA_STATUS_SHAPE;
  if (dim[0] == 0 || dim[2] == 0)
    return MTIA_STATUS_OK;
  if (dim[1] == 0 && op != SUM && op != MEAN && op != PROD)
    return MTIA_STATUS_SHAPE;
  if (reduce_has_index(&job) && dim[1] > INT32_MAX)
    return MTIA_STATUS_LIMIT;
  struct cut c = make_cut(&job);
  struct kn_range mine = kn_share(dim[0] * c.across, mtia_pe(), kn_pes());
  if (mtia_core() == 0)
    load(&job, &c, mine);
  else if (by_se(&job) && dim[1] > 0)
    compute_by_se(&job, &c, mine);
  else
    compute(&job, &c, mine);
  kn_leave();
  return MTIA_STATUS_OK;
}

#define MTIA_VARIANT(kernel, types, units, op, from, to)                                           \
  enum mtia_status mtia_##kernel(const struct mtia_reduce_middle_args *args) {                     \
    return reduce_middle(args, op, MTIA_SE_##from, MTIA_SE_##to);                                  \
  }                                                                                                \
  KN_LAUNCH(kernel, struct mtia_reduce_middle_args, MTIA_IN(x, MTIA_##from, "A", "R", "B"),        \
            MTIA_OUT(y, MTIA_##to, "A", "B"))
#include <mtia/kernels/reduce_middle.def>
