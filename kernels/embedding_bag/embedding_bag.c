// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Embedding bag: out[b] = sum over offsets[b] <= i < offsets[b + 1] of weights[i] *
// row(indices[i]).
//
//   kernel                              table               row(r)[d]
//   embedding_bag_f32_i32, _i64         f32[R, D]           table[r, d]
//   embedding_bag_f16_i32, _i64         f16[R, D]           table[r, d]
//   embedding_bag_u8f32_i32, _i64       u8[R, D+8]          scale * table[r, d] + bias, two f32
//   behind the row embedding_bag_u8f16_i32, _i64       u8[R, S], S >= D+4  scale * table[r, 4 + d]
//   + bias, two f16 in front
//
// indices: i32 or i64 [L]; offsets: the same type, [B+1]; weights: f32[L], or f32[0] for none; out:
// f32[B, D]; status: i64[3]. R, B, L from 0, D from 1; any sub-grid. Index -1 is a pruned row:
// zeros.
//
// Arithmetic is that of se.rowacc (docs/isa/xmtia.md, 6), in the order of the indices: with scale s
// and bias b (with weights s * w and b * w, rounded) sum = fma(s, x, sum + b); otherwise sum =
// fma(w, x, sum) or sum + x; the sum starts at +0. So results do not depend on the sub-grid.
//
// status: [0] one of enum kn_bag_status, [1] number of indices outside -1..R-1, which count as row
// 0, [2] number of offsets below the one before them or outside 0..L, which are clamped.
//
// Bags are dealt out to PEs so that each has the same number of indices and bags together: PE p
// begins at the first bag b with offsets[b] + b >= (L + B) p / P, which it looks up itself. Core 1
// brings indices, checks them and gathers the rows; core 0 reads offsets, accumulates and stores.
// Neither ever leaves a DMA waiting for room in the FI's queue, so that both can go on.
#include "../util.h"

enum kn_bag_status {
  KN_BAG_OK = 0,
  KN_BAG_SHAPE = 1,   // a shape that the kernel cannot do: nothing was written
  KN_BAG_OFFSETS = 2, // offsets were clamped
  KN_BAG_INDICES = 3, // indices were out of range
};

struct args {
  struct mtia_tensor table, indices, offsets, weights, out, status;
};

// A table, and the indices. (No constant objects: every PE would fetch their lines from one
// channel.)
struct kind {
  enum mtia_se_type type; // of an element
  uint32_t size;          // its bytes
  enum mtia_se_layout layout;
  uint32_t beside;      // bytes of scale and bias
  uint32_t max_columns; // done at once
  uint32_t index_log2;  // bytes of an index: 2 or 3
};

enum { CB_FIND_0, CB_FIND_1, CB_INDEX, CB_WEIGHT, CB_OFFSET, CB_ZERO, CB_OUT, CB_ROWS };
enum { BAD_INDICES, BAD_OFFSETS, DONE }; // counters of PE 0

enum {
  FAN = 16,           // sectors of 32 bytes that a step of the search looks at
  FIND_SIZE = 5120,   // eight steps, for 2^31 bags: they must not wrap
  CHUNK = 256,        // indices per load
  AHEAD = 2,          // chunks that are loaded before they are needed; a ring has AHEAD + 2
  OFFSET_CHUNK = 512, // bytes
  OUT_BATCH = 4096,   // bytes of results per store
  GROUP = 32,         // rows per gather, and most that se.rowacc takes
  SHARED = 64,        // bytes: what the cores tell each other
  AT_INDEX = SHARED,
  AT_WEIGHT = AT_INDEX + (AHEAD + 2) * CHUNK * 8,
  AT_OFFSET = AT_WEIGHT + (AHEAD + 2) * CHUNK * 4,
  AT_ZERO = AT_OFFSET + (AHEAD + 2) * OFFSET_CHUNK,
  AT_FIND = MTIA_LOCAL_SIZE - 2 * FIND_SIZE, // where rows are later
};

