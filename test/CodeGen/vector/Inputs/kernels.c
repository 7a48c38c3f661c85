// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Kernels as they are written with <riscv_vector.h>; bare_main prints a digest of the
// results of each.
#include "bare.h"
#include <riscv_vector.h>
#include <stddef.h>
#include <stdint.h>
static uint64_t state = 88172645463325252u, hash = 1;
static uint64_t next_random(void) {
  state ^= state << 13;
  state ^= state >> 7;
  state ^= state << 17;
  return state;
}
static void digest(const void *p, size_t n) {
  const unsigned char *c = p;
  while (n--)
    hash = (hash ^ *c++) * 0x100000001b3u;
}
static void report(const char *s) {
  print(s);
  print(" ");
  print_hex(&hash, 8);
  print("\n");
  hash = 1;
}
__attribute__((noinline)) void copy(void *d, const void *s, size_t n) {
  unsigned char *dst = d;
  const unsigned char *src = s;
  for (size_t vl; n > 0; n -= vl, src += vl, dst += vl) {
    vl = __riscv_vsetvl_e8m8(n);
    vuint8m8_t v = __riscv_vle8_v_u8m8(src, vl);
    __riscv_vse8_v_u8m8(dst, v, vl);
  }
}
__attribute__((noinline)) int compare_strings(const char *a, const char *b) {
  const uint8_t *p = (const uint8_t *)a, *q = (const uint8_t *)b;
  size_t vl = __riscv_vsetvlmax_e8m2();
  long first = -1;
  size_t done = 0;
  while (first < 0) {
    size_t v1;
    vuint8m2_t x = __riscv_vle8ff_v_u8m2(p + done, &v1, vl);
    vuint8m2_t y = __riscv_vle8ff_v_u8m2(q + done, &v1, v1);
    vbool4_t z = __riscv_vmseq_vx_u8m2_b4(x, 0, v1), ne = __riscv_vmsne_vv_u8m2_b4(x, y, v1);
    first = __riscv_vfirst_m_b4(__riscv_vmor_mm_b4(z, ne, v1), v1);
    if (first < 0)
      done += v1;
  }
  return p[done + first] - q[done + first];
}
__attribute__((noinline)) char *copy_string(char *dst, const char *src, size_t n) {
  char *r = dst;
  for (size_t vl; n;) {
    vl = __riscv_vsetvl_e8m1(n);
    vuint8m1_t v = __riscv_vle8ff_v_u8m1((const uint8_t *)src, &vl, vl);
    vbool8_t z = __riscv_vmseq_vx_u8m1_b8(v, 0, vl);
    long f = __riscv_vfirst_m_b8(z, vl);
    vbool8_t m = __riscv_vmsif_m_b8(z, vl);
    if (f >= 0) {
      __riscv_vse8_v_u8m1_m(m, (uint8_t *)dst, v, vl);
      for (size_t i = f + 1; i < n; ++i)
        dst[i] = 0;
      return r;
    }
    __riscv_vse8_v_u8m1((uint8_t *)dst, v, vl);
    dst += vl;
    src += vl;
    n -= vl;
  }
  return r;
}
__attribute__((noinline)) void multiply(size_t n, size_t m, size_t k, const float *a, size_t lda,
                                        const float *b, size_t ldb, float *c, size_t ldc) {
  for (size_t j = 0, vl; j < n; j += vl) {
    vl = __riscv_vsetvl_e32m2(n - j);
    size_t i = 0;
    for (; i + 4 <= m; i += 4) {
      vfloat32m2_t c0 = __riscv_vle32_v_f32m2(c + i * ldc + j, vl),
                   c1 = __riscv_vle32_v_f32m2(c + (i + 1) * ldc + j, vl),
                   c2 = __riscv_vle32_v_f32m2(c + (i + 2) * ldc + j, vl),
                   c3 = __riscv_vle32_v_f32m2(c + (i + 3) * ldc + j, vl);
      for (size_t p = 0; p < k; ++p) {
        vfloat32m2_t vb = __riscv_vle32_v_f32m2(b + p * ldb + j, vl);
        c0 = __riscv_vfmacc_vf_f32m2(c0, a[i * lda + p], vb, vl);
        c1 = __riscv_vfmacc_vf_f32m2(c1, a[(i + 1) * lda + p], vb, vl);
        c2 = __riscv_vfmacc_vf_f32m2(c2, a[(i + 2) * lda + p], vb, vl);
        c3 = __riscv_vfmacc_vf_f32m2(c3, a[(i + 3) * lda + p], vb, vl);
      }
      __riscv_vse32(c + i * ldc + j, c0, vl);
      __riscv_vse32(c + (i + 1) * ldc + j, c1, vl);
      __riscv_vse32(c + (i + 2) * ldc + j, c2, vl);
      __riscv_vse32(c + (i + 3) * ldc + j, c3, vl);
    }
    for (; i < m; ++i) {
      vfloat32m2_t c0 = __riscv_vle32_v_f32m2(c + i * ldc + j, vl);
      for (size_t p = 0; p < k; ++p)
        c0 = __riscv_vfmacc(c0, a[i * lda + p], __riscv_vle32_v_f32m2(b + p * ldb + j, vl), vl);
      __riscv_vse32(c + i * ldc + j, c0, vl);
    }
  }
}
__attribute__((noinline)) vfloat32m4_t exponential(vfloat32m4_t x, size_t vl) {
  x = __riscv_vfmin(x, 88.37f, vl);
  x = __riscv_vfmax(x, -87.33f, vl);
  vfloat32m4_t fx = __riscv_vfmadd(x, 1.442695041f, __riscv_vfmv_v_f_f32m4(0.5f, vl), vl);
  vint32m4_t n = __riscv_vfcvt_x_f_v_i32m4(fx, vl);
  vfloat32m4_t t = __riscv_vfcvt_f_x_v_f32m4(n, vl);
  vbool8_t m = __riscv_vmfgt(t, fx, vl);
  t = __riscv_vfsub_vf_f32m4_mu(m, t, t, 1.f, vl);
  x = __riscv_vfnmsac(x, 0.693359375f, t, vl);
  x = __riscv_vfnmsac(x, -2.12194440e-4f, t, vl);
  vfloat32m4_t y = __riscv_vfmv_v_f_f32m4(1.9875691500E-4f, vl);
  y = __riscv_vfmadd(y, x, __riscv_vfmv_v_f_f32m4(1.39e-3f, vl), vl);
  y = __riscv_vfmadd(y, x, __riscv_vfmv_v_f_f32m4(8.33e-3f, vl), vl);
  y = __riscv_vfmadd(y, x, __riscv_vfmv_v_f_f32m4(0.5f, vl), vl);
  y = __riscv_vfmadd(y, __riscv_vfmul(x, x, vl), __riscv_vfadd(x, 1.f, vl), vl);
  vint32m4_t e = __riscv_vsll(__riscv_vadd(__riscv_vfcvt_x(t, vl), 0x7f, vl), 23, vl);
  return __riscv_vfmul(y, __riscv_vreinterpret_v_i32m4_f32m4(e), vl);
}
__attribute__((noinline)) float softmax(float *o, const float *x, size_t n) {
  vfloat32m1_t mx = __riscv_vfmv_s_f_f32m1(-1e30f, 1), sum = __riscv_vfmv_s_f_f32m1(0, 1);
  for (size_t i = 0, vl; i < n; i += vl) {
    vl = __riscv_vsetvl_e32m4(n - i);
    mx = __riscv_vfredmax(__riscv_vle32_v_f32m4(x + i, vl), mx, vl);
  }
  float m = __riscv_vfmv_f(mx);
  for (size_t i = 0, vl; i < n; i += vl) {
    vl = __riscv_vsetvl_e32m4(n - i);
    vfloat32m4_t e = exponential(__riscv_vfsub(__riscv_vle32_v_f32m4(x + i, vl), m, vl), vl);
    __riscv_vse32(o + i, e, vl);
    sum = __riscv_vfredosum(e, sum, vl);
  }
  return __riscv_vfmv_f(sum);
}
__attribute__((noinline)) void luminance(const uint8_t *rgb, uint8_t *y, size_t n) {
  for (size_t vl; n; n -= vl, rgb += 3 * vl, y += vl) {
    vl = __riscv_vsetvl_e8m2(n);
    vuint8m2x3_t t = __riscv_vlseg3e8_v_u8m2x3(rgb, vl);
    vuint16m4_t s = __riscv_vwmulu(__riscv_vget_u8m2(t, 0), 77, vl);
    s = __riscv_vwmaccu(s, 150, __riscv_vget_u8m2(t, 1), vl);
    s = __riscv_vwmaccu(s, 29, __riscv_vget_u8m2(t, 2), vl);
    __riscv_vse8(y, __riscv_vnclipu(s, 8, __RISCV_VXRM_RNU, vl), vl);
  }
}
__attribute__((noinline)) void requantise(const int32_t *x, int8_t *o, size_t n, int mul, int sh) {
  for (size_t vl; n; n -= vl, x += vl, o += vl) {
    vl = __riscv_vsetvl_e32m8(n);
    vint32m8_t v = __riscv_vle32_v_i32m8(x, vl);
    v = __riscv_vsmul(v, mul, __RISCV_VXRM_RNU, vl);
    v = __riscv_vssra(v, sh, __RISCV_VXRM_RNE, vl);
    vint16m4_t h = __riscv_vnclip(v, 0, __RISCV_VXRM_RDN, vl);
    h = __riscv_vsadd(h, 3, vl);
    vint8m2_t b = __riscv_vnclip(h, 0, __RISCV_VXRM_RDN, vl);
    __riscv_vse8(o, b, vl);
  }
}
__attribute__((noinline)) size_t filter(const int32_t *x, int32_t *o, size_t n) {
  size_t k = 0;
  for (size_t vl; n; n -= vl, x += vl) {
    vl = __riscv_vsetvl_e32m2(n);
    vint32m2_t v = __riscv_vle32_v_i32m2(x, vl);
    vbool16_t m = __riscv_vmsgt(v, 0, vl);
    size_t c = __riscv_vcpop(m, vl);
    __riscv_vse32(o + k, __riscv_vcompress(v, m, vl), c);
    k += c;
  }
  return k;
}
__attribute__((noinline)) void gather(const double *x, const uint16_t *ix, double *o, size_t n) {
  for (size_t vl; n; n -= vl, ix += vl, o += vl) {
    vl = __riscv_vsetvl_e64m8(n);
    vuint16m2_t i = __riscv_vle16_v_u16m2(ix, vl);
    vfloat64m8_t v = __riscv_vluxei16(x, __riscv_vsll(i, 3, vl), vl);
    vfloat64m8_t w = __riscv_vlse64_v_f64m8(x, 16, vl);
    __riscv_vsse64(o, 8, __riscv_vfadd(v, w, vl), vl);
  }
}
__attribute__((noinline)) void prefix(uint32_t *x, size_t n) {
  uint32_t c = 0;
  for (size_t vl; n; n -= vl, x += vl) {
    vl = __riscv_vsetvl_e32m1(n);
    vuint32m1_t v = __riscv_vle32_v_u32m1(x, vl);
    for (size_t s = 1; s < vl; s *= 2)
      v = __riscv_vadd(v, __riscv_vslideup(__riscv_vmv_v_x_u32m1(0, vl), v, s, vl), vl);
    v = __riscv_vadd(v, c, vl);
    __riscv_vse32(x, v, vl);
    c = x[vl - 1];
  }
}
typedef vfloat32m1x4_t quad;
__attribute__((noinline)) quad transpose(quad q, size_t vl) {
  vfloat32m1_t a = __riscv_vget_v_f32m1x4_f32m1(q, 0), b = __riscv_vget_v_f32m1x4_f32m1(q, 1);
  quad r = __riscv_vset_v_f32m1_f32m1x4(q, 0, __riscv_vfadd(a, b, vl));
  return __riscv_vset_v_f32m1_f32m1x4(r, 3, __riscv_vfsub(a, b, vl));
}
typedef vint32m1_t fx __attribute__((riscv_rvv_vector_bits(512)));
struct S {
  fx v[3];
  int k;
};
__attribute__((noinline)) fx fixed(struct S *s, fx a) {
  s->v[1] = __riscv_vadd(s->v[0], a, 16);
  return s->v[1] * 3 + s->v[2];
}
static unsigned char A[8192], B[8192], C[8192], D[65536];
__attribute__((noinline)) static void run(void) {
  for (int i = 0; i < 8192; i += 8) {
    uint64_t v = next_random(), w = next_random();
    __builtin_memcpy(A + i, &v, 8);
    __builtin_memcpy(B + i, &w, 8);
  }
  for (size_t n = 0; n < 700; n += 37) {
    copy(C, A + n % 5, n);
    digest(C, n);
  }
  report("memcpy");
  for (int i = 0; i < 500; ++i)
    A[i] = 1 + A[i] % 255;
  copy(B, A, 500);
  for (int n = 1; n < 400; n += 13) {
    A[n] = 0;
    B[n] = n % 3;
    int r = compare_strings((char *)A, (char *)B);
    digest(&r, 4);
    A[n] = B[n] = 7;
  }
  report("strcmp");
  for (int n = 1; n < 300; n += 29) {
    copy_string((char *)C, (char *)A, n);
    digest(C, n);
    A[n / 2] = 0;
  }
  report("strncpy");
  float *f = (float *)D;
  for (int i = 0; i < 16384; ++i)
    f[i] = (int)(next_random() & 4095) / 256.0f - 8;
  multiply(37, 11, 19, f, 19, f + 500, 40, f + 4000, 50);
  digest(f + 4000, 4 * 600);
  multiply(5, 3, 7, f, 7, f + 500, 5, f + 6000, 5);
  digest(f + 6000, 100);
  report("sgemm");
  for (size_t n = 1; n < 300; n += 41) {
    float s = softmax(f + 8000, f + n, n);
    digest(&s, 4);
    digest(f + 8000, 4 * n);
  }
  report("softmax");
  luminance(A, C, 333);
  digest(C, 333);
  report("luminance");
  requantise((int *)A, (int8_t *)C, 777, 0x54321678, 5);
  digest(C, 777);
  report("requantise");
  size_t k = filter((int *)B, (int *)C, 999);
  digest(&k, 8);
  digest(C, 4 * k);
  report("filter");
  for (int i = 0; i < 4096; i += 2)
    A[i + 1] &= 3;
  gather((double *)D, (uint16_t *)A, (double *)C, 501);
  digest(C, 4008);
  report("gather");
  prefix((uint32_t *)B, 321);
  digest(B, 1284);
  report("prefix");
  quad q = __riscv_vlseg4e32_v_f32m1x4(f, 16);
  q = transpose(q, 13);
  __riscv_vsseg4e32(f + 100, q, 13);
  digest(f + 100, 13 * 16);
  report("tuple");
  static struct S s;
  __builtin_memcpy(&s, B, sizeof s);
  fx r = fixed(&s, *(fx *)C);
  digest(&r, 64);
  digest(&s, 192);
  report("fixed");
}
int bare_main(void) {
  __asm__ volatile("li t0, 0x600\n csrs mstatus, t0" ::: "t0");
  run();
  return 0;
}
