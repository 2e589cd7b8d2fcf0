# SPDX-License-Identifier: GPL-2.0-or-later
"""Faults and cures, addresses that others take away, scripts, and packets that are none."""
import os
import random
import re
import signal
import socket
import struct
import time

from lib_util import PATIENCE, wait_until

VIP = "10.0.0.100"


def instance(extra="", vips=f"{VIP}/24 label eth0:1\n10.0.0.101", interval=0.1, head="", **more):
    more.setdefault("interface", "interface eth0")
    return f"""
global_defs {{
	router_id test
	script_user root
	enable_script_security
}}
{head}
vrrp_instance VI_1 {{
	state BACKUP
	version 3
	{more['interface']}
	virtual_router_id 51
	priority 100
	advert_int {interval}
	{extra}
	virtual_ipaddress {{
		{vips}
	}}
}}
"""


def quiet(lab, host, config, **options):
    """A daemon without -D: a burst of details would push other lines out of the log's socket."""
    return lab.daemon(host, config, args=("-n",), **options)


def master(daemon, since=0.0):
    return daemon.wait_log(r"\(VI_1\) Entering MASTER STATE", 5, since)


def test_addresses_as_written(lab):
    one = lab.host("one", "10.0.0.1/24")
    one.add_interface("eth1", "192.168.7.1/24", switch="other")
    vips = """10.0.0.100/24 brd 10.0.0.255 label eth0:1
		10.0.0.101
		192.168.8.100/24 brd + dev eth1 scope link"""
    daemon = quiet(lab, one, instance(vips=vips))
    wire = lab.capture(one, "eth1")
    master(daemon)
    wait_until(lambda: one.has_address("192.168.8.100/24", "eth1"))
    shown = one.ip("-4 -o addr show")
    assert "10.0.0.100/24 brd 10.0.0.255 scope global secondary eth0:1" in shown
    assert "10.0.0.101/32 scope global eth0" in shown
    assert "192.168.8.100/24 brd 192.168.8.255 scope link" in shown
    wire.wait_arp(gratuitous=True, sender="192.168.8.100")
    assert daemon.stop() == 0
    assert sorted(one.addresses()) == sorted(["10.0.0.1/24", "192.168.7.1/24"] + [a for a in one.addresses() if ":" in a])


def test_broadcast_addresses(lab):
    """One for each way to write it, and the edges of a network without room for one."""
    one = lab.host("one", "10.0.0.1/24")
    wanted = {"172.16.1.9/24": ("brd +", "172.16.1.255"), "172.16.2.9/24": ("brd -", "172.16.2.0"),
              "172.17.130.9/17": ("broadcast +", "172.17.255.255"), "172.18.130.9/17": ("broadcast -", "172.18.128.0"),
              "172.19.1.6/30": ("brd +", "172.19.1.7"), "172.19.2.6/30": ("brd -", "172.19.2.4"),
              "172.20.1.9/24": ("brd 172.20.1.77", "172.20.1.77"), "172.20.2.9/24": ("", None),
              "172.21.1.9/32": ("brd +", "172.21.1.9"), "10.0.0.100/24": ("brd +", "10.0.0.255")}
    text = instance(vips="\n".join(f"{address} {words}" for address, (words, _) in wanted.items()))

    def shown():
        found = {}
        for line in one.ip("-4 -o addr show dev eth0").splitlines():
            words = line.split()
            found[words[3]] = words[words.index("brd") + 1] if "brd" in words else None
        found.pop("10.0.0.1/24")
        return found

    daemon = quiet(lab, one, text)
    master(daemon)
    expected = {address: broadcast for address, (_, broadcast) in wanted.items()}
    wait_until(lambda: shown() == expected, what="the addresses")
    # What a reload changes is put right, and the rest is not touched.
    watch = lab.watch(one)
    daemon.configure(text.replace("172.16.1.9/24 brd +", "172.16.1.9/24 brd -"))
    assert daemon.run([daemon.binary, "--reload"]).returncode == 0
    expected["172.16.1.9/24"] = "172.16.1.0"
    wait_until(lambda: shown() == expected, what="the changed address")
    assert {event.address for event in watch} == {"172.16.1.9/24"}
    assert daemon.stop() == 0
    assert shown() == {}


