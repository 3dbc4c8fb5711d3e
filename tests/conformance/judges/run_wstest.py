# The Autobahn test suite itself as the judge, on Python 2.7: run_wstest.py ROLE ADDRESS OUTDIR AGENT CASE...
# As run_kosoku.py, with the name that a server has in the report.

import sys

from twisted.internet import reactor

from autobahntestsuite import fuzzing, wstest

# It listens everywhere, whatever it is told.
listen = reactor.listenTCP
reactor.listenTCP = lambda port, factory, backlog=50, interface='': listen(port, factory, backlog, '127.0.0.1')

# Pages for people take it longer than many a case.
create_reports = fuzzing.FuzzingFactory.createReports
fuzzing.FuzzingFactory.createReports = lambda self: create_reports(self, produceHtml=False)


def main():
    role, address, outdir, agent = sys.argv[1:5]
    url = 'ws://' + address
    spec = {
        'url': url,
        'servers': [{'agent': agent, 'url': url}],
        'outdir': outdir,
        'cases': sys.argv[5:],
    }
    mode = {'server': 'fuzzingclient', 'client': 'fuzzingserver'}[role]
    wstest.start({'mode': mode, 'debug': False, 'webport': 0, 'wsuri': url}, spec)


main()
