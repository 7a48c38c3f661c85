// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Every exception of docs/isa/xmtia.md 1.6, at the limit and one beyond, and
// that a refused command leaves no trace.

#include "machine.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>
#include <string.h>

enum {
  GOOD = 0,
  CB_UNSET = 1,
  CB_RANGE = 2,
  EXTENT = 3,
  ALIGN = 4,
  ADDRESS = 5,
  PARAMETER = 6,
  UNIMPLEMENTED = 7,
  GROUP = 8,
  BUSY = 9,
  LINK = 10
};

static struct machine *m;
static struct mtia_pe *pe;

#define T(op, rs1, rs2, ...) TRY(m, pe, 0, op, rs1, rs2, __VA_ARGS__)
#define CR(cr, low, high) assert_int_equal(T(CR_W2, low, high, cr), GOOD)

// A 2 x 2 grid; CB 0, 1 and 2 of 4096 bytes on each PE; all of them empty.
static int setup(void **state) {
  m = machine_new(2, 2, false);
  pe = pe_at(m, 0, 0);
  for (unsigned i = 0; i < 4; i++)
    for (uint8_t cb = 0; cb < 3; cb++)
      TRY(m, &m->dev.pe[i], 0, CB_INIT, MTIA_LOCAL_BASE + 4096 * cb, 4096, cb);
  return 0;
}

static int teardown(void **state) {
  machine_free(m);
  return 0;
}

static void cb_init(void **state) {
  const uint64_t local = m->params.local_bytes, base = MTIA_LOCAL_BASE;
  assert_int_equal(T(CB_INIT, base, local, 5), GOOD);
  assert_int_equal(T(CB_INIT, base + local - 32, 32, 5), GOOD);
  assert_int_equal(T(CB_INIT, base, 0, 5), CB_RANGE);
  assert_int_equal(T(CB_INIT, base, 48, 5), CB_RANGE);
  assert_int_equal(T(CB_INIT, base + 16, 32, 5), CB_RANGE);
  assert_int_equal(T(CB_INIT, base, local + 32, 5), CB_RANGE);
  assert_int_equal(T(CB_INIT, base + local - 32, 64, 5), CB_RANGE);
  assert_int_equal(T(CB_INIT, base + local, 32, 5), CB_RANGE);
  assert_int_equal(T(CB_INIT, base - 32, 64, 5), CB_RANGE);
  assert_int_equal(T(CB_INIT, base + 32, -32ull, 5), CB_RANGE);
  assert_int_equal(T(CB_INIT, MTIA_REMOTE_BASE, 32, 5), CB_RANGE);
  assert_int_equal(T(CB_INIT, MTIA_SRAM_BASE, 32, 5), CB_RANGE);
}

static void cb_init_while_busy(void **state) {
  assert_int_equal(T(CB_PUSH, 32, 0, 1), GOOD); // not yet executed
  assert_int_equal(T(CB_INIT, MTIA_LOCAL_BASE, 64, 1), BUSY);
  assert_int_equal(T(CB_INIT, MTIA_LOCAL_BASE, 64, 2), GOOD);
  assert_true(machine_run(m));
  assert_int_equal(T(CB_INIT, MTIA_LOCAL_BASE, 64, 1), GOOD);
}

static void unset_buffers(void **state) {
  CR(CR_DMA_IN, 32, 0);
  CR(CR_DMA_OUT, 32, 0);
  CR(CR_BLOCK, 32 | 32 << 16, 0);
  assert_int_equal(T(CB_PUSH, 32, 0, 9), CB_UNSET);
  assert_int_equal(T(CB_POP, 32, 0, 9), CB_UNSET);
  assert_int_equal(T(CB_WAITD, 0, 0, 9), CB_UNSET);
  assert_int_equal(T(CB_WAITS, 0, 0, 9), CB_UNSET);
  assert_int_equal(T(CB_HEAD, 0, 0, 9), CB_UNSET);
  assert_int_equal(T(CB_TAIL, 0, 0, 9), CB_UNSET);
  assert_int_equal(T(CB_FILL, 0, 0, 9), CB_UNSET);
  assert_int_equal(T(DMA_IN, MTIA_DRAM_BASE, 1, 9, 0), CB_UNSET);
  assert_int_equal(T(DMA_OUT, MTIA_DRAM_BASE, 1, 9), CB_UNSET);
  assert_int_equal(T(MML, 0, 0, 0, 9, 1, 0, 0, 0, 0), CB_UNSET);
  assert_int_equal(T(MML, 0, 0, 0, 1, 9, 0, 0, 0, 0), CB_UNSET);
  assert_int_equal(T(ACC_BIAS, 0, 0, 0, 9, 0), CB_UNSET);
  assert_int_equal(T(ACC_BIASR, 0, 0, 0, 9, 0), CB_UNSET);
  assert_int_equal(T(ACC_LOAD, 0, 0, 0, 9, 0, 0), CB_UNSET);
  assert_int_equal(T(DRAIN, 0, 0, 0, 9, 0, 0, 0, 0), CB_UNSET);
  assert_true(mtia_cp_idle(pe));
}

static void pointers(void **state) {
  assert_int_equal(T(CB_PUSH, 4096, 0, 0), GOOD);
  assert_int_equal(T(CB_PUSH, 4128, 0, 0), EXTENT);
  assert_int_equal(T(CB_PUSH, 16, 0, 0), ALIGN);
  assert_int_equal(T(CB_POP, 4096, 0, 0), GOOD);
  assert_int_equal(T(CB_POP, 4128, 0, 0), EXTENT);
  assert_int_equal(T(CB_POP, 33, 0, 0), ALIGN);
  assert_int_equal(T(CB_POP, -32ull, 0, 0), EXTENT);
  assert_int_equal(T(CB_WAITD, 4097, 0, 0), EXTENT);
  assert_int_equal(T(CB_WAITS, 4097, 0, 1), EXTENT);
  assert_int_equal(T(CB_WAITS, 4096, 0, 1), GOOD);
}

