// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Core 0: reads offsets, has the SE add up each bag's rows, makes results of the sums, stores.
//
// Where the SE's sum is the result (plain), a bag is one command and the loop over bags decides how
// many there are per second: it is one function, with what it uses in registers, as memory may have
// changed behind every command. Everything else sums into CB_SUM first.
#ifndef MTIA_KERNELS_BAG_POOL_H
#define MTIA_KERNELS_BAG_POOL_H

#include "bag.h"

struct state {
  const struct job *j;
  uint64_t row;    // offset of the next row from the head of CB_ROWS
  uint64_t weight; // offset of the next weight from the head of CB_WEIGHT
  uint64_t mark;   // number of the next mark from the head of CB_MARK
  uint64_t result; // offset of the next result from the tail of CB_OUT
  uint64_t out;    // where the results in CB_OUT go
  uint64_t out_stride;
  uint64_t feature;
  uint64_t out_padded;         // bytes of a result in CB_OUT
  uint64_t batch, batch_bytes; // bags per store
  uint64_t most_kept;          // bytes of rows that are done with and not given back
  // Quantised results: bags in the half of CB_SUM that is being filled, which one, and bags in the
  // other one, whose least and greatest results are on their way.
  uint32_t sums, half, waiting, sum_half;
  uint64_t sum;    // offset of the next sum from the head, and the tail, of CB_SUM
  uint32_t se_row; // what SE_ROW says of rows beside their columns
  bool weighted, marked, max, mean, quantised;
  struct segment g;
  struct bounds end; // of the segment
};

INLINE void formats(const struct kind *kind, enum mtia_se_type out) {
  __mtia_cr_w(MTIA_CR_SE_FMT, mtia_se_fmt(kind->type, 0, out, MTIA_SE_EACH));
}

INLINE void flush(struct state *s, uint64_t results) {
  __mtia_cb_push(CB_OUT, s->result);
  __mtia_dma_out(CB_OUT, s->out, results);
  s->out += results * s->out_stride;
  s->result = 0;
}

INLINE void take_weights(struct state *s, uint64_t rows) {
  if (RARE(s->weighted) && (s->weight += 4 * rows) >= CHUNK) {
    __mtia_cb_pop(CB_WEIGHT, s->weight & ~UINT64_C(31));
    s->weight &= 31;
  }
}

// `rows` rows are done with.
INLINE void take(struct state *s, uint64_t rows) {
  s->row += rows * s->g.row_padded;
  if (RARE(s->row > s->most_kept)) {
    __mtia_cb_pop(CB_ROWS, s->row);
    s->row = 0;
  }
  take_weights(s, rows);
}

//===----------------------------------------------------------------------===//
// Sums that are results
//===----------------------------------------------------------------------===//

// A result of zeros, of a sum's type or a result's.
#define ZEROS(cb, s, type)                                                                         \
  do {                                                                                             \
    __mtia_cr_w(MTIA_CR_SE_FMT, mtia_se_fmt(MTIA_SE_U8, 0, type, MTIA_SE_EACH));                   \
    __mtia_cr_w2(MTIA_CR_SE_SRC, 0, 0);                                                            \
    __mtia_se_un(cb, CB_ZERO, MTIA_SE_COPY);                                                       \
    formats((s)->j->kind, type);                                                                   \
  } while (0)

// The sum of a long bag of f16 results: only the whole is rounded.
__attribute__((noinline)) static void sum_narrow(struct state *s, uint64_t count) {
  const struct kind *kind = s->j->kind;
  formats(kind, MTIA_SE_F32);
  __mtia_cr_w2(MTIA_CR_SE_LEN, s->g.columns, 0);
  for (uint64_t rows, done = 0; done < count; done += rows) {
    rows = kn_min(s->g.group, count - done);
    __mtia_cr_w2(MTIA_CR_SE_SRC, s->row, s->weight);
    if (done)
      __mtia_se_rowacc(CB_SUM, CB_ROWS, rows, MTIA_SE_ROWS_SUM_ONTO);
    else
      __mtia_se_rowacc(CB_SUM, CB_ROWS, rows, MTIA_SE_ROWS_SUM);
    take(s, rows);
  }
  __mtia_cr_w(MTIA_CR_SE_FMT, mtia_se_fmt(MTIA_SE_F32, 0, kind->out, MTIA_SE_EACH));
  __mtia_cr_w2(MTIA_CR_SE_SRC, 0, 0);
  __mtia_cr_w2(MTIA_CR_SE_LEN, s->g.columns, s->result);
  __mtia_se_un(CB_OUT, CB_SUMS, MTIA_SE_COPY);
  formats(kind, kind->out);
}

