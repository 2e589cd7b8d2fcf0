#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Runs `keepalived -t` of ours and of the packaged keepalived over configurations, and prints where their verdicts differ.

    tests/interop/verdicts.py [--binary PATH] [--id ID] [--all] [--details] FILE|FOLDER ...

Both see the same machine: a namespace of the network, and a view of the file system that can be written to and is thrown away, with every
interface, script, user, network namespace and mail host that the files name. doc/compatibility.md explains the classes of differences.
Needs root. Exit status 1 when a difference falls into no class, or when one of ours crashed, or took longer than two seconds."""
import argparse
import collections
import json
import os
import pathlib
import pwd
import re
import shutil
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "net"))
from lib_daemon import PACKAGED, our_binary  # noqa: E402
from lib_util import CLONE_NEWNET, CLONE_NEWNS, MS_BIND, MS_REC, MS_SLAVE, mount, unshare  # noqa: E402

TIME_LIMIT = 10                 # of one run; the packaged one may loop for ever
OUR_LIMIT = 2
WORD = r"[\w.:@-]+"

Run = collections.namedtuple("Run", "status lines seconds")


# --- the machine

def enter_scratch(folder, keep):
    """Goes into a copy of this machine's files, where changes stay in `folder`, with a network of its own. `keep`: paths that must be there."""
    unshare(CLONE_NEWNS | CLONE_NEWNET)
    mount(None, "/", flags=MS_REC | MS_SLAVE)
    mount("none", str(folder), "tmpfs")
    for name in ("upper", "work", "root"):
        (folder / name).mkdir()
    root = folder / "root"
    mount("overlay", str(root), "overlay", data=f"lowerdir=/,upperdir={folder}/upper,workdir={folder}/work")
    for path in ["/proc", "/dev", "/sys", *keep]:
        inner = root / path.lstrip("/")
        if os.path.isdir(path):
            inner.mkdir(parents=True, exist_ok=True)
        else:
            inner.parent.mkdir(parents=True, exist_ok=True)
            inner.touch()
        mount(path, str(inner), flags=MS_BIND | MS_REC)
    mount("none", str(root / "run"), "tmpfs")
    os.chroot(root)
    os.chdir("/")
    os.makedirs("/run/netns")
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)


def add_link(name, made=set()):
    if name in made or name == "lo" or not 0 < len(name) < 16 or "/" in name or ":" in name:
        return
    made.add(name)
    for kind in ("dummy", "bridge"):
        if subprocess.run(["ip", "link", "add", name, "type", kind], stderr=subprocess.DEVNULL).returncode == 0:
            break
    subprocess.run(["ip", "link", "set", name, "up"], stderr=subprocess.DEVNULL)


def add_user(name, made=set()):
    if name in made or name.isdigit():
        return
    made.add(name)
    try:
        pwd.getpwnam(name)
    except KeyError:
        number = 20000 + len(made)
        with open("/etc/passwd", "a") as users, open("/etc/group", "a") as groups:
            users.write(f"{name}:x:{number}:{number}::/:/bin/false\n")
            groups.write(f"{name}:x:{number}:\n")


def add_script(path):
    if os.path.lexists(path):
        return
    try:
        os.makedirs(os.path.dirname(path), exist_ok=True)
        shutil.copy("/usr/bin/true", path)
    except OSError:
        pass                    # a part of the path is a file


def add_netns(name):
    """It is the one we are in already, so the interfaces are there, too."""
    path = f"/run/netns/{name}"
    if not os.path.exists(path) and "/" not in name:
        open(path, "w").close()
        mount("/proc/self/ns/net", path, flags=MS_BIND)


def add_host(name, made=set()):
    if name not in made and not re.fullmatch(r"[\d.:a-fA-F]+", name):
        made.add(name)
        with open("/etc/hosts", "a") as hosts:
            hosts.write(f"192.0.2.25 {name}\n")


def provide(text):
    """Makes what the text names."""
    text = re.sub(r"(?m)^\s*@\S+\s", "", re.sub(r"(?m)[#!].*$", "", text))
    for name in re.findall(rf"\b(?:interface|dev|if|lvs_sync_daemon|lvs_sync_daemon_interface|default_interface|vrf)\s+({WORD})", text):
        add_link(name)
    for block in re.findall(r"\b(?:track_interface|linkbeat_interfaces|interfaces)\s*\{([^}]*)\}", text):
        for line in block.splitlines():
            if line.split():
                add_link(line.split()[0])
    for name in re.findall(rf"\bnet_namespace(?:_ipvs)?\s+({WORD})", text):
        add_netns(name)
    for name in re.findall(rf"\bsmtp_server\s+({WORD})", text):
        add_host(name)
    for user in re.findall(rf"\b(?:script_user|user)\s+({WORD})", text):
        add_user(user)
    for line in text.splitlines():
        found = re.match(rf"""\s*(?:notify\w*|script|misc_path|quorum_\w+|\w+_script)\s+["']?(/[^\s"']+)[^"'\n]*["']?(.*)""", line)
        if found:
            add_script(found[1])
            for word in found[2].split():
                if re.fullmatch(WORD, word):
                    add_user(word)


