"""Steps about the profiles of AppArmor: they are whole, and allow what the helpers do. Loaded they are where the kernel has it."""
import pathlib
import re

import check
import host
import login
import processes

PROFILES = ("ssoorg-oidc", "ssoorg-authorized-keys")
FOLDER = pathlib.Path("/etc/apparmor.d")
ENABLED = pathlib.Path("/sys/module/apparmor/parameters/enabled")
HELPERS = pathlib.Path("/usr/libexec/ssoorg")
PERSON = "p1@acme.test"
# Of a line of strace: the path that was opened, where that came to something.
OPENED = re.compile(r'\bopen(?:at)?\((?:[^"]*?, )?"([^"]+)", ([A-Z_|]+)[^)]*\) = \d+<([^>]+)>')
SOCKET = re.compile(r"\bsocket\(AF_(\w+), SOCK_(\w+)")
RULE = re.compile(r'^\s*(?:owner\s+)?"?(/[^\s"]*|@\{[^\s"]*)"?\s+([a-zA-Z]+)\s*,')


def kernel_has_it():
    return ENABLED.exists() and ENABLED.read_text().strip() == "Y"


def the_profiles_are_whole(here):
    for name in PROFILES:
        result = processes.run("apparmor_parser", "-Q", "-K", FOLDER / name)
        check.equal(result.status, 0, f"exit of apparmor_parser for {name} ({check.shown(result.text)})")
        broken = here.folder / name
        broken.write_text((FOLDER / name).read_text().replace("include <tunables/global>", "include <tunables/nothing>"))
        check.that(processes.run("apparmor_parser", "-Q", "-K", broken).status != 0, "the parser takes everything")
        check.contains((FOLDER / name).read_text(), rf"profile {name} {HELPERS}/{name} ", "whom it is for")
        check.that((HELPERS / name).exists(), f"{HELPERS}/{name} is not there")
        check.that((FOLDER / "local" / name).exists(), f"no place for additions to {name}")


class _Rules:
    """What a profile allows, with all that it includes."""

    def __init__(self, name):
        self.text = processes.must("apparmor_parser", "-p", FOLDER / name).out
        self.variables = {}
        for found in re.finditer(r"(?m)^@\{(\w+)\}\s*\+?=\s*(.*)$", self.text):
            self.variables.setdefault(found.group(1), []).extend(found.group(2).replace('"', "").split())
        self.paths = [(self._pattern(found.group(1)), found.group(2)) for found in map(RULE.match, self.text.splitlines()) if found]

    def _pattern(self, glob):
        for _ in range(5):
            glob = re.sub(r"@\{(\w+)\}(/?)", self._values, glob)
        regex, depth, at = "", 0, 0
        while at < len(glob):
            char = glob[at]
            if glob.startswith("**", at):
                regex, at = regex + ".*", at + 1
            elif char in "*?":
                regex += "[^/]*" if char == "*" else "[^/]"
            elif char == "[":
                end = glob.index("]", at)
                regex, at = regex + glob[at:end + 1], end
            elif char in "{}":
                depth += 1 if char == "{" else -1
                regex += "(?:" if char == "{" else ")"
            else:
                regex += "|" if char == "," and depth else re.escape(char)
            at += 1
        return re.compile(regex)

    def _values(self, found):
        values = self.variables.get(found.group(1), ["?no such variable"])
        return "{" + ",".join(value.rstrip("/") if found.group(2) else value for value in values) + "}" + found.group(2)

    def allows(self, path, mode):
        return any(mode <= set(perms) and pattern.fullmatch(path) for pattern, perms in self.paths)

    def has_network(self, family, kind):
        return re.search(rf"(?m)^\s*network {family}( {kind})?,", self.text) is not None


