# SPDX-License-Identifier: GPL-2.0-or-later
"""Hosts that behave badly, and what the client is told."""

import contextlib
import time

from cases_path import HELLO, TEXT, big_text, sum_of
from client import Client
from harness import case, until
from host import V4, V6


def say(data):
    return lambda s: s.say(data)


def say_and_close(data):
    return lambda s: (s.say(data), s.close())


def slowly(data, pieces):
    """Send data cut into pieces of so many octets, a packet each."""
    def act(s):
        for i in range(0, len(data), pieces):
            s.say(data[i:i + pieces])
            time.sleep(0.001)
    return act


def refused_with(world, on, code, cause, reply_to=b"NOOP"):
    """The client's first reply, or the one to reply_to, names the cause, and then the stream ends."""
    for family in (4, 6):
        world.host.begin(on)
        with world.client(family) as c:
            reply = c.reply()
            if reply.startswith(b"220"):
                reply = c.ask(reply_to)
            Client.expect(reply, code)
            assert cause in reply, reply
            assert c.rest() == b""


@case()
def a_host_that_refuses(world):
    world.host.close()
    try:
        refused_with(world, {}, 421, b"host-refused")
    finally:
        world.host.open()
    assert world.box.counters()["host_refused"] == 2


@contextlib.contextmanager
def deaf(world):
    """The host answers no SYN meanwhile."""
    world.names.run("host", "nft", "add table inet deaf; add chain inet deaf in { type filter hook input priority 0; }; "
                    "add rule inet deaf in tcp dport 25 drop")
    try:
        yield
    finally:
        world.names.run("host", "nft", "delete table inet deaf")


@case()
def a_client_that_leaves_before_the_host_is_there(world):
    """Nobody waits then: not for the connection, not for the banner."""
    world.host.begin({"banner": lambda s: s.sock.recv(1)})
    for end in (lambda c: c.sock.close(), lambda c: c.reset()):
        for family in (4, 6):
            with deaf(world), world.client(family) as c:
                end(c)
                world.box.idle()
            with world.client(family) as c:
                until(lambda: world.host.sessions)
                end(c)
                world.box.idle()
    assert world.box.counters()["host_timeout"] == 0


@case(connect_ms=300)
def a_host_that_cannot_be_reached_in_time(world):
    with deaf(world):
        refused_with(world, {}, 421, b"host-timeout")
    assert world.box.counters()["host_timeout"] == 2


@case()
def a_host_without_a_route(world):
    world.names.run("router", "ip", "route", "replace", "unreachable", V4)
    world.names.run("router", "ip", "-6", "route", "replace", "unreachable", V6)
    try:
        refused_with(world, {}, 421, b"host-unreachable")
    finally:
        world.names.run("router", "ip", "-6", "route", "del", "unreachable", V6)
        for address in (V4, V6):
            world.names.route("host", address)
    assert world.box.counters()["host_unreachable"] == 2


@case()
def a_banner_of_garbage(world):
    for banner in (b"\x00\xff\x01garbage\r\n", b"SSH-2.0-OpenSSH_9.2\r\n", b"250 hello\r\n", b"220-a\r\n221 b\r\n"):
        refused_with(world, {"banner": say(banner)}, 421, b"out of step")


@case(banner_ms=300)
def a_silent_host(world):
    refused_with(world, {"banner": lambda s: None}, 421, b"host-timeout")


@case(reply_ms=300)
def a_host_that_falls_silent(world):
    refused_with(world, {"NOOP": lambda s: None}, 421, b"host-timeout")


@case()
def a_host_that_resets_at_once(world):
    refused_with(world, {"banner": lambda s: s.reset()}, 421, b"host-reset")
    assert world.box.counters()["host_reset"] == 2


@case()
def a_host_that_resets_in_the_dialogue(world):
    refused_with(world, {"NOOP": lambda s: s.reset()}, 421, b"host-reset")


@case()
def a_host_that_closes_in_the_middle_of_a_reply(world):
    refused_with(world, {"NOOP": say_and_close(b"250 almo")}, 421, b"host-closed")
    refused_with(world, {"EHLO": say_and_close(b"250-a\r\n250-SIZE")}, 421, b"host-closed", b"EHLO a.example")
    refused_with(world, {"banner": say_and_close(b"22")}, 421, b"host-closed")


