"""The first day: from the packages to the first sign-in, by what an admin types."""
import pathlib
import re
import struct
import time

import boots
import check
import host
import login
import orgs
import system
from name_server import NameServer

MOST_COMMANDS = 5
GUARD_S = 1200  # against hanging; five minutes is what it may take anybody, and says nothing about a machine that is busy
DOMAIN, ADMIN, PERSON = "acme.test", "p3@acme.test", "p1@acme.test"
TXT = 16


class Zone(NameServer):
    """Also texts, which its `known` has by name."""

    def _answer(self, query):
        answer = super()._answer(query)
        name, kind = self.asked[-1]
        texts = self.known.get(name, ())
        if kind != TXT or not texts:
            return answer
        records = b"".join(struct.pack("!HHHIHB", 0xc00c, TXT, 1, 1, len(text) + 1, len(text)) + text.encode() for text in texts)
        return answer[:2] + struct.pack("!HHHHH", 0x8180, 1, len(texts), 0, 0) + answer[12:] + records


class Resolver:
    """The host asks the zone's server."""

    def __init__(self, zone):
        self.path = pathlib.Path("/etc/resolv.conf")
        self.zone = zone

    def __enter__(self):
        self.before = self.path.read_bytes() if self.path.exists() else None
        self.path.unlink(missing_ok=True)
        self.path.write_text(f"nameserver {self.zone.address}\n")

    def __exit__(self, *exc):
        self.path.unlink()
        if self.before is not None:
            self.path.write_bytes(self.before)


def _answers(walk, question, answer=""):
    walk.until(question)
    walk.send(answer)


def _is_walked(here, zone):
    """ssoctl setup, as somebody answers who has a provider, its CA's certificate, and the domain's zone at hand."""
    password = orgs.OWNER_PASSWORD
    walk = login.Terminal("ssoctl", list(here.types("ssoctl", "setup")[1:]))
    _answers(walk, r"Name of the organization:", "Acme")
    _answers(walk, r"Short name, also of its Unix group \[acme\]:")
    _answers(walk, r"Email address of its owner:", orgs.owner("acme"))
    _answers(walk, r"assword[^\n]*: $", password)
    _answers(walk, r"Once more: ", password)
    _answers(walk, r"Which provider, or its issuer URL:", here.idp.issuer)
    _answers(walk, r"The client's id:", "ssoorg")
    _answers(walk, r"CA's certificate[^\n]*:", str(here.ca))
    _answers(walk, r"secret [^\n]*: $")
    _answers(walk, r"Domain \[example\.org\]:", DOMAIN)
    walk.until(r"Enter looks the record up[^\n]*:")
    record = re.search(rf"(_ssoorg-verify\.{re.escape(DOMAIN)})\b.*?(ssoorg-verify=\w+)", walk.text, re.DOTALL)
    check.that(record, f"no record is shown: {check.shown(walk.text)}")
    zone.known[record.group(1)] = [record.group(2)]
    walk.send()
    _answers(walk, rf"May everybody at {re.escape(DOMAIN)} come[^\n]*\[y/N\]:", "y")
    _answers(walk, r"Sign in through it now[^\n]*\[Y/n\]:")
    walk.until(r"Open (\S+) and enter the code (\S+)")
    here.idp.approve(login.Challenge(walk.text[walk.text.rindex("Open "):]), ADMIN)
    _answers(walk, r"Have this host ask ssoorg now \[Y/n\]:")
    walk.until(r"Now, elsewhere")
    walk.end(enter=False)
    check.equal(walk.status, 0, f"exit status of setup ({check.shown(walk.text)})")


def the_first_login_takes_at_most_five_commands(here):
    """They are counted from the first apt-get on, by what was run."""
    here.start_provider()
    with Zone({}) as zone, Resolver(zone):
        _is_walked(here, zone)
    check.soon(here.listens, "sshd does not listen after it was wired")
    here.types("ssh", f"{PERSON}@127.0.0.1")
    said = login.signs_in(here, PERSON)
    took = time.time() - here.kept["began"]
    check.contains(said, rf"uid=(\d+)\({re.escape(PERSON)}\)", "id")
    here.types("ssh", "root@127.0.0.1")
    here.types("ssoctl", "host", "confirm")
    check.contains(boots.confirms(here), "confirmed: the host stays as it is", "what is said")
    typed = here.kept["typed"]
    print(f"   the first login took {len(typed)} commands and {took:.0f} s: {'; '.join(typed)}", flush=True)
    check.that(len(typed) <= MOST_COMMANDS, f"{len(typed)} commands: {typed}")
    check.that(took < GUARD_S, f"it took {took:.0f} s")
    here.kept["wired"] = system.contents()
    here.kept["alice"] = host.in_passwd(PERSON)[2]
    check.that("/etc/ssh/sshd_config.d/10-ssoorg.conf" in system.changed(here.kept["stock"], here.kept["wired"]), "sshd is not wired")
