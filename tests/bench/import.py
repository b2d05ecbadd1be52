#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""import.py [--json] [--sizes N,N] [--times N] [--folder FOLDER]: see tests/bench/import.

Runs inside tests/namespace. Medians of the times; how each figure comes about:

import        ssoctl member import into a new org of a new store, from its start to
              its end: read, checked, stored durably, the map built. The file has
              address, role and name, once in the order of addresses and once in
              none. Its anonymous memory is looked at every two milliseconds.
mdb_load      right after it, on the same disk: what mdb_dump says of that store, all
              its tables, loaded into a new directory.
again         the same file once more: nothing changes.
lists         ssoctl member list, as a table and as JSON, and member export, each into
              a file; and how long the first line takes to come.
"""
import argparse
import json
import os
import pathlib
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

import expect
import footprint

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "e2e"))
import host  # noqa: E402

SSOCTL = host.BUILD / "ssoctl/ssoctl"
RANGES = "uid-ranges = 1000000-9999999\n"
ORDERS = ("sorted", "shuffled")
LISTS = {"table": ("member", "list", "acme"), "json": ("member", "list", "acme", "--json"), "jsonl": ("member", "list", "acme", "--jsonl"),
         "export": ("member", "export", "acme")}
LEAST_BY_MDB_LOAD = 0.33
MOST_MIB = 600
MOST_LIST_MIB = 16
MOST_FIRST_LINE_S = 1


def timed(*words, stdin=None, stdout=subprocess.DEVNULL):
    """Seconds, and the most anonymous memory in MiB."""
    os.sync()
    peak, began = 0, time.monotonic()
    with subprocess.Popen([str(word) for word in words], stdin=stdin, stdout=stdout,
                          stderr=subprocess.PIPE) as program:
        while program.poll() is None:
            peak = max(peak, footprint.anonymous_kib(program.pid))
            time.sleep(0.002)
        took = time.monotonic() - began
        said = program.stderr.read().decode(errors="replace")
    if program.returncode != 0:
        raise SystemExit(f"{' '.join(map(str, words))}: exit {program.returncode}: {said[-500:]}")
    return took, peak / 1024


class Ground:
    """A store of its own with the org acme in it."""

    def __init__(self, folder):
        self.folder = folder
        self.conf = folder / "ssoorg.conf"
        self.conf.write_text(RANGES)
        self.options = ("--store", folder / "store", "--config", self.conf)
        self.ssoctl("init")
        self.ssoctl("org", "create", "acme", "--name", "Acme", "--owner", "boss@example.org")

    def ssoctl(self, *words, **how):
        return timed(SSOCTL, *words, *self.options, **how)

    def first_line(self, *words):
        began = time.monotonic()
        with subprocess.Popen([SSOCTL, *words, *self.options], stdout=subprocess.PIPE) as program:
            program.stdout.readline()
            took = time.monotonic() - began
            program.stdout.close()
        return took

    def load_again(self):
        """Seconds of mdb_load."""
        dump, into = self.folder / "dump", self.folder / "loaded"
        into.mkdir()
        with open(dump, "wb") as file:
            subprocess.run(["mdb_dump", "-a", self.folder / "store"], stdout=file, check=True)
        with open(dump, "rb") as file:
            took, _ = timed("mdb_load", into, stdin=file)
        shutil.rmtree(into)
        dump.unlink()
        return took

    def list_all(self):
        result = {}
        for name, words in LISTS.items():
            with open(self.folder / "list", "wb") as file:
                took, mib = self.ssoctl(*words, stdout=file)
            result[name] = {"seconds": took, "anonymous_mib": mib, "first_line_s": self.first_line(*words)}
        return result


def write_people(path, count, order):
    numbers = list(range(count))
    if order == "shuffled":
        random.Random(count).shuffle(numbers)
    with open(path, "w", encoding="ascii") as file:
        file.write("email,role,name\n")
        file.writelines(f"u{number:07d}@acme.test,viewer,Person {number}\n" for number in numbers)


def once(folder, count, order):
    folder.mkdir()
    ground, people = Ground(folder), folder / "people.csv"
    write_people(people, count, order)
    took, mib = ground.ssoctl("member", "import", "acme", people)
    loaded = ground.load_again()
    again, _ = ground.ssoctl("member", "import", "acme", people)
    found = {"seconds": took, "anonymous_mib": mib, "mdb_load_seconds": loaded, "again_seconds": again}
    lists = ground.list_all() if order == ORDERS[-1] else None
    shutil.rmtree(folder)
    return found, lists


def measure(folder, count, order, times):
    runs = [once(folder / f"{count}-{order}-{n}", count, order) for n in range(times)]
    middle = {key: statistics.median(run[key] for run, _ in runs) for key in runs[0][0]}
    middle["per_second"] = count / middle["seconds"]
    middle["mdb_load_per_second"] = count / middle["mdb_load_seconds"]
    middle["by_mdb_load"] = statistics.median(run["mdb_load_seconds"] / run["seconds"] for run, _ in runs)
    return middle, runs[-1][1]


def expectations(sizes):
    found = []
    for count, cell in sizes.items():
        for order in ORDERS:
            one = cell[order]
            found += [expect.at_least(f"{count} {order}, rate by mdb_load's", one["by_mdb_load"], LEAST_BY_MDB_LOAD),
                      expect.at_most(f"{count} {order}, anonymous memory, MiB", one["anonymous_mib"], MOST_MIB)]
        for name, one in cell["lists"].items():
            found += [expect.at_most(f"{count} listed ({name}), anonymous memory, MiB", one["anonymous_mib"],
                                     MOST_LIST_MIB),
                      expect.at_most(f"{count} listed ({name}), first line, s", one["first_line_s"], MOST_FIRST_LINE_S)]
    return found


def table(result):
    lines = []
    for count, cell in result["sizes"].items():
        lines.append(f"{count + ' members':28}{'a second':>12}{'mdb_load':>12}{'ratio':>8}{'MiB':>8}{'again, s':>10}")
        for order in ORDERS:
            one = cell[order]
            lines.append(f"{'  imported, ' + order:28}{one['per_second']:>12.0f}{one['mdb_load_per_second']:>12.0f}"
                         f"{one['by_mdb_load']:>8.2f}{one['anonymous_mib']:>8.0f}{one['again_seconds']:>10.2f}")
        lines += [f"  {name + ':':10}{one['seconds']:>8.2f} s, {one['anonymous_mib']:.0f} MiB, "
                  f"first line after {one['first_line_s']:.3f} s" for name, one in cell["lists"].items()] + [""]
    return "\n".join([*lines, *expect.lines(result["expectations"])])


def main():
    parser = argparse.ArgumentParser(prog="import", allow_abbrev=False)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--sizes", default="100000,1000000")
    parser.add_argument("--times", type=int, default=1)
    parser.add_argument("--folder", type=pathlib.Path, default=host.BUILD)
    options = parser.parse_args()
    sizes = {}
    folder = pathlib.Path(tempfile.mkdtemp(prefix="imports.", dir=options.folder))
    try:
        for count in sorted(int(word) for word in options.sizes.split(",")):
            cell = {}
            for order in ORDERS:
                cell[order], lists = measure(folder, count, order, options.times)
            sizes[str(count)] = {**cell, "lists": lists}
    finally:
        shutil.rmtree(folder)
    result = {"sizes": sizes, "expectations": expectations(sizes), "load_average": os.getloadavg()[0]}
    print(json.dumps(result, indent=2) if options.json else table(result))
    return 0


if __name__ == "__main__":
    sys.exit(main())
