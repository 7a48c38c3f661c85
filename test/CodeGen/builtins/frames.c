// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Addresses of frames and returns, of several levels; registers of exception handling.
// REQUIRES: mtia-clang, mtia-run
// RUN: %python %S/Inputs/same_as_stock.py --flag=-fno-omit-frame-pointer --levels O0,O1,O2,Os --build %build --scratch %t %s
#include <stdio.h>

struct found {
  void *frame[4], *ret[4], *cfa;
};

#define HERE                                                                                       \
  ({                                                                                               \
    here:                                                                                          \
      (void *) && here;                                                                            \
  })

__attribute__((noinline)) static void third(struct found *f, volatile int *use) {
  volatile char room[40];
  room[*use] = 1;
  f->frame[0] = __builtin_frame_address(0), f->frame[1] = __builtin_frame_address(1);
  f->frame[2] = __builtin_frame_address(2), f->frame[3] = __builtin_frame_address(3);
  f->ret[0] = __builtin_extract_return_addr(__builtin_return_address(0));
  f->ret[1] = __builtin_return_address(1), f->ret[2] = __builtin_return_address(2);
  f->ret[3] = __builtin_frob_return_addr(__builtin_return_address(0));
  f->cfa = __builtin_dwarf_cfa();
  *use = room[*use] - 1;
}
__attribute__((noinline)) static void second(struct found *f, struct found *mine,
                                             volatile int *use) {
  volatile char room[400];
  room[*use] = 1;
  mine->frame[0] = __builtin_frame_address(0), mine->ret[0] = __builtin_return_address(0);
  third(f, use);
  *use = room[*use] - 1;
}
__attribute__((noinline)) static void first(struct found *f, struct found *mine,
                                            struct found *second_f, volatile int *use) {
  volatile char room[5000];
  room[*use] = 1;
  mine->frame[0] = __builtin_frame_address(0), mine->ret[0] = __builtin_return_address(0);
  second(f, second_f, use);
  *use = room[*use] - 1;
}
__attribute__((noinline)) static void all_saved(volatile int *use) {
  __builtin_unwind_init();
  *use = 0;
}
__attribute__((noinline)) static void *leaf(void) { return __builtin_return_address(0); }
__attribute__((noinline)) static void *pass(void *p) { return p; }

int main(void) {
  struct found t = {0}, s = {0}, f = {0};
  volatile int use = 0;
  first(&t, &f, &s, &use);
  all_saved(&use);
  printf("%d %d %d\n", t.frame[1] == s.frame[0], t.frame[2] == f.frame[0],
         t.frame[3] == __builtin_frame_address(0));
  printf("%d %d %d\n", t.ret[1] == s.ret[0], t.ret[2] == f.ret[0], t.ret[0] == t.ret[3]);
  printf("%d %d\n", t.frame[0] < t.frame[1], t.cfa == t.frame[0]);
  void *here = leaf();
  printf("%d\n", (char *)here > (char *)main && (char *)here < (char *)main + 4000);
  printf("%d %d %d\n", __builtin_eh_return_data_regno(0), __builtin_eh_return_data_regno(1),
         __builtin_eh_return_data_regno(2));
  printf("%d\n", pass(__builtin_thread_pointer()) == __builtin_thread_pointer());
  unsigned long a = __builtin_readcyclecounter(), b = __builtin_readcyclecounter();
  unsigned long c = __builtin_readsteadycounter(), d = __builtin_readsteadycounter();
  printf("%d %d\n", b > a, d >= c);
}
