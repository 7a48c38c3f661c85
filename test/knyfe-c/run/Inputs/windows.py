# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Random convolutions on the matrix units, compared with the reference interpreter: one or two
dimensions, with and without images, stride, dilation, what lies outside, zero points, weights in any
order, what leaves with the sums, known and symbolic sizes. Options as layouts.py.
"""
import sys

import layouts


def along(rng, index, tap, taps, name, bound):
    """A subscript of x, and the result's extent there."""
    stride, dilation = rng.choice([1, 1, 1, 2, 3]), rng.choice([1, 1, 2]) if tap else 0
    if not tap:
        offset = 0
    elif bound:
        offset = rng.randrange(0, dilation * 3)
    else:
        offset = 0
    text = (f"{stride} * {index}" if stride > 1 else index)
    if tap:
        text += f" + {dilation} * {tap}" if dilation > 1 else f" + {tap}"
    if offset:
        text += f" - {offset}"
    if bound:  # anything may be outside
        return text, rng.choice([f"ceil({name} / {stride})" if stride > 1 or offset or tap else name, f"{name} + 2"] if tap or stride > 1 else [name])
    inside = f"({name} - {dilation} * ({taps} - 1))" if tap else name
    return text, inside if stride == 1 else f"ceil({inside} / {stride})"


def kernel(rng):
    is_float = rng.random() < 0.4
    element = rng.choice(["f16", "bf16"])
    types = [element] * 2 if is_float else [rng.choice(["i8", "u8"]) for _ in range(2)]
    wide = "f32" if is_float else "i32"
    bound = rng.random() < 0.7
    spatial = rng.choice(["hv", "hv", "v"])
    images = "b" if rng.random() < 0.8 else ""
    taps = {"h": rng.choice(["i", "i", ""]), "v": rng.choice(["j", "j", ""])}
    symbolic = rng.random() < 0.3
    extents = {"i": "KH" if symbolic else str(rng.choice([1, 2, 3, 5])), "j": "KV" if symbolic else str(rng.choice([1, 2, 3, 4]))}
    names = {"b": "B", "f": "F", "c": "C", "h": "H", "v": "V"}
    subscripts, target, sizes = [], list(images), [names[i] for i in images]
    for index in spatial:
        text, size = along(rng, index, taps[index], extents["i" if index == "h" else "j"], names[index], bound)
        subscripts.append(text)
        target.append(index)
        sizes.append(size)
    order = list(range(len(spatial)))
    if rng.random() < 0.2:
        rng.shuffle(order)
    x = list(images) + [subscripts[i] for i in order] + ["c"]
    x_dims = [names[i] for i in images] + [names[spatial[i]] for i in order] + ["C"]
    if rng.random() < 0.35:  # channels anywhere: x and w are laid out first
        at = rng.randrange(len(x))
        x.insert(at, x.pop())
        x_dims.insert(at, x_dims.pop())
    summed = [taps[i] for i in spatial if taps[i]]
    w = summed + ["f", "c"]
    rng.shuffle(w)
    if w[-1] not in "fc":
        w.remove("c")
        w.append("c")
    if rng.random() < 0.5:
        w = ["f"] + summed + ["c"]
    w_dims = [extents[i] if i in "ij" else names[i] for i in w]
    parameters, value = "", f"x[{', '.join(x)}]"
    shift = ""
    if bound:
        outside = "0"
        if not is_float and rng.random() < 0.5:
            outside = rng.choice(["7", "zero"])
        if outside == "zero":
            parameters += f", zero: {types[0]}"
        value = f"pad({value}, {outside})"
    value = f"{wide}({value})"
    if not is_float and rng.random() < 0.4:
        if "zero" not in parameters:
            parameters += f", zero: {types[0]}"
        value = f"({value} - i32(zero))"
    factors = [value, f"{wide}(w[{', '.join(w)}])"]
    if rng.random() < 0.3:
        factors.reverse()
    rng.shuffle(summed)
    sums = f"(sum[{', '.join(summed + ['c'])}] {' * '.join(factors)})"
    # The bias is that of the columns.
    text, more, result = layouts.leaving(rng, is_float, element, ["n"])
    text, more = text.replace("[n]", "[f]"), more.replace("[N]", "[F]")
    target.append("f")
    sizes.append("F")
    if rng.random() < 0.35:
        at = rng.randrange(len(target))
        target.insert(at, target.pop())
        sizes.insert(at, sizes.pop())
    result_is, sums_at = f"[{', '.join(sizes)}]", f"[{', '.join(target)}]"
    source = (
        f"kernel window(x: {types[0]}[{', '.join(x_dims)}], w: {types[1]}[{', '.join(w_dims)}]{parameters}{more}) ->\n"
        f"    (y: {result}{result_is}) {{\n"
        f"  sums{sums_at}: {wide}{result_is} = {sums}\n"
        f"  y{sums_at} = {text.format('sums' + sums_at)}\n"
        "  schedule { unit(y) = dpe }\n}\n"
    )
    shape = {"B": rng.choice([1, 2, 3, 5]), "F": rng.choice([1, 7, 16, 32, 33, 64, 70, 130])}
    shape["C"] = rng.choice([1, 3, 8, 16, 31, 32, 33, 64, 65, 96, 128, 200, 272])
    shape |= {"H": rng.choice([11, 13, 14, 17]), "V": rng.choice([11, 14, 19, 31, 70]), "KH": rng.choice([1, 2, 3, 5]), "KV": rng.choice([1, 3, 4])}
    if rng.random() < 0.05:
        shape[rng.choice("BCF")] = 0
    return source, ",".join(f"{d}={shape[d]}" for d in sorted(shape) if d in x_dims + w_dims)


if __name__ == "__main__":
    sys.exit(layouts.main(kernel))
