# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""What the families' lists of cases are written with: see Case and Data.

A family's module, bench/kernels/<family>.py, has a function cases() that yields Case objects. A case says
what it is without making its data: kernels.py lists cases, and makes the data of those that it runs.
"""
import re
import subprocess
from dataclasses import dataclass, field
from typing import Callable

import numpy as np

DTYPES = {"i8": np.int8, "u8": np.uint8, "i32": np.int32, "i64": np.int64, "f16": np.float16, "f32": np.float32}


@dataclass
class Case:
    """One row of the table.

    kernel   name of the kernel, and of the row of include/mtia/kernels/<family>.def
    what     the shape, in words: with the kernel's name it names the case in the golden file
    goal     the least share of the roofline in percent, from the project's goals; 0: none is set
    data     function without arguments that returns the case's Data
    elf      name of the .elf file without its end, if it is not the family's
    reason   why the goal is not met: what binds, and how one sees that. The goal is not asked for then, but `floor` is
    floor    the least share in percent of a case with a reason
    launch   the share is that of the cycles with the launch
    again    the .elf file's kernel of this name does the same `times` times: cycles and bytes are the second time's
    """
    kernel: str
    what: str
    goal: float
    data: Callable
    elf: str = ""
    reason: str = ""
    floor: float = 0
    launch: bool = False
    again: str = ""

    def name(self):
        return f"{self.kernel}, {self.what}"


@dataclass
class Data:
    """What a case runs on.

    inputs    {argument: array}
    expected  {output: array}; an output of None is placed, not compared
    scalars, dims, places    as mtia-run's --arg, --dim and --place; tensors without a place are in SRAM
    moved     {"sram": bytes, "dram": bytes} that must move at least; without it every input and expected output once
    macs      products of the DPE, of `mac_bytes` bytes per operand
    limits    function of (statistics, device's parameters) to {what: least cycles}: limits of the case's own
    device    {parameter: number} that differ from mtia_v1's
    right     function of (found, expected arrays), instead of equality
    """
    inputs: dict
    expected: dict
    scalars: dict = field(default_factory=dict)
    dims: dict = field(default_factory=dict)
    places: dict = field(default_factory=dict)
    moved: dict = None
    macs: int = 0
    mac_bytes: int = 1
    limits: Callable = None
    device: dict = None
    right: Callable = np.array_equal

    def place(self, name):
        return self.places.get(name, "sram")

    def must_move(self):
        if self.moved is not None:
            return {"sram": 0, "dram": 0, **self.moved}
        moved = {"sram": 0, "dram": 0}
        for name, value in [*self.inputs.items(), *self.expected.items()]:
            moved[self.place(name)] += value.nbytes if value is not None else 0
        return moved


def numbers(shape, dtype, seed=1):
    """Small integers: sums of them are exact in every format that is used."""
    return np.random.default_rng(seed).integers(-8, 8, shape).astype(dtype)


def of_type(x, kind):
    """binary32 as an array of a type; of bf16 (to nearest even) of two bytes each, as mtia-run takes them."""
    if kind != "bf16":
        return x.astype(DTYPES[kind])
    bits = np.ascontiguousarray(x, np.float32).view(np.uint32)
    return ((bits + (0x7FFF + (bits >> 16 & 1))) >> 16).astype(np.uint16).view("V2")


def values(x):
    """The numbers of an array of any type, also of bf16, in binary64."""
    if x.dtype == np.dtype("V2"):
        x = (np.ascontiguousarray(x).view(np.uint16).astype(np.uint32) << 16).view(np.float32)
    return x.astype(np.float64)


def device_parameters(run):
    text = subprocess.run([run, "--print-device"], stdout=subprocess.PIPE, text=True, check=True).stdout
    return {name: int(value.replace("_", "")) for name, value in re.findall(r"^(\w+) = ([\d_]+)", text, re.M)}


def roofline(data, stats, p):
    """{what: least cycles}"""
    pes = stats["rows"] * stats["columns"]
    moved = data.must_move()
    need = {
        "SRAM": moved["sram"] / (p["sram_slices"] * p["sram_slice_width"]),
        "DRAM": moved["dram"] / (p["dram_channels"] * p["dram_channel_centi"] / 100),
        "DPE": data.macs * data.mac_bytes / (pes * p["dpe_width"] * 32),
        "FI in": stats["dma_in_bytes"] / (pes * p["fi_in_width"]),
        "FI out": stats["dma_out_bytes"] / (pes * p["fi_out_width"]),
    }
    for unit in ("se", "mlu"):
        need[unit.upper()] = stats["units"][unit]["busy_cycles"] / pes
    if data.limits:
        need.update(data.limits(stats, p))
    return need
