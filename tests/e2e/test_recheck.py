"""K9: everybody is asked about again, and who is gone is written down, told and, where the org says so, removed."""
import json
import subprocess
import time

import ahead
import asking
import attacks
import check
import host
import login
import postfix
import processes

ORG, HOME = "rechecked", "rechecked.test"
OWNER = f"boss-{ORG}@example.org"
DAY_S = 86400
FAST = ("--rate", "6000")


def K9_everybody_of_whom_there_is_a_token_is_asked_about(rig):
    there = _there(rig)
    people = [there.person()[0] for _ in range(3)]
    said = _recheck(ORG)
    check.equal((said["people"], said["answered"]), (len(people), len(people)), "who was asked about")
    check.equal((said["refused"], said["no_answer"], said["left"], said["gone"]), (0, 0, 0, []), "what came of it")
    check.equal([there.asked(person) for person in people], ["answered"] * 3, "what is known")
    said = _recheck(people[1])
    check.equal((said["people"], said["answered"]), (1, 1), "of one person")
    said = json.loads(host.ssoctl("account", "recheck", ORG, "--dry-run", "--json").out)
    check.equal((said["people"], said["answered"], said["dry_run"]), (3, 0, True), "of a dry run")
    check.contains(host.ssoctl("account", "recheck", "nobody@else.test", wants=4).err, "neither an org", "a stranger")
    check.contains(host.ssoctl("account", "recheck", "--rate", "0", wants=2).err, "1 to 60000", "no rate")


def K9_names_groups_and_roles_are_as_the_provider_says_at_a_recheck(rig):
    there = _there(rig)
    person = rig.person(HOME)
    there.idp.say_groups(person, ["chiefs"])
    host.ssoctl("group", "map", ORG, "chiefs", "--role", "admin")
    try:
        there.sign_in(person)
        check.equal(host.members(ORG)[person]["role"], "admin", "the role by a group")
        there.idp.say_groups(person, ["others"])
        check.equal(_recheck(person)["answered"], 1, "who was asked about")
        check.equal(host.members(ORG)[person]["role"], "viewer", "the role once the group is lost")
        there.idp.say_groups(person, ["chiefs"])
        _recheck(person)
        check.equal(host.members(ORG)[person]["role"], "admin", "the role once the group is there again")
        said = [row["detail"] for row in host.listed("audit", ORG) if row["event"] == "refresh" and row["login"] == person]
        check.equal(said, ["answered: -role:admin", "answered: +role:admin"], "the audit")
    finally:
        host.ssoctl("group", "unmap", ORG, "chiefs", "--yes")
        there.idp.say_groups(person, None)


def K9_who_is_in_two_orgs_is_asked_about_in_both(rig):
    both = (_there(rig), asking.of(rig, "hanging", "hanging.test"))
    guest = asking.guest_of(rig, both)
    said = _recheck(guest)
    check.equal((said["people"], said["answered"], said["left"]), (2, 2, 0), "who was asked about")
    check.equal([there.asked(guest) for there in both], ["answered"] * 2, "what is known")


def K9_who_is_refused_for_a_day_is_gone_and_their_sessions_end(rig):
    there = _there(rig)
    person, key = there.person()
    uid = int(host.in_passwd(person)[2])
    terminal = _opens(there, person)
    there.idp.forget(person)
    try:
        with there.live("live:12h"), postfix.sends(rig) as server:
            check.equal(_recheck(person)["refused"], 1, "who was refused")
            there.refuses(person, key, "does not stand for you any more", "a key of who was refused")
            check.equal(_recheck(person)["gone"], [], "who is gone at once")
            check.that(host.processes_of(uid), "a session ended before a day was over")
            said = _later(rig, DAY_S + 60, person, wants=5, ends=False)
            check.equal([(row["org"], row["login"], row["removed"]) for row in said["gone"]], [(ORG, person, False)], "who is gone")
            check.that(said["processes_ended"] == 0 and host.processes_of(uid), f"ended without being told to: {said}")
            said = _later(rig, DAY_S + 90, person)
            check.that(said["gone"] == [] and said["processes_ended"] > 0, f"nothing was ended: {said}")
            terminal.until("closed")
            check.equal(host.processes_of(uid), [], "what runs still")
            mail = server.new(OWNER)
            check.contains(mail.get_content(), person, "the mail to the owner")
            check.contains(mail["Subject"], f"gone from .*{ORG}", "its subject")
            before = server.count()
            check.equal(_later(rig, DAY_S + 120, person)["gone"], [], "who is news once more")
            check.equal(server.count(), before, "mails")
        listed = ahead.run(rig, DAY_S + 60, "ssoctl", "member", "list", ORG, "--gone", "--json").out
        check.contains(listed, person, "member list --gone")
        events = [row for row in host.listed("audit", ORG) if row["event"] == "member.gone" and row["login"] == person]
        check.equal([row["row"] for row in events], ["K9"], "the audit")
        there.idp.forget()
        there.sign_in(person)
        check.equal(_later(rig, 3 * DAY_S, person)["gone"], [], "who has signed in again")
    finally:
        there.idp.forget()


