"""ssoctl dump and apply: the wanted state as one document."""
import json
import pathlib
import shutil

import check
import delegates
import host
import processes
import schemas

FOLDER = pathlib.Path("/run/apply")
SECRETS = ("apply-first-secret", "apply-second-secret", "apply-mail-password")


class _Site:
    """A store of its own, with settings of its own."""

    def __init__(self, rig, name):
        self.rig = rig
        self.folder = FOLDER / name
        self.words = ("--store", self.folder / "store", "--config", self.folder / "ssoorg.conf")
        rig.secrets.update(SECRETS)

    def __enter__(self):
        FOLDER.mkdir(exist_ok=True)
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(mode=0o755)
        shutil.copy(host.CONF, self.folder / "ssoorg.conf")
        self.do("init")
        return self

    def __exit__(self, *exc):
        shutil.rmtree(self.folder)

    def do(self, *words, wants=0):
        return host.ssoctl(*words, *self.words, wants=wants)

    def dump(self):
        return self.do("dump").out

    def events(self):
        return [event["event"] for event in json.loads(self.do("audit", "--json").out)]

    def secret(self, name, text):
        path = self.folder / name
        path.touch(mode=0o600)
        path.write_text(text + "\n")
        return str(path)

    def apply(self, document, *more, wants=0):
        """The result of applying a document, beside its schema."""
        path = self.folder / "state.json"
        path.write_text(document if isinstance(document, str) else json.dumps(document))
        result = self.do("apply", path, "--json", "--yes", *more, wants=wants)
        if wants not in (0, 5):
            check.equal(result.out, "", "what is printed of a document that is refused")
            return result
        value = json.loads(result.out)
        check.equal(schemas.problems("apply", value), [], "beside the schema")
        return value

    def whole(self):
        """A document with something of every kind."""
        return {
            "format": 1,
            "orgs": [
                {"slug": "wanta", "name": "Wanta", "owner": "boss@wanta.test", "owner_login": "wantboss", "provisioning": "jit",
                 "enforcement": "off", "settings": {"invite-lifetime": "3d", "allowed-domains": ["wanta.test"], "max-members": 50},
                 "domains": [{"domain": "wanta.test", "verified_by": "hand", "reason": "made for a test run"},
                             {"domain": "claimed.wanta.test", "verified_by": None}],
                 "connection": {"issuer": self.rig.idp.issuer, "client_id": "ssoorg", "auth": "client_secret_post",
                                "client_secret_file": self.secret("first", SECRETS[0]), "ca_file": str(self.rig.ca)},
                 "groups": [{"provider_group": "devs", "group": "dev"}, {"provider_group": "ops", "local_group": "games", "privileged": "games"}],
                 "members": [{"email": "Ann@wanta.test", "role": "admin", "login": "wantann", "name": "Ann"},
                             {"email": "bob@wanta.test", "status": "suspended"}]},
                {"slug": "wantb", "name": "Wantb", "owner": "boss@wanta.test",
                 "connection": {"preset": "keycloak", "host": "login.wantb.test", "realm": "wantb", "client_id": "hosts"}}],
            "social": [{"name": "hub", "title": "Hub", "connection": {"preset": "gitlab", "client_id": "x"}},
                       {"name": "code", "speaks": "github", "connection": {"client_id": "x"}}],
            "mail": {"server": "smtps://mail.wanta.test", "from": "host@wanta.test", "user": "host",
                     "password_file": self.secret("mail", SECRETS[2])},
            "host": {"settings": {"reauth": "10m"}},
        }


def _org(document, slug="wanta"):
    return next(org for org in document["orgs"] if org["slug"] == slug)


