# SPDX-License-Identifier: GPL-2.0-or-later
"""The published EC2 pair, word for word: two directors, two web servers in direct routing, visitors."""
import time

import pytest

from lib_daemon import PACKAGED, ROOT
from lib_util import IN_VM, wait_until

pytestmark = pytest.mark.ipvs

VIP = "10.0.0.100"
ONE, TWO = "10.0.0.36", "10.0.0.56"
FILES = {ONE: "ec2_01.conf", TWO: "ec2_02.conf"}
SERVERS = {"server1": "10.0.0.80", "server2": "10.0.0.194"}
SOURCES = ["10.0.0.201", "10.0.0.202"]  # two visitors, because each keeps to one server (persistence_timeout)
# What the files say: advert_int 1, priority 90; delay_loop 5, retry 3, delay_before_retry 3.
SKEW = (256 - 90) / 256
MASTER_DOWN = 3 + SKEW
SEEN_DEAD = 5 + 3 * 3
SEEN_ALIVE = 5
# What an emulated processor, which the test's own processes want as well, may need from the first advert to the address's announcement.
ANNOUNCED = 0.1 if IN_VM else 0.0
SCRIPTS = "/etc/keepalived/scripts/"
ASSIGN = SCRIPTS + "assign_private_ip.sh"
UNASSIGN = SCRIPTS + "unassign_private_ip.sh"
# Each word in brackets of its own: how the line was split into arguments is part of the promise.
RECORD = "printf '[%s]' \"$0\" \"$@\" >>/tmp/notified\necho >>/tmp/notified\n"
WITH_INTERPRETER = "#!/bin/sh\n" + RECORD
AS_PUBLISHED = "#/bin/bash\n" + RECORD  # the document's scripts lack the exclamation mark


def call(script, *words):
    return "".join(f"[{word}]" for word in (script, *words))


def assigned(instance):
    return call(ASSIGN, "18.223.129.244", VIP, instance)


def unassigned(instance):
    return call(UNASSIGN, "18.223.129.244", VIP, instance)


EC2_ONE, EC2_TWO = "i-0260f608cf698958c", "i-0f74aba2dc5e49679"


def director(lab, name, address, script=WITH_INTERPRETER, switch="lan", **options):
    host = lab.host(name, f"{address}/24", switch=switch)
    host.sysctl("net.ipv4.vs.expire_quiescent_template", 1)  # a visitor leaves a server whose weight is 0
    daemon = lab.daemon(host, ROOT / "tests/conf" / FILES[address], start=False, **options)
    for path in (ASSIGN, UNASSIGN):
        daemon.add_script(path, script)
    return daemon


def notified(daemon):
    file = daemon.path("/tmp/notified")
    return file.read_text().splitlines() if file.exists() else []


def wait_notified(daemon, *calls):
    wait_until(lambda: notified(daemon) == list(calls), 5, f"{daemon.host.host} to run {calls}")


def table(daemon):
    return sorted(daemon.host.run("ipvsadm -Sn").stdout.splitlines())


def wanted_table(**weights):
    return sorted([f"-A -t {VIP}:80 -s lc -p 60"] + [
        f"-a -t {VIP}:80 -r {address}:80 -g -w {weights.get(name, 3)}" for name, address in SERVERS.items()])


def packets(daemon):
    """How many packets this director's IPVS has taken so far: not connections, since one whose source port was used a minute ago is none to it.
    (The sums in ip_vs_stats lag behind by seconds.)"""
    with daemon.host.inside(), open("/proc/thread-self/net/ip_vs_stats_percpu") as file:
        rows = [line.split() for line in file.read().splitlines()[2:]]
    return sum(int(row[2], 16) for row in rows if len(row) == 6 and row[0] != "~")


