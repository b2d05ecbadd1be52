# SPDX-License-Identifier: Apache-2.0
"""A host of a fleet that people sign in to: sshd, PAM and a provider, and an admin host beside it."""
import atexit
import contextlib
import re

import check
import host
import login
import member
import rig as rigs

ORG, DOMAIN, BY_HAND = "acme", "acme.test", "made for a test run"
_WORLD = []


class _World:
    """WEB is this machine; ADMIN and DB have stores of their own."""

    def __init__(self, fleet):
        self.rig = rigs.Rig()
        atexit.register(self.rig.stop)
        self.rig.start("--interval", "1")
        member.make_database(fleet, "signing", "signing_owner")
        self.admin, self.db = (member.Member(fleet, name, apart=True) for name in ("admin20", "db20"))
        self.web = member.Member(fleet, "web20", own=True)
        self.admin.init("signing", "signing_owner")
        self.admin.must("org", "create", ORG, "--name", "Acme", "--owner", f"boss@{DOMAIN}")
        self.admin.must("idp", "set", ORG, "--issuer", self.rig.idp.issuer, "--client-id", "ssoorg", "--ca-file", self.rig.ca,
                        "--auth", "none")
        self.admin.must("domain", "add", ORG, DOMAIN)
        self.admin.must("domain", "verify", ORG, DOMAIN, "--by-hand", BY_HAND)
        self.admin.must("provisioning", "set", ORG, "jit")
        for one, name in ((self.web, "web20"), (self.db, "db20")):
            one.must("fleet", "join", "--bundle", self.admin.add(name, "--orgs", ORG))

    def person(self):
        return self.rig.person(DOMAIN)

    def uids(self, person):
        """The person's number on each host."""
        for one in (self.admin, self.db, self.web):
            one.sync_once()
        return [one.members(ORG)[person]["uid"] for one in (self.admin, self.db, self.web)]

    def log(self):
        return self.rig.log()


def _world(fleet):
    if not _WORLD:
        _WORLD.append(_World(fleet))
    return _WORLD[0]


@contextlib.contextmanager
def _without_engine(fleet):
    fleet.engine.end()
    try:
        yield
    finally:
        fleet.engine.begin()


def who_signs_in_for_the_first_time_has_one_number_on_all_hosts(fleet):
    w = _world(fleet)
    person = w.person()
    text = login.signs_in(w.rig, person)
    uid = int(re.search(r"uid=(\d+)", text).group(1))
    check.equal(w.uids(person), [uid] * 3, "the number on each host")
    check.equal(w.admin.members(ORG)[person]["source"], "sso", "how they came")
    check.equal(int(re.search(r"uid=(\d+)", login.signs_in(w.rig, person)).group(1)), uid, "the number at the next sign-in")
    check.equal(host.members(ORG)[person]["status"], "active", "their place")
    status = w.web.shown("fleet", "status")
    check.equal((status["behind"], status["clashes"]), (0, []), "the status")


def who_is_suspended_on_an_admin_host_is_out(fleet):
    w = _world(fleet)
    person = w.person()
    login.signs_in(w.rig, person)
    w.admin.sync_once()
    w.admin.must("member", "suspend", ORG, person)
    w.web.sync_once()
    login.is_refused(w.rig, person)
    w.admin.must("member", "resume", ORG, person)
    w.web.sync_once()
    login.signs_in(w.rig, person)


def an_invite_is_used_up_for_all_hosts_and_gives_its_role(fleet):
    w = _world(fleet)
    w.admin.must("provisioning", "set", ORG, "invite-only")
    try:
        person, stranger = w.person(), w.person()
        w.admin.must("invite", "create", ORG, person, "--role", "admin")
        w.web.sync_once()
        login.signs_in(w.rig, person)
        w.uids(person)
        for one in (w.admin, w.db, w.web):
            check.equal((one.members(ORG)[person]["role"], one.members(ORG)[person]["source"]), ("admin", "invitation"), "their place")
        check.lacks(w.admin.must("invite", "list", ORG), person, "the invite")
        login.is_refused(w.rig, stranger)
    finally:
        w.admin.must("provisioning", "set", ORG, "jit")
        w.web.sync_once()


def without_the_engine_nobody_new_comes_and_everybody_known_does(fleet):
    w = _world(fleet)
    known, new = w.person(), w.person()
    login.signs_in(w.rig, known)
    log = w.log()
    with _without_engine(fleet):
        login.is_refused(w.rig, new, words="the database that gives your place on all of this fleet's hosts cannot be reached")
        check.that(new not in host.members(ORG), "they are there all the same")
        login.signs_in(w.rig, known)
    check.contains(log.text(), rf"refused: login={re.escape(new)} .*reason=fleet-away .*127\.0\.0\.1", "what the log says")
    login.signs_in(w.rig, new)
    check.equal(len(set(w.uids(new))), 1, "the numbers of who came later")


def who_is_in_the_fleet_already_is_who_they_are_there(fleet):
    """Before this host has heard of them: sshd was told the number that they would have got here."""
    w = _world(fleet)
    person = w.person()
    w.admin.must("member", "add", ORG, person)
    login.is_refused(w.rig, person, words="please sign in once more")
    uid = w.admin.members(ORG)[person]["uid"]
    check.contains(login.signs_in(w.rig, person), rf"uid={uid}\(", "who they are")
    check.equal(set(w.uids(person)), {uid}, "their number")


def the_host_leaves_its_fleet(fleet):
    w = _world(fleet)
    w.web.must("fleet", "leave", "--yes")
    check.equal(host.listed("org", "list"), [], "the orgs of who has left")
