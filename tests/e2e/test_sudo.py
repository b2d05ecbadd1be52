"""sudo, for people who have no password: on a terminal, in scripts and under ansible."""
import os
import pathlib
import signal
import subprocess

import check
import host
import login
import other_client
import processes
import stacks

DROP_IN = pathlib.Path("/etc/sudoers.d/ssoorg")
OWN = r"uid=0\(root\)"
FAST_S = check.SOON_S


def O04_sudo_n_works_soon_after_a_sign_in_and_says_why_not_later(rig):
    person = _member(rig)
    with stacks.wired(person):
        check.contains(_unattended(rig, person, "sudo", "-n", "id"), OWN, "sudo -n soon after SSO")
        with stacks.reauth("0s"):
            said = _unattended(rig, person, "sudo", "-n", "id")
            check.lacks(said, OWN, "what sudo -n does later")
            check.contains(said, "needs a terminal that can show a prompt", "why")
        DROP_IN.unlink()
        check.contains(_unattended(rig, person, "sudo", "-n", "id"), "a password is required", "without our drop-in")


def O04_sudo_n_begins_no_sign_in_and_counts_none(rig):
    person = _member(rig)
    with stacks.wired(person), stacks.reauth("0s"):
        host.ssoctl("host", "enable", "sudo-i")
        before, log = _asked(rig), rig.log()
        for words in (("-n", "id"), ("-kHSnu", "root", "id"), ("--user", "root", "A=b", "--non-interactive", "id"), ("-n", "-i", "id"),
                      ("-p", "hm: ", "-nv")):
            said = _unattended(rig, person, "sudo", *words)
            check.lacks(said, OWN, f"what sudo {' '.join(words)} does")
            check.contains(said, "needs a terminal that can show a prompt", f"why sudo {' '.join(words)} does not")
        check.equal(_asked(rig), before, "codes that the provider was asked for")
        check.lacks(str([row["subject"] for row in host.listed("throttle", "list")]), person, "what is counted")
        check.contains(log.text(), rf"refused: login={person} [^\n]*reason=needs-terminal sudo was told to ask nobody", "the log")
        for words in (("id", "-n"), ("-p", "-n", "id"), ("--", "id", "-n")):  # these are not sudo's
            terminal = stacks.as_user(person, "sudo", *words)
            terminal.challenge()
            terminal.close()
        check.equal(_asked(rig), before + 3, "codes for those who can be asked")


def O05_sudo_i_asks_as_sudo_does(rig):
    person = _member(rig)
    with stacks.wired(person):
        host.ssoctl("host", "enable", "sudo-i")
        check.contains(stacks.as_user(person, "sudo", "-i", "id").end(enter=False), OWN, "sudo -i soon after SSO")
        with stacks.reauth("0s"):
            terminal = stacks.as_user(person, "sudo", "-i", "id")
            rig.idp.approve(terminal.challenge(), person)
            terminal.enter_until(OWN)
            terminal.close()


def sudo_S_takes_an_empty_line_as_enter(rig):
    person = _member(rig)
    with stacks.wired(person), stacks.reauth("0s"):
        said = _unattended(rig, person, "sh", "-c", "yes '' | head -c 40 | sudo -S id")
        check.lacks(said, OWN, "what it does without an approval")
        check.contains(said, "again and again|needs a terminal|not approved", "why")


def ansibles_become_works_soon_after_a_sign_in(rig):
    person = _member(rig)
    with stacks.wired(person):
        for words in ((), ("-e", "ansible_become_password=whatever-1")):
            said = _ansible(rig, person, *words)
            check.contains(said, r"uid=0\(root\)", f"ansible -b with {words}")
        with stacks.reauth("0s"):
            said = _ansible(rig, person)
            check.contains(said, "FAILED|UNREACHABLE|needs a terminal|Missing sudo password|MODULE FAILURE", "ansible -b later")
            check.lacks(said, r"uid=0\(root\)", "ansible -b later")


def admins_of_an_org_have_sudo_where_operators_say_so(rig):
    org = rig.orgs.gamma()
    admin, viewer = rig.person("gamma.test"), rig.person("gamma.test")
    host.ssoctl("member", "add", org, admin, "--role", "admin")
    with stacks.wired():
        for person in (admin, viewer):
            login.signs_in(rig, person)
        check.lacks(DROP_IN.read_text(), f"%{org}-admins", "before anybody said so")
        host.ssoctl("org", "set", org, "admins-sudo=yes")
        check.contains(DROP_IN.read_text(), rf"\n%{org}-admins ALL=\(ALL:ALL\) ALL\n", "the rules")
        check.equal(host.mode_of(DROP_IN), "0440 0:0", "mode and owner")
        check.equal(processes.run("visudo", "-c", "-q").status, 0, "what visudo says")
        check.contains(_as_session(rig, org, admin, "admin", "sudo", "-n", "id"), OWN, "the admin")
        check.contains(_as_session(rig, org, viewer, "viewer", "sudo", "-n", "id"), "not (in the sudoers|allowed)", "the viewer")
        host.ssoctl("org", "set", org, "admins-sudo=no")
        check.lacks(DROP_IN.read_text(), f"%{org}-admins", "after it was taken back")
        check.lacks(_as_session(rig, org, admin, "admin", "sudo", "-n", "id"), OWN, "the admin then")


