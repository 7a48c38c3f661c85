// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A core that fetches, decodes and executes one instruction after the other: what
// the fast one (core_exec.inc) is compared with. Everything about instructions is
// written here once more, from the manual (RISC-V Unprivileged ISA 20240411, chapter
// "RV32/64G Instruction Set Listings" for the encodings) and not from the target's
// descriptions; only CSRs, traps, devices, floating-point arithmetic and vectors are shared.
// It knows no time: an instruction is a cycle.
#include "reference.h"
#include "debug.h"
#include "guard.h"
#include "htif.h"
#include "insn.h"

#include <stdlib.h>
#include <string.h>

//===-- Short instructions ----------------------------------------------------===//

// Fields of the 32-bit formats, to write long instructions.
static uint32_t type_r(unsigned funct7, unsigned rs2, unsigned rs1, unsigned funct3, unsigned rd,
                       unsigned opcode) {
  return (uint32_t)funct7 << 25 | rs2 << 20 | rs1 << 15 | funct3 << 12 | rd << 7 | opcode;
}
static uint32_t type_i(int imm, unsigned rs1, unsigned funct3, unsigned rd, unsigned opcode) {
  return (uint32_t)imm << 20 | rs1 << 15 | funct3 << 12 | rd << 7 | opcode;
}
static uint32_t type_s(unsigned imm, unsigned rs2, unsigned rs1, unsigned funct3, unsigned opcode) {
  return (imm >> 5 & 0x7f) << 25 | rs2 << 20 | rs1 << 15 | funct3 << 12 | (imm & 31) << 7 | opcode;
}

enum opcode {
  LOAD = 0x03,
  LOAD_FP = 0x07,
  CUSTOM_0 = 0x0b,
  MISC_MEM = 0x0f,
  OP_IMM = 0x13,
  AUIPC = 0x17,
  OP_IMM_32 = 0x1b,
  STORE = 0x23,
  STORE_FP = 0x27,
  CUSTOM_1 = 0x2b,
  AMO = 0x2f,
  OP = 0x33,
  LUI = 0x37,
  OP_32 = 0x3b,
  MADD = 0x43,
  MSUB = 0x47,
  NMSUB = 0x4b,
  NMADD = 0x4f,
  OP_FP = 0x53,
  OP_V = 0x57,
  CUSTOM_2 = 0x5b,
  BRANCH = 0x63,
  JALR = 0x67,
  JAL = 0x6f,
  SYSTEM = 0x73,
  CUSTOM_3 = 0x7b,
};

// Bits hi..lo of a word, moved to position `to`.
static unsigned bits(uint32_t w, unsigned hi, unsigned lo, unsigned to) {
  return (w >> lo & ((1u << (hi - lo + 1)) - 1)) << to;
}

static int sign(unsigned value, unsigned width) {
  return (int)(value << (32 - width)) >> (32 - width);
}

static uint32_t expand_branch(unsigned rs1, unsigned funct3, int offset) {
  unsigned o = (unsigned)offset;
  return bits(o, 12, 12, 31) | bits(o, 10, 5, 25) | rs1 << 15 | funct3 << 12 | bits(o, 4, 1, 8) |
         bits(o, 11, 11, 7) | BRANCH;
}

// Quadrant 0: loads and stores of x8 to x15, addi4spn.
static uint32_t expand_0(uint32_t w) {
  unsigned rd = 8 + bits(w, 4, 2, 0), rs1 = 8 + bits(w, 9, 7, 0);
  unsigned word = bits(w, 5, 5, 6) | bits(w, 12, 10, 3) | bits(w, 6, 6, 2);
  unsigned dword = bits(w, 6, 5, 6) | bits(w, 12, 10, 3);
  unsigned four = bits(w, 10, 7, 6) | bits(w, 12, 11, 4) | bits(w, 5, 5, 3) | bits(w, 6, 6, 2);
  switch (w >> 13) {
  case 0:
    return four ? type_i((int)four, 2, 0, rd, OP_IMM) : 0; // addi rd, sp, imm
  case 1:
    return type_i((int)dword, rs1, 3, rd, LOAD_FP);
  case 2:
    return type_i((int)word, rs1, 2, rd, LOAD);
  case 3:
    return type_i((int)dword, rs1, 3, rd, LOAD);
  case 5:
    return type_s(dword, rd, rs1, 3, STORE_FP);
  case 6:
    return type_s(word, rd, rs1, 2, STORE);
  case 7:
    return type_s(dword, rd, rs1, 3, STORE);
  }
  return 0;
}

static uint32_t expand_alu(uint32_t w) {
  unsigned rd = 8 + bits(w, 9, 7, 0), rs2 = 8 + bits(w, 4, 2, 0);
  unsigned shift = bits(w, 12, 12, 5) | bits(w, 6, 2, 0);
  switch (w >> 10 & 3) {
  case 0:
    return type_i((int)shift, rd, 5, rd, OP_IMM);
  case 1:
    return type_i((int)(shift | 0x400), rd, 5, rd, OP_IMM);
  case 2:
    return type_i(sign(shift, 6), rd, 7, rd, OP_IMM);
  }
  static const uint8_t funct3[4] = {0, 4, 6, 7}; // sub xor or and
  unsigned which = w >> 5 & 3;
  if (!(w >> 12 & 1))
    return type_r(which ? 0 : 0x20, rs2, rd, funct3[which], rd, OP);
  if (which > 1)
    return 0;
  return type_r(which ? 0 : 0x20, rs2, rd, 0, rd, OP_32); // subw addw
}

