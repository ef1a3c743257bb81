# SPDX-License-Identifier: BSD-2-Clause
# A way to a resolver that can be stopped: dns_relay.py ADDRESS TO-ADDRESS, both at port 53.
import asyncio
import sys

address, to_address = sys.argv[1:]


class Answers(asyncio.DatagramProtocol):
    def __init__(self, front, asker):
        self.front, self.asker = front, asker

    def datagram_received(self, data, _):
        self.front.sendto(data, self.asker)
        self.transport.close()

    def connection_made(self, transport):
        self.transport = transport


class Questions(asyncio.DatagramProtocol):
    def connection_made(self, transport):
        self.transport = transport

    def datagram_received(self, data, asker):
        asyncio.get_running_loop().create_task(self.ask(data, asker))

    async def ask(self, data, asker):
        back, _ = await asyncio.get_running_loop().create_datagram_endpoint(
            lambda: Answers(self.transport, asker), remote_addr=(to_address, 53))
        back.sendto(data)
        await asyncio.sleep(10)
        back.close()


async def copy(reader, writer):
    try:
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
    except OSError:
        pass
    finally:
        writer.close()


async def stream(reader, writer):
    there, back = await asyncio.open_connection(to_address, 53)
    await asyncio.gather(copy(reader, back), copy(there, writer))


async def main():
    loop = asyncio.get_running_loop()
    await loop.create_datagram_endpoint(Questions, local_addr=(address, 53))
    server = await asyncio.start_server(stream, address, 53)
    print("ready", flush=True)
    await server.serve_forever()


asyncio.run(main())
