"""First logins of a fleet: nobody has two numbers, and nobody somebody else's."""
import collections
import random

import check
from ground import ADMIN, DB, WEB

CONNECTIONS = 50
ROUNDS = 4
CLAIMS_EACH = 40
PEOPLE = 250
SHA = "sha256('right')"


def _row(fleet, email):
    return fleet.engine.root(f"SELECT id, login, uid, record IS NULL, created_by FROM ssoorg.account WHERE email = '{email}'").rows


def a_claim_makes_an_account_and_the_same_claim_is_one(fleet):
    uid = fleet.new_uid()
    first, again = (fleet.claim(WEB, fleet.acme, "first@acme.test", uid) for _ in range(2))
    check.equal([again.rows[0][:3], first.rows[0][3], again.rows[0][3]], [first.rows[0][:3], "t", "f"], "the same claim")
    check.equal(first.rows[0][1:], ["first@acme.test", str(uid), "t"], "who it is")
    check.that(int(first.rows[0][0]) >= 2 ** 48, f"an id that a host may give itself: {first.rows}")
    check.equal(_row(fleet, "first@acme.test"), [[first.rows[0][0], "first@acme.test", str(uid), "t", WEB]], "what is stored")
    check.equal(fleet.claim(WEB, fleet.acme, "first@acme.test").rows, again.rows, "a claim of theirs with another number")


def a_person_of_one_org_has_the_same_number_in_another(fleet):
    known = [[*fleet.claim(WEB, fleet.acme, "both@acme.test").rows[0][:3], "f"]]
    fleet.must(ADMIN, f"SELECT ssoorg.put_invite({fleet.beta}, 'both@acme.test', 0, 'sso', NULL, now() + '1 day', 'r')")
    check.equal(fleet.claim(DB, fleet.beta, "both@acme.test").rows, known, "who they are at the other host")
    check.equal(fleet.must(DB, f"SELECT role, source FROM ssoorg.claim_membership({fleet.beta}, {known[0][0]})").rows,
                [["viewer", "invitation"]], "their place")
    check.that(known[0][0] in [row[2].lstrip("0") for row in fleet.pull(DB, fleet.beta) if row[1] == "account"],
               "the other host is not told the account, which is older than all that it has pulled")


def a_login_and_a_number_are_of_one_person(fleet):
    taken = fleet.claim(WEB, fleet.acme, "taken@acme.test").rows[0][:3]
    fleet.refused(WEB, f"SELECT ssoorg.claim_account({fleet.acme}, 'other@acme.test', 'taken@acme.test', {fleet.new_uid()})", "SF007")
    fleet.refused(WEB, f"SELECT ssoorg.claim_account({fleet.acme}, 'other@acme.test', 'other@acme.test', {taken[2]})", "SF008")
    for gid in (70000, 70001, 70010):
        fleet.refused(WEB, f"SELECT ssoorg.claim_account({fleet.acme}, 'other@acme.test', 'other@acme.test', {gid})", "SF008")
    check.equal(_row(fleet, "other@acme.test"), [], "what is left of refused claims")


def a_login_is_the_address_and_a_number_one_that_the_fleet_gives(fleet):
    for login in ("root", "acme", "acme-admins", "somebody", "new"):
        fleet.refused(WEB, f"SELECT ssoorg.claim_account({fleet.acme}, 'new@acme.test', '{login}', {fleet.new_uid()})", "SF007")
    for uid in (0, 1, 999, 1000, 65534, 65535, 100000, 2147483647, 2147483648, -1):
        fleet.refused(WEB, f"SELECT ssoorg.claim_account({fleet.acme}, 'new@acme.test', 'new@acme.test', {uid})", "SF008|23514")
    fleet.must(ADMIN, f"SELECT ssoorg.put_domain({fleet.closed}, 'closed.test', (SELECT row_revision FROM ssoorg.pull("
                      f"{fleet.closed}, 0, NULL, (SELECT at_revision FROM ssoorg.head()), 0, '~', '', 99) WHERE kind = 'domain'), "
                      "true, false, 'r')")
    for email in ("NEW@acme.test", "new @acme.test", "@acme.test", "a@b@acme.test"):
        fleet.refused(WEB, f"SELECT ssoorg.claim_account({fleet.acme}, '{email}', '{email}', {fleet.new_uid()})", "23514|SF006")


