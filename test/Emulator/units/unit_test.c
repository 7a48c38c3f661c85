// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Function of single units and of several PEs together.

#include "fc.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cjson/cJSON.h>
#include <cmocka.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static int32_t product(int a, int b) { return a * b; }

// The fast multiplication against three loops: all types, all sizes, extreme values.
static void dpe_tile(void **state) {
  struct dice d = {42};
  uint8_t bytes[64][32];
  const uint8_t *a[32], *b[32];
  for (unsigned i = 0; i < 32; i++) {
    a[i] = bytes[i];
    b[i] = bytes[32 + i];
  }
  mtia_tile_fn *const versions[] = {mtia_dpe_tile(), mtia_dpe_tile_portable};
  for (unsigned round = 0; round < 400; round++) {
    unsigned rows = 1 + roll(&d, 32), cols = 1 + roll(&d, 32), type = round % 4;
    roll_bytes(&d, bytes, sizeof bytes);
    if (round % 3 == 0) // where 16-bit sums would saturate
      memset(bytes, round % 2 ? 0xFF : 0x80, sizeof bytes);
    int32_t start[32][32], expected[32][32];
    roll_bytes(&d, start, sizeof start);
    memcpy(expected, start, sizeof start);
    for (unsigned i = 0; i < rows; i++)
      for (unsigned j = 0; j < cols; j++) {
        uint32_t sum = (uint32_t)start[i][j];
        for (unsigned l = 0; l < 32; l++) {
          int x = type == 1 || type == 3 ? bytes[i][l] : (int8_t)bytes[i][l];
          int y = type >= 2 ? bytes[32 + j][l] : (int8_t)bytes[32 + j][l];
          sum += (uint32_t)product(x, y);
        }
        expected[i][j] = (int32_t)sum;
      }
    for (unsigned v = 0; v < 2; v++) {
      int32_t acc[32][32];
      memcpy(acc, start, sizeof acc);
      versions[v](acc, a, b, rows, cols, type);
      assert_memory_equal(acc, expected, sizeof acc);
    }
  }
}

static void rounding(void **state) {
  assert_int_equal(mtia_se_round(0.5f), 0);
  assert_int_equal(mtia_se_round(1.5f), 2);
  assert_int_equal(mtia_se_round(2.5f), 2);
  assert_int_equal(mtia_se_round(-0.5f), 0);
  assert_int_equal(mtia_se_round(-1.5f), -2);
  assert_int_equal(mtia_se_round(-2.5f), -2);
  assert_int_equal(mtia_se_round(0.49999997f), 0);
  assert_int_equal(mtia_se_round(8388607.5f), 8388608);
  assert_int_equal(mtia_se_round(8388608.0f), 8388608);
  assert_int_equal(mtia_se_round(2147483520.0f), 2147483520);
  assert_int_equal(mtia_se_round(0x1p31f), INT32_MAX);
  assert_int_equal(mtia_se_round(-0x1p31f), INT32_MIN);
  assert_int_equal(mtia_se_round(-2147483904.0f), INT32_MIN);
  assert_int_equal(mtia_se_round(INFINITY), INT32_MAX);
  assert_int_equal(mtia_se_round(-INFINITY), INT32_MIN);
  assert_int_equal(mtia_se_round(NAN), 0);
  assert_int_equal(mtia_se_round(-NAN), 0);
  struct dice d = {7};
  for (unsigned i = 0; i < 2000000; i++) {
    float f = (float)(int32_t)roll(&d, -1u) * (1.0f / (float)(1u << roll(&d, 31)));
    assert_int_equal(mtia_se_round(f), (int32_t)nearbyint((double)f));
  }
}

