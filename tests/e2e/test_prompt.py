"""What somebody reads who signs in, line by line, in every kind of terminal."""
import contextlib
import os
import pathlib
import re
import socket
import termios

import check
import host
import login
import stacks

BLOCKS = "[\u2580\u2584\u2588]"
IUTF8 = 0o40000  # termios(3); Python's module does not have it
APPROVE = "Approve only what you began here yourself: nobody may have sent you this."
ENTER = "Press Enter when you have approved it there:"


def the_lines_over_ssh_are_these(rig):
    rig.orgs.acme()
    person = rig.person()
    with _qr("never"):
        terminal = login.Ssh(rig, person)
        challenge = terminal.challenge()
        terminal.close()
    _lines_are(challenge, person, " from 127.0.0.1", link=True)
    check.that(challenge.text.isascii(), f"bytes above 0x7f: {check.shown(challenge.text)}")


def the_lines_at_the_console_are_these(rig):
    rig.orgs.acme()
    person = rig.person()
    terminal = login.console_as(person)
    challenge = terminal.challenge()
    terminal.close()
    _lines_are(challenge, person, "", link=True)


def forty_columns_show_address_and_code_whole(rig):
    rig.orgs.acme()
    terminal = login.console(40)
    terminal.send(rig.person())
    challenge = terminal.challenge()
    terminal.close()
    for value in (rf"https://localhost:\d+/device", challenge.code):
        check.contains(challenge.text, rf"(^|\n){value}\r?\n", "a line of its own")


def O03_url_and_code_are_seen_under_sudos_own_prompts(rig):
    person = _member(rig)
    with stacks.wired(person), stacks.reauth("0s"):
        for words in (("sudo", "-p", "pw for %u: ", "id"), ("env", "SUDO_PROMPT=pw for %u: ", "sudo", "id")):
            # sudo's words, or ours: that is for sudo's version to say
            _is_seen_in_full(rig, stacks.as_user(person, *words), person, rf"pw for {re.escape(person)}: |{ENTER} ")
        pathlib.Path("/etc/sudoers.d/test2").write_text("Defaults passprompt_override, passprompt=\"pw for %u: \"\n")
        try:
            _is_seen_in_full(rig, stacks.sudo(person), person, rf"pw for {re.escape(person)}: ")
        finally:
            pathlib.Path("/etc/sudoers.d/test2").unlink()


def O17_a_password_typed_at_the_prompt_is_not_echoed_and_is_told_to_be_needless(rig):
    person = _member(rig)
    with stacks.wired(person), stacks.reauth("0s"):
        terminal = stacks.sudo(person)
        challenge = terminal.challenge()
        terminal.send("my-old-Password-1")
        terminal.until("no password is needed here")
        check.lacks(terminal.text, "my-old-Password-1", "the terminal")
        rig.idp.approve(challenge, person)
        terminal.enter_until(r"uid=0\(root\)", "no password is needed here")
        terminal.close()
    log = rig.log()
    terminal = login.Ssh(rig, person)
    challenge = terminal.challenge()
    terminal.send("my-old-Password-2")
    terminal.until("no password is needed here")
    rig.idp.approve(challenge, person)
    check.that(login.signed_in(terminal.end()), "not signed in after a needless password")
    check.lacks(log.text(), "my-old-Password", "the log")


def O16_a_picture_is_shown_where_it_fits_and_the_terminal_can_show_it(rig):
    person = _member(rig)
    cases = (("xterm", (50, 100), True, True), ("xterm", (24, 80), True, True), ("dumb", (50, 100), True, False),
             ("xterm", (50, 100), False, False), ("xterm", (22, 80), True, False), ("xterm", (50, 30), True, False))
    with stacks.wired(person), stacks.reauth("0s"):
        for term, size, utf8, wants in cases:
            terminal = stacks.as_user(person, "env", f"TERM={term}", "sh", "-c", "read go; exec sudo id")
            terminal.child.setwinsize(*size)
            _set_utf8(terminal, utf8)
            terminal.send("go")
            text = terminal.challenge().text
            terminal.close()
            what = f"TERM={term}, {size[0]} lines of {size[1]}, {'UTF-8' if utf8 else 'no UTF-8'}"
            check.equal(re.search(BLOCKS, text) is not None, wants, f"a picture with {what}")
            if wants:
                check.that(len(text.rstrip().splitlines()) - _first_line(text) <= size[0], f"it scrolls off with {what}")


