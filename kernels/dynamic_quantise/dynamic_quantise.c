// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Dynamic quantisation; <mtia/kernels.h> says what is computed.
//
// Per row: PEs have shares of rows that begin at multiples of 8, so that scales and zero points
// leave by whole 32 bytes. Rows of up to 16 KB are loaded once: core 0 brings groups of rows; core
// 1 has the SE find their least and greatest numbers (se.red), makes scales and zero points of a
// group with vectors of 16 rows, while the SE is at the next one, and has the SE quantise it, a
// command per row. Longer rows are loaded twice, piece by piece.
//
// Per tensor: the same with pieces of rows, in two passes. In between PEs exchange their extremes,
// along their row of the grid and then along their column, by stores to each other's local memory.
#include "../launch.h"
#include "../rows.h"
#include <mtia/mtia_simd.h>

KN_STACK_LINES(7);

enum { CB_IN, CB_OUT, CB_LOW, CB_HIGH, CB_SCALE, CB_ZERO };
enum {
  LONG = 16384,  // bytes of a row that is loaded once
  NARROW = 1024, // bytes of a row below which groups are of LONG: each row is a command
  UNIT = 8,      // rows: 32 bytes of scales
  LANES = 16,    // rows of a vector
  GROUP = 64,    // rows, at most
  FLUSH = 64,    // scales that leave together
  PIECES = 8,    // of the tensor, per PE
  SLOTS = 32,    // PEs of a row or column of the grid, at most
  IN_SIZE = 4 * LONG,
  STATS_SIZE = 4 * 4 * GROUP,
  PARAM_SIZE = 2 * 4 * FLUSH,
  MADE_SIZE = 4 * 4 * GROUP, // of a group: factors, scales, zero points
  SLOTS_SIZE = 2 * SLOTS * 8,
  OUT_AT = IN_SIZE,
  OUT_SIZE = 2 * LONG,
  LOW_AT = OUT_AT + OUT_SIZE,
  HIGH_AT = LOW_AT + STATS_SIZE,
  SCALE_AT = HIGH_AT + STATS_SIZE,
  ZERO_AT = SCALE_AT + PARAM_SIZE,
  MADE_AT = ZERO_AT + PARAM_SIZE,
  SLOTS_AT = MADE_AT + MADE_SIZE,
};
_Static_assert(SLOTS_AT + SLOTS_SIZE <= MTIA_LOCAL_SIZE, "local memory");

struct job {
  const struct mtia_dynamic_quantise_args *a;
  enum mtia_se_type from;
  bool symmetric; // i8, otherwise u8
  uint32_t size;  // bytes of an element of x
  uint64_t rows, columns;
  uint64_t x_pitch, y_pitch;
  uint32_t piece_rows, piece_columns; // of a group or piece
  uint64_t begin, end;                // rows of this PE, or pieces of the tensor
  uint64_t across;                    // pieces of a row
};

static uint64_t local(uint32_t at) { return MTIA_LOCAL_BASE + at; }

//===----------------------------------------------------------------------===//
// Scales and zero points
//===----------------------------------------------------------------------===//

typedef mtia_f32x16 f32s;
typedef double f64s __attribute__((ext_vector_type(LANES)));
typedef int32_t i32s __attribute__((ext_vector_type(LANES)));
typedef uint32_t u32s __attribute__((ext_vector_type(LANES)));
typedef int64_t i64s __attribute__((ext_vector_type(LANES)));
typedef uint64_t u64s __attribute__((ext_vector_type(LANES)));

// Where that is put which is made of the extremes of some rows. A factor is a QSCALE: one over the
// scale, and the zero point above it; these of a group have their place.
struct places {
  float *scale;
  int32_t *zero;
};

static uint64_t *factors(void) { return (uint64_t *)local(MADE_AT); }
// Of those that nobody asks for.
static struct places no_places(void) {
  return (struct places){(float *)local(MADE_AT + 8 * GROUP),
                         (int32_t *)local(MADE_AT + 12 * GROUP)};
}

