"""What a test says when something does not hold."""
import re
import time

HANG_S = 120  # a guard against hanging: tens of times the usual, and less than a sign-in may take
SOON_S = 60  # likewise, for what must not wait until sshd gives up


class Failed(Exception):
    """The product did something else than it should."""


class NotHere(Exception):
    """This machine lacks what the test is about, and nothing of the product is at fault."""


def that(held, words):
    if not held:
        raise Failed(words)


def equal(found, wanted, what):
    that(found == wanted, f"{what}: {found!r} instead of {wanted!r}")


def contains(text, pattern, what):
    that(re.search(pattern, text, re.IGNORECASE | re.DOTALL),
         f"{what}: nothing like /{pattern}/ in {shown(text)}")


def lacks(text, pattern, what):
    found = re.search(pattern, text, re.IGNORECASE | re.DOTALL)
    that(not found, f"{what}: {found and found.group(0)!r} in {shown(text)}")


def shown(text, most=700):
    text = text.strip()
    return repr(text if len(text) <= most else "..." + text[-most:])


def soon(condition, words, seconds=SOON_S):
    """Waits until the condition holds, and fails if it never does."""
    end = time.monotonic() + seconds
    while not condition():
        that(time.monotonic() < end, f"{words} within {seconds} s")
        time.sleep(0.05)
