// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Random commands of the SE on local memory, all types and forms, against the
// model: local memory is the same bit by bit.

#include "machine.h"
#include "model.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

// Input CBs have four regions: random bytes, and moderate numbers in binary32, f16 and bf16.
enum { CB_A = 1, CB_B = 2, CB_TABLE = 4, CB_OUT = 9, REGION = 2048, OUT_SIZE = 8192 };
enum { STREAMS = 40, STEPS = 150 };

struct stream {
  struct machine *m;
  struct mtia_pe *pe;
  struct model *model;
  struct dice dice;
  unsigned commands;
};

static void set_cr(struct stream *s, unsigned cr, uint32_t low, uint32_t high) {
  s->model->cr_lo[cr] = low;
  s->model->cr_hi[cr] = high;
  PUT(s->m, s->pe, 0, CR_W2, low, high, (uint8_t)cr);
}

static uint32_t size_of(unsigned type) { return type <= 1 || type == 6 ? 1 : type <= 3 ? 4 : 2; }

// An offset of a place in the CB that mostly has numbers of the type, `bytes` long.
static uint32_t some_offset(struct stream *s, unsigned cb, unsigned type, uint32_t bytes) {
  static const unsigned fitting[] = {0, 0, 0, 1, 2, 3, 0};
  unsigned region = roll(&s->dice, 5) ? fitting[type] : roll(&s->dice, 4);
  uint32_t size = s->model->cb[cb].size, head = (uint32_t)(s->model->cb[cb].head % size);
  uint32_t place = region * REGION + size_of(type) * roll(&s->dice, 100);
  uint32_t offset = (place + size - head) % size;
  return offset + bytes <= size ? offset : 0;
}

static uint32_t some_scale(struct dice *d) {
  static const uint32_t special[] = {0,          0x80000000, 0x7F800000, 0x7FC00000, 0x00000001,
                                     0x3F800000, 0xBF000000, 0x3E800000, 0x4F000000};
  if (!roll(d, 4))
    return special[roll(d, sizeof special / sizeof *special)];
  return 0x3A000000 + roll(d, 0x0A000000); // 2^-11 to 2^9
}

static uint32_t some_zero(struct dice *d) {
  return roll(d, 6) ? (uint32_t)(int)(roll(d, 60) - 30) : roll(d, -1u);
}

// Makes the command registers say what the types need; the rounding style.
static void some_quantisation(struct stream *s, unsigned out, bool integers) {
  struct dice *d = &s->dice;
  int low = out == 0 ? -128 : 0;
  set_cr(s, CR_QSCALE, some_scale(d), some_zero(d));
  set_cr(s, CR_QSCALE2, some_scale(d), some_zero(d));
  set_cr(s, CR_QOUT, some_scale(d), some_zero(d));
  set_cr(s, CR_QCLAMP, (uint32_t)(low + (int)roll(d, 50)),
         (uint32_t)(low + 255 - (int)roll(d, 50)));
  uint32_t shift = (uint8_t)(roll(d, 63) - 31);
  // The function in QMODE means nothing here.
  set_cr(s, CR_QMODE, (integers ? roll(d, 4) : roll(d, 3)) | (8 + roll(d, 8)) << 4 | shift << 8, 0);
  set_cr(s, CR_QCHAN, CB_TABLE | roll(d, 2) << 5, 4 * roll(d, 200));
}

