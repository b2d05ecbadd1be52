#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""storm.py [--json] [--sign-ins N] [--folder FOLDER]: many logins at once; see tests/bench/storm.

Runs inside tests/namespace. One program (storm.c) is the PAM module of every
login: it asks NSS for the name as root's sshd, starts ssoorg-signin for AUTH,
for ACCOUNT and for CRED, and presses Enter. It is the provider, too: plain http
on loopback, one thread that goes before all others for the processor, which
approves each code in the moment in which the person sees it. Half of the logins
are first ones, the other people have signed in once before; each has an address
of their own, and nobody's org has more first logins under way than it may have
(POLICY T). Before the storm five of each kind sign in one after the other. All
the while ssoctl adds, suspends, resumes and promotes other members.

whole         from before NSS is asked to the verdict on AUTH.
own part      the whole without the poll interval, one second which the provider
              orders and which is the same for all, and without the time that
              the provider had each request in hand. What our processes wait for
              each other, for the processor and for the store is in it.
until prompt  its first part: until the code is there to be shown.
after answer  its last part: from the tokens being with the kernel to the
              verdict. What lies between them is that interval, the key set, and
              how much later than ordered the poll went out.
later phases  ACCOUNT and CRED, of which sshd waits for each in turn.
memory        of all helpers at once, looked at ten times a second; Pss twice a
              second.
lock          how long a writer waits that asks for the store's lock twenty
              times a second, as the store itself asks for it.
readers       the highest of LMDB's reader slots that was in use.

Whoever is told that their number is another by now (POLICY N4: two first logins
were told the same free one) signs in once more, as the sentence asks them to.
"""
import argparse
import contextlib
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import threading
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "e2e"))
import aftermath  # noqa: E402
import host  # noqa: E402
import orgs  # noqa: E402
import processes  # noqa: E402
import rig as rigs  # noqa: E402

PROGRAM = host.BUILD / "tests/bench/storm"
INTERVAL_NS = 10**9
IN_SEQUENCE = 10
AT_ONCE_BEFORE = 8
# POLICY T takes at most 60 first logins under way at an org without a pause.
STRANGERS_EACH = 50
KEPT_FOR_OWNERS = 8
MOST_P99_BY_P50 = 3
LINES_MAX = 10
LEAST_BY_SEQUENCE = 10


def idle_s():
    """Seconds for which processors of this machine have had nothing to do."""
    words = pathlib.Path("/proc/stat").read_text().split()
    return (int(words[4]) + int(words[5])) / os.sysconf("SC_CLK_TCK")


def put_first(pid):
    """Where each session has an equal share of the processors, that of this process has more than an equal one."""
    autogroup = pathlib.Path(f"/proc/{pid}/autogroup")
    if autogroup.exists():
        autogroup.write_text("-20")


class Driver:
    """storm.c, which carries out logins."""

    def __init__(self):
        self.process = subprocess.Popen([PROGRAM, "drive", host.INSTALLED["signin"], host.STORE],
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
                                        start_new_session=True)
        put_first(self.process.pid)
        self.told_another = []
        self.issuer = self.process.stdout.readline().strip()

    def sign_in(self, people, at_once):
        idle = idle_s()
        lines = [f"{len(people)} {min(at_once, len(people))}", *(f"{login} {address}" for login, address in people)]
        self.process.stdin.write("\n".join(lines) + "\n")
        self.process.stdin.flush()
        result = json.loads(self.process.stdout.readline())
        self.told_another += aftermath.told_another_number(result)
        return {**result, "idle_s": idle_s() - idle}

    def end(self):
        self.process.stdin.close()
        self.process.wait(20)


class Members(threading.Thread):
    """ssoctl changing people who do not sign in, until it is told to stop."""

    def __init__(self, slugs):
        super().__init__()
        self.slugs = slugs
        self.stopped = threading.Event()
        self.seconds = []
        self.failed = []
        self.people = []

    def run(self):
        number = 0
        while not self.stopped.is_set():
            slug = self.slugs[number % len(self.slugs)]
            email = f"other{number}@{slug}.test"
            done = all([self.change("member", "add", slug, email), self.change("member", "suspend", slug, email),
                        self.change("member", "role", slug, email, "admin"),
                        self.change("member", "resume", slug, email)])
            if done:
                self.people.append((slug, email))
            number += 1

    def change(self, *words):
        start = time.monotonic()
        done = processes.run("ssoctl", *words, "--yes")
        self.seconds.append(time.monotonic() - start)
        if done.status != 0:
            self.failed.append(f"ssoctl {' '.join(words)}: exit {done.status}: {done.text.strip()}")
        return done.status == 0

    def end(self):
        self.stopped.set()
        self.join()


@contextlib.contextmanager
def real_disk(parent):
    """The folder of store and map lies on a disk, not on the namespace's tmpfs."""
    folder = pathlib.Path(tempfile.mkdtemp(prefix="stores.", dir=parent))
    place = host.STORE.parent
    place.mkdir(mode=0o755, exist_ok=True)
    try:
        folder.chmod(0o755)
        processes.must("mount", "--bind", folder, place)
        yield
        processes.must("umount", "--lazy", place)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def configure(sign_ins):
    """The driver is this host's sshd; every login gets a slot, also with half of them for strangers."""
    folder = pathlib.Path(f"{host.CONF}.d")
    folder.mkdir(parents=True)
    (folder / "storm.conf").write_text(
        f"max-sign-ins = {2 * sign_ins + KEPT_FOR_OWNERS}\nallow-loopback-http = yes\nsshd-paths = {PROGRAM}\n")


