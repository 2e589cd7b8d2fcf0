# SPDX-License-Identifier: GPL-2.0-or-later
"""Interfaces with the virtual router's MAC address, and the firewall of no_accept."""
import json
import os
import signal

import pytest

from lib_daemon import PACKAGED
from lib_util import wait_until

VIP = "10.0.0.100"
MAC = "00:00:5e:00:01:33"
BELOW = ("net.ipv4.conf.eth0.arp_ignore", "net.ipv4.conf.eth0.arp_filter", "net.ipv4.conf.eth0.arp_announce")


def instance(priority=100, extra="use_vmac", name="VI_1", vrid=51, vips=VIP, version=3):
    interval = 0.2 if version == 3 else 1
    return f"""
vrrp_instance {name} {{
	version {version}
	interface eth0
	virtual_router_id {vrid}
	priority {priority}
	advert_int {interval}
	{extra}
	virtual_ipaddress {{
		{vips}
	}}
}}
"""


def link(host, name):
    found = host.run(["ip", "-j", "-d", "link", "show", "dev", name], check=False)
    return json.loads(found.stdout)[0] if found.returncode == 0 else None


def on(host, name):
    return sorted(address.split("/")[0] for address in host.addresses(name) if ":" not in address) if link(host, name) else None


def neighbour(host, address):
    host.run(["ip", "neigh", "flush", "dev", "eth0"])
    host.run(["ping", "-c1", "-W1", address], check=False)
    return json.loads(host.run(["ip", "-j", "neigh", "show", address]).stdout)[0].get("lladdr")


def settings(host):
    """Of interfaces that we do not make."""
    lines = host.run(["sh", "-c", "sysctl -a 2>/dev/null | grep '^net.ipv[46].conf' | sort"]).stdout.splitlines()
    return [line for line in lines if "vrrp" not in line]


def answers(client, address):
    return client.run(["ping", "-c1", "-W1", address], check=False).returncode == 0


def test_addresses_and_adverts_have_the_virtual_mac(lab):
    one, two = lab.host("one", "10.0.0.1/24"), lab.host("two", "10.0.0.2/24")
    client = lab.host("client", "10.0.0.9/24")
    wire = lab.capture(client)
    first = lab.daemon(one, instance(150))
    first.wait_log(r"\(VI_1\): Success creating VMAC interface vrrp\.51")
    wait_until(lambda: on(one, "vrrp.51") == [VIP])
    made = link(one, "vrrp.51")
    assert (made["address"], made["link"], made["linkinfo"]["info_kind"], made["linkinfo"]["info_data"]["mode"]) == (MAC, "eth0", "macvlan", "private")
    assert not one.has_address(VIP, "eth0")
    assert [one.sysctl(key) for key in BELOW] == ["1", "1", "2"]
    advert = wire.wait_advert(source="10.0.0.1", priority=150)
    assert advert.frame.source_mac == MAC
    arp = wire.wait_arp(gratuitous=True, sender=VIP)
    assert (arp.sender_mac, arp.frame.source_mac) == (MAC, MAC)
    assert neighbour(client, VIP) == MAC
    # A backup hears them, has the interface, and says nothing with that address.
    second = lab.daemon(two, instance(100))
    second.wait_log(r"Entering BACKUP STATE \(init\)")
    second.wait_log(r"master set to 10\.0\.0\.1")
    assert on(two, "vrrp.51") == []
    # The neighbours notice nothing when it moves.
    first.kill_all()
    one.link_down()
    wait_until(lambda: on(two, "vrrp.51") == [VIP])
    wait_until(lambda: answers(client, VIP))
    assert json.loads(client.run(["ip", "-j", "neigh", "show", VIP]).stdout)[0]["lladdr"] == MAC
    # What a killed one left behind is taken over by the next start, and removed at its end.
    one.link_up()
    first.start()
    wait_until(lambda: len(first.log.lines("Entering MASTER STATE")) == 2)
    wait_until(lambda: on(one, "vrrp.51") == [VIP])
    assert link(one, "vrrp.51")["ifindex"] == made["ifindex"]
    assert first.stop() == 0
    assert link(one, "vrrp.51") is None


def test_settings_are_put_back(lab):
    host = lab.host("one", "10.0.0.1/24")
    before = settings(host)
    daemon = lab.daemon(host, instance())
    wait_until(lambda: on(host, "vrrp.51") == [VIP])
    changed = set(settings(host)) ^ set(before)
    assert {line.split(" = ")[0] for line in changed} == set(BELOW)
    assert daemon.stop() == 0
    assert settings(host) == before
    daemon.wait_log("Setting net.ipv4.conf.eth0.arp_ignore back to 0")
    assert link(host, "vrrp.51") is None
    assert "keepalived" not in host.run(["nft", "list", "tables"]).stdout


