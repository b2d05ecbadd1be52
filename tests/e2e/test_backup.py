"""ssoctl backup and restore: one file, taken while people sign in; a fresh host or an earlier state (POLICY D3)."""
import json
import lzma
import pathlib
import re
import shutil
import threading

import check
import host
import login
import processes
import schemas

FOLDER = pathlib.Path("/run/backups")
PEOPLE = 20


def a_store_of_the_schema_before_is_split_and_lists_what_it_listed(rig):
    """As the last version that had that schema wrote it (tests/packaged/earlier/make)."""
    earlier = pathlib.Path(__file__).resolve().parents[1] / "packaged" / "earlier"
    newest = max(earlier.glob("schema-*.json"), key=lambda path: int(path.stem.split("-")[1]))
    then = json.loads(newest.read_text())
    store = FOLDER / "earlier"
    store.mkdir(mode=0o700, parents=True)
    try:
        (store / "data.mdb").write_bytes(lzma.decompress(newest.with_suffix(".mdb.xz").read_bytes()))
        (store / "data.mdb").chmod(0o600)
        for what, words in (("accounts", ("account", "list")), ("members", ("member", "list", "acme")), ("orgs", ("org", "list"))):
            check.equal(host.listed(*words, "--store", store), then[what], what)
        check.equal(host.mode_of(store / f"data.mdb.{newest.stem}"), "0600 0:0", "the copy that is kept")
    finally:
        shutil.rmtree(store)


def H57_a_backup_is_roots_alone_and_makes_a_fresh_host_the_same(rig):
    with _Site("first") as site, _Site("fresh") as fresh:
        site.fill()
        site.do("recovery", "create", "kept", "--yes")
        file = FOLDER / "one.backup"
        said = json.loads(site.do("backup", file, "--json").out)
        check.equal(host.mode_of(file), "0600 0:0", "the file")
        check.equal((said["file"], len(said["sha256"])), (str(file), 64), "what is said of it")
        result = json.loads(fresh.do("restore", file, "--yes", "--json").out)
        check.equal(schemas.problems("restore", result), [], "beside the schema")
        check.equal(fresh.people(), site.people(), "the people")
        check.equal(fresh.listed("org", "list"), site.listed("org", "list"), "the orgs")
        check.equal(fresh.listed("domain", "list"), site.listed("domain", "list"), "the domains")
        check.equal(fresh.listed("invite", "list", "kept"), [], "invites")
        check.equal((result["void_invites"], result["void_recovery_codes"] > 0, result["same_history"]), (1, True, False),
                    "what is void")
        check.equal([event["event"] for event in fresh.listed("audit")][-1], "store.restore", "the last event")
        for path, mode in ((fresh.store, "0700 0:0"), (fresh.store / "data.mdb", "0600 0:0")):
            check.equal(host.mode_of(path), mode, str(path))
        check.that(not pathlib.Path(f"{fresh.store}.restore").exists(), "the folder for it is left")
        # The same seed: somebody new gets the same number on both.
        for one in (site, fresh):
            one.do("member", "add", "kept", "later@kept.test")
        check.equal(fresh.people()["later@kept.test"], site.people()["later@kept.test"], "a number after it")


def D3_an_earlier_state_comes_back_without_whom_was_removed_since(rig):
    with _Site("earlier") as site:
        site.fill()
        file = FOLDER / "earlier.backup"
        site.do("backup", file)
        before = site.people()
        site.do("member", "add", "kept", "since@kept.test")
        since = site.people()["since@kept.test"]
        site.do("account", "remove", "p1@kept.test", "--yes")
        site.do("member", "remove", "kept", "p2@kept.test", "--yes")
        site.do("org", "set", "kept", "help=new")
        site.do("org", "delete", "keptb", "--yes")
        shown = site.do("restore", file, "--dry-run")
        check.equal(site.people().get("since@kept.test"), since, "somebody, after a dry run")
        for event in ("member.add", "account.remove", "member.remove", "org.set", "org.delete"):
            check.contains(shown.out, rf"\b{event}\b", "what would be undone")
        result = json.loads(site.do("restore", file, "--yes", "--json").out)
        gone = {"p1@kept.test", "p2@kept.test"}
        check.equal(site.people(), {who: uid for who, uid in before.items() if who not in gone}, "the people")
        check.equal(len(site.listed("org", "list")), 2, "orgs, with the one that was deleted")
        check.equal((result["removed_again"], result["members_removed_again"], result["same_history"]), (1, 1, True), "said")
        check.equal([row["event"] for row in result["undone"]],
                    ["member.add", "account.remove", "member.remove", "org.set", "org.delete"], "what was undone")
        events = [event["event"] for event in site.listed("audit")]
        check.that(events[-1] == "store.restore" and "org.delete" in events, f"the audit trail: {events}")
        # What was given since is nobody's: the person is made anew, with another number.
        site.do("member", "add", "kept", "since@kept.test")
        check.that(site.people()["since@kept.test"] != since, "a number was given twice")
        taken = [row["uid"] for row in site.listed("account", "list")]
        check.equal(len(taken), len(set(taken)), "numbers, each once")
        site.do("restore", file, "--yes")


