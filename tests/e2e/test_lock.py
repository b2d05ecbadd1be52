"""Whoever runs passwd, su or sudo has its helper in hand, and holds nobody else up with it."""
import contextlib
import os
import pathlib
import signal
import subprocess
import tempfile

import check
import host
import login
import orgs
import processes
import stacks

PASSWORD = "member-Lantern-47-quartz"
SIGNIN = str(host.INSTALLED["signin"])
USUAL_SLACK_NS = 50000
STOPS = 12


def H64_a_helper_frozen_with_the_writers_lock_shuts_nobody_out(rig):
    org, people = rig.orgs.open(), [_guest(rig) for _ in range(3)]
    with _frozen_in_the_lock(people[0]) as held:
        terminal = login.Ssh(rig, orgs.owner(org))
        terminal.password_prompt()
        terminal.send(orgs.OWNER_PASSWORD)
        text = terminal.end(enter=False)
        check.that(login.signed_in(text), f"the owner did not get in: {check.shown(text)}")
        check.soon(lambda: held not in _helpers(), "who was frozen with the lock is gone")
    with _frozen_in_the_lock(people[1]) as held:
        # Another one whose caller could stop it, too.
        terminal = _passwd(people[2], PASSWORD)
        terminal.until("New password: ")
        terminal.close()
        check.soon(lambda: held not in _helpers(), "who was frozen with the lock is gone")
    check.equal(host.ssoctl("status").status, 0, "ssoctl status")
    terminal = _passwd(people[0], PASSWORD)
    terminal.until("New password: ")
    terminal.close()


def H64_a_helper_stopped_at_any_of_its_calls_holds_nobody_up(rig):
    rig.orgs.open()
    person = _guest(rig)
    calls = _calls_of(person)
    check.that(len(calls) > STOPS, f"the helper makes {len(calls)} calls after the password")
    killed = 0
    for stop in range(STOPS):
        at = stop * len(calls) // STOPS
        helper, terminal = _stopped_at(person, calls[at], calls[:at + 1].count(calls[at]))
        host.ssoctl("throttle", "clear", person)  # needs all the locks that there are
        killed += helper not in _helpers()
        processes.kill(helper)
        terminal.close()
        host.ssoctl("throttle", "clear", person)
    check.that(0 < killed < STOPS, f"{killed} of {STOPS} were stopped with a lock")


def H65_nothing_of_how_the_caller_is_scheduled_reaches_the_helper(rig):
    rig.orgs.open()
    person = _guest(rig)
    host.add_local_user("slowly", PASSWORD)
    with stacks.wired(person):
        for name, *program in ((person, "passwd"), (person, "sudo", "id"), ("slowly", "su", person, "-c", "id")):
            _starts_slowly(name, program)


def _starts_slowly(name, program):
    """The program begins with all that its user can make slow, and its helper has nothing of it."""
    attributes = ["-c", str(min(os.sched_getaffinity(0))), "choom", "-n", "700", "--", "ionice", "-c", "3",
                  "nice", "-n", "19", "chrt", "--idle", "0"]
    terminal = login.Terminal("taskset", [*attributes, *_as(name), *program])
    terminal.until("assword[^\n]*: $")
    helper = _helper_of(terminal)
    check.equal(os.sched_getscheduler(helper), os.SCHED_OTHER, "the policy")
    check.equal(os.getpriority(os.PRIO_PROCESS, helper), 0, "the niceness")
    check.equal(os.sched_getaffinity(helper), os.sched_getaffinity(1), "the processors")
    check.contains(processes.must("ionice", "-p", helper).out, "^none|: prio 0|best-effort", "the I/O class")
    check.equal(_of(helper, "oom_score_adj"), "0", "the preference of the out-of-memory killer")
    check.equal(_of(helper, "timerslack_ns"), str(USUAL_SLACK_NS), "the timer slack")
    terminal.close()


def _of(pid, name):
    return pathlib.Path(f"/proc/{pid}/{name}").read_text().strip()


def _guest(rig):
    guest = f"g{rig.person('guests.test')}"
    host.ssoctl("member", "add", "open", guest)
    host.set_password(guest, PASSWORD)
    return guest


def _as(name):
    entry = host.in_passwd(name)
    return "setpriv", "--reuid", entry[2], "--regid", entry[3], "--clear-groups"


