# SPDX-License-Identifier: GPL-2.0-or-later
"""Configurations that people published, with their old words and mistakes, and what else their explanations promise:
the ten schedulers, the three ways of forwarding, a sorry server, scripts of real servers."""
import signal
import time

import pytest

from lib_daemon import PACKAGED, ROOT
from lib_util import IN_VM, wait_until

CONF = ROOT / "tests/conf"
# What an emulated processor, which the test's own processes want as well, may need from the first advert to the address's announcement.
ANNOUNCED = 0.1 if IN_VM else 0.0


def table(host):
    return sorted(host.run("ipvsadm -Sn").stdout.splitlines())


def wait_table(host, wanted, timeout=5):
    wait_until(lambda: table(host) == sorted(wanted), timeout, f"table of {host.host}: {wanted}")


def addresses(host, ifname):
    """What ip shows of the interface's IPv4 addresses: scope, label, whether secondary."""
    return [line.replace("\\", " ").split()[2:] for line in host.ip(f"-o -4 addr show dev {ifname}").splitlines()]


def check_said(daemon, *words):
    """Each of these words has a line in the log, with its place in the file, and none is taken for an error."""
    for word in words:
        assert daemon.log.lines(rf"/keepalived\.conf:\d+:\d+: warning: .*`{word}"), f"no line about {word}"
    assert not daemon.log.lines(r"keepalived\.conf:\d+:\d+: error")


def check_stop(wire, stalls, stopped, source, heir, skew):
    """The orderly stop of one router moves the address within the other one's skew."""
    assert stopped.stop() == 0
    farewell = wire.wait_advert(source=source, priority=0)
    advert = wire.wait_advert(since=farewell.time, source=heir)
    announced = wire.wait_arp(since=advert.time, gratuitous=True, sender_mac=advert.frame.source_mac)
    stalls.check("handover: advert", farewell.time, advert.time, skew - 0.01, skew + 0.1)
    stalls.check("handover: gratuitous ARP", farewell.time, announced.time, skew - 0.01, skew + 0.1 + ANNOUNCED)


# --- a pair with old words in front of two web servers

OLD_VIP = "192.168.1.200"
OLD_CARD = "eno16777736"
OLD_TABLE = [f"-A -t {OLD_VIP}:80 -s rr", f"-a -t {OLD_VIP}:80 -r 192.168.1.130:80 -g -w 3",
             f"-a -t {OLD_VIP}:80 -r 192.168.1.131:80 -g -w 3"]


