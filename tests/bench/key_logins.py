#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""key_logins.py [--json] [--times N]: what it costs that a provider is asked at a login by key; see tests/bench/login.

Runs inside tests/namespace. Each person signs in, then logs in by key under keys=recent:12h and
under keys=live, every other one the other way round: live is the first word of the provider
after that sign-in, since one that is younger than a minute would serve again.

to the shell   over ssh and a real sshd: from ssh's start to the first byte of the
               person's shell.
CPU            of ssoorg-signin and all it starts in the account phase, which is asked
               as the PAM module asks it, by a program that is its parent (measure.c).

The provider is that of the tests, on this machine, and wants TLS; each asking is a process of its own with a handshake
and three requests, which curl makes beside it in one call.
"""
import argparse
import json
import pathlib
import statistics
import subprocess
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "e2e"))
import asking  # noqa: E402
import costs  # noqa: E402
import expect  # noqa: E402
import host  # noqa: E402
import login  # noqa: E402
import rig as rigs  # noqa: E402

MEASURE = host.BUILD / "tests/bench/measure"
ORG, HOME = "asked", "asked.test"
WAYS = ("recent:12h", "live")
REQUESTS = ("GET /.well-known/openid-configuration", "POST /token", "GET /jwks")
MOST_MS, MOST_CPU_MS = 60, 25


def to_shell_ms(rig, person, key):
    begun_ns = time.monotonic_ns()
    terminal = login.Ssh(rig, person, "echo SHELL", method="publickey", key=key)
    terminal.child.delaybeforesend = None
    terminal.until("SHELL")
    at_ns = time.monotonic_ns()
    terminal.end(enter=False)
    return (at_ns - begun_ns) / 1e6


def cpu_ms(person):
    words = [MEASURE, "account", host.INSTALLED["signin"], person]
    done = subprocess.run(words, capture_output=True, text=True)
    if done.returncode != 0:
        raise RuntimeError(f"the account phase failed: {done.stdout}{done.stderr}")
    return json.loads(done.stdout.splitlines()[-1])["cpu_us"] / 1000


def one_person(there, number):
    """By each way, the two figures, and curl's CPU."""
    person, key = there.person()
    found = {way: {} for way in WAYS}
    for what, measure in (("shell_ms", lambda: to_shell_ms(there.rig, person, key)), ("cpu_ms", lambda: cpu_ms(person))):
        for way in WAYS if number % 2 == 0 else reversed(WAYS):
            host.ssoctl("org", "set", ORG, f"keys={way}")
            found[way][what] = measure()
        if there.asked(person) != "answered":
            raise RuntimeError(f"{person} was not asked about")
        there.sign_in(person)
    found["curl"] = costs.curl(there.rig, there.rig.person(), REQUESTS)["cpu_us"] / 1000
    return found


def measure(times):
    rig = rigs.Rig()
    try:
        rig.start("--interval", "1")
        there = asking.of(rig, ORG, HOME)
        one_person(there, 0)  # whatever comes once
        return [one_person(there, number) for number in range(times)]
    finally:
        rig.stop()


def summary(found):
    result = {"times": len(found)}
    for way, name in zip(WAYS, ("recent", "live")):
        result[name] = {what: round(statistics.median(one[way][what] for one in found), 1) for what in ("shell_ms", "cpu_ms")}
    result["curl_cpu_ms"] = round(statistics.median(one["curl"] for one in found), 1)
    for what in ("shell_ms", "cpu_ms"):
        added = statistics.median(one["live"][what] - one["recent:12h"][what] for one in found)
        result[f"added_{what}"] = round(added, 1)
    result["expectations"] = [expect.at_most("time that asking adds to a login by key, ms", result["added_shell_ms"], MOST_MS),
                              expect.at_most("CPU that it adds, ms", result["added_cpu_ms"], MOST_CPU_MS)]
    return result


def table(result):
    lines = [f"A login by key, medians of {result['times']}", f"{'':24}{'recent':>10}{'live':>10}{'added':>10}"]
    for what, title in (("shell_ms", "to the shell, ms"), ("cpu_ms", "CPU of helpers, ms")):
        lines.append(f"{title:24}{result['recent'][what]:>10}{result['live'][what]:>10}{result[f'added_{what}']:>10}")
    by_curl = round(result["added_cpu_ms"] / result["curl_cpu_ms"], 2)
    lines.append(f"curl's CPU for the same requests, ms {result['curl_cpu_ms']}: what is added by it {by_curl}")
    return "\n".join([*lines, *expect.lines(result["expectations"])])


def main():
    parser = argparse.ArgumentParser(description="What asking the provider adds to a login by key")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--times", type=int, default=20)
    given = parser.parse_args()
    rigs.require_namespace()
    result = summary(measure(given.times))
    print(json.dumps(result, indent=2) if given.json else table(result))
    return 0


if __name__ == "__main__":
    sys.exit(main())