def every_kind_is_applied_once_and_the_second_time_changes_nothing(rig):
    with _Site(rig, "kinds") as site:
        tried = site.apply(site.whole(), "--dry-run")
        check.equal(json.loads(site.dump())["orgs"], [], "after a dry run")
        check.that(not (site.folder / "ssoorg.conf.d").exists(), "a dry run wrote settings")
        made = site.apply(site.whole())
        check.equal(made["plan"], tried["plan"], "what was planned, and what was done")
        check.equal((made["changed"], made["pending"]), (True, []), "what came of it")
        rows = {(row["action"], row["what"]) for row in made["plan"]}
        for row in (("add", "org wanta"), ("add", "org wanta domain wanta.test"), ("add", "org wanta group devs"),
                    ("add", "org wanta member ann@wanta.test"), ("add", "org wanta connection"), ("add", "social hub"),
                    ("add", "mail"), ("change", "org wanta invite-lifetime"), ("add", "host setting reauth")):
            check.that(row in rows, f"{row} is not in the plan {sorted(rows)}")
        state, events = site.dump(), site.events()
        for event in ("org.create", "org.set", "domain.add", "domain.verify", "idp.set", "group.map", "member.add",
                      "social.set", "mail.set"):
            check.that(event in events, f"{event} is not in the audit trail")
        again = site.apply(site.whole())
        check.equal((again["changed"], again["plan"]), (False, []), "the second time")
        check.equal((site.dump(), site.events()), (state, events), "state and audit trail after it")
        check.equal((site.folder / "ssoorg.conf.d/50-apply.conf").read_text().splitlines()[1:], ["reauth = 10m"], "settings")
        org = json.loads(site.do("org", "show", "wanta", "--json").out)
        check.equal((org["owner"], org["max_members"], org["provisioning"]), ("wantboss", 50, "jit"), "the org")


def a_dump_is_legal_has_no_secret_and_makes_a_fresh_host_the_same(rig):
    with _Site(rig, "first") as site, _Site(rig, "fresh") as fresh:
        site.apply(site.whole())
        text = site.dump()
        check.equal(schemas.problems_of_state(json.loads(text)), [], "beside the schema")
        for secret in SECRETS:
            check.lacks(text, secret, "the dump")
        check.equal(site.apply(text)["changed"], False, "whether a host's own dump changes anything")
        refused = fresh.apply(text, wants=2)
        check.contains(refused.err, r"orgs\[0\]\.connection\.client_secret_file: is null", "a secret that is nowhere")
        check.equal(json.loads(fresh.dump())["orgs"], [], "after it was refused")
        document = json.loads(text)
        _org(document)["connection"]["client_secret_file"] = fresh.secret("first", SECRETS[0])
        document["mail"]["password_file"] = fresh.secret("mail", SECRETS[2])
        fresh.apply(document)
        check.equal(fresh.dump(), text, "the state of the fresh host")
        check.equal(fresh.apply(document)["changed"], False, "the second time there")


def what_is_named_otherwise_is_changed_and_the_rest_left_alone(rig):
    with _Site(rig, "changed") as site:
        site.apply(site.whole())
        small = {"format": 1, "orgs": [{
            "slug": "wanta", "name": "Wanta Inc", "settings": {"help": "Ask"},
            "connection": {"client_secret_file": site.secret("first", SECRETS[1]), "scopes": "openid email"},
            "groups": [{"provider_group": "devs", "group": "coders"}],
            "members": [{"email": "ann@wanta.test", "role": "viewer"}, {"email": "bob@wanta.test", "status": "active"}]}]}
        before = json.loads(site.dump())
        rows = {(row["what"], row["old"], row["new"]) for row in site.apply(small)["plan"]}
        check.equal(rows, {("org wanta name", "Wanta", "Wanta Inc"), ("org wanta help", "", "Ask"),
                           ("org wanta connection scopes", "openid email profile", "openid email"),
                           ("org wanta connection client_secret", "set", "set anew"),
                           ("org wanta group devs", "dev", None), ("org wanta group devs", None, "coders"),
                           ("org wanta member ann@wanta.test", "admin", "viewer"),
                           ("org wanta member bob@wanta.test", "suspended", "active")}, "what changes")
        check.equal(site.apply(small)["changed"], False, "the second time")
        after = json.loads(site.dump())
        check.equal([after[key] for key in ("social", "mail", "host")], [before[key] for key in ("social", "mail", "host")],
                    "what is not named")
        check.equal((_org(after, "wantb"), _org(after)["domains"]), (_org(before, "wantb"), _org(before)["domains"]), "the rest")