// Quadrant 1: constants, arithmetic, jumps.
static uint32_t expand_1(uint32_t w) {
  unsigned rd = w >> 7 & 31, narrow = 8 + bits(w, 9, 7, 0);
  int imm = sign(bits(w, 12, 12, 5) | bits(w, 6, 2, 0), 6);
  int jump = sign(bits(w, 12, 12, 11) | bits(w, 8, 8, 10) | bits(w, 10, 9, 8) | bits(w, 6, 6, 7) |
                      bits(w, 7, 7, 6) | bits(w, 2, 2, 5) | bits(w, 11, 11, 4) | bits(w, 5, 3, 1),
                  12);
  int branch = sign(bits(w, 12, 12, 8) | bits(w, 6, 5, 6) | bits(w, 2, 2, 5) | bits(w, 11, 10, 3) |
                        bits(w, 4, 3, 1),
                    9);
  int sixteen = sign(bits(w, 12, 12, 9) | bits(w, 4, 3, 7) | bits(w, 5, 5, 6) | bits(w, 2, 2, 5) |
                         bits(w, 6, 6, 4),
                     10);
  unsigned j = (unsigned)jump;
  switch (w >> 13) {
  case 0:
    return type_i(rd ? imm : 0, rd, 0, rd, OP_IMM);
  case 1:
    return rd ? type_i(imm, rd, 0, rd, OP_IMM_32) : 0;
  case 2:
    return type_i(imm, 0, 0, rd, OP_IMM);
  case 3:
    if (rd == 2)
      return sixteen ? type_i(sixteen, 2, 0, 2, OP_IMM) : 0;
    return imm ? (uint32_t)imm << 12 | rd << 7 | LUI : 0;
  case 4:
    return expand_alu(w);
  case 5:
    return bits(j, 20, 20, 31) | bits(j, 10, 1, 21) | bits(j, 11, 11, 20) | bits(j, 19, 12, 12) |
           JAL;
  default:
    return expand_branch(narrow, w >> 13 & 1, branch); // 6 beqz, 7 bnez
  }
}

// Quadrant 2: the stack, any register.
static uint32_t expand_2(uint32_t w) {
  unsigned rd = w >> 7 & 31, rs2 = w >> 2 & 31;
  unsigned word = bits(w, 3, 2, 6) | bits(w, 12, 12, 5) | bits(w, 6, 4, 2);
  unsigned dword = bits(w, 4, 2, 6) | bits(w, 12, 12, 5) | bits(w, 6, 5, 3);
  unsigned store_word = bits(w, 8, 7, 6) | bits(w, 12, 9, 2);
  unsigned store_dword = bits(w, 9, 7, 6) | bits(w, 12, 10, 3);
  switch (w >> 13) {
  case 0:
    return type_i((int)(bits(w, 12, 12, 5) | rs2), rd, 1, rd, OP_IMM);
  case 1:
    return type_i((int)dword, 2, 3, rd, LOAD_FP);
  case 2:
    return rd ? type_i((int)word, 2, 2, rd, LOAD) : 0;
  case 3:
    return rd ? type_i((int)dword, 2, 3, rd, LOAD) : 0;
  case 4:
    if (rs2) // add, mv
      return type_r(0, rs2, w >> 12 & 1 ? rd : 0, 0, rd, OP);
    if (rd) // jalr, jr
      return type_i(0, rd, 0, w >> 12 & 1, JALR);
    return w >> 12 & 1 ? 0x00100073 : 0; // ebreak
  case 5:
    return type_s(store_dword, rs2, 2, 3, STORE_FP);
  case 6:
    return type_s(store_word, rs2, 2, 2, STORE);
  default:
    return type_s(store_dword, rs2, 2, 3, STORE);
  }
}

uint32_t mtia_reference_expand(uint32_t half) {
  switch (half & 3) {
  case 0:
    return expand_0(half);
  case 1:
    return expand_1(half);
  case 2:
    return expand_2(half);
  }
  return 0;
}

//===-- One instruction -------------------------------------------------------===//

struct step {
  struct mtia_core *c;
  uint32_t word; // long form
  uint32_t bits; // as fetched
  unsigned length;
  uint64_t next; // pc afterwards
  enum mtia_exit why;
  bool trapped;
};

#define RD(s) ((s)->word >> 7 & 31)
#define RS1(s) ((s)->word >> 15 & 31)
#define RS2(s) ((s)->word >> 20 & 31)
#define RS3(s) ((s)->word >> 27)
#define FUNCT3(s) ((s)->word >> 12 & 7)
#define FUNCT7(s) ((s)->word >> 25)

static void trap(struct step *s, uint64_t cause, uint64_t tval) {
  s->trapped = true;
  s->c->cycle++;
  mtia_core_trap(s->c, cause, tval);
}

static void illegal(struct step *s) { trap(s, 2, s->bits); }

static uint64_t x(const struct step *s, unsigned r) { return r ? s->c->x[r] : 0; }

static void set_x(struct step *s, uint64_t value) {
  if (RD(s))
    s->c->x[RD(s)] = value;
}

static uint64_t word_result(uint64_t value) { return (uint64_t)(int64_t)(int32_t)value; }

// Where an access goes, or a trap. `addr` is what the program says, `size` bytes in one page.
static bool reach(struct step *s, enum mtia_access access, uint64_t addr, unsigned size,
                  uint64_t *phys) {
  *phys = addr;
  uint64_t cause = s->c->guarded ? mtia_guard(s->c, access, size, phys) : 0;
  return cause ? trap(s, cause, addr), false : true;
}

// The part of an access that is in its first page, if it may have to be split.
static unsigned first_part(const struct step *s, uint64_t addr, unsigned size) {
  uint64_t left = MTIA_PAGE_BYTES - addr % MTIA_PAGE_BYTES;
  return s->c->guarded && left < size ? (unsigned)left : size;
}

