"""What members ask for, and who answers (POLICY K10, W1, W3), through the real sudo."""
import datetime
import json
import shutil
import struct
import subprocess

import check
import delegates
import host
import login
import moments
import orgs
import schemas
from delegates import world

ORG, OTHER, DOMAIN = "asks", "asksother", "asks.test"
ADMIN, OTHER_ADMIN = "chief@asks.test", "chief@asksother.test"
PASSWORD = "asked-Pebble-71-lantern"
REASON = "the mail is down"
DAY_S = 86400


def K10_a_role_is_asked_for_given_told_and_ends_by_itself(rig):
    _made(rig)
    person = _member(rig, password=True)
    theirs, admins = login.open_by_password(rig, person, PASSWORD), login.open_by_password(rig, ADMIN, PASSWORD)
    said = _result("request", _asks(rig, person, "--for", "90s", "--json"))
    check.equal((said["wants"], said["replaced"], said["org"]), ("admin", False, ORG), "what is said to who asks")
    admins.until(f"{person} asks for the role of an admin for 90s in org {ORG}")
    listed = json.loads(_ssoctl(rig, ADMIN, "request", "list", ORG, "--json", wants=0).out)
    check.equal([(row["login"], row["wants"], row["for"], row["reason"]) for row in listed], [(person, "admin", "90s", REASON)],
                "what the admin sees")
    before = delegates.stored()
    number = str(listed[0]["number"])
    check.equal(listed[0]["number"], said["number"], "the number that who has asked is told")
    tried = _result("request approve", _ssoctl(rig, ADMIN, "request", "approve", ORG, person, number, "--dry-run", "--json"))
    check.equal((tried["dry_run"], delegates.stored() == before), (True, True), "a try")
    said = _result("request approve", _ssoctl(rig, ADMIN, "request", "approve", ORG, person, number, "--json"))
    theirs.until(f"{ADMIN} has given you the role of an admin in org {ORG} until {said['until']}. Log in anew for it.")
    check.lacks(theirs.text, "--dry-run", "what a try tells")
    check.equal((_row(person)["role"], _row(person)["role_until"]), ("admin", said["until"]), "the role")
    theirs.close()
    admins.close()
    again = login.open_by_password(rig, person, PASSWORD)
    again.send("id -Gn; echo ask''ed")
    again.until("asked")
    check.contains(again.text, f"{ORG}-admins", "the groups of a new session")
    _twice(rig, person)
    events = [event for event in host.listed("audit", ORG) if event["login"] == person]
    check.equal([(event["event"], event["actor"]) for event in events if event["event"] in
                 ("request.ask", "request.approve", "member.role")],
                [("request.ask", person), ("member.role", ADMIN), ("request.approve", ADMIN)], "who did what")
    check.that(all(REASON in event["detail"] for event in events if event["event"].startswith(("request", "member.role"))),
               f"the reason: {events}")
    moments.wait_for(said["until"])
    host.ssoctl("member", "expire", "--end-sessions")
    check.equal((_row(person)["role"], _row(person)["role_until"], _row(person)["status"]), ("viewer", None, "active"), "after it")
    check.equal(host.processes_of(int(host.in_passwd(person)[2])), [], "what the role has opened")
    again.close()


def _twice(rig, person):
    for by in (ADMIN, orgs.owner(ORG)):
        said = _ssoctl(rig, by, "request", "approve", ORG, person, "1", wants=4)
        check.contains(said.err, f'"{person}": has no open request in org "{ORG}"', "a second yes")
        _ssoctl(rig, by, "request", "deny", ORG, person, wants=4)
    check.contains(host.ssoctl("request", "approve", ORG, person, "1", wants=4).err, "has no open request", "root's")