static void dma(void **state) {
  const uint64_t dram = MTIA_DRAM_BASE;
  CR(CR_DMA_IN, 0, 0);
  assert_int_equal(T(DMA_IN, dram, 1, 0, 0), PARAMETER); // width 0
  CR(CR_DMA_IN, 100, 0);
  assert_int_equal(T(DMA_IN, dram, 0, 0, 0), PARAMETER); // no rows
  assert_int_equal(T(DMA_IN, dram, 1, 0, 3), PARAMETER); // mc 3
  assert_int_equal(T(DMA_IN, dram + 16, 1, 0, 0), ALIGN);
  assert_int_equal(T(DMA_IN, dram, 33, 0, 0), EXTENT); // 33 * 128 > 4096
  assert_int_equal(T(DMA_IN, dram, 1ull << 60, 0, 0), EXTENT);
  CR(CR_DMA_IN, 100, 96); // rows would overlap
  assert_int_equal(T(DMA_IN, dram, 1, 0, 0), PARAMETER);
  CR(CR_DMA_IN, 100, 144);
  assert_int_equal(T(DMA_IN, dram, 1, 0, 0), ALIGN);
  CR(CR_DMA_IN, 0xFFFFFFFF, 0);
  assert_int_equal(T(DMA_IN, dram, 1, 0, 0), EXTENT);
  CR(CR_DMA_IN, 100, 0);
  assert_int_equal(T(CR_W, 48, 0, CR_DMA_IN_PITCH), GOOD);
  assert_int_equal(T(DMA_IN, dram, 2, 0, 0), ALIGN);
  assert_int_equal(T(CR_W, 128, 0, CR_DMA_IN_PITCH), GOOD);
  assert_int_equal(T(DMA_IN, 0, 1, 0, 0), ADDRESS);
  assert_int_equal(T(DMA_IN, MTIA_REMOTE_BASE + 2 * MTIA_LOCAL_ROOM, 1, 0, 0), ADDRESS);
  assert_int_equal(T(DMA_IN, dram + DRAM_BYTES - 96, 1, 0, 0), ADDRESS);
  assert_int_equal(T(DMA_IN, dram + DRAM_BYTES - 128, 1, 0, 0), GOOD);
  assert_int_equal(T(DMA_IN, dram + DRAM_BYTES - 128, 2, 0, 0), ADDRESS); // its second row
  // A pitch beyond everything: the first row is good, the second nowhere.
  assert_int_equal(T(CR_W, 1ull << 62, 0, CR_DMA_IN_PITCH), GOOD);
  assert_int_equal(T(DMA_IN, dram, 1, 0, 0), GOOD);
  assert_int_equal(T(DMA_IN, dram, 2, 0, 0), ADDRESS);
  CR(CR_DMA_OUT, 0, 0);
  assert_int_equal(T(DMA_OUT, dram, 1, 0), PARAMETER);
  CR(CR_DMA_OUT, 32, 0);
  assert_int_equal(T(DMA_OUT, dram, 129, 0), EXTENT);
  assert_int_equal(T(DMA_OUT, 0x1000, 1, 0), ADDRESS);
  assert_int_equal(T(DMA_OUT, dram + 8, 1, 0), ALIGN);
  assert_int_equal(T(DMA_OUT, dram, 0, 0), PARAMETER);
}

static void mml(void **state) {
  const uint32_t full = 32 | 32 << 16;
  CR(CR_BLOCK, full, 0);
  CR(CR_MML_A, 0, 32);
  CR(CR_MML_B, 0, 32);
  assert_int_equal(T(MML, 0, 0, 0, 0, 1, 0, 0, 0, 5), GOOD);
  assert_int_equal(T(MML, 0, 0, 0, 0, 1, 0, 0, 0, 6), PARAMETER);
  CR(CR_BLOCK, 129, 0);
  assert_int_equal(T(MML, 0, 0, 0, 0, 1, 0, 0, 0, 0), PARAMETER);
  CR(CR_BLOCK, 129 << 16, 0);
  assert_int_equal(T(MML, 0, 0, 0, 0, 1, 0, 0, 0, 0), PARAMETER);
  CR(CR_BLOCK, full, 1);
  assert_int_equal(T(MML, 0, 0, 0, 0, 1, 0, 0, 0, 0), PARAMETER);
  CR(CR_BLOCK, full, 0);
  CR(CR_MML_A, 16, 32);
  assert_int_equal(T(MML, 0, 0, 0, 0, 1, 0, 0, 0, 0), ALIGN);
  CR(CR_MML_A, 0, 33);
  assert_int_equal(T(MML, 0, 0, 0, 0, 1, 0, 0, 0, 0), ALIGN);
  CR(CR_MML_A, 0, 32);
  CR(CR_MML_INC, 0, 8);
  assert_int_equal(T(MML, 0, 0, 0, 0, 1, 0, 0, 1, 0), ALIGN); // ADV
  CR(CR_MML_A, 3072, 32); // rows end at 3072 + 31 * 32 + 32 = 4096
  assert_int_equal(T(MML, 0, 0, 0, 0, 1, 0, 0, 0, 0), GOOD);
  CR(CR_MML_A, 3104, 32);
  assert_int_equal(T(MML, 0, 0, 0, 0, 1, 0, 0, 0, 0), EXTENT);
  assert_int_equal(T(MML, 0, 0, 0, 1, 0, 0, 0, 0, 0), EXTENT); // as A of CB 1
  CR(CR_MML_A, 0xFFFFFFE0, 0xFFFFFFE0);
  assert_int_equal(T(MML, 0, 0, 0, 0, 1, 0, 0, 0, 0), EXTENT);
  assert_int_equal(T(MML, 0, 0, 0, 0, 1, 1, 0, 0, 0), GOOD); // no row of tile 1: reads nothing
}

