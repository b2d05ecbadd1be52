"""Public keys never pass authentication: the account phase must decide."""
import contextlib
import pathlib
import tempfile

import paramiko

import check
import host
import keys
import local_users as local
import login
import other_client
import processes
import sshd

# sshd's words when PAM's account phase says no; the session phase would say it too late.
BY_ACCOUNT = "by PAM account configuration"
NUMBER = 540123  # in no range, so that no newcomer is told it


def K1_key_of_an_enforced_member_is_refused_and_told(rig):
    org, person = rig.orgs.acme(), rig.person()
    login.signs_in(rig, person)
    key = keys.give_key(rig, person)
    with keys.setting(org, "deny"):
        log = rig.log()
        text = keys.by_key(rig, person, key)
        check.that(not login.signed_in(text), "an enforced member got in by key")
        check.contains(text, "key", "what the member is told")
        check.contains(log.text(), BY_ACCOUNT, "sshd's log")
        opened, said = other_client.with_key(rig, person, key)
        check.that(not opened, f"paramiko got in by key: {said}")


def K1_a_key_is_enough_for_a_while_after_a_sign_in_through_the_org(rig):
    org, person = rig.orgs.acme(), rig.person()
    new = rig.person()
    host.ssoctl("member", "add", org, new)  # never signed in through Acme here
    check.that(not login.signed_in(keys.by_key(rig, new, keys.give_key(rig, new))), "a key got in before any sign-in")
    login.signs_in(rig, person)
    key = keys.give_key(rig, person)
    text = keys.by_key(rig, person, key)
    check.that(login.signed_in(text), f"a key soon after SSO is refused: {check.shown(text)}")
    check.contains(text, rf"\({org}\)", "id")
    with keys.setting(org, "recent:60s"):
        check.that(login.signed_in(keys.by_key(rig, person, key)), "a key within the time is refused")


def K1_allow_and_deny_decide_for_members_without_enforcement_too(rig):
    org, person = rig.orgs.gamma(), rig.person("gamma.test")
    login.signs_in(rig, person)
    key = keys.give_key(rig, person)
    for value, wanted in (("deny", False), ("allow", True), ("required", False), ("default", True)):
        with keys.setting(org, value):
            check.equal(login.signed_in(keys.by_key(rig, person, key)), wanted, f"a key alone under keys={value}")


def K1_required_takes_key_and_sso_in_one_connection(rig):
    org, person = rig.orgs.gamma(), rig.person("gamma.test")
    login.signs_in(rig, person)
    key = keys.give_key(rig, person)
    both = rig.serve(sshd.Sshd(rig.folder, "both", ["AuthenticationMethods publickey,keyboard-interactive"]))
    try:
        with keys.setting(org, "required"):
            check.contains(login.is_told(rig, person), "key and its sign-in in one connection", "SSO without a key")
            terminal = login.Ssh(rig, person, sshd=both, key=key, method="publickey,keyboard-interactive")
            rig.idp.approve(terminal.challenge(), person)
            terminal.end()
            check.that(login.signed_in(terminal.text), f"key and SSO: {check.shown(terminal.text)}")
    finally:
        both.stop()


def N4_a_key_login_that_was_told_another_number_opens_no_session(rig):
    """sshd keeps what it hears at the first word of the connection, and goes on after a key whatever setcred says."""
    org, person = rig.orgs.gamma(), rig.person("gamma.test")
    key = keys.new_key(rig, person)
    server = rig.serve(sshd.Sshd(rig.folder, "told", [f"AuthorizedKeysFile {key}.pub"]))
    early = other_client.connect(rig, server)
    try:
        with contextlib.suppress(paramiko.BadAuthenticationType):
            early.auth_none(person)  # a newcomer's: sshd is told the number of a first login
        host.ssoctl("member", "add", org, person, "--uid", NUMBER)
        log = rig.log()
        with keys.setting(org, "allow"):
            early.auth_publickey(person, paramiko.Ed25519Key.from_private_key_file(str(key)))
            with contextlib.suppress(paramiko.SSHException, EOFError, OSError):
                check.equal(other_client._session(early), "", "what a session with the number of nobody's account says")
            check.soon(lambda: not early.is_active(), "the connection goes on")
            refused = f"does not have the number of account {person}"
            check.soon(lambda: refused in log.text(), "the log does not say why")
            opened, text = other_client.with_key(rig, person, key, server)
        check.that(opened, f"a connection that began later is refused: {check.shown(text)}")
        check.contains(text, rf"uid={NUMBER}\({person}\)", "its number")
    finally:
        early.close()
        server.stop()


def K1_without_a_key_that_is_accepted_sshd_goes_on_to_sso_in_one_connection(rig):
    org, person, local_key = rig.orgs.acme(), rig.person(), None
    login.signs_in(rig, person)
    key = keys.give_key(rig, person)
    local.make_users(rig)
    local_key = keys.give_key(rig, local.USER)
    other = rig.serve(sshd.Sshd(rig.folder, "command", keys.command_lines()))
    how = {"sshd": other, "key": key, "method": "publickey,keyboard-interactive"}
    try:
        text = login.Ssh(rig, person, **how).end(enter=False)
        check.that(login.signed_in(text), f"a key soon after SSO: {check.shown(text)}")
        check.lacks(text, "enter the code", "what is asked then")
        with keys.setting(org, "deny"):
            terminal = login.Ssh(rig, person, **how)  # the same command, one connection
            rig.idp.approve(terminal.challenge(), person)
            terminal.end()
            check.that(login.signed_in(terminal.text), f"no way on to SSO: {check.shown(terminal.text)}")
        how["key"] = local_key
        text = login.Ssh(rig, local.USER, **how).end(enter=False)
        check.that(login.signed_in(text), f"a local user's key: {check.shown(text)}")
        keys_file = pathlib.Path(f"/home/{person}/.ssh/authorized_keys")
        keys_file.chmod(0o666)
        how["key"] = key
        terminal = login.Ssh(rig, person, **how)
        terminal.challenge()
        terminal.close()
    finally:
        other.stop()


