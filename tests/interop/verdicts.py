#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Runs `keepalived -t` of ours and of the packaged keepalived over configurations, and prints where their verdicts differ.

    tests/interop/verdicts.py [--binary PATH] [--id ID] [--print] [--all] [--details [N]] FILE|FOLDER ...

Both see the same machine: a namespace of the network, and a view of the file system that can be written to and is thrown away, with every
interface, script, user, network namespace and mail host that the file names. verdict_classes.py has the classes of differences, and
doc/compatibility.md explains them. Where the packaged one
ends without a verdict, what is left without the lines at which it ended is compared (verdict_reduce.py). Needs root. Exit status 1 when a difference falls into no class, when ours crashed or took longer than
two seconds, or when what it prints is not what it reads."""
import argparse
import collections
import difflib
import json
import os
import pathlib
import pickle
import pwd
import re
import resource
import shutil
import subprocess
import sys
import tempfile
import traceback

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "net"))
import verdict_classes  # noqa: E402
import verdict_reduce  # noqa: E402
from lib_daemon import PACKAGED, our_binary  # noqa: E402
from lib_util import CLONE_NEWNET, CLONE_NEWNS, MS_BIND, MS_REC, MS_SLAVE, TIMED, mount, unshare  # noqa: E402

TIME_LIMIT = 10                 # of one run; the packaged one may loop for ever
REST_LIMIT = 3                  # of it over what is left: there may be many runs
OUR_LIMIT = 2 if TIMED else TIME_LIMIT
WORD = r"[\w.:@-]+"

Run = collections.namedtuple("Run", "status lines seconds")
Result = collections.namedtuple("Result", "ours packaged classes bad")


# --- the machine

def cover(folder, name, path, target):
    """What `path` holds, at `target`; changes stay in `folder`."""
    for part in ("upper", "work"):
        (folder / name / part).mkdir(parents=True)
    mount("overlay", str(target), "overlay", data=f"lowerdir={path},upperdir={folder}/{name}/upper,workdir={folder}/{name}/work")


def enter_scratch(folder, keep):
    """Goes into a copy of this machine's files, where changes stay in `folder`, with a network of its own. `keep`: folders that must be
    there, also when they are not part of the root file system."""
    unshare(CLONE_NEWNS | CLONE_NEWNET)
    mount(None, "/", flags=MS_REC | MS_SLAVE)
    mount("none", str(folder), "tmpfs")
    root = folder / "root"
    root.mkdir()
    cover(folder, "all", "/", root)
    for path in ["/proc", "/dev", "/sys"]:
        mount(path, str(root / path.lstrip("/")), flags=MS_BIND | MS_REC)
    mount("none", str(root / "run"), "tmpfs")
    for i, path in enumerate(dict.fromkeys(keep)):
        inner = root / path.lstrip("/")
        inner.mkdir(parents=True, exist_ok=True)
        cover(folder, f"kept{i}", path, inner)
    os.chroot(root)
    os.chdir("/")
    os.makedirs("/run/netns", exist_ok=True)
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)


def add_link(name):
    made = add_link.made
    if name in made or name == "lo" or not 0 < len(name) < 16 or "/" in name or ":" in name:
        return
    made.add(name)
    for kind in ("dummy", "bridge"):
        if subprocess.run(["ip", "link", "add", name, "type", kind], stderr=subprocess.DEVNULL).returncode == 0:
            break
    subprocess.run(["ip", "link", "set", name, "up"], stderr=subprocess.DEVNULL)


add_link.made = set()


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
    add_link.made.update(re.findall(rf"\buse_(?:vmac|ipvlan)\s+({WORD})", text))   # these it makes itself
    for name in re.findall(rf"\b(?:interface|dev|if|iif|oif|lvs_sync_daemon|lvs_sync_daemon_interface|default_interface|vrf)\s+({WORD})", text):
        add_link(name)
    for block in re.findall(r"\b(?:track_interface|linkbeat_interfaces|interfaces|interface_up_down_delays)\s*\{([^}]*)\}", text):
        for line in block.splitlines():
            if line.split():
                add_link(line.split()[0])
    for name in re.findall(rf"\bnet_namespace(?:_ipvs)?\s+({WORD})", text):
        add_netns(name)
    for name in re.findall(rf"\bsmtp_server\s+({WORD})", text):
        add_host(name)
    for users in re.findall(rf"\b(?:script_user|user)\s+({WORD}(?:[ \t]+{WORD})?)", text):
        for user in users.split():
            add_user(user)
    for line in text.splitlines():
        found = re.match(rf"""\s*(?:notify\w*|script|misc_path|quorum_\w+|\w+_script)\s+["']?(/[^\s"']+)[^"'\n]*["']?(.*)""", line)
        if found:
            add_script(found[1])
            for word in found[2].split():
                if re.fullmatch(WORD, word):
                    add_user(word)


# --- the two programs

def processor_time():
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def run(command, limit=TIME_LIMIT):
    began = processor_time()
    # A session of its own: the packaged one is known to send signals to its whole group.
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True)
    try:
        output = process.communicate(timeout=limit)[0]
    except subprocess.TimeoutExpired:
        process.kill()
        output = process.communicate()[0]
        return Run(124, output.decode(errors="replace").splitlines()[-20:], limit)
    status = process.returncode if process.returncode >= 0 else 128 - process.returncode
    return Run(status, output.decode(errors="replace").splitlines(), processor_time() - began)


