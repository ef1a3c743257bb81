# SPDX-License-Identifier: BSD-2-Clause
"""A strict reader of performance data, after the Monitoring Plugins guidelines.

Reads one line of it a line from standard input; prints what is wrong, and ends with 1 then.
With arguments every line has to have just these labels.
"""
import re
import sys

NUMBER = r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?"
RANGE = rf"(?:@?(?:(?:~|{NUMBER}):(?:{NUMBER})?|{NUMBER}))?"
ITEM = re.compile(
    rf"(?P<label>'(?:[^'=|\x00-\x1f\x7f]|'')+'|[^ '=|\x00-\x1f\x7f]+)"
    rf"=(?P<value>{NUMBER})(?P<unit>s|us|ms|%|B|KB|MB|TB|GB|c)?"
    rf"(?:;(?P<warn>{RANGE})(?:;(?P<crit>{RANGE})(?:;(?P<min>(?:{NUMBER})?)(?:;(?P<max>{NUMBER}))?)?)?)?")


def wrong(line):
    """What is wrong with the line, else None."""
    at, labels = 0, []
    if not line:
        return "nothing there"
    while True:
        item = ITEM.match(line, at)
        if not item:
            return "not an item: %r" % line[at:]
        labels.append(item["label"])
        low, high = item["min"], item["max"]
        if low and float(item["value"]) < float(low):
            return "%s is below its minimum" % item["label"]
        if low and high and float(low) > float(high):
            return "%s: minimum above maximum" % item["label"]
        at = item.end()
        if at == len(line):
            break
        if line[at] != " ":
            return "not a blank: %r" % line[at:]
        at += 1
    if len(set(labels)) != len(labels):
        return "a label twice: %s" % labels
    if sys.argv[1:] and labels != sys.argv[1:]:
        return "labels %s, not %s" % (labels, sys.argv[1:])
    return None


def self_test():
    """What it must refuse."""
    for bad in ("", "a", "a=", "a=1x", "a=1;;;;;", "a=1 ", " a=1", "a=1  b=1", "a b=1", "'a=1",
                "a=1;x", "a=01", "a=.5", "a=nan", "a=1;2:3:4", "a=1 a=2", "a=1;;;2", "a=1,b=2"):
        if wrong(bad) is None:
            sys.exit("self-test: %r was taken" % bad)


if __name__ == "__main__":
    arguments, sys.argv[1:] = sys.argv[1:], []
    self_test()
    sys.argv[1:] = arguments
    lines = [line.rstrip("\n") for line in sys.stdin]
    faults = ["%s in %r" % (wrong(line), line) for line in lines or [""] if wrong(line)]
    print("\n".join(faults), end="\n" if faults else "")
    sys.exit(1 if faults else 0)
