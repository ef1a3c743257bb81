#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""validate.py SCHEMA FILE: FILE, an array of results, against the JSON Schema of one."""
import json
import sys

import jsonschema

with open(sys.argv[1]) as f:
    schema = json.load(f)
with open(sys.argv[2]) as f:
    results = json.load(f)
for result in results if schema.get("type") != "array" else [results]:
    jsonschema.validate(result, schema)
