# SPDX-License-Identifier: GPL-2.0-or-later
"""How the processes run: *_priority, *_rt_priority, *_no_swap, *_cpu_affinity, *_rlimit_rttime, names, and what is refused."""
import os
import pathlib
import re
import signal
import time

import pytest

from lib_daemon import our_binary
from lib_util import SANITIZED, wait_until

SCHED_RR_RESET = os.SCHED_RR | os.SCHED_RESET_ON_FORK
NET_ADMIN, NET_RAW, IPC_LOCK = 1 << 12, 1 << 13, 1 << 14
UNLIMITED = -1
LONG, HALF = "vrrp_rlimit_rttime 8000000", 4000000        # a slow machine computes longer than the default allows
CONF = "/etc/keepalived/keepalived.conf"


def config(*lines, checker=False, priority=100):
    service = """
virtual_server 10.0.0.110 80 {
    protocol TCP
    real_server 10.0.0.120 80 {
        TCP_CHECK { }
    }
}
""" if checker else ""
    text = "\n".join(lines)
    return f"""global_defs {{
{text}
}}
vrrp_instance V {{
    state BACKUP
    interface eth0
    virtual_router_id 51
    priority {priority}
    advert_int 0.5
    version 3
    virtual_ipaddress {{
        10.0.0.100
    }}
}}
{service}"""


@pytest.fixture
def host(lab):
    return lab.host("director", "10.0.0.36/24")


def started(lab, host, text, **kwargs):
    daemon = lab.daemon(host, text, **kwargs)
    daemon.wait_log("^Startup complete")
    return daemon


def proc(pid, name):
    return pathlib.Path(f"/proc/{pid}/{name}").read_text()


def status(pid):
    return dict(line.split(":\t", 1) for line in proc(pid, "status").splitlines() if ":\t" in line)


def locked(pid):
    return int(status(pid)["VmLck"].split()[0])


def policy(pid):
    return os.sched_getscheduler(pid), os.sched_getparam(pid).sched_priority


def limit(pid, name):
    """The soft one; prlimit(2) is not for everybody."""
    word = re.search(rf"^{name} +(\S+)", proc(pid, "limits"), re.M)[1]
    return UNLIMITED if word == "unlimited" else int(word)


def facts(pid):
    """The whole of it: policy, priority, nice value, processors, limit of realtime."""
    return (*policy(pid), os.getpriority(os.PRIO_PROCESS, pid), sorted(os.sched_getaffinity(pid)), limit(pid, "Max realtime timeout"))


def ordinary():
    return os.SCHED_OTHER, 0, os.getpriority(os.PRIO_PROCESS, 0), sorted(os.sched_getaffinity(0)), UNLIMITED


def successor(daemon, old, role="vrrp"):
    return wait_until(lambda: (pid := daemon.pids().get(role)) != old and pid, 5, f"another {role} process than {old}")


def reload(daemon):
    done = daemon.run([daemon.binary, "--reload"])
    assert done.returncode == 0, done.stdout + done.stderr


# --- what is asked for


def test_without_settings_they_run_as_the_daemon_was_started(lab, host):
    pids = started(lab, host, config()).pids()
    for pid in pids.values():
        assert facts(pid) == ordinary()
        assert locked(pid) == 0 and proc(pid, "comm") == "keepalived\n"


@pytest.mark.ipvs
def test_each_process_has_its_own(lab, host):
    daemon = started(lab, host, config("vrrp_rt_priority 7", "vrrp_cpu_affinity 0", LONG, "checker_priority -3",
                                       checker=True))
    pids = daemon.wait_pids("vrrp", "checkers")
    own = ordinary()
    assert facts(pids["vrrp"]) == (SCHED_RR_RESET, 7, own[2], [0], HALF)
    assert facts(pids["checkers"]) == (os.SCHED_OTHER, 0, -3, own[3], UNLIMITED)
    assert facts(pids["keepalived"]) == own
    assert int(status(pids["vrrp"])["CapEff"], 16) == NET_ADMIN | NET_RAW       # it got nothing for it
    assert "refused" not in str(daemon.log)


def test_memory_is_locked(lab, host):
    pids = started(lab, host, config("vrrp_no_swap")).pids()
    facts = status(pids["vrrp"])
    # A sanitizer's runtime does not let memory be locked.
    assert (locked(pids["vrrp"]) > 4000) != SANITIZED and locked(pids["keepalived"]) == 0
    # What comes later is locked, too, and must not fail: there is no limit, or the capability was kept.
    unlimited = limit(pids["vrrp"], "Max locked memory") == UNLIMITED
    assert int(facts["CapEff"], 16) == NET_ADMIN | NET_RAW | (0 if unlimited else IPC_LOCK)
    assert facts["Uid"].split()[0] != "0"


def test_a_successor_gets_the_same(lab, host):
    lines = ("vrrp_rt_priority 7", "vrrp_priority -3", "vrrp_cpu_affinity 0", LONG, "vrrp_process_name adverts")
    daemon = started(lab, host, config(*lines))
    first = daemon.pids()["vrrp"]
    wanted = (SCHED_RR_RESET, 7, -3, [0], HALF)
    assert facts(first) == wanted
    daemon.configure(config(*lines, priority=101))
    reload(daemon)
    second = successor(daemon, first)
    assert facts(second) == wanted and proc(second, "comm") == "adverts\n"
    os.kill(second, signal.SIGKILL)
    daemon.wait_log("died: Respawning")
    third = successor(daemon, second)
    wait_until(lambda: facts(third) == wanted, what="the settings of a respawned process")
    assert proc(third, "comm") == "adverts\n"


