"""Steps on a host that is booted: what 'host enable --confirm-within' wired is taken back unless somebody confirms it."""
import json
import pathlib
import re
import time

import check
import filtered
import host
import login
import processes
import system

PENDING = pathlib.Path("/var/lib/ssoorg/host/pending")
DUE = "ssoorg-revert-due.service"
AT_BOOT = "ssoorg-revert.service"
TAKEN_BACK = "is taken back: nobody has confirmed it"
OWN_FILTER = pathlib.Path("/result/own-filter")
CAGED = "p1@cage.test"
LINGERS = "unit@lingers.example"
UNTIL = "guest@until.example"
DAMAGES = (b"", b"\0" * 200, b"boot ", b"no such note\n")


def property_of(unit, name):
    return processes.must("systemctl", "show", "-P", name, unit).out.strip()


def wires(here, within):
    """Wires a host that is as at first; a unit waits then."""
    system.wire("disable")
    here.kept["old"] = system.contents()
    host.ssoctl("host", "enable", "--confirm-within", within)
    here.kept["new"] = system.contents()
    check.that("/etc/pam.d/sshd" in system.changed(here.kept["old"], here.kept["new"]), "nothing was wired")
    check.soon(lambda: property_of(DUE, "ActiveState") == "active", "no unit waits")
    check.soon(here.listens, "sshd does not listen after it was wired")


def is_as_before(here, why):
    check.equal(system.changed(here.kept["old"], system.contents()), [], f"files that are not as before, {why}")
    check.that(not PENDING.exists(), f"it still waits, {why}")
    check.soon(here.listens, f"sshd does not listen, {why}")


