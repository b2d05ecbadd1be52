"""The system under test: its sshd, its local users, apt, a provider, and what its files are."""
import hashlib
import os
import pathlib
import pwd
import re
import socket
import time

import check
import host
import login
import orgs
import processes
import provider

DEBS = pathlib.Path("/debs")
MODULES = ("libpam-ssoorg", "libnss-ssoorg")
ALL = ("ssoorg", *MODULES)
WATCHED = ("/etc/pam.d", "/usr/lib/pam.d", "/etc/nsswitch.conf", "/etc/ssh", "/etc/login.defs", "/etc/sudoers", "/etc/sudoers.d",
           "/etc/cron.d", "/etc/crontab", "/etc/profile", "/etc/security/limits.conf")
LOCAL, MAPPED, PASSWORD = "local", "mapped", "local-Horse-battery-7"


class Port:
    """As login.py wants it."""
    port = 22


class System:
    """Also what the functions of login.py call a rig."""

    def __init__(self, kept, whole):
        """What the boot before has kept; whether times are waited for."""
        self.folder = pathlib.Path("/run/rig")
        self.sshd = Port()
        self.idp = None
        self.secrets = set()
        self.orgs = orgs.Orgs(self)
        self.whole = whole
        self.kept = kept
        self.outside = ()  # runs a command where Debian's archive can be reached, if not here
        self.booted = pathlib.Path("/run/systemd/system").exists()

    def __enter__(self):
        self.folder.mkdir(mode=0o755)
        pathlib.Path("/run/ssoorg-namespace").touch()
        if self.kept:
            self._know_sshd()
        else:
            self._begin()
        return self

    def _begin(self):
        hosts = pathlib.Path("/etc/hosts")
        if not hosts.exists() or "localhost" not in hosts.read_text():
            hosts.write_text("127.0.0.1 localhost\n::1 localhost\n")
        for name in (LOCAL, MAPPED):
            processes.must("useradd", "-m", "-s", "/bin/bash", name)
        processes.must("chpasswd", stdin=f"{LOCAL}:{PASSWORD}\n{MAPPED}:{PASSWORD}\nroot:{PASSWORD}\n")
        pathlib.Path("/etc/sudoers.d/local").write_text(f"{LOCAL} ALL=(ALL) ALL\n")
        os.chmod("/etc/sudoers.d/local", 0o440)
        pathlib.Path("/etc/ssh/sshd_config.d/50-test.conf").write_text("PermitRootLogin yes\nListenAddress 127.0.0.1\n")
        self._start_sshd()

    def _start_sshd(self):
        processes.must("ssh-keygen", "-A")
        if self.booted:
            processes.must("systemctl", "restart", "ssh.service")
        else:
            processes.must("/usr/sbin/sshd")
        self._know_sshd()

    def _know_sshd(self):
        check.soon(self.listens, "no sshd listens")
        key = pathlib.Path("/etc/ssh/ssh_host_ed25519_key.pub").read_text()
        (self.folder / "known_hosts").write_text(f"127.0.0.1 {key}")

    @staticmethod
    def listens():
        try:
            socket.create_connection(("127.0.0.1", 22), check.HANG_S).close()
            return True
        except OSError:
            return False

    def __exit__(self, *exc):
        if self.idp:
            self.idp.stop()

    def start_provider(self):
        if self.idp:
            return
        processes.must(provider.SOURCE / "new-ca", self.folder / "ca")
        os.chmod(self.folder / "ca", 0o755)
        self.ca = self.folder / "ca" / "ca.pem"
        provider.write_accounts(self.folder / "accounts.json", [*(f"p{n}@acme.test" for n in range(1, 9)), "p1@cage.test"])
        provider.write_clients(self.folder)
        self.idp = provider.Provider(self.folder, "--interval", "1").start()

    def log_mark(self):
        """A moment, for logged_since()."""
        if not self.booted:
            return None
        return re.search(r"-- cursor: (.*)", processes.must("journalctl", "-q", "-n", "1", "--show-cursor").out).group(1)

    def logged_since(self, mark):
        """What was logged since; where nothing listens to the log, what would have been."""
        if mark is None:
            return processes.run("ssoctl", "check", "--offline").text
        return processes.must("journalctl", "-q", f"--after-cursor={mark}", "-o", "cat").out

    def types(self, *words):
        """What an admin types, noted to be counted; the same words."""
        self.kept.setdefault("began", time.time())
        self.kept.setdefault("typed", []).append(" ".join(map(str, words)))
        return words

    def apt(self, *words, wants=0, **env):
        """apt-get, without anybody to answer; its words."""
        self.types("apt-get", *(word for word in words if not re.match("-|Dpkg", str(word))))
        result = processes.run(*self.outside, "apt-get", "-q", "-y", "--no-install-recommends", "--allow-downgrades", *words, timeout=1800,
                               env=dict(os.environ, DEBIAN_FRONTEND="noninteractive", LC_ALL="C.UTF-8", **env))
        check.that(wants is None or (result.status == 0) == (wants == 0),
                   f"apt-get {' '.join(map(str, words))}: exit {result.status}: {check.shown(result.text, 3000)}")
        return result.text

    def install(self, version, names=ALL, **how):
        """As an admin types it: apt-get install ./NAME_VERSION.deb ..."""
        debs = [next((DEBS / version).glob(f"{name}_*.deb")) for name in names]
        return self.apt("-o", "Dpkg::Options::=--force-confold", "install", *debs, **how)


