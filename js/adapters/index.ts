/** `sansocket/adapters`: transports out of what platforms hand out. */

export { createTransport } from '../websocket/source.js';