// Of the rows from i on, as far as there are n.
MTIA_VECTOR static inline void store_made(struct places to, uint32_t i, uint32_t n, f32s scale,
                                          f32s inverse, i32s zero) {
  u32s bits;
  __builtin_memcpy(&bits, &inverse, sizeof bits);
  u64s factor = __builtin_convertvector(bits, u64s) | __builtin_convertvector(zero, u64s) << 32;
  mtia_store_first_f32x16(to.scale + i, n - i, scale);
  mtia_store_first_i32x16(to.zero + i, n - i, zero);
  __builtin_memcpy(factors() + i, &factor, sizeof factor);
}

#define ALWAYS_INLINE static inline __attribute__((always_inline))

// x / 255, rounded once, without the divider, which takes longest: each step adds what is left of x
// times one over 255; behind the first one the quotient is next to the right one, and the second
// one rounds it (Markstein). What is not finite stays as it is.
ALWAYS_INLINE MTIA_VECTOR f64s by_255(f64s x) {
  const f64s inverse = 1 / 255.0, minus = -255.0;
  f64s quotient = x * inverse;
  quotient =
      __builtin_elementwise_fma(__builtin_elementwise_fma(quotient, minus, x), inverse, quotient);
  quotient =
      __builtin_elementwise_fma(__builtin_elementwise_fma(quotient, minus, x), inverse, quotient);
  return x <= 0x1p1000 ? quotient : x;
}

// Of `some` vectors of rows, which don't wait for each other.
ALWAYS_INLINE MTIA_VECTOR void make_some(const float *low, const float *high, uint32_t n,
                                         struct places to, uint32_t at, const int some) {
  const float smallest = 6.1e-5f;
  f32s zeros = 0, least[2], greatest[2];
  f64s scale[2];
  i64s small[2] = {0};
#pragma clang loop unroll(full)
  for (int k = 0; k < some; k++) {
    uint32_t i = at + LANES * (uint32_t)k;
    least[k] = __builtin_elementwise_min(mtia_load_first_f32x16(low + i, n - i), zeros);
    greatest[k] = __builtin_elementwise_max(mtia_load_first_f32x16(high + i, n - i), zeros);
    scale[k] = by_255(__builtin_convertvector(greatest[k], f64s) -
                      __builtin_convertvector(least[k], f64s));
    f32s narrow = __builtin_convertvector(scale[k], f32s);
    // The numbers one over which is infinite.
    i64s none = __builtin_convertvector(narrow <= 0x1p-128f, i64s);
    scale[k] = none ? (f64s)0.1 : scale[k];
    small[k] = scale[k] < (f64s)(double)smallest;
  }
  if (__builtin_reduce_or(small[0] | small[1])) // lifted, and the range; its high end is not used
#pragma clang loop unroll(full)
    for (int k = 0; k < some; k++) {
      f32s lift = smallest / __builtin_convertvector(scale[k], f32s);
      f32s lifted = greatest[k] == 0.0f ? (f32s)(-smallest * 255.0f) : least[k] * lift;
      least[k] = __builtin_convertvector(small[k], i32s) ? lifted : least[k];
      scale[k] = small[k] ? (f64s)(double)smallest : scale[k];
    }
#pragma clang loop unroll(full)
  for (int k = 0; k < some; k++) {
    f64s zero = 0.0 - __builtin_convertvector(least[k], f64s) / scale[k];
    zero = __builtin_elementwise_min(__builtin_elementwise_max(zero, (f64s)0.0), (f64s)255.0);
    // Numbers from 0 to 255 to the nearest integer, ties to even: their sum with 2^52 has no other.
    f64s whole = (zero + 0x1p52) - 0x1p52;
    f32s narrow = __builtin_convertvector(scale[k], f32s);
    store_made(to, at + LANES * (uint32_t)k, n, narrow, 1.0f / narrow,
               __builtin_convertvector(whole, i32s));
  }
}

MTIA_VECTOR static void make_asymmetric(const float *low, const float *high, uint32_t n,
                                        struct places to) {
  uint32_t i = 0;
  for (; i + LANES < n; i += 2 * LANES)
    make_some(low, high, n, to, i, 2);
  if (i < n)
    make_some(low, high, n, to, i, 1);
}

