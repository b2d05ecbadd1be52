# SPDX-License-Identifier: Apache-2.0
"""The host's mail server, codes by email, and what is sent by mail (POLICY V2)."""
import contextlib
import re

import check
import host
import login
import postfix


@contextlib.contextmanager
def _mail(rig, scheme="smtps"):
    """The host sends mail through a real server meanwhile."""
    server = postfix.of(rig)
    host.ssoctl("mail", "set", *server.options(scheme), stdin=postfix.PASSWORD + "\n")
    try:
        yield server
    finally:
        host.ssoctl("mail", "remove", "--yes")


def V2_a_mail_goes_through_a_real_server_with_tls_and_authentication(rig):
    for scheme in ("smtps", "smtp"):
        with _mail(rig, scheme) as server:
            to = f"test-{scheme}@nest.test"
            said = host.ssoctl("mail", "test", to).err
            check.contains(said, "has taken it: 250 ", "what is said")
            mail = server.new(to)
            check.equal(mail["From"].strip("<>"), postfix.SENDER, "the sender")
            check.equal(mail["Auto-Submitted"], "auto-generated", "RFC 3834's header")
            check.that(mail["Date"].datetime and re.fullmatch(r"<[0-9a-f]{32}@\S+>", mail["Message-ID"]), "the other headers")
            check.contains(mail.get_content(), "asked for by \"ssoctl mail test\"", "the text")
            row = host.listed("mail", "show")
            check.equal((row["from"], row["user"], row["password_set"], row["template_error"]),
                        (postfix.SENDER, postfix.USER, True, None), "what is shown")
            check.lacks(host.ssoctl("mail", "show").text, postfix.PASSWORD, "what is shown")
            for address, words in (("refused@nest.test", "550 5.1.1.*no such user"), ("later@nest.test", "451 4.7.1.*greylisted")):
                check.contains(host.ssoctl("mail", "test", address, wants=1).err, words, f"what is said of {address}")
            host.ssoctl("mail", "set", "--user", postfix.USER, "--password-file", "-", stdin="wrong\n")
            check.contains(host.ssoctl("mail", "test", to, wants=1).err, "does not take --user", "with a wrong password")
    host.ssoctl("mail", "test", "a@nest.test", wants=4)


DOMAIN = "nest.test"
PASSWORD = "guest-Lantern-31-quartz"
WAYS = r"Number \[1\]: "
CODE = r"Code: $"
JOIN = r"Number, slug or none: "


@contextlib.contextmanager
def _by_code(rig, *orgs):
    """Codes by email, and orgs that people of the domain may join; nothing of it stays for other tests."""
    for org in orgs:
        rig.orgs.bare(org)
        host.ssoctl("org", "set", org, f"allowed-domains={DOMAIN}")
    try:
        with _mail(rig) as server, host.Kept(host.CONF) as conf:
            with open(conf, "a") as file:
                file.write("mails-per-remote = 1000\nmails-per-host = 1000\n")
            yield server
    finally:
        for org in orgs:
            host.ssoctl("org", "set", org, "allowed-domains=")


def _asks(rig, person, **how):
    """Chooses the code by email; gives the terminal, at the question for it."""
    terminal = login.Ssh(rig, person, **how)
    terminal.until(WAYS)
    check.contains(terminal.text, r"1\) a code by email", "the ways")
    terminal.send("1")
    terminal.until(CODE)
    return terminal


def _comes(rig, server, person, answers=(), **how):
    """A whole sign-in by code; ANSWERS: (pattern, what is typed) for the prompts behind it."""
    terminal = _asks(rig, person, **how)
    terminal.send(server.code(person))
    for pattern, typed in answers:
        terminal.until(pattern)
        terminal.send(typed)
    return terminal.end(enter=False)


def L14_V2_V5_somebody_new_comes_by_a_code_and_joins(rig):
    person = rig.person(DOMAIN)
    with _by_code(rig, "kite") as server:
        log = rig.log()
        check.equal(host.listed("why", person)["row"], "L14", "the row")
        terminal = _asks(rig, person)
        mail = server.new(person)
        text = mail.get_content()
        code = re.search(r"^\s+(\d{8})$", text, re.MULTILINE).group(1)
        check.contains(text, re.escape(person), "the mail")
        check.contains(text, "from 127.0.0.1", "the mail")
        check.contains(text, "If you did not ask for it", "the mail")
        check.lacks(mail["Subject"], code, "the subject")
        terminal.send(f"{code[:4]} {code[4:]}")  # people group digits
        terminal.until(JOIN)
        terminal.send("kite")
        said = terminal.end(enter=False)
        check.that(login.signed_in(said), f"not signed in: {check.shown(said)}")
        check.contains(said, r"groups=[^\n]*\(kite\)", "the groups")
        row = host.listed("account", "show", person)
        check.equal((row["email_proven"], row["password"]), (True, False), "the account")
        said = _comes(rig, server, person)
        check.that(login.signed_in(said), f"not signed in again: {check.shown(said)}")
        events = host.listed("audit")
        check.contains(str([e for e in events if e["login"] == person]), "mail", "the audit trail")
        check.lacks(log.text() + str(events), code, "logs and audit")


