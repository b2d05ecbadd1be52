# SPDX-License-Identifier: Apache-2.0
"""How far a delegate reaches: not to themselves, not to people of others, and no longer than they are one."""
import json
import subprocess

import check
import delegates
import host
import login
import processes
from delegates import DRY, GUEST, MANAGERS, PASSWORD, world


def W3_nobody_changes_themselves_or_the_owner(rig):
    here = world(rig)
    for words in (("suspend",), ("remove", "--yes"), ("role", "viewer")):
        verb, rest = words[0], words[1:]
        for who, target in (("admin", "admin"), ("admin", "owner"), ("owner", "owner")):
            here.may_not(who, "member", verb, "alpha", here.people[target], *rest, says="you|owns org")
    here.may_not("admin", "password", "set", here.people["admin"], "--stdin", stdin=PASSWORD + "\n")
    here.may_not("owner", "password", "set", here.people["owner"], "--stdin", stdin=PASSWORD + "\n", says="passwd")
    here.may_not("owner", "password", "remove", here.people["owner"], "--yes", says="passwd")


def W3_W5_one_org_never_reaches_people_of_another(rig):
    here = world(rig)
    theirs, new = "guest@bravo.example", "never@bravo.test"
    for who in MANAGERS:
        for words in (("member", "suspend", "alpha", theirs), ("member", "role", "alpha", theirs, "admin"),
                      ("member", "remove", "alpha", theirs, "--yes")):
            said = here.may_not(who, *words, wants=4, says="not a member of org")
            nobody = here.ssoctl(who, *(word.replace(theirs, "no-such@bravo.example") for word in words))
            check.equal(nobody.text.replace("no-such@bravo.example", theirs), said.text, "the words for who is not there")
        here.may_not(who, "member", "add", "alpha", theirs, says="invite them")
        here.may_not(who, "member", "add", "alpha", new, says="invite them")
        for words in (("why", theirs), ("why", new), ("account", "show", theirs), ("account", "show", "no-such@x.example")):
            here.may_not(who, *words, says="nobody of an org of yours")
    here.may_not("owner", "org", "transfer", "alpha", theirs, "--yes", wants=4, says="not a member")
    for verb in ("set", "remove"):
        for person in (theirs, "boss@bravo.example", "no-such@bravo.example"):
            here.may_not("owner", "password", verb, person, "--yes" if verb == "remove" else "--stdin",
                         stdin=PASSWORD + "\n", says="in control")
    for org in ("alpha", "bravo"):
        for person in (theirs, "boss@bravo.example", "no-such@bravo.example"):
            for words in (("link", person, "--subject", "s-x"), ("link", person, "--idp-email", "x@alpha.test"),
                          ("unlink", person)):
                here.may_not("owner", "identity", *words, "--org", org, says="in control|not one that you are")
    here.may_not("owner", "invite", "create", "alpha", new, "--via", "sso", says="another org's domain")
    check.equal(host.ssoctl("account", "show", new, wants=4).out, "", "an account")


def W3_trying_tells_nothing_of_accounts_of_other_orgs(rig):
    here = world(rig)
    said = [here.may("admin", "member", "add", "alpha", person, *DRY).text.replace(person, "X")
            for person in ("guest@bravo.example", "boss@bravo.example", "no-such@bravo.example")]
    check.equal(len(set(said)), 1, f"what is said of who is there and who is not: {said}")


