# SPDX-License-Identifier: BSD-2-Clause
# An anycast address with two servers behind it: flap_relay.py ADDRESS ONE OTHER, all at port 53.
# Questions for TLSA go to one and the other by turns, all else to the first.
import asyncio
import sys

address, *nodes = sys.argv[1:]
TLSA = 52
turn = 0


def node_for(question):
    """The address that this one goes to; its type stands behind the name."""
    global turn
    at = 12
    while at < len(question) and question[at]:
        at += question[at] + 1
    if int.from_bytes(question[at + 1:at + 3], "big") != TLSA:
        return nodes[0]
    turn += 1
    return nodes[turn % 2]


class Answers(asyncio.DatagramProtocol):
    def __init__(self, front, asker):
        self.front, self.asker = front, asker

    def datagram_received(self, data, _):
        self.front.sendto(data, self.asker)


class Questions(asyncio.DatagramProtocol):
    def connection_made(self, transport):
        self.transport = transport

    def datagram_received(self, data, asker):
        asyncio.get_running_loop().create_task(self.ask(data, asker))

    async def ask(self, data, asker):
        back, _ = await asyncio.get_running_loop().create_datagram_endpoint(
            lambda: Answers(self.transport, asker), remote_addr=(node_for(data), 53))
        back.sendto(data)
        await asyncio.sleep(5)
        back.close()


async def stream(reader, writer):
    try:
        while True:
            length = await reader.readexactly(2)
            data = await reader.readexactly(int.from_bytes(length, "big"))
            there, back = await asyncio.open_connection(node_for(data), 53)
            back.write(length + data)
            length = await there.readexactly(2)
            writer.write(length + await there.readexactly(int.from_bytes(length, "big")))
            back.close()
    except (OSError, asyncio.IncompleteReadError):
        writer.close()


async def main():
    await asyncio.get_running_loop().create_datagram_endpoint(Questions, local_addr=(address, 53))
    server = await asyncio.start_server(stream, address, 53)
    print("ready", flush=True)
    await server.serve_forever()


asyncio.run(main())
