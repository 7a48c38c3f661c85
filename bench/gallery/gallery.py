#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""The operators of examples/ at serving shapes on the 8x8 grid: cycles, what binds, predicted cycles.

usage: gallery.py [--bin DIR] [--only TEXT] [--batch N] [--part gallery|pairs|compile]... [--fast]
       gallery.py --list
       gallery.py ... --update-golden [--missing]   writes golden.txt, pairs.txt and docs/gallery.md
       gallery.py --predict                         predicts again: golden.txt and the page
       gallery.py --check-golden                    the page is current; small cases take the golden cycles, to 3 %

Three parts, each with its goals:
  gallery  each result is compared with numpy's. Utilisation is the share of its cycles that the busiest resource needs at
           least: SRAM and DRAM for every byte that must move once (of gathered rows the 32-byte sectors), the DPE for all
           products, SE, MLU and FI for what they have done, core 1 for the vector operations of the description. Never above 100 %,
           median at least 70 %, none under 40 % without a reason; prediction (knyfe-c --explain) within 15 %, median 5 %.
  pairs    cycles of compiled kernels over those of the library's (bench/kernels/golden): at most 1.10, mean 1.05.
  compile  .knyfe -> .elf: median below 150 ms, memory below 200 MB.
Exit status 1 when a result is wrong or a goal is missed. What it costs and why: docs/gallery.md.
"""
import argparse
import importlib.util
import json
import math
import os
import statistics
import subprocess
import sys
import tempfile
import time

import numpy as np

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
sys.path.append(os.path.join(ROOT, "bench", "kernels"))
import cases as gallery_cases  # noqa: E402
import golden as library  # noqa: E402
import page  # noqa: E402
from common import device_parameters  # noqa: E402
from page import ERROR, GOLDEN, LEAST, MEAN_RATIO, MEDIAN, MEDIAN_ERROR, PAIRS, RATIO, Pair, Row, current, read, text, write  # noqa: E402


def load(name, path):
    spec = importlib.util.spec_from_file_location(name, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


# numpy's results and random inputs of the operators.
reference = load("reference", os.path.join(ROOT, "test", "knyfe-c", "Inputs", "gallery.py"))

TOLERANCE = 3  # percent
SMALL = 5  # cases of --check-golden
COMPILE_MS, COMPILE_MB = 150, 200


def shape_text(sizes):
    return ", ".join(f"{name} {size}" for name, size in sizes.items())


class Runner:
    def __init__(self, args, folder):
        self.knyfe, self.run = (os.path.join(args.bin, tool) for tool in ("knyfe-c", "mtia-run"))
        self.folder = folder
        self.parameters = device_parameters(self.run)

    def path(self, name):
        return os.path.join(self.folder, name)

    def command(self, file, sizes):
        return [self.knyfe, file, "--shape", ",".join(f"{d}={s}" for d, s in sizes.items()), "-o", self.path("kernel.elf")]

    def compile(self, file, sizes):
        subprocess.run(self.command(file, sizes), check=True)

    def explain(self, file, sizes):
        """What the compiler predicts: {"cycles": ...}, empty if it does not say."""
        command = [self.knyfe, file, "--shape", ",".join(f"{d}={s}" for d, s in sizes.items()), "--explain=json"]
        result = subprocess.run(command, capture_output=True, text=True)
        return json.loads(result.stdout) if result.returncode == 0 else {}

    def values(self, file, sizes):
        """Inputs as the tests draw them, but bags of one length, as loads are dealt in serving."""
        inputs, outputs, _ = reference.signature(self.knyfe, file)
        r = np.random.default_rng(1)
        values = {}
        for name, type_, dims in inputs:
            shape = [reference.size_of(d, sizes) for d in dims]
            if name == "offsets":
                bags = shape[-1] - 1
                one = np.arange(bags + 1) * (sizes["L"] // max(bags, 1))
                values[name] = np.broadcast_to(one, shape).astype(reference.DTYPES[type_])
            else:
                values[name] = np.asarray(reference.draw(name, type_, shape, sizes, r))
                if type_ == "f16":  # so that long sums of products lie within f16
                    values[name] = values[name] / 4
        return values, {n: t for n, t, _ in outputs}

    def execute(self, values, outputs):
        words = reference.tensors(self.folder, values, outputs)
        subprocess.run([self.run, self.path("kernel.elf"), "--grid", "8x8", "--stats-json", self.path("stats.json"), *words],
                       check=True)
        with open(self.path("stats.json"), encoding="utf-8") as f:
            return json.load(f), reference.results(self.folder, outputs)

    def measure(self, case):
        file = os.path.join(ROOT, "examples", case.operator + ".knyfe")
        self.compile(file, case.sizes)
        values, types = self.values(file, case.sizes)
        stats, found = self.execute(values, types)
        expected = reference.REFERENCES[case.operator]({**values, **{"#" + d: s for d, s in case.sizes.items()}})
        right = all(agree(t, found[n], expected[n]) for n, t in types.items())
        said = self.explain(file, case.sizes)
        need = roofline(case, values, found, stats, self.parameters, said)
        bound = max(need, key=need.get)
        share = round(100 * need[bound] / stats["cycles"], 1)
        return Row(case.operator, case.shape(), stats["cycles"], int(said.get("cycles", 0)), bound, share), right


def agree(type_, got, expected):
    """As the tests compare; of a million quantised numbers some are a tie in f32 and none in numpy's binary64."""
    if reference.agree(type_, got, expected):
        return True
    if type_ in reference.TOLERANCES or got.shape != np.shape(expected):
        return False
    apart = np.abs(got.astype(np.int64) - np.asarray(expected, np.int64))
    return apart.max() <= 1 and np.count_nonzero(apart) <= 1e-4 * apart.size


