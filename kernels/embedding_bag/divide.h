// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Dealing out: where the work of a PE begins and ends.
//
// PE p begins at the first bag at which a p-th part of the cost lies behind. If all features have
// the same columns the cost is an index or a bag, and the bag is the first b with offsets[b] + b >=
// (indices + bags) p / PEs. Otherwise an index and a bag of a feature cost the bytes that they
// move; core 1 adds up the features' costs, and each core searches in the feature that has its
// target. More than RESIDENT features are dealt out as if they were equal.
#ifndef MTIA_KERNELS_BAG_DIVIDE_H
#define MTIA_KERNELS_BAG_DIVIDE_H

#include "bag.h"

// The first bag of low..high with per_index * offsets[bag] + per_bag * bag >= target; it is looked
// for around `guess` first.
struct search {
  uint64_t low, high, per_index, per_bag, target, guess;
};

// In local memory: what the cores of a PE tell each other.
struct shared {
  struct place place[2];
  uint64_t unaligned, bad;
};
_Static_assert(sizeof(struct shared) <= SHARED_SIZE, "shared between the cores");
static volatile struct shared *shared(void) {
  return (volatile struct shared *)(uintptr_t)local(AT_SHARED);
}

// One DMA of a search: `rows` rows of `width` bytes.
#define ASK(cb, address, pitch, width, rows)                                                       \
  do {                                                                                             \
    __mtia_cr_w2(MTIA_CR_DMA_IN, width, 0);                                                        \
    __mtia_cr_w(MTIA_CR_DMA_IN_PITCH, pitch);                                                      \
    __mtia_dma_in(cb, address, rows, MTIA_MC_NONE);                                                \
  } while (0)

static void ask(unsigned core, uint64_t address, uint64_t pitch, uint32_t width, uint32_t rows) {
  if (core)
    ASK(CB_FIND_1, address, pitch, width, rows);
  else
    ASK(CB_FIND_0, address, pitch, width, rows);
}

// What it has brought.
static const void *look(unsigned core, uint32_t bytes) {
  if (core)
    __mtia_cb_waitd(CB_FIND_1, bytes);
  else
    __mtia_cb_waitd(CB_FIND_0, bytes);
  return (const void *)(uintptr_t)(core ? __mtia_cb_head(CB_FIND_1, 0)
                                        : __mtia_cb_head(CB_FIND_0, 0));
}

static void looked(unsigned core, uint32_t bytes) {
  if (core)
    __mtia_cb_pop(CB_FIND_1, bytes);
  else
    __mtia_cb_pop(CB_FIND_0, bytes);
}

// Without a last offset the bags end with the indices.
static int64_t offset_of(const struct job *j, unsigned core, uint64_t bag) {
  if (bag >= j->offset_count)
    return (int64_t)j->indices;
  uint64_t at = bag << j->kind->index_log2;
  ask(core, j->offsets + (at & ~UINT64_C(31)), 0, 32, 1);
  const void *data = look(core, 32);
  int64_t offset = read_index(data, (at & 31) >> j->kind->index_log2, j->kind->index_log2);
  looked(core, 32);
  return offset;
}

// Key of offset i of those in `data`, the first of which is offsets[first].
static uint64_t key(const struct job *j, const struct search *s, const void *data, uint32_t i,
                    uint64_t first) {
  uint64_t index = clamp_index(read_index(data, i, j->kind->index_log2), j->indices);
  return s->per_index * index + s->per_bag * (first + i);
}

// The sectors of offsets that are left, and the first of those that are looked at now.
struct window {
  uint64_t at, count, first;
};

static uint32_t window_bytes(const struct job *j, uint64_t first) {
  // One sector more: the bag may be the first one behind.
  return (uint32_t)kn_min(32 * (FAN + 1), (j->offset_count << j->kind->index_log2) - 32 * first);
}

