# SPDX-License-Identifier: Apache-2.0
"""What storm.py finds afterwards: in the store, through NSS, in the audit trail and in the log."""
import collections
import json
import re
import statistics

import host
import processes

PROGRAM = host.BUILD / "tests/bench/storm"
# In what somebody is told whose number was given to another meanwhile (POLICY N4).
ANOTHER_NUMBER = "another number"
WORDS = re.compile(r".*ssoorg-signin\[\d+\]: (.*)")
NAMES = re.compile(r"(login|org|rhost|uid|email)=\S*|[a-z]*\d+\S*")
KINDS_MAX = 10


def refused(result):
    return [visit for visit in result["visits"] if not visit["granted"]]


def told_another_number(result):
    return [visit for visit in refused(result) if ANOTHER_NUMBER in visit["said"]]


def quantiles(values):
    """Zeros without any."""
    ordered = sorted(values) or [0]
    return {"p50": round(statistics.median(ordered), 1), "p99": round(ordered[(len(ordered) - 1) * 99 // 100], 1),
            "most": round(ordered[-1], 1)}


def logged(text):
    """What ssoorg-signin has logged but sign-ins, how often each, without who it was about."""
    lines = [found.group(1) for found in map(WORDS.match, text.splitlines()) if found]
    kinds = collections.Counter(NAMES.sub("*", line)[:160] for line in lines
                                if line and not line.startswith("signed in"))
    return dict(kinds.most_common(KINDS_MAX))


def told_by_nss(keys, database):
    """By name: the number that getent gives, which reads the published map."""
    text = processes.run("getent", database, *map(str, keys)).out
    return {line.split(":")[0]: int(line.split(":")[2]) for line in text.splitlines()}


def last_visits(run):
    """By login, the second one of who had to sign in once more."""
    visits = {visit["login"]: visit for visit in run["storm"]["visits"]}
    visits.update({visit["login"]: visit for visit in run["second"]["visits"]} if run["second"] else {})
    return visits


def is_lost(run, stored):
    """What is not as it must be of those who were let in, one sentence each."""
    visits = last_visits(run)
    rows = collections.defaultdict(list)
    for row in stored["accounts"]:
        rows[row["login"]].append(row)
    signed_in = collections.Counter(row["login"] for row in run["audit"] if row["event"] == "sign-in")
    named = told_by_nss([login for login, _ in run["people"]], "passwd")
    for login, _ in run["people"]:
        visit = visits[login]
        if not visit["granted"]:
            continue
        found = rows[login]
        if len(found) != 1:
            yield f"{login} has {len(found)} accounts"
            continue
        told = visit["told_uid"] if visit["known"] else None
        uids = {found[0]["uid"], found[0]["gid"], visit["uid"], visit["gid"], named.get(login), told}
        if len(uids) != 1:
            yield f"{login} has several numbers: {sorted(map(str, uids))}"
        if (found[0]["active"], found[0]["memberships"], found[0]["identities"]) != (1, 1, 1):
            yield f"{login} has {found[0]}"
        if signed_in[login] != 1:
            yield f"{login} is in the audit trail {signed_in[login]} times"


def changes_lost(run):
    listed = {slug: host.members(slug) for slug in run["slugs"]}
    for slug, email in run["members"].people:
        row = listed[slug].get(email, {})
        if (row.get("status"), row.get("role")) != ("active", "admin"):
            yield f"{email} is not the active admin that ssoctl made them: {row}"


def given_twice(slugs, stored):
    """Numbers that more than one has, over accounts and the two groups of each org; and numbers not noted as given."""
    group_names = [name for slug in slugs for name in (slug, f"{slug}-admins")]
    groups = told_by_nss(group_names, "group")
    uses = collections.Counter([row["uid"] for row in stored["accounts"]] + list(groups.values()))
    noted = {number for number, _ in stored["numbers"]}
    if len(groups) != len(group_names):
        yield "a group that NSS does not know"
    yield from (f"{number} is given {count} times" for number, count in uses.items() if count > 1)
    yield from (f"{number} is in use and not noted" for number in uses if number not in noted)


def told_for_nothing(run, stored):
    """Those who had to sign in once more although the number that NSS had told is nobody else's."""
    others = collections.defaultdict(set)
    for row in stored["accounts"]:
        others[row["uid"]].add(row["login"])
    yield from (f"{visit['login']} had been told {visit['told_uid']}" for visit in run["told_another"]
                if not others[visit["told_uid"]] - {visit["login"]})


def judge(run):
    stored = json.loads(processes.must(PROGRAM, "people", host.STORE).out)
    status = host.listed("status")
    refusals = collections.Counter(visit["said"] for visit in refused(run["storm"]))
    return {
        "kept_out": [visit["login"] for visit in last_visits(run).values() if not visit["granted"]],
        "lost": [*is_lost(run, stored), *changes_lost(run)],
        "given_twice": list(given_twice(run["slugs"], stored)),
        "told_another": len(run["told_another"]),
        "told_for_nothing": list(told_for_nothing(run, stored)),
        "refused": dict(refusals),
        "busy": run["log"].count("store is busy") + sum("busy" in line for line in run["members"].failed),
        "readers_full": run["log"].count("MDB_READERS_FULL"),
        "logged": logged(run["log"]),
        "map_is_current": status["map_current"],
        "ssoctl_failed": run["members"].failed,
        "ssoctl_changes": len(run["members"].seconds),
        "ssoctl_ms": quantiles([s * 1000 for s in run["members"].seconds]),
    }
