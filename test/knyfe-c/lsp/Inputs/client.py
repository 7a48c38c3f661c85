# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Speak the language server protocol with knyfe-c --lsp and print what comes back.

usage: client.py KNYFE-C SCRIPT

A line of SCRIPT is a JSON message without "jsonrpc" (ids are added to those with "ask" in place of
"method"), or `raw TEXT`. $SOURCE stands for the script's folder. Prints one line per message that
comes back, keys sorted, and the exit status.
"""
import json
import os
import subprocess
import sys


def encode(body):
    return b"Content-Length: %d\r\n\r\n%s" % (len(body), body)


def main():
    tool, script = sys.argv[1:]
    here = os.path.dirname(os.path.abspath(script))
    sent, number = b"", 0
    for line in open(script, encoding="utf-8"):
        line = line.strip().replace("$SOURCE", here)
        if line.startswith("raw "):
            sent += encode(line[4:].encode())
        elif line.startswith("{"):
            message = json.loads(line)
            if "ask" in message:
                number += 1
                message = {"id": number, "method": message.pop("ask"), **message}
            sent += encode(json.dumps({"jsonrpc": "2.0", **message}).encode())
    ran = subprocess.run([tool, "--lsp"], input=sent, stdout=subprocess.PIPE, timeout=60)
    out = ran.stdout
    while out:
        head, _, out = out.partition(b"\r\n\r\n")
        size = int(head.split(b":")[1])
        message = json.loads(out[:size])
        assert message.pop("jsonrpc") == "2.0"
        print(json.dumps(message, sort_keys=True, ensure_ascii=False).replace(here, "$SOURCE"))
        out = out[size:]
    print("status", ran.returncode)


if __name__ == "__main__":
    main()
