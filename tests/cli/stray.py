# SPDX-License-Identifier: GPL-2.0-or-later
"""Send an ACK from port 25 that belongs to no connection, as a host that has not
heard of the end of a session. Prints "reset" if somebody answers with a reset,
else "silence".

Arguments: own address, address of the client, port of the client.
"""
import select
import socket
import struct
import sys
import time

source, target = (socket.inet_aton(a) for a in sys.argv[1:3])
port = int(sys.argv[3])


def checksum(data):
    total = sum(struct.unpack("!%dH" % (len(data) // 2), data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


head = struct.pack("!HHIIBBHHH", 25, port, 1000, 2000, 5 << 4, 0x10, 65535, 0, 0)
pseudo = source + target + struct.pack("!BBH", 0, socket.IPPROTO_TCP, len(head))
segment = head[:16] + struct.pack("!H", checksum(pseudo + head)) + head[18:]

answers = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_TCP)
answers.bind((sys.argv[1], 0))
answers.sendto(segment, (sys.argv[2], 0))
end = time.monotonic() + 1
while (left := end - time.monotonic()) > 0 and select.select([answers], [], [], left)[0]:
    packet = answers.recv(2048)
    tcp = packet[(packet[0] & 15) * 4:]
    if struct.unpack("!HH", tcp[:4]) == (port, 25) and tcp[13] & 4:
        print("reset")
        sys.exit()
print("silence")