def K9_who_is_gone_for_as_long_as_the_org_says_is_removed(rig):
    there = _there(rig)
    person, _ = there.person()
    there.idp.forget(person)
    try:
        with there.setting("gone-after", "30d", "never"):
            check.equal(host.listed("org", "show", ORG)["gone_after"], "30d", "the setting")
            _recheck(person)
            check.equal(len(_later(rig, DAY_S + 60, person, wants=5)["gone"]), 1, "who is gone after a day")
            check.equal(_later(rig, 29 * DAY_S, person)["gone"], [], "who is removed after 29 days")
            said = _later(rig, 30 * DAY_S + 120, person, wants=5)
            check.equal([(row["login"], row["removed"]) for row in said["gone"]], [(person, True)], "who is removed after 30 days")
            check.that(person not in host.members(ORG), "still a member")
    finally:
        there.idp.forget()
    check.contains(host.ssoctl("org", "set", ORG, "gone-after=1h", wants=2).err, "1d to 3650d, or never", "an hour")


def K9_H68_what_an_operator_runs_is_not_ended_on_a_providers_word(rig):
    there = _there(rig)
    person, _ = there.person()
    uid = int(host.in_passwd(person)[2])
    terminal = _opens(there, person)
    there.idp.forget(person)
    try:
        check.equal(_recheck(person)["refused"], 1, "who was refused")
        processes.must("gpasswd", "-a", person, "sudo")
        said = _later(rig, DAY_S + 60, person, wants=5)
        check.equal([row["login"] for row in said["gone"]], [person], "who is gone")
        check.that(said["processes_ended"] == 0 and host.processes_of(uid), f"an operator's were ended: {said}")
        with there.setting("gone-after", "1d", "never"):
            check.equal(_later(rig, 9 * DAY_S, person)["gone"], [], "who is removed")
        processes.must("gpasswd", "-d", person, "sudo")
        check.that(_later(rig, 2 * DAY_S, person)["processes_ended"] > 0, "nothing was ended of one who is none any more")
    finally:
        processes.run("gpasswd", "-d", person, "sudo")
        there.idp.forget()
        terminal.close()


def S15_nobody_is_asked_about_a_guarded_account_where_no_operator_has_seen_who_is_asked(rig):
    there = _there(rig)
    person = rig.person(HOME)
    there.idp.say_groups(person, ["tools"])
    host.ssoctl("idp", "confirm", ORG, _fingerprint())
    processes.must("groupadd", "-f", "rechecktools")
    host.ssoctl("group", "map", ORG, "tools", "--local-group", "rechecktools")
    try:
        there.sign_in(person)
        check.equal(_recheck(person)["answered"], 1, "who was asked about")
        there.idp.say_groups(person, [])
        attacks.as_owner(rig, ORG, "idp", "set", ORG, "--email-claim", "mail", "--now")
        check.equal((_recheck(person)["people"], there.asked(person)), (0, "answered"), "who was asked about")
        check.contains(host.ssoctl("account", "show", person).out, "rechecktools", "the local group")
    finally:
        host.ssoctl("idp", "set", ORG, "--email-claim", "email", "--now")
        host.ssoctl("group", "unmap", ORG, "tools", "--yes")
        there.idp.say_groups(person, None)


