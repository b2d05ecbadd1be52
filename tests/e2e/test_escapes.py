"""Every way around who may do what with ssoctl that came to mind, and what keeps it shut."""
import os
import pathlib
import re

import check
import delegates
import host
import login
import processes
from delegates import DRY, OPERATOR, PASSWORD, world


def H10_H45_a_group_of_an_org_makes_no_operator_whatever_it_is_called(rig):
    here = world(rig)
    with host.Kept(host.CONF) as path:
        path.write_text("operators = alpha alpha-admins\n")
        for who in ("owner", "admin", "viewer"):
            here.may_not(who, "status")
        here.may(OPERATOR, "org", "show", "alpha")  # a local user with a rule of their own
        path.write_text("operators = \n")
        said = host.ssoctl("status", wants=1)
        check.contains(said.err, "ssoorg.conf:1: operators", "what an empty list comes to")
        here.may_not("owner", "org", "show", "alpha", wants=1, says="ssoorg.conf:1")
        path.write_text("operators = nosuchgroup\n")
        here.may_not("viewer", "status")
    for name in ("sudo", "wheel", "docker", "root", "adm", "lxd"):
        check.that(host.ssoctl("org", "create", name, "--name", "x", "--owner", "x@y.example", wants=None).status in (2, 3),
                   f"an org called {name}")


def H19_H23_the_environment_and_sudos_own_options_change_nothing(rig):
    here = world(rig)
    viewer, groups = here.people["viewer"], here.groups("alpha", admins=False)
    uid0 = dict(os.environ, SUDO_UID="0", SUDO_USER="root", SUDO_GID="0", SSOORG_STORE="/tmp", LOCPATH="/tmp/x",
                LD_PRELOAD="/tmp/x.so", LD_LIBRARY_PATH="/tmp", IFS="/", TZ="../../etc/shadow", PATH="/tmp:/usr/bin:/usr/sbin",
                LANG="../../../tmp/x", PAGER="/tmp/x", EDITOR="/tmp/x", COLUMNS="-1", MALLOC_CHECK_="7", HOSTALIASES="/etc/shadow")
    here.may_not("viewer", "org", "show", "alpha", env=uid0)
    before = delegates.stored()
    for words in (("sudo", "-n", "SUDO_UID=0", "ssoctl", "org", "list"), ("sudo", "-n", "-E", "ssoctl", "org", "list"),
                  ("sudo", "-n", "--preserve-env=SUDO_UID", "ssoctl", "org", "list"),
                  ("sudo", "-n", "-P", "ssoctl", "org", "list"), ("sudo", "-n", "-H", "ssoctl", "org", "list"),
                  ("sudo", "-n", "-u", here.people["owner"], "ssoctl", "org", "list"),
                  ("sudo", "-n", "-u", "#0", "ssoctl", "org", "list"), ("sudo", "-n", "-u", "#-1", "ssoctl", "org", "list"),
                  ("sudo", "-n", "-g", "alpha-admins", "ssoctl", "org", "show", "alpha"),
                  ("sudo", "-n", "-g", "root", "ssoctl", "org", "list"), ("sudo", "-n", "-s"), ("sudo", "-n", "-i"),
                  ("sudo", "-n", "sh", "-c", "ssoctl org list"), ("sudo", "-n", "sudo", "ssoctl", "org", "list"),
                  ("sudo", "-n", "env", "-u", "SUDO_UID", "ssoctl", "org", "list"), ("sudoedit", "-n", "/etc/shadow"),
                  ("sudo", "-n", "-e", "/etc/ssoorg/ssoorg.conf"), ("sudo", "-n", "/usr/bin/../bin/ssoctl", "org", "list"),
                  ("sudo", "-n", "-R", "/tmp", "ssoctl", "org", "list"), ("sudo", "-n", "-D", "/tmp", "ssoctl", "org", "list"),
                  ("sudo", "-n", "-r", "x", "ssoctl", "org", "list"), ("ssoctl", "org", "list"),
                  ("sudo", "-n", "-C", "3", "ssoctl", "org", "list")):
        result = here.run_as(viewer, groups, *words)
        check.that(result.status != 0, f"{' '.join(words)} ran to success: {check.shown(result.text)}")
        check.lacks(result.out, "alpha|bravo|root:", f"what {' '.join(words)} shows")
    check.equal(delegates.stored(), before, "the store")
    link = pathlib.Path("/tmp/ssoctl-link")
    link.unlink(missing_ok=True)
    link.symlink_to("/usr/bin/ssoctl")
    check.that(here.run_as(viewer, groups, "sudo", "-n", str(link), "org", "list").status != 0, "a link to ssoctl ran")
    link.unlink()


