# SPDX-License-Identifier: GPL-2.0-or-later
"""transparent.py ADDRESS PORT COMMAND... - run nginx with a listener that tproxy may give connections to.

nginx can bind as a client (proxy_bind transparent), but sets no IP_TRANSPARENT where it listens. It takes over
listeners whose descriptors stand in the variable NGINX, as it does when its program is replaced.
"""
import os
import socket
import sys

listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
listener.setsockopt(socket.IPPROTO_IP, getattr(socket, "IP_TRANSPARENT", 19), 1)
listener.bind((sys.argv[1], int(sys.argv[2])))
listener.listen(4096)
listener.set_inheritable(True)
os.environ["NGINX"] = "%d;" % listener.fileno()
os.execvp(sys.argv[3], sys.argv[3:])