// Where a PE's work begins, or that of the next one.
struct place {
  uint64_t bag, index;
};

// In local memory, written before the cores meet.
struct shared {
  struct place begin, end;
};
static volatile struct shared *shared(void) {
  return (volatile struct shared *)(uintptr_t)MTIA_LOCAL_BASE;
}

// What both cores know of the work.
struct plan {
  struct place begin, end;
  uint64_t bags, indices, rows;
  uint64_t column; // first of those done now
  uint32_t columns;
  uint32_t row_bytes, row_padded;
  uint32_t group;             // rows per command
  uint32_t most_kept;         // bytes of rows that are done with and not given back
  uint32_t batch, out_padded; // bags per store; bytes of a result in CB_OUT
  uint32_t batch_bytes;
  uint32_t zero_size, rows_start; // bytes of CB_ZERO; where CB_ROWS is
  bool weighted;
};

//===----------------------------------------------------------------------===//
// Dealing out
//===----------------------------------------------------------------------===//

static int64_t read_index(const void *at, uint64_t i, unsigned log2) {
  return log2 == 2 ? ((const int32_t *)at)[i] : ((const int64_t *)at)[i];
}

static uint64_t clamp_index(int64_t i, uint64_t indices) {
  return i < 0 ? 0 : kn_min((uint64_t)i, indices);
}

// One DMA of a search: `rows` rows of `width` bytes; the address of what it brought.
#define LOOK(cb, address, pitch, width, rows)                                                      \
  (__mtia_cr_w2(MTIA_CR_DMA_IN, width, 0), __mtia_cr_w(MTIA_CR_DMA_IN_PITCH, pitch),               \
   __mtia_dma_in(cb, address, rows, MTIA_MC_NONE), __mtia_cb_waitd(cb, kn_pad(width) * (rows)),    \
   (const void *)(uintptr_t)__mtia_cb_head(cb, 0))

static const void *look(unsigned core, uint64_t address, uint64_t pitch, uint32_t width,
                        uint32_t rows) {
  return core ? LOOK(CB_FIND_1, address, pitch, width, rows)
              : LOOK(CB_FIND_0, address, pitch, width, rows);
}

static void looked(unsigned core, uint32_t bytes) {
  if (core)
    __mtia_cb_pop(CB_FIND_1, bytes);
  else
    __mtia_cb_pop(CB_FIND_0, bytes);
}

// Offset i of those in `data`, the first of which is offsets[first], plus its number.
static uint64_t key(const struct plan *p, const struct kind *kind, const void *data, uint32_t i,
                    uint64_t first) {
  return clamp_index(read_index(data, i, kind->index_log2), p->indices) + first + i;
}

