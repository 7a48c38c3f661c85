// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Ways to stop that are no breakpoints: stops WHAT.
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

volatile int zero, spins;
char buffer[64];

static void null(void) { *(volatile int *)8 = 1; } // null

static void illegal(void) { __asm__ volatile(".word 0xffffffff"); } // illegal

static void jump(void) {
  void (*volatile to)(void) = (void (*)(void))0x40;
  to();
}

static void debug_trap(void) {
  puts("before");
  __builtin_debugtrap(); // ebreak
  puts("behind");
}

static void spin(void) {
  while (!zero) // spin
    spins++;
}

static void wait_for_ever(void) { __asm__ volatile("wfi"); }

static int handled;
__attribute__((aligned(4), used)) static void handler(void) {
  uint64_t pc;
  __asm__ volatile("csrr %0, mepc" : "=r"(pc));
  handled++;
  __asm__ volatile("csrw mepc, %0" ::"r"(pc + 4));
}
__asm__(".text\n.p2align 2\nvector:\n"
        "  addi sp, sp, -128\n  sd ra, 0(sp)\n  sd a0, 8(sp)\n  sd a1, 16(sp)\n  sd a2, 24(sp)\n"
        "  sd a3, 32(sp)\n  sd a4, 40(sp)\n  sd a5, 48(sp)\n  sd t0, 56(sp)\n  sd t1, 64(sp)\n"
        "  call handler\n"
        "  ld ra, 0(sp)\n  ld a0, 8(sp)\n  ld a1, 16(sp)\n  ld a2, 24(sp)\n"
        "  ld a3, 32(sp)\n  ld a4, 40(sp)\n  ld a5, 48(sp)\n  ld t0, 56(sp)\n  ld t1, 64(sp)\n"
        "  addi sp, sp, 128\n  mret\n");

static void with_handler(void) {
  __asm__ volatile("la t0, vector\n  csrw mtvec, t0" ::: "t0");
  __asm__ volatile(".option push\n .option norvc\n .word 0xffffffff\n ebreak\n .option pop");
  printf("handled %d\n", handled);
}

int main(int argc, char **argv) {
  static const struct {
    const char *name;
    void (*fn)(void);
  } all[] = {{"null", null},           {"illegal", illegal}, {"jump", jump},
             {"ebreak", debug_trap},   {"spin", spin},       {"wfi", wait_for_ever},
             {"handler", with_handler}};
  for (unsigned i = 0; argc > 1 && i < sizeof all / sizeof *all; i++)
    if (!strcmp(argv[1], all[i].name))
      all[i].fn();
  if (argc > 1 && !strcmp(argv[1], "read"))
    printf("read %d\n", (int)fread(buffer, 1, 4, stdin)); // read
  return 7;
}
