#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Random kernels that write command registers and give commands, in loops and branches, compiled with and without what the
optimiser knows of them.

    command_registers.py FOLDER --bin DIR [--seed N] [--count N]

Every kernel is compiled without optimisation, with optimisation but without the passes on command registers, with all of it, and
with each of the passes alone. Every result must be the same: what cr.r and loads have found, and all of local memory at the
end. Without --count it goes on for $FUZZ_SECONDS. A kernel that fails stays in FOLDER.
"""
import argparse
import os
import random
import subprocess
import sys
import time

import numpy as np

OFF = {"effects": "-mtia-enable-intrinsic-effects=0", "registers": "-mtia-enable-command-registers=0",
       "offsets": "-mtia-enable-command-offsets=0"}
VARIANTS = {"O0": (["-O0"], []), "none": (["-O2"], list(OFF)), "all": (["-O2"], []), "O3": (["-O3"], []),
            "registers": (["-O2"], ["effects", "offsets"]), "offsets": (["-O2"], ["effects", "registers"])}

HEAD = """#include <mtia/kernel.h>
struct args { struct mtia_tensor in, out; };
// A, B and the outputs of the SE and of the MLU, each with its memory: what two units write has no order.
enum { CB_A, CB_B, CB_SE, CB_MLU, SIZE = 0x7800, LOG = 64 };
static uint64_t v[8], sum;
static void see(uint64_t x) { sum = (sum ^ x) * 0x9E3779B97F4A7C15u + 1; }
"""

MAIN = """
MTIA_KERNEL(k, struct args, MTIA_IN(in, MTIA_I64, "8"), MTIA_OUT(out, MTIA_I64, "N")) {
  if (mtia_core() != 0)
    return;
  const uint64_t *in = mtia_ptr(&args->in, 0);
  uint64_t *out = mtia_ptr(&args->out, 0), *local = (uint64_t *)(uintptr_t)MTIA_LOCAL_BASE;
  for (int i = 0; i < 8; i++)
    v[i] = in[i];
  for (unsigned i = 0; i < 4 * SIZE / 8; i++)
    local[i] = i < 2 * SIZE / 8 ? 0x9E3779B97F4A7C15u * (i + 1) : 0;
  for (unsigned cb = 0; cb < 1; cb++) {
    __mtia_cb_init(CB_A, MTIA_LOCAL_BASE, SIZE);
    __mtia_cb_init(CB_B, MTIA_LOCAL_BASE + SIZE, SIZE);
    __mtia_cb_init(CB_SE, MTIA_LOCAL_BASE + 2 * SIZE, SIZE);
    __mtia_cb_init(CB_MLU, MTIA_LOCAL_BASE + 3 * SIZE, SIZE);
  }
  __mtia_cb_push(CB_A, SIZE);
  __mtia_cb_push(CB_B, SIZE);
  setup();
  body(local);
  __mtia_sync();
  see_all();
  out[0] = sum;
  for (unsigned i = 0; i < 4 * SIZE / 8; i++)
    out[1 + i] = local[i];
}
"""


class Generator:
    """Offsets stay so small that no command is illegal: a multiplication advances by at most 64 bytes, and no path gives more
    than a few hundred."""

    def __init__(self, seed):
        self.random = random.Random(seed)
        self.loops = []  # loop variables in scope
        self.names = 0
        self.weight = 1  # how often a statement runs at most
        self.advanced = 0

    def pick(self, *choices):
        return self.random.choice(choices)

    def small(self, most):
        """An expression of 0..most (a power of two less one)."""
        kind = self.random.randrange(5)
        if kind < 2 or (kind == 4 and not self.loops):
            return str(self.random.randint(0, most))
        if kind == 4:
            return f"({self.pick(*self.loops)} & {most})"
        return f"(v[{self.random.randrange(8)}] >> {self.random.randrange(8)} & {most})"

    def value(self, cr):
        r = self.random.randrange
        if cr in ("MML_A", "MML_B"):
            # Steps of a loop, so that offsets advance.
            low = f"32 * {self.pick(*self.loops)}" if self.loops and r(2) else f"32 * {self.small(7)}"
            return low, self.pick("32", "64", f"32 * {self.small(1)}")
        if cr == "MML_INC":
            return self.pick(("32", "32"), ("32", "0"), ("0", "32"), ("32", "64"), (f"32 * {self.small(1)}", "32"))
        if cr == "BLOCK":
            return f"{self.small(31)} | {self.small(63)} << 16", "0"
        if cr == "BIAS":
            return f"4 * {self.small(7)}", self.pick("128", "256", f"32 * {self.small(7)}")
        if cr == "OUT":
            return f"32 * {self.small(7)}", self.pick("128", "256")
        if cr == "QSCALE":
            return self.pick("0x3f800000", f"0x3c000000 + {self.small(63)}"), self.small(15)
        if cr == "QCLAMP":
            return "(uint32_t)-128", self.pick("127", f"64 + {self.small(31)}")
        if cr == "QMODE":
            return self.pick("0", "1", "2"), "0"
        if cr == "MLU_SHAPE":
            return f"1 + {self.small(7)}", f"4 + 4 * {self.small(3)}"
        if cr == "MLU_SRC":
            return f"4 * {self.small(31)}", self.pick("64", f"4 * {self.small(15)}")
        if cr == "MLU_DST":
            low = f"64 * {self.pick(*self.loops)}" if self.loops and r(2) else f"4 * {self.small(31)}"
            return low, "128"
        if cr == "SE_FMT":
            return f"{self.small(1)} | {self.small(1)} << 8", "0"
        if cr == "SE_LEN":
            return f"1 + {self.small(63)}", self.small(255)
        if cr == "SE_SRC":
            return self.small(255), "0"
        raise AssertionError(cr)

    CRS = ("MML_A", "MML_B", "MML_INC", "BLOCK", "BIAS", "OUT", "QSCALE", "QCLAMP", "QMODE", "MLU_SHAPE", "MLU_SRC", "MLU_DST",
           "SE_FMT", "SE_LEN", "SE_SRC")

    def write(self, cr=None):
        cr = cr or self.pick(*self.CRS, "MML_A", "MML_B", "BLOCK")
        low, high = self.value(cr)
        if self.random.randrange(3) == 0:
            return f"__mtia_cr_w(MTIA_CR_{cr}, (uint32_t)({low}) | (uint64_t)({high}) << 32);"
        return f"__mtia_cr_w2(MTIA_CR_{cr}, {low}, {high});"

    def mml(self):
        adv = self.random.randrange(2) if self.advanced + self.weight <= 150 else 0
        self.advanced += adv * self.weight
        flags = adv | self.pick(0, 2)
        form = self.pick("mml", "mml", "mml", "mml_oa", "mml_ob", "mml_oab")
        a = self.random.randrange(4) if "oa" in form else "CB_A"
        b = self.random.randrange(4) if form in ("mml_ob", "mml_oab") else "CB_B"
        return f"__mtia_{form}({self.random.randrange(4)}, {a}, {b}, {self.pick(0, 0, 1)}, {self.pick(0, 0, 1)}, {flags}, {self.pick(0, 0, 1, 3)});"

    def command(self):
        r = self.random.randrange
        kind = r(10)
        if kind < 4:
            return self.mml()
        if kind == 4:
            return self.pick(f"__mtia_acc_load({r(4)}, CB_A, 0, {r(2)});", f"__mtia_acc_bias({r(4)}, CB_B, {r(2)});",
                             f"__mtia_acc_zero({r(4)});")
        if kind < 7:
            return f"__mtia_drain({r(4)}, CB_SE, {self.pick(0, 0, 1)}, {r(2)}, {self.pick(0, 1, 1, 3)}, {r(2)});"
        if kind < 9:
            dpe = r(4) == 0
            name = self.pick("copy", "copy", "transpose", "concat") if not dpe else "copy"
            if name == "concat" and self.advanced + self.weight > 150:
                name = "copy"
            self.advanced += self.weight * (name == "concat")
            if dpe:
                return ("__mtia_cr_w2(MTIA_CR_MLU_SHAPE, 8, 32); __mtia_cr_w(MTIA_CR_MLU_DST, 0); "
                        f"__mtia_mlu_copy({r(4)}, CB_A, 0, 1);")
            return f"__mtia_mlu_{name}(CB_MLU, {self.pick('CB_A', 'CB_B')}, {self.pick(0, 1, 2)}, 0);"
        return "__mtia_se_un(CB_SE, CB_A, 0);"

    def observe(self):
        r = self.random.randrange
        kind = r(6)
        if kind == 0:
            return f"see(__mtia_cr_r(MTIA_CR_{self.pick(*self.CRS)}));"
        if kind == 1:
            return f"__mtia_sync(); see(local[{2 * 0x7800 // 8} + {self.small(127)}]);"
        if kind == 2:
            return f"__mtia_sync(); local[{self.small(127)}] = {self.small(255)} * 0x0101010101010101u;"
        if kind == 3:
            return f"v[{r(8)}] += {self.small(63)};"
        if kind == 4:
            cr = self.pick("OUT", "MLU_DST", "SE_SRC")
            if self.advanced + 2 * self.weight > 150:
                return f"see(__mtia_cr_r(MTIA_CR_{cr}));"
            self.advanced += 2 * self.weight
            return f"__mtia_cr_add(MTIA_CR_{cr}, 4 * {self.small(7)});"
        return self.pick("helper();", "twice(local);", f'__asm__ volatile("mtia.cr.w2 8, %0, zero" : : "r"({r(64)} | {r(64)} << 16));',
                         '__asm__ volatile("" : : : "memory");')

    def stepping_loop(self, depth):
        """The loop that MTIACommandOffsets is for."""
        name = self.name("s")
        count, self_weight = self.pick("3", "6", f"1 + {self.small(7)}"), self.weight
        self.weight *= 8
        if self.advanced + self.weight > 150:
            self.weight = self_weight
            return [self.write()]
        self.advanced += self.weight
        step = self.pick(32, 32, 64)
        body = []
        if self.random.randrange(4):
            body.append(f"__mtia_cr_w2(MTIA_CR_MML_A, {self.pick('0', '64')} + {step} * {name}, {self.pick('32', '64', 's')});")
        if self.random.randrange(4):
            body.append(f"__mtia_cr_w2(MTIA_CR_MML_B, {self.pick('32', step, '0')} * {name}, {self.pick('32', '64')});")
        self.random.shuffle(body)
        for _ in range(self.random.randint(1, 3)):
            body.append(self.pick(self.mml_plain, self.mml_plain, lambda: "__mtia_acc_zero(2);", self.other_write)())
        if self.random.randrange(5) == 0:
            body.append(self.pick("see(__mtia_cr_r(MTIA_CR_MML_A));", f"if (v[{self.random.randrange(8)}] & 1) break;",
                                  f"if ({name} == 2) continue;", "helper();"))
        if self.random.randrange(6) == 0:
            body.insert(0, self.mml_plain())
        self.weight = self_weight
        before = [self.write("MML_INC")] if self.random.randrange(2) else []
        return before + [f"for (uint32_t {name} = 0, s = 32 + 32 * {self.small(1)}; {name} < {count}; {name}++) {{ (void)s;",
                         *("  " + line for line in body), "}"]

    def mml_plain(self):
        return f"__mtia_mml({self.random.randrange(4)}, CB_A, CB_B, 0, {self.pick(0, 1)}, {self.pick(0, 2)}, 0);"

    def other_write(self):
        return self.write(self.pick("BLOCK", "OUT", "MLU_SRC"))

    def name(self, prefix):
        self.names += 1
        return f"{prefix}{self.names}"

    def block(self, depth, count):
        lines = []
        for _ in range(count):
            kind = self.random.randrange(20)
            if kind < 7:
                lines.append(self.write())
            elif kind < 12:
                lines.append(self.command())
            elif kind < 14:
                lines.append(self.observe())
            elif kind < 15:
                lines += self.stepping_loop(depth)
            elif depth and kind < 17:
                lines += [f"if (v[{self.random.randrange(8)}] & {1 << self.random.randrange(3)}) {{", *self.inner(depth)]
                lines += ["} else {", *self.inner(depth)] if self.random.randrange(2) else []
                lines.append("}")
            elif depth:
                name, weight = self.name("i"), self.weight
                count_text = self.pick("2", "3", self.small(3), f"{self.small(3)} + 1")
                self.weight *= 4
                self.loops.append(name)
                body = self.inner(depth)
                self.loops.pop()
                self.weight = weight
                if self.random.randrange(4) == 0:
                    body.insert(self.random.randint(0, len(body)) if not any("{" in b for b in body) else 0,
                                f"  if (v[{self.random.randrange(8)}] & {1 + self.random.randrange(3)}) {self.pick('break', 'continue')};")
                if self.random.randrange(3):
                    lines += [f"for (uint32_t {name} = 0; {name} < {count_text}; {name}++) {{", *body, "}"]
                else:
                    lines += [f"for (uint32_t {name} = 0;;) {{", *body, f"  if (++{name} >= {count_text}) break;", "}"]
                    if any("continue" in line for line in body):
                        lines = [line for line in lines if "continue" not in line]
            else:
                lines.append(self.command())
        return lines

    def inner(self, depth):
        return ["  " + line for line in self.block(depth - 1, self.random.randint(2, 6))]

    def program(self):
        def function(head, lines):
            return [head, *("  " + line for line in lines), "}"]

        setup = function("static void setup(void) {", [self.write(cr) for cr in self.CRS])
        see_all = function("static void see_all(void) {", [f"see(__mtia_cr_r(MTIA_CR_{cr}));" for cr in self.CRS])
        helper = function("static __attribute__((noinline)) void helper(void) {",
                          [self.write() for _ in range(2)] + ["__mtia_mml(1, CB_A, CB_B, 0, 0, 0, 0);"])
        self.weight = 4  # called from loops
        twice = function("static void twice(uint64_t *local) {",
                         ["(void)local;", *[self.write() for _ in range(2)], self.mml_plain(), self.write(), self.mml_plain()])
        self.weight = 1
        body = function("static __attribute__((noinline)) void body(uint64_t *local) {",
                        ["(void)local;", *self.block(3, self.random.randint(8, 16))])
        return HEAD + "\n".join(setup + see_all + helper + twice + body) + MAIN


class Failure(Exception):
    pass


def run(words):
    done = subprocess.run(words, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=300)
    return done.returncode, done.stdout


def check(seed, folder, bin_folder):
    """Whether the kernel ran: one with an illegal command proves nothing. A difference is a Failure."""
    source, data, out = (os.path.join(folder, f"{seed}{suffix}") for suffix in (".c", ".in.npy", ".out.npy"))
    with open(source, "w", encoding="utf-8") as file:
        file.write(Generator(seed).program())
    np.save(data, np.array([random.Random(-seed).getrandbits(63) for _ in range(8)], np.int64))
    expected = None
    for name, (options, off) in VARIANTS.items():
        elf = os.path.join(folder, f"{seed}.{name}.elf")
        words = [f"{bin_folder}/mtia-clang", "-w", *options, source, "-o", elf]
        for what in off:
            words += ["-mllvm", OFF[what]]
        code, text = run(words)
        if code:
            raise Failure(f"{' '.join(words)}\n{text}")
        for mode in (["--functional"], []) if name in ("all", "offsets") else (["--functional"],):
            words = [f"{bin_folder}/mtia-run", elf, "--grid", "1x1", *mode, "--arg", f"in={data}", "--dim", f"N={1 + 4 * 0x7800 // 8}",
                     "--out", f"out={out}"]
            code, text = run(words)
            if code and expected is None:
                if "illegal command" not in text:
                    raise Failure(f"{' '.join(words)}\n{text}")
                return False
            if code:
                raise Failure(f"{' '.join(words)}\n{text}")
            found = np.load(out)
            if expected is None:
                expected = found
            elif not np.array_equal(expected, found):
                raise Failure(f"{name} {' '.join(mode)}: {np.count_nonzero(expected != found)} words differ from -O0, the first "
                              f"is {np.flatnonzero(expected != found)[0]} (0: what was seen): {' '.join(words)}")
        os.remove(elf)
    for path in (source, data, out):
        os.remove(path)
    return True


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("folder")
    parser.add_argument("--bin", required=True)
    parser.add_argument("--seed", type=int, default=int(time.time()))
    parser.add_argument("--count", type=int)
    args = parser.parse_args()
    os.makedirs(args.folder, exist_ok=True)
    end = time.time() + float(os.environ.get("FUZZ_SECONDS", "60"))
    seed = ran = 0
    while seed < args.count if args.count else time.time() < end:
        try:
            ran += check(args.seed + seed, args.folder, args.bin)
        except Failure as failure:
            print(f"command_registers.py: seed {args.seed + seed}: {failure}")
            return 1
        seed += 1
    print(f"command_registers.py: seeds {args.seed} to {args.seed + seed - 1}: {ran} kernels, no difference")
    return 0 if 2 * ran >= seed else 1


if __name__ == "__main__":
    sys.exit(main())
