"""tests/fleet/site.c: hosts with stores of their own, in a fleet of their own on the engine that is there."""
import subprocess

import check
import engine
from driver import BUILD, HELPER
from ground import ADMIN, WEB

DATABASE = "sites"


def make_fleet(fleet):
    """Once: a database with an admin host and one other, and the orgs that they make themselves."""
    if fleet.engine.root(f"SELECT 1 FROM pg_database WHERE datname = '{DATABASE}'", "postgres").rows:
        return
    must(fleet, None, f"CREATE DATABASE {DATABASE}", "postgres")
    status, said = fleet.engine.run(engine.SCHEMA, DATABASE)
    check.equal((status, said), (0, ""), "schema.sql")
    must(fleet, None, f"INSERT INTO ssoorg.host (host, login) VALUES ('admin', '{ADMIN}')")
    must(fleet, ADMIN, f"SELECT ssoorg.add_host('web', '{WEB}')")


def must(fleet, login, sql, database=DATABASE):
    answer = fleet.engine.ask(login, sql, database)
    check.that(answer.state is None, f"{sql}: {answer.err.strip()}")
    return answer


class Site:
    """One of them, its store in a folder NAME, or as the login is called."""

    def __init__(self, fleet, login, role="member", name=None, database=DATABASE):
        make_fleet(fleet)
        password = fleet.engine.folder / "password"
        password.write_text(engine.PASSWORD)
        folder = fleet.engine.folder.parent / f"ssoorg-site-{name or login}"
        self.process = subprocess.Popen(
            [BUILD / "tests/fleet/site", HELPER, folder, f"127.0.0.1:{fleet.engine.port}", database, login, password, role],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1)
        self.opened = self.process.stdout.readline().strip()

    def __enter__(self):
        check.equal(self.opened, "done", "the site")
        return self

    def __exit__(self, *_):
        self.process.stdin.close()
        self.process.wait(check.HANG_S)
        self.process.stdout.close()

    def say(self, *words):
        """(what is shown, status and error)"""
        self.process.stdin.write(" ".join(words) + "\n")
        shown = self.process.stdout.readline().strip()
        return shown, self.process.stdout.readline().strip()

    def must(self, *words):
        shown, said = self.say(*words)
        check.equal(said, "done", " ".join(words))
        return shown
