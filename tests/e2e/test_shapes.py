"""The shapes that editors, tools and people give to ssh: one sign-in, and all of them work with a name that has an @."""
import contextlib
import os
import pathlib
import shlex
import subprocess
import tempfile

import check
import login
import processes

TEXT = "a line that is carried\n"


def what_goes_over_one_connection_of_a_member(rig):
    with _shared(rig) as way:
        for name, shape in SHAPES.items():
            try:
                shape(way)
            except check.Failed as error:
                raise check.Failed(f"{name}: {error}") from error


def an_editors_ssh_without_a_terminal_on_the_other_side_asks_on_this_one(rig):
    """VS Code: a script on standard input, a forwarded port, no terminal asked for, and the question on /dev/tty."""
    person = _member(rig)
    words = " ".join(shlex.quote(str(word)) for word in login.ssh_arguments(rig, person))
    port = _free_port()
    script = "echo BEGIN; id; tty; echo END"
    terminal = login.Terminal("sh", ["-c", f"echo {shlex.quote(script)} | ssh -T -D {port} {words} sh -s"])
    rig.idp.approve(terminal.challenge(), person)
    text = terminal.end()
    check.that(login.signed_in(text), f"not signed in: {check.shown(text)}")
    check.contains(text, "not a tty", "what tty says")
    check.contains(text, rf"\({person}\)", "id")


def a_host_behind_another_asks_at_each(rig):
    person = _member(rig)
    config = _config(rig, person, ["Host jump there"])
    terminal = login.Terminal("ssh", ["-F", str(config), "-J", "jump", "there", login.SAY_WHO])
    first = terminal.challenge()
    rig.idp.approve(first, person)
    start = len(terminal.text)
    terminal.enter_until(login.CODE)
    terminal._more("Press Enter when you have approved it there: ")
    second = login.Challenge(terminal.text[start:])
    check.that(second.code != first.code, "the second host shows the code of the first")
    rig.idp.approve(second, person)
    check.that(login.signed_in(terminal.end()), f"not signed in: {check.shown(terminal.text)}")


def a_name_longer_than_utmps_field_is_whole_in_the_session(rig):
    _member(rig)
    check.that(len(LONG) > 32, "the name fits into the field")
    with contextlib.closing(login.open_session(rig, LONG)) as terminal:
        terminal.send("echo NAME=$(id -un) HOME=$HOME LOGNAME=$LOGNAME; who; echo ALL-SAID")
        terminal.until(r"\nALL-SAID|\rALL-SAID")
        check.contains(terminal.text, f"NAME={LONG} HOME=/home/{LONG} LOGNAME={LONG}", "the session")


def _runs(way):
    check.contains(way.must("ssh", *way.options, way.alias, login.SAY_WHO).out, rf"\({way.person}\)", "id")


def _copies(way):
    way.must("scp", *way.options, way.file, f"{way.alias}:by-scp")
    way.has("by-scp")
    way.must("scp", *way.options, "-O", way.file, f"{way.alias}:by-old-scp")  # not over sftp
    way.has("by-old-scp")


def _transfers(way):
    way.must("sftp", *way.options, "-b", "-", way.alias, stdin=f"put {way.file} by-sftp\n")
    way.has("by-sftp")


def _synchronizes(way):
    way.must("rsync", "-e", " ".join(["ssh", *map(str, way.options)]), way.file, f"{way.alias}:by-rsync")
    way.has("by-rsync")
    way.must("rsync", "-e", " ".join(["ssh", *map(str, way.options)]), way.file, f"{way.person}@{way.alias}:by-name")
    way.has("by-name")


def _clones(way):
    way.must("ssh", *way.options, way.alias, "git init -q --bare shape.git")
    git = {**os.environ, "GIT_SSH_COMMAND": " ".join(["ssh", *map(str, way.options)])}
    for number, place in enumerate((f"{way.alias}:shape.git", f"ssh://{way.person.replace('@', '%40')}@{way.alias}/home/{way.person}/shape.git")):
        way.must("git", "clone", "-q", place, way.folder / f"clone{number}", env=git)
    way.must("sh", "-euc", "git -c user.name=a -c user.email=a@b commit -q --allow-empty -m x; git push -q origin HEAD:main",
             cwd=way.folder / "clone0", env=git)
    check.that(any((way.home / "shape.git/refs/heads").iterdir()), "git pushed nothing")


