# SPDX-License-Identifier: Apache-2.0
"""Each named provider by its shape, from the preset to the second login. A row is a provider, a story is a function;
the tests are made of both and are called zoo_PROVIDER_STORY."""
import dataclasses
import functools
import json

import check
import host
import login
import zoos


TENANT = "5d9a2f0e-3b57-4c1a-9a55-2f6c1d3e8b70"
MAPPED = "zoostaff"  # the local group


@dataclasses.dataclass(frozen=True)
class _Row:
    name: str
    preset: tuple  # the words behind --preset
    secret: bool = False
    more: tuple = ()  # further words of `idp set`
    silent: bool = False  # no refusal reaches the client: the code runs out
    groups: str = ""  # the name by which it says the group staff; "" if it says none
    group_scope: str = ""  # that groups need to be asked for
    advice: dict = dataclasses.field(default_factory=dict)  # {what is misconfigured: (exit of idp test, its words)}
    shapes: tuple = ()  # that a setting or version there has besides, and that people sign in with all the same
    is_asked_again: bool = True  # whether it gives refresh tokens
    without: tuple = ()  # of _ADVICE: what it has not, or what makes no difference there


_SECRET = True
# What idp test must say of each misconfiguration, as far as it is the same everywhere. A row says what its own is
# called there. 1: nobody is signed in, 3: the sign-in is genuine and would be refused.
_ADVICE = {
    "clock": (1, "clock"),
    "no-signing-key": (1, "key"),
    "unverified-mail": (3, "verified"),
    "missing-scope": (1, "scope"),
    "grant-off": (1, "device"),
    "rate-limit": (1, "too many|rate limit|too often"),
    "wrong-secret": (1, "secret"),
    "public-client": (1, "secret"),
    "assignment": (1, "assign"),
    "conditional-access": (1, "polic|conditional access"),
}
_NO_POLICY = ("conditional-access",)
_NO_PEOPLE = ("conditional-access", "assignment")
_LEFT_OUT = {"missing-scope": (3, "email|scope")}  # the scope is left out in silence
_ROWS = (
    _Row("google", ("google",), _SECRET, without=("public-client",),
         advice={"assignment": (1, "organization|Workspace|internal"),
                 "grant-off": (1, "TVs and Limited Input")}),
    _Row("entra", ("entra", "--tenant", TENANT), groups="225580ba-708c-51fd-9496-eb75979c1abe",
         shapes=("overage", "claims-mapping"),
         without=("unverified-mail", "wrong-secret"),
         advice={"grant-off": (1, "[Aa]llow public client flows"), "missing-scope": (1, "consent"),
                 "wrong-tenant": (1, "tenant|directory")}),
    _Row("okta", ("okta", "--host", "acme.okta.com"), groups="staff", group_scope="groups", without=("wrong-secret",)),
    _Row("okta-custom", ("okta", "--host", "acme-custom.okta.com", "--realm", "default"), groups="staff",
         group_scope="groups", without=("wrong-secret",)),
    _Row("auth0", ("auth0", "--host", "acme.auth0.com"), without=("wrong-secret", "assignment"), advice=_LEFT_OUT),
    _Row("keycloak", ("keycloak", "--host", "keycloak.zoo.test", "--realm", "acme"), _SECRET, groups="staff",
         shapes=("roles-in-token", "public-client"), without=(*_NO_PEOPLE, "public-client", "rate-limit"),
         advice={"grant-off-new": (1, "device")}),
    _Row("gitlab", ("gitlab",), groups="staff", without=(*_NO_POLICY, "wrong-secret", "public-client", "assignment")),
    _Row("authentik", ("authentik", "--host", "authentik.zoo.test", "--realm", "hosts"), _SECRET,
         more=("--unverified-mail", "accept"), groups="staff",
         shapes=("verified-mail",), without=(*_NO_POLICY, "unverified-mail", "public-client"),
         advice={**_LEFT_OUT, "no-signing-key": (1, "signing key"), "grant-off": (1, "client")}),
    _Row("zitadel", ("zitadel", "--host", "zitadel.zoo.test"), more=("--audience", zoos.PROJECT), groups="staff", advice=_LEFT_OUT,
         without=(*_NO_POLICY, "wrong-secret", "public-client")),
    _Row("dex", ("dex", "--host", "dex.zoo.test"), _SECRET, silent=True, groups="staff", group_scope="groups",
         without=(*_NO_PEOPLE, "wrong-secret", "public-client"), advice=_LEFT_OUT),
    _Row("authelia", ("authelia", "--host", "authelia.zoo.test"), _SECRET, groups="staff", group_scope="groups",
         shapes=("empty-complete",), without=(*_NO_POLICY, "public-client")),
    _Row("casdoor", ("casdoor", "--host", "casdoor.zoo.test"), _SECRET, groups="acme/staff", advice=_LEFT_OUT,
         shapes=("rs512", "es512"),
         without=(*_NO_PEOPLE, "public-client")),
    _Row("kanidm", ("kanidm", "--host", "kanidm.zoo.test", "--realm", "hosts"), _SECRET,
         groups="staff@kanidm.zoo.test", group_scope="groups", without=(*_NO_POLICY, "public-client"),
         advice={"missing-scope": (1, "scope|denied"), "assignment": (1, "assign|scope|denied")}),
    _Row("adfs", ("adfs", "--host", "ADFS.zoo.test"), groups="staff", is_asked_again=False, advice={"missing-scope": (3, "upn")},
         shapes=("old-numbers", "email-rule", "unverified-mail"),
         without=(*_NO_POLICY, "unverified-mail", "wrong-secret")),
)


