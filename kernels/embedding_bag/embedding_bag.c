// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Embedding bags of one table, or of many at once; <mtia/kernels.h> says what is computed.
//
// All bags, feature by feature, are dealt out so that each PE has the same cost in indices and bags
// (divide.h); a bag is on one PE, as the order of its sum is fixed. There, core 1 brings indices,
// checks them and gathers rows into a ring (gather.h), as far ahead as local memory allows, across
// features; core 0 reads offsets, has the SE add rows up, makes results of the sums and stores them
// in batches (pool.h). The ring holds rows of different lengths: core 1 tells core 0 of each
// segment (the bags of one feature on this PE) before its rows come. Lengths become offsets first
// (lengths.h); results that cannot be stored where they belong are put there in the end (pack.h).
//
// Rows with scale and bias of more than UNCUT columns are summed in pieces of PIECE, with scale and
// bias gathered by themselves and put beside each piece by the MLU; other rows are cut without
// that.
//
// bag.h has the circular buffers and the map of local memory.
#include "bag.h"
#include "divide.h"
#include "gather.h"
#include "lengths.h"
#include "pack.h"
#include "pool.h"

KN_STACK_LINES(8);

static void plan_memory(const struct job *j, struct plan *p, uint64_t first) {
  const struct kind *k = j->kind;
  p->first = (uint32_t)first;
  p->cut = j->most_columns > UNCUT;
  p->columns = p->cut ? PIECE : j->most_columns;
  bool wide = p->cut && k->beside, quantised = k->out == MTIA_SE_U8;
  uint32_t sum = kn_pad(4 * p->columns), result = kn_pad(p->columns * k->out_size + k->out_beside);
  p->zero_at = AT_FREE;
  p->zero_size = kn_pad(p->columns);
  p->out_at = p->zero_at + p->zero_size;
  p->out_size = 2 * (uint32_t)kn_max(OUT_BATCH, result);
  p->sum_at = p->out_at + p->out_size;
  p->sum_size = quantised ? 2 * (uint32_t)kn_max(OUT_BATCH, sum) : sum;
  if (j->plain && k->out == MTIA_SE_F32)
    p->sum_size = 0;
  p->stage_at = p->sum_at + p->sum_size;
  p->stage_size = wide        ? 2 * STAGED * kn_pad(row_bytes(k, p->columns) + k->beside)
                  : quantised ? 2 * STAT_SIZE
                              : 0;
  p->pair_at = p->stage_at + p->stage_size;
  p->pair_size = wide ? 4 * 32 * STAGED : 0;
  p->rows_at = p->pair_at + p->pair_size;
  p->rows_size = MTIA_LOCAL_SIZE - p->rows_at;
}

static void init_buffers(const struct job *j, const struct plan *p) {
  if (mtia_core() == 0) {
    __mtia_cb_init(CB_OFFSET, local(AT_OFFSET), (AHEAD + 2) * OFFSET_CHUNK);
    __mtia_cb_init(CB_ZERO, local(p->zero_at), p->zero_size);
    __mtia_cb_init(CB_OUT, local(p->out_at), p->out_size);
    if (p->sum_size) {
      __mtia_cb_init(CB_SUM, local(p->sum_at), p->sum_size);
      __mtia_cb_init(CB_SUMS, local(p->sum_at), p->sum_size);
    }
    if (p->pair_size)
      __mtia_cb_init(CB_STAGE, local(p->stage_at), p->stage_size);
    else if (p->stage_size)
      __mtia_cb_init(CB_STAT, local(p->stage_at), p->stage_size);
    // Volatile: the library's memset stores single bytes.
    volatile uint64_t *zero = (volatile uint64_t *)(uintptr_t)local(p->zero_at);
    for (uint32_t i = 0; i < p->zero_size / 8; i++)
      zero[i] = 0;
  } else {
    __mtia_cb_init(CB_INDEX, local(AT_INDEX), (AHEAD + 2) * CHUNK << j->kind->index_log2);
    __mtia_cb_init(CB_WEIGHT, local(AT_WEIGHT), (AHEAD + 2) * CHUNK * 4);
    __mtia_cb_init(CB_MARK, local(AT_MARK), MARKS * MARK_CHUNK);
    __mtia_cb_init(CB_BOUNDS, local(AT_BOUNDS), SEGMENTS * BOUNDS_SIZE);
    __mtia_cb_init(CB_EDGE, local(AT_EDGE), 64);
    __mtia_cb_init(CB_ROWS, local(p->rows_at), p->rows_size);
    if (p->pair_size)
      __mtia_cb_init(CB_PAIR, local(p->pair_at), p->pair_size);
  }
}

