# SPDX-License-Identifier: GPL-2.0-or-later
"""The installed service under a systemd that is the test's own: always in the lab's machine.

The director is the machine itself, its root namespace with eth0 on the lab's switch; the peer is the packaged keepalived in a
namespace. Starting programs is slow here, so a few long tests share one installation."""
import json
import os
import pathlib
import re
import signal
import subprocess

import pytest

from lib_daemon import PACKAGED
from lib_install import make
from lib_lab import Lab
from lib_syslog import Syslog
from lib_util import wait_until

pytestmark = pytest.mark.systemd

VIP, OTHER = "10.9.0.100", "10.9.0.101"
CAPABILITIES = {"CAP_NET_BIND_SERVICE": 10, "CAP_NET_ADMIN": 12, "CAP_NET_RAW": 13}
UNIT = pathlib.Path("/usr/local/lib/systemd/system/keepalived.service")
DROP_IN = pathlib.Path("/run/systemd/system/keepalived.service.d/test.conf")

INSTANCE = """
vrrp_instance V {{
    state BACKUP
    interface {ifname}
    virtual_router_id 51
    priority {priority}
    advert_int 1
    virtual_ipaddress {{
        {address}/24
    }}
}}
"""
POOL = f"""
virtual_server {VIP} 80 {{
    delay_loop 1
    lb_algo rr
    lb_kind DR
    protocol TCP
    real_server 10.9.0.80 80 {{
        TCP_CHECK {{
            connect_timeout 1
        }}
    }}
}}
"""


def director_config(address=VIP, keyword="priority"):
    return INSTANCE.format(ifname="director", priority=200, address=address).replace("priority", keyword) + POOL


class Machine:
    """The service on this machine, seen through systemd."""

    def __init__(self, lab):
        self.lab = lab
        make("install", "")
        subprocess.run(["systemd-sysusers"], check=True, timeout=120)
        # As on a machine with a syslog daemon beside the journal.
        folder = pathlib.Path("/run/test-syslog")
        folder.mkdir()
        self.syslog = Syslog(folder)
        os.symlink(folder / "log", "/run/systemd/journal/syslog")
        os.makedirs("/run/systemd/journald.conf.d", exist_ok=True)
        pathlib.Path("/run/systemd/journald.conf.d/test.conf").write_text(
            "[Journal]\nForwardToSyslog=yes\nRateLimitIntervalSec=0\n")
        subprocess.run(["systemctl", "restart", "systemd-journald"], check=True, timeout=120)
        self.options('-D')
        self.configure(director_config())
        self.peer = lab.host("peer", "10.9.0.2/24")
        self.join(lab)
        self.systemctl("daemon-reload")

    def join(self, lab):
        """An interface of this machine on the peer's switch."""
        network = lab._network
        port = network.new_port("lan")
        for command in (f"link add director type veth peer name {port} netns {network.name}", "address add 10.9.0.1/24 dev director",
                        "link set director up"):
            subprocess.run(["ip", *command.split()], check=True, timeout=60)
        network.plug_port(port, "lan")
        lab.defer(subprocess.run, ["ip", "link", "delete", "director"])

    def configure(self, text):
        os.makedirs("/etc/keepalived", exist_ok=True)
        pathlib.Path("/etc/keepalived/keepalived.conf").write_text(text)

    def options(self, text):
        pathlib.Path("/etc/default/keepalived").write_text(f'DAEMON_ARGS="{text}"\n')

    def systemctl(self, *words, expected=0):
        done = subprocess.run(["systemctl", "--no-pager", "--full", *words], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True, timeout=200)
        assert done.returncode == expected or (expected == "failure" and done.returncode), \
            f"systemctl {words}: {done.returncode}\n{done.stdout}\n{self.report()}"
        return done.stdout

    def show(self):
        names = ("ActiveState,SubState,MainPID,StatusText,Result,NRestarts,WatchdogTimestampMonotonic,WatchdogUSec,"
                 "FragmentPath,ExecMainStatus")
        return dict(line.split("=", 1) for line in self.systemctl("show", "-p", names, "keepalived").splitlines())

    def journal(self):
        done = subprocess.run(["journalctl", "--no-pager", "-u", "keepalived", "-o", "json"], stdout=subprocess.PIPE, text=True,
                              check=True, timeout=120)
        return [json.loads(line) for line in done.stdout.splitlines()]

    def report(self):
        return "\n".join(f"{entry.get('SYSLOG_IDENTIFIER')}[{entry.get('_PID')}]: {entry.get('MESSAGE')}"
                         for entry in self.journal()[-60:])

    def has_address(self, address):
        listing = subprocess.run(["ip", "-4", "-o", "address", "show", "dev", "director"], stdout=subprocess.PIPE, text=True,
                                 timeout=60).stdout
        return f" {address}/" in listing

    def pids(self):
        found = {}
        for role in ("keepalived", "vrrp", "checkers"):
            try:
                found[role] = int(pathlib.Path(f"/run/{role}.pid").read_text())
            except (OSError, ValueError):
                pass
        return found

    def wait_master(self, address=VIP):
        wait_until(lambda: self.has_address(address), 20, "the director's address", every=0.2)

    def close(self):
        subprocess.run(["systemctl", "kill", "-s", "KILL", "keepalived"], stderr=subprocess.DEVNULL, timeout=60)
        subprocess.run(["systemctl", "stop", "keepalived"], timeout=60)
        self.syslog.close()


