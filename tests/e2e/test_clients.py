"""Clients other than OpenSSH on a terminal: each gets in, or fails fast and says why."""
import contextlib
import json
import os
import pathlib
import re
import subprocess
import time

import check
import host
import keys
import local_users as local
import login
import orgs
import other_client
import processes

BLOCKS = "[\u2580\u2584\u2588]"
HELP = "Call 555-0100"
FAST_S = check.SOON_S


def unknown_person_signs_in_with_plink(rig):
    _signs_in_with(rig, "plink")


def unknown_person_signs_in_with_dbclient(rig):
    _signs_in_with(rig, "dbclient")


def plink_shows_address_and_code_in_plain_letters_in_a_C_locale_too(rig):
    _shows_plain_lines(rig, "plink")


def dbclient_shows_address_and_code_in_plain_letters_in_a_C_locale_too(rig):
    _shows_plain_lines(rig, "dbclient")


def plink_tells_that_the_sign_in_was_declined(rig):
    _tells_of_a_refusal(rig, "plink")


def dbclient_tells_that_the_sign_in_was_declined(rig):
    _tells_of_a_refusal(rig, "dbclient")


def qr_never_shows_nothing_but_ASCII_over_ssh(rig):
    _acme(rig)
    with host.Kept(host.CONF) as conf:
        conf.write_text("qr = never\n")
        text = _prompt_over_ssh(rig)
    check.that(text.isascii(), f"bytes above 0x7f: {check.shown(text)}")


def qr_always_shows_the_picture_at_the_console_too(rig):
    _acme(rig)
    with host.Kept(host.CONF) as conf:
        conf.write_text("qr = always\n")
        check.contains(_prompt_at_console(rig), BLOCKS, "the console")
        check.contains(_prompt_over_ssh(rig), BLOCKS, "what OpenSSH shows")


def qr_by_default_shows_the_picture_over_ssh_and_not_at_the_console(rig):
    _acme(rig)
    check.contains(_prompt_over_ssh(rig), BLOCKS, "what OpenSSH shows")
    text = _prompt_at_console(rig)
    check.that(text.isascii(), f"bytes above 0x7f at the console: {check.shown(text)}")


def qr_picture_comes_behind_address_and_code_and_before_the_question(rig):
    _acme(rig)
    text = _prompt_over_ssh(rig)
    picture = [match.start() for match in re.finditer(BLOCKS, text)]
    last = max(match.end() for pattern in (login.URL, login.CODE) for match in pattern.finditer(text))
    check.that(last < picture[0] < picture[-1] < text.index("Press Enter"), f"the order in {text!r}")


def batch_mode_fails_at_once_and_starts_no_flow(rig):
    _acme(rig)
    person = rig.person()
    login.signs_in(rig, person)
    requests = _Requests(rig)
    for client in (other_client.ssh_command, other_client.sftp_command, other_client.scp_command):
        run = other_client.Unattended(rig, *client(rig, person, "-o", "BatchMode=yes"))
        check.that(run.wait(FAST_S), f"{client.__name__} waits after {FAST_S} s")
        check.that(run.status != 0, f"{client.__name__} exit status 0: {check.shown(run.text)}")
        check.contains(run.text, r"Permission denied \([^)]*keyboard-interactive", f"what {client.__name__} says")
    check.equal(requests.flows(), 0, "flows at the provider")
    _all_is_over()


def ssh_without_a_terminal_ends_and_says_why(rig):
    _ends_without_a_terminal(rig, other_client.ssh_command)


def sftp_without_a_terminal_ends_and_says_why(rig):
    _ends_without_a_terminal(rig, other_client.sftp_command)


def scp_without_a_terminal_ends_and_says_why(rig):
    _ends_without_a_terminal(rig, other_client.scp_command)


def plink_in_batch_mode_ends_and_says_why(rig):
    _ends_without_a_terminal(rig, other_client.plink_batch_command)


def pscp_in_batch_mode_ends_and_says_why(rig):
    _ends_without_a_terminal(rig, other_client.pscp_batch_command)