// One bag of `count` rows, the next ones in CB_ROWS.
INLINE void sum_bag(struct state *s, uint64_t count) {
  __mtia_cr_w2(MTIA_CR_SE_LEN, s->g.columns, s->result);
  if (RARE(count == 0)) {
    ZEROS(CB_OUT, s, s->j->kind->out);
  } else if (RARE(count > s->g.group && s->j->kind->out != MTIA_SE_F32)) {
    struct state copy = *s; // so that s stays in registers
    sum_narrow(&copy, count);
    *s = copy;
  } else {
    uint64_t rows = kn_min(s->g.group, count);
    __mtia_cr_w2(MTIA_CR_SE_SRC, s->row, s->weight);
    __mtia_se_rowacc(CB_OUT, CB_ROWS, rows, MTIA_SE_ROWS_SUM);
    take(s, rows);
    while (RARE((count -= rows) != 0)) {
      rows = kn_min(s->g.group, count);
      __mtia_cr_w2(MTIA_CR_SE_SRC, s->row, s->weight);
      __mtia_se_rowacc(CB_OUT, CB_ROWS, rows, MTIA_SE_ROWS_SUM_ONTO);
      take(s, rows);
    }
  }
}

//===----------------------------------------------------------------------===//
// Everything else
//===----------------------------------------------------------------------===//

#define ROWACC(cb, rows, max, onto)                                                                \
  do {                                                                                             \
    if ((max) && (onto))                                                                           \
      __mtia_se_rowacc(CB_SUM, cb, rows, MTIA_SE_ROWS_MAX_ONTO);                                   \
    else if (max)                                                                                  \
      __mtia_se_rowacc(CB_SUM, cb, rows, MTIA_SE_ROWS_MAX);                                        \
    else if (onto)                                                                                 \
      __mtia_se_rowacc(CB_SUM, cb, rows, MTIA_SE_ROWS_SUM_ONTO);                                   \
    else                                                                                           \
      __mtia_se_rowacc(CB_SUM, cb, rows, MTIA_SE_ROWS_SUM);                                        \
  } while (0)

// Puts the scales and biases of the next rows behind what there is of them.
static void stage(const struct state *s, uint64_t rows) {
  uint32_t beside = s->j->kind->beside, padded = kn_pad(s->g.row_bytes + beside);
  __mtia_cr_w2(MTIA_CR_MLU_SHAPE, rows, s->g.row_bytes);
  __mtia_cr_w2(MTIA_CR_MLU_SRC, s->row, s->g.row_padded);
  __mtia_cr_w2(MTIA_CR_MLU_DST, 0, padded);
  __mtia_mlu_copy(CB_STAGE, CB_ROWS, MTIA_MLU_8, MTIA_MLU_MEMORY);
  __mtia_cr_w2(MTIA_CR_MLU_SHAPE, rows, beside);
  __mtia_cr_w2(MTIA_CR_MLU_SRC, 0, 32);
  __mtia_cr_w2(MTIA_CR_MLU_DST, s->g.row_bytes, padded);
  __mtia_mlu_copy(CB_STAGE, CB_PAIR, MTIA_MLU_8, MTIA_MLU_MEMORY);
  __mtia_cb_push(CB_STAGE, rows * padded);
}

// At most a group of rows, into or onto sum number s->sums.
static void add_rows(struct state *s, uint64_t rows, bool max, bool onto) {
  __mtia_cr_w2(MTIA_CR_SE_LEN, s->g.columns, s->sum);
  if (s->g.wide) {
    stage(s, rows);
    __mtia_cr_w2(MTIA_CR_SE_SRC, 0, s->weight);
    ROWACC(CB_STAGE, rows, max, onto);
    __mtia_cb_pop(CB_STAGE, rows * kn_pad(s->g.row_bytes + s->j->kind->beside));
    __mtia_cb_pop(CB_PAIR, 32 * rows);
  } else {
    __mtia_cr_w2(MTIA_CR_SE_SRC, s->row, s->weight);
    ROWACC(CB_ROWS, rows, max, onto);
  }
  take(s, rows);
}