def test_address_that_the_kernel_refuses(lab):
    one = lab.host("one", "10.0.0.1/24")
    wire = lab.capture(one)
    daemon = quiet(lab, one, instance(vips=f"{VIP}/24 scope link\n10.0.0.101"))      # one subnet, two scopes
    daemon.wait_log(r"\(VI_1\) cannot add address 10.0.0.100/24: Invalid argument")
    wire.wait_arp(gratuitous=True, sender="10.0.0.101")
    assert one.has_address("10.0.0.101") and not wire.arps(sender=VIP)


def test_gratuitous_arp_twice_and_refresh(lab):
    one, two = lab.host("one", "10.0.0.1/24"), lab.host("two", "10.0.0.2/24")
    wire = lab.capture(two)
    extra = "garp_master_delay 1\n garp_master_repeat 3\n garp_master_refresh 2\n garp_master_refresh_repeat 2"
    quiet(lab, one, instance(extra))
    first = wire.wait_arp(gratuitous=True, sender=VIP).time

    def count(begin, end, sender=VIP):
        return len([arp for arp in wire.arps(gratuitous=True, sender=sender) if begin <= arp.time - first < end])
    wait_until(lambda: count(3.5, 5), 8)
    assert [count(0, 0.5), count(0.5, 1.5), count(1.5, 2.5)] == [3, 3, 2]
    # Every address once before any twice.
    burst = [arp.sender for arp in wire.arps(gratuitous=True) if arp.time - first < 0.5]
    assert burst == [VIP, "10.0.0.101"] * 3


def test_link_down_and_up(lab):
    one, two = lab.host("one", "10.0.0.1/24"), lab.host("two", "10.0.0.2/24")
    daemon = quiet(lab, one, instance())
    master(daemon)
    wait_until(lambda: one.has_address(VIP))
    one.unplug()
    fault = daemon.wait_log(r"\(VI_1\) Entering FAULT STATE")
    daemon.wait_log("Netlink reports eth0 down")
    wait_until(lambda: not one.has_address(VIP))
    one.plug()
    daemon.wait_log("Netlink reports eth0 up")
    daemon.wait_log(r"\(VI_1\) Entering BACKUP STATE$", since=fault.time)
    master(daemon, fault.time)
    wait_until(lambda: one.has_address(VIP))


def test_interface_that_comes_later_and_goes(lab):
    one = lab.host("one", "10.0.0.1/24")
    daemon = quiet(lab, one, instance(interface="interface late0", vips="10.9.0.100/24"))
    daemon.wait_log(r"\(VI_1\): entering FAULT state \(interface late0 does not exist\)")
    daemon.wait_log(r"\(VI_1\) Entering FAULT STATE \(init\)")
    began = daemon.log.lines()[-1].time
    for _ in range(2):
        one.ip("link add late0 type veth peer name late1")
        one.ip("addr add 10.9.0.1/24 dev late0")
        one.ip("link set late1 up")
        one.ip("link set late0 up")
        entered = master(daemon, began)
        wait_until(lambda: one.has_address("10.9.0.100/24", "late0"))
        one.ip("link del late0")
        began = daemon.wait_log(r"\(VI_1\) Entering FAULT STATE$", since=entered.time).time
    assert daemon.stop() == 0


def test_source_address_goes_and_returns(lab):
    one, two = lab.host("one", "10.0.0.1/24"), lab.host("two", "10.0.0.2/24")
    wire = lab.capture(two)
    daemon = quiet(lab, one, instance())
    master(daemon)
    one.del_address("10.0.0.1/24")
    daemon.wait_log(r"\(VI_1\) entering FAULT state \(no IPv4 address for interface\)")
    fault = daemon.wait_log(r"\(VI_1\) Entering FAULT STATE$")
    wire.wait_advert(source="10.0.0.1", priority=0)         # even then the others are told
    wait_until(lambda: not one.has_address(VIP))
    one.add_address("10.0.0.7/24")
    master(daemon, fault.time)
    assert one.has_address("10.0.0.7/24")
    wire.wait_advert(source="10.0.0.7", priority=100)


def test_unicast_source_that_comes_later(lab):
    one, two = lab.host("one", "10.0.0.1/24"), lab.host("two", "10.0.0.2/24")
    wire = lab.capture(two)
    daemon = quiet(lab, one, instance("unicast_src_ip 10.0.0.77\n unicast_peer {\n 10.0.0.2\n }"))
    daemon.wait_log(r"\(VI_1\): entering FAULT state \(src address not configured\)")
    fault = daemon.wait_log(r"\(VI_1\) Entering FAULT STATE")
    one.add_address("10.0.0.77/24")
    master(daemon, fault.time)
    assert wire.wait_advert(source="10.0.0.77").target == "10.0.0.2"


