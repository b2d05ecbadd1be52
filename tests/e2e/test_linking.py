"""Identities linked by an admin, expected, unlinked, and linked by the person themself, with a real provider."""
import os

import check
import delegates
import host
import login
import processes
from delegates import world


def S6_an_expected_address_lets_a_guest_sign_in_whose_own_is_another(rig):
    org, guest, there = rig.orgs.gamma(), _guest(rig), rig.person("guests.test")
    check.that("SSO" not in host.listed("why", guest)["offered"], "SSO is offered to a guest without an identity")
    host.ssoctl("identity", "link", guest, "--org", org, "--idp-email", there, "--dry-run")
    check.equal(host.listed("account", "show", guest)["identities"], "", "identities after a dry run")
    host.ssoctl("identity", "link", guest, "--org", org, "--idp-email", there.upper())
    check.equal(host.listed("account", "show", guest)["identities"], f"{org}: expected ({there})", "what is expected")
    login.is_refused(rig, guest, rig.person("guests.test"), words="somebody else")
    check.contains(login.signs_in(rig, guest, there), rf"\({org}\)", "the groups")
    check.equal(host.listed("account", "show", guest)["identities"], f"{org}: {_subject(there)} ({there})", "identities")
    login.signs_in(rig, guest, there)
    rows = [e["row"] for e in host.listed("audit", org) if e["login"] == guest and e["event"] == "sign-in"]
    check.equal(rows, ["S6", "S3"], "the rows of the two sign-ins")
    said = host.ssoctl("identity", "unlink", guest, "--org", org).text
    check.contains(said, "no way to sign in now", "what is said when nothing is left")
    check.that("SSO" not in host.listed("why", guest)["offered"], "SSO is offered after unlinking")


def S6_S3_a_subject_is_linked_under_trust_linked(rig):
    org, guest, there = rig.orgs.gamma(), _guest(rig), rig.person("guests.test")
    host.ssoctl("org", "set", org, "trust=linked")
    try:
        newcomer = rig.person("gamma.test")
        host.ssoctl("member", "add", org, newcomer)
        login.is_refused(rig, newcomer, words="ask an admin to link")
        host.ssoctl("identity", "link", newcomer, "--org", org, "--subject", _subject(newcomer))
        login.signs_in(rig, newcomer)
        host.ssoctl("identity", "link", guest, "--org", org, "--subject", _subject(there))
        login.signs_in(rig, guest, there)
    finally:
        host.ssoctl("org", "set", org, "trust=domain")
    check.contains(host.ssoctl("identity", "link", guest, "--org", org, "--subject", _subject(newcomer), wants=3).text,
                   "another account", "the reason")
    check.contains(host.ssoctl("identity", "link", guest, "--org", org, "--subject", "s-more", wants=3).text,
                   "another identity", "the reason")
    check.contains(host.ssoctl("identity", "link", guest, "--org", org, "--subject", _subject(there)).text, "already",
                   "what is said of what is so already")


def H55_what_is_no_identity_is_a_usage_error(rig):
    org, guest, bare = rig.orgs.gamma(), _guest(rig), rig.orgs.open()
    before = delegates.stored()
    link = ("identity", "link", guest, "--org", org)
    for words in (("identity", "link", guest), link, (*link, "--subject", "a", "--idp-email", "a@b.example"),
                  (*link, "--subject", ""), (*link, "--subject", "a" * 256), (*link, "--subject", "a\nb"),
                  (*link, "--subject", "\x1b[1m"), (*link, "--idp-email", ""), (*link, "--idp-email", "no-address"),
                  ("identity", "link", guest, "--org", "", "--subject", "a"), ("identity", "unlink", guest),
                  ("identity", "link", "*", "--org", org, "--subject", "a")):
        host.ssoctl(*words, wants=2)
    host.ssoctl("identity", "link", "nobody@gamma.test", "--org", org, "--subject", "a", wants=4)
    host.ssoctl("identity", "link", guest, "--org", "nowhere", "--subject", "a", wants=4)
    host.ssoctl("identity", "link", guest, "--org", bare, "--subject", "a", wants=4)
    host.ssoctl("identity", "add", org, wants=3)  # root is nobody's account
    check.equal(delegates.stored(), before, "the store")


def W5_the_owner_links_people_of_the_org(rig):
    here = world(rig)
    guest = here.people["guest"]
    here.may("owner", "identity", "link", guest, "--org", "alpha", "--subject", "s-of-the-guest")
    here.may_not("admin", "identity", "unlink", guest, "--org", "alpha")
    check.contains(here.may("admin", "account", "show", guest).out, "s-of-the-guest", "what an admin is shown")
    here.may("owner", "identity", "unlink", guest, "--org", "alpha")
    events = [(e["event"], e["actor"]) for e in host.listed("audit", "alpha") if e["login"] == guest]
    for event in ("identity.link", "identity.unlink"):
        check.that((event, here.people["owner"]) in events, f"{event} is not audited as the owner's: {events}")


