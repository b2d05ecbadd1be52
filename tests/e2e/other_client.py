"""Clients that share no code with OpenSSH's: paramiko, plink, dbclient; and OpenSSH's without a terminal."""
import logging
import os
import signal
import subprocess
import time

import paramiko

import check
import login
import processes

SECONDS = check.HANG_S
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


def sign_in(rig, name, person, approve_in_round=1, rounds=None, answer_with=""):
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
        return [answer_with for _ in fields]

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


def with_key(rig, name, path, sshd=None):
    """A login by key alone: whether a session really opens, and what it says."""
    transport = connect(rig, sshd)
    try:
        transport.auth_publickey(name, paramiko.Ed25519Key.from_private_key_file(str(path)))
        text = _session(transport)
        return "END" in text, text
    except (paramiko.SSHException, EOFError) as error:
        return False, str(error)
    finally:
        transport.close()


def environment(rig, locale="C.UTF-8"):
    """A home of its own, where clients keep what they know of hosts, and nobody who could ask for them."""
    return {"HOME": str(rig.folder), "PATH": os.environ["PATH"], "TERM": "xterm", "LC_ALL": locale}


def plink_arguments(rig, name, *options, program="plink"):
    key = processes.must("ssh-keygen", "-lf", rig.folder / "host_key.pub").out.split()[1]
    protocol = ["-ssh"] if program == "plink" else ["-scp"]
    return protocol + ["-P", str(rig.sshd.port), "-l", name, "-hostkey", key, "-noagent", *options]


def dbclient_arguments(rig, name, *options):
    return ["-y", "-y", "-p", str(rig.sshd.port), "-l", name, *options]


def terminal(rig, program, name, command=login.SAY_WHO, locale="C.UTF-8"):
    """plink or dbclient on a terminal, for a command or, without one, a shell; goes on as with login.Ssh."""
    arguments = {"plink": plink_arguments, "dbclient": dbclient_arguments}[program]
    words = [*arguments(rig, name), "127.0.0.1", *([command] if command else [])]
    return login.Terminal(program, words, env=environment(rig, locale))


class Unattended:
    """A client in a session without a terminal, as cron would start it; its input is empty."""

    def __init__(self, rig, *command):
        self.start = time.monotonic()
        self.process = subprocess.Popen(
            [str(word) for word in command], env=environment(rig), stdin=subprocess.DEVNULL, text=True,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, errors="replace", start_new_session=True)
        self.text = ""
        self.seconds = None

    @property
    def status(self):
        return self.process.returncode

    def wait(self, seconds):
        """Whether it has ended by itself so many seconds after its start."""
        left = max(0.1, self.start + seconds - time.monotonic())
        try:
            self.text = self.process.communicate(timeout=left)[0]
            self.seconds = time.monotonic() - self.start
            return True
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.text = self.process.communicate()[0]
            return False


def ssh_command(rig, name, *options):
    """This and those below: whole commands that an Unattended may run."""
    return ["ssh", *login.ssh_arguments(rig, name, options=options), "id"]


def scp_options(rig, *options):
    words = login.ssh_arguments(rig, "", options=options)[:-1]
    del words[words.index("-l"):words.index("-l") + 2]
    words[words.index("-p")] = "-P"
    return words


def sftp_command(rig, name, *options):
    return ["sftp", *scp_options(rig, *options), f"{name}@127.0.0.1"]


def scp_command(rig, name, *options):
    return ["scp", *scp_options(rig, *options), "/etc/hostname", f"{name}@127.0.0.1:carried"]


def plink_batch_command(rig, name):
    return ["plink", *plink_arguments(rig, name, "-batch"), "127.0.0.1", "id"]


def pscp_batch_command(rig, name):
    arguments = plink_arguments(rig, name, "-batch", program="pscp")
    return ["pscp", *arguments, "/etc/hostname", "127.0.0.1:carried"]


def dbclient_command(rig, name):
    return ["dbclient", *dbclient_arguments(rig, name), "127.0.0.1", "id"]