// Devices count the instruction that accesses them.
static bool device(struct step *s, bool load, uint64_t addr, unsigned size, uint64_t *value) {
  s->c->cycle++;
  bool known =
      load ? mtia_clint_load(s->c, addr, size, value) : mtia_clint_store(s->c, addr, size, *value);
  s->c->cycle--;
  return known;
}

static bool read_memory(struct step *s, uint64_t addr, unsigned size, uint64_t *value) {
  unsigned first = first_part(s, addr, size);
  uint64_t phys, upper = 0;
  *value = 0;
  if (!reach(s, MTIA_LOAD, addr, first, &phys))
    return false;
  const uint8_t *host = mtia_core_mem(s->c, phys, first);
  if (host)
    memcpy(value, host, first);
  else if (!device(s, true, phys, first, value))
    return trap(s, 5, addr), false;
  if (first < size && !read_memory(s, addr + first, size - first, &upper))
    return false;
  *value |= first < size ? upper << 8 * first : 0;
  return true;
}

static bool write_memory(struct step *s, uint64_t addr, unsigned size, uint64_t value) {
  unsigned first = first_part(s, addr, size);
  uint64_t phys, behind;
  // Nothing is written if the second page refuses.
  if (!reach(s, MTIA_STORE, addr, first, &phys) ||
      (first < size && !reach(s, MTIA_STORE, addr + first, size - first, &behind)))
    return false;
  uint8_t *host = mtia_core_mem(s->c, phys, first);
  if (!host && !device(s, false, phys, first, &value))
    return trap(s, 7, addr), false;
  if (first < size && !write_memory(s, addr + first, size - first, value >> 8 * first))
    return false;
  if (host)
    memcpy(host, &value, first);
  return true;
}

static uint64_t extend(uint64_t value, unsigned size, bool is_signed) {
  unsigned shift = 64 - 8 * size;
  return is_signed ? (uint64_t)((int64_t)(value << shift) >> shift) : value << shift >> shift;
}

static void load(struct step *s) {
  unsigned funct3 = FUNCT3(s);
  uint64_t value, addr = x(s, RS1(s)) + (uint64_t)((int32_t)s->word >> 20);
  if (funct3 == 7)
    illegal(s);
  else if (read_memory(s, addr, 1u << (funct3 & 3), &value))
    set_x(s, extend(value, 1u << (funct3 & 3), !(funct3 & 4)));
}

static uint64_t store_address(const struct step *s) {
  int32_t imm = ((int32_t)s->word >> 25) * 32 + (int32_t)RD(s);
  return x(s, RS1(s)) + (uint64_t)(int64_t)imm;
}

static void store(struct step *s) {
  if (FUNCT3(s) > 3)
    illegal(s);
  else
    write_memory(s, store_address(s), 1u << FUNCT3(s), x(s, RS2(s)));
}

//===-- Integers --------------------------------------------------------------===//

static uint64_t rotate(uint64_t a, unsigned right, unsigned width) {
  right %= width;
  if (!right)
    return a;
  if (width == 32)
    return (uint32_t)a >> right | (uint32_t)a << (32 - right);
  return a >> right | a << (64 - right);
}

static uint64_t count(uint64_t a, unsigned what, unsigned width) {
  unsigned n = 0;
  switch (what) {
  case 0: // leading zeros
    while (n < width && !(a >> (width - 1 - n) & 1))
      n++;
    return n;
  case 1: // trailing zeros
    while (n < width && !(a >> n & 1))
      n++;
    return n;
  default: // ones
    for (unsigned i = 0; i < width; i++)
      n += a >> i & 1;
    return n;
  }
}

static void op_imm(struct step *s) {
  uint64_t a = x(s, RS1(s)), imm = (uint64_t)((int32_t)s->word >> 20);
  unsigned funct6 = s->word >> 26, amount = s->word >> 20 & 63, which = RS2(s);
  uint64_t bit = UINT64_C(1) << amount, r = 0;
  switch (FUNCT3(s)) {
  case 0:
    r = a + imm;
    break;
  case 2:
    r = (int64_t)a < (int64_t)imm;
    break;
  case 3:
    r = a < imm;
    break;
  case 4:
    r = a ^ imm;
    break;
  case 6:
    r = a | imm;
    break;
  case 7:
    r = a & imm;
    break;
  case 1:
    if (funct6 == 0x00)
      r = a << amount;
    else if (funct6 == 0x0a)
      r = a | bit;
    else if (funct6 == 0x12)
      r = a & ~bit;
    else if (funct6 == 0x1a)
      r = a ^ bit;
    else if (FUNCT7(s) == 0x30 && which < 3)
      r = count(a, which, 64);
    else if (FUNCT7(s) == 0x30 && (which == 4 || which == 5))
      r = extend(a, which == 4 ? 1 : 2, true);
    else
      return illegal(s);
    break;
  case 5:
    if (funct6 == 0x00)
      r = a >> amount;
    else if (funct6 == 0x10)
      r = (uint64_t)((int64_t)a >> amount);
    else if (funct6 == 0x12)
      r = a >> amount & 1;
    else if (funct6 == 0x18)
      r = rotate(a, amount, 64);
    else if (s->word >> 20 == 0x287) // orc.b
      for (unsigned i = 0; i < 64; i += 8)
        r |= a >> i & 255 ? UINT64_C(255) << i : 0;
    else if (s->word >> 20 == 0x6b8) // rev8
      for (unsigned i = 0; i < 64; i += 8)
        r |= (a >> i & 255) << (56 - i);
    else
      return illegal(s);
    break;
  }
  set_x(s, r);
}