def H19_ssoctl_looks_up_nothing_of_the_environment(rig):
    trace = rig.folder / "trace"
    env = dict(os.environ, LOCPATH="/tmp/ssoorg-no", TZDIR="/tmp/ssoorg-no", TZ="/tmp/ssoorg-no", LANG="/tmp/ssoorg-no",
               HOSTALIASES="/tmp/ssoorg-no", RES_OPTIONS="debug", NLSPATH="/tmp/ssoorg-no/%N", TMPDIR="/tmp/ssoorg-no",
               PAGER="/tmp/ssoorg-no", LESS="x", MANPAGER="/tmp/ssoorg-no", XDG_CONFIG_HOME="/tmp/ssoorg-no",
               TERMINFO="/tmp/ssoorg-no", HOME="/tmp/ssoorg-no", LIBSMARTCOLS_DEBUG="all", COLUMNS="17",
               TERMINAL_COLORS_DEBUG="all")
    plain = host.ssoctl("member", "list", "alpha")
    processes.must("strace", "-f", "-o", trace, "ssoctl", "member", "list", "alpha", env=env)
    text = trace.read_text()
    check.contains(text, "data.mdb", "the trace")
    check.lacks(text, r'"[^"]*ssoorg-no', "files that ssoctl looked for")
    started = re.findall(r"execve\(\"([^\"]+)\"", text)
    check.equal([pathlib.Path(program).name for program in started], ["ssoctl"], "programs that were started")
    check.equal(host.ssoctl("member", "list", "alpha", env=env).out, plain.out, "what is shown")


def H13_a_caller_with_closed_descriptors_or_tight_limits_harms_nothing(rig):
    here = world(rig)
    before = host.listed("org", "show", "alpha")
    for shell in ("exec 0<&- 1>&- 2>&-; sudo -n ssoctl org show nowhere", "ulimit -f 0; sudo -n ssoctl org show nowhere",
                  "exec 2>&-; ssoctl org show nowhere", "trap '' CHLD XFSZ PIPE; sudo -n ssoctl org show nowhere"):
        here.run_as(here.people["owner"], here.groups("alpha"), "bash", "-c", shell)
    processes.run("bash", "-c", "exec 0<&- 1>&- 2>&-; ssoctl member add alpha closed@alpha.example")
    check.that("closed@alpha.example" in host.members("alpha"), "nothing was done with closed descriptors")
    host.ssoctl("account", "remove", "closed@alpha.example", "--yes")
    done = here.run_as(here.people["owner"], here.groups("alpha"), "bash", "-c",
                       "ulimit -f 1; ulimit -c unlimited; sudo -n ssoctl org set alpha help=tight")
    check.that(done.status == 0 or "input or output failed" in done.text,  # lifted, where root is allowed to
               f"a change under a limit: {check.shown(done.text)}")
    check.equal(host.listed("org", "show", "alpha")["help"], "tight" if done.status == 0 else "", "what it has left")
    host.ssoctl("org", "set", "alpha", "help=")
    check.equal(host.listed("org", "show", "alpha"), before, "the org")
    check.equal(host.listed("status")["map_current"], True, "the map")


def H33_H42_H55_odd_arguments_of_delegates_are_refused_or_literal(rig):
    here = world(rig)
    odd = ("", ".", "..", "../bravo", "/", "alpha/", "alpha ", " alpha", "ALPHA", "alph", "alpha*", "al%", "%", "*", "?",
           "alpha' OR '1'='1", "alpha\nbravo", "alpha\\", "-", "a" * 4096, "\x1b[31malpha", "bravo", "nowhere", "charlie")
    for slug in odd:
        for words in (("member", "list", slug), ("org", "set", slug, "help=x"), ("audit", slug)):
            said = here.may_not("owner", *words)
            check.lacks(said.err.rstrip("\n"), "[\x00-\x1f\x7f]", f"what is shown of {slug!r}")
    for person in ("%", "*", "guest*", "guest@alpha.example\n", "g%@alpha.example", "'", "guest@alpha.example'--", "../guest",
                   "\x1b]0;x\x07@alpha.example", "guest@alpha.example/", "x" * 5000, "-rf@alpha.example"):
        for words in (("why", person), ("account", "show", person), ("password", "remove", person, "--yes")):
            check.that(here.ssoctl("owner", *words).status in (2, 3), f"ssoctl {words} was done")
        result = here.ssoctl("owner", "member", "suspend", "alpha", person)
        check.that(result.status in (2, 4), f"suspending {person!r}: {result.status}")
        check.lacks(result.err.rstrip("\n"), "[\x00-\x1f\x7f]", f"what is shown of {person!r}")
    many = here.ssoctl("owner", "org", "set", "alpha", *["help=x"] * 2000)
    check.equal(many.status, 2, "two thousand settings")


