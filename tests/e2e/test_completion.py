"""Completion in three shells, by the shells themselves."""
import re

import check
import host
import processes

# What is typed, and some of what must be offered for the last word.
CASES = ((["ssoctl", ""], {"org", "member", "whoami"}), (["ssoctl", "org", ""], {"create", "delete", "set"}),
         (["ssoctl", "enforcement", "set", "acme", ""], {"domains", "sso-only", "--yes"}),
         (["ssoctl", "idp", "set", "acme", "--auth", ""], {"none", "private_key_jwt"}),
         (["ssoctl", "member", "add", "acme", "x@y.test", "--r"], {"--role"}), (["ssoctl", "whoami", "--j"], {"--json"}))


def bash_completes_every_command(rig):
    script = host.ssoctl("completion", "bash").out
    for words, wanted in [*CASES, *_every_command()]:
        typed = " ".join(f"'{word}'" for word in words)
        offered = processes.must("bash", "-c", f"{script}\nCOMP_WORDS=({typed}); COMP_CWORD={len(words) - 1}; _ssoctl; "
                                 'printf "%s\\n" "${COMPREPLY[@]}"').out.split()
        _has(offered, wanted, words)


def zsh_completes_as_bash_does(rig):
    script = host.ssoctl("completion", "zsh").out
    for words, wanted in CASES:
        before = words[-2]
        noun, verb = (words[1:] + ["", ""])[:2]
        offered = processes.must("zsh", "-f", "-c", f"compdef() {{ }}\n{script}\n"
                                 f"_ssoctl_words {len(words) - 1} '{noun}' '{verb}' '{before}'; echo $REPLY").out.split()
        _has(offered, wanted, words)


def fish_completes_nouns_verbs_and_options(rig):
    script = host.ssoctl("completion", "fish").out
    for words, wanted in CASES:
        line = " ".join(words)
        offered = processes.must("fish", "--no-config", "-c", f"{script}\ncomplete -C '{line}'").out.splitlines()
        options = {word for word in wanted if word.startswith("--")} if words[-1] == "" else set()
        _has([word.split("\t")[0] for word in offered], wanted - options, words)


def _store_cases(rig):
    """What root types, and what of the store must be offered, or must not be."""
    org = rig.orgs.bare("feel")
    host.ssoctl("member", "add", org, "tabbed@feel.example", "--login", "tabby")
    host.ssoctl("domain", "add", org, "feel.test")
    return ((["ssoctl", "org", "show", "fe"], {org}, {"tabby"}), (["ssoctl", "org", "show", ""], {org}, set()),
            (["ssoctl", "--json", "org", "show", "fe"], {org}, set()),
            (["ssoctl", "member", "suspend", org, "tab"], {"tabby", "tabbed@feel.example"}, {org}),
            (["ssoctl", "member", "suspend", org, "tabbed@fe"], {"tabbed@feel.example"}, {"tabby"}),
            (["ssoctl", "account", "show", "--json", "tab"], {"tabby"}, set()),
            (["ssoctl", "domain", "show", org, "fe"], {"feel.test"}, {org}),
            (["ssoctl", "identity", "unlink", "tabby", "--org", "fe"], {org}, {"tabby"}),
            (["ssoctl", "member", "role", org, "tabby", ""], {"viewer", "admin"}, {org, "tabby"}))


def _end_store_cases():
    host.ssoctl("account", "remove", "tabby", "--yes")
    host.ssoctl("domain", "remove", "feel", "feel.test", "--yes")


def what_is_in_the_store_is_completed_for_root(rig):
    for words, wanted, other in _store_cases(rig):
        offered = host.ssoctl("candidates", "--", *words[1:]).out.split()
        if words[2] != "role" or words[1] != "member":
            _has(offered, wanted, words)
        check.that(not other & set(offered), f"for {words}: {offered}")
    _end_store_cases()


def bash_zsh_and_fish_complete_what_is_in_the_store(rig):
    bash, zsh, fish = (host.ssoctl("completion", shell).out for shell in ("bash", "zsh", "fish"))
    for words, wanted, other in _store_cases(rig):
        line = " ".join(words)
        typed = " ".join(f"'{word}'" for word in words)
        # Readline takes words apart at "@" and puts together again what it is given.
        last = words[-1].split("@")[-1]
        offered = processes.must("bash", "-c", f"{bash}\nCOMP_LINE='{line}'; COMP_POINT=${{#COMP_LINE}}\n"
                                 f"COMP_WORDS=({typed}); COMP_CWORD={len(words) - 1}; COMP_WORDS[COMP_CWORD]='{last}'; _ssoctl; "
                                 'printf "%s\\n" "${COMPREPLY[@]}"').out.split()
        cut = words[-1][:len(words[-1]) - len(last)]
        _has(offered, {word.removeprefix(cut) for word in wanted}, words)
        check.that(not other & set(offered), f"bash for {words}: {offered}")
        offered = processes.must("zsh", "-f", "-c", f"compdef() {{ }}; compadd() {{ shift; print -l -- $@ }}\n{zsh}\n"
                                 f"words=({typed}); CURRENT={len(words)}; _ssoctl").out.split()
        _has(offered, wanted, words)
        offered = processes.must("fish", "--no-config", "-c", f"{fish}\ncomplete -C '{line}'").out.splitlines()
        _has([word.split("\t")[0] for word in offered], wanted, words)
    _end_store_cases()


def candidates_are_few_and_of_operators_alone(rig):
    org = rig.orgs.bare("feel")
    rows = "".join(f"many{n}@feel.example\n" for n in range(300))
    host.ssoctl("member", "import", org, "-", stdin="email\n" + rows)
    check.equal(len(host.ssoctl("candidates", "account", "show", "many").out.split()), 100, "candidates of three hundred")
    check.equal(host.ssoctl("candidates", "account", "show", "many29").out.split(),
                [*(f"many29{n}@feel.example" for n in range(10)), "many29@feel.example"], "those that begin so")
    for words in (("nonsense", "x"), ("org", "list", "x"), ("org", "show", "x", "y"), ("x",)):
        check.equal(host.ssoctl("candidates", *words).out, "", f"what {words} may become")


def an_unknown_shell_is_said(rig):
    check.contains(host.ssoctl("completion", "csh", wants=2).err, "bash, zsh or fish", "what is said")


def _has(offered, wanted, words):
    check.that(wanted <= set(offered), f"for {' '.join(words)!r}: {sorted(wanted - set(offered))} is not in {offered[:40]}")


def _every_command():
    """Each command's options, as its help has them."""
    for line in host.ssoctl("--help").out.splitlines():
        words = re.match(r"  ssoctl ([a-z-]+)(?: ([a-z-]+)(?= |$))?", line)
        if words:
            name = [word for word in words.groups() if word and "|" not in word]
            options = set(re.findall(r"^  (--[a-z-]+)", host.ssoctl(*name, "--help").out, re.M))
            yield ["ssoctl", *name, ""], options if len(name) == 2 else set()
