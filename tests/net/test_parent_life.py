# SPDX-License-Identifier: GPL-2.0-or-later
"""The parent process: start, supervision of its child, signals, files, stop."""
import os
import pwd
import re
import resource
import signal
import socket
import stat
import subprocess
import time

import pytest

from lib_daemon import our_binary
from lib_util import MS_BIND, mount, wait_until

MS_RDONLY, MS_REMOUNT = 1, 32
NOTIFY = "/etc/keepalived/notify.sh"


def config(globals_="", instance="", priority=100, top=""):
    return f"""
{top}
global_defs {{
	router_id test
	{globals_}
}}
vrrp_instance V {{
	state BACKUP
	interface eth0
	virtual_router_id 51
	priority {priority}
	advert_int 1
	{instance}
	virtual_ipaddress {{
		10.0.0.100
	}}
}}
"""


@pytest.fixture
def host(lab):
    return lab.host("director", "10.0.0.36/24")


@pytest.fixture
def daemon(lab, host):
    daemon = lab.daemon(host, config())
    daemon.wait_log("^Startup complete")
    return daemon


def status(pid):
    """/proc/PID/status as a dict; empty when that process has ended meanwhile."""
    try:
        with open(f"/proc/{pid}/status") as file:
            return dict(line.rstrip("\n").split(":\t", 1) for line in file if ":\t" in line)
    except (FileNotFoundError, ProcessLookupError):
        return {}


def new_pid(daemon, role, old):
    return wait_until(lambda: (pid := daemon.pids().get(role)) != old and pid, 5, f"another {role} process than {old}")


# --- start


def test_what_the_processes_are(daemon):
    pids = daemon.pids()
    users = {entry.pw_name: entry for entry in pwd.getpwall()}
    user = users.get("keepalived", users["nobody"])
    parent, child = status(pids["keepalived"]), status(pids["vrrp"])
    assert parent["Name"] == child["Name"] == "keepalived"
    assert int(child["PPid"]) == pids["keepalived"]
    assert child["Uid"].split() == [str(user.pw_uid)] * 4 and child["Gid"].split() == [str(user.pw_gid)] * 4
    assert child["Groups"].strip() in ("", str(user.pw_gid))
    assert int(child["CapPrm"], 16) == int(child["CapEff"], 16) == 1 << 12 | 1 << 13   # NET_ADMIN, NET_RAW
    assert int(child["CapInh"], 16) == int(child["CapAmb"], 16) == 0 and child["NoNewPrivs"] == "1"
    assert len({open(f"/proc/{pid}/cmdline", "rb").read() for pid in pids.values()}) == 1
    assert set(daemon.processes()) == set(pids.values())


def test_known_lines_at_start_and_stop(daemon, host):
    assert daemon.stop() == 0
    daemon.wait_log("^Stopped Keepalived")
    texts = [line.text for line in daemon.log if line.ident == "Keepalived"]
    for number, wanted in enumerate((r"Starting Keepalived v\d.* \(\d\d/\d\d,\d{4}\)$",
                                     r"Running on Linux .*\(built for Linux \d+\.\d+\.\d+\)",
                                     r"Command line: '.*' '-n' '-D'",
                                     r"Configuration file /etc/keepalived/keepalived.conf$")):
        assert re.match(wanted, texts[number]), texts[number]
    position = -1
    for wanted in (r"Starting VRRP child process, pid=\d+$", "Startup complete$", "Stopping$",
                   r"Stopped Keepalived v\d"):
        found = [number for number, text in enumerate(texts) if re.match(wanted, text)]
        assert len(found) == 1 and found[0] > position, wanted
        position = found[0]
    assert not list(daemon.path("/run").glob("*.pid")) and not daemon.path("/run/keepalived/control").exists()


