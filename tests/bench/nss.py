#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""nss.py [--json] [--quick] [--sizes LIST] [--plot-to FD]: what a look-up costs; see tests/bench/nss.

Runs inside tests/namespace. All services have the same people (people.h), each
with a private group, in groups of orgs of up to 900 members that are listed
there; files, extrausers, cache and db have both kinds of group in their group
data, ours has the private ones in the accounts. Only one service is asked in a
process, and the data of all lies on tmpfs. How each figure comes about:

look-ups     one call of getpwnam_r, getpwuid_r or getgrouplist through glibc,
             with clock_gettime around it and nothing subtracted, for people
             chosen at random from all, after others have warmed up process
             and memory. Rounds with processes of their own; services and
             sizes take turns, and each has its data in place meanwhile. A slow
             call is made as often as the time allows; the p99 of fewer than
             100 samples is the slowest one. For extrausers, cache and db,
             which do not answer for the groups of a user, glibc reads their
             whole group data.
calls        open, fstat, three preads and close of our map, without any of our
             code: what one of our look-ups asks of this kernel, alone.
unknown      "u000123", which nobody has; stranger: "u000123x@acme.test", which
             nobody has either, at the domain of an org that we have.
first call   by name, in a fresh process, with loading the module.
getent       "getent -s SERVICE passwd NAME" from posix_spawn to waitpid.
memory       gained between two looks at /proc/self/smaps_rollup: before, files
             was asked for a name, so that glibc's own part is there; after,
             three calls of each kind. Private is also code while no other
             process has it mapped. Descriptors, and mappings of files other
             than libraries: those kept after the calls.
