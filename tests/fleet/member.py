# SPDX-License-Identifier: Apache-2.0
"""A host of a fleet as an admin has it: ssoctl and ssoorg-sync on a store of its own."""
import contextlib
import json
import pathlib
import subprocess

import check
import driver
import engine
import schemas

OWNER = "fleet_owner"
# On a machine that has the accounts of one host others would take them for local users.
APART = ("unshare", "-m", "--propagation", "private", "sh", "-eu", "-c",
         'sed "s/ssoorg//g" /etc/nsswitch.conf > "$1/nsswitch.conf"; mount --bind "$1/nsswitch.conf" /etc/nsswitch.conf; shift; exec "$@"', "sh")


class Member:
    def __init__(self, fleet, name, own=False, apart=False):
        """OWN: this machine's own store. APART: it sees none of its accounts."""
        self.fleet, self.name, self.own, self.apart = fleet, name, own, apart
        self.folder = fleet.engine.folder.parent / f"ssoorg-member-{name}"
        self.folder.mkdir(mode=0o700)
        self.config = self.folder / "ssoorg.conf"
        self.config.write_text("")
        if own:
            pathlib.Path("/var/lib/ssoorg/public").mkdir(parents=True, exist_ok=True)
        self.must("init")

    def where(self):
        store = () if self.own else ("--store", str(self.folder / "store"))
        return (*store, "--config", str(self.config))

    def _under(self):
        return (*APART, self.folder) if self.apart else ()

    def ctl(self, *words, stdin=""):
        """(exit status, standard output, standard error)"""
        done = subprocess.run([*self._under(), driver.SSOCTL, *map(str, words), *self.where()], input=stdin, capture_output=True, text=True,
                              timeout=check.HANG_S, check=False)
        return done.returncode, done.stdout, done.stderr

    def must(self, *words, stdin="", wants=0):
        status, out, err = self.ctl(*words, stdin=stdin)
        check.equal(status, wants, f"ssoctl {' '.join(map(str, words))}: {out}{err}")
        return out if wants == 0 else err

    def shown(self, *words, stdin=""):
        shown = json.loads(self.must(*words, "--json", stdin=stdin))
        command = " ".join(words[:2])
        if command in schemas.commands():
            check.equal(schemas.problems(command, shown), [], f"what {command} prints")
        return shown

    def sync(self, *words):
        """One that runs; the caller ends it."""
        return subprocess.Popen([*self._under(), driver.SYNC, *words, *self.where()], stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)

    @contextlib.contextmanager
    def following(self):
        """ssoorg-sync beside what is done."""
        follower = self.sync()
        try:
            yield follower
        finally:
            follower.terminate()
            follower.wait(check.HANG_S)
            follower.stderr.close()

    def sync_once(self, wants=0):
        process = self.sync("--once")
        said = process.communicate(timeout=check.HANG_S)[1]
        check.equal(process.returncode, wants, f"ssoorg-sync --once: {said}")
        return said

    def members(self, org):
        return {row["email"]: row for row in json.loads(self.must("member", "list", org, "--json"))}

    def init(self, database, owner=OWNER, wants=0, engines=None):
        """ENGINES: other ones than the fleet's, with commas between them."""
        url = f"postgresql://{owner}@{engines or self.fleet.engine.where}/{database}"
        words = ("fleet", "init", url, "--host", self.name, "--password-file", "-")
        stdin = engine.PASSWORD + "\n"
        return self.shown(*words, stdin=stdin) if wants == 0 else self.must(*words, stdin=stdin, wants=wants)

    def add(self, other, *words):
        """Another host comes to the fleet, with the SQL done that its database's owner is shown."""
        bundle = self.folder / f"{other}.bundle"
        added = self.shown("fleet", "add", other, "--bundle", bundle, *words)
        done = self.fleet.engine.ask(None, added["sql"], "postgres")
        check.that(done.state is None, f"{added['sql']}: {done.err}")
        return pathlib.Path(bundle)


def make_database(fleet, name, owner=OWNER, rights="SUPERUSER"):
    for sql in (f"CREATE ROLE {owner} LOGIN {rights} PASSWORD '{engine.PASSWORD}'", f"CREATE DATABASE {name} OWNER {owner}"):
        done = fleet.engine.ask(None, sql, "postgres")
        check.that(done.state is None, f"{sql}: {done.err}")
