"""Holes that systems like this one had, shown closed on a running host."""
import os
import pathlib
import re
import signal

import check
import host
import local_users as local
import login
import other_client
import processes
import sshd

NEVER_IMPORTED = r"\b(system|popen|wordexp|execlp|execvp|execvpe|posix_spawnp|mktemp|tmpnam)(@|$)"
WATCHED = ("/etc/passwd", "/etc/group", "/etc/shadow", "/etc/gshadow", "/etc/subuid", "/etc/subgid",
           "/etc/sudoers", "/etc/ssoorg/ssoorg.conf", "/etc/nsswitch.conf")


def H03_id_in_the_very_first_session_shows_the_own_gid_and_groups(rig):
    org = rig.orgs.acme()
    text = login.signs_in(rig, rig.person(), command=(
        login.SAY_WHO + "; grep -E '^(Uid|Gid|Groups):' /proc/self/status"))
    uid, gid = re.search(r"uid=(\d+)\S* gid=(\d+)", text).groups()
    check.equal(gid, uid, "the gid")
    check.contains(text, rf"Uid:\s+{uid}\s+{uid}\s+{uid}\s+{uid}", "the process")
    check.contains(text, rf"Gid:\s+{uid}\s+{uid}\s+{uid}\s+{uid}", "the process")
    groups = re.search(r"Groups:\s*([\d ]*)", text).group(1).split()
    check.that("0" not in groups, f"group 0 among {groups}")
    names = re.search(r"groups=(\S+)", text).group(1)
    check.equal(len(names.split(",")), 2, f"groups in {names}")
    check.contains(names, rf"\({org}\)", "the groups")


def H05_H16_odd_names_of_people_change_no_file_and_no_line(rig):
    rig.orgs.acme()
    before = {path: pathlib.Path(path).read_bytes() for path in WATCHED}
    for name in ("newline", "colon", "escape", "format", "long", "umlaut"):
        email = f"{name}@acme.test"
        login.sign_in(rig, email, f"u-{name}")
        entry = host.in_passwd(email)
        check.that(entry is None or len(entry) == 7, f"passwd entry {entry}")
        if entry:
            check.equal(entry[5:], [f"/home/{email}", "/bin/bash"], "home and shell")
            check.lacks(entry[4], r"[\x00-\x1f\x7f:]", "the name in passwd")
    for path, content in before.items():
        check.that(pathlib.Path(path).read_bytes() == content, f"{path} changed")
    shown = host.ssoctl("member", "list", "acme").out + host.ssoctl("audit", "acme").out
    check.lacks(shown, "[\x00-\x08\x0b-\x1f\x7f\x9b]", "what ssoctl shows")


def H05_H33_odd_names_never_reach_the_log_raw(rig):
    rig.orgs.acme()
    log = rig.log()
    login.sign_in(rig, "escape@acme.test", "u-escape")
    login.sign_in(rig, "newline@acme.test", "u-newline")
    check.lacks(log.text(), "[\x00-\x08\x0b-\x1f\x7f\x9b]", "the log")
    check.lacks(log.text(), r"^Allowed = ALL", "the log")


def H15_helpers_accept_only_the_socket_of_their_parent(rig):
    local.make_users(rig)
    for name in ("signin", "oidc"):
        path = host.INSTALLED[name]
        for stdin in ("", "\0" * 64, "\xff" * 4096, '{"login":"root","verdict":"authorized"}'):
            result = processes.run(path, stdin=stdin)
            check.that(result.status != 0, f"{name} ran to success without its parent")
            check.equal(result.out, "", f"what {name} says on a pipe")
        result = processes.run("runuser", "-u", local.USER, "--", path)
        check.that(result.status != 0, f"{name} ran to success for a plain user")


def H15_nothing_of_ours_listens(rig):
    rig.orgs.acme()
    terminal = login.Ssh(rig, rig.person())
    terminal.challenge()
    pids = [pid for pid, _ in processes.ours()]
    check.that(pids, "no helper runs during a sign-in")
    listening = processes.must("ss", "-Hlnptux").out
    for pid in pids:
        check.lacks(listening, f"pid={pid},", "listening sockets")
    sockets = [p for p in pathlib.Path("/run/ssoorg").rglob("*") if p.is_socket()]
    check.equal(sockets, [], "sockets in /run/ssoorg")
    terminal.close()


