"""What a host's credential may not do, by direct SQL, whatever is tried."""
import check
import engine
from ground import ADMIN, DB, STRANGER, WEB

DENIED = "42501"
TABLES = ("fleet", "head", "revision", "host", "host_org", "number", "name", "person", "org", "account", "membership",
          "domain", "invite", "part", "report")
OF_HOSTS = {"head", "served", "check_revision", "contact", "pull", "pull_taken", "claim_account", "claim_membership", "report"}
OF_ADMINS = OF_HOSTS | {"put_org", "put_account", "put_membership", "put_domain", "put_invite", "put_part", "add_host", "remove_host", "hosts",
                        "serve", "reports"}


def the_schema_is_made_once_and_whole(fleet):
    status, said = fleet.engine.run(engine.SCHEMA)
    check.that(status != 0 and "42P06" in said, f"a second time: {status} {said}")
    check.equal(fleet.must(ADMIN, "SELECT schema_version FROM ssoorg.head()").value, "1", "the version")
    left = fleet.engine.root("SELECT count(*) FROM pg_auth_members WHERE member = 'postgres'::regrole").value
    check.equal(left, "0", "roles that whoever ran it is left with")


def every_function_has_a_fixed_search_path_and_an_owner_who_owns_no_table(fleet):
    rows = fleet.engine.root("""
        SELECT p.proname, p.proowner::regrole, p.proconfig, p.prosecdef, has_function_privilege('public', p.oid, 'EXECUTE'),
               has_function_privilege('ssoorg_host', p.oid, 'EXECUTE'), has_function_privilege('ssoorg_admin', p.oid, 'EXECUTE')
          FROM pg_proc p WHERE p.pronamespace = 'ssoorg'::regnamespace""").rows
    check.that(len(rows) > len(OF_ADMINS), f"{len(rows)} functions")
    for name, owner, config, definer, public, hosts, admins in rows:
        check.equal((owner, config), ("ssoorg_functions", '{"search_path=pg_catalog, ssoorg, pg_temp"}'), name)
        check.equal(public, "f", f"{name}, for everybody")
        check.equal((hosts, admins), ("t" if name in OF_HOSTS else "f", "t" if name in OF_ADMINS else "f"), name)
        check.equal(definer, "t" if name in OF_ADMINS else "f", f"{name}, with its owner's rights")
    tables = fleet.engine.root("SELECT relname, relowner::regrole, relrowsecurity, relforcerowsecurity FROM pg_class "
                               "WHERE relnamespace = 'ssoorg'::regnamespace AND relkind = 'r'").rows
    check.equal(sorted(row[0] for row in tables), sorted(TABLES), "tables")
    for name, *state in tables:
        check.equal(state, ["ssoorg_tables", "t", "t"], name)
    for role in ("ssoorg_tables", "ssoorg_functions", "ssoorg_host", "ssoorg_admin"):
        rights = fleet.engine.root("SELECT rolcanlogin, rolsuper, rolcreaterole, rolcreatedb, rolbypassrls, rolreplication "
                                   f"FROM pg_roles WHERE rolname = '{role}'").rows
        check.equal(rights, [["f"] * 6], role)


def no_host_reads_or_writes_a_table(fleet):
    for login in (WEB, ADMIN, STRANGER):
        for table in TABLES:
            fleet.all_refused(login, (f"SELECT FROM ssoorg.{table}", f"SELECT count(*) FROM ssoorg.{table}", f"TABLE ssoorg.{table}",
                        f"INSERT INTO ssoorg.{table} DEFAULT VALUES", f"DELETE FROM ssoorg.{table}",
                        f"TRUNCATE ssoorg.{table}", f"BEGIN; LOCK ssoorg.{table}", f"COPY ssoorg.{table} TO STDOUT",
                        f"COPY (TABLE ssoorg.{table}) TO STDOUT", f"PREPARE p AS TABLE ssoorg.{table}; EXECUTE p",
                        f"DECLARE c CURSOR WITH HOLD FOR TABLE ssoorg.{table}", f"DROP TABLE ssoorg.{table}",
                        f"ALTER TABLE ssoorg.{table} DISABLE ROW LEVEL SECURITY",
                        f"CREATE VIEW pg_temp.v AS TABLE ssoorg.{table}"), DENIED)
        fleet.all_refused(login, ("SELECT nextval('ssoorg.id')", "SELECT setval('ssoorg.id', 1)"), DENIED)


