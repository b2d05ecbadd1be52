"""Stories of people who are there: role, suspension, lock, removal, return, transfer."""
import json

import check
import host
import login
import orgs
import processes

IDLE_PASSWORD = "people-Lantern-19-slate"


def S1_a_suspended_member_is_refused_after_signing_in_and_let_in_again(rig):
    org, person = _member(rig)
    host.ssoctl("member", "suspend", org, person)
    text = login.sign_in(rig, person).text
    check.that(not login.signed_in(text), "a suspended member got in")
    check.contains(text, "suspended", "what the person sees")
    check.equal(host.members(org)[person]["status"], "suspended", "the status")
    host.ssoctl("member", "resume", org, person)
    login.signs_in(rig, person)


def S1_a_locked_account_is_refused_after_signing_in(rig):
    _, person = _member(rig)
    host.ssoctl("account", "lock", person)
    text = login.sign_in(rig, person).text
    check.that(not login.signed_in(text), "a locked account got in")
    check.contains(text, "locked", "what the person sees")
    check.equal(host.listed("why", person)["afterwards"], "L4 locked", "what why says")
    host.ssoctl("account", "unlock", person)
    check.equal(host.listed("why", person)["afterwards"], "", "what why says")
    login.signs_in(rig, person)


def L4_a_locked_guest_is_refused_after_the_right_password(rig):
    org, person, password = rig.orgs.gamma(), rig.person("guests.test"), "guest-Horse-battery-7-staple"
    host.ssoctl("member", "add", org, person)
    host.ssoctl("member", "add", org, person)  # nothing to do, and done
    host.set_password(person, password)
    rig.secrets.add(password)
    host.ssoctl("account", "lock", person)
    prompt, text = login.by_password(rig, person, password)
    check.contains(prompt, "assword", "the prompt is as ever")
    check.that(not login.signed_in(text), "a locked account got in")
    check.contains(text, "locked", "what the person sees")
    host.ssoctl("account", "unlock", person)
    _, text = login.by_password(rig, person, password)
    check.that(login.signed_in(text), f"not signed in after unlocking: {check.shown(text)}")
    events = [e["event"] for e in host.listed("audit", org) if e["login"] == person]
    check.that("sign-in" in events and "password.set" in events, f"the org's audit lacks the guest's events: {events}")


def a_role_gives_and_takes_the_admins_group_at_once(rig):
    org, person = _member(rig)
    host.ssoctl("member", "role", org, person, "admin")
    check.contains(login.signs_in(rig, person), rf"\({org}-admins\)", "id of an admin")
    host.ssoctl("member", "role", org, person, "viewer")
    check.lacks(login.signs_in(rig, person), f"({org}-admins)", "id of a viewer")


def E6_a_removed_member_comes_back_under_jit_as_viewer(rig):
    org, person = _member(rig)
    uid = host.members(org)[person]["uid"]
    host.ssoctl("member", "role", org, person, "admin")
    host.ssoctl("member", "remove", org, person, "--yes")
    check.that(person not in host.members(org), "still a member")
    check.lacks(login.signs_in(rig, person), f"({org}-admins)", "id of somebody who came back")
    row = host.members(org)[person]
    check.equal((row["role"], row["source"], row["uid"]), ("viewer", "sso", uid), "role, source and uid")


def D1_a_removed_account_does_not_come_back_by_itself_and_its_uid_never(rig):
    org, person = _member(rig)
    uid = host.listed("account", "show", person)["uid"]
    host.ssoctl("account", "remove", person, "--yes")
    host.ssoctl("account", "show", person, wants=4)
    host.ssoctl("account", "show", str(uid), wants=4)
    text = login.sign_in(rig, person).text
    check.that(not login.signed_in(text), "a removed account came back")
    check.contains(text, "isn't set up for this org", "what the person sees")
    host.ssoctl("invite", "create", org, person)
    login.signs_in(rig, person)
    check.that(host.listed("account", "show", person)["uid"] != uid, "the number was given again")


def end_sessions_ends_what_runs(rig):
    org, person = _member(rig)
    terminal = login.open_session(rig, person)
    terminal.child.sendline("trap '' TERM HUP; sleep 600 & echo started-$((1+1))")
    terminal.until("started-2")
    said = host.ssoctl("member", "suspend", org, person, "--end-sessions").text
    check.contains(said, "processes ended", "what ssoctl says")
    terminal.until("closed")
    uid = host.listed("account", "show", person)["uid"]
    check.equal(host.processes_of(uid), [], "processes of the person")
    host.ssoctl("member", "resume", org, person)


def H08_account_rename_keeps_number_and_home(rig):
    org, person = _member(rig)
    before = host.listed("account", "show", person)
    new = "renamed" + str(before["uid"])
    host.ssoctl("account", "rename", person, new)
    after = host.listed("account", "show", new)
    check.equal((after["uid"], after["home"], after["email"]), (before["uid"], before["home"], person), "the account")
    check.contains(login.signs_in(rig, new, person), rf"uid={before['uid']}\({new}\)", "id")
    check.that(not login.signed_in(login.sign_in(rig, person).text), "the old name signs in")
    host.ssoctl("account", "rename", new, person)