static void requantise_ties(void **state) {
  // acc * 0.5 + 3 for acc = -16..15, ties to even before the zero point.
  struct machine *m = machine_new(1, 1, true);
  struct mtia_pe *pe = pe_at(m, 0, 0);
  int32_t *in = (int32_t *)(uintptr_t)pe->local;
  for (int i = 0; i < 32; i++)
    in[i] = i - 16;
  PUT(m, pe, 0, CB_INIT, MTIA_LOCAL_BASE, 128, 0);
  PUT(m, pe, 0, CB_INIT, MTIA_LOCAL_BASE + 128, 32, 1);
  PUT(m, pe, 0, CB_PUSH, 128, 0, 0);
  PUT(m, pe, 0, CR_W2, 1 | 32 << 16, 0, CR_BLOCK);
  PUT(m, pe, 0, ACC_BIAS, 0, 0, 2, 0, 0);
  PUT(m, pe, 0, CR_W2, 0x3F000000, 3, CR_QSCALE);
  PUT(m, pe, 0, CR_W2, (uint32_t)-4, 9, CR_QCLAMP);
  PUT(m, pe, 0, DRAIN, 0, 0, 2, 1, 0, 0, DRAIN_S8, 0);
  assert_true(machine_run(m));
  static const int8_t expected[32] = {-4, -4, -4, -3, -3, -3, -2, -1, -1, -1, 0, 1, 1, 1, 2, 3,
                                      3,  3,  4,  5,  5,  5,  6,  7,  7,  7,  8, 9, 9, 9, 9, 9};
  assert_memory_equal(pe->local + 128, expected, 32);
  machine_free(m);
}

// Tiles through a whole column and a whole row: every PE adds its own and sends on.
static void reduction_chain(void **state) {
  for (unsigned functional = 0; functional < 2; functional++) {
    struct machine *m = machine_new(4, 3, functional);
    for (unsigned i = 0; i < 12; i++) {
      struct mtia_pe *pe = &m->dev.pe[i];
      int32_t *in = (int32_t *)(uintptr_t)pe->local;
      for (int k = 0; k < 1024; k++)
        in[k] = (int32_t)(0x7FFFFFF0 * (i % 2) + 1000 * i) + k;
      PUT(m, pe, 0, CB_INIT, MTIA_LOCAL_BASE, 4096, 0);
      PUT(m, pe, 0, CB_PUSH, 4096, 0, 0);
      PUT(m, pe, 0, CR_W2, 32 | 32 << 16, 0, CR_BLOCK);
      PUT(m, pe, 0, CR_W2, 0, 128, CR_BIAS);
      for (uint8_t acc = 0; acc < 4; acc++)
        PUT(m, pe, 0, ACC_LOAD, 0, 0, acc, 0, 0, 0);
      // Accumulators 0 and 1 go south, 2 and 3 east.
      for (uint8_t acc = 0; acc < 4; acc++) {
        bool south = acc < 2;
        uint8_t from = south ? (pe->row > 0 ? RED_IN_NORTH : 0) : (pe->col > 0 ? RED_IN_WEST : 0);
        uint8_t to = south ? (pe->row < 3 ? RED_OUT_SOUTH : 0) : (pe->col < 2 ? RED_OUT_EAST : 0);
        PUT(m, pe, 0, RED, 0, 0, acc, from, to);
      }
    }
    assert_true(machine_run(m));
    for (unsigned i = 0; i < 12; i++) {
      uint32_t south = 0, east = 0;
      for (unsigned r = 0; r <= i / 3; r++)
        south += 0x7FFFFFF0u * ((3 * r + i % 3) % 2) + 1000 * (3 * r + i % 3);
      for (unsigned c = 0; c <= i % 3; c++)
        east += 0x7FFFFFF0u * ((i / 3 * 3 + c) % 2) + 1000 * (i / 3 * 3 + c);
      int32_t (*acc)[32][32] = m->dev.pe[i].cp->acc;
      for (uint32_t k = 0; k < 1024; k++) {
        assert_int_equal((uint32_t)acc[0][k / 32][k % 32], south + k * (i / 3 + 1));
        assert_int_equal((uint32_t)acc[1][k / 32][k % 32], south + k * (i / 3 + 1));
        assert_int_equal((uint32_t)acc[2][k / 32][k % 32], east + k * (i % 3 + 1));
        assert_int_equal((uint32_t)acc[3][k / 32][k % 32], east + k * (i % 3 + 1));
      }
    }
    machine_free(m);
  }
}

