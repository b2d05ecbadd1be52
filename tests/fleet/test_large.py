"""An org of many people: it comes in several changes, between which others get their turn, and counts once it is whole."""
import json

import check
import member

PEOPLE = 700
AT_ONCE = 100  # so that an import has more time for each than a slow machine takes
FIRST_PAGES = "of_kinds @> ARRAY['membership'] AND page_kind <> '~'"  # another page of people has come before

_STOPPED = """
ALTER FUNCTION ssoorg.pull(bigint, bigint, uuid, bigint, bigint, text, text, integer, text[]) RENAME TO pull_on;
CREATE FUNCTION ssoorg.pull(of_org bigint, after_revision bigint, after_token uuid, up_to bigint, page_revision bigint,
                            page_kind text, page_key text, most integer, of_kinds text[])
RETURNS TABLE (row_revision bigint, kind text, key text, gone boolean, fields jsonb, record bytea, login text, email text,
               uid bigint, created_by_org bigint, source text, at_s bigint, role text)
LANGUAGE plpgsql SECURITY DEFINER AS $$
BEGIN
  IF %s THEN
    PERFORM pg_advisory_xact_lock(8391714, 99);
  END IF;
  RETURN QUERY SELECT * FROM ssoorg.pull_on(of_org, after_revision, after_token, up_to, page_revision, page_kind, page_key,
                                            most, of_kinds);
END
$$;
GRANT EXECUTE ON FUNCTION ssoorg.pull TO ssoorg_host, ssoorg_admin"""


class _Place:
    """An admin host with an org of many, and another one that is to serve it; while HELD it gets the first of them."""

    def __init__(self, fleet, name):
        self.fleet, self.database, self.name = fleet, f"large_{name}", name
        member.make_database(fleet, self.database, f"{self.database}_owner")
        self.admin, self.web = member.Member(fleet, f"admin-{name}"), member.Member(fleet, f"web-{name}")
        self.admin.init(self.database, f"{self.database}_owner")
        self.admin.must("org", "create", "many", "--name", "Many", "--owner", "boss@many.test")
        self.admin.must("org", "create", "few", "--name", "Few", "--owner", "boss@few.test")
        self.admin.must("domain", "add", "many", "many.test")
        self.admin.must("group", "map", "many", "staff", "dev", "--yes")
        self.add("p", PEOPLE)
        self.web.must("fleet", "join", "--bundle", self.admin.add(f"web-{name}", "--orgs", "few"))
        done = fleet.engine.root(_STOPPED % FIRST_PAGES, self.database)
        check.that(done.state is None, done.err)

    def add(self, prefix, count):
        file = self.admin.folder / "people.csv"
        for first in range(0, count, AT_ONCE):
            people = range(first, min(count, first + AT_ONCE))
            file.write_text("email,role\n" + "".join(f"{prefix}{n}@many.test,viewer\n" for n in people))
            self.admin.must("member", "import", "many", file, "--yes")

    def serve(self):
        self.admin.must("fleet", "set", f"web-{self.name}", "--orgs", "few,many")

    def hold(self):
        held = self.fleet.engine.session(None, self.database)
        held.say("SELECT pg_advisory_lock(8391714, 99);")
        return held

    def waits(self):
        """The host has asked for the people behind the first of them."""
        return self.fleet.engine.root("SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND objid = 99 AND NOT granted",
                                      self.database).rows

    def shown(self, host):
        """All that a host says of the org."""
        return {words: json.loads(host.must(*words, "many", "--json"))
                for words in (("org", "show"), ("member", "list"), ("domain", "list"), ("group", "list"))}

    def agrees(self, when):
        self.admin.sync_once()
        check.equal(self.shown(self.web), self.shown(self.admin), f"what the host has {when}")


def an_org_of_many_comes_whole_and_others_get_in_between(fleet):
    place = _Place(fleet, "whole")
    held = place.hold()
    place.serve()
    with place.web.following():
        check.soon(place.waits, "the host does not get as far")
        place.web.must("org", "create", "own", "--name", "Own", "--owner", "boss@own.test")
        here = place.web.members("many")
        check.that(0 < len(here) < PEOPLE, f"{len(here)} of {PEOPLE} people are here while they come")
        shown = json.loads(place.web.must("org", "show", "many", "--json"))
        check.equal((shown["enforcement"], shown["keys"]), ("sso-only", "deny"), "the org lets nobody in while it comes")
        check.equal(json.loads(place.web.must("domain", "list", "many", "--json")), [], "its domains")
        held.close()
        check.soon(lambda: json.loads(place.web.must("org", "show", "many", "--json"))["enforcement"] == "off",
                   "the org is not whole")
    place.agrees("when all have come")
    check.that("boss@own.test" in place.web.members("own"), "what was changed meanwhile is there")


def who_takes_an_org_of_many_over_is_killed_and_the_next_one_has_it_whole(fleet):
    place = _Place(fleet, "killed")
    for served, meanwhile in ((place.serve, "sso-only"), (lambda: place.add("q", PEOPLE), "off")):  # new here, and not
        held = place.hold()
        served()
        follower = place.web.sync()
        check.soon(place.waits, "the host does not get as far")
        check.equal(json.loads(place.web.must("org", "show", "many", "--json"))["enforcement"], meanwhile, "the org meanwhile")
        follower.kill()
        follower.wait(check.HANG_S)
        follower.stderr.close()
        held.close()
        place.web.sync_once()
        place.agrees("after who took it over was killed")


def a_host_that_leaves_has_no_org_of_which_a_part_has_come(fleet):
    place = _Place(fleet, "left")
    held = place.hold()
    place.serve()
    with place.web.following():
        check.soon(place.waits, "the host does not get as far")
        left = place.web.shown("fleet", "leave", "--keep", "--yes")
        held.close()
    check.equal((left["orgs"], left["kept"]), (1, True), "what is said")
    check.equal([row["slug"] for row in json.loads(place.web.must("org", "list", "--json"))], ["few"], "the orgs")
