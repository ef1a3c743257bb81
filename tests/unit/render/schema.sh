#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# TAP: doc/daneprobe.schema.json accepts every golden JSON file, and refuses broken ones.
set -u
top=${top_srcdir:-.}
python=/usr/bin/python3
if ! "$python" -c 'import jsonschema' 2>/dev/null; then
	echo "1..0 # SKIP python3-jsonschema is missing"
	exit 0
fi
exec "$python" - "$top" <<'EOF'
import copy
import glob
import json
import os
import sys

import jsonschema

top = sys.argv[1]
with open(os.path.join(top, "doc/daneprobe.schema.json")) as f:
    schema = json.load(f)
files = sorted(glob.glob(os.path.join(top, "tests/unit/render/golden/*.json")))
validator = jsonschema.Draft7Validator(schema)
number = 0


def tell(ok, what, why=""):
    global number
    number += 1
    print("%sok %d - %s" % ("" if ok else "not ", number, what))
    if why:
        print("# " + why.replace("\n", "\n# "))


try:
    jsonschema.Draft7Validator.check_schema(schema)
    tell(True, "the schema is one")
except jsonschema.SchemaError as e:
    tell(False, "the schema is one", str(e))
sample = None
for path in files:
    with open(path) as f:
        data = json.load(f)
    errors = [e for one in data for e in validator.iter_errors(one)]
    tell(not errors, os.path.basename(path), "\n".join(str(e.message) for e in errors))
    if os.path.basename(path) == "match.json":
        sample = data[0]


def without(path):
    broken = copy.deepcopy(sample)
    at = broken
    for key in path[:-1]:
        at = at[key]
    del at[path[-1]]
    return broken


for path in (["state"], ["discovery"], ["endpoints", 0, "tlsa", "why_bogus"],
             ["endpoints", 0, "peers", 0, "http"],
             ["endpoints", 0, "peers", 0, "chain", 0, "key"], ["timing_ms", "dns"]):
    refused = bool(list(validator.iter_errors(without(path))))
    tell(refused, "refused without %s" % ".".join(map(str, path)))
for key, value in (("state", "ok"), ("code", "fine"), ("version", 2), ("line", 0)):
    broken = copy.deepcopy(sample)
    broken[key] = value
    tell(bool(list(validator.iter_errors(broken))), "refused with %s = %r" % (key, value))
looked_up = next(json.load(open(path))[0] for path in files if path.endswith("/looked-up.json"))
for what, change in (("a match", lambda r: r.update(code="match")),
                     ("an endpoint's match", lambda r: r["endpoints"][1].update(code="match")),
                     ("a peer", lambda r: r["endpoints"][0].update(
                         peers=sample["endpoints"][0]["peers"]))):
    broken = copy.deepcopy(looked_up)
    change(broken)
    tell(bool(list(validator.iter_errors(broken))), "refused: lookup_only with " + what)
print("1..%d" % number)
EOF
