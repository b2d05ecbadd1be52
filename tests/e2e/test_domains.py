"""Domains proven by DNS, at a real name server and at one that lies."""
import contextlib
import json
import pathlib
import re
import time

import check
import host
import processes
from hostile_dns import HostileDns
from nsd import Nsd

RESOLV = pathlib.Path("/etc/resolv.conf")
SETTING = pathlib.Path("/etc/ssoorg/ssoorg.conf.d/resolver.conf")
RECORD = "_ssoorg-verify"
QUESTIONS_MAX = 60
UNTOUCHED = {"timeout", "server-failure", "failed"}


def a_record_is_found_as_people_write_it(rig):
    with _claims(rig, "plain", "many", "split", "alias", "far", "large", "UPPER") as values:
        zone = f"""{RECORD}.plain TXT "{values['plain']}"
            {RECORD}.many TXT "v=spf1 -all"
            {RECORD}.many TXT "{values['many']}"
            {RECORD}.split TXT "{values['split'][:9]}" "{values['split'][9:]}"
            {RECORD}.alias CNAME target
            target TXT "{values['alias']}"
            {RECORD}.far CNAME proof.other.test.
            _SSOORG-Verify.Upper TXT "{values['UPPER']}"
            {RECORD}.large TXT "{values['large']}"
        """ + "".join(f'{RECORD}.large TXT "{n}{"x" * 200}"\n' for n in range(60))
        other = f'proof TXT "{values["far"]}"\n'
        with Nsd({"dns.test": _lines(zone), "other.test": other}) as server:
            for case in values:
                found = _verified(server, case, wants=0)
                check.equal((found["status"], found["result"]), ("verified", "found"), f"what is said of {case}")
        check.contains(host.ssoctl("audit", _org(rig)).out, "domain.verify.*plain.dns.test by DNS", "the audit")
        # A second time it is so already, and one that is verified needs no name server to stay so.
        with Nsd({"dns.test": _lines(zone)}) as server:
            check.contains(_verify(server, "plain", wants=0).err, "verified already", "what is said the second time")


def what_a_name_server_says_is_told_apart(rig):
    cases = {"no-txt": "no TXT record", "other": "none has this value", "nothing": "NXDOMAIN",
             "dangling": "NXDOMAIN"}
    with _claims(rig, *cases) as values:
        zone = _lines(f"""{RECORD}.no-txt A 127.0.0.1
            {RECORD}.other TXT "{values['other']}0"
            {RECORD}.other TXT "v=spf1"
            {RECORD}.dangling CNAME nowhere
            other TXT "{values['other']}"
            nothing A 127.0.0.1
        """)
        with Nsd({"dns.test": zone}) as server:
            for case, words in cases.items():
                _is_pending(_verify(server, case, wants=1), case, words)
                check.that(_shown(case)["checked_at"], f"no date of the look-up of {case}")
            server_gone = server.resolver
        said = _verify(server_gone, "other", wants=1)
        _is_pending(said, "timeout", "no name server was reached")
        with Nsd({"dns.test": None}) as server:
            _is_pending(_verify(server, "other", wants=1), "server-failure", "SERVFAIL")
        with Nsd({"unrelated.test": ""}) as server:
            _is_pending(_verify(server, "other", wants=1), "server-failure", "REFUSED")
        check.equal({row["status"] for row in _rows(values)}, {"pending"}, "the claims")


