"""What was done to the finished product by attacking it (HOLES H72 and on), each tried again as an attack."""
import pathlib
import subprocess

import attacks
import check
import host
import login
import orgs
import processes
import stacks

SHOW = "env; echo THE-END"


def H72_jobs_of_a_suspended_person_do_not_start(rig):
    org, person = rig.orgs.open(), "jobs@open.example"
    host.ssoctl("member", "add", org, person)
    said = pathlib.Path("/run/jobs-said")
    with host.Kept("/etc/pam.d") as stacks_folder, host.Kept("/etc/cron.d/test") as job:
        host.ssoctl("host", "enable", "cron", "atd", "systemd-user")
        job.parent.mkdir(exist_ok=True)
        job.write_text(f"@reboot {person} echo theirs >> {said}\n@reboot root echo roots >> {said}\n")
        check.contains(_cron_says(said, "roots", "theirs"), "theirs", "a member's job")
        host.ssoctl("member", "suspend", org, person)
        text = _cron_says(said, "roots")
        check.lacks(text, "theirs", "the job of somebody who is suspended")
        wired = [name for name in ("atd", "systemd-user") if (stacks_folder / name).exists()]
        check.that("systemd-user" in wired, "the stack of user managers is not there")
        for name in wired:
            check.contains((stacks_folder / name).read_text(), r"\naccount\t[^\n]* pam_ssoorg.so # ssoorg\n"
                           r"account\t[^\n]*# ssoorg\n@include common-account", f"the stack of {name}")


def N4_a_name_that_becomes_a_local_users_during_the_sign_in_opens_no_session(rig):
    rig.orgs.gamma()
    person = rig.person("gamma.test")
    login.signs_in(rig, person)
    with host.Kept("/etc/passwd") as passwd, host.Kept("/etc/shadow") as shadow:
        terminal = login.Ssh(rig, person)
        challenge = terminal.challenge()
        passwd.write_text(f"{passwd.read_text()}{person}:x:64998:64998::/:/bin/sh\n")
        shadow.write_text(f"{shadow.read_text()}{person}:!:20000:0:99999:7:::\n")
        rig.idp.approve(challenge, person)
        text = terminal.end()
        check.that(not login.signed_in(text), f"a session with the account's number: {check.shown(text)}")
        check.contains(text, "number", "what is said")
    login.signs_in(rig, person)


def H73_device_link_code_shows_address_and_code_alone(rig):
    org = rig.orgs.delta()
    person = rig.person("delta.test")
    host.ssoctl("org", "set", org, "device-link=code")
    try:
        terminal = login.Ssh(rig, person)
        challenge = terminal.challenge()
        check.lacks(challenge.text, "or open|user_code=|\u2588", "what carries the code along")
        check.contains(challenge.text, "nobody may have sent you this", "the warning")
        rig.idp.approve(challenge, person)
        check.that(login.signed_in(terminal.end()), "not signed in")
    finally:
        host.ssoctl("org", "set", org, "device-link=full")


def H73_running_sessions_are_told_of_a_new_sign_in(rig):
    rig.orgs.gamma()
    person = rig.person("gamma.test")
    first = login.open_session(rig, person)
    login.signs_in(rig, person)
    first.until(rf"{person} has just signed in here from 127\.0\.0\.1")
    with host.Kept(host.CONF) as conf:
        conf.write_text(conf.read_text() + "notify-sessions = no\n")
        seen = len(first.text)
        login.signs_in(rig, person)
        first.send("echo still-here")
        first.until("still-here")
        check.lacks(first.text[seen:], "has just signed in", "what is told although it is off")
    first.close()


def H74_a_list_that_nobody_reads_holds_no_transaction(rig):
    org = rig.orgs.bare("unread")
    rows = "".join(f"u{n}@unread.example\n" for n in range(4000))
    host.ssoctl("member", "import", org, "-", stdin="email\n" + rows)
    for words in (("member", "list", org), ("member", "export", org), ("account", "list"), ("audit",)):
        with subprocess.Popen(["ssoctl", *words], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE) as unread:
            check.soon(lambda: _is_blocked_writing(unread.pid) or unread.poll() is not None, f"{words} comes to its output")
            check.that(not _reads_the_store(unread.pid), f"ssoctl {' '.join(words)} waits for its reader in a transaction")
            unread.kill()


def H75_the_ticket_of_a_sign_in_is_in_nobodys_environment(rig):
    rig.orgs.gamma()
    person, other = rig.person("gamma.test"), rig.person("gamma.test")
    for each in (person, other):
        login.signs_in(rig, each)
    host.add_local_user("sudoed", attacks.PASSWORD)
    with stacks.wired(person), stacks.reauth("0s"):
        for target in ("root", "sudoed", other):
            terminal = stacks.as_user(person, "sudo", "-u", target, "sh", "-c", SHOW)
            _shows_no_ticket(rig, terminal, person, f"SUDO_USER={person}")
        terminal = stacks.as_user("sudoed", "su", "-m", other, "-c", SHOW)
        _shows_no_ticket(rig, terminal, other, "SSOORG_ORG=gamma")