static void accumulators(void **state) {
  CR(CR_BLOCK, 32 | 32 << 16, 0);
  CR(CR_BIAS, 2, 0);
  assert_int_equal(T(ACC_BIAS, 0, 0, 0, 0, 0), ALIGN);
  CR(CR_BIAS, 0, 2);
  assert_int_equal(T(ACC_LOAD, 0, 0, 0, 0, 0, 0), ALIGN);
  assert_int_equal(T(ACC_BIAS, 0, 0, 0, 0, 0), GOOD); // has no stride
  CR(CR_BIAS, 4096 - 128, 0);
  assert_int_equal(T(ACC_BIAS, 0, 0, 0, 0, 0), GOOD);
  assert_int_equal(T(ACC_BIASR, 0, 0, 0, 0, 0), GOOD);
  CR(CR_BIAS, 4096 - 124, 0);
  assert_int_equal(T(ACC_BIAS, 0, 0, 0, 0, 0), EXTENT);
  assert_int_equal(T(ACC_BIASR, 0, 0, 0, 0, 0), EXTENT);
  CR(CR_BIAS, 0, 128);
  assert_int_equal(T(ACC_LOAD, 0, 0, 0, 0, 0, 0), GOOD);
  CR(CR_BIAS, 4, 128);
  assert_int_equal(T(ACC_LOAD, 0, 0, 0, 0, 0, 0), EXTENT);
  CR(CR_BLOCK, 200, 0);
  assert_int_equal(T(ACC_BIAS, 0, 0, 0, 0, 0), PARAMETER);
  assert_int_equal(T(ACC_BIASR, 0, 0, 0, 0, 0), PARAMETER);
}

static void drain(void **state) {
  CR(CR_BLOCK, 32 | 32 << 16, 0);
  CR(CR_OUT, 0, 128);
  assert_int_equal(T(DRAIN, 0, 0, 0, 0, 0, 0, 0, 0), GOOD);
  assert_int_equal(T(DRAIN, 0, 0, 0, 0, 0, 0, 4, 0), GOOD);
  assert_int_equal(T(DRAINF, 0, 0, 0, 0, 0, 0, 5, 0), GOOD);
  assert_int_equal(T(DRAIN, 0, 0, 0, 0, 0, 0, 6, 0), PARAMETER);
  assert_int_equal(T(DRAIN, 0, 0, 0, 0, 0, 0, 0, 2), PARAMETER); // the accumulator has no scale
  CR(CR_QCLAMP, (uint32_t)-128, 127);
  assert_int_equal(T(DRAIN, 0, 0, 0, 0, 0, 0, 1, 0), GOOD);
  assert_int_equal(T(DRAIN, 0, 0, 0, 0, 0, 0, 2, 0), PARAMETER);
  CR(CR_QCLAMP, 0, 255);
  assert_int_equal(T(DRAIN, 0, 0, 0, 0, 0, 0, 2, 0), GOOD);
  assert_int_equal(T(DRAIN, 0, 0, 0, 0, 0, 0, 1, 0), PARAMETER);
  CR(CR_QCLAMP, 5, 4);
  assert_int_equal(T(DRAIN, 0, 0, 0, 0, 0, 0, 1, 0), PARAMETER);
  CR(CR_QCLAMP, (uint32_t)-129, 4);
  assert_int_equal(T(DRAIN, 0, 0, 0, 0, 0, 0, 1, 0), PARAMETER);
  CR(CR_OUT, 2, 128);
  assert_int_equal(T(DRAIN, 0, 0, 0, 0, 0, 0, 3, 0), ALIGN);
  CR(CR_OUT, 0, 126);
  assert_int_equal(T(DRAIN, 0, 0, 0, 0, 0, 0, 0, 0), ALIGN);
  CR(CR_OUT, 4, 128);
  assert_int_equal(T(DRAIN, 0, 0, 0, 0, 0, 0, 0, 0), EXTENT);
  CR(CR_OUT, 2, 64);
  assert_int_equal(T(DRAIN, 0, 0, 0, 0, 0, 0, 4, 0), GOOD);
  CR(CR_OUT, 1, 64);
  assert_int_equal(T(DRAIN, 0, 0, 0, 0, 0, 0, 4, 0), ALIGN);
  CR(CR_OUT, 0, 63);
  assert_int_equal(T(DRAINF, 0, 0, 0, 0, 0, 0, 5, 0), ALIGN);
  CR(CR_OUT, 0, 64);
  CR(CR_BLOCK, 0, 0);
  assert_int_equal(T(DRAIN, 0, 0, 0, 0, 0, 0, 0, 0), GOOD);
}