def test_source_of_an_instance_without_interface_comes_later(lab):
    one = lab.host("one", "10.0.0.1/24")
    unicast = "unicast_src_ip 10.0.0.77\n unicast_peer {\n 10.0.0.2\n }"
    daemon = quiet(lab, one, instance(unicast, interface="", vips=VIP))
    daemon.wait_log(r"\(VI_1\) Entering FAULT STATE")
    one.add_address("10.0.0.77/24")
    master(daemon)
    wait_until(lambda: one.has_address(VIP, "eth0"))
    assert daemon.stop() == 0
    assert not one.has_address(VIP)


def test_link_of_an_instance_without_interface(lab):
    one = lab.host("one", "10.0.0.1/24")
    unicast = "unicast_src_ip 10.0.0.1\n unicast_peer {\n 10.0.0.2\n }"
    daemon = quiet(lab, one, instance(unicast, interface=""))
    master(daemon)
    wait_until(lambda: one.has_address(VIP))
    one.unplug()
    daemon.wait_log(r"\(VI_1\): entering FAULT state \(interface eth0 down\)")
    fault = daemon.wait_log(r"\(VI_1\) Entering FAULT STATE")
    wait_until(lambda: not one.has_address(VIP))
    one.plug()
    master(daemon, fault.time)


def test_tracked_interfaces(lab):
    one = lab.host("one", "10.0.0.1/24")
    one.add_interface("eth1", switch="other")
    one.add_interface("eth2", switch="third")
    wire = lab.capture(one)
    daemon = quiet(lab, one, instance("track_interface {\n eth1 weight 20\n eth2\n }"))
    master(daemon)
    daemon.wait_log(r"\(VI_1\) Changing effective priority from 100 to 120")
    wire.wait_advert(priority=120)
    one.unplug("eth1")
    lowered = daemon.wait_log(r"\(VI_1\) Changing effective priority from 120 to 100")
    wire.wait_advert(priority=100, since=lowered.time)
    assert one.has_address(VIP)
    one.unplug("eth2")
    fault = daemon.wait_log(r"\(VI_1\) Entering FAULT STATE")
    daemon.wait_log(r"\(VI_1\): entering FAULT state \(interface eth2 down\)")
    wait_until(lambda: not one.has_address(VIP))
    one.plug("eth2")
    master(daemon, fault.time)


def test_interface_of_an_address_is_tracked(lab):
    one = lab.host("one", "10.0.0.1/24")
    one.add_interface("eth1", switch="other")
    daemon = quiet(lab, one, instance(vips=f"{VIP}/24\n10.1.0.100/24 dev eth1\n10.2.0.100/24 dev eth9 no_track"))
    master(daemon)
    wait_until(lambda: one.has_address("10.1.0.100"))
    one.unplug("eth1")
    fault = daemon.wait_log(r"\(VI_1\): entering FAULT state \(interface eth1 down\)")
    wait_until(lambda: not one.has_address(VIP))
    one.plug("eth1")
    master(daemon, fault.time)
    wait_until(lambda: one.has_address("10.1.0.100"))


def test_address_taken_away_is_put_back(lab):
    one = lab.host("one", "10.0.0.1/24")
    daemon = quiet(lab, one, instance())
    master(daemon)
    wait_until(lambda: one.has_address("10.0.0.101"))
    watch, wire = lab.watch(one), lab.capture(one)
    for number in range(3):
        one.del_address(f"{VIP}/24")
        back = watch.wait_address("add", VIP, since=watch.wait_address("del", VIP).time)
        assert back.time
        wait_until(lambda: len(daemon.log.lines("was removed from eth0 by something else: restored")) == number + 1)
        watch.items.clear()
    wire.wait_arp(gratuitous=True, sender=VIP)
    assert not daemon.log.lines("Entering BACKUP STATE$")
    one.del_address(f"{VIP}/24")                            # it does not stay: give it to another
    daemon.wait_log("does not stay on eth0")
    left = daemon.wait_log(r"\(VI_1\) Entering BACKUP STATE$")
    master(daemon, left.time)
    wait_until(lambda: one.has_address(VIP))


