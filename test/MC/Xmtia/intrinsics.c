// mtia_intrinsics.h for a compiler that doesn't know the builtins: C, C++, no warning; a call is
// one of the function that the back end recognises.
// REQUIRES: plugin
// RUN: %clang-riscv -Wall -Wextra -Werror -I%build/include -O1 -emit-llvm -S %s -o - | %FileCheck %s
// RUN: %clang-riscv -x c++ -nostdinc++ -Wall -Wextra -Werror -I%build/include -O1 -emit-llvm -S %s -o - | %FileCheck %s
#include <mtia/mtia_intrinsics.h>

// CHECK-LABEL: @kernel(
// CHECK: call {{.*}}void @mtia_cr_w2(i32 {{.*}}5, i64 {{.*}}%{{.*}}, i64 {{.*}}64)
// CHECK: call {{.*}}void @mtia_mml(i32 {{.*}}0, i32 {{.*}}1, i32 {{.*}}2, i32 {{.*}}0, i32 {{.*}}3, i32 {{.*}}1, i32 {{.*}}0)
// CHECK: call {{.*}}i64 @mtia_cb_head(i32 {{.*}}7, i64 {{.*}}32)
#ifdef __cplusplus
extern "C"
#endif
    uint64_t kernel(uint64_t offset);
uint64_t kernel(uint64_t offset) {
  __mtia_cr_w2(5, offset, 64);
  __mtia_mml(0, 1, 2, 0, 3, 1, 0);
  return __mtia_cb_head(7, 32);
}