@case()
def a_reply_line_of_100_kb(world):
    line = b"250 " + b"x" * 100_000 + b"\r\n"
    refused_with(world, {"NOOP": say(line)}, 421, b"reply-syntax")
    refused_with(world, {"banner": say(b"220-" + b"x" * 100_000)}, 421, b"reply-syntax")
    refused_with(world, {"NOOP": say(b"250-x\r\n" * 20_000)}, 421, b"reply-syntax")


@case()
def a_reply_without_a_command(world):
    for family in (4, 6):
        world.host.begin({"NOOP": say(b"250 ok\r\n250 and again\r\n")})
        with world.client(family) as c:
            c.expect(c.reply(), 220)
            c.expect(c.ask(b"NOOP"), 250)
            reply = c.reply()
            c.expect(reply, 421)
            assert b"extra-reply" in reply, reply
            assert c.rest() == b""


@case()
def a_host_that_says_421(world):
    world.host.begin({"RCPT": say_and_close(b"421 4.3.2 going down\r\n")})
    with world.client() as c:
        c.send(HELLO)
        assert c.codes(4) == [220, 250, 250, 421]
        assert c.rest() == b""


@case()
def a_host_that_says_no_in_its_banner(world):
    world.host.begin({"banner": say(b"554 no service\r\n")})
    with world.client() as c:
        c.expect(c.reply(), 554)
        c.quit()
    assert world.host.sessions[0].lines == []


@case()
def a_host_that_goes_away_in_a_message(world):
    text = big_text(3 << 20)
    for end in (lambda s: s.close(), lambda s: s.reset()):
        for family in (4, 6):
            world.host.begin({"body": end})
            with world.client(family) as c:
                c.begin()
                c.send(text)
                reply = c.reply()
                c.expect(reply, 451)
                assert b"host-reset" in reply or b"host-closed" in reply, reply
                c.expect(c.ask(b"QUIT"), 221)
            assert world.host.messages() == []


@case()
def a_host_that_goes_away_instead_of_taking(world):
    for end in (lambda s: s.close(), lambda s: s.reset(), say_and_close(b"250 ta")):
        world.host.begin({".": end})
        with world.client() as c:
            c.begin()
            c.send(TEXT)
            c.expect(c.reply(), 451)
            c.expect(c.ask(b"QUIT"), 221)


@case()
def a_host_that_refuses_in_the_middle_of_a_message(world):
    world.host.begin({"body": say(b"452 4.3.1 disk full\r\n")})
    with world.client() as c:
        c.begin()
        c.send(TEXT[:20])
        c.expect(c.reply(), 421)
    assert world.host.messages() == []


@case()
def replies_in_single_octets(world):
    world.host.begin({"banner": slowly(b"220 slow\r\n", 1), "EHLO": slowly(b"250-a\r\n250-SIZE\r\n250 HELP\r\n", 1),
                      "RCPT": slowly(b"250 ok\r\n", 1), ".": slowly(b"250 taken\r\n", 1)})
    with world.client() as c:
        c.send(HELLO + TEXT + b"QUIT\r\n")
        assert c.codes(7) == [220, 250, 250, 250, 354, 250, 221]
    assert world.host.messages() == [sum_of(TEXT)]


@case()
def replies_of_many_lines_in_pieces(world):
    lines = b"".join(b"250-line %d\r\n" % i for i in range(300)) + b"250 end\r\n"
    for pieces in (3, 7, 100):
        world.host.begin({"NOOP": slowly(lines, pieces)})
        with world.client() as c:
            c.expect(c.reply(), 220)
            reply = c.ask(b"NOOP")
            assert reply.count(b"\n") == 300 and reply.endswith(b"250 end"), reply[-100:]
            c.quit()


@case()
def replies_that_end_in_bare_lf(world):
    world.host.begin({"banner": say(b"220 old\n"), "EHLO": say(b"250-old\n250-SIZE 100\n250 HELP\n"),
                      "MAIL": say(b"250 ok\n"), ".": say(b"250 taken\n")})
    with world.client() as c:
        c.send(HELLO + TEXT + b"QUIT\r\n")
        assert c.codes(7) == [220, 250, 250, 250, 354, 250, 221]
    assert world.host.messages() == [sum_of(TEXT)]