def test_address_left_over_from_before(lab):
    one = lab.host("one", "10.0.0.1/24")
    one.add_address(f"{VIP}/24")
    watch = lab.watch(one)
    daemon = quiet(lab, one, instance(interval=0.5))
    watch.wait_address("del", VIP)
    daemon.wait_log(r"Entering BACKUP STATE \(init\)")
    master(daemon)
    wait_until(lambda: one.has_address(VIP))


def test_address_owner_keeps_its_own_address(lab):
    one = lab.host("one", "10.0.0.1/24")
    watch = lab.watch(one)
    daemon = quiet(lab, one, instance("priority 255", vips="10.0.0.1/24"))
    master(daemon)
    lab.capture(one).wait_advert(priority=255, source="10.0.0.1")
    assert daemon.stop() == 0
    assert one.has_address("10.0.0.1/24") and not [event for event in watch if event.address.startswith("10.")]


def test_owner_takes_back_what_a_crash_left(lab):
    one = lab.host("one", "10.0.0.1/24")
    daemon = quiet(lab, one, instance("priority 255", vips=f"10.0.0.1/24\n{VIP}/24"))
    master(daemon)
    wait_until(lambda: one.has_address(VIP))
    began = daemon.kill_all()
    assert one.has_address(VIP)
    daemon.start()
    master(daemon, began)
    assert daemon.stop() == 0
    assert one.has_address("10.0.0.1/24") and not one.has_address(VIP)


def test_renamed_links_keep_nothing(lab):
    one = lab.host("one", "10.0.0.1/24")
    one.add_interface("eth1", "192.168.7.1/24", switch="other")
    daemon = quiet(lab, one, instance(vips=f"{VIP}/24\n192.168.7.100/24 dev eth1"))
    master(daemon)
    wait_until(lambda: one.has_address(VIP) and one.has_address("192.168.7.100", "eth1"))
    one.ip("link set eth1 name wan0")
    wait_until(lambda: not one.has_address("192.168.7.100", "wan0"))
    one.ip("link set eth0 name lan0")
    daemon.wait_log(r"\(VI_1\) Entering FAULT STATE")
    wait_until(lambda: not one.has_address(VIP, "lan0"))
    assert one.has_address("10.0.0.1/24", "lan0")


def test_larger_mtu_and_many_addresses(lab):
    one = lab.host("one", "10.0.0.1/24")
    one.ip("link set eth0 mtu 576")
    wire = lab.capture(one)
    daemon = quiet(lab, one, instance(vips="\n".join(f"10.1.0.{n}" for n in range(1, 201))))
    master(daemon)
    assert wire.wait_advert(priority=100).count == (576 - 20 - 8) // 4
    one.ip("link set eth0 mtu 1500")
    wait_until(lambda: one.ip("-o link show eth0").find("mtu 1500") > 0)
    assert daemon.stop() == 0
    assert wire.wait_advert(priority=0).count == 200


def test_scripts_in_their_order(lab):
    one = lab.host("one", "10.0.0.1/24")
    lines = "\n".join(f'notify_{word} "/etc/keepalived/note {word}"' for word in ("master", "backup", "fault", "stop"))
    daemon = quiet(lab, one, instance(lines + '\n notify "/etc/keepalived/note all"'), start=False)
    daemon.add_script("/etc/keepalived/note", '#!/bin/sh\necho "$@" >>/tmp/notes\n')
    daemon.start()

    def notes():
        file = daemon.path("/tmp/notes")
        return file.read_text().splitlines() if file.exists() else []

    def expect(word, state):
        wait_until(lambda: f"{word}" in notes() and f"all INSTANCE VI_1 {state} 100" in notes(), what=f"{state} in {notes()}")
    expect("backup", "BACKUP")
    expect("master", "MASTER")
    one.unplug()
    expect("fault", "FAULT")
    one.plug()
    master(daemon, daemon.wait_log("Netlink reports eth0 up").time)
    wait_until(lambda: notes().count("master") == 2)
    assert daemon.stop() == 0
    expect("stop", "STOP")
    words = [line for line in notes() if not line.startswith("all")]
    assert words == ["backup", "master", "fault", "backup", "master", "stop"]


def advert(priority=50, version=3, vrid=51, addresses=(VIP, "10.0.0.101"), centis=10):
    body = b"".join(socket.inet_aton(address) for address in addresses)
    packet = struct.pack("!BBBBHH", version << 4 | 1, vrid, priority, len(addresses), centis, 0) + body
    pseudo = socket.inet_aton("10.0.0.2") + socket.inet_aton("224.0.0.18") + struct.pack("!HH", 112, len(packet))
    if version == 2:                                            # seconds, and a password of none
        packet, pseudo = packet + bytes(8), b""
    words = struct.unpack(f"!{len(pseudo + packet) // 2}H", pseudo + packet)
    total = sum(words)
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    return packet[:6] + struct.pack("!H", ~total & 0xffff) + packet[8:]


