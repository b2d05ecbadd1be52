"""What other means of keeping people out make of names with an @: each line as an admin would write it."""
import contextlib
import pathlib

import check
import host
import login
import sshd
import test_check as checks
import test_console as console

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