static void ask_window(const struct job *j, uint64_t first) {
  ask(mtia_core(), j->offsets + 32 * first, 0, window_bytes(j, first), 1);
}

// Asks for the offsets where it would be if all bags were equal.
static struct window begin_find(const struct job *j, const struct search *s) {
  unsigned per_log2 = 5u - j->kind->index_log2; // offsets per sector
  struct window w;
  w.at = kn_min(s->low, j->offset_count - 1) >> per_log2;
  w.count = (kn_min(s->high, j->offset_count - 1) >> per_log2) - w.at + 1;
  w.first = w.at;
  if (w.count > FAN) {
    uint64_t guess = s->guess >> per_log2;
    guess = guess < w.at + FAN / 2 ? w.at : guess - FAN / 2;
    w.first = kn_min(guess, w.at + w.count - FAN);
  }
  ask_window(j, w.first);
  return w;
}

// If it is not there it looks at FAN sectors at equal distances of what is left, then between two
// of them.
static struct place find(const struct job *j, const struct search *s, const struct window *w) {
  unsigned core = mtia_core(), log2 = j->kind->index_log2;
  unsigned per_log2 = 5u - log2;
  uint64_t at = w->at, count = w->count, window = w->first;
  for (;; ask_window(j, window)) {
    uint32_t width = window_bytes(j, window);
    const void *data = look(core, kn_pad(width));
    uint64_t first = window << per_log2;
    uint32_t entries = width >> log2, low = 0, high = entries;
    while (low < high) {
      uint32_t middle = (low + high) / 2;
      if (key(j, s, data, middle, first) < s->target)
        low = middle + 1;
      else
        high = middle;
    }
    bool before = low == 0 && window > at;
    bool behind = low == entries && window + FAN < at + count;
    if (!before && !behind) {
      uint64_t bag = kn_min(kn_max(first + low, s->low), s->high); // offsets may run backwards
      bool here = bag >= first && bag < first + entries;
      int64_t offset = here ? read_index(data, bag - first, log2) : 0;
      looked(core, kn_pad(width));
      if (!here)
        offset = offset_of(j, core, bag);
      return (struct place){bag, clamp_index(offset, j->indices)};
    }
    looked(core, kn_pad(width));
    if (before) {
      count = window - at;
    } else {
      count -= window + FAN - at;
      at = window + FAN;
    }
    while (count > FAN) {
      uint64_t step = (count + FAN - 1) / FAN;
      uint32_t rows = (uint32_t)kn_ceil_div(count, step);
      ask(core, j->offsets + 32 * at, 32 * step, 1u << log2, rows);
      data = look(core, 32 * rows);
      low = 0; // the last one whose first offset is below the target; or the first
      high = rows - 1;
      while (low < high) {
        uint32_t middle = (low + high + 1) / 2;
        uint64_t bag = (at + middle * step) << per_log2;
        uint64_t index = clamp_index(read_index(data, middle << per_log2, log2), j->indices);
        if (s->per_index * index + s->per_bag * bag < s->target)
          low = middle;
        else
          high = middle - 1;
      }
      looked(core, 32 * rows);
      at += low * step;
      count = kn_min(step, count - low * step);
    }
    window = at;
  }
}

//===----------------------------------------------------------------------===//
// What is kept of the tables
//===----------------------------------------------------------------------===//