def with_prune_goes_what_the_lists_do_not_name_and_the_owner_stays(rig):
    with _Site(rig, "pruned") as site:
        site.apply(site.whole())
        small = {"format": 1, "social": [], "mail": None, "host": {"settings": {}}, "orgs": [
            {"slug": "wanta", "domains": [], "groups": [], "connection": None, "members": [{"email": "bob@wanta.test"}]}]}
        check.equal([row["what"] for row in site.apply(small)["plan"]], [], "without --prune")
        asked = site.do("apply", site.folder / "state.json", "--prune", wants=1)
        check.contains(asked.err, "Go on", "what is asked")
        check.contains(asked.out, "(?m)^- org wantb$", "the plan before it")
        removed = {row["what"] for row in site.apply(small, "--prune")["plan"] if row["action"] == "remove"}
        check.equal(removed, {"org wantb", "org wanta domain wanta.test", "org wanta domain claimed.wanta.test", "org wanta group devs",
                              "org wanta group ops", "org wanta connection", "org wanta member ann@wanta.test", "social code",
                              "social hub", "mail", "host setting reauth"}, "what was removed")
        check.equal(site.apply(small, "--prune")["changed"], False, "the second time")
        left = json.loads(site.do("member", "list", "wanta", "--json").out)
        check.equal(sorted(row["email"] for row in left), ["bob@wanta.test", "boss@wanta.test"], "the members left")
        org = _org(json.loads(site.dump()))
        check.equal((org["domains"], org["groups"], org["connection"]), ([], [], None), "the org")


def another_owner_takes_over_among_the_members(rig):
    with _Site(rig, "owner") as site:
        site.apply(site.whole())
        small = {"format": 1, "orgs": [{"slug": "wanta", "owner": "carol@wanta.test",
                                        "members": [{"email": "carol@wanta.test"}, {"email": "boss@wanta.test", "role": "viewer"}]}]}
        refused = site.apply({"format": 1, "orgs": [{"slug": "wanta", "owner": "nobody@wanta.test"}]}, wants=4)
        check.contains(refused.err, r"orgs\[0\]: .*nothing was changed", "an owner who is no member")
        host.ssoctl("member", "add", "wanta", "carol@wanta.test", *site.words)
        host.ssoctl("password", "set", "carol@wanta.test", "--stdin", *site.words, stdin="apply-Horse-battery-7-staple\n")
        rig.secrets.add("apply-Horse-battery-7-staple")
        rows = site.apply(small)["plan"]
        check.that({"action": "change", "what": "org wanta owner", "old": "boss@wanta.test", "new": "carol@wanta.test"} in rows,
                   f"the plan {rows}")
        check.equal(site.apply(small)["changed"], False, "the second time")
        roles = {row["email"]: row["role"] for row in json.loads(site.do("member", "list", "wanta", "--json").out)}
        check.equal((roles["carol@wanta.test"], roles["boss@wanta.test"]), ("owner", "viewer"), "their roles")


def E2_what_needs_a_person_is_pending_and_exit_5_and_the_rest_is_done(rig):
    with _Site(rig, "pending") as site:
        document = site.whole()
        _org(document)["enforcement"] = "domains"
        _org(document)["domains"].append({"domain": "pending.wanta.test"})
        tried = site.apply(document, "--dry-run", wants=5)
        made = site.apply(document, wants=5)
        check.equal(made["changed"], True, "the rest")
        for value in (tried, made):
            check.equal({row["what"] for row in value["pending"]},
                        {"org wanta enforcement", "org wanta domain pending.wanta.test"}, "what is pending")
        reasons = " ".join(row["reason"] for row in made["pending"])
        check.contains(reasons, r"ssoctl idp test.*|_ssoorg-verify\.pending\.wanta\.test TXT ssoorg-verify=", "the reasons")
        again = site.apply(document, wants=5)
        check.equal((again["changed"], len(again["pending"])), (False, 2), "the second time")
        text = site.do("apply", site.folder / "state.json", wants=5).err
        check.contains(text, "pending: org wanta enforcement: .*enforcement cannot be turned on", "what is said")