// redf: binary32 sums from west to east, each rounded; one NaN; and the order shows.
static void float_reduction(void **state) {
  static const float start[4] = {16777216.0f, 1.0f, 1.0f, -16777216.0f};
  struct machine *m = machine_new(1, 4, false);
  for (unsigned i = 0; i < 4; i++) {
    struct mtia_pe *pe = &m->dev.pe[i];
    float *in = (float *)(uintptr_t)pe->local;
    for (unsigned k = 0; k < 1024; k++)
      in[k] = k == 5 ? (i == 1 ? INFINITY : i == 2 ? -INFINITY : 1) : start[i] * (float)(k + 1);
    PUT(m, pe, 0, CB_INIT, MTIA_LOCAL_BASE, 4096, 0);
    PUT(m, pe, 0, CB_PUSH, 4096, 0, 0);
    PUT(m, pe, 0, CR_W2, 32 | 32 << 16, 0, CR_BLOCK);
    PUT(m, pe, 0, CR_W2, 0, 128, CR_BIAS);
    PUT(m, pe, 0, ACC_LOAD, 0, 0, 3, 0, 0, 0);
    PUT(m, pe, 0, REDF, 0, 0, 3, i ? RED_IN_WEST : 0, i < 3 ? RED_OUT_EAST : 0);
  }
  assert_true(machine_run(m));
  const int32_t *acc = &m->dev.pe[3].cp->acc[3][0][0];
  for (unsigned k = 0; k < 1024; k++) {
    volatile float sum = start[0] * (float)(k + 1);
    for (unsigned i = 1; i < 4; i++)
      sum = sum + start[i] * (float)(k + 1);
    float plain = sum;
    uint32_t bits;
    memcpy(&bits, &plain, 4);
    assert_int_equal((uint32_t)acc[k], k == 5 ? 0x7FC00000 : bits);
  }
  assert_int_equal(acc[0], 0); // 2^24 + 1 + 1 - 2^24 from the left
  machine_free(m);
}

// Every PE adds to a counter of PE 0, which waits for all; then locks are taken in turn.
static void counters_of_pes(void **state) {
  for (unsigned functional = 0; functional < 2; functional++) {
    struct machine *m = machine_new(2, 3, functional);
    struct mtia_pe *first = pe_at(m, 0, 0);
    for (unsigned i = 1; i < 6; i++) {
      m->program[2 * i].delay = 100 * i;
      PUT(m, &m->dev.pe[i], 0, CTR_ADD, 0, 1ull << 40, 5);
      PUT(m, &m->dev.pe[i], 0, CTR_ADD, 0, i, 5);
    }
    struct step *wait = NULL;
    PUT(m, first, 1, CTR_WAIT, (5ull << 40) + 15, 0, 5);
    PUT(m, first, 1, CTR_GET, 0, 0, 5);
    PUT(m, first, 1, CTR_TAS, 4, 0, 9);
    PUT(m, first, 1, CTR_TAS, 4, 0, 9);
    PUT(m, first, 1, CTR_SET, 77, 0, 5);
    PUT(m, first, 1, CTR_GET, 0, 0, 5);
    assert_true(machine_run(m));
    wait = m->program[1].step;
    if (!functional) // the last increment: one row and two columns away
      assert_int_equal(wait[0].issued, m->program[10].step[1].issued + m->params.cp_dispatch +
                                           3 * m->params.noc_hop + m->params.cp_wake);
    assert_int_equal(wait[1].rd, (5ull << 40) + 15);
    assert_int_equal(wait[2].rd, 0);
    assert_int_equal(wait[3].rd, 1);
    if (!functional)
      assert_int_equal(wait[3].issued,
                       wait[2].issued + 1 + m->params.cp_read + 2 * 2 * m->params.noc_hop);
    assert_int_equal(m->dev.pe[4].cp->counter[9], 1);
    assert_int_equal(wait[5].rd, 77);
    machine_free(m);
  }
}

