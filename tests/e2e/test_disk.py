"""A disk that takes no writes: a decision needs none. What does need one refuses, and says so."""
import contextlib
import pathlib
import re

import check
import host
import keys
import login
import orgs
import processes
import test_owner as owners

DISK = "disk is full or read-only"
READ_ONLY = "file system is read-only"
MOST_WRITES = 60


def O08_key_and_owners_password_work_with_var_read_only(rig):
    org, person = rig.orgs.gamma(), rig.person("gamma.test")
    login.signs_in(rig, person)
    key, log = keys.give_key(rig, person), rig.log()
    owner = orgs.owner(org)
    login.by_password(rig, owner, orgs.OWNER_PASSWORD)
    with keys.setting(org, "allow"), host.read_only("/var"):
        text = keys.by_key(rig, person, key)
        check.that(login.signed_in(text), f"a key is refused: {check.shown(text)}")
        check.contains(text, rf"\({org}\)", "id of whoever came by key")
        for _ in range(2):
            _, text = login.by_password(rig, owner, orgs.OWNER_PASSWORD)
            check.that(login.signed_in(text), f"the owner's password is refused: {check.shown(text)}")
            check.contains(text, rf"\({org}\)", "id of the owner")
        wrong = "wrong-Lantern-47-quartz"
        _, text = login.by_password(rig, owner, wrong)
        check.that(not login.signed_in(text), "a wrong password opened the owner's account")
        rig.secrets.add(wrong)
    check.contains(log.text(), rf"login={owner}: the store cannot be written \(the {READ_ONLY}\): this sign-in is in no "
                   "audit trail until it can be added", "what the log says of a sign-in that is not recorded")
    check.equal(_tickets(), [], "tickets in /run that are left")
    _, text = login.by_password(rig, owner, orgs.OWNER_PASSWORD)
    check.that(login.signed_in(text), f"the owner afterwards: {check.shown(text)}")
    late = [row for row in host.listed("audit", "--since", "1h") if row["event"] == "sign-in.late"]
    check.equal([(row["actor"], row["login"], row["rhost"], row["row"]) for row in late], [(owner, owner, "127.0.0.1", "L5")] * 2, "caught up")
    check.contains(late[0]["detail"], r"password, at 20\d\d-\S+Z, when the store took no writes", "its detail")
    check.equal(list(pathlib.Path("/run/ssoorg/unrecorded").iterdir()), [], "notes that are left")


def O08_a_key_that_opens_nothing_does_not_with_var_read_only_and_a_password_is_no_key(rig):
    org, person = rig.orgs.gamma(), rig.person("gamma.test")
    login.signs_in(rig, person)
    key = keys.give_key(rig, person)
    with keys.setting(org, "deny"), host.read_only("/var"):
        check.that(not login.signed_in(keys.by_key(rig, person, key)), "a key got in that the org denies")
        _, text = login.by_password(rig, orgs.owner(org), orgs.OWNER_PASSWORD)
        check.that(login.signed_in(text), f"the owner's password counts as a key: {check.shown(text)}")
    host.ssoctl("member", "suspend", org, person)
    with keys.setting(org, "allow"), host.read_only("/var"):
        check.that(not login.signed_in(keys.by_key(rig, person, key)), "a suspended member got in by key")


def O08_who_needs_a_write_is_told_that_the_disk_takes_none(rig):
    org, new, member = rig.orgs.gamma(), rig.person("gamma.test"), rig.person("gamma.test")
    login.signs_in(rig, member)
    host.set_password(member, owners.MEMBER_PASSWORD)
    log = rig.log()
    with host.read_only("/var"):
        check.contains(login.is_told(rig, new), DISK, "what a newcomer is told, before the provider is asked")
        _, text = login.by_password(rig, member, owners.MEMBER_PASSWORD)
        check.that(not login.signed_in(text), "a try that is not counted opened a member's account")
        check.contains(text, DISK, "what a member with a password is told")
    check.contains(log.text(), rf"refused: login={new} org={org} .*reason=disk the {READ_ONLY}", "the log")
    check.equal(processes.run("getent", "passwd", member).status, 0, "getent of the member")
    login.signs_in(rig, new)


def O08_ssoctl_reads_and_refuses_to_write_with_var_read_only(rig):
    org, person = rig.orgs.gamma(), rig.person("gamma.test")
    with host.read_only("/var"):
        host.ssoctl("status")
        host.ssoctl("why", orgs.owner(org), wants=None)
        check.that(host.members(org), "no members are listed")
        check.that(host.listed("org", "list"), "no orgs are listed")
        refused = host.ssoctl("member", "add", org, person, wants=1)
        check.contains(refused.text, f"{READ_ONLY}; nothing was changed", "what ssoctl says")
        found = host.ssoctl("check", "--offline", wants=2)
        check.contains(found.text, "read-only", "what check says")
    host.ssoctl("member", "add", org, person)


