"""Steps of leaving: what is interrupted on the way goes on, and nobody gets back in who was put out."""
import contextlib
import pathlib

import check
import host
import processes
import system

LOCKED, OFFBOARDED = "locked", "offboarded"
PUT_OUT = (LOCKED, OFFBOARDED)
FILES = ("passwd", "shadow", "group", "gshadow")


def _texts():
    return {name: pathlib.Path("/etc", name).read_text() for name in FILES}


def _clean_up():
    """As the message says: pwck takes lines of shadow out that passwd does not have, grpck those of the groups."""
    for program in ("pwck", "grpck"):
        processes.run(program, stdin="y\n" * 200)


def an_eject_that_was_killed_at_any_step_can_be_gone_on_with(here):
    before = _texts()
    people = [row["login"] for row in host.listed("account", "list") if row["status"] == "active" and "@" in row["login"]]
    check.that(people, "nobody is there to be ejected")
    with contextlib.ExitStack() as kept:
        for name in FILES:
            kept.enter_context(host.Kept(f"/etc/{name}"))
        host.ssoctl("eject", "--do", "--yes")
        after = _texts()
    deaths, refused = 0, 0
    for number in range(1, 20):
        with contextlib.ExitStack() as kept:
            for name in FILES:
                kept.enter_context(host.Kept(f"/etc/{name}"))
            done = processes.run("strace", "-f", "-o", "/dev/null", "-e", "trace=renameat", "-e",
                                 f"inject=renameat:signal=KILL:when={number}", "ssoctl", "eject", "--do", "--yes")
            found = _texts()
            for name in FILES:
                check.that(found[name] in (before[name], after[name]), f"killed at {number}, /etc/{name} is neither: {found[name]!r}")
            again = host.ssoctl("eject", "--do", "--yes", wants=None)
            if again.status != 0:
                check.contains(again.err, "an eject was interrupted; 'pwck' takes such lines out", "what is said")
                _clean_up()
                host.ssoctl("eject", "--do", "--yes")
                refused += 1
            for person in people:
                for name in ("passwd", "shadow"):
                    line = processes.run("getent", "-s", "files", name, person).out.strip()
                    check.that(line, f"killed at {number} and gone on with, {person} is not in /etc/{name}")
                uid = processes.must("getent", "-s", "files", "passwd", person).out.split(":")[2]
                check.equal(uid, host.in_passwd(person)[2], f"the number of {person}")
        if done.status == 0:
            break
        deaths += 1
    check.that(deaths >= len(FILES) and refused > 0, f"it was killed {deaths} times, and refused to go on {refused} times")
    check.equal(_texts(), before, "the files at the end")


def local_users_of_members_who_were_put_out_come_to_be(here):
    for name in PUT_OUT:
        processes.must("useradd", "-m", "-s", "/bin/bash", name)
        processes.must("chpasswd", stdin=f"{name}:{system.PASSWORD}\n")
        host.ssoctl("member", "add", "acme", f"{name}@acme.test", "--local-user", name)
    host.ssoctl("account", "lock", LOCKED)
    host.ssoctl("offboard", f"{OFFBOARDED}@acme.test", "--yes")


def nobody_who_was_put_out_has_a_password_again(here):
    """After the packages were purged, and those whom members used were unlocked."""
    for name in PUT_OUT:
        check.equal(processes.must("passwd", "-S", name).out.split()[1], "L", f"the password of {name}")
    for name in PUT_OUT:
        processes.must("userdel", "-r", name)


STEPS_BEFORE_PURGE = (an_eject_that_was_killed_at_any_step_can_be_gone_on_with, local_users_of_members_who_were_put_out_come_to_be)
STEPS_AFTER_PURGE = (nobody_who_was_put_out_has_a_password_again,)
