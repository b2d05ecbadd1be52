"""A whole host inside rootless podman: with its own filter of system calls, and the numbers of a member's line in subuid(5)."""
import contextlib
import json
import pathlib
import pwd
import subprocess

import check
import host
import login
import processes
import sshd
import subids

RANGES = "uid-ranges = 20000-29999\n"  # some that there are inside
# /usr is the machine's own.
UNPACKS = """set -eu
mkdir root
cd root
tar xpf - --numeric-owner
for name in bin sbin lib lib32 lib64 libx32; do [ ! -L /$name ] || ln -s usr/$name $name; done
mkdir -p usr home root run/sshd tmp proc sys dev var/log
chmod 1777 tmp
"""
CONFIG = pathlib.Path("/etc/ssh/inside.conf")
ORG, DOMAIN = "pods", "pods.test"
STARTS = f"""ssoctl check --offline --json > /check.json
set -eu
ssoctl init
ssoctl org create {ORG} --name Pods --owner boss@pods.example
ssoctl idp set {ORG} --issuer $1 --client-id ssoorg --auth none --ca-file /etc/ssh/inside_ca
ssoctl domain add {ORG} {DOMAIN}
ssoctl domain verify {ORG} {DOMAIN} --by-hand inside
ssoctl provisioning set {ORG} jit
exec /usr/sbin/sshd -D -e -f {CONFIG}
"""


def O12_a_whole_sign_in_inside_rootless_podman_under_its_own_filter(rig):
    person = rig.person(DOMAIN)  # whom the machine itself does not know
    with _container(rig, RANGES) as inside:
        inside.listens()
        inside.has_podmans_filter()
        for name in ("confinement", "numbers"):
            check.equal(_row(inside, name)["severity"], "ok", f"what check says of the {name}")
        log = rig.log()
        terminal = login.Ssh(rig, person, sshd=inside)
        challenge = terminal.challenge()
        inside.has_a_confined_helper()
        rig.idp.approve(challenge, person)
        terminal.end()
        check.that(login.signed_in(terminal.text), f"not signed in: {check.shown(terminal.text)}; {check.shown(inside.log.read_text())}")
        check.contains(terminal.text, rf"uid=2\d\d\d\d\({person}\) [^\n]*groups=[^\n]*2\d\d\d\d\({ORG}\)", "id inside")
        check.contains(terminal.text, f"HOME=/home/{person}", "the home inside")
        check.contains(log.text(), rf"signed in: login={person} uid=2\d\d\d\d org={ORG} ", "the log")
        check.lacks(log.text(), "confinement|Landlock", "the log")
        host.ssoctl("account", "show", person, wants=4)  # the machine itself has not got it


def O12_numbers_that_a_container_has_not_got_are_said_and_given_to_nobody(rig):
    with _container(rig, "") as inside:
        check.equal(inside.process.wait(check.HANG_S), 1, "exit status inside, where no org can be made")
        check.contains(inside.log.read_text(), r"uid \d+: this container has not got that number [^\n]*set uid-ranges in ssoorg\.conf", "why")
        row = _row(inside, "numbers")
        check.equal(row["severity"], "critical", "how grave check finds it")
        check.contains(row["what"], "this container has not got all of 65536-99999 of uid-ranges: nobody new can sign in", "check")
        check.contains(row["mend"], "uid-ranges", "its mend")


