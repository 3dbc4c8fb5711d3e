// Chromium's log of its network, reduced to WebSockets: the whole one tells much about a machine and its browser.

const wanted = [
  'SOCKET_BYTES_SENT',
  'SOCKET_BYTES_RECEIVED',
  'SSL_SOCKET_BYTES_SENT',
  'SSL_SOCKET_BYTES_RECEIVED',
  'WEBSOCKET_SENT_FRAME_HEADER',
  'WEBSOCKET_RECV_FRAME_HEADER',
  'HTTP_STREAM_REQUEST_BOUND_TO_JOB',
  'SOCKET_POOL_BOUND_TO_SOCKET',
];

const pick = (from, names) =>
  Object.fromEntries(names.filter((name) => name in from).map((name) => [name, from[name]]));

/** The log with the events of the sockets on which a WebSocket was asked for, of the requests for them, and no other. */
export function reduced(log) {
  const { constants, events } = JSON.parse(log);
  const types = pick(constants.logEventTypes, wanted);
  const nameOf = new Map(Object.entries(types).map(([name, number]) => [number, name]));
  const known = events.filter(({ type }) => nameOf.has(type));
  const named = (event, ...names) => names.includes(nameOf.get(event.type));
  const asks = ({ params }) => Buffer.from(params?.bytes ?? '', 'base64').includes('Sec-WebSocket-Key');
  const ids = (list) => new Set(list.map(({ source }) => source.id));
  const from = (event) => event.params?.source_dependency?.id;

  const sockets = ids(
    known.filter((event) => named(event, 'SOCKET_BYTES_SENT', 'SSL_SOCKET_BYTES_SENT') && asks(event)),
  );
  const jobs = ids(known.filter((event) => named(event, 'SOCKET_POOL_BOUND_TO_SOCKET') && sockets.has(from(event))));
  const requests = ids(
    known.filter((event) => named(event, 'HTTP_STREAM_REQUEST_BOUND_TO_JOB') && jobs.has(from(event))),
  );
  const kept = known.filter(({ source }) => [sockets, jobs, requests].some((set) => set.has(source.id)));
  const sources = new Set(kept.map(({ source }) => source.type));
  const head = {
    ...pick(constants, ['logCaptureMode', 'logFormatVersion', 'timeTickOffset', 'logEventPhase']),
    logEventTypes: types,
    logSourceType: Object.fromEntries(Object.entries(constants.logSourceType).filter(([, type]) => sources.has(type))),
  };
  const lines = kept.map((event) => JSON.stringify(event)).join(',\n');
  return `{"constants":${JSON.stringify(head)},\n"events": [\n${lines}]}\n`;
}
