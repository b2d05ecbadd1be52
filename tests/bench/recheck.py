#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""recheck.py [--json] [--people N] [--folder FOLDER]: see tests/bench/recheck.

Runs inside tests/namespace. One program (rechecked.c) is the provider of all orgs, plain
http on loopback, which knows everybody; the people are imported, and their tokens stored as a
sign-in would. Each figure is of one `ssoctl account recheck SLUG`:

at a rate    what was asked for, and what the run took by the rate alone.
as fast as   --rate 60000: what the machine makes of it, with one tenth of the people and with
it can       all. Processor time is that of ssoctl and of all the helpers that it starts.
memory       anonymous memory of ssoctl, looked at every two milliseconds.
curl         the same three requests for as many people, one call of curl for each, eight at a time.
"""
import argparse
import concurrent.futures
import json
import os
import pathlib
import resource
import shutil
import subprocess
import sys
import tempfile
import time

import expect
import footprint
import storm

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "e2e"))
import host  # noqa: E402
import processes  # noqa: E402
import rig as rigs  # noqa: E402

PROGRAM = host.BUILD / "tests/bench/rechecked"
AT_RATE, RATE = 100, 600
FASTEST = 60000
AT_ONCE = 8
CURLS = 200
TOKEN = "rt-very-secret-"


def configure():
    folder = pathlib.Path(f"{host.CONF}.d")
    folder.mkdir(parents=True)
    (folder / "recheck.conf").write_text("allow-loopback-http = yes\nuid-ranges = 1000000-9999999\n")


def make_org(slug, people, issuer, folder):
    host.ssoctl("org", "create", slug, "--name", slug.title(), "--owner", f"boss-{slug}@example.org")
    host.ssoctl("idp", "set", slug, "--issuer", issuer, "--client-id", "hosts", "--auth", "none", "--offline", "yes")
    path = folder / "people.csv"
    path.write_text("email\n" + "".join(f"p{number}@{slug}.test\n" for number in range(people)))
    host.ssoctl("member", "import", slug, path)
    processes.must(PROGRAM, "fill", host.STORE, slug)


def cpu_s():
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def recheck(slug, people, rate):
    peak, before, began = 0, cpu_s(), time.monotonic()
    with subprocess.Popen(["ssoctl", "account", "recheck", slug, "--rate", str(rate), "--json"], stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, text=True) as program:
        while program.poll() is None:
            peak = max(peak, footprint.anonymous_kib(program.pid))
            time.sleep(0.002)
        said, errors = program.communicate()
    took = time.monotonic() - began
    # The owner has a token too, as a member.
    if program.returncode != 0 or json.loads(said)["answered"] != people + 1:
        raise SystemExit(f"recheck {slug}: exit {program.returncode}: {said} {errors[-500:]}")
    return {"people": people + 1, "seconds": round(took, 2), "per_second": round((people + 1) / took, 1),
            "cpu_each_ms": round((cpu_s() - before) / (people + 1) * 1000, 2), "peak_mib": round(peak / 1024, 2)}


def curl(issuer, number):
    forms = ["--data-urlencode", "grant_type=refresh_token", "--data-urlencode", "client_id=hosts",
             "--data-urlencode", f"refresh_token={TOKEN}p{number}@curl.test"]
    common = ["--silent", "--show-error", "--fail", "--http1.1", "--output", "/dev/null"]
    subprocess.run(["/usr/bin/curl", "--fail-early", *common, f"{issuer}/.well-known/openid-configuration", "--next",
                    *common, *forms, f"{issuer}/token", "--next", *common, f"{issuer}/jwks"], check=True)


def curls(issuer):
    before, began = cpu_s(), time.monotonic()
    with concurrent.futures.ThreadPoolExecutor(AT_ONCE) as pool:
        list(pool.map(lambda number: curl(issuer, number), range(CURLS)))
    took = time.monotonic() - began
    return {"people": CURLS, "seconds": round(took, 2), "per_second": round(CURLS / took, 1),
            "cpu_each_ms": round((cpu_s() - before) / CURLS * 1000, 2)}


def measure(people, folder):
    with subprocess.Popen([PROGRAM, "provider"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as provider:
        try:
            issuer = provider.stdout.readline().strip()
            sizes = {"rated": AT_RATE, "few": people // 10, "many": people}
            for slug, count in sizes.items():
                make_org(slug, count, issuer, folder)
            found = {"rated": recheck("rated", AT_RATE, RATE), "few": recheck("few", sizes["few"], FASTEST)}
            found["curl"] = curls(issuer)
            found["many"] = recheck("many", people, FASTEST)
        finally:
            provider.stdin.close()
    return found


def expectations(found):
    by_rate = found["rated"]["seconds"] / (found["rated"]["people"] * 60 / RATE)
    return [
        expect.at_least(f"time at {RATE} a minute by what the rate takes", by_rate, 0.95),
        expect.at_most(f"time at {RATE} a minute by what the rate takes", by_rate, 1.25),
        expect.at_most(f"memory, {found['many']['people']} people by {found['few']['people']}",
                       found["many"]["peak_mib"] / found["few"]["peak_mib"], 1.2),
        expect.at_most("CPU for each by curl's", found["many"]["cpu_each_ms"] / found["curl"]["cpu_each_ms"], 2),
    ]


def table(result):
    lines = [f"{os.cpu_count()} processors, load before {result['load_before']:.1f}",
             f"{'':22}{'people':>8}{'seconds':>10}{'a second':>10}{'CPU each, ms':>14}{'memory, MiB':>13}"]
    for name, title in (("rated", f"{RATE} a minute"), ("few", "as fast as it can"), ("many", ""), ("curl", "curl, 8 at a time")):
        one = result[name]
        lines.append(f"{title:22}{one['people']:>8}{one['seconds']:>10}{one['per_second']:>10}{one['cpu_each_ms']:>14}"
                     f"{one.get('peak_mib', ''):>13}")
    return "\n".join([*lines, *expect.lines(result["expectations"])])


def main():
    parser = argparse.ArgumentParser(prog="recheck", allow_abbrev=False, description="Asking about many people again")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--people", type=int, default=10000)
    parser.add_argument("--folder", type=pathlib.Path, default=host.BUILD)
    options = parser.parse_args()
    if options.people < 100:
        parser.error("--people: 100 or more are legal")
    rigs.require_namespace()
    load_before = os.getloadavg()[0]
    folder = pathlib.Path(tempfile.mkdtemp(dir="/run"))
    try:
        with storm.real_disk(options.folder):
            configure()
            host.install()
            result = measure(options.people, folder)
    finally:
        shutil.rmtree(folder)
    result = {"load_before": load_before, **result, "expectations": expectations(result)}
    print(json.dumps(result, indent=2) if options.json else table(result))
    return 0 if all(one["met"] for one in result["expectations"]) else 1


if __name__ == "__main__":
    sys.exit(main())
