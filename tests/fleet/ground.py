"""A fleet on an engine: an admin host, two hosts of one org each, one that is nobody's."""
import re
import threading

import check
import engine

ADMIN, WEB, DB, STRANGER = "ssoorg_h_admin", "ssoorg_h_web", "ssoorg_h_db", "ssoorg_h_stranger"


class Fleet:
    def __init__(self):
        self.engine = engine.Engine()
        self.acme = self.beta = self.closed = None
        self._uid = 65536
        self._lock = threading.Lock()

    def set_up(self):
        self.engine.start()
        made = self.engine.root("CREATE DATABASE fleet", database="postgres")
        check.that(made.state is None, f"CREATE DATABASE: {made.err}")
        status, said = self.engine.run(engine.SCHEMA)
        check.that(status == 0, f"schema.sql: {said}")
        for login, group in ((ADMIN, "ssoorg_admin"), (WEB, "ssoorg_host"), (DB, "ssoorg_host"), (STRANGER, "ssoorg_host")):
            self.must(None, f"CREATE ROLE {login} LOGIN PASSWORD '{engine.PASSWORD}' IN ROLE {group}")
        self.must(None, f"INSERT INTO ssoorg.host (host, login) VALUES ('admin', '{ADMIN}')")
        for host, login in (("web", WEB), ("db", DB)):
            self.must(ADMIN, f"SELECT ssoorg.add_host('{host}', '{login}')")
        self.acme = self._add_org("acme", "jit", 70000)
        self.beta = self._add_org("beta", "jit", 70010)
        self.closed = self._add_org("closed", "invite-only", 70020)
        self.must(ADMIN, f"SELECT ssoorg.serve('web', ARRAY[{self.acme}, {self.closed}])")
        self.must(ADMIN, f"SELECT ssoorg.serve('db', ARRAY[{self.beta}])")

    def _add_org(self, slug, provisioning, gid):
        org = self.must(ADMIN, f"SELECT ssoorg.put_org(NULL, 0, '{slug}', '{provisioning}', false, ARRAY[{gid}, {gid + 1}], "
                               "'record')").value
        self.must(ADMIN, f"SELECT ssoorg.put_domain({org}, '{slug}.test', 0, true, false, 'record')")
        return org

    def tear_down(self):
        self.engine.stop()

    def ask(self, login, sql):
        return self.engine.ask(login, sql)

    def must(self, login, sql):
        answer = self.engine.ask(login, sql)
        check.that(answer.state is None, f"{sql}: {answer.err.strip()}")
        return answer

    def refused(self, login, sql, state):
        """STATE: one, or what it matches."""
        answer = self.engine.ask(login, sql)
        check.that(answer.state is not None and re.fullmatch(state, answer.state),
                   f"{login}: {sql}: SQLSTATE {answer.state} instead of {state}: {answer.rows} {answer.err.strip()}")

    def all_refused(self, login, statements, state):
        """The same of many, over one connection."""
        states = self.engine.states(login, statements)
        check.equal(len(states), len(statements), "answers")
        wrong = [(sql, found) for sql, found in zip(statements, states) if not re.fullmatch(state, found)]
        check.equal(wrong, [], f"what {login} is answered otherwise than {state}")

    def new_uid(self):
        """A number that nobody has asked for."""
        with self._lock:
            self._uid += 1
            return self._uid if self._uid < 70000 else self._uid + 1000

    def claim(self, login, org, email, uid=None):
        return self.ask(login, f"SELECT * FROM ssoorg.claim_account({org}, '{email}', '{email}', {uid or self.new_uid()})")

    def member(self, login, org, email):
        """Somebody new of an org, as a host makes them: the account's id."""
        account = self.claim(login, org, email).value
        self.must(login, f"SELECT * FROM ssoorg.claim_membership({org}, {account})")
        return account

    def head(self, login=ADMIN):
        row = self.must(login, "SELECT * FROM ssoorg.head()").rows[0]
        return int(row[0]), row[1]

    def pull(self, login, org, after=(0, None), up_to=None, page=None, most=1000):
        """Everything behind AFTER, (revision, token), page by page: rows [revision, kind, key, gone, fields]."""
        up_to = self.head(login)[0] if up_to is None else up_to
        page = page or (after[0], "~", "")
        token = "NULL" if after[1] is None else f"'{after[1]}'"
        rows = []
        while True:
            got = self.must(login, f"SELECT row_revision, kind, key, gone, fields FROM ssoorg.pull({org}, {after[0]}, {token}, "
                                   f"{up_to}, {page[0]}, '{page[1]}', '{page[2]}', {most})").rows
            rows += got
            if len(got) < most:
                return rows
            page = got[-1][:3]
