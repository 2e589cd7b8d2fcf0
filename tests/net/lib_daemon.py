# SPDX-License-Identifier: GPL-2.0-or-later
"""A keepalived under test, ours or the packaged one, on one host.

It runs in the host's network namespace and in a mount namespace of its own, where /run, /tmp, /etc/keepalived and /dev are
folders of the test: several daemons have /run/keepalived.pid, /etc/keepalived/keepalived.conf and /dev/log all to themselves,
and the test reads and writes these files from outside (daemon.path)."""
import os
import pathlib
import re
import signal
import subprocess
import time

from lib_syslog import Syslog
from lib_util import (CLONE_FS, CLONE_NEWNET, CLONE_NEWNS, MS_BIND, MS_REC, MS_SLAVE, SANITIZED, in_thread, mount, setns,
                      umount, unshare, wait_until)

ROOT = pathlib.Path(__file__).resolve().parents[2]
PACKAGED = "/usr/sbin/keepalived"
_PLACES = {"/run": "run", "/tmp": "tmp", "/etc/keepalived": "etc", "/dev": "dev"}
_DEVICES = ("null", "zero", "full", "random", "urandom", "tty")
_MANAGER = ("NOTIFY_SOCKET", "INVOCATION_ID", "JOURNAL_STREAM", "WATCHDOG_PID", "WATCHDOG_USEC")
_REPORT = re.compile(r"ERROR: \w+Sanitizer|runtime error: ")


def our_binary():
    """The binary under test: KA_BINARY, else what make left in this tree."""
    return os.environ.get("KA_BINARY") or str(ROOT / "build/plain/src/keepalived")