def _nulls(types):
    """Of "[0:1]={bigint,text}" arguments of these types."""
    words = [word.strip('"') for word in types.split("=")[-1].strip("{}").split(",") if word]
    return ", ".join(f"NULL::{word}" for word in words)


def no_host_calls_a_function_that_is_not_for_it(fleet):
    rows = fleet.engine.root("SELECT p.proname, p.proargtypes::regtype[] FROM pg_proc p "
                             "WHERE p.pronamespace = 'ssoorg'::regnamespace").rows
    for login, legal in ((WEB, OF_HOSTS), (STRANGER, OF_HOSTS), (ADMIN, OF_ADMINS)):
        fleet.all_refused(login, [f"SELECT ssoorg.{name}({_nulls(types)})" for name, types in rows if name not in legal], DENIED)


def no_host_becomes_somebody_else(fleet):
    for role in ("postgres", "ssoorg_tables", "ssoorg_functions", "ssoorg_admin", DB, "pg_read_all_data",
                 "pg_execute_server_program", "pg_signal_backend"):
        fleet.all_refused(WEB, (f"SET ROLE {role}", f"SET SESSION AUTHORIZATION {role}", f"GRANT {role} TO {WEB}"), DENIED)
    fleet.all_refused(WEB, (f"ALTER ROLE {WEB} SUPERUSER", f"ALTER ROLE {WEB} CREATEROLE", f"ALTER ROLE {WEB} BYPASSRLS",
                "CREATE ROLE another", f"DROP ROLE {DB}", f"ALTER ROLE {DB} PASSWORD 'x'",
                "ALTER FUNCTION ssoorg.me() SECURITY DEFINER", "CREATE OR REPLACE FUNCTION ssoorg.me() RETURNS text LANGUAGE "
                "sql AS $$ SELECT 'db'::text $$", "DROP FUNCTION ssoorg.me()", "ALTER SCHEMA ssoorg RENAME TO s",
                "CREATE FUNCTION ssoorg.f() RETURNS int LANGUAGE sql AS 'SELECT 1'", "ALTER DATABASE fleet OWNER TO CURRENT_USER",
                "REASSIGN OWNED BY ssoorg_tables TO CURRENT_USER",
                "ALTER DEFAULT PRIVILEGES FOR ROLE ssoorg_tables GRANT ALL ON TABLES TO PUBLIC"), DENIED)
    # Of its own group it may be: that is nobody else.
    fleet.must(WEB, f"SET ROLE ssoorg_host; SELECT ssoorg.pull({fleet.acme}, 0, NULL, 1, 0, '~', '', 9)")
    fleet.refused(WEB, f"SET ROLE ssoorg_host; SELECT ssoorg.pull({fleet.beta}, 0, NULL, 1, 0, '~', '', 9)", "SF002")