class Sender:
    def __init__(self, host, ttl=255):
        with host.inside():
            self.socket = socket.socket(socket.AF_INET, socket.SOCK_RAW, 112)
        self.socket.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_TTL, ttl)
        self.socket.bind(("10.0.0.2", 0))

    def send(self, packet, to="224.0.0.18"):
        self.socket.sendto(packet, (to, 0))


def statistics(daemon):
    file = daemon.path("/tmp/keepalived.stats")
    file.unlink(missing_ok=True)
    daemon.send_signal(signal.SIGUSR2)
    wait_until(lambda: file.exists() and "Sent: " in file.read_text().split("Priority Zero")[-1])
    return file.read_text()


def test_foreign_packets_are_counted_and_said_once(lab):
    one, two = lab.host("one", "10.0.0.1/24"), lab.host("two", "10.0.0.2/24")
    daemon = quiet(lab, one, instance(interval=1))
    master(daemon)
    good, far = Sender(two), Sender(two, ttl=64)
    for _ in range(3):
        far.send(advert(200))
        good.send(advert(200, version=2))
        good.send(advert(200)[:-1] + b"\0")
        good.send(advert(200) + b"\0" * 100)
        good.send(advert(200, vrid=52))
        good.send(advert(200), to="10.0.0.1")
        good.send(b"\x21")
    for text in (r"invalid TTL/HL from 10.0.0.2. Received 64 and expect 255", r"wrong VRRP version from 10.0.0.2. Received 2 and expect 3",
                 r"Invalid VRRPv3 checksum from 10.0.0.2", r"VRRP packet from 10.0.0.2 has a wrong length",
                 r"discarding unicast packet on multicast instance", r"Unknown VRID\(52\) received on interface\(eth0\). ignoring...",
                 r"Malformed packet received on interface\(eth0\). ignoring..."):
        daemon.wait_log(text)
        assert len(daemon.log.lines(text)) == 1
    good.send(advert(50, addresses=(VIP,)))
    daemon.wait_log(r"\(VI_1\) expected 2 VIPs but received 1")
    good.send(advert(50, addresses=(VIP, "10.0.0.9")))
    daemon.wait_log(r"\(VI_1\) Received advert from 10.0.0.2 with lower priority 50, ours 100, forcing new election")
    text = statistics(daemon)
    assert "Received: 2\n" in text and "TTL: 3\n" in text and "Length: 3\n" in text and "Address List: 2\n" in text
    data = daemon.path("/tmp/keepalived.data")
    daemon.send_signal(signal.SIGUSR1)
    wait_until(lambda: data.exists() and "Malformed packets" in data.read_text())
    for line in ("Dropped packets (ttl) = 3", "Dropped packets (version) = 3", "Dropped packets (checksum) = 3",
                 "Malformed packets = 3", "Packets of unknown VRIDs = 3"):
        assert f"   {line}\n" in data.read_text(), data.read_text()
    assert not daemon.log.lines("Entering BACKUP STATE$")


def test_storm_of_broken_packets(lab):
    one, two = lab.host("one", "10.0.0.1/24"), lab.host("two", "10.0.0.2/24")
    daemon = quiet(lab, one, instance(interval=0.5))
    master(daemon)
    wire, sender, chance = lab.capture(two), Sender(two), random.Random(1)
    for number in range(12000):
        packet = bytearray(advert(chance.randrange(1, 99)))
        for _ in range(chance.randrange(1, 5)):
            packet[chance.randrange(len(packet))] ^= 1 << chance.randrange(8)
        sender.send(bytes(packet[:chance.randrange(1, len(packet) + 1)]))
        if number % 500 == 0:                                   # the socket must not drop them unseen
            wire.wait_advert(source="10.0.0.1", since=wire.items[-1].time if len(wire) else 0.0, timeout=5 * PATIENCE)
    pid = daemon.pids()["vrrp"]
    sender.send(advert(0))
    daemon.wait_log(r"\(VI_1\) Master received priority 0 message")
    assert daemon.pids()["vrrp"] == pid and one.has_address(VIP)
    assert not daemon.log.lines("Entering BACKUP STATE$")
    assert daemon.stop() == 0