@pytest.mark.ipvs
def test_pair_with_old_words(lab):
    client_host = lab.host("client", "192.168.1.1/24")
    nginx1 = lab.real_server("nginx1", "192.168.1.130/24", OLD_VIP)[1]
    lab.real_server("nginx2", "192.168.1.131/24", OLD_VIP)
    one = lab.host("master", "192.168.1.128/24", ifname=OLD_CARD)
    two = lab.host("backup", "192.168.1.129/24", ifname=OLD_CARD)
    wire, stalls = lab.capture(two, OLD_CARD), lab.stalls()
    # The packaged one, by itself on another switch with servers of its own.
    lab.nginx(lab.host("servers", "192.168.1.130/24", "192.168.1.131/24", switch="other"), "0.0.0.0")
    other = lab.host("packaged", "192.168.1.128/24", ifname=OLD_CARD, switch="other")
    lab.daemon(other, CONF / "seed_01_master.conf", binary=PACKAGED)
    first = lab.daemon(one, CONF / "seed_01_master.conf")
    first.wait_log(r"\(VI_1\) Entering MASTER STATE", 8)
    second = lab.daemon(two, CONF / "seed_01_backup.conf")
    second.wait_log(r"\(VI_1\) master set to 192.168.1.128", 8)
    for daemon in (first, second):
        check_said(daemon, "smtp_connection_timeout", "nat_mask", "persistence_timeout 0", "nb_get_retry")
    for host in (one, two, other):
        wait_table(host, OLD_TABLE)
    wait_until(lambda: other.has_address(OLD_VIP), 10, "address on the packaged one")
    wait_until(lambda: addresses(one, OLD_CARD) == addresses(other, OLD_CARD), what="the packaged one's addresses")
    assert one.has_address(f"{OLD_VIP}/32", OLD_CARD) and not two.has_address(OLD_VIP)

    client = lab.client(client_host, OLD_VIP, every=0.2)
    client.wait_answers(10, 10)
    assert client.bodies().keys() == {"nginx1", "nginx2"}
    for daemon in (first, second):
        daemon.wait_log(r"TCP connection to \[192.168.1.130\]:tcp:80 success", 10)
    # A server fails, and at the same time the master stops.
    nginx1.stop()
    stopped = time.monotonic()
    check_stop(wire, stalls, first, "192.168.1.128", "192.168.1.129", (256 - 50) / 256)
    assert table(one) == [] and not one.has_address(OLD_VIP)
    wait_table(two, OLD_TABLE[:1] + OLD_TABLE[2:], 6 + 3 * 3 + 1)
    second.wait_log(r"TCP_CHECK on service \[192.168.1.130\]:tcp:80 failed after 3 retries", since=stopped)
    since = time.monotonic()
    client.wait_answers(10, since=since)
    assert client.bodies(since).keys() == {"nginx2"}
    # Both return.
    nginx1.start()
    first.start()
    wait_until(lambda: one.has_address(OLD_VIP) and not two.has_address(OLD_VIP), 8, "the address's return")
    for host in (one, two):
        wait_table(host, OLD_TABLE, 6 + 2)
    since = time.monotonic()
    client.wait_answers(10, since=since)
    assert client.bodies(since).keys() == {"nginx1", "nginx2"}


# --- a label, HTTP_GET, and a virtual server that is nobody's virtual address

LABEL_VIP = "172.20.0.248/16"
WEB = "172.16.0.248"
WEB_TABLE = [f"-A -t {WEB}:80 -s wrr", f"-a -t {WEB}:80 -r 172.20.0.151:80 -g -w 1", f"-a -t {WEB}:80 -r 172.20.0.152:80 -g -w 1"]


def break_page(nginx):
    """From now on the server answers that there is no such page."""
    config = nginx.folder / "nginx.conf"
    config.write_text(config.read_text().replace("location / {", "location = /index.html { return 404; }\n\t\tlocation / {"))
    nginx.process.send_signal(signal.SIGHUP)


def mend_page(nginx):
    config = nginx.folder / "nginx.conf"
    config.write_text(config.read_text().replace("location = /index.html { return 404; }", ""))
    nginx.process.send_signal(signal.SIGHUP)


