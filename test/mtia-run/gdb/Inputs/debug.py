#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Runs gdb commands against `mtia-run --gdb 0`, prints what gdb and mtia-run say.

    debug.py [--expect-status N] [--symbols ELF] SCRIPT.gdb mtia-run [options] file.elf [words]

Every command is echoed as "(gdb) COMMAND". "@interrupt SECONDS" in the place of a command
sends Ctrl-C that long after the next command was started. gdb learns the port from mtia-run,
so tests can run in parallel.
"""
import argparse
import os
import re
import subprocess
import sys
import threading

parser = argparse.ArgumentParser()
parser.add_argument("--expect-status", type=int, default=None)
parser.add_argument("--symbols")
parser.add_argument("script")
parser.add_argument("command", nargs=argparse.REMAINDER)
options = parser.parse_args()

PREFIX = "mtia-run: waiting for gdb: target remote "
command = options.command[:1] + ["--gdb", "0"] + options.command[1:]
server = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL, text=True)
errors = []
address = None
for line in server.stderr:
    if line.startswith(PREFIX):
        address = line[len(PREFIX):].strip()
        break
    errors.append(line)
if address is None:
    sys.exit("mtia-run did not wait for gdb:\n" + "".join(errors))
reader = threading.Thread(target=lambda: errors.extend(server.stderr))
reader.start()
output = []
printer = threading.Thread(target=lambda: output.append(server.stdout.read()))
printer.start()

elf = options.symbols or next(word for word in options.command[1:] if word.endswith(".elf"))
lines = ["set pagination off", "set confirm off", "set style enabled off", "set width 0",
         "set print frame-arguments all", "set remotetimeout 60", "set backtrace past-main off",
         f"target remote {address}"]


def find_line(match):
    """%{file.c:words} is the line of file.c, beside the script, that ends in "// words"."""
    name, words = match.group(1), match.group(2)
    with open(os.path.join(os.path.dirname(os.path.abspath(options.script)), name)) as source:
        for number, text in enumerate(source, 1):
            if text.rstrip().endswith("// " + words):
                return f"{name}:{number}"
    sys.exit(f"{name}: no line ends in '// {words}'")


with open(options.script) as script:
    for text in script:
        text = re.sub(r"%\{([\w.]+):([^}]*)\}", find_line, text.rstrip("\n"))
        if not text or text.startswith("#"):
            continue
        if text.startswith("@interrupt"):
            # Ctrl-C for gdb is the signal SIGINT to its process.
            lines.append(f"shell (sleep {text.split()[1]}; kill -INT $PPID 2>/dev/null) &")
            continue
        lines.append("echo (gdb) " + text.replace("\\", "\\\\").replace('"', '\\"') + "\\n")
        lines.append(text)
# gdb leaves a command file at the first error, but goes on behind a failed -ex.
arguments = [word for text in lines for word in ("-ex", text)]
gdb = subprocess.run(["gdb-multiarch", "-nx", "-q", "-batch"] + arguments + [elf],
                     stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                     text=True, env=dict(os.environ, DEBUGINFOD_URLS="", HOME="/nonexistent"))
try:
    status = server.wait(60)
except subprocess.TimeoutExpired:
    server.kill()
    status = "none: it did not end"
reader.join()
printer.join()
print(gdb.stdout, end="")
print(f"[gdb ended with {gdb.returncode}]")
for text in output + errors:
    print("mtia-run| " + text.replace("\n", "\nmtia-run| "))
print(f"[mtia-run ended with {status}]")
if options.expect_status is not None and status != options.expect_status:
    sys.exit(1)
