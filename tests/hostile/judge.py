# SPDX-License-Identifier: Apache-2.0
"""Whether what ssoorg-oidc answered to a case is what the case's row says, in its bounds, and without a secret."""
import base64
import dataclasses
import urllib.parse

from good import ACCESS_TOKEN, CLIENT_SECRET, DEVICE_CODE

FRAGMENT = 10  # so many bytes of a secret in a row are a leak
REPORTS = ("ERROR: AddressSanitizer", "runtime error", "AddressSanitizer:", "LeakSanitizer")


@dataclasses.dataclass
class Told:
    """What oidc_ask printed of one sign-in, what came on standard error, and how often the provider was asked."""

    answer: dict
    errors: str
    counts: dict


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
            if answer.get(name) != value]


def out_of_bounds(case, answer, reference_kib):
    found = []
    if answer["elapsed_ms"] > case.limit_ms:
        found.append(f"{answer['elapsed_ms']} ms, more than {case.limit_ms}")
    if answer["peak_kib"] > reference_kib + case.more_kib:
        found.append(f"{answer['peak_kib']} KiB, more than {case.more_kib} above {reference_kib}")
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


def wrong_counts(case, counts):
    wanted = {"elsewhere": 0, "cookies": 0, **case.counts}
    return [f"asked {counts.get(request, 0)} times for {request}, not {count}" for request, count in wanted.items()
            if counts.get(request, 0) != count]


def problems(case, told, reference_kib):
    """What is wrong, as a list of sentences."""
    found = [line for line in told.errors.splitlines() if any(report in line for report in REPORTS)]
    if "outcome" not in told.answer or "peak_kib" not in told.answer:
        return found + [f"no answer: {told.answer} {told.errors[-300:]}"]
    return (found + wrong_outcome(case.expected, told.answer) + out_of_bounds(case, told.answer, reference_kib) +
            unfit_text(told.answer) + wrong_counts(case, told.counts))