def H15_the_network_helper_runs_unprivileged_in_the_flow(rig):
    rig.orgs.acme()
    terminal = login.Ssh(rig, rig.person())
    terminal.challenge()
    pids = [pid for pid, exe in processes.ours() if exe.endswith("ssoorg-oidc")]
    check.equal(len(pids), 1, "network helpers during one sign-in")
    status = pathlib.Path(f"/proc/{pids[0]}/status").read_text()
    uid = processes.must("id", "-u", "ssoorg").out.strip()
    check.contains(status, rf"Uid:\s+{uid}\s+{uid}\s+{uid}\s+{uid}", "its uids")
    check.contains(status, r"Groups:\s*\n", "its supplementary groups")
    check.contains(status, r"NoNewPrivs:\s+1", "its privileges")
    check.contains(status, r"CapEff:\s+0+\n", "its capabilities")
    check.that(not _secrets_in(pids[0], rig), "its command line or environment holds a secret")
    terminal.close()


def H19_root_helper_takes_no_path_and_no_name_becomes_one(rig):
    rig.orgs.acme()
    before = _tree()
    for words in (["/etc/shadow"], ["--store", "/tmp"], ["--config", "/etc/shadow"], ["../x"]):
        result = processes.run(host.INSTALLED["signin"], *words)
        check.that(result.status != 0, f"ssoorg-signin {words} ran to success")
        check.lacks(result.text, "root:", f"ssoorg-signin {words}")
    check.that(_is_offered_sign_in(rig, "an.ordinary-name@acme.test"), "an ordinary name is offered none")
    for name in ("../../etc/x@acme.test", "a/b@acme.test", "/@acme.test", "-rf@acme.test", "%s%n@acme.test",
                 "$(id)@acme.test", "a b@acme.test", "a" * 300 + "@acme.test"):
        check.that(not _is_offered_sign_in(rig, name), f"{name} was offered a sign-in")
    _is_offered_sign_in(rig, "..@acme.test")
    check.equal(sorted(_tree() - before), [], "files made by odd names")


def H19_the_environment_of_the_caller_changes_nothing(rig):
    org = rig.orgs.acme()
    env = dict(os.environ, SSOORG_STORE="/tmp/x", SSOORG_CONF="/tmp/x", HOME="/tmp", LD_LIBRARY_PATH="/tmp",
               https_proxy="http://127.0.0.1:1", CURL_CA_BUNDLE="/dev/null", SSL_CERT_FILE="/dev/null")
    check.contains(host.ssoctl("org", "list", env=env).out, org, "ssoctl in an odd environment")


def H04_no_org_login_or_issuer_reaches_a_path_unvalidated(rig):
    """Where what is tried is legal all the same, it is a name in the store and of no file."""
    org = rig.orgs.gamma()
    before = _tree()
    odd = ("../../etc/x", "..", ".", "/", "/etc/passwd", "a/b", "a/../../b", "%2e%2e%2fx", "..\\x", "x\n../y", "~root", "")
    trace = rig.folder / "trace"
    for name in odd:
        for words in (("org", "create", name, "--name", "x", "--owner", "h04@example.org"), ("org", "show", name),
                      ("org", "create", "hfour", "--name", "x", "--owner", "h04@example.org", "--login", name),
                      ("member", "add", org, "h04@example.org", "--login", name), ("member", "add", org, f"{name}@gamma.test"),
                      ("idp", "set", org, "--issuer", name), ("why", name), ("domain", "add", org, name),
                      ("account", "show", name), ("audit", name), ("throttle", "clear", name), ("password", "remove", name, "--yes")):
            processes.run("strace", "-f", "-e", "trace=%file", "-o", trace, "ssoctl", *words)
            opened = re.findall(r'"([^"]*)"', trace.read_text().split("\n", 1)[1])  # without the execve itself
            check.that(len(opened) > 5, f"strace shows nothing of ssoctl {words}")
            if "/" in name and name not in ("/", "/etc/passwd"):  # those are opened anyway
                check.equal([path for path in opened if name in path], [], f"paths that ssoctl {words} touched")
    check.equal(sorted(_tree() - before), [], "files that were made")
    check.that("h04@example.org" not in host.members(org), "a login with a path in it was taken")


def H34_an_empty_pattern_is_refused_and_never_everybody(rig):
    org, person = rig.orgs.gamma(), rig.person("gamma.test")
    login.signs_in(rig, person)
    for words in (("member", "list", ""), ("member", "list", org, "--role", ""), ("member", "list", org, "--source", ""),
                  ("audit", ""), ("domain", "list", ""), ("domain", "add", org, ""), ("domain", "add", org, ".test"),
                  ("domain", "add", org, "*.gamma.test"), ("domain", "add", org, "*"), ("member", "suspend", org, ""),
                  ("member", "suspend", org, "@gamma.test"), ("account", "lock", ""), ("account", "show", ""),
                  ("throttle", "clear", ""), ("invite", "create", org, ""), ("password", "remove", "", "--yes")):
        result = host.ssoctl(*words, wants=None)
        check.that(result.status in (2, 4), f"ssoctl {words}: exit {result.status}")
        check.equal(result.out, "", f"what ssoctl {words} shows")
    check.equal(host.members(org)[person]["status"], "active", "the member")
    for line in ("operators =", "operators = ,", "sshd-paths =", "uid-ranges =", "home =", "operators = sudo, wheel"):
        with host.Kept(host.CONF) as path:
            path.write_text(line + "\n")
            check.contains(host.ssoctl("status", wants=1).err, r"ssoorg\.conf:1: ", f"what is said of {line!r}")