static void load_fixed(const struct job *j) {
  if (!j->resident)
    return;
  const struct mtia_embedding_bag_args *a = j->a;
  uint32_t columns = 4 * (uint32_t)(j->features + 1), features = 4 * (uint32_t)j->features;
  uint32_t tables = 32 * (uint32_t)a->tables.dim[0];
  __mtia_cb_init(CB_FIXED, local(AT_FIXED), FIXED_COLUMNS + FIXED_FEATURES + FIXED_TABLES);
  // One fetch per row of PEs: all want the same few sectors.
  __mtia_cr_w(MTIA_CR_MCAST, (UINT64_C(1) << mtia_cols()) - 1);
  __mtia_cr_w(MTIA_CR_DMA_IN_PITCH, 0);
  __mtia_cr_w2(MTIA_CR_DMA_IN, columns, FIXED_COLUMNS);
  __mtia_dma_in(CB_FIXED, a->columns.data, 1, MTIA_MC_ROW);
  __mtia_cr_w2(MTIA_CR_DMA_IN, features, FIXED_FEATURES);
  __mtia_dma_in(CB_FIXED, a->features.data, 1, MTIA_MC_ROW);
  __mtia_cr_w2(MTIA_CR_DMA_IN, tables, 0);
  __mtia_dma_in(CB_FIXED, a->tables.data, 1, MTIA_MC_ROW);
}

static uint32_t fixed_size(const struct job *j) {
  return FIXED_COLUMNS + FIXED_FEATURES + kn_pad(32 * j->a->tables.dim[0]);
}

static void wait_fixed(const struct job *j) {
  if (j->resident)
    __mtia_cb_waitd(CB_FIXED, fixed_size(j));
}

static void drop_fixed(const struct job *j) {
  if (j->resident)
    __mtia_cb_pop(CB_FIXED, fixed_size(j));
}

//===----------------------------------------------------------------------===//
// Features of different columns
//===----------------------------------------------------------------------===//

struct cost {
  uint64_t per_index, per_bag;
};

// In bytes. A row begins anywhere, and costs all sectors that it touches: 31 bytes more on average.
// What else a row costs is as much as 24 bytes: with that, PEs with rows of 24 to 264 bytes end
// together (bench/kernels/embedding_bag.py, D 8 to 256).
static inline uint32_t row_beside(const struct kind *k) {
  return k->beside + 31 + 24 + (1u << k->index_log2);
}

static inline uint32_t bag_beside(const struct kind *k) { return k->out_beside + 64; }

static struct cost cost_of(const struct job *j, uint64_t feature) {
  uint32_t columns = (uint32_t)(j->columns[feature + 1] - j->columns[feature]);
  const struct kind *k = j->kind;
  return (struct cost){row_bytes(k, columns) + row_beside(k),
                       columns * k->out_size + bag_beside(k)};
}

// Offsets at which features begin, into CB_EDGES.
static void load_edges(const struct job *j, uint64_t count) {
  __mtia_cb_init(CB_LIST, local(AT_LIST), 4 * GROUP);
  __mtia_cb_init(CB_EDGES, local(AT_EDGES), 32 * (RESIDENT + GROUP));
  volatile int32_t *list = (volatile int32_t *)(uintptr_t)local(AT_LIST);
  for (int32_t i = 0; i < GROUP; i++)
    list[i] = i;
  __mtia_cb_push(CB_LIST, 4 * GROUP);
  unsigned log2 = j->kind->index_log2;
  uint64_t pitch = j->batch << log2;
  __mtia_cr_w(MTIA_CR_GATHER_PITCH, pitch);
  __mtia_cr_w(MTIA_CR_GATHER_LIMIT, 0);
  __mtia_cr_w2(MTIA_CR_GATHER, 1u << log2, 0);
  for (uint64_t i = 0; i < count; i += GROUP)
    __mtia_dma_gather(CB_EDGES, j->offsets + i * pitch, kn_min(GROUP, count - i), CB_LIST);
  __mtia_cb_waitd(CB_EDGES, 32 * count);
}

static inline uint64_t *starts(void) { return (uint64_t *)(uintptr_t)local(AT_STARTS); }
static inline uint64_t *costs(void) { return (uint64_t *)(uintptr_t)local(AT_COSTS); }

#define CLAMP_EDGES(name, type)                                                                    \
  MTIA_VECTOR static void name(const type *edges, uint64_t count, uint64_t limit, uint64_t *to) {  \
    for (uint64_t i = 0; i < count; i++) {                                                         \
      int64_t edge = edges[i * (32 / sizeof(type))];                                               \
      to[i] = edge < 0 ? 0 : kn_min((uint64_t)edge, limit);                                        \
    }                                                                                              \
  }
