/** What comes after the first capture is decoded: the codec, and all that is made of it. */

export { BuildView } from './build/build-view.js';
export { HandshakeView } from './handshake/handshake-view.js';
export { ConnectionCard } from './inspect/connection-card.js';
export { ShareDialog } from './inspect/export/share-dialog.js';
export { PasteDialog } from './inspect/paste-dialog.js';
export { ReadAsDialog } from './inspect/read-as-dialog.js';
export { laterSamples } from './inspect/samples-later.js';
export { PlaygroundView } from './playground/playground-view.js';
