# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Random matrix products on the matrix units, compared with the reference interpreter: types,
layouts, batches, two summed indices, what leaves with the sums, odd sizes, known and symbolic.

  layouts.py KNYFE-C [--seed N] [--count N] [--grid GRIDS]
"""
import argparse
import os
import random
import subprocess
import sys
import tempfile

SIZES = [1, 2, 3, 5, 7, 16, 31, 32, 33, 48, 63, 64, 65, 97, 128, 129]
NAMES = {"b": "B", "h": "H", "m": "M", "n": "N", "k": "K", "o": "O"}


def operand(rng, own, batch, outer):
    inner = [own, "k"]
    if own == "m" and rng.random() < 0.15:
        inner = ["k"]
    rng.shuffle(inner)
    if outer:
        inner.insert(rng.randrange(len(inner)), "o")
    indices = [b for b in batch if rng.random() < 0.85] + inner
    head = indices[:-1]
    if rng.random() < 0.4:
        rng.shuffle(head)
    return head + indices[-1:]


def leaving(rng, is_float, element, target):
    """What is done with the sums: the expression around {}, parameters, the type of the result."""
    text, parameters, result = "{}", "", "f32" if is_float else "i32"
    if rng.random() < 0.4:
        return text, parameters, result
    if rng.random() < 0.5:
        i = rng.choice(["m", "n"]) if "m" in target else "n"
        parameters += f", bias: {result}[{NAMES[i]}]"
        text = f"({text} + bias[{i}])"
    if rng.random() < 0.5:
        text = f"relu({text})"
    choice = rng.randrange(4)
    if is_float and choice == 0:
        return f"{element}({text})", parameters, element
    if is_float and choice == 1:
        return f"sigmoid({text})", parameters, result
    if is_float and choice == 2:
        return f"f16(gelu({text} * 0.125))", parameters, "f16"
    if not is_float and choice == 0:
        return f"quantize({text}, s)", parameters + ", s: f32", "i8"
    if not is_float and choice == 1:
        return f"f32({text}) * s", parameters + ", s: f32", "f32"
    if not is_float and choice == 2:
        return f"quantize({text}, s, 3, 1, 200)", parameters + ", s: f32", "u8"
    return text, parameters, result


def kernel(rng):
    is_float = rng.random() < 0.5
    element = rng.choice(["f16", "bf16"])
    types = [element] * 2 if is_float else [rng.choice(["i8", "u8"]) for _ in range(2)]
    wide = "f32" if is_float else "i32"
    batch = rng.choice([[], [], ["b"], ["b", "h"]])
    outer = rng.random() < 0.3
    x, w = operand(rng, "m", batch, outer), operand(rng, "n", batch, outer)
    x = [b for b in batch if b not in x + w] + x
    target = batch + (["m"] if "m" in x else [])
    if rng.random() < 0.3:
        rng.shuffle(target)
    target.append("n")
    factors = [f"{wide}(x[{', '.join(x)}])", f"{wide}(w[{', '.join(w)}])"]
    if rng.random() < 0.3:
        factors.reverse()
    sums = f"(sum[{'o, ' if outer else ''}k] {' * '.join(factors)})"
    text, parameters, result = leaving(rng, is_float, element, target)
    dims = lambda indices: ", ".join(NAMES[i] for i in indices)
    source = (
        f"kernel product(x: {types[0]}[{dims(x)}], w: {types[1]}[{dims(w)}]{parameters}) ->\n"
        f"    (y: {result}[{dims(target)}]) {{\n"
        f"  y[{', '.join(target)}] = {text.format(sums)}\n"
        "  schedule { unit(y) = dpe }\n}\n"
    )
    size = lambda most: rng.choice(SIZES + [rng.randrange(1, most)])
    shape = {"M": size(300), "N": size(300), "K": size(700), "O": rng.choice([1, 2, 3, 5])}
    shape |= {"B": rng.choice([1, 2, 3, 5, 9]), "H": rng.choice([1, 2, 4, 7])}
    if rng.random() < 0.05:
        shape[rng.choice("MNK")] = 0
    used = {NAMES[i] for i in x + w + target}
    return source, ",".join(f"{d}={shape[d]}" for d in sorted(used))


def main(kernel):
    parser = argparse.ArgumentParser()
    parser.add_argument("knyfe_c")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--count", type=int, default=10)
    parser.add_argument("--grid", default="1x1,2x3,8x8")
    args = parser.parse_args()
    failed = 0
    with tempfile.TemporaryDirectory() as folder:
        for number in range(args.count):
            rng = random.Random(f"{args.seed} {number}")
            source, shape = kernel(rng)
            path = os.path.join(folder, "product.knyfe")
            with open(path, "w") as f:
                f.write(source)
            command = [args.knyfe_c, path, "--shape", shape, "--check", "--grid", args.grid]
            if rng.random() < 0.5:
                command.append("--dynamic")
            # Sums of great bf16 may overflow in one order and not in another; sums that begin with a great
            # bias are rounded more often than those that it is added to.
            if rng.random() < 0.2 and "bf16" not in source and "bias: f32" not in source:
                command.append("--check=adversarial")
            done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
            if done.returncode:
                failed += 1
                print(f"seed {args.seed}, product {number}: {' '.join(command[2:])}\n{source}")
                print(done.stdout.decode(errors="replace")[-2000:])
    print(f"{args.count} products, {failed} fail")
    return failed > 0


if __name__ == "__main__":
    sys.exit(main(kernel))