def W5_a_member_of_two_orgs_is_nobodys_but_an_operators(rig):
    here = world(rig)
    both = _joins_bravo(rig, "both@alpha.example")
    here.may_not("owner", "password", "set", both, "--stdin", stdin=PASSWORD + "\n", says="in control")
    here.may_not("owner", "password", "remove", both, "--yes", says="in control")
    uid = int(host.in_passwd(both)[2])
    here_, there = (_runs(uid, here.groups(slug, admins=False)) for slug in ("alpha", "bravo"))
    here.may("owner", "member", "suspend", "alpha", both, "--end-sessions")
    check.that(here_.poll() is not None or here_.wait(30) is not None, "a session that opened alpha goes on")
    check.that(there.poll() is None, "a session that opened bravo only was ended")
    there.kill()
    there.wait()
    check.equal(host.members("bravo")[both]["status"], "active", "the membership of the other org")
    shown = json.loads(here.may("admin", "account", "show", both, "--json").out)
    check.equal(shown["orgs"], "alpha (viewer, suspended)", "the orgs that an admin of one is shown")
    here.may("owner", "member", "remove", "alpha", both, "--yes")
    here.may_not("admin", "account", "show", both, says="nobody of an org of yours")
    here.may_not("admin", "member", "add", "alpha", both, says="invite them")


def W5_N5_a_local_user_who_is_mapped_is_not_an_orgs_to_change(rig):
    here, person = world(rig), "mappedx@alpha.example"
    host.add_local_user("mappedx", PASSWORD)
    host.ssoctl("member", "add", "alpha", person, "--local-user", "mappedx")
    for words in (("password", "set", person, "--stdin"), ("password", "remove", person, "--yes"),
                  ("identity", "link", person, "--org", "alpha", "--subject", "s-x"),
                  ("identity", "unlink", person, "--org", "alpha")):
        here.may_not("owner", *words, stdin=PASSWORD + "\n", says="mapped onto a local user")
    for words in (("remove", "alpha", person, "--end-sessions", "--yes"), ("remove", "alpha", person, "--yes"),
                  ("suspend", "alpha", person), ("role", "alpha", person, "admin"), ("add", "alpha", person)):
        here.may_not("owner", "member", *words, says="mapped onto a local user")


def W3_the_owner_of_one_org_is_what_the_other_says_there(rig):
    """alpha's owner is a viewer of bravo, and the session opened both."""
    here = world(rig)
    owner = here.people["owner"]
    host.set_password(owner, PASSWORD)
    _joins_bravo(rig, owner)
    groups = here.groups("alpha") + here.groups("bravo", admins=False)
    here.may("owner", "member", "list", "alpha", groups=groups)
    here.may_not("owner", "member", "list", "bravo", groups=groups, says="you are a viewer there")
    here.may_not("owner", "member", "suspend", "bravo", "guest@bravo.example", groups=groups, says="a viewer")
    host.ssoctl("member", "role", "bravo", owner, "admin", wants=3)  # used by a code, and nobody has proven the address
    host.ssoctl("account", "set", owner, "email=proven", "--reason", "root made it", "--yes")
    host.ssoctl("member", "role", "bravo", owner, "admin")
    here.may("owner", "member", "list", "bravo", groups=groups)
    here.may_not("owner", "idp", "test", "bravo", "--no-signin", groups=groups, says="you are an admin there")
    here.may_not("owner", "member", "list", "bravo", groups=here.groups("alpha"), says="this session has opened")
    host.ssoctl("member", "remove", "bravo", owner, "--yes")


def K2_W_only_orgs_that_the_session_opened(rig):
    here = world(rig)
    for groups in ([], here.groups("bravo"), [here.orgs["alpha"]["admins_gid"]], [0, 27, 4]):
        here.may_not("owner", "member", "list", "alpha", groups=groups, says="this session has opened")
        here.may_not("owner", "password", "set", GUEST, "--stdin", groups=groups, stdin=PASSWORD + "\n", says="in control")
    here.let(delegates.ANYBODY.replace(", preserve_groups", ""))
    here.may_not("owner", "member", "list", "alpha", says="this session has opened")
    here.let(delegates.ANYBODY)
    here.may("owner", "member", "list", "alpha")


