// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Core 1: brings indices, checks them, gathers rows; tells core 0 of each segment before it.
//
// It never leaves a DMA waiting for room in the FI's queue, so that core 0's go on.
#ifndef MTIA_KERNELS_BAG_GATHER_H
#define MTIA_KERNELS_BAG_GATHER_H

#include "bag.h"

// Indices outside -1..rows-1 become 0; their number.
#define CHECK_INDICES(name, type, unsigned_type)                                                   \
  MTIA_VECTOR static uint64_t name(type *at, uint32_t count, uint64_t rows) {                      \
    unsigned_type limit = (unsigned_type)kn_min(rows, (unsigned_type) - 1 >> 1);                   \
    unsigned_type bad = 0;                                                                         \
    for (uint32_t i = 0; i < count; i++)                                                           \
      bad += (unsigned_type)at[i] + 1 > limit;                                                     \
    for (uint32_t i = 0; bad && i < count; i++)                                                    \
      if ((unsigned_type)at[i] + 1 > limit)                                                        \
        at[i] = 0;                                                                                 \
    return bad;                                                                                    \
  }
CHECK_INDICES(check_i32, int32_t, uint32_t)
CHECK_INDICES(check_i64, int64_t, uint64_t)

// A bit for each index of a chunk: it counts for a mean (is no padding), or for a maximum (nor
// pruned).
#define MARK_INDICES(name, type)                                                                   \
  MTIA_VECTOR static void name(const type *at, uint32_t count, type padding, bool pruned,          \
                               uint64_t *marks) {                                                  \
    type none = pruned ? -1 : padding;                                                             \
    for (uint32_t word = 0; word * 64 < count; word++) {                                           \
      uint64_t bits = 0;                                                                           \
      for (uint32_t i = 0; i < kn_min(64, count - word * 64); i++)                                 \
        bits |= (uint64_t)(at[word * 64 + i] != padding && at[word * 64 + i] != none) << i;        \
      marks[word] = bits;                                                                          \
    }                                                                                              \
  }
MARK_INDICES(mark_i32, int32_t)
MARK_INDICES(mark_i64, int64_t)

// Padding becomes -1: rows of zeros, which are not read.
#define PRUNE_INDICES(name, type)                                                                  \
  MTIA_VECTOR static void name(type *at, uint32_t count, type padding) {                           \
    for (uint32_t i = 0; i < count; i++)                                                           \
      at[i] = at[i] == padding ? -1 : at[i];                                                       \
  }
PRUNE_INDICES(prune_i32, int32_t)
PRUNE_INDICES(prune_i64, int64_t)

// The indices that are in local memory.
struct chunk {
  uint64_t from, loaded; // first index; the first that is not loaded yet
  uint64_t end;          // of all
  uint32_t count, at;    // how many; the next one
  void *list;
};

static void load_chunk(const struct job *j, uint64_t from, uint64_t end) {
  unsigned log2 = j->kind->index_log2;
  uint32_t count = (uint32_t)kn_min(CHUNK, end - from);
  if (j->weighted) {
    __mtia_cb_waits(CB_WEIGHT, kn_pad(4 * count));
    __mtia_cr_w2(MTIA_CR_DMA_IN, 4 * count, 0);
    __mtia_dma_in(CB_WEIGHT, j->a->weights.data + 4 * from, 1, MTIA_MC_NONE);
  }
  // Whole places of the ring: core 1 reads them, so that none may wrap.
  __mtia_cb_waits(CB_INDEX, CHUNK << log2);
  __mtia_cr_w2(MTIA_CR_DMA_IN, (uint64_t)count << log2, CHUNK << log2);
  __mtia_dma_in(CB_INDEX, j->a->indices.data + (from << log2), 1, MTIA_MC_NONE);
}

static void load_ahead(const struct job *j, struct chunk *c, uint64_t from) {
  for (; c->loaded < c->end && c->loaded <= from + AHEAD * CHUNK; c->loaded += CHUNK)
    load_chunk(j, c->loaded, c->end);
}

// The first chunk of a PE whose work begins at `index`, before it is known where that ends.
static bool load_early(const struct job *j, uint64_t index) {
  if (j->weighted || j->a->strict || index >= j->indices)
    return false;
  __mtia_cr_w(MTIA_CR_DMA_IN_PITCH, 0);
  load_chunk(j, index & ~UINT64_C(7), j->indices);
  return true;
}

static struct chunk first_chunk(const struct job *j, const struct plan *p) {
  // DMA begins at multiples of 32 bytes.
  uint64_t start = p->begin.index & ~UINT64_C(7);
  struct chunk c = {.from = start, .loaded = start + (p->early ? CHUNK : 0), .end = p->end.index};
  if (p->begin.index < p->end.index)
    load_ahead(j, &c, start);
  return c;
}

static void close_chunk(const struct job *j, struct chunk *c) {
  if (c->count)
    __mtia_cb_pop(CB_INDEX, CHUNK << j->kind->index_log2);
}

