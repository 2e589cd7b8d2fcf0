# SPDX-License-Identifier: GPL-2.0-or-later
"""Alert mails: the same ones as the packaged keepalived sends, in spite of relays that are away, slow, or hostile."""
import os
import pwd
import re
import signal
import socket

import pytest

from lib_daemon import PACKAGED
from lib_mail import Postfix, Relay, taken
from lib_util import TIMED, wait_until
from test_parent_life import config, status

MAIL = """notification_email {
		a@example.net
		b@example.net
	}
	smtp_server %s
	smtp_alert_vrrp on
	"""


@pytest.fixture
def host(lab):
    return lab.host("director", "10.0.0.36/24")


def relay_of(lab, host, script=None, **options):
    relay = Relay(host, script, **options)
    lab.defer(relay.close)
    return relay


def daemon_of(lab, host, more="", instance="", server="127.0.0.1", priority=250, args=("-n", "-D"), **options):
    return lab.daemon(host, config(MAIL % server + more, instance, priority=priority), args=args, **options)


def subjects(relay):
    return [re.search("^Subject: (.*)\r$", mail, re.M)[1] for mail in relay.mails()]


def subject(*words):
    return [f"[test] VRRP Instance V - {word}" if word in ("Stopping", "Deleted") else f"[test] VRRP Instance V - Entering {word} state"
            for word in words]


def expect(relay, *words, timeout=10):
    wait_until(lambda: subjects(relay) == subject(*words), timeout, lambda: f"{words}, not {subjects(relay)}")


def helper(daemon):
    """Process ids of those that send mail."""
    found = []
    for pid in daemon.processes():
        try:
            with open(f"/proc/{pid}/environ", "rb") as file:
                if b"KEEPALIVED_ROLE=mail" in file.read().split(b"\0"):
                    found.append(pid)
        except OSError:
            pass
    return found


@pytest.mark.parametrize("more", ("", "notification_email_from alert@host.example\n\tsmtp_helo_name director.example"), ids=("defaults", "names"))
def test_the_same_mails_as_the_packaged_one(lab, more):
    said = []
    for binary in (PACKAGED, None):
        host = lab.host("packaged" if binary else "ours", "10.0.0.36/24", switch="first" if binary else "second")
        relay = relay_of(lab, host)
        daemon = daemon_of(lab, host, more, priority=200, binary=binary, args=("-n",))
        relay.wait_mails(2)
        host.unplug()
        relay.wait_mails(3)
        host.plug()
        relay.wait_mails(5)
        said.append([(dialogue.commands, re.sub("(?m)^Date: .*", "Date: -", dialogue.mail)) for dialogue in list(relay.finished)[:5]])
        dates = [re.match(r"Date: \w{3}, \d{2} \w{3} \d{4} \d{2}:\d{2}:\d{2} [-+]\d{4}\r\n", mail) for mail in relay.mails()]
        assert all(dates)
        assert daemon.stop() == 0
    assert said[0] == said[1]


def test_whom_and_what(lab, host):
    relay = relay_of(lab, host)
    text = config(MAIL % "127.0.0.1" + "no_email_faults", "smtp_alert off", priority=250)
    other = text[text.index("vrrp_instance"):].replace("vrrp_instance V", "vrrp_instance W").replace("51", "52").replace("smtp_alert off", "")
    daemon = lab.daemon(host, text + other.replace("10.0.0.100", "10.0.0.101"))
    wait_until(lambda: len(relay.mails()) == 2, 10)
    host.unplug()
    daemon.wait_log(r"\(W\) Entering FAULT STATE")
    host.plug()
    wait_until(lambda: len(relay.mails()) == 4, 10)
    assert subjects(relay) == [f"[test] VRRP Instance W - Entering {state} state" for state in ("BACKUP", "MASTER") * 2]
    assert daemon.stop() == 0
    wait_until(lambda: subjects(relay)[4:] == ["[test] VRRP Instance W - Stopping"], 5)


