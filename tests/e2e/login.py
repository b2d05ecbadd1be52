"""A person at a terminal: OpenSSH's client, or login on a console."""
import fcntl
import os
import re
import subprocess
import sys
import time

import pexpect

import check

URL = re.compile(r"https://(?:localhost|[a-z]+\.fleet\.test):\d+/\S+")
CODE = re.compile(r"(?<![=\w-])[B-DF-HJ-NP-TV-XZ]{4}-[B-DF-HJ-NP-TV-XZ]{4}(?![\w-])")
PASSWORD = re.compile(r"[Pp]assword[^\n]*: ?$")
TIOCGPTN = 0x80045430  # ioctl_tty(2): the number of the other end
ROUNDS = 50
ONCE_MORE = ("Not approved yet", "Press Return to begin session")
QUIET_S = 0.25  # within which a program on a fast machine has said all it has to say
BEATS = 5  # of a program that does nothing, on one that is slow or busy
AGAIN_S = 1.2  # until Enter is pressed again: the next poll has been by then, as a rule


def beat():
    """How long this machine, as busy as it is now, takes to run a program that does nothing."""
    start = time.monotonic()
    subprocess.run(["/bin/true"], check=True)
    return time.monotonic() - start


class Challenge:
    """One sign-in prompt: its words, the address and the code in it."""

    def __init__(self, text):
        self.text = text
        self.url = URL.search(text).group(0)
        self.code = CODE.search(text).group(0)


class Terminal:
    """A program on a pseudo-terminal, as the person sees it."""

    def __init__(self, command, arguments, env=None):
        self.child = pexpect.spawn(command, arguments, encoding="utf-8", codec_errors="replace",
                                   timeout=check.HANG_S, echo=True, dimensions=(50, 200), env=env)
        self.child.delaybeforesend = 0.02
        self.text = ""

    def _take(self):
        after = self.child.after if isinstance(self.child.after, str) else ""
        seen = (self.child.before or "") + after
        self.text += seen
        return seen

    def _more(self, last=None):
        """What else is written until the last of it is there, or before it goes quiet."""
        while not (last and self.text.endswith(last)) and self.child.expect(
                [pexpect.TIMEOUT, pexpect.EOF, r".+"], timeout=max(QUIET_S, BEATS * beat())) == 2:
            self._take()

    def until(self, *patterns, seconds=check.HANG_S):
        """Reads until one of the patterns is there and says which, or fails."""
        found = self.child.expect([*patterns, pexpect.EOF, pexpect.TIMEOUT], timeout=seconds)
        self._take()
        if found >= len(patterns):
            how = "ended" if found == len(patterns) else "waits"
            wanted = " or ".join(p if isinstance(p, str) else p.pattern for p in patterns)
            raise check.Failed(f"the terminal {how} without /{wanted}/: {check.shown(self.text)}")
        return found

    def challenge(self):
        start = len(self.text)
        self.until(CODE)
        self._more("Press Enter when you have approved it there: ")
        return Challenge(self.text[start:])

    def password_prompt(self):
        start = len(self.text)
        self.until(PASSWORD)
        return self.text[start:].splitlines()[-1]

    def send(self, line=""):
        self.child.sendline(line)

    def enter_until(self, *patterns):
        """Presses Enter once at each prompt, until one of the patterns is there; says which."""
        for _ in range(ROUNDS):
            self.send()
            found = self.until(*patterns, *ONCE_MORE)
            if found < len(patterns):
                return found
        raise check.Failed(f"no end to the prompts: {check.shown(self.text)}")

    def end(self, enter=True):
        """Presses Enter at each prompt until the program ends; gives its words."""
        stop = time.monotonic() + check.HANG_S
        while time.monotonic() < stop:
            if enter:
                self.send()
            found = self.child.expect([pexpect.EOF, pexpect.TIMEOUT], timeout=AGAIN_S)
            if found == 0:
                self._take()
                self.child.close()
                return self.text
        self._take()
        self.close()
        raise check.Failed(f"no end after {check.HANG_S} s: {check.shown(self.text)}")

    @property
    def status(self):
        return self.child.exitstatus

    def close(self):
        try:
            self.child.close(force=True)
        except pexpect.ExceptionPexpect:  # it is killed, and a busy machine takes longer than pexpect waits
            self.child.wait()


def ssh_arguments(rig, login, sshd=None, method="keyboard-interactive", key=None, options=()):
    sshd = sshd or rig.sshd
    words = ["-F", "/dev/null", "-p", str(sshd.port), "-l", login,
             "-o", f"PreferredAuthentications={method}", "-o", "StrictHostKeyChecking=yes",
             "-o", f"UserKnownHostsFile={rig.folder}/known_hosts", "-o", "LogLevel=INFO",
             "-o", "GlobalKnownHostsFile=/dev/null", "-o", "IdentityAgent=none"]
    words += ["-o", "IdentitiesOnly=yes", "-i", str(key)] if key else ["-o", "PubkeyAuthentication=no"]
    return words + list(options) + ["127.0.0.1"]


SAY_WHO = "echo BEGIN; id; pwd; echo HOME=$HOME; env | grep SSOORG; echo END"