def the_name_server_is_the_one_of_the_option_or_the_setting_or_resolv_conf(rig):
    with _claims(rig, "asked") as values:
        zones = {"dns.test": f'{RECORD}.asked TXT "{values["asked"]}"\n'}
        wrong = {"dns.test": ""}
        with Nsd(zones, "::1") as v6, Nsd(wrong) as other, Nsd(zones, "127.0.0.79", 53):
            with _text(SETTING, f"resolver = {other.resolver}\n"):
                _is_pending(_verify(None, "asked", wants=1), "no-such-name", "NXDOMAIN")
                with _text(RESOLV, "nameserver 127.0.0.80\n"):
                    check.equal(_verified(v6, "asked", "--dry-run", wants=0)["result"], "found", "by the option")
            with _text(SETTING, f"resolver = {v6.resolver}\n"):
                check.equal(_verified(None, "asked", "--dry-run", wants=0)["result"], "found", "by the setting")
            with _text(RESOLV, "nameserver 127.0.0.79\n"):
                check.equal(_verified(None, "asked", "--dry-run", wants=0)["result"], "found", "by resolv.conf")
            check.equal(_shown("asked")["status"], "pending", "the status after dry runs")
        for typed in ("dns.example", "127.0.0.1:0", "", "[::1", "127.0.0.1,127.0.0.2"):
            host.ssoctl("domain", "verify", _org(rig), _domain("asked"), "--resolver", typed, wants=2)
        with _text(SETTING, "resolver = dns.example\n"):
            said = host.ssoctl("domain", "verify", _org(rig), _domain("asked"), wants=1)
            check.contains(said.err, "resolver.conf:1: resolver: .dns.example. is not system", "what is said")


def H24_no_lie_of_a_name_server_verifies_a_domain(rig):
    lies = {"other-name": "no-txt", "prefix": "other-txt", "escape": "other-txt", "itself": "server-failure",
            "circle": "server-failure", "lying-length": "server-failure"}
    truths = ("good", "cut", "hundred", "pieces")
    with _claims(rig, *lies, *truths, zone="hostile.test") as values, HostileDns() as server:
        server.values = {_domain(case, "hostile.test"): value for case, value in values.items()}
        rows = _all(server, wants=1)
        check.that(len(server.asked) <= QUESTIONS_MAX, f"{len(server.asked)} questions about ten domains")
        for case, result in lies.items():
            row = rows[_domain(case, "hostile.test")]
            check.equal((row["status"], row["result"]), ("pending", result), f"what is said of {case}")
        for case in truths:
            check.equal(rows[_domain(case, "hostile.test")]["status"], "verified", f"the status of {case}")
        check.that(any(kind == "tcp" for _, kind in server.asked), "nothing was asked over TCP")
        said = host.ssoctl("domain", "verify", _org(rig), _domain("escape", "hostile.test"), "--resolver",
                           server.resolver, wants=1).text
        check.that(all(" " <= char <= "~" or char == "\n" for char in said), f"a TXT record is shown as it is: {said!r}")


def H53_a_name_server_that_drips_floods_or_is_silent_ends_in_a_bounded_time(rig):
    cases = ("silent", "drip", "flood", "wrong-number", "hang-up", "garbage")
    with _claims(rig, *cases, zone="hostile.test") as values, HostileDns() as server:
        server.values = {_domain(case, "hostile.test"): value for case, value in values.items()}
        began = time.monotonic()
        rows = _all(server, wants=1)
        took = time.monotonic() - began
        check.that(took < check.SOON_S, f"that took {took:.1f} s")
        for case in cases:
            row = rows[_domain(case, "hostile.test")]
            check.equal(row["status"], "pending", f"the status of {case}")
            check.that(row["result"] in UNTOUCHED, f"{case}: {row['result']}")
            check.equal(row["checked_at"], None, f"when {case} was looked up")


def the_first_proof_wins_and_the_other_org_is_told(rig):
    with _claims(rig, "shared") as ours, _claims(rig, "shared", org="rival") as theirs:
        zone = f'{RECORD}.shared TXT "{ours["shared"]}"\n{RECORD}.shared TXT "{theirs["shared"]}"\n'
        with Nsd({"dns.test": zone}) as server:
            _verified(server, "shared", wants=0, org="rival")
            said = _verify(server, "shared", wants=3)
            check.contains(said.err, "verified by another org", "what the other org is told")
            rows = host.ssoctl("domain", "verify", "--all", "--json", "--resolver", server.resolver).out
            results = {row["org"]: row["result"] for row in json.loads(rows)["domains"] if row["domain"] == "shared.dns.test"}
            check.equal(results, {"proofs": "taken", "rival": "found"}, "what the look-up of all says")
            host.ssoctl("domain", "remove", "rival", "shared.dns.test", "--yes")
            _verified(server, "shared", wants=0)
            host.ssoctl("domain", "add", "rival", "shared.dns.test")


