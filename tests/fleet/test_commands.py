# SPDX-License-Identifier: Apache-2.0
"""ssoctl fleet and ssoorg-sync: from nothing to hosts that have the same people."""
import json
import os
import pathlib
import re
import signal
import subprocess

import check
import driver
import engine
import member
import schemas


def a_fleet_from_nothing_and_a_change_is_on_the_other_host(fleet):
    member.make_database(fleet, "nothing")
    admin, web = member.Member(fleet, "admin1"), member.Member(fleet, "web1")
    made = admin.init("nothing")
    check.equal((made["host"], made["changed"]), ("admin1", True), "what is said")
    check.contains(made["warning"], "no synchronous standby", "what can be lost is said")
    admin.must("org", "create", "acme", "--name", "Acme", "--owner", "boss@acme.test")
    admin.must("member", "add", "acme", "ann@acme.test")
    bundle = admin.add("web1", "--orgs", "acme")
    check.equal(bundle.stat().st_mode & 0o777, 0o600, "the mode of the bundle")
    joined = web.shown("fleet", "join", "--bundle", bundle)
    check.equal((joined["host"], joined["admin"], joined["orgs"], joined["clashes"]), ("web1", False, 1, 0), "what is said")
    check.equal(web.members("acme")["ann@acme.test"]["uid"], admin.members("acme")["ann@acme.test"]["uid"], "the number")
    with web.following() as follower:
        check.soon(lambda: web.shown("fleet", "status")["contact_at"], "it says that it is there")
        admin.must("member", "suspend", "acme", "ann@acme.test")
        check.soon(lambda: web.members("acme")["ann@acme.test"]["status"] == "suspended", "the change is on the other host")
        refused = web.must("member", "resume", "acme", "ann@acme.test", wants=3)
        check.contains(refused, "changed on an admin host, admin1", "who may change it")
        follower.send_signal(signal.SIGTERM)
        check.equal(follower.wait(check.HANG_S), 0, "it ends when it is told to")
    hosts = {row["host"]: row for row in json.loads(admin.must("fleet", "list", "--json"))}
    check.equal((hosts["admin1"]["admin"], hosts["web1"]["admin"], hosts["web1"]["orgs"]), (True, False, ["acme"]), "the hosts")
    check.that(hosts["web1"]["contact_at"] and not hosts["web1"]["stopped"], f"{hosts}")
    status = web.shown("fleet", "status")
    check.equal((status["engine"], status["behind"], status["stopped"], status["clashes"]), ("answers", 0, None, []), "the status")
    metrics = web.must("status", "--prometheus", "-")
    check.contains(metrics, r"\nssoorg_fleet_caught_up_seconds 1\d{9}\n(.*\n)*ssoorg_fleet_stopped 0\n(.*\n)*ssoorg_fleet_clashes 0\n", "metrics")
    for host in (admin, web):
        check.equal([found["severity"] for found in _findings(host)], ["ok"], f"what is found wrong: {_findings(host)}")
        check.lacks(host.must("fleet", "status") + host.must("audit"), "password", "what is shown")


def _findings(host):
    """What `ssoctl check` says of the fleet."""
    found = json.loads(host.ctl("check", "--offline", "--json")[1])
    return [one for one in found if one["check"] == "fleet"]