def W1_a_viewer_links_an_identity_of_their_own_through_the_sample(rig):
    here, there = world(rig), rig.person("guests.test")
    viewer, groups = here.people["viewer"], here.groups("alpha", admins=False)
    here.let("")
    processes.must("sh", "-eu", "-c", host.documented("delegate"), cwd=host.DIST, env=dict(os.environ, ORG="alpha"))
    text = _adds(rig, viewer, groups, there)
    check.contains(text, "is linked to the identity", "what the viewer is told")
    check.contains(host.listed("account", "show", viewer)["identities"], _subject(there), "the identity")
    check.contains(_adds(rig, viewer, groups, rig.person("guests.test")), "another identity", "a second identity")
    for words in (("identity", "add", "bravo"), ("identity", "add", "alpha", "--store", "/tmp"), ("member", "list", "alpha"),
                  ("identity", "add")):
        said = here.ssoctl("viewer", *words, groups=groups)
        check.contains(said.err, "password is required|not allowed", f"what sudo says to ssoctl {words}")
    here.let(delegates.ANYBODY)
    here.may_not("viewer", "identity", "add", "bravo", groups=groups)
    here.may_not("viewer", "identity", "add", "alpha", groups=[], says="this session has opened")
    events = {e["actor"] for e in host.listed("audit", "alpha") if e["event"] == "identity.link" and e["login"] == viewer}
    check.equal(events, {viewer}, "who has linked it, by the audit trail")
    host.ssoctl("identity", "unlink", viewer, "--org", "alpha")


def W1_S2_nobody_links_what_is_somebody_elses_or_what_only_an_admin_links(rig):
    here, there = world(rig), rig.person("guests.test")
    viewer, groups = here.people["viewer"], here.groups("alpha", admins=False)
    host.ssoctl("identity", "link", here.people["guest"], "--org", "alpha", "--subject", _subject(there))
    check.contains(_adds(rig, viewer, groups, there), "linked to another account", "what the viewer is told")
    other = rig.person("guests.test")
    host.ssoctl("member", "add", "bravo", other)
    check.contains(_adds(rig, viewer, groups, other), "address is another account's", "what the viewer is told")
    host.ssoctl("org", "set", "alpha", "trust=linked")
    here.may_not("viewer", "identity", "add", "alpha", groups=groups, says="only an admin links")
    host.ssoctl("org", "set", "alpha", "trust=domain")
    check.equal(host.listed("account", "show", viewer)["identities"], "", "identities of the viewer")
    host.ssoctl("identity", "unlink", here.people["guest"], "--org", "alpha")


def T_a_person_starts_so_many_sign_ins_and_no_more(rig):
    here = world(rig)
    viewer, groups = here.people["viewer"], here.groups("alpha", admins=False)
    host.ssoctl("throttle", "clear", viewer)
    for _ in range(20):
        terminal = _starts(here, viewer, groups, "identity", "add", "alpha", "--dry-run")
        terminal.challenge()
        terminal.close()
    said = here.ssoctl("viewer", "identity", "add", "alpha", "--dry-run", groups=groups)
    check.equal(said.status, 3, f"one sign-in more: {check.shown(said.text)}")
    check.contains(said.err, "Too many attempts", "what is said")
    host.ssoctl("throttle", "clear", viewer)
    check.soon(lambda: not processes.ours(), "the helpers of who has gone away do not end")


def W5_the_owner_tests_the_connection_in_the_browser(rig):
    here, there = world(rig), rig.person("guests.test")
    terminal = _starts(here, here.people["owner"], here.groups("alpha"), "idp", "test", "alpha")
    rig.idp.approve(terminal.challenge(), there)
    text = terminal.end(enter=False)
    check.contains(text, "would have been refused", "what the owner is told of a stranger")
    check.lacks(text, r"\bS(9|13)\b", "what the answer of a stranger tells of who is here")
    guest = here.people["guest"]
    host.ssoctl("identity", "link", guest, "--org", "alpha", "--subject", _subject(there))
    terminal = _starts(here, here.people["owner"], here.groups("alpha"), "idp", "test", "alpha")
    rig.idp.approve(terminal.challenge(), there)
    check.contains(terminal.end(enter=False), "a sign-in through the connection succeeded", "what the owner is told")
    host.ssoctl("identity", "unlink", guest, "--org", "alpha")


def _starts(here, who, groups, *words):
    """ssoctl through sudo on a terminal, in a session of this login."""
    uid, gid = host.in_passwd(who)[2:4]
    listed = ",".join(map(str, [gid, *groups]))
    return login.Terminal("setpriv", ["--reuid", uid, "--regid", gid, "--groups", listed, "--", "sudo", "-n", "ssoctl",
                                      *words])


def _adds(rig, who, groups, approver):
    """ssoctl identity add alpha in a session of this login; somebody approves it in the browser."""
    terminal = _starts(world(rig), who, groups, "identity", "add", "alpha")
    rig.idp.approve(terminal.challenge(), approver)
    return terminal.end(enter=False)


def _subject(person):
    return "s-" + person.replace("@", "-")


GUESTS = iter(range(1, 100))


def _guest(rig):
    guest = f"linked{next(GUESTS)}@partner.example"
    host.ssoctl("member", "add", rig.orgs.gamma(), guest)
    return guest
