// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What the parts of the embedding bag share: the work, the plan for local memory, circular buffers.
//
// Words: a feature is a column of bags that use one table; bag g of all is bag g % batch of feature
// g / batch. A segment is the bags of one feature that one PE does.
#ifndef MTIA_KERNELS_BAG_H
#define MTIA_KERNELS_BAG_H

#include "../launch.h"

// Rows of a table, indices, results. (No constant objects: every PE would fetch their lines from
// one channel.)
struct kind {
  enum mtia_se_type type; // of an element
  uint32_t bits;          // of an element
  enum mtia_se_layout layout;
  uint32_t beside;     // bytes of scale and bias
  uint32_t index_log2; // bytes of an index: 2 or 3
  enum mtia_se_type out;
  uint32_t out_size;   // bytes of an element of the result
  uint32_t out_beside; // bytes of scale and bias behind a result
};

enum {
  CB_FIND_0, // offsets that core 0 looks at while it searches
  CB_FIND_1, // core 1
  CB_FIXED,  // columns, features, tables: what is small enough to be kept
  CB_LIST,   // numbers 0..31
  CB_EDGES,  // offsets at which features begin, each in 32 bytes
  CB_EDGE,   // the same, one at a time, later
  CB_INDEX,
  CB_WEIGHT,
  CB_MARK,   // a bit for each index: whether it counts
  CB_BOUNDS, // core 1 tells core 0 of each segment
  CB_PAIR,   // scales and biases of rows that are cut
  CB_ROWS,
  CB_OFFSET,
  CB_ZERO,
  CB_STAGE, // pieces of rows with their scale and bias beside them
  CB_SUM,   // sums that a further step turns into results; written,
  CB_SUMS,  // and the same memory read: the SE does its commands in order
  CB_STAT,  // greatest and least of rows
  CB_OUT,
  CB_PACK_IN,
  CB_PACK_OUT,
};

// Counters; 0 before and after.
enum {
  COUNT_INDICES = 24, // of PE 0: bad ones
  COUNT_OFFSETS,      // of PE 0
  COUNT_DONE,         // of PE 0: cores that have added theirs
  COUNT_ARRIVED,      // PEs in front that have added their lengths
  COUNT_LENGTHS,      // the sum of these
  COUNT_VERDICT,      // 1, more if the arguments are refused
};

enum {
  FAN = 16,           // sectors of 32 bytes that a step of the search looks at
  FIND_SIZE = 6656,   // a dozen steps: a search has at most nine, which must not wrap
  CHUNK = 256,        // indices per load
  AHEAD = 2,          // chunks that are loaded before they are needed; a ring has AHEAD + 2
  OFFSET_CHUNK = 512, // bytes
  MARK_CHUNK = 32,    // bytes: a bit for each index of a chunk
  MARKS = 16,         // chunks
  OUT_BATCH = 4096,   // bytes of results per store
  QUANTISED = 64,     // bags that are quantised together, at most
  GROUP = 32,         // rows per gather, and most that se.rowacc takes
  RESIDENT = 128,     // features and tables that are kept in local memory
  UNCUT = 4096,       // columns: rows up to here are summed in one piece
  PIECE = 2048,       // columns at once of longer ones
  STAGED = 8,         // rows that are put together with their scales
  BOUNDS_SIZE = 32,   // bytes for a struct bounds
  SEGMENTS = 8,       // that core 1 may be ahead
  STAT_SIZE = 8 * QUANTISED,
};

// Local memory.
enum {
  AT_SHARED = 0,
  SHARED_SIZE = 128,
  AT_FIXED = AT_SHARED + SHARED_SIZE,
  FIXED_COLUMNS = 4 * RESIDENT + 32,
  FIXED_FEATURES = 4 * RESIDENT,
  FIXED_TABLES = 32 * RESIDENT,
  AT_INDEX = AT_FIXED + FIXED_COLUMNS + FIXED_FEATURES + FIXED_TABLES,
  AT_WEIGHT = AT_INDEX + (AHEAD + 2) * CHUNK * 8,
  AT_OFFSET = AT_WEIGHT + (AHEAD + 2) * CHUNK * 4,
  AT_MARK = AT_OFFSET + (AHEAD + 2) * OFFSET_CHUNK,
  AT_BOUNDS = AT_MARK + MARKS * MARK_CHUNK,
  AT_EDGE = AT_BOUNDS + SEGMENTS * BOUNDS_SIZE,
  AT_FREE = AT_EDGE + 64, // from here on as plan_memory() says
  // Before there are rows, where they will be:
  AT_FIND = MTIA_LOCAL_SIZE - 2 * FIND_SIZE,
  AT_COSTS = AT_FIND - 8 * RESIDENT - 32,
  AT_STARTS = AT_COSTS - 8 * RESIDENT - 32,
  AT_LIST = AT_STARTS - 4 * GROUP,
  AT_EDGES = AT_LIST - 32 * (RESIDENT + GROUP),
  LENGTHS = 4096, // bytes of lengths at a time
  AT_LENGTHS = AT_EDGES - 3 * LENGTHS,
};

