#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The demo of a fleet: three hosts, two PostgreSQL servers, and what goes on when one of these is gone.

Runs inside tests/namespace --own-network, started by tests/demo-fleet.
"""
import pathlib
import re
import signal
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "e2e"), str(HERE.parent / "hostile")]
sys.dont_write_bytecode = True
import check  # noqa: E402
import demo_ground  # noqa: E402
import engine  # noqa: E402
import login  # noqa: E402
import rig  # noqa: E402
from demo_ground import Clock, Session, name_of  # noqa: E402

ORG, ALICE, BOB, CAROL, BOSS = "acme", "alice@acme.test", "bob@acme.test", "carol@acme.test", "boss@acme.test"
PASSWORD = "correct-Horse-battery-9-staple"
ONCE_MORE = "please sign in once more"  # which is said where somebody new has just come by another way
WHY = "shown in a demo"
DRAWN = "-" * 72

WELCOME = f"""
{DRAWN}
This is your own machine in a copy that is thrown away when you are done.

  db1, db2     two PostgreSQL servers; db2 is db1's synchronous standby
  ops          the admin host of the fleet
  web, batch   two hosts that serve {ORG}
  idp          the provider that knows {ORG}'s people

Each host has a network, a name, an /etc, homes, a store, an sshd and an
ssoorg-sync of its own. You are beside them, with ssh and a browser.
{DRAWN}"""


class Demo:
    def __init__(self, ground, waits):
        self.ground, self.waits = ground, waits
        self.ops, self.web, self.batch = (ground.hosts[name] for name in ("ops", "web", "batch"))
        self.all = tuple(ground.hosts.values())
        self.uid = self.open = None

    def step(self, words):
        if self.waits:
            try:
                input("\nEnter: go on  ")
            except EOFError:
                self.waits = False
        print(f"\n{DRAWN}\n{words}\n", flush=True)

    @staticmethod
    def say(words, indent="    "):
        for line in words.strip().splitlines():
            print(indent + line.rstrip(), flush=True)

    def shown(self, one, *words, stdin="", wants=0):
        """A command on one of the hosts, with what it says; all of it."""
        print(f"{one.name}# {' '.join(map(str, words))}", flush=True)
        result = one.run(*words, stdin=stdin)
        self.say(result.text)
        check.equal(result.status, wants, f"{one.name}: {' '.join(map(str, words))}: {check.shown(result.text)}")
        return result.text

    def everywhere(self, what, condition):
        """Waits until it is so on each host, and says when it was."""
        with Clock() as took:
            waiting = dict.fromkeys(self.all, None)
            check.soon(lambda: self._ask_each(waiting, condition), what, check.HANG_S)
        self.say(f"{what}: after {took}", "")

    @staticmethod
    def _ask_each(waiting, condition):
        for one in list(waiting):
            if condition(one):
                del waiting[one]
        return not waiting

    def sign_in(self, one, person, again=False):
        """A shell of theirs there."""
        print(f"$ ssh {person}@{one.name}", flush=True)
        terminal = Session(one.name, person)
        challenge = terminal.challenge()
        self.say(challenge.text.replace("\r", ""))
        self.ground.idp.approve(challenge, person)
        if terminal.enter_until(r"[$] $", ONCE_MORE) == 1:
            terminal.close()
            check.that(not again, f"{one.name}: {person} is told twice to sign in once more")
            self.say(ONCE_MORE)
            return self.sign_in(one, person, True)
        return terminal

    def signs_in(self, one, person):
        """In and out again: the number that id says there."""
        with Clock() as took:
            terminal = Session(one.name, person)
            self.ground.idp.approve(terminal.challenge(), person)
            again = terminal.enter_until(r"[$] $", ONCE_MORE) == 1
        if again:
            terminal.close()
            self.say(f"{person} on {one.name}: {ONCE_MORE}", "")
            terminal = self.sign_in(one, person, True)
        return self.leaves(one, terminal, person, f"in after {took}")

    def leaves(self, one, terminal, person, words):
        """What id says there, and out: the number."""
        said = terminal.says("id")
        terminal.send("exit")
        terminal.end(enter=False)
        found = re.search(demo_ground.SIGNED_IN + re.escape(person), said)
        check.that(found, f"{one.name}: {person} is not there: {check.shown(said)}")
        print(f"{one.name}$ id    # {person}, {words}")
        self.say(next(line for line in said.splitlines() if "uid=" in line))
        return found.group(1)

    def by_password(self, one, person):
        terminal = Session(one.name, person)
        terminal.password_prompt()
        terminal.send(PASSWORD)
        terminal.until(r"[$] $")
        self.leaves(one, terminal, person, "by password")

    def is_refused(self, one, person, words):
        terminal = Session(one.name, person)
        if terminal.until(login.CODE, demo_ground.END, r"assword: $") == 0:
            terminal._more()
            self.ground.idp.approve(login.Challenge(terminal.text), person)
            terminal.end()
        terminal.close()
        said = terminal.text.replace("\r", "")
        check.contains(said, words, f"what {person} is told on {one.name}")
        check.lacks(said, r"\n\S+[$] $", f"{one.name}: {person} got in")
        print(f"$ ssh {person}@{one.name}")
        self.say(next(line for line in said.splitlines() if re.search(words, line, re.IGNORECASE)))

    def status_of(self, one):
        found = next((row for row in one.listed("ssoctl", "member", "list", ORG) if row["email"] == ALICE), None)
        return found and found["status"]

    def known(self, person):
        """What each host says of somebody; one number, or nobody anywhere."""
        entries = {one: one.in_passwd(person) for one in self.all}
        for one, entry in entries.items():
            print(f"{one.name}$ getent passwd {person}")
            self.say(entry or "(nobody)")
        numbers = {entry.split(":")[2] for entry in entries.values() if entry}
        check.that(all(entries.values()) and len(numbers) == 1 or not any(entries.values()), f"{person}: {entries}")
        return numbers.pop() if numbers else None

    def has_home(self, one, person):
        return one.run("test", "-d", f"/home/{person}").status == 0


def a_fleet(demo):
    demo.step("A fleet: its tables go into the database, and ops is its first host.")
    url = f"postgresql://{demo_ground.OWNER}@{name_of('db1')},{name_of('db2')}/fleet"
    demo.ops.must("tee", "/root/ca.pem", stdin=demo.ground.ca_pem)
    said = demo.shown(demo.ops, "ssoctl", "fleet", "init", url, "--password-file", "-", "--ca-file", "/root/ca.pem",
                      stdin=engine.PASSWORD + "\n")
    check.lacks(said, "synchronous standby", "what is said of the standby")
    demo.shown(demo.ops, "ssoctl", "org", "create", ORG, "--name", "Acme", "--owner", BOSS)
    demo.ops.must("ssoctl", "password", "set", BOSS, "--stdin", stdin=PASSWORD + "\n")
    demo.shown(demo.ops, "ssoctl", "idp", "set", ORG, "--issuer", demo.ground.idp.issuer, "--client-id", "ssoorg", "--auth", "none",
               "--ca-file", "/root/ca.pem")
    demo.shown(demo.ops, "ssoctl", "domain", "add", ORG, "acme.test")
    demo.shown(demo.ops, "ssoctl", "domain", "verify", ORG, "acme.test", "--by-hand", WHY)
    demo.shown(demo.ops, "ssoctl", "provisioning", "set", ORG, "jit")


def hosts_join(demo):
    demo.step("Two hosts join it. Each gets a credential of its own; the database's owner\nruns the SQL that makes its role.")
    for one in (demo.web, demo.batch):
        bundle = f"/root/{one.name}.bundle"
        said = demo.shown(demo.ops, "ssoctl", "fleet", "add", one.name, "--orgs", ORG, "--bundle", bundle)
        sql = "\n".join(line for line in said.splitlines() if re.match(r"\s*(CREATE|GRANT|ALTER) ", line))
        done = demo.ground.engines["db1"].ask(demo_ground.OWNER, sql)
        check.that(sql and done.state is None, f"{sql}: {done.err}")
        demo.shown(one, "ssoctl", "fleet", "join", "--bundle", "-", stdin=demo.ops.must("cat", bundle))
        demo.ops.must("rm", bundle)
    for one in demo.all:
        one.serve("/usr/libexec/ssoorg/ssoorg-sync")
    demo.everywhere("each has said that it is there",
                    lambda one: one.listed("ssoctl", "fleet", "status")["contact_at"])


def somebody_comes(demo):
    demo.step(f"{ALICE} comes, whom nobody has added. She signs in on web: the engine\n"
              "gives her a number that nobody else has.")
    check.equal(demo.known(ALICE), None, "who knows her before")
    terminal = demo.sign_in(demo.web, ALICE)
    demo.everywhere(f"{ALICE} is known on each host", lambda one: one.in_passwd(ALICE))
    demo.uid = demo.leaves(demo.web, terminal, ALICE, "just in")


def same_everywhere(demo):
    demo.step("On the others she has that number before she was ever there.")
    check.equal(demo.known(ALICE), demo.uid, "her number")
    for one in (demo.ops, demo.batch):
        check.that(not demo.has_home(one, ALICE), f"{ALICE} has a home on {one.name}")
    for one in demo.all:
        check.equal(demo.signs_in(one, ALICE), demo.uid, f"her number on {one.name}")


def out_everywhere(demo):
    demo.step("She is suspended on ops, while a session of hers is open there.")
    demo.open = demo.sign_in(demo.ops, ALICE)
    check.that(not demo.open.is_over(), "the session is over before")
    demo.shown(demo.ops, "ssoctl", "member", "suspend", ORG, ALICE, "--end-sessions")
    demo.everywhere("suspended on each host", lambda one: demo.status_of(one) == "suspended")
    check.soon(demo.open.is_over, "her session goes on")
    demo.say("her session on ops is over", "")
    demo.open.close()
    for one in demo.all:
        demo.is_refused(one, ALICE, "suspended")


def primary_dies(demo):
    first = demo.ground.engines["db1"]
    demo.step(f"{BOB} comes, too, on batch.")
    number = demo.signs_in(demo.batch, BOB)
    demo.everywhere(f"{BOB} is known on each host", lambda one: one.in_passwd(BOB))
    demo.step(f"db1 is killed: kill -9 {first.process.pid}. Nobody is told. Who is known signs in, by the\n"
              "provider or the owner's password; who is suspended does not.")
    first.kill()
    check.contains(demo.shown(demo.web, "ssoctl", "fleet", "status"), "db1", "the status without a primary")
    for one in demo.all:
        check.equal(demo.signs_in(one, BOB), number, f"his number on {one.name}")
    demo.by_password(demo.batch, BOSS)
    demo.is_refused(demo.web, ALICE, "suspended")
    demo.step("Nobody new comes meanwhile, and what hosts share is not changed:\nboth are told why.")
    demo.is_refused(demo.batch, CAROL, "cannot be reached")
    demo.shown(demo.ops, "ssoctl", "member", "resume", ORG, ALICE, wants=1)
    check.equal((demo.known(CAROL), demo.status_of(demo.ops)), (None, "suspended"), "what has become of it all the same")


def standby_takes_over(demo):
    demo.step("db2 is told to take over: pg_ctl promote. The hosts find it by themselves.")
    demo.ground.engines["db2"].promote()
    with Clock() as took:
        check.soon(lambda: demo.ops.listed("ssoctl", "fleet", "status")["engine"] == "answers", "no engine answers")
    demo.say(f"an engine answers: after {took}", "")
    demo.shown(demo.ops, "ssoctl", "member", "resume", ORG, ALICE)
    demo.everywhere(f"{ALICE} is back on each host", lambda one: demo.status_of(one) == "active")
    check.equal(demo.known(ALICE), demo.uid, "her number")
    demo.signs_in(demo.web, ALICE)
    number = demo.signs_in(demo.batch, CAROL)
    demo.everywhere(f"{CAROL} is known on each host", lambda one: one.in_passwd(CAROL))
    check.equal(demo.known(CAROL), number, "her number")


def _is_up_to_date(one):
    status = one.listed("ssoctl", "fleet", "status")
    return (status["engine"], status["behind"], status["stopped"], status["clashes"]) == ("answers", 0, None, [])


def how_it_ends(demo):
    demo.step("What each host says in the end.")
    for one in demo.all:
        check.soon(lambda one=one: _is_up_to_date(one), f"{one.name} is not up to date", check.HANG_S)
        demo.shown(one, "ssoctl", "fleet", "status")
    demo.shown(demo.ops, "ssoctl", "fleet", "list")
    demo.shown(demo.ops, "ssoctl", "audit", ORG)


STEPS = (a_fleet, hosts_join, somebody_comes, same_everywhere, out_everywhere, primary_dies, standby_takes_over, how_it_ends)


def main():
    rig.require_namespace()
    demo_ground.require_network()
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(1))
    ground = demo_ground.Ground()
    print("demo-fleet: starting two PostgreSQL servers, a provider and three hosts ...", flush=True)
    try:
        with Clock() as took:
            ground.start()
            print(WELCOME, flush=True)
            demo = Demo(ground, "--auto" not in sys.argv[1:])
            for step in STEPS:
                step(demo)
        print(f"\n{DRAWN}\ndemo-fleet: all of it held; {took}")
        return 0
    except (check.Failed, RuntimeError) as error:
        print(f"demo-fleet: {error}", file=sys.stderr)
        return 1
    finally:
        ground.stop()


if __name__ == "__main__":
    sys.exit(main())
