#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Random signatures: abi.py DIR --seed N --count M writes caller.c and callee.c.

Two compilers that agree on the calling convention can each compile one of the two. Every
byte of every argument and result is checked: the callee against what the caller passes,
the caller against what the callee returns.
"""
import argparse
import os
import random

SCALARS = ["char", "signed char", "unsigned char", "short", "unsigned short", "int",
           "unsigned", "long", "unsigned long", "__int128", "unsigned __int128", "float",
           "double", "long double", "void *", "_Bool"]
# Promoted types only: what a variable argument can be.
PROMOTED = ["int", "unsigned", "long", "unsigned long", "__int128", "double", "long double",
            "void *"]
FIELDS = ["char", "short", "int", "long", "float", "double", "__int128", "char *"]


class Signature:
    def __init__(self, rng, number):
        self.number = number
        self.structs = []
        self.result = self.pick(rng, SCALARS) if rng.random() < 0.9 else None
        self.fixed = [self.pick(rng, SCALARS) for _ in range(rng.randrange(1, 12))]
        self.variable = ([self.pick(rng, PROMOTED) for _ in range(rng.randrange(1, 9))]
                         if rng.random() < 0.4 else [])

    def pick(self, rng, scalars):
        if rng.random() < 0.6:
            return rng.choice(scalars)
        name = f"s{self.number}_{len(self.structs)}"
        count = rng.choice([1, 1, 2, 2, 3, 5, 9])
        fields = " ".join(f"{rng.choice(FIELDS)} f{i}{rng.choice(['', '', '', '[3]'])};"
                          for i in range(count))
        self.structs.append(f"struct {name} {{ {fields} }};")
        return f"struct {name}"

    def declaration(self):
        fixed = ", ".join(f"{t} a{i}" for i, t in enumerate(self.fixed))
        return f"{self.result or 'void'} f{self.number}({fixed}{', ...' if self.variable else ''})"

    # The bytes of argument `index` of function `number`, by a rule both sides know. fill()
    # makes a value of a type from them; padding stays out of the comparison because both
    # sides fill a cleared object and compare member by member, through same().
    def callee(self):
        out = [self.declaration() + " {"]
        for i, t in enumerate(self.fixed):
            out.append(f"  {{ {t} e = make_{self.number}_{i}(); "
                       f"check(same_{self.number}_{i}(&e, &a{i}), {self.number}, {i}); }}")
        if self.variable:
            out += ["  __builtin_va_list ap;",
                    f"  __builtin_va_start(ap, a{len(self.fixed) - 1});"]
            for k, t in enumerate(self.variable):
                i = len(self.fixed) + k
                out.append(f"  {{ {t} v = __builtin_va_arg(ap, {t}); {t} e = make_{self.number}_{i}(); "
                           f"check(same_{self.number}_{i}(&e, &v), {self.number}, {i}); }}")
            out.append("  __builtin_va_end(ap);")
        if self.result:
            out.append(f"  return make_{self.number}_99();")
        return "\n".join(out + ["}"])

    def caller(self):
        arguments = ", ".join(f"make_{self.number}_{i}()"
                              for i in range(len(self.fixed) + len(self.variable)))
        call = f"f{self.number}({arguments})"
        if not self.result:
            return f"  {call};"
        return (f"  {{ {self.result} r = {call}; {self.result} e = make_{self.number}_99(); "
                f"check(same_{self.number}_99(&e, &r), {self.number}, 99); }}")

    def helpers(self):
        out = list(self.structs)
        types = [*enumerate(self.fixed + self.variable)]
        if self.result:
            types.append((99, self.result))
        for i, t in types:
            seed = self.number * 131 + i * 17 + 1
            make, same = self.members(t, seed)
            out.append(f"static inline {t} make_{self.number}_{i}(void) {{ {t} v; "
                       f"__builtin_memset(&v, 0, sizeof v); {make} return v; }}")
            out.append(f"static inline int same_{self.number}_{i}(const {t} *a, const {t} *b) "
                       f"{{ return {same}; }}")
        out.append(self.declaration() + ";")
        return "\n".join(out)

    def members(self, t, seed):
        def value(field_type, salt):
            if "*" in field_type:
                return f"({field_type})(unsigned long){(seed * 7919 + salt * 104729) | 1 << 40}ul"
            if field_type == "_Bool":
                return str((seed + salt) & 1)
            if "128" in field_type:
                return (f"({field_type})((unsigned __int128){seed * 0x9e3779b97f4a7c15 % 2**64}ul "
                        f"<< 64 | {(seed + salt) * 0xd1342543de82ef95 % 2**64}ul)")
            if field_type in ("float", "double", "long double"):
                return f"({field_type}){(seed * 37 + salt) % 4001 - 2000}.375"
            return f"({field_type}){(seed + salt) * 0xbf58476d1ce4e5b9 % 2**64}ul"
        if not t.startswith("struct"):
            return f"v = {value(t, 0)};", "*a == *b"
        text = next(s for s in self.structs if s.startswith(t + " "))
        make, same = [], []
        for salt, field in enumerate(text[text.index("{") + 1:text.rindex("}")].split(";")):
            field = field.strip()
            if not field:
                continue
            field_type, name = field.rsplit(" ", 1)
            if name.endswith("[3]"):
                for k in range(3):
                    make.append(f"v.{name[:-3]}[{k}] = {value(field_type, salt * 3 + k)};")
                    same.append(f"a->{name[:-3]}[{k}] == b->{name[:-3]}[{k}]")
            else:
                make.append(f"v.{name} = {value(field_type, salt)};")
                same.append(f"a->{name} == b->{name}")
        return " ".join(make), " && ".join(same)


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--count", type=int, default=150)
    options = parser.parse_args()
    rng = random.Random(options.seed)
    signatures = [Signature(rng, n) for n in range(options.count)]
    os.makedirs(options.folder, exist_ok=True)
    common = ("void check(int ok, int function, int argument);\n"
              + "\n".join(s.helpers() for s in signatures) + "\n")
    with open(os.path.join(options.folder, "callee.c"), "w", encoding="ascii") as file:
        file.write(common + "\n".join(s.callee() for s in signatures) + "\n")
    with open(os.path.join(options.folder, "caller.c"), "w", encoding="ascii") as file:
        file.write("#include <stdio.h>\n" + common + """
static int bad, good;
void check(int ok, int function, int argument) {
  if (ok)
    good++;
  else if (bad++ < 20)
    printf("f%d: argument %d (99: the result) is wrong\\n", function, argument);
}
int main(void) {
""" + "\n".join(s.caller() for s in signatures) + """
  printf("%d right, %d wrong\\n", good, bad);
  return bad != 0;
}
""")


if __name__ == "__main__":
    main()
