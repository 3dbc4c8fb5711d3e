/** What comes after the first capture is decoded: the codec, and all that is made of it. */

export { BuildView } from './build/build-view.js';
export { HandshakeView } from './handshake/handshake-view.js';
export { ConnectionCard } from './inspect/connection-card.js';
export { laterSamples } from './inspect/samples-later.js';
export { asPcap, structureOnly } from './inspect/structure.js';
export { PlaygroundView } from './playground/playground-view.js';