// QMODE and the table of scales.
static void quantisation(void **state) {
  CR(CR_BLOCK, 32 | 32 << 16, 0);
  CR(CR_OUT, 0, 32);
  CR(CR_QCLAMP, 0, 0);
  for (uint32_t style = 0; style < 4; style++) {
    CR(CR_QMODE, style, 0);
    assert_int_equal(T(DRAIN, 0, 0, 0, 0, 0, 0, 1, 0), GOOD);
    // A multiplier needs an integer.
    assert_int_equal(T(DRAINF, 0, 0, 0, 0, 0, 0, 1, 0), style == 3 ? PARAMETER : GOOD);
  }
  assert_true(machine_run(m)); // empties the queue
  CR(CR_QMODE, 4, 0);
  assert_int_equal(T(DRAIN, 0, 0, 0, 0, 0, 0, 1, 0), PARAMETER);
  CR(CR_QMODE, 1 << 4, 0); // not a function
  assert_int_equal(T(DRAIN, 0, 0, 0, 0, 0, 0, 1, 0), PARAMETER);
  CR(CR_QMODE, 1 << 16, 0);
  assert_int_equal(T(DRAIN, 0, 0, 0, 0, 0, 0, 1, 0), PARAMETER);
  CR(CR_QMODE, 0, 1);
  assert_int_equal(T(DRAIN, 0, 0, 0, 0, 0, 0, 1, 0), PARAMETER);
  assert_int_equal(T(DRAIN, 0, 0, 0, 0, 0, 0, 0, 0), GOOD); // to raw it means nothing
  CR(CR_QMODE, 3 | 31 << 8, 0);
  assert_int_equal(T(DRAIN, 0, 0, 0, 0, 0, 0, 1, 0), GOOD);
  CR(CR_QMODE, 3 | 32 << 8, 0);
  assert_int_equal(T(DRAIN, 0, 0, 0, 0, 0, 0, 1, 0), PARAMETER);
  CR(CR_QMODE, 3 | (uint32_t)(uint8_t)-32 << 8, 0);
  assert_int_equal(T(DRAIN, 0, 0, 0, 0, 0, 0, 1, 0), PARAMETER);
  CR(CR_QMODE, 0, 0);
  CR(CR_QCHAN, 1, 4096 - 128);
  assert_int_equal(T(DRAIN, 0, 0, 0, 0, 0, 0, 1, 2), GOOD);
  CR(CR_QCHAN, 1 | 32, 4096 - 128);
  assert_int_equal(T(DRAIN, 0, 0, 0, 0, 0, 0, 1, 2), GOOD);
  CR(CR_QCHAN, 1, 4096 - 124);
  assert_int_equal(T(DRAIN, 0, 0, 0, 0, 0, 0, 1, 2), EXTENT);
  CR(CR_QCHAN, 1, 2);
  assert_int_equal(T(DRAIN, 0, 0, 0, 0, 0, 0, 1, 2), ALIGN);
  CR(CR_QCHAN, 9, 0);
  assert_int_equal(T(DRAIN, 0, 0, 0, 0, 0, 0, 1, 2), CB_UNSET);
  CR(CR_QCHAN, 64, 0);
  assert_int_equal(T(DRAIN, 0, 0, 0, 0, 0, 0, 1, 2), PARAMETER);
  CR(CR_QMODE, 3, 0); // 8 bytes per channel
  CR(CR_QCHAN, 1, 4096 - 256);
  assert_int_equal(T(DRAIN, 0, 0, 0, 0, 0, 0, 1, 2), GOOD);
  CR(CR_QCHAN, 1, 4096 - 252);
  assert_int_equal(T(DRAIN, 0, 0, 0, 0, 0, 0, 1, 2), EXTENT);
}

static void minmax(void **state) {
  CR(CR_BLOCK, 32 | 32 << 16, 0);
  CR(CR_OUT, 4096 - 256, 1); // has no stride
  assert_int_equal(T(ACC_MINMAX, 0, 0, 0, 0, 0, 0, 3), GOOD);
  CR(CR_OUT, 4096 - 252, 0);
  assert_int_equal(T(ACC_MINMAX, 0, 0, 0, 0, 0, 0, 0), EXTENT);
  assert_int_equal(T(ACC_MINMAX, 0, 0, 0, 0, 0, 1, 0), GOOD); // no columns
  CR(CR_OUT, 2, 0);
  assert_int_equal(T(ACC_MINMAX, 0, 0, 0, 0, 0, 0, 0), ALIGN);
  assert_int_equal(T(ACC_MINMAX, 0, 0, 0, 9, 0, 0, 0), CB_UNSET);
}

enum { F32S = SE_F32 | SE_F32 << 4 | SE_F32 << 8 };

