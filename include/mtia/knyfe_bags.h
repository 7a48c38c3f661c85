// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Rows of a table by index, for the C text of knyfe-c (docs/knyfe-compiler.md, 4):
//
//   out[b, d] = sum of [weights[j] *] table[index[j], d], or what `finish` makes of it,
//
// of the j from offsets[b] to below offsets[b + 1], or of the `pool` indices of row b; or the
// greatest or least of them, of f32 (by core 1, as to the SE a NaN is no greatest number); kn_rows,
// at the end, stores rows as they are. Both cores of every PE call kn_bags with empty circular
// buffers, and it leaves them empty; all of local memory is used. Core 0 brings indices and weights
// and gathers rows into a ring, as far ahead as it has room, so that the latency of one row hides
// behind the others. Core 1 reads offsets, has the SE add rows up (in the order of the indices, in
// binary32) and stores results in batches. Bags are dealt out by the bytes that they move, each to
// one PE.
#ifndef MTIA_KNYFE_BAGS_H
#define MTIA_KNYFE_BAGS_H

#include <mtia/kernel.h>
#include <mtia/knyfe.h>

// Makes the results of bags b0 to below b1, columns d0 to below d1, of their sums; rows of both
// begin at multiples of 32 bytes. offsets[b0] to offsets[b1] may be read. By core 1.
typedef void kn_finish(const void *args, const void *offsets, const float *sums, void *results,
                       long b0, long b1, long d0, long d1);

struct kn_bags {
  const struct mtia_tensor *table, *out;
  uint64_t index, weights, offsets;    // addresses; of weights 0: there are none
  uint64_t index_pitch, weights_pitch; // of rows, with `pool`
  long bags, indices, columns;         // rows of out; of all indices; of out
  long pool;                           // indices of each bag; 0: offsets say
  long column;                         // of out, where the results begin
  enum mtia_se_type type;              // of the table's elements
  enum mtia_se_layout layout;          // where its rows have scale and bias
  unsigned bits, beside;               // of an element; bytes of scale and bias
  int extreme;                         // 0: sums; 1: the greatest; -1: the least
  kn_finish *finish;                   // NULL: sums are the results
  const void *args;                    // for it
  unsigned out_size;                   // bytes of a result
  unsigned index_log2, offset_log2;    // bytes of an index and of an offset: 2 or 3
  unsigned behind; // so many calls in a row, of indices of as many bytes, come before this one
};

enum {
  KN_BAGS_INDEX,
  KN_BAGS_WEIGHT,
  KN_BAGS_OFFSET,
  KN_BAGS_ROWS,
  KN_BAGS_ZERO,
  KN_BAGS_OUT,
  KN_BAGS_SUM, // sums that are finished first
  KN_BAGS_OFFSET_2,
};
enum { KN_BAGS_READY = 30 }; // counter: core 0's buffers are made, and offsets are there
enum {
  KN_BAGS_CHUNK = 256,   // indices per load
  KN_BAGS_AHEAD = 2,     // chunks that are loaded before they are needed; a ring has two more
  KN_BAGS_OFFSETS = 512, // bytes of offsets per load
  KN_BAGS_WINDOW = (KN_BAGS_AHEAD + 2) * KN_BAGS_OFFSETS, // the ring of offsets
  KN_BAGS_GROUP = 32,    // rows per gather, and most that se.rowacc takes
  KN_BAGS_BATCH = 2048,  // bytes of results per store
  KN_BAGS_UNCUT = 4096,  // columns that are done at once
  KN_BAGS_LEAST = 8,     // rows per gather where there are few: the SE is at some while others come
  KN_BAGS_GATHERS = 16,  // of a PE at least, if it has so many rows
  KN_BAGS_STORES = 4,    // of a PE's results at least, if it has as many bags
  KN_BAGS_AT_INDEX = 64, // in front: where a PE's share begins and ends
  KN_BAGS_AT_WEIGHT = KN_BAGS_AT_INDEX + (KN_BAGS_AHEAD + 2) * KN_BAGS_CHUNK * 8,
  KN_BAGS_AT_OFFSET = KN_BAGS_AT_WEIGHT + (KN_BAGS_AHEAD + 2) * KN_BAGS_CHUNK * 4,
  KN_BAGS_AT_ZERO = KN_BAGS_AT_OFFSET + 2 * KN_BAGS_WINDOW,
};

// What kn_bags can do: rows with scale and bias are not cut, `pool` indices come at once. (With
// offsets pool is 1 here.)
KN bool kn_bags_fit(long columns, unsigned beside, long pool) {
  return (columns <= KN_BAGS_UNCUT || !beside) && pool > 0 && pool <= KN_BAGS_CHUNK;
}

// A PE's bags, and with offsets the indices of the first and behind the last one.
struct kn_share {
  long begin, end, first, last;
};

// Offsets that are in local memory, in KN_BAGS_OFFSET, which is full then: offsets[first] and
// `count` - 1 more; offsets[0] would be at `list`.
struct kn_window {
  long first, count;
  uint64_t list;
};

// Indices that core 0 has asked for before it knows which are its own.
struct kn_early {
  long from, to;
};

// The first `i` of `of` equal parts of n, neither negative. A start of few cycles: a division takes
// twenty.
KN long kn_bags_part(long n, long i, long of) {
  return of & (of - 1) ? n * i / of : n * i >> __builtin_ctzl((unsigned long)of);
}

// Computed here, and not where the compiler thinks that it is needed.
KN long kn_bags_now(long x) {
  __asm__ volatile("" : "+r"(x));
  return x;
}

// Columns from `column` on that are done at once, and how.
struct kn_piece {
  long column, columns;
  uint32_t row_bytes, row_padded, group;
  uint32_t sum_padded, out_padded, batch; // bytes of a sum and of a result, how many at once
  uint32_t sum_at, out_at, rows_at, rows_size;
};

