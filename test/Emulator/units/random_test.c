// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Random command streams of one core: accumulators, local memory and DRAM are
// bit by bit what the model of the specification says, timed and functional.

#include "machine.h"
#include "model.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

enum {
  CB_A = 3,
  CB_B = 7,
  CB_BIAS = 12,
  CB_INDEX = 20,
  CB_LAYOUT = 25,
  CB_OUT = 31,
  STEPS = 400,
  STREAMS = 60
};
enum { OUT_AREA = 1 << 20 }; // DRAM below is read, above written

struct stream {
  struct machine *m;
  struct mtia_pe *pe;
  struct model *model;
  struct dice dice;
  uint64_t out; // next free byte of the output area
};

static void set_cr(struct stream *s, unsigned cr, uint32_t low, uint32_t high) {
  s->model->cr_lo[cr] = low;
  s->model->cr_hi[cr] = high;
  PUT(s->m, s->pe, 0, CR_W2, low, high, (uint8_t)cr);
}

static uint64_t fill(const struct stream *s, unsigned cb) {
  return s->model->cb[cb].tail - s->model->cb[cb].head;
}

static uint64_t space(const struct stream *s, unsigned cb) {
  return s->model->cb[cb].size - fill(s, cb);
}

static void init_cb(struct stream *s, unsigned cb, uint32_t base, uint32_t size) {
  s->model->cb[cb].base = base;
  s->model->cb[cb].size = size;
  PUT(s->m, s->pe, 0, CB_INIT, MTIA_LOCAL_BASE + base, size, (uint8_t)cb);
}

static void some_block(struct stream *s) {
  set_cr(s, CR_BLOCK, roll(&s->dice, 129) | roll(&s->dice, 129) << 16, 0);
}

static void some_dma_in(struct stream *s) {
  static const uint8_t cbs[] = {CB_A, CB_B, CB_BIAS};
  uint8_t cb = cbs[roll(&s->dice, 3)];
  uint32_t width = 1 + roll(&s->dice, 200), padded = (width + 31) / 32 * 32;
  uint32_t stride = roll(&s->dice, 2) ? 0 : padded + 32 * roll(&s->dice, 3);
  uint32_t step = stride ? stride : padded;
  uint32_t most = (uint32_t)(space(s, cb) / step), pitch = 32 * roll(&s->dice, 40);
  if (!most)
    return;
  uint32_t rows = 1 + roll(&s->dice, most);
  uint64_t offset = 32 * roll(&s->dice, 1000);
  set_cr(s, CR_DMA_IN, width, stride);
  set_cr(s, CR_DMA_IN_PITCH, pitch, 0);
  PUT(s->m, s->pe, 0, DMA_IN, MTIA_DRAM_BASE + offset, rows, cb, 0);
  model_dma_in(s->model, cb, offset, rows);
}

static void some_pop(struct stream *s) {
  static const uint8_t cbs[] = {CB_A, CB_B, CB_BIAS};
  uint8_t cb = cbs[roll(&s->dice, 3)];
  uint32_t n = 32 * roll(&s->dice, (uint32_t)fill(s, cb) / 32 + 1);
  PUT(s->m, s->pe, 0, CB_POP, n, 0, cb);
  s->model->cb[cb].head += n;
}

// Tile (t of total): bytes that `count` rows of it need behind offset.
static bool block_fits(uint64_t room, uint32_t total, unsigned t, uint64_t offset, uint64_t stride,
                       uint64_t row) {
  uint32_t count = total > 32 * t ? total - 32 * t : 0;
  count = count > 32 ? 32 : count;
  return !count || offset + (32ull * t + count - 1) * stride + row <= room;
}