def dbclient_without_a_terminal_ends_and_says_why(rig):
    _ends_without_a_terminal(rig, other_client.dbclient_command)


def sftp_on_a_terminal_carries_a_file_both_ways(rig):
    _acme(rig)
    person = rig.person()
    login.signs_in(rig, person)
    sent, back = _new_file(rig, person), rig.folder / f"back-{person}"
    terminal = login.Terminal("sftp", other_client.sftp_command(rig, person)[1:], env=other_client.environment(rig))
    rig.idp.approve(terminal.challenge(), person)
    terminal.enter_until("sftp> $")
    for line in (f"put {sent} carried", f"get carried {back}"):
        terminal.send(line)
        terminal.until("100%")
        terminal.until("sftp> $")
    terminal.send("bye")
    terminal.end(enter=False)
    check.equal(back.read_bytes(), sent.read_bytes(), "the file that came back")
    _belongs_to(pathlib.Path(f"/home/{person}/carried"), person)


def scp_on_a_terminal_carries_a_file_both_ways(rig):
    _acme(rig)
    person = rig.person()
    login.signs_in(rig, person)
    sent, back = _new_file(rig, person), rig.folder / f"back-{person}"
    there = f"{person}@127.0.0.1:carried"
    for words in ((sent, there), (there, back)):
        arguments = [*other_client.scp_options(rig), *map(str, words)]
        terminal = login.Terminal("scp", arguments, env=other_client.environment(rig))
        rig.idp.approve(terminal.challenge(), person)
        terminal.end()
        check.equal(terminal.status, 0, f"the exit status of scp, {check.shown(terminal.text)}")
    check.equal(back.read_bytes(), sent.read_bytes(), "the file that came back")
    _belongs_to(pathlib.Path(f"/home/{person}/carried"), person)


def the_password_method_fails_fast_for_an_enforced_member_and_leaves_no_flow(rig):
    _acme(rig)
    person = rig.person()
    login.signs_in(rig, person)
    requests, log = _Requests(rig), rig.log()
    terminal = login.Ssh(rig, person, method="password", options=("-o", "NumberOfPasswordPrompts=1"))
    terminal.password_prompt()
    terminal.send("whatever-1")
    text = terminal.end(enter=False)
    check.contains(log.text(), f"refused: login={person} [^\n]*reason=needs-terminal", "why, in the log")
    check.lacks(log.text(), "whatever-1", "the log")
    check.that(not login.signed_in(text), "an enforced member got in")
    check.contains(text, "denied|closed|disconnect|needs a terminal|again and again", "what the person is told")
    check.that(requests.flows() <= 1, f"{requests.flows()} flows for one try")
    _all_is_over()
    _nobody_polls(rig)


def L6_the_next_method_says_why_the_password_method_failed(rig):
    """sshd's password method can show nothing; what comes next in the same connection can, and opens nothing."""
    _acme(rig)
    person = rig.person()
    login.signs_in(rig, person)
    requests, log = _Requests(rig), rig.log()
    terminal = login.Ssh(rig, person, method="password,keyboard-interactive", options=("-o", "NumberOfPasswordPrompts=3"))
    for _ in range(3):
        terminal.password_prompt()
        terminal.send("whatever-Secret-1")
    text = terminal.end(enter=False)
    check.that(not login.signed_in(text), "signed in")
    check.contains(text, "No password signs you in here, and the one you typed was not looked at", "what the person is told")
    check.that(requests.flows() <= 1, f"{requests.flows()} flows: the method begins one for each password")
    check.contains(log.text(), f"refused: login={person} .*reason=needs-terminal.*reason=password-method", "the log")
    check.lacks(log.text(), "whatever-Secret-1", "the log")
    login.signs_in(rig, person)  # in a connection of its own


def the_password_method_lets_the_owner_in_and_starts_no_flow(rig):
    org = _acme(rig)
    requests = _Requests(rig)
    _, text = login.by_password(rig, orgs.owner(org), orgs.OWNER_PASSWORD, method="password")
    check.that(login.signed_in(text), f"the owner is not signed in: {check.shown(text)}")
    check.contains(text, rf"\({org}\)", "id")
    check.equal(requests.flows(), 0, "flows at the provider")