def W3_nobody_else_answers_and_nobody_their_own(rig):
    _made(rig)
    person = _member(rig)
    viewer = _member(rig)
    _asks(rig, person)
    for verb in ("approve", "deny"):
        for by, says in ((person, "you are a viewer there"), (viewer, "you are a viewer there"),
                         (OTHER_ADMIN, "is not one that you are an active member of")):
            _refused(rig, by, verb, person, says)
        host.ssoctl("member", "role", ORG, person, "admin")
        _refused(rig, person, verb, person, "is you")
        host.ssoctl("member", "role", ORG, person, "viewer")
    for words in (("list", ORG), ("list",)):
        _ssoctl(rig, viewer, "request", *words, wants=3)
    _ssoctl(rig, ADMIN, "request", "list", wants=3)
    _ssoctl(rig, OTHER_ADMIN, "request", "list", ORG, wants=3)
    with host.Kept("/etc/group"):
        delegates.into_group("sudo", person)  # an operator from here on: guarded, and more than an admin
        _refused(rig, person, "approve", person, "is you")
        _refused(rig, person, "deny", person, "is you")
        _refused(rig, ADMIN, "approve", person, "only an operator")
        _refused(rig, orgs.owner(ORG), "deny", person, "only an operator")
    check.equal(_row(person)["role"], "viewer", "the role after all that")
    _ssoctl(rig, orgs.owner(ORG), "request", "approve", ORG, person, _number(person), wants=0)
    check.equal(_row(person)["role"], "admin", "the role")


def H68_a_guarded_account_asks_and_an_operator_answers(rig):
    here = _made(rig)
    person = f"mapped@{DOMAIN}"
    host.add_local_user("askmapped", PASSWORD)
    host.ssoctl("member", "add", ORG, person, "--local-user", "askmapped")
    said = here.run_as("askmapped", [_gid()], *_request(), "--role", "admin")
    check.equal(said.status, 0, f"a mapped member asks: {said.text}")
    _refused(rig, ADMIN, "approve", person, "only an operator")
    _refused(rig, ADMIN, "deny", person, "only an operator")
    said = here.ssoctl(delegates.OPERATOR, "request", "approve", ORG, "askmapped", _number("askmapped"), "--json")
    check.equal((said.status, _row(person)["role"]), (0, "admin"), f"an operator's yes: {said.text}")
    check.equal([event["actor"] for event in host.listed("audit", ORG) if event["event"] == "request.approve"][-1],
                delegates.OPERATOR, "who is said to have done it")


def K10_a_no_is_told_and_the_next_one_replaces_what_was_asked(rig):
    _made(rig)
    person = _member(rig, password=True)
    _asks(rig, person)
    _set_back(person, 60)
    check.equal(_result("request add", _ssoctl(rig, person, "request", "add", ORG, "--role", "admin", "--for", "30m", "--reason",
                                               REASON, "--json"))["replaced"], True, "the second one")
    rows = [row for row in host.listed("request", "list") if row["login"] == person]
    check.equal([(row["org"], row["for"]) for row in rows], [(ORG, "30m")], "what is open, on the whole host")
    theirs = login.open_by_password(rig, person, PASSWORD)
    no = "nicht h\u00fcbsch genug"
    said = _result("request deny", _ssoctl(rig, ADMIN, "request", "deny", ORG, person, "--reason", no, "--json"))
    check.equal(said["reason"], REASON, "the reason of who has asked")
    theirs.until(rf"{ADMIN} has denied you the role of an admin for 30m in org {ORG}: nicht h\\xc3\\xbcbsch genug")
    theirs.close()
    event = [event for event in host.listed("audit", ORG) if event["event"] == "request.deny"][-1]
    check.equal((event["actor"], event["login"], event["detail"]), (ADMIN, person, f"admin for 30m: {REASON}; denied: {no}"), "the event")
    check.equal(_row(person)["role"], "viewer", "the role")
    _ssoctl(rig, ADMIN, "request", "approve", ORG, person, "1", wants=4)


def K10_what_was_put_in_the_place_of_what_an_admin_has_seen_is_not_given(rig):
    _made(rig)
    person = _member(rig)
    _asks(rig, person, "--for", "60s")
    seen = _number(person)
    admins = login.open_by_password(rig, ADMIN, PASSWORD)
    _set_back(person, 60)
    now = str(_result("request", _asks(rig, person, "--for", "30d", "--json"))["number"])
    admins.until(f"{person} asks for the role of an admin for 30d in org {ORG}, in place of what was asked before; that is request {now} ")
    admins.close()
    check.equal(_number(person), now, "the number in the list")
    before = delegates.stored()
    for verb in ("approve", "deny"):
        said = _ssoctl(rig, ADMIN, "request", verb, ORG, person, seen, wants=3)
        check.contains(said.err, f"request {seen} was replaced by {now}, admin for 30d; look at 'ssoctl request list {ORG}' again", verb)
    for number in ("0", "-1", "x", ""):
        _ssoctl(rig, ADMIN, "request", "approve", ORG, person, number, wants=2)
    _ssoctl(rig, ADMIN, "request", "approve", ORG, person, wants=2)
    check.equal((delegates.stored() == before, _row(person)["role"]), (True, "viewer"), "what was given")
    _ssoctl(rig, ADMIN, "request", "deny", ORG, person, now)


