# SPDX-License-Identifier: Apache-2.0
"""Device authorization and polling (RFC 8628 3.2 and 3.5)."""
from case import GUARD_S, Table, authorized, drop, error, in_turn, put, refused

TABLE = Table()
row = TABLE.row
NO_POLL = {"token": 0}
EXPIRED = refused("EXPIRED", "RFC 8628 3.2: expires_in: the time is up")


def member(name, wrong, which, value, expected=None, **more):
    """A device answer with WHICH set to VALUE; refused unless EXPECTED."""
    expected = expected or refused("MISCONFIGURED", f"RFC 8628 3.2: {which}")
    row(name, wrong, expected, {"device": put(**{which: value})},
        **({"counts": NO_POLL} if expected.outcome == "MISCONFIGURED" else {}), **more)


# Times.
member("interval-negative", "interval is negative", "interval", -1)
member("interval-fraction", "interval is 0.5", "interval", 0.5)
member("interval-true", "interval is true", "interval", True, holes="H52")
member("interval-over", "interval is 1e18", "interval", 1e18, holes="H36")
member("interval-zero", "nothing; interval is 0, which is brought to 1 s", "interval", 0, authorized(),
       counts={"token": 1})
member("interval-huge", "interval is a day, brought to 60 s: longer than the sign-in may take", "interval", 86400,
       EXPIRED, timeout=3, counts=NO_POLL, holes="H44")
row("interval-missing", "nothing; no interval, so 5 s", authorized(), {"device": drop("interval")}, counts={"token": 1})
member("expires-in-zero", "expires_in is 0", "expires_in", 0)
member("expires-in-negative", "expires_in is negative", "expires_in", -300)
member("expires-in-fraction", "expires_in is 300.5", "expires_in", 300.5)
member("expires-in-over", "expires_in is 2^31", "expires_in", 2 ** 31, holes="H36")
member("expires-in-huge", "nothing; expires_in is 2^31 - 1", "expires_in", 2 ** 31 - 1,
       authorized(expires_in=range(1, GUARD_S)), holes="H36")
member("expires-in-short", "expires_in is 1, and the first poll comes after that", "expires_in", 1, EXPIRED,
       counts=NO_POLL)
row("expires-in-missing", "no expires_in", refused("MISCONFIGURED", "RFC 8628 3.2: expires_in"),
    {"device": drop("expires_in")}, counts=NO_POLL)

# What people are shown.
ADDRESSES = (("javascript", "is javascript:", "javascript:alert(1)//https://idp.test"),
             ("file", "is file:", "file:///etc/passwd"),
             ("data", "is data:", "data:text/html,x"),
             ("ssh", "is ssh:", "ssh://idp.test"),
             ("http", "is plain http", "http://idp.test/device"),
             ("newline", "has a newline", "https://idp.test/device\r\nroot:"),
             ("escape", "has a terminal escape", "https://idp.test/\x1b]8;;https://evil.test\x07"),
             ("c1", "has a C1 control", "https://idp.test/\x9b2J"),
             ("bidi", "turns the line around", "https://idp.test/\u202etset.live"),
             ("space", "has a space", "https://idp.test/ or ring 555"),
             ("user", "names a user", "https://idp.test@evil.test/"),
             ("backslash", "has a backslash", "https://idp.test\\@evil.test/"),
             ("unicode", "is not ASCII", "https://idp.t\u0435st/"),
             ("long", "has 1024 bytes", "https://idp.test/" + "d" * 1007),
             ("empty", "is empty", ""),
             ("number", "is a number", 1))
for which in ("verification_uri", "verification_uri_complete"):
    for word, wrong, url in ADDRESSES:
        if which == "verification_uri_complete" and word in ("long", "empty"):
            continue  # is left out: cases_lenient.py
        member(f"{which.replace('_', '-')}-{word}", f"{which} {wrong}", which, url,
               holes="H33" if word in ("newline", "escape", "c1", "bidi") else "")
member("verification-uri-1023", "nothing; verification_uri has 1023 bytes", "verification_uri",
       "https://idp.test/" + "d" * 1006, authorized(verification_uri="https://idp.test/" + "d" * 1006), holes="H56")
row("verification-uri-missing", "no verification_uri", refused("MISCONFIGURED", "RFC 8628 3.2: verification_uri"),
    {"device": drop("verification_uri")}, counts=NO_POLL)
row("verification-uri-complete-missing", "nothing; no verification_uri_complete",
    authorized(verification_uri_complete=""), {"device": drop("verification_uri_complete")})
for word, wrong, code in (("newline", "has a newline", "AB\nroot"), ("escape", "is a terminal escape", "\x1b[2J"),
                          ("bell", "rings", "AB\x07"), ("delete", "has a DEL", "AB\x7f"),
                          ("c1", "has a C1 control", "AB\x9b2J"), ("bidi", "turns the line around", "\u202eBA")):
    member(f"user-code-{word}", f"user_code {wrong}", "user_code", code, holes="H33")
member("user-code-blanks", "user_code is a code and a far-off sentence", "user_code", "AB-CD" + " " * 60 + "Password:",
       holes="H33")
member("user-code-128", "user_code has 128 bytes", "user_code", "A" * 128, holes="H56")
member("user-code-127", "nothing; user_code has 127 bytes", "user_code", "A" * 127, authorized(user_code="A" * 127),
       holes="H56")