def H76_only_an_operator_renames_an_org(rig):
    org = rig.orgs.delta()
    check.equal(attacks.as_owner(rig, org, "org", "rename", org, "docker").status, 3, "a rename by the owner")
    check.equal(host.ssoctl("org", "rename", org, "delta2", "--yes").status, 0, "a rename by an operator")
    host.ssoctl("org", "rename", "delta2", org, "--yes")


def H78_password_from_narrows_where_a_password_counts(rig):
    org = rig.orgs.bare("narrow")
    member = "m@narrow.example"
    host.ssoctl("member", "add", org, member)
    host.set_password(member, attacks.PASSWORD)
    host.set_password(orgs.owner(org), attacks.PASSWORD)
    rig.secrets.add(attacks.PASSWORD)
    for person in (member, orgs.owner(org)):
        _, text = login.by_password(rig, person, attacks.PASSWORD)
        check.that(login.signed_in(text), f"{person} before: {check.shown(text)}")
    host.ssoctl("org", "set", org, "password-from=192.0.2.0/24")
    for person in (member, orgs.owner(org)):
        _, text = login.by_password(rig, person, attacks.PASSWORD)
        check.that(not login.signed_in(text), f"{person} from elsewhere")
    host.ssoctl("org", "set", org, "password-from=192.0.2.0/24 127.0.0.0/8")
    _, text = login.by_password(rig, member, attacks.PASSWORD)
    check.that(login.signed_in(text), f"from inside: {check.shown(text)}")
    said = attacks.as_owner(rig, org, "org", "set", org, "password-from=192.0.2.0/24")
    check.equal(said.status, 3, f"an owner who would shut themself out: {said.text}")


def H80_P03_a_test_that_would_be_refused_proves_nothing(rig):
    org = "untested"
    rig.orgs.create(org, "untested.test", "invite-only")
    said = _test_sign_in(rig, org, rig.person("untested.test"))
    check.equal(said.status, 3, f"idp test of somebody who would not be let in: {said.text}")
    check.contains(said.text, "POLICY S12", "the row")
    check.equal(host.listed("idp", "show", org)["tried"], False, "tried")
    login.by_password(rig, orgs.owner(org), orgs.OWNER_PASSWORD)
    check.contains(host.ssoctl("enforcement", "set", org, "domains", "--yes", wants=3).text, "no sign-in has succeeded",
                   "why it is not enforced")
    person = rig.person("untested.test")
    host.ssoctl("invite", "create", org, person)
    check.equal(_test_sign_in(rig, org, person).status, 0, "idp test of somebody invited")
    host.ssoctl("enforcement", "set", org, "domains", "--yes")
    host.ssoctl("org", "delete", org, "--yes", wants=None)


def _is_blocked_writing(pid):
    try:
        words = pathlib.Path(f"/proc/{pid}/syscall").read_text().split()
    except (FileNotFoundError, ProcessLookupError):
        return False
    return words[:2] == ["1", "0x1"]  # write(2) to standard output


def _reads_the_store(pid):
    """Whether a reader's slot of LMDB names the process with a transaction: 64 bytes each, behind the header."""
    table = (host.STORE / "lock.mdb").read_bytes()
    slots = (table[at:at + 16] for at in range(128, len(table) - 15, 64))
    return any(int.from_bytes(slot[8:12], "little") == pid and slot[:8] != b"\xff" * 8 for slot in slots)


def _shows_no_ticket(rig, terminal, person, wanted):
    """What runs behind a sign-in by this person shows its environment, which has what is wanted."""
    rig.idp.approve(terminal.challenge(), person)
    terminal.enter_until(r"\nTHE-END")
    terminal.close()
    check.contains(terminal.text, wanted, "the environment")
    check.lacks(terminal.text, "SSOORG_TICKET", "the environment")


def _children(pid):
    return pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text().split()


def _cron_says(said, *words):
    """What the jobs of a start of cron have written, once these words are there and nothing is being run any more."""
    pathlib.Path("/run/crond.reboot").unlink(missing_ok=True)
    said.write_text("")
    said.chmod(0o666)
    cron = subprocess.Popen(["cron", "-f"], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    try:
        check.soon(lambda: all(word in said.read_text() for word in words), "cron ran nothing")
        check.soon(lambda: not _children(cron.pid), "cron's jobs end")
        return said.read_text()
    finally:
        processes.stop(cron)


def _test_sign_in(rig, org, person):
    """idp test, approved by the person."""
    with subprocess.Popen(["ssoctl", "idp", "test", org], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, text=True) as program:
        told = program.stderr.readline()
        rig.idp.approve(login.Challenge(told), person)
        out, err = program.communicate(timeout=600)
    return processes.Result(subprocess.CompletedProcess([], program.returncode, out, told + err))