def an_org_that_is_not_open_takes_nobody(fleet):
    fleet.refused(WEB, f"SELECT ssoorg.claim_account({fleet.closed}, 'a@closed.test', 'a@closed.test', {fleet.new_uid()})", "SF006")
    invite = f"SELECT ssoorg.put_invite({fleet.closed}, 'a@closed.test', {{}}, 'sso', NULL, now() + '{{}}', 'r')"
    fleet.must(ADMIN, invite.format(0, "-1 second"))
    fleet.refused(WEB, f"SELECT ssoorg.claim_account({fleet.closed}, 'a@closed.test', 'a@closed.test', {fleet.new_uid()})", "SF006")
    fleet.must(ADMIN, invite.format(fleet.head()[0], "1 day"))
    fleet.member(WEB, fleet.closed, "a@closed.test")


def an_invite_is_used_once_and_its_code_must_be_right(fleet):
    fleet.must(ADMIN, f"SELECT ssoorg.put_invite({fleet.closed}, 'code@else.test', 0, 'code', {SHA}, now() + '1 day', 'r')")
    account = fleet.claim(WEB, fleet.closed, "code@else.test").value
    for code in ("NULL", "sha256('wrong')", "'right'"):
        fleet.refused(WEB, f"SELECT ssoorg.claim_membership({fleet.closed}, {account}, {code})", "SF010")
    claim = f"SELECT * FROM ssoorg.claim_membership({fleet.closed}, {account}, {SHA})"
    first = fleet.must(WEB, claim).rows
    check.equal(fleet.must(WEB, claim).rows, first, "the same claim again")
    check.equal(first[0][:2], ["viewer", "invitation"], "their place")
    row = fleet.engine.root("SELECT gone FROM ssoorg.invite WHERE email = 'code@else.test'").rows
    check.equal(row, [["t"]], "the invite")
    # Removed by an admin: the invite is used up, and nothing else brings them back.
    fleet.must(ADMIN, f"SELECT ssoorg.put_membership({fleet.closed}, {account}, {first[0][2]}, 'viewer', 'invitation', NULL, true)")
    fleet.refused(WEB, claim, "SF006")


def an_invite_gives_the_role_and_the_end_that_it_has_and_nobody_makes_more_of_it(fleet):
    fleet.must(ADMIN, f"SELECT ssoorg.put_invite({fleet.closed}, 'more@else.test', 0, 'sso', NULL, now() + '1 day', 'r', false, "
                      "'admin', to_timestamp(4102444800))")
    account = fleet.claim(WEB, fleet.closed, "more@else.test").value
    claim = f"SELECT role, source, until_s FROM ssoorg.claim_membership({fleet.closed}, {account})"
    check.equal(fleet.must(WEB, claim).rows, [["admin", "invitation", "4102444800"]], "their place")
    rows = fleet.engine.root("SELECT role, extract(epoch FROM until)::bigint FROM ssoorg.membership "
                             f"WHERE org_id = {fleet.closed} AND account_id = {account}").rows
    check.equal(rows, [["admin", "4102444800"]], "what is stored")
    for role, state in (("owner", "23514"), ("root", "23514")):
        fleet.refused(ADMIN, f"SELECT ssoorg.put_invite({fleet.closed}, 'most@else.test', 0, 'sso', NULL, now() + '1 day', 'r', false, "
                             f"'{role}')", state)


def who_comes_back_by_themselves_is_a_viewer(fleet):
    account = fleet.member(WEB, fleet.acme, "back@acme.test")
    for role, gone in (("admin", "false"), ("admin", "true")):
        fleet.must(ADMIN, f"SELECT ssoorg.put_membership({fleet.acme}, {account}, {fleet.head()[0]}, '{role}', 'manual', 'r', {gone})")
    check.equal(fleet.must(WEB, f"SELECT role, source FROM ssoorg.claim_membership({fleet.acme}, {account})").rows,
                [["viewer", "sso"]], "their place")


def a_removed_account_leaves_its_login_and_number_taken(fleet):
    account, login, uid = fleet.claim(WEB, fleet.acme, "removed@acme.test").rows[0][:3]
    fleet.must(ADMIN, f"SELECT ssoorg.put_account({account}, {fleet.head()[0]}, '{login}', '{login}', {uid}, {fleet.acme}, NULL, true)")
    fleet.refused(WEB, f"SELECT ssoorg.claim_account({fleet.acme}, '{login}', '{login}', {fleet.new_uid()})", "SF007")
    fleet.refused(WEB, f"SELECT ssoorg.claim_account({fleet.acme}, 'heir@acme.test', 'heir@acme.test', {uid})", "SF008")