@pytest.fixture(scope="module")
def machine(tmp_path_factory):
    lab = Lab(tmp_path_factory.mktemp("systemd"))
    try:
        machine = Machine(lab)
        try:
            yield machine
        finally:
            machine.close()
    finally:
        lab.close()


def proc_status(pid):
    return dict(line.split(":\t", 1) for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines() if ":\t" in line)


def lives(pid):
    try:
        return proc_status(pid)["State"][0] != "Z"
    except OSError:
        return False


def mask(*names):
    return "%016x" % sum(1 << CAPABILITIES[name] for name in names)


def test_start_reload_stop(machine):
    peer = machine.lab.daemon(machine.peer, INSTANCE.format(ifname="eth0", priority=100, address=VIP), binary=PACKAGED)
    wait_until(lambda: machine.peer.has_address(VIP), 20)

    # systemctl returns when every process has applied its part, and the pid files name them.
    machine.systemctl("start", "keepalived")
    shown = machine.show()
    pids = machine.pids()
    assert (shown["ActiveState"], shown["SubState"], shown["FragmentPath"]) == ("active", "running", str(UNIT))
    assert int(shown["MainPID"]) == pids["keepalived"]
    assert shown["StatusText"].startswith("Running: "), shown
    assert set(pids) == {"keepalived", "vrrp", "checkers"} and all(map(lives, pids.values())), pids
    status = machine.systemctl("status", "keepalived")
    tree = re.findall(r"[├└]─(\d+) (/usr/local/sbin/keepalived .*)", status)
    assert {int(pid) for pid, _ in tree} == set(pids.values()), status
    assert {command for _, command in tree} == {"/usr/local/sbin/keepalived --dont-fork -D"}, status
    assert "Running: " in status

    # Who they are, and what they may.
    user = next(line.split(":") for line in open("/etc/passwd") if line.startswith("keepalived:"))
    wanted = {"vrrp": ("CAP_NET_ADMIN", "CAP_NET_RAW"), "checkers": ("CAP_NET_ADMIN", "CAP_NET_BIND_SERVICE")}
    for role, names in wanted.items():
        facts = proc_status(pids[role])
        assert facts["Name"] == "keepalived"
        assert set(facts["Uid"].split()) == {user[2]} and set(facts["Gid"].split()) == {user[3]} and not facts["Groups"].strip()
        assert (facts["CapPrm"], facts["CapEff"]) == (mask(*names), mask(*names)), role
        assert (facts["CapInh"], facts["CapBnd"], facts["CapAmb"]) == ("0" * 16,) * 3, role
        assert (facts["NoNewPrivs"], facts["Seccomp"]) == ("1", "2"), role
    assert proc_status(pids["keepalived"])["Uid"].split() == ["0"] * 4

    # A higher priority takes the address from the peer.
    machine.wait_master()
    wait_until(lambda: not machine.peer.has_address(VIP), 10)
    check_log(machine, pids)

    # A good file is in force when `systemctl reload` returns.
    machine.configure(director_config(OTHER))
    machine.systemctl("reload", "keepalived")
    assert machine.has_address(OTHER) and not machine.has_address(VIP)
    shown = machine.show()
    assert (shown["ActiveState"], int(shown["MainPID"])) == ("active", pids["keepalived"])
    assert shown["StatusText"].startswith("Running: ")
    applied = machine.pids()
    # A broken one is not, and says so, with the place.
    machine.configure(director_config(VIP, "priorty"))
    machine.systemctl("reload", "keepalived", expected="failure")
    shown = machine.show()
    assert (shown["ActiveState"], shown["SubState"]) == ("active", "running"), shown
    assert machine.pids() == applied and machine.has_address(OTHER)
    assert "priorty" in machine.systemctl("status", "keepalived")
    messages = [entry["MESSAGE"] for entry in machine.journal()]
    assert any(re.search(r"/etc/keepalived/keepalived\.conf:\d+:\d+: .*priorty", text) for text in messages), messages
    # And again a good one: also with the next reload by signal, as init scripts and people do.
    machine.configure(director_config(VIP))
    machine.systemctl("kill", "--kill-who=main", "-s", "HUP", "keepalived")
    machine.wait_master()
    wait_until(lambda: machine.show()["StatusText"].startswith("Running: "), 10)

    # Stopping hands the address over; nothing of ours is left.
    wire = machine.lab.capture(machine.peer)
    machine.systemctl("stop", "keepalived")
    assert not machine.has_address(VIP)
    assert wire.wait_advert(priority=0).source == "10.9.0.1"
    wait_until(lambda: machine.peer.has_address(VIP), 10)
    shown = machine.show()
    assert (shown["ActiveState"], shown["Result"], shown["ExecMainStatus"]) == ("inactive", "success", "0"), shown
    assert not any(map(lives, machine.pids().values())) and machine.pids() == {}
    assert not [entry for entry in machine.journal() if "Sanitizer" in str(entry["MESSAGE"])], machine.report()
    peer.stop()