static void some_mml(struct stream *s) {
  struct dice *d = &s->dice;
  uint8_t cba = roll(d, 8) ? CB_A : CB_B, cbb = roll(d, 8) ? CB_B : CB_A;
  uint32_t m = s->model->cr_lo[8] & 0xFFFF, n = s->model->cr_lo[8] >> 16;
  uint8_t ti = (uint8_t)roll(d, 4), tj = (uint8_t)roll(d, 4);
  set_cr(s, CR_MML_A, 32 * roll(d, 16), 32 * roll(d, 5));
  set_cr(s, CR_MML_B, 32 * roll(d, 16), 32 * roll(d, 5));
  set_cr(s, CR_MML_INC, 32 * roll(d, 3), 32 * roll(d, 3));
  for (unsigned count = 1 + roll(d, 4); count; count--) {
    struct model *o = s->model;
    if (!block_fits(fill(s, cba), m, ti, o->cr_lo[5], o->cr_hi[5], 32) ||
        !block_fits(fill(s, cbb), n, tj, o->cr_lo[6], o->cr_hi[6], 32))
      return;
    static const uint16_t ops[] = {MTIA_OP_MML, MTIA_OP_MML_OA, MTIA_OP_MML_OB, MTIA_OP_MML_OAB};
    uint8_t acc = (uint8_t)roll(d, 4), flags = (uint8_t)roll(d, 4), type = (uint8_t)roll(d, 6);
    unsigned where = roll(d, 3) ? 0 : roll(d, 4); // operands in buffers
    uint8_t a = where & 1 ? (uint8_t)roll(d, 4) : cba, b = where & 2 ? (uint8_t)roll(d, 4) : cbb;
    put_step(s->m, s->pe, 0, ops[where], 0, 0, (const uint8_t[8]){acc, a, b, ti, tj, flags, type});
    model_mml(o, acc, a, b, ti, tj, flags, type, (int)where);
  }
}

static void some_init(struct stream *s) {
  struct dice *d = &s->dice;
  uint8_t acc = (uint8_t)roll(d, 4), ti = (uint8_t)roll(d, 4), tj = (uint8_t)roll(d, 4);
  uint32_t m = s->model->cr_lo[8] & 0xFFFF, n = s->model->cr_lo[8] >> 16;
  uint32_t offset = 4 * roll(d, 64), stride = 4 * roll(d, 64);
  uint64_t room = fill(s, CB_BIAS);
  uint32_t cols = n > 32u * tj ? n - 32 * tj : 0;
  cols = cols > 32 ? 32 : cols;
  set_cr(s, CR_BIAS, offset, stride);
  switch (roll(d, 6)) {
  case 4:
    if (!block_fits(room, n, tj, offset, 4, 4))
      return;
    PUT(s->m, s->pe, 0, ACC_ADD, 0, 0, acc, CB_BIAS, tj);
    model_add(s->model, acc, CB_BIAS, tj, false);
    return;
  case 5:
    if (!block_fits(room, m, ti, offset, 4, 4))
      return;
    PUT(s->m, s->pe, 0, ACC_ADDR, 0, 0, acc, CB_BIAS, ti);
    model_add(s->model, acc, CB_BIAS, ti, true);
    return;
  case 0:
    PUT(s->m, s->pe, 0, ACC_ZERO, 0, 0, acc);
    model_zero(s->model, acc);
    return;
  case 1:
    if (!block_fits(room, n, tj, offset, 4, 4))
      return;
    PUT(s->m, s->pe, 0, ACC_BIAS, 0, 0, acc, CB_BIAS, tj);
    model_bias(s->model, acc, CB_BIAS, tj);
    return;
  case 2:
    if (!block_fits(room, m, ti, offset, 4, 4))
      return;
    PUT(s->m, s->pe, 0, ACC_BIASR, 0, 0, acc, CB_BIAS, ti);
    model_biasr(s->model, acc, CB_BIAS, ti);
    return;
  default:
    if (cols && !block_fits(room, m, ti, offset + 128u * tj, stride, 4 * cols))
      return;
    PUT(s->m, s->pe, 0, ACC_LOAD, 0, 0, acc, CB_BIAS, ti, tj);
    model_load(s->model, acc, CB_BIAS, ti, tj);
  }
}

// Scales that matter: ordinary ones, powers of two (ties), and what IEEE has besides.
static uint32_t some_scale(struct dice *d) {
  static const uint32_t special[] = {0,          0x80000000, 0x7F800000, 0xFF800000, 0x7FC00000,
                                     0xFFC12345, 0x7F812345, 0x00000001, 0x007FFFFF, 0x3F000000,
                                     0x3F800000, 0xBF000000, 0x3E800000, 0x37000000, 0x4F000000};
  if (roll(d, 2))
    return special[roll(d, sizeof special / sizeof *special)];
  return 0x30000000 + roll(d, 0x10000000);
}