def test_background(lab, host):
    daemon = lab.daemon(host, config(), args=("-D",))
    assert daemon.process.wait(10) == 0
    pid = int(daemon.path("/run/keepalived.pid").read_text())
    assert pid in daemon.processes() and pid != daemon.process.pid
    with open(f"/proc/{pid}/stat") as file:
        fields = file.read().rpartition(")")[2].split()
    assert int(fields[3]) == pid and int(fields[4]) == 0            # its own session, no terminal
    for fd in range(3):
        assert os.path.basename(os.readlink(f"/proc/{pid}/fd/{fd}")) == "null"
    daemon.wait_log("^Startup complete")
    assert stat.S_IMODE(daemon.path("/run/keepalived.pid").stat().st_mode) == 0o644
    daemon.stop()


def test_options_whose_feature_comes_later_are_said_once(lab, host):
    daemon = lab.daemon(host, config(), args=("-n", "-D", "-X", "-a", "-m", "-x", "stray"))
    daemon.wait_log("^Startup complete")
    said = [line for line in daemon.output().splitlines() if "not supported yet" in line or "ignored" in line]
    assert said == [f"{word}: known, not supported yet" for word in ("-X", "-a", "-m", "-x")] + \
        ["Not an option, ignored: stray"]
    assert daemon.stop() == 0


def test_started_with_nothing_open(lab, host):
    daemon = lab.daemon(host, config(), start=False)
    command = ["/bin/sh", "-c", f"exec {daemon.binary} -D <&- >&- 2>&-"]
    daemon.process = daemon.inside(subprocess.Popen, command, env=daemon.env, cwd="/")
    assert daemon.process.wait(10) == 0
    daemon.wait_log("^Startup complete")
    pids = daemon.wait_pids("keepalived", "vrrp")
    for fd in range(3):
        assert os.path.basename(os.readlink(f"/proc/{pids['keepalived']}/fd/{fd}")) == "null"
    assert daemon.run(command).returncode == 0
    daemon.wait_log("^daemon is already running$")              # its lock is not among what became /dev/null
    assert daemon.pids() == pids
    daemon.send_signal(signal.SIGTERM)
    wait_until(lambda: not daemon.alive(), 10)


@pytest.mark.parametrize("args", [("-n",), ()])
def test_without_a_file(lab, host, args):
    daemon = lab.daemon(host, config(), start=False, args=args)
    daemon.path("/etc/keepalived/keepalived.conf").unlink()
    assert daemon.start().process.wait(10) == 6
    daemon.wait_log(r"keepalived\.conf")
    assert not daemon.alive()


def test_a_file_with_nothing_to_run(lab, host):
    daemon = lab.daemon(host, "global_defs {\n}\n")
    daemon.wait_log("Warning - keepalived has no configuration to run")
    daemon.wait_log("^Startup complete")
    daemon.configure(config())
    assert daemon.run([daemon.binary, "--reload"]).returncode == 0
    daemon.wait_pids("vrrp")
    daemon.configure("global_defs {\n}\n")
    assert daemon.run([daemon.binary, "--reload"]).returncode == 0
    wait_until(lambda: len(daemon.processes()) == 1)
    assert not daemon.path("/run/vrrp.pid").exists()
    assert daemon.stop() == 0


@pytest.mark.parametrize("text, wanted", [
    (config(), 0),
    (config(instance="no_such_word 1"), 5),
    (config(instance="notify /bin/true"), 6),
    (config("script_user root\n\tenable_script_security", "notify /bin/true"), 0),
    (config(instance="no_such_word 1\n\tnotify /bin/true"), 5),
    (None, 4),
])
def test_config_test(lab, host, text, wanted):
    daemon = lab.daemon(host, text or "", start=False)
    if text is None:
        daemon.path("/etc/keepalived/keepalived.conf").unlink()
    done = daemon.run([daemon.binary, "-t"])
    assert done.returncode == wanted, done.stderr
    assert bool(done.stderr) == (wanted != 0)
    logged = daemon.run([daemon.binary, "-t=/tmp/findings"])
    assert logged.returncode == wanted and logged.stderr == ""
    assert daemon.path("/tmp/findings").read_text() == done.stderr
    assert list(daemon.log) == []