def check_log(machine, pids):
    """The journal has each line once, with its fields; so has a syslog daemon beside it."""
    expected = [  # ident, pid, level, text
        ("Keepalived", pids["keepalived"], "6", r"Starting Keepalived v"),
        ("Keepalived", pids["keepalived"], "6", r"Startup complete"),
        ("Keepalived_vrrp", pids["vrrp"], "5", r"\(V\) Entering BACKUP STATE \(init\)"),
        ("Keepalived_vrrp", pids["vrrp"], "5", r"\(V\) Entering MASTER STATE"),
    ]
    wait_until(lambda: any("MASTER" in entry["MESSAGE"] for entry in machine.journal()), 10)
    entries = machine.journal()
    for ident, pid, level, text in expected:
        found = [entry for entry in entries if re.search(text, entry["MESSAGE"])]
        assert len(found) == 1, (text, found)
        fields = {name: found[0].get(name) for name in ("SYSLOG_IDENTIFIER", "_PID", "SYSLOG_PID", "PRIORITY", "SYSLOG_FACILITY",
                                                        "_TRANSPORT")}
        assert fields == {"SYSLOG_IDENTIFIER": ident, "_PID": str(pid), "SYSLOG_PID": str(pid), "PRIORITY": level,
                          "SYSLOG_FACILITY": "3", "_TRANSPORT": "journal"}, fields
    assert {entry["SYSLOG_IDENTIFIER"] for entry in entries if "keepalived" == entry["_COMM"]} == \
        {"Keepalived", "Keepalived_vrrp", "Keepalived_healthcheckers"}, machine.report()
    line = machine.syslog.wait_line(r"\(V\) Entering MASTER STATE", 10)
    assert (line.ident, line.pid, line.level) == ("Keepalived_vrrp", pids["vrrp"], "notice")
    assert len(machine.syslog.lines(r"Entering MASTER STATE")) == 1


