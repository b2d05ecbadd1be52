"""ssoctl host: services are wired in place, and out again; whatever happens, people get in who should."""
import contextlib
import json
import pathlib
import re
import shutil

import check
import host
import local_users as local
import login
import processes
import schemas
import sshd

PAM = pathlib.Path("/etc/pam.d")
FILES = [*("/etc/pam.d/" + name for name in ("sshd", "login", "passwd", "sudo", "sudo-i", "su", "su-l", "polkit-1", "cron", "atd",
                                             "systemd-user")),
         "/etc/nsswitch.conf", "/etc/login.defs", "/etc/sudoers.d/ssoorg", sshd.SHIPPED]
PENDING = pathlib.Path("/var/lib/ssoorg/host/pending")


def what_is_wired_is_taken_out_again_to_the_byte(rig):
    with _unwired():
        before = _contents()
        host.ssoctl("host", "enable")
        wired = _contents()
        changed = {path for path in FILES if wired[path] != before[path]}
        check.equal(sorted(set(FILES) - changed), ["/etc/pam.d/su-l"], "files that are as before")
        check.equal(host.ssoctl("host", "enable").err.count(" wired: "), 0, "what a second time changes")
        check.equal(_contents(), wired, "the files after a second time")
        for words in (("host", "enable"), ("host", "disable"), ("host", "disable"), ("host", "confirm"), ("host", "revert")):
            answer = json.loads(host.ssoctl(*words, "--json").out)
            check.equal(schemas.problems(" ".join(words), answer), [], f"{words} beside the schema")
        check.equal(_contents(), before, "the files at the end")


def a_dry_run_shows_the_difference_and_changes_nothing(rig):
    with _unwired():
        before = _contents()
        shown = host.ssoctl("host", "enable", "sudo", "--dry-run").out
        check.contains(shown, r"--- /etc/pam\.d/sudo\n\+\+\+ /etc/pam\.d/sudo\n@@", "the difference")
        check.contains(shown, r"\n\+auth[^\n]*pam_ssoorg\.so reauth # ssoorg\n @include common-auth", "the difference")
        check.contains(shown, r"\n-passwd:[^\n]*\n(-group:[^\n]*\n)?\+passwd:[^\n]* ssoorg\n", "of nsswitch.conf")
        check.equal(_contents(), before, "the files")
        answer = json.loads(host.ssoctl("host", "enable", "sudo", "--dry-run", "--json").out)
        check.equal(schemas.problems("host enable", answer), [], "beside the schema")
        check.equal((answer["dry_run"], answer["changed"]), (True, True), "what --json says")
        check.equal(_contents(), before, "the files")


def what_another_tool_does_first_is_refused_by_file_and_line(rig):
    with _unwired():
        sudo = PAM / "sudo"
        sudo.write_text("auth sufficient pam_sss.so\n" + sudo.read_text())
        before = _contents()
        result = host.ssoctl("host", "enable", wants=3)
        check.contains(result.err, r"/etc/pam\.d/sudo:1: pam_sss\.so comes before", "what is said")
        check.equal(_contents(), before, "the files")
        host.ssoctl("host", "enable", "sshd")
        result = host.ssoctl("host", "enable", "sudos", wants=2)
        check.contains(result.err, "legal are .*sudo-i", "what is said of another word")
    with _unwired():
        nsswitch = pathlib.Path("/etc/nsswitch.conf")
        nsswitch.write_text(re.sub(r"(?m)^(passwd:.*)$", r"\1 [NOTFOUND=return] sss", nsswitch.read_text()))
        result = host.ssoctl("host", "enable", wants=3)
        check.contains(result.err, "an action ends the search", "what is said of nsswitch.conf")


