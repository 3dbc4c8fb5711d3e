/** What a refusal says beside its status and its header fields, and when that is all. */

import type { HandshakeResponse } from 'sansocket';
import { ChunkedEnd, isChunked } from './chunked-end.js';

/** Milliseconds that the body of a refusal may take: its status is known already. */
export const BODY_TIMEOUT = 2_000;

/** The body of a refusal whose end the handshake does not know yet. */
export class RefusalBody {
  readonly #chunks: ChunkedEnd | undefined;
  readonly #isRedirect: boolean;

  /** `response`: what there is of it. */
  constructor(response: HandshakeResponse) {
    this.#isRedirect = isRedirect(response);
    if (!isChunked(codingsOf(response))) return;
    this.#chunks = new ChunkedEnd();
    this.#chunks.push(response.body);
  }

  /** Whether nothing more of interest will come. Without chunks only the end of the connection tells. */
  get isWhole(): boolean {
    return this.#isRedirect || this.#chunks?.isReached === true;
  }

  /** Takes the bytes that came next. */
  push(bytes: Uint8Array): void {
    this.#chunks?.push(bytes);
  }
}

/** Whether a refusal says where to go (RFC 9110 §15.4): beside that it is for people who cannot be sent there. */
function isRedirect({ status, headers }: HandshakeResponse): boolean {
  return status >= 300 && status <= 399 && headers.some(([name]) => name.toLowerCase() === 'location');
}

function codingsOf({ headers }: HandshakeResponse): string {
  const fields = headers.filter(([name]) => name.toLowerCase() === 'transfer-encoding');
  return fields.map(([, value]) => value).join(', ');
}