def no_search_path_changes_what_a_function_does(fleet):
    fleet.all_refused(WEB, ("CREATE TEMP TABLE host (host text, login name, stopped bool)", "CREATE SCHEMA evil", "CREATE TABLE public.t ()",
                "CREATE FUNCTION public.now() RETURNS timestamptz LANGUAGE sql AS $$ SELECT 'epoch'::timestamptz $$",
                "CREATE DOMAIN public.uuid AS text", "CREATE OPERATOR public.= (LEFTARG = text, RIGHTARG = text, FUNCTION = texteq)"), DENIED)
    # Should something else in the database let it have a schema all the same.
    fleet.engine.root(f"""
        CREATE SCHEMA evil AUTHORIZATION {WEB};
        GRANT TEMP ON DATABASE fleet TO {WEB};
        SET SESSION AUTHORIZATION {WEB};
        CREATE TABLE evil.host AS SELECT 'db'::text AS host, '{WEB}'::name AS login, false AS stopped;
        CREATE TABLE evil.host_org AS SELECT 'web'::text AS host, {fleet.beta}::bigint AS org_id;
        CREATE TABLE evil.trace (what text);
        CREATE FUNCTION evil.pg_has_role(name, text, text) RETURNS boolean LANGUAGE sql AS 'SELECT true';
        CREATE FUNCTION evil.is_admin() RETURNS boolean LANGUAGE sql AS 'SELECT true';
        CREATE FUNCTION evil.now() RETURNS timestamptz LANGUAGE plpgsql
          AS $$ BEGIN INSERT INTO evil.trace VALUES (current_user); RETURN clock_timestamp(); END $$;
        CREATE FUNCTION evil.equal(name, name) RETURNS boolean LANGUAGE plpgsql
          AS $$ BEGIN INSERT INTO evil.trace VALUES (current_user); RETURN true; END $$;
        CREATE OPERATOR evil.= (LEFTARG = name, RIGHTARG = name, FUNCTION = evil.equal);
        GRANT ALL ON ALL TABLES IN SCHEMA evil TO PUBLIC; GRANT USAGE ON SCHEMA evil TO PUBLIC""")
    try:
        evil = "SET search_path = evil, pg_catalog, ssoorg; CREATE TEMP TABLE host_org AS TABLE evil.host_org; "
        fleet.refused(WEB, f"{evil} SELECT ssoorg.pull({fleet.beta}, 0, NULL, 1, 0, '~', '', 9)", "SF002")
        fleet.refused(WEB, f"{evil} SELECT ssoorg.claim_account({fleet.beta}, 'e@beta.test', 'e@beta.test', 70900)", "SF002")
        fleet.must(WEB, f"{evil} SELECT ssoorg.claim_account({fleet.acme}, 'path@acme.test', 'path@acme.test', {fleet.new_uid()})")
        check.equal(fleet.engine.root("SELECT count(*) FROM evil.trace").value, "0", "calls of what the host has put in the way")
    finally:
        fleet.engine.root(f"REVOKE TEMP ON DATABASE fleet FROM {WEB}; DROP SCHEMA evil CASCADE")


def no_host_runs_a_program_or_reaches_a_file(fleet):
    for login in (WEB, ADMIN):
        fleet.all_refused(login, ("COPY (SELECT 1) TO PROGRAM 'id'", "COPY ssoorg.report (host) FROM PROGRAM 'id'",
                    "COPY (SELECT 1) TO '/tmp/ssoorg-fleet-written'", "SELECT pg_read_file('/etc/passwd')",
                    "SELECT pg_read_binary_file('/etc/passwd')", "SELECT pg_ls_dir('/')", "SELECT lo_import('/etc/passwd')",
                    "SELECT lo_create(0)", "SELECT lo_creat(-1)", "SELECT lo_from_bytea(0, 'x')", "SELECT lo_open(1, 131072)",
                    "SELECT lo_export(1, '/tmp/ssoorg-fleet-written')", "ALTER SYSTEM SET log_destination = 'csvlog'",
                    "LOAD '/tmp/x.so'", "CREATE EXTENSION dblink", "CREATE EXTENSION adminpack", "SELECT pg_reload_conf()",
                    "CREATE FUNCTION public.f() RETURNS int LANGUAGE c AS '/tmp/x', 'f'", "SELECT pg_rotate_logfile()",
                    "CREATE SERVER s FOREIGN DATA WRAPPER file_fdw", "SET session_preload_libraries = 'x'",
                    "SET log_statement = 'all'", "SET session_replication_role = replica", "SELECT pg_switch_wal()",
                    "CREATE PUBLICATION p FOR ALL TABLES", "CREATE EVENT TRIGGER e ON ddl_command_start EXECUTE FUNCTION ssoorg.me()",
                    "CREATE SUBSCRIPTION s CONNECTION '' PUBLICATION p", "SET row_security = off; TABLE ssoorg.account"),
                          f"{DENIED}|58P01|42704|0A000|3F000")