def a_persons_own_choice_beats_the_hosts(rig):
    person = _member(rig)
    check.contains(_over_ssh(rig, person), BLOCKS, "what is shown by default")
    with _own(person) as choice:
        choice.write_text("never\n")
        _give(choice, person)
        check.lacks(_over_ssh(rig, person), BLOCKS, "with a choice of one's own")
        choice.write_text("always\n")
        with _qr("never"):
            check.contains(_over_ssh(rig, person), BLOCKS, "with a choice of one's own")


def H07_a_choice_that_is_no_plain_file_of_ones_own_is_ignored_and_logged(rig):
    person = _member(rig)
    with _own(person) as choice:
        for make in (_link, _fifo, _socket, _others, _folder, _nonsense, _long, _empty):
            log = rig.log()
            make(choice, person)
            check.contains(_over_ssh(rig, person), BLOCKS, f"what is shown with {make.__name__}")
            check.contains(log.text(), r"\.config/ssoorg/qr: is not a plain file", f"the log with {make.__name__}")
            _remove(choice)


def _member(rig):
    rig.orgs.acme()
    person = rig.person()
    login.signs_in(rig, person)
    return person


def _lines_are(challenge, person, place, link):
    lines = [line.rstrip("\r") for line in challenge.text.split("\n")]
    start = next(i for i, line in enumerate(lines) if line.startswith("Sign in to "))
    host_name = socket.gethostname()
    url = r"https://localhost:\d+/device"
    wanted = [rf"Sign in to {re.escape(host_name)} through Acme \(acme\) as {re.escape(person)}{place}: open", url,
              "and enter the code", challenge.code]
    wanted += ["or open", rf"{url}\?user_code={challenge.code}"] if link else []
    wanted += [re.escape(APPROVE), ENTER]
    for line, pattern in zip(lines[start:], wanted):
        check.that(re.fullmatch(pattern, line.rstrip(" ") if line.startswith("Press") else line),
                   f"{line!r} is not {pattern}")
    check.equal(len(lines) - start, len(wanted), f"lines in {challenge.text!r}")


def _first_line(text):
    return next(i for i, line in enumerate(text.splitlines()) if line.startswith("Sign in to "))


def _is_seen_in_full(rig, terminal, person, question):
    terminal.until(question)
    challenge = login.Challenge(terminal.text)
    asked_at = re.search(question, terminal.text).start()
    check.that(terminal.text.index(challenge.code) < asked_at, "the code comes after the question")
    rig.idp.approve(challenge, person)
    for _ in range(login.ROUNDS):
        terminal.send()
        if terminal.until(r"uid=0\(root\)", question, "Not approved yet") == 0:
            break
    terminal.close()


def _set_utf8(terminal, on):
    settings = termios.tcgetattr(terminal.child.child_fd)
    settings[0] = settings[0] | IUTF8 if on else settings[0] & ~IUTF8
    termios.tcsetattr(terminal.child.child_fd, termios.TCSANOW, settings)


def _over_ssh(rig, person):
    terminal = login.Ssh(rig, person)
    text = terminal.challenge().text
    terminal.close()
    return text


@contextlib.contextmanager
def _qr(word):
    with host.Kept(host.CONF) as conf:
        conf.write_text(f"qr = {word}\n")
        yield


@contextlib.contextmanager
def _own(person):
    folder = pathlib.Path(f"/home/{person}/.config/ssoorg")
    folder.mkdir(parents=True, exist_ok=True)
    for path in (folder, folder.parent):
        _give(path, person)
    yield folder / "qr"
    _remove(folder / "qr")


def _give(path, person):
    uid, gid = map(int, host.in_passwd(person)[2:4])
    os.chown(path, uid, gid, follow_symlinks=False)


def _remove(path):
    if path.is_dir() and not path.is_symlink():
        path.rmdir()
    else:
        path.unlink(missing_ok=True)


def _link(path, person):
    other = path.parent / "other"
    other.write_text("never\n")
    _give(other, person)
    path.symlink_to(other)
    _give(path, person)


def _fifo(path, person):
    os.mkfifo(path)
    _give(path, person)


def _socket(path, person):
    with socket.socket(socket.AF_UNIX) as made:
        made.bind(str(path))
    _give(path, person)


def _folder(path, person):
    path.mkdir()
    _give(path, person)


def _others(path, person):
    path.write_text("never\n")  # root's, and readable
    path.chmod(0o644)


def _nonsense(path, person):
    path.write_text("sometimes\n")
    _give(path, person)


def _long(path, person):
    path.write_text("never" * 100 + "\n")
    _give(path, person)


def _empty(path, person):
    path.write_text("")
    _give(path, person)
