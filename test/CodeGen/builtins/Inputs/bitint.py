# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Prints a C program: arithmetic of _BitInt(N) for N from 2 to 4096."""
WIDTHS = [2, 8, 13, 32, 33, 64, 65, 100, 128, 129, 257, 1000, 4096]

print("#include <stdio.h>")
print("typedef unsigned long word;")
print("static word hash, state;")
print("static void mix(word v) { hash = (hash ^ v) * 0x9e3779b97f4a7c15 + (hash >> 29); }")
print("static word next(void) { return state = state * 6364136223846793005 + 1442695040888963407; }")
for n in WIDTHS:
    for sign, name in (("", "s"), ("unsigned ", "u")):
        t = f"{sign}_BitInt({n})"
        print(f"typedef {t} {name}{n};")
        # The parts in a fixed order, also of widths that aren't whole words.
        print(f"static void mix_{name}{n}({name}{n} v) {{")
        print(f"  unsigned _BitInt({n}) w = (unsigned _BitInt({n}))v;")
        print(f"  for (int i = 0; i < {n}; i += 64) mix((word)(w >> i));\n}}")
        print(f"static {name}{n} make_{name}{n}(unsigned k) {{")
        print(f"  unsigned _BitInt({n + 64}) v = 0;")
        print(f"  for (int i = 0; i < {n}; i += 64) v = v << 32 << 32 | next();")
        print(f"  if (k == 1) v >>= {n} / 2; if (k == 2) v = 1; if (k == 3) v = ~(unsigned _BitInt({n + 64}))0;")
        print(f"  return ({name}{n})v;\n}}")
        ops = ["a + b", "a - b", "a & b", "a | b", "a ^ b", "~a", "-a", f"a << (n % {n})",
               f"a >> (n % {n})"]
        if n <= 1000:
            ops += ["a * b"]
        if n <= 257:
            ops += ["b ? a / b : b", "b ? a % b : b"]
        for i, op in enumerate(ops):
            print(f"__attribute__((noinline)) static {name}{n} f{i}_{name}{n}({name}{n} a, {name}{n} b, unsigned n) {{")
            # The quotient of the least value and -1 isn't defined.
            if sign == "" and ("/" in op or "%" in op):
                print("  if (b == -1) return a;")
            print(f"  return ({name}{n})({op});\n}}")
        print(f"__attribute__((noinline)) static int c_{name}{n}({name}{n} a, {name}{n} b) {{")
        print("  return (a < b) | (a <= b) << 1 | (a == b) << 2 | (a > b) << 3 | !a << 4;\n}")
        print(f"static void test_{name}{n}(void) {{\n  hash = {n}; state = {n};")
        print("  for (unsigned k = 0; k < 16; k++) {")
        print(f"    {name}{n} a = make_{name}{n}(k & 3), b = make_{name}{n}(k >> 2);")
        print("    unsigned n = (unsigned)(next() >> 40);")
        for i in range(len(ops)):
            print(f"    mix_{name}{n}(f{i}_{name}{n}(a, b, n));")
        print(f"    mix(c_{name}{n}(a, b)), mix(c_{name}{n}(a, a));")
        if n <= 128:
            print(f"    mix((word)((double)a * 3)), mix_{name}{n}(({name}{n})((double)a / 2));")
        print(f'  }}\n  printf("{t}: %lx\\n", hash);\n}}')
print("int main(void) {")
for n in WIDTHS:
    print(f"  test_s{n}(), test_u{n}();")
print("}")
