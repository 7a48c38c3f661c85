// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// One small case of each command of the units that unit_test.c does not have, with results
// worked out by hand from docs/isa/xmtia.md.

#include "machine.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

enum { OUT = 16384 }; // CB 0 is full and begins at 0; CB 1 is empty and begins here

static struct machine *start(bool functional) {
  struct machine *m = machine_new(1, 1, functional);
  PUT(m, pe_at(m, 0, 0), 0, CB_INIT, MTIA_LOCAL_BASE, OUT, 0);
  PUT(m, pe_at(m, 0, 0), 0, CB_PUSH, OUT, 0, 0);
  PUT(m, pe_at(m, 0, 0), 0, CB_INIT, MTIA_LOCAL_BASE + OUT, OUT, 1);
  return m;
}

static void put(struct machine *m, unsigned offset, const void *bytes, size_t size) {
  memcpy(pe_at(m, 0, 0)->local + offset, bytes, size);
}
#define INPUT(m, offset, type, ...)                                                                \
  put(m, offset, (const type[]){__VA_ARGS__}, sizeof((const type[]){__VA_ARGS__}))

// What is in local memory from `offset` on.
#define EXPECT(m, offset, type, ...)                                                               \
  assert_memory_equal(pe_at(m, 0, 0)->local + (offset), ((const type[]){__VA_ARGS__}),             \
                      sizeof((const type[]){__VA_ARGS__}))
#define STEP(op, rs1, rs2, ...) PUT(m, pe, 0, op, rs1, rs2, __VA_ARGS__)
#define CR(cr, low, high) STEP(CR_W2, low, high, cr)

static void finish(struct machine *m) { assert_true(machine_run(m)); }

//===-- Accumulators ----------------------------------------------------------===//

// A block of 2 x 3; words 10, 20, 30 / 40, 50, 60, rows 12 bytes apart; the vector 1, 2, 3.
static struct machine *block(void) {
  struct machine *m = start(false);
  struct mtia_pe *pe = pe_at(m, 0, 0);
  INPUT(m, 0, int32_t, 10, 20, 30, 40, 50, 60);
  INPUT(m, 64, int32_t, 1, 2, 3, INT32_MAX);
  CR(CR_BLOCK, 2 | 3 << 16, 0);
  CR(CR_BIAS, 0, 12);
  STEP(ACC_LOAD, 0, 0, 0, 0, 0, 0);
  CR(CR_BIAS, 64, 0);
  return m;
}

static void acc_zero(void **state) {
  struct machine *m = block();
  struct mtia_pe *pe = pe_at(m, 0, 0);
  STEP(ACC_ZERO, 0, 0, 0);
  finish(m);
  for (unsigned i = 0; i < 1024; i++)
    assert_int_equal(pe->cp->acc[0][i / 32][i % 32], 0);
  machine_free(m);
}

static void acc_biasr(void **state) {
  struct machine *m = block();
  struct mtia_pe *pe = pe_at(m, 0, 0);
  STEP(ACC_BIASR, 0, 0, 0, 0, 0);
  finish(m);
  for (unsigned j = 0; j < 32; j++) { // also beyond the block's columns
    assert_int_equal(pe->cp->acc[0][0][j], 1);
    assert_int_equal(pe->cp->acc[0][1][j], 2);
    assert_int_equal(pe->cp->acc[0][2][j], 0);
  }
  machine_free(m);
}

static void acc_add(void **state) {
  struct machine *m = block();
  struct mtia_pe *pe = pe_at(m, 0, 0);
  STEP(ACC_ADD, 0, 0, 0, 0, 0);
  CR(CR_BIAS, 76, 0); // the largest number, then zeros: wraps
  STEP(ACC_ADD, 0, 0, 0, 0, 0);
  finish(m);
  const int32_t *row = pe->cp->acc[0][0], *next = pe->cp->acc[0][1];
  assert_int_equal(row[0], INT32_MIN + 10); // 10 + 1 + (2^31 - 1) - 2^32
  assert_int_equal(row[1], 22);
  assert_int_equal(row[2], 33);
  assert_int_equal(row[3], 0);
  assert_int_equal(next[1], 52);
  assert_int_equal(pe->cp->acc[0][2][1], 2); // every row
  machine_free(m);
}

