#!/usr/bin/python3
"""picture.py FOLDER: records the first day (setup.cast) and a login (login.cast) as asciicasts, version 2.

Runs inside tests/namespace, started by tests/picture.
"""
import json
import os
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import host  # noqa: E402
import login  # noqa: E402
import rig as rigs  # noqa: E402
import test_wiring as wiring  # noqa: E402

PERSON, OWNER = "alice@acme.test", "boss@example.org"
PASSWORD = "picture-Lantern-35-gravel"
COLUMNS, LINES = 92, 30
LONGEST_S = 1.6  # nobody watches somebody think


class Cast:
    """What a terminal shows, and when, without the waiting."""

    def __init__(self, terminal):
        self.terminal = terminal
        self.at_s = 0.0
        self.events = []
        terminal.child.setwinsize(LINES, COLUMNS)
        terminal.child.logfile_read = self

    def write(self, text):
        text = text.decode(errors="replace") if isinstance(text, bytes) else text
        self.events.append((round(self.at_s, 2), "o", text))
        self.at_s += min(LONGEST_S, 0.02 * text.count("\n") + 0.25)

    def flush(self):
        pass

    def save(self, path):
        head = {"version": 2, "width": COLUMNS, "height": LINES}
        lines = [json.dumps(head), *(json.dumps(event) for event in self.events)]
        path.write_text("\n".join([*lines, json.dumps((round(self.at_s + 3, 2), "o", ""))]) + "\n")


def shown_command(cast, line):
    cast.write(f"\x1b[1m$\x1b[0m {line}\r\n")


def first_day(rig, path):
    with wiring._unwired():
        walk = login.Terminal("ssoctl", ["setup"], env=dict(os.environ, TERM="xterm"))
        cast = Cast(walk)
        shown_command(cast, "ssoctl setup")
        answers = (("Name of the organization:", "Acme"), ("Short name", ""), ("address of its owner:", OWNER),
                   ("assword[^\n]*: $", PASSWORD), ("Once more: ", PASSWORD), ("issuer URL:", rig.idp.issuer),
                   ("client's id:", "ssoorg"), ("CA's certificate[^\n]*:", str(rig.ca)), ("secret [^\n]*: $", ""),
                   ("Domain [^\n]*:", "acme.test"))
        for question, answer in answers:
            walk.until(question)
            walk.send(answer)
        walk.until("Enter looks the record up[^\n]*:")
        host.ssoctl("domain", "verify", "acme", "acme.test", "--by-hand", "for a picture")
        walk.send("-")
        walk.until("May everybody[^\n]*:")
        walk.send("y")
        walk.until("Sign in through it now[^\n]*:")
        walk.send()
        walk.until(r"Open (\S+) and enter the code (\S+)")
        rig.idp.approve(login.Challenge(walk.text[walk.text.rindex("Open "):]), PERSON)
        walk.until("Have this host ask ssoorg now[^\n]*:")
        walk.send()
        walk.end(enter=False)
        host.ssoctl("host", "revert")
        cast.save(path)


def one_login(rig, path):
    terminal = login.Ssh(rig, PERSON, shell=True, env=dict(os.environ, TERM="xterm", LC_ALL="C.UTF-8"))
    cast = Cast(terminal)
    shown_command(cast, f"ssh {PERSON}@host")
    rig.idp.approve(terminal.challenge(), PERSON)
    terminal.enter_until(r"[$] $")
    for command in ("id", "ssoctl whoami"):
        terminal.send(command)
        terminal.until(r"[$] $")
    terminal.send("exit")
    terminal.end(enter=False)
    cast.save(path)


def main():
    folder = pathlib.Path(sys.argv[1])
    rig = rigs.Rig()
    try:
        rig.start("--interval", "1")
        first_day(rig, folder / "setup.cast")
        one_login(rig, folder / "login.cast")
    finally:
        rig.stop()


if __name__ == "__main__":
    main()
