# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""What binds a case, as its run shows it: kernels.py --why.

mtia-run's profile says which lines and which resource took the time; below it stands, from the trace, when each unit
of PE (0,0) began, ended and worked. docs/performance.md names a command like this one for each case that misses its goal.
"""
import os
import shlex
import sys

sys.path.append(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "scripts"))
import trace_picture  # noqa: E402

PE = "0,0"


def command(family, case):
    return f"bench/kernels/kernels.py --why --family {family} --only {shlex.quote(case.name())}"


def flags(trace):
    return ["--profile", "--trace", trace, "--trace-pes", PE]


def timeline(trace):
    """The text below the profile."""
    tracks, cycles = trace_picture.read(trace, f"PE ({PE})")
    lines = [f"PE ({PE}), {cycles} cycles", f"{'':<8}{'first':>9}{'last':>9}{'busy':>9}{'idle within':>13}{'commands':>10}"]
    for track, slices in tracks.items():
        if track.startswith("core"):
            slices = [s for s in slices if s[2] == "run"]
        if slices:
            first, last = min(s[0] for s in slices), max(s[1] for s in slices)
            busy = sum(end - start for start, end, _ in slices)
            count = "" if track.startswith("core") else len(slices)
            lines.append(f"{track:<8}{first:>9}{last:>9}{busy:>9}{last - first - busy:>13}{count:>10}")
    return "\n".join(lines)
