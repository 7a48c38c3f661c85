// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Jagged rows to a padded dense tensor and back; <mtia/kernels.h> says what is moved.
//
// The FI does all of it: core 0 loads rows into CB_ROWS, core 1 stores them, many in one command.
// A row of padding is in local memory; loads with a pitch of 0 bring as many of it as are wanted
// without a trip to the SRAM.
//
// To padded, a PE has as many rows of the result as the others, to one. To jagged, if there are as
// many segments as PEs it has as many segments as the others, to one, so that lengths should not
// differ too much over the whole; otherwise several PEs have parts of one segment.
#include "../launch.h"

enum { CB_ROWS, CB_OFFSETS, CB_ENDS };
enum {
  PIECE = 8 * 1024, // bytes that are stored by one command
  OFFSETS = 512,    // entries of CB_OFFSETS's halves
  OFFSETS_SIZE = 2 * (8 * OFFSETS + 32),
  ENDS_SIZE = 128,
  PAD_SIZE = 16 * 1024, // the longest part of a row that travels in one piece
  PAD_AT = MTIA_LOCAL_BASE,
  OFFSETS_AT = PAD_AT + PAD_SIZE,
  ENDS_AT = OFFSETS_AT + OFFSETS_SIZE,
  ROWS_AT = ENDS_AT + ENDS_SIZE,
  ROWS_SIZE = 96 * 1024,
};
_Static_assert(OFFSETS_SIZE % 64 == 0, "halves of whole commands");
_Static_assert(ROWS_AT + ROWS_SIZE <= MTIA_LOCAL_BASE + MTIA_LOCAL_SIZE, "local memory");

struct job {
  uint64_t values, values_pitch, values_rows; // the jagged rows
  uint64_t dense, dense_pitch;                // the padded ones, segment after segment
  uint64_t segments, length;                  // of a padded segment
  const struct mtia_tensor *offsets;
  uint32_t offset_log2; // bytes of an offset
  uint64_t column;      // byte of a row where this part of it begins
  uint32_t width;       // its bytes
  uint32_t stride;      // of its rows in CB_ROWS
  uint32_t piece;       // rows of a store
};

//===----------------------------------------------------------------------===//
// Offsets, which one core of a PE walks over
//===----------------------------------------------------------------------===//

struct offsets {
  uint64_t next, last; // entries to load; last one that will be asked for
  uint64_t from, to;   // entries that are there
  const char *first;   // entry `from`
};

static void load_offsets(const struct job *job, struct offsets *o) {
  if (o->next > o->last)
    return;
  uint64_t count = kn_min(OFFSETS, o->last + 1 - o->next);
  // Loads begin at a multiple of 32 bytes.
  uint64_t begin = (o->next << job->offset_log2) & ~UINT64_C(31);
  uint64_t end = (o->next + count) << job->offset_log2;
  __mtia_cr_w2(MTIA_CR_DMA_IN, (uint32_t)(end - begin), OFFSETS_SIZE / 2);
  __mtia_dma_in(CB_OFFSETS, job->offsets->data + begin, 1, MTIA_MC_NONE);
  o->next += count;
}

static struct offsets open_offsets(const struct job *job, uint64_t first, uint64_t last) {
  struct offsets o = {.next = first, .last = last, .from = first, .to = first};
  load_offsets(job, &o);
  load_offsets(job, &o);
  return o;
}

static uint64_t take_offset(const struct job *job, struct offsets *o, uint64_t k) {
  if (k >= o->to) {
    if (o->to != o->from) {
      __mtia_cb_pop(CB_OFFSETS, OFFSETS_SIZE / 2);
      load_offsets(job, o);
    }
    o->from = k;
    o->to = kn_min(k + OFFSETS, o->last + 1);
    __mtia_cb_waitd(CB_OFFSETS, OFFSETS_SIZE / 2);
    o->first = (const char *)__mtia_cb_head(CB_OFFSETS, 0) + ((k << job->offset_log2) & 31);
  }
  const char *at = o->first + ((k - o->from) << job->offset_log2);
  int64_t offset = job->offset_log2 == 2 ? *(const int32_t *)at : *(const int64_t *)at;
  return offset < 0 ? 0 : kn_min((uint64_t)offset, job->values_rows);
}

static void close_offsets(const struct offsets *o) {
  if (o->to != o->from)
    __mtia_cb_pop(CB_OFFSETS, OFFSETS_SIZE / 2);
}

//===----------------------------------------------------------------------===//
// Rows
//===----------------------------------------------------------------------===//