//===----------------------------------------------------------------------===//
// Arguments
//===----------------------------------------------------------------------===//

static uint64_t results_size(const struct mtia_embedding_bag_args *a, const struct kind *k) {
  return a->out.dim[0] * pack_pitch(a, k);
}

static enum mtia_status check_one_table(const struct job *j) {
  const struct mtia_embedding_bag_args *a = j->a;
  const struct kind *k = j->kind;
  if (j->most_columns == 0 || (j->indices && !a->table.dim[0]))
    return MTIA_STATUS_SHAPE;
  // A table with scales is one of bytes.
  uint64_t have = k->beside ? a->table.dim[1] : row_bytes(k, a->table.dim[1]);
  return have < row_bytes(k, j->most_columns) + k->beside ? MTIA_STATUS_SHAPE : MTIA_STATUS_OK;
}

// What follows from the arguments alone.
static enum mtia_status read_arguments(struct job *j) {
  const struct mtia_embedding_bag_args *a = j->a;
  const struct kind *k = j->kind;
  j->features = j->batched ? a->features.dim[0] : 1;
  j->batch = a->out.dim[0];
  j->bags = j->features * j->batch;
  j->indices = a->indices.dim[0];
  j->weighted = a->weights.dim[0] != 0;
  j->marked = a->pooling == MTIA_BAGS_MAX || (a->pooling == MTIA_BAGS_MEAN && a->padding >= 0);
  if (a->pooling < MTIA_BAGS_SUM || a->pooling > MTIA_BAGS_MAX || a->form < MTIA_BAGS_OFFSETS ||
      a->form > MTIA_BAGS_LENGTHS || a->strict < 0 || a->strict > 1 ||
      (a->pooling == MTIA_BAGS_MAX && j->weighted) || (j->batched && a->most_columns < 0))
    return MTIA_STATUS_VALUE;
  if ((j->weighted && a->weights.dim[0] != j->indices) ||
      a->offsets.dim[0] != j->bags + (a->form == MTIA_BAGS_OFFSETS) || a->counts.dim[0] != 2)
    return MTIA_STATUS_SHAPE;
  if (a->out.dim[1] < j->features * k->out_beside)
    return MTIA_STATUS_SHAPE;
  uint64_t columns = a->out.dim[1] - j->features * k->out_beside;
  uint64_t most = j->batched ? (uint64_t)a->most_columns : columns;
  if (most > UINT32_MAX / 8 || (k->out == MTIA_SE_U8 && most > UNCUT))
    return MTIA_STATUS_LIMIT;
  j->most_columns = (uint32_t)most;
  bool equal = columns == most * j->features;
  if (j->batched) {
    if (a->columns.dim[0] != j->features + 1 || a->tables.dim[1] != 4 ||
        columns > most * j->features || (j->features && !most))
      return MTIA_STATUS_SHAPE;
  } else {
    enum mtia_status status = check_one_table(j);
    if (status != MTIA_STATUS_OK)
      return status;
  }
  j->resident = j->batched && j->features <= RESIDENT && a->tables.dim[0] <= RESIDENT;
  j->mixed = !equal && j->resident;
  // Of mixed features it is known later.
  j->packed =
      j->features > 1 && !j->mixed && (!equal || (most * k->out_size + k->out_beside) % 32 != 0);
  j->plain = a->pooling == MTIA_BAGS_SUM && k->out != MTIA_SE_U8 && most <= UNCUT;
  j->offset_count = j->bags + (a->form != MTIA_BAGS_OFFSETS_OPEN);
  j->offsets = a->form == MTIA_BAGS_LENGTHS ? a->buffer.data : a->offsets.data;
  j->pack = a->buffer.data + lengths_size(j);
  uint64_t buffer = lengths_size(j) + (j->packed ? results_size(a, k) : 0);
  if (a->buffer.dim[0] < buffer)
    return MTIA_STATUS_BUFFER;
  j->columns = (const int32_t *)(j->resident ? local(AT_FIXED) : a->columns.data);
  j->feature_table =
      (const int32_t *)(j->resident ? local(AT_FIXED + FIXED_COLUMNS) : a->features.data);
  j->tables = (const int64_t *)(j->resident ? local(AT_FIXED + FIXED_COLUMNS + FIXED_FEATURES)
                                            : a->tables.data);
  return MTIA_STATUS_OK;
}

