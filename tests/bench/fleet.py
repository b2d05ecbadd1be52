#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""fleet.py [--json] [--people N] [--rounds N]: see tests/bench/fleet.

Runs inside tests/namespace. The server is Debian's as the tests start it, its data in memory and without fsync, so that
what is compared is what it computes; rounds of both sides take turns, and medians count. By pgbench, with prepared
statements where there is one at a time:

claim     claim_account() and claim_membership() of somebody new, each a transaction of its own, as a member host.
insert    the rows that come of it (number, name, person, account, membership, revision, the head) by a superuser, in one
          transaction and one message. Without the head, on whose row they would wait for each other: "no head".
poll      what ssoorg-sync asks every 30 seconds where nothing has changed: head, served, pull_taken, pull.
"""
import argparse
import json
import os
import pathlib
import re
import statistics
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent / "fleet"), str(HERE.parent / "e2e"), str(HERE.parent / "hostile")]
sys.dont_write_bytecode = True
import engine  # noqa: E402
import ground  # noqa: E402

MANY = 50
HOSTS, POLL_S = 1000, 30
MOST_BESIDE_INSERT, LEAST_OF_RATE, MOST_OF_CORE = 2, 0.25, 0.05
NEXT = r"""\set n :n + 1
\set k :base + :client_id * 20000 + :n
"""
CLAIM = NEXT + r"""SELECT account_id AS a FROM ssoorg.claim_account({org}, 'p' || :k || '@acme.test', 'p' || :k || '@acme.test', 1879048192 + :k) \gset
SELECT role FROM ssoorg.claim_membership({org}, :a);
"""
INSERT = NEXT + r"""BEGIN\; INSERT INTO ssoorg.revision VALUES (1000000000 + :k, gen_random_uuid(), session_user, now(), pg_current_xact_id())\; {head}
INSERT INTO ssoorg.name (name, id, reserved, revision) VALUES ('p' || :k || '@acme.test', 400000000000000 + :k, false, 1)\;
INSERT INTO ssoorg.number (number, id, revision) VALUES (1879048192 + :k, 400000000000000 + :k, 1)\;
INSERT INTO ssoorg.person (email, account_id, login, uid) VALUES ('p' || :k || '@acme.test', 400000000000000 + :k, 'p' || :k || '@acme.test', 1879048192 + :k)\;
INSERT INTO ssoorg.account (id, login, email, uid, created_by_org, created_by, revision) VALUES (400000000000000 + :k, 'p' || :k || '@acme.test', 'p' || :k || '@acme.test', 1879048192 + :k, {org}, 'bench', 1)\;
INSERT INTO ssoorg.membership (org_id, account_id, role, source, revision) VALUES ({org}, 400000000000000 + :k, 'viewer', 'sso', 1)\;
COMMIT;
"""
HEAD = r"UPDATE ssoorg.head SET revision = revision\;"
POLL = """SELECT * FROM ssoorg.head();
SELECT * FROM ssoorg.served();
SELECT * FROM ssoorg.pull_taken({revision}, '{token}', {revision}, '', 10000);
SELECT * FROM ssoorg.pull({org}, {revision}, '{token}', NULL, {revision}, '~', '', 500);
"""


class Bench:
    def __init__(self):
        self.fleet = ground.Fleet()
        self.base = 0

    def run(self, script, login, clients, each):
        """Seconds a transaction, over all clients."""
        self.base += 20000 * (clients + 1)
        path = self.fleet.engine.folder / "script"
        path.write_text(script)
        words = ["-n", "-f", path, "-c", clients, "-j", 2 if clients > 1 else 1, "-t", each, "-D", "n=0", "-D", f"base={self.base}",
                 "-h", self.fleet.engine.folder if login is None else "127.0.0.1", "-p", self.fleet.engine.port,
                 "-U", login or engine.USER, "fleet"]
        done = subprocess.run([str(word) for word in (self.fleet.engine.bin / "pgbench", *words)], capture_output=True, text=True,
                              env={"PATH": os.defpath, "PGPASSFILE": str(self.passwords())}, check=False)
        found = re.search(r"^tps = ([0-9.]+)", done.stdout, re.MULTILINE)
        if done.returncode != 0 or not found or "number of failed transactions: 0" not in done.stdout:
            raise SystemExit(f"pgbench: {done.stdout[-300:]}{done.stderr[-700:]}")
        return 1 / float(found.group(1))

    def passwords(self):
        path = self.fleet.engine.folder / "passwords"
        path.write_text(f"*:*:*:*:{engine.PASSWORD}\n")
        path.chmod(0o600)
        return path

    def turns(self, rounds, clients, each):
        org = self.fleet.acme
        sides = {"claim": (CLAIM.format(org=org), ground.WEB), "insert": (INSERT.format(org=org, head=HEAD), None),
                 "no head": (INSERT.format(org=org, head=""), None)}
        took = {name: [] for name in sides}
        for _ in range(rounds):
            for name, (script, login) in sides.items():
                took[name].append(self.run(script, login, clients, each))
        return {name: statistics.median(times) for name, times in took.items()}

    def poll(self, rounds, each):
        revision, token = self.fleet.must(ground.WEB, "SELECT at_revision, at_token FROM ssoorg.head()").rows[0]
        script = POLL.format(org=self.fleet.acme, revision=revision, token=token)
        return statistics.median(self.run(script, ground.WEB, 1, each) for _ in range(rounds))


def main():
    words = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    words.add_argument("--json", action="store_true")
    words.add_argument("--people", type=int, default=10000, help="who come at once, in all")
    words.add_argument("--rounds", type=int, default=5)
    given = words.parse_args()
    bench = Bench()
    try:
        bench.fleet.set_up()
        one = bench.turns(given.rounds, 1, 400)
        many = bench.turns(given.rounds, MANY, max(given.people // MANY // given.rounds, 1))
        poll = bench.poll(given.rounds, 400)
        twice = bench.fleet.engine.root("SELECT count(*) - count(DISTINCT uid) + count(*) - count(DISTINCT login) FROM ssoorg.account").value
    finally:
        bench.fleet.tear_down()
    result = {"one": one, "many": many, "poll_s": poll, "beside_insert": one["claim"] / one["insert"],
              "of_rate": many["insert"] / many["claim"], "of_rate_no_head": many["no head"] / many["claim"],
              "of_core": HOSTS / POLL_S * poll, "twice": int(twice)}
    if given.json:
        print(json.dumps(result))
    else:
        print(f"one at a time: a claim {one['claim'] * 1e6:.0f} us, inserts {one['insert'] * 1e6:.0f} us: "
              f"{result['beside_insert']:.2f} times (at most {MOST_BESIDE_INSERT})")
        print(f"{MANY} at once: {1 / many['claim']:.0f} claims a second, {1 / many['insert']:.0f} inserts: "
              f"{result['of_rate']:.2f} of the rate, {result['of_rate_no_head']:.2f} without a head (at least {LEAST_OF_RATE})")
        print(f"a poll {poll * 1e6:.0f} us: {HOSTS} hosts every {POLL_S} s take {100 * result['of_core']:.1f} % of a core "
              f"(at most {100 * MOST_OF_CORE:.0f})")
        print(f"numbers and logins twice: {result['twice']}")
    return 0 if result["twice"] == 0 else 1


if __name__ == "__main__":
    sys.exit(main())