def test_a_strict_reverse_path_filter_is_no_obstacle(lab):
    host, client = lab.host("one", "10.0.0.1/24"), lab.host("client", "10.0.0.9/24")
    host.sysctl("net.ipv4.conf.all.rp_filter", 1)
    lab.daemon(host, instance())
    wait_until(lambda: on(host, "vrrp.51") == [VIP])
    wait_until(lambda: answers(client, VIP))
    assert host.sysctl("net.ipv4.conf.all.rp_filter") == "1"


def test_vmac_xmit_base(lab):
    one, two = lab.host("one", "10.0.0.1/24"), lab.host("two", "10.0.0.2/24")
    wire = lab.capture(two)
    lab.daemon(one, instance(extra="use_vmac ka0 02:11:22:33:44:55\n vmac_xmit_base"))
    wait_until(lambda: on(one, "ka0") == [VIP])
    assert wire.wait_advert(source="10.0.0.1").frame.source_mac == link(one, "eth0")["address"]
    assert wire.wait_arp(gratuitous=True, sender=VIP).sender_mac == "02:11:22:33:44:55"


def test_addresses_on_other_interfaces(lab):
    host = lab.host("one", "10.0.0.1/24")
    host.add_interface("eth1", "10.1.0.1/24", switch="other")
    daemon = lab.daemon(host, instance(extra="use_vmac", vips=f"{VIP}\n 10.1.0.100 dev eth1 use_vmac\n 10.1.0.101 dev eth1"))
    wait_until(lambda: on(host, "vrrp.51") == [VIP])
    assert (on(host, "vrrp1.51"), link(host, "vrrp1.51")["link"]) == (["10.1.0.100"], "eth1")
    assert on(host, "eth1") == ["10.1.0.1", "10.1.0.101"]
    assert daemon.stop() == 0
    assert link(host, "vrrp1.51") is None


@pytest.mark.parametrize("how", ("reload", "crash"))
def test_a_successor_goes_on_with_it(lab, how):
    host = lab.host("one", "10.0.0.1/24")
    daemon = lab.daemon(host, instance())
    wait_until(lambda: on(host, "vrrp.51") == [VIP])
    index, watch = link(host, "vrrp.51")["ifindex"], lab.watch(host)
    old = daemon.pids()["vrrp"]
    if how == "reload":
        daemon.configure(instance(120))
        daemon.send_signal(signal.SIGHUP)
        daemon.wait_log("Reload complete", 10)
    else:
        os.kill(old, signal.SIGKILL)
    wait_until(lambda: daemon.pids().get("vrrp") not in (None, old))
    wait_until(lambda: len(daemon.log.lines("Entering MASTER STATE")) == 1)
    daemon.configure(instance(extra=""))
    mark = daemon.log.lines()[-1].time
    daemon.send_signal(signal.SIGHUP)
    daemon.wait_log("Reload complete", 10, since=mark)
    wait_until(lambda: host.has_address(VIP, "eth0"))
    moved = [(event.action, event.address.split("/")[0]) for event in watch]
    assert link(host, "vrrp.51") is None
    wait_until(lambda: [host.sysctl(key) for key in BELOW] == ["0", "0", "0"])
    # Until it left, it never moved.
    assert moved[0] in (("del", VIP), ("add", VIP)) and index


def test_what_is_removed_is_made_again(lab):
    host = lab.host("one", "10.0.0.1/24")
    daemon = lab.daemon(host, instance())
    wait_until(lambda: on(host, "vrrp.51") == [VIP])
    host.run(["ip", "link", "del", "vrrp.51"])
    wait_until(lambda: on(host, "vrrp.51") == [VIP], 10)
    host.run(["ip", "link", "set", "vrrp.51", "down"])
    wait_until(lambda: link(host, "vrrp.51")["operstate"] == "UP" and on(host, "vrrp.51") == [VIP], 10)
    assert daemon.alive()


def test_an_interface_of_another_kind_is_left_alone(lab):
    host = lab.host("one", "10.0.0.1/24")
    host.run(["ip", "link", "add", "vrrp.51", "type", "veth", "peer", "name", "other"])
    daemon = lab.daemon(host, instance(), start=False)
    daemon.start()
    daemon.wait_log(r"Unable to create VMAC interface vrrp\.51: another interface has this name")
    daemon.wait_log("Entering FAULT STATE")
    assert daemon.stop() == 0
    assert link(host, "vrrp.51")["linkinfo"]["info_kind"] == "veth"


@pytest.mark.parametrize("theirs_first", (False, True), ids=("ours-theirs", "theirs-ours"))
def test_beside_the_packaged_one(lab, theirs_first):
    one, two = lab.host("one", "10.0.0.1/24"), lab.host("two", "10.0.0.2/24")
    first = lab.daemon(one, instance(150), binary=PACKAGED if theirs_first else None)
    wait_until(lambda: on(one, "vrrp.51") == [VIP], 10)
    second = lab.daemon(two, instance(100), binary=None if theirs_first else PACKAGED)
    second.wait_log(r"Entering BACKUP STATE \(init\)")
    assert first.stop() == 0
    wait_until(lambda: on(two, "vrrp.51") == [VIP])
    first.start()
    wait_until(lambda: on(one, "vrrp.51") == [VIP], 10)
    wait_until(lambda: on(two, "vrrp.51") == [])


