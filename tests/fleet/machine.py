# SPDX-License-Identifier: Apache-2.0
"""A host beside others: its name, network, processes, /etc, homes and state are its own, programs are not."""
import json
import pathlib
import subprocess

import check
import processes

NEW = ("unshare", "-m", "-n", "-u", "-p", "-f", "--kill-child", "--propagation", "private", "--mount-proc")
# Process 1 of it. Copies, since an overlay cannot lie on an overlay that lies on one. It stays to take in what is left
# behind, until nobody holds its standard input.
SET_UP = """
hostname "$1"
mount -t tmpfs -o mode=0755 run /run
mkdir -m 0755 /run/sshd /run/lock /run/user /run/own
: > /run/utmp
: > /run/ssoorg-namespace
for dir in etc root home var/log var/lib/ssoorg; do
    mkdir -p "/run/own/$dir"
    chown --reference="/$dir" "/run/own/$dir"
    chmod --reference="/$dir" "/run/own/$dir"
done
cp -a /etc /run/own/
for dir in etc root home var/log var/lib/ssoorg; do
    mount --bind "/run/own/$dir" "/$dir"
done
rm -f /etc/machine-id
tr -d - < /proc/sys/kernel/random/uuid > /etc/machine-id
systemd-tmpfiles --create /usr/lib/tmpfiles.d/ssoorg.conf
echo ready
while read -r _; do :; done
"""
SSHD = "Include /etc/ssh/sshd_config.d/10-ssoorg.conf\nHostKey /run/sshd/host_key\nPidFile none\nLogLevel VERBOSE\n" \
       "PasswordAuthentication yes\nPrintMotd no\n"


class Machine:
    """One of them, once the product is installed where it is made. It ends with whoever has started it."""

    def __init__(self, name, address):
        self.name, self.address = name, address
        self.holder = self.pid = None
        self.started = []

    def start(self, bridge):
        """BRIDGE: the device that joins the hosts."""
        self.holder = subprocess.Popen([*NEW, "bash", "-eu", "-c", SET_UP, "-", self.name], stdin=subprocess.PIPE,
                                       stdout=subprocess.PIPE, text=True)
        check.equal(self.holder.stdout.readline(), "ready\n", f"what {self.name} says")
        self.pid = int(pathlib.Path(f"/proc/{self.holder.pid}/task/{self.holder.pid}/children").read_text())
        processes.must("ip", "link", "add", self.name, "type", "veth", "peer", "name", "eth0", "netns", self.pid)
        processes.must("ip", "link", "set", self.name, "master", bridge, "up")
        for words in (("link", "set", "lo", "up"), ("addr", "add", f"{self.address}/24", "dev", "eth0"),
                      ("link", "set", "eth0", "up")):
            self.must("ip", *words)
        return self

    def words(self, *words):
        return ["nsenter", "-t", str(self.pid), "-m", "-n", "-u", "-p", *map(str, words)]

    def run(self, *words, stdin=""):
        return processes.run(*self.words(*words), stdin=stdin)

    def must(self, *words, stdin=""):
        return processes.must(*self.words(*words), stdin=stdin).out

    def listed(self, *words):
        """What a command lists, as values."""
        return json.loads(self.must(*words, "--json"))

    def serve(self, program, *words):
        """A program that runs there for as long as the host does."""
        self.started.append(subprocess.Popen(self.words(program, *words), stdin=subprocess.DEVNULL))

    def serve_ssh(self):
        """The public half of its key."""
        self.must("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", "/run/sshd/host_key")
        self.must("tee", "/run/sshd/config", stdin=SSHD)
        self.serve("/usr/sbin/sshd", "-D", "-f", "/run/sshd/config", "-E", "/run/sshd/log")
        check.soon(lambda: "listening" in self.run("cat", "/run/sshd/log").out, f"the sshd of {self.name} does not listen")
        return self.must("cat", "/run/sshd/host_key.pub").strip()

    def in_passwd(self, login):
        return self.run("getent", "passwd", login).out.strip()

    def stop(self):
        if self.holder is None:
            return
        self.holder.kill()
        for process in (*self.started, self.holder):
            process.wait(check.HANG_S)
        self.holder.stdin.close()
        self.holder.stdout.close()
