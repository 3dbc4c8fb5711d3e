// The package as this page uses it; the only file that knows where it is served.

export { acceptKey, version } from '/pkg/index.js';
export { fieldsOf, unmaskedPayload } from '/pkg/inspect/fields.js';
export { closeName, opcodeName } from '/pkg/inspect/names.js';
export { bytesOfText } from '/pkg/inspect/notation.js';
export { StreamReader } from '/pkg/inspect/reader.js';
export { sectionName } from '/pkg/inspect/violation.js';
export { hexOf, visible, visibleBytes } from '/pkg/inspect/visible.js';