def H19_standard_input_that_is_no_file_of_theirs(rig):
    here = world(rig)
    before = delegates.stored()
    for source in ("/tmp", "/dev/zero", "/dev/null"):
        result = here.run_as(here.people["owner"], here.groups("alpha"), "bash", "-c",
                             f"sudo -n ssoctl idp set alpha --auth client_secret_basic --client-secret-file - < {source}")
        check.that(result.status in (1, 2), f"a secret from {source}: {result.status} {check.shown(result.text)}")
    result = here.run_as(here.people["owner"], here.groups("alpha"), "bash", "-c",
                         "sudo -n ssoctl idp set alpha --ca-file - < /etc/shadow")
    check.contains(result.text, "denied", "what a file that is not theirs comes to")
    check.equal(delegates.stored(), before, "the store")


def W_a_number_that_was_an_accounts_and_a_malformed_one_are_refused(rig):
    world(rig)
    host.ssoctl("member", "add", "alpha", "gone@alpha.example")
    uid = host.listed("account", "show", "gone@alpha.example")["uid"]
    host.ssoctl("account", "remove", "gone@alpha.example", "--yes")
    for value in (str(uid), str(host.listed("org", "show", "alpha")["gid"]), "", " ", "0x0", "-1", "4294967296", "1e3", "00x",
                  "0 ", "root", "1" * 200):
        result = host.ssoctl("org", "list", env=dict(os.environ, SUDO_UID=value), wants=None)
        check.equal(result.status, 3, f"SUDO_UID={value!r}: {check.shown(result.text)}")
        check.equal(result.out, "", f"what SUDO_UID={value!r} is shown")
    check.equal(host.ssoctl("org", "list", env=dict(os.environ, SUDO_UID="0"), wants=None).status, 0, "root by sudo")


def W_a_refusal_is_in_the_systems_log(rig):
    here = world(rig)
    log = rig.log()
    here.may_not("admin", "idp", "remove", "alpha", "--yes")
    here.may_not("admin", "member", "suspend", "alpha", here.people["admin"], says="you")
    check.contains(log.text(), r"refused: actor=admin@alpha.example command=\"idp remove\".*W5", "the log")
    check.contains(log.text(), r"refused: actor=admin@alpha.example command=\"member suspend\".*W3", "the log")


def W_the_sudoers_sample_lets_owner_and_admins_in_by_their_session_and_nobody_else(rig):
    here = world(rig)
    here.let("")
    processes.must("sh", "-eu", "-c", host.documented("delegate"), cwd=host.DIST, env=dict(os.environ, ORG="alpha"))
    check.equal(host.mode_of("/etc/sudoers.d/ssoorg-alpha"), "0440 0:0", "the installed sample")
    for who in ("owner", "admin"):
        here.may(who, "member", "list", "alpha")
    for who, groups in (("viewer", here.groups("alpha", admins=False)), ("stranger", here.groups("bravo")), ("owner", []),
                        ("admin", here.groups("alpha", admins=False))):
        said = here.ssoctl(who, "member", "list", "alpha", groups=groups)
        check.contains(said.err, "password is required|not allowed", f"what sudo says to {who}")
    here.let(delegates.ANYBODY)


def W_a_real_login_and_then_sudo(rig):
    """The groups of the session are those that the sign-in by ssh gave it."""
    here = world(rig)
    here.let("")
    processes.must("sh", "-eu", "-c", host.documented("delegate"), cwd=host.DIST, env=dict(os.environ, ORG="alpha"))
    ask = "echo BEGIN; sudo -n ssoctl member list alpha; echo code=$?; sudo -n ssoctl org list; echo code=$?; echo END"
    for who, wanted in (("admin", ["0", "3"]), ("viewer", ["1", "1"])):
        host.set_password(here.people[who], PASSWORD)
        _, text = login.by_password(rig, here.people[who], PASSWORD, command=ask)
        check.that(login.signed_in(text), f"{who} is not signed in: {check.shown(text)}")
        check.equal(re.findall(r"code=(\d+)", text), wanted, f"what {who} may do in a session: {check.shown(text)}")
    here.let(delegates.ANYBODY)