// The same for all PEs: gathers begin before a PE knows how many rows it has.
KN struct kn_piece kn_bags_piece(const struct kn_bags *k, long column) {
  const long pes = mtia_rows() * mtia_cols(), bags = kn_bags_part(k->bags, 1, pes);
  const long rows = k->pool ? bags * k->pool : kn_bags_part(k->indices, 1, pes);
  struct kn_piece p = {.column = column};
  p.columns = kn_least(k->columns - column, KN_BAGS_UNCUT);
  p.row_bytes = (uint32_t)((p.columns * k->bits + 7) / 8) + k->beside;
  p.row_padded = (uint32_t)mtia_align_up(p.row_bytes);
  p.sum_padded = (uint32_t)mtia_align_up((uint64_t)p.columns * 4);
  p.out_padded = (uint32_t)mtia_align_up((uint64_t)p.columns * k->out_size);
  const long padded = kn_greatest(p.sum_padded, p.out_padded);
  const uint32_t most = (uint32_t)kn_greatest(KN_BAGS_BATCH / padded, 1);
  p.batch = (uint32_t)kn_least(most, kn_greatest(bags / KN_BAGS_STORES, 1));
  // A batch is in one piece.
  const uint32_t room = (padded < KN_BAGS_BATCH ? 4 : 2) * p.batch;
  p.sum_at = KN_BAGS_AT_ZERO + (uint32_t)mtia_align_up((uint64_t)p.columns);
  p.out_at = p.sum_at + (k->finish ? room * p.sum_padded : 0);
  p.rows_at = p.out_at + room * p.out_padded;
  p.rows_size = MTIA_LOCAL_SIZE - p.rows_at;
  if (k->extreme) // a row in one piece
    p.rows_size -= p.rows_size % p.row_padded;
  p.group = (uint32_t)kn_least(KN_BAGS_GROUP, kn_greatest(p.rows_size / (4 * p.row_padded), 1));
  const long least = k->extreme ? 2 * KN_BAGS_LEAST : KN_BAGS_LEAST;
  p.group = (uint32_t)kn_least(p.group, kn_greatest(rows / KN_BAGS_GATHERS, least));
  p.group = (uint32_t)kn_bags_now(p.group);
  return p;
}

//===----------------------------------------------------------------------===//
// Shares
//===----------------------------------------------------------------------===//

KN bool kn_bags_has(const struct kn_window *w, long bag) {
  return (unsigned long)(bag - w->first) < (unsigned long)w->count;
}

// The address of an offset of `log2` bytes.
KN uint64_t kn_bags_at(uint64_t offsets, unsigned log2, const struct kn_window *w, long bag) {
  return (kn_bags_has(w, bag) ? w->list : offsets) + ((uint64_t)bag << log2);
}

KN long kn_bags_read(unsigned log2, uint64_t at) {
  return log2 == 2 ? *(const int32_t *)(uintptr_t)at : (long)*(const int64_t *)(uintptr_t)at;
}

// Calls in a row take turns with two rings of offsets. (CBs are parts of instructions.)
#define KN_BAGS_TURN(k, command, ...)                                                              \
  ((k)->behind % 2 ? command(KN_BAGS_OFFSET_2, __VA_ARGS__) : command(KN_BAGS_OFFSET, __VA_ARGS__))

KN uint64_t kn_bags_at_offset(const struct kn_bags *k) {
  return MTIA_LOCAL_BASE + KN_BAGS_AT_OFFSET + k->behind % 2 * KN_BAGS_WINDOW;
}

// Asks for the line of an offset and does not wait for it.
KN void kn_bags_touch(const struct kn_bags *k, long bag) {
  (void)*(const volatile int32_t *)(uintptr_t)(k->offsets + ((uint64_t)bag << k->offset_log2));
}

// The offsets between which the bags of a row of PEs would lie if all had as many indices, and half
// as many more on both sides: where bags are few, all PEs want the same few sectors, and a row
// fetches them once. None if there are more than fit.
KN struct kn_window kn_bags_window(const struct kn_bags *k) {
  const long rows = mtia_rows(), row = mtia_row(), in_sector = 32 >> k->offset_log2;
  const long from = kn_bags_part(k->bags, row, rows), to = kn_bags_part(k->bags, row + 1, rows);
  const long more = (long)((unsigned long)(to - from) / 2);
  const long first = kn_greatest(from - more, 0) & -in_sector;
  const long count = kn_least((to + more + in_sector) & -in_sector, k->bags + 1) - first;
  const uint64_t bytes = (uint64_t)count << k->offset_log2;
  if (bytes > KN_BAGS_WINDOW)
    return (struct kn_window){0};
  return (struct kn_window){.first = first,
                            .count = count,
                            .list = kn_bags_at_offset(k) - ((uint64_t)first << k->offset_log2)};
}

// In bytes that are moved: what a row and a bag cost, and a PE's share of all.
struct kn_cost {
  long row, each, share;
};

KN struct kn_cost kn_bags_cost(const struct kn_bags *k) {
  // What else a row costs is as much as 55, a bag 64.
  struct kn_cost c = {.row = (k->columns * k->bits + 7) / 8 + k->beside + 55,
                      .each = k->columns * k->out_size + 64};
  c.share = kn_bags_now(
      kn_bags_part(k->indices * c.row + k->bags * c.each, 1, mtia_rows() * mtia_cols()));
  return c;
}

// What lies in front of a bag, less `parts` shares, but for the indices.
KN long kn_bags_base(const struct kn_cost *c, long bag, long parts) {
  return bag * c->each - parts * c->share;
}

// A share may begin 1/32 of one late: the bag in front is not looked at then.
KN bool kn_bags_will_do(const struct kn_cost *c, long base, long offset) {
  return (unsigned long)(base + offset * c->row) <= (unsigned long)c->share / 32;
}

