# SPDX-License-Identifier: Apache-2.0
"""Codes by email: whom they let in, who is offered one, and how many go out (POLICY V2)."""
import re

import check
import host
import login
import mail_codes


def L14_V2_V5_somebody_new_comes_by_a_code_and_joins(rig):
    person = rig.person(mail_codes.DOMAIN)
    with mail_codes.by_code(rig, "kite") as server:
        log = rig.log()
        check.equal(host.listed("why", person)["row"], "L14", "the row")
        terminal = mail_codes.asks(rig, person)
        mail = server.new(person)
        text = mail.get_content()
        code = re.search(r"^\s+(\d{8})$", text, re.MULTILINE).group(1)
        check.contains(text, re.escape(person), "the mail")
        check.contains(text, "from 127.0.0.1", "the mail")
        check.contains(text, "If you did not ask for it", "the mail")
        check.lacks(mail["Subject"], code, "the subject")
        terminal.send(f"{code[:4]} {code[4:]}")  # people group digits
        terminal.until(mail_codes.JOIN)
        terminal.send("kite")
        said = terminal.end(enter=False)
        check.that(login.signed_in(said), f"not signed in: {check.shown(said)}")
        check.contains(said, r"groups=[^\n]*\(kite\)", "the groups")
        row = host.listed("account", "show", person)
        check.equal((row["email_proven"], row["password"]), (True, False), "the account")
        said = mail_codes.comes(rig, server, person)
        check.that(login.signed_in(said), f"not signed in again: {check.shown(said)}")
        events = host.listed("audit")
        check.contains(str([e for e in events if e["login"] == person]), "mail", "the audit trail")
        check.lacks(log.text() + str(events), code, "logs and audit")


def V2_a_code_is_good_for_five_tries_and_one_use(rig):
    person = rig.person(mail_codes.DOMAIN)
    with mail_codes.by_code(rig, "kite") as server:
        terminal = mail_codes.asks(rig, person)
        code = server.code(person)
        for typed in ("", "1", code[:-1], code + "0"):
            terminal.send(typed)
            terminal.until("That is not the code. Code: ")
        terminal.send(str((int(code) + 1) % 10**8).zfill(8))
        said = terminal.end(enter=False)
        check.contains(said, "not typed rightly in time", "what is said after five")
        check.that(not login.signed_in(said) and host.in_passwd(person) is None, "signed in")
        terminal = mail_codes.asks(rig, person)
        check.that(server.code(person) != code, "the same code again")
        terminal.send(code)
        terminal.until("That is not the code. Code: ")
        terminal.close()


def V2_no_more_mails_go_out_than_the_settings_say(rig):
    person = rig.person(mail_codes.DOMAIN)
    with mail_codes.by_code(rig, "kite") as server:
        before = server.count()
        for _ in range(3):
            terminal = mail_codes.asks(rig, person)
            terminal.close()
        terminal = login.Ssh(rig, person)
        terminal.until(mail_codes.WAYS)
        terminal.send("1")
        check.contains(terminal.end(enter=False), "Too many emails have been sent", "what is said of the fourth")
        check.that(server.count() <= before + 3, "more than three mails went out")
        rows = {row["kind"]: row for row in host.listed("throttle", "list")}
        check.equal((rows["mail-to"]["tries"], rows["mail-to"]["free"], rows["mail-to"]["held"]), (3, 3, True), "what is counted")
        check.equal((rows["mail-host"]["free"], rows["mail-new"]["free"]), (1000, 500), "the host's")
        host.ssoctl("throttle", "clear", person)
        mail_codes.asks(rig, person).close()
        with host.Kept(host.CONF) as conf:  # and from one address, whoever it is for
            with open(conf, "a") as file:
                file.write("mails-per-remote = 2\n")
            host.ssoctl("throttle", "clear", "127.0.0.1")
            for _ in range(2):
                mail_codes.asks(rig, rig.person(mail_codes.DOMAIN)).close()
            terminal = login.Ssh(rig, rig.person(mail_codes.DOMAIN))
            terminal.until(mail_codes.WAYS)
            terminal.send("1")
            check.contains(terminal.end(enter=False), "Too many emails have been sent", "what is said of the third from one address")


def V3_a_code_is_never_offered_to_owners_and_whom_an_enforcing_org_governs(rig):
    rig.orgs.acme()
    rig.orgs.open()
    person = rig.person()
    login.signs_in(rig, person)
    with mail_codes.by_code(rig, "kite"):
        for name in (person, "owner@open.test"):
            terminal = login.Ssh(rig, name)
            terminal.until(login.CODE, login.PASSWORD)
            check.lacks(terminal.text, "a code by email", f"what {name} sees")
            terminal.close()


def L9_V5_S8_a_guest_has_the_code_in_the_list_and_is_asked_for_the_password_once(rig):
    rig.orgs.open()
    guest = rig.person(mail_codes.DOMAIN)
    host.ssoctl("member", "add", "open", guest)
    host.set_password(guest, mail_codes.PASSWORD)
    login.by_password(rig, guest, mail_codes.PASSWORD)
    with mail_codes.by_code(rig) as server:
        for asks in (True, False):
            terminal = login.Ssh(rig, guest)
            check.contains(terminal.password_prompt(), "Number, or password: ", "the prompt")
            terminal.send("1")
            terminal.until(mail_codes.CODE)
            terminal.send(server.code(guest))
            if asks:
                terminal.until(login.LINK)
                terminal.send(mail_codes.PASSWORD)
            said = terminal.end(enter=False)
            check.that(login.signed_in(said), f"not signed in: {check.shown(said)}")
        check.that(login.signed_in(login.by_password(rig, guest, mail_codes.PASSWORD)[1]), "the password does not count any more")


def L13_I2_an_invite_is_accepted_by_a_code_by_email(rig):
    rig.orgs.bare("kite")
    newcomer, member = rig.person(mail_codes.DOMAIN), rig.person(mail_codes.DOMAIN)
    with mail_codes.by_code(rig, "lark") as server:
        said = mail_codes.comes(rig, server, member, [(mail_codes.JOIN, "lark")])
        check.that(login.signed_in(said), f"not signed in: {check.shown(said)}")
        for person in (newcomer, member):
            host.ssoctl("invite", "create", "kite", person)
        terminal = login.Ssh(rig, newcomer)
        check.contains(terminal.password_prompt(), "Number, or password: ", "the prompt")
        terminal.send("1")
        terminal.until(mail_codes.CODE)
        check.contains(terminal.text, "was sent to your email address", "the prompt")
        mail = server.new(newcomer).get_content()
        check.contains(mail, r"It is meant for Kite \(kite\)\.", "the mail names the org")
        terminal.send(re.search(r"^\s+(\d{8})$", mail, re.MULTILINE).group(1))
        terminal.until(r"Kite \(kite\) invites you. Join\? \[y/N\]: ")
        terminal.send("y")
        terminal.end(enter=False)
        check.equal(host.members("kite")[newcomer]["source"], "invitation", "how they became a member")
        said = mail_codes.comes(rig, server, member, [(r"Kite \(kite\) invites you as viewer. Join\? \[y/N\]: ", "y"),
                                            (r"Active org \[\w+\]: ", "kite")])
        check.contains(said, "SSOORG_ORG=kite", "the active org")
