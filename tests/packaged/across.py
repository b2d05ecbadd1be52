"""Steps from Debian 12 to 13, as an admin goes: with everything wired, and the maintainers' files wherever dpkg asks.

/debs has the packages of both, as 12 and 13, and 13.sources, where to find that Debian. Process 1 is in a network in which
its archive can be reached; this is not.
"""
import json
import pathlib
import re

import check
import host
import login
import processes
import system

ALICE, BOB = "p1@acme.test", "p2@acme.test"
OUTSIDE = ("nsenter", "--net=/proc/1/ns/net")


def _restart_sshd(here):
    """What its package does where services are started."""
    for pid, exe in processes.each():
        if exe.startswith("/usr/sbin/sshd") and b"[listener]" in pathlib.Path(f"/proc/{pid}/cmdline").read_bytes():
            processes.kill(pid)
    check.soon(lambda: not here.listens(), "the sshd from before still listens")
    pathlib.Path("/run/sshd").mkdir(mode=0o755, exist_ok=True)
    processes.must("/usr/sbin/sshd")
    check.soon(here.listens, "no sshd listens")


def debian_12_is_installed_and_wired(here):
    here.outside = OUTSIDE
    here.kept["stock"] = system.contents()
    here.install("12")
    system.wire("enable")
    here.kept["wired"] = system.changed(here.kept["stock"], system.contents())
    _restart_sshd(here)
    here.start_provider()
    here.orgs.create("acme", "acme.test", "jit")
    login.signs_in(here, ALICE)
    here.kept["alice"] = host.in_passwd(ALICE)[2]
    system.local_people_get_in(here)


def the_upgrade_to_debian_13_takes_the_maintainers_files(here):
    lists = pathlib.Path("/etc/apt/sources.list.d")
    for path in (pathlib.Path("/etc/apt/sources.list"), *lists.iterdir()):
        path.unlink(missing_ok=True)
    pathlib.Path("/etc/apt/sources.list").write_text((system.DEBS / "13.sources").read_text())
    check.lacks(here.apt("update"), r"Failed to fetch|\bErr:", "what apt-get update says")
    options = ("-o", "Dpkg::Options::=--force-confnew", "-o", "Dpkg::Options::=--force-confask")
    here.apt(*options, "upgrade", "--without-new-pkgs")
    here.apt(*options, "full-upgrade")
    check.contains(pathlib.Path("/etc/os-release").read_text(), 'VERSION_ID="13"', "os-release")
    check.equal(processes.run("dpkg", "--audit").text.strip(), "", "what dpkg has left undone")
    here.kept["left"] = {name: system.status_of(name) for name in system.ALL}
    print(f"   our packages after it: {here.kept['left']}", flush=True)


def local_people_get_in_between_the_upgrade_and_the_new_packages(here):
    _restart_sshd(here)
    system.local_people_get_in(here)


def the_packages_for_13_are_installed_and_check_says_what_is_unwired(here):
    here.install("13")
    check.equal(processes.must("dpkg-query", "-W", "-f", "${Version}", "ssoorg").out, system.version_of("13"), "the version")
    system.local_people_get_in(here)
    states = {row["service"]: (row["state"], row["file"]) for row in host.listed("host", "show")}
    unwired = sorted(service for service, (state, _) in states.items() if state == "not-wired")
    print(f"   not wired any more: {' '.join(unwired)}", flush=True)
    check.that(unwired, f"an upgrade with the maintainers' files left everything wired: {states}")
    result = processes.run("ssoctl", "check", "--offline", "--json")
    check.that(result.status in (1, 2), f"exit status of check: {result.status}")
    findings = json.dumps(json.loads(result.out))
    for service in unwired:
        check.contains(findings, rf"{re.escape(states[service][1])}|\b{service}\b", f"what check says of {service}")


def host_enable_mends_it(here):
    system.wire("enable")
    states = {row["service"]: row["state"] for row in host.listed("host", "show")}
    check.equal([service for service, state in states.items() if state in ("not-wired", "outdated")], [], "what is not wired")
    check.soon(here.listens, "sshd does not listen")
    _restart_sshd(here)
    system.local_people_get_in(here)
    said = login.signs_in(here, ALICE)
    check.contains(said, rf"uid={here.kept['alice']}\({ALICE}\)", "her number")
    login.signs_in(here, BOB)


def removed_on_13_the_files_are_those_of_13(here):
    wired = system.contents()
    here.apt("remove", *system.ALL)
    left = processes.run("grep", "-rlE", "ssoorg", "/etc/pam.d", "/etc/nsswitch.conf", "/etc/ssh", "/etc/login.defs").out.split()
    check.equal(left, [], "files that still name it")
    check.that(system.changed(wired, system.contents()), "nothing was unwired")
    system.local_people_get_in(here)


STEPS = (debian_12_is_installed_and_wired, the_upgrade_to_debian_13_takes_the_maintainers_files,
         local_people_get_in_between_the_upgrade_and_the_new_packages, the_packages_for_13_are_installed_and_check_says_what_is_unwired,
         host_enable_mends_it, removed_on_13_the_files_are_those_of_13)
