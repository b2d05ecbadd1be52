"""What a command is like to use: where options stand, what is meant by a mistake, and who is named how."""
import check
import host


def O18_options_stand_before_the_noun_too(rig):
    org = rig.orgs.bare("feel")
    usual = host.ssoctl("org", "show", org, "--json").out
    check.equal(host.ssoctl("--json", "org", "show", org).out, usual, "--json before the noun")
    check.equal(host.ssoctl("org", "--json", "show", org).out, usual, "--json before the verb")


def help_explains_a_noun_and_a_command(rig):
    check.equal(host.ssoctl("help", "org", "create").out, host.ssoctl("org", "create", "--help").out, "help of a command")
    check.equal(host.ssoctl("help", "org").out, host.ssoctl("org", "--help").out, "help of a noun")
    check.equal(host.ssoctl("help").out, host.ssoctl("--help").out, "the overview")
    check.contains(host.ssoctl("help", "org", "create").out, r"Required:\n  --name NAME\n +\S.*\n  --owner EMAIL\n",
                   "what org create needs")


def a_mistake_is_answered_with_what_is_likely_meant(rig):
    org = rig.orgs.bare("feel")
    for words, meant in ((("orgs", "list"), "mean org"), (("users", "list"), "mean member"), (("org", "lsit"), "mean list"),
                         (("member", "delete", org, "x"), "mean remove"), (("org", "rm", org), "mean delete"),
                         (("list", "org"), "mean 'ssoctl org list'"), (("org", "list", "--jsno"), "mean --json"),
                         (("org", "set", org, "invite-lifetme=3d"), "mean invite-lifetime"),
                         (("org", "create", "x"), "--name NAME\" is needed"),
                         (("org", "list", "a b"), "one argument too many")):
        result = host.ssoctl(*words, wants=2)
        check.contains(result.err, meant, f"what {words} is answered with")
        check.that(not result.out, f"{words}: something on standard output")


def a_member_is_named_by_email_login_or_number(rig):
    org, person = rig.orgs.bare("feel"), "named@feel.example"
    host.ssoctl("member", "add", org, person, "--login", "nameda")
    uid = host.members(org)[person]["uid"]
    for name in (person, person.upper(), "nameda", "NamedA", str(uid)):
        host.ssoctl("member", "suspend", org, name)
        check.equal(host.members(org)[person]["status"], "suspended", f"status after {name} was suspended")
        host.ssoctl("member", "resume", org, name)
        check.equal(host.members(org)[person]["status"], "active", f"status after {name} was resumed")
        check.equal(host.listed("account", "show", name)["email"], person, f"whom account show {name} shows")
    host.ssoctl("password", "set", "nameda", "--stdin", stdin="correct-Horse-battery-1\n")
    host.ssoctl("password", "remove", str(uid), "--yes")
    host.ssoctl("member", "role", org, str(uid), "admin")
    check.equal(host.members(org)[person]["role"], "admin", "role of who was named by number")
    gid = host.listed("org", "show", org)["gid"]
    for nobody in ("nobodyknown", "1", str(gid), "00000000000000000000001"):
        host.ssoctl("member", "suspend", org, nobody, wants=4)
    host.ssoctl("account", "remove", "nameda", "--yes")
