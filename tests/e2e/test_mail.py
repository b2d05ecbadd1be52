# SPDX-License-Identifier: Apache-2.0
"""The host's mail server (POLICY V2)."""
import re

import check
import host
import postfix


def V2_a_mail_goes_through_a_real_server_with_tls_and_authentication(rig):
    for scheme in ("smtps", "smtp"):
        with postfix.sends(rig, scheme) as server:
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
