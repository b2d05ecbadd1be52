#!/usr/bin/python3
"""The demo: one org, one provider, one sshd, and a login through all three.

Runs inside tests/namespace, started by tests/demo.
"""
import os
import pathlib
import re
import socket
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import check  # noqa: E402
import host  # noqa: E402
import login  # noqa: E402
import rig as rigs  # noqa: E402

PORT = 8443
PERSON = "alice@acme.test"
DRAWN = "-" * 72

WELCOME = """
{line}
This is your own machine in a copy that is thrown away when you are done.

  organization   acme, with the domain acme.test; whoever its provider
                 knows there may come in, nobody has an account yet
  provider       {issuer}
  host           {host}, sshd on 127.0.0.1 port {port}

The next thing you see is a login over ssh. It shows an address and a code.
Open the address in a browser on this machine. The browser will warn you once:
the certificate is as old as this demo. Pick a person, approve, come back here
and press Enter. (Browser elsewhere? First, there:
ssh -L {idp_port}:localhost:{idp_port} THIS-MACHINE)
{line}
"""


def port_or_any(wanted):
    with socket.socket() as probe:
        try:
            probe.bind(("127.0.0.1", wanted))
        except OSError:
            return 0
    return wanted


def set_up(rig):
    rig.start("--interval", "2", port=port_or_any(PORT))
    rig.orgs.create("acme", "acme.test", "jit")


def show_state():
    for words in (("member", "list", "acme"), ("audit", "acme")):
        print(f"\n# ssoctl {' '.join(words)}")
        print(host.ssoctl(*words).out.rstrip())


def log_in(rig, person):
    arguments = login.ssh_arguments(rig, person)
    print(f"\n$ ssh -p {rig.sshd.port} {person}@127.0.0.1\n", flush=True)
    return subprocess.run(["ssh", *arguments], check=False).returncode


def with_a_person(rig):
    print(WELCOME.format(line=DRAWN, issuer=rig.idp.issuer, host=socket.gethostname(),
                         port=rig.sshd.port, idp_port=rig.idp.port))
    person = PERSON
    while person != "q":
        log_in(rig, person)
        show_state()
        try:
            said = input(f"\nEnter: log in as {PERSON} again; an address: log in as that; q: end  ").strip()
        except EOFError:
            said = "q"
        person = said or PERSON
    return 0


def one_login(rig):
    """A whole login on a terminal; gives back all that the terminal showed."""
    print(f"\n{DRAWN}\n$ ssh {PERSON}@127.0.0.1")
    terminal = login.Ssh(rig, PERSON, shell=True, env=dict(os.environ, TERM="dumb"))
    try:
        rig.idp.approve(terminal.challenge(), PERSON)
        terminal.enter_until(r"[$] $")
        for command in ("id", "pwd"):
            terminal.send(command)
            terminal.until(r"[$] $")
        terminal.send("exit")
        terminal.end(enter=False)
    finally:
        print(terminal.text.replace("\r", "").strip())
        print(DRAWN)
    return terminal.text


def holds(first, second):
    uid = re.search(r"uid=(\d+)", first)
    check.that(uid, "id says no uid")
    check.contains(first, rf"uid={uid.group(1)}\({re.escape(PERSON)}\) gid={uid.group(1)}\(", "id")
    check.contains(first, r"groups=\S*\(acme\)", "id")
    check.contains(first, rf"/home/{re.escape(PERSON)}", "pwd")
    check.contains(second, rf"uid={uid.group(1)}\(", "id at the second login")
    check.equal(host.members("acme")[PERSON]["source"], "sso", "the source of the membership")
    check.contains(host.ssoctl("audit", "acme").out, re.escape(PERSON), "the audit")


def by_itself(rig):
    check.that(host.in_passwd(PERSON) is None, f"{PERSON} has an account before the first login")
    first = one_login(rig)
    second = one_login(rig)
    show_state()
    holds(first, second)
    print("\ndemo: all of it held")
    return 0


def main():
    rig = rigs.Rig()
    print("demo: starting a provider and an sshd ...", flush=True)
    try:
        set_up(rig)
        return by_itself(rig) if "--auto" in sys.argv[1:] else with_a_person(rig)
    except (check.Failed, RuntimeError) as error:
        print(f"demo: {error}", file=sys.stderr)
        return 1
    finally:
        rig.stop()


if __name__ == "__main__":
    sys.exit(main())
