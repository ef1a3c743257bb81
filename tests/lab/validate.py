#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""validate.py SCHEMA FILE...: each FILE, an array of results, against the JSON Schema of one.

Prints a line "FILE REASON" for each that isn't valid.
"""
import json
import sys

import jsonschema

with open(sys.argv[1]) as f:
    schema = json.load(f)
validator = jsonschema.validators.validator_for(schema)(schema)
for name in sys.argv[2:]:
    try:
        with open(name) as f:
            results = json.load(f)
    except ValueError as error:
        print(name, error)
        continue
    for result in results:
        error = jsonschema.exceptions.best_match(validator.iter_errors(result))
        if error is not None:
            print(name, error.json_path, error.message.replace("\n", " ")[:200])
            break