// An index that names no memory ends the run, and says where; a limit keeps it from that.
static void gather_beyond_memory(void **state) {
  for (uint32_t limit = 0; limit < 2; limit++) {
    struct machine *m = machine_new(1, 1, limit);
    struct mtia_pe *pe = pe_at(m, 0, 0);
    static const int32_t index[8] = {1, -1, 0x7FFFFFFF, 0};
    memcpy(pe->local, index, sizeof index);
    memset(pe->local + 512, 0xAA, 512);
    for (unsigned i = 0; i < 200; i++)
      m->dram[i] = (uint8_t)i;
    m->expect_failure = !limit;
    PUT(m, pe, 0, CB_INIT, MTIA_LOCAL_BASE, 32, 0);
    PUT(m, pe, 0, CB_PUSH, 32, 0, 0);
    PUT(m, pe, 0, CB_INIT, MTIA_LOCAL_BASE + 512, 512, 1);
    PUT(m, pe, 0, CR_W, 33, 0, CR_GATHER);
    PUT(m, pe, 0, CR_W, 35, 0, CR_GATHER_PITCH);
    PUT(m, pe, 0, CR_W2, 2 * limit, 30, CR_GATHER_LIMIT);
    PUT(m, pe, 0, DMA_GATHER, MTIA_DRAM_BASE + 3, 4, 1, 0);
    assert_true(machine_run(m));
    assert_int_equal(m->failures, !limit);
    static const uint8_t zero[64];
    assert_memory_equal(pe->local + 512, m->dram + 3 + 35, 33);
    assert_memory_equal(pe->local + 512 + 33, zero, 31);
    assert_memory_equal(pe->local + 512 + 64, zero, 64);
    if (limit) {
      assert_memory_equal(pe->local + 512 + 128, m->dram + 3, 33);
      assert_memory_equal(pe->local + 512 + 192, m->dram + 3, 33);
    } else {
      assert_non_null(strstr(m->failure, "row 2 of the list"));
    }
    assert_int_equal(pe->cp->counter[30], limit);
    machine_free(m);
  }
}

// Members of a row and of a column get the same bytes, whatever the order in which they come;
// memory is read once per group.
static void multicast(void **state) {
  for (unsigned functional = 0; functional < 2; functional++) {
    struct machine *m = machine_new(3, 4, functional);
    struct dice d = {5};
    roll_bytes(&d, m->dram, 1 << 16);
    for (unsigned i = 0; i < 12; i++) {
      struct mtia_pe *pe = &m->dev.pe[i];
      m->program[2 * i].delay = roll(&d, 500);
      PUT(m, pe, 0, CB_INIT, MTIA_LOCAL_BASE, 8192, 0);
      PUT(m, pe, 0, CB_INIT, MTIA_LOCAL_BASE + 8192, 8192, 1);
      PUT(m, pe, 0, CR_W2, 100, 0, CR_DMA_IN);
      PUT(m, pe, 0, CR_W, 128, 0, CR_DMA_IN_PITCH);
      // Rows: all columns but 1; columns: all rows.
      PUT(m, pe, 0, CR_W, 0xD | 0x7 << 16, 0, CR_MCAST);
      for (unsigned k = 0; k < 4; k++) {
        if (pe->col != 1)
          PUT(m, pe, 0, DMA_IN, MTIA_DRAM_BASE + 4096 * pe->row + 1024 * k, 8, 0, 1);
        PUT(m, pe, 0, DMA_IN, MTIA_DRAM_BASE + 0x8000 + 4096 * pe->col + 1024 * k, 8, 1, 2);
      }
    }
    assert_true(machine_run(m));
    for (unsigned i = 0; i < 12; i++) {
      struct mtia_pe *pe = &m->dev.pe[i];
      for (unsigned row = 0; row < 32; row++) {
        static const uint8_t zero[28];
        if (pe->col != 1)
          assert_memory_equal(pe->local + 128 * row, m->dram + 4096 * pe->row + 128 * row, 100);
        assert_memory_equal(pe->local + 8192 + 128 * row,
                            m->dram + 0x8000 + 4096 * pe->col + 128 * row, 100);
        assert_memory_equal(pe->local + 8192 + 128 * row + 100, zero, 28);
      }
    }
    // 3 rows and 4 columns of PEs, 3200 bytes each.
    assert_int_equal(m->dev.grid->read_bytes[LEVEL_DRAM], 7 * 3200);
    assert_int_equal(m->dev.grid->multicast_saved, 3 * 2 * 3200 + 4 * 2 * 3200);
    machine_free(m);
  }
}

