"""People who come for the first time, and again."""
import contextlib
import os
import pathlib
import re
import socket

import check
import host
import login
import orgs
import other_client
import processes
import sshd


def L11_S11_unknown_person_signs_in_over_ssh_under_jit(rig):
    org, person = rig.orgs.acme(), rig.person()
    check.that(host.in_passwd(person) is None, "the person is known before the first login")
    text = login.signs_in(rig, person)
    uid = _uid(text)
    check.that(uid >= 65536, f"uid {uid} is not from our range")
    check.contains(text, rf"gid={uid}\(", "id")
    check.contains(text, rf"groups=[^\n]*\({org}\)", "id")
    check.contains(text, rf"^/home/{re.escape(person)}\r?$|\n/home/{re.escape(person)}\r?\n", "pwd")
    check.equal(host.in_passwd(person)[2], str(uid), "the uid in passwd")
    check.equal(host.mode_of(f"/home/{person}"), f"0700 {uid}:{uid}", "the home")
    row = host.members(org)[person]
    check.equal(row["source"], "sso", "the source of the membership")
    check.equal(row["role"], "viewer", "the role of the membership")
    check.contains(host.ssoctl("audit", org).out, re.escape(person), "the audit")


def S3_the_same_person_again_has_the_same_uid(rig):
    rig.orgs.acme()
    person = rig.person()
    first = login.signs_in(rig, person)
    left = pathlib.Path(f"/home/{person}/left-here")
    left.write_text("x")
    second = login.signs_in(rig, person, command=login.SAY_WHO + "; ls")
    check.equal(_uid(second), _uid(first), "the uid")
    check.contains(second, "left-here", "the home of the second login")


def two_people_have_two_uids(rig):
    rig.orgs.acme()
    one, other = (_uid(login.signs_in(rig, rig.person())) for _ in range(2))
    check.that(one != other, f"both have uid {one}")


def L11_unknown_person_passes_AllowGroups_of_the_org(rig):
    org, person = rig.orgs.acme(), rig.person()
    server = rig.serve(sshd.Sshd(rig.folder, "allow", [f"AllowGroups {org}"]))
    text = login.signs_in(rig, person, sshd=server)
    check.contains(text, rf"\({org}\)", "id")
    server.stop()


def unknown_person_fails_AllowGroups_of_others(rig):
    _is_turned_away(rig, rig.person(), "AllowGroups staff")


def unknown_person_in_DenyUsers_leaves_no_account(rig):
    person = rig.person()
    _is_turned_away(rig, person, "DenyUsers " + person.replace("@", "?"))


def the_first_sign_in_is_greeted_with_org_role_and_home_and_the_next_is_not(rig):
    rig.orgs.acme()
    person = rig.person()
    text = login.signs_in(rig, person)
    check.contains(text, rf"Welcome\. You are viewer in Acme \(acme\); your home is /home/{re.escape(person)}\.", "the first")
    text = login.signs_in(rig, person)
    check.lacks(text, "Welcome", "the second")
    check.contains(text, "Last sign-in: ", "the second")


def O14_a_home_that_could_not_be_made_is_told_and_made_once_it_is_moved_away(rig):
    rig.orgs.acme()
    person = rig.person()
    home = pathlib.Path("/home", person)
    with _full_disk("/home"):
        login.sign_in(rig, person)
        # From 1.7 on it gives a home to its person before it fills it.
        owner = ":".join(host.in_passwd(person)[2:4]) if _pam_is_from("1.7") else "0:0"
        check.equal(host.mode_of(home), f"0700 {owner}", "what pam_mkhomedir leaves")
    home.mkdir(mode=0o700)  # as older ones left it, and now there is room
    log = rig.log()
    login.open_session(rig, person)
    check.lacks(log.text(), "as pam_mkhomedir leaves a home", "the log while it may be being made")
    os.utime(home, (1, 1))
    text = login.open_session(rig, person).text
    check.contains(text, "Your home directory could not be made, and is root's - tell an admin", "what is said")
    check.contains(log.text(), f"/home/{person}: is root's, as pam_mkhomedir leaves a home", "the log")
    home.rename("/home/moved-away")
    text = login.signs_in(rig, person, command="echo BEGIN; touch mine; ls; echo END")
    check.contains(text, "mine", "what can be written there")
    check.equal(host.mode_of(home), f"0700 {':'.join(host.in_passwd(person)[2:4])}", "the home")


def whoami_says_owner_in_the_owners_own_session(rig):
    org = rig.orgs.gamma()
    _, text = login.by_password(rig, orgs.owner(org), orgs.OWNER_PASSWORD, command="echo BEGIN; ssoctl whoami --json; echo END")
    check.contains(text, r'"role": ?"owner"', "the owner's whoami")


def _pam_is_from(version):
    installed = processes.must("dpkg-query", "-W", "-f", "${Version}", "libpam-modules").out
    return processes.run("dpkg", "--compare-versions", installed, "ge", version).status == 0


def _is_turned_away(rig, person, rule):
    org = rig.orgs.acme()
    server = rig.serve(sshd.Sshd(rig.folder, "others", [rule]))
    text = login.sign_in(rig, person, sshd=server).text
    server.stop()
    check.that(not login.signed_in(text), "the person got in")
    check.contains(text, "AllowUsers, AllowGroups", "what the person sees")
    check.that(person not in host.members(org), "the person is a member")
    events = [e for e in host.listed("audit", org) if e["login"] == person]
    check.equal([e["event"] for e in events], ["sign-in.refused"], "the audit trail")