def K1_root_becomes_a_member_by_su_runuser_and_sudo_without_a_prompt(rig):
    _acme(rig)
    person = rig.person()
    login.signs_in(rig, person)
    for command in _to_become(person):
        _becomes(rig, person, command)


def K1_with_ssoorg_in_their_stacks_su_and_sudo_of_root_check_the_status_alone(rig):
    org, person = _acme(rig), rig.person()
    login.signs_in(rig, person)
    with _wired("su"), _wired("su-l"), _wired("sudo"):
        for command in _to_become(person):
            _becomes(rig, person, command)
        host.ssoctl("account", "lock", person)
        _is_not_let(rig, "locked", "su", person, "-c", "id")
        host.ssoctl("account", "unlock", person)
        host.ssoctl("member", "remove", org, person, "--yes")
        _is_not_let(rig, "no longer a member", "su", "-", person, "-c", "id")


def K6_su_and_sudo_by_others_end_at_once_without_a_terminal(rig):
    _acme(rig)
    local.make_users(rig)
    person = rig.person()
    login.signs_in(rig, person)
    for command in _by_others(person):
        _is_not_let(rig, r"\w", *command)
    _all_is_over()


def K6_with_ssoorg_in_their_stacks_su_and_sudo_say_that_they_need_a_terminal(rig):
    _acme(rig)
    local.make_users(rig)
    person = rig.person()
    login.signs_in(rig, person)
    with _wired("su"), _wired("su-l"), _wired("sudo"):
        for command in _by_others(person):
            _is_not_let(rig, _words_for(command), *command)
    _all_is_over()


def a_client_that_is_given_up_frees_its_place_and_ends_its_polling(rig):
    _acme(rig)
    for program in ("plink", "dbclient"):
        person = rig.person()
        terminal = other_client.terminal(rig, program, person)
        terminal.challenge()
        check.that(processes.ours(), "no helper runs during a sign-in: the test sees nothing")
        processes.kill(terminal.child.pid)
        _all_is_over()
        again = other_client.terminal(rig, program, person)
        again.challenge()
        again.close()
        _all_is_over()
    _nobody_polls(rig)


def control_c_at_the_question_ends_the_sign_in_and_control_d_is_Enter(rig):
    _acme(rig)
    terminal = login.Ssh(rig, rig.person())
    terminal.challenge()
    terminal.child.sendcontrol("c")
    terminal.end(enter=False)
    _all_is_over()
    person = rig.person()
    terminal = login.Ssh(rig, person)
    rig.idp.approve(terminal.challenge(), person)
    terminal.child.sendcontrol("d")
    check.that(login.signed_in(terminal.end()), f"not signed in: {check.shown(terminal.text)}")


def Enter_pressed_early_several_times_keeps_one_flow_and_one_code(rig):
    _acme(rig)
    person = rig.person()
    requests = _Requests(rig)
    terminal = login.Ssh(rig, person)
    challenge = terminal.challenge()
    for _ in range(4):
        terminal.send()
        terminal.until("Not approved yet")
    rig.idp.approve(challenge, person)
    text = terminal.end()
    check.that(login.signed_in(text), f"not signed in: {check.shown(text)}")
    check.equal(set(login.CODE.findall(text)), {challenge.code}, "the codes that were shown")
    check.equal(requests.flows(), 1, "flows at the provider")


def text_typed_instead_of_Enter_is_neither_believed_nor_written_down(rig):
    _acme(rig)
    person = rig.person()
    log, requests = rig.log(), _Requests(rig)
    terminal = login.Ssh(rig, person)
    challenge = terminal.challenge()
    for line in ("yes", "typed-Instead-of-Enter-7", challenge.code, "%n%s%x \u00fc", "x" * 900):
        terminal.send(line)
        terminal.until("Not approved yet")
    check.that(not login.signed_in(terminal.text), "the person got in without an approval")
    rig.idp.approve(challenge, person)
    terminal.send("typed-Instead-of-Enter-8")
    check.that(login.signed_in(terminal.end()), f"not signed in: {check.shown(terminal.text)}")
    check.equal(requests.flows(), 1, "flows at the provider")
    check.lacks(log.text() + host.ssoctl("audit").out, "typed-Instead", "logs and audit")


