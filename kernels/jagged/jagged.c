// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Jagged rows to a padded dense tensor and back; <mtia/kernels.h> says what is moved.
//
// The FI does all of it: core 0 loads rows into CB_ROWS, core 1 stores them, many in one command.
// A row of padding is in local memory; loads with a pitch of 0 bring as many of it as are wanted
// without a trip to the SRAM.
//
// A PE has as many rows of the result as the others, to one. To jagged it has to find the segment
// in which its first row is: it asks for the offsets around the place where that would be if all
// segments were equal, and if it is not there, for some at equal distances.
#include "../launch.h"

KN_STACK_LINES(9);

enum { CB_ROWS, CB_OFFSETS, CB_FOUND };
enum {
  PIECE = 2 * 1024, // bytes that are stored by one command
  OFFSETS = 512,    // entries of CB_OFFSETS's halves
  OFFSETS_SIZE = 2 * (8 * OFFSETS + 32),
  AROUND = 48, // offsets on each side of those that a PE needs if all segments are equal
  FAN = 64,    // offsets that are looked at in a step of a search
  FOUND_SIZE = 32 * FAN,
  PAD_SIZE = 16 * 1024, // the longest part of a row that travels in one piece
  PAD_AT = MTIA_LOCAL_BASE,
  OFFSETS_AT = PAD_AT + PAD_SIZE,
  FOUND_AT = OFFSETS_AT + OFFSETS_SIZE,
  SHARED_AT = FOUND_AT + FOUND_SIZE, // what core 0 tells core 1
  ROWS_AT = SHARED_AT + 64,
  ROWS_SIZE = 96 * 1024,
};
#define ALWAYS_INLINE static inline __attribute__((always_inline))
_Static_assert(OFFSETS_SIZE % 64 == 0, "halves of whole commands");
_Static_assert(ROWS_AT + ROWS_SIZE <= MTIA_LOCAL_BASE + MTIA_LOCAL_SIZE, "local memory");

struct job {
  uint64_t values, values_pitch, values_rows; // the jagged rows
  uint64_t dense, dense_pitch;                // the padded ones, segment after segment
  uint64_t segments, length;                  // of a padded segment
  const struct mtia_tensor *offsets;
  uint32_t offset_log2; // bytes of an offset
  uint64_t bytes;       // of a row,
  uint64_t column;      // of which this part begins here
  uint32_t width;       // and has so many; very long rows are moved part by part
  uint32_t stride;      // of its rows in CB_ROWS
  uint32_t piece;       // rows of a store
};

//===----------------------------------------------------------------------===//
// Offsets, which one core of a PE walks over
//===----------------------------------------------------------------------===//

struct offsets {
  uint32_t step;       // entries that are loaded at once, at most OFFSETS
  uint64_t next, last; // entries to load; last one that will be asked for
  uint64_t from, to;   // entries that are there
  const char *first;   // entry `from`
};

static void load_offsets(const struct job *job, struct offsets *o) {
  if (o->next > o->last)
    return;
  uint64_t count = kn_min(o->step, o->last + 1 - o->next);
  // Loads begin at a multiple of 32 bytes.
  uint64_t begin = (o->next << job->offset_log2) & ~UINT64_C(31);
  uint64_t end = (o->next + count) << job->offset_log2;
  __mtia_cr_w2(MTIA_CR_DMA_IN, (uint32_t)(end - begin), OFFSETS_SIZE / 2);
  __mtia_dma_in(CB_OFFSETS, job->offsets->data + begin, 1, MTIA_MC_NONE);
  o->next += count;
}

static struct offsets open_offsets(const struct job *job, uint64_t first, uint64_t last,
                                   uint32_t step) {
  struct offsets o = {.step = step, .next = first, .last = last, .from = first, .to = first};
  load_offsets(job, &o);
  if (step == OFFSETS)
    load_offsets(job, &o);
  return o;
}

ALWAYS_INLINE uint64_t read_offset(const struct job *job, const char *at) {
  int64_t offset = job->offset_log2 == 2 ? *(const int32_t *)at : *(const int64_t *)at;
  return offset < 0 ? 0 : kn_min((uint64_t)offset, job->values_rows);
}

