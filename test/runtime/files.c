// Files of the host, through semihosting.
//
// REQUIRES: mtia-clang, mtia-run, qemu-system
// RUN: %mtia-clang -O2 %s -o %t.elf && rm -rf %t.dir && mkdir %t.dir && cd %t.dir
// RUN: %qemu-virt %t.elf > qemu.out 2>&1 && FileCheck %s < qemu.out && cat renamed.txt | FileCheck %s --check-prefix=FILE
// RUN: rm renamed.txt
// RUN: %mtia-run %t.elf > run.out && cmp qemu.out run.out && cat renamed.txt | FileCheck %s --check-prefix=FILE
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int main(void) {
  FILE *f = fopen("new.txt", "w+");
  if (!f)
    return 1;
  // FILE: line 0
  // FILE: line 5XXX
  // FILE: line 9
  // FILE: appended
  for (int i = 0; i < 10; i++)
    fprintf(f, "line %d....\n", i);
  // CHECK: at 110
  printf("at %ld\n", ftell(f));
  fseek(f, 5 * 11 + 6, SEEK_SET);
  fputs("XXX", f);
  fseek(f, 0, SEEK_SET);
  char line[64];
  int lines = 0;
  while (fgets(line, sizeof line, f))
    lines++;
  // CHECK: lines 10 eof 1 error 0
  printf("lines %d eof %d error %d\n", lines, !!feof(f), !!ferror(f));
  fseek(f, -11, SEEK_END);
  // CHECK: last line 9....
  printf("last %s", fgets(line, sizeof line, f));
  fclose(f);

  f = fopen("new.txt", "a");
  fputs("appended\n", f);
  fclose(f);
  f = fopen("new.txt", "rb");
  fseek(f, 0, SEEK_END);
  // CHECK: size 119
  printf("size %ld\n", ftell(f));
  rewind(f);
  char *all = malloc(200);
  // CHECK: read 119 1
  printf("read %d %d\n", (int)fread(all, 1, 200, f), !memcmp(all, "line 0....\nline 1", 17));
  fclose(f);

  // CHECK: missing 1 1
  printf("missing %d %d\n", fopen("not there/x", "r") == NULL, errno == ENOENT);
  // CHECK: rename 0
  printf("rename %d\n", rename("new.txt", "renamed.txt"));
  f = fopen("gone.txt", "w");
  fclose(f);
  // CHECK: remove 0 1
  printf("remove %d %d\n", remove("gone.txt"), fopen("gone.txt", "r") == NULL);
  return 0;
}
