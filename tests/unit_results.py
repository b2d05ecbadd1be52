"""unit_results.py TESTLOG: adds up what meson's unit tests found.

Prints "PASSED FAILED" as two numbers. A program counts by its own tests where
it names them; one that failed without naming any, or was skipped, counts as one
failure.
"""
import json
import re
import sys

PASSED = re.compile(r"^\[ +OK \] (\S+)", re.MULTILINE)
FAILED = re.compile(r"^\[ +FAILED +\] ([A-Za-z_]\w*)", re.MULTILINE)


def results_of(program):
    text = program.get("stdout", "") + program.get("stderr", "")
    passed, failed = len(set(PASSED.findall(text))), len(set(FAILED.findall(text)))
    if program["result"] == "OK":
        return max(passed, 1), failed
    return passed, max(failed, 1)


def main(path):
    with open(path) as log:
        results = [results_of(json.loads(line)) for line in log if line.strip()]
    print(sum(passed for passed, _ in results), sum(failed for _, failed in results))


main(sys.argv[1])