def run_ours(binary, file, options):
    result = run([binary, "-t", "--json", *options, "-f", file])
    try:
        return result._replace(lines=json.loads("\n".join(result.lines)))
    except json.JSONDecodeError:
        return result._replace(lines=[{"severity": "error", "text": line} for line in result.lines])


def normal(line):
    """A message of the packaged one without its place."""
    return re.sub(r"^\((?:[^)]*: )?Line \d+\) ", "", line)


# --- the report

def show(file, result, details):
    print(f"{file}\t{result.ours.status}\t{result.packaged.status}\t{', '.join(result.classes) or 'same'}", flush=True)
    if not details:
        return
    for d in result.ours.lines[:details]:
        print(f"    ours      {d.get('line', 0)}: {d['severity']}: {d['text']}")
    for line, count in list(collections.Counter(result.packaged.lines).items())[:details]:
        print(f"    packaged  {line}" + (f" (x{count})" if count > 1 else ""))


def files_of(paths):
    for path in map(pathlib.Path, paths):
        yield from sorted(path.rglob("*.conf")) if path.is_dir() else [path]


def printed_again(binary, file, options):
    """None, or how the printed configuration differs when it is read and printed again."""
    texts = []
    for source in (file, "/run/printed.conf"):
        done = subprocess.run([binary, "--print-config", "--show-secrets", *options, "-f", source], stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        if done.returncode not in (0, 6):
            return f"{source}: status {done.returncode}: {done.stderr.decode(errors='replace')[:300]}"
        texts.append(done.stdout.decode(errors="replace"))
        pathlib.Path("/run/printed.conf").write_text(texts[0])
        options = []
    if texts[0] == texts[1]:
        return None
    return "\n".join(list(difflib.unified_diff(*[text.splitlines() for text in texts], lineterm=""))[:20])


def classes_of(ours, packaged):
    return verdict_classes.classes_of(ours.status, [(d["severity"], d["text"]) for d in ours.lines], packaged.status, map(normal, packaged.lines))


def compare_rest(file, binary, options):
    """The classes of what is left without the lines at which the packaged one ended; None when there is nothing to compare. The file is
    written anew, and what is written here is thrown away."""
    path, last = pathlib.Path(file), None
    text = path.read_text(errors="surrogateescape")

    def run_packaged(reduced):
        nonlocal last
        path.write_text(reduced, errors="surrogateescape")
        last = run([PACKAGED, "-t", "-G", *options, "-f", file], REST_LIMIT)
        return last.status, "\n".join(last.lines)

    if not verdict_reduce.rest(file, text, run_packaged):
        return None
    return classes_of(run_ours(binary, file, options), last)


def compare(file, binary, arguments):
    options = ["-i", arguments.id] if arguments.id else []
    printed = subprocess.run([binary, "--print-config", *options, "-f", file], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                             stderr=subprocess.DEVNULL).stdout
    provide(pathlib.Path(file).read_text(errors="replace"))
    provide(printed.decode(errors="replace"))
    ours = run_ours(binary, file, options)
    packaged = run([PACKAGED, "-t", "-G", *options, "-f", file])
    bad = []
    if ours.status not in (0, 4, 5, 6) or ours.seconds > OUR_LIMIT:
        bad.append(f"ours ended with {ours.status} after {ours.seconds:.1f} s")
    elif arguments.print and ours.status in (0, 6):
        bad += filter(None, [printed_again(binary, file, options)])
    classes = classes_of(ours, packaged)
    if classes == [verdict_classes.NO_VERDICT]:
        left = compare_rest(file, binary, options)
        classes = [verdict_classes.NO_REST if left is None else verdict_classes.NO_VERDICT, *(left or [])]
    return Result(ours, packaged, classes, bad)


def compare_apart(file, binary, arguments):
    """In a process and on a machine of its own, so that no file meets what was made for another."""
    with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryFile() as answer:
        child = os.fork()
        if not child:
            status = 1
            try:
                enter_scratch(pathlib.Path(folder), [os.path.dirname(file), os.path.dirname(binary)])
                pickle.dump(tuple(compare(file, binary, arguments)), answer)
                answer.flush()
                status = 0
            except Exception:
                traceback.print_exc()
            finally:
                os._exit(status)
        if os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]):
            sys.exit(f"{file}: could not be compared")
        answer.seek(0)
        return Result(*pickle.load(answer))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--binary", default=our_binary())
    parser.add_argument("--id", help="the configuration id, for both")
    parser.add_argument("--print", action="store_true", help="what ours prints of a file without errors must print the same when it is read")
    parser.add_argument("--all", action="store_true", help="the files on which they agree, too")
    parser.add_argument("--details", type=int, nargs="?", const=15, default=0, metavar="N", help="with (so many) messages of each")
    parser.add_argument("paths", nargs="+", metavar="FILE|FOLDER")
    arguments = parser.parse_args()
    binary = os.path.realpath(arguments.binary)
    counts, failed = collections.Counter(), False
    for file in [str(file.resolve()) for file in files_of(arguments.paths)]:
        result = compare_apart(file, binary, arguments)
        failed = failed or bool(result.bad) or any(name.startswith("?") for name in result.classes)
        counts.update([name if name[0] != "?" else "?" for name in result.classes] or ["same"])
        if result.classes or arguments.all:
            show(file, result, arguments.details)
        for text in result.bad:
            print(f"{file}: BAD: {text}", flush=True)
    for name, count in counts.most_common():
        print(f"{count:5d}  {name}")
    sys.stdout.flush()
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