// What is in front of which bag is looked for. Copies: what a call has pointers to would be in
// memory for everybody.
struct kn_search {
  uint64_t offsets;
  unsigned offset_log2;
  long bags, target;
  struct kn_window window;
  struct kn_cost cost;
};

KN long kn_bags_look(const struct kn_search *s, long bag) {
  return kn_bags_read(s->offset_log2, kn_bags_at(s->offsets, s->offset_log2, &s->window, bag));
}

KN bool kn_bags_before(const struct kn_search *s, long bag) {
  return bag * s->cost.each + kn_bags_look(s, bag) * s->cost.row < s->target;
}

// The first bag that is not before the target, looked for around `at`.
static long kn_bags_find(const struct kn_search *s, long at) {
  long low = -1, high = s->bags; // below: low; not below: high
  for (long step = 1; at > low && at < high; step *= 2) {
    bool below = kn_bags_before(s, at);
    if (below)
      low = at;
    else
      high = at;
    // Away from the guess until the bag is between low and high.
    if (low >= 0 && high < s->bags)
      break;
    at += below ? step : -step;
  }
  while (high - low > 1) {
    long middle = low + (high - low) / 2;
    if (kn_bags_before(s, middle))
      low = middle;
    else
      high = middle;
  }
  return high;
}

// Each core looks for one end of the share and tells the other one.
static struct kn_share kn_bags_search(const struct kn_search *s, bool found, long bag) {
  volatile long *shared = (volatile long *)(uintptr_t)MTIA_LOCAL_BASE;
  const long core = mtia_core();
  if (!found)
    bag = kn_bags_find(s, bag);
  shared[2 * core] = bag;
  shared[2 * core + 1] = kn_bags_look(s, bag);
  __mtia_bar(MTIA_BAR_PE);
  return (struct kn_share){
      .begin = shared[0], .end = shared[2], .first = shared[1], .last = shared[3]};
}

// Core 0's buffers: those that it fills first are made first.
KN void kn_bags_init_lists(const struct kn_bags *k, bool again) {
  if (!again)
    __mtia_cb_init(KN_BAGS_INDEX, MTIA_LOCAL_BASE + KN_BAGS_AT_INDEX,
                   (KN_BAGS_AHEAD + 2) * KN_BAGS_CHUNK << k->index_log2);
  KN_BAGS_TURN(k, __mtia_cb_init, kn_bags_at_offset(k), KN_BAGS_WINDOW);
}

// What stays as it is while these columns are done.
KN void kn_bags_set(const struct kn_bags *k, const struct kn_piece *p) {
  const uint64_t zeros = mtia_align_up((uint64_t)p->columns);
  if (mtia_core() == 0) {
    __mtia_cb_init(KN_BAGS_ROWS, MTIA_LOCAL_BASE + p->rows_at, p->rows_size);
    if (k->weights)
      __mtia_cb_init(KN_BAGS_WEIGHT, MTIA_LOCAL_BASE + KN_BAGS_AT_WEIGHT,
                     (KN_BAGS_AHEAD + 2) * KN_BAGS_CHUNK * 4);
    __mtia_cr_w(MTIA_CR_GATHER_LIMIT, 0);
    __mtia_cr_w(MTIA_CR_GATHER_PITCH, k->table->stride[0]);
    return;
  }
  __mtia_cb_init(KN_BAGS_ZERO, MTIA_LOCAL_BASE + KN_BAGS_AT_ZERO, zeros);
  __mtia_cb_init(KN_BAGS_OUT, MTIA_LOCAL_BASE + p->out_at, p->rows_at - p->out_at);
  if (k->finish)
    __mtia_cb_init(KN_BAGS_SUM, MTIA_LOCAL_BASE + p->sum_at, p->out_at - p->sum_at);
  __mtia_cb_push(KN_BAGS_ZERO, zeros);
  __mtia_cr_w(MTIA_CR_SE_FMT, mtia_se_fmt(k->type, 0, MTIA_SE_F32, MTIA_SE_EACH));
  __mtia_cr_w(MTIA_CR_SE_STRIDE, 0);
  __mtia_cr_w2(MTIA_CR_SE_ROW, p->columns,
               mtia_se_row(k->layout, k->weights ? KN_BAGS_WEIGHT : -1));
  __mtia_cr_w2(MTIA_CR_DMA_OUT, (uint64_t)p->columns * k->out_size, 0);
  __mtia_cr_w(MTIA_CR_DMA_OUT_PITCH, k->out->stride[0]);
}

// By core 1, for bags without a row.
KN void kn_bags_clear(const struct kn_bags *k) {
  const long columns = kn_least(k->columns, KN_BAGS_UNCUT);
  volatile uint64_t *zero = (volatile uint64_t *)(uintptr_t)(MTIA_LOCAL_BASE + KN_BAGS_AT_ZERO);
  for (uint64_t i = 0; i < mtia_align_up((uint64_t)columns) / 8; i++)
    zero[i] = 0;
}

// Core 0: `count` indices into the place of a chunk.
KN void kn_bags_load_indices(const struct kn_bags *k, long from, long count) {
  const uint32_t place = KN_BAGS_CHUNK << k->index_log2;
  __mtia_cb_waits(KN_BAGS_INDEX, place);
  __mtia_cr_w2(MTIA_CR_DMA_IN, (uint64_t)count << k->index_log2, place);
  __mtia_dma_in(KN_BAGS_INDEX, k->index + ((uint64_t)from << k->index_log2), 1, MTIA_MC_NONE);
}

// Its first chunk if all bags have as many indices, and a bag more.
KN struct kn_early kn_bags_early(const struct kn_bags *k, long pe, long pes) {
  const long end = kn_bags_part(k->indices, pe + 1, pes) + k->indices / k->bags + 8;
  struct kn_early e = {.from = kn_greatest(kn_bags_part(k->indices, pe, pes) - 16, 0) & ~7L};
  e.to = kn_least(kn_least(end, k->indices), e.from + KN_BAGS_CHUNK);
  if (e.from < e.to)
    kn_bags_load_indices(k, e.from, e.to - e.from);
  return e;
}

