# SPDX-License-Identifier: Apache-2.0
"""Each named provider by its shape, from the preset to the second login. A row is a provider, a story is a function;
the tests are made of both and are called zoo_PROVIDER_STORY."""
import dataclasses

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


_SECRET = True
_ROWS = (
    _Row("google", ("google",), _SECRET),
    _Row("entra", ("entra", "--tenant", TENANT), groups="225580ba-708c-51fd-9496-eb75979c1abe"),
    _Row("okta", ("okta", "--host", "acme.okta.com"), groups="staff", group_scope="groups"),
    _Row("okta-custom", ("okta", "--host", "acme-custom.okta.com", "--realm", "default"), groups="staff",
         group_scope="groups"),
    _Row("auth0", ("auth0", "--host", "acme.auth0.com")),
    _Row("keycloak", ("keycloak", "--host", "keycloak.zoo.test", "--realm", "acme"), _SECRET, groups="staff"),
    _Row("gitlab", ("gitlab",), groups="staff"),
    _Row("authentik", ("authentik", "--host", "authentik.zoo.test", "--realm", "hosts"), _SECRET,
         more=("--unverified-mail", "accept"), groups="staff"),
    _Row("zitadel", ("zitadel", "--host", "zitadel.zoo.test"), groups="staff"),
    _Row("dex", ("dex", "--host", "dex.zoo.test"), _SECRET, silent=True, groups="staff", group_scope="groups"),
    _Row("authelia", ("authelia", "--host", "authelia.zoo.test"), _SECRET, groups="staff", group_scope="groups"),
    _Row("casdoor", ("casdoor", "--host", "casdoor.zoo.test"), _SECRET, groups="acme/staff"),
    _Row("kanidm", ("kanidm", "--host", "kanidm.zoo.test", "--realm", "hosts"), _SECRET,
         groups="staff@kanidm.zoo.test", group_scope="groups"),
    _Row("adfs", ("adfs", "--host", "ADFS.zoo.test"), groups="staff"),
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
    for which in ("first", "second"):
        said = zoo.sign_in(rig, row.name, person)
        check.that(login.signed_in(said), f"the {which} login is no session: {check.shown(said)}")
    check.that(person in host.members(org), f"{person} is no member")


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
        host.ssoctl("idp", "set", org, "--scopes", f"openid email profile {row.group_scope}")
    host.ssoctl("group", "map", org, row.groups, MAPPED)
    said = zoo.sign_in(rig, row.name, _person(row, "dora"))
    check.contains(said, rf"groups=\S*\({org}-{MAPPED}\)", "id")


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


globals().update(_tests())