static uint32_t size_of(unsigned drain_type) {
  static const uint8_t size[] = {4, 1, 1, 4, 2, 2};
  return size[drain_type];
}

static void some_drain(struct stream *s) {
  struct dice *d = &s->dice;
  uint8_t acc = (uint8_t)roll(d, 4), ti = (uint8_t)roll(d, 4), tj = (uint8_t)roll(d, 4);
  uint8_t type = (uint8_t)roll(d, 6), flags = (uint8_t)roll(d, type ? 4 : 2);
  bool is_float = roll(d, 2);
  uint32_t style = size_of(type) == 1 && is_float ? roll(d, 3) : roll(d, 4);
  uint32_t size = size_of(type);
  uint32_t m = s->model->cr_lo[8] & 0xFFFF, n = s->model->cr_lo[8] >> 16;
  uint32_t offset = size * roll(d, 100), stride = size * roll(d, 200);
  int low = type == 1 ? -128 : 0, high = low + 255;
  uint32_t cols = n > 32u * tj ? n - 32 * tj : 0;
  cols = cols > 32 ? 32 : cols;
  if (cols && !block_fits(space(s, CB_OUT), m, ti, offset + 32u * tj * size, stride, cols * size))
    return;
  bool by_row = roll(d, 2);
  uint32_t table = 4 * roll(d, 64), entry = size == 1 && style == 3 ? 8 : 4;
  if (flags & 2 &&
      !block_fits(fill(s, CB_BIAS), by_row ? m : n, by_row ? ti : tj, table, entry, entry))
    return;
  uint32_t function = style == 3 || roll(d, 3) ? 0 : 8 + roll(d, 8);
  set_cr(s, CR_QMODE, style | function << 4 | (uint32_t)(uint8_t)(roll(d, 63) - 31) << 8, 0);
  set_cr(s, CR_QOUT, some_scale(d), roll(d, 4) ? (uint32_t)(int)(roll(d, 40) - 20) : roll(d, -1u));
  set_cr(s, CR_QCHAN, CB_BIAS | (uint32_t)by_row << 5, table);
  low += (int)roll(d, 100);
  high -= (int)roll(d, 100);
  set_cr(s, CR_OUT, offset, stride);
  set_cr(s, CR_QSCALE, some_scale(d),
         roll(d, 4) ? (uint32_t)(int)(roll(d, 40) - 20) : roll(d, -1u));
  set_cr(s, CR_QCLAMP, (uint32_t)low, (uint32_t)high);
  put_step(s->m, s->pe, 0, is_float ? MTIA_OP_DRAINF : MTIA_OP_DRAIN, 0, 0,
           (const uint8_t[8]){acc, CB_OUT, ti, tj, type, flags});
  model_drain(s->model, acc, CB_OUT, ti, tj, type, flags, is_float);
}

static void some_layout(struct stream *s) {
  struct dice *d = &s->dice;
  static const uint16_t ops[] = {MTIA_OP_MLU_TRANSPOSE, MTIA_OP_MLU_COPY, MTIA_OP_MLU_CONCAT};
  unsigned kind = roll(d, 3), es = roll(d, 4), size = es == 3 ? 1 : 1u << es;
  bool dpe = roll(d, 2);
  uint8_t from = roll(d, 2) ? CB_A : CB_B, to = dpe ? (uint8_t)roll(d, 4) : CB_LAYOUT;
  // Mostly blocks that an operand buffer takes.
  uint32_t most = dpe ? 32 : roll(d, 4) ? 40 : 100;
  uint32_t rows = 1 + roll(d, most), cols = 1 + roll(d, most);
  if (kind == 2 && es == 3)
    cols += cols % 2;
  uint32_t bytes = es == 3 ? (cols + 1) / 2 : cols << es;
  uint32_t out_cols = kind ? cols : rows, out_rows = kind ? rows : cols;
  uint32_t out_bytes = es == 3 ? (out_cols + 1) / 2 : out_cols << es;
  uint32_t offset = size * roll(d, 50), stride = size * roll(d, 60);
  uint32_t out_stride = size * roll(d, 60), out_offset = size * roll(d, dpe ? 8 : 100);
  if (offset + (rows - 1) * stride + bytes > fill(s, from) ||
      (dpe && (out_rows > 32 || out_offset + out_bytes > 32)) ||
      (!dpe && out_offset + (out_rows - 1) * out_stride + out_bytes > space(s, CB_LAYOUT)))
    return;
  set_cr(s, CR_MLU_SHAPE, rows, cols);
  set_cr(s, CR_MLU_SRC, offset, stride);
  set_cr(s, CR_MLU_DST, out_offset, out_stride);
  for (unsigned count = kind == 2 ? 2 : 1; count; count--) {
    put_step(s->m, s->pe, 0, ops[kind], 0, 0, (const uint8_t[8]){to, from, (uint8_t)es, dpe});
    model_mlu(s->model, (int)kind, to, from, (int)es, dpe);
    uint32_t next = s->model->cr_lo[CR_MLU_DST];
    if ((dpe && next + out_bytes > 32) ||
        (!dpe && next + (out_rows - 1) * out_stride + out_bytes > space(s, CB_LAYOUT)))
      return;
  }
}

