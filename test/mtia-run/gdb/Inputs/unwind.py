# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""For gdb: steps through everything that outer() calls, one instruction at a time, and asks for a
backtrace each time. Whatever the innermost function is, the frames must be those of the calls that
led there: they are followed by the calls and returns that the program really makes."""
import gdb

gdb.execute("break *outer")
gdb.execute("continue")
gdb.execute("delete")


def names():
    frame, found = gdb.newest_frame(), []
    while frame is not None:
        found.append(frame.name() or "?")
        if frame.name() == "main":
            break
        frame = frame.older()
    return found


def register(name):
    return int(gdb.parse_and_eval(f"(unsigned long)${name}"))


def word(address):
    return int(gdb.parse_and_eval(f"*(unsigned int *){address}"))


# Our own idea of the stack: return addresses and stack pointers of the calls made.
stack, wrong, steps, seen = ["outer", "main"], 0, 0, set()
returns = [(register("ra"), register("sp"))]
while stack[0] != "main":
    before, sp = register("pc"), register("sp")
    insn = word(before)
    gdb.execute("stepi", to_string=True)
    steps += 1
    pc = register("pc")
    link = before + (4 if insn & 3 == 3 else 2)
    function = gdb.newest_frame().name() or "?"
    seen.add(function)
    if pc == returns[-1][0] and register("sp") == returns[-1][1]:
        stack.pop(0)  # a return
        returns.pop()
    elif pc != link and register("ra") == link:
        stack.insert(0, function)  # a call
        returns.append((link, register("sp")))
    elif function != stack[0]:
        stack[0] = function  # a tail call
    if "main" == stack[0]:
        break
    found = names()
    if found != stack:
        wrong += 1
        if wrong < 10:
            print(f"pc {pc:#x}: found {found}, expected {stack}")
print("functions", *sorted(name for name in seen if not name.startswith("mem")))
print(steps > 200, "steps;", wrong, "wrong")
gdb.execute("continue")