def what_a_host_serves_is_set_and_taken_away(fleet):
    member.make_database(fleet, "serves", "serves_owner")
    admin, web = member.Member(fleet, "admin2"), member.Member(fleet, "web2")
    admin.init("serves", "serves_owner")
    for org in ("left", "right"):
        admin.must("org", "create", org, "--name", org, "--owner", f"boss@{org}.test")
    web.must("fleet", "join", "--bundle", admin.add("web2"))
    web.must("org", "create", "own", "--name", "Own", "--owner", "boss@own.test")
    check.equal([row["slug"] for row in json.loads(web.must("org", "list", "--json"))], ["own"], "the orgs")
    for orgs in ("left,right", "right"):
        admin.must("fleet", "set", "web2", "--orgs", orgs)
        web.sync_once()
        there = sorted(row["slug"] for row in json.loads(web.must("org", "list", "--json")))
        check.equal(there, sorted([*orgs.split(","), "own"]), "the orgs")
    check.contains(admin.must("fleet", "set", "web2", "--orgs", "nowhere", wants=4), "no such org", "an org that is not there")
    check.contains(admin.must("fleet", "set", "web9", "--orgs", "left", wants=4), 'host "web9"', "a host that is not there")
    for orgs in ("", ",", "left,", "left,,right"):
        check.contains(admin.must("fleet", "set", "web2", "--orgs", orgs, wants=2), "is to serve none leaves", "a list with a gap")
    check.contains(admin.must("fleet", "set", "admin2", "--orgs", "left", wants=3), "serves every org", "an admin host")
    left = web.shown("fleet", "leave", "--yes")
    check.equal((left["orgs"], left["kept"]), (1, False), "what is said")
    check.equal([row["slug"] for row in json.loads(web.must("org", "list", "--json"))], ["own"], "what is left")
    check.contains(web.must("fleet", "status", wants=3), "in no fleet", "the status")
    check.contains(web.sync_once(wants=1), "in no fleet", "ssoorg-sync")
    admin.must("fleet", "remove", "web2", "--yes")
    check.equal([row["host"] for row in json.loads(admin.must("fleet", "list", "--json"))], ["admin2"], "the hosts")
    check.contains(admin.must("fleet", "remove", "web2", "--yes", wants=4), "has none of this name", "twice")
    check.contains(admin.must("fleet", "remove", "admin2", "--yes", wants=2), "the one that this is asked from", "itself")


def what_admins_of_an_org_may_do_by_sudo_follows_the_fleet(fleet):
    member.make_database(fleet, "sudo", "sudo_owner")
    admin, here = member.Member(fleet, "admin10"), member.Member(fleet, "web10", own=True)
    admin.init("sudo", "sudo_owner")
    for org in ("first", "second"):
        admin.must("org", "create", org, "--name", org, "--owner", f"boss@{org}.test")
    admin.must("org", "set", "first", "admins-sudo=yes", "--yes")
    rules = pathlib.Path("/etc/sudoers.d/ssoorg")  # as where sudo is wired
    rules.parent.mkdir(exist_ok=True)
    rules.write_text("# ssoorg: to be written anew\n")
    here.must("fleet", "join", "--bundle", admin.add("web10", "--orgs", "first,second"))
    check.contains(rules.read_text(), "%first-admins ALL=", "sudo's rules after joining")
    admin.must("org", "set", "second", "admins-sudo=yes", "--yes")
    admin.must("org", "set", "first", "admins-sudo=no")
    here.sync_once()
    check.contains(rules.read_text(), "%second-admins ALL=", "sudo's rules after a change elsewhere")
    check.lacks(rules.read_text(), "first-admins", "sudo's rules after a change elsewhere")
    admin.must("fleet", "set", "web10", "--orgs", "first")
    here.sync_once()
    check.lacks(rules.read_text(), "second-admins", "sudo's rules of an org that is not served any more")
    here.must("fleet", "leave", "--yes")


def what_a_delegate_changes_on_an_admin_host_is_the_fleets_and_audited(fleet):
    member.make_database(fleet, "delegates", "delegates_owner")
    admin, web = member.Member(fleet, "admin12", own=True), member.Member(fleet, "web12")
    admin.init("delegates", "delegates_owner")
    admin.must("org", "create", "looked", "--name", "Looked", "--owner", "boss@looked.test")
    for person in ("ann", "bob"):
        admin.must("member", "add", "looked", f"{person}@looked.test")
    admin.must("account", "set", "ann@looked.test", "email=proven", "--reason", "known", "--yes")
    admin.must("member", "role", "looked", "ann@looked.test", "admin")
    web.must("fleet", "join", "--bundle", admin.add("web12", "--orgs", "looked"))
    status, said = _as_delegate(admin, "ann@looked.test", "looked", "member", "suspend", "looked", "bob@looked.test")
    check.equal(status, 0, f"what an org's admin changes: {said}")
    event = json.loads(admin.must("audit", "looked", "--json"))[-1]
    check.equal((event["event"], event["actor"], event["login"]), ("member.suspend", "ann@looked.test", "bob@looked.test"), "the event")
    for host in (admin, web):
        host.sync_once()
        check.equal(host.members("looked")["bob@looked.test"]["status"], "suspended", f"what it is on {host.name}")
    status, said = _as_delegate(admin, "ann@looked.test", "looked", "member", "suspend", "looked", "boss@looked.test")
    check.equal(status, 3, f"what an org's admin may not: {said}")
    admin.must("fleet", "leave", "--yes")