static void op_imm_32(struct step *s) {
  uint64_t a = x(s, RS1(s));
  unsigned amount = RS2(s), funct7 = FUNCT7(s), funct3 = FUNCT3(s);
  if (funct3 == 0)
    set_x(s, word_result(a + (uint64_t)((int32_t)s->word >> 20)));
  else if (funct3 == 1 && funct7 == 0)
    set_x(s, word_result((uint32_t)a << amount));
  else if (funct3 == 1 && s->word >> 26 == 0x02) // slli.uw
    set_x(s, (uint64_t)(uint32_t)a << (s->word >> 20 & 63));
  else if (funct3 == 1 && funct7 == 0x30 && amount < 3)
    set_x(s, count(a, amount, 32));
  else if (funct3 == 5 && funct7 == 0)
    set_x(s, word_result((uint32_t)a >> amount));
  else if (funct3 == 5 && funct7 == 0x20)
    set_x(s, (uint64_t)(int64_t)((int32_t)a >> amount));
  else if (funct3 == 5 && funct7 == 0x30)
    set_x(s, word_result(rotate(a, amount, 32)));
  else
    illegal(s);
}

static uint64_t high_product(uint64_t a, uint64_t b) {
  uint64_t a0 = (uint32_t)a, a1 = a >> 32, b0 = (uint32_t)b, b1 = b >> 32;
  uint64_t middle = a1 * b0 + (a0 * b0 >> 32);
  uint64_t other = a0 * b1 + (uint32_t)middle;
  return a1 * b1 + (middle >> 32) + (other >> 32);
}

// M, for 64 and (sign- or zero-extended) 32 bits. Division by zero and overflow as the manual says.
static uint64_t divide(uint64_t a, uint64_t b, bool is_signed, bool remainder) {
  if (b == 0)
    return remainder ? a : ~UINT64_C(0);
  if (is_signed && b == ~UINT64_C(0))
    return remainder ? 0 : -a;
  if (is_signed)
    return (uint64_t)(remainder ? (int64_t)a % (int64_t)b : (int64_t)a / (int64_t)b);
  return remainder ? a % b : a / b;
}

static uint64_t multiply_divide(unsigned funct3, uint64_t a, uint64_t b) {
  bool a_negative = (int64_t)a < 0, b_negative = (int64_t)b < 0;
  switch (funct3) {
  case 0:
    return a * b;
  case 1:
    return high_product(a, b) - (a_negative ? b : 0) - (b_negative ? a : 0);
  case 2:
    return high_product(a, b) - (a_negative ? b : 0);
  case 3:
    return high_product(a, b);
  default:
    return divide(a, b, !(funct3 & 1), funct3 & 2);
  }
}

static void op(struct step *s) {
  uint64_t a = x(s, RS1(s)), b = x(s, RS2(s));
  uint64_t bit = UINT64_C(1) << (b & 63);
  switch (FUNCT7(s) << 4 | FUNCT3(s)) {
  case 0x000:
    return set_x(s, a + b);
  case 0x001:
    return set_x(s, a << (b & 63));
  case 0x002:
    return set_x(s, (int64_t)a < (int64_t)b);
  case 0x003:
    return set_x(s, a < b);
  case 0x004:
    return set_x(s, a ^ b);
  case 0x005:
    return set_x(s, a >> (b & 63));
  case 0x006:
    return set_x(s, a | b);
  case 0x007:
    return set_x(s, a & b);
  case 0x200:
    return set_x(s, a - b);
  case 0x205:
    return set_x(s, (uint64_t)((int64_t)a >> (b & 63)));
  case 0x204:
    return set_x(s, ~(a ^ b));
  case 0x206:
    return set_x(s, a | ~b);
  case 0x207:
    return set_x(s, a & ~b);
  case 0x010 ... 0x017:
    return set_x(s, multiply_divide(FUNCT3(s), a, b));
  case 0x054:
    return set_x(s, (int64_t)a < (int64_t)b ? a : b);
  case 0x055:
    return set_x(s, a < b ? a : b);
  case 0x056:
    return set_x(s, (int64_t)a > (int64_t)b ? a : b);
  case 0x057:
    return set_x(s, a > b ? a : b);
  case 0x075: // czero.eqz
    return set_x(s, b == 0 ? 0 : a);
  case 0x077: // czero.nez
    return set_x(s, b != 0 ? 0 : a);
  case 0x102:
    return set_x(s, a * 2 + b);
  case 0x104:
    return set_x(s, a * 4 + b);
  case 0x106:
    return set_x(s, a * 8 + b);
  case 0x141:
    return set_x(s, a | bit);
  case 0x241:
    return set_x(s, a & ~bit);
  case 0x341:
    return set_x(s, a ^ bit);
  case 0x245:
    return set_x(s, (a & bit) != 0);
  case 0x301:
    return set_x(s, rotate(a, 64 - (b & 63), 64));
  case 0x305:
    return set_x(s, rotate(a, b & 63, 64));
  }
  illegal(s);
}