def apply_wires_the_services_of_the_document_and_unwires_with_prune_alone(rig):
    with _unwired():
        nothing = _contents()
        tried = _applied({"services": ["sudo", "sshd"]}, "--dry-run")
        check.equal(_contents(), nothing, "the files after a dry run")
        made = _applied({"services": ["sudo", "sshd"]})
        check.equal(made["plan"], tried["plan"], "what was planned, and what was done")
        check.that({"action": "add", "what": "host service sudo", "old": None, "new": "wired"} in made["plan"], f"the plan {made}")
        wired = _contents()
        host.ssoctl("host", "disable")
        host.ssoctl("host", "enable", "sshd", "sudo")
        check.equal(_contents(), wired, "the files, beside those of host enable")
        check.equal(_applied({"services": ["sudo", "sshd"]})["changed"], False, "the second time")
        check.equal(_applied({"services": ["sshd"]})["changed"], False, "without one, and without --prune")
        dumped = json.loads(host.ssoctl("dump").out)
        check.that({"sudo", "sshd", "nsswitch"} <= set(dumped["host"]["services"]), f"what is dumped: {dumped['host']}")
        check.equal(schemas.problems_of_state(dumped), [], "beside the schema")
        check.equal(_applied(dumped["host"])["changed"], False, "the host's own dump")
        removed = {row["what"] for row in _applied({"services": ["sshd"]}, "--prune")["plan"] if row["action"] == "remove"}
        check.equal(removed, {"host service sudo", "host service sudoers"}, "what goes with --prune")
        check.equal((_states()["sudo"], _states()["sshd"]), ("not-wired", "wired"), "the states")
        for services, why in ((["sudos"], r"host\.services\[0\]: is not legal"), ([1], r"services\[0\]: is not a string")):
            check.contains(_refused({"services": services}), why, "what is said")
        host.ssoctl("init", "--store", "/run/other-store")
        said = _refused({"services": ["su"]}, "--store", "/run/other-store")
        check.contains(said, r"host\.services: is this host's, and has no meaning with --store", "another store")
        check.lacks(host.ssoctl("dump", "--store", "/run/other-store").out, "services", "the dump of another store")
        shutil.rmtree("/run/other-store")
    with _unwired():
        nsswitch = pathlib.Path("/etc/nsswitch.conf")
        nsswitch.write_text(re.sub(r"(?m)^(passwd:.*)$", r"\1 [NOTFOUND=return] sss", nsswitch.read_text()))
        before = _contents()
        check.contains(_refused({"services": ["sudo"], "settings": {"reauth": "20m"}}, wants=3), "an action ends the search", "why")
        check.equal(_contents(), before, "the files")
        check.that(not pathlib.Path("/etc/ssoorg/ssoorg.conf.d/50-apply.conf").exists(), "settings were written")


def _applied(hosts, *more):
    result = json.loads(host.ssoctl("apply", "-", "--json", "--yes", *more, stdin=json.dumps({"format": 1, "host": hosts})).out)
    check.equal(schemas.problems("apply", result), [], "beside the schema")
    return result


def _refused(hosts, *more, wants=None):
    result = host.ssoctl("apply", "-", "--yes", *more, stdin=json.dumps({"format": 1, "host": hosts}), wants=wants)
    check.that(result.status != 0, f"{hosts} was taken")
    return result.err


def lines_that_an_admin_wrote_are_left_alone(rig):
    with _unwired():
        sudo = PAM / "sudo"
        sudo.write_text("auth [success=done ignore=ignore default=die] pam_ssoorg.so\n@include common-auth\n"
                        "account required pam_ssoorg.so\n@include common-account\n")
        text = sudo.read_text()
        host.ssoctl("host", "enable")
        check.equal(sudo.read_text(), text, "the stack")
        check.equal(_states()["sudo"], "by-hand", "its state")
        host.ssoctl("host", "disable")
        check.equal(sudo.read_text(), text, "the stack")


def a_link_in_place_of_a_file_stays_one(rig):
    with _unwired():
        sudo, real = PAM / "sudo", pathlib.Path("/etc/pam-of-sudo")
        sudo.rename(real)
        sudo.symlink_to("../pam-of-sudo")
        real.chmod(0o640)
        try:
            host.ssoctl("host", "enable", "sudo")
            check.that(sudo.is_symlink(), "the link is gone")
            check.contains(real.read_text(), "pam_ssoorg", "what it points to")
            check.equal(host.mode_of(real), "0640 0:0", "its mode")
        finally:
            real.unlink()