def H39_no_home_or_template_of_one_leads_elsewhere(rig):
    org = rig.orgs.gamma()
    for home in ("..", "../x", "/home/../etc", "/home/..", "home/x", "", "/", "/home/a b", "/home/a:b", "/home/a\nb", "/home/a\tb",
                 "/" + "a" * 300, "/.."):
        for option in ("--home", "--shell"):
            result = host.ssoctl("member", "add", org, "h39@gamma.test", option, home, wants=None)
            check.equal(result.status, 2, f"{option} {home!r}: {result.text.strip()}")
        with host.Kept(host.CONF) as path:
            path.write_text(f"home = {home}\n")
            check.equal(host.ssoctl("member", "add", org, "h39@gamma.test", wants=None).status, 1, f"home = {home!r}")
    check.that("h39@gamma.test" not in host.members(org), "somebody was added")
    with host.Kept(host.CONF) as path:
        path.write_text("home = /srv/%u/%d/$HOME\n")  # no template: letters
        host.ssoctl("member", "add", org, "h39@gamma.test")
    check.equal(host.listed("account", "show", "h39@gamma.test")["home"], "/srv/%u/%d/$HOME/h39@gamma.test", "the home")
    host.ssoctl("account", "remove", "h39@gamma.test", "--yes")


def H42_keys_are_bytes_and_no_query(rig):
    org, person = rig.orgs.gamma(), rig.person("gamma.test")
    login.signs_in(rig, person)
    part, domain = person.split("@")
    odd = ("*", "%", "_", f"{part}*", f"{part[:-1]}_", f"{part}@%", f"*@{domain}", f"{person}' OR '1'='1", f"{person}\n",
           f"{person}\nx", f"(|(mail={person})(uid=*))", f"{person}\\", f"{person}\x00x"[:len(person)] + "?", f"{person}#", f" {person}")
    for name in odd:
        for words in (("account", "show", name), ("account", "lock", name), ("member", "suspend", org, name),
                      ("member", "role", org, name, "admin"), ("password", "remove", name, "--yes"),
                      ("invite", "cancel", org, name), ("identity", "unlink", name, "--org", org)):
            check.that(host.ssoctl(*words, wants=None).status in (2, 4), f"ssoctl {words} found somebody")
        check.that(host.listed("why", name)["account"] is False, f"why {name!r} found an account")
    row = host.members(org)[person]
    check.equal((row["status"], row["role"]), ("active", "viewer"), "the member")


def H41_no_shell_anywhere(rig):
    for name, path in host.INSTALLED.items():
        imports = processes.must("nm", "-D", "--undefined-only", path).out
        check.that(imports.strip(), f"{name}: nm shows no imports at all")
        for line in imports.splitlines():
            check.lacks(line.split()[-1], NEVER_IMPORTED, f"imports of {name}")
        check.that(b"/bin/sh" not in path.read_bytes(), f"{name} names a shell")


def H41_ssoctl_starts_no_shell_when_it_runs(rig):
    rig.orgs.gamma()
    trace = rig.folder / "trace"
    processes.run("strace", "-f", "-e", "trace=execve", "-o", trace, "ssoctl", "idp", "test", "gamma",
                  "--no-signin")
    started = re.findall(r'execve\("([^"]+)"', trace.read_text())
    check.that(started, "strace shows no program at all")
    for program in started:
        check.lacks(program, r"/(ba|da|z|k)?sh$", "programs that ssoctl starts")


def H47_a_session_holds_no_descriptor_of_ours(rig):
    rig.orgs.acme()
    local.make_users(rig)
    command = "for p in self $PPID; do ls -l /proc/$p/fd; done 2>&1 | sed 's/.* -> /-> /'; " + login.SAY_WHO
    member = login.signs_in(rig, rig.person(), command=command)
    _, plain = login.by_password(rig, local.USER, local.PASSWORD, command=command)
    check.lacks(member, r"-> \S*(ssoorg|\.mdb|accounts\.map)", "descriptors of the session")
    check.equal(_kinds(member), _kinds(plain), "descriptors of a member's and a local user's session")


