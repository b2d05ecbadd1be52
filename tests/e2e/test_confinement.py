"""Containers whose filter of system calls forbids Landlock, and kernels that have none."""
import errno
import json
import os
import pathlib
import pwd
import socket
import subprocess
import sys

import check
import filtered
import host
import login
import nsd
import postfix
import processes

OIDC = str(host.INSTALLED["oidc"])
LACKS = {errno.EPERM: r"allow landlock_create_ruleset landlock_add_rule landlock_restrict_self there \(SystemCallFilter= of systemd-nspawn\)",
         errno.ENOSYS: "boot a kernel with Landlock, and allow its calls there",
         errno.EOPNOTSUPP: "add landlock to lsm= on the kernel's command line"}
NAMES = {errno.EPERM: "EPERM", errno.ENOSYS: "ENOSYS", errno.EOPNOTSUPP: "EOPNOTSUPP"}
ALLOWS = r", or set confinement = available in ssoorg\.conf\(5\)"
GOES_ON = r"ssoorg-oidc works without part of its confinement, as ssoorg\.conf allows: "
FAILED = "The sign-in failed on this host - tell an admin; the log says why"
NOBODY = pwd.getpwnam("nobody").pw_uid
ROUNDS, UNSENT, BEGUN = 5, 1, b"begun"
# Opens the memory of process argv[1] as soon as that runs argv[2], and says so.
READER = """
import os, sys
folder, program = "/proc/" + sys.argv[1], sys.argv[2].encode()
os.write(1, b"begun")
try:
    while True:
        with open(folder + "/cmdline", "rb") as line:
            runs = line.read().startswith(program)
        try:
            os.close(os.open(folder + "/mem", os.O_RDONLY))
            if runs:
                os.write(1, b"read")
        except PermissionError:
            pass
except (FileNotFoundError, ProcessLookupError):
    pass
"""


def O12_strict_a_sign_in_is_refused_in_one_line_that_says_how_to_allow_it(rig):
    rig.orgs.gamma()
    for error, mend in LACKS.items():
        person, log = rig.person("gamma.test"), rig.log()
        with filtered.an_sshd(rig, error) as server:
            said = login.is_told(rig, person, sshd=server)
        check.contains(said, FAILED, "what the person is told")
        lines = _lines(log)
        check.equal(len(lines), 1, f"lines about it ({check.shown(log.text())})")
        check.contains(lines[0], rf"refused: login={person} .*Landlock: {NAMES[error]}, .*{mend}{ALLOWS}$", "the log")
        check.lacks(log.text(), "installed", "the log")
    login.signs_in(rig, person)  # where nothing is forbidden


def O12_strict_nobody_else_is_asked_anything_either(rig):
    rig.orgs.gamma()
    why = rf"Landlock: EPERM, [^\n]*{LACKS[errno.EPERM]}{ALLOWS}"
    asks = {"idp": ("idp", "test", "gamma", "--no-signin"), "name": ("domain", "verify", "gamma", "lacks.dns.test"),
            "mail": ("mail", "test", "lacks@nest.test")}
    server = postfix.of(rig)
    before = server.count()
    host.ssoctl("mail", "set", *server.options("smtps"), stdin=postfix.PASSWORD + "\n")
    host.ssoctl("domain", "add", "gamma", "lacks.dns.test")
    try:
        for what, words in asks.items():
            found = filtered.run(rig, errno.EPERM, "/usr/bin/ssoctl", *words)
            check.equal(found.status, 1, f"exit of {what} ({check.shown(found.text)})")
            check.contains(found.text, why, f"what is said of the {what}")
            check.lacks(found.text, "installed", f"what is said of the {what}")
        check.equal(server.count(), before, "mails that came")
        with filtered.setting("available"), nsd.Nsd({"dns.test": ""}) as names:
            asks["name"] += ("--resolver", names.resolver)
            said = {what: filtered.run(rig, errno.EPERM, "/usr/bin/ssoctl", *words) for what, words in asks.items()}
        check.equal((said["idp"].status, said["mail"].status), (0, 0), f"exits ({check.shown(str({k: v.text for k, v in said.items()}))})")
        check.contains(said["name"].text, "NXDOMAIN", "what is said of the name")
        check.that(server.new("lacks@nest.test"), "no mail came")
    finally:
        host.ssoctl("domain", "remove", "gamma", "lacks.dns.test", "--yes")
        host.ssoctl("mail", "remove", "--yes")


def O12_check_says_what_is_missing_and_how_to_allow_it(rig):
    for word, severity, also in (("strict", "critical", ALLOWS), ("available", "warning", "")):
        with filtered.setting(word):
            for error, mend in LACKS.items():
                row = _row(filtered.run(rig, error, "/usr/bin/ssoctl", "check", "--offline", "--json"))
                check.equal(row["severity"], severity, f"the severity of {NAMES[error]} with {word}")
                check.contains(row["what"], rf"Landlock: {NAMES[error]}, .*\(confinement = {word}\)", "what is missing")
                check.contains(row["mend"], f"^{mend}{also}$", f"how to allow it with {word}")
            row = _row(filtered.run(rig, errno.EINVAL, "/usr/bin/ssoctl", "check", "--offline", "--json"))
            check.equal(row["severity"], "critical", f"the severity of another error with {word}")
            check.contains(row["what"], "Landlock: Invalid argument: nobody is signed in", "another error")
            row = _row(processes.run("ssoctl", "check", "--offline", "--json"))
            check.equal(row["severity"], "ok", "where nothing is forbidden")


