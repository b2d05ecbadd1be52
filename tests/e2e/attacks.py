"""What attackers do, and whom they do it to."""
import json
import os
import pathlib
import subprocess

import check
import host
import login
import orgs
import processes
import provider
from delegates import world

PASSWORD = "attacked-Lantern-58-walnut"
OTHER = "impostor-Walnut-31-kettle"


def operator_in(rig, name):
    """A local user of group sudo whom root maps into delta."""
    org, email = rig.orgs.delta(), rig.person("delta.test")
    host.add_local_user(name, PASSWORD)
    processes.must("usermod", "-aG", "sudo", name)
    host.ssoctl("member", "add", org, email, "--local-user", name)
    rig.secrets.add(PASSWORD)
    return org, name, email


def as_owner(rig, org, *words, stdin=""):
    """ssoctl through sudo by the org's owner, whose session opened it."""
    here = world(rig)
    row = host.listed("org", "show", org)
    return here.run_as(orgs.owner(org), [row["gid"], row["admins_gid"]], "sudo", "-n", "ssoctl", *words, stdin=stdin)


def evil(rig):
    if not hasattr(rig, "evil"):
        rig.evil = rig.serve(provider.Provider(rig.folder, "--interval", "1"))
    return rig.evil


def restore(rig, org):
    host.connect(org, "--issuer", rig.idp.issuer, "--client-id", "ssoorg", "--ca-file", rig.ca,
                 "--auth", "none", "--scopes", "openid email profile")


def taken_by_code(rig, org, victim):
    """Somebody else types the invite's code, and plants what they like."""
    code = json.loads(host.ssoctl("invite", "create", org, victim, "--json").out)["code"]
    rig.secrets.update((code, OTHER))
    terminal = login.Ssh(rig, victim)
    terminal.password_prompt()
    terminal.send(code)
    terminal.until("choose a password: ")
    terminal.send()
    for prompt in ("New password: ", "New password again: "):
        terminal.until(prompt)
        terminal.send(OTHER)
    check.that(login.signed_in(terminal.end(enter=False)), f"the code was not taken: {check.shown(terminal.text)}")
    home = pathlib.Path("/home", victim)
    (home / ".ssh").mkdir(mode=0o700, exist_ok=True)
    (home / ".ssh/authorized_keys").write_text("ssh-ed25519 AAAA impostor\n")
    return victim


def leaves_everything(person, uid):
    """A start-up file, a crontab and a process of the account."""
    home = pathlib.Path("/home", person)
    (home / ".bashrc").write_text("echo OWNED\n")
    crontab = pathlib.Path("/var/spool/cron/crontabs", person)
    crontab.parent.mkdir(parents=True, exist_ok=True)
    crontab.write_text("* * * * * true\n")
    for path in (home / ".bashrc", crontab):
        os.chown(path, uid, uid)
    process = subprocess.Popen(["sleep", "600"], user=uid, group=uid, extra_groups=[], cwd=home)
    check.soon(lambda: pathlib.Path(f"/proc/{process.pid}").stat().st_uid == uid, "no process of the account")
    return process


def through(rig, name, idp=None, person=None):
    """A sign-in through a provider, wherever a password is offered too."""
    terminal = login.Ssh(rig, name)
    if terminal.until(login.CODE, login.PASSWORD) == 1:
        terminal.send()
        terminal.until(login.CODE)
    terminal._more()
    (idp or rig.idp).approve(login.Challenge(terminal.text), person or name)
    return terminal.end()
