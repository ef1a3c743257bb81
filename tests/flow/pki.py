# SPDX-License-Identifier: BSD-2-Clause
"""Certificates made octet by octet, so that they can be as odd as a test wants them.

Only keys and signatures come from python3-cryptography.
"""
import datetime
import hashlib

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa

NOW = datetime.datetime(2026, 11, 19)


def tlv(tag, *parts):
    body = b"".join(parts)
    size = len(body)
    if size < 0x80:
        return bytes([tag, size]) + body
    octets = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes([tag, 0x80 | len(octets)]) + octets + body


def seq(*parts):
    return tlv(0x30, *parts)


def integer(number):
    return tlv(2, number.to_bytes(number.bit_length() // 8 + 1, "big", signed=True))


def oid(text):
    arcs = [int(arc) for arc in text.split(".")]
    body = b""
    for arc in [arcs[0] * 40 + arcs[1]] + arcs[2:]:
        octets = [arc & 0x7F]
        while arc > 0x7F:
            arc >>= 7
            octets.insert(0, 0x80 | (arc & 0x7F))
        body += bytes(octets)
    return tlv(6, body)


UTF8, PRINTABLE, TELETEX, IA5, BMP = 0x0C, 0x13, 0x14, 0x16, 0x1E
ATTRIBUTES = {"C": "2.5.4.6", "O": "2.5.4.10", "OU": "2.5.4.11", "CN": "2.5.4.3",
              "DC": "0.9.2342.19200300.100.1.25", "mail": "1.2.840.113549.1.9.1"}


def attribute(key, value, kind=UTF8):
    text = value.encode("utf-16-be" if kind == BMP else "utf-8")
    return seq(oid(ATTRIBUTES[key]), tlv(kind, text))


def name(text, kind=UTF8):
    """The DER of "O=Example,CN=leaf"; "+" joins the attributes of one part."""
    parts = []
    for part in filter(None, text.split(",")):
        pairs = sorted(attribute(*pair.split("=", 1), kind) for pair in part.split("+"))
        parts.append(tlv(0x31, *pairs))
    return seq(*parts)


def dns(text):
    return tlv(0x82, text.encode())


def mail(text):
    return tlv(0x81, text.encode())


def uri(text):
    return tlv(0x86, text.encode())


def address(text):
    return tlv(0x87, bytes.fromhex(text))


def directory(text, kind=UTF8):
    return tlv(0xA4, name(text, kind))


def other(kind, value=b"x"):
    return tlv(0xA0, oid(kind), tlv(0xA0, tlv(UTF8, value)))


def registered(text):
    return tlv(0x88, oid(text)[2:])


def ext(number, value, critical=False):
    number = number if "." in number else "2.5.29." + number
    return seq(oid(number), tlv(1, b"\xff") if critical else b"", tlv(4, value))


def basic(ca=True, length=None, critical=True):
    return ext("19", seq(tlv(1, b"\xff") if ca else b"",
                         b"" if length is None else integer(length)), critical)


BITS = ("digitalSignature", "nonRepudiation", "keyEncipherment", "dataEncipherment",
        "keyAgreement", "keyCertSign", "cRLSign", "encipherOnly", "decipherOnly")


def key_usage(*names, critical=True):
    bits = sorted(BITS.index(n) for n in names)
    size = (bits[-1] // 8 + 1) if bits else 0
    octets = bytearray(size)
    for bit in bits:
        octets[bit // 8] |= 0x80 >> (bit % 8)
    unused = 7 - bits[-1] % 8 if bits else 0
    return ext("15", tlv(3, bytes([unused]), bytes(octets)), critical)


PURPOSES = {"server": "1.3.6.1.5.5.7.3.1", "client": "1.3.6.1.5.5.7.3.2",
            "code": "1.3.6.1.5.5.7.3.3", "mail": "1.3.6.1.5.5.7.3.4", "any": "2.5.29.37.0"}


def purposes(*names, critical=False):
    return ext("37", seq(*(oid(PURPOSES[n]) for n in names)), critical)


def san(*names, critical=False):
    return ext("17", seq(*names), critical)


def subtree(base, minimum=None, maximum=None):
    return seq(base, b"" if minimum is None else tlv(0x80, integer(minimum)[2:]),
               b"" if maximum is None else tlv(0x81, integer(maximum)[2:]))


def constraints(permitted=(), excluded=(), critical=True):
    lists = [tlv(tag, *(b if b[0] == 0x30 else subtree(b) for b in bases))
             for tag, bases in ((0xA0, permitted), (0xA1, excluded)) if bases]
    return ext("30", seq(*lists), critical)


def policies(*oids, critical=False):
    return ext("32", seq(*(seq(oid(o)) for o in oids)), critical)


def policy_constraints(require=None, inhibit=None):
    return ext("36", seq(b"" if require is None else tlv(0x80, integer(require)[2:]),
                         b"" if inhibit is None else tlv(0x81, integer(inhibit)[2:])), True)


def mappings(*pairs):
    return ext("33", seq(*(seq(oid(a), oid(b)) for a, b in pairs)), True)


def inhibit_any(number):
    return ext("54", integer(number), True)


def key_id(octets):
    return ext("14", tlv(4, octets))


def issuer_key_id(octets=None, names=None, serial=None):
    return ext("35", seq(b"" if octets is None else tlv(0x80, octets),
                         b"" if names is None else tlv(0xA1, names),
                         b"" if serial is None else tlv(0x82, integer(serial)[2:])))


def time(days):
    return NOW + datetime.timedelta(days=days)


def utc_time(moment):
    return tlv(0x17, moment.strftime("%y%m%d%H%M%SZ").encode())


ECDSA_SHA256 = seq(oid("1.2.840.10045.4.3.2"))
ECDSA_SHA1 = seq(oid("1.2.840.10045.4.1"))
RSA_SHA256 = seq(oid("1.2.840.113549.1.1.11"), tlv(5))
ED25519 = seq(oid("1.3.101.112"))
SHA256 = seq(oid("2.16.840.1.101.3.4.2.1"))
RSA_PSS = seq(oid("1.2.840.113549.1.1.10"),
              seq(tlv(0xA0, SHA256), tlv(0xA1, seq(oid("1.2.840.113549.1.1.8"), SHA256)),
                  tlv(0xA2, integer(32))))


class Key:
    """A key pair: "ec", "rsa" (2048 bits) or "ed25519"."""

    def __init__(self, kind="ec"):
        self.kind = kind
        if kind == "ec":
            self.private = ec.generate_private_key(ec.SECP256R1())
        elif kind == "ed25519":
            self.private = ed25519.Ed25519PrivateKey.generate()
        else:
            self.private = rsa.generate_private_key(65537, 2048)
        self.spki = self.private.public_key().public_bytes(
            serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
        self.id = hashlib.sha256(self.spki).digest()[:20]

    def sign(self, algorithm, data):
        if self.kind == "ed25519":
            return self.private.sign(data)
        if self.kind == "ec":
            digest = hashes.SHA1() if algorithm == ECDSA_SHA1 else hashes.SHA256()
            return self.private.sign(data, ec.ECDSA(digest))
        if algorithm == RSA_PSS:
            return self.private.sign(
                data, padding.PSS(padding.MGF1(hashes.SHA256()), 32), hashes.SHA256())
        return self.private.sign(data, padding.PKCS1v15(), hashes.SHA256())

    def algorithm(self):
        return {"ec": ECDSA_SHA256, "ed25519": ED25519, "rsa": RSA_SHA256}[self.kind]


SERIAL = [1000]


class Cert:
    """A certificate; what isn't given is as usual. issuer None: signed by itself."""

    def __init__(self, subject, issuer=None, exts=(), key=None, days=(-10, 80), version=3,
                 issuer_name=None, algorithm=None, outer=None, validity=None, serial=None,
                 ids=True):
        SERIAL[0] += 1
        self.serial = SERIAL[0] if serial is None else serial
        self.key = key or Key()
        self.spki = self.key.spki
        self.subject = subject if isinstance(subject, bytes) else name(subject)
        signer = issuer.key if issuer else self.key
        self.issuer = issuer_name or (issuer.subject if issuer else self.subject)
        algorithm = algorithm or signer.algorithm()
        if ids and version == 3:
            exts = list(exts) + [key_id(self.key.id), issuer_key_id(signer.id)]
        validity = validity or seq(utc_time(time(days[0])), utc_time(time(days[1])))
        tbs = seq(tlv(0xA0, integer(version - 1)) if version > 1 else b"",
                  integer(self.serial), algorithm, self.issuer, validity, self.subject,
                  self.spki, tlv(0xA3, seq(*exts)) if exts else b"")
        self.der = seq(tbs, outer or algorithm, tlv(3, b"\0", signer.sign(algorithm, tbs)))

    def pem(self):
        return pem(self.der)

    def data(self, selector, mtype):
        octets = self.spki if selector else self.der
        return [octets, hashlib.sha256(octets).digest(),
                hashlib.sha512(octets).digest()][mtype]


def pem(der):
    import base64
    text = base64.b64encode(der).decode()
    lines = "\n".join(text[i:i + 64] for i in range(0, len(text), 64))
    return "-----BEGIN CERTIFICATE-----\n%s\n-----END CERTIFICATE-----\n" % lines