static void some_un(struct stream *s) {
  struct dice *d = &s->dice;
  static const uint8_t ops[] = {0, 1, 2, 8, 9, 10, 11, 12, 13, 14, 15};
  uint8_t op = ops[roll(d, 4) ? roll(d, 3) : roll(d, sizeof ops)];
  unsigned in = roll(d, 6), out = op == 1 ? roll(d, 3) : op == 2 ? 3 + roll(d, 3) : roll(d, 6);
  uint32_t count = 1 + roll(d, roll(d, 4) ? 400 : 40), row = 1 + roll(d, 300);
  some_quantisation(s, out, op <= 2 && in <= 2);
  set_cr(s, CR_SE_FMT, in | out << 8 | roll(d, 2) << 14, 0);
  set_cr(s, CR_SE_LEN, count, size_of(out) * roll(d, 300));
  set_cr(s, CR_SE_SRC, some_offset(s, CB_A, in, count * size_of(in)), 0);
  set_cr(s, CR_SE_ROW, row, roll(d, 1000));
  PUT(s->m, s->pe, 0, SE_UN, 0, 0, CB_OUT, CB_A, op);
  model_se_un(s->model, CB_OUT, CB_A, op);
}

static void some_bin(struct stream *s) {
  struct dice *d = &s->dice;
  static const uint8_t ops[] = {0, 1, 2, 3, 4, 5, 8, 9, 10, 11, 12};
  uint8_t op = ops[roll(d, sizeof ops)];
  unsigned in1 = roll(d, 6), in2 = roll(d, 2) ? in1 : roll(d, 6), out = roll(d, 6);
  if (!roll(d, 4))
    in1 = roll(d, 3), in2 = roll(d, 3), out = roll(d, 3);
  uint32_t count = 1 + roll(d, roll(d, 4) ? 500 : 30), row = 1 + roll(d, 300);
  some_quantisation(s, out, false);
  set_cr(s, CR_SE_FMT, in1 | in2 << 4 | out << 8 | roll(d, 4) << 12 | roll(d, 2) << 14, 0);
  set_cr(s, CR_SE_LEN, count, size_of(out) * roll(d, 300));
  set_cr(s, CR_SE_SRC, some_offset(s, CB_A, in1, count * size_of(in1)),
         some_offset(s, CB_B, in2, count * size_of(in2)));
  set_cr(s, CR_SE_ROW, row, 0);
  PUT(s->m, s->pe, 0, SE_BIN, 0, 0, CB_OUT, CB_A, CB_B, op);
  model_se_bin(s->model, CB_OUT, CB_A, CB_B, op);
}

static void some_rows(struct stream *s, bool accumulate) {
  struct dice *d = &s->dice;
  unsigned in = roll(d, accumulate ? 7 : 6), out = roll(d, 3) ? 3 + roll(d, 3) : roll(d, 3);
  unsigned layout = accumulate && in != 3 ? roll(d, 5) : 0;
  uint8_t op = (uint8_t)roll(d, 4);
  uint32_t count = 1 + roll(d, 70), rows = 1 + roll(d, roll(d, 3) ? 8 : 32);
  uint32_t stride = roll(d, 2) ? 0 : 4 * roll(d, 30);
  uint32_t width = (count * size_of(in) + 8 + 31) / 32 * 32;
  if ((stride ? stride : width) * rows + width > 4 * REGION)
    return;
  uint32_t offset = some_offset(s, CB_A, in, (stride ? stride : width) * rows + width);
  set_cr(s, CR_SE_FMT, in | out << 8, 0);
  set_cr(s, CR_SE_LEN, roll(d, 100), size_of(out) * roll(d, 300));
  set_cr(s, CR_SE_SRC, offset, 4 * roll(d, 100));
  set_cr(s, CR_SE_STRIDE, stride, 0);
  if (!accumulate) {
    set_cr(s, CR_SE_ROW, count, roll(d, 1000));
    PUT(s->m, s->pe, 0, SE_RED, rows, 0, CB_OUT, CB_A, op);
    model_se_red(s->model, CB_OUT, CB_A, rows, op);
    return;
  }
  set_cr(s, CR_SE_ROW, count, CB_TABLE | layout << 8 | roll(d, 2) << 31);
  PUT(s->m, s->pe, 0, SE_ROWACC, rows, 0, CB_OUT, CB_A, op);
  model_se_rowacc(s->model, CB_OUT, CB_A, rows, op);
}