static void acc_addr(void **state) {
  struct machine *m = block();
  struct mtia_pe *pe = pe_at(m, 0, 0);
  STEP(ACC_ADDR, 0, 0, 0, 0, 0);
  finish(m);
  const int32_t *row = pe->cp->acc[0][0], *next = pe->cp->acc[0][1];
  assert_int_equal(row[0], 11);
  assert_int_equal(row[2], 31);
  assert_int_equal(row[31], 1); // every column
  assert_int_equal(next[0], 42);
  assert_int_equal(pe->cp->acc[0][2][0], 0);
  machine_free(m);
}

static void acc_minmax(void **state) {
  struct machine *m = block();
  struct mtia_pe *pe = pe_at(m, 0, 0);
  INPUT(m, 0, int32_t, 3, -7, 5, 100, 100, -1);
  INPUT(m, OUT + 32, int32_t, -10, 4, 0, 0);
  CR(CR_OUT, 0, 0);
  STEP(ACC_MINMAX, 0, 0, 0, 1, 0, 0, 0);
  CR(CR_OUT, 32, 0);
  STEP(ACC_MINMAX, 0, 0, 0, 1, 0, 0, 2); // with what is there
  finish(m);
  EXPECT(m, OUT, int32_t, -7, 5, -1, 100);
  EXPECT(m, OUT + 32, int32_t, -10, 5, -1, 100);
  machine_free(m);
  m = block();
  pe = pe_at(m, 0, 0);
  INPUT(m, 0, float, 0.5f, -1.0f, 2.0f, -0.0f, 0.0f, -3.0f);
  STEP(ACC_MINMAX, 0, 0, 0, 1, 0, 0, 1);
  finish(m);
  EXPECT(m, OUT, float, -1.0f, 2.0f, -3.0f, 0.0f);
  machine_free(m);
}

// 1.5 and -2.25, times 2: 3 and -4.5, whose nearest even integer is -4.
static void drainf(void **state) {
  struct machine *m = start(false);
  struct mtia_pe *pe = pe_at(m, 0, 0);
  INPUT(m, 0, float, 1.5f, -2.25f);
  CR(CR_BLOCK, 1 | 2 << 16, 0);
  CR(CR_BIAS, 0, 0);
  CR(CR_QSCALE, 0x40000000, 5); // 2.0; zero point
  CR(CR_QCLAMP, (uint32_t)-128, 127);
  STEP(ACC_LOAD, 0, 0, 1, 0, 0, 0);
  for (uint8_t type = 0; type < 6; type++) {
    CR(CR_OUT, 64 * type, 0);
    if (type == 2)
      CR(CR_QCLAMP, 0, 255);
    STEP(DRAINF, 0, 0, 1, 1, 0, 0, type, 0);
  }
  CR(CR_OUT, 512, 0);
  STEP(DRAINF, 0, 0, 1, 1, 0, 0, DRAIN_F32, 1); // RELU
  finish(m);
  EXPECT(m, OUT, float, 1.5f, -2.25f);
  EXPECT(m, OUT + 64, int8_t, 3 + 5, -4 + 5);
  EXPECT(m, OUT + 128, uint8_t, 8, 1);
  EXPECT(m, OUT + 192, float, 3.0f, -4.5f);
  EXPECT(m, OUT + 256, uint16_t, 0x4200, 0xC480); // f16
  EXPECT(m, OUT + 320, uint16_t, 0x4040, 0xC090); // bf16
  EXPECT(m, OUT + 512, float, 3.0f, 0.0f);
  machine_free(m);
}

//===-- Operand buffers -------------------------------------------------------===//

// A: rows of ones and of twos; B: rows of threes and of minus ones. 32 bytes each.
static void mml_buffers(void **state) {
  struct machine *m = start(false);
  struct mtia_pe *pe = pe_at(m, 0, 0);
  static const int8_t bytes[4] = {1, 2, 3, -1};
  for (unsigned i = 0; i < 4; i++)
    memset(pe->local + 32 * i, bytes[i], 32);
  CR(CR_BLOCK, 2 | 2 << 16, 0);
  CR(CR_MLU_SHAPE, 2, 32);
  CR(CR_MLU_SRC, 0, 32);
  STEP(MLU_COPY, 0, 0, 0, 0, 0, 1);
  CR(CR_MLU_SRC, 64, 32);
  STEP(MLU_COPY, 0, 0, 3, 0, 0, 1);
  CR(CR_MML_A, 0, 32);
  CR(CR_MML_B, 64, 32);
  STEP(MML_OA, 0, 0, 0, 0, 0, 0, 0, 2, 0);
  STEP(MML_OB, 0, 0, 1, 0, 3, 0, 0, 2, 0);
  STEP(MML_OAB, 0, 0, 2, 0, 3, 0, 0, 2, 0);
  STEP(MML_OAB, 0, 0, 2, 0, 3, 0, 0, 0, 0); // onto it
  finish(m);
  for (unsigned acc = 0; acc < 3; acc++) {
    int32_t times = acc == 2 ? 2 : 1;
    assert_int_equal(pe->cp->acc[acc][0][0], times * 32 * 1 * 3);
    assert_int_equal(pe->cp->acc[acc][0][1], times * 32 * 1 * -1);
    assert_int_equal(pe->cp->acc[acc][1][0], times * 32 * 2 * 3);
    assert_int_equal(pe->cp->acc[acc][1][1], times * 32 * 2 * -1);
    assert_int_equal(pe->cp->acc[acc][1][2], 0);
  }
  machine_free(m);
}

