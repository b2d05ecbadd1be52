# SPDX-License-Identifier: Apache-2.0
"""circles(BUILD): the sources of the product that call each other in a circle, by the symbols of their objects: a
file stands above what it calls, so that it can be read, and tested, without what stands above it."""
import collections
import subprocess


def _symbols(paths):
    """{path: (defined, wanted)} of objects."""
    found = {path: (set(), set()) for path in paths}
    text = subprocess.run(["nm", "-A", "--", *paths], capture_output=True, text=True, check=True).stdout
    for line in text.splitlines():
        path, _, rest = line.partition(":")
        words = rest.split()
        if len(words) == 3 and words[1] in "TDRB":
            found[path][0].add(words[2])
        elif len(words) == 2 and words[0] == "U":
            found[path][1].add(words[1])
    return found


def _calls(build):
    """{object: the objects that it calls}."""
    paths = [str(path) for path in build.glob("*/*.p/*.o") if path.relative_to(build).parts[0] != "tests"]
    objects = _symbols(paths) if paths else {}
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
