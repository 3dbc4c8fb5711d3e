// A server of the bench: tells its port, and its processor time when asked.

process.on('SIGTERM', () => process.exit());
export function report(server) {
  server.listen(0, '127.0.0.1', () => process.send(server.address().port));
  process.on('message', () => {
    const { user, system } = process.cpuUsage();
    process.send(user + system);
  });
}