def _as_delegate(host, person, org, *words):
    """ssoctl as sudo starts it for somebody whose session has opened the org."""
    pathlib.Path("/etc/ssoorg").mkdir(exist_ok=True)
    pathlib.Path("/etc/ssoorg/ssoorg.conf").touch()
    shown = host.shown("org", "show", org)
    done = subprocess.run(["setpriv", "--groups", f"{shown['gid']},{shown['admins_gid']}", driver.SSOCTL, *words],
                          env={"PATH": os.defpath, "SUDO_UID": str(host.members(org)[person]["uid"])},
                          stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=check.HANG_S, check=False)
    return done.returncode, done.stdout + done.stderr


def what_is_only_tried_says_what_would_be_and_changes_nothing(fleet):
    member.make_database(fleet, "tried", "tried_owner")
    admin, web = member.Member(fleet, "admin5"), member.Member(fleet, "web5")
    url = f"postgresql://tried_owner@127.0.0.1:{fleet.engine.port}/tried"
    tried = admin.shown("fleet", "init", url, "--password-file", "-", "--host", "admin5", "--dry-run", stdin=engine.PASSWORD)
    check.equal((tried["dry_run"], tried["host"]), (True, "admin5"), "what is said")
    check.contains(admin.must("fleet", "status", wants=3), "in no fleet", "the status")
    admin.init("tried", "tried_owner")
    admin.must("org", "create", "tried", "--name", "Tried", "--owner", "boss@tried.test")
    bundle = admin.folder / "tried.bundle"
    check.that(admin.shown("fleet", "add", "web5", "--bundle", bundle, "--dry-run")["dry_run"], "what is said")
    check.that(not bundle.exists(), "the bundle of a host that was not added is there")
    real = admin.add("web5", "--orgs", "tried")
    check.equal(web.shown("fleet", "join", "--bundle", real, "--dry-run")["orgs"], 0, "what is said")
    check.contains(web.must("fleet", "status", wants=3), "in no fleet", "the status")
    web.must("fleet", "join", "--bundle", real)
    for words in (("set", "web5", "--orgs", "tried"), ("remove", "web5", "--yes")):
        check.that(admin.shown("fleet", *words, "--dry-run")["dry_run"], f"what {words} says")
    check.that(web.shown("fleet", "leave", "--yes", "--dry-run")["dry_run"], "what is said")
    web.sync_once()
    check.that("boss@tried.test" in web.members("tried"), "it serves the org no more")


def who_leaves_and_keeps_has_the_orgs_as_its_own(fleet):
    member.make_database(fleet, "keeps", "keeps_owner")
    admin = member.Member(fleet, "admin3")
    admin.init("keeps", "keeps_owner")
    admin.must("org", "create", "kept", "--name", "Kept", "--owner", "boss@kept.test")
    before = admin.members("kept")
    admin.must("fleet", "leave", "--keep", "--yes")
    check.equal(admin.members("kept"), before, "who is there")
    admin.must("member", "add", "kept", "new@kept.test")
    member.make_database(fleet, "keeps2", "keeps2_owner")
    for what in ("org", "account"):
        said = admin.init("keeps2", "keeps2_owner", wants=3)
        check.contains(said, f'{what} ".*": was kept from a fleet', "another fleet")
        if what == "org":
            admin.must("org", "delete", "kept", "--yes")
    for email in ("boss@kept.test", "new@kept.test"):
        admin.must("account", "remove", email, "--yes")
    admin.init("keeps2", "keeps2_owner")