static void op_32(struct step *s) {
  uint64_t a = x(s, RS1(s)), b = x(s, RS2(s));
  bool is_signed = !(FUNCT3(s) & 1);
  switch (FUNCT7(s) << 4 | FUNCT3(s)) {
  case 0x000:
    return set_x(s, word_result(a + b));
  case 0x200:
    return set_x(s, word_result(a - b));
  case 0x001:
    return set_x(s, word_result((uint32_t)a << (b & 31)));
  case 0x005:
    return set_x(s, word_result((uint32_t)a >> (b & 31)));
  case 0x205:
    return set_x(s, (uint64_t)(int64_t)((int32_t)a >> (b & 31)));
  case 0x010:
    return set_x(s, word_result(a * b));
  case 0x014 ... 0x017:
    return set_x(s, word_result(divide(extend(a, 4, is_signed), extend(b, 4, is_signed), is_signed,
                                       FUNCT3(s) & 2)));
  case 0x040: // add.uw
    return set_x(s, (uint32_t)a + b);
  case 0x044: // zext.h is this with rs2 = 0
    return RS2(s) ? illegal(s) : set_x(s, (uint16_t)a);
  case 0x102:
    return set_x(s, (uint64_t)(uint32_t)a * 2 + b);
  case 0x104:
    return set_x(s, (uint64_t)(uint32_t)a * 4 + b);
  case 0x106:
    return set_x(s, (uint64_t)(uint32_t)a * 8 + b);
  case 0x301:
    return set_x(s, word_result(rotate(a, 32 - (b & 31), 32)));
  case 0x305:
    return set_x(s, word_result(rotate(a, b & 31, 32)));
  }
  illegal(s);
}

static void branch(struct step *s) {
  uint64_t a = x(s, RS1(s)), b = x(s, RS2(s));
  uint32_t w = s->word;
  int offset =
      sign(bits(w, 31, 31, 12) | bits(w, 7, 7, 11) | bits(w, 30, 25, 5) | bits(w, 11, 8, 1), 13);
  bool taken;
  switch (FUNCT3(s) & 6) {
  case 0:
    taken = a == b;
    break;
  case 4:
    taken = (int64_t)a < (int64_t)b;
    break;
  case 6:
    taken = a < b;
    break;
  default:
    illegal(s);
    return;
  }
  if (taken != (FUNCT3(s) & 1))
    s->next = s->c->pc + (uint64_t)(int64_t)offset;
}

//===-- Atomics ---------------------------------------------------------------===//

static uint64_t amo_result(unsigned funct5, uint64_t old, uint64_t b) {
  switch (funct5) {
  case 0x00:
    return old + b;
  case 0x01:
    return b;
  case 0x04:
    return old ^ b;
  case 0x08:
    return old | b;
  case 0x0c:
    return old & b;
  case 0x10:
    return (int64_t)old < (int64_t)b ? old : b;
  case 0x14:
    return (int64_t)old > (int64_t)b ? old : b;
  case 0x18:
    return old < b ? old : b;
  default:
    return old > b ? old : b;
  }
}

static void amo(struct step *s) {
  struct mtia_core *c = s->c;
  unsigned funct5 = s->word >> 27, size = 1u << FUNCT3(s);
  uint64_t addr = x(s, RS1(s)), b = x(s, RS2(s)), old = 0;
  bool lr = funct5 == 2, sc = funct5 == 3;
  bool known = lr ? RS2(s) == 0 : sc || funct5 == 1 || !(funct5 & 3);
  if (!known || size < 4 || size > 8)
    return illegal(s);
  if (addr % size)
    return trap(s, lr ? 4 : 6, addr);
  uint64_t phys;
  if (!reach(s, lr ? MTIA_LOAD : sc ? MTIA_STORE : MTIA_AMO, addr, size, &phys))
    return;
  uint8_t *host = mtia_core_mem(c, phys, size);
  if (!host)
    return trap(s, lr ? 5 : 7, addr);
  memcpy(&old, host, size);
  if (lr) {
    c->dev->reserver = c;
    c->reserved = phys;
    return set_x(s, extend(old, size, true));
  }
  if (sc) {
    bool mine = c->dev->reserver == c && c->reserved == phys;
    c->dev->reserver = NULL;
    if (mine)
      memcpy(host, &b, size);
    return set_x(s, !mine);
  }
  bool is_signed = funct5 < 0x18;
  uint64_t result = amo_result(funct5, extend(old, size, is_signed), extend(b, size, is_signed));
  memcpy(host, &result, size);
  set_x(s, extend(old, size, true));
}

//===-- Floating point --------------------------------------------------------===//

enum width { SINGLE, DOUBLE, HALF, NO_WIDTH };
static const uint8_t width_bytes[] = {4, 8, 2};

// A register's value; what is not a NaN-boxed value of the width is the canonical NaN.
static uint64_t f(const struct step *s, unsigned r, enum width w) {
  static const uint64_t nan[] = {MTIA_F32_NAN, MTIA_F64_NAN, MTIA_F16_NAN};
  uint64_t value = s->c->f[r];
  if (w == DOUBLE)
    return value;
  unsigned width = 8u * width_bytes[w];
  return value >> width == ~UINT64_C(0) >> width ? extend(value, width_bytes[w], false) : nan[w];
}

static void set_f(struct step *s, enum width w, uint64_t value) {
  s->c->f[RD(s)] = w == DOUBLE ? value : value | ~UINT64_C(0) << 8 * width_bytes[w];
  mtia_core_fp_changed(s->c);
}

static bool fp_off(const struct step *s) { return !(s->c->csr.mstatus & MSTATUS_FS); }

// The rounding mode of the instruction, or 7 if there is none: illegal.
static unsigned rounding(const struct step *s) {
  unsigned rm = FUNCT3(s) == 7 ? s->c->frm : FUNCT3(s);
  return rm > 4 ? 7 : rm;
}