def the_end_of_a_clients_secret_is_dumped_and_applied(rig):
    with _Site(rig, "ends") as site:
        document = site.whole()
        connection = _org(document)["connection"]
        connection["secret_expires"] = "2030-05-06T07:08:09Z"
        site.apply(document)
        check.equal(_org(json.loads(site.dump()))["connection"]["secret_expires"], "2030-05-06T07:08:09Z", "what is dumped")
        for _ in range(2):
            check.equal(site.apply(site.dump())["changed"], False, "the host's own dump")
        connection["client_secret_file"] = site.secret("second", SECRETS[1])
        rows = [row["what"] for row in site.apply(document)["plan"]]
        check.equal(rows, ["org wanta connection client_secret"], "another secret with the same date")
        check.equal(site.apply(document)["changed"], False, "the second time")
        connection["secret_expires"] = None
        check.equal([row["what"] for row in site.apply(document)["plan"]], ["org wanta connection secret_expires"], "null")
        connection["secret_expires"] = "90d"
        check.contains(site.apply(document, wants=2).err, r"connection\.secret_expires: .*a date is legal", "a duration")
        del connection["secret_expires"]
        social = document["social"][0]["connection"]
        social["secret_expires"] = "2030-05-06T07:08:09Z"
        social["client_secret_file"] = site.secret("social", SECRETS[1])
        site.apply(document)
        dumped = next(row for row in json.loads(site.dump())["social"] if row["name"] == document["social"][0]["name"])
        check.equal(dumped["connection"]["secret_expires"], "2030-05-06T07:08:09Z", "of a social one")
        check.equal(site.apply(document)["changed"], False, "the second time")
        social["offline"] = "yes"
        check.contains(site.apply(document, wants=2).err, r"social\[0\]\.connection\.offline: is not known", "what is an org's alone")


def an_owner_on_a_local_user_is_made_once_dumped_and_the_users_password_locked(rig):
    host.add_local_user("wantlocal", "apply-Horse-battery-8-staple")
    try:
        with _Site(rig, "local") as site:
            document = {"format": 1, "orgs": [{"slug": "wantl", "name": "Wantl", "owner": "boss@wantl.test", "owner_local_user": "wantlocal"}]}
            check.equal(site.apply(document)["changed"], True, "the first time")
            shown = json.loads(site.do("account", "show", "boss@wantl.test", "--json").out)
            check.equal((shown["login"], shown["uid"]), ("wantlocal", int(host.in_passwd("wantlocal")[2])), "the account")
            check.contains(processes.must("passwd", "-S", "wantlocal").out, "^wantlocal L ", "the local user")
            check.equal(site.apply(document)["changed"], False, "the second time")
            check.equal(_org(json.loads(site.dump()), "wantl")["owner_local_user"], "wantlocal", "what is dumped")
            check.equal(site.apply(site.dump())["changed"], False, "the host's own dump")
    finally:
        processes.must("userdel", "-r", "wantlocal")


def ten_thousand_members_are_applied_and_the_second_time_changes_nothing(rig):
    with _Site(rig, "many") as site:
        document = {"format": 1, "orgs": [{"slug": "wantm", "name": "Wantm", "owner": "boss@wantm.test", "members": [
            {"email": f"m{n}@wantm.test", "role": "admin" if n % 100 == 0 else "viewer"} for n in range(10000)]}]}
        made = site.apply(document)
        check.equal(len(made["plan"]), 10001, "what was planned")
        check.equal(len(json.loads(site.do("member", "list", "wantm", "--json").out)), 10001, "the members")
        state = site.dump()
        check.equal(site.apply(document)["plan"], [], "the second time")
        document["orgs"][0]["members"].pop()
        gone = [row["what"] for row in site.apply(document, "--prune")["plan"]]
        check.equal(gone, ["org wantm member m9999@wantm.test"], "with --prune, without the last")
        check.that(site.dump() != state, "the last one is still there")


