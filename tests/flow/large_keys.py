# SPDX-License-Identifier: BSD-2-Clause
"""Servers with RSA keys so large that to verify one signature by them takes minutes, and with
certificates as large as a handshake may be.

    large_keys.py tls ADDRESS PORT       TLS 1.2, whose leaf has 16,384 bits and an exponent of
                                         2,000,000 bits, and signs its key exchange
    large_keys.py issuers ADDRESS PORT   real TLS; the leaf is issued by one of seven, all of that name, with
                                         exponents of 200,000 bits
    large_keys.py names ADDRESS PORT     real TLS; the leaf has 1,000 names, 240 kB
    large_keys.py dns ADDRESS            the zone bomb.example: its DNSKEY has an exponent of
                                         440,000 bits
    large_keys.py ds                     the data of its DS record
    large_keys.py file BITS              a certificate whose key has so large an exponent
Each server prints "ready".
"""
import hashlib
import os
import socket
import ssl
import struct
import sys
import tempfile
import threading
import time as clock

from cryptography.hazmat.primitives import serialization

import pki
from pki import integer, seq, tlv

MODULUS_BITS = 16384
DNS_BITS = 8192  # an answer has 65,535 octets
LIFE = (-900, 900)


def odd_number(bits):
    return int.from_bytes(hashlib.shake_256(b"%d" % bits).digest(bits // 8), "big") | 1 << (bits - 1) | 1


class LargeKey:
    """Half a key pair: what it signs is noise of the right length, which verifiers find out last."""

    def __init__(self, exponent_bits, salt=0):
        self.modulus = odd_number(MODULUS_BITS) + 2 * salt
        self.exponent = odd_number(exponent_bits)
        key = seq(integer(self.modulus), integer(self.exponent))
        rsa = seq(pki.oid("1.2.840.113549.1.1.1"), tlv(5))
        self.spki = seq(rsa, tlv(3, b"\0", key))
        self.id = hashlib.sha256(self.spki).digest()[:20]

    def sign(self, algorithm, data):
        return b"\x01" + bytes(MODULUS_BITS // 8 - 1)

    def algorithm(self):
        return pki.RSA_SHA256


def serve(address, port, talk):
    listener = socket.create_server((address, port), backlog=512)
    print("ready", flush=True)
    while True:
        connection, _ = listener.accept()
        threading.Thread(target=quietly, args=(talk, connection), daemon=True).start()


def quietly(talk, connection):
    try:
        talk(connection)
    except OSError:
        pass
    connection.close()


#
# TLS
#
def message(kind, body):
    return bytes([kind]) + len(body).to_bytes(3, "big") + body


def records(octets):
    for at in range(0, len(octets), 16000):
        piece = octets[at:at + 16000]
        yield b"\x16\x03\x03" + struct.pack("!H", len(piece)) + piece


def flight(key, der):
    length = len(der).to_bytes(3, "big")
    chain = (len(der) + 3).to_bytes(3, "big") + length + der
    # TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256, no renegotiation; x25519; rsa_pkcs1_sha256
    hello = b"\x03\x03" + os.urandom(32) + b"\0\xc0\x2f\0" + b"\0\x05\xff\x01\0\x01\0"
    signature = key.sign(None, None)
    exchange = (b"\x03\0\x1d\x20" + os.urandom(32) + b"\x04\x01" +
                struct.pack("!H", len(signature)) + signature)
    return message(2, hello) + message(11, chain) + message(12, exchange) + message(14, b"")


def talk_tls(octets):
    def talk(connection):
        connection.recv(4096)
        for record in records(octets):
            connection.sendall(record)
        while connection.recv(4096):
            pass
    return talk


def serve_tls(address, port):
    key = LargeKey(2000000)
    leaf = pki.Cert("CN=large", key=key, days=LIFE, exts=[pki.san(pki.dns("p1.crowd.example"))])
    serve(address, port, talk_tls(flight(key, leaf.der)))


class Named:
    """An issuer by its name and key alone."""

    def __init__(self, subject, key):
        self.subject, self.key = pki.name(subject), key


def serve_issuers(address, port):
    keys = [LargeKey(200000, i) for i in range(7)]
    for key in keys:
        key.id = keys[0].id
    leaf = pki.Cert("CN=leaf", Named("CN=large", keys[0]), days=LIFE,
                    exts=[pki.san(pki.dns("*.usage.example"), pki.dns("*.crowd.example"))])
    chain = [leaf] + [pki.Cert("CN=large", key=key, days=LIFE, exts=[pki.basic()]) for key in keys]
    serve_chain(address, port, chain)


def serve_names(address, port):
    parts = ".".join(["n" * 60] * 3)
    names = [pki.dns("%s.%d.%s.example" % (parts, i, "m" * 40)) for i in range(1000)]
    serve_chain(address, port, [pki.Cert("CN=names", days=LIFE, exts=[pki.san(*names)])])


def serve_chain(address, port, chain):
    leaf = chain[0]
    private = leaf.key.private.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8,
                                             serialization.NoEncryption()).decode()
    with tempfile.NamedTemporaryFile("w", suffix=".pem") as file:
        file.write(private + "".join(cert.pem() for cert in chain))
        file.flush()
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.set_ciphers("DEFAULT:@SECLEVEL=0")
        context.load_cert_chain(file.name)

    def talk(connection):
        with context.wrap_socket(connection, server_side=True) as inside:
            inside.recv(4096)
    serve(address, port, talk)


#
# DNS
#
ZONE = b"\4bomb\7example\0"
A, RRSIG, DNSKEY, IN = 1, 46, 48, 1


def dnskey():
    exponent, modulus = odd_number(440000), odd_number(DNS_BITS)
    size = (exponent.bit_length() + 7) // 8
    return (struct.pack("!HBB", 257, 3, 8) + b"\0" + struct.pack("!H", size) +
            exponent.to_bytes(size, "big") + modulus.to_bytes(DNS_BITS // 8, "big"))


def key_tag(data):
    total = sum(octet << 8 if i % 2 == 0 else octet for i, octet in enumerate(data))
    return (total + (total >> 16)) & 0xFFFF


def record(owner, kind, data):
    return owner + struct.pack("!HHIH", kind, IN, 3600, len(data)) + data


def signature(kind, labels, tag):
    now = int(clock.time())
    return struct.pack("!HBBIIIH", kind, 8, labels, 3600, now + 864000, now - 864000, tag) + ZONE + \
        b"\x01" + bytes(DNS_BITS // 8 - 1)


def reply_to(query, key, tag, whole):
    end = query.index(b"\0", 12) + 5
    name, kind = query[12:end - 4], struct.unpack("!H", query[end - 4:end - 2])[0]
    data = {A: socket.inet_aton("127.44.1.1"), DNSKEY: key}.get(kind)
    if not whole:
        return query[:2] + struct.pack("!HHHHH", 0x8600, 1, 0, 0, 0) + query[12:end]
    answers = b"" if data is None else record(name, kind, data) + \
        record(name, RRSIG, signature(kind, len(labels(name)), tag))
    return query[:2] + struct.pack("!HHHHH", 0x8400, 1, 2 if answers else 0, 0, 0) + query[12:end] + answers


def labels(name):
    found = []
    while name[0]:
        found.append(name[1:1 + name[0]])
        name = name[1 + name[0]:]
    return found


def serve_dns(address):
    key = dnskey()
    tag = key_tag(key)
    udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    udp.bind((address, 53))

    def answer_udp():
        while True:
            query, peer = udp.recvfrom(4096)
            udp.sendto(reply_to(query, key, tag, False), peer)

    def talk(connection):
        while head := connection.recv(2):
            query = connection.recv(struct.unpack("!H", head)[0])
            reply = reply_to(query, key, tag, True)
            connection.sendall(struct.pack("!H", len(reply)) + reply)
    threading.Thread(target=answer_udp, daemon=True).start()
    serve(address, 53, talk)


def main(what, *rest):
    if what == "tls":
        serve_tls(rest[0], int(rest[1]))
    elif what == "issuers":
        serve_issuers(rest[0], int(rest[1]))
    elif what == "names":
        serve_names(rest[0], int(rest[1]))
    elif what == "dns":
        serve_dns(rest[0])
    elif what == "ds":
        key = dnskey()
        print(key_tag(key), 8, 2, hashlib.sha256(ZONE + key).hexdigest())
    elif what == "file":
        print(pki.Cert("CN=large", key=LargeKey(int(rest[0])), days=LIFE).pem(), end="")


main(*sys.argv[1:])
