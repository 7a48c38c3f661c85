// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// An interpreter with one indirect jump at the end of every operation.
#include "vm_program.h"

static void run(struct vm *m) {
  static const void *const labels[] = {
#define X(name) &&op_##name,
      VM_OPERATIONS(X)
#undef X
  };
  const struct vm_code *pc = vm_program;
  uint32_t *r = m->r;
  struct vm_code c;
#define NEXT()                                                                                     \
  do {                                                                                             \
    c = *pc++;                                                                                     \
    goto *labels[c.op];                                                                            \
  } while (0)
  NEXT();
op_SET:
  r[c.to] = c.b;
  NEXT();
op_MOVE:
  r[c.to] = r[c.a];
  NEXT();
op_ADD:
  r[c.to] = r[c.a] + r[c.b];
  NEXT();
op_ADD_NUMBER:
  r[c.to] = r[c.a] + c.b;
  NEXT();
op_SUB:
  r[c.to] = r[c.a] - r[c.b];
  NEXT();
op_MUL:
  r[c.to] = r[c.a] * r[c.b];
  NEXT();
op_REM:
  r[c.to] = r[c.a] % r[c.b];
  NEXT();
op_HALF:
  r[c.to] = r[c.a] >> 1;
  NEXT();
op_AND_NUMBER:
  r[c.to] = r[c.a] & (uint32_t)c.b;
  NEXT();
op_XOR:
  r[c.to] = r[c.a] ^ r[c.b];
  NEXT();
op_SHIFT:
  r[c.to] = r[c.a] << (c.b & 31) | r[c.a] >> (-c.b & 31);
  NEXT();
op_LOAD:
  r[c.to] = m->memory[r[c.a] % VM_MEMORY];
  NEXT();
op_STORE:
  m->memory[r[c.a] % VM_MEMORY] = r[c.to];
  NEXT();
op_JUMP:
  pc += c.b;
  NEXT();
op_IF_ZERO:
  if (r[c.to] == 0)
    pc += c.b;
  NEXT();
op_IF_LESS:
  if (r[c.to] < r[c.a])
    pc += c.b;
  NEXT();
op_HALT:
  return;
}

int main(void) {
  static struct vm m;
  for (int round = 0; round < 2; round++)
    run(&m);
  return bench_result(vm_checksum(&m));
}