def killed_at_any_step_each_file_is_the_old_one_or_the_new(rig):
    with _unwired():
        before = _contents()
        host.ssoctl("host", "enable")
        wired = _contents()
        host.ssoctl("host", "disable")
        deaths = 0
        for call in ("renameat", "fsync", "fchmod", "write"):
            for number in range(1, 60):
                done = processes.run("strace", "-f", "-o", "/dev/null", "-e", f"trace={call}", "-e",
                                     f"inject={call}:signal=KILL:when={number}", "ssoctl", "host", "enable")
                _is_one_or_the_other(_contents(), before, wired, f"killed at {call} {number}")
                host.ssoctl("host", "enable")
                check.equal(_contents(), wired, f"wired after it was killed at {call} {number}")
                host.ssoctl("host", "disable")
                check.equal(_contents(), before, f"unwired after it was killed at {call} {number}")
                if done.status == 0:
                    break
                deaths += 1
        check.that(deaths > 30, f"it was killed {deaths} times only")
        left = [path.name for path in PAM.iterdir() if "ssoorg" in path.name]
        check.equal(left, [], "what is left beside the stacks")


def with_the_modules_file_gone_locals_get_in_and_members_do_not(rig):
    rig.orgs.acme()
    local.make_users(rig)
    person = rig.person()
    login.signs_in(rig, person)
    key = _key_of(rig, person)
    host.ssoctl("org", "set", "acme", "keys=allow")
    try:
        check.that(login.signed_in(login.Ssh(rig, person, method="publickey", key=key).end(enter=False)), "a member's key")
        with _unwired():
            host.ssoctl("host", "enable")
            with host.Kept(host.INSTALLED["module"]) as module:
                module.unlink()
                for name in (local.USER, "root"):
                    local.signs_in_as_before(rig, name)
                check.contains(login.at_console(local.USER, local.PASSWORD), f"\\({local.USER}\\)", "login")
                check.contains(processes.must("su", "-", local.USER, "-c", "id").out, f"\\({local.USER}\\)", "su")
                check.contains(processes.must("sudo", "-u", local.USER, "id").out, f"\\({local.USER}\\)", "sudo")
                check.that(host.in_passwd(person), "the member's name is gone too")
                text = login.Ssh(rig, person, method="publickey", key=key).end(enter=False)
                check.that(not login.signed_in(text), f"a member got in by key: {check.shown(text)}")
                result = processes.run("su", "-", person, "-c", "id")
                check.that(result.status != 0, "root became a member by su")
        text = login.Ssh(rig, person, method="publickey", key=key).end(enter=False)
        check.that(login.signed_in(text), "the member's key, with the module back")
    finally:
        host.ssoctl("org", "set", "acme", "keys=default")


def what_nobody_confirms_is_taken_back_after_its_time(rig):
    with _unwired():
        before = _contents()
        host.ssoctl("host", "enable", "--confirm-within", "1h")
        check.that(_contents() != before, "nothing was wired")
        check.contains(host.ssoctl("host", "confirm", wants=3).err, "from a login", "a confirmation from nowhere")
        PENDING.write_text(re.sub(r"(?m)^due .*$", "due 1", PENDING.read_text()))
        check.soon(lambda: not PENDING.exists(), "it is taken back")
        check.equal(_contents(), before, "the files")
        check.contains(host.SYSLOG.read_text(), "is taken back: nobody has confirmed it", "the log")


def what_nobody_confirms_is_taken_back_at_the_next_boot(rig):
    with _unwired():
        before = _contents()
        host.ssoctl("host", "enable", "--confirm-within", "1h")
        # Of another boot; the unit for it runs this before sshd and login start.
        PENDING.write_text(re.sub(r"(?m)^boot .*$", "boot 00000000-0000-4000-8000-000000000000", PENDING.read_text()))
        host.ssoctl("host", "revert", "when-due")
        check.equal(_contents(), before, "the files")
        check.that(not PENDING.exists(), "it still waits")