def make_orgs(count, issuer):
    slugs = [f"org{number}" for number in range(1, count + 1)]
    for slug in slugs:
        host.ssoctl("org", "create", slug, "--name", slug.title(), "--owner", f"boss-{slug}@example.org")
        host.ssoctl("idp", "set", slug, "--issuer", issuer, "--client-id", "hosts", "--auth", "none")
        host.ssoctl("domain", "add", slug, f"{slug}.test")
        host.ssoctl("domain", "verify", slug, f"{slug}.test", "--by-hand", orgs.BY_HAND)
        host.ssoctl("provisioning", "set", slug, "jit")
    return slugs


def people(slugs, name, count, network):
    """So many logins, spread over the orgs, each with an address of its own."""
    return [(f"{name}{n}@{slugs[n % len(slugs)]}.test", f"198.{network}.{n // 250}.{n % 250 + 1}")
            for n in range(count)]


def sign_in_again(driver, people, first):
    """Those whom the sentence of POLICY N4 asks to; None without any."""
    again = {visit["login"] for visit in aftermath.told_another_number(first)}
    return driver.sign_in([person for person in people if person[0] in again], len(again)) if again else None


def sign_in_all(driver, people, at_once):
    """Nobody may be left out before the storm begins."""
    first = driver.sign_in(people, at_once)
    second = sign_in_again(driver, people, first)
    out = aftermath.refused(second) if second else []
    out += [visit for visit in aftermath.refused(first) if visit not in aftermath.told_another_number(first)]
    if out:
        raise RuntimeError(f"before the storm: {out[0]['login']}: {out[0]['said']}")
    return first


def alternately(one, other):
    return [person for pair in zip(one, other) for person in pair]


