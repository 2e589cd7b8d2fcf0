# SPDX-License-Identifier: GPL-2.0-or-later
"""What checkers put on the wire, and in which order the processes stop."""
import os
import signal
import socket
import struct
import threading
import time

import pytest

from lib_util import CLONE_NEWNET, setns, wait_until
from test_check_health import QUICK, Pool, a, http, real, service, tcp

pytestmark = pytest.mark.ipvs

VIP = "10.0.0.100"


def connections(capture):
    """Who began a connection to whom: (source, destination, destination's port), and the source port of each time."""
    found = {}
    for frame in capture:
        ip = frame.payload
        if frame.ethertype == 0x0800 and ip[9] == 6:
            source, destination, tcp_ = socket.inet_ntoa(ip[12:16]), socket.inet_ntoa(ip[16:20]), ip[(ip[0] & 15) * 4:]
        elif frame.ethertype == 0x86dd and ip[6] == 6:
            source, destination = (socket.inet_ntop(socket.AF_INET6, ip[at:at + 16]) for at in (8, 24))
            tcp_ = ip[40:]
        else:
            continue
        if tcp_[13] & 0x12 == 0x02:                         # SYN without ACK
            ports = struct.unpack_from("!HH", tcp_)
            found.setdefault((source, destination, ports[1]), []).append(ports[0])
    return found


@pytest.mark.parametrize("check, success", [(tcp, "TCP connection to {} success"), (http, "Remote Web server {} succeed on service")],
                         ids=["TCP_CHECK", "HTTP_GET"])
def test_where_a_check_goes(lab, check, success):
    pool = Pool(lab)
    director, other = pool.director, pool.servers[82]
    for address in ("10.0.0.37/24", "10.0.0.38/24", "fd00::36/64", "fd00::37/64"):
        director.add_address(address)
    other.host.add_address("fd00::82/64")
    lab.nginx(other.host, "10.0.0.82", 8080)
    lab.nginx(other.host, "fd00::82", 8080)
    wires = [lab.capture(server.host) for server in pool.servers.values()]
    checks = {  # of the real server 10.0.0.81, by the port it has there: what is written, and where it must go from where
        1080: ("connect_port 80", ("10.0.0.36", "10.0.0.81", 80)),
        1081: ("connect_ip 10.0.0.82\nconnect_port 80", ("10.0.0.36", "10.0.0.82", 80)),
        1082: ("connect_ip 10.0.0.82\nconnect_port 8080\nbindto 10.0.0.37", ("10.0.0.37", "10.0.0.82", 8080)),
        1083: ("connect_port 80\nbindto 10.0.0.38", ("10.0.0.38", "10.0.0.81", 80)),
        1084: ("connect_ip fd00::82\nconnect_port 8080\nbindto fd00::37", ("fd00::37", "fd00::82", 8080)),
        1085: ("connect_ip 10.0.0.82\nconnect_port 8080\nbindto 10.0.0.38\nbind_port 40000", ("10.0.0.38", "10.0.0.82", 8080)),
        8080: ("connect_ip 10.0.0.82", ("10.0.0.36", "10.0.0.82", 8080)),
    }
    servers = [real("10.0.0.81", check(f"{QUICK}\n{words}")).replace("10.0.0.81 80", f"10.0.0.81 {port}")
               for port, (words, _) in checks.items()]
    # With direct routing a real server has the virtual server's port.
    daemon = lab.daemon(director, service(VIP, *servers).replace("lb_kind DR", "lb_kind NAT"))
    for port in checks:
        daemon.wait_log(success.format(rf"\[10.0.0.81\]:tcp:{port}"), 10)
    fixed = checks[1085][1]

    def seen():
        return {way: ports for wire in wires for way, ports in connections(wire).items()}
    # A fixed source port is used again and again.
    wait_until(lambda: len(seen().get(fixed, ())) >= 3, 10)
    assert set(seen()) == {way for _, way in checks.values()}
    assert set(seen()[fixed]) == {40000} and not daemon.log.lines("failed|error")
    # The table has the servers as they are written.
    assert len([row for row in pool.rows() if row.startswith("-a")]) == len(checks)
    assert all(f"-r 10.0.0.81:{port} " in "".join(pool.rows()) for port in checks)