def wait_served(clients, by, not_by):
    """Both visitors are served, by one server each, through this director and not through the other one."""
    before, idle, since = packets(by), packets(not_by), time.monotonic()
    for client in clients:
        client.wait_answers(6, 10, since=since)
    taken, stray = packets(by) - before, packets(not_by) - idle
    assert taken >= 12 * 3, f"{taken} packets through {by.host.host}"
    assert stray == 0, f"{stray} packets through {not_by.host.host}"
    bodies = [client.bodies(since) for client in clients]
    assert [len(servers) for servers in bodies] == [1, 1], bodies
    return bodies


def announced(wire, address, since):
    """When the new master's first advert and its first gratuitous ARP left."""
    advert = wire.wait_advert(8, since, source=address)
    arp = wire.wait_arp(since=since, gratuitous=True, sender=VIP, sender_mac=advert.frame.source_mac)
    assert advert.time <= arp.time
    return advert.time, arp.time


def check_taken(stalls, what, since, moments, earliest, latest):
    advert, arp = moments
    stalls.check(f"{what}: advert", since, advert, earliest, latest)
    stalls.check(f"{what}: gratuitous ARP", since, arp, earliest, latest + ANNOUNCED)


def test_start_handover_return_and_crash(lab):
    client_host = lab.host("client", *(f"{source}/24" for source in SOURCES))
    for name, address in SERVERS.items():
        lab.real_server(name, f"{address}/24", VIP)
    first = director(lab, "director1", ONE)
    second = director(lab, "director2", TWO, AS_PUBLISHED)
    one, two = first.host, second.host
    wire, stalls = lab.capture(two), lab.stalls()

    began = time.monotonic()
    first.start()
    moments = announced(wire, ONE, began)
    check_taken(stalls, "start", began, moments, 1.0, 4.0)
    # It has listened for an interval before it thought itself alone. (A little less after the line, which comes a moment later.)
    listening = first.wait_log(r"\(Group_LVS_1\) Entering BACKUP STATE \(init\)")
    stalls.check("first advert", listening.time, moments[0], 0.95, 1.1)
    wait_until(lambda: one.has_address(f"{VIP}/32", "eth0"), what="address on director1")
    second.start()
    second.wait_log(r"\(Group_LVS_1\) master set to 10.0.0.36", 8)
    for daemon in (first, second):
        wait_until(lambda: table(daemon) == wanted_table(), what=f"table of {daemon.host.host}")
    wait_notified(first, unassigned(EC2_ONE), assigned(EC2_ONE))
    wait_notified(second, unassigned(EC2_TWO))
    clients = [lab.client(client_host, VIP, source=source, every=0.2) for source in SOURCES]
    for client in clients:
        client.wait_answers(2, 10)
    bodies = wait_served(clients, first, second)
    assert set().union(*bodies) == set(SERVERS), bodies
    assert not wire.adverts(source=TWO)
    assert not two.has_address(VIP)

    # An orderly stop.
    assert first.stop() == 0
    farewell = wire.wait_advert(source=ONE, priority=0)
    check_taken(stalls, "handover", farewell.time, announced(wire, TWO, farewell.time), SKEW - 0.01, SKEW + 0.1)
    assert not one.has_address(VIP)
    assert table(first) == []
    wait_notified(second, unassigned(EC2_TWO), assigned(EC2_TWO))
    assert two.has_address(f"{VIP}/32", "eth0")
    wait_served(clients, second, first)

    # It returns, and takes over again.
    began = time.monotonic()
    first.start()
    announced(wire, ONE, began)
    wait_until(lambda: one.has_address(VIP) and not two.has_address(VIP), what="address back on director1")
    wait_notified(first, *[unassigned(EC2_ONE), assigned(EC2_ONE)] * 2)
    wait_notified(second, unassigned(EC2_TWO), assigned(EC2_TWO), unassigned(EC2_TWO))
    wait_until(lambda: table(first) == wanted_table(), what="table of director1")
    assert table(second) == wanted_table()
    wait_served(clients, first, second)

    # A crash: nothing says farewell, and the link is gone.
    dead = first.kill_all()
    one.unplug()
    moments = announced(wire, TWO, dead)
    last = wire.adverts(source=ONE)[-1]
    assert last.priority == 100
    check_taken(stalls, "takeover", last.time, moments, MASTER_DOWN - 0.01, MASTER_DOWN + 0.1)
    wait_until(lambda: two.has_address(VIP), what="address on director2")
    wait_served(clients, second, first)

    # It boots again over what the crash has left: the address and the whole table.
    assert one.has_address(VIP)
    assert table(first) == wanted_table()
    began = time.monotonic()
    one.plug()
    first.start()
    announced(wire, ONE, began)
    wait_until(lambda: one.has_address(VIP) and not two.has_address(VIP), what="address back on director1")
    wait_served(clients, first, second)
    assert table(first) == wanted_table()
    assert not first.log.lines("already exists|IPVS cmd")
    for client in clients:
        client.stop()
    assert second.stop() == 0 and first.stop() == 0
    for daemon in (first, second):
        assert table(daemon) == [] and not daemon.host.has_address(VIP)