def an_answer_without_end_opens_nothing_and_ends_the_sign_in(rig):
    _acme(rig)
    person = rig.person()
    try:
        said, _ = other_client.sign_in(rig, person, person, answer_with="x" * 100000)
        raise check.Failed(f"it got in: {said}")
    except (check.Failed, EOFError) as error:
        check.lacks(str(error), "it got in", "paramiko")
    _all_is_over()
    check.that(rig.sshd.alive(), "sshd is gone")
    login.signs_in(rig, person)


def K7_each_sign_in_shows_when_and_from_where_the_one_before_was(rig):
    _acme(rig)
    person = rig.person()
    before = time.time()
    text = login.signs_in(rig, person)
    check.lacks(text, "Last sign-in", "the first sign-in")
    after = time.time()
    at, place = _last_sign_in(_at_console(rig, person))
    check.that(int(before) <= at <= after, f"the first sign-in was at {before}..{after}, shown is {at}")
    check.equal(place, "127.0.0.1", "from where the first was")
    terminal = other_client.terminal(rig, "dbclient", person)
    rig.idp.approve(terminal.challenge(), person)
    second, place = _last_sign_in(terminal.end())
    check.that(second >= at, f"the sign-in at the console was at {second}, the one before at {at}")
    check.equal(place, None, "from where the one at the console was")


def K7_a_shell_by_plink_shows_the_last_sign_in(rig):
    _acme(rig)
    person = rig.person()
    login.signs_in(rig, person)
    _last_sign_in(_open_shell(rig, other_client.terminal(rig, "plink", person, command=None), person))


def K7_a_shell_by_ssh_shows_the_last_sign_in(rig):
    _acme(rig)
    person = rig.person()
    login.signs_in(rig, person)
    text = _open_shell(rig, login.Ssh(rig, person, shell=True), person)
    # sshd shows what PAM said once with the prompts and once more before a shell: see pam_ssoorg(8), CAVEATS.
    lines = {line.strip() for line in text.splitlines() if "Last sign-in: " in line}
    check.equal(len(lines), 1, f"lines about the last sign-in in {check.shown(text, 300)}")


def M_the_help_line_of_the_org_follows_every_refusal(rig):
    with _help(rig) as org:
        person, other = rig.person(), rig.person()
        login.signs_in(rig, person)
        _helps(login.is_refused(rig, person, other), "name you typed here")
        _helps(_declined(rig, login.Ssh(rig, other)), "if it is yours")
        with keys.setting(org, "deny"):
            _helps(keys.by_key(rig, person, keys.give_key(rig, person)), r"PubkeyAuthentication=no\)")
        host.ssoctl("member", "suspend", org, person)
        _helps(login.is_refused(rig, person, person), "ask an admin")


def M_the_help_line_is_there_at_the_console_with_plink_and_with_dbclient(rig):
    with _help(rig):
        terminal = login.console_as(rig.person())
        rig.idp.answer(terminal.challenge(), "alice@acme.test", "abort")
        terminal.enter_until("if it is yours")
        terminal._more()
        terminal.close()
        _helps(terminal.text, "if it is yours")
        for program in ("plink", "dbclient"):
            _helps(_declined(rig, other_client.terminal(rig, program, rig.person())), "if it is yours")


def M_an_empty_help_drops_the_line(rig):
    with _help(rig) as org:
        host.ssoctl("org", "set", org, "help=")
        text = _declined(rig, login.Ssh(rig, rig.person()))
    check.contains(text, "declined", "what the person is told")
    check.lacks(text, HELP, "what the person is told")


