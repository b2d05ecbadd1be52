"""Who could get in at a time: what `access --at` and `access diff` say of what was done to people, accounts and orgs."""
import json
import pathlib
import time

import check
import host
import login
import moments

ORG, DOMAIN = "hindsight", "hindsight.test"
PASSWORD = "hindsight-Pebble-63-lantern"
REASON = ("--reason", "the audit of 2026")


def who_can_get_in_now_are_the_active_members(rig):
    _made(rig)
    locked, suspended, ended = (_add() for _ in range(3))
    host.ssoctl("account", "lock", locked)
    host.ssoctl("member", "suspend", ORG, suspended)
    host.ssoctl("member", "resume", ORG, ended, "--until", moments.after(60), *REASON)
    try:
        for org in (ORG, *(row["slug"] for row in host.listed("org", "list"))):
            out = {row["login"] for row in host.listed("account", "list") if row["status"] != "active"}
            active = {row["login"]: row for row in host.listed("member", "list", org)
                      if row["status"] == "active" and row["login"] not in out}
            now = {row["login"]: row for row in host.listed("access", org)}
            check.equal(sorted(now), sorted(active), f"who can get into {org}")
            for key in ("uid", "email", "role", "until", "role_until", "source", "joined_at"):
                check.equal({name: row[key] for name, row in now.items()},
                            {name: row[key] for name, row in active.items()}, f"{key} in {org}")
        check.that(ended in _now(), "who has not come to their end yet is out")
        moments.wait_for(host.members(ORG)[ended]["until"])
        check.equal(host.members(ORG)[ended]["status"], "active", "the membership, which nobody has written down as ended")
        check.that(ended not in _now(), "who has come to their end can get in")
    finally:
        host.ssoctl("account", "unlock", locked)


def each_change_shows_from_its_moment_on(rig):
    _made(rig)
    person = _add()
    times = {"added": _moment()}
    host.ssoctl("member", "role", ORG, person, "admin")
    times["admin"] = _moment()
    host.ssoctl("member", "suspend", ORG, person)
    times["suspended"] = _moment()
    host.ssoctl("member", "resume", ORG, person)
    host.ssoctl("account", "rename", person, "hindsight-new", "--yes")
    times["renamed"] = _moment()
    host.ssoctl("account", "lock", person)
    times["locked"] = _moment()
    host.ssoctl("account", "unlock", person)
    host.ssoctl("org", "set", ORG, "keys=deny")
    times["keys"] = _moment()
    host.ssoctl("account", "retire", "hindsight-new", "--yes")
    times["retired"] = _moment()
    host.ssoctl("org", "set", ORG, "keys=default")
    seen = {name: _at(at) for name, at in times.items()}
    check.equal(seen["added"][person]["role"], "viewer", "as who they were added")
    check.equal(seen["admin"][person]["role"], "admin", "after another role")
    check.that(person not in seen["suspended"], "who was suspended could get in")
    check.that(person not in seen["renamed"], "the login from before")
    check.equal((seen["renamed"]["hindsight-new"]["uid"], seen["renamed"]["hindsight-new"]["keys"]),
                (seen["added"][person]["uid"], "default"), "under the new login")
    check.that("hindsight-new" not in seen["locked"], "who was locked could get in")
    check.equal(seen["keys"]["hindsight-new"]["keys"], "deny", "the org's keys")
    check.that(not {person, "hindsight-new"} & set(seen["retired"]), "who was retired can get in")
    check.equal(_diff(times["added"], times["admin"]), [(person, person, "changed", "viewer", "admin")], "another role")
    check.equal(_diff(times["admin"], times["suspended"]), [(person, person, "went", "admin", None)], "suspended")
    check.equal(_diff(times["suspended"], times["renamed"]), [("hindsight-new", None, "came", None, "admin")], "back")
    check.equal(_diff(times["admin"], times["renamed"]), [("hindsight-new", person, "changed", "admin", "admin")], "a login")
    check.equal(_diff(times["renamed"], times["retired"]), [("hindsight-new", "hindsight-new", "went", "admin", None)], "retired")
    check.equal(_diff(times["renamed"], times["renamed"]), [], "a moment and itself")


def an_org_that_is_gone_is_known_still(rig):
    host.ssoctl("org", "create", "hindgone", "--name", "Gone", "--owner", "boss@hindgone.example")
    before = _moment()
    host.ssoctl("org", "rename", "hindgone", "hindgone2", "--yes")
    renamed = _moment()
    host.ssoctl("org", "delete", "hindgone2", "--yes")
    for at, slug in ((before, "hindgone"), (renamed, "hindgone2")):
        check.that((slug, "boss@hindgone.example") in {(row["org"], row["login"]) for row in host.listed("access", "--at", at)},
                   f"{slug} is not in what was so at {at}")
    check.that(not any(row["org"].startswith("hindgone") for row in host.listed("access")), "what is gone is there")
    went = [(row["org"], row["login"], row["change"]) for row in host.listed("access", "diff", before, "now")
            if row["org"].startswith("hindgone")]
    check.equal(went, [("hindgone", "boss@hindgone.example", "went")], "what has become of it")
    check.contains(host.ssoctl("access", "hindgone2", "--at", before, wants=4).err, "hindgone2", "what is said of it by name")