// Rows whose bytes follow each other travel as one.
static void load_rows(const struct job *job, uint64_t at, uint64_t pitch, uint64_t rows) {
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

static void load_padding(const struct job *job, uint64_t rows) {
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

//===----------------------------------------------------------------------===//
// To padded
//===----------------------------------------------------------------------===//

static void load_padded(const struct job *job, struct kn_range rows) {
  uint64_t segment = rows.begin / job->length, last = (rows.end - 1) / job->length;
  uint64_t at = rows.begin - segment * job->length; // in the segment
  struct offsets o = open_offsets(job, segment, last + 1);
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

static void to_padded(const struct job *job) {
  struct kn_range rows = kn_share(job->segments * job->length, mtia_pe(), kn_pes());
  if (rows.begin == rows.end)
    return;
  if (mtia_core() == 0)
    load_padded(job, rows);
  else
    store_rows(job, job->dense + rows.begin * job->dense_pitch + job->column, job->dense_pitch,
               rows.end - rows.begin);
}

//===----------------------------------------------------------------------===//
// To jagged
//===----------------------------------------------------------------------===//

// The segments of this PE, or its part of one.
struct segments {
  uint64_t begin, end;
  uint32_t part, parts;
};

static struct segments get_segments(const struct job *job) {
  uint32_t pes = kn_pes(), pe = mtia_pe();
  if (job->segments >= pes) {
    struct kn_range mine = kn_share(job->segments, pe, pes);
    return (struct segments){mine.begin, mine.end, 0, 1};
  }
  uint32_t parts = (uint32_t)kn_div(pes, job->segments);
  uint64_t segment = kn_div(pe, parts);
  if (segment >= job->segments)
    return (struct segments){0, 0, 0, 1};
  return (struct segments){segment, segment + 1, (uint32_t)(pe - segment * parts), parts};
}

static void load_jagged(const struct job *job, struct segments s) {
  struct offsets o = open_offsets(job, s.begin, s.end);
  uint64_t begin = take_offset(job, &o, s.begin);
  for (uint64_t segment = s.begin; segment < s.end; segment++) {
    uint64_t end = take_offset(job, &o, segment + 1);
    struct kn_range rows = kn_share(end > begin ? end - begin : 0, s.part, s.parts);
    uint64_t there = kn_max(kn_min(rows.end, job->length), rows.begin) - rows.begin;
    load_rows(job,
              job->dense + (segment * job->length + rows.begin) * job->dense_pitch + job->column,
              job->dense_pitch, there);
    load_padding(job, rows.end - rows.begin - there);
    begin = kn_max(begin, end);
  }
  close_offsets(&o);
}

// Core 1 needs the first and the last offset only. It asks for them before core 0 loads rows:
// behind rows that wait for space they would never come.
static void load_end(const struct job *job, uint64_t k) {
  uint64_t byte = k << job->offset_log2;
  __mtia_cr_w2(MTIA_CR_DMA_IN, (uint32_t)(byte % 32) + (1u << job->offset_log2), 0);
  __mtia_dma_in(CB_ENDS, job->offsets->data + (byte & ~UINT64_C(31)), 1, MTIA_MC_NONE);
}

static uint64_t take_end(const struct job *job, uint64_t k) {
  __mtia_cb_waitd(CB_ENDS, 32);
  const char *at = (const char *)__mtia_cb_head(CB_ENDS, 0) + (k << job->offset_log2) % 32;
  int64_t offset = job->offset_log2 == 2 ? *(const int32_t *)at : *(const int64_t *)at;
  __mtia_cb_pop(CB_ENDS, 32);
  return offset < 0 ? 0 : kn_min((uint64_t)offset, job->values_rows);
}

static void to_jagged(const struct job *job) {
  struct segments s = get_segments(job);
  if (s.begin == s.end)
    return;
  if (mtia_core() == 0) {
    __mtia_bar(MTIA_BAR_PE);
    load_jagged(job, s);
    return;
  }
  load_end(job, s.begin);
  load_end(job, s.end);
  __mtia_bar(MTIA_BAR_PE);
  uint64_t begin = take_end(job, s.begin), end = kn_max(take_end(job, s.end), begin);
  struct kn_range rows = kn_share(end - begin, s.part, s.parts);
  store_rows(job, job->values + (begin + rows.begin) * job->values_pitch + job->column,
             job->values_pitch, rows.end - rows.begin);
}

//===----------------------------------------------------------------------===//
// Functions
//===----------------------------------------------------------------------===//

static void fill(uint32_t bytes, float padding, enum mtia_dtype type) {
  for (uint32_t k = 0; k < bytes; k += 4) {
    uint32_t *word = (uint32_t *)(uintptr_t)(PAD_AT + k);
    if (type == MTIA_F32)
      *word = mtia_f32_bits(padding);
    else if (type == MTIA_I32)
      *word = (uint32_t)(int32_t)padding;
    else if (type == MTIA_I8)
      *word = (uint8_t)(int8_t)padding * UINT32_C(0x01010101);
    else {
      uint16_t half;
      _Float16 f16 = (_Float16)padding;
      __bf16 bf16 = (__bf16)padding;
      __builtin_memcpy(&half, type == MTIA_F16 ? (void *)&f16 : (void *)&bf16, 2);
      *word = half * UINT32_C(0x00010001);
    }
  }
}

static enum mtia_status move(struct job *job, uint64_t columns, float padding, bool padded,
                             enum mtia_dtype type) {
  uint32_t size = type == MTIA_I8 ? 1 : type == MTIA_F32 || type == MTIA_I32 ? 4 : 2;
  float most = type == MTIA_I8 ? 0x1p7f : 0x1p31f;
  if ((type == MTIA_I8 || type == MTIA_I32) && !(padding >= -most && padding < most))
    return MTIA_STATUS_VALUE;
  uint64_t rows = padded ? job->segments * job->length : job->values_rows;
  if (rows == 0 || columns == 0 || job->segments == 0)
    return MTIA_STATUS_OK;
  uint64_t bytes = columns * size;
  uint32_t part = (uint32_t)kn_min(kn_pad(bytes), PAD_SIZE);
  if (mtia_core() == 0) {
    fill(part, padding, type);
    __mtia_cb_init(CB_ROWS, ROWS_AT, ROWS_SIZE);
    __mtia_cb_init(CB_OFFSETS, OFFSETS_AT, OFFSETS_SIZE);
    __mtia_cb_init(CB_ENDS, ENDS_AT, ENDS_SIZE);
  }
  __mtia_bar(MTIA_BAR_PE);
  // Very long rows part by part.
  for (job->column = 0; job->column < bytes; job->column += part) {
    job->width = (uint32_t)kn_min(bytes - job->column, part);
    job->stride = kn_pad(job->width);
    job->piece = (uint32_t)kn_max(PIECE / job->stride, 1);
    if (padded)
      to_padded(job);
    else
      to_jagged(job);
  }
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