@pytest.mark.parametrize("extra,drops", (("", False), ("no_accept", True), ("no_accept\n use_vmac", True), ("strict_mode", True), ("strict_mode\n accept", False)))
def test_no_accept(lab, extra, drops):
    host, client = lab.host("one", "10.0.0.1/24"), lab.host("client", "10.0.0.9/24")
    before = host.run(["nft", "list", "ruleset"]).stdout
    daemon = lab.daemon(host, instance(extra=extra))
    wait_until(lambda: host.has_address(VIP))
    assert neighbour(client, VIP)                           # it answers ARP in any case
    if not drops:
        wait_until(lambda: answers(client, VIP))
    assert answers(client, VIP) != drops
    assert answers(client, "10.0.0.1")
    assert daemon.stop() == 0
    assert host.run(["nft", "list", "ruleset"]).stdout == before


def test_names_of_the_firewall(lab):
    host = lab.host("one", "10.0.0.1/24")
    top = "global_defs {\n nftables mine\n nftables_priority 7\n nftables_counters\n nftables_ifindex\n }\n"
    daemon = lab.daemon(host, top + instance(extra="use_vmac\n no_accept"))
    wait_until(lambda: on(host, "vrrp.51") == [VIP])
    rules = host.run(["nft", "list", "table", "ip", "mine"]).stdout
    assert "priority filter + 7" in rules or "priority 7" in rules
    assert f"elements = {{ {VIP} }}" in rules and "counter packets" in rules and "type iface_index" in rules
    # The next configuration has another name, then none.
    daemon.configure(instance(extra="no_accept"))
    daemon.send_signal(signal.SIGHUP)
    daemon.wait_log("Reload complete", 10)
    wait_until(lambda: "table ip keepalived" in host.run(["nft", "list", "tables"]).stdout)
    assert "mine" not in host.run(["nft", "list", "tables"]).stdout
    mark = daemon.log.lines()[-1].time
    daemon.configure(instance(extra=""))
    daemon.send_signal(signal.SIGHUP)
    daemon.wait_log("Reload complete", 10, since=mark)
    wait_until(lambda: host.run(["nft", "list", "tables"]).stdout == "")


def test_an_interface_that_comes_later(lab):
    host = lab.host("one", "10.0.0.1/24")
    daemon = lab.daemon(host, "global_defs {\n dynamic_interfaces\n }\n" + instance().replace("eth0", "late0"), start=False)
    daemon.start()
    daemon.wait_log("Entering FAULT STATE")
    host.run("ip link add late0 type veth peer name late1")
    host.run("ip addr add 10.5.0.1/24 dev late0")
    host.run("ip link set late1 up")
    host.run("ip link set late0 up")
    wait_until(lambda: on(host, "vrrp.51") == [VIP], 10)
    host.run("ip link del late0")
    wait_until(lambda: len(daemon.log.lines("Entering FAULT STATE")) == 2)
    assert daemon.stop() == 0


def test_ipv6(lab):
    one, two = lab.host("one", "10.0.0.1/24", "fd00::1/64"), lab.host("two", "10.0.0.2/24", "fd00::2/64")
    client = lab.host("client", "fd00::9/64")
    wire = lab.capture(client)
    text = instance(150, vips="fe80::100/64\n fd00::100/64", extra="use_vmac\n no_accept")
    first = lab.daemon(one, text)
    wait_until(lambda: link(one, "vrrp6.51") and one.has_address("fd00::100", "vrrp6.51"), 10)
    assert link(one, "vrrp6.51")["address"] == "00:00:5e:00:02:33"
    wire.wait(lambda frame: frame.source_mac == "00:00:5e:00:02:33" and frame.data[12:14] == b"\x86\xdd" and frame.data[20] == 112)
    second = lab.daemon(two, text.replace("150", "100"))
    second.wait_log(r"Entering BACKUP STATE \(init\)")
    second.wait_log(r"master set to fe80::")
    assert not two.has_address("fd00::100")
    # Neighbour discovery passes, everything else does not.
    client.run(["ping", "-6", "-c1", "-W1", "fd00::100"], check=False)
    wait_until(lambda: json.loads(client.run(["ip", "-j", "-6", "neigh", "show", "fd00::100"]).stdout or "[{}]")[0].get("lladdr") == "00:00:5e:00:02:33")
    assert not answers(client, "fd00::100") and answers(client, "fd00::1")
    first.kill_all()
    one.link_down()
    wait_until(lambda: two.has_address("fd00::100", "vrrp6.51"))
    assert second.stop() == 0
    assert link(two, "vrrp6.51") is None and two.run(["nft", "list", "ruleset"]).stdout == ""