// Core 0 fills a small buffer, core 1 uses it up: far more data than the buffer holds.
static void two_cores_and_one_buffer(void **state) {
  for (unsigned functional = 0; functional < 2; functional++) {
    struct machine *m = machine_new(1, 1, functional);
    struct mtia_pe *pe = pe_at(m, 0, 0);
    struct dice d = {9};
    roll_bytes(&d, m->dram, 1 << 16);
    PUT(m, pe, 0, CB_INIT, MTIA_LOCAL_BASE + 32, 3 * 1024, 4);
    PUT(m, pe, 0, BAR, 0, 0, 0);
    PUT(m, pe, 0, CR_W2, 1024, 0, CR_DMA_IN);
    PUT(m, pe, 1, BAR, 0, 0, 0);
    PUT(m, pe, 1, CR_W2, 512, 0, CR_DMA_OUT);
    for (unsigned k = 0; k < 40; k++) {
      PUT(m, pe, 0, DMA_IN, MTIA_DRAM_BASE + 1024 * k, 1, 4, 0);
      PUT(m, pe, 1, DMA_OUT, MTIA_DRAM_BASE + (1 << 20) + 1024 * k, 1, 4);
      PUT(m, pe, 1, DMA_OUT, MTIA_DRAM_BASE + (1 << 20) + 1024 * k + 512, 1, 4);
    }
    PUT(m, pe, 1, SYNC, 0, 0, 0);
    struct step *fill = PUT(m, pe, 1, CB_FILL, 0, 0, 4);
    assert_true(machine_run(m));
    assert_int_equal(fill->rd, 0);
    assert_memory_equal(m->dram, m->dram + (1 << 20), 40 * 1024);
    machine_free(m);
  }
}

static void identity(void **state) {
  struct machine *m = machine_new(2, 3, false);
  m->dev.row0 = 4;
  m->dev.col0 = 2;
  struct mtia_pe *pe = pe_at(m, 1, 2);
  static const uint64_t expected[8] = {1, 2, 1, 2, 3, 5, 5, 4};
  for (uint8_t sel = 0; sel < 8; sel++)
    PUT(m, pe, 1, ID, 0, 0, sel);
  assert_true(machine_run(m));
  for (unsigned sel = 0; sel < 8; sel++)
    assert_int_equal(m->program[2 * pe->index + 1].step[sel].rd, expected[sel]);
  machine_free(m);
}

static void command_registers(void **state) {
  struct machine *m = machine_new(1, 1, false);
  struct mtia_pe *pe = pe_at(m, 0, 0);
  PUT(m, pe, 0, CR_W, 0x123456789ABCDEF0, 0, 5);
  PUT(m, pe, 0, CR_ADD, 0xFFFFFFFF76543220, 0, 5);
  PUT(m, pe, 0, CR_R, 0, 0, 5);
  PUT(m, pe, 0, CR_W2, 0xAAAAAAAA00000001, 0xBBBBBBBB00000002, 6);
  PUT(m, pe, 0, CR_R, 0, 0, 6);
  PUT(m, pe, 1, CR_R, 0, 0, 5);
  assert_true(machine_run(m));
  assert_int_equal(m->program[0].step[2].rd, 0x1234567811111110); // no carry into hi
  assert_int_equal(m->program[0].step[4].rd, 0x0000000200000001);
  assert_int_equal(m->program[1].step[0].rd, 0); // every core has its own
  machine_free(m);
}

static void buffer_addresses(void **state) {
  struct machine *m = machine_new(1, 1, false);
  struct mtia_pe *pe = pe_at(m, 0, 0);
  PUT(m, pe, 0, CB_INIT, MTIA_LOCAL_BASE + 64, 96, 1);
  PUT(m, pe, 0, CB_PUSH, 64, 0, 1);
  PUT(m, pe, 0, CB_POP, 32, 0, 1);
  PUT(m, pe, 0, SYNC, 0, 0, 0);
  struct step *const first = m->program[0].step;
  PUT(m, pe, 0, CB_HEAD, 0, 0, 1);  // byte 32
  PUT(m, pe, 0, CB_HEAD, 70, 0, 1); // byte 102 = 6
  PUT(m, pe, 0, CB_TAIL, 0, 0, 1);  // byte 64
  PUT(m, pe, 0, CB_TAIL, 40, 0, 1); // byte 104 = 8
  PUT(m, pe, 0, CB_FILL, 0, 0, 1);
  PUT(m, pe, 0, CB_POP, 64, 0, 1); // not there yet: head is ahead of visible
  PUT(m, pe, 0, CB_FILL, 0, 0, 1);
  PUT(m, pe, 0, CB_PUSH, 32, 0, 1);
  assert_true(machine_run(m));
  const struct step *s = m->program[0].step;
  assert_ptr_equal(first, s); // the list did not move
  assert_int_equal(s[4].rd, MTIA_LOCAL_BASE + 64 + 32);
  assert_int_equal(s[5].rd, MTIA_LOCAL_BASE + 64 + 6);
  assert_int_equal(s[6].rd, MTIA_LOCAL_BASE + 64 + 64);
  assert_int_equal(s[7].rd, MTIA_LOCAL_BASE + 64 + 8);
  assert_int_equal(s[8].rd, 32);
  assert_int_equal((int64_t)s[10].rd, -32);
  machine_free(m);
}