def audit_follow_prints_a_sign_in_while_it_runs(rig):
    _acme(rig)
    person = rig.person()
    with _Follower() as follower:
        login.signs_in(rig, person)
        check.soon(lambda: follower.lines(person), "a line about the sign-in is there")
    check.contains(follower.lines(person)[0], rf"sign-in\s.*\bacme\b.*{re.escape(person)}.*127\.0\.0\.1.*sshd.*S11",
                   "the line")


def audit_follow_prints_a_JSON_object_a_line(rig):
    _acme(rig)
    person = rig.person()
    with _Follower("--json") as follower:
        login.signs_in(rig, person)
        check.soon(lambda: follower.lines(person), "a line about the sign-in is there")
    events = [json.loads(line) for line in follower.text.splitlines()]
    check.that(all(isinstance(event, dict) for event in events), f"not objects: {follower.text}")
    _is_event(next(event for event in events if event["login"] == person), "sign-in", person, "S11")


def audit_follow_ends_when_nobody_reads_any_more(rig):
    _acme(rig)
    with _Follower() as follower:
        follower.process.stdout.close()
        for _ in range(2):
            login.signs_in(rig, rig.person())
        check.soon(lambda: follower.process.poll() is not None, "audit --follow ends")


def audit_since_has_who_what_org_login_address_and_row(rig):
    _acme(rig)
    person, other = rig.person(), rig.person()
    login.signs_in(rig, person)
    login.is_refused(rig, other, person)
    events = host.listed("audit", "--since", "1h")
    for name, event, row in ((person, "sign-in", "S11"), (other, "sign-in.refused", "S2")):
        found = [e for e in events if e["login"] == name]
        check.equal(len(found), 1, f"events of {name}")
        _is_event(found[0], event, name, row)
    check.contains(found[0]["detail"], rf"somebody-else.*{re.escape(person)}", "the detail of the refusal")
    check.equal([e for e in host.listed("audit", "--since", "0s") if e["login"] == person], [], "events of now")


def the_log_says_who_org_service_address_and_row(rig):
    org, person, other = _acme(rig), rig.person(), rig.person()
    log = rig.log()
    login.signs_in(rig, person)
    login.is_refused(rig, other, person)
    _declined(rig, login.Ssh(rig, other))
    with keys.setting("acme", "deny"):
        keys.by_key(rig, person, keys.give_key(rig, person))
    text = log.text()
    place = f"org={org} service=sshd rhost=127\\.0\\.0\\.1"
    for line in (rf"signed in: login={re.escape(person)} uid=\d+ {place} row=S11 way=sso",
                 rf"refused: login={re.escape(other)} {place} row=S2 reason=somebody-else",
                 rf"refused: login={re.escape(other)} {place} row=L11 reason=declined",
                 rf"refused: login={re.escape(person)} {place} row=K1 reason=key-refused"):
        check.contains(text, line, "the system's log")


def the_log_names_the_console_as_service(rig):
    org, person = _acme(rig), rig.person()
    log = rig.log()
    _at_console(rig, person)
    check.contains(log.text(), rf"signed in: login={re.escape(person)} uid=\d+ org={org} service=login rhost= row=S11",
                   "the system's log")


def the_log_names_the_org_of_an_owner_whose_address_is_elsewhere(rig):
    org = _acme(rig)
    log = rig.log()
    login.by_password(rig, orgs.owner(org), orgs.OWNER_PASSWORD)
    check.contains(log.text(), rf"signed in: login={re.escape(orgs.owner(org))} uid=\d+ org={org} service=sshd "
                   r"rhost=127\.0\.0\.1 row=L5 way=password", "the system's log")


class _Requests:
    """What the provider has been asked since a moment."""

    def __init__(self, rig):
        self.path = rig.folder / "secrets.requests"
        self.start = len(self._lines())

    def _lines(self):
        return self.path.read_text().split() if self.path.exists() else []

    def flows(self):
        return self._lines()[self.start:].count("device_authorization")

    def all(self):
        return self._lines()[self.start:]