def O12_available_people_sign_in_with_what_is_left_and_the_log_says_so(rig):
    rig.orgs.gamma()
    for error, mend in LACKS.items():
        person, log = rig.person("gamma.test"), rig.log()
        with filtered.setting("available"), filtered.an_sshd(rig, error) as server:
            check.soon(lambda: not _helpers(), "helpers of other tests are gone")
            terminal = login.Ssh(rig, person, sshd=server)
            challenge = terminal.challenge()
            _is_confined(_helpers()[0])
            rig.idp.approve(challenge, person)
            check.that(login.signed_in(terminal.end()), f"not signed in: {check.shown(terminal.text)}")
        lines = _lines(log)
        check.equal(len(lines), 1, f"lines about it ({check.shown(log.text())})")
        check.contains(lines[0], GOES_ON + f"Landlock: {NAMES[error]}, .*{mend}", "the log")
    with filtered.setting("available"):
        log = rig.log()
        login.signs_in(rig, person)
    check.lacks(log.text(), "Landlock|confinement", "the log where nothing is forbidden")


def O12_available_any_other_error_is_a_refusal(rig):
    rig.orgs.gamma()
    for error in (errno.EINVAL, errno.ENOMEM, errno.E2BIG):
        person, log = rig.person("gamma.test"), rig.log()
        with filtered.setting("available"), filtered.an_sshd(rig, error) as server:
            check.contains(login.is_told(rig, person, sshd=server), FAILED, "what the person is told")
        check.contains(log.text(), "ssoorg-oidc ended before it said anything", "the log")


def O12_a_setting_that_others_can_write_allows_nothing(rig):
    rig.orgs.gamma()
    for change in (lambda path: path.chmod(0o666), lambda path: os.chown(path, NOBODY, NOBODY)):
        person, log = rig.person("gamma.test"), rig.log()
        with filtered.setting("available"), filtered.an_sshd(rig) as server:
            change(filtered.SETTING)
            login.is_told(rig, person, sshd=server)
        check.contains(log.text(), r"sign-in is not available: [^\n]*confinement\.conf", "the log")
        check.lacks(log.text(), GOES_ON, "the log")


def O12_a_helper_that_starts_is_not_read_by_another_one(rig):
    """Where there is no Landlock one that was taken over sees the others: they hold the secrets of other orgs' providers."""
    user = pwd.getpwnam("ssoorg")
    as_helper = {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": (), "stdout": subprocess.PIPE}
    for _ in range(ROUNDS):
        ours, theirs = socket.socketpair()
        gate, opens = os.pipe()  # bash: dash takes no descriptor of two digits
        starter = subprocess.Popen(["/bin/bash", "-c", f"read line <&{gate}; exec {OIDC}"], stdin=theirs, pass_fds=[gate], **as_helper)
        reader = subprocess.Popen([sys.executable, "-c", READER, str(starter.pid), OIDC], stdin=subprocess.DEVNULL, **as_helper)
        for fd in (theirs.detach(), gate):
            os.close(fd)
        check.equal(reader.stdout.read(len(BEGUN)), BEGUN, "the first words of whoever reads")
        os.close(opens)
        ours.shutdown(socket.SHUT_WR)
        check.equal(starter.wait(check.HANG_S), UNSENT, "exit of a helper that is asked nothing")
        check.equal(reader.communicate()[0], b"", "what was read of a helper that starts")
        ours.close()


def _row(result):
    return next(row for row in json.loads(result.out) if row["check"] == "confinement")


def _lines(log):
    return [line for line in log.text().splitlines() if "Landlock" in line]


def _helpers():
    return [pid for pid, exe in processes.ours() if exe == OIDC]


def _is_confined(pid):
    """Whatever is not Landlock."""
    folder = pathlib.Path(f"/proc/{pid}")
    status = dict(line.split(":\t", 1) for line in (folder / "status").read_text().splitlines() if ":\t" in line)
    user = pwd.getpwnam("ssoorg")
    found = {name: status[name].split() for name in ("Uid", "Gid", "Groups", "CapEff", "CapPrm", "NoNewPrivs", "Seccomp", "Seccomp_filters")}
    none = [f"{0:016x}"]
    check.equal(found, {"Uid": [str(user.pw_uid)] * 4, "Gid": [str(user.pw_gid)] * 4, "Groups": [], "CapEff": none, "CapPrm": none,
                        "NoNewPrivs": ["1"], "Seccomp": ["2"], "Seccomp_filters": ["2"]}, "what the helper is")
    check.equal((folder / "mem").stat().st_uid, 0, "whose memory it is, as one that is not dumpable has it")
    limits = {line[:26].strip(): line[26:].split()[:2] for line in (folder / "limits").read_text().splitlines()}
    check.equal([limits[f"Max {name}"] for name in ("file size", "core file size", "open files", "cpu time", "address space")],
                [["0", "0"], ["0", "0"], ["64", "64"], ["5", "5"], [str(192 << 20)] * 2], "its limits")