def no_host_holds_up_the_others_by_a_lock_of_its_own(fleet):
    fleet.all_refused(WEB, ("SELECT pg_advisory_lock(8391714, 1)", "SELECT pg_advisory_xact_lock(8391714, 1)",
                "SELECT pg_try_advisory_lock(8391714, 1)", "SELECT pg_advisory_lock_shared(8391714, 1)",
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename <> CURRENT_USER",
                "BEGIN; LOCK TABLE ssoorg.head"), DENIED)


def a_host_sees_and_changes_nothing_of_orgs_that_it_does_not_serve(fleet):
    somebody = fleet.member(DB, fleet.beta, "served@beta.test")
    for org in (fleet.beta, 0, "NULL", 12345):
        for sql in (f"SELECT ssoorg.pull({org}, 0, NULL, 1, 0, '~', '', 9)",
                    f"SELECT ssoorg.claim_account({org}, 'a@beta.test', 'a@beta.test', {fleet.new_uid()})",
                    f"SELECT ssoorg.claim_membership({org}, {somebody})"):
            fleet.refused(WEB, sql, "SF002")
    fleet.refused(WEB, f"SELECT ssoorg.claim_account({fleet.acme}, 'a@beta.test', 'a@beta.test', {fleet.new_uid()})", "SF006")
    fleet.refused(WEB, f"SELECT ssoorg.claim_membership({fleet.acme}, {somebody})", "SF006")
    check.equal(fleet.pull(WEB, fleet.acme) and [row for row in fleet.pull(WEB, fleet.acme) if "beta" in row[4]], [],
                "what it pulls of another's")


def who_is_no_host_of_the_fleet_is_told_so(fleet):
    for sql in ("SELECT ssoorg.head()", f"SELECT ssoorg.pull({fleet.acme}, 0, NULL, 1, 0, '~', '', 9)",
                "SELECT ssoorg.pull_taken(0, NULL, 1, '', 9)", "SELECT ssoorg.report('{}', '{}')",
                "SELECT ssoorg.contact(1, gen_random_uuid(), NULL, 1)",
                f"SELECT ssoorg.claim_account({fleet.acme}, 'a@acme.test', 'a@acme.test', {fleet.new_uid()})",
                f"SELECT ssoorg.claim_membership({fleet.acme}, 1)"):
        fleet.refused(STRANGER, sql, "SF001")


def row_level_security_holds_where_a_function_would_forget_to_ask(fleet):
    """As if a host could run what it likes as the functions' owner."""
    fleet.member(DB, fleet.beta, "hidden@beta.test")
    fleet.member(WEB, fleet.acme, "shown@acme.test")
    as_owner = "SET ROLE ssoorg_functions; "
    fleet.engine.root(f"GRANT ssoorg_functions TO {WEB}")
    try:
        check.equal(fleet.must(WEB, f"{as_owner} SELECT id FROM ssoorg.org ORDER BY id").rows,
                    [[fleet.acme], [fleet.closed]], "orgs")
        for table in ("membership", "domain", "invite", "part"):
            check.equal(fleet.must(WEB, f"{as_owner} SELECT DISTINCT org_id FROM ssoorg.{table} WHERE org_id NOT IN "
                                        f"({fleet.acme}, {fleet.closed})").rows, [], table)
        check.equal(fleet.must(WEB, f"{as_owner} SELECT login FROM ssoorg.account WHERE login ~ 'beta'").rows, [], "accounts")
        check.equal(fleet.must(WEB, f"{as_owner} SELECT count(*) FROM ssoorg.account WHERE login = 'shown@acme.test'").value,
                    "1", "accounts of its own")
        check.equal(fleet.must(WEB, f"{as_owner} SELECT host FROM ssoorg.host").rows, [["web"]], "hosts")
        violations = (
            f"INSERT INTO ssoorg.host_org VALUES ('web', {fleet.beta})",
            "INSERT INTO ssoorg.org (id, slug, provisioning, record, revision) VALUES (1, 'mine', 'jit', '', 1)",
            "INSERT INTO ssoorg.account (id, login, email, uid, created_by_org, created_by, record, revision) VALUES "
            f"(1, 'x', 'x@acme.test', 70001, {fleet.acme}, session_user, 'with a password', 1)",
            "INSERT INTO ssoorg.account (id, login, email, uid, created_by_org, created_by, revision) VALUES "
            f"(1, 'x', 'x@acme.test', 70001, {fleet.beta}, session_user, 1)",
            "INSERT INTO ssoorg.membership (org_id, account_id, role, source, revision) VALUES "
            f"({fleet.acme}, 1, 'owner', 'sso', 1)",
            f"INSERT INTO ssoorg.domain (org_id, domain, verified, record, revision) VALUES ({fleet.acme}, 'd', true, '', 1)")
        for sql in violations:
            fleet.refused(WEB, as_owner + sql, DENIED)
        for sql in ("UPDATE ssoorg.org SET provisioning = 'jit'", "UPDATE ssoorg.domain SET verified = true",
                    "UPDATE ssoorg.membership SET role = 'viewer'", "DELETE FROM ssoorg.person", "DELETE FROM ssoorg.host_org"):
            check.equal(fleet.must(WEB, f"{as_owner} WITH done AS ({sql} RETURNING 1) SELECT count(*) FROM done").value, "0", sql)
    finally:
        fleet.engine.root(f"REVOKE ssoorg_functions FROM {WEB}")