"""
import argparse
import collections
import json
import math
import os
import statistics
import subprocess
import sys
import time

import chart
import expect
import services

LOOKUPS = services.host.BUILD / "tests/bench/lookups"
KINDS = {
    "name": "by name",
    "uid": "by uid",
    "unknown": "unknown name",
    "stranger": "unknown name at an org's domain",
    "initgroups": "groups of a user",
    "first": "first call in a process, by name",
    "getent": "getent passwd NAME",
}
ASKED = ("name", "uid", "unknown", "stranger", "initgroups")
SIZES = (1000, 100000, 1000000)


class Effort:
    """How often things are measured, and for how long at most."""

    def __init__(self, quick):
        self.rounds = 2 if quick else 5
        self.samples = 1000 if quick else 3000
        self.budget_ms = 100 if quick else 250
        self.processes = 15 if quick else 60
        self.processes_s = 0.5 if quick else 2


def lookups(service, command, count, seed, *words):
    line = [LOOKUPS, command, service, *map(str, (count, seed, *words))]
    with services.in_place(service, count):
        done = subprocess.run(line, capture_output=True, text=True, timeout=240, check=False)
    if done.returncode != 0:
        raise RuntimeError(f"{service} with {count} people, {command}: {done.stderr.strip() or done.returncode}")
    return json.loads(done.stdout)


def summary(samples):
    ordered = sorted(samples)
    return {"samples": len(ordered), "least_ns": ordered[0], "median_ns": int(statistics.median(ordered)),
            "p99_ns": ordered[math.ceil(len(ordered) * 0.99) - 1]}


def ask(found, seed, effort):
    """One round: each kind of question to each service in turn; and our system calls alone."""
    for count, services_found in found.items():
        limits = (effort.samples, effort.budget_ms)
        services_found[expect.OURS]["calls"] += lookups(expect.OURS, "time", count, seed, "calls", *limits)["ns"]
        for kind in ASKED:
            for service, samples in services_found.items():
                samples[kind] += lookups(service, "time", count, seed, kind, *limits)["ns"]


def start(found, seed, effort, spent):
    """A first call and a whole command, each in a fresh process, for each service whose time is not spent."""
    for count, services_found in found.items():
        for service, samples in services_found.items():
            began = time.monotonic()
            if spent[count, service] < effort.processes_s:
                samples["first"] += lookups(service, "first", count, seed)["ns"]
                samples["getent"] += lookups(service, "getent", count, seed, "name", 1, 0)["ns"]
            spent[count, service] += time.monotonic() - began


def load(sizes):
    for count in sizes:
        for service in services.SERVICES:
            progress(f"{service}: {count} people")
            services.load(service, count)
            lookups(service, "check", count, 1)


def measure(sizes, effort):
    """All sizes in each round, so that a machine that is slower for a while is so for all of them."""
    found = {count: {service: collections.defaultdict(list) for service in services.SERVICES} for count in sizes}
    for seed in range(1, effort.rounds + 1):
        progress(f"measuring, round {seed} of {effort.rounds}")
        ask(found, seed, effort)
    progress("measuring fresh processes")
    spent = collections.Counter()
    for seed in range(1, effort.processes + 1):
        start(found, seed, effort, spent)
    return {str(count): {service: {**{kind: summary(taken) for kind, taken in samples.items()},
                                   "memory": lookups(service, "memory", count, 1)}
                         for service, samples in services_found.items()}
            for count, services_found in found.items()}


def run(sizes, effort):
    began = time.monotonic()
    load(sizes)
    cells = measure(sizes, effort)
    return {"services": {service: services.version(service) for service in services.SERVICES}, "sizes": cells,
            "expectations": expect.expectations(cells), "seconds": round(time.monotonic() - began),
            "load_average": os.getloadavg()[1]}


def set_up(plot):
    progress("packages")
    packages = [package for package, _ in services.SERVICES.values() if package is not None]
    services.install_packages(*packages, *(["gnuplot-nox"] if plot else []))
    services.install()


def progress(text):
    print(f"nss: {text}", file=sys.stderr, flush=True)


def shown(ns):
    for unit, size in (("s", 1e9), ("ms", 1e6), ("us", 1e3)):
        if ns >= size:
            return f"{ns / size:#.3g}".rstrip(".") + f" {unit}"
    return f"{ns} ns"


def people(count):
    return f"{int(count):,}".replace(",", " ")


def kind_lines(sizes, kind):
    yield f"{KINDS[kind]:34}" + "".join(f"{service:>20}" for service in services.SERVICES) + f"{'best/ours':>12}"
    for count, cells in sizes.items():
        times = [f"{shown(cell[kind]['median_ns'])}, {shown(cell[kind]['p99_ns'])}" for cell in cells.values()]
        yield (f"{people(count):>27} people" + "".join(f"{text:>20}" for text in times)
               + f"{expect.best_by_ours(cells, kind):>12.3g}")


def memory_lines(cells):
    rows = {
        "private memory, KiB": lambda m: m["private_kib"],
        "  of it in no file": lambda m: m["anonymous_kib"],
        "Pss, KiB": lambda m: m["pss_kib"],
        "descriptors kept": lambda m: m["descriptors"],
        "data files kept mapped": lambda m: m["data_mappings"],
    }
    yield f"{'gained by a process':34}" + "".join(f"{service:>20}" for service in services.SERVICES)
    for name, value in rows.items():
        yield f"{name:34}" + "".join(f"{value(cell['memory']):>20}" for cell in cells.values())


def table(result):
    sizes = result["sizes"]
    most = list(sizes)[-1]
    lines = ["Median and p99 of one call; best/ours: the fastest of the four others by ssoorg, medians",
             f"{result['seconds']} s with {os.cpu_count()} processors at a load of {result['load_average']:.1f}"]
    for kind in KINDS:
        lines += ["", *kind_lines(sizes, kind)]
    lines += ["", f"{'system calls of one look-up, alone':34}" + f"{expect.OURS:>100}"]
    lines += [f"{people(count):>27} people{shown(cell['median_ns']) + ', ' + shown(cell['p99_ns']):>100}"
              for count, cell in ((count, cells[expect.OURS]["calls"]) for count, cells in sizes.items())]
    lines += ["", *memory_lines(sizes[most]), f"  with {people(most)} people", "",
              *expect.lines(result["expectations"])]
    return "\n".join(lines)


def sizes_of(text):
    sizes = sorted({int(word) for word in text.split(",") if word.isdecimal()} or {0})
    if len(sizes) < len(set(text.split(","))) or not 1 <= sizes[0] <= sizes[-1] <= SIZES[-1]:
        raise argparse.ArgumentTypeError(f"{text}: legal are numbers from 1 to {SIZES[-1]}, separated by commas")
    return sizes


def main():
    parser = argparse.ArgumentParser(prog="nss", allow_abbrev=False, description="What a look-up costs")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--sizes", type=sizes_of, default=SIZES, help="numbers of people")
    parser.add_argument("--plot-to", type=int, help=argparse.SUPPRESS)
    given = parser.parse_args()
    set_up(given.plot_to is not None)
    result = run(given.sizes, Effort(given.quick))
    if given.plot_to is not None:
        chart.draw(result["sizes"], given.plot_to)
    print(json.dumps(result, indent=2) if given.json else table(result))
    return 0


if __name__ == "__main__":
    sys.exit(main())