def H47_sshd_of_a_session_holds_no_descriptor_of_ours(rig):
    rig.orgs.acme()
    person = rig.person()
    terminal = login.Ssh(rig, person, command="echo BEGIN; id; echo END; sleep 600")
    rig.idp.approve(terminal.challenge(), person)
    terminal.enter_until("END")
    uid = host.in_passwd(person)[2]
    pids = [pid for pid, exe in processes.each() if exe in sshd.PROGRAMS and pid != rig.sshd.process.pid]
    check.that(len(pids) >= 2, f"sshd's processes of the session: {pids}")
    for pid in pids:
        for fd in pathlib.Path(f"/proc/{pid}/fd").iterdir():
            check.lacks(os.readlink(fd), r"ssoorg|\.mdb|accounts\.map", f"descriptor of sshd {pid}, uid {uid}")
    check.soon(lambda: not processes.ours(), "the helpers are gone while a session is open")
    terminal.close()


def H48_killed_helpers_are_a_refusal_and_no_signal_for_sshd(rig):
    rig.orgs.acme()
    for name in ("ssoorg-signin", "ssoorg-oidc"):
        person = rig.person()
        log = rig.log()
        terminal = login.Ssh(rig, person)
        terminal.challenge()
        for pid, exe in processes.ours():
            if exe.endswith(name):
                processes.kill(pid)
        text = terminal.end()
        check.that(not login.signed_in(text), f"{person} got in without {name}")
        check.that(rig.sshd.alive(), "sshd is gone")
        check.lacks(log.text(), "signal (13|11|6|9)|SIGPIPE|Segmentation|core dump", "the log")
        check.soon(lambda: not processes.ours(), f"the helpers are gone after {name} was killed")


def H48_a_session_has_the_signal_state_of_a_local_user(rig):
    rig.orgs.acme()
    local.make_users(rig)
    command = "echo BEGIN; grep -E '^Sig(Ign|Blk)' /proc/self/status; echo END"
    member = login.signs_in(rig, rig.person(), command=command)
    _, plain = login.by_password(rig, local.USER, local.PASSWORD, command=command)
    pattern = r"Sig\w+:\s+[0-9a-f]+"
    check.equal(re.findall(pattern, member), re.findall(pattern, plain), "signals")


def H48_a_stopped_helper_does_not_hold_others_up(rig):
    rig.orgs.acme()
    terminal = login.Ssh(rig, rig.person())
    terminal.challenge()
    for pid, _ in processes.ours():
        os.kill(pid, signal.SIGSTOP)
    try:
        login.signs_in(rig, rig.person())
        host.ssoctl("org", "list")
    finally:
        for pid, _ in processes.ours():
            os.kill(pid, signal.SIGCONT)
        terminal.close()


def H58_the_wired_stacks_are_whole(rig):
    for service in ("sshd", "login"):
        path = pathlib.Path("/etc/pam.d") / service
        lines = [line.split() for line in path.read_text().splitlines() if "pam_ssoorg.so" in line]
        kinds = sorted(line[0] for line in lines)
        check.equal(kinds, ["account", "auth", "password", "session"], f"our lines in {path}")
        text = "\n".join(" ".join(line) for line in lines)
        for words in (r"account \[success=1 ignore=1 module_unknown=ignore default=die\] pam_ssoorg.so",
                      r"session \[success=ok ignore=ignore module_unknown=ignore default=bad\] pam_ssoorg.so",
                      r"auth \[success=done ignore=ignore module_unknown=ignore default=die\] pam_ssoorg.so"):
            check.contains(text, words, str(path))
    for path in pathlib.Path("/etc/pam.d").glob("common-*"):
        check.that("ssoorg" not in path.read_text(), f"{path} names ssoorg")


def H60_plain_http_to_a_provider_is_refused(rig):
    org = rig.orgs.gamma()
    for issuer in ("http://provider.example", "http://localhost:8080", "ftp://provider.example", "provider.example",
                   "https://", "https://user:pass@provider.example", "https://provider.example/#x",
                   "https://provider.example/?a=b", "https://provi der.example", "file:///etc/passwd"):
        result = host.ssoctl("idp", "set", org, "--issuer", issuer, wants=None)
        check.that(result.status in (1, 2, 3), f"issuer {issuer} was taken")
        check.contains(result.err, "https", f"what is said of {issuer}")
    check.contains(host.ssoctl("idp", "show", org).out, re.escape(rig.idp.issuer), "the connection")


def _is_offered_sign_in(rig, name):
    prompts = other_client.first_prompts(rig, name)
    return any(login.URL.search(prompt.text) for prompt in prompts)


def _kinds(text):
    return sorted(re.sub(r"\d+", "N", kind) for kind in re.findall(r"-> (\S+)", text))


def _tree():
    folders = ("/etc", "/home", "/var/lib/ssoorg", "/run/ssoorg")
    return {str(path) for folder in folders for path in pathlib.Path(folder).rglob("*")}


def _secrets_in(pid, rig):
    text = b""
    for name in ("cmdline", "environ"):
        text += pathlib.Path(f"/proc/{pid}/{name}").read_bytes()
    return [secret for secret in rig.secrets if secret.encode() in text]