def confirms(here, wants=0):
    """As root types it in a new login."""
    key = here.folder / "root_key"
    if not key.exists():
        processes.must("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key)
        pathlib.Path("/root/.ssh").mkdir(mode=0o700, exist_ok=True)
        pathlib.Path("/root/.ssh/authorized_keys").write_text(key.with_suffix(".pub").read_text())
    arguments = login.ssh_arguments(here, "root", method="publickey", key=key)
    result = processes.run("ssh", *arguments, "ssoctl host confirm")
    check.equal(result.status, wants, f"exit status of 'ssoctl host confirm' ({check.shown(result.text)})")
    return result.text


def not_confirmed_in_time_each_file_is_the_old_one_again(here):
    log = here.log_mark()
    wires(here, "1m" if here.whole else "1h")
    if not here.whole:
        PENDING.write_text(re.sub(r"(?m)^due .*$", "due 1", PENDING.read_text()))
    end = time.monotonic() + check.HANG_S
    while PENDING.exists() and time.monotonic() < end:
        time.sleep(0.2)
    is_as_before(here, "after its time")
    check.soon(lambda: TAKEN_BACK in here.logged_since(log), "the log does not say so")
    system.local_people_get_in(here)
    check.contains(host.ssoctl("host", "confirm").err, "nothing waits", "a confirmation that comes too late")


def a_damaged_note_counts_as_not_confirmed(here):
    for damage in DAMAGES:
        wires(here, "1h")
        PENDING.write_bytes(damage)
        check.soon(lambda: not PENDING.exists(), f"{damage[:20]!r} is still there")
        is_as_before(here, f"with {damage[:20]!r} as its note")
    system.local_people_get_in(here)


def wiring_for_good_and_unwiring_end_what_waits(here):
    wires(here, "1h")
    system.wire("enable")
    check.that(not PENDING.exists(), "wired for good, it still waits")
    check.soon(lambda: property_of(DUE, "ActiveState") == "inactive", "the unit still waits after it was wired for good")
    check.equal(system.changed(here.kept["new"], system.contents()), [], "files that are not wired")
    wires(here, "1h")
    system.wire("disable", "sudo", "su")
    check.that(PENDING.exists(), "what is still wired does not wait any more")
    system.wire("disable")
    is_as_before(here, "unwired by hand")
    check.soon(lambda: property_of(DUE, "ActiveState") == "inactive", "the unit still waits after it was unwired")


def what_cannot_be_read_keeps_nothing_else_wired(here):
    """By hand, and where nobody has confirmed it."""
    stack, aside = pathlib.Path("/etc/pam.d/su"), pathlib.Path("/etc/su-aside")
    for words in (("host", "disable"), ("host", "revert")):
        wires(here, "1h")
        stack.rename(aside)
        stack.mkdir()
        try:
            result = host.ssoctl(*words, wants=None)
            left = system.changed(here.kept["old"], system.contents())
        finally:
            stack.rmdir()
            aside.rename(stack)
        check.that(result.status != 0, f"{' '.join(words)} says that all was done")
        check.contains(result.err, str(stack), f"what {' '.join(words)} says")
        check.equal(left, [str(stack)], f"files that are not as before, by {' '.join(words)}")
        check.that(PENDING.exists(), "nothing waits any more, and a file is still wired")
        host.ssoctl(*words)
        is_as_before(here, "with the file back")


def it_is_wired_and_not_confirmed_when_the_host_is_booted(here):
    wires(here, "1h")


def a_boot_takes_back_what_nobody_confirmed_before_sshd_comes_up(here):
    is_as_before(here, "after a reboot")
    check.equal(property_of(AT_BOOT, "Result"), "success", AT_BOOT)
    ended, began = (int(property_of(unit, f"ExecMain{what}TimestampMonotonic")) for unit, what in
                    ((AT_BOOT, "Exit"), ("ssh.service", "Start")))
    check.that(0 < ended <= began, f"sshd was started at {began} us, and {AT_BOOT} has ended at {ended} us")
    check.contains(processes.must("journalctl", "-q", "-b", "-o", "cat").out, TAKEN_BACK, "the log of this boot")
    system.local_people_get_in(here)


def it_is_confirmed_from_a_new_login_when_the_host_is_booted(here):
    wires(here, "1h")
    check.contains(confirms(here), "confirmed: the host stays as it is", "what is said")
    check.soon(lambda: property_of(DUE, "ActiveState") == "inactive", "the unit still waits")


def what_was_confirmed_stays_over_a_boot(here):
    check.equal(system.changed(here.kept["new"], system.contents()), [], "files that are not as they were wired")
    for unit in (AT_BOOT, DUE):
        check.equal(property_of(unit, "ConditionResult"), "no", f"whether {unit} had something to do")
    system.local_people_get_in(here)


def the_next_boot_has_nspawns_own_filter(here):
    OWN_FILTER.touch()


def O12_under_nspawns_own_filter_a_sign_in_is_as_the_setting_says(here):
    OWN_FILTER.unlink()
    here.start_provider()
    here.orgs.create("cage", CAGED.split("@")[1], "jit")
    log = here.log_mark()
    login.is_told(here, CAGED)
    check.contains(here.logged_since(log), rf"refused: login={CAGED} [^\n]*Landlock: EPERM, [^\n]*set confinement = available", "the log")
    rows = json.loads(processes.run("ssoctl", "check", "--offline", "--json").out)
    check.contains(str([row for row in rows if row["check"] == "confinement"]), "critical.*Landlock: EPERM", "what check says")
    log = here.log_mark()
    with filtered.setting("available"):
        login.signs_in(here, CAGED)
    check.contains(here.logged_since(log), "works without part of its confinement, as ssoorg.conf allows: Landlock: EPERM", "the log")


def _manager_of(uid):
    """Whether systemd runs a user manager of this number, and what runs as it."""
    return property_of(f"user@{uid}.service", "ActiveState") == "active" and bool(host.processes_of(uid))


def _lives(uid):
    """What it needs, the folder in /run, may still be on its way out: that has nothing to do with who may."""
    manager = f"user@{uid}.service"

    def starts():
        processes.run("systemctl", "reset-failed", manager, f"user-runtime-dir@{uid}.service")
        return processes.run("systemctl", "start", manager).status == 0

    check.soon(starts, f"{manager} does not start")
    check.soon(lambda: any("sleep" in pathlib.Path(f"/proc/{pid}/comm").read_text() for pid in host.processes_of(uid)
                           if pathlib.Path(f"/proc/{pid}/comm").exists()), "a user's own unit does not run")


def O02_a_suspended_members_user_manager_does_not_start(here):
    host.ssoctl("org", "create", "lingers", "--name", "Lingers", "--owner", "owner@lingers.example")
    host.ssoctl("member", "add", "lingers", LINGERS)
    uid = here.kept["lingers"] = int(host.in_passwd(LINGERS)[2])
    wanted = pathlib.Path(host.in_passwd(LINGERS)[5]) / ".config/systemd/user/default.target.wants"
    wanted.mkdir(parents=True, exist_ok=True)
    (wanted.parent / "lives.service").write_text("[Service]\nExecStart=/bin/sleep infinity\n")
    (wanted / "lives.service").symlink_to("../lives.service")
    processes.must("chown", "-R", "-h", f"{uid}:{uid}", wanted.parents[3])
    processes.must("loginctl", "enable-linger", LINGERS)
    _lives(uid)
    host.ssoctl("member", "suspend", "lingers", LINGERS, "--end-sessions")
    check.soon(lambda: not host.processes_of(uid), "something still runs of who is suspended")
    for word in ("restart", "start"):
        tried = processes.run("systemctl", word, f"user@{uid}.service")
        check.that(tried.status != 0 and not _manager_of(uid), f"systemctl {word} starts the manager of who is suspended")
    host.ssoctl("member", "resume", "lingers", LINGERS)
    _lives(uid)
    host.ssoctl("member", "suspend", "lingers", LINGERS)


def O02_nor_at_boot_though_they_linger(here):
    uid = here.kept["lingers"]
    said = lambda: processes.must("journalctl", "-q", "-b", "-o", "cat", "-u", f"user@{uid}.service").out
    check.soon(lambda: "Failed to start" in said(), "nobody has tried to start it")
    check.that(not _manager_of(uid) and not host.processes_of(uid), f"it runs: {check.shown(said())}")
    host.ssoctl("member", "resume", "lingers", LINGERS)
    _lives(uid)
    processes.must("loginctl", "disable-linger", LINGERS)
    host.ssoctl("org", "delete", "lingers", "--yes")
    host.ssoctl("account", "remove", LINGERS, "--yes", "--end-sessions")
    host.ssoctl("account", "remove", "owner@lingers.example", "--yes")


def K10_systemd_ends_the_session_of_who_has_access_until_then(here):
    host.ssoctl("org", "create", "until", "--name", "Until", "--owner", "owner@until.example")
    host.ssoctl("member", "add", "until", UNTIL, "--until", "1h", "--reason", "a test")
    host.set_password(UNTIL, system.PASSWORD)
    terminal = login.Ssh(here, UNTIL, shell=True)
    terminal.password_prompt()
    terminal.send(system.PASSWORD)
    terminal.until(r"[$#] $")
    uid = int(host.in_passwd(UNTIL)[2])
    scopes = [line.split()[0] for line in processes.must("systemctl", "list-units", "--plain", "--no-legend", f"session-*.scope").out.splitlines()
              if f"user-{uid}.slice" in property_of(line.split()[0], "Slice")]
    check.equal(len(scopes), 1, f"scopes of {UNTIL}")
    limit = property_of(scopes[0], "RuntimeMaxUSec")
    check.contains(limit, r"^(1h|5\dmin)", "how long the session may take")
    terminal.close()
    for timer in ("ssoorg-expire.timer", "ssoorg-recheck.timer"):
        check.equal(property_of(timer, "ActiveState"), "active", timer)
    host.ssoctl("org", "delete", "until", "--yes")
    for email in (UNTIL, "owner@until.example"):
        host.ssoctl("account", "remove", email, "--yes")


def its_note_is_damaged_when_the_host_is_booted(here):
    wires(here, "1h")
    processes.must("systemctl", "stop", DUE)
    PENDING.write_bytes(b"\0" * 200)
    check.equal(system.changed(here.kept["new"], system.contents()), [], "files that are not as they were wired")
    check.contains(confirms(here, wants=1), "is damaged", "what a confirmation says")


def a_boot_takes_back_what_has_a_damaged_note(here):
    is_as_before(here, "after a boot with a damaged note")
    system.local_people_get_in(here)


AFTER_A_REBOOT = (a_boot_takes_back_what_nobody_confirmed_before_sshd_comes_up, what_was_confirmed_stays_over_a_boot,
                  a_boot_takes_back_what_has_a_damaged_note)
STEPS = (not_confirmed_in_time_each_file_is_the_old_one_again, a_damaged_note_counts_as_not_confirmed,
         wiring_for_good_and_unwiring_end_what_waits, what_cannot_be_read_keeps_nothing_else_wired,
         it_is_wired_and_not_confirmed_when_the_host_is_booted, a_boot_takes_back_what_nobody_confirmed_before_sshd_comes_up,
         it_is_confirmed_from_a_new_login_when_the_host_is_booted, O02_a_suspended_members_user_manager_does_not_start,
         the_next_boot_has_nspawns_own_filter, what_was_confirmed_stays_over_a_boot, O02_nor_at_boot_though_they_linger,
         K10_systemd_ends_the_session_of_who_has_access_until_then,
         O12_under_nspawns_own_filter_a_sign_in_is_as_the_setting_says,
         its_note_is_damaged_when_the_host_is_booted, a_boot_takes_back_what_has_a_damaged_note)
