# SPDX-License-Identifier: Apache-2.0
"""Clients other than OpenSSH on a terminal: who approves gets in, and who declines is told."""
import re

import check
import host
import login
import other_client
import provider


def unknown_person_signs_in_with_plink(rig):
    _signs_in_with(rig, "plink")


def unknown_person_signs_in_with_dbclient(rig):
    _signs_in_with(rig, "dbclient")


def plink_shows_address_and_code_in_plain_letters_in_a_C_locale_too(rig):
    _shows_plain_lines(rig, "plink")


def dbclient_shows_address_and_code_in_plain_letters_in_a_C_locale_too(rig):
    _shows_plain_lines(rig, "dbclient")


def plink_tells_that_the_sign_in_was_declined(rig):
    _tells_of_a_refusal(rig, "plink")


def dbclient_tells_that_the_sign_in_was_declined(rig):
    _tells_of_a_refusal(rig, "dbclient")


def _signs_in_with(rig, program):
    org, person = rig.orgs.acme_afresh(), rig.person()
    requests = provider.Requests(rig)
    terminal = other_client.terminal(rig, program, person)
    rig.idp.approve(terminal.challenge(), person)
    text = terminal.end()
    check.contains(text, rf"uid=(\d+)\({re.escape(person)}\) gid=\1\(.*\({org}\)", "id")
    check.contains(text, f"HOME=/home/{person}", "the session")
    check.equal(host.in_passwd(person)[2], re.search(r"uid=(\d+)", text).group(1), "the uid in passwd")
    check.equal(requests.flows(), 1, "flows at the provider")


def _shows_plain_lines(rig, program):
    rig.orgs.acme_afresh()
    for locale in ("C", "C.UTF-8"):
        terminal = other_client.terminal(rig, program, rig.person(), locale=locale)
        challenge = terminal.challenge()
        terminal.close()
        for line in (r"https://localhost:\d+/device", challenge.code):
            check.contains(challenge.text, rf"(^|\n)(\| )?{line}\r?\n", f"the prompt in {locale}")
        check.contains(challenge.text, r"Press Enter when you have approved it there: $", "the end of the prompt")
    check.lacks(challenge.text, r"\\\d{3}|\\x[0-9a-f]", "the prompt")


def _tells_of_a_refusal(rig, program):
    rig.orgs.acme_afresh()
    requests = provider.Requests(rig)
    text = login.is_declined(rig, other_client.terminal(rig, program, rig.person()))
    check.that(not login.signed_in(text), "the person got in")
    check.contains(text, "declined", "what the person is told")
    check.equal(requests.flows(), 1, "flows at the provider")
