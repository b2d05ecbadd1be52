"""Hosts with stores of their own: what an admin host changes is on the others, with the same numbers."""
import os
import pathlib
import re
import signal

import check
import fleet_site
from ground import ADMIN, STRANGER, WEB


def what_an_admin_host_makes_is_on_another_with_the_same_numbers(fleet):
    with fleet_site.Site(fleet, ADMIN, "admin") as admin, fleet_site.Site(fleet, WEB) as web:
        admin.must("catch-up")
        admin.must("org", "sites", "boss@sites.test")
        admin.must("member", "sites", "ann@sites.test")
        admin.must("role", "sites", "ann@sites.test")
        there = admin.must("show")
        web.must("catch-up")
        check.that("sites" not in web.must("show"), "what it does not serve is there")
        fleet_site.must(fleet, ADMIN, "SELECT ssoorg.serve('web', ARRAY(SELECT org_id FROM ssoorg.served()))")
        web.must("catch-up")
        here = web.must("show")
        for what in (r"account=ann@sites\.test:\d+", r"account=boss@sites\.test:\d+", r"org=sites:\d+: .*ann@sites\.test:1"):
            found = re.search(what, there)
            check.that(found and found.group(0) in here, f"{what}: {there} / {here}")
        admin.must("remove", "sites", "ann@sites.test")
        web.must("catch-up")
        check.that("ann@sites.test:1" not in web.must("show"), "who was removed")


def whom_another_host_has_claimed_is_known_with_their_number(fleet):
    with fleet_site.Site(fleet, ADMIN, "admin") as admin:
        admin.must("catch-up")
        admin.must("org", "claims", "boss@claims.test")
        org = fleet_site.must(fleet, None, "SELECT id FROM ssoorg.org WHERE slug = 'claims'").value
        fleet_site.must(fleet, ADMIN, "SELECT ssoorg.serve('web', ARRAY(SELECT org_id FROM ssoorg.served()))")
        fleet_site.must(fleet, None, f"UPDATE ssoorg.org SET provisioning = 'jit' WHERE id = {org}")
        fleet_site.must(fleet, ADMIN, f"SELECT ssoorg.put_domain({org}, 'claims.test', 0, true, false, 'no record', true)")
        fleet_site.must(fleet, None, "UPDATE ssoorg.domain SET gone = false WHERE domain = 'claims.test'")
        account = fleet_site.must(fleet, WEB, f"SELECT * FROM ssoorg.claim_account({org}, 'new@claims.test', 'new@claims.test', 80001)")
        fleet_site.must(fleet, WEB, f"SELECT * FROM ssoorg.claim_membership({org}, {account.value})")
        fleet_site.must(fleet, None, "UPDATE ssoorg.domain SET gone = true WHERE domain = 'claims.test'")
        admin.must("catch-up")
        check.contains(admin.must("show"), r"account=new@claims\.test:80001 .*org=claims:\d+: .*new@claims\.test:0", "who was claimed")


def a_change_that_another_has_overtaken_is_made_anew(fleet):
    with fleet_site.Site(fleet, ADMIN, "admin", "first") as one, fleet_site.Site(fleet, ADMIN, "admin", "second") as two:
        one.must("catch-up")
        one.must("org", "twice", "boss@twice.test")
        one.must("member", "twice", "ann@twice.test")
        two.must("catch-up")
        one.must("role", "twice", "ann@twice.test")
        two.must("remove", "twice", "ann@twice.test")  # as it read it it is another one by now
        one.must("member", "twice", "bob@twice.test")
        two.must("member", "twice", "bob@twice.test")  # and this is so already
        one.must("catch-up")
        two.must("catch-up")
        check.equal(sorted(two.must("show").split()), sorted(one.must("show").split()), "what the two have")
        check.that("bob@twice.test:0" in one.must("show"), one.must("show"))


