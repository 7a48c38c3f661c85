// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Reductions of the last dimension; <mtia/kernels.h> says what is computed.
//
// Many short rows (up to 16 KB), sums, means, greatest and least: a PE has a share of the rows, in
// blocks. Core 0 loads them; core 1 has the SE reduce them, a number per row straight into CB_OUT,
// and stores: 16 numbers of f32 per cycle, of which the SRAM brings 4.
//
// Everything else goes through core 1: it takes the SE's greatest or least number or sum of a piece
// (a block of short rows, or 8 KB of a long one) while the SE is at the next one, looks with
// vectors for its place (argmax, argmin; find.h), or multiplies and adds integers itself with
// vectors. To look for a place takes longer than the SE: of rows that can be cut into equal parts
// it finds the number of each part, and only one part is searched.
//
// y's rows are stored 32 bytes at a time. Where that would leave PEs without work, rows are dealt
// out one by one, and, if there are at most half as many as PEs, in parts; a PE stores what it has
// found into the local memory of the PE that has the row's 32 bytes of y, which puts them together
// behind a barrier.
#include "find.h"

KN_STACK_LINES(5);

enum { CB_IN, CB_OUT, CB_STATS, CB_STATS_READ, CB_FOUND };
enum {
  PIECE = 8 * 1024,
  SHORT = 16 * 1024,
  MOST_ROWS = 256, // of a block
  GROUP = 256,     // elements of y in one store of core 1's
  STORE = 256,     // bytes of y in one store of the SE's, if there are so many
  LONG = 1024,     // elements from which on a row is worth cutting
  IN_ROOM = 72 * 1024,
  OUT_SIZE = 4 * 4 * GROUP,
  STATS_SIZE = 4 * MOST_ROWS,
  FOUND_SIZE = 4 * 4 * MOST_ROWS,
  SLOTS_SIZE = 4 * 1024,
  IN_AT = MTIA_LOCAL_BASE,
  OUT_AT = IN_AT + IN_ROOM,
  STATS_AT = OUT_AT + OUT_SIZE,
  FOUND_AT = STATS_AT + STATS_SIZE,
  SLOTS_AT = FOUND_AT + FOUND_SIZE,
};
_Static_assert(SLOTS_AT + SLOTS_SIZE <= MTIA_LOCAL_BASE + MTIA_LOCAL_SIZE, "local memory");

//===----------------------------------------------------------------------===//
// Buffers, but for CB_IN, which is core 0's
//===----------------------------------------------------------------------===//

static void set_up_rest(void) {
  if (mtia_core() == 0) {
    __mtia_cb_init(CB_OUT, OUT_AT, OUT_SIZE);
    __mtia_cb_init(CB_FOUND, FOUND_AT, FOUND_SIZE);
  } else {
    KN_SE_SCRATCH(CB_STATS, CB_STATS_READ, STATS_AT, STATS_SIZE);
    __mtia_cr_w(MTIA_CR_QMODE, 0);
    __mtia_cr_w2(MTIA_CR_QCLAMP, (uint32_t)-128, 127);
  }
  __mtia_bar(MTIA_BAR_PE);
}

//===----------------------------------------------------------------------===//
// Many short rows, by the SE alone
//===----------------------------------------------------------------------===//

// Shares of whole 32 bytes of y.
static struct kn_range get_share(const struct reduce_job *job) {
  uint32_t step = 32 / kn_se_size(job->to);
  struct kn_range units = kn_share(kn_ceil_div(job->x->dim[0], step), mtia_pe(), kn_pes());
  return (struct kn_range){units.begin * step, kn_min(units.end * step, job->x->dim[0])};
}

static void load_blocks(const struct kn_rows *r) {
  __mtia_cb_init(CB_IN, IN_AT, IN_ROOM);
  set_up_rest();
  for (uint64_t row = r->begin; row < r->end; row += r->block)
    KN_ROWS_LOAD(r, CB_IN, row, (uint32_t)kn_min(r->block, r->end - row));
}