def a_credential_alone_lets_nobody_in_and_a_removed_one_not_any_more(fleet):
    member.make_database(fleet, "trust", "trust_owner")
    admin, web = member.Member(fleet, "admin4"), member.Member(fleet, "web4")
    admin.init("trust", "trust_owner")
    check.contains(web.must("fleet", "add", "web5", "--bundle", "/run/web5", wants=3), "in no fleet", "a host that is in none")
    bundle = web.folder / "early"
    added = admin.shown("fleet", "add", "web4", "--bundle", bundle)
    check.lacks(added["sql"], json.loads(bundle.read_text())["password"], "the SQL that is printed")
    check.contains(web.must("fleet", "join", "--bundle", bundle, wants=1), "password|authentication", "before the role is there")
    check.contains(web.must("fleet", "status", wants=3), "in no fleet", "the status")
    check.contains(admin.must("fleet", "add", "web4", "--bundle", bundle, wants=1), "File exists", "over the bundle")
    check.contains(admin.must("fleet", "add", "web4", "--bundle", f"{bundle}2", wants=1), "in the fleet already", "twice")
    check.that(not (web.folder / "early2").exists(), "the bundle of a host that was not added is there")
    fleet.engine.ask(None, added["sql"], "postgres")
    web.must("fleet", "join", "--bundle", bundle)
    check.contains(web.must("fleet", "join", "--bundle", bundle, wants=3), "in a fleet already", "twice")
    for words in (("list",), ("add", "web6", "--bundle", "/run/web6"), ("set", "web4", "--orgs", "x"), ("remove", "web4", "--yes")):
        check.contains(web.must("fleet", *words, wants=3), "on an admin host of the fleet: admin4", "a member host")
    admin.must("fleet", "remove", "web4", "--yes")
    check.contains(web.sync_once(wants=1), "is no host of this fleet", "one that was removed")
    again = admin.add("web4")
    check.contains(web.sync_once(wants=1), "is no host of this fleet", "its old credential when one of its name is added")
    web.must("fleet", "leave", "--yes")
    check.contains(web.must("fleet", "join", "--bundle", bundle, wants=3), "is no host of this fleet", "the bundle of before")
    check.contains(web.must("fleet", "status", wants=3), "in no fleet", "the status")
    web.must("fleet", "join", "--bundle", again)


def a_database_that_cannot_be_a_fleets_is_told_of(fleet):
    member.make_database(fleet, "twice1", "twice_owner")
    one, two = member.Member(fleet, "admin6"), member.Member(fleet, "admin7")
    one.init("twice1", "twice_owner")
    check.contains(two.init("twice1", "twice_owner", wants=3), "has a fleet already", "twice")
    check.contains(one.init("twice1", "twice_owner", wants=3), "in a fleet already", "from a host that is in it")
    check.contains(two.init("nowhere", "twice_owner", wants=1), "nowhere", "no such database")
    for url, words in (("postgresql://owner:Secret-9@db/fleet", "holds a password"), ("http://db/fleet", "is not postgresql://"),
                       ("postgresql://owner@db", "is not postgresql://"), ("postgresql://owner@/fleet", "HOSTs"),
                       ("postgresql://owner@db/fl%20eet", "LOGIN and DATABASE")):
        said = two.must("fleet", "init", url, "--password-file", "-", stdin="x\n", wants=2)
        check.contains(said, words, url)
        check.lacks(said, "Secret-9", "what is said")
    member.make_database(fleet, "weak", "weak_owner", "CREATEROLE")
    # The roles are another fleet's of this server: since PostgreSQL 16 whoever may make roles may not give these away.
    fleet.engine.ask(None, "GRANT ssoorg_tables, ssoorg_functions, ssoorg_host, ssoorg_admin TO weak_owner WITH ADMIN OPTION", "postgres")
    made = two.init("weak", "weak_owner")
    two.must("org", "create", "weak", "--name", "Weak", "--owner", "boss@weak.test")
    check.equal(two.shown("fleet", "status")["engine"], "answers", f"a fleet made by who is no superuser: {made}")


def a_host_without_a_machine_id_joins_no_fleet(fleet):
    member.make_database(fleet, "nobody", "nobody_owner")
    admin, web = member.Member(fleet, "admin13"), member.Member(fleet, "web13")
    admin.init("nobody", "nobody_owner")
    bundle = admin.add("web13")
    machine = pathlib.Path("/etc/machine-id")
    before = machine.read_text()
    try:
        for text in ("", "uninitialized\n", "0123\n"):
            machine.write_text(text)
            check.contains(web.must("fleet", "join", "--bundle", bundle, wants=1), "has no machine-id", f"with {text!r}")
            check.contains(web.must("fleet", "status", wants=3), "in no fleet", "the status")
    finally:
        machine.write_text(before)
    web.must("fleet", "join", "--bundle", bundle)


