# SPDX-License-Identifier: GPL-2.0-or-later
"""The daemon where something is missing: as process 1 of a container, on read-only file systems, without capabilities, without
its user, without a log."""
import os
import pathlib
import re
import signal
import subprocess
import time

import pytest

from lib_daemon import Daemon, our_binary
from lib_syslog import Syslog
from lib_util import MS_BIND, MS_REMOUNT, mount, wait_until

MS_RDONLY = 1
VIP, OTHER = "10.0.0.100", "10.0.0.101"
NET_ADMIN, NET_RAW, NET_BIND_SERVICE = 1 << 12, 1 << 13, 1 << 10

CONFIG = """
global_defs {
    script_user root
    enable_script_security
}
vrrp_instance V {
    state BACKUP
    interface eth0
    virtual_router_id 51
    priority 254
    advert_int 1
    virtual_ipaddress {
        %s
    }
    notify_master "/etc/keepalived/notify.sh"
}
"""
NOTE = "#!/bin/sh\necho $1 $2 $3 >>/tmp/notes\n"


@pytest.fixture
def host(lab):
    return lab.host("director", "10.0.0.36/24")


def status_of(pid):
    text = pathlib.Path(f"/proc/{pid}/status").read_text()
    return dict(line.split(":\t", 1) for line in text.splitlines() if ":\t" in line)


def user_of(pid):
    return int(status_of(pid)["Uid"].split()[1])


def serves(daemon, address=VIP):
    """It advertises, holds the address, and takes a new configuration."""
    wait_until(lambda: daemon.host.has_address(address), 10, "the address")


# --- process 1

class Container(Daemon):
    """The daemon is process 1 of a pid namespace."""

    def __init__(self, host, folder, config):
        super().__init__(host, folder, config, binary="/usr/bin/unshare",
                         args=("--pid", "--fork", "--mount-proc", our_binary(), "-n", "-D"))
        self.outer = os.readlink("/proc/self/ns/pid")

    def first(self):
        """The process id, outside, of process 1."""
        children = pathlib.Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
        return int(children[0]) if children else None

    def processes(self):
        first = self.process and self.process.poll() is None and self.first()
        if not first:
            return super().processes()
        space = os.readlink(f"/proc/{first}/ns/pid")
        return super().processes() + [pid for pid, state in self.states(space)]

    def states(self, space=None):
        """(process id outside, state) of all in the namespace, zombies too."""
        space = space or os.readlink(f"/proc/{self.first()}/ns/pid")
        found = []
        for pid in filter(str.isdigit, os.listdir("/proc")):
            try:
                facts = status_of(pid)
                if os.readlink(f"/proc/{pid}/ns/pid") == space:
                    found.append((int(pid), facts["State"][0]))
            except OSError:
                pass
        return found


def zombies_of(pid):
    """Children that have ended and were not waited for."""
    found = []
    for child in pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text().split():
        try:
            if status_of(child)["State"][0] == "Z":
                found.append(child)
        except OSError:
            pass
    return found


def test_process_1(lab, host, tmp_path):
    daemon = lab.keep(Container(host, tmp_path / "container", CONFIG % VIP), report=True)
    # A script that leaves children behind: some end at once, others when it has long gone. All become children of process 1.
    daemon.add_script("/etc/keepalived/notify.sh", """#!/bin/sh
for delay in 0 0 0.2 0.4; do
    (sh -c "sleep $delay; cut -d' ' -f4 /proc/\\$\\$/stat >>/tmp/orphans" &)
done
exit 0
""")
    daemon.start()
    serves(daemon)
    first = daemon.first()
    assert status_of(first)["NSpid"].split()[-1] == "1"
    orphans = daemon.path("/tmp/orphans")
    wait_until(lambda: orphans.exists() and len(orphans.read_text().split()) == 4, 10, "orphans")
    assert orphans.read_text().split()[-2:] == ["1", "1"]
    wait_until(lambda: not zombies_of(first), 5, "reaping")
    wait_until(lambda: len(daemon.states()) == 2, 5, "only parent and child are left")

    # A child is killed and succeeded here as anywhere.
    child = next(pid for pid, _ in daemon.states() if pid != first)
    os.kill(child, signal.SIGKILL)
    daemon.wait_log("Respawning")
    wait_until(lambda: len(daemon.states()) == 2 and child not in dict(daemon.states()), 5)
    assert daemon.host.has_address(VIP)

    os.kill(first, signal.SIGTERM)
    assert daemon.process.wait(10) == 0
    assert not daemon.host.has_address(VIP)