def test_the_mails_of_a_stop_are_sent_without_us(lab, host):
    relay = relay_of(lab, host, lambda dialogue, command: taken(dialogue, command) if command or wait_for.pop() else 0.5)
    wait_for = [True] * 2 + [False] * 4 + [True]
    wait_for.reverse()
    daemon = daemon_of(lab, host)
    expect(relay, "BACKUP", "MASTER")
    wait_for[:] = [True, False, False, False]                     # the relay takes 1.5 s to greet
    stalls = lab.stalls()
    daemon.process.send_signal(signal.SIGTERM)
    stopping = daemon.wait_log("^Stopping").time
    assert daemon.process.wait(10) == 0
    stalls.check("the stop", stopping, daemon.wait_log("^Stopped Keepalived").time, 0, 1)
    expect(relay, "BACKUP", "MASTER", "Stopping")
    wait_until(lambda: not daemon.alive())


def test_a_stop_leaves_nobody_behind_that_talks_to_a_dead_relay(lab, host):
    relay = relay_of(lab, host, lambda dialogue, command: 60)
    daemon = daemon_of(lab, host)
    wait_until(lambda: len(relay.dialogues) == 1)
    daemon.process.send_signal(signal.SIGTERM)
    assert daemon.process.wait(10) == 0
    sender, = helper(daemon)
    os.kill(sender, signal.SIGTERM)                               # as systemd does it
    stalls = lab.stalls()
    stopped = daemon.wait_log("^Stopped Keepalived").time
    wait_until(lambda: not daemon.alive(), 8)
    assert stalls


def test_the_process_can_do_nothing_else(lab, host):
    relay = relay_of(lab, host, lambda dialogue, command: 60 if len(relay.dialogues) == 1 else taken(dialogue, command))
    daemon = daemon_of(lab, host)
    wait_until(lambda: len(relay.dialogues) == 1)
    sender, = helper(daemon)
    seen = status(sender)
    user = pwd.getpwnam("keepalived") if "keepalived" in {entry.pw_name for entry in pwd.getpwall()} else pwd.getpwnam("nobody")
    assert int(seen["PPid"]) == daemon.pids()["keepalived"]
    assert seen["Uid"].split() == [str(user.pw_uid)] * 4 and seen["Gid"].split() == [str(user.pw_gid)] * 4
    assert [int(seen[name], 16) for name in ("CapPrm", "CapEff", "CapInh", "CapAmb", "CapBnd")] == [0] * 5
    assert seen["NoNewPrivs"] == "1" and seen["Seccomp"] == "2"
    links = {os.readlink(f"/proc/{sender}/fd/{fd}").split(":")[0] for fd in os.listdir(f"/proc/{sender}/fd") if int(fd) > 2}
    assert links == {"socket"} and len(os.listdir(f"/proc/{sender}/fd")) == 5
    os.kill(sender, signal.SIGKILL)                               # what it was sending is sent by the next one
    daemon.wait_log("^SMTP alerts cannot be sent: the helper process failed$")
    expect(relay, "BACKUP", "MASTER", timeout=20)
    wait_until(lambda: not helper(daemon))
    assert daemon.stop() == 0


def test_a_relay_that_comes_late(lab, host):
    daemon = daemon_of(lab, host, args=("-n",))
    line = daemon.wait_log(r"^Error connecting SMTP server \[127.0.0.1\]:25: Connection refused$")
    assert line.level == "warning"
    daemon.wait_log("Entering MASTER STATE", 10)
    relay = relay_of(lab, host)
    wait_until(lambda: sorted(subjects(relay)) == sorted(subject("BACKUP", "MASTER")), 20)
    daemon.wait_log(r"^SMTP server \[127.0.0.1\]:25 takes mail again$")
    assert len(daemon.log.lines("SMTP")) == 2
    assert daemon.stop() == 0


def test_a_relay_whose_name_is_not_known_yet(lab, host):
    from test_resolve import NAME, NameServer, SERVER
    from lib_util import MS_BIND, mount
    host.add_address(f"{SERVER}/24")
    server = NameServer(host, [])
    lab.defer(server.close)
    daemon = daemon_of(lab, host, server=NAME, start=False)
    for file, text in (("resolv.conf", f"nameserver {SERVER}\noptions timeout:1 attempts:1\n"), ("nsswitch.conf", "hosts: dns\n")):
        daemon.path(f"/etc/keepalived/{file}").write_text(text)
        daemon.inside(mount, f"/etc/keepalived/{file}", os.path.realpath(f"/etc/{file}"), None, MS_BIND)
    daemon.start()
    daemon.wait_log(f"^SMTP alerts wait: the address of smtp_server {NAME} is not known$")
    server.addresses = ["10.0.0.36"]
    relay = relay_of(lab, host, address=("10.0.0.36", 25))
    wait_until(lambda: sorted(subjects(relay)) == sorted(subject("BACKUP", "MASTER")), 20)
    assert len(daemon.log.lines("smtp_server")) == 2
    assert daemon.stop() == 0


