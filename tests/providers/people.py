# SPDX-License-Identifier: Apache-2.0
"""The people of the zoo: anybody, by their address. What a provider says of them follows from it."""
from kind import identifier

GROUPS = ("staff", "ops")  # whose members people are unless the answer says otherwise


def subject(ask):
    """The sub of who approved: the same each time, another one at each provider."""
    if ask.kind.sub is not None:
        return ask.kind.sub(ask, ask.grant.person)
    return identifier(ask.kind.name, ask.grant.person)


def named(ask):
    """What the scopes email and profile give (OpenID Connect Core 5.4)."""
    person, found = ask.grant.person, {}
    if ask.has_scope("email"):
        found.update(email=person, email_verified=True)
    if ask.has_scope("profile"):
        user = person.partition("@")[0]
        found.update(name=user.title(), preferred_username=user)
    return found


def user(ask):
    return ask.grant.person.partition("@")[0]


def domain(ask):
    return ask.grant.person.partition("@")[2]


def groups(ask):
    return list(ask.grant.groups or GROUPS)


def digits(ask, person, count):
    """So many decimal digits, the same for the same person."""
    number = int(identifier(ask.kind.name, person).replace("-", ""), 16)
    return str(10 ** (count - 1) + number % (9 * 10 ** (count - 1)))