KN void kn_bags_load_window(const struct kn_bags *k, const struct kn_window *w) {
  __mtia_cr_w(MTIA_CR_MCAST, (UINT64_C(1) << mtia_cols()) - 1);
  __mtia_cr_w2(MTIA_CR_DMA_IN, (uint64_t)w->count << k->offset_log2, KN_BAGS_WINDOW);
  KN_BAGS_TURN(k, __mtia_dma_in, k->offsets + ((uint64_t)w->first << k->offset_log2), 1,
               MTIA_MC_ROW);
}

// Core 1 waits for core 0, which does not wait. What core 1 gives back nobody waits for then.
KN void kn_bags_meet(long core) {
  if (core) {
    __mtia_ctr_wait(KN_BAGS_READY, 1);
    __mtia_ctr_set(KN_BAGS_READY, 0);
  } else {
    __mtia_ctr_set(KN_BAGS_READY, 1);
  }
}

// Core 0 asks for indices and offsets first, behind another call before that is done, and makes all
// else ready while they come; it does not wait for core 1, which waits for its buffers. If the bags
// are as even as is good enough, both cores see that; else each looks for one end.
KN struct kn_share kn_bags_share(const struct kn_bags *k, struct kn_piece *p, struct kn_window *w,
                                 struct kn_early *early) {
  const long pe = mtia_pe(), pes = mtia_rows() * mtia_cols(), core = mtia_core();
  __mtia_cr_w(MTIA_CR_DMA_IN_PITCH, 0);
  if (!core) {
    kn_bags_init_lists(k, k->behind != 0);
    if (!k->pool)
      *early = kn_bags_early(k, pe, pes);
  }
  if (!k->pool)
    *w = kn_bags_window(k);
  if (!core && w->count)
    kn_bags_load_window(k, w);
  if (k->behind) {
    __mtia_sync();
    __mtia_bar(MTIA_BAR_PE);
  }
  *p = kn_bags_piece(k, 0);
  kn_bags_set(k, p);
  if (core)
    kn_bags_clear(k);
  struct kn_share s = {.begin = kn_bags_part(k->bags, pe, pes),
                       .end = kn_bags_part(k->bags, pe + 1, pes)};
  if (k->pool) {
    kn_bags_meet(core);
    return s;
  }
  const struct kn_cost c = kn_bags_cost(k);
  const unsigned log2 = k->offset_log2;
  const uint64_t at = (uint64_t)kn_bags_now((long)kn_bags_at(k->offsets, log2, w, s.begin)),
                 behind = (uint64_t)kn_bags_now((long)kn_bags_at(k->offsets, log2, w, s.end));
  const long base = kn_bags_now(kn_bags_base(&c, s.begin, pe)),
             above = kn_bags_now(kn_bags_base(&c, s.end, pe + 1));
  if (!core && w->count)
    KN_BAGS_TURN(k, __mtia_cb_waitd, KN_BAGS_WINDOW);
  kn_bags_meet(core);
  s.first = kn_bags_read(log2, at);
  s.last = kn_bags_read(log2, behind);
  __asm__ volatile("" : "+r"(s.first), "+r"(s.last)); // no use of one before the other is read
  const bool begins = pe == 0 || kn_bags_will_do(&c, base, s.first);
  const bool ends = pe + 1 == pes || kn_bags_will_do(&c, above, s.last);
  if (__builtin_expect(!(begins && ends), 0)) {
    const struct kn_search search = {.offsets = k->offsets,
                                     .offset_log2 = log2,
                                     .bags = k->bags,
                                     .target = (pe + core) * c.share,
                                     .window = {w->first, w->count, w->list},
                                     .cost = {c.row, c.each, c.share}};
    return kn_bags_search(&search, core ? ends : begins, core ? s.end : s.begin);
  }
  return s;
}

//===----------------------------------------------------------------------===//
// Core 0
//===----------------------------------------------------------------------===//

// It never leaves a DMA waiting for room in the FI's queue, so that core 1's go on.
KN void kn_bags_gather(const struct kn_bags *k, const struct kn_piece *p, uint64_t table,
                       uint32_t at, uint32_t count) {
  for (uint32_t rows; count; count -= rows, at += rows << k->index_log2) {
    rows = count < p->group ? count : p->group;
    __mtia_cb_waits(KN_BAGS_ROWS, rows * p->row_padded);
    __mtia_cr_w2(MTIA_CR_GATHER, p->row_bytes, at);
    if (k->index_log2 == 2)
      __mtia_dma_gather(KN_BAGS_ROWS, table, rows, KN_BAGS_INDEX);
    else
      __mtia_dma_gather(KN_BAGS_ROWS, table, rows, KN_BAGS_INDEX + MTIA_GATHER_64);
  }
}

KN void kn_bags_load_weights(const struct kn_bags *k, long from, long count) {
  __mtia_cb_waits(KN_BAGS_WEIGHT, mtia_align_up(4 * (uint64_t)count));
  __mtia_cr_w2(MTIA_CR_DMA_IN, 4 * (uint64_t)count, 0);
  __mtia_dma_in(KN_BAGS_WEIGHT, k->weights + 4 * (uint64_t)from, 1, MTIA_MC_NONE);
}

