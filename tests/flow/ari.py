# SPDX-License-Identifier: BSD-2-Clause
"""A CA that says when to renew: ari.py CERT_AND_KEY; prints its port. What it says is in the file
`answer` (the Retry-After, then the body; after one of a certificate `answer.next` takes its place), what it was asked in `asked`."""
import http.server
import os
import ssl
import sys


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        with open("asked", "a", encoding="ascii") as log:
            print(self.path, file=log)
        with open("answer", encoding="ascii") as answer:
            retry, body = answer.read().split("\n", 1)
        if self.path.startswith("/info/") and os.path.exists("answer.next"):
            os.rename("answer.next", "answer")
        if self.path == "/dir":
            body = '{"renewalInfo": "https://127.0.0.1:%d/info"}' % server.server_port
        if self.path == "/empty":
            body = '{"renewalInfo": ""}'
        self.send_response(404 if retry == "404" else 200)
        self.send_header("Retry-After", retry)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body.encode())

    def log_message(self, *args):
        pass


server = http.server.HTTPServer(("127.0.0.1", 0), Handler, bind_and_activate=False)
server.server_bind = lambda: http.server.socketserver.TCPServer.server_bind(server)
server.server_bind()
server.server_port = server.socket.getsockname()[1]
server.server_activate()
tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
tls.load_cert_chain(sys.argv[1])
server.socket = tls.wrap_socket(server.socket, server_side=True)
print(server.server_port, flush=True)
server.serve_forever()