// What remote windows are for: PE (0,0) writes into PE (1,1), which reads it back from (0,0).
static void remote_local_memory(void **state) {
  struct machine *m = machine_new(2, 2, false);
  struct mtia_pe *pe = pe_at(m, 0, 0), *far = pe_at(m, 1, 1);
  uint64_t window = MTIA_REMOTE_BASE + (uint64_t)(MTIA_REMOTE_COLUMNS + 1) * MTIA_LOCAL_ROOM;
  struct dice d = {3};
  roll_bytes(&d, pe->local, 512);
  PUT(m, pe, 0, CB_INIT, MTIA_LOCAL_BASE, 512, 0);
  PUT(m, pe, 0, CB_PUSH, 512, 0, 0);
  PUT(m, pe, 0, CR_W2, 512, 0, CR_DMA_OUT);
  PUT(m, pe, 0, DMA_OUT, window + 4096, 1, 0);
  assert_true(machine_run(m));
  assert_memory_equal(far->local + 4096, pe->local, 512);
  assert_int_equal(m->dev.grid->written_bytes[LEVEL_REMOTE], 512);
  machine_free(m);
}

// Text of everything that a PE is blocked by.
static char *report(struct mtia_pe *pe) {
  char *text = NULL;
  size_t size = 0;
  FILE *out = open_memstream(&text, &size);
  assert_non_null(out);
  mtia_cp_report(pe, out);
  fclose(out);
  return text;
}

static void report_of_missing_data(void **state) {
  struct machine *m = machine_new(1, 1, false);
  struct mtia_pe *pe = pe_at(m, 0, 0);
  PUT(m, pe, 1, CB_INIT, MTIA_LOCAL_BASE, 8192, 3);
  PUT(m, pe, 1, CB_PUSH, 2048, 0, 3);
  PUT(m, pe, 1, CR_W2, 32 | 32 << 16, 0, CR_BLOCK);
  PUT(m, pe, 1, CR_W2, 0, 128, CR_MML_A);
  PUT(m, pe, 1, CR_W2, 0, 32, CR_MML_B);
  PUT(m, pe, 1, MML, 0, 0, 2, 3, 3, 0, 0, 0, 0);
  PUT(m, pe, 1, CB_POP, 1024, 0, 3);
  PUT(m, pe, 1, SYNC, 0, 0, 0);
  assert_false(machine_run(m));
  char *text = report(pe);
  assert_string_equal(
      text, "  DPE: mml acc 2 from CB 3 and CB 3 (core 1, step 5) waits\n"
            "    CB 3: needs bytes 0..4000, 2048 bytes are visible, size 8192: 1952 bytes too few; "
            "nobody will push them: no cb.push or dma.in on this CB is under way\n"
            "  CP: cb.pop from CB 3 (core 1, step 6) waits\n"
            "    waits for the earlier mml acc 2 from CB 3 and CB 3 (core 1, step 5)\n");
  free(text);
  char why[200];
  mtia_cp_why(&pe->core[1], why, sizeof why);
  assert_string_equal(why, "mtia.sync waits for 2 unfinished commands of this core");
  machine_free(m);
}