def E7_a_record_that_is_gone_is_noted_reported_and_noted_when_it_is_back(rig):
    with _claims(rig, "kept", "lost") as values:
        kept = f'{RECORD}.kept TXT "{values["kept"]}"\n'
        both = kept + f'{RECORD}.lost TXT "{values["lost"]}"\n'
        with Nsd({"dns.test": both}) as server:
            check.equal({row["status"] for row in _all(server).values()}, {"verified"}, "the claims")
        with Nsd({"dns.test": kept}) as server:
            since = _all(server)["lost.dns.test"]["missing_since"]
            again = _all(server)
            check.that(since and again["lost.dns.test"]["missing_since"] == since, f"missing since {since}: {again}")
            check.equal(again["kept.dns.test"]["missing_since"], None, "what is there")
            said = _verify(server, "lost", wants=0)
            check.contains(said.err, "is verified, but there is no such name", "what one look-up says")
        silent = _all(server.resolver, wants=1)["lost.dns.test"]
        check.equal((silent["result"], silent["missing_since"]), ("timeout", since), "with no server there")
        for words in (("org", "show"), ("enforcement", "show")):
            check.contains(host.ssoctl(*words, _org(rig)).err, "warning: domain lost.dns.test: its record has been "
                           f"gone since {since}; after 14 days", f"what {words} says")
        check.equal(_shown("lost")["status"], "verified", "the status of a domain without its record")
        with Nsd({"dns.test": both}) as server:
            check.equal(_all(server)["lost.dns.test"]["missing_since"], None, "with its record back")
        events = [row["event"] for row in host.listed("audit", _org(rig)) if row["detail"].startswith("lost.")]
        check.equal(events, ["domain.add", "domain.verify", "domain.missing", "domain.found"], "the audit")
        check.lacks(host.ssoctl("org", "show", _org(rig)).err, "warning", "what org show says")


def a_domain_verified_by_hand_is_not_looked_up_with_all_and_can_be_proven_afterwards(rig):
    with _claims(rig, "hand") as values:
        host.ssoctl("domain", "verify", _org(rig), "hand.dns.test", "--by-hand", "seen it")
        with Nsd({"dns.test": ""}) as server:
            check.that("hand.dns.test" not in _all(server), "it was looked up")
            said = _verify(server, "hand", wants=0)
            check.contains(said.err, "verified by hand, but there is no such name", "what one look-up says")
            check.equal(_shown("hand")["by_hand"], "seen it", "the reason")
        with Nsd({"dns.test": f'{RECORD}.hand TXT "{values["hand"]}"\n'}) as server:
            _verified(server, "hand", wants=0)
            check.equal(_shown("hand")["by_hand"], None, "the reason")


def the_sample_timer_runs_the_look_up_of_every_claim(rig):
    processes.must("sh", "-eu", "-c", host.documented("timer"), cwd=host.DIST)
    units = [pathlib.Path("/usr/lib/systemd/system") / f"ssoorg-domains.{kind}" for kind in ("service", "timer")]
    processes.must("systemd-analyze", "verify", "--man=no", *units)
    command = re.search("^ExecStart=(.*)", units[0].read_text(), re.MULTILINE).group(1)
    with _claims(rig, "timed") as values, Nsd({"dns.test": f'{RECORD}.timed TXT "{values["timed"]}"\n'}) as server:
        with _text(SETTING, f"resolver = {server.resolver}\n"):
            check.contains(processes.must(*command.split()).out, "timed.dns.test +proofs +verified", "what it says")