def K9_one_who_cannot_be_told_of_keeps_nobody_else_from_being_asked_about(rig):
    there = _there(rig)
    people = [there.person()[0] for _ in range(5)]
    host.ssoctl("org", "set", ORG, "required-groups=staff")
    for person in people[:4]:
        there.idp.say_groups(person, [f"group-{number}" for number in range(400)])
    there.idp.forget(people[4])
    try:
        result = host.ssoctl("account", "recheck", ORG, *FAST, "--json", wants=None)
        said = json.loads(result.out)
        check.equal((said["left"], said["refused"] >= 1), (0, True), f"who was asked about: {result.text}")
        check.equal(there.asked(people[4]), "refused", "what is known of who was deleted")
    finally:
        there.idp.forget()
        host.ssoctl("org", "set", ORG, "required-groups=none")
        for person in people[:4]:
            there.idp.say_groups(person, None)


def K9_a_provider_that_wants_to_be_left_alone_is_and_all_are_asked_about(rig):
    there = _there(rig)
    people = [there.person()[0] for _ in range(2)]
    there.idp.fault("busy-tokens")
    start = time.monotonic()
    try:
        said = _recheck(ORG)
    finally:
        there.idp.fault("")
    check.equal((said["answered"] + said["refused"], said["left"]), (said["people"], 0), "who was asked about")
    check.that(time.monotonic() - start > 10, "the provider was asked again before it wanted to be")
    check.equal([there.asked(person) for person in people], ["answered"] * 2, "what is known")


def K9_a_provider_that_wants_to_be_left_alone_for_an_hour_is_for_the_next_time(rig):
    there = _there(rig)
    person, _ = there.person()
    there.idp.fault("shut-tokens")
    try:
        result = host.ssoctl("account", "recheck", ORG, *FAST, "--json", wants=1)
    finally:
        there.idp.fault("")
    said = json.loads(result.out)
    check.equal((said["answered"], said["left"]), (0, said["people"]), "who was asked about")
    check.contains(result.err, f"org {ORG}: its provider wants to be left alone", "what is said")
    check.equal(_recheck(person)["answered"], 1, "with the same token, the next time")


def K9_a_provider_that_hangs_keeps_nobody_else_waiting(rig):
    hanging, there = asking.of(rig, "hanging", "hanging.test"), _there(rig)
    hanging.person()
    there.person()
    # Of the first who are asked about, and of whom nothing is known since.
    person = next(email for email, row in host.members(ORG).items() if row["asked"] in ("answered", "never", "no-answer"))
    there.sign_in(person)
    with hanging.hung():
        running = subprocess.Popen(["ssoctl", "account", "recheck", *FAST, "--json"], stdout=subprocess.PIPE, text=True)
        check.soon(lambda: there.asked(person) == "answered", "what a provider says that answers")
        check.equal(running.poll(), None, "whether it still waits for the one that hangs")
        said = json.loads(running.communicate()[0])
        check.equal(running.returncode, 1, "exit code")
    check.that(said["no_answer"] >= 1, f"nobody hung: {said}")
    check.equal(there.asked(person), "answered", "what is known where the provider answers")
    check.equal(said["answered"] + said["refused"] + said["no_answer"] + said["left"], said["people"], "the sum")


def _fingerprint():
    return host.listed("idp", "show", ORG)["fingerprint"]


def _there(rig):
    return asking.of(rig, ORG, HOME)


def _opens(there, person):
    terminal = login.Ssh(there.rig, person, shell=True)
    there.idp.approve(terminal.challenge(), person)
    terminal.enter_until(r"[$#] $")
    return terminal


def _recheck(what):
    return json.loads(host.ssoctl("account", "recheck", what, *FAST, "--json").out)


def _later(rig, seconds, what, wants=0, ends=True):
    result = ahead.run(rig, seconds, "ssoctl", "account", "recheck", what, *FAST, *(["--end-sessions"] if ends else []), "--json")
    check.equal(result.status, wants, f"exit code, {seconds} s later: {result.err}")
    return json.loads(result.out)
