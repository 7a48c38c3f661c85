// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The usual sorts of whole numbers: quick with a median of three, heap, merge,
// shell, radix, and one of records by a comparison function.
#include "bench.h"
#include <string.h>

enum { N = 20000 };

static int32_t input[N], a[N], scratch[N];

static void insertion(int32_t *p, int n) {
  for (int i = 1; i < n; i++) {
    int32_t x = p[i];
    int j = i;
    for (; j > 0 && p[j - 1] > x; j--)
      p[j] = p[j - 1];
    p[j] = x;
  }
}

static void swap(int32_t *x, int32_t *y) {
  int32_t t = *x;
  *x = *y;
  *y = t;
}

static void quick(int32_t *p, int n) {
  while (n > 16) {
    int mid = n / 2;
    if (p[mid] < p[0])
      swap(&p[mid], &p[0]);
    if (p[n - 1] < p[0])
      swap(&p[n - 1], &p[0]);
    if (p[n - 1] < p[mid])
      swap(&p[n - 1], &p[mid]);
    int32_t pivot = p[mid];
    int i = 0, j = n - 1;
    for (;;) {
      while (p[i] < pivot)
        i++;
      while (p[j] > pivot)
        j--;
      if (i >= j)
        break;
      swap(&p[i++], &p[j--]);
    }
    quick(p, i);
    p += i, n -= i;
  }
  insertion(p, n);
}

static void sift(int32_t *p, int root, int n) {
  int32_t x = p[root];
  for (int child; (child = 2 * root + 1) < n; root = child) {
    if (child + 1 < n && p[child + 1] > p[child])
      child++;
    if (p[child] <= x)
      break;
    p[root] = p[child];
  }
  p[root] = x;
}

static void heap(int32_t *p, int n) {
  for (int i = n / 2 - 1; i >= 0; i--)
    sift(p, i, n);
  for (int i = n - 1; i > 0; i--) {
    swap(&p[0], &p[i]);
    sift(p, 0, i);
  }
}

static void merge(int32_t *p, int n) {
  if (n <= 8) {
    insertion(p, n);
    return;
  }
  int half = n / 2, i = 0, j = half, k = 0;
  merge(p, half);
  merge(p + half, n - half);
  while (i < half && j < n)
    scratch[k++] = p[j] < p[i] ? p[j++] : p[i++];
  while (i < half)
    scratch[k++] = p[i++];
  memcpy(p, scratch, k * sizeof *p);
}

static void shell(int32_t *p, int n) {
  int gap = 1;
  while (gap < n / 3)
    gap = 3 * gap + 1;
  for (; gap > 0; gap /= 3)
    for (int i = gap; i < n; i++) {
      int32_t x = p[i];
      int j = i;
      for (; j >= gap && p[j - gap] > x; j -= gap)
        p[j] = p[j - gap];
      p[j] = x;
    }
}

static void radix(int32_t *p, int n) {
  for (int shift = 0; shift < 32; shift += 8) {
    int count[256] = {0}, at = 0;
    for (int i = 0; i < n; i++)
      count[((uint32_t)p[i] ^ 0x80000000) >> shift & 255]++;
    for (int i = 0; i < 256; i++) {
      int c = count[i];
      count[i] = at;
      at += c;
    }
    for (int i = 0; i < n; i++)
      scratch[count[((uint32_t)p[i] ^ 0x80000000) >> shift & 255]++] = p[i];
    memcpy(p, scratch, n * sizeof *p);
  }
}

struct record {
  int16_t group;
  uint8_t rank;
  int64_t key;
};

static struct record records[2000];

static int by_key(const struct record *x, const struct record *y) {
  if (x->group != y->group)
    return x->group - y->group;
  return (x->key > y->key) - (x->key < y->key);
}

static int by_rank(const struct record *x, const struct record *y) {
  return x->rank != y->rank ? x->rank - y->rank : by_key(x, y);
}

static void sort_records(struct record *p, int n,
                         int (*order)(const struct record *, const struct record *)) {
  for (int gap = n / 2; gap > 0; gap = gap * 5 / 11)
    for (int i = gap; i < n; i++) {
      struct record x = p[i];
      int j = i;
      for (; j >= gap && order(&p[j - gap], &x) > 0; j -= gap)
        p[j] = p[j - gap];
      p[j] = x;
    }
}

int main(void) {
  static void (*const sorts[])(int32_t *, int) = {quick, heap, merge, shell, radix};
  uint64_t seed = 4, sum = 0;
  for (int i = 0; i < N; i++)
    input[i] = (int32_t)bench_random(&seed) >> (i % 5);
  for (int round = 0; round < 3; round++)
    for (int s = 0; s < 5; s++) {
      memcpy(a, input, sizeof a);
      sorts[s](a, N);
      for (int i = 1; i < N; i++)
        if (a[i - 1] > a[i])
          return 1;
      sum = bench_mix(sum, a[(s + 1) * 997]);
      input[s * round]++;
    }
  for (int i = 0; i < 2000; i++)
    records[i] = (struct record){bench_random(&seed) % 30, bench_random(&seed) % 10,
                                 bench_random(&seed) % 100};
  for (int round = 0; round < 4; round++) {
    sort_records(records, 2000, round % 2 ? by_rank : by_key);
    sum = bench_mix(sum, records[99 * round].key);
  }
  return bench_result(sum);
}