def claims_from_fifty_connections_at_once_give_nobody_two_numbers(fleet):
    """Each of the people is claimed by several hosts' connections at once, most of them with a number of their own."""
    numbers = list(range(1879048192, 1879048192 + PEOPLE + 40))
    picked = random.Random(1)

    def script():
        lines = []
        for _ in range(CLAIMS_EACH):
            email = f"p{picked.randrange(PEOPLE)}@acme.test"
            lines.append(f"SELECT '{email}', c.* FROM ssoorg.claim_account({fleet.acme}, '{email}', '{email}', "
                         f"{picked.choice(numbers)}) c;")
        return WEB, "\n".join(lines)
    answers = fleet.engine.at_once([script() for _ in range(CONNECTIONS)])
    told = collections.defaultdict(set)
    made = collections.Counter()
    for answer in answers:
        check.that(all("SF008" in line for line in answer.err.splitlines()), f"an error that is none: {answer.err[:500]}")
        for email, *who, is_new in answer.rows:
            told[email].add(tuple(who))
            made[email] += is_new == "t"
    check.that(sum(len(answer.rows) for answer in answers) > CONNECTIONS * CLAIMS_EACH / 3, "hardly a claim was granted")
    check.equal({email: who for email, who in told.items() if len(who) != 1}, {}, "people who were told two things")
    check.equal({email: made[email] for email in told if made[email] != 1}, {}, "people who were made more or less than once")
    rows = fleet.engine.root("SELECT email, id, login, uid FROM ssoorg.account WHERE uid >= 1879048192 AND email ~ '^p[0-9]'").rows
    check.equal({row[0]: {tuple(row[1:])} for row in rows}, dict(told), "what is stored beside what was told")
    for index in (1, 2, 3):
        check.equal(len({row[index] for row in rows}), len(rows), "ids, logins or numbers that are two people's")


def one_invite_claimed_from_fifty_connections_at_once_is_used_once(fleet):
    """More than once: whoever looks whether the org is open just after the invite was used up has the place all the same."""
    for number in range(ROUNDS):
        email = f"rush{number}@else.test"
        fleet.must(ADMIN, f"SELECT ssoorg.put_invite({fleet.closed}, '{email}', 0, 'code', {SHA}, now() + '1 day', 'r')")
        account = fleet.claim(WEB, fleet.closed, email).value
        before = fleet.head()[0]
        answers = fleet.engine.at_once([(WEB, f"SELECT * FROM ssoorg.claim_membership({fleet.closed}, {account}, {SHA});")] * CONNECTIONS)
        check.equal({(answer.state, tuple(map(tuple, answer.rows))) for answer in answers},
                    {(None, (("viewer", "invitation", str(before + 1), ""),))}, "what was answered")
        check.equal(fleet.head()[0], before + 1, "revisions of it")


def one_slug_from_many_connections_at_once_is_one_orgs(fleet):
    script = ("SELECT ssoorg.put_org(NULL, 0, 'rush', 'jit', false, ARRAY[{0}, {1}], 'r');")
    answers = fleet.engine.at_once([(ADMIN, script.format(80000 + 2 * n, 80001 + 2 * n)) for n in range(20)])
    check.equal(sorted(str(answer.state) for answer in answers), ["None"] + ["SF007"] * 19, "what was answered")


def of_two_changes_of_what_was_read_once_one_is_refused(fleet):
    account, login, uid = fleet.claim(WEB, fleet.acme, "stale@acme.test").rows[0][:3]
    at = fleet.head()[0]
    script = f"SELECT ssoorg.put_account({account}, {at}, '{login}', '{login}', {uid}, {fleet.acme}, 'by {{}}');"
    answers = fleet.engine.at_once([(ADMIN, script.format(n)) for n in range(20)])
    check.equal(sorted(str(answer.state) for answer in answers), ["None"] + ["SF005"] * 19, "what was answered")
    check.equal(fleet.claim(WEB, fleet.acme, "stale@acme.test").rows, [[account, login, uid, "f"]], "who they are")


def all_that_one_change_touches_has_one_revision(fleet):
    account = fleet.member(WEB, fleet.acme, "whole@acme.test")
    at = fleet.head()[0]
    rows = fleet.must(ADMIN, f"BEGIN; SELECT ssoorg.put_account({account}, {at}, 'whole@acme.test', 'whole@acme.test', "
                             f"{fleet.claim(WEB, fleet.acme, 'whole@acme.test').rows[0][2]}, {fleet.acme}, 'r'); "
                             f"SELECT ssoorg.put_membership({fleet.acme}, {account}, {at}, 'admin', 'manual', 'r'); COMMIT; "
                             "SELECT at_revision FROM ssoorg.head()").rows
    check.equal(rows[-1], [str(at + 1)], "revisions")
    check.equal({(*row[:2], row[2].lstrip("0")) for row in fleet.pull(WEB, fleet.acme, page=(at, "~", ""))},
                {(str(at + 1), "account", account), (str(at + 1), "membership", account)}, "what a host pulls of it")