//===----------------------------------------------------------------------===//
// Counts
//===----------------------------------------------------------------------===//

static void report(const struct mtia_embedding_bag_args *a, uint64_t indices, uint64_t offsets) {
  volatile int64_t *counts = mtia_ptr(&a->counts, 0);
  counts[0] = (int64_t)indices;
  counts[1] = (int64_t)offsets;
}

// Adds this core's bad indices (core 1) or offsets to those of all.
static void add_counts(uint64_t bad) {
  if (bad && mtia_core())
    __mtia_ctr_add(COUNT_INDICES, 0, bad);
  else if (bad)
    __mtia_ctr_add(COUNT_OFFSETS, 0, bad);
  __mtia_ctr_add(COUNT_DONE, 0, 1);
}

struct counts {
  uint64_t indices, offsets;
};

// Core 0 of PE 0: those of all cores.
static struct counts take_counts(void) {
  __mtia_ctr_wait(COUNT_DONE, 2 * (uint64_t)kn_pes());
  struct counts c = {__mtia_ctr_get(COUNT_INDICES), __mtia_ctr_get(COUNT_OFFSETS)};
  __mtia_ctr_set(COUNT_INDICES, 0);
  __mtia_ctr_set(COUNT_OFFSETS, 0);
  __mtia_ctr_set(COUNT_DONE, 0);
  return c;
}

static bool is_first(void) { return mtia_pe() == 0 && mtia_core() == 0; }

// Whether any core of any PE has found something bad; the same answer for all.
static bool any_bad(uint64_t bad) {
  add_counts(bad);
  if (is_first()) {
    struct counts c = take_counts();
    for (uint64_t pe = 0; pe < kn_pes(); pe++)
      __mtia_ctr_add(COUNT_VERDICT, pe, 1 + (c.indices || c.offsets));
  }
  __mtia_ctr_wait(COUNT_VERDICT, 1);
  bool any = __mtia_ctr_get(COUNT_VERDICT) > 1;
  __mtia_bar(MTIA_BAR_PE);
  if (mtia_core() == 0)
    __mtia_ctr_set(COUNT_VERDICT, 0);
  return any;
}

//===----------------------------------------------------------------------===//
// Both cores
//===----------------------------------------------------------------------===//

// A core's search: core 1 looks where this PE's work begins, so that it can go on with the indices,
// core 0 where it ends.
struct quest {
  uint64_t share, shares;
  bool asked;
  struct search search;
  struct window window;
};

static struct quest begin_quest(const struct job *j) {
  struct quest q = {.share = mtia_pe() + (mtia_core() == 0), .shares = kn_pes()};
  if (mtia_core() == 0)
    __mtia_cb_init(CB_FIND_0, local(AT_FIND), FIND_SIZE);
  else
    __mtia_cb_init(CB_FIND_1, local(AT_FIND + FIND_SIZE), FIND_SIZE);
  // Offsets that are made of lengths are not there yet.
  q.asked = !j->mixed && j->a->form != MTIA_BAGS_LENGTHS && q.share && q.share < q.shares;
  if (q.asked) {
    q.search = divide_equally(j, q.share, q.shares);
    q.window = begin_find(j, &q.search);
  }
  return q;
}

