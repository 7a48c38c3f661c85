// malloc and friends: contents survive, blocks don't overlap, all of it comes
// back; asking for too much fails.
//
// REQUIRES: mtia-clang, mtia-run, qemu-system
// RUN: %mtia-clang -O1 %s -o %t.elf
// RUN: %qemu-virt %t.elf 2>&1 | FileCheck %s
// RUN: %mtia-run %t.elf | FileCheck %s
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BLOCKS = 64 };

static unsigned char *block[BLOCKS];
static size_t size[BLOCKS];

static int intact(int i) {
  for (size_t j = 0; j < size[i]; j++)
    if (block[i][j] != (unsigned char)(i + j))
      return 0;
  return 1;
}

static void fill(int i) {
  for (size_t j = 0; j < size[i]; j++)
    block[i][j] = (unsigned char)(i + j);
}

int main(void) {
  uint32_t seed = 1;
  for (int round = 0; round < 2000; round++) {
    seed = seed * 1103515245 + 12345;
    int i = seed >> 16 & (BLOCKS - 1);
    if (block[i] && !intact(i))
      printf("block %d broken in round %d\n", i, round);
    size_t wanted = (seed >> 8) % 3000 + 1;
    if (block[i] && seed & 1) {
      free(block[i]);
      block[i] = NULL;
    } else {
      size_t kept = !block[i] ? 0 : size[i] < wanted ? size[i] : wanted;
      block[i] = realloc(block[i], wanted);
      size[i] = kept;
      if (!intact(i))
        printf("realloc lost block %d in round %d\n", i, round);
      size[i] = wanted;
      fill(i);
    }
  }
  for (int i = 0; i < BLOCKS; i++)
    free(block[i]);
  // 64 MB of the 128 MB: there, and given back, twice.
  for (int i = 0; i < 2; i++) {
    char *big = malloc(64 << 20);
    // CHECK: big 1
    // CHECK: big 1
    printf("big %d\n", big != NULL);
    free(big);
  }
  char *zero = calloc(100, 10);
  int sum = 0;
  for (int i = 0; i < 1000; i++)
    sum += zero[i];
  // CHECK: sum 0
  printf("sum %d\n", sum);
  volatile size_t huge = (size_t)1 << 40;
  void *volatile none = malloc(huge);
  // CHECK: none 1
  printf("none %d\n", none == NULL);
  // CHECK: aligned 0
  printf("aligned %d\n", (int)((uintptr_t)aligned_alloc(256, 512) % 256));
  // CHECK-NOT: broken
  // CHECK-NOT: lost
  return 0;
}
