# SPDX-License-Identifier: GPL-2.0-or-later
"""The library itself, shown with the packaged keepalived as the daemon."""
import signal

import pytest

from lib_daemon import PACKAGED
from lib_util import wait_until

VIP = "10.0.0.100"


def pair(priority, vrid=51, extra=""):
    return f"""
vrrp_instance V {{
	state BACKUP
	interface eth0
	virtual_router_id {vrid}
	priority {priority}
	advert_int 1
	virtual_ipaddress {{
		{VIP}
	}}
}}
{extra}"""


POOL = f"""
virtual_server {VIP} 80 {{
	delay_loop 1
	lb_algo rr
	lb_kind DR
	protocol TCP
	real_server 10.0.0.80 80 {{
		weight 3
		TCP_CHECK {{
			connect_timeout 1
			retry 0
		}}
	}}
}}
"""


def test_one_master_and_its_stop(lab):
    one = lab.host("director1", "10.0.0.36/24")
    two = lab.host("director2", "10.0.0.56/24")
    wire, watch = lab.capture(two), lab.watch(two)
    first = lab.daemon(one, pair(100), binary=PACKAGED)
    second = lab.daemon(two, pair(90), binary=PACKAGED)
    entered = first.wait_log(r"Entering MASTER STATE", 8)
    assert entered.ident == "Keepalived_vrrp" and entered.pid == first.pids()["vrrp"]
    wait_until(lambda: one.has_address(VIP))
    assert wire.wait_arp(gratuitous=True, sender=VIP).sender_mac == wire.wait_advert(source="10.0.0.36").frame.source_mac
    second.wait_log(r"Entering BACKUP STATE")
    assert not two.has_address(VIP)
    assert first.stop() == 0
    farewell = wire.wait_advert(priority=0)
    assert (farewell.source, farewell.target, farewell.vrid, farewell.addresses) == ("10.0.0.36", "224.0.0.18", 51, [VIP])
    came = watch.wait_address("add", VIP)
    assert came.time > farewell.time - 0.01
    assert two.has_address(VIP) and not one.has_address(VIP)


def test_daemons_do_not_see_each_other(lab):
    one = lab.host("one", "10.0.0.1/24")
    daemons = [lab.daemon(one, pair(100, vrid), binary=PACKAGED) for vrid in (51, 52)]
    pids = [daemon.wait_pids("keepalived", "vrrp") for daemon in daemons]
    assert not set(pids[0].values()) & set(pids[1].values())
    assert daemons[0].run(["cat", "/etc/keepalived/keepalived.conf"]).stdout == pair(100, 51)
    assert daemons[0].run(["cat", "/run/keepalived.pid"]).stdout.strip() == str(pids[0]["keepalived"])
    daemons[0].kill_all()
    assert not daemons[0].alive() and set(daemons[1].processes()) == set(pids[1].values())


def test_crash_pulls_nothing_but_an_unplugged_cable_does(lab):
    one, two = lab.host("one", "10.0.0.1/24"), lab.host("two", "10.0.0.2/24")
    daemon = lab.daemon(one, pair(100), binary=PACKAGED)
    wait_until(lambda: one.has_address(VIP), 8)
    daemon.kill_all()
    assert one.has_address(VIP)
    assert two.run(f"ping -c 1 -W 2 {VIP}", check=False).returncode == 0
    one.unplug()
    wait_until(lambda: not one.has_carrier())
    assert two.run(f"ping -c 1 -W 1 {VIP}", check=False).returncode == 1
    one.plug()
    wait_until(one.has_carrier)


def test_daemon_in_the_background(lab):
    daemon = lab.daemon(lab.host("one", "10.0.0.1/24"), pair(100), binary=PACKAGED, args=("-D",))
    daemon.wait_pids("keepalived", "vrrp")
    daemon.send_signal(signal.SIGHUP)
    daemon.wait_log("Keepalived.*Reload complete")  # a TERM during the reload would be lost
    daemon.stop()
    assert not daemon.alive()


def test_client_sees_a_server_go_and_return(lab):
    client_host, server = lab.host("client", "10.0.0.2/24"), lab.host("server1", "10.0.0.80/24")
    nginx = lab.nginx(server, "10.0.0.80")
    client = lab.client(client_host, "10.0.0.80")
    client.wait_answers(10)
    nginx.stop()
    wait_until(client.failures)
    nginx.start()
    client.wait_answers(10, since=client.failures()[-1].time)
    client.stop()
    assert client.bodies().keys() == {"server1"}
    assert any(answer.error == "Connection refused" for answer in client.failures())
    assert client.gap() > client.every


@pytest.mark.ipvs
def test_pool(lab):
    director, server = lab.host("director1", "10.0.0.36/24"), lab.host("server1", "10.0.0.80/24")
    daemon = lab.daemon(director, pair(100, extra=POOL), binary=PACKAGED)
    table = ["-A -t 10.0.0.100:80 -s rr", "-a -t 10.0.0.100:80 -r 10.0.0.80:80 -g -w 3"]

    def rows():
        return director.run("ipvsadm -Sn").stdout.splitlines()
    daemon.wait_log("TCP_CHECK|TCP connection .* failed|Removing service", 10)
    wait_until(lambda: rows() == table[:1], 10)
    lab.nginx(server, "10.0.0.80")
    wait_until(lambda: rows() == table, 10)
    assert daemon.stop() == 0
    assert rows() == []