def _as_ansible(way):
    """Two commands with a terminal, a folder, a script by sftp, and the script."""
    ssh = ("ssh", "-C", *way.options, "-tt", way.alias)
    way.must(*ssh, "/bin/sh -c 'echo ~ && sleep 0'")
    way.must(*ssh, """/bin/sh -c '( umask 77 && mkdir -p "` echo ~/.shape/tmp `" && echo DONE ) && sleep 0'""")
    way.must("sftp", "-C", *way.options, "-b", "-", way.alias, stdin=f"put {way.file} .shape/tmp/script\n")
    check.contains(way.must(*ssh, "/bin/sh -c 'cat ~/.shape/tmp/script && rm -r ~/.shape && sleep 0'").out, TEXT.strip(), "the script")


def _forwards_a_port(way):
    port = _free_port()
    way.must("ssh", *way.options, "-O", "forward", "-L", f"127.0.0.1:{port}:127.0.0.1:{way.rig.sshd.port}", way.alias)
    said = way.must("ssh-keyscan", "-p", str(port), "127.0.0.1").out
    check.contains(said, "ssh-", "what is behind the forwarded port")


def _forwards_the_agent(way):
    """Of the connection that is shared, which was opened with -A."""
    check.contains(way.must("ssh", *way.options, "-A", way.alias, "ssh-add -l").out, "ED25519", "the agent's keys")


def _keeps_a_terminal(way):
    way.must("ssh", *way.options, way.alias, "TMUX_TMPDIR=~ tmux -L shape new-session -d 'id -un > by-tmux.new; mv by-tmux.new by-tmux; sleep 600'")
    check.soon(lambda: (way.home / "by-tmux").exists(), "tmux runs nothing")
    check.equal((way.home / "by-tmux").read_text().strip(), way.person, "who runs in tmux")
    check.contains(way.must("ssh", *way.options, way.alias, "TMUX_TMPDIR=~ tmux -L shape ls").out, "1 windows", "what tmux lists")
    way.must("ssh", *way.options, way.alias, "TMUX_TMPDIR=~ tmux -L shape kill-server")


SHAPES = {"a command": _runs, "scp": _copies, "sftp": _transfers, "rsync": _synchronizes, "git": _clones,
          "as ansible does it": _as_ansible, "a forwarded port": _forwards_a_port, "a forwarded agent": _forwards_the_agent,
          "tmux": _keeps_a_terminal}
LONG = "somebody.with.a.name.that.is.long.enough@acme.test"


class _Way:
    def __init__(self, rig, person, folder, options, agent):
        self.rig, self.person, self.folder, self.options = rig, person, folder, options
        self.alias = "shape"
        self.home = pathlib.Path("/home", person)
        self.file = folder / "file"
        self.file.write_text(TEXT)
        self.env = {**os.environ, "SSH_AUTH_SOCK": str(agent)}

    def must(self, *command, env=None, **options):
        result = processes.run(*command, env={**self.env, **(env or {}), "SSH_AUTH_SOCK": self.env["SSH_AUTH_SOCK"]}, **options)
        check.equal(result.status, 0, f"the exit status of {command[0]}: {check.shown(result.text)}")
        return result

    def has(self, name):
        check.equal((self.home / name).read_text(), TEXT, f"the file {name}")


def _member(rig):
    rig.orgs.acme()
    return rig.person()


def _config(rig, person, lines):
    path = pathlib.Path(tempfile.mkdtemp(dir="/run")) / "config"
    path.write_text("\n".join([*lines, "HostName 127.0.0.1", f"Port {rig.sshd.port}", f"User {person}",
                               "PreferredAuthentications keyboard-interactive", "PubkeyAuthentication no",
                               "StrictHostKeyChecking yes", f"UserKnownHostsFile {rig.folder}/known_hosts",
                               "GlobalKnownHostsFile /dev/null", ""]))
    return path


@contextlib.contextmanager
def _shared(rig):
    """One connection that is signed in to, and the options by which others go over it."""
    person = _member(rig)
    config = _config(rig, person, ["Host shape", "ForwardAgent yes"])
    folder = config.parent
    socket, control, key = folder / "agent", folder / "control", folder / "key"
    processes.must("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key)
    agent = subprocess.Popen(["ssh-agent", "-D", "-a", socket], stdout=subprocess.DEVNULL)
    try:
        check.soon(socket.exists, "the agent does not come up")
        env = {**os.environ, "SSH_AUTH_SOCK": str(socket)}
        processes.must("ssh-add", "-q", key, env=env)
        master = login.Terminal("ssh", ["-F", str(config), "-M", "-S", str(control), "shape"], env=env)
        rig.idp.approve(master.challenge(), person)
        master.enter_until(r"[$#] $")
        yield _Way(rig, person, folder, ["-F", config, "-o", f"ControlPath={control}", "-o", "BatchMode=yes"], socket)
        master.send("exit")
        master.end(enter=False)
    finally:
        processes.stop(agent)


def _free_port():
    import socket
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