# --- the two programs

def run(command):
    began = time.monotonic()
    # A session of its own: the packaged one is known to send signals to its whole group.
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True)
    try:
        output = process.communicate(timeout=TIME_LIMIT)[0]
    except subprocess.TimeoutExpired:
        process.kill()
        output = process.communicate()[0]
        return Run(124, output.decode(errors="replace").splitlines()[-20:], TIME_LIMIT)
    status = process.returncode if process.returncode >= 0 else 128 - process.returncode
    return Run(status, output.decode(errors="replace").splitlines(), time.monotonic() - began)


def run_ours(binary, file, options):
    result = run([binary, "-t", "--json", *options, "-f", file])
    try:
        return result._replace(lines=json.loads("\n".join(result.lines)))
    except json.JSONDecodeError:
        return result._replace(lines=[{"severity": "error", "text": line} for line in result.lines])


def normal(line):
    """A message of the packaged one without its place."""
    return re.sub(r"^\((?:[^)]*: )?Line \d+\) ", "", line)


# --- what the differences are: (class, ours, packaged, pattern of the packaged one's messages or None, pattern of ours or None)

CLASSES = [
]


def classify(ours, packaged):
    if ours.status == packaged.status:
        return "same"
    said = [normal(line) for line in packaged.lines]
    texts = [d["text"] for d in ours.lines]
    for name, our_status, their_status, theirs, mine in CLASSES:
        if our_status not in (None, ours.status) or their_status not in (None, packaged.status):
            continue
        if theirs and not any(re.search(theirs, line) for line in said):
            continue
        if mine and not any(re.search(mine, text) for text in texts):
            continue
        return name
    return "?"


def show(file, ours, packaged, name, details):
    print(f"{file}\t{ours.status}\t{packaged.status}\t{name}", flush=True)
    if not details:
        return
    for d in ours.lines[:15]:
        print(f"    ours      {d.get('line', 0)}: {d['severity']}: {d['text']}")
    for line, count in list(collections.Counter(packaged.lines).items())[:15]:
        print(f"    packaged  {line}" + (f" (x{count})" if count > 1 else ""))


def files_of(paths):
    for path in map(pathlib.Path, paths):
        yield from sorted(path.rglob("*.conf")) if path.is_dir() else [path]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--binary", default=our_binary())
    parser.add_argument("--id", help="the configuration id, for both")
    parser.add_argument("--all", action="store_true", help="the files on which they agree, too")
    parser.add_argument("--details", action="store_true", help="with the messages")
    parser.add_argument("paths", nargs="+")
    arguments = parser.parse_args()
    files = [str(file.resolve()) for file in files_of(arguments.paths)]
    binary = os.path.realpath(arguments.binary)
    keep = sorted({os.path.dirname(file) for file in files} | {os.path.dirname(binary)})
    options = ["-i", arguments.id] if arguments.id else []
    with tempfile.TemporaryDirectory() as folder:
        child = os.fork()
        if not child:
            enter_scratch(pathlib.Path(folder), keep)
            os._exit(compare(files, binary, options, arguments))
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def compare(files, binary, options, arguments):
    counts, bad = collections.Counter(), 0
    for file in files:
        printed = subprocess.run([binary, "--print-config", *options, "-f", file], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                 stderr=subprocess.DEVNULL).stdout
        provide(pathlib.Path(file).read_text(errors="replace"))
        provide(printed.decode(errors="replace"))
        ours, packaged = run_ours(binary, file, options), run([PACKAGED, "-t", "-G", *options, "-f", file])
        name = classify(ours, packaged)
        if ours.status not in (0, 4, 5, 6) or ours.seconds > OUR_LIMIT:
            name = f"BAD ({ours.status}, {ours.seconds:.1f} s)"
        bad += name == "?" or name.startswith("BAD")
        counts[name] += 1
        if name != "same" or arguments.all:
            show(file, ours, packaged, name, arguments.details)
    for name, count in counts.most_common():
        print(f"{count:5d}  {name}")
    sys.stdout.flush()
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
