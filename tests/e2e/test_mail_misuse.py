# SPDX-License-Identifier: Apache-2.0
"""Codes that are guessed and looked for in memory, names and templates that are wrong, admins and strangers (POLICY V2)."""
import pathlib
import re
import subprocess

import check
import host
import login
import mail_codes
import postfix
import processes


def H54_V2_64_codes_tried_in_parallel_send_three_mails_and_let_nobody_in(rig):
    person = rig.person(mail_codes.DOMAIN)
    with mail_codes.by_code(rig, "kite") as server:
        before = server.count()
        guess = "\n".join(["1", *(f"{n:08}" for n in range(7))]) + "\n"
        tries = [subprocess.Popen(["pamtester", "-I", f"rhost=192.0.2.{n}", "sshd", person, "authenticate"],
                                  stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
                 for n in range(1, 65)]
        said = [t.communicate(guess, timeout=check.HANG_S)[0] for t in tries]
        check.equal([t.returncode for t in tries if t.returncode == 0], [], "who got in")
        check.that(all("successfully authenticated" not in text for text in said), "somebody is authenticated")
        asked = sum("A code was sent" in text for text in said)
        check.that(1 <= asked <= 3, f"{asked} of 64 were asked for a code: three mails go to an address")
        check.that(server.count() - before <= 3, f"{server.count() - before} mails went out")
        check.that(host.in_passwd(person) is None, "an account was made")
        check.that(not processes.ours(), "a helper lives on")


def V2_two_sign_ins_for_one_address_at_once_have_a_code_each_and_make_one_account(rig):
    person = rig.person(mail_codes.DOMAIN)
    with mail_codes.by_code(rig, "kite") as server:
        first, second = _from("192.0.2.1", person), _from("192.0.2.2", person)
        codes = []
        for terminal in (first, second):
            terminal.until(mail_codes.WAYS)
            terminal.send("1")
            terminal.until("Code: ?$")
            codes.append(server.code(person))
        check.that(codes[0] != codes[1], "both have the same code")
        first.send(codes[1])
        first.until("That is not the code")
        for terminal, code in ((first, codes[0]), (second, codes[1])):
            terminal.send(code)
            terminal.until(mail_codes.JOIN)
        for terminal in (first, second):
            terminal.send("kite")
        for terminal in (first, second):
            terminal.until("successfully authenticated")
        check.equal(len([row for row in host.listed("account", "list") if row["email"] == person]), 1, "accounts")
        check.equal(host.members("kite")[person]["source"], "sso", "the membership")


def H14_V2_a_code_is_in_no_memory_after_its_use(rig):
    """The sign-in still asks which org is to be joined then: its memory is looked through."""
    person = rig.person(mail_codes.DOMAIN)
    with mail_codes.by_code(rig, "kite", "lark") as server:
        terminal = mail_codes.asks(rig, person)
        code = server.code(person)
        held = [pid for pid, exe in processes.ours() if exe.endswith("ssoorg-signin")]
        check.equal(len(held), 1, "the sign-ins that run")
        check.that(code.encode() in _memory(held[0]), "the code is nowhere while it is waited for: this test is blind")
        terminal.send(code)
        terminal.until(mail_codes.JOIN)
        check.that(code.encode() not in _memory(held[0]), "the code is in memory after its use")
        check.that(b"mail-Gravel-71-swing" not in _memory(held[0]), "the mail server's password is in memory")
        terminal.close()


def N7_V2_what_people_call_themselves_arrives_as_text(rig):
    rig.orgs.bare("kite")
    name = "1 <b>\u00dcn\u00efcode</b> \"quoted\"; Bcc: all@nest.test " + "x" * 40
    host.ssoctl("org", "set", "kite", f"name={name}")
    try:
        with postfix.sends(rig) as server:
            person = rig.person(mail_codes.DOMAIN)
            host.ssoctl("invite", "create", "kite", person, "--mail")
            mail = server.new(person)
            check.contains(mail["Subject"], re.escape(name + " (kite) invites you"), "the subject")
            check.contains(mail.get_content(), re.escape(name + " (kite) invites you to"), "the text")
            check.equal(mail.get_all("Bcc"), None, "what the name has put among the headers")
            raw = mail.as_bytes()
            check.that(max(len(line) for line in raw.splitlines()) <= 200, "a line is long")
            for wrong in ("a\nb", "x" * 200, "\u202eabc"):
                host.ssoctl("org", "set", "kite", f"name={wrong}", wants=2)
            for address in ("a b@nest.test", "a@nest.test\nBcc: x@nest.test", "<a@nest.test>", "\u00e4@nest.test", "a@" + "x" * 300):
                host.ssoctl("invite", "create", "kite", address, "--mail", wants=2)
                host.ssoctl("mail", "test", address, wants=2)
            host.ssoctl("invite", "cancel", "kite", person)
    finally:
        host.ssoctl("org", "set", "kite", "name=Kite")


def V2_a_template_that_is_wrong_is_told_of_and_stops_nobody(rig):
    person = rig.person(mail_codes.DOMAIN)
    template = pathlib.Path("/etc/ssoorg/mail.template")
    with mail_codes.by_code(rig, "kite") as server, host.Kept(template):
        template.write_text("[code]\nSubject: Gr\u00fc\u00dfe von {host}\n\nIhr Code:\n\n    {code}\n\nf\u00fcr {org}\n")
        terminal = mail_codes.asks(rig, person)
        mail = server.new(person)
        check.contains(mail["Subject"], "Gr\u00fc\u00dfe von", "the own subject")
        check.lacks(mail.get_content(), "f\u00fcr", "the line whose field is empty")
        terminal.send(re.search(r"^\s+(\d{8})$", mail.get_content(), re.MULTILINE).group(1))
        terminal.until(mail_codes.JOIN)
        terminal.close()
        template.write_text("[code]\nSubject: x\n\n{passwort}\n")
        words = r"mail\.template:4: field \"passwort\": host, org, login, address, code and minutes"
        check.contains(host.ssoctl("mail", "test", person, wants=1).err, words, "what mail test says")
        check.contains(host.listed("mail", "show")["template_error"], words, "what mail show says")
        log = rig.log()
        terminal = mail_codes.asks(rig, person)
        check.contains(server.new(person).get_content(), "If you did not ask for it", "the text that came with the program")
        check.contains(log.text(), words, "the log")
        terminal.close()


def W3_V2_an_orgs_admin_invites_and_imports_by_mail(rig):
    rig.orgs.bare("kite")
    admin, guest, member = rig.person(mail_codes.DOMAIN), rig.person(mail_codes.DOMAIN), rig.person(mail_codes.DOMAIN)
    host.ssoctl("member", "add", "kite", admin, "--role", "admin")
    uid, gid = host.in_passwd(admin)[2:4]
    org = host.listed("org", "show", "kite")
    sudoers = pathlib.Path("/etc/sudoers.d/ssoorg-mail-test")

    def acts(*words, stdin=""):
        listed = ",".join(map(str, (gid, org["gid"], org["admins_gid"])))
        return processes.run("setpriv", "--reuid", uid, "--regid", gid, "--groups", listed, "--", "sudo", "-n",
                             "/usr/bin/ssoctl", *words, stdin=stdin)

    with postfix.sends(rig) as server:
        try:
            sudoers.write_text("Defaults!/usr/bin/ssoctl env_reset, !setenv, preserve_groups\n"
                               "ALL ALL = (root) NOPASSWD: /usr/bin/ssoctl\n")
            sudoers.chmod(0o440)
            said = acts("invite", "create", "kite", guest, "--mail")
            check.equal(said.status, 0, f"the invite, which said {check.shown(said.text)}")
            check.contains(server.new(guest).get_content(), r"Kite \(kite\) invites you", "the mail")
            said = acts("member", "import", "kite", "-", "--mail", stdin=f"email\n{member}\n")
            check.contains(said.text, "1 people were told by mail", "what is said of the import")
            check.contains(server.new(member).get_content(), "gives you access", "the mail of the import")
            check.equal(acts("mail", "show").status, 3, "what an admin of an org sees of the mail server")
        finally:
            sudoers.unlink()
            host.ssoctl("invite", "cancel", "kite", guest, wants=None)


def H71_V2_strangers_do_not_use_up_the_mails_of_whoever_comes_from_where_they_came_before(rig):
    person = rig.person(mail_codes.DOMAIN)
    with mail_codes.by_code(rig, "kite") as server:
        check.that(login.signed_in(mail_codes.comes(rig, server, person, [(mail_codes.JOIN, "kite")])), "not signed in")
        host.ssoctl("throttle", "clear", person)
        for n in range(1, 5):
            terminal = _from(f"192.0.2.{n}", person)
            terminal.until(mail_codes.WAYS)
            terminal.send("1")
            terminal.until("Code: ?$" if n < 4 else "Too many emails")
            if n < 4:
                server.new(person)
            terminal.close()
        check.that(login.signed_in(mail_codes.comes(rig, server, person)), "kept out by strangers")


def _from(address, person):
    """A sign-in as sshd's, from this address."""
    return login.Terminal("pamtester", ["-I", f"rhost={address}", "sshd", person, "authenticate"])


def _memory(pid):
    """All that a process can read and write."""
    parts = []
    with open(f"/proc/{pid}/maps") as maps, open(f"/proc/{pid}/mem", "rb") as memory:
        for line in maps:
            place, rights = line.split()[:2]
            start, end = (int(text, 16) for text in place.split("-"))
            if rights.startswith("rw"):
                memory.seek(start)
                try:
                    parts.append(memory.read(end - start))
                except OSError:
                    continue
    return b"".join(parts)
