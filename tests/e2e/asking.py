"""An org whose provider can be asked again about its people (K9), and their keys."""
import contextlib
import re
import signal

import check
import host
import keys
import login
import provider


class Asked:
    """An org whose provider, of its own, gives refresh tokens; each test's person has signed in and has a key."""

    def __init__(self, rig, org, home):
        self.rig = rig
        self.org = org
        self.home = home
        self.idp = rig.serve(provider.Provider(rig.folder, "--interval", "1"))
        rig.orgs.create(org, home, "jit", self.idp, "ssoorg-offline")
        host.ssoctl("idp", "set", org, "--offline", "yes", "--now")

    def person(self):
        person = self.rig.person(self.home)
        self.sign_in(person)
        return person, keys.give_key(self.rig, person)

    def sign_in(self, person):
        terminal = login.Ssh(self.rig, person)
        self.idp.approve(terminal.challenge(), person)
        terminal.end()
        check.that(login.signed_in(terminal.text), f"{person} is not signed in: {check.shown(terminal.text)}")

    def by_key(self, person, key):
        return keys.by_key(self.rig, person, key)

    def lets_in(self, person, key, what):
        text = self.by_key(person, key)
        check.that(login.signed_in(text), f"{what}: {check.shown(text)}")

    def refuses(self, person, key, pattern, what):
        text = self.by_key(person, key)
        check.that(not login.signed_in(text), f"{what}: got in")
        check.contains(text, pattern, what)

    def asked(self, person):
        return host.members(self.org)[person]["asked"]

    @contextlib.contextmanager
    def setting(self, key, value, afterwards):
        host.ssoctl("org", "set", self.org, f"{key}={value}")
        try:
            yield
        finally:
            host.ssoctl("org", "set", self.org, f"{key}={afterwards}")

    def live(self, value="live"):
        return self.setting("keys", value, "default")

    @contextlib.contextmanager
    def hung(self):
        """Its provider answers nothing meanwhile."""
        self.idp.process.send_signal(signal.SIGSTOP)
        try:
            yield
        finally:
            self.idp.process.send_signal(signal.SIGCONT)


def of(rig, org, home):
    return rig.orgs._once(org, lambda: Asked(rig, org, home))


def guest_of(rig, both):
    """Somebody whom no org governs, and who has signed in through the providers of these two."""
    guest = rig.person("guests.test")
    for there in both:
        host.ssoctl("member", "add", there.org, guest)
        host.ssoctl("identity", "link", guest, "--org", there.org, "--subject", "s-" + guest.replace("@", "-"))
    for there in both:
        terminal = login.Ssh(rig, guest)
        terminal.until(r"Number \[1\]: ")
        terminal.send(re.search(rf"(\d)\) [^\n]*\({there.org}\)", terminal.text).group(1))
        there.idp.approve(terminal.challenge(), guest)
        terminal.end()
        check.that(login.signed_in(terminal.text), f"not signed in through {there.org}: {check.shown(terminal.text)}")
    return guest
