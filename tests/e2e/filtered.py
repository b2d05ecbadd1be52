"""sshd and commands as in a container whose filter of system calls answers for the kernel."""
import contextlib
import errno
import pathlib

import processes
import sshd

SETTING = pathlib.Path("/etc/ssoorg/ssoorg.conf.d/confinement.conf")
# Those of Landlock have the same numbers on every processor.
PROGRAM = """#!/usr/bin/python3
import ctypes, os, struct, sys
LOAD, EQUAL, RETURN = 0x20, 0x15, 0x06  # of BPF
steps = [(LOAD, 0, 0, 0), (EQUAL, 3, 0, 444), (EQUAL, 2, 0, 445), (EQUAL, 1, 0, 446),
         (RETURN, 0, 0, 0x7fff0000), (RETURN, 0, 0, 0x00050000 | int(sys.argv[1]))]
code = ctypes.create_string_buffer(b"".join(struct.pack("HBBI", *step) for step in steps))
program = ctypes.create_string_buffer(struct.pack("HxxxxxxQ", len(steps), ctypes.addressof(code)))
if ctypes.CDLL(None, use_errno=True).prctl(22, 2, program) != 0:
    sys.exit("no filter: " + os.strerror(ctypes.get_errno()))
os.execv(sys.argv[2], sys.argv[2:])
"""


def run(rig, error, *words, **options):
    """A command where each call of Landlock gets this error."""
    return processes.run(_program(rig), int(error), *words, **options)


@contextlib.contextmanager
def an_sshd(rig, error=errno.EPERM):
    """One for whose sign-ins each call of Landlock gets this error."""
    server = sshd.Sshd(rig.folder, "filtered")
    runs_as = rig.folder / "filtered-sshd"
    runs_as.write_text(f'#!/bin/sh\nexec {_program(rig)} {int(error)} {sshd.RUNS_AS} "$@"\n')
    runs_as.chmod(0o755)
    before, sshd.RUNS_AS = sshd.RUNS_AS, runs_as
    try:
        rig.serve(server)
    finally:
        sshd.RUNS_AS = before
    try:
        yield server
    finally:
        server.stop()


@contextlib.contextmanager
def setting(word):
    SETTING.parent.mkdir(exist_ok=True)
    SETTING.write_text(f"confinement = {word}\n")
    try:
        yield
    finally:
        SETTING.unlink()


def _program(rig):
    program = rig.folder / "filtered"
    program.write_text(PROGRAM)
    program.chmod(0o755)
    return program
