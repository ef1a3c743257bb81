# SPDX-License-Identifier: BSD-2-Clause
# A way to a primary on which somebody else is faster: update_relay.py ADDRESS TO-ADDRESS COMMAND...,
# both at port 53, over TCP. Before the first update goes on, the command is run.
import asyncio
import subprocess
import sys

address, to_address, *command = sys.argv[1:]
UPDATE = 5  # the opcode


async def read_message(reader):
    length = await reader.readexactly(2)
    return length + await reader.readexactly(int.from_bytes(length, "big"))


def first_others(message):
    """Said of each update; the others' change comes before the first."""
    if message[4] >> 3 & 15 != UPDATE:
        return
    print("update", flush=True)
    if command:
        subprocess.run(command, check=True)
        command.clear()


async def stream(reader, writer):
    try:
        while True:
            message = await read_message(reader)
            first_others(message)
            there, back = await asyncio.open_connection(to_address, 53)
            back.write(message)
            writer.write(await read_message(there))
            back.close()
    except (OSError, asyncio.IncompleteReadError):
        writer.close()


async def main():
    server = await asyncio.start_server(stream, address, 53)
    print("ready", flush=True)
    await server.serve_forever()


asyncio.run(main())