def test_config_test_names_what_is_not_on_this_machine(lab, host):
    daemon = lab.daemon(host, config().replace("eth0", "eth9"), start=False)
    done = daemon.run([daemon.binary, "-t"])
    assert done.returncode == 0 and "there is no interface `eth9` on this machine now: what needs it waits for it" in done.stderr
    daemon.configure(config(top="net_namespace nowhere"))
    done = daemon.run([daemon.binary, "-t"])
    line = daemon.path("/etc/keepalived/keepalived.conf").read_text().splitlines().index("net_namespace nowhere") + 1
    where = f"/etc/keepalived/keepalived.conf:{line}:1:"
    assert done.returncode == 5 and f"{where} error: there is no network namespace `nowhere` on this machine now\n" in done.stderr
    done = daemon.run([daemon.binary, "-t", "--other-host"])
    assert done.returncode == 0 and f"{where} warning: there is no network namespace `nowhere` on this machine now\n" in done.stderr


def test_second_daemon(daemon):
    before = daemon.pids()
    second = daemon.run([daemon.binary, "-n"])
    assert second.returncode == 0
    daemon.wait_log("daemon is already running")
    assert daemon.pids() == before
    assert daemon.run([daemon.binary, "--reload"]).returncode == 0


def test_files_of_a_dead_daemon_are_in_nobodys_way(daemon):
    daemon.kill_all()
    assert daemon.path("/run/keepalived.pid").exists() and daemon.path("/run/keepalived/control").exists()
    daemon.start()
    daemon.wait_pids("keepalived", "vrrp")
    assert daemon.run([daemon.binary, "--reload"]).returncode == 0
    assert daemon.stop() == 0


def test_read_only_run(lab, host):
    daemon = lab.daemon(host, config(), start=False)
    daemon.inside(mount, None, "/run", flags=MS_REMOUNT | MS_BIND | MS_RDONLY)
    daemon.start()
    daemon.wait_log("^Startup complete")
    daemon.process.send_signal(signal.SIGHUP)
    daemon.wait_log("^Reload complete")
    daemon.process.send_signal(signal.SIGTERM)
    assert daemon.process.wait(10) == 0
    assert len(daemon.log.lines("Read-only file system")) == 1


def test_as_process_1_of_a_container(lab, host):
    daemon = lab.daemon(host, config(instance=f"notify {NOTIFY}"), start=False, binary="/etc/keepalived/as-1")
    daemon.add_script(daemon.binary, f"#!/bin/sh\nexec unshare --fork --pid --kill-child {our_binary()} \"$@\"\n")
    # Whoever it leaves behind becomes a child of process 1, and a zombie unless that reaps it.
    daemon.add_script(NOTIFY, "#!/bin/sh\n(: ; exec sleep 0.3) &\necho $! >/tmp/orphan\n")
    daemon.start()
    daemon.wait_log("^Startup complete")
    wait_until(lambda: daemon.path("/tmp/orphan").exists() and daemon.path("/tmp/orphan").read_text())
    first = next(pid for pid in daemon.processes() if status(pid).get("NSpid", "").split()[-1:] == ["1"])
    orphan = daemon.path("/tmp/orphan").read_text().strip()

    def gone():
        with open(f"/proc/{first}/task/{first}/children") as file:
            return all(status(pid).get("NSpid", "").split()[-1:] != [orphan] for pid in file.read().split())
    wait_until(gone)
    os.kill(first, signal.SIGTERM)
    assert daemon.process.wait(10) == 0
    daemon.wait_log("^Stopped Keepalived")


# --- supervision


def test_killed_child_is_replaced(daemon):
    pids = daemon.pids()
    os.kill(pids["vrrp"], signal.SIGKILL)
    died = daemon.wait_log(f"^VRRP child process\\({pids['vrrp']}\\) died: Respawning$")
    assert died.level == "alert"
    second = new_pid(daemon, "vrrp", pids["vrrp"])
    daemon.wait_log(f"^Starting VRRP child process, pid={second}$")
    killed = time.monotonic()
    os.kill(second, signal.SIGKILL)
    daemon.wait_log("^Restart of VRRP process delayed 1 seconds to limit respawn rate$")
    third = new_pid(daemon, "vrrp", second)
    assert 0.9 < time.monotonic() - killed < 3
    assert daemon.pids() == {"keepalived": pids["keepalived"], "vrrp": third}
    assert daemon.stop() == 0