static void skip_rows(struct state *s, uint64_t count) {
  for (uint64_t rows; count; count -= rows) {
    rows = kn_min(s->g.columns ? s->g.group : GROUP, count);
    if (s->g.columns) {
      if (s->g.wide)
        __mtia_cb_pop(CB_PAIR, 32 * rows);
      take(s, rows);
    } else {
      take_weights(s, rows);
    }
  }
}

// The length of the run of equal marks that comes next, up to `most`; `set` is what they are.
static uint64_t next_marks(struct state *s, uint64_t most, bool *set) {
  __mtia_cb_waitd(CB_MARK, MARK_CHUNK);
  const volatile uint64_t *words = (const volatile uint64_t *)(uintptr_t)__mtia_cb_head(CB_MARK, 0);
  uint64_t place = s->mark & 63, word = words[s->mark >> 6] >> place;
  *set = word & 1;
  uint64_t others = *set ? ~word : word;
  uint64_t run = others ? (uint64_t)__builtin_ctzll(others) : 64;
  run = kn_min(kn_min(run, 64 - place), most);
  s->mark += run;
  if (s->mark == CHUNK) {
    __mtia_cb_pop(CB_MARK, MARK_CHUNK);
    s->mark = 0;
  }
  return run;
}

// Rows that belong to no bag.
__attribute__((noinline)) static void drop_rows(struct state *s, uint64_t rows) {
  skip_rows(s, rows);
  for (bool set; s->marked && rows;)
    rows -= next_marks(s, rows, &set);
}

// The rows of a bag whose marks are set, or all if there are no marks, as one sum or maximum; how
// many there are. Rows without a mark are rows of zeros, which a sum may have.
__attribute__((noinline)) static uint64_t pool_rows(struct state *s, uint64_t count) {
  bool max = s->max;
  uint64_t counted = 0, added = 0;
  while (count) {
    uint64_t rows = kn_min(s->g.columns ? s->g.group : GROUP, count);
    bool set = true;
    if (s->marked)
      rows = next_marks(s, rows, &set);
    if (s->g.columns && (set || !max)) {
      add_rows(s, rows, max, added != 0);
      added += rows;
    } else {
      skip_rows(s, rows);
    }
    counted += set ? rows : 0;
    count -= rows;
  }
  if (!added && s->g.columns) {
    __mtia_cr_w2(MTIA_CR_SE_LEN, s->g.columns, s->sum);
    ZEROS(CB_SUM, s, MTIA_SE_F32);
  }
  return counted;
}

static uint32_t bits_of(float value) {
  uint32_t bits;
  __builtin_memcpy(&bits, &value, 4);
  return bits;
}

// Scale and bias behind a result's columns, `at` bytes behind CB_OUT's tail. They may lie across
// the end of the buffer.
INLINE void store_pair(uint64_t at, float scale, float bias) {
  uint64_t bits = bits_of(scale) | (uint64_t)bits_of(bias) << 32;
  if (at % 8 == 0) {
    *(volatile uint64_t *)(uintptr_t)__mtia_cb_tail(CB_OUT, at) = bits;
    return;
  }
  for (unsigned i = 0; i < 8; i++, bits >>= 8)
    *(volatile uint8_t *)(uintptr_t)__mtia_cb_tail(CB_OUT, at + i) = (uint8_t)bits;
}

// x - min of so many rows of sums, in their place; the least ones from `least` bytes of CB_STAT on.
INLINE void subtract_least(const struct state *s, uint64_t at, uint64_t rows, uint64_t least) {
  __mtia_cr_w(MTIA_CR_SE_FMT, mtia_se_fmt(MTIA_SE_F32, MTIA_SE_F32, MTIA_SE_F32, MTIA_SE_PER_ROW));
  __mtia_cr_w2(MTIA_CR_SE_SRC, at, least);
  __mtia_cr_w2(MTIA_CR_SE_LEN, rows * s->g.columns, at);
  __mtia_se_bin(CB_SUM, CB_SUMS, CB_STAT, MTIA_SE_SUB);
  __mtia_cr_w(MTIA_CR_SE_FMT, mtia_se_fmt(MTIA_SE_F32, 0, MTIA_SE_U8, MTIA_SE_EACH));
}