def a_bundle_that_is_damaged_is_told_of(fleet):
    web = member.Member(fleet, "web7")
    good = {"ssoorg-fleet": 1, "host": "web7", "engines": "127.0.0.1:1", "database": "x", "login": "y", "password": "z", "ca": None,
            "admin": 0, "admins": ""}
    for change, words in (({"ssoorg-fleet": 2}, "no bundle"), ({"host": "../x"}, '"host"'), ({"password": ""}, '"password"'),
                          ({"engines": "a b"}, '"engines"'), ({"ca": "no PEM"}, "no certificate"), ({"more": 1}, "more: is not known"),
                          ({"database": None}, "database: is not a string")):
        said = web.must("fleet", "join", "--bundle", "-", stdin=json.dumps({**good, **change}), wants=2)
        check.contains(said, words, f"{change}")
    check.contains(web.must("fleet", "join", "--bundle", "-", stdin="{", wants=2), "is not JSON", "half of one")
    said = web.must("fleet", "join", "--bundle", "-", stdin=json.dumps(good), wants=1)
    check.contains(said, r"127\.0\.0\.1", "an engine that is not there")


def a_copy_of_a_host_stops_both(fleet):
    """Somebody goes on with a store as it was before: the fleet hears neither."""
    member.make_database(fleet, "copies", "copies_owner")
    admin, web = member.Member(fleet, "admin8"), member.Member(fleet, "web8")
    admin.init("copies", "copies_owner")
    web.must("fleet", "join", "--bundle", admin.add("web8"))
    before = (web.folder / "store/data.mdb").read_bytes()
    for _ in range(2):
        web.sync_once()
    (web.folder / "store/data.mdb").write_bytes(before)
    check.contains(web.sync_once(wants=1), "another host has come to the fleet by this one's name", "the copy")
    check.contains(web.sync_once(wants=1), "there are two of it", "from then on")
    check.contains(web.shown("fleet", "status")["stopped"], "by this one's name", "the status")
    check.equal([found["severity"] for found in _findings(web)], ["critical"], "what is found wrong")
    check.contains(web.must("status", "--prometheus", "-"), r"\nssoorg_fleet_stopped 1\n", "the metrics")
    hosts = {row["host"]: row for row in json.loads(admin.must("fleet", "list", "--json"))}
    check.that(hosts["web8"]["stopped"], f"{hosts}")


def who_leaves_stays_out_beside_a_service_that_runs(fleet):
    member.make_database(fleet, "leaves", "leaves_owner")
    admin, web = member.Member(fleet, "admin11"), member.Member(fleet, "web11")
    admin.init("leaves", "leaves_owner")
    admin.must("org", "create", "leaves", "--name", "Leaves", "--owner", "boss@leaves.test")
    web.must("fleet", "join", "--bundle", admin.add("web11", "--orgs", "leaves"))
    with web.following():
        admin.must("member", "add", "leaves", "one@leaves.test")
        check.soon(lambda: "one@leaves.test" in web.members("leaves"), "it follows")
        login = next(row["login"] for row in json.loads(admin.must("fleet", "list", "--json")) if row["host"] == "web11")
        web.must("fleet", "leave", "--yes")
        admin.must("member", "add", "leaves", "two@leaves.test")  # of which it is told
        check.soon(lambda: not fleet.engine.sessions(login), "its connection ends")
        check.equal(json.loads(web.must("org", "list", "--json")), [], "the orgs of who has left")


def an_engine_that_is_away_keeps_an_admin_from_changing_and_a_follower_comes_back(fleet):
    member.make_database(fleet, "gone", "gone_owner")
    admin, web = member.Member(fleet, "admin9"), member.Member(fleet, "web9")
    admin.init("gone", "gone_owner")
    admin.must("org", "create", "gone", "--name", "Gone", "--owner", "boss@gone.test")
    web.must("fleet", "join", "--bundle", admin.add("web9", "--orgs", "gone"))
    with web.following():
        fleet.engine.end()
        said = admin.must("member", "add", "gone", "ann@gone.test", wants=1)
        check.contains(said, r"127\.0\.0\.1", "what is said without an engine")
        check.that("ann@gone.test" not in admin.members("gone"), "it was stored all the same")
        status = web.shown("fleet", "status")
        check.contains(status["engine"], r"127\.0\.0\.1", "the status without an engine")
        fleet.engine.begin()
        admin.must("member", "add", "gone", "ann@gone.test")
        check.soon(lambda: "ann@gone.test" in web.members("gone"), "it takes over again")
