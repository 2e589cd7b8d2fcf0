# SPDX-License-Identifier: GPL-2.0-or-later
"""Web servers (real nginx) and a client that measures how long the service was gone."""
import os
import selectors
import signal
import socket
import subprocess
import threading
import time
from dataclasses import dataclass

from lib_util import wait_until

_CONFIG = """daemon off;
worker_processes 1;
pid {folder}/pid;
error_log stderr warn;
events {{ worker_connections 512; }}
http {{
	access_log off;
	client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/fastcgi;
	uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
	server {{
		listen {listen};
		default_type text/plain;
		location / {{ return 200 "{body}\\n"; }}
	}}
}}
"""


class Nginx:
    def __init__(self, host, folder, address, port, body):
        self.host, self.folder, self.address, self.port = host, folder, address, port
        listen = f"[{address}]:{port}" if ":" in address else f"{address}:{port}"
        (folder / "nginx.conf").write_text(_CONFIG.format(folder=folder, listen=listen, body=body))
        self.process = None
        self.start()

    def start(self):
        """Starts it, and waits until it answers connections."""
        with self.host.inside(), open(self.folder / "output", "ab") as output:
            self.process = subprocess.Popen(["nginx", "-p", str(self.folder), "-c", str(self.folder / "nginx.conf")],
                                            stdin=subprocess.DEVNULL, stdout=output, stderr=output)
        wait_until(self._listens, 10, f"nginx on {self.address}:{self.port}")

    def _listens(self):
        assert self.process.poll() is None, "nginx ended:\n" + (self.folder / "output").read_text()
        with self.host.inside():
            probe = socket.socket(socket.AF_INET6 if ":" in self.address else socket.AF_INET)
        with probe:
            return probe.connect_ex((self.address, self.port)) == 0

    def stop(self):
        """Ends it; the port then refuses connections. start() brings it back."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            self.process.wait(10)

    close = stop

    def report(self):
        return f"--- nginx on {self.host.host}: output\n{(self.folder / 'output').read_text()}"


@dataclass
class Answer:
    asked: float
    time: float  # of the answer or the failure
    body: str | None  # None: failed
    error: str = ""


class Client:
    """Asks for / on a fixed beat, each time on a new connection and without waiting for the earlier ones, from start to stop()."""

    TIMEOUT = 1.0

    def __init__(self, host, address, port, every, source=None):
        self.host, self.every, self.source = host, every, source
        self._address = (address, port)
        self._family = socket.AF_INET6 if ":" in address else socket.AF_INET
        self.answers = []
        self._done = False
        self._selector = selectors.DefaultSelector()
        self._thread = threading.Thread(target=self._ask_on_the_beat, daemon=True)
        self._thread.start()

    def _ask_on_the_beat(self):
        with self.host.inside():
            due = time.monotonic()
            while not self._done or self._selector.get_map():
                now = time.monotonic()
                if not self._done and now >= due:
                    self._ask(now)
                    due += self.every * (1 + (now - due) // self.every)
                for key, _ in self._selector.select(max(0.0, due - now) if not self._done else 0.02):
                    self._serve(*key.data)
                for key in list(self._selector.get_map().values()):
                    if now - key.data[1] > self.TIMEOUT:
                        self._end(*key.data, error="timeout")

    def _ask(self, now):
        connection = socket.socket(self._family, socket.SOCK_STREAM | socket.SOCK_NONBLOCK)
        if self.source:
            connection.bind((self.source, 0))
        connection.connect_ex(self._address)
        self._selector.register(connection, selectors.EVENT_WRITE, (connection, now, bytearray()))

    def _serve(self, connection, asked, received):
        try:
            if self._selector.get_key(connection).events == selectors.EVENT_WRITE:
                error = connection.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
                if error:
                    raise OSError(error, os.strerror(error))
                connection.send(b"GET / HTTP/1.0\r\nHost: test\r\n\r\n")
                self._selector.modify(connection, selectors.EVENT_READ, (connection, asked, received))
                return
            data = connection.recv(65536)
        except OSError as error:
            self._end(connection, asked, received, error=error.strerror or str(error))
            return
        received += data
        if not data:
            head, _, body = bytes(received).partition(b"\r\n\r\n")
            good = head.split(b" ", 2)[1:2] == [b"200"]
            self._end(connection, asked, received, body.decode(errors="replace").strip() if good else None,
                      "" if good else head.decode(errors="replace")[:80] or "closed")

    def _end(self, connection, asked, received, body=None, error=""):
        self._selector.unregister(connection)
        connection.close()
        self.answers.append(Answer(asked, time.monotonic(), body, error))

    def stop(self):
        """Asks no more, waits for what is under way; returns all answers in the order in which they came."""
        self._done = True
        self._thread.join()
        return self.answers

    close = stop

    def bodies(self, since=0.0):
        """How often each server answered."""
        count = {}
        for answer in list(self.answers):
            if answer.body is not None and answer.asked >= since:
                count[answer.body] = count.get(answer.body, 0) + 1
        return count

    def failures(self, since=0.0):
        return [answer for answer in list(self.answers) if answer.body is None and answer.asked >= since]

    def wait_answers(self, number=1, timeout=5, since=0.0):
        wait_until(lambda: sum(self.bodies(since).values()) >= number, timeout, f"{number} answers for {self.host.host}")

    def gap(self, since=0.0, until=float("inf")):
        """The longest time without an answer between two answers, seconds."""
        times = sorted(a.time for a in list(self.answers) if a.body is not None and since <= a.time <= until)
        return max((later - earlier for earlier, later in zip(times, times[1:])), default=float("inf"))

    def report(self):
        failed = self.failures()
        first = "".join(f"\n{a.asked:.3f} {a.error}" for a in failed[:20])
        return f"--- client on {self.host.host}: {len(self.answers)} answers {self.bodies()}, {len(failed)} failures{first}"