def refusing(word, reply, times=1000):
    left = [times]

    def script(dialogue, command):
        if command.split(" ")[0].upper() == word and left[0]:
            left[0] -= 1
            return reply
        return taken(dialogue, command)
    return script


@pytest.mark.parametrize("word,reply,step,code,text", [
    ("HELO", "502 no\r\n", "HELO", 502, "no"),
    ("MAIL", "550-not\r\n550 from you\r\n", "MAIL", 550, "from you"),
    ("RCPT", "553 no such user\r\n", "RCPT", 553, "no such user"),
    ("DATA", "554 no\x07\x1b[31m\r\n", "DATA", 554, "no??[31m"),
    (".", "552 full\r\n", "BODY", 552, "full"),
])
def test_a_refusal_is_final_and_said_once(lab, host, word, reply, step, code, text):
    relay = relay_of(lab, host, refusing(word, reply))
    daemon = daemon_of(lab, host, args=("-n",))
    daemon.wait_log("Entering MASTER STATE", 10)
    wait_until(lambda: len(relay.finished) == 2)
    line = daemon.wait_log(rf"^Error processing {step} cmd on SMTP server \[127.0.0.1\]:25. SMTP status code = {code}: ")
    assert line.text.endswith(f"{code}: {text}") and line.level == "warning"
    assert daemon.wait_log("^SMTP alert was not sent: VRRP Instance V - Entering BACKUP state; others will be counted$").level == "err"
    assert all(dialogue.commands[-1] == "QUIT\r\n" for dialogue in relay.finished)
    relay.script = taken
    host.unplug()
    daemon.wait_log("^2 SMTP alerts were not sent$")
    assert len(daemon.log.lines("Error processing")) == 1 and len(daemon.log.lines("was not sent")) == 1
    assert daemon.stop() == 0


def test_one_recipient_is_unknown_to_the_relay(lab, host):
    relay = relay_of(lab, host, lambda dialogue, command: "550 who\r\n" if "a@" in command else taken(dialogue, command))
    daemon = daemon_of(lab, host, args=("-n",))
    expect(relay, "BACKUP", "MASTER")
    daemon.wait_log(r"^Error processing RCPT cmd on SMTP server \[127.0.0.1\]:25. SMTP status code = 550: who$")
    assert len(daemon.log.lines("SMTP")) == 1
    assert daemon.stop() == 0


@pytest.mark.parametrize("script,line", [
    (refusing("MAIL", "451 later\r\n", 1), r"Error processing MAIL cmd on SMTP server \[127.0.0.1\]:25. SMTP status code = 451: later"),
    (refusing("", "554 busy\r\n", 1), r"Error processing \(E\)SMTP cmd on SMTP server \[127.0.0.1\]:25. SMTP status code = 554: busy"),
    (refusing("DATA", None, 1), r"Connection to SMTP server \[127.0.0.1\]:25 is broken: it hung up"),
    (refusing("", 4, 1), r"Timeout reading data from SMTP server \[127.0.0.1\]:25."),
    (refusing("HELO", "hello, who are you\r\n", 1), r"SMTP server \[127.0.0.1\]:25 does not answer as SMTP wants it"),
    (refusing("", "220-" + "x" * 5000, 1), r"SMTP server \[127.0.0.1\]:25 does not answer as SMTP wants it"),
    (refusing("", "220-x\r\n" * 1000, 1), r"SMTP server \[127.0.0.1\]:25 does not answer as SMTP wants it"),
    (refusing("", b"\x00\xff\r\n", 1), r"SMTP server \[127.0.0.1\]:25 does not answer as SMTP wants it"),
], ids=("451", "greeting", "hangup", "late", "text", "long", "many", "bytes"))
def test_what_may_pass_is_tried_again(lab, host, script, line):
    relay = relay_of(lab, host, script)
    daemon = daemon_of(lab, host, "smtp_connect_timeout 2", args=("-n",))
    first = daemon.wait_log(f"^{line}$", 10)
    wait_until(lambda: sorted(subjects(relay)) == sorted(subject("BACKUP", "MASTER")), 25)
    assert relay.mails() and min(dialogue.time for dialogue in relay.finished if dialogue.mail) - first.time > (9 if TIMED else 0)
    daemon.wait_log(r"^SMTP server \[127.0.0.1\]:25 takes mail again$")
    assert len(daemon.log.lines("SMTP")) == 2
    assert daemon.stop() == 0


