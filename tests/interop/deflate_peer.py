"""permessage-deflate with the Python package websockets, as a peer of an echo, in either role.

    deflate_peer.py client URL SETTINGS    connects to an echo server with each of the settings, a list as JSON
    deflate_peer.py server SETTINGS        prints "listening on PORT", one line for each of them

One line for each conversation: "ok SETTINGS", or "not ok SETTINGS" and why.
"""

import json
import sys
import threading
import time

from websockets.extensions.permessage_deflate import ClientPerMessageDeflateFactory, ServerPerMessageDeflateFactory
from websockets.sync.client import connect
from websockets.sync.server import serve

OPTIONS = {"max_size": None, "open_timeout": 60, "close_timeout": 60, "compression": None}
# The server does not live longer than its test.
LONGEST = 120
WORDS = "the quick brown fox jumps over the lazy dog, and so on; καὶ τὰ λοιπά 🦊 "


def text(size):
    return (WORDS * (size // len(WORDS) + 1))[:size]


def noise(size):
    state, data = 1, bytearray()
    for _ in range(min(size, 3000)):
        state = (state * 1664525 + 1013904223) & 0xFFFFFFFF
        data.append(state >> 24)
    return bytes((data + bytes(range(256)) * 20) * (size // 3000 + 1))[:size]


def converse(peer):
    messages = [make(size) for size in [0, 1, 190, 2000, 2000, 70_000, 1 << 20] for make in (text, noise)]
    messages += [json.dumps({"number": number, "words": text(50)}) for number in range(50)]
    for message in messages:
        peer.send(message)
        assert peer.recv() == message, f"{len(message)} of {type(message)}"
    for parts in [["Hé", "", "日本", "😀"], [noise(70_000), noise(1), b"", noise(200)]]:
        peer.send(parts)
        assert peer.recv() == type(parts[0])().join(parts), "fragments"


def check(peer, settings, client):
    """That what was agreed is what was asked for."""
    (extension,) = peer.protocol.extensions
    ours, theirs = ("client", "server") if client else ("server", "client")
    agreed = {
        f"{ours}_no_context_takeover": extension.local_no_context_takeover,
        f"{theirs}_no_context_takeover": extension.remote_no_context_takeover,
        f"{ours}_max_window_bits": extension.local_max_window_bits,
        f"{theirs}_max_window_bits": extension.remote_max_window_bits,
    }
    wanted = {**dict.fromkeys(agreed, False), "server_max_window_bits": 15, "client_max_window_bits": 15, **settings}
    assert agreed == wanted, agreed


def told(settings, peer, client):
    try:
        check(peer, settings, client)
        converse(peer)
    except Exception as error:
        print(f"not ok {json.dumps(settings)}: {error!r}", flush=True)
    else:
        print(f"ok {json.dumps(settings)}", flush=True)


def be_client(url, all_settings):
    for settings in all_settings:
        factory = ClientPerMessageDeflateFactory(**{"client_max_window_bits": True, **settings})
        with connect(url, extensions=[factory], **OPTIONS) as peer:
            told(settings, peer, True)


def be_server(all_settings):
    for settings in all_settings:
        factory = ServerPerMessageDeflateFactory(**settings)
        handler = lambda peer, settings=settings: told(settings, peer, False)  # noqa: E731
        server = serve(handler, "127.0.0.1", 0, extensions=[factory], **OPTIONS)
        print(f"listening on {server.socket.getsockname()[1]}", flush=True)
        threading.Thread(target=server.serve_forever, daemon=True).start()
    time.sleep(LONGEST)


if __name__ == "__main__":
    be_client(sys.argv[2], json.loads(sys.argv[3])) if sys.argv[1] == "client" else be_server(json.loads(sys.argv[2]))
