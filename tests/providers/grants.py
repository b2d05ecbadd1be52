# SPDX-License-Identifier: Apache-2.0
"""What was handed out: one grant for each device authorization, found by either code or by a token."""
import dataclasses
import random
import secrets
import threading
import time

LETTERS = {"L": "BCDFGHJKLMNPQRSTVWXZ", "A": "ABCDEFGHJKLMNPQRSTUVWXYZ23456789", "D": "0123456789"}
ANSWERS = ("approve", "deny", "expire")
EARLY_S = 0.5  # by which a poll may come before its time: the client's clock began when the answer reached it


@dataclasses.dataclass
class Grant:
    kind: object
    scopes: tuple
    device_code: str
    user_code: str
    expires_at: float  # by the monotonic clock
    interval: int
    form_secret: str  # that came with the device request, in the form
    state: str = "pending"
    person: str = ""
    groups: tuple = ()
    polled_at: float = 0
    polls: int = 0
    tokens: list = dataclasses.field(default_factory=list)

    @property
    def is_expired(self):
        return self.state == "expire" or time.monotonic() > self.expires_at

    def is_early(self):
        """Whether this poll came too soon after the last one; counts it."""
        now, before = time.monotonic(), self.polled_at
        self.polled_at, self.polls = now, self.polls + 1
        return before > 0 and now < before + self.interval - EARLY_S


def user_code(pattern):
    return "".join(random.SystemRandom().choice(LETTERS[one]) if one in LETTERS else one for one in pattern)


def bare(code):
    """A code as people type it."""
    return "".join(one for one in code.upper() if one.isalnum())


class Grants:
    def __init__(self):
        self.lock = threading.Lock()
        self.by_device_code, self.by_user_code, self.by_token = {}, {}, {}

    def new(self, kind, scopes, interval, form_secret):
        grant = Grant(kind, scopes, secrets.token_urlsafe(48), user_code(kind.code),
                      time.monotonic() + kind.expires_in, interval, form_secret)
        with self.lock:
            self.by_device_code[grant.device_code] = grant
            self.by_user_code[bare(grant.user_code)] = grant
        return grant

    def of_device_code(self, kind, code):
        grant = self.by_device_code.get(code)
        return grant if grant is not None and grant.kind is kind else None

    def of_token(self, kind, token):
        """Two providers may have one place for userinfo, as Microsoft's tenants do."""
        grant = self.by_token.get(token)
        return grant if grant is not None and grant.kind.url("userinfo") == kind.url("userinfo") else None

    def of_user_code(self, code):
        return self.by_user_code.get(bare(code))

    def undecided(self):
        with self.lock:
            return [grant for grant in self.by_user_code.values() if grant.state == "pending"]

    def token_for(self, grant, prefix):
        token = prefix + secrets.token_urlsafe(36)
        with self.lock:
            self.by_token[token] = grant
        return token

    def forget(self, token):
        with self.lock:
            self.by_token.pop(token, None)

    def spend(self, grant):
        """The code is good for one answer (RFC 6749 4.1.2)."""
        with self.lock:
            self.by_device_code.pop(grant.device_code, None)