static struct place end_quest(const struct job *j, struct quest *q, uint64_t *bad) {
  unsigned core = mtia_core();
  if (j->mixed) {
    if (core == 1) {
      wait_fixed(j);
      cost_all(j);
    }
    __mtia_bar(MTIA_BAR_PE);
  }
  if (q->share == 0 || q->share == q->shares) {
    uint64_t bag = q->share ? j->bags : 0;
    int64_t offset = offset_of(j, core, bag);
    uint64_t index = clamp_index(offset, j->indices);
    *bad += !q->share && offset != (int64_t)index;
    return (struct place){bag, index};
  }
  if (!q->asked) {
    q->search =
        j->mixed ? divide_by_cost(j, q->share, q->shares) : divide_equally(j, q->share, q->shares);
    q->window = begin_find(j, &q->search);
  }
  return find(j, &q->search, &q->window);
}

// Where this PE's work is; the number of bad offsets that were seen (core 0).
static uint64_t locate(const struct job *j, struct quest *q, struct plan *p) {
  unsigned core = mtia_core();
  uint64_t bad = 0;
  struct place place = end_quest(j, q, &bad);
  unsigned which = core == 0;
  shared()->place[which].bag = place.bag;
  shared()->place[which].index = place.index;
  if (core == 1) {
    shared()->bad = bad;
    p->early = load_early(j, place.index);
    wait_fixed(j);
  }
  __mtia_bar(MTIA_BAR_PE);
  p->begin = (struct place){shared()->place[0].bag, shared()->place[0].index};
  p->end = (struct place){shared()->place[1].bag, shared()->place[1].index};
  // Offsets that run backwards may make a share end before it begins.
  bad = shared()->bad + (p->end.bag < p->begin.bag || p->end.index < p->begin.index);
  if (p->end.index < p->begin.index || p->end.bag <= p->begin.bag)
    p->end.index = p->begin.index;
  if (core == 1 && p->early && p->begin.index == p->end.index)
    __mtia_cb_pop(CB_INDEX, CHUNK << j->kind->index_log2);
  return core == 0 ? bad : 0;
}

// This core's number of bad offsets or indices.
static uint64_t work(const struct job *j, const struct plan *p) {
  if (mtia_core())
    return gather_rows(j, p, true);
  unsigned log2 = j->kind->index_log2;
  if (!j->plain)
    return pool_bags(j, p, log2, false);
  return log2 == 3 ? pool_bags(j, p, 3, true) : pool_bags(j, p, 2, true);
}

// What the contents of columns, indices and offsets decide.
static enum mtia_status check_all(struct job *j, const struct plan *p, uint64_t bad) {
  if (j->mixed && j->features > 1 && shared()->unaligned) {
    j->packed = true;
    if (j->a->buffer.dim[0] < lengths_size(j) + results_size(j->a, j->kind))
      return MTIA_STATUS_BUFFER;
  }
  if (!j->a->strict)
    return MTIA_STATUS_OK;
  if (p->begin.bag < p->end.bag && mtia_core() == 0) {
    bad += check_offsets(j, p);
  } else if (p->begin.bag < p->end.bag) {
    struct job unweighted = *j;
    unweighted.weighted = false;
    bad += gather_rows(&unweighted, p, false);
  }
  return any_bad(bad) ? MTIA_STATUS_INDEX : MTIA_STATUS_OK;
}

// A kind in one number, so that the functions of all variants are a few instructions each: the code
// of a launched kernel has to stay below the 32 KB of the instruction cache.
#define KIND(type, bits, layout, beside, index_log2, out, out_size, out_beside)                    \
  ((type) | (bits) << 4 | (layout) << 10 | (beside) << 13 | (index_log2) << 17 | (out) << 19 |     \
   (out_size) << 22 | (out_beside) << 25)

