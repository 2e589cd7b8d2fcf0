# SPDX-License-Identifier: GPL-2.0-or-later
"""Health and the kernel's table, end to end: a director with IPVS and nginx as real servers."""
import hashlib
import os
import re
import signal
import threading
import time

import pytest

from lib_util import CLONE_NEWNET, setns, wait_until

pytestmark = pytest.mark.ipvs

VIP = "10.0.0.100"
QUICK = "delay_loop 0.3\n\t\twarmup 0\n\t\tconnect_timeout 1\n\t\tretry 1\n\t\tdelay_before_retry 0.1"
CHANGES = r"(Adding|Removing|Enabling|Disabling) |Lost quorum|Gained quorum"


def tcp(more=QUICK):
    return f"TCP_CHECK {{\n\t\t{more}\n\t}}"


def http(more=QUICK, url="path /"):
    return f"HTTP_GET {{\n\t\turl {{\n\t\t\t{url}\n\t\t}}\n\t\t{more}\n\t}}"


def real(address, check, more="weight 1"):
    return f"\treal_server {address} 80 {{\n\t{more}\n\t{check}\n\t}}\n"


def service(address, *servers, more=""):
    return (f"virtual_server {address} 80 {{\n\tlb_algo wrr\n\tlb_kind DR\n\tprotocol TCP\n\t{more}\n"
            + "".join(servers) + "}\n")


class Pool:
    """A director and two nginx servers, .81 and .82."""

    def __init__(self, lab):
        self.lab = lab
        self.director = lab.host("director", "10.0.0.36/24")
        self.servers = {}
        for number in (81, 82):
            address = f"10.0.0.{number}"
            self.servers[number] = lab.nginx(lab.host(f"server{number}", f"{address}/24"), address)

    def rows(self):
        """The table as ipvsadm would restore it, in no order: the kernel has none either."""
        return sorted(self.director.run("ipvsadm -Sn").stdout.splitlines())

    def wait_rows(self, *rows, timeout=10):
        try:
            wait_until(lambda: self.rows() == sorted(rows), timeout)
        except AssertionError:
            assert self.rows() == sorted(rows)

    def ipvsadm(self, arguments):
        self.director.run(f"ipvsadm {arguments}")


@pytest.fixture
def pool(lab):
    return Pool(lab)


class TableWatch:
    """Every state that the kernel's table is seen in, by reading it every millisecond."""

    def __init__(self, host):
        self.host, self.states, self.ended = host, [], False
        self.reads = 0
        self.thread = threading.Thread(target=self._read, daemon=True)
        self.thread.start()
        wait_until(lambda: self.reads)

    def _read(self):
        setns(self.host.fd, CLONE_NEWNET)
        while not self.ended:
            with open("/proc/thread-self/net/ip_vs") as file:
                # Without the counters of connections.
                state = [" ".join(line.split()[:4]) for line in file]
            if not self.states or self.states[-1] != state:
                self.states.append(state)
            self.reads += 1
            time.sleep(0.001)

    def stop(self):
        self.ended = True
        self.thread.join()
        return self.states


def a(address, weight, vip=VIP):
    return f"-a -t {vip}:80 -r {address}:80 -g -w {weight}"


def test_failed_servers_leave_and_return(pool):
    config = service(VIP, real("10.0.0.81", tcp(), "weight 3"), real("10.0.0.82", http(), "weight 2\n\tinhibit_on_failure"))
    daemon = pool.lab.daemon(pool.director, config)
    head = f"-A -t {VIP}:80 -s wrr"
    pool.wait_rows(head, a("10.0.0.81", 3), a("10.0.0.82", 2))
    daemon.wait_log(r"Remote Web server \[10.0.0.82\]:tcp:80 succeed on service\.")
    daemon.wait_log(r"TCP connection to \[10.0.0.81\]:tcp:80 success\.")
    for nginx in pool.servers.values():
        nginx.stop()
    daemon.wait_log(r"TCP_CHECK on service \[10.0.0.81\]:tcp:80 failed after 1 retries\.")
    daemon.wait_log(r"HTTP_CHECK on service \[10.0.0.82\]:tcp:80 failed after 1 retries\.")
    daemon.wait_log(rf"Lost quorum 1-0=1 > 0 for VS \[{VIP}\]:tcp:80")
    pool.wait_rows(head, a("10.0.0.82", 0))
    for nginx in pool.servers.values():
        nginx.start()
    pool.wait_rows(head, a("10.0.0.82", 2), a("10.0.0.81", 3))
    daemon.wait_log(rf"Enabling service \[10.0.0.82\]:tcp:80 of VS \[{VIP}\]:tcp:80")
    assert daemon.stop() == 0
    assert pool.rows() == []


