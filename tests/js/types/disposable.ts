// Compiled, never run, where the library has `Disposable`.

import { ClientHandshake, Connection, FrameDecoder, ServerHandshake } from 'sansocket';
import { Inspector, openCapture } from 'sansocket/inspect';

export async function dispose(): Promise<void> {
  using connection = new Connection({ role: 'client' });
  using decoder = new FrameDecoder();
  using client = new ClientHandshake({ host: 'h' });
  using server = new ServerHandshake({ origins: 'any' });
  using inspector = new Inspector();
  using capture = await openCapture(new Uint8Array());
  inspector satisfies Disposable;
  capture satisfies Disposable;
  for (const object of [connection, decoder, client, server]) object satisfies Disposable;
}