KN void kn_bags_move(const struct kn_bags *k, const struct kn_piece *p, const struct kn_share *s,
                     const struct kn_early *early) {
  const uint64_t table = k->table->data + (uint64_t)p->column * k->bits / 8;
  if (k->pool) {
    // A chunk is the indices of a bag.
    const uint32_t place = KN_BAGS_CHUNK << k->index_log2, ahead = KN_BAGS_AHEAD + 1;
    for (long bag = s->begin; bag < s->end + ahead; bag++) {
      if (bag < s->end && k->weights) {
        __mtia_cb_waits(KN_BAGS_WEIGHT, KN_BAGS_CHUNK * 4);
        __mtia_cr_w2(MTIA_CR_DMA_IN, 4 * k->pool, KN_BAGS_CHUNK * 4);
        __mtia_dma_in(KN_BAGS_WEIGHT, k->weights + (uint64_t)bag * k->weights_pitch, 1,
                      MTIA_MC_NONE);
      }
      if (bag < s->end) {
        __mtia_cb_waits(KN_BAGS_INDEX, place);
        __mtia_cr_w2(MTIA_CR_DMA_IN, k->pool << k->index_log2, place);
        __mtia_dma_in(KN_BAGS_INDEX, k->index + (uint64_t)bag * k->index_pitch, 1, MTIA_MC_NONE);
      }
      if (bag - ahead >= s->begin) {
        kn_bags_gather(k, p, table, 0, (uint32_t)k->pool);
        __mtia_cb_pop(KN_BAGS_INDEX, place);
      }
    }
    return;
  }
  // DMA begins at multiples of 32 bytes.
  long from = s->first & ~7L, loaded = from;
  // What came early will do if it has all that is needed, or fills its place.
  if (__builtin_expect(early->from <= s->first && s->first < early->to && s->first < s->last &&
                           (s->last <= early->to || early->to == early->from + KN_BAGS_CHUNK),
                       1)) {
    loaded = early->from + KN_BAGS_CHUNK;
    if (k->weights)
      kn_bags_load_weights(k, from, kn_least(loaded, s->last) - from);
    from = early->from;
  } else if (early->from < early->to) {
    __mtia_cb_pop(KN_BAGS_INDEX, KN_BAGS_CHUNK << k->index_log2);
  }
  for (; s->first < s->last && from < s->last; from += KN_BAGS_CHUNK) {
    for (; loaded < s->last && loaded <= from + KN_BAGS_AHEAD * KN_BAGS_CHUNK;
         loaded += KN_BAGS_CHUNK) {
      const long count = kn_least(KN_BAGS_CHUNK, s->last - loaded);
      kn_bags_load_indices(k, loaded, count);
      if (k->weights)
        kn_bags_load_weights(k, loaded, count);
    }
    const uint32_t at = (uint32_t)kn_greatest(s->first - from, 0);
    const uint32_t count = (uint32_t)kn_least(KN_BAGS_CHUNK, s->last - from);
    kn_bags_gather(k, p, table, at << k->index_log2, count - at);
    __mtia_cb_pop(KN_BAGS_INDEX, KN_BAGS_CHUNK << k->index_log2);
  }
}

//===----------------------------------------------------------------------===//
// Core 1
//===----------------------------------------------------------------------===//

// Places behind the heads of KN_BAGS_ROWS and KN_BAGS_WEIGHT and the tail of KN_BAGS_OUT or
// KN_BAGS_SUM, where results go, and the most bytes of rows that are done with and not given back.
// Sums that wait for being finished, and the first one's bag; where offsets[0] is or would be.
struct kn_bags_state {
  uint64_t row, weight, result, out, most_kept, offsets;
  uint32_t waiting;
  long bag;
};

KN void kn_bags_store(const struct kn_bags *k, const struct kn_piece *p, struct kn_bags_state *s,
                      uint64_t results) {
  __mtia_cb_push(KN_BAGS_OUT, results * p->out_padded);
  __mtia_dma_out(KN_BAGS_OUT, s->out, results);
  s->out += results * k->out->stride[0];
}

// The batch in front of the one that the SE is at.
KN void kn_bags_finish(const struct kn_bags *k, const struct kn_piece *p, struct kn_bags_state *s) {
  const uint64_t bytes = s->waiting * (uint64_t)p->sum_padded;
  if (!s->waiting)
    return;
  __mtia_cb_waitd(KN_BAGS_SUM, bytes);
  __mtia_cb_waits(KN_BAGS_OUT, s->waiting * (uint64_t)p->out_padded);
  k->finish(k->args, (const void *)(uintptr_t)s->offsets,
            (const float *)(uintptr_t)__mtia_cb_head(KN_BAGS_SUM, 0),
            (void *)(uintptr_t)__mtia_cb_tail(KN_BAGS_OUT, 0), s->bag, s->bag + s->waiting,
            p->column, p->column + p->columns);
  __asm__ volatile("" ::: "memory");
  __mtia_cb_pop(KN_BAGS_SUM, bytes);
  kn_bags_store(k, p, s, s->waiting);
  s->bag += s->waiting;
  s->waiting = 0;
}

// A batch of sums is complete, or what there is of the last one.
KN void kn_bags_flush(const struct kn_bags *k, const struct kn_piece *p, struct kn_bags_state *s) {
  const uint32_t sums = (uint32_t)s->result / p->sum_padded;
  s->result = 0;
  if (!k->finish) {
    kn_bags_store(k, p, s, sums);
    return;
  }
  __mtia_cb_push(KN_BAGS_SUM, sums * (uint64_t)p->sum_padded);
  kn_bags_finish(k, p, s);
  s->waiting = sums;
}

KN void kn_bags_take(const struct kn_bags *k, const struct kn_piece *p, struct kn_bags_state *s,
                     uint64_t rows) {
  s->row += rows * p->row_padded;
  if (__builtin_expect(s->row > s->most_kept, 0)) {
    __mtia_cb_pop(KN_BAGS_ROWS, s->row);
    s->row = 0;
  }
  if (k->weights && !k->pool && (s->weight += 4 * rows) >= KN_BAGS_CHUNK) {
    __mtia_cb_pop(KN_BAGS_WEIGHT, s->weight & ~UINT64_C(31));
    s->weight &= 31;
  }
}