def a_document_that_is_not_legal_changes_nothing_and_says_where(rig):
    with _Site(rig, "bad") as site:
        site.apply(site.whole())
        state = site.dump()
        deep = "[" * 40 + "]" * 40
        org = '{"format": 1, "orgs": [{"slug": "wanta", %s}]}'
        cases = (
            ("", r"is not JSON"), ("{}", "format: must be 1"), ("[]", "the document: is not an object"),
            ('{"format": 2}', "format: must be 1"), ('{"format": 1} x', "is not JSON"), (deep, "nested too deeply"),
            ('{"format": 1, "orgs": {}}', "orgs: is not an array"), ('{"format": 1, "other": 1}', "other: is not known; legal are"),
            ('{"format": 1, "mail": null, "mail": null}', "mail: is there twice"),
            ('{"format": 1, "orgs": [{"slug": "wanta\\u0000x"}]}', r"holds a NUL"), ('{"format": 1}\0', "holds a NUL"),
            ('{"format": 1, "orgs": [{"slug": "wanta"}, {"slug": "wanta"}]}', r"orgs\[1\]\.slug: .*named twice"),
            ('{"format": 1, "orgs": [{}]}', r"orgs\[0\]\.slug: "), ('{"format": 1, "orgs": [{"slug": "new1"}]}', "needs name and owner"),
            (org % '"name": 1', r"orgs\[0\]\.name: is not a string"),
            (org % '"name": "x", "enforcement": "on"', r"orgs\[0\]\.enforcement: .*is not off, domains or sso-only"),
            (org % '"name": "x", "settings": {"colour": "red"}', r"orgs\[0\]\.settings\.colour: is not known; legal are"),
            (org % '"name": "x", "settings": {"invite-lifetime": "3y"}', r"orgs\[0\]: invite-lifetime: .*60s to 90d"),
            (org % '"name": "x", "domains": [{"domain": "no"}]', r"orgs\[0\]\.domains\[0\]\.domain: "),
            (org % '"name": "x", "domains": [{"domain": "a.test", "verified_by": "hand"}]', r"domains\[0\]\.reason: "),
            (org % '"name": "x", "domains": [{"domain": "A.test"}, {"domain": "a.test"}]', r"domains\[1\]\.domain: .*twice"),
            (org % '"name": "x", "members": [{"role": "viewer"}]', r"members\[0\]: email is missing"),
            (org % '"name": "x", "members": [{"email": "z@wanta.test", "role": "owner"}]', r"members\[0\]\.role .*viewer or admin"),
            (org % '"name": "x", "members": [{"email": "Z@wanta.test"}, {"email": "z@wanta.test"}]', r"members\[1\]\.email: .*twice"),
            (org % '"name": "x", "members": [{"email": "ann@wanta.test", "role": "admin", "login": "other"}]',
             r"orgs\[0\]\.members\[0\]: .*has the login"),
            (org % '"name": "x", "groups": [{"provider_group": "x", "group": "y", "local_group": "z"}]', r"groups\[0\]: "),
            (org % '"name": "x", "connection": {"issuer": "ftp://x"}', r"orgs\[0\]\.connection: is not legal"),
            (org % '"name": "x", "connection": {"client_secret_file": "/nowhere"}', r"orgs\[0\]\.connection: is not legal"),
            (org % '"name": "x", "connection": {"ca": "x"}', r"connection\.ca: holds no certificate"),
            ('{"format": 1, "host": {"settings": {"reauth": "soon"}}}', r"host\.settings\.reauth: \"soon\" is not"),
            ('{"format": 1, "host": {"settings": {"colour": "red"}}}', r"host\.settings\.colour: is not known"),
        )
        for document, why in cases:
            result = site.apply(document, wants=None)
            check.that(result.status in (1, 2, 3), f"{document}: exit {result.status}")
            check.contains(result.err, why, f"what {document[:120]!r} is answered with")
            check.equal(site.dump(), state, f"the state after {document[:120]!r}")


def one_step_that_is_refused_leaves_all_as_it_was(rig):
    with _Site(rig, "atomic") as site:
        site.apply(site.whole())
        state, events = site.dump(), site.events()
        document = site.whole()
        document["host"]["settings"]["reauth"] = "20m"
        document["orgs"].append({"slug": "wantc", "name": "Wantc", "owner": "boss@wantc.test", "domains": [
            {"domain": "wanta.test", "verified_by": "hand", "reason": "made for a test run"}]})
        refused = site.apply(document, wants=3)
        check.contains(refused.err, r"orgs\[2\]\.domains\[0\]: .*verified by another org.*nothing was changed", "why")
        check.equal((site.dump(), site.events()), (state, events), "state and audit trail")


def W7_dump_and_apply_are_operators_alone(rig):
    world = delegates.world(rig)
    for who in ("owner", "admin"):
        world.may_not(who, "dump")
        world.may_not(who, "apply", "-", "--yes", stdin='{"format": 1}')
