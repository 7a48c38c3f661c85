# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Prints a C program: __builtin_{add,sub,mul}_overflow over mixed types.

All operations with equal types, and a sample of the mixtures: 14 types make 2,744
combinations, of which the seed chooses.
"""
import random

SEED = 22
SAMPLE = 130
TYPES = ["signed char", "unsigned char", "short", "unsigned short", "int", "unsigned", "long",
         "unsigned long", "__int128", "unsigned __int128", "_BitInt(7)", "unsigned _BitInt(33)",
         "_BitInt(65)", "unsigned _BitInt(128)"]

chosen = random.Random(SEED)
cases = [(op, t, t, t) for op in ("add", "sub", "mul") for t in TYPES]
cases += [(op, "_BitInt(200)", "_BitInt(200)", "_BitInt(200)") for op in ("add", "sub")]
cases += [(chosen.choice(("add", "sub", "mul")), *chosen.choices(TYPES, k=3))
          for _ in range(SAMPLE)]

print(f"// seed {SEED}")
print("#include <stdio.h>")
print("typedef unsigned long word;")
print("static word hash;")
print("static void mix(word v) { hash = (hash ^ v) * 0x9e3779b97f4a7c15 + (hash >> 29); }")
print("static const __int128 values[] = {0, 1, -1, 2, -2, 63, 64, -64, -65, 127, 128, -128, -129,")
print("  255, 256, 32767, 32768, -32768, 65535, 65536, 0x7fffffff, 0x80000000ll, -0x80000000ll,")
print("  0xffffffffll, 0x100000000ll, 0x1ffffffffll, 0x7fffffffffffffffll, -0x7fffffffffffffffll - 1,")
print("  (__int128)1 << 63, (__int128)1 << 64, ((__int128)1 << 64) - 1, -((__int128)1 << 64),")
print("  (__int128)((unsigned __int128)1 << 127), ~(__int128)((unsigned __int128)1 << 127)};")
print("enum { N = sizeof values / sizeof *values };")
calls = []
for number, (op, a, b, r) in enumerate(cases):
    print(f"__attribute__((noinline)) static _Bool f{number}({a} a, {b} b, {r} *r) {{")
    print(f"  return __builtin_{op}_overflow(a, b, r);\n}}")
    print(f"static void g{number}(void) {{\n  hash = {number};")
    print(f"  for (int i = 0; i < N; i++)\n    for (int j = 0; j < N; j++) {{\n      {r} r;")
    print(f"      mix(f{number}(({a})values[i], ({b})values[j], &r));")
    print("      mix((word)r), mix((word)((__int128)r >> 64));\n    }")
    print(f'  printf("{op} {a}, {b}, {r}: %lx\\n", hash);\n}}')
    calls.append(f"g{number}();")
print("int main(void) {\n  " + "\n  ".join(calls) + "\n}")
