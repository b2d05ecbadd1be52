"""The confined helper of a running sign-in makes the calls that an attacker in it would make (HOLES H66)."""
import errno
import mmap
import os
import socket
import struct

import check
import filtered
import host
import login
import processes
import tracing

OIDC = str(host.INSTALLED["oidc"])
INTERNET = (socket.AF_INET, socket.AF_INET6)
SPOKEN = {(family, kind) for family in INTERNET for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM)}
FAMILIES, KINDS = range(47), (1, 2, 3, 4, 5, 6, 10)
FORGED = b"<38>sshd[1]: Accepted publickey for root from 192.0.2.66"
EACCES, OPENED = -errno.EACCES, "it is opened"
AT_FDCWD, PR_SET_DUMPABLE, TIOCSTI, F_SETOWN, SIGCHLD, NOBODY = -100, 4, 0x5412, 8, 17, 99999999


def H66_a_helper_that_is_taken_over_reaches_no_other_program(rig):
    """On another processor than x86-64 the unit test of the filter alone says so."""
    if tracing.SUPPORTED:
        _takes_over(rig, {}, EACCES)


def H66_O12_nor_does_it_where_landlock_is_forbidden(rig):
    if tracing.SUPPORTED:
        with filtered.setting("available"), filtered.an_sshd(rig) as server:
            _takes_over(rig, {"sshd": server}, OPENED)


def _takes_over(rig, how, what_all_may_read):
    rig.orgs.gamma()
    person, other = rig.person("gamma.test"), rig.person("gamma.test")
    check.soon(lambda: not _helpers(), "helpers of other tests are gone")
    log = rig.log()
    waiting = login.Ssh(rig, other, **how)
    waiting.challenge()
    others, = _helpers()
    terminal = login.Ssh(rig, person, **how)
    challenge = terminal.challenge()
    helper, = set(_helpers()) - {others}
    with tracing.taken_over(helper) as it:
        check.equal(it.call("getpid"), helper, "a call that it makes itself")
        result = it.call("socketpair", socket.AF_UNIX, socket.SOCK_STREAM, 0, it.memory)
        check.equal(result, 0, "the pair that it needs")
        stream, _ = struct.unpack("2i", it.read(8))
        _forges_a_line(it, stream)
        _tries_each_socket(it)
        _tries_what_it_has_no_use_for(it, stream)
        _reads_what_is_not_for_it(it, others)
        check.equal(_opens(it, "/etc/passwd"), what_all_may_read, "what it may do with a file that everybody may read")
    waiting.close()
    check.lacks(log.text(), "192.0.2.66", "the system's log")
    rig.idp.approve(challenge, person)
    text = terminal.end()
    check.that(login.signed_in(text), f"the helper was harmed by what it was refused: {check.shown(text)}")


def _forges_a_line(it, stream):
    """All the ways to /dev/log and to abstract names, each gone to its end whatever is refused on it."""
    for kind in (socket.SOCK_DGRAM, socket.SOCK_SEQPACKET, socket.SOCK_RAW, socket.SOCK_RDM):
        for flags in (0, socket.SOCK_CLOEXEC, socket.SOCK_NONBLOCK):
            result = it.call("socketpair", socket.AF_UNIX, kind | flags, 0, it.memory)
            if result == 0:
                end = struct.unpack("2i", it.read(8))[0]
                it.call("connect", end, it.memory, 110, data=_address(b"/dev/log"))
                it.call("write", end, it.memory, len(FORGED), data=FORGED)
            check.that(tracing.refused(result), f"socketpair of type {kind} with flags {flags:#x}: {result}")
    for path in (b"/dev/log", b"/run/systemd/journal/dev-log", b"\0abstract"):
        data = _address(path) + FORGED
        result = it.call("sendto", stream, it.memory + 110, len(FORGED), 0, it.memory, 110, data=data)
        check.that(tracing.refused(result), f"sendto {path}: {result}")
        check.that(it.call("connect", stream, it.memory, 110, data=data) < 0, f"the pair was connected to {path}")
    for call in ("sendmsg", "sendmmsg"):  # with descriptors or an address along
        result = it.call(call, stream, it.memory, 1 if call == "sendmmsg" else 0, data=bytes(64))
        check.that(tracing.refused(result), f"{call}: {result}")


def _tries_each_socket(it):
    for family in FAMILIES:
        for kind in KINDS:
            result = it.call("socket", family, kind, 0)
            wanted = (family, kind) in SPOKEN
            check.that(result >= 0 if wanted else tracing.refused(result), f"socket {family} of type {kind}: {result}")
            if wanted:
                reached = it.call("connect", result, it.memory, 110, data=_address(b"/dev/log"))
                check.that(reached < 0, f"socket {family} of type {kind} reaches /dev/log")
                check.that(tracing.refused(it.call("bind", result, it.memory, 16, data=bytes(16))), "it can be bound")
                check.that(tracing.refused(it.call("listen", result, 1)), "it can listen")


def _tries_what_it_has_no_use_for(it, stream):
    page = mmap.PAGESIZE
    path = b"/tmp/h66\0"
    executable = (0, page, mmap.PROT_READ | mmap.PROT_EXEC, mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS, -1, 0)
    # None of them is one that the kernel itself refuses in these words.
    for call, *arguments in (("mmap", *executable), ("prctl", PR_SET_DUMPABLE, 1), ("fcntl", stream, F_SETOWN, it.pid),
                             ("ioctl", stream, TIOCSTI, it.memory), ("kill", it.pid, 0), ("clone", SIGCHLD, 0),
                             ("openat", AT_FDCWD, it.memory, os.O_WRONLY | os.O_CREAT, 0o600),
                             ("execve", it.memory, 0, 0), ("ptrace", tracing.SEIZE, NOBODY, 0, 0),
                             ("memfd_create", it.memory, 0), ("io_uring_setup", 1, it.memory)):
        result = it.call(call, *arguments, data=path)
        check.that(tracing.refused(result), f"{call} {arguments}: {result}")


def _reads_what_is_not_for_it(it, others):
    """Nor what another helper has, which is of the same user: the secrets of another org's provider."""
    files = [f"/proc/{others}/{name}" for name in ("mem", "maps", "environ", "fd/0", "map_files", "auxv", "stack")]
    for path in ("/etc/shadow", "/var/lib/ssoorg/store/data.mdb", "/proc/1/mem", *files):
        check.equal(_opens(it, path), EACCES, f"what opening {path} gives")


def _opens(it, path):
    result = it.call("openat", AT_FDCWD, it.memory, os.O_RDONLY, 0, data=path.encode() + b"\0")
    return result if result < 0 else OPENED


def _address(path):
    return struct.pack("H108s", socket.AF_UNIX, path)


def _helpers():
    return [pid for pid, exe in processes.each() if exe == OIDC]