ALWAYS_INLINE uint64_t get_offset(const struct job *job, const struct offsets *o, uint64_t k) {
  return read_offset(job, o->first + ((k - o->from) << job->offset_log2));
}

ALWAYS_INLINE uint64_t take_offset(const struct job *job, struct offsets *o, uint64_t k) {
  if (k >= o->to) {
    if (o->to != o->from) {
      __mtia_cb_pop(CB_OFFSETS, OFFSETS_SIZE / 2);
      load_offsets(job, o);
    }
    o->from = k;
    o->to = kn_min(k + o->step, o->last + 1);
    __mtia_cb_waitd(CB_OFFSETS, OFFSETS_SIZE / 2);
    o->first = (const char *)__mtia_cb_head(CB_OFFSETS, 0) + ((k << job->offset_log2) & 31);
  }
  return get_offset(job, o, k);
}

// All that have been loaded.
static void close_offsets(const struct offsets *o) {
  uint64_t begin = o->to != o->from ? o->from : o->to;
  for (uint64_t k = begin; k < o->next; k += o->step)
    __mtia_cb_pop(CB_OFFSETS, OFFSETS_SIZE / 2);
}

//===----------------------------------------------------------------------===//
// Rows
//===----------------------------------------------------------------------===//

// The part of each row that begins at this byte.
static void set_part(struct job *job, uint64_t column) {
  job->column = column;
  job->width = (uint32_t)kn_min(job->bytes - column, PAD_SIZE);
  job->stride = kn_pad(job->width);
  job->piece = (uint32_t)kn_max(PIECE / job->stride, 1);
}

// Rows whose bytes follow each other travel as one.
ALWAYS_INLINE void load_rows(const struct job *job, uint64_t at, uint64_t pitch, uint64_t rows) {
  while (rows) {
    uint64_t some = kn_min(rows, job->piece);
    bool one = pitch == job->width;
    __mtia_cr_w2(MTIA_CR_DMA_IN, one ? job->width * (uint32_t)some : job->width, 0);
    __mtia_cr_w(MTIA_CR_DMA_IN_PITCH, pitch);
    __mtia_dma_in(CB_ROWS, at, one ? 1 : some, MTIA_MC_NONE);
    at += some * pitch;
    rows -= some;
  }
}

ALWAYS_INLINE void load_padding(const struct job *job, uint64_t rows) {
  uint64_t window = kn_local_window((uint32_t)__builtin_mtia_id(MTIA_ID_GRID_ROW),
                                    (uint32_t)__builtin_mtia_id(MTIA_ID_GRID_COL));
  load_rows(job, window + PAD_AT - MTIA_LOCAL_BASE, 0, rows);
}

static void store_rows(const struct job *job, uint64_t at, uint64_t pitch, uint64_t rows) {
  while (rows) {
    uint64_t some = kn_min(rows, job->piece);
    bool one = pitch == job->width;
    __mtia_cr_w2(MTIA_CR_DMA_OUT, one ? job->width * (uint32_t)some : job->width, 0);
    __mtia_cr_w(MTIA_CR_DMA_OUT_PITCH, pitch);
    __mtia_dma_out(CB_ROWS, at, one ? 1 : some);
    at += some * pitch;
    rows -= some;
  }
}

// What rows of padding have, in local memory.
struct padding {
  float value;
  enum mtia_dtype type;
};

static void fill(const struct job *job, const struct padding *padding) {
  enum mtia_dtype type = padding->type;
  uint32_t word;
  if (type == MTIA_F32)
    word = mtia_f32_bits(padding->value);
  else if (type == MTIA_I32)
    word = (uint32_t)(int32_t)padding->value;
  else if (type == MTIA_I8)
    word = (uint8_t)(int8_t)padding->value * UINT32_C(0x01010101);
  else {
    uint16_t half;
    _Float16 f16 = (_Float16)padding->value;
    __bf16 bf16 = (__bf16)padding->value;
    __builtin_memcpy(&half, type == MTIA_F16 ? (void *)&f16 : (void *)&bf16, 2);
    word = half * UINT32_C(0x00010001);
  }
  uint64_t two = word | (uint64_t)word << 32;
  for (uint32_t k = 0; k < job->stride; k += 8)
    *(uint64_t *)(uintptr_t)(PAD_AT + k) = two;
}

