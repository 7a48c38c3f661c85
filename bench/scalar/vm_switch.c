// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// An interpreter with one switch.
#include "vm_program.h"

static void run(struct vm *m) {
  const struct vm_code *pc = vm_program;
  uint32_t *r = m->r;
  for (;;) {
    struct vm_code c = *pc++;
    switch (c.op) {
    case VM_SET:
      r[c.to] = c.b;
      break;
    case VM_MOVE:
      r[c.to] = r[c.a];
      break;
    case VM_ADD:
      r[c.to] = r[c.a] + r[c.b];
      break;
    case VM_ADD_NUMBER:
      r[c.to] = r[c.a] + c.b;
      break;
    case VM_SUB:
      r[c.to] = r[c.a] - r[c.b];
      break;
    case VM_MUL:
      r[c.to] = r[c.a] * r[c.b];
      break;
    case VM_REM:
      r[c.to] = r[c.a] % r[c.b];
      break;
    case VM_HALF:
      r[c.to] = r[c.a] >> 1;
      break;
    case VM_AND_NUMBER:
      r[c.to] = r[c.a] & (uint32_t)c.b;
      break;
    case VM_XOR:
      r[c.to] = r[c.a] ^ r[c.b];
      break;
    case VM_SHIFT:
      r[c.to] = r[c.a] << (c.b & 31) | r[c.a] >> (-c.b & 31);
      break;
    case VM_LOAD:
      r[c.to] = m->memory[r[c.a] % VM_MEMORY];
      break;
    case VM_STORE:
      m->memory[r[c.a] % VM_MEMORY] = r[c.to];
      break;
    case VM_JUMP:
      pc += c.b;
      break;
    case VM_IF_ZERO:
      if (r[c.to] == 0)
        pc += c.b;
      break;
    case VM_IF_LESS:
      if (r[c.to] < r[c.a])
        pc += c.b;
      break;
    case VM_HALT:
      return;
    }
  }
}

int main(void) {
  static struct vm m;
  for (int round = 0; round < 2; round++)
    run(&m);
  return bench_result(vm_checksum(&m));
}
