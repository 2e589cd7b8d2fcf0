# SPDX-License-Identifier: GPL-2.0-or-later
"""The little rtnetlink that the tests' own plumbing needs. (pyroute2 could do all this, but takes seconds to load on an
emulated processor; a test that wants it has it as host.ipr.)"""
import os
import socket
import struct
from dataclasses import dataclass

RTM_NEWLINK, RTM_GETLINK, RTM_NEWADDR, RTM_DELADDR, RTM_GETADDR = 16, 18, 20, 21, 22
RTMGRP_IPV4_IFADDR, RTMGRP_IPV6_IFADDR = 0x10, 0x100
IFF_UP, IF_OPER_UP = 1, 6
_REQUEST, _ACK, _EXCL, _DUMP, _CREATE, _ERROR, _DONE = 1, 4, 0x200, 0x300, 0x400, 2, 3
_IFLA_IFNAME, _IFLA_MASTER, _IFLA_OPERSTATE, _IFLA_LINKINFO, _IFLA_NET_NS_FD = 3, 10, 16, 18, 28
_INFO_KIND, _INFO_DATA, _VETH_PEER, _BR_MCAST_SNOOPING = 1, 2, 1, 23
_IFA_ADDRESS, _IFA_LOCAL, _IFA_BROADCAST = 1, 2, 4


def attribute(kind, value):
    data = value if isinstance(value, bytes) else value.encode() + b"\0" if isinstance(value, str) else struct.pack("=I", value)
    return struct.pack("=HH", 4 + len(data), kind) + data + bytes(-len(data) % 4)


def attributes(data, at):
    found = {}
    while at + 4 <= len(data):
        length, kind = struct.unpack_from("=HH", data, at)
        found[kind & 0x3fff] = data[at + 4:at + length]
        at += (length + 3) & ~3
    return found


def messages(data):
    """(type, body) of each message in a datagram."""
    at = 0
    while at < len(data):
        length, kind = struct.unpack_from("=IH", data, at)
        yield kind, data[at + 16:at + length]
        at += (length + 3) & ~3


@dataclass
class Address:
    index: int
    text: str  # "10.0.0.1/24"

    @classmethod
    def parse(cls, body):
        """From the body of an RTM_NEWADDR or RTM_DELADDR."""
        family, prefix, index = struct.unpack_from("=BB2xI", body)
        found = attributes(body, 8)
        return cls(index, f"{socket.inet_ntop(family, found.get(_IFA_LOCAL) or found[_IFA_ADDRESS])}/{prefix}")


class Netlink:
    """A socket to the network namespace that the calling thread is in."""

    def __init__(self):
        self._socket = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW | socket.SOCK_CLOEXEC, socket.NETLINK_ROUTE)
        self._socket.bind((0, 0))
        self._sequence = 0

    def close(self):
        self._socket.close()

    def request(self, kind, flags, body):
        """The answers' (type, body); OSError with the kernel's reason."""
        self._sequence += 1
        flags |= _REQUEST | (0 if flags & _DUMP == _DUMP else _ACK)
        self._socket.send(struct.pack("=IHHII", 16 + len(body), kind, flags, self._sequence, 0) + body)
        answers = []
        while True:
            for answer, content in messages(self._socket.recv(1 << 17)):
                if answer == _DONE:
                    return answers
                if answer == _ERROR:
                    error = -struct.unpack_from("=i", content)[0]
                    if error:
                        raise OSError(error, os.strerror(error))
                    return answers
                answers.append((answer, content))

    def add_bridge(self, ifname):
        """A bridge that floods multicast."""
        info = attribute(_INFO_KIND, "bridge") + attribute(_INFO_DATA, attribute(_BR_MCAST_SNOOPING, b"\0"))
        self._new_link(attribute(_IFLA_IFNAME, ifname) + attribute(_IFLA_LINKINFO, info))

    def add_veth(self, ifname, peer, peer_namespace):
        """A pair: one end here, the other in the namespace of that descriptor."""
        other = struct.pack("=16x") + attribute(_IFLA_IFNAME, peer) + attribute(_IFLA_NET_NS_FD, peer_namespace)
        info = attribute(_INFO_KIND, "veth") + attribute(_INFO_DATA, attribute(_VETH_PEER, other))
        self._new_link(attribute(_IFLA_IFNAME, ifname) + attribute(_IFLA_LINKINFO, info))

    def _new_link(self, content):
        self.request(RTM_NEWLINK, _CREATE | _EXCL, struct.pack("=16x") + content)

    def set_link(self, index, up=None, master=None):
        flags = 0 if up is None else IFF_UP
        body = struct.pack("=BxHiII", 0, 0, index, IFF_UP if up else 0, flags)
        self.request(RTM_NEWLINK, 0, body + (attribute(_IFLA_MASTER, master) if master is not None else b""))

    def operational(self, index):
        """Whether the link is up and has a carrier."""
        body = self.request(RTM_GETLINK, 0, struct.pack("=BxHiII", 0, 0, index, 0, 0))[0][1]
        return attributes(body, 16)[_IFLA_OPERSTATE][0] == IF_OPER_UP

    def addresses(self):
        return [Address.parse(body) for kind, body in self.request(RTM_GETADDR, _DUMP, struct.pack("=8x")) if kind == RTM_NEWADDR]

    def change_address(self, kind, index, interface):
        """RTM_NEWADDR or RTM_DELADDR of an ipaddress.ip_interface()."""
        family = socket.AF_INET if interface.version == 4 else socket.AF_INET6
        body = struct.pack("=BBBBI", family, interface.network.prefixlen, 0, 0, index)
        body += attribute(_IFA_LOCAL, interface.ip.packed) + attribute(_IFA_ADDRESS, interface.ip.packed)
        if interface.version == 4 and interface.network.prefixlen < 31:
            body += attribute(_IFA_BROADCAST, interface.network.broadcast_address.packed)
        self.request(kind, _CREATE | _EXCL if kind == RTM_NEWADDR else 0, body)
