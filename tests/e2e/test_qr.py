# SPDX-License-Identifier: Apache-2.0
"""The picture of the address, for phones: where it is shown, and where nothing but plain letters is."""
import re

import check
import host
import login
import other_client

BLOCKS = "[\u2580\u2584\u2588]"


def qr_never_shows_nothing_but_ASCII_over_ssh(rig):
    rig.orgs.acme_afresh()
    with host.Kept(host.CONF) as conf:
        conf.write_text("qr = never\n")
        text = _prompt_over_ssh(rig)
    check.that(text.isascii(), f"bytes above 0x7f: {check.shown(text)}")


def qr_always_shows_the_picture_at_the_console_too(rig):
    rig.orgs.acme_afresh()
    with host.Kept(host.CONF) as conf:
        conf.write_text("qr = always\n")
        check.contains(_prompt_at_console(rig), BLOCKS, "the console")
        check.contains(_prompt_over_ssh(rig), BLOCKS, "what OpenSSH shows")


def qr_by_default_shows_the_picture_over_ssh_and_not_at_the_console(rig):
    rig.orgs.acme_afresh()
    check.contains(_prompt_over_ssh(rig), BLOCKS, "what OpenSSH shows")
    text = _prompt_at_console(rig)
    check.that(text.isascii(), f"bytes above 0x7f at the console: {check.shown(text)}")


def qr_picture_comes_behind_address_and_code_and_before_the_question(rig):
    rig.orgs.acme_afresh()
    text = _prompt_over_ssh(rig)
    picture = [match.start() for match in re.finditer(BLOCKS, text)]
    last = max(match.end() for pattern in (login.URL, login.CODE) for match in pattern.finditer(text))
    check.that(last < picture[0] < picture[-1] < text.index("Press Enter"), f"the order in {text!r}")


def _prompt_over_ssh(rig):
    terminal = login.Ssh(rig, rig.person(), env=other_client.environment(rig))
    terminal.challenge()
    terminal.close()
    return terminal.text


def _prompt_at_console(rig):
    terminal = login.console_as(rig.person())
    terminal.challenge()
    terminal.close()
    return terminal.text
