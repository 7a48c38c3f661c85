// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Fast Fourier transform of complex float, forth and back, and a filter.
#include "bench.h"
#include <math.h>

enum { BITS = 11, N = 1 << BITS };

struct complex {
  float re, im;
};

static struct complex data[N], wave[N / 2];

static void make_wave(void) {
  // Powers of the N-th root of one, by doubling: from cos and sin of pi.
  double re[BITS + 1], im[BITS + 1];
  re[0] = -1, im[0] = 0, re[1] = 0, im[1] = 1;
  for (int i = 2; i < BITS; i++) {
    re[i] = sqrt((1 + re[i - 1]) / 2);
    im[i] = im[i - 1] / (2 * re[i]);
  }
  for (int k = 0; k < N / 2; k++) {
    double x = 1, y = 0;
    for (int bit = 0; bit < BITS - 1; bit++)
      if (k >> bit & 1) {
        double r = re[BITS - 1 - bit], i = im[BITS - 1 - bit], t = x * r - y * i;
        y = x * i + y * r;
        x = t;
      }
    wave[k].re = x, wave[k].im = y;
  }
}

static void transform(struct complex *a, int sign) {
  for (int i = 0, j = 0; i < N; i++) {
    if (i < j) {
      struct complex t = a[i];
      a[i] = a[j];
      a[j] = t;
    }
    int bit = N >> 1;
    for (; j & bit; bit >>= 1)
      j ^= bit;
    j ^= bit;
  }
  for (int half = 1; half < N; half *= 2)
    for (int i = 0; i < N; i += 2 * half)
      for (int j = 0; j < half; j++) {
        struct complex w = wave[j * (N / 2 / half)], *p = &a[i + j], *q = p + half;
        float im = sign < 0 ? -w.im : w.im;
        float re2 = q->re * w.re - q->im * im, im2 = q->re * im + q->im * w.re;
        q->re = p->re - re2, q->im = p->im - im2;
        p->re += re2, p->im += im2;
      }
}

int main(void) {
  uint64_t seed = 8, sum = 0;
  make_wave();
  for (int i = 0; i < N; i++)
    data[i].re = (int)(bench_random(&seed) % 256) - 128, data[i].im = 0;
  for (int round = 0; round < 20; round++) {
    transform(data, 1);
    for (int i = 0; i < N; i++) {
      float scale = 1.0f / N;
      data[i].re *= scale, data[i].im *= scale;
    }
    transform(data, -1);
  }
  for (int i = 0; i < N; i++)
    sum = bench_mix(sum, (int64_t)floorf(data[i].re + 0.5f));
  return bench_result(sum);
}