def scp_sftp_and_git_go_by_key_after_one_sign_in(rig):
    rig.orgs.acme()
    person = rig.person()
    login.signs_in(rig, person)
    key = keys.give_key(rig, person)
    options = ["-F", "/dev/null", "-i", key, "-o", "IdentitiesOnly=yes", "-o", f"UserKnownHostsFile={rig.folder}/known_hosts",
               "-o", "IdentityAgent=none", "-o", "BatchMode=yes"]
    place = f"scp://{person.replace('@', '%40')}@127.0.0.1:{rig.sshd.port}"
    processes.must("scp", *options, "/etc/hostname", f"{place}//home/{person}/carried")
    check.equal(pathlib.Path(f"/home/{person}/carried").read_text(), pathlib.Path("/etc/hostname").read_text(), "scp")
    processes.must("sftp", *options, "-P", str(rig.sshd.port), "-b", "-", "-o", f"User={person}", "127.0.0.1",
                   stdin="rename carried again\n")
    check.that(pathlib.Path(f"/home/{person}/again").exists(), "sftp renamed nothing")
    login.Ssh(rig, person, "git init -q --bare work.git && echo END", method="publickey", key=key).end(enter=False)
    command = " ".join(["ssh", *map(str, options), "-p", str(rig.sshd.port), "-l", person])
    where = tempfile.mkdtemp(dir="/run")
    processes.must("sh", "-euc", f"cd {where}; git init -q .; git -c user.name=a -c user.email=a@b commit -q --allow-empty "
                   f"-m x; GIT_SSH_COMMAND='{command}' git push -q ssh://127.0.0.1/home/{person}/work.git HEAD:main")
    check.that(any(pathlib.Path(f"/home/{person}/work.git/refs/heads").iterdir()), "git pushed nothing")


def K1_H21_key_of_a_removed_person_is_refused(rig):
    org, person = rig.orgs.gamma(), rig.person("gamma.test")
    login.signs_in(rig, person)
    key = keys.give_key(rig, person)
    host.ssoctl("member", "remove", org, person, "--yes")
    log = rig.log()
    text = keys.by_key(rig, person, key)
    check.contains(log.text(), BY_ACCOUNT, "sshd's log")
    check.that(not login.signed_in(text), "a removed person got in by key")
    check.contains(text, r"\S", "what the person is told")


def K1_key_of_a_member_without_enforcement_works(rig):
    org, person = rig.orgs.gamma(), rig.person("gamma.test")
    first = login.signs_in(rig, person)
    key = keys.give_key(rig, person)
    text = keys.by_key(rig, person, key)
    check.that(login.signed_in(text), f"not signed in: {check.shown(text)}")
    check.equal(_id_line(text), _id_line(first), "id by key and by SSO")
    check.contains(text, rf"\({org}\)", "id")


def key_of_a_local_user_works(rig):
    local.make_users(rig)
    key = keys.give_key(rig, local.USER)
    check.that(login.signed_in(keys.by_key(rig, local.USER, key)), "a local user's key does not work")


def K1_key_of_an_eligible_name_without_an_account_opens_nothing(rig):
    rig.orgs.acme()
    person = rig.person()
    home = pathlib.Path("/home") / person
    home.mkdir()
    key = keys.new_key(rig, person)
    (home / ".ssh").mkdir()
    (home / ".ssh/authorized_keys").write_text(pathlib.Path(f"{key}.pub").read_text())
    text = keys.by_key(rig, person, key)
    check.that(not login.signed_in(text), "a name without an account got in by key")
    check.that(host.in_passwd(person) is None, "an account was made")


def E6_removed_person_is_refused_by_SSO_under_invite_only(rig):
    org, person = rig.orgs.beta(), rig.person("beta.test")
    host.ssoctl("invite", "create", org, person)
    login.signs_in(rig, person)
    host.ssoctl("member", "remove", org, person, "--yes")
    login.is_refused(rig, person)
    check.that(person not in host.members(org), "the removed person is a member again")


def E6_removed_person_comes_back_under_jit_with_the_same_uid(rig):
    org, person = rig.orgs.acme(), rig.person()
    first = login.signs_in(rig, person)
    host.ssoctl("member", "remove", org, person, "--yes")
    check.that(person not in host.members(org), "the removed person is still a member")
    check.equal(_id_line(login.signs_in(rig, person)), _id_line(first), "id after coming back")
    check.equal(host.members(org)[person]["role"], "viewer", "the role after coming back")


def removed_person_is_refused_by_password(rig):
    org, person = rig.orgs.gamma(), rig.person("gamma.test")
    login.signs_in(rig, person)
    host.set_password(person, "member-Lantern-47-quartz")
    host.ssoctl("member", "remove", org, person, "--yes")
    terminal = login.Ssh(rig, person)
    terminal.until(login.PASSWORD, login.CODE)
    terminal.send("member-Lantern-47-quartz")
    terminal._more()
    check.that(not login.signed_in(terminal.text), "a removed person got in by password")
    terminal.close()


def _id_line(text):
    return next(line.strip() for line in text.splitlines() if line.startswith("uid="))
