# SPDX-License-Identifier: GPL-2.0-or-later
"""Want of sessions, descriptors and memory; the end of the program."""

import contextlib
import resource
import signal
import time

from cases_path import HELLO, TEXT, big_text, sum_of
from harness import case, until


@contextlib.contextmanager
def limited(world, what, soft):
    """The program has a limit meanwhile."""
    old = resource.prlimit(world.box.pid, what)
    resource.prlimit(world.box.pid, what, (soft, old[1]))
    try:
        yield
    finally:
        resource.prlimit(world.box.pid, what, old)


@case(sessions=2)
def one_client_too_many_is_told_why(world):
    with world.client() as a, world.client(6) as b:
        a.expect(a.reply(), 220)
        b.expect(b.reply(), 220)
        with world.client() as c:
            reply = c.reply()
            c.expect(reply, 421)
            assert reply.startswith(b"421 4.3.2 ") and b"sessions-max" in reply, reply
            assert c.rest() == b""
        a.quit()
        a.sock.close()
        until(lambda: world.box.counters()["sessions"] == 1)
        with world.client() as c:
            c.expect(c.reply(), 220)
            c.quit()
        b.quit()
    assert world.box.counters()["over_limit"] == 1


def is_full(world, family, **options):
    """One more client of this address gets 421, and the host hears nothing of it."""
    before = len(world.host.sessions)
    with world.client(family, **options) as c:
        reply = c.reply()
        c.expect(reply, 421)
        assert reply.startswith(b"421 4.7.0 too many connections from you, try again later (") and b" max-connections)" in reply
        assert c.rest() == b""
    assert len(world.host.sessions) == before


@case(max_connections=2)
def a_client_has_so_many_sessions_at_once(world):
    for family in (4, 6):
        with world.client(family) as a, world.client(family) as b:
            a.expect(a.reply(), 220)
            b.expect(b.reply(), 220)
            is_full(world, family)
            a.quit()
            a.sock.close()
            until(lambda: world.box.counters()["sessions"] == 1)
            with world.client(family) as c:
                c.expect(c.reply(), 220)
                is_full(world, family)
                c.quit()
            b.quit()
        world.box.idle()
    world.box.event("max-connections")
    assert world.box.counters()["over_rate"] == 4


@case(max_connections=1)
def a_customer_of_ipv6_has_one_64_and_of_ipv4_one_address(world):
    near, far, other = "2001:db8:66:0:ffff::1", "2001:db8:66:1::66", "203.0.113.67"
    for address, family in ((near, "-6"), (far, "-6"), (other, "-4")):
        world.names.run("client", "ip", family, "address", "add", address, "dev", "eth0", *["nodad"] * (family == "-6"))
        world.names.route("client", address)
    with world.client(4) as a, world.client(6) as b:
        a.expect(a.reply(), 220)
        b.expect(b.reply(), 220)
        is_full(world, 6, address=near)
        for family, address in ((6, far), (4, other)):
            with world.client(family, address=address) as c:
                c.expect(c.reply(), 220)
                c.quit()
        a.quit()
        b.quit()


@case(connections_per_minute=3)
def a_client_that_comes_too_often_stays_out_while_it_knocks(world):
    for _ in range(3):
        with world.client() as c:
            c.expect(c.reply(), 220)
            c.quit()
    for _ in range(3):
        with world.client() as c:
            assert c.reply().startswith(b"421 4.7.0 too many connections from you, try again later (")
            assert c.rest() == b""
    with world.client(6) as c:
        c.expect(c.reply(), 220)
        c.quit()
    world.box.event("connections-per-minute")
    assert world.box.counters()["over_rate"] == 3
    assert len(world.host.sessions) == 4


@case()
def without_descriptors_clients_wait(world):
    enough = resource.prlimit(world.box.pid, resource.RLIMIT_NOFILE)
    with limited(world, resource.RLIMIT_NOFILE, world.box.descriptors()):
        with world.client() as c:
            until(lambda: world.box.counters()["accept_failed"] > 0)
            time.sleep(0.5)
            assert world.box.counters()["accept_failed"] < 20, "it does not rest"
            resource.prlimit(world.box.pid, resource.RLIMIT_NOFILE, enough)
            c.expect(c.reply(), 220)
            c.quit()


@case()
def with_one_descriptor_a_client_gets_421(world):
    with limited(world, resource.RLIMIT_NOFILE, world.box.descriptors() + 1):
        with world.client() as c:
            reply = c.reply()
            c.expect(reply, 421)
            assert b"no-memory" in reply, reply
    assert world.box.counters()["no_memory"] == 1
    with world.client() as c:
        c.expect(c.reply(), 220)
        c.quit()