// CBs are parts of instructions.
#define KN_BAGS_ADD(k, rows, op)                                                                   \
  do {                                                                                             \
    if ((k)->finish)                                                                               \
      __mtia_se_rowacc(KN_BAGS_SUM, KN_BAGS_ROWS, rows, op);                                       \
    else                                                                                           \
      __mtia_se_rowacc(KN_BAGS_OUT, KN_BAGS_ROWS, rows, op);                                       \
  } while (0)

enum { KN_BAGS_LANES = 64, KN_BAGS_ABREAST = 4 }; // rows that are loaded before they are looked at

KN MTIA_VECTOR void kn_bags_step(mtia_f32x64 *most, kn_boolx64 *nan, mtia_f32x64 x, bool greatest) {
  if (greatest)
    kn_step_max_f32x64(most, nan, x);
  else
    kn_step_min_f32x64(most, nan, x);
}

// At most 64 columns of `rows` rows from `at` on: all 64 if they are `whole`.
KN MTIA_VECTOR mtia_f32x64 kn_bags_lanes(mtia_f32x64 most, uint64_t at, long rows, long padded,
                                         long columns, bool whole, bool greatest) {
  // A mask for each row abreast: none waits for another.
  kn_boolx64 nan[KN_BAGS_ABREAST] = {__builtin_convertvector(most != most, kn_boolx64)};
#define KN_ROW(i)                                                                                  \
  (whole ? mtia_load_f32x64((const float *)(uintptr_t)(at + (uint64_t)((i) * padded)))             \
         : mtia_load_first_f32x64((const float *)(uintptr_t)(at + (uint64_t)((i) * padded)),       \
                                  columns))
  for (; rows >= KN_BAGS_ABREAST; rows -= KN_BAGS_ABREAST) {
    const mtia_f32x64 x[KN_BAGS_ABREAST] = {KN_ROW(0), KN_ROW(1), KN_ROW(2), KN_ROW(3)};
    for (int i = 0; i < KN_BAGS_ABREAST; i++)
      kn_bags_step(&most, &nan[i], x[i], greatest);
    at += (uint64_t)(KN_BAGS_ABREAST * padded);
  }
  for (; rows > 0; rows--, at += (uint64_t)padded)
    kn_bags_step(&most, &nan[0], KN_ROW(0), greatest);
#undef KN_ROW
  return mtia_select_f32x64(nan[0] | nan[1] | nan[2] | nan[3], (mtia_f32x64)__builtin_nanf(""),
                            most);
}

// The greatest or least elements of the next `rows` rows, which are one behind the other, or if
// they are not the bag's first, of these and what is there.
KN MTIA_VECTOR void kn_bags_most(float *to, uint64_t at, long padded, long rows, long columns,
                                 bool first, bool greatest) {
  const mtia_f32x64 none = (mtia_f32x64)(greatest ? -__builtin_inff() : __builtin_inff());
  long d = 0;
  for (; d + KN_BAGS_LANES <= columns; d += KN_BAGS_LANES)
    mtia_store_f32x64(to + d, kn_bags_lanes(first ? none : mtia_load_f32x64(to + d),
                                            at + 4 * (uint64_t)d, rows, padded, 0, true, greatest));
  const long left = columns - d;
  if (left > 0)
    mtia_store_first_f32x64(to + d, left,
                            kn_bags_lanes(first ? none : mtia_load_first_f32x64(to + d, left),
                                          at + 4 * (uint64_t)d, rows, padded, left, false,
                                          greatest));
}
static MTIA_VECTOR void kn_bags_greatest(float *to, uint64_t at, long padded, long rows,
                                         long columns, bool first) {
  kn_bags_most(to, at, padded, rows, columns, first, true);
}
static MTIA_VECTOR void kn_bags_least(float *to, uint64_t at, long padded, long rows, long columns,
                                      bool first) {
  kn_bags_most(to, at, padded, rows, columns, first, false);
}

// The greatest or least elements of the next `count` rows.
KN void kn_bags_extreme(const struct kn_bags *k, const struct kn_piece *p, struct kn_bags_state *s,
                        long count) {
  const uint64_t bytes = s->result + p->sum_padded;
  const uint64_t end = MTIA_LOCAL_BASE + p->rows_at + p->rows_size;
  const long padded = p->row_padded;
  bool first = true;
  uint64_t tail;
  if (k->finish) {
    __mtia_cb_waits(KN_BAGS_SUM, bytes);
    tail = __mtia_cb_tail(KN_BAGS_SUM, s->result);
  } else {
    __mtia_cb_waits(KN_BAGS_OUT, bytes);
    tail = __mtia_cb_tail(KN_BAGS_OUT, s->result);
  }
  do {
    long rows = kn_greatest(kn_least(p->group, count), 0);
    __mtia_cb_waitd(KN_BAGS_ROWS, s->row + (uint64_t)(rows * padded));
    const uint64_t at = __mtia_cb_head(KN_BAGS_ROWS, s->row);
    if (__builtin_expect(at + (uint64_t)(rows * padded) > end, 0))
      rows = (long)(end - at) / padded;
    if (k->extreme > 0)
      kn_bags_greatest((float *)(uintptr_t)tail, at, padded, rows, p->columns, first);
    else
      kn_bags_least((float *)(uintptr_t)tail, at, padded, rows, p->columns, first);
    __asm__ volatile("" ::: "memory");
    kn_bags_take(k, p, s, (uint64_t)rows);
    count -= rows;
    first = false;
  } while (count > 0);
}

