"""Memberships and roles that end by themselves (POLICY K10)."""
import json

import check
import host
import login
import moments

ORG, DOMAIN = "endings", "endings.test"
PASSWORD = "ended-Pebble-63-lantern"
REASON = ("--reason", "the audit of 2026")


def K10_a_membership_ends_at_its_time_and_so_do_its_sessions(rig):
    _made(rig)
    person = _email()
    rig.secrets.add(PASSWORD)
    until = moments.after(60)
    said = json.loads(host.ssoctl("member", "add", ORG, person, "--until", until, *REASON, "--json").out)
    check.equal(said["changed"], True, "the answer")
    check.equal(_row(person)["until"], until, "the column")
    host.set_password(person, PASSWORD)
    terminal = login.open_by_password(rig, person, PASSWORD)
    check.contains(terminal.text, f"This session ends at {until}, as your access does", "what a session says")
    host.ssoctl("member", "expire", "--end-sessions")
    check.equal(_row(person)["status"], "active", "before its time")
    moments.wait_for(until)
    _, text = login.by_password(rig, person, PASSWORD)
    check.that(not login.signed_in(text), f"let in after the end: {check.shown(text)}")
    check.contains(text, "suspended", "what is said then")
    said = json.loads(host.ssoctl("member", "expire", "--end-sessions", "--json").out)
    check.equal([(row["org"], row["login"]) for row in said["ended"]], [(ORG, person)], "what has ended")
    check.that(said["ended"][0]["processes_ended"] > 0, f"nothing was ended: {said}")
    check.equal(host.processes_of(int(host.in_passwd(person)[2])), [], "what runs still")
    terminal.close()
    check.equal(_row(person)["status"], "suspended", "after its time")
    events = [(event["event"], event["detail"]) for event in host.listed("audit", ORG) if event["login"] == person]
    check.that(("member.add", f"as viewer until {until}: {REASON[1]}") in events, f"events: {events}")
    check.that(("member.end", "the membership is suspended") in events, f"events: {events}")
    host.ssoctl("member", "resume", ORG, person)
    _, text = login.by_password(rig, person, PASSWORD)
    check.that(login.signed_in(text), f"not let in once resumed: {check.shown(text)}")
    check.lacks(text, "This session ends", "what is said without an end")


def K10_an_admins_role_that_ends_and_who_is_told_before(rig):
    _made(rig)
    person = _email()
    rig.secrets.add(PASSWORD)
    host.ssoctl("member", "add", ORG, person)
    host.set_password(person, PASSWORD)
    host.ssoctl("member", "role", ORG, person, "admin", "--until", "1h", *REASON)
    terminal = login.open_by_password(rig, person, PASSWORD)
    check.contains(terminal.text, "This session ends at", "what an admin's session says")
    check.equal(json.loads(host.ssoctl("member", "expire", "--json").out)["told"], 0, "who was told an hour before")
    host.ssoctl("member", "role", ORG, person, "admin", "--until", "10m", *REASON)
    said = json.loads(host.ssoctl("member", "expire", "--json").out)
    check.equal((said["told"], said["ended"]), (1, []), "who was told")
    terminal.until("Your access ends at .* and this session with it")
    terminal.close()
    host.ssoctl("member", "role", ORG, person, "admin")
    check.equal(_row(person)["role_until"], None, "the end of a role that was given for good")


def K10_ends_that_are_not_legal_are_refused_with_the_words(rig):
    _made(rig)
    person = _email()
    for words, said in ((("--until", "2h"), "--until and --reason"), (("--reason", "x"), "--until and --reason"),
                        (("--until", "2h", "--reason", ""), "a reason is not empty"),
                        (("--until", "yesterday", *REASON), "nor a day or date to come"),
                        (("--until", "59s", *REASON), "a duration of 60s to 3650d"),
                        (("--until", "9999-01-01", *REASON), "nor a day or date to come"),
                        (("--until", "soon", *REASON), "nor a day or date to come")):
        check.contains(host.ssoctl("member", "add", ORG, person, *words, wants=2).err, said, " ".join(words))
    check.that(person not in host.members(ORG), "a refused end has added somebody")
    owner = f"boss-{ORG}@example.org"
    check.contains(host.ssoctl("member", "resume", ORG, owner, "--until", "2h", *REASON, wants=3).err, "owns org", "the owner's")
    host.ssoctl("member", "add", ORG, person)
    check.contains(host.ssoctl("member", "role", ORG, person, "viewer", "--until", "2h", *REASON, wants=2).err, "viewer", "a viewer's")
    host.ssoctl("member", "resume", ORG, person, "--until", "2h", *REASON)
    check.contains(host.ssoctl("org", "transfer", ORG, person, "--yes", wants=3).err, "ends by itself", "a transfer")
    dumped = json.loads(host.ssoctl("dump").out)
    check.that(person not in json.dumps(dumped), "who goes by themselves is in the document")


_count = []


def _email():
    _count.append(None)
    return f"e{len(_count)}@{DOMAIN}"


def _made(rig):
    rig.orgs._once(ORG, lambda: rig.orgs.create(ORG, DOMAIN, "invite-only"))


def _row(person):
    return host.members(ORG)[person]
