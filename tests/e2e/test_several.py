"""One person in several orgs: what a session opens, and which org is active in it."""
import pathlib
import re
import subprocess

import check
import host
import keys
import login
import processes

PASSWORD = "member-Lantern-47-quartz"
ACTIVE = r"Active org \[(\w+)\]: "


def K5_the_active_org_is_asked_and_the_last_choice_is_kept(rig):
    person = _member_of_two(rig)
    text = _choosing(rig, person, "")
    check.contains(text, r"SSOORG_ORG=(gamma|open)", "the active org of a first session")
    text = _choosing(rig, person, "open")
    check.contains(text, r"SSOORG_ORG=open", "the active org after choosing it")
    text = _choosing(rig, person, "", last="open")
    check.contains(text, r"SSOORG_ORG=open", "the active org after Enter")
    text = _choosing(rig, person, "nonsense", last="open")
    check.contains(text, r"SSOORG_ORG=open", "the active org after nonsense")
    text = _choosing(rig, person, "gamma", last="open")
    check.contains(text, r"SSOORG_ORG=gamma", "the active org after its name")
    check.contains(text, r"SSOORG_ROLE=viewer", "the role there")
    for org in ("gamma", "open"):
        check.contains(text, rf"groups=\S*\({org}\)", "the groups: both, whichever is active")


def K5_switch_is_for_the_next_session_and_for_keys_too(rig):
    person = _member_of_two(rig)
    _choosing(rig, person, "", command="/usr/bin/ssoctl switch open; echo END")
    key = keys.give_key(rig, person)
    text = keys.by_key(rig, person, key)
    check.contains(text, r"SSOORG_ORG=open", "the active org of a session by key")


def K5_switch_without_an_org_lists_them_and_asks(rig):
    person = _member_of_two(rig)
    terminal = login.Ssh(rig, person, shell=True)
    rig.idp.approve(terminal.challenge(), person)
    terminal.enter_until(ACTIVE)
    terminal.send("gamma")
    terminal.until(r"[$#%>] ?$")
    terminal.send("/usr/bin/ssoctl switch; echo ENDED $?")
    terminal.until("Enter keeps it")
    check.contains(terminal.text, r"[12]\s+gamma\s+viewer\s+yes\s+", "the list")
    terminal.send("9")
    terminal.until("none of yours")
    terminal.until("Enter keeps it")
    terminal.send("open")
    terminal.until("ENDED 0")
    check.contains(terminal.text, "open is your active org", "what it says")
    check.equal(pathlib.Path(f"/home/{person}/.config/ssoorg/active-org").read_text().strip(), "open", "the choice")
    terminal.send("exit")
    terminal.end(enter=False)
    entry = host.in_passwd(person)
    as_person = ["setpriv", "--reuid", entry[2], "--regid", entry[3], "--clear-groups"]
    check.equal(processes.run(*as_person, "ssoctl", "switch").status, 1, "the exit code without a terminal")
    said = processes.must(*as_person, "ssoctl", "switch", "--json").out
    check.contains(said, "not by the way this session was made", "why an org is closed")


def K5_the_choice_is_a_hint_of_theirs_and_nothing_more(rig):
    person = _member_of_two(rig)
    _choosing(rig, person, "open")
    key = keys.give_key(rig, person)
    by_default = re.search(r"SSOORG_ORG=\w+", _without_choice(rig, person, key)).group(0)
    path = f"/home/{person}/.config/ssoorg/active-org"
    owner = host.mode_of(path).split()[1].split(":")[0]
    check.equal(owner, host.in_passwd(person)[2], "the owner of the file")
    for content in ("acme\n", "../../etc/shadow\n", "root\n", "x" * 5000, ""):
        with open(path, "w") as file:
            file.write(content)
        check.contains(keys.by_key(rig, person, key), by_default, f"the active org after {content[:20]!r}")
    processes.must("ln", "-sf", "/etc/shadow", path)
    check.contains(keys.by_key(rig, person, key), by_default, "the active org after a link to a secret")
    processes.must("sh", "-c", f"rm {path}; mkfifo {path}; chown {owner} {path}")
    check.contains(keys.by_key(rig, person, key), by_default, "the active org after a pipe that nobody feeds")


def K2_a_password_session_leaves_out_the_org_that_objects(rig):
    rig.orgs.acme()
    rig.orgs.open()
    guest = f"g{rig.person('guests.test')}"
    host.ssoctl("member", "add", "open", guest)
    host.ssoctl("member", "add", "acme", guest)  # a guest there, to whom "domains" does not apply
    host.set_password(guest, PASSWORD)
    terminal = login.Ssh(rig, guest)
    terminal.password_prompt()
    terminal.send(PASSWORD)
    terminal.until(ACTIVE)
    terminal.send()
    terminal.until("END")
    check.contains(terminal.text, r"\(open\)\S*\(acme\)|\(acme\)\S*\(open\)", "the groups")
    terminal.close()
    person = rig.person()
    host.ssoctl("member", "add", "acme", person)
    host.ssoctl("member", "add", "open", person)
    text = _choosing(rig, person, "")
    for org in ("acme", "open"):
        check.contains(text, rf"groups=\S*\({org}\)", "the groups by SSO at acme")
    said = processes.must("su", "-", person, "-c", "id -Gn").out
    check.contains(said, "open", "the groups by su")
    check.lacks(said, r"\sacme\s", "the groups by su: acme enforces")
    said = processes.must("sudo", "-u", person, "id", "-Gn").out
    check.contains(said, "open", "the groups by sudo")
    check.lacks(said, r"\sacme\s", "the groups by sudo")