// The chunk that has `index`, the first behind the present one's.
static void open_chunk(const struct job *j, struct chunk *c, uint64_t index, bool marks) {
  unsigned log2 = j->kind->index_log2;
  close_chunk(j, c);
  c->from += c->count;
  load_ahead(j, c, c->from);
  c->count = (uint32_t)kn_min(CHUNK, c->end - c->from);
  c->at = (uint32_t)(index - c->from);
  __mtia_cb_waitd(CB_INDEX, CHUNK << log2);
  c->list = (void *)(uintptr_t)__mtia_cb_head(CB_INDEX, 0);
  int64_t padding = j->a->padding;
  if (marks) {
    __mtia_cb_waits(CB_MARK, MARK_CHUNK);
    uint64_t *at = (uint64_t *)(uintptr_t)__mtia_cb_tail(CB_MARK, 0);
    bool pruned = j->a->pooling == MTIA_BAGS_MAX;
    if (log2 == 2)
      mark_i32(c->list, c->count, (int32_t)padding, pruned, at);
    else
      mark_i64(c->list, c->count, padding, pruned, at);
    KN_FENCE();
    __mtia_cb_push(CB_MARK, MARK_CHUNK);
  }
  if (padding >= 0) {
    if (log2 == 2)
      prune_i32(c->list, c->count, (int32_t)padding);
    else
      prune_i64(c->list, c->count, padding);
  }
}

static void announce(struct bounds b) {
  __mtia_cb_waits(CB_BOUNDS, BOUNDS_SIZE);
  *(volatile struct bounds *)(uintptr_t)__mtia_cb_tail(CB_BOUNDS, 0) = b;
  __mtia_cb_push(CB_BOUNDS, BOUNDS_SIZE);
}
_Static_assert(sizeof(struct bounds) <= BOUNDS_SIZE, "bounds in their place");

static void gather(const struct job *j, const struct segment *g, const struct source *s,
                   uint32_t at, uint32_t count) {
  unsigned log2 = j->kind->index_log2;
  for (uint32_t end = at + count; at < end;) {
    uint32_t rows = (uint32_t)kn_min(g->group, end - at);
    __mtia_cb_waits(CB_ROWS, rows * g->row_padded);
    __mtia_cr_w2(MTIA_CR_GATHER, g->row_bytes, at << log2);
    if (log2 == 2)
      __mtia_dma_gather(CB_ROWS, s->address, rows, CB_INDEX);
    else
      __mtia_dma_gather(CB_ROWS, s->address, rows, CB_INDEX + MTIA_GATHER_64);
    if (RARE(g->wide)) {
      __mtia_cb_waits(CB_PAIR, 32 * rows);
      __mtia_cr_w2(MTIA_CR_GATHER, j->kind->beside, at << log2);
      if (log2 == 2)
        __mtia_dma_gather(CB_PAIR, s->pair, rows, CB_INDEX);
      else
        __mtia_dma_gather(CB_PAIR, s->pair, rows, CB_INDEX + MTIA_GATHER_64);
    }
    at += rows;
  }
}

// Asks for the offset at which feature `next` begins, if that is inside this PE's work.
static void ask_edge(const struct job *j, const struct plan *p, uint64_t next) {
  uint64_t bag = next * j->batch;
  if (bag >= p->end.bag)
    return;
  __mtia_cr_w2(MTIA_CR_DMA_IN, 32, 0);
  __mtia_dma_in(CB_EDGE, j->offsets + ((bag << j->kind->index_log2) & ~UINT64_C(31)), 1,
                MTIA_MC_NONE);
}

// Where its indices begin, as both cores understand it: never below `index`.
static uint64_t take_edge(const struct job *j, const struct plan *p, uint64_t next,
                          uint64_t index) {
  uint64_t bag = next * j->batch;
  if (bag >= p->end.bag)
    return p->end.index;
  unsigned log2 = j->kind->index_log2;
  __mtia_cb_waitd(CB_EDGE, 32);
  const void *data = (const void *)(uintptr_t)__mtia_cb_head(CB_EDGE, 0);
  uint64_t at = (bag << log2) & 31;
  uint64_t edge = clamp_index(read_index(data, at >> log2, log2), p->end.index);
  __mtia_cb_pop(CB_EDGE, 32);
  return kn_max(edge, index);
}

// The number of bad indices. Without `run` it only counts.
static uint64_t gather_rows(const struct job *j, const struct plan *p, bool run) {
  unsigned log2 = j->kind->index_log2;
  uint64_t bad = 0, index = p->begin.index, bag = p->begin.bag;
  __mtia_cr_w(MTIA_CR_DMA_IN_PITCH, 0);
  __mtia_cr_w(MTIA_CR_GATHER_LIMIT, 0);
  struct chunk c = first_chunk(j, p);
  uint64_t feature = kn_div(bag, j->batch);
  ask_edge(j, p, feature + 1);
  for (; bag < p->end.bag; feature++) {
    struct feature f = read_feature(j, feature);
    struct segment g = segment_of(j, p, &f);
    uint64_t bag_end = kn_min((feature + 1) * j->batch, p->end.bag);
    uint64_t index_end = take_edge(j, p, feature + 1, index);
    ask_edge(j, p, feature + 2);
    if (run)
      announce((struct bounds){bag_end, index_end});
    if (RARE(f.columns > p->columns))
      cut_source(j, p, &f);
    __mtia_cr_w(MTIA_CR_GATHER_PITCH, f.source.pitch);
    while (index < index_end) {
      if (c.at == c.count)
        open_chunk(j, &c, index, run && j->marked);
      uint32_t count = (uint32_t)kn_min(c.count - c.at, index_end - index);
      bad += log2 == 2 ? check_i32((int32_t *)c.list + c.at, count, f.source.rows)
                       : check_i64((int64_t *)c.list + c.at, count, f.source.rows);
      KN_FENCE();
      if (run && g.columns)
        gather(j, &g, &f.source, c.at, count);
      c.at += count;
      index += count;
    }
    bag = bag_end;
  }
  close_chunk(j, &c);
  return bad;
}

#endif