def test_a_reload_changes_them(lab, host):
    daemon = started(lab, host, config("vrrp_rt_priority 7", "process_name before"))
    first, parent = daemon.pids()["vrrp"], daemon.pids()["keepalived"]
    assert proc(parent, "comm") == "before\n"
    daemon.configure(config("vrrp_priority 4"))
    reload(daemon)
    second = successor(daemon, first)
    assert facts(second)[:3] == (os.SCHED_OTHER, 0, 4)
    assert proc(parent, "comm") == "keepalived\n"


@pytest.mark.ipvs
def test_names(lab, host):
    daemon = started(lab, host, config("process_names", "checker_process_name of-the-checkers", "process_name above", checker=True))
    pids = daemon.wait_pids("vrrp", "checkers")
    assert {role: proc(pid, "comm") for role, pid in pids.items()} == {
        "keepalived": "above\n", "vrrp": "keepalived_vrrp\n", "checkers": "of-the-checkers\n"}
    assert proc(pids["vrrp"], "cmdline") == proc(pids["keepalived"], "cmdline")


# --- what is refused


def without(lab, host, text, *capabilities):
    args = ("--drop=" + ",".join(capabilities), "--", "-c", f"exec {our_binary()} -n -D")
    return started(lab, host, text, binary="/usr/sbin/capsh", args=args)


def test_a_refusal_is_one_warning_with_its_place(lab, host):
    daemon = without(lab, host, config("vrrp_priority -3", "vrrp_rt_priority 7", "vrrp_no_swap", "max_auto_priority 9"),
                     "cap_sys_nice", "cap_ipc_lock", "cap_sys_resource")
    first = daemon.pids()["vrrp"]
    assert facts(first)[:3] == ordinary()[:3]
    wait_until(lambda: host.has_address("10.0.0.100"), 5, "the address")
    os.kill(first, signal.SIGKILL)
    successor(daemon, first)
    daemon.wait_log("died: Respawning")
    daemon.stop()
    said = [line.text for line in daemon.log if "is refused by the system" in line.text]
    assert said == [
        f"{CONF}:2: `vrrp_priority` is refused by the system: Permission denied (CAP_SYS_NICE is not available); the VRRP process goes on without it",
        f"{CONF}:4: `vrrp_no_swap` is refused by the system: Operation not permitted (CAP_IPC_LOCK is not available); the VRRP process goes on "
        "without it",
        f"{CONF}:3: `vrrp_rt_priority` is refused by the system: Operation not permitted (CAP_SYS_NICE is not available); the VRRP process goes on "
        "without it",
    ]


def test_processors_that_are_not_there(lab, host):
    daemon = started(lab, host, config("vrrp_cpu_affinity 0 1023"))
    daemon.wait_log(rf"^{CONF}:2: `vrrp_cpu_affinity` is refused by the system: No such device; the VRRP process goes on without it")
    assert facts(daemon.pids()["vrrp"])[3] == [0]


# --- lateness


def stall(daemon, pid, seconds):
    """It is held until a timer of it is late; then it is told to go on."""
    os.kill(pid, signal.SIGSTOP)
    wait_until(lambda: status(pid)["State"].startswith("T"), what="the stop")
    try:
        end = time.monotonic() + seconds
        wait_until(lambda: time.monotonic() > end, seconds + 1, "the end of the stall")
    finally:
        os.kill(pid, signal.SIGCONT)


def test_a_late_process_becomes_realtime_step_by_step(lab, host):
    lines = ("max_auto_priority 2", "min_auto_priority_delay 200000", LONG)
    daemon = started(lab, host, config(*lines))
    pid = daemon.pids()["vrrp"]
    assert policy(pid) == (os.SCHED_OTHER, 0) and facts(pid)[4] == HALF
    for priority in (1, 2):
        stall(daemon, pid, 2)
        daemon.wait_log(rf"^Set realtime priority {priority} of the VRRP process: a timer was served \d+\.\d{{6}} seconds late")
        assert policy(pid) == (SCHED_RR_RESET, priority)
    daemon.configure(config(*lines, priority=101))
    reload(daemon)
    after = successor(daemon, pid)
    assert policy(after) == (SCHED_RR_RESET, 2)                 # a successor begins where its predecessor was
    stall(daemon, after, 2)
    daemon.wait_log("timer expired")
    assert policy(after) == (SCHED_RR_RESET, 2)
    assert len([line for line in daemon.log if "Set realtime priority" in line.text]) == 2


def test_who_computes_too_long_leaves_realtime_for_a_moment(lab, host):
    daemon = started(lab, host, config("vrrp_rt_priority 7", LONG))
    pid = daemon.pids()["vrrp"]
    assert facts(pid)[4] == HALF
    os.kill(pid, signal.SIGXCPU)                                # what the kernel sends
    daemon.wait_log("^VRRP process has used too much CPU time, vrrp_rlimit_rttime may need to be increased")
    assert policy(pid) == (SCHED_RR_RESET & ~os.SCHED_RR | os.SCHED_OTHER, 0)
    wait_until(lambda: policy(pid) == (SCHED_RR_RESET, 7), what="realtime again")
    assert daemon.pids()["vrrp"] == pid and facts(pid)[4] == HALF
    assert not [line for line in daemon.log if re.search("died|refused", line.text)]