class _Follower:
    """ssoctl audit --follow, and what it has printed so far."""

    def __init__(self, *options):
        self.command = ["ssoctl", "audit", "--follow", *options]
        self.text = ""

    def __enter__(self):
        self.process = subprocess.Popen(self.command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE)
        os.set_blocking(self.process.stdout.fileno(), False)
        return self

    def __exit__(self, *exc):
        processes.stop(self.process)

    def lines(self, word):
        self.text += (self.process.stdout.read() or b"").decode()
        return [line for line in self.text.splitlines() if word in line]


def _acme(rig):
    """The org, with nothing counted of the sign-ins that other tests have given up."""
    org = rig.orgs.acme()
    for row in host.listed("throttle", "list"):
        host.ssoctl("throttle", "clear", row["subject"])
    return org


def _signs_in_with(rig, program):
    org, person = _acme(rig), rig.person()
    requests = _Requests(rig)
    terminal = other_client.terminal(rig, program, person)
    rig.idp.approve(terminal.challenge(), person)
    text = terminal.end()
    check.contains(text, rf"uid=(\d+)\({re.escape(person)}\) gid=\1\(.*\({org}\)", "id")
    check.contains(text, f"HOME=/home/{person}", "the session")
    check.equal(host.in_passwd(person)[2], re.search(r"uid=(\d+)", text).group(1), "the uid in passwd")
    check.equal(requests.flows(), 1, "flows at the provider")


def _shows_plain_lines(rig, program):
    _acme(rig)
    for locale in ("C", "C.UTF-8"):
        terminal = other_client.terminal(rig, program, rig.person(), locale=locale)
        challenge = terminal.challenge()
        terminal.close()
        for line in (r"https://localhost:\d+/device", challenge.code):
            check.contains(challenge.text, rf"(^|\n)(\| )?{line}\r?\n", f"the prompt in {locale}")
        check.contains(challenge.text, r"Press Enter when you have approved it there: $", "the end of the prompt")
    check.lacks(challenge.text, r"\\\d{3}|\\x[0-9a-f]", "the prompt")


def _tells_of_a_refusal(rig, program):
    _acme(rig)
    requests = _Requests(rig)
    text = _declined(rig, other_client.terminal(rig, program, rig.person()))
    check.that(not login.signed_in(text), "the person got in")
    check.contains(text, "declined", "what the person is told")
    check.equal(requests.flows(), 1, "flows at the provider")


def _declined(rig, terminal):
    """A sign-in that somebody declines at the code; gives back what the client shows."""
    rig.idp.answer(terminal.challenge(), "alice@acme.test", "abort")
    return terminal.end()


def _prompt_over_ssh(rig):
    terminal = login.Ssh(rig, rig.person(), env=other_client.environment(rig))
    terminal.challenge()
    terminal.close()
    return terminal.text


def _prompt_at_console(rig):
    terminal = login.console_as(rig.person())
    terminal.challenge()
    terminal.close()
    return terminal.text


def _ends_without_a_terminal(rig, client):
    _acme(rig)
    requests = _Requests(rig)
    run = other_client.Unattended(rig, *client(rig, rig.person()))
    ended = run.wait(FAST_S)
    _all_is_over()
    asked = len(requests.all())
    check.that(ended, f"it waits after {FAST_S} s, has said {run.text!r} and asked the provider {asked} times")
    check.that(run.status != 0, f"exit status 0: {check.shown(run.text)}")
    check.contains(run.text, "terminal|denied|batch mode|closed|no authentication|disconnect", "what it says")
    check.that(requests.flows() <= 1, f"{requests.flows()} flows for one try")


def _open_shell(rig, terminal, person):
    """Goes on until a shell asks for a command; gives back what was shown until then."""
    rig.idp.approve(terminal.challenge(), person)
    terminal.enter_until(r"[$] $")
    terminal.close()
    return terminal.text


def _at_console(rig, person):
    return _open_shell(rig, login.console_as(person), person)


def _new_file(rig, name):
    path = rig.folder / f"sent-{name}"
    path.write_bytes(os.urandom(200000))
    return path


def _belongs_to(path, name):
    uid = host.in_passwd(name)[2]
    check.equal(host.mode_of(path).split()[1], f"{uid}:{uid}", f"the owner of {path.name}")