// Rows of a table of 300 rows in the DRAM that is only read; indices that the stream wrote there.
static void some_gather(struct stream *s) {
  struct dice *d = &s->dice;
  static const uint8_t cbs[] = {CB_A, CB_B, CB_BIAS};
  uint8_t cb = cbs[roll(d, 3)];
  bool wide = roll(d, 2);
  uint32_t width = 1 + roll(d, 150), padded = (width + 31) / 32 * 32, pitch = roll(d, 200);
  uint32_t rows = 1 + roll(d, 12);
  if (space(s, cb) < rows * padded || fill(s, CB_INDEX) < 512)
    return;
  set_cr(s, CR_GATHER, width, (wide ? 8 : 4) * roll(d, 30));
  set_cr(s, CR_GATHER_PITCH, pitch, 0);
  set_cr(s, CR_GATHER_LIMIT, roll(d, 3) ? 1 + roll(d, 120) : 0, roll(d, 32));
  uint32_t table = roll(d, 100000);
  PUT(s->m, s->pe, 0, DMA_GATHER, MTIA_DRAM_BASE + table, rows, cb,
      (uint8_t)(CB_INDEX + (wide ? 32 : 0)));
  model_gather(s->model, cb, table, rows, CB_INDEX + (wide ? 32 : 0));
}

static void some_minmax(struct stream *s) {
  struct dice *d = &s->dice;
  uint8_t acc = (uint8_t)roll(d, 4), ti = (uint8_t)roll(d, 4), tj = (uint8_t)roll(d, 4);
  uint8_t flags = (uint8_t)roll(d, 4);
  uint32_t offset = 4 * roll(d, 100);
  if (!block_fits(space(s, CB_OUT), s->model->cr_lo[8] & 0xFFFF, ti, offset, 8, 8))
    return;
  set_cr(s, CR_OUT, offset, roll(d, 100));
  PUT(s->m, s->pe, 0, ACC_MINMAX, 0, 0, acc, CB_OUT, ti, tj, flags);
  model_minmax(s->model, acc, CB_OUT, ti, tj, flags);
}

static void some_output(struct stream *s) {
  struct dice *d = &s->dice;
  uint32_t n = 32 * roll(d, (uint32_t)space(s, CB_OUT) / 32 + 1);
  PUT(s->m, s->pe, 0, CB_PUSH, n, 0, CB_OUT);
  s->model->cb[CB_OUT].tail += n;
  uint32_t width = 1 + roll(d, 150), padded = (width + 31) / 32 * 32;
  uint32_t stride = roll(d, 2) ? 0 : padded + 32 * roll(d, 3);
  uint32_t most = (uint32_t)fill(s, CB_OUT) / (stride ? stride : padded);
  uint32_t pitch = padded + 32 * roll(d, 4);
  if (!most || s->out + most * pitch > DRAM_BYTES)
    return;
  uint32_t rows = 1 + roll(d, most);
  set_cr(s, CR_DMA_OUT, width, stride);
  set_cr(s, CR_DMA_OUT_PITCH, pitch, 0);
  PUT(s->m, s->pe, 0, DMA_OUT, MTIA_DRAM_BASE + s->out, rows, CB_OUT);
  model_dma_out(s->model, CB_OUT, s->out, rows);
  s->out += rows * pitch;
}

