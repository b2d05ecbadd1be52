"""A configuration or store that is missing, foreign or broken.

Each time: local users sign in as always, members are refused, the log names
the file, and sshd goes on. Afterwards the members sign in again.
"""
import os
import re

import check
import host
import local_users as local
import login


def missing_configuration_refuses_members_only(rig):
    _breaks(rig, host.CONF, lambda path: path.unlink())


def unreadable_configuration_refuses_members_only(rig):
    _breaks(rig, host.CONF, _into_folder)


def world_writable_configuration_refuses_members_only(rig):
    _breaks(rig, host.CONF, lambda path: path.chmod(0o666))


def configuration_of_another_owner_refuses_members_only(rig):
    _breaks(rig, host.CONF, lambda path: os.chown(path, 65534, 65534))


def unknown_key_in_the_configuration_is_named_with_its_line(rig):
    _breaks_line(rig, "sign-in-timeuot = 90s", "sign-in-timeuot")


def illegal_value_in_the_configuration_is_named_with_its_line(rig):
    _breaks_line(rig, "sign-in-timeout = 90x", "sign-in-timeout")


def too_long_time_in_the_configuration_is_named_with_its_line(rig):
    _breaks_line(rig, "sign-in-timeout = 6m", "sign-in-timeout")


def line_without_a_value_is_named_with_its_line(rig):
    _breaks_line(rig, "sign-in-timeout", "sign-in-timeout")


def binary_configuration_refuses_members_only(rig):
    _breaks(rig, host.CONF, lambda path: path.write_bytes(os.urandom(4096)))


def missing_store_refuses_members_only(rig):
    _breaks(rig, host.STORE, _remove_data, names=r"/var/lib/ssoorg/store")


def store_of_garbage_refuses_members_only(rig):
    _breaks(rig, host.STORE, lambda path: (path / "data.mdb").write_bytes(b"\xa5" * 65536),
            names=r"/var/lib/ssoorg/store")


def truncated_store_refuses_members_only(rig):
    _breaks(rig, host.STORE, lambda path: os.truncate(path / "data.mdb", 4096), names=r"/var/lib/ssoorg/store")


def empty_store_refuses_members_only(rig):
    _breaks(rig, host.STORE, lambda path: os.truncate(path / "data.mdb", 0), names=r"/var/lib/ssoorg/store")


def world_writable_store_refuses_members_only(rig):
    _breaks(rig, host.STORE, lambda path: path.chmod(0o777), names=r"/var/lib/ssoorg/store")


def store_of_another_owner_refuses_members_only(rig):
    _breaks(rig, host.STORE, lambda path: os.chown(path, 65534, 65534), names=r"/var/lib/ssoorg/store")


def L3_damaged_map_still_lets_members_in_or_refuses_but_never_crashes(rig):
    rig.orgs.acme()
    person = rig.person()
    login.signs_in(rig, person)
    local.make_users(rig)
    for content in (b"", b"\0" * 4096, os.urandom(8192), host.MAP.read_bytes()[:-7]):
        with host.Kept(host.MAP) as path:
            path.write_bytes(content)
            local.signs_in_as_before(rig, local.USER)
            login.Ssh(rig, person).close()
            check.that(rig.sshd.alive(), "sshd is gone")
    login.signs_in(rig, person)


def ssoctl_names_file_and_line_too(rig):
    with host.Kept(host.CONF) as path:
        path.write_text("# first\nmax-sign-ins = many\n")
        result = host.ssoctl("org", "list", wants=1)
        check.contains(result.err, r"ssoorg\.conf:2: max-sign-ins: .*many.*9 to 4096", "what ssoctl says")


def ssoctl_names_a_broken_store(rig):
    with host.Kept(host.STORE) as path:
        (path / "data.mdb").write_bytes(b"\xa5" * 65536)
        check.contains(host.ssoctl("org", "list", wants=1).err, "/var/lib/ssoorg/store", "what ssoctl says")


def _breaks_line(rig, line, key):
    _breaks(rig, host.CONF, lambda path: path.write_text("# a comment\n\n" + line + "\n"),
            names=rf"ssoorg\.conf:3:.*{re.escape(key)}")


def _breaks(rig, path, harm, names=r"/etc/ssoorg/ssoorg\.conf|ssoorg\.conf:\d+"):
    rig.orgs.acme()
    local.make_users(rig)
    person = _member(rig)
    with host.Kept(path) as file:
        harm(file)
        log = rig.log()
        local.signs_in_as_before(rig, local.USER)
        _is_refused_at_once(rig, person)
        check.that(rig.sshd.alive(), "sshd is gone")
        text = log.text()
        check.contains(text, names, "the log")
        check.lacks(text, "Segmentation|core dump|SIGSEGV|SIGBUS|signal 11|signal 7", "the log")
    login.signs_in(rig, person)


def _member(rig):
    """One member for all of these tests: the account exists already."""
    if not hasattr(rig, "steady_member"):
        person = rig.person()
        login.signs_in(rig, person)
        rig.steady_member = person
    return rig.steady_member


def _is_refused_at_once(rig, person):
    terminal = login.Ssh(rig, person)
    text = terminal.end()
    check.that(not login.signed_in(text), f"{person} got in")
    check.lacks(text, r"https://localhost:\d+/device", "what the member is shown")


def _remove_data(path):
    for entry in path.iterdir():
        entry.unlink()


def _into_folder(path):
    path.unlink()
    path.mkdir()


def the_shipped_configuration_shows_the_defaults(rig):
    rig.orgs.acme()
    person = _member(rig)
    with host.Kept(host.CONF) as path:
        path.write_text(re.sub(r"^#(?=[a-z-]+ = )", "", (host.DIST / "ssoorg.conf").read_text(), flags=re.MULTILINE))
        check.contains(path.read_text(), r"\nsign-in-timeout = ", "the configuration")
        login.signs_in(rig, person)