// The next `count` rows are a bag.
KN void kn_bags_sum(const struct kn_bags *k, const struct kn_piece *p, struct kn_bags_state *s,
                    long count) {
  if (k->extreme) {
    kn_bags_extreme(k, p, s, count);
    return;
  }
  __mtia_cr_w2(MTIA_CR_SE_LEN, p->columns, s->result);
  if (__builtin_expect(count <= 0, 0)) {
    __mtia_cr_w(MTIA_CR_SE_FMT, mtia_se_fmt(MTIA_SE_U8, 0, MTIA_SE_F32, MTIA_SE_EACH));
    __mtia_cr_w2(MTIA_CR_SE_SRC, 0, 0);
    if (k->finish)
      __mtia_se_un(KN_BAGS_SUM, KN_BAGS_ZERO, MTIA_SE_COPY);
    else
      __mtia_se_un(KN_BAGS_OUT, KN_BAGS_ZERO, MTIA_SE_COPY);
    __mtia_cr_w(MTIA_CR_SE_FMT, mtia_se_fmt(k->type, 0, MTIA_SE_F32, MTIA_SE_EACH));
    return;
  }
  uint64_t rows = (uint64_t)kn_least(p->group, count), weight = s->weight;
  __mtia_cr_w2(MTIA_CR_SE_SRC, s->row, weight);
  KN_BAGS_ADD(k, rows, MTIA_SE_ROWS_SUM);
  kn_bags_take(k, p, s, rows);
  while (__builtin_expect((count -= (long)rows) != 0, 0)) {
    weight = k->pool ? weight + 4 * rows : s->weight;
    rows = (uint64_t)kn_least(p->group, count);
    __mtia_cr_w2(MTIA_CR_SE_SRC, s->row, weight);
    KN_BAGS_ADD(k, rows, MTIA_SE_ROWS_SUM_ONTO);
    kn_bags_take(k, p, s, rows);
  }
}

// One bag, and a store if it is the last one of a batch.
KN void kn_bags_one(const struct kn_bags *k, const struct kn_piece *p, struct kn_bags_state *s,
                    long count) {
  kn_bags_sum(k, p, s, count);
  s->result += p->sum_padded;
  if (__builtin_expect(s->result == (uint64_t)p->batch * p->sum_padded, 0))
    kn_bags_flush(k, p, s);
}

KN void kn_bags_load_offsets(const struct kn_bags *k, uint64_t from, uint64_t end) {
  KN_BAGS_TURN(k, __mtia_cb_waits, KN_BAGS_OFFSETS);
  __mtia_cr_w2(MTIA_CR_DMA_IN, kn_least(KN_BAGS_OFFSETS, (long)(end - from)), KN_BAGS_OFFSETS);
  KN_BAGS_TURN(k, __mtia_dma_in, k->offsets + from, 1, MTIA_MC_NONE);
}

// The bags that end at the offsets `i` to below `end` of `list`; the first begins at `index`.
// Returns the last one.
KN long kn_bags_list(const struct kn_bags *k, const struct kn_piece *p, struct kn_bags_state *s,
                     uint64_t at, long i, long end, long index) {
  const void *list = (const void *)(uintptr_t)at;
#define KN_OFFSET(i)                                                                               \
  (k->offset_log2 == 2 ? ((const int32_t *)list)[i] : (long)((const int64_t *)list)[i])
  long next = i < end ? KN_OFFSET(i) : 0;
  while (i < end) {
    const long offset = next;
    i++;
    // Read now: it takes ten cycles to come. (The last one twice.)
    next = KN_OFFSET(i - (i == end));
    __asm__ volatile("" : "+r"(next));
    kn_bags_one(k, p, s, offset - index);
    index = offset;
  }
#undef KN_OFFSET
  return index;
}

// All bags of the share; their offsets come some at a time.
KN void kn_bags_pieces(const struct kn_bags *k, const struct kn_piece *p,
                       const struct kn_share *share, struct kn_bags_state *s) {
  // The first load is before core 0's gathers in the queue.
  const uint64_t first = (uint64_t)(share->begin + 1) << k->offset_log2;
  const uint64_t end = (uint64_t)(share->end + 1) << k->offset_log2;
  uint64_t loaded = first & ~UINT64_C(31);
  long index = share->first;
  for (uint64_t from = loaded; from < end; from += KN_BAGS_OFFSETS) {
    for (; loaded < end && loaded <= from + KN_BAGS_AHEAD * KN_BAGS_OFFSETS;
         loaded += KN_BAGS_OFFSETS)
      kn_bags_load_offsets(k, loaded, end);
    const long count = kn_least(KN_BAGS_OFFSETS, (long)(end - from)) >> k->offset_log2;
    KN_BAGS_TURN(k, __mtia_cb_waitd, KN_BAGS_OFFSETS);
    index = kn_bags_list(k, p, s, KN_BAGS_TURN(k, __mtia_cb_head, 0),
                         from < first ? (long)(first - from) >> k->offset_log2 : 0, count, index);
    KN_BAGS_TURN(k, __mtia_cb_pop, KN_BAGS_OFFSETS);
  }
}