CLAMP_EDGES(clamp_i32, int32_t)
CLAMP_EDGES(clamp_i64, int64_t)

// Costs of all features, each by itself; whether results of one begin at an odd place.
MTIA_VECTOR static bool cost_features(const struct kind *kind, const int32_t *columns,
                                      const uint64_t *start, uint64_t count, uint64_t batch,
                                      uint64_t *cost) {
  uint32_t bits = kind->bits, row = row_beside(kind), size = kind->out_size, bag = bag_beside(kind);
  uint32_t odd = 0, beside = kind->out_beside;
  for (uint64_t f = 0; f < count; f++) {
    uint32_t width = (uint32_t)(columns[f + 1] - columns[f]);
    uint64_t indices = start[f + 1] > start[f] ? start[f + 1] - start[f] : 0;
    cost[f] = indices * ((width * bits + 7) / 8 + row) + batch * (width * size + bag);
    odd |= (uint32_t)columns[f] * size + (uint32_t)f * beside;
  }
  return odd & 31;
}

// Sums of these up to each.
static void add_costs(uint64_t *cost, uint64_t count) {
  uint64_t total = 0, f = 0;
  // Four at a time: a load from local memory takes ten cycles to come.
  for (; f + 4 <= count; f += 4) {
    uint64_t a = cost[f], b = cost[f + 1], c = cost[f + 2], d = cost[f + 3];
    cost[f] = total += a;
    cost[f + 1] = total += b;
    cost[f + 2] = total += c;
    cost[f + 3] = total += d;
  }
  for (; f < count; f++)
    cost[f] = total += cost[f];
}

// The search for `target` of the sum of all costs, in the feature that has it.
static struct search search_in(const struct job *j, uint64_t target) {
  uint64_t low = 0, high = j->features - 1;
  while (low < high) {
    uint64_t middle = (low + high) / 2;
    if (costs()[middle] < target)
      low = middle + 1;
    else
      high = middle;
  }
  uint64_t before = low ? costs()[low - 1] : 0, all = costs()[low] - before;
  target -= kn_min(before, target);
  struct cost c = cost_of(j, low);
  struct search s = {.per_index = c.per_index, .per_bag = c.per_bag};
  s.low = low * j->batch;
  s.high = s.low + j->batch;
  s.target = target + c.per_index * starts()[low] + c.per_bag * s.low;
  s.guess = s.low + (all ? target * j->batch / all : 0);
  return s;
}

// Core 1: the costs of all features.
static void cost_all(const struct job *j) {
  uint64_t edges = j->features + (j->offset_count > j->bags);
  load_edges(j, edges);
  const void *at = (const void *)(uintptr_t)local(AT_EDGES);
  if (j->kind->index_log2 == 2)
    clamp_i32(at, edges, j->indices, starts());
  else
    clamp_i64(at, edges, j->indices, starts());
  if (edges == j->features)
    starts()[edges] = j->indices;
  shared()->unaligned =
      cost_features(j->kind, j->columns, starts(), j->features, j->batch, costs());
  add_costs(costs(), j->features);
  __mtia_cb_pop(CB_EDGES, 32 * edges);
  __mtia_cb_pop(CB_LIST, 4 * GROUP);
}

// Both cores, behind that.
static struct search divide_by_cost(const struct job *j, uint64_t share, uint64_t shares) {
  return search_in(j, kn_div(costs()[j->features - 1] * share, shares));
}

static struct search divide_equally(const struct job *j, uint64_t share, uint64_t shares) {
  struct search s = {.low = 0, .high = j->bags, .per_index = 1, .per_bag = 1};
  s.target = kn_div((j->indices + j->bags) * share, shares);
  s.guess = s.target * j->bags / (j->indices + j->bags);
  return s;
}

#endif