# --- read-only file systems

def test_read_only_file_systems(lab, host):
    daemon = lab.daemon(host, CONFIG % VIP, start=False)
    daemon.add_script("/etc/keepalived/notify.sh", NOTE)
    daemon.inside(lambda: [mount(None, place, flags=MS_REMOUNT | MS_BIND | MS_RDONLY) for place in ("/", "/run", "/tmp")])
    assert daemon.run(["touch", "/run/x"]).returncode and daemon.run(["touch", "/x"]).returncode
    daemon.start()
    serves(daemon)
    warnings = [line for line in daemon.log if line.level in ("warning", "err")]
    assert len(warnings) == 1 and re.search(r"/run.*Read-only file system", warnings[0].text), "\n".join(map(str, warnings))
    # A dump cannot be written; the reload by signal needs no file.
    parent = daemon.process.pid
    os.kill(parent, signal.SIGUSR1)
    daemon.wait_log("keepalived.data.*Read-only file system")
    daemon.configure(CONFIG % OTHER)
    os.kill(parent, signal.SIGHUP)
    daemon.wait_log("Reload complete")
    serves(daemon, OTHER)
    assert daemon.run([daemon.binary, "--reload"]).returncode == 1
    daemon.process.send_signal(signal.SIGTERM)
    assert daemon.process.wait(10) == 0 and not host.has_address(OTHER)


# --- capabilities and users

def without(*names):
    """The arguments that start the daemon without these capabilities."""
    return ("--bounding-set", ",".join(f"-{name}" for name in names), "--", our_binary(), "-n", "-D")


@pytest.mark.parametrize("missing", [("setuid",), ("setgid",), ("kill",), ("setuid", "setgid", "kill", "setpcap")],
                         ids=lambda names: "-".join(names))
def test_without_the_means_to_change_user(lab, host, missing):
    daemon = lab.daemon(host, CONFIG % VIP, start=False, binary="/usr/bin/setpriv", args=without(*missing))
    daemon.add_script("/etc/keepalived/notify.sh", NOTE)
    daemon.start()
    serves(daemon)
    wait_until(daemon.path("/tmp/notes").exists, 5, "the script")
    child = daemon.pids()["vrrp"]
    assert user_of(child) == 0
    # It is still no more than it must be.
    facts = status_of(child)
    assert (int(facts["CapEff"], 16), int(facts["CapPrm"], 16)) == (NET_ADMIN | NET_RAW,) * 2
    assert (facts["NoNewPrivs"], facts["Seccomp"]) == ("1", "2")
    said = daemon.log.lines("keeps more privilege|stay root")
    assert len(said) == 1 and said[0].level == "warning", "\n".join(map(str, said))
    # A successor finds the same and does not repeat it; a hung child can be killed.
    os.kill(child, signal.SIGKILL)
    daemon.wait_log("Respawning")
    again = wait_until(lambda: (pid := daemon.pids().get("vrrp")) != child and pid, 5)
    assert user_of(again) == 0 and host.has_address(VIP)
    daemon.configure(CONFIG % OTHER)
    assert daemon.run([our_binary(), "--reload"]).returncode == 0
    serves(daemon, OTHER)
    assert len(daemon.log.lines("keeps more privilege|stay root")) == 1
    assert daemon.stop() == 0 and not host.has_address(OTHER)