MTIA_VECTOR static void make_symmetric(const float *low, const float *high, uint32_t n,
                                       struct places to) {
  for (uint32_t i = 0; i < n; i += LANES) {
    f32s zeros = 0, ones = 1;
    f32s least = mtia_load_first_f32x16(low + i, n - i);
    f32s greatest = mtia_load_first_f32x16(high + i, n - i);
    least = __builtin_elementwise_min(least, zeros);
    greatest = __builtin_elementwise_max(greatest, zeros);
    f32s scale = __builtin_elementwise_max(-least, greatest) / 127.0f;
    scale = scale <= 0x1p-128f ? ones : scale; // one over it would be infinite
    store_made(to, i, n, scale, 1.0f / scale, (i32s)0);
  }
}

static void make(const struct job *j, const float *low, const float *high, uint32_t n,
                 struct places to) {
  if (j->symmetric)
    make_symmetric(low, high, n, to);
  else
    make_asymmetric(low, high, n, to);
}

//===----------------------------------------------------------------------===//
// Both kinds
//===----------------------------------------------------------------------===//

static void load_piece(const struct job *j, uint64_t row, uint64_t column, uint32_t rows,
                       uint32_t columns) {
  __mtia_cr_w2(MTIA_CR_DMA_IN, columns * j->size, 0);
  __mtia_dma_in(CB_IN, j->a->x.data + row * j->x_pitch + column * j->size, rows, MTIA_MC_NONE);
}

// The extremes of each of the rows, from `at` bytes behind the head of CB_IN on.
static void reduce(const struct job *j, uint32_t at, uint32_t rows, uint32_t columns) {
  __mtia_cr_w(MTIA_CR_SE_FMT, mtia_se_fmt(j->from, 0, MTIA_SE_F32, MTIA_SE_EACH));
  __mtia_cr_w2(MTIA_CR_SE_ROW, columns, 0);
  __mtia_cr_w2(MTIA_CR_SE_LEN, 0, 0);
  __mtia_cr_w2(MTIA_CR_SE_SRC, at, 0);
  __mtia_se_red(CB_LOW, CB_IN, rows, MTIA_SE_RED_MIN);
  __mtia_se_red(CB_HIGH, CB_IN, rows, MTIA_SE_RED_MAX);
  __mtia_cb_push(CB_LOW, 4 * GROUP); // whole places: none wraps
  __mtia_cb_push(CB_HIGH, 4 * GROUP);
}

static void wait_extremes(const float **low, const float **high) {
  __mtia_cb_waitd(CB_LOW, 4 * GROUP);
  __mtia_cb_waitd(CB_HIGH, 4 * GROUP);
  *low = (const float *)(uintptr_t)__mtia_cb_head(CB_LOW, 0);
  *high = (const float *)(uintptr_t)__mtia_cb_head(CB_HIGH, 0);
}

static void pop_extremes(void) {
  __mtia_cb_pop(CB_LOW, 4 * GROUP);
  __mtia_cb_pop(CB_HIGH, 4 * GROUP);
}

// The next row of a piece, `from` and `to` bytes behind where it begins.
#define QUANTISE_ROW(factor)                                                                       \
  do {                                                                                             \
    __mtia_cr_w(MTIA_CR_QSCALE, factor);                                                           \
    __mtia_cr_w2(MTIA_CR_SE_LEN, columns, to);                                                     \
    __mtia_cr_w2(MTIA_CR_SE_SRC, from, 0);                                                         \
    __mtia_se_un(CB_OUT, CB_IN, MTIA_SE_QUANTISE);                                                 \
    from += in_row;                                                                                \
    to += out_row;                                                                                 \
  } while (0)

