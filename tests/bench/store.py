#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""store.py [--json] [--sizes N,N] [--times N] [--folder FOLDER]: see tests/bench/store.

Runs inside tests/namespace. How each figure comes about:

loading       the members of an org in one operation, as an import does it, with
              the map built at its end. Of the host's name services only its files
              are asked.
first login   the operation that a first sign-in is, from the writers' lock to the
              changed map: account, numbers, membership, identity, ticket, audit
              event. After each one that bare LMDB takes one record of the bytes
              that the login stored, durably.
decision      ssoorg-signin started as pam_ssoorg.so starts it, for members with a
              key, from the start to its verdict (an org that enforces takes no key
              alone: K1), with the store in its place; each beside a program that opens
              the bare LMDB and reads one record.
rebuild       the map built from the store in a process of its own; its anonymous
              memory is looked at every two milliseconds.
"""
import argparse
import json
import pathlib
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

import footprint

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "e2e"))
import host  # noqa: E402
import processes  # noqa: E402

PROGRAM = host.BUILD / "tests/bench/store"
RANGES = "uid-ranges = 1000000-9999999\n"
MOST_BY_BARE = 2.5
MOST_LOGIN_GROWTH = 1.5
MOST_DECISION_GROWTH = 1.2
MOST_REBUILD_S = 2
MOST_REBUILD_MIB = 256


def ask(*words):
    done = subprocess.run([PROGRAM, *map(str, words)], check=True, stdout=subprocess.PIPE, text=True, timeout=1200)
    return json.loads(done.stdout.splitlines()[-1])


def rebuild(folder):
    peak = 0
    with subprocess.Popen([PROGRAM, "rebuild", str(folder)], stdout=subprocess.PIPE, text=True) as program:
        while program.poll() is None:
            peak = max(peak, footprint.anonymous_kib(program.pid))
            time.sleep(0.002)
        found = json.loads(program.stdout.read())
    return {"seconds": found["ns"] / 1e9, "anonymous_mib": peak / 1024}


def quantiles(values_ns):
    ordered = sorted(values_ns)
    return {"median_ms": statistics.median(ordered) / 1e6, "p99_ms": ordered[len(ordered) * 99 // 100] / 1e6,
            "samples": len(ordered)}


def decide(folder, count, times):
    host.STORE.parent.mkdir(mode=0o755, exist_ok=True)
    processes.must("mount", "--bind", folder, host.STORE.parent)
    try:
        found = ask("decide", host.INSTALLED["signin"], folder, count, times)
        return quantiles(found["ours_ns"]), quantiles(found["bare_ns"])
    finally:
        processes.must("umount", host.STORE.parent)


def measure(folder, count, times):
    (folder / "public").mkdir(parents=True)
    folder.chmod(0o755)
    loaded = ask("load", folder, count)
    login = ask("provision", folder, count, times)
    decision, peek = decide(folder, count, times)
    return {
        "loaded_per_second": loaded["per_second"],
        "bare_per_second": loaded["bare_per_second"],
        "load_peak_mib": loaded["peak_kib"] / 1024,
        "stored_bytes": login["bytes"],
        "first_login": quantiles(login["ours_ns"]),
        "bare": quantiles(login["bare_ns"]),
        "first_login_by_bare": statistics.median(login["ours_ns"]) / statistics.median(login["bare_ns"]),
        "rebuild": rebuild(folder),
        "decision": decision,
        "peek": peek,
    }


def expectation(what, value, most):
    return {"what": what, "value": round(value, 2), "limit": f"at most {most}", "met": value <= most}


def expectations(sizes):
    fewest, most = sizes[min(sizes)], sizes[max(sizes)]
    count = max(sizes)

    def growth(name):
        return most[name]["median_ms"] / fewest[name]["median_ms"]

    # The disk is another one from minute to minute: what it took itself is taken out of the growth.
    return [
        expectation(f"first login at {count} by one durable insert of its bytes", most["first_login_by_bare"],
                    MOST_BY_BARE),
        expectation(f"first login at {count} by that at {min(sizes)}", growth("first_login"), MOST_LOGIN_GROWTH),
        expectation("the same, each by the bare insert beside it",
                    most["first_login_by_bare"] / fewest["first_login_by_bare"], MOST_LOGIN_GROWTH),
        expectation(f"decision at {count} by that at {min(sizes)}", growth("decision"), MOST_DECISION_GROWTH),
        expectation(f"rebuild of the map at {count}, s", most["rebuild"]["seconds"], MOST_REBUILD_S),
        expectation("its anonymous memory, MiB", most["rebuild"]["anonymous_mib"], MOST_REBUILD_MIB),
    ]


ROWS = (
    ("loading, members a second", lambda r: f"{r['loaded_per_second']:.0f}"),
    ("bare LMDB, records of the same bytes", lambda r: f"{r['bare_per_second']:.0f}"),
    ("peak memory of loading, MiB", lambda r: f"{r['load_peak_mib']:.0f}"),
    ("first login, ms (p99)", lambda r: f"{r['first_login']['median_ms']:.2f} ({r['first_login']['p99_ms']:.2f})"),
    ("bare insert of its bytes, ms (p99)", lambda r: f"{r['bare']['median_ms']:.2f} ({r['bare']['p99_ms']:.2f})"),
    ("ratio", lambda r: f"{r['first_login_by_bare']:.2f}"),
    ("decision, ms (p99)", lambda r: f"{r['decision']['median_ms']:.2f} ({r['decision']['p99_ms']:.2f})"),
    ("bare: a program that reads a record", lambda r: f"{r['peek']['median_ms']:.2f} ({r['peek']['p99_ms']:.2f})"),
    ("rebuild of the map, s", lambda r: f"{r['rebuild']['seconds']:.2f}"),
    ("its anonymous memory, MiB", lambda r: f"{r['rebuild']['anonymous_mib']:.0f}"),
)


def print_table(sizes, found):
    print(f"{'':38}" + "".join(f"{count:>18}" for count in sizes))
    for title, cell in ROWS:
        print(f"{title:38}" + "".join(f"{cell(result):>18}" for result in sizes.values()))
    print()
    for one in found:
        print(f"{'met   ' if one['met'] else 'MISSED'} {one['what']}: {one['value']} ({one['limit']})")


def main():
    parser = argparse.ArgumentParser(prog="store")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--sizes", default="1000,100000,1000000")
    parser.add_argument("--times", type=int, default=300)
    parser.add_argument("--folder", type=pathlib.Path, default=host.BUILD)
    options = parser.parse_args()
    sizes = {}
    host.install()
    host.CONF.parent.mkdir(exist_ok=True)
    host.CONF.write_text(RANGES)
    folder = pathlib.Path(tempfile.mkdtemp(prefix="stores.", dir=options.folder))
    try:
        for count in sorted(int(word) for word in options.sizes.split(",")):
            sizes[count] = measure(folder / str(count), count, options.times)
            shutil.rmtree(folder / str(count) / "bare")
    finally:
        shutil.rmtree(folder)
    found = expectations(sizes)
    if options.json:
        print(json.dumps({"sizes": sizes, "expectations": found}, indent=2))
    else:
        print_table(sizes, found)


if __name__ == "__main__":
    main()
