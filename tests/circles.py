# SPDX-License-Identifier: Apache-2.0
"""circles(BUILD): the sources of the product that call each other in a circle, by the symbols of their objects: a
file stands above what it calls, so that it can be read, and tested, without what stands above it."""
import collections
import subprocess


def _symbols(path):
    """(defined, wanted) of an object."""
    lines = subprocess.run(["nm", path], capture_output=True, text=True, check=True).stdout.splitlines()
    words = [line.split() for line in lines]
    return {w[2] for w in words if len(w) == 3 and w[1] in "TDRB"}, {w[1] for w in words if len(w) == 2 and w[0] == "U"}


def _calls(build):
    """{object: the objects that it calls}, of one of each source."""
    objects = {str(path.relative_to(build)): _symbols(path) for path in build.glob("*/*.p/*.o") if path.relative_to(build).parts[0] != "tests"}
    owner = {symbol: name for name, (defined, _) in objects.items() for symbol in defined - {"main"}}
    return {name: {owner[one] for one in wanted if one in owner} - {name} for name, (_, wanted) in objects.items()}


def _reached(calls):
    """{object: all that it calls, in any number of steps}"""
    reached = {}
    for start in calls:
        seen, waiting = set(), collections.deque(calls[start])
        while waiting:
            name = waiting.popleft()
            if name not in seen:
                seen.add(name)
                waiting.extend(calls[name])
        reached[start] = seen
    return reached


def circles(build):
    reached = _reached(_calls(build))
    if len(reached) < 100:
        return [["the objects of the build are not found"]]
    rings = {frozenset(other for other in reached[name] if name in reached[other]) for name in reached if name in reached[name]}
    return [sorted(name.rpartition("/")[2].removesuffix(".c.o") for name in ring) for ring in rings]