def measure(sign_ins):
    """Everything that is done; what came of it is judged afterwards."""
    half = sign_ins // 2
    driver = Driver()
    log = host.SystemLog()
    slugs = make_orgs(-(-half // STRANGERS_EACH), driver.issuer)
    known, more = people(slugs, "known", half, 18), people(slugs, "early", IN_SEQUENCE // 2, 20)
    fresh, alone = people(slugs, "new", half, 19), people(slugs, "alone", IN_SEQUENCE // 2, 21)
    sign_in_all(driver, known + more, AT_ONCE_BEFORE)
    sequence = sign_in_all(driver, alternately(alone, more), 1)
    audit_before = len(host.listed("audit"))
    members = Members(slugs)
    members.start()
    try:
        storm = driver.sign_in(alternately(fresh, known), 2 * half)
    finally:
        members.end()
    second = sign_in_again(driver, fresh, storm)
    driver.end()
    return {"slugs": slugs, "sequence": sequence, "storm": storm, "second": second, "members": members,
            "told_another": driver.told_another,
            "people": fresh + known, "audit": host.listed("audit")[audit_before:], "log": log.text()}


def own_ms(visit):
    return (visit["verdict_ns"][0] - visit["start_ns"][0] - INTERVAL_NS - visit["provider_ns"]) / 1e6


TIMES = {
    "whole_ms": lambda v: (v["verdict_ns"][0] - v["start_ns"][0]) / 1e6,
    "own_ms": own_ms,
    "until_prompt_ms": lambda v: (v["prompt_ns"] - v["start_ns"][0]) / 1e6,
    "after_answer_ms": lambda v: (v["verdict_ns"][0] - v["answered_ns"]) / 1e6,
    "account_ms": lambda v: (v["verdict_ns"][1] - v["start_ns"][1]) / 1e6,
    "cred_ms": lambda v: (v["verdict_ns"][2] - v["start_ns"][2]) / 1e6,
    "provider_ms": lambda v: v["provider_ns"] / 1e6,
}


def figures(result):
    """What one run of the driver says, in milliseconds and MiB."""
    granted = [visit for visit in result["visits"] if visit["granted"]]
    count = len(result["visits"])
    found = {name: aftermath.quantiles([time_of(visit) for visit in granted]) for name, time_of in TIMES.items()}
    return {
        "sign_ins": count, "granted": len(granted), "seconds": round(result["took_ns"] / 1e9, 2),
        "per_second": round(len(granted) / (result["took_ns"] / 1e9), 2), **found,
        "cpu_each_ms": round(result["helpers_cpu_ns"] / count / 1e6, 1),
        "processors_busy": round(result["helpers_cpu_ns"] / result["took_ns"], 2),
        "processors_idle": round(result["idle_s"] / (result["took_ns"] / 1e9), 2),
        "provider_cpu_each_ms": round(result["provider_cpu_ns"] / count / 1e6, 2),
        "driver_cpu_each_ms": round(result["driver_cpu_ns"] / count / 1e6, 2),
        "processes": result["processes"], "signins": result["signins"], "oidcs": result["oidcs"],
        "anonymous_mib": round(result["anonymous_kib"] / 1024, 1), "pss_mib": round(result["pss_kib"] / 1024, 1),
        "readers": result["readers"], "reader_slots": result["reader_slots"],
        "lock_wait_ms": aftermath.quantiles([ns / 1e6 for ns in result["lock_wait_ns"]] or [0]),
        "polls": sum(visit["polls"] for visit in result["visits"]),
    }


def expectation(what, value, met, limit):
    return {"what": what, "value": value, "limit": limit, "met": met}


def expectations(storm, sequence, judged):
    def nothing(what, value):
        return expectation(what, value, value == 0, "none")

    def at_most(what, value, limit):
        return expectation(what, round(value, 2), value <= limit, f"at most {limit}")

    faster = storm["per_second"] / sequence["per_second"]
    return [
        nothing("people not let in", len(judged["kept_out"])),
        nothing("people or changes lost", len(judged["lost"])),
        nothing("numbers given twice", len(judged["given_twice"])),
        nothing("told another number though nobody else has the first", len(judged["told_for_nothing"])),
        expectation("the map shows the store", judged["map_is_current"], judged["map_is_current"] is True, "yes"),
        nothing("changes by ssoctl that failed", len(judged["ssoctl_failed"])),
        nothing("\"the store is busy\"", judged["busy"]),
        nothing("\"no reader slot\"", judged["readers_full"]),
        expectation("sign-ins a second by those in sequence", round(faster, 1), faster >= LEAST_BY_SEQUENCE,
                    f"at least {LEAST_BY_SEQUENCE}"),
        at_most("own part, p99 by p50", storm["own_ms"]["p99"] / storm["own_ms"]["p50"], MOST_P99_BY_P50),
    ]


ROWS = (
    ("sign-ins", lambda r: r["sign_ins"]),
    ("  let in", lambda r: r["granted"]),
    ("finished a second", lambda r: r["per_second"]),
    *((title, lambda r, name=name: f"{r[name]['p50']} / {r[name]['p99']}") for title, name in (
        ("whole, ms (p50 / p99)", "whole_ms"), ("  own part", "own_ms"), ("    until prompt", "until_prompt_ms"),
        ("    after answer", "after_answer_ms"), ("  provider's part", "provider_ms"), ("ACCOUNT, ms", "account_ms"),
        ("CRED, ms", "cred_ms"), ("waiting for the lock, ms", "lock_wait_ms"))),
    ("processor time of the helpers each, ms", lambda r: r["cpu_each_ms"]),
    ("processors that they keep busy", lambda r: r["processors_busy"]),
    ("processors that have nothing to do", lambda r: r["processors_idle"]),
    ("processes at once (signin, oidc)", lambda r: f"{r['processes']} ({r['signins']}, {r['oidcs']})"),
    ("memory of all, anonymous, MiB", lambda r: r["anonymous_mib"]),
    ("memory of all, Pss, MiB", lambda r: r["pss_mib"]),
    ("LMDB's reader slots", lambda r: f"{r['readers']} of {r['reader_slots']}"),
)


def print_table(result):
    storm, sequence, judged = result["storm"], result["sequence"], result["judged"]
    print(f"{os.cpu_count()} processors, load before {result['load_before']:.1f}")
    print(f"{'':40}{'in sequence':>18}{'at once':>18}")
    for title, cell in ROWS:
        print(f"{title:40}{cell(sequence)!s:>18}{cell(storm)!s:>18}")
    changes = judged["ssoctl_ms"]
    print(f"\nssoctl meanwhile: {judged['ssoctl_changes']} changes, {changes['p50']} ms, p99 {changes['p99']} ms; "
          f"told another number and signed in again: {judged['told_another']}\n")
    for one in result["expectations"]:
        print(f"{'met   ' if one['met'] else 'MISSED'} {one['what']}: {one['value']} ({one['limit']})")
    for name in ("lost", "told_for_nothing", "given_twice", "ssoctl_failed"):
        for line in judged[name][:LINES_MAX]:
            print(f"  {line}")
    for line, count in [*judged["refused"].items(), *judged["logged"].items()]:
        print(f"  {count} times: {line}")


def main():
    parser = argparse.ArgumentParser(prog="storm", allow_abbrev=False, description="Many logins at once")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--sign-ins", type=int, default=200)
    parser.add_argument("--folder", type=pathlib.Path, default=host.BUILD)
    options = parser.parse_args()
    if not 2 <= options.sign_ins <= 2000 or options.sign_ins % 2 != 0:
        parser.error("--sign-ins: legal is an even number from 2 to 2000")
    rigs.require_namespace()
    load_before = os.getloadavg()[0]
    with real_disk(options.folder):
        configure(options.sign_ins)
        host.install()
        run = measure(options.sign_ins)
        judged = aftermath.judge(run)
    storm, sequence = figures(run["storm"]), figures(run["sequence"])
    result = {"load_before": load_before, "storm": storm, "sequence": sequence, "judged": judged,
              "expectations": expectations(storm, sequence, judged)}
    if options.json:
        print(json.dumps(result, indent=2))
    else:
        print_table(result)
    return 0 if all(one["met"] for one in result["expectations"]) else 1


if __name__ == "__main__":
    sys.exit(main())