class Daemon:
    """config is the text of the configuration, or a pathlib.Path whose contents are copied word for word."""

    def __init__(self, host, folder, config, binary=None, args=("-n", "-D"), env=None):
        self.host = host
        self.folder = pathlib.Path(folder)
        self.binary = binary or our_binary()
        self.args = tuple(args)
        # What a service manager has told the test is not for the daemon.
        self.env = {key: value for key, value in os.environ.items() if key not in _MANAGER} | (env or {})
        if SANITIZED:
            common = "log_path=/tmp/sanitizer:halt_on_error=1:print_stacktrace=1"
            self.env.setdefault("ASAN_OPTIONS", common + ":detect_leaks=1")
            self.env.setdefault("UBSAN_OPTIONS", common)
        self.process = None
        for name in _PLACES.values():
            (self.folder / name).mkdir(parents=True, exist_ok=True)
            (self.folder / name).chmod(0o755)
        self.path("/tmp").chmod(0o1777)
        self.log = Syslog(self.path("/dev"))
        self.configure(config)
        in_thread(self._make_room)

    def path(self, inner):
        """Where the test finds a file that the daemon knows as /run/…, /tmp/…, /etc/keepalived/… or /dev/…"""
        for place, name in _PLACES.items():
            if inner == place or inner.startswith(place + "/"):
                return self.folder / name / inner[len(place):].lstrip("/")
        raise ValueError(f"{inner} is not a private file")

    def configure(self, config):
        """Writes /etc/keepalived/keepalived.conf."""
        text = config.read_bytes() if isinstance(config, pathlib.Path) else config.encode()
        self.path("/etc/keepalived/keepalived.conf").write_bytes(text)

    def add_script(self, path, text):
        """An executable file below /etc/keepalived or /tmp."""
        file = self.path(path)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
        file.chmod(0o755)
        return path

    # --- the private mount namespace

    def _make_room(self):
        unshare(CLONE_NEWNS)
        mount(None, "/", flags=MS_REC | MS_SLAVE)
        setns(self.host.fd, CLONE_NEWNET)
        dev = self.path("/dev")
        for name in _DEVICES:
            (dev / name).touch()
            mount(f"/dev/{name}", str(dev / name), flags=MS_BIND)
        for name in ("pts", "shm"):
            (dev / name).mkdir()
            mount(f"/dev/{name}", str(dev / name), flags=MS_BIND)
        for number, name in enumerate(("stdin", "stdout", "stderr")):
            (dev / name).symlink_to(f"/proc/self/fd/{number}")
        (dev / "fd").symlink_to("/proc/self/fd")
        self.path("/run/netns").mkdir()
        mount("/run/netns", str(self.path("/run/netns")), flags=MS_BIND | MS_REC)
        umount("/sys")
        mount("sysfs", "/sys", "sysfs")
        os.makedirs("/etc/keepalived", exist_ok=True)
        # Opened first: mounting over /tmp may hide where the others lie.
        sources = {place: os.open(self.folder / name, os.O_PATH) for place, name in _PLACES.items()}
        for place, fd in sources.items():
            mount(f"/proc/thread-self/fd/{fd}", place, flags=MS_BIND | MS_REC)
            os.close(fd)
        self._mounts = os.open("/proc/thread-self/ns/mnt", os.O_RDONLY | os.O_CLOEXEC)
        self._room = os.readlink("/proc/thread-self/ns/mnt")

    def inside(self, function, *args, **kwargs):
        """Calls the function in a thread that is in the daemon's mount and network namespaces."""
        def body():
            unshare(CLONE_FS)
            setns(self._mounts, CLONE_NEWNS)
            setns(self.host.fd, CLONE_NEWNET)
            return function(*args, **kwargs)
        return in_thread(body)

    def run(self, command, timeout=60, **kwargs):
        """Runs a command where the daemon runs, e.g. [daemon.binary, "--reload"]; returns CompletedProcess with text output."""
        return self.inside(subprocess.run, command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                           text=True, timeout=timeout, env=self.env, cwd="/", **kwargs)

    # --- life

    def start(self):
        assert self.process is None or self.process.poll() is not None, "already running"
        with open(self.folder / "output", "ab") as output:
            self.process = self.inside(subprocess.Popen, [self.binary, *self.args], stdin=subprocess.DEVNULL, stdout=output,
                                       stderr=output, env=self.env, cwd="/")
        return self

    def output(self):
        """What it wrote to stdout and stderr."""
        file = self.folder / "output"
        return file.read_text(errors="replace") if file.exists() else ""

    def processes(self):
        """All living processes of it, children and scripts too, by process id."""
        found = []
        for pid in filter(str.isdigit, os.listdir("/proc")):
            try:
                if os.readlink(f"/proc/{pid}/ns/mnt") == self._room:
                    found.append(int(pid))
            except OSError:  # gone, or a zombie
                pass
        return found

    def pids(self):
        """Process ids by role (keepalived, vrrp, checkers, bfd), from the pid files, of those that live."""
        found = {}
        living = set(self.processes())
        # With a network namespace they lie in a folder of its name.
        for folder in (self.path("/run"), *self.path("/run").glob("keepalived/**/")):
            for file in folder.glob("*.pid"):
                try:
                    text = file.read_text().strip()
                except FileNotFoundError:  # between two processes
                    continue
                if text.isdigit() and int(text) in living:
                    found[file.stem] = int(text)
        return found

    def wait_pids(self, *roles, timeout=5):
        """Waits until these roles have living processes; returns pids()."""
        return wait_until(lambda: (pids := self.pids()) and set(roles) <= set(pids) and pids, timeout, f"processes {roles}")

    def alive(self):
        return bool(self.processes())

    def send_signal(self, number, role="keepalived"):
        os.kill(self.pids()[role], number)

    def stop(self, number=signal.SIGTERM, timeout=10):
        """Ends it in order and returns its exit status (None when it had put itself into the background)."""
        if self.process.poll() is None:
            self.process.send_signal(number)
        else:
            self.send_signal(number)
        wait_until(lambda: self._ended() and not self.alive(), timeout, f"end of {self}", every=0.002)
        return None if "-n" not in self.args else self.process.returncode

    def _ended(self):
        return self.process is None or self.process.poll() is not None

    def kill_all(self):
        """Kills every process of it at one stroke: all are stopped first, so that none sees another one's death.
        Returns the time at which it was dead."""
        for number in (signal.SIGSTOP, signal.SIGKILL):
            for pid in self.processes():
                try:
                    os.kill(pid, number)
                except ProcessLookupError:
                    pass
        dead = time.monotonic()
        wait_until(lambda: self._ended() and not self.alive(), 5, f"end of {self}")
        return dead

    def close(self):
        """Ends what still runs; AssertionError when it does not end, or when a sanitizer has complained."""
        trouble = []
        if self.alive():
            try:
                self.stop()
            except (AssertionError, KeyError, ProcessLookupError) as error:
                trouble.append(f"{self} did not stop: {error}")
                self.kill_all()
        if self.process is not None:
            self.process.wait(5)
        self.log.close()
        os.close(self._mounts)
        trouble += self.sanitizer_reports()
        assert not trouble, "\n".join(trouble)

    def sanitizer_reports(self):
        texts = [file.read_text(errors="replace") for file in sorted(self.path("/tmp").glob("sanitizer.*"))]
        if _REPORT.search(self.output()):
            texts.append(self.output())
        return texts

    # --- its log

    def wait_log(self, pattern, timeout=5, since=0.0):
        """The first log line (with .time, .level, .ident, .pid, .text) that matches the regular expression."""
        return self.log.wait_line(pattern, timeout, since)

    def report(self):
        return "\n".join([f"--- {self}: log", str(self.log), f"--- {self}: output", self.output(), *self.sanitizer_reports()])

    def __str__(self):
        return f"{os.path.basename(self.binary)} on {self.host.host}"