def H69_groups_of_etc_group_that_list_a_login_that_is_nobodys_any_more_are_named(rig):
    org, person = rig.orgs.gamma(), rig.person("gamma.test")
    host.ssoctl("member", "add", org, person)
    with host.Kept("/etc/group") as groups:
        groups.write_text(groups.read_text() + f"left-docker:x:4765:{person},left-short\nleft-none:x:4766:x{person},\nleft-disk:x:4767:a,{person}\n")
        said = host.ssoctl("account", "rename", person, "left-short")
        check.contains(said.err, rf"{person} is still listed in /etc/group, [^\n]*: left-docker left-disk; 'gpasswd -d {person} GROUP'", "a renaming")
        said = host.ssoctl("account", "remove", "left-short", "--yes", "--json")
        check.equal(json.loads(said.out)["local_groups"], ["left-docker"], "what a removal lists")
        check.contains(said.err, r"left-short is still listed in /etc/group, [^\n]*: left-docker;", "a removal")
        processes.must("gpasswd", "-d", "left-short", "left-docker")
        host.ssoctl("member", "add", org, "left@gamma.test", "--login", "left-short")
        check.lacks(host.ssoctl("account", "remove", "left-short", "--yes").text, "etc/group", "a removal from no group")


def E4_an_org_is_transferred_and_its_old_owner_can_go(rig):
    org = rig.orgs.delta()
    person = rig.person("delta.test")
    login.signs_in(rig, person)
    owner = orgs.owner(org)
    for words in (("member", "remove", org, owner, "--yes"), ("member", "suspend", org, owner),
                  ("member", "role", org, owner, "viewer"), ("account", "lock", owner),
                  ("account", "remove", owner, "--yes")):
        check.contains(host.ssoctl(*words, wants=3).text, "org transfer", f"refusal of {words}")
    host.ssoctl("org", "transfer", org, person, "--yes")
    rows = host.members(org)
    check.equal((rows[person]["role"], rows[owner]["role"]), ("owner", "admin"), "roles")
    host.ssoctl("org", "transfer", org, owner, "--yes")
    check.equal(host.members(org)[owner]["role"], "owner", "role of the first owner")


def member_list_filters_by_idle(rig):
    org, person = _member(rig)
    check.that(person not in {row["email"] for row in host.listed("member", "list", org, "--idle", "1h")},
               "somebody who just signed in is idle")
    never = rig.person("gamma.test")
    host.ssoctl("member", "add", org, never)
    check.that(never in {row["email"] for row in host.listed("member", "list", org, "--idle", "1h")},
               "somebody who never signed in is not idle")
    host.set_password(never, IDLE_PASSWORD)
    _, text = login.by_password(rig, never, IDLE_PASSWORD)
    check.that(login.signed_in(text), f"not signed in by password: {check.shown(text)}")
    check.that(never not in {row["email"] for row in host.listed("member", "list", org, "--idle", "1h")},
               "somebody who has just signed in by password is idle")


def what_is_so_already_is_done(rig):
    org, person = _member(rig)
    for words in (("member", "resume", org, person), ("member", "role", org, person, "viewer"),
                  ("account", "unlock", person)):
        check.contains(host.ssoctl(*words).text, "already", f"what {words} says")


def account_set_changes_shell_home_and_name_for_the_sessions_to_come(rig):
    org, person, other = rig.orgs.gamma(), rig.person("gamma.test"), rig.person("gamma.test")
    login.signs_in(rig, person)
    host.ssoctl("member", "add", org, other)
    host.ssoctl("account", "set", person, "shell=/usr/bin/dash", "home=/home/moved-in", "name=Ann Example")
    entry = host.in_passwd(person)
    check.equal(entry[4:7], ["Ann Example", "/home/moved-in", "/usr/bin/dash"], "the entry")
    text = login.signs_in(rig, person, command="echo BEGIN; pwd; readlink /proc/$$/exe; echo END")
    check.contains(text, r"\n/home/moved-in\r?\n/usr/bin/dash\r?\n", "the session")
    for values, why, status in ((("shell=dash",), "is not an absolute path", 2), (("home=/x", "home=/y"), "is there twice", 2),
                                (("login=x",), "is not name=TEXT, home=PATH, shell=PATH", 2), (("email=proven",), "--reason", 2),
                                (("email=proven", "shell=/bin/sh"), "is said alone", 2),
                                (("shell=/bin/sh", "--reason", "x"), "is for email=proven", 2),
                                (("home=/etc/ann",), "is no place for a home", 2), (("home=/home",), "is no place for a home", 2),
                                ((f"home=/home/{other}",), "is that of account", 1)):
        said = host.ssoctl("account", "set", person, *values, wants=status)
        check.contains(said.err, why, f"what is said of {values}")
    check.equal(host.ssoctl("account", "set", person, "shell=/usr/bin/dash").err.count("is so already"), 1, "a second time")
    # The home that was left is free for somebody else, and the new one is not.
    host.ssoctl("account", "set", other, "home=/home/moved-in", wants=1)
    host.ssoctl("account", "set", person, f"home=/home/{person}")
    host.ssoctl("account", "set", other, "home=/home/moved-in", wants=3)  # it is there, with the first one's number
    check.that("account.set" in [event["event"] for event in host.listed("audit", "--since", "1h")], "no audit event")


def _member(rig):
    org, person = rig.orgs.gamma(), rig.person("gamma.test")
    login.signs_in(rig, person)
    return org, person