#define REDUCE_BLOCK(op, out, out_at, to)                                                          \
  do {                                                                                             \
    __mtia_cr_w(MTIA_CR_SE_FMT, mtia_se_fmt(job->from, 0, to, MTIA_SE_EACH));                      \
    __mtia_cr_w2(MTIA_CR_SE_LEN, 0, out_at);                                                       \
    __mtia_se_red(out, CB_IN, rows, op);                                                           \
  } while (0)

static void reduce_blocks(const struct reduce_job *job, const struct kn_rows *r) {
  uint32_t size = kn_se_size(job->to), filled = 0; // filled: bytes
  float share = 1.0f / (float)job->x->dim[1];
  __mtia_cr_w2(MTIA_CR_QSCALE, mtia_f32_bits(share), 0);
  __mtia_cr_w2(MTIA_CR_SE_SRC, 0, 0);
  __mtia_cr_w2(MTIA_CR_SE_ROW, (uint32_t)job->x->dim[1], 0);
  __mtia_cr_w2(MTIA_CR_SE_STRIDE, r->stride, 0);
  uint64_t first = r->begin;
  for (uint64_t row = r->begin; row < r->end; row += r->block) {
    uint32_t rows = (uint32_t)kn_min(r->block, r->end - row);
    if (job->op == MAX)
      REDUCE_BLOCK(MTIA_SE_RED_MAX, CB_OUT, filled, job->to);
    else if (job->op == MIN)
      REDUCE_BLOCK(MTIA_SE_RED_MIN, CB_OUT, filled, job->to);
    else if (job->op == SUM)
      REDUCE_BLOCK(MTIA_SE_RED_SUM, CB_OUT, filled, job->to);
    else {
      REDUCE_BLOCK(MTIA_SE_RED_SUM, CB_STATS, 0, MTIA_SE_F32);
      KN_SE_UN(MTIA_SE_DEQUANTISE, CB_OUT, filled, CB_STATS_READ, 0, MTIA_SE_F32, job->to, rows);
    }
    __mtia_cb_pop(CB_IN, rows * r->stride);
    filled += rows * size;
    if (row + rows < r->end && (filled % 32 != 0 || filled < STORE))
      continue;
    __mtia_cb_push(CB_OUT, kn_pad(filled));
    __mtia_cr_w2(MTIA_CR_DMA_OUT, filled, 0);
    __mtia_dma_out(CB_OUT, job->y->data + first * size, 1);
    first = row + rows;
    filled = 0;
  }
}

static void by_units(const struct reduce_job *job) {
  struct kn_rows r = kn_rows(job->x, job->x, kn_se_size(job->from), PIECE, MOST_ROWS);
  struct kn_range mine = get_share(job);
  r.begin = mine.begin;
  r.end = mine.end;
  // Some blocks together are 32 bytes of y.
  uint32_t step = 32 / kn_se_size(job->to);
  while (r.block % step != 0 && step % r.block != 0)
    r.block--;
  if (mtia_core() == 0)
    load_blocks(&r);
  else {
    set_up_rest();
    reduce_blocks(job, &r);
  }
}

//===----------------------------------------------------------------------===//
// Vectors
//===----------------------------------------------------------------------===//

