export { acceptKey, version } from '../pkg/index.js';
export { type Field, fieldsOf, unmaskedPayload } from '../pkg/inspect/fields.js';
export type { Head } from '../pkg/inspect/head.js';
export { closeName, opcodeName } from '../pkg/inspect/names.js';
export { bytesOfText, type NotationError } from '../pkg/inspect/notation.js';
export { type BrokenFrame, type Item, type ReadFrame, StreamReader } from '../pkg/inspect/reader.js';
export { sectionName, type Violation } from '../pkg/inspect/violation.js';
export { hexOf, visible, visibleBytes } from '../pkg/inspect/visible.js';
