#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Talks to `mtia-run --gdb` as gdb never would: malformed packets, random ones, lost connections.

    protocol.py mtia-run spinning.elf [SECONDS]

After whatever it got the server must answer the next proper packet. Without SECONDS a short sample
of random packets is sent.
"""
import os
import random
import socket
import subprocess
import sys
import tempfile
import time

RUN, ELF = sys.argv[1:3]
SECONDS = float(sys.argv[3]) if len(sys.argv) > 3 else 0
SEED = int(os.environ.get("SEED", time.time_ns() % 1000000))
print("seed", SEED)
rng = random.Random(SEED)


def frame(payload):
    if isinstance(payload, str):
        payload = payload.encode("latin-1")
    return b"$" + payload + b"#%02x" % (sum(payload) & 255)


class Server:
    def __init__(self, where="0"):
        self.process = subprocess.Popen([RUN, "--gdb", where, ELF, "spin"], stdin=subprocess.DEVNULL,
                                        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        line = self.process.stderr.readline()
        address = line.split("target remote ")[1].strip()
        if "/" in address:
            self.socket = socket.socket(socket.AF_UNIX)
            self.socket.connect(address)
        else:
            self.port = int(address.split(":")[1])
            self.socket = socket.create_connection(("localhost", self.port))
            self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.socket.settimeout(60)
        self.bytes = b""

    def get(self):
        if not self.bytes:
            self.bytes = self.socket.recv(65536)
            assert self.bytes, "the server has closed the connection"
        byte, self.bytes = self.bytes[:1], self.bytes[1:]
        return byte

    def reply(self):
        """The payload of the next packet; acknowledges it."""
        while self.get() != b"$":
            pass
        text = b""
        while (byte := self.get()) != b"#":
            text += byte
        checksum = int(self.get() + self.get(), 16)
        assert checksum == sum(text) & 255, text
        self.socket.sendall(b"+")
        return text.decode("latin-1")

    def ask(self, payload):
        self.socket.sendall(frame(payload))
        return self.reply()

    def end(self, status, message):
        rest = self.process.stderr.read()
        found = self.process.wait(60)
        assert found == status and message in rest, (found, rest)


def expect(server, payload, wanted):
    found = server.ask(payload)
    assert (found.startswith("E") and len(found) == 3) if wanted == "E" else found == wanted, (payload, found)


server = Server()
stop = server.ask("?")
assert stop.startswith("T05thread:1;"), stop
assert "PacketSize=4000" in server.ask("qSupported:multiprocess+;xmlRegisters=riscv")

# Framing: noise, a broken-off packet, a wrong checksum, two packets at once, one byte by byte.
server.socket.sendall(b"noise+++\x03#00" + b"$m8000" + frame("?"))
assert server.reply() == stop
server.socket.sendall(b"$?#00")
while server.get() != b"-":
    pass
server.socket.sendall(b"$?#zz")
while server.get() != b"-":
    pass
server.socket.sendall(frame("?") + frame("qC"))
assert server.reply() == stop and server.reply() == "QC1"
for byte in frame("?"):
    server.socket.sendall(bytes([byte]))
assert server.reply() == stop
server.socket.sendall(b"-")  # once more, please
assert server.reply() == stop

# A packet longer than promised is refused as a whole, whatever it was.
expect(server, "m" + "0" * 100000, "E")
expect(server, "k" * 16385, "E")
expect(server, "\xff" * 16384, "")
expect(server, "", "")

for wrong in """m m, m0 mzz,4 m80000000 m,4 m8,4 mffffffffffffffff,8 m11111111111111111,8 M M80000000,4
    M80000000,4: M80000000,4:zzzzzzzz M80000000,4:0011 M8,1:00 Mffffffffffffffff,2:0000 X80000000,4:abc
    X8,1:a M80000000,ffffffffffffffff:00 Z0 Z0, Z0,80000000 Z0,8,4 Z2,80000000,0 Z2,8,4
    Z3,80000000,ffffffffffffffff z1 Zx,80000000,4 H Hx1 Hg Hg9999 Hgz Hc99 T T0 T2 Tffffffffffffffff
    P P20 P20= P20=00 P9999=0000000000000000 Pzz=00 p pzz p9999 pffffffffffffffff Gzz00000000000000
    vCont; vCont;q vCont;c: vCont;c:zz vCont;s:1;; vCont;r80000000 vCont;r1 vCont;C vCont;Cz vCont;t
    vCont;c:77 qXfer:features:read:target.xml:0 qXfer:features:read:target.xml:z,1
    qXfer:features:read:none.xml:0,100 qRcmd,z qRcmd,zz qThreadExtraInfo,99 qThreadExtraInfo,""".split():
    expect(server, wrong, "E")
expect(server, "qRcmd," + "61" * 1000, "E")
for unknown in "! A B b R0 r t Y Z9,80000000,4 vFlashErase:0,1 vRun vAttach;1 vMustReplyEmpty vFile:open:00,0,0 " \
               "qNonsense QNonsense qXfer:auxv:read::0,100 \x80\x81 \0".split(" "):
    expect(server, unknown, "")
expect(server, "m80000000,0", "")
expect(server, "M80000000,0:", "OK")
expect(server, "X80000000,0:", "OK")

# Memory through both packets; bytes that need an escape.
expect(server, b"X90000000,4:}\x03}\x04}]a", "OK")
expect(server, "m90000000,4", "23247d61")
expect(server, "M90000000,2:fffe", "OK")
expect(server, "m90000000,4", "fffe7d61")
# At the end of a memory the readable part is enough; more than a packet is cut.
assert server.ask("m1001fffc,8") == "00" * 4
assert len(server.ask("m90000000,ffffffff")) == 16384
# The description, in pieces.
text, offset = "", 0
while True:
    part = server.ask(f"qXfer:features:read:target.xml:{offset:x},3f1")
    text += part[1:]
    offset += len(part) - 1
    if part[0] == "l":
        break
assert text.startswith("<?xml") and text.endswith("</target>\n") and "org.gnu.gdb.riscv.csr" in text
assert server.ask("qXfer:features:read:target.xml:fffffff,10") == "l"
# Registers: x0 stays 0.
expect(server, "P0=ffffffffffffffff", "OK")
expect(server, "p0", "0" * 16)
expect(server, "P5=0123456789abcdef", "OK")
expect(server, "p5", "0123456789abcdef")
everything = server.ask("g")
expect(server, "G" + everything, "OK")
assert server.ask("g") == everything

# Random packets, none of which lets the cores run or ends anything.
LETTERS = "?gGpPmMXHTqQZz!vABbdeEfFiIjJlLnNoOrRtuUwWxyY"
WORDS = ["80000000", "0", "ffffffffffffffff", "10000000", "4", ",", ":", ";", "=", "-1", "zz", "1", "40000000",
         "Xfer:features:read:target.xml:", "Rcmd,", "68656c70", "ThreadExtraInfo,", "Supported", "fThreadInfo"]
end = time.monotonic() + SECONDS
sent = 0
while sent < 500 or time.monotonic() < end:
    payload = rng.choice(LETTERS) + "".join(rng.choice(WORDS) for _ in range(rng.randrange(8)))
    if rng.random() < 0.3:
        payload += "".join(chr(rng.choice([rng.randrange(256), 0x7d])) for _ in range(rng.randrange(40)))
    payload = payload.replace("$", "").replace("#", "")
    if payload.startswith(("vKill", "vCont", "QStartNoAckMode", "P20=", "G")):
        continue
    try:
        reply = server.ask(payload)
        while reply.startswith("O") and reply != "OK":  # text for the user
            reply = server.reply()
    except Exception:
        print("packet", repr(payload))
        raise
    sent += 1
print(sent, "random packets")
found = server.ask("?")
assert found == stop, (found, stop)
server.socket.sendall(frame("k"))
server.end(1, "mtia-run: error: stopped: killed by gdb")

# Lost connections: before the first packet, inside one, while a program runs.
for last in b"", b"$m8000", frame("vCont;c"):
    server = Server()
    server.socket.sendall(last)
    if last.endswith(b"#a8"):
        time.sleep(0.3)
    server.socket.close()
    server.end(1, "mtia-run: error: stopped: gdb has closed the connection without detaching")

# Noise while it runs, then Ctrl-C.
server = Server()
server.socket.sendall(frame("QStartNoAckMode"))
assert server.reply() == "OK"
server.socket.sendall(frame("vCont;c") + b"++noise\x03")
assert server.reply().startswith("T02thread:1;")
server.socket.sendall(frame("D"))
assert server.reply() == "OK"
server.process.kill()

# A port that somebody else uses.
with socket.create_server(("localhost", 0)) as other:
    port = other.getsockname()[1]
    refused = subprocess.run([RUN, "--gdb", str(port), ELF], capture_output=True, text=True, timeout=60)
    assert refused.returncode == 1 and refused.stderr == (
        f"mtia-run: error: host: --gdb: cannot listen on port {port}: Address already in use; use another, or 0 "
        "for any that is free\n"), refused

# A unix socket; its file is gone afterwards.
with tempfile.TemporaryDirectory() as folder:
    path = os.path.join(folder, "socket")
    server = Server(path)
    assert server.ask("?") == stop
    server.socket.sendall(frame("vKill;1"))
    server.end(1, "killed by gdb")
    assert not os.path.exists(path)
print("done")
