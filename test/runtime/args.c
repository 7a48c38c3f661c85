// argv and the exit status.
//
// REQUIRES: mtia-clang, mtia-run, qemu-system
// RUN: %mtia-clang -O2 %s -o %t.elf
// RUN: %python %S/Inputs/status.py 3 %qemu-virt %t.elf -append "one two" 2>&1 | FileCheck %s
// RUN: %python %S/Inputs/status.py 3 %mtia-run %t.elf one two | FileCheck %s
// RUN: %python %S/Inputs/status.py 1 %mtia-run %t.elf | FileCheck %s --check-prefix=NONE
// RUN: %python %S/Inputs/status.py 255 %mtia-run %t.elf -v -x --y | FileCheck %s --check-prefix=DASH
#include <stdio.h>
#include <string.h>

int main(int argc, char **argv) {
  // CHECK: 3 args{{.*}}.elf|one|two|end 1
  // NONE: 1 args{{.*}}.elf|end 1
  // DASH: 4 args{{.*}}.elf|-v|-x|--y|end 1
  const char *name = strrchr(argv[0], '/');
  printf("%d %s|", argc, name ? name + 1 : argv[0]);
  for (int i = 1; i < argc; i++)
    printf("%s|", argv[i]);
  printf("end %d\n", argv[argc] == NULL);
  return argc == 4 ? 255 : argc;
}
