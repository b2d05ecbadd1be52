"""The orgs of a run, each made when the first test asks for it."""
import host
import login

OWNER_PASSWORD = "correct-Horse-battery-9-staple"
BY_HAND = "made for a test run"


class Orgs:
    def __init__(self, rig):
        self.rig = rig
        self.made = {}

    def _once(self, name, make):
        """Makes it once; what went wrong then goes wrong for each test that needs it."""
        if name not in self.made:
            try:
                self.made[name] = (make(), None)
            except Exception as error:  # told again to each test that needs the org
                self.made[name] = (None, error)
        value, error = self.made[name]
        if error:
            raise type(error)(f"org {name} could not be made: {error}")
        return value

    def create(self, slug, domain, provisioning, idp=None, client="ssoorg", *more):
        return self.create_with(slug, domain, provisioning, "--issuer", (idp or self.rig.idp).issuer, "--client-id",
                                client, "--ca-file", self.rig.ca, *(more or ("--auth", "none")))

    def create_with(self, slug, domain, provisioning, *connection):
        """An org whose connection is what these words of `idp set` say."""
        host.ssoctl("org", "create", slug, "--name", slug.title(), "--owner", owner(slug))
        host.set_password(owner(slug), OWNER_PASSWORD)
        self.rig.secrets.add(OWNER_PASSWORD)
        host.ssoctl("idp", "set", slug, *connection)
        host.ssoctl("domain", "add", slug, domain)
        host.ssoctl("domain", "verify", slug, domain, "--by-hand", BY_HAND)
        if provisioning != "invite-only":
            host.ssoctl("provisioning", "set", slug, provisioning)
        return slug

    def bare(self, slug):
        """An org with nothing but its owner."""
        return self._once(slug, lambda: self._make_bare(slug))

    @staticmethod
    def _make_bare(slug):
        host.ssoctl("org", "create", slug, "--name", slug.title(), "--owner", owner(slug))
        return slug

    def acme(self):
        """acme.test under jit, enforcing: the org of most tests."""
        return self._once("acme", self._make_acme)

    def acme_afresh(self):
        """The same, with nothing counted of the sign-ins that other tests have given up."""
        org = self.acme()
        for row in host.listed("throttle", "list"):
            host.ssoctl("throttle", "clear", row["subject"])
        return org

    def _make_acme(self):
        self.create("acme", "acme.test", "jit")
        self.enforce("acme", self.rig.person("acme.test"))
        return "acme"

    def enforce(self, slug, person):
        """E2 wants a sign-in through the connection and one of the owner first."""
        login.signs_in(self.rig, person)
        login.by_password(self.rig, owner(slug), OWNER_PASSWORD)
        host.ssoctl("enforcement", "set", slug, "domains", "--yes")

    def at_zoo(self, provider, *connection):
        """An org under jit whose provider is this one of the zoo."""
        slug = f"zoo-{provider}"
        return self._once(slug, lambda: self.create_with(slug, f"{provider}.people.test", "jit", *connection))

    def beta(self):
        """beta.test, invite-only, nothing enforced."""
        return self._once("beta", lambda: self.create("beta", "beta.test", "invite-only"))

    def gamma(self):
        """gamma.test under jit, nothing enforced."""
        return self._once("gamma", lambda: self.create("gamma", "gamma.test", "jit"))

    def delta(self):
        """delta.test under jit: the org of one test that turns its settings."""
        return self._once("delta", lambda: self.create("delta", "delta.test", "jit"))

    def gated(self):
        """gated.test under jit: lets in by groups of the provider while a test says so."""
        return self._once("gated", lambda: self.create("gated", "gated.test", "jit"))

    def moving(self):
        """moving.test under jit, whose connection is changed and changed back."""
        return self._once("moving", lambda: self.create("moving", "moving.test", "jit"))

    def sole(self):
        """sole.test, invite-only, which takes no test's enforcement for granted."""
        return self._once("sole", self._make_sole)

    def _make_sole(self):
        self.create("sole", "sole.test", "invite-only")
        person = self.rig.person("sole.test")
        host.ssoctl("invite", "create", "sole", person)
        self.enforce("sole", person)
        host.ssoctl("enforcement", "set", "sole", "off", "--yes")
        return "sole"

    def open(self):
        """An org without a domain and without a connection, whose members come by code."""
        return self._once("open", self._make_open)

    def _make_open(self):
        host.ssoctl("org", "create", "open", "--name", "Open", "--owner", owner("open"))
        host.set_password(owner("open"), OWNER_PASSWORD)
        return "open"

    def slow(self):
        """slow.test, whose codes expire after four seconds."""
        return self._once("slow", lambda: self.create("slow", "slow.test", "jit", None, "ssoorg-slow"))

    def elliptic(self):
        return self._once("elliptic", lambda: self.create(
            "elliptic", "elliptic.test", "jit", None, "ssoorg-es256"))

    def userinfo(self):
        """info.test, whose provider names the email in userinfo only."""
        return self._once("info", lambda: self.create("info", "info.test", "jit", self.rig.conforming()))

    def with_secret(self, slug, method):
        return self._once(slug, lambda: self._make_with_secret(slug, method))

    def with_key(self, slug):
        """An org whose client signs with its private key."""
        return self._once(slug, lambda: self.create(
            slug, f"{slug}.test", "jit", None, f"ssoorg-{slug}",
            "--private-key-file", self.rig.folder / f"ssoorg-{slug}.pem"))

    def _make_with_secret(self, slug, method):
        secret = self.rig.client_secret(f"ssoorg-{slug}")
        path = self.rig.folder / f"{slug}.secret"
        path.touch(mode=0o600)
        path.write_text(secret + "\n")
        return self.create(slug, f"{slug}.test", "jit", None, f"ssoorg-{slug}",
                            "--auth", method, "--client-secret-file", path)


def owner(slug):
    return "boss@example.org" if slug == "acme" else f"boss-{slug}@example.org"