def two_hosts_of_one_name_are_both_stopped(fleet):
    machine, nonces = "0" * 31 + "1", [f"00000000-0000-4000-8000-00000000000{n}" for n in range(4)]
    fleet.engine.root("CREATE ROLE ssoorg_h_twin LOGIN PASSWORD '" + engine.PASSWORD + "' IN ROLE ssoorg_host")
    fleet.must(ADMIN, "SELECT ssoorg.add_host('twin', 'ssoorg_h_twin')")

    def contact(number, nonce, of=machine):
        return fleet.must("ssoorg_h_twin", f"SELECT ssoorg.contact({number}, '{nonce}', '{of}', 1)").value
    check.equal([contact(1, nonces[0]), contact(1, nonces[0]), contact(2, nonces[1])], ["t"] * 3,
                "contacts, one of them said again since its answer was lost")
    check.equal(contact(2, nonces[2]), "f", "a contact by another, from an image of the host")
    fleet.refused("ssoorg_h_twin", "SELECT ssoorg.head()", "SF001")
    fleet.refused("ssoorg_h_twin", f"SELECT ssoorg.contact(3, '{nonces[3]}', '{machine}', 1)", "SF001")
    fleet.engine.root("UPDATE ssoorg.host SET stopped = false WHERE host = 'twin'")
    check.equal(contact(3, nonces[3], "f" * 32), "f", "a contact of another machine")
    fleet.refused("ssoorg_h_twin", "SELECT ssoorg.head()", "SF001")


def what_a_host_reports_is_there_once_and_for_admins_to_read(fleet):
    report = "SELECT ssoorg.report(ARRAY['{0}-0000-4000-8000-000000000001', '{0}-0000-4000-8000-000000000002']::uuid[], " \
             "ARRAY['one', 'two']::bytea[])".format("11111111")
    check.equal([fleet.must(WEB, report).value, fleet.must(WEB, report).value], ["2", "0"], "new ones")
    check.equal(fleet.must(ADMIN, "SELECT host, convert_from(body, 'UTF8') FROM ssoorg.reports(0, 10)").rows,
                [["web", "one"], ["web", "two"]], "what is read")
    fleet.refused(WEB, "SELECT ssoorg.report(array_fill(gen_random_uuid(), '{1001}'), array_fill(''::bytea, '{1001}'))", "SF011")
    fleet.refused(WEB, "SELECT ssoorg.report(ARRAY[gen_random_uuid()], ARRAY[]::bytea[])", "SF011")
    fleet.refused(WEB, "SELECT ssoorg.report(ARRAY[gen_random_uuid()], ARRAY[convert_to(repeat('x', 20000), 'UTF8')])", "23514")