def test_interval_of_the_master_is_said_once_for_each_change(lab):
    one, two = lab.host("one", "10.0.0.1/24"), lab.host("two", "10.0.0.2/24")
    daemon = lab.daemon(one, instance(interval=1))
    daemon.wait_log("^Startup complete")
    sender = Sender(two)

    def said():
        return [line.text for line in daemon.log.lines("advertisement interval")]

    def send(*intervals):
        for centis in intervals:
            sender.send(advert(200, centis=centis))

    send(100, 100, 200, 200, 200, 300, 300, 200, 100, 100)
    expected = [f"(VI_1) advertisement interval updated from {old}ms to {new}ms by master"
                for old, new in ((1000, 2000), (2000, 3000), (3000, 2000), (2000, 1000))]
    wait_until(lambda: "Received: 10\n" in statistics(daemon))
    assert said() == expected
    # What a lower one wants is nobody's interval, and none of it is dropped for it.
    sender.send(advert(0))
    since = master(daemon).time
    for _ in range(3):
        sender.send(advert(50, centis=300))
    wait_until(lambda: "Received: 14\n" in statistics(daemon))
    assert said() == expected
    # A master that yields says it with the first advert that it follows.
    send(500, 500, 500)
    daemon.wait_log(r"\(VI_1\) Entering BACKUP STATE", since=since)
    wait_until(lambda: "Received: 17\n" in statistics(daemon))
    assert said() == expected + ["(VI_1) advertisement interval updated from 1000ms to 5000ms by master"]


def test_interval_of_another_version_2_router_is_said_once(lab):
    one, two = lab.host("one", "10.0.0.1/24"), lab.host("two", "10.0.0.2/24")
    daemon = lab.daemon(one, instance(interval=1).replace("version 3", "version 2"))
    daemon.wait_log("^Startup complete")
    sender = Sender(two)
    for _ in range(5):
        sender.send(advert(200, version=2, centis=3))
    wait_until(lambda: "Advertisement Interval: 5\n" in statistics(daemon))
    text = r"^\(VI_1\) advertisement interval mismatch with 10.0.0.2 mine=1 sec rcv'd=3 sec$"
    assert len(daemon.log.lines(text)) == 1
    # A change of state is a new reason to say it.
    since = master(daemon).time
    for _ in range(5):
        sender.send(advert(200, version=2, centis=3))
    wait_until(lambda: "Advertisement Interval: 10\n" in statistics(daemon))
    assert len(daemon.log.lines(text)) == 2 and len(daemon.log.lines(text, since=since)) == 1


def test_timers_that_are_served_late_are_said_now_and_then(lab):
    one = lab.host("one", "10.0.0.1/24")
    several = instance(interval=0.1) + "".join(
        f"""vrrp_instance VI_{number} {{
	version 3
	interface eth0
	virtual_router_id {number}
	priority 100
	advert_int 0.1
	virtual_ipaddress {{
		10.0.0.{number}
	}}
}}
""" for number in range(2, 10))
    daemon = quiet(lab, one, several)
    master(daemon)
    daemon.wait_log(r"\(VI_9\) Entering MASTER STATE")
    wire = lab.capture(one)
    pid = daemon.pids()["vrrp"]
    text = r"^\(VI_\d\) VRRP thread timer expired 0\.\d{6} seconds ago"

    def stall():
        """Keeps it from serving its timers for longer than an interval, and waits until it serves them again."""
        os.kill(pid, signal.SIGSTOP)
        begin = time.monotonic()
        wait_until(lambda: time.monotonic() > begin + 0.22)
        os.kill(pid, signal.SIGCONT)
        woken = time.monotonic()
        for vrid in (51, *range(2, 10)):
            wire.wait_advert(vrid=vrid, since=woken)

    stall()
    first = daemon.wait_log(text)
    stall()
    stall()
    lines = [line for line in daemon.log.lines("timer expired")]
    assert len(lines) == 1 or lines[1].time >= lines[0].time + 10, lines
    wait_until(lambda: time.monotonic() > first.time + 10, 15)
    stall()
    second = daemon.wait_log("timer expired", since=first.time + 10)
    others = int(re.search(r"\(and (\d+) others since this was last said\)$", second.text)[1])
    assert others >= 8 + 2 * 9                               # the rest of the first time, and all of the next two