def V2_a_code_is_good_for_five_tries_and_one_use(rig):
    person = rig.person(DOMAIN)
    with _by_code(rig, "kite") as server:
        terminal = _asks(rig, person)
        code = server.code(person)
        for typed in ("", "1", code[:-1], code + "0"):
            terminal.send(typed)
            terminal.until("That is not the code. Code: ")
        terminal.send(str((int(code) + 1) % 10**8).zfill(8))
        said = terminal.end(enter=False)
        check.contains(said, "not typed rightly in time", "what is said after five")
        check.that(not login.signed_in(said) and host.in_passwd(person) is None, "signed in")
        terminal = _asks(rig, person)
        check.that(server.code(person) != code, "the same code again")
        terminal.send(code)
        terminal.until("That is not the code. Code: ")
        terminal.close()


def V2_no_more_mails_go_out_than_the_settings_say(rig):
    person = rig.person(DOMAIN)
    with _by_code(rig, "kite") as server:
        before = server.count()
        for _ in range(3):
            terminal = _asks(rig, person)
            terminal.close()
        terminal = login.Ssh(rig, person)
        terminal.until(WAYS)
        terminal.send("1")
        check.contains(terminal.end(enter=False), "Too many emails have been sent", "what is said of the fourth")
        check.that(server.count() <= before + 3, "more than three mails went out")
        rows = {row["kind"]: row for row in host.listed("throttle", "list")}
        check.equal((rows["mail-to"]["tries"], rows["mail-to"]["free"], rows["mail-to"]["held"]), (3, 3, True), "what is counted")
        check.equal((rows["mail-host"]["free"], rows["mail-new"]["free"]), (1000, 500), "the host's")
        host.ssoctl("throttle", "clear", person)
        _asks(rig, person).close()
        with host.Kept(host.CONF) as conf:  # and from one address, whoever it is for
            with open(conf, "a") as file:
                file.write("mails-per-remote = 2\n")
            host.ssoctl("throttle", "clear", "127.0.0.1")
            for _ in range(2):
                _asks(rig, rig.person(DOMAIN)).close()
            terminal = login.Ssh(rig, rig.person(DOMAIN))
            terminal.until(WAYS)
            terminal.send("1")
            check.contains(terminal.end(enter=False), "Too many emails have been sent", "what is said of the third from one address")


def V3_a_code_is_never_offered_to_owners_and_whom_an_enforcing_org_governs(rig):
    rig.orgs.acme()
    rig.orgs.open()
    person = rig.person()
    login.signs_in(rig, person)
    with _by_code(rig, "kite"):
        for name in (person, "owner@open.test"):
            terminal = login.Ssh(rig, name)
            terminal.until(login.CODE, login.PASSWORD)
            check.lacks(terminal.text, "a code by email", f"what {name} sees")
            terminal.close()


def L9_V5_S8_a_guest_has_the_code_in_the_list_and_is_asked_for_the_password_once(rig):
    rig.orgs.open()
    guest = rig.person(DOMAIN)
    host.ssoctl("member", "add", "open", guest)
    host.set_password(guest, PASSWORD)
    login.by_password(rig, guest, PASSWORD)
    with _by_code(rig) as server:
        for asks in (True, False):
            terminal = login.Ssh(rig, guest)
            check.contains(terminal.password_prompt(), "Number, or password: ", "the prompt")
            terminal.send("1")
            terminal.until(CODE)
            terminal.send(server.code(guest))
            if asks:
                terminal.until(login.LINK)
                terminal.send(PASSWORD)
            said = terminal.end(enter=False)
            check.that(login.signed_in(said), f"not signed in: {check.shown(said)}")
        check.that(login.signed_in(login.by_password(rig, guest, PASSWORD)[1]), "the password does not count any more")


def L13_I2_an_invite_is_accepted_by_a_code_by_email(rig):
    rig.orgs.bare("kite")
    newcomer, member = rig.person(DOMAIN), rig.person(DOMAIN)
    with _by_code(rig, "lark") as server:
        said = _comes(rig, server, member, [(JOIN, "lark")])
        check.that(login.signed_in(said), f"not signed in: {check.shown(said)}")
        for person in (newcomer, member):
            host.ssoctl("invite", "create", "kite", person)
        terminal = login.Ssh(rig, newcomer)
        check.contains(terminal.password_prompt(), "Number, or password: ", "the prompt")
        terminal.send("1")
        terminal.until(CODE)
        check.contains(terminal.text, "was sent to your email address", "the prompt")
        mail = server.new(newcomer).get_content()
        check.contains(mail, r"It is meant for Kite \(kite\)\.", "the mail names the org")
        terminal.send(re.search(r"^\s+(\d{8})$", mail, re.MULTILINE).group(1))
        terminal.until(r"Kite \(kite\) invites you. Join\? \[y/N\]: ")
        terminal.send("y")
        terminal.end(enter=False)
        check.equal(host.members("kite")[newcomer]["source"], "invitation", "how they became a member")
        said = _comes(rig, server, member, [(r"Kite \(kite\) invites you as viewer. Join\? \[y/N\]: ", "y"),
                                            (r"Active org \[\w+\]: ", "kite")])
        check.contains(said, "SSOORG_ORG=kite", "the active org")
