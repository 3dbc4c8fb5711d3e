"""The Python package websockets as a peer: websockets_peer.py ROLE OPTIONS

Steps come as lines of JSON, and what was received is said in the same way; see program.mjs. OPTIONS is JSON: `url` for a
client, `protocols`, and `deflate`, whether to offer or to accept permessage-deflate.
"""

import asyncio
import base64
import json
import sys

from websockets.asyncio.client import connect
from websockets.asyncio.server import serve
from websockets.exceptions import ConnectionClosed


def say(item):
    print(json.dumps(item), flush=True)


async def receive(peer):
    try:
        async for message in peer:
            if isinstance(message, str):
                say({"text": message})
            else:
                say({"base64": base64.b64encode(message).decode()})
    except ConnectionClosed:
        pass
    say({"close": [peer.close_code, peer.close_reason]})


async def ping(peer, payload):
    await (await peer.ping(payload))
    say({"pong": payload})


async def do(peer, step):
    if "text" in step:
        await peer.send(step["text"])
    if "base64" in step:
        await peer.send(base64.b64decode(step["base64"]))
    if "fragments" in step:
        await peer.send(step["fragments"])
    if "ping" in step:
        await ping(peer, step["ping"])
    if "close" in step:
        await peer.close(*step["close"])


async def converse(peer):
    say({"open": {"subprotocol": peer.subprotocol or "", "compressed": bool(peer.protocol.extensions)}})
    received = asyncio.create_task(receive(peer))
    loop = asyncio.get_running_loop()
    while line := await loop.run_in_executor(None, sys.stdin.readline):
        await do(peer, json.loads(line))
        if "close" in json.loads(line):
            break
        if received.done():
            break
    await received


async def main(role, options):
    common = {
        "compression": "deflate" if options.get("deflate") else None,
        "subprotocols": options.get("protocols"),
        "ping_interval": None,
    }
    if role == "client":
        async with connect(options["url"], proxy=None, **common) as peer:
            await converse(peer)
    else:
        async with serve(converse, "127.0.0.1", 0, **common) as server:
            say({"port": server.sockets[0].getsockname()[1]})
            await server.serve_forever()


asyncio.run(main(sys.argv[1], json.loads(sys.argv[2])))
