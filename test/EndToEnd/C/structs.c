// REQUIRES: mtia-clang, mtia-run
// RUN: %python %S/Inputs/same_output.py --build %build --scratch %t.dir %s
//
// Structs and unions of many sizes as arguments and results, mixed with scalars
// until registers run out; nested, packed, aligned, with arrays and bit-fields.
#include <stdint.h>
#include <stdio.h>
#include <string.h>

static uint64_t sum(const void *p, size_t n) {
  uint64_t h = 5381;
  for (size_t i = 0; i < n; i++)
    h = h * 33 + ((const unsigned char *)p)[i];
  return h;
}

#define BYTES(n)                                                                                   \
  struct s##n {                                                                                    \
    unsigned char b[n];                                                                            \
  };                                                                                               \
  __attribute__((noinline)) static struct s##n make_##n(int seed) {                                \
    struct s##n s;                                                                                 \
    for (int i = 0; i < n; i++)                                                                    \
      s.b[i] = (unsigned char)(seed * 7 + i * 13);                                                 \
    return s;                                                                                      \
  }                                                                                                \
  __attribute__((noinline)) static struct s##n pass_##n(int a, struct s##n x, long b,              \
                                                        struct s##n y, char c, struct s##n z,      \
                                                        short d, struct s##n w, long long e) {     \
    printf(#n " %d %ld %d %d %lld %llx %llx %llx %llx\n", a, b, c, d, e,                           \
           (unsigned long long)sum(&x, n), (unsigned long long)sum(&y, n),                         \
           (unsigned long long)sum(&z, n), (unsigned long long)sum(&w, n));                        \
    x.b[0] = (unsigned char)(x.b[0] + y.b[n - 1] + z.b[n / 2] + w.b[0]);                           \
    return x;                                                                                      \
  }
BYTES(1)
BYTES(2)
BYTES(3)
BYTES(4)
BYTES(5)
BYTES(7)
BYTES(8)
BYTES(9)
BYTES(12)
BYTES(15)
BYTES(16)
BYTES(17)
BYTES(24)
BYTES(31)
BYTES(32)
BYTES(64)
BYTES(100)
BYTES(257)

struct pair {
  int32_t a;
  int64_t b;
};
struct nested {
  struct pair p;
  struct {
    int8_t x;
    int16_t y;
  } q[2];
};
struct __attribute__((packed)) packed {
  int8_t a;
  int64_t b;
  int16_t c;
};
struct __attribute__((aligned(16))) aligned {
  int64_t a, b;
};
union either {
  int64_t whole;
  int32_t half[2];
  int8_t byte[8];
};
struct bits {
  unsigned a : 3;
  int b : 5;
  unsigned c : 13;
  int64_t d : 37;
  uint64_t e : 1;
  int : 0;
  uint8_t f : 7;
};
struct empty {};
struct flexible {
  int n;
  short tail[];
};

__attribute__((noinline)) static struct pair swap(struct pair p, struct empty nothing, int k) {
  return (struct pair){(int32_t)p.b + k, p.a};
}
__attribute__((noinline)) static struct nested turn(int a, int b, int c, int d, int e,
                                                    struct nested n, struct aligned al, int f) {
  printf("turn %d %d %d %d %d %d %lld %lld\n", a, b, c, d, e, f, (long long)al.a, (long long)al.b);
  struct nested r = n;
  r.p = swap(n.p, (struct empty){}, f);
  r.q[0].x = n.q[1].x, r.q[1].y = (int16_t)(n.q[0].y * 3);
  return r;
}
__attribute__((noinline)) static struct packed pack(struct packed p) {
  p.b = p.b * 3 + p.a, p.c = (int16_t)(p.c ^ 0x55aa), p.a = (int8_t)(p.a + 1);
  return p;
}
__attribute__((noinline)) static union either flip(union either e) {
  int32_t t = e.half[0];
  e.half[0] = e.half[1], e.half[1] = t;
  return e;
}
__attribute__((noinline)) static struct bits squeeze(struct bits b) {
  b.a++, b.b -= 3, b.c *= 5, b.d = b.d * 2 - 1, b.e ^= 1, b.f += 70;
  return b;
}
static struct bits global_bits = {7, -16, 8000, -(1LL << 36), 1, 100};
static struct {
  struct pair list[3];
  const char *name;
} table[] = {{{{1, 2}, {3, -4}, {5, 0x7fffffffffff}}, "first"},
             {.name = "second", .list[1].b = -9}};

int main(void) {
#define TRY(n)                                                                                     \
  do {                                                                                             \
    struct s##n r = pass_##n(-n, make_##n(1), 1L << 40, make_##n(2), 'x', make_##n(3), -3,         \
                             make_##n(4), -5000000000);                                            \
    struct s##n copy = r, *p = &copy;                                                              \
    *p = pass_##n(1, *p, 2, r, 3, *p, 4, r, 5);                                                    \
    printf("= %llx\n", (unsigned long long)sum(p, n));                                             \
  } while (0)
  TRY(1);
  TRY(2);
  TRY(3);
  TRY(4);
  TRY(5);
  TRY(7);
  TRY(8);
  TRY(9);
  TRY(12);
  TRY(15);
  TRY(16);
  TRY(17);
  TRY(24);
  TRY(31);
  TRY(32);
  TRY(64);
  TRY(100);
  TRY(257);
  struct nested n = turn(1, 2, 3, 4, 5, (struct nested){{6, 7}, {{8, 9}, {10, 11}}},
                         (struct aligned){12, 13}, 14);
  printf("%d %lld %d %d %d %d\n", n.p.a, (long long)n.p.b, n.q[0].x, n.q[0].y, n.q[1].x, n.q[1].y);
  struct packed k = pack(pack((struct packed){-3, 0x123456789, 77}));
  printf("%d %llx %d %d\n", k.a, (unsigned long long)k.b, k.c, (int)sizeof k);
  union either e = flip((union either){0x1122334455667788});
  printf("%llx %d\n", (unsigned long long)e.whole, e.byte[3]);
  for (int i = 0; i < 5; i++) {
    global_bits = squeeze(global_bits);
    printf("%d %d %d %lld %d %d\n", global_bits.a, global_bits.b, global_bits.c,
           (long long)global_bits.d, global_bits.e, global_bits.f);
  }
  for (int i = 0; i < 2; i++)
    for (int j = 0; j < 3; j++)
      printf("%s %d %lld\n", table[i].name, table[i].list[j].a, (long long)table[i].list[j].b);
  static struct flexible fl = {3, {4, 5, 6}};
  printf("%d %d %d\n", fl.tail[0], fl.tail[2], (int)sizeof fl);
  return 3;
}
