"""Whom an org's provider may vouch for, and for whom it asks the account's password besides."""
import contextlib

import check
import host
import login

PASSWORD = "owner-Lantern-47-quartz"
LINK = r"type the password of account [^:]*: "


def L13_S10_trust_any_lets_the_inviting_orgs_provider_vouch(rig):
    org, person = rig.orgs.gamma(), rig.person("open.test")
    host.ssoctl("invite", "create", org, person, "--via", "sso", wants=3)  # the trust is "domain"
    with _trust(org, "any"):
        check.equal(host.listed("invite", "create", org, person, "--via", "sso")["code"], None, "the code")
        text = login.signs_in(rig, person)
        check.lacks(text, "assword", "what is asked")
        check.contains(text, rf"groups=\S*\({org}\)", "the groups of the first session")
        check.equal(host.listed("account", "show", person)["email_proven"], True, "whether the email is proven")
    check.contains(host.ssoctl("why", person).out, "L9", "why, for a guest with a linked identity")
    login.signs_in(rig, person)  # identities already linked stay


def S6_trust_linked_links_nobody(rig):
    org, person = rig.orgs.gamma(), rig.person("gamma.test")
    host.ssoctl("member", "add", org, person)
    with _trust(org, "linked"):
        login.is_refused(rig, person, words="ask an admin to link")
    login.signs_in(rig, person)


def S8_an_org_that_is_not_in_control_links_beside_the_password_only(rig):
    person = rig.person("open.test")
    _owner_of_two(rig, person)
    terminal = _starts_sso(rig, person)
    terminal.enter_until(LINK)
    terminal.send(PASSWORD + "x")
    text = terminal.end()
    check.that(not login.signed_in(text), f"a wrong password linked it: {check.shown(text)}")
    check.contains(text, "retire the account", "what is said")
    terminal = _starts_sso(rig, person)
    terminal.enter_until(LINK)
    terminal.send(PASSWORD)
    text = _finish(terminal)
    check.that(login.signed_in(text), f"not linked: {check.shown(text)}")
    check.contains(host.ssoctl("audit").out, rf"{person}.*S8", "the audit trail")
    terminal = login.Ssh(rig, person)  # on-link is not for that org to say: the password still signs in
    terminal.password_prompt()
    terminal.send(PASSWORD)
    check.that(login.signed_in(_finish(terminal)), "the password does not sign in any more")
    text = _finish(_starts_sso(rig, person), enter=True)
    check.lacks(text, "to link this identity", "what a second sign-in asks")
    check.that(login.signed_in(text), f"not signed in again: {check.shown(text)}")


def S7_on_link_sso_only_erases_the_password(rig):
    org, person = rig.orgs.gamma(), rig.person("gamma.test")
    host.ssoctl("member", "add", org, person)
    host.set_password(person, PASSWORD)
    host.ssoctl("idp", "set", org, "--on-link", "sso-only")
    try:
        terminal = login.Ssh(rig, person)
        terminal.password_prompt()
        terminal.send()
        rig.idp.approve(terminal.challenge(), person)
        check.that(login.signed_in(terminal.end()), "not signed in")
    finally:
        host.ssoctl("idp", "set", org, "--on-link", "keep")
    terminal = login.Ssh(rig, person)
    terminal.challenge()
    check.lacks(terminal.text, "assword", "what is asked without a password")
    terminal.close()


def signin_from_bars_sso_from_elsewhere_and_names_the_reason(rig):
    org, person = rig.orgs.gamma(), rig.person("gamma.test")
    for networks, allowed in (("192.0.2.0/24 console", False), ("127.0.0.0/8", True), ("", True)):
        host.ssoctl("org", "set", org, f"signin-from={networks}")
        if allowed:
            login.signs_in(rig, person)
        else:
            check.contains(login.is_told(rig, person), "not allowed from this network", "what is said")
            check.equal(host.listed("why", person, "--rhost", "192.0.2.9")["offered"], "SSO", "what it would be there")
            check.equal(host.listed("why", person, "--rhost", "192.0.3.9")["reason"], "network", "and elsewhere")


def _owner_of_two(rig, person):
    """The owner of two orgs, whose email nobody governs: neither is in control of the account."""
    for slug in ("first", "second"):
        host.ssoctl("org", "create", slug, "--name", slug.title(), "--owner", person)
    host.set_password(person, PASSWORD)
    host.ssoctl("idp", "set", "first", "--issuer", rig.idp.issuer, "--client-id", "ssoorg", "--ca-file", rig.ca,
                "--auth", "none", "--trust", "any", "--on-link", "sso-only")


def _starts_sso(rig, person):
    terminal = login.Ssh(rig, person)
    terminal.password_prompt()
    terminal.send()
    rig.idp.approve(terminal.challenge(), person)
    return terminal


def _finish(terminal, enter=False):
    wait = terminal.enter_until if enter else terminal.until
    if wait(r"Active org \[\w+\]: ", "END") == 0:
        terminal.send()
        terminal.until("END")
    terminal.close()
    return terminal.text


@contextlib.contextmanager
def _trust(org, trust):
    host.ssoctl("idp", "set", org, "--trust", trust)
    try:
        yield
    finally:
        host.ssoctl("idp", "set", org, "--trust", "domain")