// How a result is quantised.
struct scales {
  float inverse, scale, bias;
};
INLINE struct scales get_scales(float high, float low) {
  float range = high - low;
  return (struct scales){255.0f / (range + 1e-8f), range / 255.0f, low};
}

// Quantises what waits into CB_OUT: with range = max - min, scale = range / 255, bias = min,
// q = round((x - min) * (255 / (range + 1e-8))).
__attribute__((noinline)) static void finish_waiting(struct state *s) {
  uint64_t columns = s->g.columns, pitch = kn_pad(4 * columns), count = s->waiting;
  uint64_t sums = s->half ? 0 : s->sum_half, result = s->result;
  bool whole = pitch == 4 * columns; // rows of sums without anything between them
  if (!count)
    return;
  __mtia_cb_waitd(CB_STAT, STAT_SIZE);
  __mtia_cb_waits(CB_OUT, count * s->out_padded);
  const float *most = (const float *)(uintptr_t)__mtia_cb_head(CB_STAT, 0);
  const float *least = most + STAT_SIZE / 8;
  struct scales now = get_scales(most[0], least[0]);
  __mtia_cr_w2(MTIA_CR_SE_ROW, columns, 0);
  if (whole)
    subtract_least(s, sums, count, STAT_SIZE / 2);
  for (uint64_t i = 0; i < count; i++) {
    uint64_t after = i + 1 < count ? i + 1 : 0;
    struct scales next = get_scales(most[after], least[after]); // divided meanwhile
    uint64_t from = sums + i * pitch;
    if (!whole)
      subtract_least(s, from, 1, STAT_SIZE / 2 + 4 * i);
    __mtia_cr_w2(MTIA_CR_SE_SRC, from, 0);
    __mtia_cr_w2(MTIA_CR_QSCALE, bits_of(now.inverse), 0);
    __mtia_cr_w2(MTIA_CR_SE_LEN, columns, result);
    __mtia_se_un(CB_OUT, CB_SUMS, MTIA_SE_QUANTISE);
    store_pair(result + columns, now.scale, now.bias);
    result += s->out_padded;
    now = next;
  }
  KN_FENCE();
  __mtia_cr_w2(MTIA_CR_SE_ROW, columns, s->se_row);
  __mtia_cb_pop(CB_STAT, STAT_SIZE);
  s->waiting = 0;
  s->result = result;
  flush(s, count);
}

// The half of CB_SUM that is full, or the last, comes next: the SE looks for its least and greatest
// results while the other half is filled.
__attribute__((noinline)) static void turn_sums(struct state *s) {
  uint64_t columns = s->g.columns;
  finish_waiting(s);
  if (s->sums) {
    __mtia_cr_w(MTIA_CR_SE_FMT, mtia_se_fmt(MTIA_SE_F32, 0, MTIA_SE_F32, MTIA_SE_EACH));
    __mtia_cr_w2(MTIA_CR_SE_SRC, s->half ? s->sum_half : 0, 0);
    __mtia_cr_w2(MTIA_CR_SE_LEN, columns, 0);
    __mtia_se_red(CB_STAT, CB_SUMS, s->sums, MTIA_SE_RED_MAX);
    __mtia_cr_w2(MTIA_CR_SE_LEN, columns, STAT_SIZE / 2);
    __mtia_se_red(CB_STAT, CB_SUMS, s->sums, MTIA_SE_RED_MIN);
    __mtia_cb_push(CB_STAT, STAT_SIZE);
    s->waiting = s->sums;
    s->half ^= 1;
    s->sum = s->half ? s->sum_half : 0;
    s->sums = 0;
  }
  formats(s->j->kind, MTIA_SE_F32);
}

