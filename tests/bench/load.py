#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""load.py [--json] [--times N]: what pam_ssoorg.so costs those whom it leaves alone; see tests/bench/load.

Runs inside tests/namespace. How each figure comes about, each beside the same
with pam_permit.so, in turn (stacks.c):

loading       dlopen() of the module and dlsym() of its entry points, in a fresh
              process that has libpam already.
first login   pam_start to pam_end around one pam_authenticate, in a fresh
              process, with a stack of that module alone.
local user    pam_authenticate for a user of /etc/passwd: a stack of pam_ssoorg
              as the README has it and pam_permit, beside one of pam_permit
              alone; in one process. warm: with the same handle again, which
              has loaded its modules; anew: from pam_start to pam_end each time,
              which loads them again. The difference is that of the medians.
"""
import argparse
import json
import os
import pathlib
import shutil
import statistics
import subprocess
import sys

import expect
import services

STACKS = services.host.BUILD / "tests/bench/stacks"
USER = "bench-local"
MAP_SIZES = (1000, 1000000)
MODULES = {"ssoorg": services.host.INSTALLED["module"],
           "permit": services.host.INSTALLED["module"].parent / "pam_permit.so"}
PAM = {
    "bench-ssoorg-alone": "auth required pam_ssoorg.so\n",
    "bench-permit-alone": "auth required pam_permit.so\n",
    "bench-ssoorg": "auth [success=done ignore=ignore default=die] pam_ssoorg.so\nauth required pam_permit.so\n",
    # libpam reads it beside every other one.
    "other": "auth required pam_deny.so\n",
}
MOST_RATIO = 1.2
MOST_DIFFERENCE_US = 50


def stacks(*words):
    done = subprocess.run([STACKS, *map(str, words)], capture_output=True, text=True, timeout=240, check=False)
    if done.returncode != 0:
        raise RuntimeError(f"stacks {' '.join(map(str, words))}: {done.stderr.strip() or done.returncode}")
    return json.loads(done.stdout)


def set_up():
    services.install()
    shutil.copy(services.host.BUILD / "pam_ssoorg/pam_ssoorg.so", MODULES["ssoorg"])
    # Written too, so that it lies in the same layer as ours.
    MODULES["permit"].write_bytes(MODULES["permit"].read_bytes())
    for name, text in PAM.items():
        (pathlib.Path("/etc/pam.d") / name).write_text(text)
    services.processes.must("useradd", "-M", USER)
    for count in MAP_SIZES:
        services.load("ssoorg", count)


def side_by_side(times, run):
    """The median wall and CPU time of run(name) for both modules, in turn, and ours by the other's."""
    found = {name: [] for name in MODULES}
    for _ in range(times):
        for name, costs in found.items():
            costs.append(run(name))
    result = {name: {f"{clock}_us": round(statistics.median(cost[f"{clock}_ns"] for cost in costs) / 1000, 1)
                     for clock in ("wall", "cpu")} for name, costs in found.items()}
    result["ratio"] = {clock: round(result["ssoorg"][f"{clock}_us"] / result["permit"][f"{clock}_us"], 3)
                       for clock in ("wall", "cpu")}
    return result


def local_user(count, times):
    """Microseconds with our module and without it, by how PAM is asked."""
    with services.in_place("ssoorg", count):
        asked = stacks("again", "bench-ssoorg", "bench-permit-alone", USER, times)
    result = {}
    for how in ("warm", "anew"):
        ours, theirs = (statistics.median(pair[which] for pair in asked[f"{how}_ns"]) / 1000 for which in (0, 1))
        result[how] = {"both_us": round(ours, 2), "permit_us": round(theirs, 2),
                       "difference_us": round(ours - theirs, 2)}
    return result


def expectations(result):
    ratios = [(f"loading, {clock} time by pam_permit's", result["loading"]["ratio"][clock], MOST_RATIO)
              for clock in ("wall", "cpu")]
    differences = [(f"local user, warm, map of {count}, us more", found["warm"]["difference_us"], MOST_DIFFERENCE_US)
                   for count, found in result["local_user"].items()]
    return [{"what": what, "value": value, "limit": f"at most {limit}", "met": value <= limit}
            for what, value, limit in ratios + differences]


def measure(times):
    set_up()
    result = {"times": times, "loading": side_by_side(times, lambda name: stacks("load", MODULES[name]))}
    with services.in_place("ssoorg", MAP_SIZES[0]):
        result["first_login"] = side_by_side(times, lambda name: stacks("begin", f"bench-{name}-alone", USER))
    result["local_user"] = {str(count): local_user(count, times) for count in MAP_SIZES}
    result["expectations"] = expectations(result)
    result["load_average"] = os.getloadavg()[0]
    return result


def table(result):
    lines = [f"Medians of {result['times']}, us; {os.cpu_count()} processors at a load of {result['load_average']:.1f}",
             f"{'':44}{'pam_ssoorg':>12}{'pam_permit':>12}{'ratio':>8}"]
    for name, title in (("loading", "loading the module"), ("first_login", "pam_start to pam_end, fresh process")):
        for clock in ("wall", "cpu"):
            cell = result[name]
            ours, theirs = (cell[module][clock + "_us"] for module in MODULES)
            lines.append(f"{title + ', ' + clock:44}{ours:>12}{theirs:>12}{cell['ratio'][clock]:>8}")
    lines += ["", f"{'a local user':44}{'both':>12}{'pam_permit':>12}{'more':>8}"]
    for count, found in result["local_user"].items():
        for how, cell in found.items():
            lines.append(f"{f'{how}, map of {count}':44}{cell['both_us']:>12}{cell['permit_us']:>12}"
                         f"{cell['difference_us']:>8}")
    return "\n".join([*lines, "", *expect.lines(result["expectations"])])


def main():
    parser = argparse.ArgumentParser(prog="load", allow_abbrev=False,
                                     description="What pam_ssoorg.so costs those whom it leaves alone")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--times", type=int, default=300)
    given = parser.parse_args()
    if given.times < 1:
        parser.error("--times: legal is 1 or more")
    result = measure(given.times)
    print(json.dumps(result, indent=2) if given.json else table(result))
    return 0


if __name__ == "__main__":
    sys.exit(main())
