"""A real sshd on loopback, configured by what the product ships."""
import socket
import subprocess
import time

import check
import processes

SHIPPED = "/etc/ssh/sshd_config.d/10-ssoorg.conf"
RUNS_AS = "/usr/sbin/sshd"
PROGRAMS = (RUNS_AS, "/usr/lib/openssh/sshd-session", "/usr/lib/openssh/sshd-auth")  # a program for each part from 9.8 on


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Sshd:
    def __init__(self, folder, name="sshd", lines=(), level="VERBOSE"):
        self.folder = folder
        self.port = free_port()
        self.log = folder / f"{name}.log"
        self.config = folder / f"{name}.conf"
        self.config.write_text("\n".join([
            *lines,
            f"Include {SHIPPED}",
            f"Port {self.port}", "ListenAddress 127.0.0.1",
            f"HostKey {folder}/host_key", f"PidFile {folder}/{name}.pid",
            f"LogLevel {level}", "PasswordAuthentication yes", "PermitRootLogin yes",
            "MaxStartups 100", "PrintMotd no", "Subsystem sftp internal-sftp", ""]))
        self.process = None

    def start(self):
        key = self.folder / "host_key"
        if not key.exists():
            processes.must("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key)
        with open(self.folder / "known_hosts", "a") as known:
            known.write(f"[127.0.0.1]:{self.port} {key.with_suffix('.pub').read_text()}")
        processes.must(RUNS_AS, "-t", "-f", self.config)
        self.process = subprocess.Popen(
            [RUNS_AS, "-D", "-f", self.config, "-E", self.log], stdin=subprocess.DEVNULL)
        self._wait_until_it_listens()
        return self

    def _wait_until_it_listens(self):
        end = time.monotonic() + check.HANG_S
        while time.monotonic() < end and self.alive():
            try:
                socket.create_connection(("127.0.0.1", self.port), check.HANG_S).close()
                return
            except OSError:
                time.sleep(0.05)
        raise RuntimeError("sshd does not listen: " + self.log.read_text())

    def alive(self):
        return self.process.poll() is None

    def stop(self):
        if self.process:
            processes.stop(self.process)
