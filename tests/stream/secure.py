# SPDX-License-Identifier: GPL-2.0-or-later
"""Certificates made for this run, and TLS for the client and the host."""

import atexit
import os
import shutil
import ssl
import subprocess
import tempfile

FOLDER = tempfile.mkdtemp(prefix="relaywall-tls-")
atexit.register(shutil.rmtree, FOLDER)


def path(name):
    return os.path.join(FOLDER, name)


def make(name, days=2):
    """NAME.pem and NAME.key; the certificate's bytes as a client sees them."""
    request = ["openssl", "req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
               "-subj", "/CN=mail.local.example", "-keyout", path(name + ".key"), "-out", path(name + ".csr")]
    sign = ["openssl", "x509", "-req", "-in", path(name + ".csr"), "-signkey", path(name + ".key"), "-days", str(days),
            "-out", path(name + ".pem")]
    for command in (request, sign):
        subprocess.run(command, check=True, stderr=subprocess.DEVNULL)
    with open(path(name + ".pem"), encoding="ascii") as file:
        return ssl.PEM_cert_to_DER_cert(file.read())


FIRST = make("first")

# settings of the program
TERMINATE = {"starttls": 3, "certificate": path("first.pem"), "key": path("first.key")}
PASS = {"starttls": 2}

VERSIONS = (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3)


def context(version=None):
    """A client's, which speaks one version if told so."""
    c = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    c.check_hostname = False
    c.verify_mode = ssl.CERT_NONE
    c.options &= ~ssl.OP_IGNORE_UNEXPECTED_EOF     # the box shall say close_notify
    if version is not None:
        c.set_ciphers("ALL:@SECLEVEL=0")
        c.minimum_version = c.maximum_version = version
    return c


def host_context():
    c = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    c.load_cert_chain(path("first.pem"), path("first.key"))
    return c


def wrap(client, version=None, session=None):
    """The 220 is read, the handshake follows. An end of the stream without close_notify is an error from here on."""
    assert client.have == b"", client.have
    client.sock = context(version).wrap_socket(client.sock, session=session, suppress_ragged_eofs=False)
    return client


def secure(client, version=None):
    """From the banner to the handshake."""
    client.expect(client.reply(), 220)
    offer = client.ask(b"EHLO client.example")
    assert b"STARTTLS" in offer, offer
    client.expect(client.ask(b"STARTTLS"), 220)
    return wrap(client, version)


class Hello:
    """TLS whose octets can be held, cut and mixed with others."""

    def __init__(self, client, version=None):
        self.client = client
        self.received, self.to_send = ssl.MemoryBIO(), ssl.MemoryBIO()
        self.tls = context(version).wrap_bio(self.received, self.to_send)

    def step(self, act, *arguments):
        """What act wants to have sent, which is not sent."""
        try:
            act(*arguments)
        except ssl.SSLWantReadError:
            pass
        return self.to_send.read()

    def handshake(self):
        while True:
            try:
                self.tls.do_handshake()
                self.client.send(self.to_send.read())
                return
            except ssl.SSLWantReadError:
                self.client.send(self.to_send.read())
                self.received.write(self.client.sock.recv(65536))

    def rest(self):
        """All that was said up to close_notify, which is the end of the stream too."""
        said = bytearray()
        while data := self.client.sock.recv(65536):
            self.received.write(data)
            try:
                while more := self.tls.read(65536):
                    said += more
            except ssl.SSLWantReadError:
                continue
            except ssl.SSLZeroReturnError:
                pass    # what an empty read is called when the client has closed too
            assert self.client.sock.recv(1) == b"", "something behind close_notify"
            return bytes(said)
        raise AssertionError("no close_notify")
