# SPDX-License-Identifier: Apache-2.0
"""Whether what ssoorg-oidc answered to a case is what the case's row says, in its bounds, and without a secret."""
import base64
import dataclasses
import urllib.parse

from good import ACCESS_TOKEN, CLIENT_SECRET, DEVICE_CODE

FRAGMENT = 10  # so many bytes of a secret in a row are a leak
LATE_MS = 30_000  # a guard against hanging; 50 ms are usual
REPORTS = ("ERROR: AddressSanitizer", "runtime error", "AddressSanitizer:", "LeakSanitizer")


@dataclasses.dataclass
class Told:
    """What oidc_ask printed of one sign-in, what came on standard error, how often the provider was asked, and how many
    seconds it had."""

    answer: dict
    errors: str
    counts: dict
    seconds: int


@dataclasses.dataclass(frozen=True)
class Reference:
    """What a good sign-in of the same build takes, on the same machine and as busy."""

    peak_kib: int
    cpu_ms: float


def spellings(secret):
    """A secret as it is, as in a form, and as in a Basic header behind the client id, whose length shifts it."""
    plain = [secret, urllib.parse.quote(secret, safe="-._~"), urllib.parse.quote_plus(secret)]
    return plain + [base64.b64encode(("hosts:" + text).encode()).decode()[8:] for text in plain]


def fragments(text):
    return {text[i:i + FRAGMENT] for i in range(len(text) - FRAGMENT + 1)}


FRAGMENTS = set().union(*(fragments(text) for secret in (DEVICE_CODE, ACCESS_TOKEN, CLIENT_SECRET)
                          for text in spellings(secret)))


def leaks(text):
    return bool(FRAGMENTS & fragments(text)) or "eyJ" in text


def wrong_outcome(expected, answer):
    got = answer.get("reason") if answer.get("outcome") == "FAILED" else answer.get("outcome")
    if got != expected.outcome or not any(words in answer.get("detail", "") for words in expected.words.split("|")):
        return [f"{got} {answer.get('detail', '')!r}, not {expected}"]
    return [f"{name} is {answer.get(name)!r}, not {value!r}" for name, value in expected.fields
            if not fits(answer.get(name), value)]


def fits(found, wanted):
    return found in wanted if isinstance(wanted, range) else found == wanted


def out_of_bounds(case, told, reference):
    answer, found = told.answer, []
    if answer["elapsed_ms"] > told.seconds * 1000 + LATE_MS:
        found.append(f"{answer['elapsed_ms']} ms, where {told.seconds} s were given")
    if answer["cpu_ms"] > reference.cpu_ms * case.cpu_times:
        found.append(f"{answer['cpu_ms']} ms of CPU, more than {case.cpu_times} times {reference.cpu_ms}")
    if answer["peak_kib"] > reference.peak_kib + case.more_kib:
        found.append(f"{answer['peak_kib']} KiB, more than {case.more_kib} above {reference.peak_kib}")
    if answer["exit"] != 0:
        found.append(f"exit status {answer['exit']}")
    return found


def unfit_text(answer):
    detail = answer.get("detail", "")
    shown = [answer.get(name, "") for name in ("user_code", "verification_uri", "verification_uri_complete")]
    found = ["a secret in the detail: " + detail] if leaks(detail) else []
    if not all(" " <= byte <= "~" for byte in "".join(shown) + detail):
        found.append(f"not printable ASCII: {detail!r} {shown!r}")
    if any(not (byte.isprintable()) for byte in answer.get("name", "") + answer.get("email", "")):
        found.append(f"not printable: {answer['name']!r} {answer['email']!r}")
    return found


def wrong_counts(case, told):
    wanted = {name: value(told.seconds) if callable(value) else value
              for name, value in {"elsewhere": 0, "cookies": 0, **case.counts}.items()}
    return [f"asked {told.counts.get(request, 0)} times for {request}, not {count}" for request, count in wanted.items()
            if not fits(told.counts.get(request, 0), count)]


def faults(case, told, reference):
    """What is wrong however slow the machine is, as a list of sentences."""
    found = [line for line in told.errors.splitlines() if any(report in line for report in REPORTS)]
    if "outcome" not in told.answer or "peak_kib" not in told.answer:
        return found + [f"no answer: {told.answer} {told.errors[-300:]}"]
    return found + out_of_bounds(case, told, reference) + unfit_text(told.answer)


def deviations(case, told):
    """What is not as the row says it."""
    return wrong_outcome(case.expected, told.answer) + wrong_counts(case, told) if "outcome" in told.answer else []


def problems(case, told, reference):
    return faults(case, told, reference) + deviations(case, told)


def may_be_late(case, told):
    """Whether a deadline ended this, the case's own or one of the product's, to which a slower machine comes sooner."""
    return case.waits or told.answer.get("reason") in ("UNREACHABLE", "EXPIRED")
