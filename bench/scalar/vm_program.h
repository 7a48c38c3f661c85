// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A register machine's program, for two interpreters: it counts primes and the
// steps of Collatz's sequences. An instruction is four bytes: operation,
// target, and two sources or a signed displacement in the last one.
#ifndef MTIA_BENCH_SCALAR_VM_PROGRAM_H
#define MTIA_BENCH_SCALAR_VM_PROGRAM_H

#include "bench.h"

// clang-format off
#define VM_OPERATIONS(X)                                                                           \
  X(SET) X(MOVE) X(ADD) X(ADD_NUMBER) X(SUB) X(MUL) X(REM) X(HALF) X(AND_NUMBER) X(XOR) X(SHIFT)   \
  X(LOAD) X(STORE) X(JUMP) X(IF_ZERO) X(IF_LESS) X(HALT)
// clang-format on

enum vm_op {
#define X(name) VM_##name,
  VM_OPERATIONS(X)
#undef X
};

struct vm_code {
  uint8_t op, to, a;
  int8_t b;
};

enum { VM_REGISTERS = 16, VM_MEMORY = 256 };

// Registers: 0 n, 1 limit, 2 d, 3 temporary, 4 primes, 5 x, 6 steps, 7 one, 8 hash.
// Jumps are relative to the next instruction.
static const struct vm_code vm_program[] = {
    /* 0*/ {VM_SET, 0, 0, 2},
    /* 1*/ {VM_SET, 1, 0, 50},
    /* 2*/ {VM_MUL, 1, 1, 1}, // limit = 2500
    /* 3*/ {VM_SET, 7, 0, 1},
    /* 4*/ {VM_SET, 2, 0, 2},     // every n: d = 2
    /* 5*/ {VM_MUL, 3, 2, 2},     // while d * d <= n
    /* 6*/ {VM_IF_LESS, 0, 3, 4}, //   (n < d * d: to 11)
    /* 7*/ {VM_REM, 3, 0, 2},
    /* 8*/ {VM_IF_ZERO, 3, 0, 3}, //   a divisor: to 12
    /* 9*/ {VM_ADD_NUMBER, 2, 2, 1},
    /*10*/ {VM_JUMP, 0, 0, -6},
    /*11*/ {VM_ADD_NUMBER, 4, 4, 1}, // a prime
    /*12*/ {VM_MOVE, 5, 0, 0},       // x = n
    /*13*/ {VM_AND_NUMBER, 3, 5, 1}, // until x = 1
    /*14*/ {VM_IF_ZERO, 3, 0, 3},    //   even: to 18
    /*15*/ {VM_ADD, 3, 5, 5},
    /*16*/ {VM_ADD, 5, 5, 3},
    /*17*/ {VM_ADD_NUMBER, 5, 5, 1}, //  3 x + 1, which is even
    /*18*/ {VM_HALF, 5, 5, 0},
    /*19*/ {VM_ADD_NUMBER, 6, 6, 1},
    /*20*/ {VM_IF_LESS, 7, 5, -8}, //   1 < x: to 13
    /*21*/ {VM_SHIFT, 3, 8, 5},
    /*22*/ {VM_XOR, 8, 3, 6},
    /*23*/ {VM_AND_NUMBER, 3, 8, 127},
    /*24*/ {VM_LOAD, 9, 3, 0},
    /*25*/ {VM_ADD, 9, 9, 2},
    /*26*/ {VM_STORE, 9, 3, 0},
    /*27*/ {VM_SUB, 8, 8, 9},
    /*28*/ {VM_ADD_NUMBER, 0, 0, 1},
    /*29*/ {VM_IF_LESS, 0, 1, -26}, // n < limit: to 4
    /*30*/ {VM_HALT, 0, 0, 0},
};

struct vm {
  uint32_t r[VM_REGISTERS];
  uint32_t memory[VM_MEMORY];
};

static inline uint64_t vm_checksum(const struct vm *m) {
  uint64_t sum = 0;
  for (int i = 0; i < VM_REGISTERS; i++)
    sum = bench_mix(sum, m->r[i]);
  for (int i = 0; i < VM_MEMORY; i++)
    sum = bench_mix(sum, m->memory[i]);
  return sum;
}

#endif
