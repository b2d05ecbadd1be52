"""ssoctl setup: from nothing to the first sign-in, and on again where it was left."""
import check
import host
import login
import processes
import test_wiring as wiring

ORG, OWNER, PASSWORD = "walked", "boss@walked.example", "walked-Lantern-77-gravel"


def setup_goes_from_nothing_to_a_wired_host_and_on_where_it_was_left(rig):
    person = rig.person("walked.test")
    rig.secrets.add(PASSWORD)
    try:
        with wiring._unwired():
            # Left in the middle, at the question for the provider.
            walk = login.Terminal("ssoctl", ["setup", ORG])
            walk.until(r"Name of the organization:")
            walk.send("Walked Inc. (it's)")
            walk.until(r"Short name, also of its Unix group \[walked\]:")
            walk.send()
            walk.until("Email address of its owner:")
            walk.send(OWNER)
            walk.until(r"\$ ssoctl org create walked --name 'Walked Inc\. \(it'\\''s\)' --owner boss@walked\.example\r")
            walk.until(rf"\$ ssoctl password set {OWNER}.*assword[^\n]*: $")
            walk.send(PASSWORD)
            walk.until("Once more: ")
            walk.send(PASSWORD)
            walk.until("Which provider, or its issuer URL:")
            walk.close()
            walk = login.Terminal("ssoctl", ["setup", ORG])
            walk.until("Known are google, entra")
            walk.until("Which provider, or its issuer URL:")
            check.lacks(walk.text, "Name of the organization|password set", "the second walk")
            walk.send(rig.idp.issuer)
            walk.until("The client's id:")
            walk.send("ssoorg")
            walk.until("CA's certificate[^\n]*:")
            walk.send(str(rig.ca))
            walk.until("secret [^\n]*: $")
            walk.send()
            walk.until(rf"\$ ssoctl idp set {ORG} --issuer \S+ --client-id ssoorg --ca-file ")
            walk.until(r"Domain \[walked\.example\]:")
            walk.send("walked.test")
            walk.until("_ssoorg-verify.walked.test")
            walk.until("Enter looks the record up[^\n]*:")
            host.ssoctl("domain", "verify", ORG, "walked.test", "--by-hand", "for a test run")
            walk.send("-")
            walk.until(r"May everybody at walked\.test come[^\n]*\[y/N\]:")
            walk.send("y")
            walk.until(r"\$ ssoctl provisioning set walked jit")
            walk.until(r"Sign in through it now[^\n]*\[Y/n\]:")
            walk.send()
            walk.until(r"Open (\S+) and enter the code (\S+)")
            rig.idp.approve(login.Challenge(walk.text[walk.text.rindex("Open "):]), person)
            walk.until("a sign-in through the connection succeeded")
            walk.until(r"Have this host ask ssoorg now \[Y/n\]:")
            walk.send("")
            walk.until("Now, elsewhere.*ssh NAME@walked.test@")
            walk.end(enter=False)
            check.equal(walk.status, 0, "the exit status")
            check.equal(wiring._states()["sudo"], "wired", "sudo")
            login.signs_in(rig, person)
            host.ssoctl("host", "revert")
            check.lacks(walk.text, PASSWORD, "what was shown")
    finally:
        host.ssoctl("org", "delete", ORG, "--yes", wants=None)
        for who in (OWNER, person):
            host.ssoctl("account", "remove", who, "--yes", wants=None)


def without_a_terminal_setup_says_so_and_does_nothing(rig):
    rig.orgs.acme()
    before = host.ssoctl("org", "list").out
    check.contains(host.ssoctl("setup", wants=1).err, "no terminal to answer", "what it says")
    check.equal(host.ssoctl("org", "list").out, before, "the orgs")
    check.equal(processes.ours(), [], "what is left running")