//===-- MLU -------------------------------------------------------------------===//

static void mlu_transpose(void **state) {
  struct machine *m = start(false);
  struct mtia_pe *pe = pe_at(m, 0, 0);
  INPUT(m, 0, uint16_t, 1, 2, 3, 99, 4, 5, 6, 99); // 2 x 3, 8 bytes apart
  INPUT(m, 64, uint8_t, 0x21, 0x03);               // 1 x 3 of 4 bits
  CR(CR_MLU_SHAPE, 2, 3);
  CR(CR_MLU_SRC, 0, 8);
  CR(CR_MLU_DST, 0, 4);
  STEP(MLU_TRANSPOSE, 0, 0, 1, 0, 1, 0);
  CR(CR_MLU_SHAPE, 1, 3);
  CR(CR_MLU_SRC, 64, 2);
  CR(CR_MLU_DST, 64, 1);
  STEP(MLU_TRANSPOSE, 0, 0, 1, 0, 3, 0);
  finish(m);
  EXPECT(m, OUT, uint16_t, 1, 4, 2, 5, 3, 6, 0);
  EXPECT(m, OUT + 64, uint8_t, 1, 2, 3, 0);
  machine_free(m);
}

static void mlu_copy(void **state) {
  struct machine *m = start(false);
  struct mtia_pe *pe = pe_at(m, 0, 0);
  INPUT(m, 0, uint32_t, 1, 2, 3, 4, 5, 6);
  CR(CR_MLU_SHAPE, 3, 2);
  CR(CR_MLU_SRC, 0, 8);
  CR(CR_MLU_DST, 4, 12); // rows of 2 become rows of 3
  STEP(MLU_COPY, 0, 0, 1, 0, 2, 0);
  finish(m);
  EXPECT(m, OUT, uint32_t, 0, 1, 2, 0, 3, 4, 0, 5, 6, 0);
  machine_free(m);
}

static void mlu_concat(void **state) {
  struct machine *m = start(false);
  struct mtia_pe *pe = pe_at(m, 0, 0);
  INPUT(m, 0, uint8_t, 1, 2, 3, 4);
  INPUT(m, 32, uint8_t, 11, 12, 13, 14, 15, 16);
  CR(CR_MLU_SHAPE, 2, 2);
  CR(CR_MLU_SRC, 0, 2);
  CR(CR_MLU_DST, 0, 5);
  STEP(MLU_CONCAT, 0, 0, 1, 0, 0, 0);
  CR(CR_MLU_SHAPE, 2, 3);
  CR(CR_MLU_SRC, 32, 3);
  STEP(MLU_CONCAT, 0, 0, 1, 0, 0, 0); // beside it
  STEP(CR_R, 0, 0, CR_MLU_DST);
  finish(m);
  EXPECT(m, OUT, uint8_t, 1, 2, 11, 12, 13, 3, 4, 14, 15, 16, 0);
  assert_int_equal(m->program[0].step[m->program[0].count - 1].rd, pair(5, 5));
  machine_free(m);
}

//===-- SE --------------------------------------------------------------------===//

static uint32_t format(unsigned first, unsigned second, unsigned out) {
  return first | second << 4 | out << 8;
}