def a_sign_in_that_changes_nothing_is_not_kept(rig):
    _made(rig)
    person = _add()
    rig.secrets.add(PASSWORD)
    host.set_password(person, PASSWORD)
    _, text = login.by_password(rig, person, PASSWORD)
    check.that(login.signed_in(text), f"not let in: {check.shown(text)}")
    before = _kept()
    _, text = login.by_password(rig, person, PASSWORD)
    check.that(login.signed_in(text), f"not let in: {check.shown(text)}")
    check.equal(_kept(), before, "what is kept of who could get in, after a sign-in")
    host.ssoctl("member", "suspend", ORG, person)
    check.that(_kept() > before, "a change is not kept, or this test sees nothing")


def what_is_not_known_is_said_to_be_so(rig):
    _made(rig)
    for words, said in ((("--at", "2001-02-03"), "nothing is known before 20"), (("--at", "9000d"), "nothing is known before")):
        refused = host.ssoctl("access", ORG, *words, wants=4)
        check.contains(refused.err, said, " ".join(words))
        check.equal(refused.out, "", f"what is printed of {words}")
    check.contains(host.ssoctl("access", "diff", "2001-02-03", "now", ORG, wants=4).err, "nothing is known", "a diff")
    for words, said in ((("--at", "soon"), "is not a duration ago"), (("--at", "2999-01-01"), "not in the past"),
                        (("diff", "now", "1h"), "is later than TO"), (("diff", "x", "now"), "FROM \"x\""),
                        (("diff", "1h"), "usage|Usage|access diff")):
        check.contains(host.ssoctl("access", *words, wants=2).err, said, " ".join(words))


def a_restore_brings_people_back_and_says_from_when_on(rig):
    store = ("--store", "/run/hindsight/store")
    backup = pathlib.Path("/run/hindsight/a.backup")
    pathlib.Path("/run/hindsight").mkdir(mode=0o700, exist_ok=True)
    host.ssoctl("init", *store)
    host.ssoctl("org", "create", "past", "--name", "Past", "--owner", "boss@past.example", *store)
    host.ssoctl("org", "create", "pastb", "--name", "Past B", "--owner", "boss@pastb.example", *store)
    host.ssoctl("member", "add", "past", "one@past.example", *store)
    host.ssoctl("backup", backup, *store)
    host.ssoctl("member", "role", "past", "one@past.example", "admin", *store)
    host.ssoctl("member", "add", "past", "two@past.example", *store)
    host.ssoctl("org", "delete", "pastb", "--yes", *store)
    between = _moment()
    host.ssoctl("restore", backup, "--yes", *store)
    after = _moment()
    people = {at: {(row["org"], row["login"], row["role"]) for row in host.listed("access", "--at", at, *store)}
              for at in (between, after)}
    owner = ("past", "boss@past.example", "owner")
    check.equal(people[between], {owner, ("past", "one@past.example", "admin"), ("past", "two@past.example", "viewer")},
                "who could get in before the restore")
    check.equal(people[after], {owner, ("past", "one@past.example", "viewer"), ("pastb", "boss@pastb.example", "owner")},
                "who could get in after it")
    fresh = ("--store", "/run/hindsight/fresh")
    host.ssoctl("init", *fresh)
    host.ssoctl("restore", backup, "--yes", *fresh)
    later = _moment()
    check.equal({row["login"] for row in host.listed("access", "--at", later, *fresh)},
                {"boss@past.example", "one@past.example", "boss@pastb.example"}, "who could get in on a fresh host")
    check.contains(host.ssoctl("access", "--at", between, *fresh, wants=4).err, "nothing is known between", "of meanwhile")


def _kept():
    """How many states are kept; the table holds each twice."""
    return int(host.listed("status")["access_states"])


def _now():
    return {row["login"]: row for row in host.listed("access", ORG)}


def _at(moment):
    return {row["login"]: row for row in host.listed("access", ORG, "--at", moment)}


def _diff(before, after):
    return [tuple(row[key] for key in ("login", "login_before", "change", "role_before", "role"))
            for row in host.listed("access", "diff", before, after, ORG)]


def _moment():
    """Now, with a second to itself: what was done is before it, and what is done next is after it."""
    time.sleep(1.1)
    at = moments.after(0)
    moments.wait_for(at)
    return at


_count = []


def _add():
    _count.append(None)
    person = f"h{len(_count)}@{DOMAIN}"
    host.ssoctl("member", "add", ORG, person)
    return person


def _made(rig):
    rig.orgs._once(ORG, lambda: rig.orgs.create(ORG, DOMAIN, "invite-only"))
