#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""A picture (SVG) of one PE from a trace that mtia-run --trace has written.

usage: trace_picture.py TRACE.json PICTURE.svg [--pe R,C] [--window FROM:TO]
"""
import argparse
import collections
import json
from xml.sax.saxutils import escape

WIDTH, LEFT, ROW, GAP, TOP = 1000, 80, 22, 6, 30
TRACKS = ["core 0", "core 1", "FI in", "FI out", "DPE", "RE", "SE", "MLU"]
COLOURS = ["#4e79a7", "#f28e2b", "#59a14f", "#e15759", "#76b7b2", "#edc948", "#b07aa1", "#9c755f"]
WAIT, RUN = "#e3e3e3", "#4e79a7"


def cycles(microseconds):
    return round(microseconds * 1000)


def read(path, pe):
    """{track: [(start, end, name)]}, last cycle of the run"""
    with open(path, encoding="utf-8") as file:
        events = json.load(file)["traceEvents"]
    names = {(e["pid"], e["tid"], e["name"]): e["args"]["name"] for e in events
             if e["ph"] == "M" and "name" in e["args"]}
    pids = [pid for (pid, _, what), name in names.items() if what == "process_name" and name == pe]
    if not pids:
        raise SystemExit(f"trace_picture.py: {path}: there is no {pe} in the trace")
    tracks = {name: [] for name in TRACKS}
    for e in events:
        track = names.get((e["pid"], e.get("tid"), "thread_name"))
        if e["ph"] == "X" and e["pid"] == pids[0] and track in tracks:
            tracks[track].append((cycles(e["ts"]), cycles(e["ts"] + e["dur"]), e["name"]))
    return tracks, next(e["args"]["cycles"] for e in reversed(events) if e["name"] == "trace")


def step_of(span):
    """Distance of the marks on the axis: 1, 2 or 5 times a power of ten, about ten of them."""
    step = 1
    while span / step > 12:
        step = step * 5 // 2 if str(step)[0] == "2" else step * 2
    return step


def draw(tracks, first, last, title):
    scale = (WIDTH - LEFT - 10) / (last - first)
    used = [name for name in TRACKS if tracks[name]]
    height = TOP + len(used) * (ROW + GAP) + 50
    commands = collections.Counter(name for track in used if not track.startswith("core")
                                   for _, _, name in tracks[track])
    colour = {name: COLOURS[1 + i % (len(COLOURS) - 1)] for i, name in enumerate(sorted(commands))}
    out = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" '
           'font-family="sans-serif" font-size="12">',
           f'<rect width="{WIDTH}" height="{height}" fill="white"/>',
           f'<text x="{LEFT}" y="18" font-size="14">{escape(title)}</text>']
    for i, track in enumerate(used):
        y = TOP + i * (ROW + GAP)
        out.append(f'<text x="{LEFT - 8}" y="{y + 16}" text-anchor="end">{track}</text>')
        out.append(f'<rect x="{LEFT}" y="{y}" width="{WIDTH - LEFT - 10}" height="{ROW}" fill="#f6f6f6"/>')
        for start, end, name in sorted(tracks[track]):
            start, end = max(start, first), min(end, last)
            if start >= end:
                continue
            fill = colour.get(name, WAIT if name.startswith("wait") else RUN)
            out.append(f'<rect x="{LEFT + (start - first) * scale:.2f}" y="{y}" '
                       f'width="{max((end - start) * scale, 0.3):.2f}" height="{ROW}" fill="{fill}"/>')
    axis, step = TOP + len(used) * (ROW + GAP), step_of(last - first)
    for mark in range(-(-first // step) * step, last + 1, step):
        x = LEFT + (mark - first) * scale
        out.append(f'<path d="M{x:.1f} {TOP}V{axis}" stroke="#00000022"/>')
        out.append(f'<text x="{x:.1f}" y="{axis + 14}" text-anchor="middle" font-size="10">{mark}</text>')
    x = LEFT
    for name, fill in [("run", RUN), ("wait", WAIT), *colour.items()]:
        out.append(f'<rect x="{x}" y="{axis + 26}" width="12" height="12" fill="{fill}"/>')
        out.append(f'<text x="{x + 16}" y="{axis + 36}">{escape(name)}</text>')
        x += 34 + 7 * len(name)
    return "\n".join([*out, "</svg>", ""])


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("trace")
    parser.add_argument("picture")
    parser.add_argument("--pe", default="0,0")
    parser.add_argument("--window")
    args = parser.parse_args()
    pe = f"PE ({args.pe})"
    tracks, end = read(args.trace, pe)
    first, last = map(int, args.window.split(":")) if args.window else (0, end)
    with open(args.picture, "w", encoding="utf-8") as file:
        file.write(draw(tracks, first, min(last, end), f"{pe}, cycles {first} to {min(last, end)}"))


if __name__ == "__main__":
    main()