static struct kind unpack(uint32_t kind) {
  return (struct kind){.type = kind & 15,
                       .bits = kind >> 4 & 63,
                       .layout = kind >> 10 & 7,
                       .beside = kind >> 13 & 15,
                       .index_log2 = kind >> 17 & 3,
                       .out = kind >> 19 & 7,
                       .out_size = kind >> 22 & 7,
                       .out_beside = kind >> 25 & 15};
}

__attribute__((noinline)) static enum mtia_status
embedding_bag(const struct mtia_embedding_bag_args *a, uint32_t packed, bool batched) {
  struct kind unpacked = unpack(packed), *kind = &unpacked;
  struct job j;
  j.a = a;
  j.kind = kind;
  j.batched = batched;
  enum mtia_status status = read_arguments(&j);
  if (status != MTIA_STATUS_OK)
    return status;
  if (!j.bags) {
    if (is_first())
      report(a, 0, 0);
    kn_leave();
    return MTIA_STATUS_OK;
  }
  unsigned core = mtia_core();
  uint64_t bad = 0;
  if (core == 1)
    load_fixed(&j);
  struct quest quest = begin_quest(&j);
  struct plan p;
  plan_memory(&j, &p, 0);
  init_buffers(&j, &p);
  if (a->form == MTIA_BAGS_LENGTHS) {
    if (core == 0)
      bad += make_offsets(&j);
    __mtia_bar(MTIA_BAR_GRID);
  }
  bad += locate(&j, &quest, &p);
  status = check_all(&j, &p, bad);
  if (status != MTIA_STATUS_OK) {
    if (core == 1)
      drop_fixed(&j);
    kn_leave();
    return status;
  }
  for (uint64_t first = 0; p.begin.bag < p.end.bag && first < j.most_columns; first += p.columns) {
    if (first) { // another piece of the rows, from the start
      __mtia_sync();
      __mtia_bar(MTIA_BAR_PE);
      plan_memory(&j, &p, first);
      p.early = false;
      init_buffers(&j, &p);
      __mtia_bar(MTIA_BAR_PE);
    }
    uint64_t found = work(&j, &p);
    if (!first) // later they are the same
      bad += found;
  }
  if (j.packed) {
    __mtia_sync();
    __mtia_bar(MTIA_BAR_GRID);
    if (core == 0)
      pack(&j);
  }
  __mtia_bar(MTIA_BAR_PE); // core 0 needs them no more
  if (core == 1)
    drop_fixed(&j);
  add_counts(bad);
  if (is_first()) {
    struct counts c = take_counts();
    report(a, c.indices, c.offsets);
  }
  __mtia_sync();
  __mtia_bar(MTIA_BAR_GRID); // counters are 0 before anybody returns
  return MTIA_STATUS_OK;
}

__attribute__((noinline)) static uint64_t buffer_size(const struct mtia_embedding_bag_args *a,
                                                      uint32_t packed_kind, bool batched) {
  struct kind unpacked = unpack(packed_kind), *k = &unpacked;
  uint64_t features = batched ? a->features.dim[0] : 1;
  struct job j = {.a = a, .kind = k, .bags = features * a->out.dim[0]};
  uint64_t most = (uint64_t)a->most_columns * k->out_size + k->out_beside;
  bool equal = a->out.dim[1] * k->out_size == features * most;
  bool packed = features > 1 && (!equal || most % 32 != 0);
  return lengths_size(&j) + (packed ? results_size(a, k) : 0);
}

//===----------------------------------------------------------------------===//
// Kernels
//===----------------------------------------------------------------------===//

#define TABLE_f32 MTIA_SE_F32, 32, MTIA_SE_PLAIN, 0
#define TABLE_f16 MTIA_SE_F16, 16, MTIA_SE_PLAIN, 0
#define TABLE_bf16 MTIA_SE_BF16, 16, MTIA_SE_PLAIN, 0
#define TABLE_u8f32 MTIA_SE_U8, 8, MTIA_SE_F32_BEHIND, 8
#define TABLE_u8f16 MTIA_SE_U8, 8, MTIA_SE_F16_FRONT, 4
#define TABLE_u4f32 MTIA_SE_U4, 4, MTIA_SE_F32_BEHIND, 8
#define TABLE_u4f16 MTIA_SE_U4, 4, MTIA_SE_F16_FRONT, 4
#define TABLE_u4h MTIA_SE_U4, 4, MTIA_SE_F16_BEHIND, 4

