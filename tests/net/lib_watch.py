# SPDX-License-Identifier: GPL-2.0-or-later
"""Observers of a host: addresses that come and go, and frames on the wire, each with its time."""
import socket
import struct
import threading
import time
from dataclasses import dataclass, field

from lib_netlink import RTM_NEWADDR, RTMGRP_IPV4_IFADDR, RTMGRP_IPV6_IFADDR, Address, messages
from lib_util import Events

SO_RCVBUFFORCE, SO_TIMESTAMPNS, PACKET_OUTGOING = 33, 35, 4


@dataclass
class AddressEvent:
    time: float
    action: str  # "add" or "del"
    address: str  # "10.0.0.1/24"
    index: int


class AddressWatch(Events):
    def __init__(self, host):
        super().__init__()
        with host.inside():
            self._socket = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, socket.NETLINK_ROUTE)
        self._socket.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, 16 << 20)
        self._socket.bind((0, RTMGRP_IPV4_IFADDR | RTMGRP_IPV6_IFADDR))
        self._socket.settimeout(0.2)
        self._done = False
        self._thread = threading.Thread(target=self._collect, daemon=True)
        self._thread.start()

    def _collect(self):
        while not self._done:
            try:
                data = self._socket.recv(65536)
            except TimeoutError:
                continue
            now = time.monotonic()
            for kind, body in messages(data):
                found = Address.parse(body)
                self.append(AddressEvent(now, "add" if kind == RTM_NEWADDR else "del", found.text, found.index))

    def wait_address(self, action, address, timeout=5, since=0.0):
        """The first "add" or "del" of the address (with or without a prefix length)."""
        return self.wait(lambda event: event.action == action and address in (event.address, event.address.split("/")[0]),
                         timeout, since, f"{action} of {address}")

    def close(self):
        self._done = True
        self._thread.join()
        self._socket.close()


@dataclass
class Frame:
    time: float  # the kernel's receive time
    outgoing: bool
    data: bytes  # from the Ethernet header on
    source_mac: str = field(init=False)
    target_mac: str = field(init=False)
    ethertype: int = field(init=False)

    def __post_init__(self):
        self.target_mac, self.source_mac = self.data[:6].hex(":"), self.data[6:12].hex(":")
        self.ethertype = struct.unpack_from("!H", self.data, 12)[0]

    @property
    def payload(self):
        return self.data[14:]

    def scapy(self):
        from scapy.layers.l2 import Ether  # slow to import, so only where it is wanted
        return Ether(self.data)


@dataclass
class Advert:
    """A VRRP advertisement over IPv4, version 2 or 3."""
    time: float
    frame: Frame
    source: str
    target: str
    ttl: int
    version: int
    vrid: int
    priority: int
    count: int
    auth_type: int  # 0 with version 3
    interval: float  # seconds
    addresses: list
    vrrp: bytes


@dataclass
class Arp:
    time: float
    frame: Frame
    op: int  # 1 request, 2 reply
    sender_mac: str
    sender: str
    target: str

    @property
    def gratuitous(self):
        return self.sender == self.target


def parse_advert(frame):
    """The frame as an Advert, or None."""
    ip = frame.payload
    if frame.ethertype != 0x0800 or len(ip) < 20 or ip[9] != 112:
        return None
    vrrp = ip[(ip[0] & 15) * 4:struct.unpack_from("!H", ip, 2)[0]]
    if len(vrrp) < 8:
        return None
    version = vrrp[0] >> 4
    if version == 2:
        auth_type, interval = vrrp[4], float(vrrp[5])
    else:
        auth_type, interval = 0, (struct.unpack_from("!H", vrrp, 4)[0] & 0xfff) / 100
    addresses = [socket.inet_ntoa(vrrp[8 + 4 * n:12 + 4 * n]) for n in range(vrrp[3]) if 12 + 4 * n <= len(vrrp)]
    return Advert(frame.time, frame, socket.inet_ntoa(ip[12:16]), socket.inet_ntoa(ip[16:20]), ip[8], version, vrrp[1],
                  vrrp[2], vrrp[3], auth_type, interval, addresses, vrrp)


def parse_arp(frame):
    """The frame as an Arp, or None."""
    arp = frame.payload
    if frame.ethertype != 0x0806 or len(arp) < 28:
        return None
    return Arp(frame.time, frame, struct.unpack_from("!H", arp, 6)[0], arp[8:14].hex(":"), socket.inet_ntoa(arp[14:18]),
               socket.inet_ntoa(arp[24:28]))


class Capture(Events):
    def __init__(self, host, ifname):
        super().__init__()
        with host.inside():
            self._socket = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3))  # ETH_P_ALL
        self._socket.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, 16 << 20)
        self._socket.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMPNS, 1)
        with host.inside():
            self._socket.bind((ifname, 3))
        self._socket.settimeout(0.2)
        self._clock = time.monotonic() - time.time()
        self._done = False
        self._thread = threading.Thread(target=self._collect, daemon=True)
        self._thread.start()

    def _collect(self):
        while not self._done:
            try:
                data, control, _, address = self._socket.recvmsg(65536, 64)
            except TimeoutError:
                continue
            except OSError:  # the interface went down, or the socket was closed
                continue
            seconds, nanoseconds = struct.unpack("qq", control[0][2][:16])
            self.append(Frame(seconds + nanoseconds / 1e9 + self._clock, address[2] == PACKET_OUTGOING, data))

    def close(self):
        self._done = True
        self._thread.join()
        self._socket.close()

    def adverts(self, since=0.0, **wanted):
        """The VRRP adverts seen; keywords select, e.g. vrid=51, source="10.0.0.1", priority=0."""
        return [advert for frame in self if (advert := parse_advert(frame)) and advert.time >= since
                and all(getattr(advert, key) == value for key, value in wanted.items())]

    def arps(self, since=0.0, **wanted):
        """The ARP frames seen; keywords select, e.g. gratuitous=True, sender="10.0.0.100"."""
        return [arp for frame in self if (arp := parse_arp(frame)) and arp.time >= since
                and all(getattr(arp, key) == value for key, value in wanted.items())]

    def _wait_parsed(self, parse, wanted, timeout, since):
        def matches(frame):
            found = parse(frame)
            return found and all(getattr(found, key) == value for key, value in wanted.items())
        return parse(self.wait(matches, timeout, since, f"{parse.__name__[6:]} with {wanted}"))

    def wait_advert(self, timeout=5, since=0.0, **wanted):
        return self._wait_parsed(parse_advert, wanted, timeout, since)

    def wait_arp(self, timeout=5, since=0.0, **wanted):
        return self._wait_parsed(parse_arp, wanted, timeout, since)
