"""ssoorg-fleet on a real engine, through the library of those who ask it."""
import check
import engine
from driver import Driver
from ground import ADMIN, DB, STRANGER, WEB


def what_is_asked_is_answered_with_rows_of_text_and_bytes(fleet):
    with Driver(fleet) as web:
        check.equal(web.open(WEB).status, "done", "open")
        fleet.member(WEB, fleet.acme, "asked@acme.test")
        head = web.ask("head")
        check.equal((head.status, head.columns, len(head.rows)), ("done", 4, 1), "head")
        check.equal(head.rows[0][0].decode(), str(fleet.head()[0]), "the revision")
        record = bytes(range(256))
        fleet.must(ADMIN, f"SELECT ssoorg.put_part({fleet.acme}, 'connection', 'bytes', 0, '\\x{record.hex()}')")
        rows = web.ask("pull", fleet.acme, 0, None, fleet.head()[0], 0, "~", "", 1000, None).rows
        check.that(any(row[1] == b"connection" and row[2] == b"bytes" and row[4] == record for row in rows), "the record's bytes")
        check.that(any(row[1] == b"account" and row[4] is None for row in rows), "NULL of a record that no admin wrote")


def an_error_of_the_engine_is_told_and_the_connection_goes_on(fleet):
    with Driver(fleet) as db:
        db.open(DB)
        for words, status, sqlstate in (
                (("pull", fleet.acme, 0, None, 0, 0, "~", "", 9, None), "no such thing", "SF002"),
                (("put_part", fleet.beta, "connection", "x", 0, b"record", "f"), "refused by policy", "42501"),
                (("pull", fleet.beta, 1, "00000000-0000-4000-8000-000000000000", 1, 1, "~", "", 9, None), "damaged", "SF004"),
                (("claim_account", fleet.beta, "who@acme.test", "who@acme.test", fleet.new_uid()), "refused by policy", "SF006"),
                (("claim_account", fleet.beta, "who@beta.test", "root", fleet.new_uid()), "exists already", "SF007"),
                (("claim_membership", fleet.beta, 1, None), "no such thing", "SF009"),
                (("pull", "no number", 0, None, 0, 0, "~", "", 9, None), "not legal", "22P02")):
            said = db.ask(*words)
            check.equal((said.status, said.sqlstate, said.rows), (status, sqlstate, []), str(words))
            check.contains(said.text, rf"^fleet: {words[0]}: .*\(SQLSTATE {sqlstate}\)$", "the error")
        check.equal(db.ask("head").status, "done", "what is asked then")


def a_transaction_is_whole_or_nothing(fleet):
    with Driver(fleet) as admin:
        admin.open(ADMIN)
        for end, there in (("rollback", False), ("commit", True)):
            key = f"transaction {end}"
            check.equal(admin.ask("begin").status, "done", "begin")
            put = admin.ask("put_part", fleet.acme, "mapping", key, 0, b"\x00\xff", "f")
            check.equal((put.status, put.text), ("done", ""), "put_part")
            check.equal(admin.ask(end).status, "done", end)
            found = fleet.engine.root(f"SELECT record FROM ssoorg.part WHERE key = '{key}'").rows
            check.equal(found, [["\\x00ff"]] if there else [], f"what is there after {end}")
        admin.ask("begin")
        check.equal(admin.ask("put_part", fleet.acme, "mapping", key, 0, b"", "f").sqlstate, "SF005", "an error")
        check.equal(admin.ask("head").sqlstate, "25P02", "what is asked behind it")
        check.equal((admin.ask("rollback").status, admin.ask("head").status), ("done", "done"), "after rollback")


def each_statement_of_the_table_is_one_that_the_engine_has(fleet):
    """With parameters that the engine refuses, if by nothing else: by what it says it has found the function."""
    names = ("begin", "commit", "rollback", "head", "served", "check_revision", "contact", "pull", "pull_taken", "claim_account", "claim_membership", "report",
             "put_org", "put_account", "put_membership", "put_domain", "put_invite", "put_part", "add_host", "remove_host", "hosts", "serve", "reports")
    with Driver(fleet) as stranger:
        stranger.open(STRANGER)
        for name in names:
            said = stranger.ask(name)
            check.that(said.sqlstate in ("", "SF001", "SF003", "42501"), f"{name}: {said.sqlstate} {said.text}")
        check.that(stranger.ask("no such").status != "done", "what is in no table")


def reports_travel_in_arrays_of_bytes(fleet):
    ids = ["00000000-0000-4000-9000-00000000000a", "00000000-0000-4000-9000-00000000000b"]
    bodies = '{"\\\\x00ff22","\\\\x"}'
    with Driver(fleet) as web, Driver(fleet) as admin:
        web.open(WEB)
        admin.open(ADMIN)
        for wanted in (b"2", b"0"):
            check.equal(web.ask("report", "{" + ",".join(ids) + "}", bodies).rows, [[wanted]], "how many are new")
        rows = [row for row in admin.ask("reports", 0, 1000).rows if row[1].decode() in ids]
        check.equal([row[4] for row in rows], [b"\x00\xff\x22", b""], "bodies")
        check.that(all(row[2] == b"web" and row[3].isdigit() for row in rows), "host and time")