@pytest.mark.ipvs
def test_pair_with_label_and_pages(lab):
    client_host = lab.host("client", "172.20.0.1/16")
    servers = [lab.real_server(f"nginx-0-{n}", f"172.20.0.{n}/16", WEB)[1] for n in (151, 152)]
    one, two = lab.host("master", "172.20.0.162/16"), lab.host("backup", "172.20.0.163/16")
    wire, stalls = lab.capture(two), lab.stalls()
    lab.nginx(lab.host("servers", "172.20.0.151/16", "172.20.0.152/16", switch="other"), "0.0.0.0")
    other = lab.host("packaged", "172.20.0.162/16", switch="other")
    text = (CONF / "seed_02_master.conf").read_text()
    lab.daemon(other, text, binary=PACKAGED)
    first = lab.daemon(one, text)
    first.wait_log(r"\(VI_1\) Entering MASTER STATE", 8)
    second = lab.daemon(two, text.replace("state MASTER", "state BACKUP").replace("priority 100", "priority 80"))
    second.wait_log(r"\(VI_1\) master set to 172.20.0.162", 8)
    for daemon in (first, second):
        check_said(daemon, "vrrp_garp_interval 0", "vrrp_gna_interval 0", "vrrp_iptables")
    for host in (one, two, other):
        wait_table(host, WEB_TABLE)
    wait_until(lambda: other.has_address(LABEL_VIP), 10, "address on the packaged one")
    wait_until(lambda: addresses(one, "eth0") == addresses(other, "eth0"), what="the packaged one's addresses")
    assert any(words[:2] == ["inet", LABEL_VIP] and "eth0:0" in words for words in addresses(one, "eth0"))
    assert not two.has_address(LABEL_VIP)

    # The virtual server is not the virtual address, so its address has to come to the directors some other way.
    for host in (one, two):
        host.add_address(f"{WEB}/32", "lo")
    client_host.ip(f"route add {WEB} via 172.20.0.248")
    client = lab.client(client_host, WEB, every=0.2)
    client.wait_answers(10, 10)
    assert client.bodies().keys() == {"nginx-0-151", "nginx-0-152"}
    for daemon in (first, second):
        for n in (151, 152):
            daemon.wait_log(rf"Remote Web server \[172.20.0.{n}\]:tcp:80 succeed on service", 12)
    # The page goes on one server, and at the same time the master stops.
    break_page(servers[0])
    check_stop(wire, stalls, first, "172.20.0.162", "172.20.0.163", (256 - 80) / 256)
    assert table(one) == [] and not one.has_address(LABEL_VIP)
    assert any(words[:2] == ["inet", LABEL_VIP] and "eth0:0" in words for words in addresses(two, "eth0"))
    wait_table(two, WEB_TABLE[:1] + WEB_TABLE[2:], 6 + 3 * 3 + 1)
    second.wait_log(r"HTTP_CHECK on service \[172.20.0.151\]:tcp:80 failed after 3 retries")
    since = time.monotonic()
    client.wait_answers(10, since=since)
    assert client.bodies(since).keys() == {"nginx-0-152"}
    mend_page(servers[0])
    first.start()
    wait_until(lambda: one.has_address(LABEL_VIP) and not two.has_address(LABEL_VIP), 8, "the address's return")
    for host in (one, two):
        wait_table(host, WEB_TABLE, 6 + 2)


# --- two web servers that are their own routers

def test_two_containers(lab):
    client_host = lab.host("client", "172.17.0.1/16")
    one, two = lab.host("keep1", "172.17.0.2/16"), lab.host("keep2", "172.17.0.3/16")
    for host, body in ((one, "keep1 master"), (two, "keep2 backup")):
        lab.nginx(host, "0.0.0.0", body=body)
    wire, stalls = lab.capture(two), lab.stalls()
    first = lab.daemon(one, CONF / "seed_04_master.conf")
    wait_until(lambda: one.has_address("172.17.0.100/32", "eth0"), 8, "address on keep1")
    second = lab.daemon(two, CONF / "seed_04_backup.conf")
    second.wait_log(r"\(VI_1\) master set to 172.17.0.2", 8)
    client = lab.client(client_host, "172.17.0.100", every=0.1)
    client.wait_answers(10)
    assert client.bodies().keys() == {"keep1 master"}
    check_stop(wire, stalls, first, "172.17.0.2", "172.17.0.3", (256 - 99) / 256)
    assert two.has_address("172.17.0.100/32", "eth0") and not one.has_address("172.17.0.100")
    since = time.monotonic()
    client.wait_answers(10, since=since)
    assert client.bodies(since).keys() == {"keep2 backup"}
    began = time.monotonic()
    first.start()
    first.wait_log(r"\(VI_1\) Entering MASTER STATE", 10, since=began)
    second.wait_log(r"\(VI_1\) Entering BACKUP STATE$", since=began)
    wait_until(lambda: one.has_address("172.17.0.100") and not two.has_address("172.17.0.100"), what="the address's return")
    since = time.monotonic()
    client.wait_answers(10, since=since)
    assert client.bodies(since).keys() == {"keep1 master"}
    for daemon in (first, second):                          # two routers of one name are told apart by nothing
        assert all("LVS_DEVEL" in line.text for line in daemon.log.lines(r"keepalived\.conf:"))
    # A crash, link and all: three intervals of 2 s and the skew.
    dead = first.kill_all()
    one.unplug()
    advert = wire.wait_advert(10, dead, source="172.17.0.3")
    last = wire.adverts(source="172.17.0.2")[-1]
    master_down = 3 * 2 + (256 - 99) / 256
    stalls.check("takeover", last.time, advert.time, master_down - 0.01, master_down + 0.1)
    since = time.monotonic()
    client.wait_answers(10, since=since)
    assert client.bodies(since).keys() == {"keep2 backup"}


