# SPDX-License-Identifier: GPL-2.0-or-later
"""The lab of one test: everything it starts is made here, and ended here, whatever happens."""
import contextlib

from lib_daemon import Daemon
from lib_hosts import Host, Network
from lib_http import Client, Nginx
from lib_mail import Postfix
from lib_stalls import Stalls
from lib_watch import AddressWatch, Capture


class Lab:
    def __init__(self, folder):
        self.folder = folder
        self._stack = contextlib.ExitStack()
        self._reporting = []
        self._network = None
        self._count = 0

    def keep(self, thing, report=False):
        """Closes the thing at the end of the test; with report=True a failure shows what it has to say."""
        self._stack.callback(thing.close)
        if report:
            self._reporting.append(thing)
        return thing

    def _new_folder(self, name):
        self._count += 1
        folder = self.folder / f"{name}-{self._count}"
        folder.mkdir()
        return folder

    def host(self, name, *addresses, ifname="eth0", switch="lan"):
        """A host with an interface on the common switch, or another one, and these addresses ("10.0.0.1/24")."""
        if self._network is None:
            self._network = self.keep(Network())
        host = self.keep(Host(name, self._network))
        host.add_interface(ifname, *addresses, switch=switch)
        return host

    def daemon(self, host, config, start=True, **options):
        """A Daemon on the host, started unless start=False. options: binary, args, env."""
        daemon = self.keep(Daemon(host, self._new_folder(host.host), config, **options), report=True)
        return daemon.start() if start else daemon

    def nginx(self, host, address, port=80, body=None):
        """A web server that answers every path with the body (the host's name by default)."""
        return self.keep(Nginx(host, self._new_folder("nginx"), address, port, body or host.host), report=True)

    def postfix(self, host):
        """A Postfix on the host's loopback address that delivers mail to root@example.net."""
        return self.keep(Postfix(host), report=True)

    def watch(self, host):
        """Records every address that comes and goes on the host."""
        return self.keep(AddressWatch(host))

    def capture(self, host, ifname="eth0"):
        """Records every frame on the interface, both directions."""
        return self.keep(Capture(host, ifname))

    def stalls(self):
        """Records when the machine stood still; checks time bounds."""
        return self.keep(Stalls())

    def client(self, host, address, port=80, every=0.02, source=None):
        """Asks the address for a page again and again, from the source address if one is given, and records every answer."""
        return self.keep(Client(host, address, port, every, source), report=True)

    def real_server(self, name, address, vip, switch="lan"):
        """A web server behind direct routing: it has the virtual address on lo and keeps quiet about it."""
        host = self.host(name, address, switch=switch)
        for scope in ("all", "lo"):
            host.sysctl(f"net.ipv4.conf.{scope}.arp_ignore", 1)
            host.sysctl(f"net.ipv4.conf.{scope}.arp_announce", 2)
        host.add_address(vip, "lo")
        return host, self.nginx(host, "0.0.0.0")

    def defer(self, function, *args):
        """Calls the function at the end of the test."""
        self._stack.callback(function, *args)

    def close(self):
        self._stack.close()

    def report(self):
        return "\n".join(thing.report() for thing in self._reporting)
