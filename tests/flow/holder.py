# SPDX-License-Identifier: BSD-2-Clause
# A server at a port of every address that keeps each connection open, and closes it unanswered:
#   holder.py PORT SECONDS      prints "ready", then each new highest number of open connections
import asyncio
import sys

held = most = 0


async def hold(reader, writer):
    global held, most
    held += 1
    if held > most:
        most = held
        print(most, flush=True)
    seconds = float(sys.argv[2])
    try:
        await asyncio.wait_for(reader.read(1), seconds)
        await asyncio.sleep(seconds)
    except asyncio.TimeoutError:  # it waits for a greeting
        pass
    held -= 1
    writer.close()


async def serve():
    server = await asyncio.start_server(hold, '0.0.0.0', int(sys.argv[1]), backlog=4096)
    print('ready', flush=True)
    await server.serve_forever()


asyncio.run(serve())
