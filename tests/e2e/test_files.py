"""H13: every file of ours has its owner and mode, under any umask."""
import os
import pathlib
import stat

import check
import host
import login
import processes

STATE = pathlib.Path("/var/lib/ssoorg")


def H13_store_map_and_runtime_have_their_modes(rig):
    rig.orgs.acme()
    login.signs_in(rig, rig.person())
    for path, mode in ((STATE, "0755"), (STATE / "store", "0700"), (STATE / "public", "0755"),
                       ("/run/ssoorg", "0700"), (host.MAP, "0644"), ("/etc/ssoorg", "0755"), (host.CONF, "0644")):
        check.equal(host.mode_of(path), f"{mode} 0:0", str(path))
    for path in [*host.STORE.iterdir(), *pathlib.Path("/run/ssoorg").rglob("*")]:
        _is_private(path)
    check.equal([p.name for p in (STATE / "public").iterdir()], ["accounts.map"], "the public folder")


def H13_installed_programs_are_not_writable_or_setuid(rig):
    for name, path in host.INSTALLED.items():
        mode = os.lstat(path).st_mode
        check.that(not mode & 0o7022, f"{name} has mode {mode & 0o7777:04o}")
        check.equal(os.lstat(path).st_uid, 0, f"the owner of {name}")


def H13_a_store_made_under_any_umask_is_private(rig):
    for umask in (0o000, 0o022, 0o077, 0o777):
        folder = rig.folder / f"store-{umask:o}"
        processes.must("bash", "-c", f"umask {umask:04o}; ssoctl init --store {folder}")
        check.equal(host.mode_of(folder), "0700 0:0", f"a store made under umask {umask:04o}")
        for path in folder.rglob("*"):
            if path.name != "accounts.map":
                _is_private(path)


def H13_a_change_under_any_umask_leaves_the_map_readable_and_the_store_private(rig):
    org = rig.orgs.gamma()
    for number, umask in enumerate((0o000, 0o077, 0o777)):
        processes.must("bash", "-c", f"umask {umask:04o}; ssoctl member add {org} umask{number}@gamma.test")
        check.equal(host.mode_of(host.MAP), "0644 0:0", f"the map after a change under umask {umask:04o}")
        for path in host.STORE.iterdir():
            _is_private(path)


def the_store_is_not_readable_and_ssoctl_refuses_for_a_plain_user(rig):
    rig.orgs.acme()
    for path in host.STORE.iterdir():
        check.that(processes.run("runuser", "-u", "nobody", "--", "cat", path).status != 0, f"nobody reads {path}")
    result = processes.run("runuser", "-u", "nobody", "--", "ssoctl", "org", "list")
    check.that(result.status in (1, 3), f"ssoctl as nobody: exit {result.status}")
    check.that(result.err.strip(), "ssoctl as nobody says nothing")


def the_map_holds_no_secret_and_no_invited_address(rig):
    org, invited = rig.orgs.beta(), rig.person("beta.test")
    host.ssoctl("invite", "create", org, invited)
    content = host.MAP.read_bytes()
    check.that(content, "the map is empty")
    check.that(invited.encode() not in content, "the map holds an invited address")
    for secret in rig.secrets:
        check.that(secret.encode() not in content, "the map holds a secret")
    check.that(b"$y$" not in content, "the map holds a password hash")


def _is_private(path):
    mode = stat.S_IMODE(os.lstat(path).st_mode)
    check.that(not mode & 0o077, f"{path} has mode {mode:04o}")
    check.equal(os.lstat(path).st_uid, 0, f"the owner of {path}")
