"""A provider that answers wrongly, and what must come of it."""
import time

import check
import host
import login


def H31_no_ID_token_is_refused(rig):
    _is_refused_with(rig, "no-id-token")


def H31_userinfo_of_another_subject_is_refused(rig):
    _is_refused_with(rig, "other-subject", rig.orgs.userinfo(), "info.test", rig.conforming())


def H31_userinfo_with_another_email_opens_nothing(rig):
    _is_refused_with(rig, "other-email", rig.orgs.userinfo(), "info.test", rig.conforming())


def userinfo_that_is_not_UTF8_is_refused_or_escaped(rig):
    org, person = rig.orgs.userinfo(), rig.person("info.test")
    with _Fault(rig.conforming(), "not-utf8"):
        terminal = login.Ssh(rig, person)
        rig.conforming().approve(terminal.challenge(), person)
        terminal.end()
    for shown in (host.ssoctl("member", "list", org).out, host.ssoctl("audit", org).out):
        check.lacks(shown, "\ufffd", "what ssoctl shows, bytes that are no UTF-8")
    # With what stands before them: two bytes alone come about by chance in checksums.
    check.that(host.MAP.read_bytes().find(b"rg \xff\xfe") < 0, "the map holds the bytes as they came")


def H44_userinfo_without_end_is_refused(rig):
    _is_refused_with(rig, "endless-name", rig.orgs.userinfo(), "info.test", rig.conforming())


def H31_userinfo_never_overrides_the_ID_token(rig):
    rig.orgs.acme()
    with _Fault(rig.idp, "other-email"):
        login.signs_in(rig, rig.person())


def H79_P01_an_email_that_only_userinfo_calls_unverified_is_refused(rig):
    org = rig.orgs.acme()
    with _Fault(rig.idp, "unverified"):
        _opens_nothing(rig, "absent2@acme.test", "u-absent-2")
        host.ssoctl("group", "map", org, "Absent", "absent")  # that userinfo is read for groups changes nothing
        try:
            _opens_nothing(rig, "absent2@acme.test", "u-absent-2")
        finally:
            host.ssoctl("group", "unmap", org, "Absent", "--yes")
    login.signs_in(rig, "absent2@acme.test", "u-absent-2")


def H79_P02_an_email_that_only_userinfo_calls_verified_is_a_proven_one(rig):
    org, person = rig.orgs.gamma(), "absent@open.test"
    host.ssoctl("idp", "set", org, "--trust", "any")
    try:
        host.ssoctl("invite", "create", org, person, "--via", "sso")
        login.is_refused(rig, person, "u-absent-guest", words="verified")
        with _Fault(rig.idp, "verified"):
            login.signs_in(rig, person, "u-absent-guest")
        check.equal(host.listed("account", "show", person)["email_proven"], True, "whether the email is proven")
    finally:
        host.ssoctl("idp", "set", org, "--trust", "domain")


def an_ID_token_with_a_cut_signature_is_refused(rig):
    _is_refused_with(rig, "half-id-token")


def another_issuer_in_the_discovery_is_refused(rig):
    rig.orgs.acme()
    person = rig.person()
    with _Fault(rig.idp, "other-issuer"):
        text = login.Ssh(rig, person).end()
    check.lacks(text, r"https://localhost:\d+/device", "the terminal")
    check.that(not login.signed_in(text), "the person got in")


def H29_H52_words_of_success_beside_pending_are_no_grant(rig):
    rig.orgs.acme()
    terminal = login.Ssh(rig, rig.person())
    with _Fault(rig.idp, "success-string"):
        terminal.challenge()
        for _ in range(4):
            terminal.send()
            terminal._more()
            time.sleep(1)
        check.that(not login.signed_in(terminal.text), "the person got in")
    terminal.close()


def H60_format_characters_in_the_address_are_shown_as_they_are(rig):
    rig.orgs.acme()
    terminal = login.Ssh(rig, rig.person())
    with _Fault(rig.idp, "format-codes"):
        terminal.until(r"%n%s%x", r"%25n%25s%25x", "provider", "reach", "wrong")
    check.lacks(terminal.text, "Segmentation|Aborted", "the terminal")
    check.that(rig.sshd.alive(), "sshd is gone")
    terminal.close()


def H33_terminal_escapes_in_a_code_never_reach_the_terminal(rig):
    rig.orgs.acme()
    terminal = login.Ssh(rig, rig.person())
    with _Fault(rig.idp, "escape-codes"):
        terminal.send()
        terminal._more()
        time.sleep(2)
        terminal._more()
    check.lacks(terminal.text, "\x1b\\]0;|\x1b\\[2J|\x07", "the terminal")
    terminal.close()


def _opens_nothing(rig, name, person):
    login.is_refused(rig, name, person, words="verified")
    check.that(host.in_passwd(name) is None, f"{name} got an account")


class _Fault:
    def __init__(self, idp, name):
        self.idp, self.name = idp, name

    def __enter__(self):
        self.idp.fault(self.name)

    def __exit__(self, *exc):
        self.idp.fault("")


def _is_refused_with(rig, fault, org=None, domain="acme.test", idp=None):
    org, idp = org or rig.orgs.acme(), idp or rig.idp
    person = rig.person(domain)
    with _Fault(idp, fault):
        terminal = login.Ssh(rig, person)
        idp.approve(terminal.challenge(), person)
        text = terminal.end()
    check.that(not login.signed_in(text), f"{person} got in")
    check.that(person not in host.members(org), f"{person} became a member")
    check.that(host.in_passwd(person) is None, f"{person} got an account")