static void se_elements(void **state) {
  assert_int_equal(T(CB_PUSH, 4096, 0, 0), GOOD); // something to read
  for (unsigned op = 0; op < 20; op++) {
    CR(CR_SE_FMT, SE_I8 | SE_I8 << 4 | (op == 2 ? SE_F16 : SE_I8) << 8, 0);
    CR(CR_SE_LEN, 1, 0);
    assert_int_equal(T(SE_UN, 0, 0, 1, 0, (uint8_t)op),
                     op < 3 || (op >= 8 && op < 16) ? GOOD : PARAMETER);
    assert_true(machine_run(m));
    assert_int_equal(T(SE_BIN, 0, 0, 1, 0, 0, (uint8_t)op),
                     op < 6 || (op >= 8 && op < 13) ? GOOD : PARAMETER);
    assert_true(machine_run(m));
  }
  for (unsigned type = 0; type < 16; type++) {
    CR(CR_SE_FMT, type, 0);
    assert_int_equal(T(SE_UN, 0, 0, 1, 0, 0), type < 6 ? GOOD : PARAMETER);
    CR(CR_SE_FMT, type << 4, 0);
    assert_int_equal(T(SE_BIN, 0, 0, 1, 0, 0, 0), type < 6 ? GOOD : PARAMETER);
    CR(CR_SE_FMT, type << 8, 0);
    assert_int_equal(T(SE_UN, 0, 0, 1, 0, 0), type < 6 ? GOOD : PARAMETER);
    assert_true(machine_run(m));
  }
  CR(CR_SE_FMT, 1 << 15, 0);
  assert_int_equal(T(SE_UN, 0, 0, 1, 0, 0), PARAMETER);
  CR(CR_SE_FMT, SE_F32 | SE_F32 << 8, 1);
  assert_int_equal(T(SE_UN, 0, 0, 1, 0, 0), PARAMETER);
  CR(CR_SE_FMT, F32S, 0);
  CR(CR_SE_LEN, 0, 0);
  assert_int_equal(T(SE_UN, 0, 0, 1, 0, 0), PARAMETER);
  assert_int_equal(T(SE_BIN, 0, 0, 1, 0, 0, 0), PARAMETER);
  CR(CR_SE_LEN, 1024, 0);
  assert_int_equal(T(SE_UN, 0, 0, 1, 0, 0), GOOD);
  assert_int_equal(T(SE_UN, 0, 0, 9, 0, 0), CB_UNSET);
  assert_int_equal(T(SE_UN, 0, 0, 1, 9, 0), CB_UNSET);
  assert_int_equal(T(SE_BIN, 0, 0, 1, 0, 9, 0), CB_UNSET);
  CR(CR_SE_LEN, 1025, 0);
  assert_int_equal(T(SE_UN, 0, 0, 1, 0, 0), EXTENT);
  CR(CR_SE_LEN, 0xFFFFFFFF, 0);
  assert_int_equal(T(SE_UN, 0, 0, 1, 0, 0), EXTENT);
  CR(CR_SE_LEN, 1023, 4);
  CR(CR_SE_SRC, 4, 4);
  assert_int_equal(T(SE_BIN, 0, 0, 1, 0, 0, 0), GOOD);
  CR(CR_SE_LEN, 1023, 8);
  assert_int_equal(T(SE_BIN, 0, 0, 1, 0, 0, 0), EXTENT);
  CR(CR_SE_LEN, 1023, 4);
  CR(CR_SE_SRC, 8, 4);
  assert_int_equal(T(SE_BIN, 0, 0, 1, 0, 0, 0), EXTENT);
  CR(CR_SE_SRC, 4, 8);
  assert_int_equal(T(SE_BIN, 0, 0, 1, 0, 0, 0), EXTENT);
  CR(CR_SE_FMT, F32S | SE_ONE << 12, 0); // of input 2 only the first
  assert_int_equal(T(SE_BIN, 0, 0, 1, 0, 0, 0), GOOD);
  CR(CR_SE_SRC, 4, 2);
  assert_int_equal(T(SE_BIN, 0, 0, 1, 0, 0, 0), ALIGN);
  CR(CR_SE_SRC, 2, 4);
  assert_int_equal(T(SE_UN, 0, 0, 1, 0, 0), ALIGN);
  CR(CR_SE_SRC, 0, 0);
  CR(CR_SE_LEN, 1, 2);
  assert_int_equal(T(SE_UN, 0, 0, 1, 0, 0), ALIGN);
  CR(CR_SE_LEN, 64, 0);
  CR(CR_SE_FMT, F32S | SE_PER_ROW << 12, 0);
  assert_int_equal(T(SE_BIN, 0, 0, 1, 0, 0, 0), PARAMETER); // rows of no elements
  CR(CR_SE_ROW, 2, 0);
  CR(CR_SE_SRC, 0, 4096 - 128); // 32 rows
  assert_int_equal(T(SE_BIN, 0, 0, 1, 0, 0, 0), GOOD);
  CR(CR_SE_SRC, 0, 4096 - 124);
  assert_int_equal(T(SE_BIN, 0, 0, 1, 0, 0, 0), EXTENT);
}

static void se_quantisation(void **state) {
  assert_int_equal(T(CB_PUSH, 4096, 0, 0), GOOD); // something to read
  CR(CR_SE_LEN, 64, 0);
  CR(CR_SE_FMT, SE_F32 | SE_F32 << 8, 0);
  assert_int_equal(T(SE_UN, 0, 0, 1, 0, SE_QUANTISE), PARAMETER); // to binary32
  CR(CR_SE_FMT, SE_F32 | SE_I8 << 8, 0);
  assert_int_equal(T(SE_UN, 0, 0, 1, 0, SE_DEQUANTISE), PARAMETER); // to integers
  CR(CR_QCLAMP, 0, 128);
  assert_int_equal(T(SE_UN, 0, 0, 1, 0, SE_QUANTISE), PARAMETER);
  assert_int_equal(T(SE_UN, 0, 0, 1, 0, SE_EXP), PARAMETER);
  assert_int_equal(T(SE_UN, 0, 0, 1, 0, SE_COPY), GOOD); // needs no clamp
  CR(CR_QCLAMP, 0, 127);
  assert_int_equal(T(SE_UN, 0, 0, 1, 0, SE_QUANTISE), GOOD);
  assert_int_equal(T(SE_UN, 0, 0, 1, 0, SE_EXP), GOOD);
  CR(CR_QMODE, 3, 0);
  assert_int_equal(T(SE_UN, 0, 0, 1, 0, SE_QUANTISE), PARAMETER); // a multiplier for binary32
  assert_int_equal(T(SE_UN, 0, 0, 1, 0, SE_EXP), PARAMETER);
  assert_int_equal(T(SE_BIN, 0, 0, 1, 0, 0, SE_QUANTISED), PARAMETER);
  CR(CR_SE_FMT, SE_I32 | SE_I8 << 8 | 1 << 14, 0);
  assert_int_equal(T(SE_UN, 0, 0, 1, 0, SE_QUANTISE), PARAMETER); // rows of no elements
  CR(CR_SE_ROW, 16, 0);
  CR(CR_QCHAN, 0, 4096 - 16 * 8);
  assert_int_equal(T(SE_UN, 0, 0, 1, 0, SE_QUANTISE), GOOD);
  CR(CR_QCHAN, 0, 4096 - 15 * 8);
  assert_int_equal(T(SE_UN, 0, 0, 1, 0, SE_QUANTISE), EXTENT);
  CR(CR_QCHAN, 0 | 32, 4096 - 4 * 8); // four rows
  assert_int_equal(T(SE_UN, 0, 0, 1, 0, SE_QUANTISE), GOOD);
  CR(CR_QCHAN, 9, 0);
  assert_int_equal(T(SE_UN, 0, 0, 1, 0, SE_QUANTISE), CB_UNSET);
}

