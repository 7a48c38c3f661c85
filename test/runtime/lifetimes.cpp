// When C++ objects are created and destroyed: statics of several files in the order of the
// command line, priorities, local statics and thread-local objects at their first use,
// atexit in between, arrays, and none of it after quick ends.
//
// REQUIRES: mtia-clang, mtia-run, qemu-system
// RUN: %mtia-clang++ -DOTHER -O1 -c %s -o %t.other.o
// RUN: %mtia-clang++ -O0 %s %t.other.o -o %t.elf && %mtia-run %t.elf > %t.run && FileCheck %s < %t.run
// RUN: %qemu-virt %t.elf > %t.qemu 2>&1 && cmp %t.run %t.qemu
// RUN: %mtia-clang++ -O2 -fPIC %s %t.other.o -o %t.elf && %mtia-run %t.elf | cmp - %t.run
// RUN: %mtia-clang++ -O2 -fno-use-cxa-atexit %s %t.other.o -o %t.elf && %mtia-run %t.elf | sort > %t.sorted && sort %t.run | cmp - %t.sorted
// With LTO, what it makes comes behind the other objects.
// RUN: %mtia-clang++ -Oz -flto=thin %s %t.other.o -o %t.elf && %mtia-run %t.elf | sort > %t.sorted && sort %t.run | cmp - %t.sorted
// RUN: %mtia-run %t.elf quick | FileCheck %s --check-prefix=QUICK --implicit-check-not="destroy"
// QUICK: quick
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct noisy {
  const char *name;
  noisy(const char *name) : name(name) { printf("create %s\n", name); }
  ~noisy() { printf("destroy %s\n", name); }
};

#ifdef OTHER
noisy other("other file");
#else
// CHECK:      create priority 150
// CHECK-NEXT: create priority 300
// CHECK-NEXT: create a
// CHECK-NEXT: create b
// CHECK-NEXT: create other file
// CHECK-NEXT: main
noisy a("a");
[[gnu::init_priority(300)]] noisy p300("priority 300");
[[gnu::init_priority(150)]] noisy p150("priority 150");
static noisy b("b");
thread_local noisy per_thread("thread-local");

static void local() { static noisy array[2] = {"array 0", "array 1"}; }

int main(int argc, char **argv) {
  puts("main");
  if (argc > 1 && !strcmp(argv[1], "quick")) {
    puts("quick");
    fflush(stdout);
    _Exit(0);
  }
  // CHECK-NEXT: create array 0
  // CHECK-NEXT: create array 1
  local();
  local();
  atexit([] { puts("atexit"); });
  // CHECK-NEXT: create thread-local
  // CHECK-NEXT: thread-local
  puts(per_thread.name);
  {
    // CHECK-NEXT: create automatic
    // CHECK-NEXT: destroy automatic
    noisy automatic("automatic");
  }
  // CHECK-NEXT: create on the heap
  // CHECK-NEXT: destroy on the heap
  delete new noisy("on the heap");
  // CHECK-NEXT: end
  puts("end");
  return 0;
  // CHECK-NEXT: destroy thread-local
  // CHECK-NEXT: atexit
  // CHECK-NEXT: destroy array 1
  // CHECK-NEXT: destroy array 0
  // CHECK-NEXT: destroy other file
  // CHECK-NEXT: destroy b
  // CHECK-NEXT: destroy a
  // CHECK-NEXT: destroy priority 300
  // CHECK-NEXT: destroy priority 150
}
#endif