#define BY_WIDTH(w, op, ...)                                                                       \
  ((w) == DOUBLE   ? (uint64_t)mtia_f64_##op(__VA_ARGS__)                                          \
   : (w) == SINGLE ? (uint64_t)mtia_f32_##op(__VA_ARGS__)                                          \
                   : (uint64_t)mtia_f16_##op(__VA_ARGS__))
#define SHORT(w, v) ((w) == HALF ? (v) & 0xffff : (w) == SINGLE ? (v) & 0xffffffff : (v))

// Vectors are shared with the fast core, too.
static void vector(struct step *s) {
  struct mtia_core *c = s->c;
  struct mtia_vinsn insn;
  enum mtia_vec_outcome outcome =
      mtia_vec_decode(s->word, &insn) ? mtia_vec_slow(c, &insn, NULL) : MTIA_VEC_ILLEGAL;
  if (outcome == MTIA_VEC_ILLEGAL)
    illegal(s);
  else if (outcome == MTIA_VEC_FAULT)
    trap(s, c->v->cause, c->v->tval);
}

static bool is_vector_memory(uint32_t word) {
  unsigned funct3 = word >> 12 & 7;
  return funct3 == 0 || funct3 >= 5;
}

static enum width memory_width(unsigned funct3) {
  static const uint8_t widths[8] = {NO_WIDTH, HALF,     SINGLE,   DOUBLE,
                                    NO_WIDTH, NO_WIDTH, NO_WIDTH, NO_WIDTH};
  return widths[funct3];
}

// Every legal instruction makes mstatus.FS dirty, also one whose access traps.
static void fp_load(struct step *s) {
  enum width w = memory_width(FUNCT3(s));
  uint64_t value;
  if (w == NO_WIDTH || fp_off(s))
    return illegal(s);
  mtia_core_fp_changed(s->c);
  if (read_memory(s, x(s, RS1(s)) + (uint64_t)((int32_t)s->word >> 20), width_bytes[w], &value))
    set_f(s, w, value);
}

static void fp_store(struct step *s) {
  enum width w = memory_width(FUNCT3(s));
  if (w == NO_WIDTH || fp_off(s))
    return illegal(s);
  mtia_core_fp_changed(s->c);
  write_memory(s, store_address(s), width_bytes[w], s->c->f[RS2(s)]);
}

static void fused(struct step *s, unsigned opcode) {
  enum width w = s->word >> 25 & 3;
  unsigned rm = rounding(s);
  if (w == NO_WIDTH || fp_off(s) || rm == 7)
    return illegal(s);
  uint64_t sign_bit = UINT64_C(1) << (8 * width_bytes[w] - 1);
  uint64_t a = f(s, RS1(s), w), b = f(s, RS2(s), w), c = f(s, RS3(s), w);
  if (opcode == NMSUB || opcode == NMADD)
    a ^= sign_bit;
  if (opcode == MSUB || opcode == NMADD)
    c ^= sign_bit;
  struct mtia_fp *fp = &s->c->fp;
  fp->rm = (uint8_t)rm;
  set_f(s, w,
        w == DOUBLE   ? mtia_f64_fma(a, b, c, fp)
        : w == SINGLE ? mtia_f32_fma((uint32_t)a, (uint32_t)b, (uint32_t)c, fp)
                      : mtia_f16_fma((uint16_t)a, (uint16_t)b, (uint16_t)c, fp));
}

static uint64_t convert(enum width to, enum width from, uint64_t a, struct mtia_fp *fp) {
  if (from == DOUBLE)
    return to == SINGLE ? mtia_f64_to_f32(a, fp) : mtia_f64_to_f16(a, fp);
  if (from == SINGLE)
    return to == DOUBLE ? mtia_f32_to_f64((uint32_t)a, fp) : mtia_f32_to_f16((uint32_t)a, fp);
  return to == DOUBLE ? mtia_f16_to_f64((uint16_t)a, fp) : mtia_f16_to_f32((uint16_t)a, fp);
}

// Operations whose funct3 is a rounding mode. False: there is no such operation.
static bool rounded(struct step *s, unsigned funct5, enum width w) {
  struct mtia_fp *fp = &s->c->fp;
  unsigned rs2 = RS2(s);
  if (funct5 == 0x1a && rs2 < 4) { // from an integer
    uint64_t i = x(s, RS1(s));
    if (rs2 < 2)
      i = extend(i, 4, rs2 == 0);
    set_f(s, w, rs2 & 1 ? BY_WIDTH(w, from_u64, i, fp) : BY_WIDTH(w, from_i64, (int64_t)i, fp));
    return true;
  }
  if (funct5 == 0x08 && rs2 < 3 && rs2 != w) { // from another width
    set_f(s, w, convert(w, (enum width)rs2, f(s, RS1(s), (enum width)rs2), fp));
    return true;
  }
  if (funct5 == 0x08 && w == HALF && rs2 == 8 && s->c->v->present) { // fcvt.bf16.s
    set_f(s, HALF, mtia_f32_to_bf16((uint32_t)f(s, RS1(s), SINGLE), fp));
    return true;
  }
  if (funct5 == 0x08 && w == SINGLE && rs2 == 6 && s->c->v->present) { // fcvt.s.bf16
    uint64_t boxed = s->c->f[RS1(s)];
    bool is_boxed = boxed >> 16 == ~UINT64_C(0) >> 16;
    set_f(s, SINGLE, mtia_bf16_to_f32(is_boxed ? (uint16_t)boxed : MTIA_BF16_NAN, fp));
    return true;
  }
  uint64_t a = f(s, RS1(s), w), b = f(s, rs2, w);
  // Arguments are narrowed to the type of the width by the functions' prototypes.
#define A (SHORT(w, a))
#define B (SHORT(w, b))
#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Wimplicit-int-conversion"
#pragma clang diagnostic ignored "-Wshorten-64-to-32"
  switch (funct5) {
  case 0x00:
    set_f(s, w, BY_WIDTH(w, add, A, B, fp));
    return true;
  case 0x01:
    set_f(s, w, BY_WIDTH(w, sub, A, B, fp));
    return true;
  case 0x02:
    set_f(s, w, BY_WIDTH(w, mul, A, B, fp));
    return true;
  case 0x03:
    set_f(s, w, BY_WIDTH(w, div, A, B, fp));
    return true;
  case 0x0b:
    if (rs2)
      return false;
    set_f(s, w, BY_WIDTH(w, sqrt, A, fp));
    return true;
  case 0x18: // to an integer: w wu l lu
    if (rs2 > 3)
      return false;
    unsigned width = rs2 < 2 ? 32 : 64;
    uint64_t i = BY_WIDTH(w, to_int, A, width, !(rs2 & 1), fp);
    mtia_core_fp_changed(s->c);
    set_x(s, rs2 < 2 ? word_result(i) : i);
    return true;
  }
  return false;
}

// Operations that funct3 distinguishes.
static bool unrounded(struct step *s, unsigned funct5, enum width w) {
  struct mtia_fp *fp = &s->c->fp;
  unsigned funct3 = FUNCT3(s);
  uint64_t a = f(s, RS1(s), w), b = f(s, RS2(s), w);
  uint64_t sign_bit = UINT64_C(1) << (8 * width_bytes[w] - 1);
  switch (funct5 << 4 | funct3) {
  case 0x040:
    return set_f(s, w, (a & ~sign_bit) | (b & sign_bit)), true;
  case 0x041:
    return set_f(s, w, (a & ~sign_bit) | (~b & sign_bit)), true;
  case 0x042:
    return set_f(s, w, a ^ (b & sign_bit)), true;
  case 0x050:
    return set_f(s, w, BY_WIDTH(w, min, A, B, fp)), true;
  case 0x051:
    return set_f(s, w, BY_WIDTH(w, max, A, B, fp)), true;
  case 0x140:
    set_x(s, BY_WIDTH(w, le, A, B, fp));
    break;
  case 0x141:
    set_x(s, BY_WIDTH(w, lt, A, B, fp));
    break;
  case 0x142:
    set_x(s, BY_WIDTH(w, eq, A, B, fp));
    break;
  case 0x1c0:
    if (RS2(s))
      return false;
    set_x(s, extend(s->c->f[RS1(s)], width_bytes[w], true));
    break;
  case 0x1c1:
    if (RS2(s))
      return false;
    set_x(s, BY_WIDTH(w, classify, A));
    break;
  case 0x1e0:
    if (RS2(s))
      return false;
    return set_f(s, w, extend(x(s, RS1(s)), width_bytes[w], false)), true;
  default:
    return false;
  }
  mtia_core_fp_changed(s->c);
  return true;
#pragma clang diagnostic pop
#undef A
#undef B
}

static void op_fp(struct step *s) {
  unsigned funct5 = s->word >> 27;
  enum width w = s->word >> 25 & 3;
  bool by_funct3 = funct5 == 0x04 || funct5 == 0x05 || funct5 == 0x14 || funct5 >= 0x1c;
  if (w == NO_WIDTH || fp_off(s) || (!by_funct3 && rounding(s) == 7))
    return illegal(s);
  if (!by_funct3)
    s->c->fp.rm = (uint8_t)rounding(s);
  if (!(by_funct3 ? unrounded(s, funct5, w) : rounded(s, funct5, w)))
    illegal(s);
}

//===-- System ----------------------------------------------------------------===//

static bool is_semihosting(const struct step *s) {
  uint64_t from = s->c->pc - 4;
  uint32_t around[3];
  if (s->length == 2 || from % MTIA_PAGE_BYTES > MTIA_PAGE_BYTES - sizeof around ||
      (s->c->guarded && mtia_guard(s->c, MTIA_FETCH, sizeof around, &from)))
    return false;
  const uint8_t *host = mtia_mem(s->c->dev, s->c->pe, from, sizeof around);
  if (!host)
    return false;
  memcpy(around, host, sizeof around);
  return around[0] == 0x01f01013 && around[2] == 0x40705013;
}

static void csr(struct step *s) {
  static const uint16_t ops[8] = {0, MTIA_OP_CSRRW,  MTIA_OP_CSRRS,  MTIA_OP_CSRRC,
                                  0, MTIA_OP_CSRRWI, MTIA_OP_CSRRSI, MTIA_OP_CSRRCI};
  uint64_t old;
  s->c->cycle++; // CSRs count the instruction that reads them
  s->c->instret++;
  bool ok = mtia_core_csr_access(s->c, ops[FUNCT3(s)], s->word >> 20, RS1(s), &old);
  s->c->cycle--;
  s->c->instret--;
  if (ok)
    set_x(s, old);
  else
    illegal(s);
}

static void privileged(struct step *s) {
  struct mtia_core *c = s->c;
  if (FUNCT3(s) == 4)
    return illegal(s);
  if (FUNCT3(s))
    return csr(s);
  switch (s->word) {
  case 0x00000073:
    return trap(s, MTIA_CAUSE_ECALL_FROM_USER + c->mode, 0);
  case 0x00100073:
    if (!is_semihosting(s))
      return trap(s, 3, c->pc);
    c->cycle++;
    c->instret++;
    s->trapped = true; // pc is set
    mtia_core_semihost(c);
    return;
  case 0x30200073:
    if (!mtia_core_mret(c))
      return illegal(s);
    s->next = c->pc;
    return;
  case 0x10200073:
    if (!mtia_core_sret(c))
      return illegal(s);
    s->next = c->pc;
    return;
  case 0x10500073:
    c->cycle++;
    c->instret++;
    s->trapped = true;
    s->why = mtia_core_wfi(c);
    return;
  }
  if (FUNCT7(s) != 9 || RD(s) || !mtia_core_sfence(c))
    return illegal(s);
  s->next = c->pc;
}

// Fences order nothing here, and no cache holds anything back.
static void misc_mem(struct step *s) {
  unsigned funct3 = FUNCT3(s);
  if (funct3 == 0 || funct3 == 1)
    return;
  unsigned what = s->word >> 20; // cbo: inval clean flush zero
  if (funct3 != 2 || RD(s) || (what > 2 && what != 4))
    return illegal(s);
  uint64_t addr = x(s, RS1(s)) & ~(MTIA_LINE - 1);
  if (!reach(s, MTIA_STORE, addr, MTIA_LINE, &addr))
    return;
  uint8_t *line = mtia_mem(s->c->dev, s->c->pe, addr, MTIA_LINE);
  if (!line)
    trap(s, 7, x(s, RS1(s)));
  else if (what == 4)
    memset(line, 0, MTIA_LINE);
}

// Xmtia belongs to the command processor: the scheduler issues it.
static void command(struct step *s) {
  struct mtia_core *c = s->c;
  if (!c->reference_command && !(c->reference_command = malloc(sizeof *c->reference_command))) {
    mtia_fail(c->dev, MTIA_ERR_HOST, "out of memory");
    s->trapped = true;
    return;
  }
  struct mtia_insn *insn = c->reference_command;
  if (!mtia_decode(s->word, insn) || !mtia_insn_is_command(insn->op))
    return illegal(s);
  c->command = insn;
  s->trapped = true;
  s->why = MTIA_EXIT_COMMAND;
}

static void execute(struct step *s) {
  uint32_t w = s->word;
  int jump = sign(
      bits(w, 31, 31, 20) | bits(w, 19, 12, 12) | bits(w, 20, 20, 11) | bits(w, 30, 21, 1), 21);
  switch (w & 0x7f) {
  case LOAD:
    return load(s);
  case LOAD_FP:
    return is_vector_memory(w) ? vector(s) : fp_load(s);
  case MISC_MEM:
    return misc_mem(s);
  case OP_IMM:
    return op_imm(s);
  case AUIPC:
    return set_x(s, s->c->pc + (uint64_t)(int64_t)(int32_t)(w & 0xfffff000));
  case OP_IMM_32:
    return op_imm_32(s);
  case STORE:
    return store(s);
  case STORE_FP:
    return is_vector_memory(w) ? vector(s) : fp_store(s);
  case AMO:
    return amo(s);
  case OP:
    return op(s);
  case LUI:
    return set_x(s, (uint64_t)(int64_t)(int32_t)(w & 0xfffff000));
  case OP_32:
    return op_32(s);
  case MADD:
  case MSUB:
  case NMSUB:
  case NMADD:
    return fused(s, w & 0x7f);
  case OP_FP:
    return op_fp(s);
  case OP_V:
    return vector(s);
  case BRANCH:
    return branch(s);
  case JALR:
    if (FUNCT3(s))
      return illegal(s);
    s->next = (x(s, RS1(s)) + (uint64_t)((int32_t)w >> 20)) & ~UINT64_C(1);
    return set_x(s, s->c->pc + s->length);
  case JAL:
    s->next = s->c->pc + (uint64_t)(int64_t)jump;
    return set_x(s, s->c->pc + s->length);
  case SYSTEM:
    return privileged(s);
  case CUSTOM_0:
  case CUSTOM_1:
  case CUSTOM_2:
  case CUSTOM_3:
    return command(s);
  }
  illegal(s);
}

// Half words are fetched one by one: an instruction may end in another page.
static bool fetch(struct step *s) {
  struct mtia_core *c = s->c;
  uint32_t lower = 0, upper = 0;
  uint64_t phys;
  if (!reach(s, MTIA_FETCH, c->pc, 2, &phys))
    return false;
  const uint8_t *host = mtia_mem(c->dev, c->pe, phys, 2);
  if (!host)
    return trap(s, 1, c->pc), false;
  memcpy(&lower, host, 2);
  if ((lower & 3) == 3) {
    if (!reach(s, MTIA_FETCH, c->pc + 2, 2, &phys))
      return false;
    host = mtia_mem(c->dev, c->pe, phys, 2);
    if (!host)
      return trap(s, 1, c->pc + 2), false;
    memcpy(&upper, host, 2);
  }
  s->length = (lower & 3) == 3 ? 4 : 2;
  s->bits = upper << 16 | lower;
  s->word = s->length == 4 ? s->bits : mtia_reference_expand(lower);
  return true;
}

enum mtia_exit mtia_reference_step(struct mtia_core *c) {
  struct step s = {.c = c, .why = MTIA_EXIT_CONTINUE};
  if (!fetch(&s))
    return s.why;
  s.next = c->pc + s.length;
  execute(&s);
  if (!s.trapped) {
    c->pc = s.next;
    c->cycle++;
    c->instret++;
  }
  return s.why;
}

enum mtia_exit mtia_reference_run(struct mtia_core *c) {
  while (!c->dev->stop && c->cycle < c->limit) {
    if (c->dev->htif)
      mtia_htif_poll(c);
    if (c->csr.mie)
      mtia_core_interrupts(c, c->limit);
    if (c->dev->stop)
      break;
    enum mtia_exit why = mtia_reference_step(c);
    if (why != MTIA_EXIT_CONTINUE)
      return why;
  }
  return MTIA_EXIT_QUANTUM;
}