static void se_rows(void **state) {
  assert_int_equal(T(CB_PUSH, 4096, 0, 0), GOOD); // something to read
  CR(CR_SE_FMT, F32S, 0);
  assert_int_equal(T(SE_ROWACC, 1, 0, 1, 0, 0), PARAMETER); // rows of no elements
  CR(CR_SE_ROW, 32, 0);
  assert_int_equal(T(SE_ROWACC, 0, 0, 1, 0, 0), PARAMETER);
  assert_int_equal(T(SE_ROWACC, 32, 0, 1, 0, 0), GOOD);
  assert_int_equal(T(SE_ROWACC, 33, 0, 1, 0, 0), PARAMETER);
  assert_int_equal(T(SE_ROWACC, 1ull << 32 | 1, 0, 1, 0, 0), PARAMETER);
  assert_int_equal(T(SE_ROWACC, 1, 0, 1, 0, 4), PARAMETER);
  assert_int_equal(T(SE_RED, 1, 0, 1, 0, 4), PARAMETER);
  assert_int_equal(T(SE_RED, 32, 0, 1, 0, 3), GOOD);
  assert_int_equal(T(SE_RED, 33, 0, 1, 0, 0), EXTENT);
  assert_int_equal(T(SE_RED, 0, 0, 1, 0, 0), PARAMETER);
  assert_int_equal(T(SE_RED, ~0ull, 0, 1, 0, 0), PARAMETER);
  CR(CR_SE_STRIDE, 126, 0);
  assert_int_equal(T(SE_RED, 1, 0, 1, 0, 0), ALIGN);
  CR(CR_SE_STRIDE, 128, 1);
  assert_int_equal(T(SE_RED, 1, 0, 1, 0, 0), PARAMETER);
  CR(CR_SE_STRIDE, 0, 0);
  CR(CR_SE_ROW, 0xFFFFFFFF, 0);
  assert_int_equal(T(SE_RED, 1, 0, 1, 0, 0), EXTENT);
  assert_int_equal(T(SE_ROWACC, 1, 0, 1, 0, 0), EXTENT);
  CR(CR_SE_ROW, 32, 1 << 5);
  assert_int_equal(T(SE_ROWACC, 1, 0, 1, 0, 0), PARAMETER);
  for (uint32_t layout = 0; layout < 8; layout++) {
    CR(CR_SE_ROW, 32, layout << 8);
    assert_int_equal(T(SE_ROWACC, 1, 0, 1, 0, 0), layout <= 4 ? GOOD : PARAMETER);
  }
  assert_true(machine_run(m));
  CR(CR_SE_FMT, SE_U4 | SE_F32 << 8, 0);
  CR(CR_SE_ROW, 64, 2 << 8); // 36 bytes, 64 apart
  CR(CR_SE_SRC, 4096 - 64 - 36, 0);
  assert_int_equal(T(SE_ROWACC, 2, 0, 1, 0, 0), GOOD);
  assert_int_equal(T(SE_RED, 1, 0, 1, 0, 0), PARAMETER); // not of 4 bits
  CR(CR_SE_SRC, 4096 - 64 - 35, 0);
  assert_int_equal(T(SE_ROWACC, 2, 0, 1, 0, 0), EXTENT);
  CR(CR_SE_ROW, 64, 9 | 1u << 31);
  assert_int_equal(T(SE_ROWACC, 1, 0, 1, 0, 0), CB_UNSET);
  CR(CR_SE_ROW, 64, 2 | 1u << 31);
  CR(CR_SE_SRC, 0, 4096 - 4);
  assert_int_equal(T(SE_ROWACC, 1, 0, 1, 0, 0), GOOD);
  assert_int_equal(T(SE_ROWACC, 2, 0, 1, 0, 0), EXTENT);
  CR(CR_SE_SRC, 0, 2);
  assert_int_equal(T(SE_ROWACC, 1, 0, 1, 0, 0), ALIGN);
}

static void layout(void **state) {
  CR(CR_MLU_SHAPE, 0, 4);
  assert_int_equal(T(MLU_COPY, 0, 0, 1, 0, 0, 0), PARAMETER);
  CR(CR_MLU_SHAPE, 4, 0);
  assert_int_equal(T(MLU_TRANSPOSE, 0, 0, 1, 0, 0, 0), PARAMETER);
  CR(CR_MLU_SHAPE, 0xFFFFFFFF, 0xFFFFFFFF);
  assert_int_equal(T(MLU_COPY, 0, 0, 1, 0, 2, 0), PARAMETER);
  CR(CR_MLU_SHAPE, 64, 64);
  CR(CR_MLU_SRC, 0, 64);
  CR(CR_MLU_DST, 0, 64);
  assert_int_equal(T(MLU_TRANSPOSE, 0, 0, 1, 0, 0, 0), GOOD);
  assert_int_equal(T(MLU_TRANSPOSE, 0, 0, 9, 0, 0, 0), CB_UNSET);
  assert_int_equal(T(MLU_TRANSPOSE, 0, 0, 1, 9, 0, 0), CB_UNSET);
  assert_int_equal(T(MLU_TRANSPOSE, 0, 0, 1, 0, 1, 0), EXTENT); // the source ends 64 bytes behind
  CR(CR_MLU_SRC, 1, 64);
  assert_int_equal(T(MLU_COPY, 0, 0, 1, 0, 0, 0), EXTENT);
  assert_int_equal(T(MLU_COPY, 0, 0, 1, 0, 1, 0), ALIGN);
  CR(CR_MLU_SRC, 0, 62);
  CR(CR_MLU_DST, 0, 66);
  assert_int_equal(T(MLU_COPY, 0, 0, 1, 0, 2, 0), ALIGN);
  assert_int_equal(T(MLU_COPY, 0, 0, 1, 0, 0, 0), EXTENT); // of the result
  CR(CR_MLU_SHAPE, 2, 3);
  assert_int_equal(T(MLU_CONCAT, 0, 0, 1, 0, 3, 0), PARAMETER); // half a byte
  assert_int_equal(T(MLU_COPY, 0, 0, 1, 0, 3, 0), GOOD);
  CR(CR_MLU_DST, 0, 1);
  CR(CR_MLU_SHAPE, 32, 32);
  assert_int_equal(T(MLU_COPY, 0, 0, 3, 0, 0, 1), GOOD); // buffers have no stride
  assert_int_equal(T(MLU_COPY, 0, 0, 4, 0, 0, 1), PARAMETER);
  CR(CR_MLU_SHAPE, 33, 32);
  assert_int_equal(T(MLU_COPY, 0, 0, 3, 0, 0, 1), EXTENT);
  assert_int_equal(T(MLU_TRANSPOSE, 0, 0, 3, 0, 0, 1), EXTENT);
  CR(CR_MLU_SHAPE, 16, 32);
  assert_int_equal(T(MLU_TRANSPOSE, 0, 0, 3, 0, 1, 1), GOOD);
  CR(CR_MLU_DST, 17, 0);
  CR(CR_MLU_SHAPE, 16, 16);
  assert_int_equal(T(MLU_CONCAT, 0, 0, 3, 0, 0, 1), EXTENT);
  CR(CR_MLU_DST, 16, 0);
  assert_int_equal(T(MLU_CONCAT, 0, 0, 3, 0, 0, 1), GOOD);
  assert_int_equal(T(MLU_CONCAT, 0, 0, 3, 0, 0, 1), EXTENT); // it has moved to 32
}