//===----------------------------------------------------------------------===//
// To padded
//===----------------------------------------------------------------------===//

static void load_padded(const struct job *a_job, struct kn_range rows, struct offsets o) {
  const struct job j = *a_job, *job = &j; // in registers
  uint64_t segment = rows.begin / job->length;
  uint64_t at = rows.begin - segment * job->length; // in the segment
  uint64_t begin = take_offset(job, &o, segment);
  for (uint64_t left = rows.end - rows.begin; left;) {
    uint64_t end = take_offset(job, &o, segment + 1);
    uint64_t some = kn_min(left, job->length - at);
    uint64_t there = end > begin + at ? kn_min(end - begin - at, some) : 0;
    load_rows(job, job->values + (begin + at) * job->values_pitch + job->column, job->values_pitch,
              there);
    load_padding(job, some - there);
    left -= some;
    begin = end;
    at = 0;
    segment++;
  }
  close_offsets(&o);
}

static struct offsets open_padded(const struct job *job, struct kn_range rows) {
  return open_offsets(job, rows.begin / job->length, (rows.end - 1) / job->length + 1, OFFSETS);
}

static void to_padded(struct job *job, const struct padding *padding) {
  struct kn_range rows = kn_share(job->segments * job->length, mtia_pe(), kn_pes());
  if (rows.begin == rows.end)
    return;
  if (mtia_core() == 0) {
    struct offsets o = open_padded(job, rows);
    fill(job, padding);
    __mtia_bar(MTIA_BAR_PE);
    load_padded(job, rows, o);
    for (uint64_t at = PAD_SIZE; at < job->bytes; at += PAD_SIZE) {
      set_part(job, at);
      load_padded(job, rows, open_padded(job, rows));
    }
    return;
  }
  __mtia_bar(MTIA_BAR_PE);
  for (uint64_t at = 0; at < job->bytes; at += PAD_SIZE) {
    set_part(job, at);
    store_rows(job, job->dense + rows.begin * job->dense_pitch + at, job->dense_pitch,
               rows.end - rows.begin);
  }
}

//===----------------------------------------------------------------------===//
// To jagged
//===----------------------------------------------------------------------===//

// Sectors of 32 bytes of offsets, which are looked at by their first one.
static void ask(const struct job *job, uint64_t sector, uint64_t pitch, uint64_t count) {
  __mtia_cr_w2(MTIA_CR_DMA_IN, 1u << job->offset_log2, 0);
  __mtia_cr_w(MTIA_CR_DMA_IN_PITCH, 32 * pitch);
  __mtia_dma_in(CB_FOUND, job->offsets->data + 32 * sector, count, MTIA_MC_NONE);
  __mtia_cb_waitd(CB_FOUND, 32 * count);
}

// The sector of those from `low` to below `high` that has the last offset up to `row`.
static uint64_t find_sector(const struct job *job, uint64_t low, uint64_t high, uint64_t row) {
  while (high - low > 1) {
    uint64_t step = kn_ceil_div(high - low, FAN), count = kn_ceil_div(high - low, step), k = 0;
    ask(job, low, step, count);
    while (k + 1 < count &&
           read_offset(job, (const char *)__mtia_cb_head(CB_FOUND, 32 * (k + 1))) <= row)
      k++;
    __mtia_cb_pop(CB_FOUND, 32 * count);
    low += k * step;
    high = kn_min(low + step, high);
  }
  return low;
}

// The last of the offsets that are there that is up to `row`, the first one if none is.
static uint64_t find_there(const struct job *job, const struct offsets *o, uint64_t row) {
  uint64_t low = o->from, high = o->to - 1;
  while (low < high) {
    uint64_t middle = (low + high + 1) / 2;
    if (get_offset(job, o, middle) <= row)
      low = middle;
    else
      high = middle - 1;
  }
  return low;
}

