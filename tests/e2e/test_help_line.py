# SPDX-License-Identifier: Apache-2.0
"""The help line of an org, behind each refusal."""
import contextlib

import check
import host
import keys
import login
import other_client

HELP = "Call 555-0100"


def M_the_help_line_of_the_org_follows_every_refusal(rig):
    with _help(rig) as org:
        person, other = rig.person(), rig.person()
        login.signs_in(rig, person)
        _helps(login.is_refused(rig, person, other), "name you typed here")
        _helps(login.is_declined(rig, login.Ssh(rig, other)), "if it is yours")
        with keys.setting(org, "deny"):
            _helps(keys.by_key(rig, person, keys.give_key(rig, person)), r"PubkeyAuthentication=no\)")
        host.ssoctl("member", "suspend", org, person)
        _helps(login.is_refused(rig, person, person), "ask an admin")


def M_the_help_line_is_there_at_the_console_with_plink_and_with_dbclient(rig):
    with _help(rig):
        terminal = login.console_as(rig.person())
        rig.idp.answer(terminal.challenge(), "alice@acme.test", "abort")
        terminal.enter_until("if it is yours")
        terminal._more()
        terminal.close()
        _helps(terminal.text, "if it is yours")
        for program in ("plink", "dbclient"):
            _helps(login.is_declined(rig, other_client.terminal(rig, program, rig.person())), "if it is yours")


def M_an_empty_help_drops_the_line(rig):
    with _help(rig) as org:
        host.ssoctl("org", "set", org, "help=")
        text = login.is_declined(rig, login.Ssh(rig, rig.person()))
    check.contains(text, "declined", "what the person is told")
    check.lacks(text, HELP, "what the person is told")


@contextlib.contextmanager
def _help(rig):
    org = rig.orgs.acme_afresh()
    host.ssoctl("org", "set", org, f"help={HELP}")
    try:
        yield org
    finally:
        host.ssoctl("org", "set", org, "help=")


def _helps(text, sentence):
    """The help stands on a line of its own right behind the sentence."""
    check.contains(text, rf"{sentence}\.?\s*\n(\| )?{HELP}\s*?(\r|\n|$)", "the refusal")
