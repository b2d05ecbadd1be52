# SPDX-License-Identifier: Apache-2.0
"""People's public keys, and what an org makes of them."""
import contextlib
import os
import pathlib
import pwd

import host
import login
import processes
import sshd


def command_lines():
    """What sshd's drop-in says, without the comment signs."""
    text = pathlib.Path(sshd.SHIPPED).read_text()
    return [line[1:] for line in text.splitlines() if line.startswith("#AuthorizedKeys")]


@contextlib.contextmanager
def setting(org, value):
    host.ssoctl("org", "set", org, f"keys={value}")
    try:
        yield
    finally:
        host.ssoctl("org", "set", org, "keys=default")


def new_key(rig, name):
    path = rig.folder / f"key-{name}"
    if not path.exists():
        processes.must("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", path)
    return path


def give_key(rig, name):
    key = new_key(rig, name)
    entry = pwd.getpwnam(name)
    folder = pathlib.Path(entry.pw_dir) / ".ssh"
    if not folder.parent.exists():  # never signed in yet
        folder.parent.mkdir(mode=0o700)
        os.chown(folder.parent, entry.pw_uid, entry.pw_gid)
    folder.mkdir(mode=0o700, exist_ok=True)
    (folder / "authorized_keys").write_text(pathlib.Path(f"{key}.pub").read_text())
    for path in (folder, folder / "authorized_keys"):
        os.chown(path, entry.pw_uid, entry.pw_gid)
    return key


def by_key(rig, name, key):
    return login.Ssh(rig, name, method="publickey", key=key).end(enter=False)