def W_who_was_demoted_suspended_or_removed_a_second_ago_is_what_they_are_now(rig):
    here = world(rig)
    person = here.people["admin2"]
    here.may("admin2", "member", "list", "alpha")
    host.ssoctl("member", "role", "alpha", person, "viewer")
    here.may_not("admin2", "member", "list", "alpha", says="you are a viewer there")
    host.ssoctl("member", "role", "alpha", person, "admin")
    here.may("admin2", "member", "list", "alpha")
    for do, undo in (("suspend", "resume"), ("lock", "unlock")):
        words = ("member", do, "alpha", person) if do == "suspend" else ("account", do, person)
        host.ssoctl(*words)
        here.may_not("admin2", "member", "list", "alpha")
        host.ssoctl(*(undo if word == do else word for word in words))
    here.may("admin2", "member", "list", "alpha")


def W_who_watches_the_audit_trail_is_stopped_when_it_is_no_longer_theirs(rig):
    here = world(rig)
    uid, gid = host.in_passwd(here.people["admin2"])[2:4]
    listed = ",".join(map(str, [gid, *here.groups("alpha")]))
    watcher = login.Terminal("setpriv", ["--reuid", uid, "--regid", gid, "--groups", listed, "--", "sudo", "-n",
                                         "ssoctl", "audit", "alpha", "--follow"])
    for n in range(200):  # it shows what is done once it looks
        host.ssoctl("org", "set", "alpha", f"help=seen {n}")
        if watcher.child.expect([r"org\.set", login.pexpect.TIMEOUT], timeout=0.5) == 0:
            break
    host.ssoctl("member", "role", "alpha", here.people["admin2"], "viewer")
    watcher.until("no longer one that you may look at")
    seen = len(watcher.text)
    host.ssoctl("org", "set", "alpha", "help=")
    check.lacks(watcher.end(enter=False)[seen:], "org.set", "what was seen afterwards")
    host.ssoctl("member", "role", "alpha", here.people["admin2"], "admin")


def W_the_account_of_an_operator_is_not_an_orgs_to_change(rig):
    here = world(rig)
    person = "staff@alpha.test"
    here.may("owner", "password", "set", person, "--stdin", *DRY, stdin=PASSWORD + "\n")
    delegates.into_group("sudo", person)
    for typed in (person, person.upper(), person.capitalize(), host.in_passwd(person)[2]):
        says = {"says": "is an operator of this host, and only another one changes this"}
        here.may_not("owner", "password", "set", typed, "--stdin", stdin=PASSWORD + "\n", **says)
        here.may_not("owner", "password", "remove", typed, "--yes", **says)
        here.may_not("owner", "identity", "link", typed, "--org", "alpha", "--subject", "evil", **says)
        here.may_not("owner", "identity", "unlink", typed, "--org", "alpha", **says)
    check.equal(here.ssoctl(person, "status").status, 0, "what an account among the operators may do")
    check.equal(host.ssoctl("throttle", "clear", "x").status, 0, "ssoctl")
    processes.must("gpasswd", "-d", person, "sudo")
    here.may_not(person, "status")


def _runs(uid, groups):
    """Something of this number in a session with these groups."""
    return subprocess.Popen(["sleep", "600"], user=uid, group=uid, extra_groups=groups)


def _joins_bravo(rig, person):
    """By an invite's code and a yes, as a member of two orgs comes to be one."""
    if host.ssoctl("account", "show", person, wants=None).status != 0:
        host.ssoctl("member", "add", "alpha", person)
        host.set_password(person, PASSWORD)
    made = json.loads(host.ssoctl("invite", "create", "bravo", person, "--json").out)
    rig.secrets.add(made["code"])
    terminal = login.Ssh(rig, person)
    terminal.password_prompt()
    terminal.send(PASSWORD)
    terminal.until("code.*: ")
    terminal.send(made["code"])
    if terminal.until("END", r"Active org \[\w+\]: ") == 1:
        terminal.send()
        terminal.until("END")
    terminal.close()
    check.that(person in host.members("bravo"), f"{person} did not join: {check.shown(terminal.text)}")
    return person
