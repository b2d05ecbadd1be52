"""Two orgs with people of every kind, who run ssoctl through sudo as their sessions would."""
import pathlib
import re

import check
import host
import processes

SUDOERS = pathlib.Path("/etc/sudoers.d")
PASSWORD = "delegate-Horse-battery-5-staple"
ANYBODY = ('Defaults!/usr/bin/ssoctl env_reset, !setenv, preserve_groups\n'
           'ALL ALL = (root) NOPASSWD: /usr/bin/ssoctl\n')
OPERATOR = "opsy"
MANAGERS = ("owner", "admin")
GUEST = "guest@alpha.example"
META_PAGES = 2 * 4096
DRY = ("--dry-run", "--yes")


class World:
    """alpha with an owner, admins and viewers, bravo with its own, and what each one's session would have of groups."""

    def __init__(self, rig):
        self.rig = rig
        self.orgs = {}
        rig.secrets.add(PASSWORD)
        for slug in ("alpha", "bravo"):
            self._make_org(slug)
        self.people = {"owner": "boss@alpha.example", "stranger": "boss@bravo.example"}
        for name, role in (("admin", "admin"), ("admin2", "admin"), ("viewer", "viewer"), ("suspended", "admin"),
                           ("locked", "admin"), ("removed", "admin"), ("guest", "viewer")):
            self.people[name] = f"{name}@alpha.example"
            host.ssoctl("member", "add", "alpha", self.people[name], "--role", role)
        host.ssoctl("member", "add", "alpha", "staff@alpha.test")
        host.ssoctl("member", "add", "bravo", "guest@bravo.example")
        host.ssoctl("member", "suspend", "alpha", self.people["suspended"])
        host.ssoctl("account", "lock", self.people["locked"])
        host.ssoctl("member", "remove", "alpha", self.people["removed"], "--yes")
        processes.must("useradd", "-m", OPERATOR)
        processes.must("usermod", "-aG", "sudo", OPERATOR)
        self.let(ANYBODY)

    def _make_org(self, slug):
        host.ssoctl("org", "create", slug, "--name", slug.title(), "--owner", f"boss@{slug}.example")
        host.ssoctl("domain", "add", slug, f"{slug}.test")
        host.ssoctl("domain", "verify", slug, f"{slug}.test", "--by-hand", "made for a test run")
        host.ssoctl("idp", "set", slug, "--issuer", self.rig.idp.issuer, "--client-id", "ssoorg",
                    "--ca-file", self.rig.ca, "--auth", "none")
        self.orgs[slug] = host.listed("org", "show", slug)

    @staticmethod
    def let(rules, name="ssoorg-test"):
        """Puts rules into sudoers, and nothing else of ours."""
        for path in SUDOERS.glob("ssoorg-*"):
            path.unlink()
        path = SUDOERS / name
        path.write_text(rules)
        path.chmod(0o440)
        processes.must("visudo", "-cq")

    def groups(self, *slugs, admins=True):
        """The groups of a session that opened these orgs."""
        keys = ("gid", "admins_gid") if admins else ("gid",)
        return [self.orgs[slug][key] for slug in slugs for key in keys]

    def run_as(self, login, groups, *command, stdin="", env=None):
        """A program as a session of this login with these groups would start it."""
        uid, gid = host.in_passwd(login)[2:4]
        listed = ",".join(map(str, [gid, *groups]))
        return processes.run("setpriv", "--reuid", uid, "--regid", gid, "--groups", listed, "--", *command,
                             stdin=stdin, env=env)

    def ssoctl(self, who, *words, stdin="", groups=None, env=None):
        """ssoctl through sudo by one of the people, whose session opened alpha."""
        if who == OPERATOR:
            return self.run_as(OPERATOR, [], "sudo", "-n", "ssoctl", *words, stdin=stdin, env=env)
        login = self.people.get(who, who)
        groups = self.groups("bravo" if who == "stranger" else "alpha") if groups is None else groups
        return self.run_as(login, groups, "sudo", "-n", "ssoctl", *words, stdin=stdin, env=env)

    def may(self, who, *words, **how):
        result = self.ssoctl(who, *words, **how)
        check.equal(result.status, 0, f"exit status of {who}: ssoctl {' '.join(words)}: {check.shown(result.text)}")
        return result

    def may_not(self, who, *words, wants=3, says="POLICY W", **how):
        """Refused, with a sentence, and nothing has changed."""
        before = stored()
        result = self.ssoctl(who, *words, **how)
        check.equal(result.status, wants, f"exit status of {who}: ssoctl {' '.join(words)}: {check.shown(result.text)}")
        check.contains(result.err, says, f"what {who} is told of ssoctl {' '.join(words)}")
        check.equal(result.out, "", f"what {who} is shown of ssoctl {' '.join(words)}")
        check.equal(stored(), before, f"the store after ssoctl {' '.join(words)} of {who}")
        return result


def into_group(group, login):
    """Into /etc/group by hand: the name has an @, and its account is not in /etc/passwd."""
    path = pathlib.Path("/etc/group")
    path.write_text(re.sub(rf"^({group}:.*?)$", lambda m: m.group(1) + ("" if m.group(1).endswith(":") else ",") + login,
                           path.read_text(), flags=re.MULTILINE))


def stored():
    """Which state the store is in: LMDB writes one of its two meta pages anew with each transaction that is committed."""
    with open(host.STORE / "data.mdb", "rb") as file:
        return file.read(META_PAGES).hex()


def world(rig):
    """Made once."""
    if not hasattr(rig, "delegates"):
        rig.delegates = World(rig)
    return rig.delegates
