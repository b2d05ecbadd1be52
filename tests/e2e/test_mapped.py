"""Members mapped onto local users (POLICY N5)."""
import os
import re
import subprocess

import check
import host
import login
import processes

PASSWORD = "mapped-Wagon-63-velvet"


def N5_a_mapped_user_keeps_uid_home_groups_and_password(rig):
    org, name, email = _mapped(rig, "mapped1")
    uid = host.in_passwd(name)[2]
    _, text = login.by_password(rig, name, PASSWORD)
    check.that(login.signed_in(text), f"not signed in: {check.shown(text)}")
    check.contains(text, rf"uid={uid}\({name}\)", "id")
    check.contains(text, rf"\({org}\)", "the org's group")
    check.contains(text, r"\(games\)", "a local group that root gave by name")
    check.contains(text, f"HOME=/home/{name}", "the home")
    row = host.listed("account", "show", email)
    check.equal((row["login"], row["uid"]), (name, int(uid)), "the account")


def N5_the_local_password_is_locked_and_no_other_service_takes_it(rig):
    name = "mapped2"
    host.add_local_user(name, PASSWORD)
    # Another service than ours: pam_unix alone.
    ask = ("pamtester", "other", name, "authenticate")
    check.equal(processes.run(*ask, stdin=PASSWORD + "\n").status, 0, "pam_unix before")
    host.ssoctl("member", "add", rig.orgs.gamma(), rig.person("gamma.test"), "--local-user", name)
    check.contains(_shadow(name), r"^!\$", "the local password")
    check.that(processes.run(*ask, stdin=PASSWORD + "\n").status != 0, "pam_unix still takes the password")


def N5_a_mapped_member_signs_in_through_the_provider_under_enforcement(rig):
    name, email = "mapped3", rig.person("acme.test")
    org = rig.orgs.acme()
    host.add_local_user(name, PASSWORD)
    host.ssoctl("member", "add", org, email, "--local-user", name)
    text = login.beside_password(rig, name, email, PASSWORD)  # S8: an operator's or a local user's is guarded
    check.contains(text, rf"\({name}\)", "id")
    check.contains(login.signs_in(rig, name, email), rf"\({name}\)", "id, the second time")
    prompt = login.Ssh(rig, name).challenge()
    check.that(prompt.url, "no sign-in is asked of a mapped member")


def N5_removing_the_account_never_unlocks_the_local_password(rig):
    org, name, email = _mapped(rig, "mapped4")
    host.ssoctl("account", "remove", email, "--yes")
    check.contains(_shadow(name), r"^!\$", "the local password")
    check.that(host.in_passwd(name), "the local user is gone")


def N5_who_must_not_be_mapped_is_refused(rig):
    org = rig.orgs.gamma()
    host.add_local_user("mapped5", PASSWORD)
    before = _shadow("mapped5"), _shadow("root")
    for name, status in (("root", 3), ("daemon", 3), ("nobody-there", 4), ("../etc", 4)):
        host.ssoctl("member", "add", org, rig.person("gamma.test"), "--local-user", name, wants=status)
    host.ssoctl("member", "add", org, rig.person("gamma.test"), "--local-user", "mapped5", "--login", "x", wants=2)
    host.ssoctl("member", "add", org, rig.person("gamma.test"), "--local-user", "mapped5", "--dry-run")
    check.equal((_shadow("mapped5"), _shadow("root")), before, "the local passwords")
    host.ssoctl("member", "add", org, rig.person("gamma.test"), "--local-user", "mapped5")
    host.ssoctl("member", "add", org, rig.person("gamma.test"), "--local-user", "mapped5", wants=3)
    check.contains(host.ssoctl("account", "rename", "mapped5", "other5", wants=3).text, "mapped", "the refusal")


def H40_signing_in_never_maps_a_person_to_a_local_user(rig):
    rig.orgs.acme()
    host.add_local_user("mapped6", PASSWORD)
    person = rig.person()
    text = login.signs_in(rig, person)
    check.lacks(text, "mapped6", "id")
    text = subprocess.run(["ssh", *login.ssh_arguments(rig, "mapped6"), "id"], capture_output=True, text=True,
                          stdin=subprocess.DEVNULL, timeout=check.HANG_S, check=False).stdout
    check.that("uid=" not in text, "a local user got in without a password")
    check.lacks(text, "https://", "what a local user is shown")


def N5_the_owner_of_an_org_may_be_a_local_user(rig):
    host.add_local_user("mapped7", PASSWORD)
    host.ssoctl("org", "create", "mappedorg", "--name", "Mapped", "--owner", "mapped7@example.org",
                "--local-user", "mapped7")
    _, text = login.by_password(rig, "mapped7", PASSWORD)
    check.contains(text, r"\(mappedorg-admins\)", "id")


def an_admin_who_is_mapped_keeps_ssoctl_and_another_member_does_not_get_it(rig):
    _, name, _ = _mapped(rig, "mapped8")
    asked = dict(os.environ, SUDO_UID=host.in_passwd(name)[2])
    host.ssoctl("status", env=asked, wants=3)
    processes.must("usermod", "-aG", "sudo", name)
    host.ssoctl("status", env=asked)


def N5_a_user_made_anew_with_the_name_is_not_the_one_who_was_mapped(rig):
    org, name, _ = _mapped(rig, "mapped9")
    processes.must("userdel", name)
    processes.must("useradd", "-m", "-u", "4799", "-s", "/bin/bash", name)
    host.set_local_password(name, PASSWORD)
    _, text = login.by_password(rig, name, PASSWORD)
    check.contains(text, rf"uid=4799\({name}\)", "id of the new local user")
    check.lacks(text, rf"\({org}\)", "id of the new local user")
    check.equal(host.listed("why", name)["row"], "L1", "the row")


def N5_a_changed_primary_group_of_a_mapped_user_is_theirs(rig):
    org, name, _ = _mapped(rig, "mapped10")
    processes.must("usermod", "-g", "users", name)
    _, text = login.by_password(rig, name, PASSWORD)
    check.contains(text, r"gid=100\(users\)", "id")
    check.contains(text, rf"\({org}\)", "id")


def _mapped(rig, name):
    org, email = rig.orgs.gamma(), rig.person("gamma.test")
    host.add_local_user(name, PASSWORD)
    processes.must("usermod", "-aG", "games", name)
    host.ssoctl("member", "add", org, email, "--local-user", name)
    rig.secrets.add(PASSWORD)
    return org, name, email


def _shadow(name):
    text = open("/etc/shadow", encoding="ascii").read()
    return re.search(rf"^{name}:([^:]*):", text, re.MULTILINE).group(1)