def test_a_source_address_that_is_not_there(lab):
    """The probe cannot leave as it is written, and must not leave in another way."""
    pool = Pool(lab)
    wire = lab.capture(pool.servers[81].host)
    daemon = lab.daemon(pool.director, service(VIP, real("10.0.0.81", tcp(f"{QUICK}\nbindto 10.0.0.37"))))
    daemon.wait_log(r"TCP_CHECK on service \[10.0.0.81\]:tcp:80 failed\.$", 10)
    assert not connections(wire)
    since = time.monotonic()
    pool.director.add_address("10.0.0.37/24")
    daemon.wait_log(r"TCP connection to \[10.0.0.81\]:tcp:80 success\.", since=since)
    assert set(connections(wire)) == {("10.0.0.37", "10.0.0.81", 80)}


# --- the order at the stop


BOTH = f"""child_wait_time 3
vrrp_instance V {{
	interface eth0
	virtual_router_id 51
	priority 250
	advert_int 1
	virtual_ipaddress {{
		{VIP}
	}}
}}
""" + service(VIP, real("10.0.0.81", tcp()), real("10.0.0.82", tcp()))


class TableTimes:
    """When the kernel's table was last seen whole."""

    def __init__(self, host, lines):
        self.host, self.lines, self.whole, self.less = host, lines, 0.0, None
        self.thread = threading.Thread(target=self._read, daemon=True)
        self.thread.start()
        wait_until(lambda: self.whole)

    def _read(self):
        setns(self.host.fd, CLONE_NEWNET)
        while self.less is None:
            now = time.monotonic()                          # before it is read: what was whole then was so at this time
            with open("/proc/thread-self/net/ip_vs") as file:
                if len(file.readlines()) == self.lines:
                    self.whole = now
                else:
                    self.less = time.monotonic()


def start_both(lab):
    pool = Pool(lab)
    daemon = lab.daemon(pool.director, BOTH)
    daemon.wait_log(r"\(V\) Entering MASTER STATE", 10)
    pool.wait_rows(f"-A -t {VIP}:80 -s wrr", a("10.0.0.81", 1), a("10.0.0.82", 1))
    for address in ("10.0.0.81", "10.0.0.82"):
        daemon.wait_log(rf"TCP connection to \[{address}\]:tcp:80 success")
    with pool.director.inside(), open("/proc/thread-self/net/ip_vs") as file:
        lines = len(file.readlines())
    return pool, daemon, TableTimes(pool.director, lines)


def test_addresses_go_before_the_servers_behind_them(lab):
    pool, daemon, table = start_both(lab)
    wire, watch = lab.capture(pool.servers[81].host), lab.watch(pool.director)
    assert daemon.stop() == 0
    resigned = wire.wait_advert(priority=0)
    gone = watch.wait_address("del", VIP)
    assert resigned.time < gone.time < table.less and pool.rows() == []
    daemon.wait_log("^Stopped Keepalived")
    wanted = ["Stopping", "(V) sent 0 priority", "(V) removing VIPs.",
              *(f"Shutting down service [10.0.0.{number}]:tcp:80 from VS [{VIP}]:tcp:80" for number in pool.servers)]
    assert [line.text for line in daemon.log if line.text in wanted] == wanted


def test_servers_stay_as_long_as_the_addresses_cannot_go(lab):
    pool, daemon, table = start_both(lab)
    pids = daemon.pids()
    os.kill(pids["vrrp"], signal.SIGSTOP)
    daemon.process.send_signal(signal.SIGTERM)
    began = daemon.wait_log("^Stopping$").time
    forced = daemon.wait_log("^VRRP process failed to die - forcing termination$")
    assert forced.time - began > 2.5 and table.whole > began + 2
    assert daemon.process.wait(10) == 0
    assert table.less > forced.time and pool.rows() == []
    assert not daemon.alive()