def unknown_person_signs_in_with_paramiko(rig):
    org, person = rig.orgs.acme(), rig.person()
    said, prompts = other_client.sign_in(rig, person, person)
    check.contains(said, rf"\({org}\)", "id")
    check.that(prompts[0].echo, "the sign-in prompt is hidden")


def user_and_host_in_one_word_with_two_at_signs_work(rig):
    rig.orgs.acme()
    person = rig.person()
    arguments = login.ssh_arguments(rig, person)
    at = arguments.index("-l")
    arguments[at:at + 2] = []
    arguments[-1] = f"{person}@127.0.0.1"
    terminal = login.Terminal("ssh", arguments + [login.SAY_WHO])
    rig.idp.approve(terminal.challenge(), person)
    check.that(login.signed_in(terminal.end()), f"not signed in: {check.shown(terminal.text)}")


def K7_one_prompt_names_address_code_host_org_and_login(rig):
    org, person = rig.orgs.acme(), rig.person()
    prompts = other_client.first_prompts(rig, person)
    check.equal(len(prompts), 1, "prompts at once")
    text = prompts[0].text
    for what in (r"https://localhost:\d+/", login.CODE.pattern, re.escape(socket.gethostname()),
                 org, re.escape(person), "Enter"):
        check.contains(text, what, "the prompt")
    check.that(text.startswith("\n"), f"the prompt does not begin on a new line: {text[:40]!r}")
    check.that(len(text) < 8192 and prompts[0].echo, "the prompt is too long, or hidden")


def enter_before_the_approval_asks_again(rig):
    rig.orgs.acme()
    person = rig.person()
    rounds = other_client.Rounds()
    said, _ = other_client.sign_in(rig, person, person, approve_in_round=3, rounds=rounds)
    check.contains(said, "END", "the session")
    check.that(len(rounds.pauses) >= 3, f"{len(rounds.pauses)} prompts only")


def an_interactive_shell_opens_in_the_own_home(rig):
    org, person = rig.orgs.acme(), rig.person()
    terminal = login.Ssh(rig, person, shell=True)
    rig.idp.approve(terminal.challenge(), person)
    terminal.enter_until(r"\$ ")
    terminal.send("echo IS-$(id -gn)-$PWD-$(tty)-$SSOORG_ORG-END")
    terminal.until("IS-[^$]*-END")
    terminal.send("exit")
    check.contains(terminal.end(enter=False), f"/home/{person}-/dev/pts/\\d+-{org}-END", "the shell")


def SSOORG_ORG_and_ROLE_are_set_in_the_session(rig):
    org = rig.orgs.acme()
    text = login.signs_in(rig, rig.person())
    check.contains(text, f"SSOORG_ORG={org}", "the environment")
    check.contains(text, "SSOORG_ROLE=viewer", "the environment")
    check.that("SSOORG_" not in " ".join(re.findall(r"SSOORG_(?!ORG=|ROLE=)\w+", text)),
               "more than the two variables")


def ES256_signed_identity_signs_in(rig):
    rig.orgs.elliptic()
    login.signs_in(rig, rig.person("elliptic.test"))


def email_that_stands_in_userinfo_only_signs_in(rig):
    rig.orgs.userinfo()
    person = rig.person("info.test")
    terminal = login.Ssh(rig, person)
    rig.conforming().approve(terminal.challenge(), person)
    check.that(login.signed_in(terminal.end()), f"not signed in: {check.shown(terminal.text)}")


def client_secret_basic_with_odd_characters_signs_in(rig):
    rig.orgs.with_secret("basic", "client_secret_basic")
    login.signs_in(rig, rig.person("basic.test"))


def client_secret_post_signs_in(rig):
    rig.orgs.with_secret("post", "client_secret_post")
    login.signs_in(rig, rig.person("post.test"))


def client_secret_jwt_signs_in(rig):
    rig.orgs.with_secret("mac", "client_secret_jwt")
    login.signs_in(rig, rig.person("mac.test"))


def private_key_jwt_with_an_rsa_key_signs_in(rig):
    rig.orgs.with_key("rsakey")
    login.signs_in(rig, rig.person("rsakey.test"))


def private_key_jwt_with_an_ec_key_signs_in(rig):
    rig.orgs.with_key("eckey")
    login.signs_in(rig, rig.person("eckey.test"))


def N1_email_in_other_case_is_folded(rig):
    rig.orgs.acme()
    login.signs_in(rig, "casey@acme.test", "u-case")


def an_absent_email_verified_counts_on_the_own_domain(rig):
    rig.orgs.acme()
    login.signs_in(rig, "absent@acme.test", "u-absent")


def _uid(text):
    return int(re.search(r"uid=(\d+)", text).group(1))


@contextlib.contextmanager
def _full_disk(path):
    """An empty disk there that has no room left."""
    processes.must("mount", "-t", "tmpfs", "-o", "size=64k,nr_inodes=3,mode=0755", "full", path)
    try:
        yield
    finally:
        processes.must("umount", "-l", path)