// The result of the sum or maximum of a bag that has this many rows.
INLINE void finish_sum(struct state *s, uint64_t counted) {
  const struct kind *kind = s->j->kind;
  enum mtia_se_type out = s->quantised ? MTIA_SE_F32 : kind->out;
  bool scaled = s->mean && counted > 1;
  __mtia_cr_w2(MTIA_CR_SE_SRC, s->sum, 0);
  __mtia_cr_w2(MTIA_CR_SE_LEN, s->g.columns, s->quantised ? s->sum : s->result);
  __mtia_cr_w(MTIA_CR_SE_FMT, mtia_se_fmt(MTIA_SE_F32, 0, out, MTIA_SE_EACH));
  if (scaled) {
    float scale = 1.0f / (float)counted;
    uint32_t word;
    __builtin_memcpy(&word, &scale, 4);
    __mtia_cr_w2(MTIA_CR_QSCALE, word, 0);
  }
  if (scaled && s->quantised)
    __mtia_se_un(CB_SUM, CB_SUMS, MTIA_SE_DEQUANTISE);
  else if (scaled)
    __mtia_se_un(CB_OUT, CB_SUMS, MTIA_SE_DEQUANTISE);
  else if (!s->quantised)
    __mtia_se_un(CB_OUT, CB_SUMS, MTIA_SE_COPY);
  formats(kind, MTIA_SE_F32);
}

// One bag, its mean or maximum, or what is quantised.
INLINE void pool_bag(struct state *s, uint64_t count) {
  uint64_t counted = count;
  // The way of most bags.
  if (count - 1 < s->g.group && s->g.columns && !s->g.wide && !s->marked) {
    __mtia_cr_w2(MTIA_CR_SE_LEN, s->g.columns, s->sum);
    __mtia_cr_w2(MTIA_CR_SE_SRC, s->row, s->weight);
    __mtia_se_rowacc(CB_SUM, CB_ROWS, count, MTIA_SE_ROWS_SUM);
    take(s, count);
  } else {
    counted = pool_rows(s, count);
    if (!s->g.columns)
      return;
  }
  if (!s->quantised || s->mean)
    finish_sum(s, counted);
  if (!s->quantised) {
    s->result += s->out_padded;
    return;
  }
  s->sum += kn_pad(4 * s->g.columns);
  if (++s->sums == s->batch)
    turn_sums(s);
}

//===----------------------------------------------------------------------===//
// Bags one after the other
//===----------------------------------------------------------------------===//

// How results of the segment are stored, from bag `row` of its feature on.
INLINE void plan_results(const struct plan *p, struct state *s, const struct feature *f,
                         uint64_t row) {
  const struct job *j = s->j;
  const struct kind *k = j->kind;
  uint32_t bytes = s->g.columns * k->out_size + k->out_beside;
  s->out_padded = kn_pad(bytes);
  // What is quantised is in CB_SUM before, and larger there.
  uint32_t each = k->out == MTIA_SE_U8 ? kn_pad(4 * s->g.columns) : s->out_padded;
  s->batch = each >= OUT_BATCH ? 1 : (uint32_t)kn_div(OUT_BATCH, each);
  if (k->out == MTIA_SE_U8)
    s->batch = (uint32_t)kn_min(s->batch, QUANTISED);
  s->batch_bytes = s->batch * s->out_padded;
  uint64_t column = f->column * k->out_size + s->feature * k->out_beside;
  s->out = j->a->out.data + row * s->out_stride + column;
  if (RARE(j->packed))
    s->out = j->pack + row * s->out_stride + pack_column(j, s->feature);
  s->out += (uint64_t)p->first * k->out_size;
  __mtia_cr_w2(MTIA_CR_DMA_OUT, bytes, 0);
}

