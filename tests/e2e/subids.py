# SPDX-License-Identifier: Apache-2.0
"""Members with lines of subordinate numbers in /etc/subuid and /etc/subgid (CASES O13)."""
import contextlib
import pathlib
import re
import subprocess

import check
import host
import login
import processes

ORG = "pods"
DOMAIN = "pods.test"
PASSWORD = "subordinate-Gravel-28-anchor"
COUNT = 65536
SETTING = pathlib.Path("/etc/ssoorg/ssoorg.conf.d/subids.conf")
FILES = UIDS, GIDS = pathlib.Path("/etc/subuid"), pathlib.Path("/etc/subgid")
BY_HAND = "# by hand\nbob-of-old:100000:65536\n\ncarol-of-old:300000:1000"  # no newline
_made = []


def needs_namespaces():
    """Kernels may be told to let no user make a namespace of users, and let nobody in a changed root."""
    tried = subprocess.run(["setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups", "unshare", "-U", "true"],
                           capture_output=True, text=True)
    if tried.returncode != 0:
        raise check.NotHere(f"users may make no namespace of users here: {tried.stderr.strip()}")


@contextlib.contextmanager
def on(rig, setting=f"subids = {COUNT}\n"):
    """The setting, and both files with other people's lines in them; all of it put back."""
    rig.orgs._once(ORG, lambda: rig.orgs.create(ORG, DOMAIN, "jit"))
    with contextlib.ExitStack() as kept:
        for path in (SETTING, *FILES):
            kept.enter_context(host.Kept(path))
        SETTING.parent.mkdir(exist_ok=True)
        SETTING.write_text(setting)
        for path in FILES:
            path.write_text(BY_HAND)
            path.chmod(0o644)
        yield


@contextlib.contextmanager
def unified_cgroups():
    """crun wants no others; what is mounted is gone with this namespace."""
    mounted = subprocess.run(["mount", "-t", "cgroup2", "cgroup2", "/sys/fs/cgroup"], capture_output=True, text=True)
    if mounted.returncode != 0:
        raise check.NotHere(f"there are no unified cgroups here: {mounted.stderr.strip()}")
    try:
        yield
    finally:
        processes.must("umount", "-l", "/sys/fs/cgroup")


def new_email():
    _made.append(None)
    return f"pod{len(_made)}@{DOMAIN}"


def new():
    """A member with a password, who has had no session."""
    person = new_email()
    host.ssoctl("member", "add", ORG, person)
    host.set_password(person, PASSWORD)
    return person


def member(rig):
    """A member who has signed in."""
    person = new()
    signs_in(rig, person)
    return person


def run_in(rig, person, command):
    _, text = login.by_password(rig, person, PASSWORD, command=f"echo BEGIN; {command}; echo END")
    return text


def signs_in(rig, person):
    rig.secrets.add(PASSWORD)
    text = run_in(rig, person, "id")
    check.that(login.signed_in(text), f"{person} is not signed in: {check.shown(text)}")


def uid_of(person):
    return int(host.in_passwd(person)[2])


def range_of(person, path):
    """The first number and how many, of the only line."""
    lines = re.findall(rf"^{uid_of(person)}:(\d+):(\d+)$", path.read_text(), re.MULTILINE)
    check.equal(len(lines), 1, f"lines of {person} in {path}")
    return int(lines[0][0]), int(lines[0][1])


def ends(person):
    """podman leaves a process that holds the namespace."""
    host.ssoctl("account", "lock", person, "--end-sessions")
