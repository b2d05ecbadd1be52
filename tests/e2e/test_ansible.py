"""dist/ansible: the role, over ssh, on two hosts at once. Each is a mount namespace with a store, /etc and /run/ssoorg of its own,
and its sshd speaks over a pipe, so that there is no port and no network."""
import json
import os
import pathlib
import re
import subprocess
import time

import check
import host
import processes

FOLDER = pathlib.Path("/run/ansible")
SECRET = "ansible-client-secret"
WHOLE_S = 600  # a guard against hanging
SEED = "00112233445566778899aabbccddeeff"

# /etc as the distribution has it, but for what the test installed.
MAKE = r"""
set -eu
mkdir -m 0755 "$1"
cp -a /etc "$1/etc"
mount --bind "$1/etc" /etc
mount -t tmpfs -o mode=0755 store /var/lib/ssoorg
mount -t tmpfs -o mode=0700 home /root
mkdir -p /run/ssoorg
mount -t tmpfs -o mode=0755 run /run/ssoorg
systemd-tmpfiles --create /usr/lib/tmpfiles.d/ssoorg.conf
ssoctl host disable --yes > "$1/disabled" 2>&1
echo made > "$1/made"
exec sleep infinity
"""


class _Host:
    def __init__(self, name):
        self.name = name
        self.folder = FOLDER / name
        self.process = subprocess.Popen(["unshare", "-m", "--propagation", "private", "sh", "-c", MAKE, "make", str(self.folder)],
                                        stdin=subprocess.DEVNULL, stderr=open(FOLDER / f"{name}.log", "w"))
        end = time.monotonic() + check.HANG_S
        while not (self.folder / "made").exists():
            check.that(self.process.poll() is None and time.monotonic() < end, f"host {name} could not be made: {self.said()}")
            time.sleep(0.05)

    def said(self):
        """What making it said."""
        files = (FOLDER / f"{self.name}.log", self.folder / "disabled")
        return check.shown("".join(path.read_text() for path in files if path.exists()))

    def run(self, *words):
        return processes.run("nsenter", "-t", str(self.process.pid), "-m", "--", *words)

    def says(self, *words):
        result = self.run("ssoctl", *words)
        check.equal(result.status, 0, f"{self.name}: ssoctl {' '.join(words)}: {check.shown(result.text)}")
        return json.loads(result.out)

    def line(self):
        """Of the inventory: ssh to an sshd that runs where this host is."""
        sshd = f"nsenter -t {self.process.pid} -m -- /usr/sbin/sshd -i -f {FOLDER}/sshd.conf"
        words = (f"-F none -i {FOLDER}/key -o StrictHostKeyChecking=no -o UserKnownHostsFile={FOLDER}/known "
                 f"-o ProxyCommand='{sshd} 2> /dev/null'")
        return f'{self.name} ansible_user=root ansible_python_interpreter=/usr/bin/python3 ansible_ssh_common_args="{words}"'

    def stop(self):
        processes.stop(self.process)


class _Hosts:
    """Two of them, and what Ansible needs."""

    def __enter__(self):
        FOLDER.mkdir(mode=0o755)
        for name in ("key", "host_key"):
            processes.must("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", FOLDER / name)
        (FOLDER / "sshd.conf").write_text(
            f"HostKey {FOLDER}/host_key\nAuthorizedKeysFile {FOLDER}/key.pub\nPermitRootLogin yes\nUsePAM yes\n"
            f"StrictModes no\nAuthenticationMethods publickey\nSubsystem sftp internal-sftp\nPidFile none\n")
        self.hosts = []
        for name in ("one", "two"):
            self.hosts.append(_Host(name))
        (FOLDER / "hosts").write_text("".join(one.line() + "\n" for one in self.hosts))
        return self

    def __exit__(self, *exc):
        for one in self.hosts:
            one.stop()
        processes.must("rm", "-rf", FOLDER)

    def play(self, variables, *more):
        """How many tasks changed something, by host."""
        (FOLDER / "vars.json").write_text(json.dumps(variables))
        (FOLDER / "site.yml").write_text("- hosts: all\n  gather_facts: false\n  roles: [ssoorg]\n")
        env = os.environ | {"ANSIBLE_ROLES_PATH": str(host.DIST / "ansible/roles"), "ANSIBLE_NOCOLOR": "1", "ANSIBLE_PIPELINING": "1", "ANSIBLE_SSH_ARGS": "-o ControlPath=none", "LC_ALL": "C.UTF-8",
                            "ANSIBLE_LOCAL_TEMP": str(FOLDER / "tmp")}
        result = processes.run("ansible-playbook", "-i", FOLDER / "hosts", FOLDER / "site.yml", "-e", f"@{FOLDER}/vars.json", *more,
                               env=env, timeout=WHOLE_S)
        check.equal(result.status, 0, f"ansible-playbook: {check.shown(result.text)}")
        check.lacks(result.text, SECRET, "what Ansible prints")
        return dict((name, int(changed)) for name, changed in re.findall(r"(?m)^(\w+)\s+: ok=\d+\s+changed=(\d+)", result.out))


def _variables():
    return {
        "ssoorg_site_seed": SEED, "ssoorg_services": ["sshd", "nsswitch"], "ssoorg_confirm_within": "1h",
        "ssoorg_secrets": {"ansi": SECRET},
        "ssoorg_state": {"format": 1, "orgs": [{
            "slug": "ansi", "name": "Ansi", "owner": "boss@ansi.test", "settings": {"help": "Ask"},
            "domains": [{"domain": "ansi.test", "verified_by": "hand", "reason": "made for a test run"}],
            "connection": {"issuer": "https://login.ansi.test", "client_id": "hosts",
                           "client_secret_file": "/etc/ssoorg/secrets/ansi"},
            "members": [{"email": "ann@ansi.test", "role": "admin"}]}]},
    }


def the_role_brings_two_hosts_to_the_state_and_the_second_run_changes_nothing(rig):
    rig.secrets.add(SECRET)
    variables = _variables()
    with _Hosts() as two:
        first = two.play(variables)
        check.equal(sorted(first), ["one", "two"], "the hosts")
        check.that(all(first.values()), f"the first run changes {first}")
        states = [one.says("dump") for one in two.hosts]
        check.equal(states[0], states[1], "the states of both")
        check.equal((states[0]["orgs"][0]["slug"], states[0]["orgs"][0]["settings"]["help"]), ("ansi", "Ask"), "the org")
        people = [{row["email"]: row["uid"] for row in one.says("account", "list", "--json")} for one in two.hosts]
        check.equal(people[0], people[1], "the numbers on both")
        for one in two.hosts:
            wired = {row["service"]: row["state"] for row in one.says("host", "show", "--json")}
            check.equal((wired["sshd"], wired["nsswitch"]), ("wired", "wired"), f"what asks ssoorg on {one.name}")
            check.equal(one.says("host", "confirm", "--json")["changed"], False, "whether something still waits to be confirmed")
        check.equal(two.play(variables), {"one": 0, "two": 0}, "the second run")
        variables["ssoorg_state"]["orgs"][0]["settings"]["help"] = "Ask Ann"
        check.equal(two.play(variables, "--check"), {"one": 1, "two": 1}, "a run with --check after a change of the state")
        check.equal(two.hosts[0].says("dump"), states[0], "the state after it")