#define DTYPE_f32 MTIA_F32
#define DTYPE_f16 MTIA_F16
#define DTYPE_bf16 MTIA_BF16
#define DTYPE_u8f32 MTIA_U8
#define DTYPE_u8f16 MTIA_U8
#define DTYPE_u4f32 MTIA_U8
#define DTYPE_u4f16 MTIA_U8
#define DTYPE_u4h MTIA_U8
#define DTYPE_u8 MTIA_U8
#define DTYPE_i32 MTIA_I32
#define DTYPE_i64 MTIA_I64

#define INDEX_i32 2
#define INDEX_i64 3
#define OUT_f32 MTIA_SE_F32, 4, 0
#define OUT_f16 MTIA_SE_F16, 2, 0
#define OUT_u8 MTIA_SE_U8, 1, 8

#define LAUNCH_one(kernel, rows, index, results)                                                   \
  KN_LAUNCH(kernel, struct mtia_embedding_bag_args, MTIA_IN(table, DTYPE_##rows, "R", "W"),        \
            MTIA_IN(indices, DTYPE_##index, "L"), MTIA_IN(offsets, DTYPE_##index, "O"),            \
            MTIA_IN(weights, MTIA_F32, "LW"), MTIA_SCALAR(padding, MTIA_I64),                      \
            MTIA_SCALAR(pooling, MTIA_I32), MTIA_SCALAR(form, MTIA_I32),                           \
            MTIA_SCALAR(strict, MTIA_I32), MTIA_OUT(out, DTYPE_##results, "B", "D"),               \
            MTIA_OUT(counts, MTIA_I64, "2"), MTIA_INOUT(buffer, MTIA_U8, "S"))
#define LAUNCH_many(kernel, rows, index, results)                                                  \
  KN_LAUNCH(kernel, struct mtia_embedding_bag_args, MTIA_IN(table, DTYPE_##rows, "W"),             \
            MTIA_IN(tables, MTIA_I64, "N", "4"), MTIA_IN(features, MTIA_I32, "F"),                 \
            MTIA_IN(columns, MTIA_I32, "F+1"), MTIA_IN(indices, DTYPE_##index, "L"),               \
            MTIA_IN(offsets, DTYPE_##index, "O"), MTIA_IN(weights, MTIA_F32, "LW"),                \
            MTIA_SCALAR(padding, MTIA_I64), MTIA_SCALAR(pooling, MTIA_I32),                        \
            MTIA_SCALAR(form, MTIA_I32), MTIA_SCALAR(strict, MTIA_I32),                            \
            MTIA_SCALAR(most_columns, MTIA_I32), MTIA_OUT(out, DTYPE_##results, "B", "D"),         \
            MTIA_OUT(counts, MTIA_I64, "2"), MTIA_INOUT(buffer, MTIA_U8, "S"))
#define EACH(...) KIND(__VA_ARGS__)
#define BATCHED_one false
#define BATCHED_many true

#define MTIA_VARIANT(kernel, types, units, tables, table, index, out)                              \
  enum mtia_status mtia_##kernel(const struct mtia_embedding_bag_args *args) {                     \
    return embedding_bag(args, EACH(TABLE_##table, INDEX_##index, OUT_##out), BATCHED_##tables);   \
  }                                                                                                \
  uint64_t mtia_##kernel##_get_buffer_size(const struct mtia_embedding_bag_args *args,             \
                                           uint32_t rows, uint32_t columns) {                      \
    (void)rows, (void)columns;                                                                     \
    return buffer_size(args, EACH(TABLE_##table, INDEX_##index, OUT_##out), BATCHED_##tables);     \
  }                                                                                                \
  LAUNCH_##tables(kernel, table, index, out)
#include <mtia/kernels/embedding_bag.def>