def test_watchdog_and_death_of_the_parent(machine):
    DROP_IN.parent.mkdir(parents=True, exist_ok=True)
    results = pathlib.Path("/run/test-results")
    DROP_IN.write_text(f"[Service]\nWatchdogSec=6\nLimitCORE=0\nExecStopPost=/bin/sh -c 'echo $SERVICE_RESULT >>{results}'\n")
    machine.configure(director_config())
    machine.systemctl("daemon-reload")
    machine.systemctl("start", "keepalived")
    machine.wait_master()
    assert machine.show()["WatchdogUSec"] == "6s"
    fed = machine.show()["WatchdogTimestampMonotonic"]
    wait_until(lambda: machine.show()["WatchdogTimestampMonotonic"] > fed, 10, "the watchdog is fed")

    # A parent that hangs is replaced, and so is one that is killed; there never are two families.
    for number, result in ((signal.SIGSTOP, "watchdog"), (signal.SIGKILL, "signal")):
        before, shown = machine.pids(), machine.show()
        os.kill(before["keepalived"], number)
        wait_until(lambda: machine.show()["NRestarts"] > shown["NRestarts"], 60, f"a restart after {result}", every=0.5)
        wait_until(lambda: machine.show()["ActiveState"] == "active", 60, "active again", every=0.5)
        after = machine.pids()
        assert set(after) == set(before) and not set(after.values()) & set(before.values())
        assert not any(map(lives, before.values()))
        machine.wait_master()
        assert results.read_text().split()[-1] == result
    machine.systemctl("stop", "keepalived")
    assert not machine.has_address(VIP)
    # One that says that it cannot run is not tried again and again.
    machine.configure("net_namespace nowhere\n" + director_config())
    before = machine.show()["NRestarts"]
    machine.systemctl("start", "keepalived", expected="failure")
    shown = machine.show()
    assert (shown["ActiveState"], shown["NRestarts"]) == ("failed", "0"), (before, shown)
    DROP_IN.unlink()
    machine.systemctl("daemon-reload")
    machine.systemctl("reset-failed", "keepalived")


def test_without_ipvs(machine):
    """A kernel without IPVS stops the checkers alone, and says so where an operator looks first."""
    def loaded():
        return [line.split()[0] for line in open("/proc/modules") if line.startswith("ip_vs")]

    pathlib.Path("/run/modprobe.d").mkdir(exist_ok=True)
    rule = pathlib.Path("/run/modprobe.d/no-ipvs.conf")
    for module in sorted(loaded(), reverse=True):  # schedulers first
        subprocess.run(["rmmod", module], check=True, timeout=60)
    assert not os.path.exists("/proc/net/ip_vs")
    rule.write_text("install ip_vs /bin/false\n")
    try:
        machine.configure(director_config())
        machine.systemctl("start", "keepalived")
        machine.wait_master()
        shown = machine.show()
        assert shown["ActiveState"] == "active" and shown["StatusText"].startswith("Degraded: "), shown
        assert "Degraded: " in machine.systemctl("status", "keepalived")
        pids = machine.pids()
        assert set(pids) == {"keepalived", "vrrp"} and all(map(lives, pids.values()))
        errors = [entry["MESSAGE"] for entry in machine.journal()
                  if entry.get("PRIORITY") == "3" and int(entry["_PID"]) != 1 and "IPVS" in entry["MESSAGE"]]
        assert len(errors) == 1, machine.report()
        # With IPVS there, a reload brings them back.
        rule.unlink()
        machine.systemctl("reload", "keepalived")
        shown = machine.show()
        assert shown["StatusText"].startswith("Running: "), shown
        assert set(machine.pids()) == {"keepalived", "vrrp", "checkers"} and machine.pids()["vrrp"] == pids["vrrp"]
    finally:
        rule.unlink(missing_ok=True)
    machine.systemctl("stop", "keepalived")
    assert machine.show()["Result"] == "success"