def a_login_from_before_does_not_confirm_and_one_made_since_does(rig):
    with _unwired("sudo", "nsswitch"):
        old = login.Terminal(*_root_ssh(rig))
        old.until(r"# $")
        host.ssoctl("host", "enable", "sudo", "--confirm-within", "1h")
        old.send("ssoctl host confirm; echo rc=$?")
        old.until("made before the host was wired.*rc=3")
        check.that(PENDING.exists(), "nothing waits any more")
        new = login.Terminal(*_root_ssh(rig))
        new.until(r"# $")
        new.send("ssoctl host confirm; echo rc=$?")
        new.until("confirmed.*rc=0")
        check.that(not PENDING.exists(), "it still waits")
        check.equal(_states()["sudo"], "wired", "sudo")
        old.close()
        new.close()


def settings_that_sshd_does_not_take_are_put_back(rig):
    with _unwired(), host.Kept("/etc/ssh/sshd_config"):
        config = pathlib.Path("/etc/ssh/sshd_config")
        config.write_text(config.read_text().replace("Include", "#Include"))
        check.contains(host.ssoctl("host", "enable", "sshd", wants=3).err, "does not read its folder", "what is said")
        check.that("ssoorg" not in (PAM / "sshd").read_text(), "sshd was wired all the same")


def H64_a_local_user_cannot_hold_up_the_wiring_or_its_taking_back(rig):
    local.make_users(rig)
    with _unwired():
        # Nothing of it is where others than root may put something. Whoever waits is not followed.
        traced = processes.run("strace", "-e", "trace=open,openat,creat", "-o", "/run/traced", "ssoctl", "host", "enable",
                               "--confirm-within", "1h")
        check.equal(traced.status, 0, traced.text)
        for path in set(re.findall(r'"(/[^"]+)", [^)]*O_CREAT', pathlib.Path("/run/traced").read_text())):
            folder = pathlib.Path(path).parent
            check.that(not folder.stat().st_mode & 0o022, f"{path} is made in a folder that others may write to")
        host.ssoctl("host", "revert")


def _contents():
    return {path: pathlib.Path(path).read_bytes() if pathlib.Path(path).exists() else None for path in FILES}


def _is_one_or_the_other(found, before, wired, when):
    for path in FILES:
        check.that(found[path] in (before[path], wired[path]), f"{when}, {path} is neither: {found[path]!r}")


def _states():
    return {row["service"]: row["state"] for row in host.listed("host", "show")}


@contextlib.contextmanager
def _unwired(*names):
    """A host as the distribution has it, put back as it was."""
    with contextlib.ExitStack() as kept:
        for path in ("/etc/pam.d", "/etc/nsswitch.conf", "/etc/login.defs", "/etc/ssh/sshd_config.d", "/etc/sudoers.d"):
            kept.enter_context(host.Kept(path))
        host.ssoctl("host", "disable", *names)
        yield


def _key_of(rig, person):
    """A key that opens the member's account, as far as sshd is asked."""
    key = rig.folder / "wiring_key"
    if not key.exists():
        processes.must("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key)
    entry = host.in_passwd(person)
    folder = pathlib.Path(f"/home/{person}/.ssh")
    processes.must("install", "-d", "-m", "700", "-o", entry[2], "-g", entry[3], folder)
    processes.must("install", "-m", "600", "-o", entry[2], "-g", entry[3], f"{key}.pub", folder / "authorized_keys")
    return key


def _root_ssh(rig):
    key = rig.folder / "root_key"
    if not key.exists():
        processes.must("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key)
    folder = pathlib.Path("/root/.ssh")
    folder.mkdir(mode=0o700, exist_ok=True)
    (folder / "authorized_keys").write_text(key.with_suffix(".pub").read_text())
    return "ssh", [*login.ssh_arguments(rig, "root", method="publickey", key=key)]