def test_a_relay_that_says_a_byte_now_and_then(lab, host):
    """Each reply has its time as a whole."""
    def script(dialogue, command):
        if command:
            return taken(dialogue, command)
        dialogue.bytes = getattr(dialogue, "bytes", 0) + 1
        return 0.5 if dialogue.bytes % 2 else "2"
    relay = relay_of(lab, host, script)
    daemon = daemon_of(lab, host, "smtp_connect_timeout 2", args=("-n",))
    wait_until(lambda: len(relay.dialogues) == 1)
    began = next(iter(relay.dialogues)).time
    line = daemon.wait_log(r"^Timeout reading data from SMTP server \[127.0.0.1\]:25.$", 10)
    assert not TIMED or 1.5 < line.time - began < 4
    assert daemon.stop() == 0


def test_nobody_at_the_address(lab, host):
    daemon = daemon_of(lab, host, "smtp_connect_timeout 2", server="10.0.0.99")
    daemon.wait_log(r"^(Timeout connecting SMTP server \[10.0.0.99\]:25.|Error connecting SMTP server \[10.0.0.99\]:25: No route to host)$", 10)
    daemon.wait_log("Entering MASTER STATE", 10)
    assert daemon.stop() == 0


def test_from_the_network_namespace(lab, host):
    outside = lab.host("outside", "10.0.0.99/24")
    relay = relay_of(lab, host)
    lab.daemon(outside, config(MAIL % "127.0.0.1", top=f"net_namespace {host.name}"))
    relay.wait_mails(1)


def test_other_ports_and_the_other_family(lab, host):
    relay = relay_of(lab, host, address=("::1", 2525))
    daemon = daemon_of(lab, host, server="::1 2525")
    expect(relay, "BACKUP", "MASTER")
    daemon.wait_log(r"^Remote SMTP server \[::1\]:2525 connected.$")
    daemon.wait_log("^SMTP alert successfully sent.$")
    assert daemon.stop() == 0


def test_an_instance_that_is_removed(lab, host):
    relay = relay_of(lab, host)
    text = config(MAIL % "127.0.0.1", "notify_deleted", priority=250)
    other = text[text.index("vrrp_instance"):].replace("vrrp_instance V", "vrrp_instance W").replace("51", "52").replace("notify_deleted", "smtp_alert off")
    daemon = lab.daemon(host, text + other.replace("10.0.0.100", "10.0.0.101"))
    expect(relay, "BACKUP", "MASTER")
    daemon.configure(text[:text.index("vrrp_instance")] + other.replace("10.0.0.100", "10.0.0.101"))
    assert daemon.run([daemon.binary, "--reload"]).returncode == 0
    expect(relay, "BACKUP", "MASTER", "Deleted")
    assert daemon.stop() == 0


def test_through_postfix(lab, host):
    postfix = lab.postfix(host)
    text = config((MAIL % "127.0.0.1").replace("a@example.net", "root@example.net").replace("b@example.net", '"Nobody <nobody@example.net>"'), priority=250)
    daemon = lab.daemon(host, text)
    delivered = wait_until(lambda: len(postfix.mails()) == 2 and postfix.mails(), 30, postfix.report)
    assert "status code = 550: " in daemon.wait_log("^Error processing RCPT cmd").text      # nobody knows nobody there
    assert sorted(re.search("^Subject: (.*)$", mail, re.M)[1] for mail in delivered) == sorted(subject("BACKUP", "MASTER"))
    assert all(f"\nFrom: root@{socket.gethostname()}\n" in mail and "\nTo: root@example.net, Nobody <nobody@example.net>\n" in mail and
               "\n=> VRRP Instance is " in mail for mail in delivered)
    assert daemon.stop() == 0
