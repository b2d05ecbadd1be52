# SPDX-License-Identifier: Apache-2.0
"""When and from where the sign-in before was, as each sign-in shows it."""
import re
import time

import check
import login
import other_client


def K7_each_sign_in_shows_when_and_from_where_the_one_before_was(rig):
    rig.orgs.acme_afresh()
    person = rig.person()
    before = time.time()
    text = login.signs_in(rig, person)
    check.lacks(text, "Last sign-in", "the first sign-in")
    after = time.time()
    at, place = _last_sign_in(login.shell_at_console(rig, person))
    check.that(int(before) <= at <= after, f"the first sign-in was at {before}..{after}, shown is {at}")
    check.equal(place, "127.0.0.1", "from where the first was")
    terminal = other_client.terminal(rig, "dbclient", person)
    rig.idp.approve(terminal.challenge(), person)
    second, place = _last_sign_in(terminal.end())
    check.that(second >= at, f"the sign-in at the console was at {second}, the one before at {at}")
    check.equal(place, None, "from where the one at the console was")


def K7_a_shell_by_plink_shows_the_last_sign_in(rig):
    rig.orgs.acme_afresh()
    person = rig.person()
    login.signs_in(rig, person)
    _last_sign_in(login.shell_of(rig, other_client.terminal(rig, "plink", person, command=None), person))


def K7_a_shell_by_ssh_shows_the_last_sign_in(rig):
    rig.orgs.acme_afresh()
    person = rig.person()
    login.signs_in(rig, person)
    text = login.shell_of(rig, login.Ssh(rig, person, shell=True), person)
    # sshd shows what PAM said once with the prompts and once more before a shell: see pam_ssoorg(8), CAVEATS.
    lines = {line.strip() for line in text.splitlines() if "Last sign-in: " in line}
    check.equal(len(lines), 1, f"lines about the last sign-in in {check.shown(text, 300)}")


def _last_sign_in(text):
    """When, in seconds, and from where: as the line says it."""
    found = re.search(r"Last sign-in: (\S+Z)(?: from (\S+))?", text)
    check.that(found, f"no line about the last sign-in: {check.shown(text)}")
    at = time.strptime(found.group(1), "%Y-%m-%dT%H:%M:%SZ")
    return time.mktime(at) - time.timezone, found.group(2)