static void operand_buffers(void **state) {
  CR(CR_BLOCK, 32 | 32 << 16, 0);
  CR(CR_MML_A, 0, 33); // means nothing to an operand in a buffer
  CR(CR_MML_B, 0, 32);
  assert_int_equal(T(MML_OA, 0, 0, 0, 3, 1, 0, 0, 0, 0), GOOD);
  assert_int_equal(T(MML_OA, 0, 0, 0, 4, 1, 0, 0, 0, 0), PARAMETER);
  assert_int_equal(T(MML_OA, 0, 0, 0, 3, 9, 0, 0, 0, 0), CB_UNSET);
  assert_int_equal(T(MML_OB, 0, 0, 0, 0, 3, 0, 0, 0, 0), ALIGN);
  assert_int_equal(T(MML_OB, 0, 0, 0, 0, 4, 0, 0, 0, 0), PARAMETER);
  assert_int_equal(T(MML_OAB, 0, 0, 0, 3, 3, 0, 0, 0, 5), GOOD);
  assert_int_equal(T(MML_OAB, 0, 0, 0, 3, 4, 0, 0, 0, 0), PARAMETER);
  assert_int_equal(T(MML_OAB, 0, 0, 0, 0, 0, 0, 0, 0, 6), PARAMETER);
}

static void gather(void **state) {
  const uint64_t dram = MTIA_DRAM_BASE;
  assert_int_equal(T(DMA_GATHER, dram, 1, 0, 1), PARAMETER); // width 0
  CR(CR_GATHER, 100, 0);
  assert_int_equal(T(DMA_GATHER, dram, 0, 0, 1), PARAMETER);
  assert_int_equal(T(DMA_GATHER, dram, 1, 0, 64), PARAMETER);
  assert_int_equal(T(DMA_GATHER, dram + 1, 32, 0, 1), GOOD); // any byte
  assert_int_equal(T(DMA_GATHER, dram, 33, 0, 1), EXTENT);
  assert_int_equal(T(DMA_GATHER, dram, 1ull << 31, 0, 1), EXTENT);
  assert_int_equal(T(DMA_GATHER, dram, 1, 9, 1), CB_UNSET);
  assert_int_equal(T(DMA_GATHER, dram, 1, 0, 9), CB_UNSET);
  CR(CR_GATHER, 4, 4096 - 64);
  assert_int_equal(T(DMA_GATHER, dram, 16, 0, 1), GOOD);
  assert_int_equal(T(DMA_GATHER, dram, 17, 0, 1), EXTENT);
  assert_int_equal(T(DMA_GATHER, dram, 8, 0, 32 + 1), GOOD);
  assert_int_equal(T(DMA_GATHER, dram, 9, 0, 32 + 1), EXTENT);
  CR(CR_GATHER, 4, 4);
  assert_int_equal(T(DMA_GATHER, dram, 1, 0, 1), GOOD);
  assert_int_equal(T(DMA_GATHER, dram, 1, 0, 33), ALIGN);
  CR(CR_GATHER_LIMIT, 1, 32);
  assert_int_equal(T(DMA_GATHER, dram, 1, 0, 1), PARAMETER);
}

static void prefetch(void **state) {
  const uint64_t dram = MTIA_DRAM_BASE;
  assert_int_equal(T(DMA_PREFETCH, dram, 1, 0), PARAMETER); // width 0
  CR(CR_PREFETCH, 100, 128);
  assert_int_equal(T(DMA_PREFETCH, dram, 0, 0), PARAMETER);
  assert_int_equal(T(DMA_PREFETCH, dram, 65537, 0), PARAMETER);
  assert_int_equal(T(DMA_PREFETCH, dram, 10, 0), GOOD);
  assert_int_equal(T(DMA_PREFETCH, dram + 16, 1, 0), ALIGN);
  assert_int_equal(T(DMA_PREFETCH, MTIA_SRAM_BASE, 1, 0), ADDRESS);
  assert_int_equal(T(DMA_PREFETCH, dram + DRAM_BYTES - 128, 1, 0), GOOD);
  assert_int_equal(T(DMA_PREFETCH, dram + DRAM_BYTES - 128, 2, 0), ADDRESS);
  CR(CR_PREFETCH, 100, 100);
  assert_int_equal(T(DMA_PREFETCH, dram, 1, 0), ALIGN);
}

static void counters(void **state) {
  assert_int_equal(T(CTR_ADD, 3, 5, 31), GOOD);
  assert_int_equal(T(CTR_ADD, 4, 5, 31), PARAMETER); // 2 x 2 PEs
  assert_int_equal(T(CTR_TAS, 3, 0, 1), GOOD);
  assert_int_equal(T(CTR_TAS, ~0ull, 0, 1), PARAMETER);
  assert_int_equal(T(CTR_SET, 7, 0, 2), GOOD);
  assert_int_equal(T(CTR_WAIT, 7, 0, 2), GOOD);
  assert_int_equal(T(CTR_GET, 0, 0, 2), GOOD);
}