def an_engine_that_is_away_leaves_all_as_it_was_and_a_stranger_has_nothing(fleet):
    with fleet_site.Site(fleet, ADMIN, "admin", "away") as admin:
        admin.must("catch-up")
        admin.must("org", "away", "boss@away.test")
        before = admin.must("show")
        children = pathlib.Path(f"/proc/{admin.process.pid}/task/{admin.process.pid}/children")
        os.kill(int(children.read_text().split()[0]), signal.SIGKILL)
        said = admin.say("member", "away", "ann@away.test")[1]
        check.that(not said.startswith("done"), said)
        check.equal(admin.must("show"), before, "what is here")
    with fleet_site.Site(fleet, STRANGER, name="stranger") as stranger:
        check.contains(stranger.say("catch-up")[1], "is no host of this fleet", "what a stranger is told")


def an_engine_that_is_restored_from_before_takes_nothing_away(fleet):
    with fleet_site.Site(fleet, ADMIN, "admin", "restored") as admin:
        admin.must("catch-up")
    check.soon(lambda: not fleet.engine.sessions(ADMIN), "the engine keeps the session")
    fleet_site.must(fleet, None, f"CREATE DATABASE earlier TEMPLATE {fleet_site.DATABASE}", "postgres")
    with fleet_site.Site(fleet, ADMIN, "admin", "restored") as admin:
        admin.must("org", "younger", "boss@younger.test")
        admin.must("catch-up")
    with fleet_site.Site(fleet, ADMIN, "admin", "restored", "earlier") as admin:
        check.contains(admin.say("catch-up")[1], r"revision \d+ with this token is none of this fleet", "what is said")
        check.that("org=younger:" in admin.must("show"), "what the engine does not know any more is gone")
        check.that(not admin.say("member", "younger", "ann@younger.test")[1].startswith("done"), "a change on such an engine")


def whom_no_org_has_any_more_stays_on_an_admin_host_and_comes_back_as_they_were(fleet):
    with fleet_site.Site(fleet, ADMIN, "admin", "back") as one, fleet_site.Site(fleet, ADMIN, "admin", "forth") as two:
        one.must("catch-up")
        one.must("org", "back", "boss@back.test")
        one.must("member", "back", "ann@back.test")
        before = re.search(r"account=ann@back\.test:\d+", one.must("show")).group(0)
        one.must("remove", "back", "ann@back.test")
        two.must("catch-up")
        two.must("member", "back", "ann@back.test")
        one.must("catch-up")
        for host in (one, two):
            shown = host.must("show")
            check.that(before in shown and "ann@back.test:0" in shown, shown)


def who_is_retired_comes_back_as_somebody_new_and_who_is_removed_does_not(fleet):
    with fleet_site.Site(fleet, ADMIN, "admin", "ends") as one, fleet_site.Site(fleet, ADMIN, "admin", "ends-too") as two:
        one.must("catch-up")
        one.must("org", "ends", "boss@ends.test")
        for who in ("ann@ends.test", "bob@ends.test"):
            one.must("member", "ends", who)
        two.must("catch-up")
        one.must("account", "retire", "ann@ends.test")
        one.must("account", "remove", "bob@ends.test")
        two.must("catch-up")
        for host in (one, two):
            shown = host.must("show")
            check.that("account=ann@ends.test" not in shown and "account=bob@ends.test" not in shown, shown)
        taken = {name: fleet_site.must(fleet, None, f"SELECT count(*) FROM ssoorg.name WHERE name = '{name}'").value
                 for name in ("ann@ends.test", "bob@ends.test")}
        check.equal(taken, {"ann@ends.test": "0", "bob@ends.test": "1"}, "names that are taken")
        two.must("member", "ends", "ann@ends.test")
        one.must("catch-up")
        check.contains(one.must("show"), r"account=ann@ends\.test:\d+", "who is there anew")


def whom_an_admin_links_or_unlinks_is_so_on_another_host(fleet):
    with fleet_site.Site(fleet, ADMIN, "admin", "links") as one, fleet_site.Site(fleet, ADMIN, "admin", "links-too") as two:
        one.must("catch-up")
        one.must("org", "links", "boss@links.test")
        one.must("idp", "links")
        one.must("member", "links", "ann@links.test")
        one.must("link", "links", "ann@links.test")
        two.must("catch-up")
        check.contains(two.must("show"), r"linked=ann@links\.test", "who was linked")
        two.must("unlink", "links", "ann@links.test")
        one.must("catch-up")
        for host in (one, two):
            shown = host.must("show")
            check.that("linked=ann@links.test" not in shown and "account=ann@links.test" in shown, shown)