def H74_asking_again_and_again_does_not_fill_the_audit_trail(rig):
    _made(rig)
    person = _member(rig)
    first = _result("request", _asks(rig, person, "--json"))
    before = delegates.stored()
    again = _result("request", _asks(rig, person, "--json"))
    check.equal(again, {**first, "changed": False}, "asked for the same again")
    said = _ssoctl(rig, person, "request", ORG, "--role", "admin", "--for", "2h", "--reason", "another", "--dry-run", wants=3)
    check.contains(said.err, "something else may be asked for from 20", "asked for something else at once")
    check.equal(delegates.stored(), before, "the store")
    host.ssoctl("request", "deny", ORG, person)


def K10_who_may_ask_and_for_what(rig):
    _made(rig)
    person, out = _member(rig), _member(rig)
    host.ssoctl("member", "add", OTHER, out)
    for who, words, says in ((ADMIN, ("--role", "admin"), "is there already"), (orgs.owner(ORG), ("--role", "admin"), "owner"),
                             (person, (), "access is there already"), (OTHER_ADMIN, ("--role", "admin"), "that you are a member of")):
        said = _ssoctl(rig, who, "request", ORG, *words, "--for", "2h", "--reason", REASON, wants=3)
        check.contains(said.err, says, f"{who} asks")
    nobody = _ssoctl(rig, OTHER_ADMIN, "request", "nosuchorg", "--for", "2h", "--reason", REASON, wants=3)
    check.equal(nobody.err.replace("nosuchorg", ORG), said.err, "the words for an org that there is not")
    check.equal(host.ssoctl("request", ORG, "--for", "2h", "--reason", REASON, wants=3).out, "", "of root, who is nobody's account")
    for words in (("--for", "59s", "--reason", "x"), ("--for", "31d", "--reason", "x"), ("--for", "2h", "--reason", ""),
                  ("--for", "2h", "--reason", "a\x1bb"), ("--for", "2h"), ("--reason", "x"),
                  ("--for", "2h", "--reason", "x", "--role", "owner")):
        _ssoctl(rig, person, "request", ORG, *words, wants=2)
    closed = world(rig).run_as(person, [_gid(OTHER)], *_request(), "--role", "admin")
    check.equal(closed.status, 3, f"in a session that has not opened the org: {closed.text}")
    check.contains(closed.err, "has not opened it", "what is said there")
    host.ssoctl("member", "suspend", ORG, out)
    said = world(rig).run_as(out, [_gid(OTHER)], *_request())
    check.equal(said.status, 3, f"whom an admin has suspended: {said.text}")
    check.contains(said.err, "an admin has suspended this membership", "what is said to them")
    check.equal([row for row in host.listed("request", "list", ORG) if row["login"] in (person, out)], [], "what has been asked")


def K10_access_that_has_ended_is_asked_for_from_another_org(rig):
    _made(rig)
    person = _member(rig)
    host.ssoctl("member", "add", OTHER, person)
    until = moments.after(61)
    host.ssoctl("member", "resume", ORG, person, "--until", until, "--reason", REASON)
    longer = _ssoctl(rig, person, "request", ORG, "--for", "2h", "--reason", REASON, "--dry-run", wants=0)
    check.contains(longer.err, "access for 2h", "asking for longer, before it")
    moments.wait_for(until)
    host.ssoctl("member", "expire")
    check.equal(_row(person)["status"], "suspended", "past its end")
    said = world(rig).run_as(person, [_gid(OTHER)], *_request(), "--role", "admin")
    check.equal(said.status, 3, f"a role before access: {said.text}")
    said = world(rig).run_as(person, [_gid(OTHER)], *_request())
    check.equal(said.status, 0, f"access again: {said.text}")
    said = _result("request approve", _ssoctl(rig, ADMIN, "request", "approve", ORG, person, _number(person), "--json"))
    check.equal(said["wants"], "access", "what was given")
    check.equal((_row(person)["status"], _row(person)["until"]), ("active", said["until"]), "the membership")


