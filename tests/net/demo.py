# SPDX-License-Identifier: GPL-2.0-or-later
"""tests/demo after the build: two directors with the published EC2 pair in front of two nginx servers, a crash and a dead server.

Every step says what must hold and fails when it does not come true."""
import pathlib
import sys
import tempfile
import time

from lib_daemon import ROOT, our_binary
from lib_lab import Lab
from lib_util import IN_VM, wait_until

VIP = "10.0.0.100"
SERVERS = {"server1": "10.0.0.80", "server2": "10.0.0.194"}
SOURCES = ["10.0.0.201", "10.0.0.202"]  # two visitors, because each keeps to one server (persistence_timeout)
MASTER_DOWN = 3 + (256 - 90) / 256  # seconds without an advert until the backup acts: 3 x advert_int + skew
CHECKED = 5 + 3 * 3  # delay_loop + retry x delay_before_retry: a dead server is seen at the latest then
SLACK = 3.0 if IN_VM else 1.0
RECORD = '#!/bin/sh\necho "${0##*/} $*" >>/tmp/notified\n'


def say(text):
    print(f"\n=== {text}", flush=True)


def show(host, command):
    print(f"{host.host}# {command}")
    print(host.run(command).stdout, end="", flush=True)


def table(host):
    return host.run("ipvsadm -Sn").stdout.splitlines()


def wanted_table(**weights):
    return [f"-A -t {VIP}:80 -s lc -p 60"] + [
        f"-a -t {VIP}:80 -r {address}:80 -g -w {weights.get(name, 3)}" for name, address in SERVERS.items()]


def director(lab, name, address, config):
    host = lab.host(name, f"{address}/24")
    host.sysctl("net.ipv4.vs.expire_quiescent_template", 1)  # a visitor leaves a server whose weight is 0
    daemon = lab.daemon(host, ROOT / "tests/conf" / config, start=False)
    for script in ("assign_private_ip.sh", "unassign_private_ip.sh"):
        daemon.add_script(f"/etc/keepalived/scripts/{script}", RECORD)
    return host, daemon


def wait_notified(daemon, words):
    file = daemon.path("/tmp/notified")
    wait_until(lambda: file.exists() and words in [line.split() for line in file.read_text().splitlines()], 5,
               f"notify script with {words}")
    print(f"{daemon.host.host}: ran {' '.join(words)}")


def print_answers(clients, since=0.0):
    for client in clients:
        print(f"{client.source}: answers {client.bodies(since)}, longest time without one {client.gap(since):.2f} s")


def check_gap(stalls, clients, began, allowed, why):
    gap, stood = max(client.gap(began - 1) for client in clients), stalls.between(began, time.monotonic())
    print(f"The client's gap: {gap:.2f} s ({why})" + (f"; the machine itself stood still for {stood:.2f} s" if stood > 0.1 else ""))
    assert gap <= allowed + SLACK + stood, f"the client was without an answer for {gap:.2f} s"


def start(lab):
    say(f"Two servers in direct routing, two directors, one client; {our_binary()}")
    client_host = lab.host("client", *(f"{source}/24" for source in SOURCES))
    servers = {name: lab.real_server(name, f"{address}/24", VIP) for name, address in SERVERS.items()}
    one, first = director(lab, "director1", "10.0.0.36", "ec2_01.conf")
    two, second = director(lab, "director2", "10.0.0.56", "ec2_02.conf")
    first.start()
    second.start()
    began = time.monotonic()
    wait_until(lambda: one.has_address(VIP), 4 + SLACK, "address on director1")
    print(f"director1 is master {time.monotonic() - began:.2f} s after the start")
    assert not two.has_address(VIP)
    for host, daemon in ((one, first), (two, second)):
        wait_until(lambda: sorted(table(host)) == sorted(wanted_table()), 15, f"table of {host.host}")
        pids = daemon.wait_pids("keepalived", "vrrp", "checkers")
        show(host, "ps -o pid,ppid,user,args -p " + ",".join(str(pids[r]) for r in ("keepalived", "vrrp", "checkers")))
    wait_notified(first, f"assign_private_ip.sh 18.223.129.244 {VIP} i-0260f608cf698958c".split())
    wait_notified(second, f"unassign_private_ip.sh 18.223.129.244 {VIP} i-0f74aba2dc5e49679".split())
    show(one, "ip addr show dev eth0")
    show(one, "ipvsadm -Ln")
    return client_host, servers, first, second


def crash(stalls, clients, first, second):
    say("Director 1 crashes: every process killed, and its link gone")
    began = time.monotonic()
    first.host.unplug()
    first.kill_all()
    wait_until(lambda: second.host.has_address(VIP), MASTER_DOWN + SLACK, "address on director2")
    wait_notified(second, f"assign_private_ip.sh 18.223.129.244 {VIP} i-0f74aba2dc5e49679".split())
    for client in clients:
        client.wait_answers(10, since=time.monotonic())
    show(second.host, "ip addr show dev eth0")
    print_answers(clients, began - 1)
    check_gap(stalls, clients, began, MASTER_DOWN, f"Master_Down is {MASTER_DOWN:.2f} s")


def stop_server(stalls, clients, servers, second):
    began = time.monotonic()
    name = next(answer.body for answer in reversed(clients[0].answers) if answer.body)
    say(f"{name}, which serves the first visitor, stops")
    servers[name][1].stop()
    wait_until(lambda: sorted(table(second.host)) == sorted(wanted_table(**{name: 0})), CHECKED + SLACK, f"weight 0 for {name}")
    changed = time.monotonic()
    for client in clients:
        client.wait_answers(10, since=changed)
        client.stop()
    show(second.host, "ipvsadm -Ln")
    print_answers(clients, began - 1)
    other = {client.source: set(client.bodies(changed)) for client in clients}
    assert all(bodies == set(SERVERS) - {name} for bodies in other.values()), other
    check_gap(stalls, clients, began, CHECKED, f"a dead server is seen after {CHECKED} s at the latest")


def run(lab):
    client_host, servers, first, second = start(lab)
    say("The client is served")
    clients = [lab.client(client_host, VIP, source=source, every=0.1 if IN_VM else 0.02) for source in SOURCES]
    for client in clients:
        client.wait_answers(20, 15)
    print_answers(clients)
    stalls = lab.stalls()
    crash(stalls, clients, first, second)
    stop_server(stalls, clients, servers, second)
    say("Director 2 stops in order")
    status = second.stop()
    assert status == 0, f"exit status {status}"
    assert not second.host.has_address(VIP) and table(second.host) == []
    print("address gone, table empty, exit status 0")


def main():
    with tempfile.TemporaryDirectory(prefix="demo.") as folder:
        lab = Lab(pathlib.Path(folder))
        try:
            run(lab)
        except AssertionError as error:
            print(f"\nFAILED: {error}\n{lab.report()}")
            return 1
        finally:
            lab.close()
    print("\nAll held.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