member("user-code-empty", "user_code is empty", "user_code", "", holes="H43")
member("user-code-number", "user_code is a number", "user_code", 1234)
row("user-code-missing", "no user_code", refused("MISCONFIGURED", "RFC 8628 3.2: user_code"),
    {"device": drop("user_code")}, counts=NO_POLL)
member("device-code-newline", "device_code has a newline", "device_code", "a\r\nb")
member("device-code-empty", "device_code is empty", "device_code", "", holes="H43")
member("device-code-number", "device_code is a number", "device_code", 1)
member("device-code-long", "nothing; device_code has 20 kB", "device_code", "d" * 20000, authorized(), holes="H56")
row("device-code-missing", "no device_code", refused("MISCONFIGURED", "RFC 8628 3.2: device_code"),
    {"device": drop("device_code")}, counts=NO_POLL)

# Polling.


def polls_when_slowed(seconds):
    """How many polls there is time for when each is answered slow_down: after 1 s, 6 s more, 11 s more and so on."""
    polls, at, pause = 0, 1, 1
    while at < seconds:
        polls, pause = polls + 1, pause + 5
        at += pause
    return polls


PENDING, SLOWER = error("authorization_pending"), error("slow_down")


def polled(name, wrong, expected, *answers, **more):
    row(name, wrong, expected, {"token": in_turn(*answers)}, **more)


polled("pending-then-good", "nothing; approved before the third poll", authorized(requests=6), PENDING, PENDING, None,
       counts={"token": 3})
polled("slow-down-then-good", "nothing; slow_down adds 5 s", authorized(requests=5), SLOWER, None, counts={"token": 2})
polled("pending-as-401-then-good", "nothing; pending comes as HTTP 401 and 403", authorized(),
       error("authorization_pending", 401), error("authorization_pending", 403), None, counts={"token": 3})
polled("busy-then-good", "nothing; HTTP 503 once", authorized(), error("x", 503), None, counts={"token": 2})
polled("too-many-then-good", "nothing; HTTP 429 once", authorized(), error("slow", 429), None, counts={"token": 2})
polled("slow-down-as-429", "nothing; slow_down comes as HTTP 429 and is heeded", authorized(requests=5), error("slow_down", 429),
       None, counts={"token": 2})
polled("pending-forever", "nobody ever approves", EXPIRED, PENDING, timeout=3, holes="H29",
       counts={"token": lambda seconds: range(2, seconds)})
polled("slow-down-forever", "slow_down without end", EXPIRED, SLOWER, timeout=3, holes="H29",
       counts={"token": lambda seconds: range(1, polls_when_slowed(seconds) + 1)})
polled("access-denied", "declined", refused("DECLINED", "RFC 8628 3.5: access_denied"), error("access_denied"),
       counts={"token": 1})
polled("grant-not-allowed", "the client may not use this grant", refused("MISCONFIGURED", "unauthorized_client"),
       error("unauthorized_client"), counts={"token": 1})
polled("blocked-by-policy", "conditional access says no", refused("DECLINED", "access_denied: AADSTS53003: blocked"),
       error("access_denied", error_description="AADSTS53003: blocked"), counts={"token": 1})
polled("denied-with-escape", "declined, with a terminal escape", refused("DECLINED", "RFC 8628 3.5: access_denied"),
       error("access_denied", error_description="\x1b]0;x\x07\nroot:"), holes="H33")
polled("expired-token", "the codes have expired", refused("EXPIRED", "RFC 8628 3.5: expired_token"),
       error("expired_token"), counts={"token": 1})
polled("denied-after-pending", "declined after a while", refused("DECLINED", "RFC 8628 3.5: access_denied"), PENDING,
       error("access_denied"), counts={"token": 2}, holes="H06")
polled("lost-after-pending", "the provider is lost while it is polled",
       refused("UNREACHABLE", "token endpoint: HTTP 503"), PENDING, error("x", 503), timeout=4, holes="H06")
for word, wrong, name in (("unknown", "is unknown", "teapot"), ("empty", "is empty", ""),
                          ("prefix", "is the start of a known one", "authorization_pendin"),
                          ("suffix", "is a known one and more", "authorization_pending "),
                          ("other-case", "is in capitals", "AUTHORIZATION_PENDING")):
    polled(f"error-{word}", f"the error {wrong}", refused("MISCONFIGURED", "token endpoint: HTTP 400"), error(name),
           counts={"token": 1}, holes="H43" if word in ("prefix", "empty") else "")
for word, value in (("array", ["authorization_pending"]), ("object", {"authorization_pending": True}), ("null", None)):
    polled(f"error-{word}", f"the error is of type {word}",
           refused("MISCONFIGURED", "token endpoint: HTTP 400 without a reason"), error(value), counts={"token": 1})
polled("error-escape", "the error is a terminal escape",
       refused("MISCONFIGURED", "HTTP 400: \\x1b[2J: \\x1b]0;x\\x07\\x0aroot"),
       error("\x1b[2J", error_description="\x1b]0;x\x07\nroot"), holes="H33")
polled("error-format", "the error is a printf format", refused("MISCONFIGURED", "HTTP 400: %n%s%s: %1000000d"),
       error("%n%s%s", error_description="%1000000d"), holes="H60")
polled("error-long", "the error has 100 kB", refused("MISCONFIGURED", "..."), error("e" * 100000,
       error_description="d" * 100000), holes="H36")
