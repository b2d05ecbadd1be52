"""What runs for a person who is not there: the same groups, and nothing when they may not."""
import pathlib
import subprocess

import check
import host
import login
import processes
import test_attacks as attacks

LISTED = "listed-crew"


def O15_a_local_group_that_lists_a_member_is_in_ssh_and_in_jobs(rig):
    """Of somebody who has signed in before: then on the account is guarded, and linked by no address."""
    rig.orgs.acme()
    person = rig.person()
    login.signs_in(rig, person)
    with _listed(person):
        check.contains(login.signs_in(rig, person), rf"4791\({LISTED}\)", "id over ssh")
        check.contains(_cron(person, "id -Gn"), LISTED, "id in cron")
        check.contains(_at(person, "id -Gn"), LISTED, "id in an at job")
        check.contains(processes.must("id", "-Gn", person).out, LISTED, "id by name")
    check.lacks(login.signs_in(rig, person), LISTED, "id over ssh when the group is gone")


def K3_an_at_job_writes_into_its_teams_folder(rig):
    org = rig.orgs.open()
    person = "at-work@open.example"
    host.ssoctl("member", "add", org, person)
    gid = host.listed("org", "show", org)["gid"]
    team = pathlib.Path("/home/at-team")
    team.mkdir(mode=0o770, exist_ok=True)
    processes.must("chgrp", gid, team)
    team.chmod(0o2770)
    _at(person, f"umask 007; echo done > {team}/result")
    check.equal((team / "result").read_text(), "done\n", "what the job wrote")
    check.equal(host.mode_of(team / "result").split()[1], f"{host.in_passwd(person)[2]}:{gid}", "whose it is")


def O01_at_jobs_and_crontabs_of_who_is_suspended_locked_or_removed_do_not_run(rig):
    org = rig.orgs.open()
    with host.Kept("/etc/pam.d"):
        host.ssoctl("host", "enable", "cron", "atd")
        ways = ((("member", "suspend", org), ("member", "resume", org)), (("account", "lock"), ("account", "unlock")),
                (("member", "remove", org), None))
        for number, (ends, begins) in enumerate(ways):
            person = f"idle{number}@open.example"
            host.ssoctl("member", "add", org, person)
            check.contains(_at(person, "echo ran"), "ran", "an at job")
            check.contains(_crontab(person, "echo ran"), "ran", "a crontab")
            host.ssoctl(*ends, person, "--yes") if ends[1] == "remove" else host.ssoctl(*ends, person)
            check.lacks(_at(person, "echo ran"), "ran", f"an at job after {' '.join(ends)}")
            check.lacks(_crontab(person, "echo ran"), "ran", f"a crontab after {' '.join(ends)}")
            if begins:
                host.ssoctl(*begins, person)
                check.contains(_at(person, "echo ran"), "ran", f"an at job after {' '.join(begins)}")


def K1_cockpit_and_xrdp_let_nobody_in_who_may_not(rig):
    """By their stacks as Debian has them, through libpam: the programs themselves are not run."""
    org, person = rig.orgs.open(), "desk@open.example"
    host.ssoctl("member", "add", org, person)
    with host.Kept("/etc/pam.d") as stacks:
        for service, account in (("cockpit", "account include common-account"), ("xrdp-sesman", "@include common-account")):
            path = stacks / service
            path.write_text(f"auth required pam_env.so\nauth include common-auth\naccount required pam_nologin.so\n{account}\n"
                            "session include common-session\n")
            before = path.read_text()
            host.ssoctl("host", "enable", service)
            _may(service, person, True)
            _may(service, "root", True)
            host.ssoctl("member", "suspend", org, person)
            _may(service, person, False)
            host.ssoctl("member", "resume", org, person)
            _may(service, person, True)
            host.ssoctl("account", "lock", person)
            _may(service, person, False)
            host.ssoctl("account", "unlock", person)
            host.ssoctl("host", "disable", service)
            check.equal(path.read_text(), before, f"{path} when it is not wired any more")


def _may(service, name, wanted):
    said = processes.run("pamtester", service, name, "acct_mgmt")
    check.equal(said.status == 0, wanted, f"{service} lets {name} in: {said.text}")


class _listed:
    """A local group of root's that lists somebody."""

    def __init__(self, *people):
        self.line = f"{LISTED}:x:4791:{','.join(people)}\n"
        self.kept = host.Kept("/etc/group")

    def __enter__(self):
        path = self.kept.__enter__()
        path.write_text(path.read_text() + self.line)
        return path

    def __exit__(self, *how):
        return self.kept.__exit__(*how)


def _said(name):
    path = pathlib.Path(f"/run/{name}-said")
    path.write_text("")
    path.chmod(0o666)
    return path


def _cron(person, command):
    """What a job of the system's crontab for this person writes."""
    said = _said("cron")
    with host.Kept("/etc/cron.d/test") as job:
        job.parent.mkdir(exist_ok=True)
        job.write_text(f"@reboot {person} ({command}) >> {said} 2>&1\n@reboot root echo END >> {said}\n")
        return attacks._cron_says(said, "END")


def _crontab(person, command):
    """The same of the person's own."""
    said = _said("crontab")
    own = pathlib.Path("/var/spool/cron/crontabs", person)
    own.write_text(f"@reboot ({command}) >> {said} 2>&1\n")
    own.chmod(0o600)
    processes.must("chown", f"{host.in_passwd(person)[2]}:crontab", own)
    with host.Kept("/etc/cron.d/test") as job:
        job.parent.mkdir(exist_ok=True)
        job.write_text(f"@reboot root echo END >> {said}\n")
        text = attacks._cron_says(said, "END")
    own.unlink()
    return text


def _at(person, command):
    """What a job of at writes, which the person left at their prompt."""
    said = _said("at")
    entry = host.in_passwd(person)
    as_person = ("setpriv", "--reuid", entry[2], "--regid", entry[3], "--clear-groups")
    processes.must(*as_person, "env", "-C", "/", "HOME=/", "SHELL=/bin/sh", "at", "now", stdin=f"({command}) >> {said} 2>&1\n")
    for _ in range(2):  # the second run finds nothing of the first left to start
        subprocess.run(["atd", "-s"], stdin=subprocess.DEVNULL, check=False)
    check.soon(lambda: not _at_work(), "the job ends")
    for line in processes.run("atq").out.splitlines():  # atd leaves what it may not run
        processes.run("atrm", line.split()[0])
    return said.read_text()


def _at_work():
    return [path for path in pathlib.Path("/proc").glob("[0-9]*/comm") if _first_line(path) == "atd"]


def _first_line(path):
    try:
        return path.read_text().strip()
    except OSError:
        return ""  # it has ended