def test_hung_child_is_replaced(daemon):
    hung = daemon.pids()["vrrp"]
    began = time.monotonic()
    os.kill(hung, signal.SIGSTOP)
    line = daemon.wait_log(f"^VRRP child process\\({hung}\\) does not answer", 20)
    assert 10 < line.time - began < 17
    new_pid(daemon, "vrrp", hung)
    assert hung not in daemon.processes()


def test_dont_respawn(lab, host):
    daemon = lab.daemon(host, config(), args=("-n", "-D", "-R"))
    pids = daemon.wait_pids("vrrp")
    daemon.wait_log("^Startup complete")
    os.kill(pids["vrrp"], signal.SIGKILL)
    assert daemon.process.wait(10) == 0
    daemon.wait_log(f"^VRRP child process\\({pids['vrrp']}\\) died: Exiting$")


def test_child_that_does_not_stop_is_ended(lab, host):
    daemon = lab.daemon(host, config(top="child_wait_time 1"))
    pids = daemon.wait_pids("keepalived", "vrrp")
    daemon.wait_log("^Startup complete")
    os.kill(pids["vrrp"], signal.SIGSTOP)
    os.kill(pids["keepalived"], signal.SIGTERM)
    daemon.wait_log("^VRRP process failed to die - forcing termination$")
    assert daemon.process.wait(5) == 0
    assert not daemon.alive()


def test_out_of_descriptors(daemon):
    pids = daemon.pids()
    parent = pids["keepalived"]
    usual = resource.prlimit(parent, resource.RLIMIT_NOFILE)
    resource.prlimit(parent, resource.RLIMIT_NOFILE, (4, usual[1]))
    os.kill(pids["vrrp"], signal.SIGKILL)
    daemon.wait_log("^Cannot start a VRRP child process: Too many open files$")
    daemon.wait_log("^Restart of VRRP process delayed")
    resource.prlimit(parent, resource.RLIMIT_NOFILE, usual)
    new_pid(daemon, "vrrp", pids["vrrp"])
    assert daemon.stop() == 0


def test_end_of_the_parent_ends_the_child(daemon):
    pids = daemon.pids()
    os.kill(pids["keepalived"], signal.SIGKILL)
    wait_until(lambda: not daemon.alive())


# --- signals and files


def test_signals_that_are_not_served_end_nothing(daemon):
    before = daemon.pids()
    for number in (signal.SIGPIPE, signal.SIGRTMIN + 2, signal.SIGRTMAX):
        os.kill(before["keepalived"], number)
    for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGUSR1, signal.SIGINT, *range(signal.SIGRTMIN, signal.SIGRTMAX + 1)):
        os.kill(before["vrrp"], number)
    assert daemon.run([daemon.binary, "--reload"]).returncode == 0
    assert daemon.pids() == before


def test_stop_is_the_last_word_of_the_scripts(lab, host):
    daemon = lab.daemon(host, config(instance=f"notify_backup /etc/keepalived/hang.sh\n\tnotify {NOTIFY}", priority=250),
                        start=False)
    daemon.add_script("/etc/keepalived/hang.sh", "#!/bin/sh\nexec sleep 60\n")
    daemon.add_script(NOTIFY, '#!/bin/sh\necho "$3" >>/tmp/said\n')
    daemon.start()
    daemon.wait_log("Entering MASTER STATE", timeout=10)
    daemon.process.send_signal(signal.SIGTERM)
    assert daemon.process.wait(10) == 0
    wait_until(lambda: not daemon.alive())                  # the one that hung got a TERM
    assert daemon.path("/tmp/said").read_text() == "STOP\n"
    daemon.wait_log(f"^Script {NOTIFY} for MASTER is skipped: the state was left before it could start$")
    daemon.wait_log("^Script /etc/keepalived/hang.sh .process [0-9]+. still runs: ending it$")


