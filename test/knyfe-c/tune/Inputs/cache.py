# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""cache.py KNYFE-C FILE DIR: what --tune does with its cache."""

import os
import subprocess
import sys
from pathlib import Path

knyfe, source, out = sys.argv[1:]
out = Path(out)


def tune(*options, **env):
    """Standard output and error of a search."""
    command = [knyfe, source, "--shape", "M=40,N=64", "--grid", "1x2", "--tune=4", "-o", out / "k.elf"]
    done = subprocess.run(
        [*command, *options], capture_output=True, text=True, env={**os.environ, **env}
    )
    assert done.returncode == 0, done.stderr
    return done.stdout, done.stderr


def expect(text, *parts):
    for part in parts:
        assert part in text, f"no {part!r} in:\n{text}"


def tried(known):
    return f"4 schedules tried ({known} of them known from before)"


result, said = tune(XDG_CACHE_HOME=str(out / "home"))
expect(result, "schedule {", " cycles ", "on 1 x 2 PEs, M = 40, N = 64")
expect(said, tried(0))
(kept,) = (out / "home" / "knyfe").glob("*.tune")
good = kept.read_text().splitlines(keepends=True)
assert len(good) == 5, good


def with_cache(name, text):
    (out / name).mkdir()
    (out / name / kept.name).write_bytes(text)
    again, said = tune("--tune-cache", out / name)
    assert again == result, again
    return said


# Two damaged lines; the others count, and the damage is mended.
bad = "".join([good[0], good[1], "z" + good[2][1:], good[3].replace(" ", " 9", 1), good[4]])
expect(with_cache("line", bad.encode()), "note: 2 lines of '", "are damaged and ignored", tried(2))
said = tune("--tune-cache", out / "line")[1]
assert "note" not in said, said
expect(said, tried(4))

# The end of the last line is missing; something else; nothing.
expect(with_cache("short", "".join(good)[:-3].encode()), "note: 1 line of '", tried(3))
expect(with_cache("zeros", bytes(1000)), "is damaged and ignored", tried(0))
expect(with_cache("empty", b""), "is damaged and ignored", tried(0))

# A directory that cannot be made, a file that cannot be written.
(out / "file").write_text("")
again, said = tune("--tune-cache", out / "file" / "x")
assert again == result
expect(said, "note: no directory for what is measured, '", "Not a directory", tried(0))
(out / "taken" / kept.name).mkdir(parents=True)
again, said = tune("--tune-cache", out / "taken")
assert again == result
expect(said, "note: cannot write '", "Is a directory; nothing is kept", tried(0))