static void some_step(struct stream *s) {
  switch (roll(&s->dice, 19)) {
  case 16:
  case 17:
    some_layout(s);
    break;
  case 18:
    some_gather(s);
    break;
  case 0:
    some_block(s);
    break;
  case 1:
    some_pop(s);
    break;
  case 2:
  case 3:
    some_output(s);
    break;
  case 4:
  case 5:
    some_init(s);
    break;
  case 6:
  case 7:
  case 8:
    some_dma_in(s);
    break;
  case 9:
    some_minmax(s);
    break;
  case 10:
  case 11:
    some_drain(s);
    break;
  default:
    some_mml(s);
  }
}

static uint64_t one_stream(uint64_t seed, bool functional) {
  struct stream s = {.m = machine_new(1, 1, functional), .dice = {seed}, .out = OUT_AREA};
  s.pe = pe_at(s.m, 0, 0);
  s.model = calloc(1, sizeof *s.model);
  assert_non_null(s.model);
  s.model->memory = calloc(1, DRAM_BYTES);
  assert_non_null(s.model->memory);
  roll_bytes(&s.dice, s.model->memory, OUT_AREA / 8);
  // Some of it as numbers below 2 in 16 bits, or random sums of f16 would all be NaN.
  for (uint32_t i = 1; i < OUT_AREA / 16; i += 2)
    s.model->memory[i] &= 0xBF;
  memcpy(s.m->dram, s.model->memory, DRAM_BYTES);
  roll_bytes(&s.dice, s.model->local, sizeof s.model->local);
  // Indices of 64 bits, whose halves are indices of 32 bits: below 128 or negative.
  for (unsigned i = 0; i < 512; i += 8) {
    bool negative = !roll(&s.dice, 6);
    memset(s.model->local + 0x1F000 + i, negative ? 0xFF : 0, 8);
    s.model->local[0x1F000 + i] = (uint8_t)roll(&s.dice, 128);
  }
  memcpy(s.pe->local, s.model->local, sizeof s.model->local);
  // Sizes that are no multiples of anything make all kinds of accesses wrap.
  init_cb(&s, CB_A, 0x1000, 32 * (60 + roll(&s.dice, 200)));
  init_cb(&s, CB_B, 0x4000, 32 * (60 + roll(&s.dice, 200)));
  init_cb(&s, CB_BIAS, 0x8000, 32 * (60 + roll(&s.dice, 200)));
  init_cb(&s, CB_LAYOUT, 0x16000, 32 * 250); // what two units write has no order: one for the MLU
  init_cb(&s, CB_INDEX, 0x1F000, 512);
  PUT(s.m, s.pe, 0, CB_PUSH, 512, 0, CB_INDEX);
  s.model->cb[CB_INDEX].tail = 512;
  init_cb(&s, CB_OUT, 0xC000, 32 * (60 + roll(&s.dice, 400)));
  for (unsigned a = 0; a < 4; a++)
    PUT(s.m, s.pe, 0, ACC_ZERO, 0, 0, (uint8_t)a);
  for (unsigned i = 0; i < STEPS; i++)
    some_step(&s);
  if (!machine_run(s.m)) {
    mtia_cp_report(s.pe, stderr);
    fail_msg("seed %lu does not end", (unsigned long)seed);
  }
  assert_memory_equal(s.pe->cp->acc, s.model->acc, sizeof s.model->acc);
  assert_memory_equal(s.pe->cp->operand, s.model->operand, sizeof s.model->operand);
  assert_memory_equal(s.pe->cp->counter, s.model->counter, sizeof s.model->counter);
  assert_memory_equal(s.pe->local, s.model->local, sizeof s.model->local);
  assert_memory_equal(s.m->dram, s.model->memory, DRAM_BYTES);
  uint64_t end = s.m->end;
  free(s.model->memory);
  free(s.model);
  machine_free(s.m);
  return end;
}

static void timed(void **state) {
  for (uint64_t seed = 1; seed <= STREAMS; seed++)
    one_stream(seed, false);
}

static void functional(void **state) {
  for (uint64_t seed = 1; seed <= STREAMS; seed++)
    one_stream(seed, true);
}

static void same_cycles_on_every_run(void **state) {
  for (uint64_t seed = 1; seed <= 3; seed++)
    assert_int_equal(one_stream(seed, false), one_stream(seed, false));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(timed),
      cmocka_unit_test(functional),
      cmocka_unit_test(same_cycles_on_every_run),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