static void se_un(void **state) {
  struct machine *m = start(false);
  struct mtia_pe *pe = pe_at(m, 0, 0);
  INPUT(m, 0, int32_t, 300, -1, -300);
  INPUT(m, 32, float, 2.5f, -3.5f, 1000.0f);
  INPUT(m, 64, uint8_t, 0, 10, 255);
  INPUT(m, 96, float, 0.0f, -1.0f, 3.0f);
  const struct {
    uint32_t format, from, to;
    uint8_t op;
  } steps[] = {{format(SE_I32, 0, SE_I8), 0, 0, SE_COPY},
               {format(SE_F32, 0, SE_I8), 32, 32, SE_QUANTISE},
               {format(SE_U8, 0, SE_F32), 64, 64, SE_DEQUANTISE},
               {format(SE_F32, 0, SE_F32), 96, 96, SE_RELU},
               {format(SE_F32, 0, SE_F32), 96, 128, SE_EXP}};
  CR(CR_QSCALE, 0x3F000000, 10); // 0.5; zero point
  CR(CR_QCLAMP, (uint32_t)-128, 100);
  for (unsigned i = 0; i < 5; i++) {
    STEP(CR_W, steps[i].format, 0, CR_SE_FMT);
    CR(CR_SE_LEN, i == 4 ? 1 : 3, steps[i].to);
    CR(CR_SE_SRC, steps[i].from, 0);
    STEP(SE_UN, 0, 0, 1, 0, steps[i].op);
  }
  finish(m);
  EXPECT(m, OUT, int8_t, 127, -1, -128);
  EXPECT(m, OUT + 32, int8_t, 1 + 10, -2 + 10, 100); // 1.25, -1.75, 510 at the clamp
  EXPECT(m, OUT + 64, float, -5.0f, 0.0f, 122.5f);
  EXPECT(m, OUT + 96, float, 0.0f, 0.0f, 3.0f);
  EXPECT(m, OUT + 128, float, 1.0f);
  machine_free(m);
}

static void se_bin(void **state) {
  struct machine *m = start(false);
  struct mtia_pe *pe = pe_at(m, 0, 0);
  INPUT(m, 0, int8_t, 100, -100, 3);
  INPUT(m, 32, int8_t, 100, 100, -4);
  INPUT(m, OUT + 160, int8_t, 1, 2, 50); // fma's addend
  STEP(CR_W, format(SE_I8, SE_I8, SE_I8), 0, CR_SE_FMT);
  CR(CR_SE_SRC, 0, 32);
  for (uint8_t op = 0; op < 6; op++) {
    CR(CR_SE_LEN, 3, 32 * op);
    STEP(SE_BIN, 0, 0, 1, 0, 0, op);
  }
  finish(m);
  EXPECT(m, OUT, int8_t, 127, 0, -1);
  EXPECT(m, OUT + 32, int8_t, 0, -128, 7);
  EXPECT(m, OUT + 64, int8_t, 127, -128, -12);
  EXPECT(m, OUT + 96, int8_t, 100, -100, -4);
  EXPECT(m, OUT + 128, int8_t, 100, 100, 3);
  EXPECT(m, OUT + 160, int8_t, 127, -128, 38);
  machine_free(m);
}

static void se_rowacc(void **state) {
  struct machine *m = start(false);
  struct mtia_pe *pe = pe_at(m, 0, 0);
  for (unsigned r = 0; r < 3; r++)
    INPUT(m, 32 * r, float, r == 0 ? 1 : r == 1 ? 10 : 100, r == 0 ? 2 : r == 1 ? 20 : -200);
  INPUT(m, 128, float, 1.0f, 2.0f, 0.5f); // weights
  STEP(CR_W, format(SE_F32, 0, SE_F32), 0, CR_SE_FMT);
  CR(CR_SE_ROW, 2, 0);
  CR(CR_SE_SRC, 0, 128);
  CR(CR_SE_LEN, 0, 0);
  STEP(SE_ROWACC, 3, 0, 1, 0, 0);
  CR(CR_SE_LEN, 0, 32);
  STEP(SE_ROWACC, 3, 0, 1, 0, 1); // max
  CR(CR_SE_LEN, 0, 0);
  STEP(SE_ROWACC, 1, 0, 1, 0, 2); // row 0 onto the sum
  CR(CR_SE_LEN, 0, 64);
  CR(CR_SE_ROW, 2, 1u << 31);
  STEP(SE_ROWACC, 3, 0, 1, 0, 0); // with weights from CB 0
  finish(m);
  EXPECT(m, OUT, float, 111 + 1, -178 + 2);
  EXPECT(m, OUT + 32, float, 100, 20);
  EXPECT(m, OUT + 64, float, 1 + 20 + 50, 2 + 40 - 100);
  machine_free(m);
}

