# SPDX-License-Identifier: Apache-2.0
"""A case: one row of the tables, and the small words that rows are written with.

A change takes the good value and the request (good.Asked), and changes it or returns another one. Its place is
"discovery", "device", "keys", "token" or "userinfo" for a document, "discovery reply" and so on for the HTTP answer
around it, "header", "claims" and "id_token" for the ID token.
"""
import dataclasses
import json

from answers import Reply

DOCUMENTS = ("discovery", "device", "keys", "token", "userinfo")
PLACES = {"header", "claims", "id_token", *DOCUMENTS, *(name + " reply" for name in DOCUMENTS)}
GUARD_S = 120  # for a sign-in that ends by itself, within two seconds as a rule
REASONS = ("UNREACHABLE", "TLS", "MISCONFIGURED", "DECLINED", "EXPIRED", "TOKEN", "REQUEST", "STRENGTH", "BUSY", "CLIENT")


@dataclasses.dataclass(frozen=True)
class Expected:
    outcome: str  # AUTHORIZED, or the reason of the failure
    words: str = ""  # that the detail holds; "|" is between those of which one is enough
    fields: tuple = ()  # that the answer holds besides, as (name, value), or (name, range of values)

    def __str__(self):
        words = f': "{self.words}"' if self.words else ""
        return self.outcome + words + "".join(f", {name} = {value!r:.60}" for name, value in self.fields)


def refused(reason, words):
    assert reason in REASONS and words
    return Expected(reason, words)


def authorized(**fields):
    return Expected("AUTHORIZED", "", tuple(fields.items()))


@dataclasses.dataclass(frozen=True, eq=False)
class Case:
    name: str
    wrong: str
    expected: Expected
    changes: dict
    holes: str = ""
    listener: str = "main"
    options: tuple = ()  # of oidc_ask
    timeout: int = GUARD_S  # seconds for the whole exchange; less only where it is ended by that, on a fast machine
    counts: dict = dataclasses.field(default_factory=dict)  # how often the provider must be asked for what: a number,
    # or a function of the seconds that the exchange had, which gives a range
    only_https: bool = False
    more_kib: int = 8 * 1024  # of memory than a good sign-in of the same build
    cpu_times: int = 5  # the CPU time of a good sign-in, at most

    @property
    def waits(self):
        """Whether the time that it is given is what ends it."""
        return self.timeout < GUARD_S

    @property
    def weight(self):
        """Of two cases, the one that may take longer has more."""
        return self.waits + (self.expected.outcome == "AUTHORIZED")

    def test_name(self, plain):
        verb = "authorized" if self.expected.outcome == "AUTHORIZED" else "refused"
        holes = self.holes.replace(" ", "_") + "_" if self.holes else ""
        return f"{holes}hostile_{self.name.replace('-', '_')}_is_{verb}" + ("_over_http" if plain else "")


class Table(list):
    """Rows of one topic. DEFAULTS hold for each of them."""

    def __init__(self, **defaults):
        super().__init__()
        self.defaults = defaults

    def row(self, name, wrong, expected, changes=None, **more):
        assert PLACES.issuperset(changes or {}), f"{name}: no such place"
        self.append(Case(name, wrong, expected, changes or {}, **{**self.defaults, **more}))

    def forged(self, name, wrong, expected, id_token, changes=None, **more):
        """A row whose ID token is made by the change ID_TOKEN."""
        self.row(name, wrong, expected, {"id_token": id_token, **(changes or {})}, **more)


def value_of(value, asked):
    return value(asked) if callable(value) else value


def put(**members):
    """Sets members; a function is given the request first."""
    def change(document, asked):
        document.update({name: value_of(value, asked) for name, value in members.items()})
    return change


def drop(*names):
    def change(document, asked):
        for name in names:
            del document[name]
    return change


def instead(value):
    """Something else altogether."""
    return lambda document, asked: value_of(value, asked)


def replied(**members):
    """Sets fields of the Reply."""
    def change(reply, asked):
        for name, value in members.items():
            setattr(reply, name, value)
    return change


def in_turn(*changes):
    """The first change for the first request of a sign-in, and so on; the last one goes on. None is no change."""
    def change(document, asked):
        chosen = changes[min(asked.flow[asked.request], len(changes)) - 1]
        return chosen(document, asked) if chosen is not None else None
    return change


def error(name, status=400, **more):
    """An error answer instead of the document."""
    return lambda document, asked: Reply(json.dumps({"error": name, **{
        key: value_of(value, asked) for key, value in more.items()}}).encode(), status)
