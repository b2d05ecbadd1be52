"""What hosts pull: all of it, once, in order, and of this fleet alone."""
import threading

import check
from ground import ADMIN, DB, WEB

PEOPLE = 240
AT_ONCE = 8


def a_host_pulls_its_orgs_whole_page_by_page(fleet):
    fleet.must(ADMIN, f"SELECT ssoorg.put_part({fleet.acme}, 'connection', 'active', 0, 'secret')")
    whole = fleet.pull(WEB, fleet.acme)
    check.equal({"org", "account", "membership", "domain", "connection"} - {row[1] for row in whole}, set(), "kinds that are missing")
    for most in (1, 7, 1000):
        check.equal(fleet.pull(WEB, fleet.acme, most=most), whole, f"the same in pages of {most}")
    check.equal(whole, sorted(whole, key=lambda row: (int(row[0]), row[1], row[2])), "the order")
    check.equal(len({(row[1], row[2]) for row in whole}), len(whole), "rows that come twice")
    stored = fleet.engine.root(f"SELECT lpad(account_id::text, 16, '0') FROM ssoorg.membership WHERE org_id = {fleet.acme}").rows
    check.equal(sorted(row[2] for row in whole if row[1] == "membership"), sorted(row[0] for row in stored), "memberships")


def what_is_pulled_in_pieces_while_others_claim_is_all_of_it_in_order(fleet):
    """A later number that is committed first would be lost to who has pulled up to it."""
    seen, done = [], threading.Event()
    start = fleet.head(WEB)

    def follow():
        after = start
        while True:
            last = done.is_set()
            head = fleet.head(WEB)
            seen.extend(fleet.pull(WEB, fleet.acme, after=after, up_to=head[0], page=(after[0], "~", ""), most=50))
            after = head
            if last:
                return
    reader = threading.Thread(target=follow)
    reader.start()
    scripts = ["\n".join(
        f"SELECT m.* FROM ssoorg.claim_account({fleet.acme}, 'q{n}@acme.test', 'q{n}@acme.test', {1900000000 + n}) c, "
        f"LATERAL ssoorg.claim_membership({fleet.acme}, c.account_id) m;" for n in range(first, PEOPLE, AT_ONCE))
        for first in range(AT_ONCE)]
    answers = fleet.engine.at_once([(WEB, script) for script in scripts])
    done.set()
    reader.join()
    check.equal([answer.err for answer in answers if answer.state], [], "claims that failed")
    stored = fleet.engine.root("SELECT m.revision, lpad(m.account_id::text, 16, '0') FROM ssoorg.membership m JOIN ssoorg.account a ON a.id = m.account_id "
                               "WHERE a.email ~ '^q[0-9]+@acme.test$' ORDER BY 1").rows
    check.equal(len(stored), PEOPLE, "people")
    pulled = [row[:1] + row[2:3] for row in seen if row[1] == "membership"]
    check.that(pulled == stored, f"{len(pulled)} of {len(stored)} were pulled; the first that differs: "
                                 f"{next((pair for pair in zip(pulled, stored) if pair[0] != pair[1]), None)}")
    revisions = [int(row[0]) for row in seen]
    check.equal(revisions, sorted(revisions), "the order")


def an_account_comes_with_its_place_whatever_was_changed_behind_the_head(fleet):
    """Else a host would have a place of nobody's, and never be told again."""
    before = fleet.head(WEB)
    account = fleet.member(WEB, fleet.acme, "behind@acme.test")
    head = fleet.head(WEB)
    uid = fleet.engine.root(f"SELECT uid FROM ssoorg.account WHERE id = {account}").value
    fleet.must(ADMIN, f"SELECT ssoorg.put_account({account}, {head[0]}, 'behind@acme.test', 'behind@acme.test', {uid}, {fleet.acme}, 'record')")
    now = fleet.head(WEB)
    kinds = {up_to: [row[1] for row in fleet.pull(WEB, fleet.acme, after=before, up_to=up_to) if row[2].endswith(account)]
             for up_to in (head[0], now[0])}
    check.equal(kinds, {head[0]: [], now[0]: ["account", "membership"]}, "what is pulled up to before and behind the change")


def a_revision_without_its_token_is_refused(fleet):
    revision, token = fleet.head(WEB)
    fleet.must(WEB, f"SELECT ssoorg.pull({fleet.acme}, {revision}, '{token}', {revision}, {revision}, '~', '', 9)")
    wrong = "00000000-0000-4000-8000-000000000000"
    for after, with_token, up_to in ((revision, f"'{wrong}'", revision), (revision, "NULL", revision), (revision - 1, f"'{token}'", revision),
                                     (revision + 1, f"'{token}'", revision + 1), (0, f"'{wrong}'", revision), (0, "NULL", revision + 1)):
        fleet.refused(WEB, f"SELECT ssoorg.pull({fleet.acme}, {after}, {with_token}, {up_to}, {after}, '~', '', 9)", "SF004")
    fleet.refused(WEB, f"SELECT ssoorg.pull_taken({revision}, '{wrong}', {revision}, '', 9)", "SF004")


def an_engine_that_has_lost_its_last_commits_is_noticed_by_who_had_applied_them(fleet):
    early = fleet.head(WEB)
    kept = fleet.member(WEB, fleet.acme, "kept@acme.test")
    at = fleet.head(WEB)
    # A standby is promoted that had not got the last of them.
    fleet.engine.root(f"DELETE FROM ssoorg.revision WHERE revision > {early[0]}; UPDATE ssoorg.head SET revision = {early[0]}, "
                      f"token = '{early[1]}'; UPDATE ssoorg.membership SET revision = {early[0]} WHERE account_id = {kept}; "
                      f"UPDATE ssoorg.account SET revision = {early[0]} WHERE id = {kept}")
    pull = f"SELECT ssoorg.pull({fleet.acme}, {at[0]}, '{at[1]}', {at[0]}, {at[0]}, '~', '', 9)"
    fleet.refused(WEB, pull, "SF004")
    while fleet.head(WEB)[0] < at[0]:
        fleet.member(WEB, fleet.acme, f"after{fleet.head(WEB)[0]}@acme.test")
    fleet.refused(WEB, pull, "SF004")  # the same numbers, of other changes
    check.that(fleet.pull(WEB, fleet.acme, after=early, page=(early[0], "~", "")), "who had not applied them goes on")


def which_numbers_are_taken_is_told_without_whose_they_are(fleet):
    fleet.member(DB, fleet.beta, "elsewhere@beta.test")
    uid = fleet.claim(DB, fleet.beta, "elsewhere@beta.test").rows[0][2]
    rows = [row[0] for row in fleet.must(WEB, f"SELECT taken FROM ssoorg.pull_taken(0, NULL, {fleet.head()[0]}, '', 10000)").rows]
    check.equal({uid, "acme", "acme-admins", "beta", "70010"} - set(rows), set(), "what is missing")
    check.equal([name for name in rows if "@" in name], [], "people")


def who_listens_to_an_org_is_woken(fleet):
    listening = fleet.engine.session(WEB)
    try:
        listening.say(f"LISTEN ssoorg_{fleet.acme};")
        account = fleet.member(WEB, fleet.acme, "loud@acme.test")
        revision = fleet.head()[0]
        said = "\n".join(listening.say("SELECT 1;"))
        check.contains(said, rf'"ssoorg_{fleet.acme}" with payload "{revision}"', f"what came of {account}")
    finally:
        listening.close()