def test_table_and_scripts_as_the_packaged_one(lab):
    daemons, servers, stalls = [], [], lab.stalls()
    for switch, binary in (("lan", None), ("other", PACKAGED)):
        servers += [lab.real_server(f"{name}-{switch}", f"{address}/24", VIP, switch)[1] for name, address in SERVERS.items()]
        daemons += [director(lab, f"{name}-{switch}", address, switch=switch, binary=binary)
                    for name, address in (("one", ONE), ("two", TWO))]
    ours, theirs = daemons[:2], daemons[2:]
    for masters in daemons[::2], daemons[1::2]:
        for daemon in masters:
            daemon.start()
        for daemon in masters:
            wait_until(lambda: daemons[0].host.has_address(VIP) and daemons[2].host.has_address(VIP), 10, "two masters")
    for daemon in daemons:
        wait_until(lambda: table(daemon) == wanted_table(), 10, f"table of {daemon.host.host}")
    # The same scripts with the same words in the same order.
    wait_notified(theirs[0], unassigned(EC2_ONE), assigned(EC2_ONE))
    wait_notified(theirs[1], unassigned(EC2_TWO))
    for our, their in zip(ours, theirs):
        wait_notified(our, *notified(their))
    # The first check comes after a random warm-up, and a failure before it would be without its retries.
    for daemon in daemons:
        for address in SERVERS.values():
            daemon.wait_log(rf"TCP connection to \[{address}\]:tcp:80 success", 10)

    stopped = time.monotonic()
    for server in servers[::2]:
        server.stop()
    for daemon in daemons:
        wait_until(lambda: table(daemon) == wanted_table(server1=0), SEEN_DEAD + 1, f"weight 0 in the table of {daemon.host.host}")
    for daemon in ours:
        seen = daemon.wait_log(r"TCP_CHECK on service \[10.0.0.80\]:tcp:80 failed after 3 retries", since=stopped)
        disabled = daemon.wait_log(r"Disabling service \[10.0.0.80\]:tcp:80 of VS \[10.0.0.100\]:tcp:80", since=stopped)
        # 3 retries of 3 s each are the least; a check that ran just before the stop adds a whole delay_loop.
        stalls.check("server seen dead", stopped, seen.time, 8.9, SEEN_DEAD + 0.5)
        stalls.check("weight 0", seen.time, disabled.time, 0, 0.1)

    started = time.monotonic()
    for server in servers[::2]:
        server.start()
    all_started = time.monotonic()
    for daemon in daemons:
        wait_until(lambda: table(daemon) == wanted_table(), SEEN_ALIVE + 2, f"weight 3 in the table of {daemon.host.host}")
    for daemon in ours:
        enabled = daemon.wait_log(r"Enabling service \[10.0.0.80\]:tcp:80 of VS \[10.0.0.100\]:tcp:80", since=started)
        stalls.check("server seen alive", all_started, enabled.time, started - all_started, SEEN_ALIVE + 0.5)

    for daemon in daemons:
        assert daemon.stop() == 0 and table(daemon) == []
