// Options that add code to functions, in a program that runs: hooks, traps of undefined
// behaviour, initialised variables, room for patches, a profile from elsewhere.
//
// REQUIRES: mtia-clang, mtia-run
// RUN: %mtia-clang -O1 -DHOOKS -finstrument-functions %s -o %t.elf && %mtia-run %t.elf | FileCheck %s --check-prefix=HOOKS
// HOOKS: {{[1-9][0-9]*}} in, {{[1-9][0-9]*}} out: 7
// RUN: %mtia-clang -O1 -fpatchable-function-entry=4,2 -fstack-clash-protection -fstack-protector-all %s -o %t.elf && %mtia-run %t.elf one
// RUN: %mtia-clang -O1 -ftrivial-auto-var-init=zero -DINITIAL=0 -Wno-uninitialized %s -o %t.elf && %mtia-run %t.elf one
// RUN: %mtia-clang -O1 -ftrivial-auto-var-init=pattern -DINITIAL=0xaa -Wno-uninitialized %s -o %t.elf && %mtia-run %t.elf one
// RUN: %mtia-clang -O1 -pthread -mno-implicit-float -static %s -o %t.elf && %mtia-run %t.elf one
//
// RUN: %mtia-clang -g -O1 -fsanitize=undefined -fsanitize-trap=all %s -o %t.elf && %mtia-run %t.elf one
// RUN: not %mtia-run %t.elf one shift 2>&1 | FileCheck %s --check-prefix=TRAP
// RUN: not %mtia-run %t.elf one overflow 2>&1 | FileCheck %s --check-prefix=TRAP
// RUN: not %mtia-run %t.elf one bounds 2>&1 | FileCheck %s --check-prefix=TRAP
// RUN: not %mtia-run %t.elf one null 2>&1 | FileCheck %s --check-prefix=TRAP
// TRAP: instrumented.c:[[# @LINE + 24]]
// RUN: %mtia-clang -g -O1 -ftrapv %s -o %t.elf && not %mtia-run %t.elf one overflow 2>&1 | FileCheck %s --check-prefix=TRAPV
// TRAPV: illegal instruction: {{.*}}function misbehave
//
// RUN: echo 'work' > %t.proftext && echo '# Func Hash:' >> %t.proftext && echo 0 >> %t.proftext && echo '# Num Counters:' >> %t.proftext && echo 1 >> %t.proftext && echo '# Counter Values:' >> %t.proftext && echo 1000 >> %t.proftext
// RUN: llvm-profdata merge %t.proftext -o %t.profdata && %mtia-clang -O2 -fprofile-instr-use=%t.profdata -Wno-profile-instr-out-of-date %s -o %t.elf && %mtia-run %t.elf one
#include <limits.h>
#include <stdio.h>
#include <string.h>

#ifdef HOOKS
#define PLAIN __attribute__((no_instrument_function))
static int in, out;
PLAIN void __cyg_profile_func_enter(void *function, void *caller) { in += function != caller; }
PLAIN void __cyg_profile_func_exit(void *function, void *caller) { out += function != caller; }
#endif

__attribute__((noinline)) static int work(int n) { return n == 0 ? 0 : 1 + work(n - 1); }

static int table[4] = {1, 2, 3, 4};

__attribute__((noinline)) static int misbehave(const char *how, int n) {
  // On one line, which the test above names.
  // clang-format off
  return !strcmp(how, "shift") ? 1 << (n + 31) : !strcmp(how, "overflow") ? INT_MAX + n : !strcmp(how, "bounds") ? table[n + 3] : *(volatile int *)(long)(n - 1);
  // clang-format on
}

__attribute__((noinline)) static int inspect(const unsigned char *p) {
  int wrong = 0;
#ifdef INITIAL
  for (int i = 0; i < 40; i++)
    wrong += p[i] != INITIAL;
#else
  (void)p;
#endif
  return wrong;
}

int main(int argc, char **argv) {
  unsigned char local[40];
  int result = work(7) + inspect(local);
#ifdef HOOKS
  printf("%d in, %d out: %d\n", in, out, result);
#endif
  if (argc > 2)
    result += misbehave(argv[2], argc - 2);
  return result != 7;
}