def _passwd(name, password=None, within=None):
    words = [*_as(name), "passwd"]
    if within:
        words = ["sh", "-c", f"echo $$ > {within}/cgroup.procs; exec \"$@\"", "sh", *words]
    terminal = login.Terminal(words[0], words[1:])
    terminal.until("Current password: ")
    if password:
        terminal.send(password)
    return terminal


def _helpers():
    return [pid for pid, exe in processes.each() if exe == SIGNIN]


def _helper_of(terminal):
    children = [pid for pid in _helpers() if _of(pid, "stat").rsplit(")", 1)[1].split()[1] == str(terminal.child.pid)]
    check.equal(len(children), 1, "helpers of the terminal's program")
    return children[0]


def _has_the_lock(pid):
    """Its first byte, which LMDB's own locks on its file do not write-lock; or the whole file, however it is locked."""
    lines = (line.split() for line in pathlib.Path("/proc/locks").read_text().splitlines())
    return any(words[2:5] == ["ADVISORY", "WRITE", str(pid)] and words[6:8] in (["0", "0"], ["0", "EOF"])
               for words in lines)


@contextlib.contextmanager
def _cgroup():
    """A cgroup that can be frozen, or None where there is none."""
    mounts = (line.split() for line in pathlib.Path("/proc/mounts").read_text().splitlines())
    name = f"ssoorg-test-{os.getpid()}"
    folder = next((pathlib.Path(words[1]) / name for words in mounts if words[2] == "cgroup2"), None)
    try:
        folder and folder.mkdir()
    except OSError:
        folder = None
    try:
        yield folder
    finally:
        if folder:
            (folder / "cgroup.kill").write_text("1")
            check.soon(lambda: not (folder / "cgroup.procs").read_text(), "the cgroup is empty")
            folder.rmdir()


def _freeze(folder, pid):
    if folder:
        (folder / "cgroup.freeze").write_text("1")
        check.soon(lambda: "frozen 1" in (folder / "cgroup.events").read_text(), "the cgroup is frozen")
    else:
        os.kill(pid, signal.SIGSTOP)


def _traced(helper, log, *inject):
    tracer = subprocess.Popen(["strace", "-qq", "-o", str(log), *inject, "-p", str(helper)], stderr=subprocess.DEVNULL)
    check.soon(lambda: _of(helper, "status").split("TracerPid:")[1].split()[0] != "0", "strace is there")
    return tracer


def _calls_of(name):
    """The system calls of passwd's helper from the person's password to the next prompt."""
    terminal = _passwd(name)
    with tempfile.TemporaryDirectory(dir="/run") as folder:
        log = pathlib.Path(folder) / "calls"
        tracer = _traced(_helper_of(terminal), log)
        terminal.send(PASSWORD)
        terminal.until("New password: ")
        processes.stop(tracer)
        terminal.close()
        return [line.split("(")[0] for line in log.read_text().splitlines() if line[0].isalpha()][1:]


def _stopped_at(name, call, count):
    """passwd, whose helper is stopped behind this call, COUNT-th of its name; or waits for the new password."""
    terminal = _passwd(name)
    helper = _helper_of(terminal)
    tracer = _traced(helper, "/dev/null", "-e", f"inject={call}:signal=SIGSTOP:when={count}")
    terminal.send(PASSWORD)
    with contextlib.suppress(check.Failed):
        terminal.until("New password: ", seconds=1)
    processes.stop(tracer)
    return helper, terminal


@contextlib.contextmanager
def _frozen_in_the_lock(name):
    """passwd of this person, whose helper is stopped with the lock; a slow disk leaves the time for it."""
    with _cgroup() as folder:
        terminal = _passwd(name, within=folder)
        helper = _helper_of(terminal)
        slow = _traced(helper, "/dev/null", "-e", "trace=fdatasync", "-e", "inject=fdatasync:delay_enter=1s")
        try:
            terminal.send(PASSWORD)
            check.soon(lambda: _has_the_lock(helper), "the helper has the lock")
            _freeze(folder, helper)
        finally:
            processes.stop(slow)
        check.that(_has_the_lock(helper), "the helper was let go before it was frozen")
        try:
            yield helper
        finally:
            processes.kill(helper)
            terminal.close()