def D3_a_restore_keeps_out_whom_somebody_put_out_and_nobody_else(rig):
    with _Site("since") as site:
        site.fill()
        for name in ("renamed", "back", "leaver", "suspended"):
            site.do("member", "add", "kept", f"{name}@kept.test")
        site.do("member", "add", "kept", "again@kept.test")
        file = FOLDER / "since.backup"
        site.do("backup", file)
        before = site.people()
        site.do("account", "rename", "renamed@kept.test", "shorter")
        site.do("member", "remove", "kept", "back@kept.test", "--yes")
        site.do("member", "add", "kept", "back@kept.test")
        site.do("offboard", "leaver@kept.test", "--yes")
        site.do("member", "suspend", "kept", "suspended@kept.test")
        site.do("account", "remove", "again@kept.test", "--yes")
        site.do("member", "add", "kept", "again@kept.test")
        now = site.people()["again@kept.test"]
        site.do("restore", file, "--yes")
        people = site.people()
        for name in ("renamed", "back", "leaver", "suspended"):
            check.equal(people[f"{name}@kept.test"], before[f"{name}@kept.test"], name)
        check.that("again@kept.test" not in people, "whoever was removed has come back with their old number")
        status = {row["email"]: row["status"] for row in site.listed("member", "list", "kept")}
        check.equal((status["leaver@kept.test"], status["suspended@kept.test"], status["back@kept.test"]),
                    ("suspended", "suspended", "active"), "who is kept out")
        check.equal(site.listed("account", "show", "leaver@kept.test")["status"], "locked", "the account of who left")
        site.do("member", "add", "kept", "again@kept.test")
        check.that(site.people()["again@kept.test"] not in (now, before["again@kept.test"]), "a number was given twice")


def N4_a_backup_of_another_store_is_refused_where_people_are_already(rig):
    with _Site("one") as one, _Site("other") as other:
        for site in (one, other):
            site.fill()
        file = FOLDER / "one.backup"
        one.do("backup", file)
        state = (other.people(), other.listed("audit"))
        check.contains(other.do("restore", file, "--yes", wants=3).err, "numbers would be given twice", "what is said")
        check.equal((other.people(), other.listed("audit")), state, "the store")


def a_file_that_is_no_whole_backup_of_this_version_changes_nothing(rig):
    with _Site("whole") as site:
        site.fill()
        file = FOLDER / "whole.backup"
        site.do("backup", file)
        data = file.read_bytes()
        site.do("org", "set", "kept", "help=new")
        state = (site.people(), site.listed("audit"))
        for what, text, words in (
                ("cut", data[:-1], "cut short"), ("longer", data + b"x", "longer than it was"),
                ("empty", b"", "no backup"), ("other", b"PK\x03\x04" + data, "no backup"), ("head", data[:60], "no backup"),
                ("flipped", data[:-5000] + bytes([data[-5000] ^ 1]) + data[-4999:], "digest"),
                ("format", data.replace(b"ssoorg-backup 1\n", b"ssoorg-backup 2\n", 1), "newer ssoctl"),
                ("newer", re.sub(rb"\nschema \d+\n", b"\nschema 99\n", data, count=1), "schema 99.*install that version"),
                ("older", re.sub(rb"\nschema \d+\n", b"\nschema 1\n", data, count=1), "schema 1;.*version between"),
                ("line", data.replace(b"\nmachine ", b"\nmashine ", 1), "head is damaged")):
            bad = FOLDER / f"{what}.backup"
            bad.write_bytes(text)
            result = site.do("restore", bad, "--yes", wants=1)
            check.contains(result.err, words, f"what is said of one that is {what}")
            check.equal((site.people(), site.listed("audit")), state, f"the store after one that is {what}")
        foreign = FOLDER / "foreign.backup"
        foreign.write_bytes(re.sub(rb"\nhost [^\n]*\nmachine [^\n]*\n", b"\nhost elsewhere\nmachine 00ff\n", data, count=1))
        said = site.do("restore", foreign, "--dry-run").err
        check.contains(said, r"another machine, elsewhere \(machine-id 00ff\)", "what is said of another machine's")
        check.contains(site.do("restore", FOLDER / "nowhere", wants=1).err, "nowhere: No such file", "no file")