def _refused(name, traced):
    """What of this the profile does not allow. Reading and writing may stand in two rules."""
    rules, refused = _Rules(name), set()
    for _, how, path in OPENED.findall(traced):
        folder = "O_DIRECTORY" in how or pathlib.Path(path).is_dir()
        for mode in ["r"] * ("O_WRONLY" not in how) + ["w"] * ("O_WRONLY" in how or "O_RDWR" in how):
            if not rules.allows(path + "/" * (folder and path != "/"), {mode}):
                refused.add(f"{mode} {path}")
    for family, kind in SOCKET.findall(traced):
        if family in ("INET", "INET6") and not rules.has_network(family.lower(), kind.lower()):
            refused.add(f"network {family} {kind}")
    return sorted(refused)


def _trace_of(helper, log):
    """What the processes did that became this helper, from then on."""
    lines, mine = [], set()
    for line in log.read_text(errors="replace").splitlines():
        pid = line.split(" ", 1)[0]
        if f'execve("{HELPERS}/{helper}"' in line:
            mine.add(pid)
        elif pid in mine:
            lines.append(line)
    return "\n".join(lines)


def the_profiles_allow_what_the_helpers_do_in_a_sign_in(here):
    log = here.folder / "traced"
    trace = ("strace", "-f", "-y", "-qq", "-s", "300", "-e", "trace=open,openat,execve,socket", "-o", str(log))
    walk = login.Terminal(trace[0], [*trace[1:], "ssoctl", "idp", "test", "acme"])
    walk.until(r"Open (\S+) and enter the code (\S+)")
    here.idp.approve(login.Challenge(walk.text[walk.text.rindex("Open "):]), PERSON)
    walk.end(enter=False)
    check.equal(walk.status, 0, f"exit status of idp test ({check.shown(walk.text)})")
    traced = _trace_of("ssoorg-oidc", log)
    check.contains(traced, r"socket\(AF_INET", "what was traced of ssoorg-oidc")
    check.equal(_refused("ssoorg-oidc", traced), [], "what ssoorg-oidc does and its profile does not allow")
    key = pathlib.Path(f"/home/{PERSON}/.ssh/authorized_keys")
    entry = host.in_passwd(PERSON)
    processes.must("install", "-d", "-m", "700", "-o", entry[2], "-g", entry[3], key.parent)
    key.write_text("ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ0000000000000000000000000000000000000000000 x\n")
    host.ssoctl("org", "set", "acme", "keys=allow")
    result = processes.run(*trace, HELPERS / "ssoorg-authorized-keys", PERSON)
    host.ssoctl("org", "set", "acme", "keys=default")
    check.contains(result.out, "ssh-ed25519", "the keys")
    traced = _trace_of("ssoorg-authorized-keys", log)
    check.contains(traced, r"authorized_keys", "what was traced of ssoorg-authorized-keys")
    check.equal(_refused("ssoorg-authorized-keys", traced), [], "what ssoorg-authorized-keys does and its profile does not allow")
    key.unlink()


def loaded_and_enforced_the_profiles_let_people_sign_in(here):
    names = [FOLDER / name for name in PROFILES]
    for name in names:
        strict = here.folder / f"strict-{name.name}"
        strict.write_text(name.read_text().replace(" flags=(complain)", ""))
        processes.must("apparmor_parser", "-r", "-K", strict)
    log = here.log_mark()
    try:
        login.signs_in(here, PERSON)
    finally:
        processes.must("apparmor_parser", "-r", "-K", *names)
    check.lacks(here.logged_since(log), r'apparmor="DENIED"[^\n]*ssoorg', "the log")


STEPS = (the_profiles_are_whole, the_profiles_allow_what_the_helpers_do_in_a_sign_in)


def steps_of_this_kernel(here):
    if kernel_has_it():
        return (*STEPS, loaded_and_enforced_the_profiles_let_people_sign_in)
    if not here.kept:
        print("   this kernel has no AppArmor: the profiles are compared with what the helpers do, and not loaded", flush=True)
    return STEPS