def O08_key_and_owners_password_work_with_a_store_that_is_read_only_for_sshd_alone(rig):
    """As under ReadOnlyPaths= of a unit: others write meanwhile, and are kept from it only while it is read."""
    org, owner = rig.orgs.gamma(), orgs.owner(rig.orgs.gamma())
    processes.must("unshare", "-m", "sh", "-euc", """
        mount --bind /var/lib/ssoorg /var/lib/ssoorg
        mount -o remount,bind,ro /var/lib/ssoorg
        ssoctl status
        ! ssoctl org set gamma help=somebody""")
    host.ssoctl("org", "set", org, "help=Ask somebody.")
    with host.read_only("/var/lib/ssoorg", bind=True):
        _, text = login.by_password(rig, owner, orgs.OWNER_PASSWORD)
        check.that(login.signed_in(text), f"the owner's password is refused: {check.shown(text)}")


def O08_E4_key_and_owners_password_work_on_a_full_disk_and_newcomers_are_refused(rig):
    org, person = rig.orgs.gamma(), rig.person("gamma.test")
    login.signs_in(rig, person)
    key, owner, log = keys.give_key(rig, person), orgs.owner(org), rig.log()
    with keys.setting(org, "allow"), owners._small_disk(host.STORE.parent):
        processes.must("cp", host.STORE / "data.mdb", host.STORE / "copy")  # without what was reserved behind it
        processes.must("mv", host.STORE / "copy", host.STORE / "data.mdb")
        processes.must("chmod", "0600", host.STORE / "data.mdb")
        owners._fill(host.STORE.parent / "filler")
        text = keys.by_key(rig, person, key)
        check.that(login.signed_in(text), f"a key is refused: {check.shown(text)}")
        _, _, text = owners._add_until_refused(org, person)
        check.contains(text, "the disk is full", "what ssoctl says")
        for _ in range(4):
            _, text = login.by_password(rig, owner, orgs.OWNER_PASSWORD)
            check.that(login.signed_in(text), f"the owner's password is refused: {check.shown(text)}")
        host.ssoctl("status")
        check.that(host.members(org), "no members are listed")
        _refused_newcomer(rig)
        (host.STORE.parent / "filler").unlink()
    check.contains(log.text(), r"refused: login=p\d+@gamma\.test .*reason=disk .*the disk is full", "the log of a newcomer")
    check.equal(_tickets(), [], "tickets in /run that are left")


def O08_a_newcomer_is_refused_whole_at_whichever_write_the_disk_is_full_and_comes_once_there_is_room(rig):
    org, person = rig.orgs.gamma(), rig.person("gamma.test")
    home, told = pathlib.Path("/home", person), 0
    for number in range(1, MOST_WRITES):
        log = rig.log()
        with _full_at(number):
            text = _newcomer(rig, person)
        if login.signed_in(text) and "No space left" not in log.text() and "disk is full" not in log.text():
            break
        account = host.ssoctl("account", "show", person, wants=None).status == 0
        check.equal(host.in_passwd(person) is not None, account, f"whether NSS knows the account, with write {number} failing")
        check.equal(person in host.members(org), account, f"whether there is a member, with write {number} failing")
        check.equal(home.exists(), login.signed_in(text), f"whether there is a home, with write {number} failing")
        if not login.signed_in(text):
            check.contains(text, DISK, f"what is told with write {number} failing")
            told += 1
        check.equal(_tickets(), [], f"tickets that are left of write {number}")
        if account:  # the sign-in was stored, and what came after it was not
            host.ssoctl("account", "remove", person, "--yes")
            home.exists() and processes.must("rm", "-r", home)
            person = rig.person("gamma.test")
            home = pathlib.Path("/home", person)
        host.ssoctl("throttle", "clear", person)
    check.that(number < MOST_WRITES - 1, "no end to the writes")
    check.that(told >= 3, f"only {told} of {number} writes refused anybody")
    check.equal(host.mode_of(home), f"0700 {':'.join(host.in_passwd(person)[2:4])}", "the home of who came in the end")


@contextlib.contextmanager
def _full_at(number):
    """ssoorg-signin finds no room at this write of each of its processes to the store or the map."""
    program = host.INSTALLED["signin"]
    real = program.with_name("ssoorg-signin.real")
    calls = "pwrite64,pwritev,write,writev,ftruncate,fallocate,fdatasync,fsync"
    files = [word for path in (host.STORE / "data.mdb", host.MAP) for word in ("-P", path)]
    program.rename(real)
    program.write_text("#!/bin/sh\nexec " + " ".join(map(str, (
        "/usr/bin/strace", "-D", "-qq", "-o", "/dev/null", *files, "-e", f"trace={calls}",
        "-e", f"inject={calls}:error=ENOSPC:when={number}", real))) + "\n")
    program.chmod(0o755)
    try:
        yield
    finally:
        real.rename(program)


def _refused_newcomer(rig):
    """What is left of the last block of the store and the map has room for a few."""
    for _ in range(20):
        text = _newcomer(rig, rig.person("gamma.test"))
        if not login.signed_in(text):
            return text
    raise check.Failed("twenty accounts were made on a full disk")


def _newcomer(rig, new):
    """Refused before the prompt, after the answer, or, where that had room still, with a ticket that cannot be used up."""
    terminal = login.Ssh(rig, new)
    found = terminal.until(login.CODE, DISK)
    if found == 0:
        terminal._more("Press Enter when you have approved it there: ")
        rig.idp.approve(login.Challenge(terminal.text), new)
        terminal.end()
    terminal.close()
    return terminal.text


def _tickets():
    return sorted(path.name for path in host.pathlib.Path("/run/ssoorg/tickets").glob("*")
                  if re.fullmatch("[0-9a-f]{32}", path.name))