// Quantises and stores a piece: row r by made number `r` or, all alike, by number 0.
static void quantise(const struct job *j, uint64_t row, uint64_t column, uint32_t rows,
                     uint32_t columns, bool alike) {
  uint32_t in_row = kn_pad(columns * j->size), out_row = kn_pad(columns);
  const uint64_t *factor = factors();
  __mtia_cr_w(MTIA_CR_SE_FMT,
              mtia_se_fmt(j->from, 0, j->symmetric ? MTIA_SE_I8 : MTIA_SE_U8, MTIA_SE_EACH));
  if (alike && out_row * j->size == in_row) { // with the padding
    __mtia_cr_w(MTIA_CR_QSCALE, factor[0]);
    __mtia_cr_w2(MTIA_CR_SE_LEN, rows * out_row, 0);
    __mtia_cr_w2(MTIA_CR_SE_SRC, 0, 0);
    __mtia_se_un(CB_OUT, CB_IN, MTIA_SE_QUANTISE);
  } else {
    uint32_t from = 0, to = 0;
    const uint64_t *end = factor + rows;
    if (!alike && rows >= 4) {
      // Loads from local memory take long, but don't wait for each other: four for the next rows.
      uint64_t a = factor[0], b = factor[1], c = factor[2], d = factor[3];
      for (factor += 4; factor + 4 <= end; factor += 4) {
        QUANTISE_ROW(a);
        a = factor[0];
        QUANTISE_ROW(b);
        b = factor[1];
        QUANTISE_ROW(c);
        c = factor[2];
        QUANTISE_ROW(d);
        d = factor[3];
      }
      QUANTISE_ROW(a);
      QUANTISE_ROW(b);
      QUANTISE_ROW(c);
      QUANTISE_ROW(d);
    }
    for (uint32_t r = (uint32_t)(end - factor); r > 0; r--) {
      QUANTISE_ROW(*factor);
      factor += !alike;
    }
  }
  __mtia_cb_pop(CB_IN, rows * in_row);
  __mtia_cb_push(CB_OUT, rows * out_row);
  __mtia_cr_w2(MTIA_CR_DMA_OUT, columns, 0);
  __mtia_cr_w(MTIA_CR_DMA_OUT_PITCH, j->y_pitch);
  __mtia_dma_out(CB_OUT, j->a->y.data + row * j->y_pitch + column, rows);
}

// Scales and zero points that have not left yet: the rows before `row`.
struct pending {
  uint64_t row;
  uint32_t count;
};

static void flush(const struct job *j, struct pending *p) {
  if (p->count == 0)
    return;
  uint64_t first = 4 * (p->row - p->count);
  __mtia_cb_push(CB_SCALE, 4 * FLUSH);
  __mtia_cr_w2(MTIA_CR_DMA_OUT, 4 * p->count, 4 * FLUSH);
  __mtia_dma_out(CB_SCALE, j->a->scale.data + first, 1);
  if (!j->symmetric) {
    __mtia_cb_push(CB_ZERO, 4 * FLUSH);
    __mtia_dma_out(CB_ZERO, j->a->zero.data + first, 1);
  }
  p->count = 0;
}

// Places for at most FLUSH rows, or one; their scales leave by multiples of UNIT but at the end.
static struct places keep(const struct job *j, struct pending *p, uint32_t rows) {
  if (p->count + rows > FLUSH)
    flush(j, p);
  if (p->count == 0) {
    __mtia_cb_waits(CB_SCALE, 4 * FLUSH);
    __mtia_cb_waits(CB_ZERO, 4 * FLUSH);
  }
  struct places to = {(float *)(uintptr_t)__mtia_cb_tail(CB_SCALE, 4 * p->count),
                      (int32_t *)(uintptr_t)__mtia_cb_tail(CB_ZERO, 4 * p->count)};
  p->row += rows;
  p->count += rows;
  return to;
}

static void set_up(const struct job *j) {
  __mtia_cb_init(CB_IN, local(0), IN_SIZE);
  __mtia_cb_init(CB_OUT, local(OUT_AT), OUT_SIZE);
  __mtia_cb_init(CB_LOW, local(LOW_AT), STATS_SIZE);
  __mtia_cb_init(CB_HIGH, local(HIGH_AT), STATS_SIZE);
  __mtia_cb_init(CB_SCALE, local(SCALE_AT), PARAM_SIZE);
  __mtia_cb_init(CB_ZERO, local(ZERO_AT), PARAM_SIZE);
  __mtia_cr_w(MTIA_CR_DMA_IN_PITCH, j->x_pitch);
}