// Offsets from about the place on where the segments of this PE would begin if all were equal.
static struct offsets guess(const struct job *job) {
  struct kn_range mine = kn_share(job->segments, mtia_pe(), kn_pes());
  uint64_t from = mine.begin - kn_min(mine.begin, AROUND), to = mine.end + AROUND;
  return open_offsets(job, from, job->segments, (uint32_t)kn_min(to - from + 1, OFFSETS));
}

// The segment that has a row; offsets from there on can be taken.
static uint64_t find_segment(const struct job *job, struct offsets *o, uint64_t row) {
  uint64_t first = o->from;
  bool before = take_offset(job, o, first) > row && first > 0;
  uint64_t segment = find_there(job, o, row);
  bool behind = segment + 1 == o->to && o->to <= job->segments;
  if (!before && !behind)
    return segment;
  uint32_t per_log2 = 5 - job->offset_log2;
  uint64_t low = before ? 0 : segment >> per_log2;
  uint64_t high = (before ? first : job->segments) >> per_log2;
  close_offsets(o);
  first = find_sector(job, low, high + 1, row) << per_log2;
  *o = open_offsets(job, first, job->segments, o->step);
  take_offset(job, o, first);
  return find_there(job, o, row);
}

// What core 0 tells core 1: its rows of the jagged ones.
static volatile struct kn_range *shared(void) {
  return (volatile struct kn_range *)(uintptr_t)SHARED_AT;
}

// The first and the last offset, for which all PEs of a row ask together.
static void ask_ends(const struct job *job) {
  uint64_t last = job->segments << job->offset_log2, at = last & ~UINT64_C(31);
  __mtia_cr_w(MTIA_CR_MCAST, (UINT64_C(1) << mtia_cols()) - 1);
  __mtia_cr_w(MTIA_CR_DMA_IN_PITCH, at);
  __mtia_cr_w2(MTIA_CR_DMA_IN, (uint32_t)(last - at) + (1u << job->offset_log2), 0);
  __mtia_dma_in(CB_FOUND, job->offsets->data, 2, MTIA_MC_ROW);
}

static struct kn_range get_rows(const struct job *job) {
  uint64_t last = job->segments << job->offset_log2;
  __mtia_cb_waitd(CB_FOUND, 64);
  const char *ends = (const char *)__mtia_cb_head(CB_FOUND, 0);
  uint64_t begin = read_offset(job, ends), end = read_offset(job, ends + 32 + last % 32);
  __mtia_cb_pop(CB_FOUND, 64);
  struct kn_range rows = kn_share(end > begin ? end - begin : 0, mtia_pe(), kn_pes());
  return (struct kn_range){begin + rows.begin, begin + rows.end};
}

static void load_jagged(const struct job *a_job, struct kn_range rows, struct offsets o) {
  const struct job j = *a_job, *job = &j; // in registers
  if (rows.begin < rows.end) {
    uint64_t segment = find_segment(a_job, &o, rows.begin);
    uint64_t begin = kn_min(take_offset(job, &o, segment), rows.begin);
    for (uint64_t row = rows.begin; row < rows.end; segment++) {
      uint64_t end = kn_max(take_offset(job, &o, segment + 1), begin);
      uint64_t some = kn_min(kn_max(end, row), rows.end) - row, at = row - begin;
      uint64_t there = at < job->length ? kn_min(some, job->length - at) : 0;
      load_rows(job, job->dense + (segment * job->length + at) * job->dense_pitch + job->column,
                job->dense_pitch, there);
      load_padding(job, some - there);
      row += some;
      begin = end;
    }
  }
  close_offsets(&o);
}