def K3_newgrp_gives_only_groups_of_orgs_that_enforce_nothing(rig):
    rig.orgs.acme()
    rig.orgs.open()
    person = rig.person()
    host.ssoctl("member", "add", "acme", person)
    host.ssoctl("member", "add", "open", person)
    entry = host.in_passwd(person)
    as_person = ["setpriv", "--reuid", entry[2], "--regid", entry[3], "--clear-groups"]
    check.contains(processes.run(*as_person, "sg", "open", "-c", "id -gn").out, "open", "sg open")
    refused = processes.run(*as_person, "sg", "acme", "-c", "id -gn", stdin="\n")
    check.lacks(refused.out, "acme", "sg acme")


def K3_cron_runs_with_groups_of_orgs_that_enforce_nothing(rig):
    rig.orgs.acme()
    rig.orgs.open()
    person = rig.person()
    host.ssoctl("member", "add", "acme", person)
    host.ssoctl("member", "add", "open", person)
    said = pathlib.Path("/run/cron-said")
    with host.Kept("/etc/cron.d/test") as job:
        job.parent.mkdir(exist_ok=True)
        job.write_text(f"@reboot {person} id -Gn > {said}.{person}\n")
        said.with_name(f"{said.name}.{person}").touch(0o666)
        said.with_name(f"{said.name}.{person}").chmod(0o666)
        cron = subprocess.Popen(["cron", "-f"], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
        try:
            check.soon(lambda: said.with_name(f"{said.name}.{person}").read_text(), "cron ran nothing")
        finally:
            processes.stop(cron)
    groups = said.with_name(f"{said.name}.{person}").read_text().split()
    check.that("open" in groups, f"cron's groups: {groups}")
    check.that("acme" not in groups, f"cron gave the group of an org that enforces: {groups}")


def whoami_and_switch_say_what_is_theirs(rig):
    person = _member_of_two(rig)
    text = _choosing(rig, person, "gamma", command="exec 2>&1; PATH=/usr/sbin:$PATH; ssoctl whoami; ssoctl whoami --json; "
                                               "ssoctl switch acme; echo $?; ssoctl org list; echo $?; echo END")
    check.contains(text, r"gamma\s+viewer\s+yes\s+yes", "whoami")
    check.contains(text, r"open\s+viewer\s+yes\s+no", "whoami")
    check.contains(text, r'"org":\s*"gamma"', "whoami --json")
    check.contains(text, "none of yours", "switch to another's org")
    check.contains(text, r"\n4\s+(ssoctl: [^\n]*\s+)?3\s", "the exit codes of that and of a command for root")
    check.contains(host.ssoctl("whoami", wants=4).text, "no account", "whoami of root")


def _without_choice(rig, person, key):
    with host.Kept(f"/home/{person}/.config/ssoorg") as folder:
        processes.must("rm", "-r", folder)
        return keys.by_key(rig, person, key)


def _member_of_two(rig):
    rig.orgs.gamma()
    rig.orgs.open()
    person = rig.person("gamma.test")
    login.signs_in(rig, person)
    host.ssoctl("member", "add", "open", person)
    return person


def _choosing(rig, person, answer, last=None, command=login.SAY_WHO):
    """A sign-in that answers the question for the active org."""
    terminal = login.Ssh(rig, person, command)
    rig.idp.approve(terminal.challenge(), person)
    terminal.enter_until(ACTIVE)
    if last:
        check.equal(re.findall(ACTIVE, terminal.text)[-1], last, "the last choice")
    terminal.send(answer)
    terminal.until(r"\nEND|\rEND")
    terminal.close()
    return terminal.text


def D2_deleting_an_org_says_what_goes_and_asks_for_its_name(rig):
    host.ssoctl("org", "create", "gone", "--name", "Gone", "--owner", "boss-gone@example.org")
    terminal = login.Terminal("ssoctl", ["org", "delete", "gone"])
    terminal.until("1 members lose this org.*Type gone to go on:")
    terminal.send("yes")
    terminal.end(enter=False)
    check.equal(terminal.status, 1, "the exit status after another word")
    check.that(host.in_passwd("boss-gone@example.org"), "the account is gone")
    host.ssoctl("org", "delete", "gone", "--dry-run")
    gid = host.listed("org", "show", "gone")["gid"]
    host.ssoctl("org", "rename", "gone", "going", "--yes")
    check.equal(processes.must("getent", "group", "going").out.split(":")[2], str(gid), "the gid under the new name")
    check.that(not processes.run("getent", "group", "gone").out, "the old name is there")
    host.ssoctl("org", "delete", "going", "--yes")
    check.that(not processes.run("getent", "group", "going").out, "the group is there")
    check.that(host.in_passwd("boss-gone@example.org"), "the account is gone")
    host.ssoctl("org", "show", "going", wants=4)