def rules_go_with_their_org(rig):
    with stacks.wired():
        host.ssoctl("org", "create", "rulers", "--name", "Rulers", "--owner", "ruler@example.org")
        host.ssoctl("org", "set", "rulers", "admins-sudo=yes")
        host.ssoctl("org", "rename", "rulers", "rulers2", "--yes")
        check.contains(DROP_IN.read_text(), r"\n%rulers2-admins ", "after it was renamed")
        check.lacks(DROP_IN.read_text(), r"%rulers-admins", "after it was renamed")
        host.ssoctl("org", "delete", "rulers2", "--yes")
        check.lacks(DROP_IN.read_text(), "rulers", "after it was deleted")
        host.ssoctl("host", "disable", "sudo")
        check.that(not DROP_IN.exists(), "the file stays when sudo is unwired")


def rules_that_were_read_before_an_org_was_changed_do_not_stay(rig):
    """An admin who has lost sudo meanwhile; 'host enable' is stopped between reading and writing."""
    with stacks.wired():
        host.ssoctl("org", "create", "regents", "--name", "Regents", "--owner", "regent@example.org")
        host.ssoctl("org", "set", "regents", "admins-sudo=yes")
        host.ssoctl("host", "disable", "sudo")
        tracer = subprocess.Popen(["strace", "-qq", "-o", "/dev/null", "-e", "trace=fsync", "-e",
                                   "inject=fsync:signal=SIGSTOP:when=1", "ssoctl", "host", "enable", "sudo"],
                                  stdout=subprocess.DEVNULL)
        check.soon(DROP_IN.with_name(".ssoorg.ssoorg-new").exists, "it writes no rules")
        check.that(not DROP_IN.exists(), "the rules are there before")
        host.ssoctl("org", "set", "regents", "admins-sudo=no")
        check.soon(lambda: _has_ended(tracer), "'host enable' does not end")
        check.equal(tracer.returncode, 0, "exit status of 'host enable'")
        check.that(DROP_IN.exists(), "sudo is not wired")
        check.lacks(DROP_IN.read_text(), "regents", "the rules")
        host.ssoctl("org", "delete", "regents", "--yes")


def _has_ended(tracer):
    """Whether it has; what it traces is told to go on, which may be before it stops."""
    children = pathlib.Path(f"/proc/{tracer.pid}/task/{tracer.pid}/children")
    for pid in children.read_text().split() if tracer.poll() is None else ():
        os.kill(int(pid), signal.SIGCONT)
    return tracer.poll() is not None


def a_rule_that_somebody_changed_is_said_by_check(rig):
    with stacks.wired():
        DROP_IN.chmod(0o640)
        DROP_IN.write_text(DROP_IN.read_text() + "%everybody ALL=(ALL) ALL\n")
        said = host.ssoctl("check", "--offline", wants=None).text
        check.contains(said, r"sudoers \(/etc/sudoers\.d/ssoorg\) has lines of ssoorg that are not this version's", "check")
        host.ssoctl("host", "enable", "sudo")
        check.lacks(DROP_IN.read_text(), "everybody", "the file after its mend")


def _asked(rig):
    """How often the provider was asked for codes."""
    return (rig.folder / "secrets.requests").read_text().split().count("device_authorization")


def _member(rig):
    rig.orgs.acme()
    person = rig.person()
    login.signs_in(rig, person)
    return person


def _as_user(person, groups, *words):
    uid = host.in_passwd(person)[2]
    opened = ["--groups", ",".join(map(str, groups))] if groups else ["--clear-groups"]
    return ("setpriv", "--reuid", uid, "--regid", uid, *opened, *words)


def _unattended(rig, person, *words, groups=()):
    run = other_client.Unattended(rig, *_as_user(person, groups, *words))
    check.that(run.wait(FAST_S), f"{' '.join(words)} waits after {FAST_S} s: {check.shown(run.text)}")
    return run.text


def _as_session(rig, org, person, role, *words):
    row = host.listed("org", "show", org)
    return _unattended(rig, person, *words, groups=[row["gid"], *([row["admins_gid"]] if role == "admin" else [])])


def _ansible(rig, person, *words):
    home = rig.folder / "ansible"
    home.mkdir(exist_ok=True)
    home.chmod(0o777)
    env = ("env", f"HOME={home}", f"ANSIBLE_LOCAL_TEMP={home}/l", f"ANSIBLE_REMOTE_TEMP={home}/remote-{person}", "LC_ALL=C.UTF-8")
    run = other_client.Unattended(rig, *_as_user(person, (), *env, "ansible", "-b", "-i", "localhost,", "-c", "local",
                                                 "localhost", "-m", "ansible.builtin.command", "-a", "id", *words))
    check.that(run.wait(check.HANG_S), f"ansible waits: {check.shown(run.text)}")
    return run.text
