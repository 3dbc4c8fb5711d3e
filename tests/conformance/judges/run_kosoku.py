"""kosoku as the judge: run_kosoku.py ROLE ADDRESS OUTDIR CASE...

ROLE is the one of the implementation that is judged: for a "server" this connects to ADDRESS, for a "client" it listens
there, on the loopback address. Each CASE is an id, or a beginning with `*`. Ends with the run; the verdicts are in
OUTDIR/index.json, and no failed case makes this fail.
"""

import sys
import time

from kosoku import _caseindex, _cli


def adapt_compression_cases():
    """What the groups 12 and 13 need with kosoku 0.1.0.

    - The cases hash a message, which takes bytes. An uncompressed text message arrives as str: it is encoded for them.
    - The cases that use client_no_context_takeover are UNIMPLEMENTED for a client that does not name it. All clients have to
      support it (RFC 7692 section 7.1.1.2), so every offer is given to them as if it did.
    """
    _caseindex.initialize_shims()
    import case12_x_x
    from autobahn.websocket.compress import PerMessageDeflateOffer

    def encoded(on_message):
        return lambda self, message, binary: on_message(
            self, message.encode("utf-8") if isinstance(message, str) else message, binary
        )

    def able(offer):
        return PerMessageDeflateOffer(
            acceptNoContextTakeover=True,
            acceptMaxWindowBits=offer.acceptMaxWindowBits,
            requestNoContextTakeover=offer.requestNoContextTakeover,
            requestMaxWindowBits=offer.requestMaxWindowBits,
        )

    def of_able(accept):
        return lambda self, offers: accept(self, [able(offer) for offer in offers])

    for case in case12_x_x.Case12_X_X + case12_x_x.Case13_X_X:
        case.onMessage = encoded(case.onMessage)
        case.SERVER_ACCEPT = of_able(case.SERVER_ACCEPT)


def main():
    role, address, outdir, *cases = sys.argv[1:]
    adapt_compression_cases()
    mode = {"server": "fuzzingclient", "client": "fuzzingserver"}[role]
    sys.argv = ["kosoku", "-m", mode, address, "-o", outdir]
    for case in cases:
        sys.argv += ["-i", case]
    try:
        _cli.main()
    except SystemExit:
        # A verdict that is not OK: whoever reads the report decides on it.
        pass


main()
