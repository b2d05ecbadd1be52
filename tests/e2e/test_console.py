"""login on a pseudo-terminal, as at the console."""
import re
import time

import check
import hostile
import local_users as local
import login


def an_existing_member_signs_in_at_the_console(rig):
    org, person = rig.orgs.acme(), rig.person()
    first = login.signs_in(rig, person)
    terminal = login.console_as(person)
    rig.idp.approve(terminal.challenge(), person)
    text = _say_who(terminal)
    check.equal(_numbers(text), _numbers(first), "uid and gid at the console and by ssh")
    check.contains(text, rf"\({org}\)", "id")


def an_unknown_person_signs_in_at_the_console(rig):
    org, person = rig.orgs.acme(), rig.person()
    terminal = login.console_as(person)
    rig.idp.approve(terminal.challenge(), person)
    text = _say_who(terminal)
    check.contains(text, rf"uid=(\d+)\({re.escape(person)}\) gid=\1\(", "id")
    check.contains(text, rf"\({org}\)", "id")


def P15_a_slow_provider_is_said_to_be_asked_and_gives_its_codes(rig):
    org = rig.orgs.delta()
    with hostile.provider(rig) as (ports, ca):
        with hostile.connected(rig, org, f"{ports['main']}/slow-documents", ca):
            terminal = login.console_as("somebody@delta.test")
            terminal.until(r"Asking your organization's sign-in")
            terminal.until(r"https://idp\.test/device")
            terminal.close()
            terminal = login.Ssh(rig, "somebody@delta.test")
            terminal.until(r"https://idp\.test/device")
            check.lacks(terminal.text, "Asking your", "what ssh shows")
            terminal.close()


def H02_another_person_approves_at_the_console(rig):
    rig.orgs.acme()
    person, other = rig.person(), rig.person()
    login.signs_in(rig, person)
    terminal = login.console_as(person)
    rig.idp.approve(terminal.challenge(), other)
    terminal.enter_until("incorrect", "login: ", "somebody else")
    check.lacks(terminal.text, r"uid=\d+|\$ $", "the console")
    terminal.close()


def local_user_signs_in_at_the_console(rig):
    local.make_users(rig)
    terminal = login.console_as(local.USER)
    terminal.password_prompt()
    check.lacks(terminal.text, r"https://|SSO", "what a local user is shown")
    terminal.send(local.PASSWORD)
    check.contains(_say_who(terminal, press=False), rf"uid=\d+\({local.USER}\)", "id")


def O06_who_approves_after_65_s_is_let_in_at_the_console(rig):
    """login itself gives up after LOGIN_TIMEOUT, 60 s as Debian ships it."""
    rig.orgs.acme()
    person = rig.person()
    terminal = login.console_as(person)
    challenge = terminal.challenge()
    time.sleep(65)
    rig.idp.approve(challenge, person)
    check.contains(_say_who(terminal), rf"uid=\d+\({person}\)", "id")


def the_console_is_told_by_a_refusal_and_asks_again(rig):
    rig.orgs.acme()
    person = rig.person()
    login.signs_in(rig, person)
    terminal = login.console_as(person)
    rig.idp.answer(terminal.challenge(), person, "decline")
    terminal.enter_until("declined|denied by|was refused")
    terminal.close()


def _say_who(terminal, press=True):
    terminal.enter_until(r"[$] $") if press else terminal.until(r"[$] $")
    terminal.send("id; echo IS-END")
    terminal.until(r"\nIS-END|\rIS-END")
    terminal.send("exit")
    terminal._more()
    terminal.close()
    return terminal.text


def _numbers(text):
    return re.search(r"uid=(\d+).*? gid=(\d+)", text).groups()
