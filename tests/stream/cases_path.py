# SPDX-License-Identifier: GPL-2.0-or-later
"""Legitimate mail goes through, and both sides see each other's addresses."""

import contextlib
import hashlib
import random
import socket
import threading

from client import ADDRESS
from harness import case, until
from host import V4

HELLO = b"EHLO client.example\r\nMAIL FROM:<someone@client.example>\r\nRCPT TO:<user@local.example>\r\nDATA\r\n"
TEXT = b"Subject: test\r\n\r\nOne line.\r\n..\r\nanother\r\n.\r\n"


def sum_of(text):
    return (len(text), hashlib.sha256(text).hexdigest())


def big_text(octets, seed=1):
    line = random.Random(seed).randbytes(48).hex().encode() + b"\r\n"
    return line * (octets // len(line)) + b".\r\n"


def send_message(world, family, text):
    with world.client(family) as c:
        c.begin()
        c.send(text)
        c.expect(c.reply(), 250)
        c.quit()


@case()
def host_sees_address_and_port_of_the_client(world):
    for family in (4, 6):
        with world.client(family) as c:
            c.expect(c.reply(), 220)
            assert world.host.sessions[-1].peer == c.name(), (world.host.sessions[-1].peer, c.name())
            assert c.name()[0] == ADDRESS[family]
            c.quit()


@case()
def a_message_arrives_as_it_was_sent(world):
    for family in (4, 6):
        send_message(world, family, TEXT)
        assert world.host.messages()[-1] == sum_of(TEXT)
    assert world.host.sessions[0].lines == [l + b"\r\n" for l in (HELLO + b"QUIT").split(b"\r\n")]


@case()
def ten_mebibytes_arrive_as_they_were_sent(world):
    text = big_text(10 << 20)
    for family in (4, 6):
        send_message(world, family, text)
        assert world.host.messages()[-1] == sum_of(text)
    assert world.box.counters()["octets_to_host"] > 2 * len(text)


@case()
def everything_in_one_packet_is_answered_in_order(world):
    with world.client() as c:
        c.send(HELLO + TEXT + HELLO[HELLO.index(b"MAIL"):] + TEXT + b"QUIT\r\n")
        assert c.codes(10) == [220, 250, 250, 250, 354, 250, 250, 250, 354, 250]
        c.expect(c.reply(), 221)
        assert c.rest() == b""
    assert world.host.messages() == [sum_of(TEXT)] * 2


@case()
def a_dialogue_in_single_octets(world):
    with world.client() as c:
        for octet in HELLO + TEXT + b"QUIT\r\n":
            c.send(bytes([octet]))
        assert c.codes(7) == [220, 250, 250, 250, 354, 250, 221]
    assert world.host.messages() == [sum_of(TEXT)]


@case()
def a_half_closed_client_gets_every_reply(world):
    for family in (4, 6):
        with world.client(family) as c:
            c.send(HELLO + TEXT)
            c.half_close()
            assert c.codes(6) == [220, 250, 250, 250, 354, 250]
            assert c.rest() == b""
    assert world.host.messages() == [sum_of(TEXT)] * 2


@case()
def one_refused_recipient_does_not_cost_the_session(world):
    with world.client() as c:
        c.send(HELLO.replace(b"DATA", b"RCPT TO:<victim%far.example@local.example>\r\nRCPT TO:<b@local.example>\r\nDATA"))
        assert c.codes(7) == [220, 250, 250, 250, 550, 250, 354]
        c.send(TEXT)
        c.expect(c.reply(), 250)
        c.quit()
    heard = world.host.sessions[0].lines
    assert not any(b"victim" in l for l in heard), heard
    assert world.host.messages() == [sum_of(TEXT)]


@case()
def fifty_clients_at_once(world):
    errors = []

    def one(n):
        try:
            send_message(world, 4 + n % 2 * 2, big_text(100_000 + n, n))
        except Exception as e:  # told below, by the thread that counts
            errors.append(repr(e))

    threads = [threading.Thread(target=one, args=(n,)) for n in range(50)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    assert not errors, errors[:3]
    assert sorted(world.host.messages()) == sorted(sum_of(big_text(100_000 + n, n)) for n in range(50))


@case()
def a_port_that_returns_at_once_is_served(world):
    others = 0
    for n in range(30):
        with world.client(4 + n % 2 * 2, port=4025) as c:
            c.expect(c.reply(), 220)
            address, port = world.host.sessions[-1].peer
            assert address == c.name()[0]
            others += port != c.name()[1]
            c.quit()
            c.reset()
    counters = world.box.counters()
    assert counters["accepted"] == 30
    # where the box closed before the host did, its end waits (TIME_WAIT), and the port is not to be had: seldom
    assert counters["port_taken"] == others < 8, (counters["port_taken"], others)


@case()
def a_port_that_is_in_use_is_replaced(world):
    with world.names.inside("router"):
        squatter = socket.socket()
    with squatter:
        squatter.setsockopt(socket.IPPROTO_IP, 19, 1)   # IP_TRANSPARENT
        squatter.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        squatter.bind((ADDRESS[4], 4026))
        squatter.connect((V4, 25))
        with world.client(port=4026) as c:
            c.expect(c.reply(), 220)
            address, port = world.host.sessions[-1].peer
            assert address == ADDRESS[4] and port != 4026, (address, port)
            c.quit()
    assert world.box.counters()["port_taken"] == 1


@case(dry=2)
def a_session_waits_for_a_socket(world):
    for n in range(20):
        with world.client(4 + n % 2 * 2) as c:
            c.expect(c.reply(), 220)
            assert world.host.sessions[-1].peer == c.name()
            c.quit()
    assert world.box.counters()["socket_waits"] == 19    # all but the first


@case(dry=1, connect_ms=300)
def a_socket_that_never_comes_is_a_host_that_does_not_answer(world):
    for family in (4, 6):
        with world.client(family) as c:
            c.expect(c.reply(), 421)
    with world.client() as c:   # gone before it had one
        c.reset()
    world.box.idle()
    assert world.box.counters()["host_timeout"] == 2


@case()
def a_port_below_1024_is_kept(world):
    with world.client(port=1023) as c:
        c.expect(c.reply(), 220)
        assert world.host.sessions[-1].peer == c.name()
        c.quit()


@case(keep_port=0)
def only_the_address_is_kept_where_the_operator_says_so(world):
    for family in (4, 6):
        with world.client(family) as c:
            c.expect(c.reply(), 220)
            assert world.host.sessions[-1].peer[0] == ADDRESS[family]
            c.quit()
    assert world.box.counters()["port_taken"] == 0


@case()
def who_connects_to_the_listener_itself_is_sent_away(world):
    for family, address in ((socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1")):
        with world.names.inside("router"):
            direct = socket.socket(family)
        with direct:
            direct.connect((address, 2525))
            assert direct.recv(100) == b""
    assert world.box.counters()["not_protected"] == 2
    assert world.host.sessions == []


@case()
def a_host_that_reads_slowly_slows_the_client(world):
    text = big_text(40 << 20)
    gate = threading.Event()
    world.host.begin({"body": lambda s: gate.wait(5)})
    with world.client() as c:
        c.begin()
        c.sock.settimeout(0.5)
        sent = 0
        try:
            while sent < len(text):
                sent += c.sock.send(text[sent:sent + 65536])
        except TimeoutError:
            pass
        assert sent < len(text), "nothing held the client back"
        gate.set()
        c.sock.settimeout(8)
        c.send(text[sent:])
        c.expect(c.reply(), 250)
        c.quit()
    until(lambda: world.host.messages() == [sum_of(text)])


@contextlib.contextmanager
def narrow(world, leg):
    """The hop towards a side takes small packets only, and says so."""
    names = world.names
    try:
        names.run(f"{leg}-wire", "ip", "link", "set", "far", "mtu", "1300")
        yield
    finally:
        names.run(f"{leg}-wire", "ip", "link", "set", "far", "mtu", "1500")
        for family in ("-4", "-6"):
            names.run("router", "ip", family, "route", "flush", "cache")


@case()
def a_narrow_path_to_the_client_is_found_out(world):
    for family in (4, 6):
        with narrow(world, "client"), world.client(family) as c:
            c.expect(c.reply(), 220)
            c.send(b"HELP\r\n" * 200)
            assert set(c.codes(200)) == {214}
            c.quit()


@case()
def a_narrow_path_to_the_host_is_found_out(world):
    text = big_text(1 << 20)
    for family in (4, 6):
        with narrow(world, "host"):
            send_message(world, family, text)
        assert world.host.messages()[-1] == sum_of(text)