def test_a_page_that_is_not_the_configured_one(pool):
    config = service(VIP, real("10.0.0.81", http(url="path /\n\t\t\tdigest 00000000000000000000000000000000")),
                     real("10.0.0.82", http(url="path /\n\t\t\tdigest " + hashlib.md5(b"server82\n").hexdigest())))
    daemon = pool.lab.daemon(pool.director, config)
    daemon.wait_log(r"MD5 digest error to server \[10.0.0.81\]:tcp:80\.")
    daemon.wait_log(r"Remote Web server \[10.0.0.82\]:tcp:80 succeed")
    pool.wait_rows(f"-A -t {VIP}:80 -s wrr", a("10.0.0.82", 1))


def start_with_one_failed(pool, config):
    """81 is down, 82 is up, and both are known."""
    pool.servers[81].stop()
    daemon = pool.lab.daemon(pool.director, config)
    daemon.wait_log(r"Removing service \[10.0.0.81\]:tcp:80", 10)
    daemon.wait_log(r"connection to \[10.0.0.82\]:tcp:80 success")
    pool.wait_rows(f"-A -t {VIP}:80 -s wrr", a("10.0.0.82", 1))
    return daemon


PAIR = service(VIP, real("10.0.0.81", tcp()), real("10.0.0.82", tcp()))


def changes(daemon, since):
    return [line.text for line in daemon.log if line.time > since and re.search(CHANGES, line.text)]


def test_a_killed_checker_moves_nothing(pool):
    daemon = start_with_one_failed(pool, PAIR)
    watch = TableWatch(pool.director)
    for _ in range(3):
        before = daemon.pids()["checkers"]
        died = time.monotonic()
        os.kill(before, signal.SIGKILL)
        wait_until(lambda: daemon.pids().get("checkers") not in (None, before), 10)
        daemon.wait_log("Healthcheck child process.*died: Respawning", since=died)
        # The next process probes: its answer to the server that comes back is the proof that it lives and knew it was down.
        pool.servers[81].start()
        daemon.wait_log(r"Adding service \[10.0.0.81\]:tcp:80", 10, since=died)
        pool.servers[81].stop()
        daemon.wait_log(r"Removing service \[10.0.0.81\]:tcp:80", 10, since=died)
        assert len(changes(daemon, died)) == 2
    states = watch.stop()
    assert all("0A000052:0050" in " ".join(state) for state in states), "the healthy server has left"


def test_a_reload_that_edits_a_check_puts_nothing_back(pool):
    daemon = start_with_one_failed(pool, PAIR)
    watch = TableWatch(pool.director)
    before, since = daemon.pids()["checkers"], time.monotonic()
    daemon.configure(PAIR.replace("connect_timeout 1", "connect_timeout 2"))
    daemon.send_signal(signal.SIGHUP)
    daemon.wait_log("Reload complete", 10)
    wait_until(lambda: daemon.pids().get("checkers") not in (None, before), 10)
    pool.servers[81].start()
    daemon.wait_log(r"Adding service \[10.0.0.81\]:tcp:80", 10, since=since)
    pool.wait_rows(f"-A -t {VIP}:80 -s wrr", a("10.0.0.81", 1), a("10.0.0.82", 1))
    assert len(changes(daemon, since)) == 1
    states = watch.stop()
    assert len(states) == 2, states         # without 81, and then with it


def test_a_reload_programs_what_was_changed(pool):
    other = service("10.0.0.101", real("10.0.0.81", tcp()), real("10.0.0.82", tcp()))
    third = service("10.0.0.102", real("10.0.0.82", tcp()))
    daemon = pool.lab.daemon(pool.director, PAIR + other)
    first = [f"-A -t {VIP}:80 -s wrr", a("10.0.0.81", 1), a("10.0.0.82", 1)]
    pool.wait_rows(*first, "-A -t 10.0.0.101:80 -s wrr", a("10.0.0.81", 1, "10.0.0.101"), a("10.0.0.82", 1, "10.0.0.101"))
    since = time.monotonic()
    daemon.configure(service(VIP, real("10.0.0.82", tcp(), "weight 5")) + third)
    daemon.send_signal(signal.SIGHUP)
    daemon.wait_log("Reload complete", 10)
    daemon.wait_log(r"Removing Virtual Server \[10.0.0.101\]:tcp:80", since=since)
    daemon.wait_log(r"service \[10.0.0.81\]:tcp:80 no longer exist", since=since)
    pool.wait_rows(f"-A -t {VIP}:80 -s wrr", a("10.0.0.82", 5), "-A -t 10.0.0.102:80 -s wrr", a("10.0.0.82", 1, "10.0.0.102"))
    assert daemon.stop() == 0
    assert pool.rows() == []