def test_without_net_admin(lab, host):
    """What cannot work says why, with the exit status for a missing permission."""
    daemon = lab.daemon(host, CONFIG % VIP, binary="/usr/bin/setpriv", args=without("net_admin", "net_raw"))
    assert daemon.process.wait(20) == 4, daemon.report()
    assert daemon.log.lines("missing permission")


def test_without_its_user(lab, host):
    daemon = lab.daemon(host, CONFIG % VIP, start=False)
    for name in ("passwd", "group", "shadow"):
        lines = pathlib.Path("/etc", name).read_text().splitlines(keepends=True)
        daemon.path("/tmp").joinpath(name).write_text("".join(line for line in lines if not line.startswith("keepalived")))
        daemon.inside(mount, f"/tmp/{name}", f"/etc/{name}", flags=MS_BIND)
    daemon.add_script("/etc/keepalived/notify.sh", NOTE)
    daemon.start()
    serves(daemon)
    assert user_of(daemon.pids()["vrrp"]) == 65534
    said = daemon.log.lines("nobody")
    assert len(said) == 1 and said[0].level == "warning"
    daemon.configure(CONFIG % OTHER)
    assert daemon.run([daemon.binary, "--reload"]).returncode == 0
    assert user_of(daemon.pids()["vrrp"]) == 65534
    assert len(daemon.log.lines("nobody")) == 1
    assert daemon.stop() == 0


def test_not_root_at_all(lab, host):
    """With ambient capabilities and another user, as rootless containers and hardened units start programs."""
    capabilities = "+net_admin,+net_raw"
    daemon = lab.daemon(host, CONFIG % VIP, start=False, binary="/usr/bin/setpriv",
                        args=("--reuid=65534", "--regid=65534", "--clear-groups", f"--inh-caps={capabilities}",
                              f"--ambient-caps={capabilities}", "--", our_binary(), "-n", "-D"))
    daemon.path("/etc/keepalived/keepalived.conf").chmod(0o644)
    for place in ("/run", "/tmp"):
        os.chown(daemon.path(place), 65534, 65534)
    daemon.start()
    serves(daemon)
    child = daemon.pids()["vrrp"]
    assert user_of(child) == 65534 and int(status_of(child)["CapEff"], 16) == NET_ADMIN | NET_RAW
    assert not daemon.log.lines("keeps more privilege")
    assert daemon.stop() == 0 and not host.has_address(VIP)


# --- without a log

def test_without_a_log_in_the_foreground(lab, host):
    daemon = lab.daemon(host, CONFIG % VIP, start=False)
    daemon.path("/dev/log").unlink()
    daemon.start()
    serves(daemon)
    wait_until(lambda: "Entering MASTER STATE" in daemon.output(), 5)
    # Each line once, of parent and child, and with the date that -l gives.
    for text in ("Starting Keepalived v", "Entering MASTER STATE"):
        lines = [line for line in daemon.output().splitlines() if text in line]
        assert len(lines) == 1, daemon.output()
        assert re.match(r"\w{3} \w{3} [ \d]\d \d\d:\d\d:\d\d \d{4}: ", lines[0]), lines
    assert daemon.stop() == 0


def test_without_a_log_in_the_background(lab, host):
    daemon = lab.daemon(host, CONFIG % VIP, start=False, args=("-D",))
    daemon.path("/dev/log").unlink()
    began = time.monotonic()
    daemon.start()
    assert daemon.process.wait(10) == 0
    serves(daemon)
    assert daemon.output() == ""
    # When there is a log again, each process tells how much it could not say.
    log = Syslog(daemon.path("/dev"))
    lab.defer(log.close)
    daemon.configure(CONFIG % OTHER)

    def told():
        daemon.send_signal(signal.SIGHUP)
        time.sleep(0.2)
        return log.lines("log messages were lost")
    lost = wait_until(told, 10, "the count")
    assert lost[0].level == "warning" and lost[0].ident == "Keepalived"
    assert int(re.match(r"(\d+) log messages were lost", lost[0].text)[1]) >= 5
    assert began < lost[0].time
    daemon.stop()