@case(body_buffers=1)
def without_big_buffers_messages_still_pass(world):
    text = big_text(4 << 20)
    with world.client() as a, world.client(6) as b:
        a.begin()
        b.begin()
        for at in range(0, len(text), 1 << 18):
            a.send(text[at:at + (1 << 18)])
            b.send(text[at:at + (1 << 18)])
        for c in (a, b):
            c.expect(c.reply(), 250)
            c.quit()
    assert world.host.messages() == [sum_of(text)] * 2


@case(body_buffers=1)
def who_holds_back_a_line_behind_a_message_holds_no_big_buffer(world):
    text = big_text(1 << 20)
    with world.client() as a, world.client() as b:
        a.begin()
        a.send(text[:20000])
        until(lambda: world.box.counters()["octets_to_host"] > 20000)
        a.send(text[20000:50000])       # this is read into the only big one
        until(lambda: world.box.counters()["octets_to_host"] > 50000)
        a.send(b"\r\n.\r\nNO")
        a.expect(a.reply(), 250)
        b.begin()
        b.send(text)
        b.expect(b.reply(), 250)
        b.quit()
        a.send(b"OP\r\n")
        a.expect(a.reply(), 250)
        a.quit()
    assert world.box.counters()["small_buffer"] == 0


def all_at_once(world, clients, data):
    """The program finds input of all clients in one turn of its loop."""
    world.box.process.send_signal(signal.SIGSTOP)
    for c in clients:
        c.send(data)
    world.box.process.send_signal(signal.SIGCONT)


@case()
def without_memory_sessions_wait_for_a_buffer(world):
    if world.sanitized:
        return      # its allocator ends the program instead
    clients = [world.client() for _ in range(150)]
    for c in clients:
        c.expect(c.reply(), 220)
    spares = [world.client() for _ in range(20)]
    for c in spares:
        c.expect(c.reply(), 220)
    for c in spares[::2]:   # this leaves room for sessions, each too small for a buffer
        c.quit()
        c.sock.close()
    for _ in range(6):      # libev aborts when its arrays cannot grow: now they have grown
        all_at_once(world, clients, b"HELP\r\n")
        for c in clients:
            c.expect(c.reply(), 214)
    with open(f"/proc/{world.box.pid}/statm", encoding="ascii") as statm:
        size = int(statm.read().split()[0]) * resource.getpagesize()
    with limited(world, resource.RLIMIT_AS, size):
        all_at_once(world, clients, b"NO")
        until(lambda: world.box.counters()["no_buffer"] > 0)
        with world.client() as late:    # its session is small; what its host says needs a buffer
            for c in clients:
                c.send(b"OP\r\n")
            for c in clients:
                c.expect(c.reply(), 250)
            late.expect(late.reply(), 220)
    for c in clients + spares[1::2]:
        c.quit()
        c.sock.close()


@case()
def an_idle_session_costs_little(world):
    before = world.box.kilobytes()
    clients = [world.client() for _ in range(400)]
    for c in clients:
        c.expect(c.reply(), 220)
        c.expect(c.ask(b"NOOP"), 250)
    each = (world.box.kilobytes() - before) / len(clients)
    for c in clients:
        c.quit()
        c.sock.close()
    print(f"     {each:.1f} KiB an idle session")
    assert world.sanitized or each < 16, each


@case()
def the_end_of_the_program(world):
    clients = [world.client(4 + n % 2 * 2) for n in range(6)]
    for c in clients[:5]:
        c.expect(c.reply(), 220)
    clients[1].send(HELLO)
    assert clients[1].codes(4) == [250, 250, 250, 354]
    clients[1].send(TEXT[:25])
    clients[2].send(b"half a li")
    clients[3].send(HELLO[:-6])
    assert clients[3].codes(3) == [250] * 3
    clients[5].half_close()
    time.sleep(0.1)
    assert world.box.counters()["sessions"] == 5
    world.box.process.terminate()
    assert world.box.process.wait(10) == 0
    for n in (0, 2, 3, 4):
        reply = clients[n].reply()
        clients[n].expect(reply, 421)
        assert b"shutdown" in reply, reply
    for c in clients:
        c.sock.close()
    assert world.host.settle()
    assert world.host.messages() == []
    assert world.host.sessions[0].end in ("eof", "reset")