def a_long_answer_comes_whole_and_one_that_is_too_long_is_an_error(fleet):
    record = "0a" * 200000
    fleet.must(None, f"INSERT INTO ssoorg.part (org_id, kind, key, record, revision) SELECT {fleet.beta}, 'pending', 'long' || n, "
                     f"'\\x{record}', 1 FROM generate_series(1, 90) n")
    try:
        with Driver(fleet) as db:
            db.open(DB)
            pull = ("pull", fleet.beta, 0, None, fleet.head()[0], 0, "~", "")
            said = db.ask(*pull, 60)
            check.equal([len(row[4]) for row in said.rows if row[1] == b"pending"][:40], [200000] * 40, "records")
            said = db.ask(*pull, 1000)
            check.equal((said.status, said.sqlstate, said.rows), ("too large", "54000", []), "18 MB")
            check.equal(db.ask("head").status, "done", "what is asked then")
            said = db.ask("claim_membership", fleet.beta, 1, b"x" * 1000000)
            check.equal((said.status, said.sqlstate), ("too large", ""), "a parameter of 1 MB")
            check.equal(db.ask("head").status, "done", "what is asked then")
    finally:
        fleet.must(None, "DELETE FROM ssoorg.part WHERE key LIKE 'long%'")


def who_listens_is_told_of_its_orgs_alone(fleet):
    with Driver(fleet) as web:
        web.open(WEB)
        check.equal(web.say("listen", fleet.acme, fleet.closed).status, "done", "listen")
        check.equal(web.say("await", ms=200).status, "took too long", "nothing is told")
        fleet.member(DB, fleet.beta, "quiet@beta.test")
        fleet.must(None, f"SELECT pg_notify('ssoorg_{fleet.acme}x', '1'), pg_notify('ssoorg_', '1'), pg_notify('other', '1')")
        check.equal(web.say("await", ms=200).status, "took too long", "what others are told")
        fleet.member(WEB, fleet.acme, "told@acme.test")
        said = web.say("await")
        check.equal((said.status, said.text), ("done", f"{fleet.acme} {fleet.head()[0]}"), "what is told")
        fleet.must(None, f"SELECT pg_notify('ssoorg_{fleet.closed}', 'no revision')")
        check.equal(web.say("await").text, f"{fleet.closed} 0", "a hint without a revision")
        for _ in range(3):
            fleet.must(None, f"SELECT pg_notify('ssoorg_{fleet.acme}', n::text) FROM generate_series(1, 3000) n")
        check.equal(web.ask("head").status, "done", "asked while it is told much")
        last = web.say("await").text
        while last != f"{fleet.acme} 3000":
            check.contains(last, rf"^{fleet.acme} \d+$", "what is told")
            last = web.say("await").text
        check.equal(web.say("listen", fleet.closed).status, "done", "listening to others")
        fleet.must(None, f"SELECT pg_notify('ssoorg_{fleet.acme}', '1')")
        check.equal(web.say("await", ms=200).status, "took too long", "what is not listened to any more")


def a_script_is_run_as_one_and_what_it_warns_of_is_said(fleet):
    script = fleet.engine.folder / "script"
    with Driver(fleet) as root:
        fleet.engine.root(f"CREATE ROLE scripts LOGIN SUPERUSER PASSWORD '{engine.PASSWORD}'")
        root.open("scripts")
        script.write_text("CREATE TABLE public.one (); DO $$ BEGIN RAISE WARNING 'mind %', 1; END $$;")
        said = root.say("script", script)
        check.equal((said.status, said.text), ("done", "mind 1"), "a script")
        script.write_text("CREATE TABLE public.two (); SELECT 1/0; CREATE TABLE public.three ();")
        said = root.say("script", script)
        check.equal((said.status, said.sqlstate), ("not legal", "22012"), "one that fails")
        found = fleet.engine.root("SELECT relname FROM pg_class WHERE relname IN ('one', 'two', 'three')").rows
        check.equal(found, [["one"]], "tables")


def the_schema_is_a_script_that_makes_a_database_of_a_fleet(fleet):
    fleet.engine.root("CREATE DATABASE second", database="postgres")
    fleet.engine.root(f"CREATE ROLE owns LOGIN SUPERUSER PASSWORD '{engine.PASSWORD}'")
    with Driver(fleet) as root:
        root.open("owns", database="second")
        said = root.say("script", engine.SCHEMA)
        check.equal((said.status, said.sqlstate), ("done", ""), said.text)
    check.equal(fleet.engine.root("SELECT revision FROM ssoorg.head", database="second").value, "0", "its first revision")
