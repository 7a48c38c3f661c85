// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The functions that compute vectors exist once for every x86-64 and once for those with AVX2, where
// floating point is computed by the host: both give the same bits and flags. (What bits these are is
// up to other tests, which run one of the two.) Random elements; the seed is printed.
#include "core.h"
#include "vec.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

static const struct {
  const char *name;
  uint8_t vd, vs1;
} arith[MTIA_NUM_VOPS] = {
#define MTIA_VARITH(id, mnemonic, op, match, mask, vd, vs2, vs1, ...)                              \
  [MTIA_VOP_##id] = {mnemonic, vd, vs1},
#include "mtia/mtia_vinsn.inc"
};

static uint64_t state;
static uint64_t next(void) { // splitmix64
  uint64_t z = state += UINT64_C(0x9e3779b97f4a7c15);
  z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
  z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
  return z ^ z >> 31;
}

// An element of `bytes`: an integer of few or many bits, or a floating-point number of the kinds
// that matter.
static uint64_t element(unsigned bytes) {
  const unsigned bits = 8 * bytes;
  const uint64_t all = ~UINT64_C(0) >> (64 - bits);
  const unsigned fraction = bytes == 2 ? 10 : bytes == 4 ? 23 : 52;
  const uint64_t sign = next() << (bits - 1), random = next();
  uint64_t value;
  if (bytes == 1)
    return next() & 0xff;
  switch (next() % 8) {
  case 0:
    return random & all;
  case 1:
    return random % 5 - 2;
  case 2: // zero, the smallest, infinity, the NaN: the exponent's ends
    value = (next() & 1 ? all >> 1 : 0) >> fraction << fraction;
    value |= next() & 1 ? 0 : UINT64_C(1) << (next() % fraction);
    break;
  case 3: // subnormal
    value = random & ((UINT64_C(1) << fraction) - 1);
    break;
  default: // around 1, often of few bits
    value = (((all >> 1 >> fraction >> 1) - 4 + next() % 8) << fraction) |
            (random & ((UINT64_C(1) << fraction) - 1) & ~UINT64_C(0) << next() % fraction);
  }
  return (value | sign) & all;
}

static void fill(void *to, unsigned size, unsigned bytes) {
  for (unsigned at = 0; at < size; at += bytes) {
    uint64_t value = element(bytes);
    memcpy((char *)to + at, &value, bytes);
  }
}

static const struct mtia_vimpl *find(const struct mtia_vec_host *host, unsigned op) {
  for (const struct mtia_vimpl *const *table = host->tables; *table; table++)
    for (unsigned sew = 0; sew < 4; sew++)
      if ((*table)[op].fn[sew])
        return &(*table)[op];
  return NULL;
}

struct outcome {
  struct mtia_vector v;
  struct mtia_fp fp;
  uint64_t result;
};

static void call(mtia_vfn *fn, struct mtia_core *core, struct outcome *o) {
  core->v = &o->v;
  core->fp = o->fp;
  struct mtia_vrun *r = &o->v.run;
  r->v = &o->v;
  r->core = core;
  if (r->active)
    r->active = o->v.active;
  r->out = r->insn->flags & MTIA_VF_ACTIVE ? o->v.reg[r->insn->vd] : o->v.scratch[0];
  r->vd = o->v.reg[r->insn->vd];
  r->vs2 = o->v.reg[r->insn->vs2];
  r->vs1 = o->v.reg[r->insn->vs1];
  fn(r);
  o->fp = core->fp;
  o->result = r->result;
}

#ifdef MTIA_VEC_V3
static struct outcome base, v3;
static struct mtia_core *core;

// One execution of both.
static void one(unsigned op, unsigned sew, const struct mtia_vimpl *impl, mtia_vfn *other) {
  const unsigned kind = arith[op].vd, bytes = 1u << sew;
  const unsigned shift = kind == MTIA_VK_2SEW ? sew + 1 : sew;
  static struct mtia_vinsn insn;
  memset(&base, 0, sizeof base);
  insn.flags = impl->flags;
  insn.op = (uint16_t)op;
  insn.vd = 8, insn.vs2 = 16, insn.vs1 = 24;
  if (!(impl->flags & MTIA_VF_DISJOINT) && kind == MTIA_VK_SEW && next() % 4 == 0)
    insn.vs2 = insn.vd;
  fill(base.v.reg, sizeof base.v.reg,
       next() % 4            ? bytes
       : kind == MTIA_VK_SEW ? bytes
                             : 1u << shift);
  fill(base.v.reg[16], 8 * MTIA_VLENB, next() % 2 && sew < 3 ? 2 * bytes : bytes);
  for (unsigned w = 0; w < MTIA_VWORDS; w++)
    base.v.active[w] = next();
  struct mtia_vrun *r = &base.v.run;
  r->insn = &insn;
  r->vl = 1 + (unsigned)(next() % (256 / bytes));
  r->regs = ((r->vl << shift) + MTIA_VLENB - 1) / MTIA_VLENB;
  r->first = next() % 4 ? 0 : (unsigned)(next() % r->vl);
  r->x = next() % 8 ? element(bytes) | (sew < 3 ? ~UINT64_C(0) << (8 * bytes) : 0) : next();
  if (r->first || next() % 2) {
    for (unsigned e = 0; e < MTIA_VLMAX; e++)
      if (e < r->first || e >= r->vl)
        base.v.active[e / 64] &= ~(UINT64_C(1) << e % 64);
    r->active = base.v.active;
  }
  base.v.vxrm = next() & 3;
  base.fp = (struct mtia_fp){(uint8_t)(next() % 5), (uint8_t)(next() & 1)};
  v3 = base;
  const uint64_t seed = state;
  call(impl->fn[sew], core, &base);
  call(other, core, &v3);
  if (memcmp(base.v.reg, v3.v.reg, sizeof v3.v.reg) ||
      memcmp(base.v.scratch, v3.v.scratch, r->regs * MTIA_VLENB) || base.v.vxsat != v3.v.vxsat ||
      base.fp.flags != v3.fp.flags || base.result != v3.result)
    fail_msg("%s, SEW %u, vl %u, rm %u: they differ (flags %#x and %#x, state %#llx)",
             arith[op].name, 8 * bytes, r->vl, base.fp.rm, base.fp.flags, v3.fp.flags,
             (unsigned long long)seed);
}
#endif

static void test_hosts(void **unused) {
#ifdef MTIA_VEC_V3
  const char *seconds = getenv("FUZZ_SECONDS");
  const time_t end = time(NULL) + (seconds ? atoi(seconds) : 0);
  if (!__builtin_cpu_supports("x86-64-v3"))
    skip();
  core = calloc(1, sizeof *core);
  assert_non_null(core);
  state = seconds ? (uint64_t)time(NULL) : 1;
  print_message("seed %llu\n", (unsigned long long)state);
  do {
    for (unsigned op = 0; op < MTIA_NUM_VOPS; op++) {
      const struct mtia_vimpl *impl = find(&mtia_vec_host_base, op);
      const struct mtia_vimpl *other = find(&mtia_vec_host_v3, op);
      assert_int_equal(!impl, !other);
      for (unsigned sew = 0; impl && sew < 4; sew++) {
        assert_int_equal(!impl->fn[sew], !other->fn[sew]);
        for (unsigned n = 0; impl->fn[sew] && n < 50; n++)
          one(op, sew, impl, other->fn[sew]);
      }
    }
  } while (time(NULL) < end);
  free(core);
#else
  skip();
#endif
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_hosts)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
