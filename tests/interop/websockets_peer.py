"""The Python package websockets as a peer of an echo, in either role.

    websockets_peer.py client URL    connects to an echo server, again and again
    websockets_peer.py server        prints "listening on PORT"; each path is another conversation with an echo client

One line for each conversation: "ok NAME", or "not ok NAME" and why. The client ends with 1 if any was not ok.
"""

import sys
import threading
import time

from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import connect
from websockets.sync.server import serve

OPTIONS = {"max_size": None, "open_timeout": 60, "close_timeout": 60}
# The server does not live longer than its test.
LONGEST = 120
SIZES = [0, 1, 125, 126, 127, 65_535, 65_536, 70_000, 1 << 20, 16 << 20]


def text(size):
    pattern = "aé日😀"
    whole = size // len(pattern.encode())
    return pattern * whole + "z" * (size - whole * len(pattern.encode()))


def same(received, expected):
    # Not as assert ==: nobody wants to see 16 MiB.
    assert type(received) is type(expected), type(received)
    assert len(received) == len(expected), (len(received), len(expected))
    assert received == expected, "the content differs"


def messages(peer):
    for size in SIZES:
        for message in [bytes(i & 0xFF for i in range(min(size, 256))) * (size // 256 + 1), text(size)]:
            message = message[:size] if isinstance(message, bytes) else message
            peer.send(message)
            same(peer.recv(), message)


def fragments(peer):
    for parts in [["Hé", "", "日本", "😀"], [b"\x00" * 70_000, b"\x01", b"", b"\x02" * 200]]:
        peer.send(parts)
        same(peer.recv(), type(parts[0])().join(parts))


def pings(peer):
    for payload in [b"", b"ping", b"x" * 125]:
        assert peer.ping(payload).wait(60), "no pong"


def bad_text(peer):
    peer.send(b"a\xff", text=True)
    fails_with(peer, 1007, "")


def fails_with(peer, code, reason):
    try:
        peer.recv(60)
    except ConnectionClosed as closed:
        assert (closed.rcvd.code, closed.rcvd.reason) == (code, reason), closed
    else:
        raise AssertionError("a message")


def close(code, reason):
    def conversation(peer):
        peer.close(code, reason)
        assert peer.protocol.close_rcvd.code == code, peer.protocol.close_rcvd
        assert peer.protocol.close_rcvd_then_sent is False

    return conversation


CONVERSATIONS = {
    "messages": messages,
    "fragments": fragments,
    "pings": pings,
    "bad text": bad_text,
    **{f"close {code}": close(code, reason) for code, reason in [(1000, ""), (1011, "é" * 61), (4999, "bye")]},
}


def told(name, conversation, *arguments):
    """Whether it went well."""
    try:
        conversation(*arguments)
    except Exception as error:
        print(f"not ok {name}: {error!r}", flush=True)
        return False
    print(f"ok {name}", flush=True)
    return True


def be_client(url):
    def converse(conversation):
        with connect(url, **OPTIONS) as peer:
            conversation(peer)

    def subprotocol():
        with connect(url, subprotocols=["chat", "echo"], **OPTIONS) as peer:
            assert peer.subprotocol == "echo", peer.subprotocol

    def refusal():
        try:
            connect(url + "nope", **OPTIONS)
        except InvalidStatus as error:
            assert error.response.status_code == 404, error
            assert error.response.body == b"Only / is served here.\n", error.response.body
        else:
            raise AssertionError("it was accepted")

    results = [told(name, converse, conversation) for name, conversation in CONVERSATIONS.items()]
    results += [told("subprotocol", subprotocol), told("refusal", refusal)]
    sys.exit(0 if all(results) else 1)


def be_server():
    def name(request):
        return request.path.removeprefix("/").replace("_", " ")

    def process_request(peer, request):
        if name(request) not in CONVERSATIONS:
            return peer.respond(403, "not for you\n")

    def handler(peer):
        told(name(peer.request), CONVERSATIONS[name(peer.request)], peer)

    with serve(handler, "127.0.0.1", 0, process_request=process_request, **OPTIONS) as server:
        print(f"listening on {server.socket.getsockname()[1]}", flush=True)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        time.sleep(LONGEST)


if __name__ == "__main__":
    be_client(sys.argv[2]) if sys.argv[1] == "client" else be_server()