def test_dump_files(daemon):
    daemon.send_signal(signal.SIGUSR1)
    for name in ("keepalived.data", "keepalived_parent.data"):
        file = daemon.path("/tmp/" + name)
        wait_until(file.exists)
        assert stat.S_IMODE(file.stat().st_mode) == 0o600 and file.stat().st_uid == 0
        assert file.read_text()
    daemon.send_signal(signal.SIGUSR2)
    wait_until(daemon.path("/tmp/keepalived.stats").exists)
    daemon.path("/tmp/keepalived.stats").unlink()
    daemon.send_signal(signal.SIGRTMAX - 1)
    wait_until(daemon.path("/tmp/keepalived.stats").exists)
    assert {file.name for file in daemon.path("/tmp").glob("keepalived*")} == {
        "keepalived.data", "keepalived_parent.data", "keepalived.stats"}


def test_a_dump_that_cannot_be_written_leaves_the_last_one(daemon):
    tmp = daemon.path("/tmp")
    daemon.inside(mount, "tmpfs", "/tmp", "tmpfs", 0, "size=64k")
    inside = ["sh", "-c", "cat /tmp/keepalived.stats; ls -A /tmp"]
    daemon.send_signal(signal.SIGUSR2)
    wait_until(lambda: "VRRP Instance" in daemon.run(inside).stdout)
    daemon.run(["dd", "if=/dev/zero", "of=/tmp/fill", "bs=4k"])
    daemon.send_signal(signal.SIGUSR2)
    daemon.wait_log("^Writing the dump failed")
    wait_until(lambda: daemon.run(["ls", "-A", "/tmp"]).stdout.split() == ["fill", "keepalived.stats"])
    assert "VRRP Instance" in daemon.run(inside).stdout
    assert not list(tmp.glob("keepalived*"))


def test_dump_files_do_not_follow_or_take_what_is_not_ours(daemon):
    victim = daemon.path("/tmp/victim")
    victim.write_text("precious")
    daemon.path("/tmp/keepalived.data").symlink_to("/tmp/victim")
    other = daemon.path("/tmp/keepalived_parent.data")
    other.write_text("somebody's")
    os.chown(other, 12345, 12345)
    daemon.path("/tmp/keepalived.stats").mkdir()
    daemon.send_signal(signal.SIGUSR1)
    daemon.wait_log("^Dump file /tmp/keepalived.data is not written")
    daemon.wait_log("^Dump file /tmp/keepalived_parent.data is not written")
    daemon.send_signal(signal.SIGUSR2)
    daemon.wait_log("^Dump file /tmp/keepalived.stats is not written")
    assert victim.read_text() == "precious" and other.read_text() == "somebody's"
    assert sorted(file.name for file in daemon.path("/tmp").glob("keepalived*")) == [
        "keepalived.data", "keepalived.stats", "keepalived_parent.data"]


class Manager:
    """The receiving side of sd_notify."""

    def __init__(self, folder):
        fd = os.open(folder, os.O_PATH)
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(f"/proc/self/fd/{fd}/notify")
        os.close(fd)
        self.socket.settimeout(10)

    def wait(self, word):
        """The next message that has this word, as a dictionary."""
        while True:
            message = dict(line.split("=", 1) for line in self.socket.recv(4096).decode().splitlines())
            if word in message:
                return message


def test_what_systemd_is_told(lab, host):
    daemon = lab.daemon(host, config(), env={"NOTIFY_SOCKET": "/run/notify", "WATCHDOG_USEC": "600000"}, start=False)
    manager = Manager(daemon.path("/run"))
    lab.defer(manager.socket.close)
    daemon.start()
    ready = manager.wait("READY")
    assert int(ready["MAINPID"]) == daemon.pids()["keepalived"]
    assert manager.wait("STATUS")["STATUS"] == "Running: VRRP"
    for _ in range(3):
        assert manager.wait("WATCHDOG")["WATCHDOG"] == "1"
    before = time.monotonic() * 1e6
    daemon.send_signal(signal.SIGHUP)
    assert before <= int(manager.wait("RELOADING")["MONOTONIC_USEC"]) <= time.monotonic() * 1e6
    manager.wait("READY")
    daemon.send_signal(signal.SIGTERM)
    manager.wait("STOPPING")
    assert daemon.process.wait(10) == 0


