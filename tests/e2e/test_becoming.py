# SPDX-License-Identifier: Apache-2.0
"""Becoming somebody by su, runuser and sudo, with ssoorg in their stacks and without."""
import contextlib

import check
import host
import local_users as local
import login
import other_client
import processes


def K1_root_becomes_a_member_by_su_runuser_and_sudo_without_a_prompt(rig):
    rig.orgs.acme_afresh()
    person = rig.person()
    login.signs_in(rig, person)
    for command in _to_become(person):
        _becomes(rig, person, command)


def K1_with_ssoorg_in_their_stacks_su_and_sudo_of_root_check_the_status_alone(rig):
    org, person = rig.orgs.acme_afresh(), rig.person()
    login.signs_in(rig, person)
    with _wired("su"), _wired("su-l"), _wired("sudo"):
        for command in _to_become(person):
            _becomes(rig, person, command)
        host.ssoctl("account", "lock", person)
        _is_not_let(rig, "locked", "su", person, "-c", "id")
        host.ssoctl("account", "unlock", person)
        host.ssoctl("member", "remove", org, person, "--yes")
        _is_not_let(rig, "no longer a member", "su", "-", person, "-c", "id")


def K6_su_and_sudo_by_others_end_at_once_without_a_terminal(rig):
    rig.orgs.acme_afresh()
    local.make_users(rig)
    person = rig.person()
    login.signs_in(rig, person)
    for command in _by_others(person):
        _is_not_let(rig, r"\w", *command)
    processes.ours_are_gone()


def K6_with_ssoorg_in_their_stacks_su_and_sudo_say_that_they_need_a_terminal(rig):
    rig.orgs.acme_afresh()
    local.make_users(rig)
    person = rig.person()
    login.signs_in(rig, person)
    with _wired("su"), _wired("su-l"), _wired("sudo"):
        for command in _by_others(person):
            _is_not_let(rig, _words_for(command), *command)
    processes.ours_are_gone()


def _to_become(name):
    return (("su", name, "-c", "id"), ("su", "-", name, "-c", "id"), ("runuser", "-u", name, "--", "id"),
            ("runuser", "-l", name, "-c", "id"), ("sudo", "-u", name, "id"), ("sudo", "-n", "-i", "-u", name, "id"))


def _becomes(rig, name, command):
    run = other_client.Unattended(rig, *command)
    check.that(run.wait(check.SOON_S), f"{' '.join(command)} waits after {check.SOON_S} s")
    check.equal(run.status, 0, f"the exit status of {' '.join(command)}, {check.shown(run.text)}")
    number = host.in_passwd(name)[2]
    check.contains(run.text, rf"^uid={number}\(\S+\) gid={number}\(\S+\) groups={number}\([^,]*\)\s*$", "id")


def _is_not_let(rig, words, *command):
    run = other_client.Unattended(rig, *command)
    check.that(run.wait(check.SOON_S), f"{' '.join(command)} waits after {check.SOON_S} s")
    check.that(run.status != 0 and "uid=" not in run.text, f"{' '.join(command)} worked: {run.text}")
    check.contains(run.text, words, f"what {' '.join(command)} says")


def _by_others(person):
    """su by a local user to a member, and su and sudo by the member."""
    return (("runuser", "-u", local.USER, "--", "su", person, "-c", "id"),
            ("runuser", "-u", local.USER, "--", "su", "-", person, "-c", "id"),
            ("runuser", "-u", person, "--", "su", "root", "-c", "id"),
            ("runuser", "-u", person, "--", "sudo", "id"),
            ("runuser", "-u", person, "--", "sudo", "-n", "id"),
            ("runuser", "-u", person, "--", "sudo", "-S", "id"))


def _words_for(command):
    """What each says with ssoorg in its stack; root is none of ours, and sudo -n shows no prompt."""
    if "root" in command:
        return "Authentication failure"
    return "password is required" if "-n" in command else r"needs a terminal that can show a prompt"


@contextlib.contextmanager
def _wired(service):
    """The service with ssoorg in its stack, before the distribution's own modules."""
    with host.Kept(f"/etc/pam.d/{service}") as path:
        rootok = "auth sufficient pam_rootok.so\n" if service != "sudo" else ""
        path.write_text(rootok + "auth [success=done ignore=ignore default=die] pam_ssoorg.so\n"
                        "@include common-auth\naccount required pam_ssoorg.so\n@include common-account\n"
                        "session required pam_ssoorg.so\n@include common-session-noninteractive\n")
        yield