// Gives n bytes back and makes as many visible: the same bytes at another offset.
static void turn(struct stream *s, unsigned cb) {
  uint32_t n = 32 * roll(&s->dice, s->model->cb[cb].size / 32);
  PUT(s->m, s->pe, 0, CB_POP, n, 0, (uint8_t)cb);
  PUT(s->m, s->pe, 0, CB_PUSH, n, 0, (uint8_t)cb);
  s->model->cb[cb].head += n;
  s->model->cb[cb].tail += n;
}

static void init(struct stream *s, unsigned cb, uint32_t base, uint32_t size, bool full) {
  s->model->cb[cb].base = base;
  s->model->cb[cb].size = size;
  PUT(s->m, s->pe, 0, CB_INIT, MTIA_LOCAL_BASE + base, size, (uint8_t)cb);
  if (!full)
    return;
  PUT(s->m, s->pe, 0, CB_PUSH, size, 0, (uint8_t)cb);
  s->model->cb[cb].tail = size;
}

static void fill_inputs(struct stream *s, uint32_t base) {
  uint8_t *at = s->model->local + base + REGION;
  for (unsigned i = 0; i < REGION; i++, at++)
    if (i % 4 == 3) // exponents of numbers below 16 or so
      *at = (uint8_t)(roll(&s->dice, 4) + 0x3E) | (uint8_t)(roll(&s->dice, 2) << 7);
  for (unsigned i = 0; i < 2 * REGION; i++, at++)
    if (i % 2)
      *at = (uint8_t)(roll(&s->dice, 4) + (i < REGION ? 0x38 : 0x3E)) |
            (uint8_t)(roll(&s->dice, 2) << 7);
}

static void one_stream(uint64_t seed, bool functional) {
  struct stream s = {.m = machine_new(1, 1, functional), .dice = {seed}};
  s.pe = pe_at(s.m, 0, 0);
  s.model = calloc(1, sizeof *s.model);
  assert_non_null(s.model);
  roll_bytes(&s.dice, s.model->local, sizeof s.model->local);
  fill_inputs(&s, 0x2000);
  fill_inputs(&s, 0x6000);
  for (unsigned i = 3; i < 4 * REGION; i += 4) // scales and weights
    s.model->local[0xA000 + i] = (uint8_t)(0x3D + roll(&s.dice, 4));
  memcpy(s.pe->local, s.model->local, sizeof s.model->local);
  init(&s, CB_A, 0x2000, 4 * REGION, true);
  init(&s, CB_B, 0x6000, 4 * REGION, true);
  init(&s, CB_TABLE, 0xA000, 4 * REGION, true);
  init(&s, CB_OUT, 0xE000, OUT_SIZE, false);
  for (unsigned i = 0; i < STEPS; i++)
    switch (roll(&s.dice, 8)) {
    case 0:
      turn(&s, roll(&s.dice, 2) ? CB_A : CB_B);
      break;
    case 1:
      some_rows(&s, false);
      break;
    case 2:
    case 3:
      some_rows(&s, true);
      break;
    case 4:
    case 5:
      some_bin(&s);
      break;
    default:
      some_un(&s);
    }
  if (!machine_run(s.m)) {
    mtia_cp_report(s.pe, stderr);
    fail_msg("seed %lu does not end", (unsigned long)seed);
  }
  for (unsigned i = 0; i < sizeof s.model->local; i++)
    if (s.pe->local[i] != s.model->local[i])
      fail_msg("seed %lu: byte %#x of local memory is %#x, not %#x", (unsigned long)seed, i,
               s.pe->local[i], s.model->local[i]);
  free(s.model);
  machine_free(s.m);
}

static void timed(void **state) {
  for (uint64_t seed = 1; seed <= STREAMS; seed++)
    one_stream(seed, false);
}

static void functional(void **state) {
  for (uint64_t seed = 100; seed < 100 + STREAMS; seed++)
    one_stream(seed, true);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(timed), cmocka_unit_test(functional)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
