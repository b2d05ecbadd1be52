# SPDX-License-Identifier: Apache-2.0
"""Whether the judge can say no: rows and answers that are wrong in one way each must be noticed."""
import dataclasses
import socket
import ssl

from asking import ask
from good import ACCESS_TOKEN, CLIENT_SECRET, DEVICE_CODE
from judge import LATE_MS, Told, problems, spellings


def with_answer(told, **members):
    return dataclasses.replace(told, answer={**told.answer, **members})


def swapped(case, other):
    return dataclasses.replace(case, expected=other.expected)


def mutations(good_case, bad_case, good, bad, reference):
    """(name, row, answer) of what must be noticed."""
    first, second = dict(good.counts), dict(bad.counts)
    dark = DEVICE_CODE[3:16]
    yield "swapped_good", swapped(good_case, bad_case), good
    yield "swapped_bad", swapped(bad_case, good_case), bad
    yield "other_reason", bad_case, with_answer(bad, reason="MISCONFIGURED")
    yield "other_words", bad_case, with_answer(bad, detail="RFC 0000")
    yield "other_person", dataclasses.replace(
        good_case, expected=dataclasses.replace(good_case.expected, fields=(("subject", "u-bob"),))), good
    yield "no_answer", good_case, Told({"exit": 0}, "", first, good.seconds)
    yield "no_message", good_case, with_answer(good, outcome="NOTHING")
    yield "signal", good_case, with_answer(good, exit=128 + 11)
    yield "still_running", good_case, with_answer(good, exit=-1)
    yield "late", good_case, with_answer(good, elapsed_ms=good.seconds * 1000 + LATE_MS + 1)
    yield "cpu", good_case, with_answer(good, cpu_ms=reference.cpu_ms * good_case.cpu_times + 1)
    yield "memory", good_case, with_answer(good, peak_kib=reference.peak_kib + good_case.more_kib + 1)
    yield "sanitizer", good_case, dataclasses.replace(good, errors="x.c:1:2: runtime error: shift")
    yield "address", good_case, dataclasses.replace(
        good, errors="==1==ERROR: AddressSanitizer: heap-use-after-free")
    yield "escape", bad_case, with_answer(bad, detail=bad.answer["detail"] + "\x1b[2J")
    yield "id_token", bad_case, with_answer(bad, detail=bad.answer["detail"] + " eyJhbGciOi")
    yield "cut_secret", bad_case, with_answer(bad, detail=bad.answer["detail"] + dark)
    yield "redirect_followed", bad_case, dataclasses.replace(bad, counts={**second, "elsewhere": 1})
    yield "cookie_sent", bad_case, dataclasses.replace(bad, counts={**second, "cookies": 1})
    yield "keys_twice", dataclasses.replace(good_case, counts={"keys": 1}), dataclasses.replace(
        good, counts={**first, "keys": 2})
    yield "out_of_range", dataclasses.replace(good_case, counts={"keys": lambda seconds: range(2, seconds)}), good
    for secret in (DEVICE_CODE, ACCESS_TOKEN, CLIENT_SECRET):
        for i, text in enumerate(spellings(secret)):
            yield f"secret_{secret[:2]}_{i}", bad_case, with_answer(bad, detail=bad.answer["detail"] + text)


def speaks_old_tls(origin):
    """True if the listener that must be refused would talk to somebody who asks for TLS 1.1."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    context.set_ciphers("DEFAULT:@SECLEVEL=0")
    context.minimum_version = context.maximum_version = ssl.TLSVersion.TLSv1_1
    host, port = origin.removeprefix("https://").split(":")
    with socket.create_connection((host, int(port)), 120) as plain, context.wrap_socket(plain) as connection:
        return connection.version() == "TLSv1.1"


def run(results, provider, by_name, reference):
    good_case, bad_case = by_name["good"], by_name["alg-none"]
    good, bad = ask(provider, good_case), ask(provider, bad_case)
    results.tell("hostile_judge_is_content_with_what_is_right",
                 problems(good_case, good, reference) + problems(bad_case, bad, reference))
    for name, case, told in mutations(good_case, bad_case, good, bad, reference):
        results.tell(f"hostile_judge_notices_{name}", [] if problems(case, told, reference) else ["it does not"])
    results.tell("hostile_old_tls_listener_speaks_tls_1_1",
                 [] if speaks_old_tls(provider.origins["old-tls"]) else ["it does not"])