def a_backup_goes_over_a_backup_and_nothing_else(rig):
    with _Site("over") as site:
        site.fill()
        file, other = FOLDER / "over.backup", FOLDER / "precious"
        site.do("backup", file)
        site.do("backup", file)
        other.write_text("somebody's\n")
        check.contains(site.do("backup", other, wants=1).err, "is there and is no backup.*left alone", "another file")
        check.equal(other.read_text(), "somebody's\n", "the other file")
        link = FOLDER / "link"
        link.symlink_to(other)
        site.do("backup", link, wants=1)
        done = processes.run("sh", "-c", f"ssoctl backup - --store {site.store} > {FOLDER}/piped.backup")
        check.equal(done.status, 0, f"to standard output: {done.text}")
        site.do("restore", FOLDER / "piped.backup", "--yes")


def a_restore_that_is_killed_leaves_the_old_state_or_the_new(rig):
    with _Site("killed") as site:
        site.fill()
        file = FOLDER / "killed.backup"
        site.do("backup", file)
        then = site.people()
        site.do("member", "add", "kept", "since@kept.test")
        now, saved, deaths = site.people(), FOLDER / "saved", 0
        shutil.copytree(site.store, saved)
        for call in ("pwrite64", "pwritev", "fdatasync", "write", "unlinkat", "mkdir"):
            for number in range(1, 40):
                done = processes.run("strace", "-f", "-o", "/dev/null", "-e", f"trace={call}", "-e",
                                     f"inject={call}:signal=KILL:when={number}", "ssoctl", "restore", file, "--yes",
                                     "--store", site.store)
                people = site.people()
                check.that(people in (then, now), f"killed at {call} {number}: {sorted(people)}")
                if done.status == 0:
                    break
                deaths += 1
                site.do("restore", file, "--yes")
                check.equal(site.people(), then, f"restored after it was killed at {call} {number}")
                shutil.rmtree(site.store)
                shutil.copytree(saved, site.store)
        check.that(deaths > 10, f"it was killed {deaths} times only")


def backups_are_taken_while_people_sign_in(rig):
    rig.orgs.acme()
    FOLDER.mkdir(mode=0o700, exist_ok=True)
    over, taken = threading.Event(), []

    def take():
        while not over.is_set():
            host.ssoctl("backup", FOLDER / "busy.backup")
            taken.append(FOLDER / "busy.backup")

    thread = threading.Thread(target=take)
    thread.start()
    try:
        people = [rig.person() for _ in range(5)]
        for person in people:
            login.signs_in(rig, person)
    finally:
        over.set()
        thread.join()
    host.ssoctl("backup", FOLDER / "busy.backup")
    check.that(len(taken) > 5, f"only {len(taken)} backups meanwhile")
    with _Site("busy") as site:
        site.do("restore", FOLDER / "busy.backup", "--yes")
        there = {row["email"]: row["uid"] for row in site.listed("account", "list")}
        for person in people:
            check.equal(there[person], int(host.in_passwd(person)[2]), f"the number of {person}")


class _Site:
    """A store of its own."""

    def __init__(self, name):
        self.store = pathlib.Path(f"/run/site-{name}")

    def __enter__(self):
        FOLDER.mkdir(mode=0o700, exist_ok=True)
        host.ssoctl("init", "--store", self.store)
        return self

    def __exit__(self, *error):
        shutil.rmtree(self.store, ignore_errors=True)
        shutil.rmtree(FOLDER, ignore_errors=True)

    def do(self, *words, wants=0):
        return host.ssoctl(*words, "--store", self.store, wants=wants)

    def listed(self, *words):
        return json.loads(self.do(*words, "--json").out)

    def people(self):
        members = [row["email"] for row in self.listed("member", "list", "kept")]
        numbers = {row["email"]: row["uid"] for row in self.listed("account", "list")}
        return {email: numbers[email] for email in members}

    def fill(self):
        self.do("org", "create", "kept", "--name", "Kept", "--owner", "boss@kept.example")
        self.do("org", "create", "keptb", "--name", "Keptb", "--owner", "boss@keptb.example")
        self.do("domain", "add", "kept", "kept.test")
        self.do("domain", "verify", "kept", "kept.test", "--by-hand", "for a test run")
        for number in range(PEOPLE):
            self.do("member", "add", "kept", f"p{number}@kept.test")
        self.do("invite", "create", "kept", "guest@elsewhere.example")
