"""The machine under test: the product installed as its README says."""
import contextlib
import json
import os
import pathlib
import re
import socket
import sysconfig
import tempfile
import uuid

import check
import processes

TOP = pathlib.Path(__file__).resolve().parents[2]
BUILD = TOP / os.environ.get("SSOORG_BUILD", "build-plain")
DIST = TOP / "dist"
STORE = pathlib.Path("/var/lib/ssoorg/store")
MAP = pathlib.Path("/var/lib/ssoorg/public/accounts.map")
CONF = pathlib.Path("/etc/ssoorg/ssoorg.conf")
SYSLOG = pathlib.Path("/run/log.txt")
LIB = pathlib.Path("/usr/lib") / sysconfig.get_config_var("MULTIARCH")
UNWIRED = ("sudo", "sudo-i", "su", "su-l", "polkit-1", "cron", "atd", "systemd-user")
INSTALLED = {
    "module": LIB / "security/pam_ssoorg.so",
    "nss": LIB / "libnss_ssoorg.so.2",
    "signin": pathlib.Path("/usr/libexec/ssoorg/ssoorg-signin"),
    "oidc": pathlib.Path("/usr/libexec/ssoorg/ssoorg-oidc"),
    "fleet": pathlib.Path("/usr/libexec/ssoorg/ssoorg-fleet"),
    "ssoctl": pathlib.Path("/usr/bin/ssoctl"),
}


def documented(block):
    """The commands that dist/README.md gives under this name."""
    text = (DIST / "README.md").read_text()
    return re.search(rf"^```sh {block}\n(.*?)^```", text, re.MULTILINE | re.DOTALL).group(1)


def install():
    """From the build, or, where the packages of Debian are installed already, only wired."""
    if os.environ.get("SSOORG_INSTALLED") == "packages":
        ssoctl("host", "enable")
        ssoctl("host", "disable", *UNWIRED)
        return
    processes.must("meson", "install", "-C", BUILD, "--no-rebuild", "--quiet")
    for name, path in INSTALLED.items():
        if not path.exists():
            raise RuntimeError(f"the {name} was not installed as {path}")
    wire()


def wire():
    """As documented; what the tests are not about is as the distribution has it, until one wires it."""
    processes.must("sh", "-eu", "-c", documented("install"), cwd=DIST)
    processes.must("ssoctl", "host", "disable", *UNWIRED)


def remove():
    processes.must("sh", "-eu", "-c", documented("remove"), cwd=DIST)


def add_local_user(name, password):
    processes.must("useradd", "-m", "-s", "/bin/bash", name)
    set_local_password(name, password)


def set_local_password(name, password):
    processes.must("chpasswd", stdin=f"{name}:{password}\n")


def ssoctl(*words, stdin="", wants=0, env=None):
    """Runs ssoctl; another exit status than the wanted one is a failure."""
    result = processes.run("ssoctl", *words, stdin=stdin, env=env)
    if wants is not None and result.status != wants:
        raise check.Failed(f"ssoctl {' '.join(map(str, words))}: exit {result.status} "
                           f"instead of {wants}: {check.shown(result.text)}")
    return result


def connect(org, *words):
    """Changes the org's connection at once, whoever has signed in through the one in effect."""
    return ssoctl("idp", "set", org, *words, "--now")


def listed(*words):
    """What a command of ssoctl lists, as values."""
    text = ssoctl(*words, "--json").out
    try:
        return json.loads(text)
    except ValueError as error:
        raise check.Failed(f"ssoctl {' '.join(words)} --json: {error}: {check.shown(text)}")


def members(org):
    return {row["email"]: row for row in listed("member", "list", org)}


def set_password(email, password):
    ssoctl("password", "set", email, "--stdin", stdin=password + "\n")


def in_passwd(login):
    """The passwd entry that any program on this machine would see, or None."""
    line = processes.run("getent", "passwd", login).out.strip()
    return line.split(":") if line else None


def _await_log():
    """What was sent to the log before this line is in the file once this line is, however busy the machine."""
    mark = f"caught up {uuid.uuid4()}"
    start = SYSLOG.stat().st_size
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as log:
        log.connect("/dev/log")
        log.send(f"<15>{mark}".encode())

    def arrived():
        with open(SYSLOG, "rb") as log:
            log.seek(start)
            return mark.encode() in log.read()
    check.soon(arrived, "the log does not catch up")


class SystemLog:
    """What was logged since a moment."""

    def __init__(self, *files):
        self.files = [SYSLOG, *files]
        self.start = {path: self._size(path) for path in self.files}

    @staticmethod
    def _size(path):
        return path.stat().st_size if path.exists() else 0

    def text(self):
        _await_log()
        parts = []
        for path in self.files:
            if path.exists():
                with open(path, errors="replace") as log:
                    log.seek(self.start[path])
                    parts.append(log.read())
        return "\n".join(parts)


class Kept:
    """A file or folder put back as it was when the with-block ends."""

    def __init__(self, path):
        self.path = pathlib.Path(path)
        self.folder = None

    def __enter__(self):
        self.folder = tempfile.TemporaryDirectory(dir="/run")
        self.copy = pathlib.Path(self.folder.name) / "kept"
        if self.path.exists():
            processes.must("cp", "-a", self.path, self.copy)
        return self.path

    def __exit__(self, *exc):
        processes.must("rm", "-rf", self.path)
        if self.copy.exists():
            processes.must("cp", "-a", self.copy, self.path)
        self.folder.cleanup()


def processes_of(uid):
    """The pids of what runs as this uid. What has ended runs no more, though whoever started it has not asked yet."""
    found = []
    for path in pathlib.Path("/proc").iterdir():
        try:
            if path.name.isdigit() and path.stat().st_uid == uid and _state(path) not in "ZX":
                found.append(int(path.name))
        except (FileNotFoundError, ProcessLookupError):
            continue
    return found


def _state(process):
    return (process / "stat").read_text().rpartition(") ")[2][0]


def mode_of(path):
    info = os.lstat(path)
    return f"{info.st_mode & 0o7777:04o} {info.st_uid}:{info.st_gid}"


@contextlib.contextmanager
def read_only(path, bind=False):
    """With the source named, mount asks for what is said here alone: what an overlay has is not for changing."""
    if bind:
        processes.must("mount", "--bind", path, path)
    processes.must("mount", "-o", *(("remount,bind,ro", path) if bind else ("remount,ro", "overlay", path)))
    try:
        yield
    finally:
        processes.must(*(("umount", "-l", path) if bind else ("mount", "-o", "remount,rw", "overlay", path)))