def _connected(rig, row):
    """(zoo, org) of a row; the org is made by the first test that needs it."""
    zoo = zoos.of(rig)
    words = ["--preset", *row.preset, "--client-id", zoos.CLIENT_ID, "--ca-file", zoo.ca, *row.more]
    if row.secret:
        words += ["--client-secret-file", zoo.secret_file]
    return zoo, rig.orgs.at_zoo(row.name, *words)


def _person(row, name):
    return f"{name}@{row.name}.people.test"


def _signs_in(rig, row):
    zoo, org = _connected(rig, row)
    person = _person(row, "alice")
    check.contains(zoo.tested(row.name, org, person), "succeeded", "what idp test says")
    _sign_in(rig, zoo, row, person)
    check.that(person in host.members(org), f"{person} is no member")
    if row.is_asked_again:
        host.connect(org, "--offline", "yes")
    try:
        _sign_in(rig, zoo, row, person)
        # Twice: the second time with what the first has brought, where that takes the place of the token.
        found = [json.loads(host.ssoctl("account", "recheck", person, "--json").out) for _ in range(2)]
    finally:
        host.connect(org, "--offline", "no")
    wanted = 1 if row.is_asked_again else 0
    check.equal([said["answered"] for said in found], [wanted] * 2, f"who was asked about again: {found}")


def _sign_in(rig, zoo, row, person):
    said = zoo.sign_in(rig, row.name, person)
    check.that(login.signed_in(said), f"{person} has no session: {check.shown(said)}")


def _declines(rig, row):
    zoo, org = _connected(rig, row)
    _opens_nothing(rig, zoo, row, "bob", *(("expire", "expired") if row.silent else ("deny", "declined")))


def _expires(rig, row):
    zoo, org = _connected(rig, row)
    _opens_nothing(rig, zoo, row, "carol", "expire", "expired")


def _opens_nothing(rig, zoo, row, name, what, words):
    person = _person(row, name)
    said = zoo.sign_in(rig, row.name, person, what)
    check.that(not login.signed_in(said), f"{person} got in: {check.shown(said)}")
    check.contains(said, words, "what the person is told")
    check.that(host.in_passwd(person) is None, f"{person} got an account")


def _gives_groups(rig, row):
    zoo, org = _connected(rig, row)
    if row.group_scope:
        host.connect(org, "--scopes", f"openid email profile {row.group_scope}")
    host.ssoctl("group", "map", org, row.groups, MAPPED)
    host.ssoctl("org", "set", org, f"required-groups={row.groups}")
    try:
        said = zoo.sign_in(rig, row.name, _person(row, "dora"))
    finally:
        host.ssoctl("org", "set", org, "required-groups=none")
    check.contains(said, rf"groups=\S*\({org}-{MAPPED}\)", "id")


def _signs_in_with(rig, row, shape):
    zoo, org = _connected(rig, row)
    with zoo.wrong(row.name, shape):
        said = zoo.sign_in(rig, row.name, _person(row, "frank"))
    check.that(login.signed_in(said), f"no session: {check.shown(said)}")


def _advises(rig, row, what):
    """idp test while the provider is misconfigured so: its exit status, and the words for what to do."""
    zoo, org = _connected(rig, row)
    status, words = {**_ADVICE, **row.advice}[what]
    if what == "public-client":
        host.connect(org, "--auth", "client_secret_post", "--client-secret-file", zoo.secret_file)
    try:
        with zoo.wrong(row.name, what):
            said = zoo.without_its_words(row.name, zoo.tested(row.name, org, _person(row, "erin"), wants=status))
    finally:
        if what == "public-client":
            host.connect(org, "--auth", "none")
    check.lacks(said, "succeeded", "what idp test says")
    check.contains(said, words, f"what idp test says of {what}")