# --- scripts


def test_scripts(lab, host):
    daemon = lab.daemon(host, config("script_user nobody", f'notify "{NOTIFY} own"\n\tnotify_backup {NOTIFY}'),
                        start=False)
    # As many documents have it: no interpreter that the kernel would know.
    daemon.add_script(NOTIFY, """#/bin/bash
{
	echo "$*"; id -u; ps -o pgid= -p $$ | tr -d " "; echo $$
	env | grep -c -E "^(KEEPALIVED|LD_PRELOAD|NOTIFY_SOCKET)"
	grep SigBlk /proc/self/status; grep SigIgn /proc/self/status
} >/tmp/out.$$; mv /tmp/out.$$ /tmp/said.$$
""")
    daemon.env["LD_PRELOAD"] = ""
    daemon.start()
    files = wait_until(lambda: len(found := list(daemon.path("/tmp").glob("said.*"))) == 2 and found)
    nobody = str(pwd.getpwnam("nobody").pw_uid)
    said = {}
    for file in files:
        arguments, uid, group, pid, *rest = file.read_text().split("\n")
        said[arguments] = pid
        assert uid == nobody and group == pid
        assert rest[0] == "0" and int(rest[1].split()[1], 16) == 0 and int(rest[2].split()[1], 16) == 0
    assert set(said) == {"", "own INSTANCE V BACKUP 100"}


def test_scripts_run_in_the_network_namespace(lab, host):
    outside = lab.host("outside", "10.0.0.99/24")
    daemon = lab.daemon(outside, config(instance=f"notify {NOTIFY}", top=f"net_namespace {host.name}"), start=False)
    daemon.add_script(NOTIFY, "#!/bin/sh\nstat -Lc %i /proc/self/ns/net >/tmp/tmp && mv /tmp/tmp /tmp/where\n")
    daemon.start()
    where = daemon.path("/tmp/where")
    wait_until(where.exists)
    assert int(where.read_text()) == os.stat(host.path).st_ino


def test_scripts_of_one_instance_keep_their_order(lab, host):
    daemon = lab.daemon(host, config(instance=f"notify {NOTIFY}", priority=150), start=False)
    daemon.add_script(NOTIFY, '#!/bin/sh\n[ "$3" = BACKUP ] && sleep 5\necho $3 >>/tmp/states\n')
    daemon.start()
    states = daemon.path("/tmp/states")
    wait_until(lambda: states.exists() and len(states.read_text().split()) == 2, 12)
    assert states.read_text().split() == ["BACKUP", "MASTER"]


def test_running_scripts_outlive_the_daemon(lab, host):
    daemon = lab.daemon(host, config(instance=f"notify {NOTIFY}"), start=False)
    daemon.add_script(NOTIFY, '#!/bin/sh\n[ "$3" = STOP ] || exit 0\nsleep 2\necho done >/tmp/stopped\n')
    daemon.start()
    daemon.wait_log("^Startup complete")
    os.kill(daemon.pids()["keepalived"], signal.SIGTERM)
    assert daemon.process.wait(10) == 0
    wait_until(daemon.path("/tmp/stopped").exists)
    wait_until(lambda: not daemon.alive())


def test_unsafe_script_is_named_and_disabled(lab, host):
    daemon = lab.daemon(host, config("script_user root\n\tenable_script_security", "notify /tmp/unsafe.sh"),
                        start=False)
    daemon.add_script("/tmp/unsafe.sh", "#!/bin/sh\n: >/tmp/was-run\n")
    daemon.start()
    daemon.wait_log("Unsafe permissions found for script '/tmp/unsafe.sh' - disabling. .*/tmp is writable by everyone")
    daemon.wait_log("^Startup complete")
    assert daemon.stop() == 0
    assert not daemon.path("/tmp/was-run").exists()


def test_mail_server_name_that_nobody_knows(lab, host):
    daemon = lab.daemon(host, config("smtp_server no-such-host.invalid"))
    daemon.wait_log("^Startup complete")
    daemon.wait_log("smtp_server no-such-host.invalid", 10)
    assert daemon.stop() == 0
