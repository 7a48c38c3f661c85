# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Ask the language server for hover and definition all over files, also cut off ones.

usage: everywhere.py KNYFE-C STEP FILE...
"""
import json
import os
import subprocess
import sys


def encode(message):
    body = json.dumps({"jsonrpc": "2.0", **message}).encode()
    return b"Content-Length: %d\r\n\r\n%s" % (len(body), body)


def main():
    tool, step, *files = sys.argv[1:]
    sent, number = [encode({"id": 0, "method": "initialize", "params": {}})], 0
    for path in files:
        text = open(path, encoding="utf-8", errors="replace").read()
        uri = "file://" + os.path.abspath(path)
        for part in (text, text[:len(text) * 2 // 3]):
            document = {"uri": uri, "text": part}
            sent.append(encode({"method": "textDocument/didOpen", "params": {"textDocument": document}}))
            for line, content in enumerate(part.split("\n")):
                for character in range(0, len(content) + 1, int(step)):
                    for method in ("hover", "definition"):
                        number += 1
                        place = {"line": line, "character": character}
                        sent.append(encode({"id": number, "method": "textDocument/" + method,
                                            "params": {"textDocument": {"uri": uri}, "position": place}}))
            number += 1
            sent.append(encode({"id": number, "method": "textDocument/formatting",
                                "params": {"textDocument": {"uri": uri}}}))
    number += 1
    sent += [encode({"id": number, "method": "shutdown"}), encode({"method": "exit"})]
    ran = subprocess.run([tool, "--lsp"], input=b"".join(sent), stdout=subprocess.PIPE, timeout=600)
    answers = ran.stdout.count(b'"result":')
    print(f"{number + 1 - answers} of {number + 1} requests without a result, status {ran.returncode}")
    return ran.returncode != 0 or answers != number + 1


if __name__ == "__main__":
    sys.exit(main())