static void control(void **state) {
  assert_int_equal(T(ID, 0, 0, 7), GOOD);
  assert_int_equal(T(ID, 0, 0, 8), PARAMETER);
  assert_int_equal(T(BAR, 0, 0, 3), PARAMETER);
  assert_int_equal(T(CR_W, 0, 0, 29), GOOD);
  assert_int_equal(T(CR_W, 1, 0, 29), PARAMETER);
  assert_int_equal(T(CR_W2, 0, 1, 31), PARAMETER);
  assert_int_equal(T(CR_ADD, 1, 0, 31), PARAMETER);
  assert_int_equal(T(CR_W, 1, 0, 28), GOOD);
}

static uint64_t red_at(unsigned row, unsigned col, uint8_t in, uint8_t out) {
  return TRY(m, pe_at(m, row, col), 0, RED, 0, 0, 0, in, out);
}

static void links(void **state) {
  assert_int_equal(red_at(0, 0, 0, 0), PARAMETER);
  assert_int_equal(red_at(1, 1, 3, 0), PARAMETER);
  assert_int_equal(red_at(0, 0, 0, 3), PARAMETER);
  assert_int_equal(red_at(0, 1, RED_IN_NORTH, 0), LINK);
  assert_int_equal(red_at(1, 0, RED_IN_WEST, 0), LINK);
  assert_int_equal(red_at(1, 0, 0, RED_OUT_SOUTH), LINK);
  assert_int_equal(red_at(0, 1, 0, RED_OUT_EAST), LINK);
  assert_int_equal(red_at(0, 0, 0, RED_OUT_SOUTH), GOOD);
  assert_int_equal(red_at(0, 0, 0, RED_OUT_EAST), GOOD);
  assert_int_equal(red_at(1, 0, RED_IN_NORTH, 0), GOOD);
  assert_int_equal(red_at(0, 1, RED_IN_WEST, 0), GOOD);
}

static uint64_t multicast_at(unsigned row, unsigned col, uint32_t mask, uint8_t mc,
                             uint64_t address, uint64_t rows) {
  const struct mtia_pe *p = pe_at(m, row, col);
  TRY(m, p, 0, CR_W2, 64, 0, CR_DMA_IN);
  TRY(m, p, 0, CR_W, 64, 0, CR_DMA_IN_PITCH);
  TRY(m, p, 0, CR_W, mask, 0, CR_MCAST);
  return TRY(m, p, 0, DMA_IN, address, rows, 0, mc);
}

static void groups(void **state) {
  const uint64_t dram = MTIA_DRAM_BASE;
  assert_int_equal(multicast_at(0, 0, 0, 1, dram, 1), GROUP);            // not a member
  assert_int_equal(multicast_at(0, 0, 2, 1, dram, 1), GROUP);            // not a member
  assert_int_equal(multicast_at(0, 0, 5, 1, dram, 1), GROUP);            // column 2 of 0..1
  assert_int_equal(multicast_at(0, 0, 5 << 16, 2, dram, 1), GROUP);      // row 2
  assert_int_equal(multicast_at(0, 0, 3, 2, dram, 1), GROUP);            // no mask for columns
  assert_int_equal(multicast_at(0, 0, 3, 1, MTIA_LOCAL_BASE, 1), GROUP); // everybody's own
  assert_int_equal(multicast_at(0, 0, 3, 1, dram, 2), GOOD);
  assert_int_equal(multicast_at(0, 1, 3, 1, dram + 32, 2), GROUP); // another address
  assert_int_equal(multicast_at(0, 1, 3, 1, dram, 1), GROUP);      // other rows
  assert_int_equal(multicast_at(1, 1, 3, 1, dram + 32, 2), GOOD);  // another row of PEs
  assert_int_equal(multicast_at(0, 1, 3, 1, dram, 2), GOOD);
  assert_int_equal(multicast_at(1, 0, 3, 1, dram + 32, 2), GOOD);
  TRY(m, pe, 0, CR_W2, 1, 1, CR_MCAST);
  assert_int_equal(TRY(m, pe, 0, DMA_IN, dram, 1, 0, 1), PARAMETER);
  assert_true(machine_run(m));
}

// A refused command leaves counters, registers and queues as they were.
static void nothing_happens(void **state) {
  CR(CR_BLOCK, 32 | 32 << 16, 0);
  CR(CR_MML_A, 4096, 32);
  CR(CR_MML_B, 0, 32);
  CR(CR_MML_INC, 32, 32);
  CR(CR_DMA_IN, 64, 0);
  struct mtia_cp before = *pe->cp;
  assert_int_equal(T(MML, 0, 0, 0, 0, 1, 0, 0, 1, 0), EXTENT);
  assert_int_equal(T(DMA_IN, 0, 4, 1, 0), ADDRESS);
  assert_int_equal(T(CB_PUSH, 8192, 0, 1), EXTENT);
  memset(before.core[0].fault, 0, sizeof before.core[0].fault);
  memset(pe->cp->core[0].fault, 0, sizeof before.core[0].fault);
  assert_memory_equal(&before, pe->cp, sizeof before);
}

int main(void) {
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
  const struct CMUnitTest tests[] = {
      TEST(cb_init),       TEST(cb_init_while_busy),
      TEST(unset_buffers), TEST(pointers),
      TEST(dma),           TEST(mml),
      TEST(accumulators),  TEST(drain),
      TEST(layout),        TEST(operand_buffers),
      TEST(gather),        TEST(prefetch),
      TEST(counters),      TEST(minmax),
      TEST(se_elements),   TEST(se_quantisation),
      TEST(se_rows),       TEST(quantisation),
      TEST(control),       TEST(links),
      TEST(groups),        TEST(nothing_happens),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
