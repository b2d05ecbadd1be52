# SPDX-License-Identifier: Apache-2.0
"""Signing in by a code that comes by email (POLICY V2)."""
import contextlib

import check
import host
import login
import postfix

DOMAIN = "nest.test"
PASSWORD = "guest-Lantern-31-quartz"
WAYS = r"Number \[1\]: "
CODE = r"Code: $"
JOIN = r"Number, slug or (?:none|Enter to go on): "


@contextlib.contextmanager
def by_code(rig, *orgs):
    """Codes by email, and orgs that people of the domain may join; nothing of it stays for other tests."""
    for org in orgs:
        rig.orgs.bare(org)
        host.ssoctl("org", "set", org, f"allowed-domains={DOMAIN}")
    try:
        with postfix.sends(rig) as server, host.Kept(host.CONF) as conf:
            with open(conf, "a") as file:
                file.write("mails-per-remote = 1000\nmails-per-host = 1000\n")
            yield server
    finally:
        for org in orgs:
            host.ssoctl("org", "set", org, "allowed-domains=")


def asks(rig, person, **how):
    """Chooses the code by email; gives the terminal, at the question for it."""
    terminal = login.Ssh(rig, person, **how)
    terminal.until(WAYS)
    check.contains(terminal.text, r"1\) a code by email", "the ways")
    terminal.send("1")
    terminal.until(CODE)
    return terminal


def comes(rig, server, person, answers=(), **how):
    """A whole sign-in by code; ANSWERS: (pattern, what is typed) for the prompts behind it."""
    terminal = asks(rig, person, **how)
    terminal.send(server.code(person))
    for pattern, typed in answers:
        terminal.until(pattern)
        terminal.send(typed)
    return terminal.end(enter=False)
