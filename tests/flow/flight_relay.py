# SPDX-License-Identifier: BSD-2-Clause
# A relay that hurts what a TLS server says first:
#   flight_relay.py MODE ADDRESS PORT TO-ADDRESS TO-PORT FILE
# The name that a client asks for tells where: p123.crowd.example is octet 123. MODE "cut" closes
# there, "stall" says nothing more, "flip" changes a bit of it. Of p9999.crowd.example, which is whole,
# FILE gets where each record begins and its type, and last where the first flight ends.
import asyncio
import re
import sys

mode, address, port, to_address, to_port, path = sys.argv[1:]
WHOLE = 9999


async def hurt(reader, writer, at):
    passed = 0
    while data := bytearray(await reader.read(65536)):
        if mode == "flip" and passed <= at < passed + len(data):
            data[at - passed] ^= 1 << at % 8
        if mode != "flip" and passed + len(data) > at:
            writer.write(data[:at - passed])
            await writer.drain()
            if mode == "stall":
                await asyncio.sleep(60)
            return
        writer.write(data)
        await writer.drain()
        passed += len(data)


async def tell(reader, writer, asked):
    """Passes all on, and writes down the records of what comes before the client goes on."""
    flight = b""
    answered = asyncio.Event()
    asked.append(answered)
    while data := await reader.read(65536):
        if not answered.is_set():
            flight += data
        writer.write(data)
        await writer.drain()
        at = 0
        with open(path, "w") as file:
            while at + 5 <= len(flight):
                print(at, flight[at], file=file)
                at += 5 + int.from_bytes(flight[at + 3:at + 5], "big")
            print(len(flight), "end", file=file)


async def pass_on(reader, writer, asked):
    while data := await reader.read(65536):
        for event in asked:
            event.set()
        writer.write(data)
        await writer.drain()


async def relay(reader, writer):
    back = None
    try:
        hello = await reader.read(65536)
        at = int(re.search(rb"p(\d+)[.]crowd", hello)[1])
        there, back = await asyncio.open_connection(to_address, int(to_port))
        back.write(hello)
        asked = []
        ways = [hurt(there, writer, at) if at < WHOLE else tell(there, writer, asked), pass_on(reader, back, asked)]
        tasks = [asyncio.ensure_future(way) for way in ways]
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in tasks:
            task.cancel()
    except OSError:
        pass
    finally:
        writer.close()
        if back:
            back.close()


async def serve():
    server = await asyncio.start_server(relay, address, int(port), backlog=4096)
    print("ready", flush=True)
    await server.serve_forever()


asyncio.run(serve())
