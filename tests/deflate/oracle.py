"""Compresses and inflates messages with zlib, for tests/deflate_oracle.rs.

Requests on stdin: a byte for what to do, four for the length of what follows, little-endian. Answers on stdout: a byte
that is 0 if it worked, and again a length and as many bytes.

    C  new compressor: level, window bits, memory level, strategy, whether without takeover (a byte each)
    I  new inflater: window bits, whether without takeover
    c  compress a fragment; m  compress the last one, or a whole message; f  the same, but end with a final block
    i  inflate a message; b  inflate what may be broken, without the tail
    d  how far a message refers back, by a decoder that is not zlib's
"""

import struct
import sys
import zlib

TAIL = b"\x00\x00\xff\xff"


class Compressor:
    def __init__(self, level, bits, memory, strategy, off):
        self.settings = (level, zlib.DEFLATED, -bits, memory, strategy)
        self.off = off
        self.history = b""
        self.stream = zlib.compressobj(*self.settings)

    def compress(self, data, fin, final=False):
        self.history = (self.history + data)[-32768:]
        payload = self.stream.compress(data)
        if final:
            # The message's last block has BFINAL; the history goes on in another stream.
            payload += self.stream.flush(zlib.Z_FINISH)
            self.stream = zlib.compressobj(*self.settings, zdict=self.history)
        else:
            payload += self.stream.flush(zlib.Z_SYNC_FLUSH)
            if fin:
                payload = payload[:-4] if payload else b"\x00"
        if fin and self.off:
            self.stream = zlib.compressobj(*self.settings)
            self.history = b""
        return payload


class Inflater:
    def __init__(self, bits, off):
        self.bits = bits
        self.off = off
        self.history = b""
        self.stream = zlib.decompressobj(-bits)

    def feed(self, payload):
        message = b""
        # Little room, so that a window of less than 32 KiB is not helped out much by what has just been produced.
        room = 1 << self.bits
        while True:
            piece = self.stream.decompress(payload, room)
            message += piece
            self.history = (self.history + piece)[-32768:]
            if self.stream.eof:
                payload = self.stream.unused_data
                self.stream = zlib.decompressobj(-self.bits, zdict=self.history[-room:])
            else:
                payload = self.stream.unconsumed_tail
            if not payload and len(piece) < room:
                return message

    def inflate(self, payload):
        message = self.feed(payload + TAIL)
        if self.off:
            self.stream = zlib.decompressobj(-self.bits)
            self.history = b""
        return message


LENGTHS = [(3 + i, 0) for i in range(8)]
for extra in range(1, 6):
    for _ in range(4):
        base, before = LENGTHS[-1]
        LENGTHS.append((base + (1 << before), extra))
LENGTHS = LENGTHS[:28] + [(258, 0)]
DISTANCES = [(1, 0), (2, 0), (3, 0), (4, 0)]
for extra in range(1, 14):
    for _ in range(2):
        base, before = DISTANCES[-1]
        DISTANCES.append((base + (1 << before), extra))


class Bits:
    def __init__(self, data):
        self.data = data + bytes(8)
        self.at = 0
        self.end = len(data) * 8

    def take(self, count):
        byte = self.at >> 3
        value = int.from_bytes(self.data[byte : byte + 4], "little") >> (self.at & 7) & (1 << count) - 1
        self.at += count
        return value

    def align(self):
        self.at = (self.at + 7) // 8 * 8

    def symbol(self, code):
        prefix = 1
        while True:
            prefix = prefix << 1 | self.take(1)
            if prefix in code:
                return code[prefix]
            if prefix >> 15 or self.at > self.end:
                raise ValueError("no such code")


def code_of(lengths):
    """From codes, each behind a one, to symbols (RFC 1951 §3.2.2)."""
    code, value = {}, 0
    for length in range(1, 16):
        for symbol, other in enumerate(lengths):
            if other == length:
                code[1 << length | value] = symbol
                value += 1
        value <<= 1
    return code


FIXED = (code_of([8] * 144 + [9] * 112 + [7] * 24 + [8] * 8), code_of([5] * 30))


def dynamic(bits):
    literals, distances, count = bits.take(5) + 257, bits.take(5) + 1, bits.take(4) + 4
    lengths = [0] * 19
    for symbol in (16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15)[:count]:
        lengths[symbol] = bits.take(3)
    code, lengths = code_of(lengths), []
    while len(lengths) < literals + distances:
        symbol = bits.symbol(code)
        if symbol < 16:
            lengths.append(symbol)
        elif symbol == 16:
            lengths += [lengths[-1]] * (3 + bits.take(2))
        elif symbol == 17:
            lengths += [0] * (3 + bits.take(3))
        else:
            lengths += [0] * (11 + bits.take(7))
    return code_of(lengths[:literals]), code_of(lengths[literals:])


def farthest(payload):
    """The largest distance of any match."""
    bits, largest = Bits(payload + TAIL), 0
    while bits.at + 7 < bits.end:
        last, kind = bits.take(1), bits.take(2)
        if kind == 0:
            bits.align()
            length = bits.take(16)
            bits.at += 16 + 8 * length
        else:
            literals, distances = FIXED if kind == 1 else dynamic(bits)
            while (symbol := bits.symbol(literals)) != 256:
                if symbol > 256:
                    bits.take(LENGTHS[symbol - 257][1])
                    base, extra = DISTANCES[bits.symbol(distances)]
                    largest = max(largest, base + bits.take(extra))
        if last:
            bits.align()
    return largest


def main():
    stdin, stdout = sys.stdin.buffer, sys.stdout.buffer
    compressor = inflater = None
    while head := stdin.read(5):
        what, length = struct.unpack("<cI", head)
        data = stdin.read(length)
        status, answer = 0, b""
        try:
            if what == b"C":
                compressor = Compressor(*data)
            elif what == b"I":
                inflater = Inflater(*data)
            elif what in (b"c", b"m", b"f"):
                answer = compressor.compress(data, what != b"c", what == b"f")
            elif what == b"i":
                answer = inflater.inflate(data)
            elif what == b"b":
                answer = inflater.feed(data)
            elif what == b"d":
                answer = struct.pack("<I", farthest(data))
        except (zlib.error, ValueError, KeyError, IndexError) as error:
            status, answer = 1, str(error).encode()
        stdout.write(struct.pack("<BI", status, len(answer)) + answer)
        stdout.flush()


main()
