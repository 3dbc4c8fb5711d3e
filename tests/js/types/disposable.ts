// Compiled, never run, where the library has `Disposable`.

import { ClientHandshake, Connection, FrameDecoder, ServerHandshake } from 'sansocket';

export function dispose(): void {
  using connection = new Connection({ role: 'client' });
  using decoder = new FrameDecoder();
  using client = new ClientHandshake({ host: 'h' });
  using server = new ServerHandshake({ origins: 'any' });
  for (const object of [connection, decoder, client, server]) object satisfies Disposable;
}