def sectors(width, unit=32):
    """Bytes that a row of `width` bytes touches; rows of a tensor begin at multiples of 32."""
    return (width + unit - 1) // unit * unit


def roofline(case, values, found, stats, p, said):
    """{what: least cycles}"""
    pes = stats["rows"] * stats["columns"]
    moved = sum(value.nbytes for value in found.values())
    for name, value in values.items():
        if name in case.gathered:
            moved += math.prod(case.sizes[d] for d in case.gathered[name].split()) * sectors(value.nbytes // len(value))
        elif value.ndim:
            moved += value.nbytes
    need = {
        "SRAM": moved / (p["sram_slices"] * p["sram_slice_width"]),
        "DPE": case.macs * case.mac_bytes / (pes * p["dpe_width"] * 32),
        "vector": case.vector * 4 / (pes * p["vector_bytes"]),
        "FI in": stats["dma_in_bytes"] / (pes * p["fi_in_width"]),
        "FI out": stats["dma_out_bytes"] / (pes * p["fi_out_width"]),
    }
    need["vector"] = max(need["vector"], said.get("least_vector_cycles", 0))
    for unit in ("se", "mlu"):
        need[unit.upper()] = stats["units"][unit]["busy_cycles"] / pes
    return need


def impossible(row):
    return [f"{row.name()}: {row.share} % of {row.bound}: what it needs at least is wrong"] if row.share > 100 else []


def measure_pair(runner, pair):
    what, file, sizes, (family, name) = pair
    path = os.path.join(ROOT, file)
    runner.compile(path, sizes)
    values, types = runner.values(path, sizes)
    stats, _ = runner.execute(values, types)
    return Pair(what, file, shape_text(sizes), stats["cycles"], library.read(family)[name].cycles)


def compile_costs(runner, only):
    """Milliseconds from .knyfe to .elf per operator (the median of some runs), and the greatest memory in MB."""
    times, mega = {}, 0
    for case in gallery_cases.cases():
        if only not in case.name() or case.operator in times:
            continue
        file, runs = os.path.join(ROOT, "examples", case.operator + ".knyfe"), []
        for _ in range(4):
            start = time.perf_counter()
            pid = subprocess.Popen(runner.command(file, case.sizes)).pid
            _, status, used = os.wait4(pid, 0)
            runs.append(1000 * (time.perf_counter() - start))
            if status:
                sys.exit(f"{file}: exit status {os.waitstatus_to_exitcode(status)}")
            mega = max(mega, used.ru_maxrss / 1024)  # of knyfe-c and of what it started
        times[case.operator] = statistics.median(runs[1:])
    return times, mega


#===-- Parts --------------------------------------------------------------------===#


def run_gallery(runner, args):
    rows, every = read(GOLDEN, Row), list(gallery_cases.cases())
    failed, measured = [], []
    print(f"{'operator':<24} {'shape':<44} {'cycles':>8} {'predicted':>9} {'error':>7} {'bound by':<8} share")
    for case in every:
        if args.only not in case.name() or (args.missing and case.name() in rows) or \
           (args.batch and args.batch != case.batch):
            continue
        try:
            row, right = runner.measure(case)
        except (subprocess.CalledProcessError, AssertionError, KeyError) as error:
            print(f"{case.operator:<24} {case.shape():<44} FAILED: {error}", flush=True)
            failed.append(f"{case.name()}: {error}")
            continue
        error = row.error()
        note = "" if right else "  WRONG RESULT"
        failed += impossible(row)
        if row.share < LEAST:
            reason = gallery_cases.REASONS.get(row.operator, "")
            note += f"  {reason}" if reason else f"  BELOW {LEAST} % WITHOUT A REASON"
            if not reason:
                failed.append(f"{row.name()}: {row.share} % of {row.bound} without a reason")
        if error is None or abs(error) > ERROR:
            failed.append(f"{row.name()}: prediction off by " + ("-" if error is None else f"{error:.1f} %"))
        if not right:
            failed.append(f"{row.name()}: wrong result")
        print(f"{row.operator:<24} {row.shape:<44} {row.cycles:>8} {row.predicted:>9} "
              f"{'-' if error is None else f'{error:.1f} %':>7} {row.bound:<8} {row.share:5.1f} %{note}", flush=True)
        measured.append(row)
        if right:
            rows[row.name()] = row
        if args.update_golden:
            write(GOLDEN, Row, rows, [c.name() for c in every])
    if measured:
        middle = statistics.median(r.share for r in measured)
        errors = [abs(r.error()) for r in measured if r.error() is not None]
        print(f"{len(measured)} cases: median utilisation {middle:.1f} % (goal {MEDIAN} %), "
              f"{sum(r.share < LEAST for r in measured)} under {LEAST} %; " +
              (f"prediction: median {statistics.median(errors):.1f} %, greatest {max(errors):.1f} %, "
               f"{sum(e > ERROR for e in errors)} beyond {ERROR} %" if errors else "no prediction"))
        if middle < MEDIAN:
            failed.append(f"median utilisation {middle:.1f} %, goal {MEDIAN} %")
        if errors and statistics.median(errors) > MEDIAN_ERROR:
            failed.append(f"median error of the prediction {statistics.median(errors):.1f} %, goal {MEDIAN_ERROR} %")
    return failed


def run_pairs(runner, args):
    rows, failed, measured = read(PAIRS, Pair), [], []
    print(f"{'kernel':<16} {'file':<46} {'shape':<34} {'knyfe':>8} {'library':>8} ratio")
    names = [f"{file}, {shape_text(sizes)}" for _, file, sizes, _ in gallery_cases.PAIRS]
    for pair, name in zip(gallery_cases.PAIRS, names):
        if args.only not in name or (args.missing and name in rows):
            continue
        row = measure_pair(runner, pair)
        reason = gallery_cases.PAIR_REASONS.get(row.file, "")
        note = "" if row.ratio() <= RATIO else f"  {reason or 'ABOVE ' + str(RATIO)}"
        if row.ratio() > RATIO:
            failed.append(f"{row.name()}: {row.ratio():.2f} times the library's, goal {RATIO}")
        print(f"{row.what:<16} {row.file:<46} {row.shape:<34} {row.cycles:>8} {row.library:>8} {row.ratio():5.2f}{note}", flush=True)
        measured.append(row)
        rows[name] = row
        if args.update_golden:
            write(PAIRS, Pair, rows, names)
    if measured:
        mean = math.exp(statistics.mean(math.log(r.ratio()) for r in measured))
        print(f"{len(measured)} pairs: geometric mean {mean:.2f} (goal {MEAN_RATIO}), greatest "
              f"{max(r.ratio() for r in measured):.2f} (goal {RATIO})")
        if mean > MEAN_RATIO:
            failed.append(f"geometric mean {mean:.2f} of the library's cycles, goal {MEAN_RATIO}")
    return failed


def run_compile(runner, args):
    times, mega = compile_costs(runner, args.only)
    if not times:
        return []
    slowest = max(times, key=times.get)
    middle = statistics.median(times.values())
    print(f".knyfe to .elf: median {middle:.0f} ms (goal {COMPILE_MS} ms), slowest {slowest} {times[slowest]:.0f} ms; "
          f"at most {mega:.0f} MB (goal {COMPILE_MB} MB)")
    failed = []
    if middle > COMPILE_MS:
        failed.append(f"median compile time {middle:.0f} ms, goal {COMPILE_MS} ms")
    if mega > COMPILE_MB:
        failed.append(f"{mega:.0f} MB of memory, goal {COMPILE_MB} MB")
    return failed


def predict_again(runner):
    """The predictions of golden.txt, when only the model has changed."""
    every, rows = list(gallery_cases.cases()), read(GOLDEN, Row)
    for case in every:
        row = rows.get(case.name())
        if row:
            said = runner.explain(os.path.join(ROOT, "examples", case.operator + ".knyfe"), case.sizes)
            row.predicted = int(said.get("cycles", 0))
            error = row.error()
            print(f"{row.name():<80} {row.cycles:>9} {row.predicted:>9} {'-' if error is None else f'{error:+.1f} %':>9}  {said.get('guess', '')}")
    write(GOLDEN, Row, rows, [c.name() for c in every])
    page.main()
    errors = [abs(r.error()) for r in rows.values() if r.error() is not None]
    print(f"median error {statistics.median(errors):.1f} %, {sum(e > ERROR for e in errors)} of {len(errors)} beyond {ERROR} %")
    return 0


def check_golden(runner):
    """The page is made of the golden files, these are of the cases, and small cases take the golden cycles."""
    every, rows = list(gallery_cases.cases()), read(GOLDEN, Row)
    names, operators = {c.name() for c in every}, {c.operator for c in every}
    update = "bench/gallery/gallery.py --update-golden --missing"
    messages = [f"{name}: not measured: {update}" for name in sorted(names - set(rows))]
    messages += [f"{name}: no case any more: {update}" for name in sorted(set(rows) - names)]
    examples = {f[:-6] for f in os.listdir(os.path.join(ROOT, "examples")) if f.endswith(".knyfe")}
    messages += [f"examples/{name}.knyfe has no case in bench/gallery/cases.py" for name in sorted(examples - operators)]
    messages += [f"bench/gallery/cases.py: {name} is no example" for name in sorted(operators - examples)]
    if text() != current():
        messages.append("docs/gallery.md is not what the golden files say: bench/gallery/page.py")
    messages += [message for row in rows.values() for message in impossible(row)]
    small = sorted((c for c in every if c.name() in rows), key=lambda c: rows[c.name()].cycles)
    for case in small[:4 * SMALL:4]:
        row, right = runner.measure(case)
        old = rows[row.name()].cycles
        if not right:
            messages.append(f"{row.name()}: wrong result")
        elif abs(row.cycles - old) * 100 > TOLERANCE * old:
            note = f"{row.name()}: {row.cycles} cycles instead of the golden {old}; if that is meant: " \
                   f"bench/gallery/gallery.py --update-golden --only '{row.name()}'"
            if row.cycles > old:
                messages.append(note)
            else:
                print("faster than it was:", note)
    print("\n".join(messages + [f"{len(messages)} differences"]))
    return 1 if messages else 0


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--bin", default=os.path.join(ROOT, "build", "bin"))
    parser.add_argument("--only", default="", help="cases whose operator and shape contain this")
    parser.add_argument("--batch", type=int, choices=gallery_cases.BATCHES)
    parser.add_argument("--part", action="append", choices=["gallery", "pairs", "compile"])
    parser.add_argument("--missing", action="store_true", help="cases that the golden files do not have")
    parser.add_argument("--list", action="store_true")
    parser.add_argument("--update-golden", action="store_true")
    parser.add_argument("--check-golden", action="store_true")
    parser.add_argument("--predict", action="store_true", help="only the predictions of golden.txt, and the page")
    args = parser.parse_args()
    if args.list:
        for case in gallery_cases.cases():
            print(case.name())
        return 0
    with tempfile.TemporaryDirectory() as folder:
        runner = Runner(args, folder)
        if args.check_golden:
            return check_golden(runner)
        if args.predict:
            return predict_again(runner)
        failed = []
        for part, run in (("gallery", run_gallery), ("pairs", run_pairs), ("compile", run_compile)):
            if not args.part or part in args.part:
                failed += run(runner, args)
        if args.update_golden:
            page.main()
    print("\n".join([f"goal missed: {text}" for text in failed] + [f"{len(failed)} goals missed"]))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
