"""What other means of keeping people out make of names with an @: each line as an admin would write it."""
import contextlib
import pathlib
import re

import check
import host
import login
import orgs
import processes
import sshd
import test_check as checks

ACCESS = pathlib.Path("/etc/security/access.conf")


def O09_access_conf_with_an_address_keeps_nobody_out_and_check_says_so(rig):
    org, person = rig.orgs.acme(), rig.person()
    login.signs_in(rig, person)
    with _access(f"- : {person} : ALL"):
        login.signs_in(rig, person)
        checks._is_said("critical", "access", rf"- : {person} : ALL.*keeps no member out", "member suspend")
    with _access(f"+ : {person} : ALL", "- : ALL EXCEPT root : ALL"):
        checks._is_said("warning", "access", "lets no member in")
        _is_kept_out(rig, person)
    with _access(f"- : ({org}) : ALL"):
        _is_kept_out(rig, person)
        checks._is_said("ok", "access", "names nobody by an address")


def O09_an_orgs_group_in_access_conf_counts_at_the_console_where_it_is_listed(rig):
    org, person = rig.orgs.open(), "access@open.example"
    password = "access-Lantern-35-gravel"
    rig.secrets.add(password)
    host.ssoctl("member", "add", org, person)
    host.set_password(person, password)
    check.contains(login.at_console(person, password), "uid=", "without a line")
    with _access(f"- : ({org}) : ALL"):
        check.lacks(login.at_console(person, password), "uid=", "an org that enforces nothing")


def Match_User_in_sshd_config_takes_an_address(rig):
    rig.orgs.acme()
    person = rig.person()
    login.signs_in(rig, person)
    server = sshd.Sshd(rig.folder, "match")
    server.config.write_text(server.config.read_text() + f"Match User {person}\n  ForceCommand echo forced\n")
    rig.serve(server)
    text = login.sign_in(rig, person, sshd=server).text
    check.contains(text, r"\nforced\r?\n", "the session")
    server.stop()


def DenyUsers_with_a_question_mark_keeps_one_out_and_with_an_at_nobody(rig):
    rig.orgs.acme()
    person = rig.person()
    login.signs_in(rig, person)
    for line, out in ((f"DenyUsers {person}", False), (f"DenyUsers {person.replace('@', '?')}", True)):
        server = rig.serve(sshd.Sshd(rig.folder, "deny", [line]))
        text = login.sign_in(rig, person, sshd=server).text
        check.equal(login.signed_in(text), not out, f"signed in with {line}")
        server.stop()


def fail2ban_counts_what_was_refused_and_not_what_was_given_up(rig):
    org, person, other = rig.orgs.acme(), rig.person(), rig.person()
    login.signs_in(rig, person)
    check.equal(_failures(rig, lambda: login.is_refused(rig, person, other)), {person}, "somebody else's sign-in")
    check.equal(_failures(rig, lambda: login.by_password(rig, orgs.owner(org), "wrong-Password-1")), {orgs.owner(org)},
                "an owner's wrong password")
    check.equal(_failures(rig, lambda: login.signs_in(rig, person)), set(), "a sign-in")
    check.equal(_failures(rig, lambda: _gives_up(rig, person)), set(), "a prompt that was given up")
    rig.secrets.add("wrong-Password-1")


def hosts_deny_keeps_addresses_out_and_no_names(rig):
    rig.orgs.acme()
    person = rig.person()
    with host.Kept("/etc/hosts.deny") as deny, host.Kept("/etc/hosts.allow") as allow:
        allow.write_text("")
        deny.write_text(f"sshd: {person}\nsshd: {person}@127.0.0.1\n")
        login.signs_in(rig, person)
        deny.write_text("sshd: 127.0.0.1\n")
        terminal = login.Ssh(rig, person)
        check.lacks(terminal.end(enter=False), "https://", "what is shown to an address that is denied")


def _gives_up(rig, person):
    terminal = login.Ssh(rig, person)
    terminal.challenge()
    terminal.close()


def _failures(rig, act):
    """Who failed in the eyes of fail2ban's own filter while ACT ran: its lines are those of syslog."""
    start = rig.sshd.log.stat().st_size
    act()
    # From OpenSSH 9.8 on the one that listens says last what it holds against the address.
    sshd_is_done = re.compile(r"(Connection closed|Disconnected from)[^\n]*\n(srclimit_\w+: [^\n]*\n)*$")
    check.soon(lambda: sshd_is_done.search(rig.sshd.log.read_bytes()[start:].decode()), "sshd does not say that it is over")
    lines = rig.sshd.log.read_bytes()[start:].decode().splitlines()
    log = rig.folder / "fail2ban.log"
    log.write_text("".join(f"Nov 30 01:00:00 host sshd[42]: {line}\n" for line in lines))
    said = processes.must("fail2ban-regex", "-o", "user", log, "/etc/fail2ban/filter.d/sshd.conf").out
    return {line for line in said.splitlines() if line}


@contextlib.contextmanager
def _access(*lines):
    """sshd and login ask pam_access, which has these lines."""
    with host.Kept("/etc/pam.d") as stacks, host.Kept(ACCESS) as access:
        access.write_text("\n".join(lines) + "\n")
        for service in ("sshd", "login"):
            stack = stacks / service
            stack.write_text("account required pam_access.so\n" + stack.read_text())
        yield


def _is_kept_out(rig, person):
    terminal = login.sign_in(rig, person)
    check.that(not login.signed_in(terminal.text), f"{person} got in: {check.shown(terminal.text)}")