static void se_red(void **state) {
  struct machine *m = start(false);
  struct mtia_pe *pe = pe_at(m, 0, 0);
  INPUT(m, 0, int8_t, 1, -2, 3, 4);
  INPUT(m, 32, int8_t, 100, 100, 100, 100);
  STEP(CR_W, format(SE_I8, 0, SE_I32), 0, CR_SE_FMT);
  CR(CR_SE_ROW, 4, 0);
  for (uint8_t op = 0; op < 4; op++) {
    CR(CR_SE_LEN, 0, 32 * op);
    STEP(SE_RED, 2, 0, 1, 0, op);
  }
  finish(m);
  EXPECT(m, OUT, int32_t, 6, 400);
  EXPECT(m, OUT + 32, int32_t, 4, 100);
  EXPECT(m, OUT + 64, int32_t, -2, 100);
  EXPECT(m, OUT + 96, int32_t, 1 + 4 + 9 + 16, 40000);
  machine_free(m);
}

//===-- CP, FI ----------------------------------------------------------------===//

// Core 0 waits for what core 1 pushes, then core 1 for the room that core 0 gives back.
static void waits(void **state) {
  for (unsigned functional = 0; functional < 2; functional++) {
    struct machine *m = machine_new(1, 1, functional);
    struct mtia_pe *pe = pe_at(m, 0, 0);
    PUT(m, pe, 1, CB_INIT, MTIA_LOCAL_BASE, 64, 7);
    PUT(m, pe, 1, BAR, 0, 0, 0);
    PUT(m, pe, 0, BAR, 0, 0, 0);
    for (unsigned i = 0; i < 40; i++)
      PUT(m, pe, 1, ID, 0, 0, 0);
    PUT(m, pe, 1, CB_PUSH, 64, 0, 7);
    PUT(m, pe, 1, CB_WAITS, 64, 0, 7);
    STEP(CB_WAITD, 64, 0, 7);
    STEP(CB_FILL, 0, 0, 7);
    STEP(CB_POP, 64, 0, 7);
    assert_true(machine_run(m));
    const struct step *core0 = m->program[0].step, *core1 = m->program[1].step;
    assert_true(core0[1].issued >= core1[42].issued); // waitd behind push
    assert_int_equal(core0[2].rd, 64);
    assert_true(core1[43].issued >= core0[3].issued); // waits behind pop
    machine_free(m);
  }
}

static void halt(void **state) {
  struct machine *m = start(false);
  struct mtia_pe *pe = pe_at(m, 0, 0);
  assert_int_equal(TRY(m, pe, 0, CB_INIT, MTIA_LOCAL_BASE, 64, 9), 0);
  struct mtia_insn insn = {.op = MTIA_OP_HALT};
  struct mtia_trap trap = {0};
  uint64_t rd = 0;
  uint32_t extra = 0;
  assert_int_equal(mtia_cp_issue(&pe->core[1], &insn, 0, 0, &rd, &extra, &trap), MTIA_ISSUE_HALT);
  STEP(ACC_ZERO, 0, 0, 0); // is done although the core has halted
  STEP(HALT, 0, 0, 0);
  finish(m);
  machine_free(m);
}

// Nothing can be seen of it; where SRAM caches DRAM, the lines are there: 2 rows of 512 bytes are
// 4 lines of 256.
static void dma_prefetch(void **state) {
  struct mtia_device_params params = mtia_v1_params;
  params.sram_cache_bytes = 256 << 10;
  struct machine *m = machine_of_params(&params, 1, 1, false);
  struct mtia_pe *pe = pe_at(m, 0, 0);
  memset(m->dram, 7, 8192);
  CR(CR_PREFETCH, 512, 1024);
  STEP(DMA_PREFETCH, MTIA_DRAM_BASE, 2, 0);
  STEP(SYNC, 0, 0, 0);
  finish(m);
  assert_int_equal(m->dev.grid->cache_misses, 4);
  for (unsigned i = 0; i < 8192; i++)
    assert_int_equal(m->dram[i] + pe->local[i], 7);
  machine_free(m);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(acc_zero),    cmocka_unit_test(acc_biasr),     cmocka_unit_test(acc_add),
      cmocka_unit_test(acc_addr),    cmocka_unit_test(acc_minmax),    cmocka_unit_test(drainf),
      cmocka_unit_test(mml_buffers), cmocka_unit_test(mlu_transpose), cmocka_unit_test(mlu_copy),
      cmocka_unit_test(mlu_concat),  cmocka_unit_test(se_un),         cmocka_unit_test(se_bin),
      cmocka_unit_test(se_rowacc),   cmocka_unit_test(se_red),        cmocka_unit_test(waits),
      cmocka_unit_test(halt),        cmocka_unit_test(dma_prefetch),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