#define SAME(x) (x)
#define EACH_ROW _Pragma("clang loop unroll(full)") for (int r = 0; r < some; r++)
// Products of n elements of each of some rows: 64 products of every 64th, joined at distances 32,
// 16,
// ... 1. Those of whole rows stay in vectors up to their store: who reads a scalar result waits for
// it; two rows don't wait for each other.
#define MULTIPLY(t, c, WIDEN)                                                                      \
  typedef c two_##t __attribute__((ext_vector_type(2)));                                           \
  ALWAYS_INLINE MTIA_VECTOR void multiply_some_##t(const char *x, uint32_t stride, long n,         \
                                                   mtia_simd_f32x2 *product, const int some) {     \
    const c *row[2] = {(const c *)x, (const c *)(x + stride)};                                     \
    mtia_f32x64 all[2];                                                                            \
    EACH_ROW all[r] = mtia_splat_f32x64(1);                                                        \
    long k = 0;                                                                                    \
    for (; k + 64 <= n; k += 64)                                                                   \
      EACH_ROW all[r] *= WIDEN(mtia_load_##t##x64(row[r] + k));                                    \
    if (k < n)                                                                                     \
      EACH_ROW all[r] =                                                                            \
          mtia_select_f32x64(mtia_first_maskx64(n - k),                                            \
                             all[r] * WIDEN(mtia_load_first_##t##x64(row[r] + k, n - k)), all[r]); \
    EACH_ROW {                                                                                     \
      mtia_f32x32 half = all[r].lo * all[r].hi;                                                    \
      mtia_f32x16 quarter = half.lo * half.hi;                                                     \
      mtia_simd_f32x8 eight = quarter.lo * quarter.hi;                                             \
      mtia_simd_f32x4 four = eight.lo * eight.hi;                                                  \
      mtia_simd_f32x2 two = four.lo * four.hi;                                                     \
      product[r] = two * two.yx;                                                                   \
    }                                                                                              \
  }                                                                                                \
  MTIA_VECTOR static union reduce_value multiply_##t(const void *row, long n) {                    \
    mtia_simd_f32x2 product[1];                                                                    \
    multiply_some_##t(row, 0, n, product, 1);                                                      \
    return (union reduce_value){.f = product[0].x};                                                \
  }                                                                                                \
  MTIA_VECTOR static void multiply_rows_##t(void *y, const char *x, uint32_t stride,               \
                                            uint32_t rows, long n) {                               \
    mtia_simd_f32x2 product[2];                                                                    \
    c *to = y;                                                                                     \
    for (; rows >= 2; rows -= 2, x += 2 * stride) {                                                \
      multiply_some_##t(x, stride, n, product, 2);                                                 \
      *to++ = __builtin_convertvector(product[0], two_##t)[0];                                     \
      *to++ = __builtin_convertvector(product[1], two_##t)[0];                                     \
    }                                                                                              \
    if (rows) {                                                                                    \
      multiply_some_##t(x, stride, n, product, 1);                                                 \
      *to = __builtin_convertvector(product[0], two_##t)[0];                                       \
    }                                                                                              \
  }
MULTIPLY(f32, float, SAME)
MULTIPLY(f16, _Float16, mtia_f32x64_from_f16x64)
MULTIPLY(bf16, __bf16, mtia_f32x64_from_bf16x64)

static void multiply_rows(const struct reduce_job *job, void *y, const char *x, uint32_t stride,
                          uint32_t rows, long n) {
  if (job->from == MTIA_SE_F32)
    multiply_rows_f32(y, x, stride, rows, n);
  else if (job->from == MTIA_SE_F16)
    multiply_rows_f16(y, x, stride, rows, n);
  else
    multiply_rows_bf16(y, x, stride, rows, n);
}

// Modulo 2^32.
MTIA_VECTOR static union reduce_value add_i32(const void *row, long n) {
  const int32_t *x = row;
  mtia_i32x64 sum = mtia_splat_i32x64(0);
  long k = 0;
  for (; k + 64 <= n; k += 64)
    sum += mtia_load_i32x64(x + k);
  if (k < n)
    sum += mtia_load_first_i32x64(x + k, n - k);
  return (union reduce_value){.i = mtia_hsum_i32x64(sum)};
}

static bool by_vectors(const struct reduce_job *job) { return job->op == PROD; }

// The SE's sums of i32 are saturated: those that may be are made again.
static bool may_wrap(const struct reduce_job *job, union reduce_value v) {
  return job->op == SUM && job->from == MTIA_SE_I32 && (v.i == INT32_MAX || v.i == INT32_MIN);
}

static union reduce_value reduce_by_vectors(const struct reduce_job *job, const void *x, long n) {
  if (job->op == SUM)
    return add_i32(x, n);
  return job->from == MTIA_SE_F32   ? multiply_f32(x, n)
         : job->from == MTIA_SE_F16 ? multiply_f16(x, n)
                                    : multiply_bf16(x, n);
}

//===----------------------------------------------------------------------===//
// Pieces: blocks of short rows, chunks of long ones
//===----------------------------------------------------------------------===//

struct pieces {
  uint64_t row_begin, row_end; // of this PE
  uint64_t begin, end;         // elements of each
  uint32_t rows;               // of a piece
  uint32_t elements;           // of a piece's rows
  uint32_t stride;             // of rows in CB_IN
  uint32_t bytes;              // that a piece takes in CB_IN
  uint32_t parts;              // of a row, of each of which the SE finds a number
  bool whole;                  // for reduce_whole
};

struct piece {
  uint64_t row, at;
  uint32_t rows, n;
};

// `whole`: a PE has all of each row, and its results are those next to each other in y.
static struct pieces make_pieces(const struct reduce_job *job, struct kn_range rows, uint64_t begin,
                                 uint64_t end, bool whole) {
  uint32_t size = kn_se_size(job->from);
  struct pieces p = {rows.begin, rows.end, begin, end, 1, PIECE / size, PIECE, PIECE, 1, false};
  if ((end - begin) * size <= SHORT && end > begin) {
    p.elements = (uint32_t)(end - begin);
    p.stride = kn_pad(p.elements * size);
    uint64_t fair = kn_ceil_div(rows.end - rows.begin, 8);
    p.whole = whole && (reduce_has_index(job) || (job->op == SUM && job->from == MTIA_SE_I32));
    if (p.whole && job->op != SUM && p.stride == p.elements * size)
      p.parts = find_parts(p.stride);
    p.rows = (uint32_t)kn_max(
        kn_min(kn_min(kn_div(PIECE, p.stride), kn_div(MOST_ROWS, p.parts)), fair), 1);
    p.bytes = p.rows * p.stride;
  }
  return p;
}

static struct piece get_piece(const struct pieces *p, uint64_t row, uint64_t at) {
  return (struct piece){row, at, (uint32_t)kn_min(p->rows, p->row_end - row),
                        (uint32_t)kn_min(p->elements, p->end - at)};
}
static struct piece first_piece(const struct pieces *p) {
  return get_piece(p, p->row_begin, p->begin);
}
static struct piece next_piece(const struct pieces *p, struct piece x) {
  if (x.at + x.n < p->end)
    return get_piece(p, x.row, x.at + x.n);
  return get_piece(p, x.row + x.rows, p->begin);
}
static bool is_piece(const struct pieces *p, struct piece x) {
  return x.row < p->row_end && p->begin < p->end;
}

// A piece comes in two halves, so that the SE is done with the first one when the second one is
// there.
static uint32_t half_of(const struct pieces *p, uint32_t rows) {
  return p->whole ? (rows + 1) / 2 : rows;
}

ALWAYS_INLINE void load_piece(const struct reduce_job *job, const struct pieces *p,
                              struct piece x) {
  uint32_t size = kn_se_size(job->from), half = half_of(p, x.rows);
  uint64_t pitch = job->x->stride[0];
  uint64_t from = job->x->data + x.row * pitch + x.at * size;
  for (uint32_t some; x.rows; x.rows -= some, from += some * pitch) {
    some = (uint32_t)kn_min(half, x.rows);
    if (pitch == x.n * size && some > 1) {
      __mtia_cr_w2(MTIA_CR_DMA_IN, some * x.n * size, 0);
      __mtia_dma_in(CB_IN, from, 1, MTIA_MC_NONE);
    } else {
      __mtia_cr_w2(MTIA_CR_DMA_IN, x.n * size, p->stride);
      __mtia_dma_in(CB_IN, from, some, MTIA_MC_NONE);
    }
  }
}

// The first one before anything else is made ready.
static void load_pieces(const struct reduce_job *job, const struct pieces *p) {
  __mtia_cb_init(CB_IN, IN_AT, kn_div(IN_ROOM, p->bytes) * p->bytes);
  __mtia_cr_w(MTIA_CR_DMA_IN_PITCH, job->x->stride[0]);
  struct piece x = first_piece(p);
  if (is_piece(p, x)) {
    load_piece(job, p, x);
    x = next_piece(p, x);
  }
  set_up_rest();
  for (; is_piece(p, x); x = next_piece(p, x))
    load_piece(job, p, x);
}

// What the SE's commands have in common.
static void begin_issue(const struct reduce_job *job, const struct pieces *p) {
  enum mtia_se_type to = reduce_is_integer(job) ? MTIA_SE_I32 : MTIA_SE_F32;
  __mtia_cr_w(MTIA_CR_SE_FMT, mtia_se_fmt(job->from, 0, to, MTIA_SE_EACH));
  __mtia_cr_w2(MTIA_CR_SE_ROW, (uint32_t)kn_div(p->elements, p->parts), 0);
  __mtia_cr_w2(MTIA_CR_SE_STRIDE, (uint32_t)kn_div(p->stride, p->parts), 0);
}

// The SE's part of a piece, which lies `at` bytes behind CB_IN's head.
static void issue(const struct reduce_job *job, const struct pieces *p, struct piece x,
                  uint32_t at) {
  if (!is_piece(p, x) || by_vectors(job))
    return;
  enum reduce_op op = job->op;
  if (!p->whole)
    __mtia_cr_w2(MTIA_CR_SE_ROW, x.n, 0);
  uint32_t half = half_of(p, x.rows);
  for (uint32_t done = 0; done < x.rows; done += half, at += half * p->stride) {
    uint32_t some = (uint32_t)kn_min(half, x.rows - done) * p->parts;
    __mtia_cr_w2(MTIA_CR_SE_LEN, 0, 4 * done * p->parts);
    __mtia_cr_w2(MTIA_CR_SE_SRC, at, 0);
    if (op == SUM || op == MEAN)
      __mtia_se_red(CB_FOUND, CB_IN, some, MTIA_SE_RED_SUM);
    else if (op == MAX || op == ARGMAX)
      __mtia_se_red(CB_FOUND, CB_IN, some, MTIA_SE_RED_MAX);
    else
      __mtia_se_red(CB_FOUND, CB_IN, some, MTIA_SE_RED_MIN);
  }
  __mtia_cb_push(CB_FOUND, 4 * MOST_ROWS);
}

// A number and its place, and others that come behind.
struct found {
  union reduce_value v;
  int32_t index;
};

static bool is_better(const struct reduce_job *job, union reduce_value a, union reduce_value b) {
  bool greatest = job->op == MAX || job->op == ARGMAX;
  if (reduce_is_integer(job))
    return greatest ? a.i > b.i : a.i < b.i;
  return greatest ? a.f > b.f : a.f < b.f;
}

static struct found join(const struct reduce_job *job, struct found a, struct found b) {
  if (job->op == SUM || job->op == MEAN) {
    if (reduce_is_integer(job))
      a.v.i = (int32_t)((uint32_t)a.v.i + (uint32_t)b.v.i);
    else
      a.v.f += b.v.f;
  } else if (job->op == PROD)
    a.v.f *= b.v.f;
  else if (is_better(job, b.v, a.v))
    a = b;
  return a;
}

//===----------------------------------------------------------------------===//
// Where results go: y's next elements, or the PE that has them
//===----------------------------------------------------------------------===//

struct results {
  uint64_t row;    // first of those that are not stored yet
  uint32_t filled; // of them are in CB_OUT
  char *at;        // the next one's place there
  uint32_t part, parts;
  bool gather;
};

// Slots of a PE: for each of its rows of y, `parts` numbers.
static uint32_t slot(const struct results *o, uint32_t step, uint64_t row, uint32_t part) {
  uint64_t unit = row / step;
  uint64_t mine = unit / kn_pes() * step + row % step;
  return (uint32_t)((mine * o->parts + part) * sizeof(struct found));
}

// Where the next result goes.
static char *open_results(struct results *o) {
  if (o->filled == 0) {
    __mtia_cb_waits(CB_OUT, OUT_SIZE / 2);
    o->at = (char *)__mtia_cb_tail(CB_OUT, 0);
  }
  return o->at;
}

static void put(const struct reduce_job *job, struct results *o, union reduce_value v,
                int32_t index) {
  reduce_store(job, open_results(o), job->x->dim[1], v, index);
  o->at += kn_se_size(job->to);
  o->filled++;
}

static void flush(const struct reduce_job *job, struct results *o) {
  if (o->filled == 0)
    return;
  uint32_t size = kn_se_size(job->to);
  __mtia_cb_push(CB_OUT, OUT_SIZE / 2);
  __mtia_cr_w2(MTIA_CR_DMA_OUT, o->filled * size, OUT_SIZE / 2);
  __mtia_dma_out(CB_OUT, job->y->data + o->row * size, 1);
  o->row += o->filled;
  o->filled = 0;
}

static void emit(const struct reduce_job *job, struct results *o, uint64_t row, struct found f) {
  if (!o->gather) {
    put(job, o, f.v, f.index);
    if (o->filled == GROUP)
      flush(job, o);
    return;
  }
  uint32_t step = 32 / kn_se_size(job->to);
  uint32_t owner = (uint32_t)(row / step % kn_pes());
  struct found *to = kn_remote(owner, SLOTS_AT - MTIA_LOCAL_BASE + slot(o, step, row, o->part));
  to->v = f.v;
  to->index = f.index;
}

// Behind a barrier: this PE's parts of y.
static void put_together(const struct reduce_job *job, struct results *o) {
  uint32_t step = 32 / kn_se_size(job->to);
  for (uint64_t unit = mtia_pe(); unit * step < job->x->dim[0]; unit += kn_pes()) {
    o->row = unit * step;
    for (uint64_t row = unit * step; row < kn_min((unit + 1) * step, job->x->dim[0]); row++) {
      const struct found *from =
          (const struct found *)(uintptr_t)(SLOTS_AT + slot(o, step, row, 0));
      struct found all = from[0];
      for (uint32_t part = 1; part < o->parts; part++)
        all = join(job, all, from[part]);
      put(job, o, all.v, all.index);
    }
    flush(job, o);
  }
}

MTIA_VECTOR static void copy(int32_t *to, const int32_t *from, long n) {
  for (long k = 0; k < n; k += 64)
    mtia_store_first_i32x64(to + k, n - k, mtia_load_first_i32x64(from + k, n - k));
}

MTIA_VECTOR static bool any_saturated(const int32_t *x, long n) {
  mtia_i32x64 least = mtia_splat_i32x64(0), most = least;
  for (long k = 0; k < n; k += 64) {
    mtia_i32x64 p = mtia_load_first_i32x64(x + k, n - k);
    least = mtia_min_i32x64(least, p);
    most = mtia_max_i32x64(most, p);
  }
  return mtia_hmin_i32x64(least) == INT32_MIN || mtia_hmax_i32x64(most) == INT32_MAX;
}

static void close_results(const struct reduce_job *job, struct results *o, uint32_t rows,
                          uint32_t size) {
  o->at += size * rows;
  o->filled += rows;
  if (o->filled == GROUP)
    flush(job, o);
}

// Results of i32 of whole rows, in y's order.
static void put_block(const struct reduce_job *job, struct results *o, const int32_t *from,
                      uint32_t rows) {
  while (rows) {
    uint32_t some = (uint32_t)kn_min(rows, GROUP - o->filled);
    copy((int32_t *)open_results(o), from, some);
    close_results(job, o, some, 4);
    from += some;
    rows -= some;
  }
}

// Blocks of whole rows whose results are indices, or sums of i32.
static void reduce_whole(const struct reduce_job *job, const struct pieces *p, struct results *o) {
  find_fn *find = reduce_has_index(job) ? get_find(job->from) : NULL;
  struct find f = {.stride = p->stride,
                   .parts = p->parts,
                   .n = kn_div(p->elements, p->parts),
                   .greatest = job->op == ARGMAX};
  struct piece x = first_piece(p);
  issue(job, p, x, 0);
  while (x.row < p->row_end) {
    uint32_t bytes = x.rows * p->stride;
    struct piece next = get_piece(p, x.row + x.rows, 0);
    issue(job, p, next, bytes);
    __mtia_cb_waitd(CB_IN, bytes);
    f.x = (const char *)__mtia_cb_head(CB_IN, 0);
    __mtia_cb_waitd(CB_FOUND, 4 * MOST_ROWS);
    union reduce_value *values = (union reduce_value *)__mtia_cb_head(CB_FOUND, 0);
    if (find) {
      // STATS is free, as the SE has no use for it here.
      bool fits = o->filled + x.rows <= GROUP;
      int32_t *results = fits ? (int32_t *)open_results(o) : (int32_t *)(uintptr_t)STATS_AT;
      f.values = values;
      f.rows = x.rows;
      find(results, &f);
      if (fits)
        close_results(job, o, x.rows, 4);
      else
        put_block(job, o, results, x.rows);
    } else {
      if (any_saturated(&values->i, x.rows))
        for (uint32_t r = 0; r < x.rows; r++)
          if (may_wrap(job, values[r]))
            values[r] = reduce_by_vectors(job, f.x + r * p->stride, x.n);
      put_block(job, o, &values->i, x.rows);
    }
    __mtia_cb_pop(CB_FOUND, 4 * MOST_ROWS);
    __mtia_cb_pop(CB_IN, bytes);
    x = next;
  }
  flush(job, o);
}

// Products of whole rows.
static void multiply_pieces(const struct reduce_job *job, const struct pieces *p,
                            struct results *o) {
  for (struct piece x = first_piece(p); x.row < p->row_end;
       x = get_piece(p, x.row + x.rows, p->begin)) {
    uint32_t bytes = x.rows * p->stride;
    __mtia_cb_waitd(CB_IN, bytes);
    const char *from = (const char *)__mtia_cb_head(CB_IN, 0);
    for (uint32_t left = x.rows, some; left; left -= some, from += some * p->stride) {
      some = (uint32_t)kn_min(left, GROUP - o->filled);
      multiply_rows(job, open_results(o), from, p->stride, some, x.n);
      close_results(job, o, some, kn_se_size(job->to));
    }
    __mtia_cb_pop(CB_IN, bytes);
  }
  flush(job, o);
}

static void reduce_pieces(const struct reduce_job *job, const struct pieces *p, struct results *o) {
  struct found all = {reduce_identity(job), 0};
  struct piece x = first_piece(p);
  issue(job, p, x, 0);
  while (is_piece(p, x)) {
    struct piece next = next_piece(p, x);
    uint32_t bytes = x.rows * p->stride;
    issue(job, p, next, bytes);
    __mtia_cb_waitd(CB_IN, bytes);
    const char *data = (const char *)__mtia_cb_head(CB_IN, 0);
    union reduce_value *values = 0;
    if (!by_vectors(job)) {
      __mtia_cb_waitd(CB_FOUND, 4 * MOST_ROWS);
      values = (union reduce_value *)__mtia_cb_head(CB_FOUND, 0);
    }
    for (uint32_t r = 0; r < x.rows; r++, data += p->stride) {
      struct found f = {{0}, 0};
      if (values)
        f.v = values[r];
      if (!values || may_wrap(job, f.v))
        f.v = reduce_by_vectors(job, data, x.n);
      if (reduce_has_index(job) && (p->rows > 1 || is_better(job, f.v, all.v))) {
        get_find(job->from)(
            &f.index, &(struct find){.x = data, .rows = 1, .parts = 1, .n = x.n, .values = &f.v});
        f.index += (int32_t)x.at;
      }
      all = join(job, all, f);
      if (x.at + x.n == p->end) {
        emit(job, o, x.row + r, all);
        all = (struct found){reduce_identity(job), 0};
      }
    }
    if (values)
      __mtia_cb_pop(CB_FOUND, 4 * MOST_ROWS);
    __mtia_cb_pop(CB_IN, bytes);
    x = next;
  }
  // Parts of nothing, too, are counted.
  if (p->begin == p->end)
    for (uint64_t row = p->row_begin; row < p->row_end; row++)
      emit(job, o, row, all);
  if (!o->gather)
    flush(job, o);
}

// Core 1. Its frame is not the other core's; copies are kept in registers.
__attribute__((noinline)) static void compute_pieces(const struct reduce_job *a_job,
                                                     const struct pieces *some, uint32_t part,
                                                     uint32_t parts, bool gather) {
  struct reduce_job job = *a_job;
  struct pieces p = *some;
  struct results o = {.row = p.row_begin, .part = part, .parts = parts, .gather = gather};
  set_up_rest();
  begin_issue(&job, &p);
  // Until all have come here, somebody may still use its local memory for what was before.
  if (gather)
    __mtia_bar(MTIA_BAR_CORE);
  if (p.whole)
    reduce_whole(&job, &p, &o);
  else if (!gather && job.op == PROD && p.elements == p.end - p.begin)
    multiply_pieces(&job, &p, &o);
  else
    reduce_pieces(&job, &p, &o);
  if (gather) {
    __mtia_bar(MTIA_BAR_CORE);
    put_together(&job, &o);
  }
}

static void by_pieces(const struct reduce_job *job, bool gather) {
  uint64_t rows = job->x->dim[0], n = job->x->dim[1];
  struct kn_part part = {.part = 0, .parts = 1};
  struct pieces p;
  if (!gather)
    p = make_pieces(job, get_share(job), 0, n, true);
  else if (2 * rows <= kn_pes() && n >= LONG) {
    part = kn_part(rows, n, 64);
    p = make_pieces(job, (struct kn_range){part.row, kn_min(part.row + 1, rows)}, part.begin,
                    part.end, false);
  } else
    p = make_pieces(job, kn_share(rows, mtia_pe(), kn_pes()), 0, n, false);
  if (mtia_core() == 0)
    load_pieces(job, &p);
  else
    compute_pieces(job, &p, part.part, part.parts, gather);
}

// Whether the SE's result is y's element as it is.
static bool is_se_result(const struct reduce_job *job) {
  return !by_vectors(job) && !reduce_has_index(job) &&
         !(job->op == SUM && job->from == MTIA_SE_I32);
}

static enum mtia_status reduce_rows(const struct mtia_reduce_rows_args *args, enum reduce_op op,
                                    enum mtia_se_type from, enum mtia_se_type to) {
  struct reduce_job job = {&args->x, &args->y, op, from, to};
  uint64_t rows = args->x.dim[0], n = args->x.dim[1];
  if (args->y.dim[0] != rows)
    return MTIA_STATUS_SHAPE;
  if (rows == 0)
    return MTIA_STATUS_OK;
  if (n == 0 && op != SUM && op != MEAN && op != PROD)
    return MTIA_STATUS_SHAPE;
  if (reduce_has_index(&job) && n > INT32_MAX)
    return MTIA_STATUS_LIMIT;
  uint32_t step = 32 / kn_se_size(to);
  bool many = rows >= 2 * (uint64_t)kn_pes() * step;
  if (many && n * kn_se_size(from) <= SHORT && n > 0 && is_se_result(&job))
    by_units(&job);
  else
    by_pieces(&job, !many);
  if (mtia_core() == 1)
    KN_SE_SCRATCH_END(CB_STATS_READ, STATS_SIZE);
  kn_leave();
  return MTIA_STATUS_OK;
}

#define MTIA_VARIANT(kernel, types, units, op, from, to)                                           \
  enum mtia_status mtia_##kernel(const struct mtia_reduce_rows_args *args) {                       \
    return reduce_rows(args, op, MTIA_SE_##from, MTIA_SE_##to);                                    \
  }                                                                                                \
  KN_LAUNCH(kernel, struct mtia_reduce_rows_args, MTIA_IN(x, MTIA_##from, "M", "N"),               \
            MTIA_OUT(y, MTIA_##to, "M"))
#include <mtia/kernels/reduce_rows.def>
