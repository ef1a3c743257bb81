# SPDX-License-Identifier: BSD-2-Clause
# Servers that say yes to every change, make none, and have no record:
#   takes_nothing.py dns ADDRESS KEY-FILE   a name server for updates, at port 53 over TCP
#   takes_nothing.py api PORT               PowerDNS's API on 127.0.0.1
import base64
import hashlib
import hmac
import http.server
import re
import socketserver
import struct
import sys
import time

HEADER = 12
FUDGE_S = 300


def skip_name(message, at):
    while message[at]:
        if message[at] >= 0xc0:
            return at + 2
        at += 1 + message[at]
    return at + 1


def question_end(message):
    return skip_name(message, HEADER) + 4


def signature_of(message):
    """The owner, algorithm and MAC of the TSIG record, which is the last one (RFC 8945 section 5.1)."""
    at = question_end(message)
    for _ in range(sum(struct.unpack_from("!3H", message, 6))):
        owner = at
        at = skip_name(message, at)
        data = at + 10
        at = data + struct.unpack_from("!H", message, at + 8)[0]
    end = skip_name(message, data)
    size = struct.unpack_from("!H", message, end + 8)[0]
    return message[owner:skip_name(message, owner)], message[data:end], message[end + 10:end + 10 + size]


def reply_to(message, secret):
    """No error and no records, signed as section 5.3 wants it."""
    name, algorithm, mac = signature_of(message)
    digest = hashlib.sha512 if b"sha512" in algorithm else hashlib.sha256
    reply = message[:2] + bytes([message[2] | 0x80, 0]) + struct.pack("!4H", 1, 0, 0, 0)
    reply += message[HEADER:question_end(message)]
    when = struct.pack("!HIH", 0, int(time.time()), FUDGE_S)
    rest = struct.pack("!2H", 0, 0)
    variables = name + struct.pack("!HI", 255, 0) + algorithm + when + rest
    signed = struct.pack("!H", len(mac)) + mac + reply + variables
    mac = hmac.new(secret, signed, digest).digest()
    data = algorithm + when + struct.pack("!H", len(mac)) + mac + message[:2] + rest
    record = name + struct.pack("!HHIH", 250, 255, 0, len(data)) + data
    return reply[:10] + struct.pack("!H", 1) + reply[HEADER:] + record


class Updates(socketserver.StreamRequestHandler):
    def handle(self):
        while length := self.rfile.read(2):
            reply = reply_to(self.rfile.read(int.from_bytes(length, "big")), self.server.secret)
            self.wfile.write(struct.pack("!H", len(reply)) + reply)


class Api(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        body = b'{"rrsets": []}'
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_PATCH(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(204)
        self.end_headers()


socketserver.TCPServer.allow_reuse_address = True
if sys.argv[1] == "dns":
    server = socketserver.ThreadingTCPServer((sys.argv[2], 53), Updates)
    with open(sys.argv[3], encoding="ascii") as key:
        server.secret = base64.b64decode(re.search('secret "([^"]*)"', key.read()).group(1))
else:
    server = http.server.HTTPServer(("127.0.0.1", int(sys.argv[2])), Api)
print("ready", flush=True)
server.serve_forever()