def H34_a_claim_is_of_one_domain_that_belongs_to_somebody(rig):
    org = _org(rig)
    refused = {"github.io": 3, "co.uk": 3, "CO.UK": 3, "gmail.com": 3, "GMail.com": 3, "com": 2, "acme.test.": 2,
               "a..test": 2, "*.acme.test": 2, "\u0627a.example": 2, "": 2}
    for typed, status in refused.items():
        result = host.ssoctl("domain", "add", org, typed, wants=None)
        check.equal(result.status, status, f"the exit status of domain add {typed!r}: {result.text}")
    said = json.loads(host.ssoctl("domain", "add", org, "M\u00fcnchen.Example", "--json").out)
    check.equal(said["record"], "_ssoorg-verify.xn--mnchen-3ya.example TXT", "the record")
    host.ssoctl("domain", "remove", org, "m\u00fcnchen.example", "--yes")


def domain_verify_says_what_it_needs(rig):
    org = _org(rig)
    for words in ((), (org,), (org, "x.test", "--all"), ("--all", "--by-hand", "x"),
                  (org, "x.test", "--by-hand", "x", "--resolver", "127.0.0.1"), (org, "no_domain")):
        result = host.ssoctl("domain", "verify", *words, wants=2)
        check.that(result.err.strip() and not result.out.strip(), f"{words}: words on the wrong stream")
    for words in (("verify", org, "unclaimed.test"), ("verify", "nowhere", "x.test"), ("show", org, "unclaimed.test")):
        host.ssoctl("domain", *words, wants=4)
    check.contains(host.ssoctl("domain", "add", org, "next.test").err, f"next: ssoctl domain verify {org} next.test",
                   "what domain add says")
    host.ssoctl("domain", "remove", org, "next.test", "--yes")


def _org(rig, slug="proofs"):
    return rig.orgs.bare(slug)


def _domain(case, zone="dns.test"):
    return f"{case}.{zone}"


@contextlib.contextmanager
def _claims(rig, *cases, zone="dns.test", org="proofs"):
    """Claims for the length of a test, with the value that proves each; those that other tests made count no more."""
    _org(rig, org)
    values = {case: json.loads(host.ssoctl("domain", "add", org, _domain(case, zone), "--json").out)["value"]
              for case in cases}
    try:
        yield values
    finally:
        for case in cases:
            host.ssoctl("domain", "remove", org, _domain(case, zone), "--yes")


def _resolver(server):
    return ("--resolver", server if isinstance(server, str) else server.resolver) if server else ()


def _verify(server, case, *options, wants, org="proofs"):
    return host.ssoctl("domain", "verify", org, _domain(case), *_resolver(server), *options, wants=wants)


def _verified(server, case, *options, wants, org="proofs"):
    return json.loads(_verify(server, case, "--json", *options, wants=wants, org=org).out)


def _all(server, wants=0):
    """Looks every claim up; the rows of this module's orgs by their domain."""
    out = host.ssoctl("domain", "verify", "--all", "--json", *_resolver(server), wants=wants).out
    return {row["domain"]: row for row in json.loads(out)["domains"] if row["org"] == "proofs"}


def _shown(case):
    return host.listed("domain", "show", "proofs", _domain(case))


def _rows(values):
    return [row for row in host.listed("domain", "list", "proofs") if row["domain"].split(".")[0] in values]


def _is_pending(said, result, words):
    check.contains(said.err, words, "what is said")
    check.contains(said.err, "still pending", "what is said")
    check.contains(said.out, r"status\s+pending", "what is shown")
    if result in UNTOUCHED:
        check.contains(said.out, rf"result\s+{result}", "what is shown")


def _lines(text):
    """A zone file, in which an indented line would belong to the name above it."""
    return "".join(line.strip() + "\n" for line in text.splitlines())


@contextlib.contextmanager
def _text(path, text):
    with host.Kept(path):
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
        path.chmod(0o644)
        yield