// The first bag b with offsets[b] + b >= target, and its offset. First it looks where it would be
// if all bags were equal; then at FAN sectors at equal distances of what is left, then between two
// of them.
static struct place find(const struct args *a, const struct plan *p, const struct kind *kind,
                         uint64_t target) {
  unsigned core = mtia_core();
  unsigned per_log2 = 5u - kind->index_log2; // offsets per sector
  uint64_t bytes = (p->bags + 1) << kind->index_log2;
  uint64_t at = 0, count = (bytes + 31) >> 5; // the sectors that are left
  uint64_t window = 0;                        // the first that is looked at now
  if (count > FAN) {
    uint64_t guess = (target * p->bags / (p->indices + p->bags)) >> per_log2;
    window = kn_min(guess < FAN / 2 ? 0 : guess - FAN / 2, count - FAN);
  }
  for (;;) {
    // One sector more: the bag may be the first one behind.
    uint32_t width = (uint32_t)kn_min(32 * (FAN + 1), bytes - 32 * window);
    const void *data = look(core, a->offsets.data + 32 * window, 0, width, 1);
    uint64_t first = window << per_log2;
    uint32_t low = 0, high = (width >> kind->index_log2) - 1;
    bool before = window > at && key(p, kind, data, 0, first) >= target;
    bool behind = window + FAN < at + count && key(p, kind, data, high, first) < target;
    if (!before && !behind) {
      while (low < high) {
        uint32_t middle = (low + high) / 2;
        if (key(p, kind, data, middle, first) < target)
          low = middle + 1;
        else
          high = middle;
      }
      int64_t offset = read_index(data, low, kind->index_log2);
      looked(core, kn_pad(width));
      return (struct place){first + low, clamp_index(offset, p->indices)};
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
      data = look(core, a->offsets.data + 32 * at, 32 * step, 1u << kind->index_log2, rows);
      low = 0; // the last one whose first offset is below the target; or the first
      high = rows - 1;
      while (low < high) {
        uint32_t middle = (low + high + 1) / 2;
        uint64_t bag = (at + middle * step) << per_log2;
        if (clamp_index(read_index(data, middle << per_log2, kind->index_log2), p->indices) + bag <
            target)
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
// Core 1: indices, rows
//===----------------------------------------------------------------------===//

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

static void load_chunk(const struct args *a, const struct plan *p, unsigned log2, uint64_t from,
                       uint64_t end) {
  uint32_t count = (uint32_t)kn_min(CHUNK, end - from);
  if (p->weighted) {
    __mtia_cb_waits(CB_WEIGHT, kn_pad(4 * count));
    __mtia_cr_w2(MTIA_CR_DMA_IN, 4 * count, 0);
    __mtia_dma_in(CB_WEIGHT, a->weights.data + 4 * from, 1, MTIA_MC_NONE);
  }
  __mtia_cb_waits(CB_INDEX, kn_pad((uint64_t)count << log2));
  __mtia_cr_w2(MTIA_CR_DMA_IN, (uint64_t)count << log2, 0);
  __mtia_dma_in(CB_INDEX, a->indices.data + (from << log2), 1, MTIA_MC_NONE);
}

static uint64_t gather_rows(const struct args *a, const struct plan *p, const struct kind *kind) {
  unsigned log2 = kind->index_log2;
  uint64_t table = a->table.data + p->column * kind->size, bad = 0;
  uint64_t start = p->begin.index & ~UINT64_C(7), end = p->end.index; // DMA begins at 32 bytes
  __mtia_cr_w(MTIA_CR_DMA_IN_PITCH, 0);
  __mtia_cr_w(MTIA_CR_GATHER_PITCH, a->table.stride[0]);
  uint64_t loaded = start;
  for (uint64_t from = start; from < end; from += CHUNK) {
    for (; loaded < end && loaded <= from + AHEAD * CHUNK; loaded += CHUNK)
      load_chunk(a, p, log2, loaded, end);
    uint32_t count = (uint32_t)kn_min(CHUNK, end - from);
    uint32_t at = from < p->begin.index ? (uint32_t)(p->begin.index - from) : 0;
    uint32_t bytes = kn_pad((uint64_t)count << log2);
    __mtia_cb_waitd(CB_INDEX, bytes);
    void *list = (void *)(uintptr_t)__mtia_cb_head(CB_INDEX, 0);
    bad += log2 == 2 ? check_i32((int32_t *)list + at, count - at, p->rows)
                     : check_i64((int64_t *)list + at, count - at, p->rows);
    KN_FENCE();
    while (at < count) {
      uint32_t rows = (uint32_t)kn_min(p->group, count - at);
      __mtia_cb_waits(CB_ROWS, rows * p->row_padded);
      __mtia_cr_w2(MTIA_CR_GATHER, p->row_bytes, at << log2);
      if (log2 == 2)
        __mtia_dma_gather(CB_ROWS, table, rows, CB_INDEX);
      else
        __mtia_dma_gather(CB_ROWS, table, rows, CB_INDEX + MTIA_GATHER_64);
      at += rows;
    }
    __mtia_cb_pop(CB_INDEX, bytes);
  }
  return bad;
}

//===----------------------------------------------------------------------===//
// Core 0: bags
//===----------------------------------------------------------------------===//

// The loop over bags is one function, with what it uses in registers: memory may have changed
// behind every command.
#define INLINE static inline __attribute__((always_inline))
#define RARE(condition) __builtin_expect(condition, 0) // not on the way of short bags

struct state {
  uint64_t row;    // offset of the next row from the head of CB_ROWS
  uint64_t weight; // offset of the next weight from the head of CB_WEIGHT
  uint64_t result; // offset of the next result from the tail of CB_OUT
  uint64_t out;    // where the results in CB_OUT go
  uint64_t out_stride;
};

INLINE void flush(struct state *s, uint32_t results) {
  __mtia_cb_push(CB_OUT, s->result);
  __mtia_dma_out(CB_OUT, s->out, results);
  s->out += results * s->out_stride;
  s->result = 0;
}

INLINE void zeros(const struct kind *kind) {
  __mtia_cr_w(MTIA_CR_SE_FMT, mtia_se_fmt(MTIA_SE_U8, 0, MTIA_SE_F32, MTIA_SE_EACH));
  __mtia_cr_w2(MTIA_CR_SE_SRC, 0, 0);
  __mtia_se_un(CB_OUT, CB_ZERO, MTIA_SE_COPY);
  __mtia_cr_w(MTIA_CR_SE_FMT, mtia_se_fmt(kind->type, 0, MTIA_SE_F32, MTIA_SE_EACH));
}

// `rows` rows are done with.
// `rows` rows are done with.
INLINE void take(const struct plan *p, struct state *s, uint64_t rows) {
  s->row += rows * p->row_padded;
  if (RARE(s->row > p->most_kept)) {
    __mtia_cb_pop(CB_ROWS, s->row);
    s->row = 0;
  }
  if (RARE(p->weighted) && (s->weight += 4 * rows) >= CHUNK) {
    __mtia_cb_pop(CB_WEIGHT, s->weight & ~UINT64_C(31));
    s->weight &= 31;
  }
}

// One bag of `count` rows, the next ones in CB_ROWS.
INLINE void accumulate(const struct plan *p, const struct kind *kind, struct state *s,
                       uint64_t count) {
  __mtia_cr_w2(MTIA_CR_SE_LEN, p->columns, s->result);
  if (RARE(count == 0)) {
    zeros(kind);
  } else {
    uint64_t rows = kn_min(p->group, count);
    __mtia_cr_w2(MTIA_CR_SE_SRC, s->row, s->weight);
    __mtia_se_rowacc(CB_OUT, CB_ROWS, rows, MTIA_SE_ROWS_SUM);
    take(p, s, rows);
    while (RARE((count -= rows) != 0)) {
      rows = kn_min(p->group, count);
      __mtia_cr_w2(MTIA_CR_SE_SRC, s->row, s->weight);
      __mtia_se_rowacc(CB_OUT, CB_ROWS, rows, MTIA_SE_ROWS_SUM_ONTO);
      take(p, s, rows);
    }
  }
  s->result += p->out_padded;
  if (RARE(s->result == p->batch_bytes))
    flush(s, p->batch);
}

static void load_offsets(const struct args *a, uint64_t from, uint64_t end) {
  uint32_t width = (uint32_t)kn_min(OFFSET_CHUNK, end - from);
  __mtia_cr_w2(MTIA_CR_DMA_IN, width, 0);
  __mtia_dma_in(CB_OFFSET, a->offsets.data + from, 1, MTIA_MC_NONE);
}

// Bags one after the other; the number of bad offsets.
static inline __attribute__((always_inline)) uint64_t sum_bags(const struct args *a,
                                                               const struct plan *p,
                                                               const struct kind *kind,
                                                               unsigned log2) {
  struct state s;
  s.row = s.result = 0;
  s.weight = (uint32_t)(p->begin.index & 7) * 4;
  s.out_stride = a->out.stride[0];
  s.out = a->out.data + p->begin.bag * a->out.stride[0] + 4 * p->column;
  uint64_t bad = 0, index = p->begin.index, last = p->end.index;
  __mtia_cb_push(CB_ZERO, p->zero_size);
  __mtia_cr_w(MTIA_CR_DMA_IN_PITCH, 0);
  __mtia_cr_w(MTIA_CR_SE_FMT, mtia_se_fmt(kind->type, 0, MTIA_SE_F32, MTIA_SE_EACH));
  __mtia_cr_w2(MTIA_CR_SE_ROW, p->columns, mtia_se_row(kind->layout, p->weighted ? CB_WEIGHT : -1));
  __mtia_cr_w2(MTIA_CR_DMA_OUT, 4 * p->columns, 0);
  __mtia_cr_w(MTIA_CR_DMA_OUT_PITCH, a->out.stride[0]);

  // Bytes of offsets[begin.bag + 1 .. end.bag]; DMA begins at 32 bytes.
  uint64_t first = (p->begin.bag + 1) << log2, end = (p->end.bag + 1) << log2;
  uint64_t start = first & ~UINT64_C(31), loaded = start;
  for (uint64_t from = start; from < end; from += OFFSET_CHUNK) {
    for (; loaded < end && loaded <= from + AHEAD * OFFSET_CHUNK; loaded += OFFSET_CHUNK)
      load_offsets(a, loaded, end);
    uint32_t bytes = (uint32_t)kn_min(OFFSET_CHUNK, end - from);
    __mtia_cb_waitd(CB_OFFSET, kn_pad(bytes));
    const void *list = (const void *)(uintptr_t)__mtia_cb_head(CB_OFFSET, 0);
    uint32_t i = from < first ? (uint32_t)(first - from) >> log2 : 0, count = bytes >> log2;
    int64_t next = read_index(list, i, log2);
    while (i < count) {
      int64_t offset = next;
      i++;
      // Read now: it takes ten cycles to come. (The last one twice.)
      next = read_index(list, i - (i == count), log2);
      __asm__ volatile("" : "+r"(next));
      uint64_t rows = (uint64_t)offset - index;
      if (RARE(rows > last - index)) { // the offset is below the one before it, or above the last
        bad++;
        rows = offset < (int64_t)index ? 0 : last - index;
      }
      accumulate(p, kind, &s, rows);
      index += rows;
    }
    __mtia_cb_pop(CB_OFFSET, kn_pad(bytes));
  }
  if (s.result)
    flush(&s, (uint32_t)s.result / p->out_padded);
  // Bad offsets may leave rows that belong to no bag.
  for (uint64_t rows; index < last; index += rows) {
    rows = kn_min(p->group, last - index);
    take(p, &s, rows);
  }
  if (s.row)
    __mtia_cb_pop(CB_ROWS, s.row);
  if (p->weighted && s.weight)
    __mtia_cb_pop(CB_WEIGHT, kn_pad(s.weight));
  __mtia_cb_pop(CB_ZERO, p->zero_size);
  return bad;
}

//===----------------------------------------------------------------------===//
// Both
//===----------------------------------------------------------------------===//

// Sizes for `columns` columns; false if local memory is too small.
static bool set_columns(struct plan *p, const struct kind *kind, uint64_t column,
                        uint32_t columns) {
  p->column = column;
  p->columns = columns;
  p->row_bytes = columns * kind->size + kind->beside;
  p->row_padded = kn_pad(p->row_bytes);
  p->out_padded = kn_pad(4 * columns);
  p->batch = p->out_padded >= OUT_BATCH ? 1 : (uint32_t)kn_div(OUT_BATCH, p->out_padded);
  p->batch_bytes = p->batch * p->out_padded;
  p->zero_size = kn_pad(columns);
  p->rows_start = AT_ZERO + p->zero_size + 2 * p->batch_bytes;
  uint32_t room = MTIA_LOCAL_SIZE - p->rows_start;
  if (p->rows_start > MTIA_LOCAL_SIZE || room < 2 * p->row_padded)
    return false;
  p->group = (uint32_t)kn_max(kn_min(GROUP, room / (4 * p->row_padded)), 1);
  // The next group must find room while one is not complete.
  p->most_kept = 3 * p->group * p->row_padded < room
                     ? (uint32_t)kn_min(room - 3 * p->group * p->row_padded, room / 8)
                     : 0;
  return true;
}

static void init_buffers(const struct plan *p) {
  uint64_t at = MTIA_LOCAL_BASE + AT_ZERO;
  __mtia_cb_init(CB_ZERO, at, p->zero_size);
  __mtia_cb_init(CB_OUT, at + p->zero_size, 2 * p->batch_bytes);
  __mtia_cb_init(CB_ROWS, MTIA_LOCAL_BASE + p->rows_start, MTIA_LOCAL_SIZE - p->rows_start);
  // Volatile: the library's memset stores single bytes.
  volatile uint64_t *zero = (volatile uint64_t *)(uintptr_t)at;
  for (uint32_t i = 0; i < p->zero_size / 8; i++)
    zero[i] = 0;
}

static void report(const struct args *a, const uint64_t *status) {
  for (unsigned i = 0; i < 3; i++)
    ((volatile int64_t *)mtia_ptr(&a->status, 0))[i] = (int64_t)status[i];
}

// Every core has added its counts; core 0 of PE 0 waits for all and reports.
static void finish(const struct args *a, unsigned counter, uint64_t bad, bool first) {
  if (bad) {
    if (counter == BAD_INDICES)
      __mtia_ctr_add(BAD_INDICES, 0, bad);
    else
      __mtia_ctr_add(BAD_OFFSETS, 0, bad);
  }
  __mtia_ctr_add(DONE, 0, 1);
  if (!first)
    return;
  __mtia_ctr_wait(DONE, 2 * (uint64_t)kn_pes());
  uint64_t status[3] = {KN_BAG_OK, __mtia_ctr_get(BAD_INDICES), __mtia_ctr_get(BAD_OFFSETS)};
  if (status[1])
    status[0] = KN_BAG_INDICES;
  if (status[2])
    status[0] = KN_BAG_OFFSETS;
  report(a, status);
}

static void embedding_bag(const struct args *a, const struct kind *kind) {
  unsigned core = mtia_core(), pe = mtia_pe();
  uint64_t columns = a->out.dim[1];
  struct plan p; // no initialiser: it would be a call of memset
  p.bags = a->out.dim[0];
  p.indices = a->indices.dim[0];
  p.rows = a->table.dim[0];
  p.weighted = a->weights.dim[0] != 0;
  uint32_t at_once = (uint32_t)kn_min(columns, kind->max_columns);
  if (columns == 0 || (p.weighted && p.indices != a->weights.dim[0]) ||
      (kind->layout != MTIA_SE_PLAIN &&
       (at_once < columns || a->table.dim[1] < columns + kind->beside)) ||
      !set_columns(&p, kind, 0, at_once) || (p.indices && !p.rows)) {
    if (pe == 0 && core == 0)
      report(a, (const uint64_t[]){KN_BAG_SHAPE, 0, 0});
    return;
  }

  // Core 0 looks for the begin, core 1 for the end.
  uint64_t at = MTIA_LOCAL_BASE, share = pe + core, pes = kn_pes();
  if (core == 0) {
    __mtia_cb_init(CB_FIND_0, at + AT_FIND, FIND_SIZE);
    __mtia_cb_init(CB_OFFSET, at + AT_OFFSET, (AHEAD + 2) * OFFSET_CHUNK);
    init_buffers(&p);
  } else {
    __mtia_cb_init(CB_FIND_1, at + AT_FIND + FIND_SIZE, FIND_SIZE);
    __mtia_cb_init(CB_INDEX, at + AT_INDEX, (AHEAD + 2) * CHUNK << kind->index_log2);
    __mtia_cb_init(CB_WEIGHT, at + AT_WEIGHT, (AHEAD + 2) * CHUNK * 4);
  }
  struct place place = {0, 0};
  uint64_t bad = 0;
  if (share == pes) {
    const void *last = mtia_ptr(&a->offsets, p.bags << kind->index_log2);
    place = (struct place){p.bags, clamp_index(read_index(last, 0, kind->index_log2), p.indices)};
  } else if (share == 0) {
    int64_t offset = read_index(mtia_ptr(&a->offsets, 0), 0, kind->index_log2);
    place.index = clamp_index(offset, p.indices);
    bad += offset != (int64_t)place.index;
  } else {
    place = find(a, &p, kind, kn_div((p.indices + p.bags) * share, pes));
  }
  if (core == 0) {
    shared()->begin.bag = place.bag;
    shared()->begin.index = place.index;
  } else {
    shared()->end.bag = place.bag;
    shared()->end.index = place.index;
  }
  __mtia_bar(MTIA_BAR_PE);
  p.begin = (struct place){shared()->begin.bag, shared()->begin.index};
  p.end = (struct place){shared()->end.bag, shared()->end.index};

  // Offsets that run backwards may make a share end before it begins.
  bad += core == 0 && (p.end.bag < p.begin.bag || p.end.index < p.begin.index);
  if (p.end.index < p.begin.index)
    p.end.index = p.begin.index;
  for (uint64_t column = 0; p.begin.bag < p.end.bag && column < columns; column += at_once) {
    if (column) { // another slice of the table's columns, from the start
      __mtia_sync();
      __mtia_bar(MTIA_BAR_PE);
      set_columns(&p, kind, column, (uint32_t)kn_min(at_once, columns - column));
      if (core == 0)
        init_buffers(&p);
      __mtia_bar(MTIA_BAR_PE);
    }
    uint64_t found = core                    ? gather_rows(a, &p, kind)
                     : kind->index_log2 == 2 ? sum_bags(a, &p, kind, 2)
                                             : sum_bags(a, &p, kind, 3);
    if (column == 0) // later they are the same
      bad += found;
  }
  finish(a, core ? BAD_INDICES : BAD_OFFSETS, bad, pe == 0 && core == 0);
}

#define BAG(name, index, log2, dtype, columns, ...)                                                \
  MTIA_KERNEL(name, struct args, MTIA_IN(table, dtype, "R", columns),                              \
              MTIA_IN(indices, index, "L"), MTIA_IN(offsets, index, "B+1"),                        \
              MTIA_IN(weights, MTIA_F32, "W"), MTIA_OUT(out, MTIA_F32, "B", "D"),                  \
              MTIA_OUT(status, MTIA_I64, "3")) {                                                   \
    embedding_bag(args, &(struct kind){__VA_ARGS__, log2});                                        \
  }
#define BAGS(name, ...)                                                                            \
  BAG(embedding_bag_##name##_i32, MTIA_I32, 2, __VA_ARGS__)                                        \
  BAG(embedding_bag_##name##_i64, MTIA_I64, 3, __VA_ARGS__)

// What a bag's sum needs limits the columns; rows with scale and bias are not divided.
BAGS(f32, MTIA_F32, "D", MTIA_SE_F32, 4, MTIA_SE_PLAIN, 0, 2048)
BAGS(f16, MTIA_F16, "D", MTIA_SE_F16, 2, MTIA_SE_PLAIN, 0, 2048)
BAGS(u8f32, MTIA_U8, "D+8", MTIA_SE_U8, 1, MTIA_SE_F32_BEHIND, 8, 8192)
BAGS(u8f16, MTIA_U8, "S", MTIA_SE_U8, 1, MTIA_SE_F16_FRONT, 4, 8192)