static void configure(const struct job *j) {
  __mtia_cr_w(MTIA_CR_QMODE, mtia_qmode(MTIA_ROUND_EVEN, 0, 0));
  __mtia_cr_w(MTIA_CR_SE_STRIDE, 0);
  if (j->symmetric)
    __mtia_cr_w2(MTIA_CR_QCLAMP, (uint32_t)-127, 127);
  else
    __mtia_cr_w2(MTIA_CR_QCLAMP, 0, 255);
}

//===----------------------------------------------------------------------===//
// Per row
//===----------------------------------------------------------------------===//

static void load_rows(const struct job *j) {
  bool twice = j->piece_columns < j->columns;
  for (uint64_t row = j->begin; row < j->end; row += j->piece_rows) {
    uint32_t rows = (uint32_t)kn_min(j->piece_rows, j->end - row);
    for (int pass = 0; pass <= twice; pass++)
      for (uint64_t column = 0; column < j->columns; column += j->piece_columns)
        load_piece(j, row, column, rows, (uint32_t)kn_min(j->piece_columns, j->columns - column));
  }
}

static void short_rows(const struct job *j) {
  uint32_t columns = (uint32_t)j->columns, in_row = kn_pad(columns * j->size);
  struct pending p = {.row = j->begin};
  uint32_t rows = (uint32_t)kn_min(j->piece_rows, j->end - j->begin);
  if (columns == 0) {
    const float none[1] = {0};
    for (uint64_t row = j->begin; row < j->end; row++)
      make(j, none, none, 1, keep(j, &p, 1));
    flush(j, &p);
    return;
  }
  reduce(j, 0, rows, columns);
  for (uint64_t row = j->begin; row < j->end;) {
    uint32_t next = (uint32_t)kn_min(j->piece_rows, j->end - row - rows);
    if (next)
      reduce(j, rows * in_row, next, columns);
    const float *low, *high;
    wait_extremes(&low, &high);
    make(j, low, high, rows, keep(j, &p, rows));
    pop_extremes();
    quantise(j, row, 0, rows, columns, false);
    row += rows;
    rows = next;
  }
  flush(j, &p);
}

static void long_rows(const struct job *j) {
  struct pending p = {.row = j->begin};
  for (uint64_t row = j->begin; row < j->end; row++) {
    float least[1] = {0}, greatest[1] = {0};
    for (uint64_t column = 0; column < j->columns; column += j->piece_columns) {
      uint32_t columns = (uint32_t)kn_min(j->piece_columns, j->columns - column);
      reduce(j, 0, 1, columns);
      __mtia_cb_pop(CB_IN, kn_pad(columns * j->size));
      const float *low, *high;
      wait_extremes(&low, &high);
      least[0] = low[0] < least[0] ? low[0] : least[0];
      greatest[0] = high[0] > greatest[0] ? high[0] : greatest[0];
      pop_extremes();
    }
    make(j, least, greatest, 1, keep(j, &p, 1));
    for (uint64_t column = 0; column < j->columns; column += j->piece_columns)
      quantise(j, row, column, 1, (uint32_t)kn_min(j->piece_columns, j->columns - column), true);
  }
  flush(j, &p);
}