KN void kn_bags_pool(const struct kn_bags *k, const struct kn_piece *p,
                     const struct kn_share *share, const struct kn_window *w) {
  struct kn_bags_state s = {.weight = k->pool ? 0 : (uint64_t)(share->first & 7) * 4,
                            .bag = share->begin};
  s.out = k->out->data + (uint64_t)share->begin * k->out->stride[0] +
          (uint64_t)(k->column + p->column) * k->out_size;
  const uint64_t three = 3 * (uint64_t)p->group * p->row_padded;
  if (three < p->rows_size)
    s.most_kept = (uint64_t)kn_least(p->rows_size - (long)three, p->rows_size / 8);
  const bool here = kn_bags_has(w, share->begin) && kn_bags_has(w, share->end);
  s.offsets = here ? w->list : k->offsets;
  if (!k->pool && k->finish && !here) // through the cache: now, while rows come
    kn_bags_touch(k, share->begin);
  if (k->pool) {
    for (long bag = share->begin; bag < share->end; bag++) {
      kn_bags_one(k, p, &s, k->pool);
      if (k->weights)
        __mtia_cb_pop(KN_BAGS_WEIGHT, KN_BAGS_CHUNK * 4);
    }
  } else if (here) {
    kn_bags_list(k, p, &s, w->list, share->begin + 1, share->end + 1, share->first);
  } else {
    if (w->count)
      KN_BAGS_TURN(k, __mtia_cb_pop, KN_BAGS_WINDOW);
    kn_bags_pieces(k, p, share, &s);
  }
  if (s.result)
    kn_bags_flush(k, p, &s);
  if (k->finish)
    kn_bags_finish(k, p, &s);
  if (here) // read to the end
    KN_BAGS_TURN(k, __mtia_cb_pop, KN_BAGS_WINDOW);
  if (s.row)
    __mtia_cb_pop(KN_BAGS_ROWS, s.row);
  if (k->weights && !k->pool && share->first < share->last && s.weight)
    __mtia_cb_pop(KN_BAGS_WEIGHT, mtia_align_up(s.weight));
  __mtia_cb_pop(KN_BAGS_ZERO, mtia_align_up((uint64_t)p->columns));
}

//===----------------------------------------------------------------------===//
// Both
//===----------------------------------------------------------------------===//

KN void kn_bags(const struct kn_bags k) {
  if (!k.bags || !k.columns)
    return;
  struct kn_window window = {0};
  struct kn_early early = {0};
  struct kn_piece p;
  const struct kn_share share = kn_bags_share(&k, &p, &window, &early);
  for (long column = 0; column < k.columns; column += KN_BAGS_UNCUT) {
    if (column) {
      __mtia_sync();
      __mtia_bar(MTIA_BAR_PE);
      window = (struct kn_window){0};
      early = (struct kn_early){0};
      p = kn_bags_piece(&k, column);
      if (mtia_core() == 0)
        kn_bags_init_lists(&k, false);
      kn_bags_set(&k, &p);
      __mtia_bar(MTIA_BAR_PE);
    }
    if (mtia_core() == 0)
      kn_bags_move(&k, &p, &share, &early);
    else
      kn_bags_pool(&k, &p, &share, &window);
  }
}

//===----------------------------------------------------------------------===//
// Rows as they are
//===----------------------------------------------------------------------===//

enum { KN_ROWS_AT = (KN_BAGS_AHEAD + 2) * KN_BAGS_CHUNK * 8, KN_ROWS_MOST = 16384 };

// What kn_rows can do: a row, in bytes.
KN bool kn_rows_fit(long bytes) { return bytes <= KN_ROWS_MOST; }

// out[i] = table[index[i]], rows of `bytes` bytes: core 0 gathers into a ring and stores from it.
KN void kn_rows(const struct mtia_tensor *table, const struct mtia_tensor *out, uint64_t index,
                unsigned index_log2, long rows, long bytes) {
  const long pe = mtia_pe(), pes = mtia_rows() * mtia_cols();
  const long begin = rows * pe / pes, end = rows * (pe + 1) / pes;
  if (mtia_core() != 0 || begin >= end || !bytes)
    return;
  const long padded = (long)mtia_align_up((uint64_t)bytes), room = MTIA_LOCAL_SIZE - KN_ROWS_AT;
  const long group = kn_least(KN_BAGS_GROUP, kn_greatest(room / (4 * padded), 1));
  const uint32_t place = KN_BAGS_CHUNK << index_log2;
  __mtia_cb_init(KN_BAGS_INDEX, MTIA_LOCAL_BASE, (KN_BAGS_AHEAD + 2) * place);
  __mtia_cb_init(KN_BAGS_ROWS, MTIA_LOCAL_BASE + KN_ROWS_AT, (uint64_t)room);
  __mtia_cr_w(MTIA_CR_DMA_IN_PITCH, 0);
  __mtia_cr_w(MTIA_CR_GATHER_LIMIT, 0);
  __mtia_cr_w(MTIA_CR_GATHER_PITCH, table->stride[0]);
  __mtia_cr_w2(MTIA_CR_DMA_OUT, bytes, 0);
  __mtia_cr_w(MTIA_CR_DMA_OUT_PITCH, out->stride[0]);
  long loaded = begin & ~7L; // DMA begins at multiples of 32 bytes
  for (long from = loaded; from < end; from += KN_BAGS_CHUNK) {
    for (; loaded < end && loaded <= from + KN_BAGS_AHEAD * KN_BAGS_CHUNK;
         loaded += KN_BAGS_CHUNK) {
      const long count = kn_least(KN_BAGS_CHUNK, end - loaded);
      __mtia_cb_waits(KN_BAGS_INDEX, place);
      __mtia_cr_w2(MTIA_CR_DMA_IN, count << index_log2, place);
      __mtia_dma_in(KN_BAGS_INDEX, index + ((uint64_t)loaded << index_log2), 1, MTIA_MC_NONE);
    }
    const long to = kn_least(from + KN_BAGS_CHUNK, end);
    for (long n, i = kn_greatest(from, begin); i < to; i += n) {
      n = kn_least(group, to - i);
      __mtia_cb_waits(KN_BAGS_ROWS, n * padded);
      __mtia_cr_w2(MTIA_CR_GATHER, bytes, (i - from) << index_log2);
      if (index_log2 == 2)
        __mtia_dma_gather(KN_BAGS_ROWS, table->data, n, KN_BAGS_INDEX);
      else
        __mtia_dma_gather(KN_BAGS_ROWS, table->data, n, KN_BAGS_INDEX + MTIA_GATHER_64);
      __mtia_dma_out(KN_BAGS_ROWS, out->data + (uint64_t)i * out->stride[0], n);
    }
    __mtia_cb_pop(KN_BAGS_INDEX, place);
  }
}

#endif