static void to_jagged(struct job *job, const struct padding *padding) {
  if (mtia_core() == 0) {
    struct offsets o = guess(job);
    ask_ends(job);
    fill(job, padding);
    struct kn_range rows = get_rows(job);
    *shared() = rows;
    KN_FENCE();
    __mtia_bar(MTIA_BAR_PE);
    load_jagged(job, rows, o);
    for (uint64_t at = PAD_SIZE; at < job->bytes; at += PAD_SIZE) {
      set_part(job, at);
      load_jagged(job, rows, guess(job));
    }
    return;
  }
  __mtia_bar(MTIA_BAR_PE);
  KN_FENCE();
  struct kn_range rows = *shared();
  for (uint64_t at = 0; at < job->bytes; at += PAD_SIZE) {
    set_part(job, at);
    store_rows(job, job->values + rows.begin * job->values_pitch + at, job->values_pitch,
               rows.end - rows.begin);
  }
}

//===----------------------------------------------------------------------===//
// Functions
//===----------------------------------------------------------------------===//

static enum mtia_status move(struct job *job, uint64_t columns, float padding, bool padded,
                             enum mtia_dtype type) {
  uint32_t size = type == MTIA_I8 ? 1 : type == MTIA_F32 || type == MTIA_I32 ? 4 : 2;
  float most = type == MTIA_I8 ? 0x1p7f : 0x1p31f;
  if ((type == MTIA_I8 || type == MTIA_I32) && !(padding >= -most && padding < most))
    return MTIA_STATUS_VALUE;
  uint64_t rows = padded ? job->segments * job->length : job->values_rows;
  if (rows == 0 || columns == 0 || job->segments == 0)
    return MTIA_STATUS_OK;
  if (mtia_core() == 0) {
    __mtia_cb_init(CB_OFFSETS, OFFSETS_AT, OFFSETS_SIZE);
    __mtia_cb_init(CB_FOUND, FOUND_AT, FOUND_SIZE);
    __mtia_cb_init(CB_ROWS, ROWS_AT, ROWS_SIZE);
  }
  job->bytes = columns * size;
  set_part(job, 0);
  if (padded)
    to_padded(job, &(struct padding){padding, type});
  else
    to_jagged(job, &(struct padding){padding, type});
  kn_leave();
  return MTIA_STATUS_OK;
}

static enum mtia_status jagged(const struct mtia_tensor *values, const struct mtia_tensor *offsets,
                               const struct mtia_tensor *dense, float padding, bool padded,
                               enum mtia_dtype type, uint32_t offset_log2) {
  if (offsets->dim[0] != dense->dim[0] + 1 || values->dim[1] != dense->dim[2])
    return MTIA_STATUS_SHAPE;
  if (dense->dim[0] > 1 && dense->stride[0] != dense->dim[1] * dense->stride[1])
    return MTIA_STATUS_LAYOUT;
  struct job job = {.values = values->data,
                    .values_pitch = values->stride[0],
                    .values_rows = values->dim[0],
                    .dense = dense->data,
                    .dense_pitch = dense->stride[1],
                    .segments = dense->dim[0],
                    .length = dense->dim[1],
                    .offsets = offsets,
                    .offset_log2 = offset_log2};
  return move(&job, values->dim[1], padding, padded, type);
}

// Launched kernels have their outputs last.
#define PADDED_ARGS(type, index)                                                                   \
  MTIA_IN(values, type, "L", "D"), MTIA_IN(offsets, index, "B+1"), MTIA_SCALAR(padding, MTIA_F32), \
      MTIA_OUT(dense, type, "B", "M", "D")
#define JAGGED_ARGS(type, index)                                                                   \
  MTIA_IN(dense, type, "B", "M", "D"), MTIA_IN(offsets, index, "B+1"),                             \
      MTIA_SCALAR(padding, MTIA_F32), MTIA_OUT(values, type, "L", "D")
#define MTIA_VARIANT(kernel, types, units, padded, type, index, log2)                              \
  enum mtia_status mtia_##kernel(const struct mtia_jagged_args *args) {                            \
    return jagged(&args->values, &args->offsets, &args->dense, args->padding, padded, type, log2); \
  }                                                                                                \
  KN_LAUNCH(kernel, struct mtia_jagged_args, LAUNCH_##padded(type, index))
#define LAUNCH_true PADDED_ARGS
#define LAUNCH_false JAGGED_ARGS
#include <mtia/kernels/jagged.def>