static enum mtia_status run_ROWS(struct job *j) {
  if (j->a->scale.dim[0] != j->rows || (!j->symmetric && j->a->zero.dim[0] != j->rows))
    return MTIA_STATUS_SHAPE;
  if (j->rows == 0)
    return MTIA_STATUS_OK;
  if (mtia_core() == 0)
    set_up(j);
  struct kn_range mine = kn_share(kn_ceil_div(j->rows, UNIT), mtia_pe(), kn_pes());
  j->begin = kn_min(UNIT * mine.begin, j->rows);
  j->end = kn_min(UNIT * mine.end, j->rows);
  uint64_t row = kn_pad(j->columns * j->size);
  if (row <= LONG) {
    j->piece_columns = (uint32_t)j->columns;
    uint32_t bytes = row < NARROW ? LONG : LONG / 2;
    j->piece_rows = (uint32_t)kn_min(kn_max(kn_div(bytes, kn_max(row, 1)), 1), GROUP);
    if (j->piece_rows > UNIT)
      j->piece_rows &= ~(UNIT - 1u); // scales leave by multiples of it
    while (j->piece_rows < UNIT && j->piece_rows & (j->piece_rows - 1))
      j->piece_rows &= j->piece_rows - 1;
    // Two groups at least, so that work on one hides that on the other.
    while (j->piece_rows > UNIT && 2 * j->piece_rows > j->end - j->begin)
      j->piece_rows = (j->piece_rows / 2 + UNIT - 1) & ~(UNIT - 1u);
  } else {
    j->piece_columns = LONG / j->size;
    j->piece_rows = 1;
  }
  __mtia_bar(MTIA_BAR_PE);
  if (j->begin < j->end) {
    if (mtia_core() == 0) {
      load_rows(j);
    } else {
      configure(j);
      if (row <= LONG)
        short_rows(j);
      else
        long_rows(j);
    }
  }
  kn_leave();
  return MTIA_STATUS_OK;
}

//===----------------------------------------------------------------------===//
// Per tensor
//===----------------------------------------------------------------------===//

struct piece {
  uint64_t row, column;
  uint32_t rows, columns;
};

static struct piece piece_at(const struct job *j, uint64_t number) {
  uint64_t down = kn_div(number, j->across);
  struct piece p = {.row = down * j->piece_rows,
                    .column = (number - down * j->across) * j->piece_columns};
  p.rows = (uint32_t)kn_min(j->piece_rows, j->rows - p.row);
  p.columns = (uint32_t)kn_min(j->piece_columns, j->columns - p.column);
  return p;
}

static void load_tensor(const struct job *j) {
  for (int pass = 0; pass < 2; pass++)
    for (uint64_t i = j->begin; i < j->end; i++) {
      struct piece p = piece_at(j, i);
      load_piece(j, p.row, p.column, p.rows, p.columns);
    }
}

struct extremes {
  float low, high;
};

static struct extremes join(struct extremes a, struct extremes b) {
  return (struct extremes){b.low < a.low ? b.low : a.low, b.high > a.high ? b.high : a.high};
}

static struct extremes slots_of(uint32_t at, uint32_t n) {
  const volatile struct extremes *slots = (const volatile struct extremes *)local(at);
  struct extremes all = {0, 0};
  for (uint32_t i = 0; i < n; i++)
    all = join(all, (struct extremes){slots[i].low, slots[i].high});
  return all;
}

static void send(uint32_t pe, uint32_t at, struct extremes mine) {
  volatile struct extremes *slot = kn_remote(pe, at);
  slot->low = mine.low;
  slot->high = mine.high;
}

// The extremes of all PEs; core 1 of all of them.
static struct extremes exchange(struct extremes mine) {
  uint32_t row = mtia_row(), column = mtia_col(), rows = mtia_rows(), columns = mtia_cols();
  __mtia_bar(MTIA_BAR_CORE); // nobody is still in what was before: the others' memory is ours
  for (uint32_t i = 0; i < columns; i++)
    send(row * columns + i, SLOTS_AT + 8 * column, mine);
  __mtia_bar(MTIA_BAR_CORE);
  mine = slots_of(SLOTS_AT, columns);
  for (uint32_t i = 0; i < rows; i++)
    send(i * columns + column, SLOTS_AT + 8 * (SLOTS + row), mine);
  __mtia_bar(MTIA_BAR_CORE);
  return slots_of(SLOTS_AT + 8 * SLOTS, rows);
}

static struct extremes find(const struct job *j) {
  struct extremes all = {0, 0};
  for (uint64_t i = j->begin, done = j->begin; done < j->end; i++) {
    if (i < j->end) {
      struct piece p = piece_at(j, i);
      reduce(j, 0, p.rows, p.columns);
      __mtia_cb_pop(CB_IN, p.rows * kn_pad(p.columns * j->size));
    }
    if (i == j->begin)
      continue; // one piece is under way while another is looked at
    uint32_t rows = piece_at(j, done++).rows;
    const float *low, *high;
    wait_extremes(&low, &high);
    for (uint32_t r = 0; r < rows; r++)
      all = join(all, (struct extremes){low[r], high[r]});
    pop_extremes();
  }
  return all;
}