_STORIES = {"signs_in": _signs_in, "declines": _declines, "expires": _expires}


def _test(story, row, name):
    def test(rig):
        with zoos.of(rig).known():
            story(rig, row)
    test.__name__ = name
    return test


def _tests():
    for row in _ROWS:
        stories = {**_STORIES, "gives_groups": _gives_groups} if row.groups else _STORIES
        for story, function in stories.items():
            name = f"zoo_{row.name.replace('-', '_')}_{story}"
            yield name, _test(function, row, name)
        for shape in row.shapes:
            name = f"zoo_{row.name}_signs_in_with_{shape}".replace("-", "_")
            yield name, _test(functools.partial(_signs_in_with, shape=shape), row, name)
        for what in [one for one in {**_ADVICE, **row.advice} if one not in row.without]:
            name = f"zoo_{row.name}_advice_{what}".replace("-", "_")
            yield name, _test(functools.partial(_advises, what=what), row, name)


globals().update(_tests())


def zoo_okta_that_gives_no_refresh_token_is_told_to(rig):
    row, = [one for one in _ROWS if one.name == "okta"]
    with zoos.of(rig).known():
        zoo, org = _connected(rig, row)
        host.connect(org, "--offline", "yes")
        try:
            with zoo.wrong(row.name, "no-refresh"):
                said = zoo.tested(row.name, org, _person(row, "henry"))
        finally:
            host.connect(org, "--offline", "no")
    check.contains(said, "succeeded", "what idp test says")
    check.contains(said, "gave no refresh token", "what idp test says")


def zoo_entra_expires_by_another_word(rig):
    row, = [one for one in _ROWS if one.name == "entra"]
    with zoos.of(rig).known():
        zoo, org = _connected(rig, row)
        with zoo.wrong(row.name, "code-expired"):
            _expires(rig, row)


def P18_zoo_entra_overage_is_told_apart_from_no_groups(rig):
    row, = [one for one in _ROWS if one.name == "entra"]
    with zoos.of(rig).known():
        zoo, org = _connected(rig, row)
        host.ssoctl("group", "map", org, row.groups, MAPPED)
        with zoo.wrong(row.name, "overage"):
            said = zoo.sign_in(rig, row.name, _person(row, "grace"))
            tested = zoo.tested(row.name, org, _person(row, "grace"))
    check.that(login.signed_in(said), f"no session: {check.shown(said)}")
    check.lacks(said, MAPPED, "id")
    for where, text in (("the person is told", said), ("idp test says", tested),
                        ("the audit says", host.ssoctl("audit", org).out)):
        check.contains(text, "too many groups|more groups than", f"what {where}")


def S16_zoo_entra_overage_is_never_said_to_be_no_group(rig):
    row, = [one for one in _ROWS if one.name == "entra"]
    with zoos.of(rig).known():
        zoo, org = _connected(rig, row)
        host.ssoctl("org", "set", org, f"required-groups={row.groups}")
        try:
            with zoo.wrong(row.name, "overage"):
                said = zoo.sign_in(rig, row.name, _person(row, "judy"))
                tested = zoo.tested(row.name, org, _person(row, "judy"), wants=3)
            without = zoo.sign_in(rig, row.name, _person(row, "judy"))
        finally:
            host.ssoctl("org", "set", org, "required-groups=none")
    check.that(not login.signed_in(said), f"a session: {check.shown(said)}")
    for where, text in (("the person is told", said), ("idp test says", tested)):
        check.contains(text, "in more groups than", f"what {where}")
        check.lacks(text, "not given you access", f"what {where}")
    check.that(login.signed_in(without), f"no session once they are named: {check.shown(without)}")


def P01_zoo_authentik_is_refused_until_an_operator_accepts_unverified_mail(rig):
    row, = [one for one in _ROWS if one.name == "authentik"]
    with zoos.of(rig).known():
        zoo, org = _connected(rig, row)
        host.connect(org, "--unverified-mail", "refuse")
        try:
            said = zoo.tested(row.name, org, _person(row, "heidi"), wants=3)
            check.contains(said, "verified.*--unverified-mail", "what idp test says")
            _opens_nothing(rig, zoo, row, "heidi", "approve", "verified")
        finally:
            host.connect(org, "--unverified-mail", "accept")