# --- every scheduler, every way of forwarding

SCHEDULERS = ["rr", "wrr", "lc", "wlc", "lblc", "lblcr", "dh", "sh", "sed", "nq"]
KINDS = {"NAT": "-m", "DR": "-g", "TUN": "-i"}
POOL = """
virtual_server 10.0.0.100 {port} {{
	lb_algo {scheduler}
	lb_kind {kind}
	protocol TCP
	real_server 10.0.0.80 {port} {{
		weight {weight}
	}}
	real_server 10.0.0.194 {port} {{
	}}
}}
"""
NAMES = """
virtual_server 10.0.0.100 53 {
	lb_algo rr
	lb_kind NAT
	persistence_timeout 50
	persistence_granularity 255.255.255.0
	protocol UDP
	real_server 10.0.0.80 5353 {
		weight 0
	}
	real_server 10.0.0.194 53 {
		weight 65535
	}
}
"""


@pytest.mark.ipvs
def test_every_scheduler_and_way_of_forwarding(lab):
    text, wanted = NAMES, ["-A -u 10.0.0.100:53 -s rr -p 50 -M 255.255.255.0", "-a -u 10.0.0.100:53 -r 10.0.0.80:5353 -m -w 0",
                           "-a -u 10.0.0.100:53 -r 10.0.0.194:53 -m -w 65535"]
    for n, scheduler in enumerate(SCHEDULERS):
        kind, port = list(KINDS)[n % 3], 8001 + n
        text += POOL.format(scheduler=scheduler, kind=kind, port=port, weight=n + 2)
        wanted.append(f"-A -t 10.0.0.100:{port} -s {scheduler}")
        wanted += [f"-a -t 10.0.0.100:{port} -r {server}:{port} {KINDS[kind]} -w {weight}" + (" --tun-type ipip" if kind == "TUN" else "")
                   for server, weight in (("10.0.0.80", n + 2), ("10.0.0.194", 1))]
    ours, theirs = lab.host("ours", "10.0.0.36/24"), lab.host("theirs", "10.0.0.56/24")
    daemon = lab.daemon(ours, text)
    lab.daemon(theirs, text, binary=PACKAGED)
    daemon.wait_pids("keepalived", "checkers")
    wait_table(ours, wanted, 10)
    wait_table(theirs, wanted, 10)
    assert daemon.stop() == 0 and table(ours) == []


# --- network address translation, a sorry server, scripts of real servers

