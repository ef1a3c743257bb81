# SPDX-License-Identifier: BSD-2-Clause
# A relay that counts: counting.py ADDRESS PORT TO-ADDRESS TO-PORT DELAY FILE
# Each connection goes on to TO-ADDRESS after DELAY seconds ("-": it is closed then, and with
# TO-PORT 0 never answered), and its beginning and end are lines of FILE: "+" and "-".
import asyncio
import sys

address, port, to_address, to_port, delay, path = sys.argv[1:]
log = open(path, "a", buffering=1)


async def copy(reader, writer):
    try:
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
    except OSError:
        pass
    finally:
        writer.close()


async def relay(reader, writer):
    log.write("+\n")
    try:
        await asyncio.sleep(float(delay))
        if to_address == "-":
            return
        there, back = await asyncio.open_connection(to_address, int(to_port))
        await asyncio.gather(copy(reader, back), copy(there, writer))
    finally:
        log.write("-\n")
        writer.close()


async def main():
    server = await asyncio.start_server(relay, address, int(port), backlog=1000)
    print("ready", flush=True)
    await server.serve_forever()


asyncio.run(main())