def version_of(folder):
    return processes.must("dpkg-deb", "-f", next((DEBS / folder).glob("ssoorg_*.deb")), "Version").out.strip()


def status_of(name):
    """"install ok installed", or "" if dpkg knows nothing of it."""
    return processes.run("dpkg-query", "-W", "-f", "${Status}", name).out.strip()


def installed():
    return set(processes.must("dpkg-query", "-W", "-f", "${Package} ${db:Status-Status}\n").out.splitlines())


def contents(*paths):
    """What is under these: by path its bytes' digest, or where it leads, with mode and owner."""
    found = {}
    for path in paths or WATCHED:
        for file in [pathlib.Path(path), *sorted(pathlib.Path(path).rglob("*"))]:
            if file.is_symlink():
                found[str(file)] = f"-> {os.readlink(file)}"
            elif file.is_file():
                found[str(file)] = f"{host.mode_of(file)} {hashlib.sha256(file.read_bytes()).hexdigest()}"
    return found


def changed(before, after):
    return sorted(path for path in before.keys() | after.keys() if before.get(path) != after.get(path))


def _listening():
    """Which socket waits for ssh; None for none."""
    for line in pathlib.Path("/proc/net/tcp").read_text().splitlines()[1:]:
        words = line.split()
        if words[1].endswith(":0016") and words[3] == "0A":
            return words[9]
    return None


def wire(*words):
    """ssoctl host WORDS; a running sshd that was told of it has read its settings then, and waits for people again."""
    before = _listening()
    said = host.ssoctl("host", *words).err
    if before and re.search(r"^(ssoctl: )?sshd-config (un)?wired: ", said, re.MULTILINE):
        check.soon(lambda: _listening() not in (None, before), "sshd waits for people again")


def gets_in(here, name):
    said = login.by_password(here, name, PASSWORD, method="password,keyboard-interactive")[1]
    check.contains(said, rf"uid={pwd.getpwnam(name).pw_uid}\({name}\)", f"id of {name} over ssh")


def local_people_get_in(here):
    """A local user and root by ssh and password, and the user becomes root by sudo; each as always."""
    for name in (LOCAL, "root"):
        gets_in(here, name)
    said = processes.run("setpriv", "--reuid", LOCAL, "--regid", LOCAL, "--init-groups", "sudo", "-k", "-S", "-p", "", "id", "-u",
                         stdin=PASSWORD + "\n")
    check.equal(said.out.strip(), "0", f"id -u by sudo ({check.shown(said.text)})")
    check.equal(processes.must("su", LOCAL, "-c", "id -un").out.strip(), LOCAL, "id -un by su of root")


def names_left():
    """Files outside of documentation's reach whose name has ours in it."""
    found = processes.run("find", "/etc", "/usr", "/lib/systemd", "/var", "/run", "/home", "-xdev", "-name", "*ssoorg*").out.split()
    return sorted(path for path in found if not re.search("/run/rig|ssoorg-test|/run/ssoorg-namespace", path))
