"""Containers whose filter of system calls forbids Landlock."""
import check
import login
import processes
import sshd

WITHOUT_LANDLOCK = """#!/usr/bin/python3
import ctypes, os, struct, sys
LOAD, EQUAL, RETURN = 0x20, 0x15, 0x06  # of BPF
steps = [(LOAD, 0, 0, 0), (EQUAL, 3, 0, 444), (EQUAL, 2, 0, 445), (EQUAL, 1, 0, 446),
         (RETURN, 0, 0, 0x7fff0000), (RETURN, 0, 0, 0x00050001)]
code = ctypes.create_string_buffer(b"".join(struct.pack("HBBI", *step) for step in steps))
program = ctypes.create_string_buffer(struct.pack("HxxxxxxQ", len(steps), ctypes.addressof(code)))
if ctypes.CDLL(None, use_errno=True).prctl(22, 2, program) != 0:
    sys.exit("no filter: " + os.strerror(ctypes.get_errno()))
os.execv(sys.argv[1], sys.argv[1:])
"""


def O12_where_a_filter_answers_EPERM_to_landlock_log_and_check_name_it(rig):
    rig.orgs.gamma()
    wrapper = rig.folder / "without-landlock"
    wrapper.write_text(WITHOUT_LANDLOCK)
    wrapper.chmod(0o755)
    person, log = rig.person("gamma.test"), rig.log()
    filtered = sshd.Sshd(rig.folder, "filtered")
    run_as = rig.folder / "filtered-sshd"
    run_as.write_text(f'#!/bin/sh\nexec {wrapper} {sshd.RUNS_AS} "$@"\n')
    run_as.chmod(0o755)
    before, sshd.RUNS_AS = sshd.RUNS_AS, run_as
    try:
        rig.serve(filtered)
    finally:
        sshd.RUNS_AS = before
    try:
        login.is_told(rig, person, sshd=filtered)
    finally:
        filtered.stop()
    text = log.text()
    check.contains(text, r"Landlock: EPERM, .*landlock_create_ruleset landlock_add_rule landlock_restrict_self", "the log")
    check.lacks(text, "installed", "the log")
    found = processes.run(wrapper, "/usr/bin/ssoctl", "check", "--offline")
    check.contains(found.text, r"Landlock is there and forbidden \(Operation not permitted\)", "what check says")
    login.signs_in(rig, person)