class Ssh(Terminal):
    """ssh LOGIN@host COMMAND; with shell=True a shell on a terminal instead."""

    def __init__(self, rig, login, command=SAY_WHO, shell=False, env=None, **how):
        arguments = ssh_arguments(rig, login, **how)
        super().__init__("ssh", arguments if shell else arguments + [command], env=env)


def signed_in(text):
    return re.search(r"^BEGIN\r?$.*^END\r?$", text, re.MULTILINE | re.DOTALL) is not None


def sign_in(rig, login, person=None, command=SAY_WHO, **how):
    """A whole sign-in, approved by the person; gives back the terminal."""
    terminal = Ssh(rig, login, command, **how)
    rig.idp.approve(terminal.challenge(), person or login)
    terminal.end()
    return terminal


def signs_in(rig, login, person=None, **how):
    """As sign_in, and it must succeed; gives back what the session said."""
    terminal = sign_in(rig, login, person, **how)
    check.that(signed_in(terminal.text), f"{login} is not signed in: {check.shown(terminal.text)}")
    return terminal.text


def open_session(rig, login, person=None, **how):
    """An interactive shell that stays open."""
    terminal = Ssh(rig, login, shell=True, **how)
    rig.idp.approve(terminal.challenge(), person or login)
    terminal.enter_until(r"[$#] $")
    return terminal


def shell_of(rig, terminal, person):
    """Goes on until a shell asks for a command; gives back what was shown until then."""
    rig.idp.approve(terminal.challenge(), person)
    terminal.enter_until(r"[$] $")
    terminal.close()
    return terminal.text


LINK = re.compile(r"type the password of account [^:]*: ")


def beside_password(rig, login, person, password, idp=None):
    """A sign-in that is asked for the account's own password (S8) and gets this one; gives back all that was said."""
    terminal = Ssh(rig, login)
    if terminal.until(CODE, PASSWORD) == 1:
        terminal.send()
        terminal.until(CODE)
    terminal._more()
    (idp or rig.idp).approve(Challenge(terminal.text), person)
    terminal.enter_until(LINK)
    terminal.send(password)
    return terminal.end()


def is_refused(rig, login, person=None, words=None, **how):
    """As sign_in, and it must not succeed; words are what the person is told."""
    terminal = sign_in(rig, login, person, **how)
    check.that(not signed_in(terminal.text), f"{login} got in: {check.shown(terminal.text)}")
    if words:
        check.contains(terminal.text, words, f"what {login} is told")
    return terminal.text


def is_declined(rig, terminal):
    """A sign-in that somebody declines at the code; gives back what the client shows."""
    rig.idp.answer(terminal.challenge(), "alice@acme.test", "abort")
    return terminal.end()


def is_told(rig, login, **how):
    """What somebody is told who is refused before any prompt."""
    terminal = Ssh(rig, login, **how)
    terminal.child.expect([pexpect.EOF, pexpect.TIMEOUT], timeout=check.HANG_S)
    terminal._take()
    terminal.close()
    check.that(not signed_in(terminal.text), f"{login} got in: {check.shown(terminal.text)}")
    return terminal.text


def open_by_password(rig, login, password):
    """An interactive shell that stays open, after a password at the first prompt."""
    terminal = Ssh(rig, login, shell=True)
    terminal.password_prompt()
    terminal.send(password)
    terminal.until(r"[$#] $")
    return terminal


def by_password(rig, login, password, command=SAY_WHO, **how):
    """A login that types a password at the first prompt and nothing after it."""
    terminal = Ssh(rig, login, command, **how)
    prompt = terminal.password_prompt()
    terminal.send(password)
    terminal.child.expect(["END", "denied", "assword[^\n]*: ", CODE, pexpect.EOF, pexpect.TIMEOUT])
    terminal._take()
    terminal._more()
    terminal.close()
    return prompt, terminal.text


def console(columns=200):
    """/bin/login, which asks for a name. Debian 13's closes its terminal and hangs it up before: the other end stays open
    so long."""
    terminal = Terminal("/bin/login", [])
    terminal.child.setwinsize(50, columns)
    number = fcntl.ioctl(terminal.child.child_fd, TIOCGPTN, bytes(4))
    held = os.open(f"/dev/pts/{int.from_bytes(number, sys.byteorder)}", os.O_RDWR | os.O_NOCTTY)
    try:
        terminal.until("login: ")
    finally:
        os.close(held)
    return terminal


def console_as(name):
    """The same, where somebody has given this name."""
    terminal = console()
    terminal.send(name)
    return terminal


def shell_at_console(rig, person):
    return shell_of(rig, console_as(person), person)


def at_console(name, password):
    """A login by password with /bin/login; gives back what id said, if it came so far."""
    terminal = console()
    terminal.send(name)
    terminal.password_prompt()
    terminal.send(password)
    if terminal.until(r"[$] $", "incorrect", "Too many", "Permission denied") == 0:
        terminal.send("id; echo IS-END")
        terminal.until(r"\nIS-END|\rIS-END")
        terminal.send("exit")
    terminal._more()
    terminal.close()
    return terminal.text