// Segment of s->feature, from this bag on.
INLINE void begin_segment(const struct plan *p, struct state *s, uint64_t bag) {
  const struct job *j = s->j;
  struct feature f = read_feature(j, s->feature);
  s->g = segment_of(j, p, &f);
  s->batch_bytes = 0;
  if (s->g.columns) {
    plan_results(p, s, &f, bag - s->feature * j->batch);
    // The next group must find room while one is not complete.
    uint32_t three = 3 * s->g.group * s->g.row_padded;
    s->most_kept =
        three < p->rows_size ? (uint32_t)kn_min(p->rows_size - three, p->rows_size / 8) : 0;
    enum mtia_se_layout layout = j->kind->layout;
    if (RARE(s->g.wide))
      layout = layout == MTIA_SE_F32_BEHIND ? MTIA_SE_F32_BEHIND : MTIA_SE_F16_BEHIND;
    s->se_row = mtia_se_row(layout, s->weighted ? CB_WEIGHT : -1);
    __mtia_cr_w2(MTIA_CR_SE_ROW, s->g.columns, s->se_row);
  }
  __mtia_cb_waitd(CB_BOUNDS, BOUNDS_SIZE);
  const volatile struct bounds *end =
      (const volatile struct bounds *)(uintptr_t)__mtia_cb_head(CB_BOUNDS, 0);
  s->end.bag_end = end->bag_end;
  s->end.index_end = end->index_end;
  __mtia_cb_pop(CB_BOUNDS, BOUNDS_SIZE);
}

INLINE void end_segment(struct state *s, bool plain, uint64_t *index) {
  // Bad offsets may leave rows that belong to no bag.
  if (RARE(*index < s->end.index_end)) {
    struct state copy = *s;
    drop_rows(&copy, s->end.index_end - *index);
    *s = copy;
    *index = s->end.index_end;
  }
  if (!plain && s->j->kind->out == MTIA_SE_U8) {
    turn_sums(s);
    turn_sums(s);
  }
  if (s->result)
    flush(s, kn_div(s->result, s->out_padded));
  if (s->row)
    __mtia_cb_pop(CB_ROWS, s->row);
  s->row = 0;
  s->feature++;
}

static void load_offsets(const struct job *j, uint64_t from, uint64_t end) {
  uint32_t width = (uint32_t)kn_min(OFFSET_CHUNK, end - from);
  __mtia_cr_w2(MTIA_CR_DMA_IN, width, OFFSET_CHUNK);
  __mtia_dma_in(CB_OFFSET, j->offsets + from, 1, MTIA_MC_NONE);
}

// One bag, whose rows end at `offset`; 1 if that is bad.
INLINE uint64_t one_bag(struct state *s, bool plain, int64_t offset, uint64_t *index) {
  uint64_t rows = (uint64_t)offset - *index, bad = 0;
  if (RARE(rows > s->end.index_end - *index)) { // below the one before it, or above the last
    bad = 1;
    rows = offset < (int64_t)*index ? 0 : s->end.index_end - *index;
  }
  if (plain) {
    sum_bag(s, rows);
    s->result += s->out_padded;
  } else {
    pool_bag(s, rows);
  }
  if (RARE(s->result == s->batch_bytes) && (plain || s->result))
    flush(s, s->batch);
  *index += rows;
  return bad;
}