GATEWAY = """
global_defs {
	script_user root
	enable_script_security
}
vrrp_instance GATEWAY {
	state MASTER
	interface eth0
	virtual_router_id 80
	priority 100
	virtual_ipaddress {
		10.0.0.100/24 dev eth0
		192.168.0.254/24 dev eth1
	}
}
virtual_server 10.0.0.100 80 {
	delay_loop 1
	lb_algo wrr
	lb_kind NAT
	protocol TCP
	sorry_server 192.168.0.9 80
	real_server 192.168.0.1 8080 {
		weight 3
		notify_up "/etc/keepalived/server.sh up one"
		notify_down "/etc/keepalived/server.sh down one"
		TCP_CHECK {
			connect_timeout 1
			retry 1
			delay_before_retry 1
		}
	}
	real_server 192.168.0.2 8080 {
		notify_up "/etc/keepalived/server.sh up two"
		notify_down "/etc/keepalived/server.sh down two"
		HTTP_GET {
			url {
				path /index.html
				status_code 200
			}
			connect_timeout 1
			retry 1
			delay_before_retry 1
		}
	}
}
"""
SERVICE = "-A -t 10.0.0.100:80 -s wrr"
ONE, TWO, SORRY = (f"-a -t 10.0.0.100:80 -r 192.168.0.{server} -m -w {weight}" for server, weight in
                   (("1:8080", 3), ("2:8080", 1), ("9:80", 1)))


@pytest.mark.ipvs
def test_translated_service_with_sorry_server(lab):
    client_host = lab.host("client", "10.0.0.1/24")
    hosts = [lab.host(name, f"192.168.0.{n}/24", switch="inside") for name, n in (("one", 1), ("two", 2), ("sorry", 9))]
    one, two = lab.nginx(hosts[0], "0.0.0.0", 8080), lab.nginx(hosts[1], "0.0.0.0", 8080)
    lab.nginx(hosts[2], "0.0.0.0")
    director = lab.host("director", "10.0.0.36/24")
    director.add_interface("eth1", "192.168.0.253/24", switch="inside")
    director.sysctl("net.ipv4.ip_forward", 1)
    for host in hosts:  # answers go back through the director, whose inner address moves with the outer one
        host.ip("route add default via 192.168.0.254")
    daemon = lab.daemon(director, GATEWAY, start=False)
    daemon.add_script("/etc/keepalived/server.sh", "#!/bin/sh\necho \"$@\" >>/tmp/servers\n")

    def wait_scripts(*lines):
        file = daemon.path("/tmp/servers")
        wait_until(lambda: (file.read_text().splitlines() if file.exists() else []) == list(lines), what=f"scripts {lines}")

    daemon.start()
    wait_until(lambda: director.has_address("10.0.0.100/24", "eth0") and director.has_address("192.168.0.254/24", "eth1"), 8,
               "addresses on both sides")
    wait_table(director, [SERVICE, ONE, TWO])
    client = lab.client(client_host, "10.0.0.100", every=0.1)

    def check_bodies(number, **wanted):
        since = time.monotonic()
        client.wait_answers(number, since=since)
        assert client.bodies(since).keys() == wanted.keys()
        return client.bodies(since)

    client.wait_answers()
    count = check_bodies(40, one=3, two=1)
    assert 2 <= count["one"] / count["two"] <= 4.5, count
    for server in ("1", "2"):
        daemon.wait_log(rf"(TCP connection to|Remote Web server) \[192.168.0.{server}\]:tcp:8080 succe", 8)
    wait_scripts()
    one.stop()
    wait_table(director, [SERVICE, TWO])
    wait_scripts("down one")
    check_bodies(10, two=1)
    two.stop()
    wait_table(director, [SERVICE, SORRY])
    wait_scripts("down one", "down two")
    daemon.wait_log(r"Lost quorum 1-0=1 > 0 for VS \[10.0.0.100\]:tcp:80")
    daemon.wait_log(r"Adding sorry server \[192.168.0.9\]:tcp:80 to VS \[10.0.0.100\]:tcp:80")
    check_bodies(10, sorry=1)
    two.start()
    wait_table(director, [SERVICE, TWO])
    daemon.wait_log(r"Removing sorry server \[192.168.0.9\]:tcp:80 from VS \[10.0.0.100\]:tcp:80")
    wait_scripts("down one", "down two", "up two")
    one.start()
    wait_table(director, [SERVICE, ONE, TWO])
    wait_scripts("down one", "down two", "up two", "up one")
    check_bodies(20, one=3, two=1)
    assert daemon.stop() == 0 and table(director) == []