// The work as the arguments say it; the same on all PEs.
struct job {
  const struct mtia_embedding_bag_args *a;
  const struct kind *kind;
  uint64_t features, batch, bags, indices;
  uint64_t offsets, offset_count; // address, and how many there are: bags, or one more
  uint32_t most_columns;          // of a feature
  bool batched, resident;
  bool mixed; // features have different columns, and it is known which
  bool weighted, marked;
  bool plain;    // the SE's sums are the results
  bool packed;   // results go through the buffer, and are put beside each other in the end
  uint64_t pack; // address of the buffer's part for that
  // In local memory if they are resident. 0 if not batched.
  const int32_t *columns, *feature_table;
  const int64_t *tables;
};

// Where a PE's work begins, or that of the next one.
struct place {
  uint64_t bag, index;
};

// What one PE does with some columns.
struct plan {
  struct place begin, end;
  uint32_t first, columns; // those of each feature that are done now
  bool cut;                // there are features with more
  bool early;              // the first chunk of indices is loaded
  uint32_t zero_at, zero_size, out_at, out_size, sum_at, sum_size, stage_at, stage_size;
  uint32_t pair_at, pair_size, rows_at, rows_size;
};

// The bags of one feature on this PE; each core makes its own.
struct segment {
  uint64_t columns; // that are done now
  bool wide;        // scale and bias are gathered by themselves, into CB_PAIR
  uint64_t row_bytes, row_padded, group;
};

// What core 1 tells core 0 of each.
struct bounds {
  uint64_t bag_end, index_end;
};

#define INLINE static inline __attribute__((always_inline))
#define RARE(condition) __builtin_expect(condition, 0) // not on the way of short bags

static inline uint64_t local(uint32_t at) { return MTIA_LOCAL_BASE + at; }

static inline uint32_t row_bytes(const struct kind *kind, uint64_t columns) {
  return (uint32_t)((columns * kind->bits + 7) / 8);
}

static inline int64_t read_index(const void *at, uint64_t i, unsigned log2) {
  return log2 == 2 ? ((const int32_t *)at)[i] : ((const int64_t *)at)[i];
}

static inline uint64_t clamp_index(int64_t i, uint64_t indices) {
  return i < 0 ? 0 : kn_min((uint64_t)i, indices);
}

// First byte of a feature in a row of the results.
static inline uint64_t out_column(const struct job *j, uint64_t feature) {
  if (!j->batched)
    return 0;
  return (uint64_t)j->columns[feature] * j->kind->out_size + feature * j->kind->out_beside;
}

// The same in the buffer, where each begins at a multiple of 32 bytes: no sum over the features in
// front is needed, and none overlaps the next.
static inline uint64_t pack_column(const struct job *j, uint64_t feature) {
  return (out_column(j, feature) & ~UINT64_C(31)) + 32 * feature;
}

static inline uint64_t pack_pitch(const struct mtia_embedding_bag_args *a,
                                  const struct kind *kind) {
  return kn_pad(a->out.dim[1] * kind->out_size) + 32 * a->features.dim[0];
}

// Bytes of the buffer that offsets made from lengths take.
static inline uint64_t lengths_size(const struct job *j) {
  return j->a->form == MTIA_BAGS_LENGTHS ? mtia_align_up((j->bags + 1) << j->kind->index_log2) : 0;
}

// Rows of a segment.
struct source {
  uint64_t rows, address, pitch;
  uint64_t pair; // address of row 0's scale and bias, if they are gathered by themselves
};

// A feature as the arguments describe it.
struct feature {
  uint64_t column, columns; // of the results
  struct source source;
};

static inline struct feature read_feature(const struct job *j, uint64_t number) {
  const struct mtia_embedding_bag_args *a = j->a;
  struct feature f = {0, j->most_columns, {a->table.dim[0], a->table.data, a->table.stride[0], 0}};
  if (j->batched) {
    int32_t table = j->feature_table[number], begin = j->columns[number];
    int32_t end = j->columns[number + 1];
    const int64_t *t = j->tables + 4 * table;
    int64_t at = t[0], rows = t[1], pitch = t[2]; // all are on their way before one is used
    f.column = (uint64_t)begin;
    f.columns = (uint64_t)(end - begin);
    f.source = (struct source){(uint64_t)rows, a->table.data + (uint64_t)at, (uint64_t)pitch, 0};
  }
  return f;
}

// What is done now of a feature with more columns than that.
static inline void cut_source(const struct job *j, const struct plan *p, struct feature *f) {
  const struct kind *k = j->kind;
  bool front = k->layout == MTIA_SE_F16_FRONT;
  f->source.pair = f->source.address + (front ? 0 : row_bytes(k, f->columns));
  f->source.address += row_bytes(k, p->first) + (front ? k->beside : 0);
}

// The part of a feature that is done now.
static inline struct segment segment_of(const struct job *j, const struct plan *p,
                                        const struct feature *f) {
  const struct kind *k = j->kind;
  struct segment s;
  s.columns = f->columns > p->first ? (uint32_t)kn_min(f->columns - p->first, p->columns) : 0;
  s.wide = f->columns > p->columns && k->beside;
  s.row_bytes = row_bytes(k, s.columns) + (s.wide ? 0 : k->beside);
  s.row_padded = kn_pad(s.row_bytes);
  s.group = s.wide ? STAGED : GROUP;
  if (RARE(4 * s.group * s.row_padded > p->rows_size))
    s.group = (uint32_t)kn_max(p->rows_size / (4 * s.row_padded), 1);
  return s;
}

#endif