def test_a_start_adopts_what_is_there(pool):
    foreign = ["-A -t 10.9.9.9:80 -s rr", "-a -t 10.9.9.9:80 -r 10.0.0.99:80 -m -w 7"]
    for line in foreign + [f"-A -t {VIP}:80 -s rr -p 30", f"-a -t {VIP}:80 -r 10.0.0.81:80 -m -w 9",
                           f"-a -t {VIP}:80 -r 10.0.0.77:80 -g -w 1"]:
        pool.ipvsadm(line)
    daemon = pool.lab.daemon(pool.director, PAIR)
    wanted = sorted([f"-A -t {VIP}:80 -s wrr", a("10.0.0.81", 1), a("10.0.0.82", 1), *foreign])
    pool.wait_rows(*wanted)
    # And again over a crash of everything.
    daemon.wait_log("TCP connection to .* success")
    daemon.kill_all()
    assert pool.rows() == wanted
    watch = TableWatch(pool.director)
    since = time.monotonic()
    daemon.start()
    daemon.wait_log("Startup complete", 10, since=since)
    assert len(watch.stop()) == 1
    assert not [line for line in daemon.log if "IPVS cmd" in line.text or "error" in line.text]
    assert daemon.stop() == 0
    assert pool.rows() == sorted(foreign)


def test_option_to_leave_the_table(pool):
    daemon = pool.lab.daemon(pool.director, PAIR, args=("-n", "-D", "-I"))
    table = [f"-A -t {VIP}:80 -s wrr", a("10.0.0.81", 1), a("10.0.0.82", 1)]
    pool.wait_rows(*table)
    assert daemon.stop() == 0
    assert pool.rows() == sorted(table)


def test_sorry_server_quorum_and_scripts(pool):
    scripts = " ".join(f'{name} "/etc/keepalived/note {name}"\n\t' for name in ("quorum_up", "quorum_down"))
    server = real("10.0.0.81", tcp(), 'notify_up "/etc/keepalived/note up"\n\tnotify_down "/etc/keepalived/note down"')
    config = ("global_defs {\n\tscript_user root\n}\n"
              + service(VIP, server, more=f"omega\n\t{scripts}sorry_server 10.0.0.82 80"))
    daemon = pool.lab.daemon(pool.director, config, start=False)
    daemon.add_script("/etc/keepalived/note", '#!/bin/sh\necho "$1" >>/tmp/notes\n')
    daemon.start()
    notes = daemon.path("/tmp/notes")

    def noted(*words):
        wait_until(lambda: notes.exists() and sorted(notes.read_text().split()) == sorted(words), 5, f"notes {words}")

    head = f"-A -t {VIP}:80 -s wrr"
    noted("quorum_up")
    daemon.wait_log("TCP connection to .* success")
    pool.servers[81].stop()
    pool.wait_rows(head, a("10.0.0.82", 1))
    daemon.wait_log(r"Adding sorry server \[10.0.0.82\]:tcp:80 to VS")
    noted("quorum_up", "down", "quorum_down")
    pool.servers[81].start()
    pool.wait_rows(head, a("10.0.0.81", 1))
    daemon.wait_log("Adding alive servers to the pool for VS")
    noted("quorum_up", "down", "quorum_down", "up", "quorum_up")
    assert daemon.stop() == 0
    noted("quorum_up", "down", "quorum_down", "up", "quorum_up", "quorum_down", "down")


def test_dump(pool):
    daemon = start_with_one_failed(pool, PAIR)
    daemon.send_signal(signal.SIGUSR1)
    file = daemon.path("/tmp/keepalived_check.data")
    wait_until(lambda: file.exists() and "Health checkers" in file.read_text())
    text = file.read_text()
    assert f" VS VIP = {VIP}, VPORT = 80\n" in text
    assert "   RIP = 10.0.0.81, RPORT = 80, WEIGHT = 1 EFF WEIGHT = 1\n" in text
    assert text.count("   alive = 0\n") == 1 and text.count("   num failed checkers = 1\n") == 1
    assert "   Last outcome = L4CON" in text