class _Inside(sshd.Sshd):
    """An sshd with the product around it, as root of a container that belongs to KEEPER."""

    def __init__(self, rig, keeper):
        super().__init__(rig.folder, "inside")
        self.rig, self.keeper = rig, keeper
        self.entry = host.in_passwd(keeper)
        self.root = pathlib.Path(self.entry[5]) / "root"

    def as_keeper(self, *words):
        _, _, uid, gid, _, home, _ = self.entry
        return ["setpriv", "--reuid", uid, "--regid", gid, "--clear-groups", "env", "-i", "-C", home, f"HOME={home}", "PATH=/usr/sbin:/usr/bin",
                f"XDG_RUNTIME_DIR={home}/run", f"TMPDIR={home}/tmp", "STORAGE_DRIVER=vfs", *words]

    def unpack(self, setting):
        packed = self.folder / "inside.tar"
        with host.Kept("/etc/ssh"), host.Kept("/etc/ssoorg/ssoorg.conf.d") as settings:
            key = CONFIG.with_name("inside_key")
            processes.must("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key)
            processes.must("cp", self.rig.ca, CONFIG.with_name("inside_ca"))
            CONFIG.write_text(self.config.read_text().replace(f"{self.folder}/host_key", str(key)).replace(str(self.folder), "/run"))
            (settings / "subids.conf").unlink()
            (settings / "inside.conf").write_text(setting)
            processes.must("tar", "cf", packed, "-C", "/", "etc", "--exclude", "var/lib/ssoorg/*", "var/lib/ssoorg")
            with open(self.folder / "known_hosts", "a") as known:
                known.write(f"[127.0.0.1]:{self.port} {key.with_suffix('.pub').read_text()}")
        processes.must(*self.as_keeper("mkdir", "-m", "0700", "run", "tmp"))  # podman's, which it looks for at once
        with open(packed) as archive:
            done = subprocess.run(self.as_keeper("podman", "unshare", "sh", "-c", UNPACKS), stdin=archive, capture_output=True, text=True)
        check.equal(done.returncode, 0, f"exit status of what unpacks ({check.shown(done.stderr)})")
        packed.unlink()

    def start(self):
        with open(self.log, "w") as log:
            self.process = subprocess.Popen(
                self.as_keeper("podman", "run", "--rm", "--network", "host", "--cgroups", "disabled", "-v", "/usr:/usr:ro",
                               "-v", "/dev/log:/dev/log", "--rootfs", self.root, "/bin/sh", "-c", STARTS, "sh", self.rig.idp.issuer),
                stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT)
        return self

    def listens(self):
        self._wait_until_it_listens()

    def has_podmans_filter(self):
        pid = next(pid for pid, exe in processes.each() if exe.endswith("/sshd") and str(CONFIG) in _of(pid, "cmdline"))
        check.contains(_of(pid, "uid_map"), rf"^\s*0\s+{self.entry[2]}\s+1\n", "whose numbers it has")
        check.contains(_of(pid, "status"), r"\nSeccomp:\t2\nSeccomp_filters:\t1\n", "the filter of sshd")

    def has_a_confined_helper(self):
        helpers = [pid for pid, exe in processes.ours() if exe.endswith("/ssoorg-oidc") and "\n" in _of(pid, "uid_map").rstrip("\n")]
        check.equal(len(helpers), 1, "helpers inside")
        first, _ = subids.range_of(self.keeper, subids.UIDS)
        uid = first + pwd.getpwnam("ssoorg").pw_uid - 1
        status = _of(helpers[0], "status")
        check.contains(status, rf"\nUid:\t{uid}\t{uid}\t{uid}\t{uid}\n", "the helper's user")
        check.contains(status, r"\nCapEff:\t0+\n.*\nNoNewPrivs:\t1\nSeccomp:\t2\nSeccomp_filters:\t2\n", "what the helper shut itself in with")


@contextlib.contextmanager
def _container(rig, setting):
    subids.needs_namespaces()
    with subids.on(rig), subids.unified_cgroups():
        inside = _Inside(rig, subids.member(rig))
        try:
            inside.unpack(setting)
            inside.start()
            yield inside
        finally:
            inside.stop()
            subids.ends(inside.keeper)


def _row(inside, name):
    return next(row for row in json.loads((inside.root / "check.json").read_text()) if row["check"] == name)


def _of(pid, name):
    return pathlib.Path(f"/proc/{pid}/{name}").read_text()
