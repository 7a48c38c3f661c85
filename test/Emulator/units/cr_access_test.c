// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Which command reads and changes which command register: the lists in the .td files, which the
// compiler believes (lib/Target/MTIA/MTIACommandRegisters.cpp), against what the emulator does.
//
// A command with random operands and registers is issued twice, the second time with one register
// changed. If the list doesn't name that register, the command is the same, or is refused for the
// same reason, and nothing but it differs afterwards. Every register that a list names makes a
// difference in some round.

#include "machine.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

enum { CRS = CR_FIRST_RESERVED, ROUNDS = 4000 };

struct access {
  unsigned op;
  unsigned operand, mask; // 0: always
  uint32_t reads, advances;
};
static const struct access accesses[] = {
#define MTIA_CR_ACCESS(id, operand, mask, reads, advances)                                         \
  {MTIA_OP_##id, operand, mask, reads, advances},
#include "mtia/mtia_cr.inc"
};
enum { ACCESSES = sizeof accesses / sizeof *accesses };

static const char *const cr_name[] = {
#define MTIA_CR(name, number) [number] = #name,
#include "mtia/mtia_cr.inc"
};
_Static_assert(sizeof cr_name / sizeof *cr_name == CRS, "a register has no name in the .td files");
#define MTIA_CR(name, number) _Static_assert(CR_##name == (number), #name);
#include "mtia/mtia_cr.inc"

static void listed(unsigned op, const uint8_t x[8], uint32_t *reads, uint32_t *advances) {
  *reads = *advances = 0;
  for (unsigned i = 0; i < ACCESSES; i++)
    if (accesses[i].op == op && (!accesses[i].mask || x[accesses[i].operand] & accesses[i].mask)) {
      *reads |= accesses[i].reads;
      *advances |= accesses[i].advances;
    }
}

//===-- Random operands and registers ------------------------------------------===//

static uint8_t some_cb(struct dice *d) { return (uint8_t)(roll(d, 20) ? roll(d, 3) : 9); }

// Constant operands in the order of the assembler; rs2 or rs1 is the number of rows.
static void some_operands(struct dice *d, unsigned op, uint8_t x[8]) {
  for (unsigned i = 0; i < 8; i++)
    x[i] = 0;
  switch (op) {
  case MTIA_OP_DMA_IN:
    x[0] = some_cb(d), x[1] = (uint8_t)roll(d, 3);
    break;
  case MTIA_OP_DMA_GATHER:
    x[0] = some_cb(d), x[1] = (uint8_t)(some_cb(d) + 32 * roll(d, 2));
    break;
  case MTIA_OP_DMA_OUT:
    x[0] = some_cb(d);
    break;
  case MTIA_OP_MML:
  case MTIA_OP_MML_OA:
  case MTIA_OP_MML_OB:
  case MTIA_OP_MML_OAB:
    x[0] = (uint8_t)roll(d, 4), x[1] = some_cb(d), x[2] = some_cb(d), x[3] = (uint8_t)roll(d, 2);
    x[4] = (uint8_t)roll(d, 2), x[5] = (uint8_t)roll(d, 4), x[6] = (uint8_t)roll(d, 6);
    break;
  case MTIA_OP_ACC_BIAS:
  case MTIA_OP_ACC_BIASR:
  case MTIA_OP_ACC_LOAD:
  case MTIA_OP_ACC_ADD:
  case MTIA_OP_ACC_ADDR:
  case MTIA_OP_ACC_MINMAX:
    x[0] = (uint8_t)roll(d, 4), x[1] = some_cb(d), x[2] = (uint8_t)roll(d, 2);
    x[3] = (uint8_t)roll(d, 2), x[4] = (uint8_t)roll(d, 4);
    break;
  case MTIA_OP_DRAIN:
  case MTIA_OP_DRAINF:
    x[0] = (uint8_t)roll(d, 4), x[1] = some_cb(d), x[2] = (uint8_t)roll(d, 2);
    x[3] = (uint8_t)roll(d, 2), x[4] = (uint8_t)roll(d, 6), x[5] = (uint8_t)roll(d, 4);
    break;
  case MTIA_OP_MLU_TRANSPOSE:
  case MTIA_OP_MLU_COPY:
  case MTIA_OP_MLU_CONCAT:
    x[0] = some_cb(d), x[1] = some_cb(d), x[2] = (uint8_t)roll(d, 4), x[3] = (uint8_t)roll(d, 2);
    break;
  case MTIA_OP_SE_UN: {
    static const uint8_t ops[] = {0, 1, 2, 8, 9, 15};
    x[0] = some_cb(d), x[1] = some_cb(d), x[2] = ops[roll(d, sizeof ops)];
    break;
  }
  case MTIA_OP_SE_BIN:
    x[0] = some_cb(d), x[1] = some_cb(d), x[2] = some_cb(d), x[3] = (uint8_t)roll(d, 13);
    break;
  case MTIA_OP_SE_ROWACC:
  case MTIA_OP_SE_RED:
    x[0] = some_cb(d), x[1] = some_cb(d), x[2] = (uint8_t)roll(d, 4);
    break;
  }
}

static uint32_t steps_of(struct dice *d, uint32_t by, uint32_t most) {
  return roll(d, 12) ? by * roll(d, most) : roll(d, 100);
}

// A value that a command likes, in most cases.
static uint64_t some_value(struct dice *d, unsigned cr) {
  switch (cr) {
  case CR_DMA_IN:
  case CR_DMA_OUT:
    return pair(roll(d, 200), roll(d, 2) ? 0 : 32 * roll(d, 10));
  case CR_DMA_IN_PITCH:
  case CR_DMA_OUT_PITCH:
    return steps_of(d, 32, 10);
  case CR_MCAST: // never a group, which would wait for its other members
    return pair(0, roll(d, 3));
  case CR_MML_A:
  case CR_MML_B:
    return pair(steps_of(d, 32, 20), steps_of(d, 32, 8));
  case CR_MML_INC:
    return pair(steps_of(d, 32, 3), steps_of(d, 32, 3));
  case CR_BLOCK:
    return pair(roll(d, 65) | roll(d, 65) << 16, roll(d, 20) == 0);
  case CR_BIAS:
    return pair(steps_of(d, 4, 50), steps_of(d, 4, 70));
  case CR_OUT:
    return pair(steps_of(d, 4, 50), steps_of(d, 4, 70));
  case CR_QCLAMP:
    return pair(-roll(d, 2) * roll(d, 128), roll(d, 140));
  case CR_QCHAN:
    return pair(roll(d, 3) | roll(d, 2) << 5, steps_of(d, 4, 50));
  case CR_GATHER:
    return pair(roll(d, 100), steps_of(d, 8, 50));
  case CR_GATHER_PITCH:
    return roll(d, 200);
  case CR_SE_FMT:
    return roll(d, 6) | roll(d, 6) << 4 | roll(d, 6) << 8 | roll(d, 4) << 12 | roll(d, 2) << 14;
  case CR_SE_LEN:
  case CR_SE_SRC:
    return pair(steps_of(d, 4, 50), steps_of(d, 4, 50));
  case CR_SE_ROW:
    return pair(roll(d, 60), roll(d, 2) ? 0 : roll(d, 3) | roll(d, 5) << 8 | roll(d, 2) << 31);
  case CR_MLU_SHAPE:
    return pair(roll(d, 12), roll(d, 12));
  case CR_MLU_SRC:
  case CR_MLU_DST:
    return pair(steps_of(d, 4, 5), steps_of(d, 4, 9));
  case CR_PREFETCH:
    return pair(roll(d, 100), steps_of(d, 32, 8));
  case CR_QMODE:
    return roll(d, 4) | (roll(d, 2) ? 0 : 8 + roll(d, 8)) << 4 |
           (roll(d, 2) ? 0 : roll(d, 20)) << 8;
  case CR_SE_STRIDE:
    return pair(steps_of(d, 4, 60), roll(d, 20) == 0);
  case CR_GATHER_LIMIT:
    return pair(roll(d, 100), roll(d, 33));
  default: // scales and zero points
    return pair(roll(d, -1u), roll(d, -1u));
  }
}

//===-- The comparison ---------------------------------------------------------===//

struct result {
  uint64_t fault;
  struct mtia_command command;
  uint64_t cr[CRS];
};

static struct machine *m;
static struct mtia_pe *pe;
static struct mtia_cp *fresh; // the state that every trial begins with

static int setup(void **state) {
  m = machine_new(1, 1, false);
  pe = pe_at(m, 0, 0);
  for (uint8_t cb = 0; cb < 3; cb++)
    TRY(m, pe, 0, CB_INIT, MTIA_LOCAL_BASE + 16384 * cb, 16384, cb);
  fresh = malloc(sizeof *fresh);
  assert_non_null(fresh);
  memcpy(fresh, pe->cp, sizeof *fresh);
  return 0;
}

static int teardown(void **state) {
  free(fresh);
  machine_free(m);
  return 0;
}

static struct result issue(unsigned op, uint64_t rs1, uint64_t rs2, const uint8_t x[8],
                           const uint64_t cr[CRS]) {
  struct result r;
  memset(&r, 0, sizeof r);
  memcpy(pe->cp->core[0].cr, cr, sizeof r.cr);
  r.fault = try_step(m, pe, 0, op, rs1, rs2, x);
  memcpy(r.cr, pe->cp->core[0].cr, sizeof r.cr);
  struct mtia_command *made = pe->cp->core[0].youngest;
  if (made) {
    memcpy(&r.command, made, sizeof r.command);
    r.command.next = r.command.older = r.command.younger = r.command.mover = NULL;
    free(made);
  }
  mtia_counter_destroy(pe->cp);
  memcpy(pe->cp, fresh, sizeof *fresh);
  m->events = 0;
  return r;
}

static bool same_command(const struct result *a, const struct result *b) {
  return a->fault == b->fault && memcmp(&a->command, &b->command, sizeof a->command) == 0;
}

static void compare(struct dice *d, unsigned op, uint32_t *mattered) {
  uint8_t x[8];
  uint64_t cr[CRS];
  some_operands(d, op, x);
  for (unsigned i = 0; i < CRS; i++)
    cr[i] = some_value(d, i);
  bool memory = op == MTIA_OP_DMA_IN || op == MTIA_OP_DMA_OUT || op == MTIA_OP_DMA_GATHER ||
                op == MTIA_OP_DMA_PREFETCH;
  uint64_t rs1 = memory ? MTIA_DRAM_BASE + 64 * roll(d, 100) : 1 + roll(d, 8);
  uint64_t rs2 = 1 + roll(d, 8);
  uint32_t reads, advances;
  listed(op, x, &reads, &advances);
  struct result first = issue(op, rs1, rs2, x, cr);

  for (unsigned i = 0; i < CRS; i++) {
    bool moved = first.cr[i] != cr[i];
    if (moved && (!(advances >> i & 1) || first.fault || first.cr[i] >> 32 != cr[i] >> 32))
      fail_msg("op %u changes %s, which its list doesn't say", op, cr_name[i]);
    uint64_t old = cr[i];
    cr[i] = some_value(d, i);
    struct result second = issue(op, rs1, rs2, x, cr);
    bool differs = !same_command(&first, &second);
    for (unsigned j = 0; j < CRS; j++)
      differs |= j != i && first.cr[j] != second.cr[j];
    if (differs && !(reads >> i & 1))
      fail_msg("op %u reads %s, which its list doesn't say: fault %u and %u", op, cr_name[i],
               (unsigned)first.fault, (unsigned)second.fault);
    if (!(advances >> i & 1) && second.cr[i] != cr[i])
      fail_msg("op %u changes %s, which its list doesn't say", op, cr_name[i]);
    *mattered |= (uint32_t)differs << i;
    cr[i] = old;
  }
}

static void lists(void **state) {
  struct dice dice = {20261121};
  for (unsigned a = 0; a < ACCESSES; a++) {
    unsigned op = accesses[a].op;
    if (a && accesses[a - 1].op == op)
      continue;
    uint32_t mattered = 0, all = 0;
    for (unsigned b = a; b < ACCESSES && accesses[b].op == op; b++)
      all |= accesses[b].reads;
    for (unsigned round = 0; round < ROUNDS && (round < 200 || mattered != all); round++)
      compare(&dice, op, &mattered);
    for (unsigned i = 0; i < CRS; i++)
      if ((all & ~mattered) >> i & 1)
        fail_msg("op %u is said to read %s, but never did", op, cr_name[i]);
  }
}

// Instructions without a list leave the registers alone; those that write one write that one.
static void others(void **state) {
  uint64_t cr[CRS], value = pair(77, 88);
  for (unsigned i = 0; i < CRS; i++)
    cr[i] = pair(i + 1, i + 100);
  for (uint8_t i = 0; i < CRS; i++) {
    struct result w = issue(MTIA_OP_CR_W, value, 0, (const uint8_t[8]){i}, cr);
    struct result w2 = issue(MTIA_OP_CR_W2, 77, 88, (const uint8_t[8]){i}, cr);
    struct result add = issue(MTIA_OP_CR_ADD, pair(-1u, 5), 0, (const uint8_t[8]){i}, cr);
    for (unsigned j = 0; j < CRS; j++) {
      assert_int_equal(w.cr[j], i == j ? value : cr[j]);
      assert_int_equal(w2.cr[j], i == j ? value : cr[j]);
      assert_int_equal(add.cr[j], i == j ? pair(i, i + 100) : cr[j]);
    }
  }
  static const unsigned silent[] = {
      MTIA_OP_ID,      MTIA_OP_CTR_ADD, MTIA_OP_CTR_GET,  MTIA_OP_CTR_SET, MTIA_OP_CTR_WAIT,
      MTIA_OP_CTR_TAS, MTIA_OP_CB_PUSH, MTIA_OP_CB_POP,   MTIA_OP_CB_HEAD, MTIA_OP_CB_TAIL,
      MTIA_OP_CB_FILL, MTIA_OP_CR_R,    MTIA_OP_ACC_ZERO, MTIA_OP_SYNC};
  for (unsigned i = 0; i < sizeof silent / sizeof *silent; i++) {
    struct result r = issue(silent[i], 0, 0, (const uint8_t[8]){0}, cr);
    assert_memory_equal(r.cr, cr, sizeof cr);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(lists, setup, teardown),
      cmocka_unit_test_setup_teardown(others, setup, teardown),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