def K10_what_is_asked_goes_with_the_membership_and_after_a_day(rig):
    _made(rig)
    gone, late = _member(rig), _member(rig)
    _asks(rig, gone)
    host.ssoctl("member", "remove", ORG, gone, "--yes")
    host.ssoctl("member", "add", ORG, gone)
    _ssoctl(rig, ADMIN, "request", "approve", ORG, gone, "1", wants=4)
    _asks(rig, late)
    _set_back(late, DAY_S - 600)
    check.that(_is_open(late), "gone before a day is over")
    _set_back(late, 600)
    check.that(not _is_open(late), "still there after a day")
    _ssoctl(rig, ADMIN, "request", "approve", ORG, late, "1", wants=4)
    check.equal(_result("request", _asks(rig, late, "--json"))["replaced"], False, "what a new one replaces")
    backup, other = rig.folder / "asks.backup", ("--store", "/run/asks-store")
    host.ssoctl("backup", backup)
    host.ssoctl("init", *other)
    host.ssoctl("restore", backup, *other, "--yes")
    check.that(host.listed("member", "list", ORG, *other), "nothing was restored")
    check.equal(host.listed("request", "list", *other), [], "what a backup brings back")
    shutil.rmtree(other[1])
    check.that(_is_open(late), "what a backup takes away")
    host.ssoctl("request", "deny", ORG, late)


def K10_of_two_answers_at_once_one_counts(rig):
    _made(rig)
    person = _member(rig)
    for verbs in (("approve", "approve"), ("approve", "deny"), ("deny", "approve")):
        number = str(_result("request", _asks(rig, person, "--json"))["number"])
        running = [_starts(rig, by, "request", verb, ORG, person, number) for by, verb in zip((ADMIN, orgs.owner(ORG)), verbs)]
        said = [process.communicate()[0] for process in running]
        codes = [process.returncode for process in running]
        check.equal(sorted(codes), [0, 4], f"{verbs}: {said}")
        won = verbs[codes.index(0)]
        check.equal(_row(person)["role"], "admin" if won == "approve" else "viewer", f"the role after {verbs}, {codes}")
        events = [event["event"] for event in host.listed("audit", ORG) if event["login"] == person]
        check.equal(sum(event.startswith("request.") for event in events) % 2, 0, f"one answer for each: {events}")
        host.ssoctl("member", "role", ORG, person, "viewer")


def an_org_that_is_called_as_a_verb_is_asked_by_request_add(rig):
    _made(rig)
    for slug in ("approve", "deny", "add"):
        host.ssoctl("org", "create", slug, "--name", slug, "--owner", f"boss-{slug}@{DOMAIN}")
    try:
        for slug in ("approve", "deny", "add"):
            person = _member(rig, org=slug)
            words = ("--role", "admin", "--for", "2h", "--reason", REASON)
            host_row = host.listed("org", "show", slug)
            here = world(rig)
            said = here.run_as(person, [host_row["gid"]], "sudo", "-n", "ssoctl", "request", slug, *words)
            check.equal((said.status, host.listed("request", "list", slug)), (2, []), f"request {slug}: {said.text}")
            said = here.run_as(person, [host_row["gid"]], "sudo", "-n", "ssoctl", "request", "add", slug, *words)
            check.equal((said.status, len(host.listed("request", "list", slug))), (0, 1), f"request add {slug}: {said.text}")
            host.ssoctl("request", "deny", slug, person)
    finally:
        for slug in ("approve", "deny", "add"):
            host.ssoctl("org", "delete", slug, "--yes")


