// The C library's mathematics, conversions to and from text and fenv.h, compiled by GCC: the same
// output as on QEMU, bit by bit, in every rounding mode.
// REQUIRES: mtia-run, qemu-system, riscv-gcc
// RUN: riscv64-unknown-elf-gcc --specs=picolibc.specs --oslib=semihost --crt0=semihost -march=rv64gc \
// RUN:   -mabi=lp64d -mcmodel=medany -O1 -frounding-math %s -lm -Wl,--defsym=__flash=0x80000000 \
// RUN:   -Wl,--defsym=__flash_size=0x400000 -Wl,--defsym=__ram=0x80400000 \
// RUN:   -Wl,--defsym=__ram_size=0x2000000 -o %t.elf
// RUN: %qemu-virt %t.elf > %t.qemu 2>&1
// RUN: mtia-run --functional %t.elf > %t.functional
// RUN: mtia-run %t.elf > %t.timed
// RUN: cmp %t.qemu %t.functional
// RUN: cmp %t.qemu %t.timed
// RUN: FileCheck %s --input-file %t.qemu
// CHECK: mode 0
// CHECK: done
#include <fenv.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static double (*const functions[])(double) = {
    sin,   cos,   tan,  asin, acos, atan, sinh,   cosh,   tanh, exp,   exp2, expm1, log,   log2,
    log10, log1p, sqrt, cbrt, erf,  erfc, tgamma, lgamma, ceil, floor, rint, round, trunc, logb};
static float (*const functions_f[])(float) = {sinf,  cosf,  expf,  logf, sqrtf,
                                              cbrtf, rintf, tanhf, erff};
static const double values[] = {0,          -0.0,       1,       -1,    0.5,
                                3.14159,    1e-300,     -2.5,    1e300, 0x1p-1074,
                                INFINITY,   -7.25,      NAN,     0.1,   709.7827,
                                12345.6789, -0x1p-1022, 2.0 / 3, 1e22,  4503599627370497.5};
static const int modes[] = {FE_TONEAREST, FE_TOWARDZERO, FE_DOWNWARD, FE_UPWARD};

static void show(double value) {
  uint64_t bits;
  memcpy(&bits, &value, sizeof bits);
  printf(" %016" PRIx64 "/%02x", isnan(value) ? 1 : bits, fetestexcept(FE_ALL_EXCEPT));
  feclearexcept(FE_ALL_EXCEPT);
}

int main(void) {
  for (unsigned m = 0; m < 4; m++) {
    fesetround(modes[m]);
    printf("mode %u\n", m);
    for (unsigned v = 0; v < sizeof values / sizeof *values; v++) {
      volatile double x = values[v];
      printf("%.17g %.3f %a %g:", x, x, x, (double)(float)x);
      feclearexcept(FE_ALL_EXCEPT);
      for (unsigned f = 0; f < sizeof functions / sizeof *functions; f++)
        show(functions[f](x));
      for (unsigned f = 0; f < sizeof functions_f / sizeof *functions_f; f++)
        show(functions_f[f]((float)x));
      for (unsigned w = 0; w < sizeof values / sizeof *values; w++) {
        volatile double y = values[w];
        show(pow(x, y));
        show(fmod(x, y));
        show(atan2(x, y));
        show(hypot(x, y));
        show(remainder(x, y));
        show(nextafter(x, y));
        show(fma(x, y, x));
      }
      printf(" %ld %d\n", x > -1e18 && x < 1e18 ? lrint(x) : 0, ilogb(x));
    }
    static const char *const texts[] = {"0.1",     "1e-320",      "1.7976931348623159e308",
                                        "-2.5e-7", "0x1.8p-1074", "123456789012345678901234567890"};
    for (unsigned i = 0; i < sizeof texts / sizeof *texts; i++) {
      show(strtod(texts[i], NULL));
      show((double)strtof(texts[i], NULL));
    }
    printf("\n");
  }
  printf("done\n");
  return 0;
}
