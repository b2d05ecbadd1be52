# SPDX-License-Identifier: Apache-2.0
"""Invitations and imports that are told by mail (POLICY I1, V2)."""
import re

import check
import host
import login
import mail_codes
import postfix


def I1_V2_an_invitation_goes_by_mail_with_all_that_is_needed(rig):
    rig.orgs.bare("kite")
    person, other, third = rig.person(mail_codes.DOMAIN), rig.person(mail_codes.DOMAIN), rig.person(mail_codes.DOMAIN)
    host.ssoctl("invite", "create", "kite", person, "--mail", wants=4)  # without a mail server nothing is stored
    check.equal(host.listed("invite", "list", "kite"), [], "the invites")
    with postfix.sends(rig) as server:
        log = rig.log()
        said = host.ssoctl("invite", "create", "kite", person, "--role", "admin", "--mail", "--json")
        check.contains(said.err, "the code was sent to them by mail", "what is said")
        mail = server.new(person)
        text = mail.get_content()
        code = re.search(r"^    ([A-Z0-9-]{20,})$", text, re.MULTILINE).group(1)
        check.lacks(said.text + log.text() + str(host.listed("audit")), code, "output, logs and audit")
        for words in (r"Kite \(kite\) invites you to \S+ as admin", "Sign in there as " + person, "good until 20"):
            check.contains(text, words, "the mail")
        check.contains(mail["Subject"], r"Kite \(kite\) invites you", "the subject")
        terminal = login.Ssh(rig, person)
        terminal.password_prompt()
        terminal.send(code)
        terminal.until(r"Kite \(kite\) invites you to \S+ as admin")
        terminal.close()
        host.ssoctl("invite", "create", "kite", "refused@nest.test", "--mail", "--json", wants=1)
        said = host.ssoctl("invite", "create", "kite", "later@nest.test", "--mail", "--json", wants=1)
        check.contains(said.out, r'"code":\s?"[A-Z0-9-]{20,}"', "what could not be sent is shown")
        host.ssoctl("idp", "set", "kite", "--issuer", rig.idp.issuer, "--client-id", "ssoorg", "--ca-file", rig.ca, "--auth", "none")
        host.ssoctl("idp", "set", "kite", "--trust", "any")
        host.ssoctl("invite", "create", "kite", other, "--via", "sso", "--mail")
        check.contains(server.new(other).get_content(), "You need no password", "the mail of an invite by sso")
        host.ssoctl("invite", "create", "kite", third, "--mail", "--dry-run")
        with host.Kept(host.CONF) as conf:
            with open(conf, "a") as file:
                file.write("mails-per-host = 2\n")
            said = host.ssoctl("invite", "create", "kite", third, "--mail", "--json", wants=3)
            check.contains(said.err, "no more mails may be sent for now", "what is said beyond the limit")
            check.contains(said.out, '"code"', "the code all the same")
        for name in (person, other, third, "refused@nest.test", "later@nest.test"):
            host.ssoctl("invite", "cancel", "kite", name)
        host.ssoctl("idp", "remove", "kite", "--yes")


def V2_an_import_tells_each_who_was_added_by_mail(rig):
    rig.orgs.bare("kite")
    there, one, two, three = (rig.person(mail_codes.DOMAIN) for _ in range(4))
    host.ssoctl("member", "add", "kite", there)
    with postfix.sends(rig) as server:
        before = server.count()
        rows = f"email,role,status\n{there},viewer,\n{one},admin,\n{two},viewer,suspended\n"
        said = host.ssoctl("member", "import", "kite", "-", "--mail", stdin=rows)
        check.contains(said.err, "1 people were told by mail", "what is said")
        check.contains(server.new(one).get_content(), r"Kite \(kite\) gives you access to \S+ as admin", "the mail")
        check.equal(server.count(), before + 1, "how many mails went out")
        with host.Kept(host.CONF) as conf:
            with open(conf, "a") as file:
                file.write("mails-per-host = 4\n")
            host.ssoctl("throttle", "clear", "host")
            host.ssoctl("member", "import", "kite", "-", "--mail", "--dry-run", stdin=f"email\n{three}\n")
            said = host.ssoctl("member", "import", "kite", "-", "--mail", stdin=f"email\n{three}\nx{three}\ny{three}\n", wants=1)
        check.contains(said.err, f"mail to y{three}: no more mails may be sent.*2 of 3 people were told", "what is said beyond the limit")
        check.that({three, f"x{three}"} <= set(host.members("kite")), "they are no members")
    host.ssoctl("member", "import", "kite", "-", "--mail", stdin="email\nnobody@nest.test\n", wants=4)
    check.that("nobody@nest.test" not in host.members("kite"), "somebody was stored without a mail server")