static void report_of_other_pes(void **state) {
  struct machine *m = machine_new(2, 2, false);
  struct mtia_pe *pe = pe_at(m, 1, 0);
  PUT(m, pe, 0, CB_INIT, MTIA_LOCAL_BASE, 8192, 3);
  PUT(m, pe, 0, CR_W2, 64, 0, CR_DMA_IN);
  PUT(m, pe, 0, CR_W, 3, 0, CR_MCAST);
  PUT(m, pe, 0, DMA_IN, MTIA_DRAM_BASE, 1, 3, 1);
  PUT(m, pe, 0, RED, 0, 0, 1, RED_IN_NORTH, RED_OUT_EAST);
  PUT(m, pe, 0, CB_WAITD, 64, 0, 3);
  PUT(m, pe, 1, BAR, 0, 0, 1);
  assert_false(machine_run(m));
  char *text = report(pe);
  assert_string_equal(
      text, "  FI in: dma.in to CB 3 (core 0, step 3) waits\n"
            "    multicast along this row, mask 0x3: core 0 has not issued its dma.in on column 1\n"
            "  RE: red acc 1 (core 0, step 4) waits\n"
            "    no tile has come from the north\n");
  free(text);
  char why[200];
  mtia_cp_why(&pe->core[0], why, sizeof why);
  assert_string_equal(why, "CB 3 holds 0 bytes, cb.waitd needs 64");
  mtia_cp_why(&pe->core[1], why, sizeof why);
  assert_string_equal(
      why, "mtia.bar 1 (this core number in all PEs of the sub-grid): 1 of 4 have arrived");
  machine_free(m);
}

static double number(const cJSON *object, const char *key) {
  const cJSON *item = cJSON_GetObjectItemCaseSensitive(object, key);
  assert_true(cJSON_IsNumber(item));
  return item->valuedouble;
}

// A fully connected layer 128 x 128 x 512 on 2 x 2 PEs: counters that can be told beforehand.
static void counters(void **state) {
  struct machine *m = machine_new(2, 2, false);
  fc_put(m, MTIA_SRAM_BASE, 128, 128, 512);
  assert_true(machine_run(m));
  cJSON *all = cJSON_CreateObject();
  mtia_units_stats_json(&m->dev, m->end, all);
  const double macs = 128.0 * 128 * 512, mmls = macs / 32768, loaded = 4.0 * 2 * 64 * 512;
  assert_true(number(all, "macs") == macs);
  assert_true(number(all, "mml") == mmls);
  assert_true(number(all, "dma_in_bytes") == loaded);
  assert_true(number(all, "dma_out_bytes") == 128 * 128);
  assert_true(number(all, "multicast_saved_bytes") == loaded / 2);
  assert_true(number(all, "noc_bytes") == loaded / 2 + 128 * 128);
  assert_true(number(all, "local_read_bytes") == mmls * 64 * 32 + 128 * 128);
  assert_true(number(all, "local_written_bytes") == loaded + 128 * 128);
  assert_true(fabs(number(all, "dpe_peak_share") - macs / (4096.0 * (double)m->end)) < 1e-9);
  const cJSON *memory = cJSON_GetObjectItem(all, "memory");
  const cJSON *sram = cJSON_GetObjectItem(memory, "sram");
  assert_true(number(sram, "read_bytes") == loaded / 2);
  assert_true(number(sram, "written_bytes") == 128 * 128);
  const cJSON *dpe = cJSON_GetObjectItem(cJSON_GetObjectItem(all, "units"), "dpe");
  assert_true(number(dpe, "busy_cycles") == mmls * 32);
  assert_int_equal(cJSON_GetArraySize(cJSON_GetObjectItem(all, "pes")), 4);
  // The multiplying core is held up by the DPE's queue most of the time.
  const cJSON *stalls = cJSON_GetObjectItem(all, "core_stall_cycles");
  assert_true(number(stalls, "queue_full") > 0.3 * (double)m->end);
  cJSON_Delete(all);
  char *text = NULL;
  size_t size = 0;
  FILE *out = open_memstream(&text, &size);
  assert_non_null(out);
  mtia_units_stats_text(&m->dev, m->end, out);
  fclose(out);
  assert_non_null(strstr(text, "of the DPE peak"));
  free(text);
  machine_free(m);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(dpe_tile),
      cmocka_unit_test(rounding),
      cmocka_unit_test(requantise_ties),
      cmocka_unit_test(reduction_chain),
      cmocka_unit_test(float_reduction),
      cmocka_unit_test(counters_of_pes),
      cmocka_unit_test(gather_beyond_memory),
      cmocka_unit_test(multicast),
      cmocka_unit_test(two_cores_and_one_buffer),
      cmocka_unit_test(identity),
      cmocka_unit_test(command_registers),
      cmocka_unit_test(buffer_addresses),
      cmocka_unit_test(remote_local_memory),
      cmocka_unit_test(report_of_missing_data),
      cmocka_unit_test(report_of_other_pes),
      cmocka_unit_test(counters),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
