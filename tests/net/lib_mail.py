# SPDX-License-Identifier: GPL-2.0-or-later
"""Mail relays: one that says what the test wants, and a real Postfix."""
import pathlib
import socket
import subprocess
import tempfile
import threading
import time

from lib_util import CLONE_NEWNET, Events, in_thread, setns, wait_until


class Dialogue:
    """One connection: what the client said, line by line, and the mail if there was one."""

    def __init__(self, number):
        self.time = time.monotonic()
        self.number = number
        self.commands = []
        self.mail = None            # the text between DATA and the dot, as it came
        self.closed = False


class Relay:
    """A mail relay on a host. `script(dialogue, command)` gives the reply to a command ("" for the greeting, "." for the mail), as text with its
    line ends; None hangs up, a number waits that many seconds first and then asks again. Without it everything is taken."""

    def __init__(self, host, script=None, address=("127.0.0.1", 25)):
        with host.inside():
            family = socket.AF_INET6 if ":" in address[0] else socket.AF_INET
            self.socket = socket.socket(family, socket.SOCK_STREAM)
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            self.socket.bind(address)
            self.socket.listen(100)
        self.script = script or taken
        self.dialogues = Events()
        self.finished = Events()
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def _serve(self):
        while True:
            try:
                connection, _ = self.socket.accept()
            except OSError:
                return
            dialogue = Dialogue(len(self.dialogues))
            self.dialogues.append(dialogue)
            threading.Thread(target=self._talk, args=(connection, dialogue), daemon=True).start()

    def _say(self, connection, dialogue, command):
        reply = self.script(dialogue, command)
        while isinstance(reply, (int, float)):
            time.sleep(reply)
            reply = self.script(dialogue, command)
        if reply is None:
            raise ConnectionAbortedError
        connection.sendall(reply if isinstance(reply, bytes) else reply.encode())
        return reply

    def _talk(self, connection, dialogue):
        try:
            with connection, connection.makefile("rb") as lines:
                self._say(connection, dialogue, "")
                for line in lines:
                    command = line.decode(errors="replace")
                    dialogue.commands.append(command)
                    reply = self._say(connection, dialogue, command.strip())
                    if command.upper().startswith("DATA") and reply.startswith("354"):
                        text = []
                        while (line := lines.readline()) and line != b".\r\n":
                            text.append(line.decode())
                        dialogue.mail = "".join(text)
                        self._say(connection, dialogue, ".")
                    if command.upper().startswith("QUIT"):
                        break
        except OSError:
            pass
        dialogue.closed = True
        dialogue.time = time.monotonic()
        self.finished.append(dialogue)

    def mails(self):
        return [dialogue.mail for dialogue in self.finished if dialogue.mail is not None]

    def wait_mails(self, count, timeout=10):
        return wait_until(lambda: len(self.mails()) >= count and self.mails(), timeout, lambda: f"{count} mails, not {self.mails()}")

    def close(self):
        try:
            self.socket.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
        self.socket.close()
        self._thread.join()


def taken(dialogue, command):
    word = command.split(" ")[0].upper()
    return {"": "220 relay\r\n", "DATA": "354 go\r\n", "QUIT": "221 bye\r\n"}.get(word, "250 ok\r\n")


class Postfix:
    """A Postfix with its own configuration and queue, which delivers into files of the test."""

    def __init__(self, host):
        # Not below the folder of the test, which is root's alone: Postfix is several users.
        self._temporary = tempfile.TemporaryDirectory(prefix="ka-postfix-")
        self.folder = folder = pathlib.Path(self._temporary.name)
        self.host = host
        for name in ("etc", "queue", "data", "mail"):
            (folder / name).mkdir()
        folder.chmod(0o755)
        subprocess.run(["chown", "postfix", str(folder / "data")], check=True)
        (folder / "mail").chmod(0o1777)
        (folder / "etc/main.cf").write_text(f"""
compatibility_level = 3.6
queue_directory = {folder}/queue
data_directory = {folder}/data
command_directory = /usr/sbin
daemon_directory = /usr/lib/postfix/sbin
mail_owner = postfix
setgid_group = postdrop
myhostname = relay.example.net
mydestination = example.net
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
alias_maps =
local_recipient_maps = inline:{{ {{ root = root }} }}
mail_spool_directory = {folder}/mail/
mynetworks = 127.0.0.0/8
maillog_file = {folder}/log
maillog_file_prefixes = {folder}
smtpd_delay_reject = no
""")
        master = (subprocess.run(["cat", "/usr/share/postfix/master.cf.dist"], check=True, capture_output=True, text=True).stdout)
        (folder / "etc/master.cf").write_text("".join(
            line.replace("       y       ", "       n       ") + "\n" for line in master.splitlines()))
        self._run("start")
        wait_until(lambda: b":0019 " in self._listening(), 20, "Postfix to listen")

    def _listening(self):
        with self.host.inside(), open("/proc/thread-self/net/tcp", "rb") as file:
            return file.read()

    def _run(self, word):
        def body():
            setns(self.host.fd, CLONE_NEWNET)
            done = subprocess.run(["postfix", "-c", str(self.folder / "etc"), word], stdin=subprocess.DEVNULL, capture_output=True, text=True,
                                  check=False)
            assert done.returncode == 0, done.stderr + done.stdout
        in_thread(body)

    def mails(self):
        """What was delivered, a file for each (maildir)."""
        return [file.read_text() for file in sorted((self.folder / "mail").glob("*/new/*"))]

    def log(self):
        file = self.folder / "log"
        return file.read_text() if file.exists() else ""

    def close(self):
        self._run("stop")
        self._temporary.cleanup()

    def report(self):
        return "--- Postfix: log\n" + self.log()