static void quantise_tensor(const struct job *j) {
  configure(j);
  struct extremes all = exchange(find(j));
  float low[1] = {all.low}, high[1] = {all.high};
  struct pending p = {.row = 0};
  make(j, low, high, 1, mtia_pe() == 0 ? keep(j, &p, 1) : no_places());
  flush(j, &p);
  for (uint64_t i = j->begin; i < j->end; i++) {
    struct piece p = piece_at(j, i);
    quantise(j, p.row, p.column, p.rows, p.columns, true);
  }
}

static enum mtia_status run_TENSOR(struct job *j) {
  if (j->a->scale.dim[0] != 1 || (!j->symmetric && j->a->zero.dim[0] != 1))
    return MTIA_STATUS_SHAPE;
  if (mtia_core() == 0)
    set_up(j);
  uint64_t total = j->rows * j->columns;
  if (j->x_pitch == j->columns * j->size && j->y_pitch == j->columns) {
    j->columns = total;
    j->rows = 1;
  }
  uint64_t fair = kn_div(total * j->size, PIECES * kn_pes());
  uint32_t bytes = 256;
  while (bytes * 2 <= fair && bytes < LONG / 2)
    bytes *= 2;
  j->piece_columns = (uint32_t)kn_min(bytes / j->size, kn_max(j->columns, 1));
  uint32_t row = kn_pad(j->piece_columns * j->size);
  j->piece_rows = (uint32_t)kn_min(kn_max(kn_div(bytes, row), 1), GROUP);
  j->across = kn_ceil_div(j->columns, j->piece_columns);
  uint64_t pieces = j->across * kn_ceil_div(j->rows, j->piece_rows);
  struct kn_range mine = kn_share(pieces, mtia_pe(), kn_pes());
  j->begin = mine.begin;
  j->end = mine.end;
  __mtia_bar(MTIA_BAR_PE);
  if (mtia_core() == 0)
    load_tensor(j);
  else
    quantise_tensor(j);
  kn_leave();
  return MTIA_STATUS_OK;
}

//===----------------------------------------------------------------------===//
// Kernels
//===----------------------------------------------------------------------===//

static enum mtia_status run(const struct mtia_dynamic_quantise_args *a, enum mtia_se_type from,
                            bool symmetric, enum mtia_status (*way)(struct job *)) {
  if (a->x.dim[0] != a->y.dim[0] || a->x.dim[1] != a->y.dim[1])
    return MTIA_STATUS_SHAPE;
  struct job j;
  j.a = a;
  j.from = from;
  j.symmetric = symmetric;
  j.size = from == MTIA_SE_F32 ? 4 : 2;
  j.rows = a->x.dim[0];
  j.columns = a->x.dim[1];
  j.x_pitch = a->x.stride[0];
  j.y_pitch = a->y.stride[0];
  return way(&j);
}

#define SYMMETRIC_I8 true
#define SYMMETRIC_U8 false
#define DIM_ROWS "M"
#define DIM_TENSOR "1"
#define ZERO_I8(way)
#define ZERO_U8(way) , MTIA_OUT(zero, MTIA_I32, DIM_##way)

#define MTIA_VARIANT(kernel, types, units, way, from, to)                                          \
  enum mtia_status mtia_##kernel(const struct mtia_dynamic_quantise_args *args) {                  \
    return run(args, MTIA_SE_##from, SYMMETRIC_##to, run_##way);                                   \
  }                                                                                                \
  KN_LAUNCH(kernel, struct mtia_dynamic_quantise_args, MTIA_IN(x, MTIA_##from, "M", "N"),          \
            MTIA_OUT(y, MTIA_##to, "M", "N"), MTIA_OUT(scale, MTIA_F32, DIM_##way) ZERO_##to(way))
#include <mtia/kernels/dynamic_quantise.def>
