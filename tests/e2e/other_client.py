"""paramiko, a client that shares no code with OpenSSH's."""
import logging
import time

import paramiko

import check
import login

SECONDS = 15
MOST_ROUNDS = 40

# What goes wrong is said by the tests; paramiko would say it once more.
logging.getLogger("paramiko").setLevel(logging.CRITICAL + 1)


class Prompt:
    def __init__(self, text, echo):
        self.text = text
        self.echo = echo


class Rounds:
    """How long each round of prompts took to come."""

    def __init__(self):
        self.pauses = []
        self._last = time.monotonic()

    def came(self):
        now = time.monotonic()
        self.pauses.append(now - self._last)

    def answered(self):
        self._last = time.monotonic()


class Stop(Exception):
    """The test has seen enough."""


def connect(rig, sshd=None):
    transport = paramiko.Transport(("127.0.0.1", (sshd or rig.sshd).port))
    transport.banner_timeout = transport.auth_timeout = SECONDS * 2
    transport.start_client(timeout=SECONDS)
    return transport


def _session(transport):
    channel = transport.open_session(timeout=SECONDS)
    channel.exec_command(login.SAY_WHO)
    return channel.makefile().read().decode()


def sign_in(rig, name, person, approve_in_round=1, rounds=None):
    """A whole sign-in; gives back what the session says, and all prompts."""
    rounds = rounds or Rounds()
    prompts = []

    def answer(title, words, fields):
        rounds.came()
        prompts.extend(Prompt(text, echo) for text, echo in fields)
        check.that(len(rounds.pauses) <= MOST_ROUNDS, "no end to the prompts")
        if fields and len(rounds.pauses) == approve_in_round:
            rig.idp.approve(login.Challenge(prompts[0].text), person)
        rounds.answered()
        return ["" for _ in fields]

    transport = connect(rig)
    try:
        rounds.answered()
        transport.auth_interactive(name, answer)
        return _session(transport), prompts
    except paramiko.SSHException as error:
        raise check.Failed(f"paramiko: {error}") from error
    finally:
        transport.close()


def first_prompts(rig, name):
    """The first round of prompts, after which the client goes away."""
    prompts = []

    def answer(title, words, fields):
        prompts.extend(Prompt(text, echo) for text, echo in fields)
        raise Stop

    transport = connect(rig)
    try:
        transport.auth_interactive(name, answer)
    except (Stop, paramiko.SSHException):
        pass
    finally:
        transport.close()
    return prompts


def with_password_method(rig, name, password):
    """ssh's own "password" method; whether it let in, and after how long."""
    transport = connect(rig)
    start = time.monotonic()
    try:
        transport.auth_password(name, password, fallback=False)
        return True, time.monotonic() - start
    except paramiko.SSHException:
        return False, time.monotonic() - start
    finally:
        transport.close()


def with_key(rig, name, path):
    """A login by key alone: whether a session really opens, and what it says."""
    transport = connect(rig)
    try:
        transport.auth_publickey(name, paramiko.Ed25519Key.from_private_key_file(str(path)))
        text = _session(transport)
        return "END" in text, text
    except (paramiko.SSHException, EOFError) as error:
        return False, str(error)
    finally:
        transport.close()