def the_sample_for_sudo_lets_members_ask_and_nothing_more(rig):
    here = _made(rig)
    person = _member(rig)
    sample = (host.DIST / "sudoers.d/ssoorg").read_text().replace("ORG", ORG)
    try:
        here.let(sample, "ssoorg-asks")
        _asks(rig, person)
        check.that(_is_open(person), "nothing was asked")
        for words in (("request", "list", ORG), ("request", "approve", ORG, person, "1"), ("request", OTHER, "--for", "2h", "--reason", "x")):
            check.contains(_ssoctl(rig, person, *words, wants=1).err, "sudo: ", f"what sudo says of {words}")
        _ssoctl(rig, person, "request", ORG, "--for", "2h", "--reason", "x", "--store", "/tmp/x", wants=3)
        _ssoctl(rig, ADMIN, "request", "approve", ORG, person, _number(person), wants=0)
    finally:
        here.let(delegates.ANYBODY)


_count = []


def _made(rig):
    def make():
        rig.secrets.add(PASSWORD)
        rig.orgs.create(ORG, DOMAIN, "invite-only")
        host.ssoctl("org", "create", OTHER, "--name", "Other", "--owner", "boss@asksother.test")
        host.ssoctl("member", "add", ORG, ADMIN, "--role", "admin")
        host.set_password(ADMIN, PASSWORD)
        host.ssoctl("member", "add", OTHER, OTHER_ADMIN, "--role", "admin")
    rig.orgs._once(ORG, make)
    return world(rig)


def _member(rig, password=False, org=ORG):
    _count.append(None)
    person = f"a{len(_count)}@{DOMAIN}"
    host.ssoctl("member", "add", org, person)
    if password:
        host.set_password(person, PASSWORD)
    return person


def _gid(org=ORG):
    return host.listed("org", "show", org)["gid"]


def _groups(who):
    row = host.listed("org", "show", OTHER if who == OTHER_ADMIN else ORG)
    return [row["gid"], row["admins_gid"]] if who in (ADMIN, OTHER_ADMIN, orgs.owner(ORG)) else [row["gid"]]


def _ssoctl(rig, who, *words, wants=0):
    """ssoctl through sudo in a session that opened their org."""
    said = world(rig).run_as(who, _groups(who), "sudo", "-n", "ssoctl", *words)
    check.equal(said.status, wants, f"exit status of {who}: ssoctl {' '.join(words)}: {check.shown(said.text)}")
    return said


def _starts(rig, who, *words):
    uid, gid = host.in_passwd(who)[2:4]
    listed = ",".join(map(str, [gid, *_groups(who)]))
    return subprocess.Popen(["setpriv", "--reuid", uid, "--regid", gid, "--groups", listed, "--", "sudo", "-n", "ssoctl", *words],
                            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


def _request():
    return "sudo", "-n", "ssoctl", "request", ORG, "--for", "2h", "--reason", REASON


def _asks(rig, who, *more):
    words = ("--role", "admin", *more) if "--for" in more else ("--role", "admin", "--for", "2h", *more)
    return _ssoctl(rig, who, "request", ORG, *words, "--reason", REASON)


def _refused(rig, by, verb, person, says):
    before = delegates.stored()
    said = _ssoctl(rig, by, "request", verb, ORG, person, _number(person), wants=3)
    check.contains(said.err, says, f"{by}: request {verb}")
    check.equal(delegates.stored(), before, f"the store after request {verb} of {by}")


def _result(command, said):
    value = json.loads(said.out)
    check.equal(schemas.problems(command, value), [], f"problems of {said.out}")
    return value


def _number(person):
    """As the list shows it; "1" is none of a request, for who has none."""
    return ([str(row["number"]) for row in host.listed("request", "list", ORG) if person in (row["login"], row["email"])] or ["1"])[0]


def _is_open(person):
    return person in [row["login"] for row in host.listed("request", "list", ORG)]


def _set_back(person, seconds):
    """As if that time had passed since they asked: the two moments stand side by side in the store's file."""
    row, = [row for row in host.listed("request", "list", ORG) if row["login"] == person]
    moments = [int(datetime.datetime.fromisoformat(row[key].replace("Z", "+00:00")).timestamp()) for key in ("asked_at", "expires_at")]
    path = host.STORE / "data.mdb"
    stored, earlier = struct.pack("<qq", *moments), struct.pack("<qq", *(at - seconds for at in moments))
    contents = path.read_bytes()
    check.that(stored in contents, "the request is not found in the store's file")
    with path.open("r+b") as file:
        file.write(contents.replace(stored, earlier))


def _row(person):
    return host.members(ORG)[person]