def _to_become(name):
    return (("su", name, "-c", "id"), ("su", "-", name, "-c", "id"), ("runuser", "-u", name, "--", "id"),
            ("runuser", "-l", name, "-c", "id"), ("sudo", "-u", name, "id"), ("sudo", "-n", "-i", "-u", name, "id"))


def _becomes(rig, name, command):
    run = other_client.Unattended(rig, *command)
    check.that(run.wait(FAST_S), f"{' '.join(command)} waits after {FAST_S} s")
    check.equal(run.status, 0, f"the exit status of {' '.join(command)}, {check.shown(run.text)}")
    number = host.in_passwd(name)[2]
    check.contains(run.text, rf"^uid={number}\(\S+\) gid={number}\(\S+\) groups={number}\([^,]*\)\s*$", "id")


def _is_not_let(rig, words, *command):
    run = other_client.Unattended(rig, *command)
    check.that(run.wait(FAST_S), f"{' '.join(command)} waits after {FAST_S} s")
    check.that(run.status != 0 and "uid=" not in run.text, f"{' '.join(command)} worked: {run.text}")
    check.contains(run.text, words, f"what {' '.join(command)} says")


def _by_others(person):
    """su by a local user to a member, and su and sudo by the member."""
    return (("runuser", "-u", local.USER, "--", "su", person, "-c", "id"),
            ("runuser", "-u", local.USER, "--", "su", "-", person, "-c", "id"),
            ("runuser", "-u", person, "--", "su", "root", "-c", "id"),
            ("runuser", "-u", person, "--", "sudo", "id"),
            ("runuser", "-u", person, "--", "sudo", "-n", "id"),
            ("runuser", "-u", person, "--", "sudo", "-S", "id"))


def _words_for(command):
    """What each says with ssoorg in its stack; root is none of ours, and sudo -n shows no prompt."""
    if "root" in command:
        return "Authentication failure"
    return "password is required" if "-n" in command else r"needs a terminal that can show a prompt"


@contextlib.contextmanager
def _wired(service):
    """The service with ssoorg in its stack, before the distribution's own modules."""
    with host.Kept(f"/etc/pam.d/{service}") as path:
        rootok = "auth sufficient pam_rootok.so\n" if service != "sudo" else ""
        path.write_text(rootok + "auth [success=done ignore=ignore default=die] pam_ssoorg.so\n"
                        "@include common-auth\naccount required pam_ssoorg.so\n@include common-account\n"
                        "session required pam_ssoorg.so\n@include common-session-noninteractive\n")
        yield


def _all_is_over():
    check.soon(lambda: not processes.ours(), f"helpers are gone, {processes.ours()}")


def _nobody_polls(rig):
    requests = _Requests(rig)
    time.sleep(2)
    check.equal(requests.all(), [], "requests to the provider when nobody signs in")


def _last_sign_in(text):
    """When, in seconds, and from where: as the line says it."""
    found = re.search(r"Last sign-in: (\S+Z)(?: from (\S+))?", text)
    check.that(found, f"no line about the last sign-in: {check.shown(text)}")
    at = time.strptime(found.group(1), "%Y-%m-%dT%H:%M:%SZ")
    return time.mktime(at) - time.timezone, found.group(2)


@contextlib.contextmanager
def _help(rig):
    org = _acme(rig)
    host.ssoctl("org", "set", org, f"help={HELP}")
    try:
        yield org
    finally:
        host.ssoctl("org", "set", org, "help=")


def _helps(text, sentence):
    """The help stands on a line of its own right behind the sentence."""
    check.contains(text, rf"{sentence}\.?\s*\n(\| )?{HELP}\s*?(\r|\n|$)", "the refusal")


def _is_event(event, name, person, row):
    for key, value in (("event", name), ("actor", person), ("login", person), ("org", "acme"),
                       ("rhost", "127.0.0.1"), ("service", "sshd"), ("row", row)):
        check.equal(event[key], value, f"{key} of the event")
    check.contains(event["at"], r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$", "the date of the event")
