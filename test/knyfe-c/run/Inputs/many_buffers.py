# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Writes descriptions with more tensors than a PE has circular buffers."""


def write(name, head, lines):
    with open(f"{name}.knyfe", "w", encoding="utf-8") as f:
        f.write(f"kernel k({head}) {{\n" + "".join(f"  {line}\n" for line in lines) + "}\n")


# Each sum needs all of what is before it.
phases = ["t0[i] = x[i]"]
for i in range(20):
    phases += [f"s{i} = sum[i] t{i}[i]", f"t{i + 1}[i] = t{i}[i] - 0.1 * s{i}"]
write("phases", "x: f32[N]) -> (y: f32[N]", phases + ["y[i] = t20[i]"])

# The last sum reads x again, behind what is new there.
again = ["t0[i] = x[i]"]
for i in range(12):
    again += [f"s{i} = max[i] t{i}[i]", f"t{i + 1}[i] = t{i}[i] - s{i}"]
write("again", "x: i32[N], w: i32[N]) -> (y: i32", ["a = sum[i] x[i] * w[i]"] + again +
      ["b = max[i] t12[i]", "y = sum[i] (t12[i] - b) * w[i] * x[i] - a"])

results = ", ".join(f"y{i}: f32[N, M]" for i in range(40))
write("outputs", f"x: f32[M, N]) -> ({results}", [f"y{i}[n, m] = x[m, n] + {i}" for i in range(40)])

operands = ", ".join(f"x{i}: f32[M, N]" for i in range(50))
write("inputs", f"{operands}) -> (y: f32[M, N]", ["y[m, n] = " + " + ".join(f"x{i}[m, n]" for i in range(50))])

# 140 numbers for each row.
rows = ["t0[m] = sum[n] x[m, n]"]
for i in range(70):
    rows += [f"s{i}[m] = max[n] x[m, n] + {i}", f"t{i + 1}[m] = t{i}[m] + s{i}[m] * {i % 3}"]
write("rows", "x: i32[M, N]) -> (y: i32[M]", rows + ["y[m] = t70[m]"])