// The number of bad offsets.
INLINE uint64_t pool_bags(const struct job *j, const struct plan *p, unsigned log2, bool plain) {
  struct state s;
  s.j = j;
  s.weighted = j->weighted;
  s.row = s.result = s.sums = s.half = s.waiting = 0;
  s.sum = 0;
  s.sum_half = p->sum_size / 2;
  s.marked = j->marked;
  s.max = j->a->pooling == MTIA_BAGS_MAX;
  s.mean = j->a->pooling == MTIA_BAGS_MEAN;
  s.quantised = j->kind->out == MTIA_SE_U8;
  s.weight = (p->begin.index & 7) * 4;
  s.mark = p->begin.index & 7;
  s.feature = kn_div(p->begin.bag, j->batch);
  s.out_stride = j->packed ? pack_pitch(j->a, j->kind) : j->a->out.stride[0];
  uint64_t bad = 0, index = p->begin.index, bag = p->begin.bag;
  __mtia_cb_push(CB_ZERO, p->zero_size);
  __mtia_cr_w(MTIA_CR_DMA_IN_PITCH, 0);
  formats(j->kind, plain ? j->kind->out : MTIA_SE_F32);
  __mtia_cr_w(MTIA_CR_SE_STRIDE, 0);
  __mtia_cr_w(MTIA_CR_DMA_OUT_PITCH, s.out_stride);
  if (!plain) {
    __mtia_cb_push(CB_SUMS, p->sum_size);
    __mtia_cr_w(MTIA_CR_QMODE, 0);
    __mtia_cr_w2(MTIA_CR_QCLAMP, 0, 255);
  } else if (j->kind->out != MTIA_SE_F32) {
    __mtia_cb_push(CB_SUMS, p->sum_size);
  }

  // Bytes of offsets[begin.bag + 1 .. end.bag]; DMA begins at multiples of 32 bytes.
  uint64_t first = (p->begin.bag + 1) << log2;
  uint64_t end = kn_min(p->end.bag + 1, j->offset_count) << log2;
  uint64_t start = first & ~UINT64_C(31), loaded = start;
  begin_segment(p, &s, bag);
  for (uint64_t from = start; first < end && from < end; from += OFFSET_CHUNK) {
    for (; loaded < end && loaded <= from + AHEAD * OFFSET_CHUNK; loaded += OFFSET_CHUNK)
      load_offsets(j, loaded, end);
    uint32_t bytes = (uint32_t)kn_min(OFFSET_CHUNK, end - from);
    __mtia_cb_waitd(CB_OFFSET, OFFSET_CHUNK);
    const void *list = (const void *)(uintptr_t)__mtia_cb_head(CB_OFFSET, 0);
    uint32_t i = from < first ? (uint32_t)(first - from) >> log2 : 0, count = bytes >> log2;
    int64_t next = read_index(list, i, log2);
    while (i < count) {
      if (RARE(bag == s.end.bag_end)) {
        end_segment(&s, plain, &index);
        begin_segment(p, &s, bag);
      }
      uint32_t stop = (uint32_t)kn_min(count, i + (s.end.bag_end - bag));
      bag += stop - i;
      do {
        int64_t offset = next;
        i++;
        // Read now: it takes ten cycles to come. (The last one twice.)
        next = read_index(list, i - (i == count), log2);
        __asm__ volatile("" : "+r"(next));
        bad += one_bag(&s, plain, offset, &index);
      } while (i < stop);
    }
    __mtia_cb_pop(CB_OFFSET, OFFSET_CHUNK);
  }
  if (bag < p->end.bag) { // the last bag of all, whose end is not among the offsets
    if (bag == s.end.bag_end) {
      end_segment(&s, plain, &index);
      begin_segment(p, &s, bag);
    }
    bad += one_bag(&s, plain, (int64_t)p->end.index, &index);
  }
  end_segment(&s, plain, &index);
  bool some = p->begin.index < p->end.index;
  if (j->weighted && some && s.weight)
    __mtia_cb_pop(CB_WEIGHT, kn_pad(s.weight));
  if (j->marked && some && s.mark)
    __mtia_cb_pop(CB_MARK, MARK_CHUNK);
  __mtia_cb_pop(CB_ZERO, p->zero_size);
  if (!plain || j->kind->out != MTIA_SE_F32)
    __mtia_cb_pop(CB_SUMS, p->sum_size);
  return bad;
}

// The number of bad offsets, as pool_bags() finds them, and nothing else.
static uint64_t check_offsets(const struct job *j, const struct plan *p) {
  unsigned log2 = j->kind->index_log2;
  uint64_t bad = 0, index = p->begin.index;
  uint64_t first = (p->begin.bag + 1) << log2;
  uint64_t end = kn_min(p->end.bag + 1, j->offset_count) << log2;
  __mtia_cr_w(MTIA_CR_DMA_IN_PITCH, 0);
  for (uint64_t from = first & ~UINT64_C(31); first < end && from < end; from += OFFSET_CHUNK) {
    load_offsets(j, from, end);
    uint32_t bytes = (uint32_t)kn_min(OFFSET_CHUNK, end - from);
    __mtia_cb_waitd(CB_OFFSET, OFFSET_CHUNK);
    const void *list = (const void *)(uintptr_t)__mtia_cb_head(CB_OFFSET, 0);
    for (uint32_t i = from < first ? (uint32_t)(first - from) >> log2 : 0; i < bytes >> log2; i++) {
      uint64_t rows = (uint64_t)read_index(list, i, log2) - index;
      if (rows > p->end.index - index)
        bad++;
      else
        index += rows;
    }
    __mtia_cb_pop(CB_OFFSET, OFFSET_CHUNK);
  }
  return bad;
}

#endif
