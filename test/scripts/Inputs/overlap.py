# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Gives sub the encoding of add: overlap.py MTIA.json out.json."""
import json
import sys

with open(sys.argv[1], encoding="utf-8") as file:
    db = json.load(file)
db["SUB"]["Inst"] = db["ADD"]["Inst"]
with open(sys.argv[2], "w", encoding="utf-8") as file:
    json.dump(db, file)
