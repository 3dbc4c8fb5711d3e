/** Everything that a user of `sansocket/inspect` imports, whichever way the WebAssembly module is had. */

export { UsageError, type UsageErrorCode } from '../errors.js';
export type { Bytes } from '../types.js';
export { Capture, type CaptureOptions, type FrameLayer, openCapture } from './capture.js';
export { catalogue as rules, type Level, type Rule } from './catalogue.js';
export type { ReadingOptions, RecordOptions, RecordType } from './engine.js';
export { FilterError } from './filter-error.js';
export { type AbortSignalLike, Inspection, type InspectOptions, inspect } from './inspect.js';
export { Inspector, type InspectorOptions, type Sender } from './inspector.js';
export { type LintOptions, type LintReport, lint, type StatsOptions, stats } from './lint.js';
export { payloadBytes } from './payload.js';
export type * from './records.js';
export { redact } from './redact.js';
export type { FrameDetail, FrameField, FrameRow } from './rows.js';
export type { BothSides, ByteBlob, ByteSource, ByteStream, CaptureSource } from './source.js';
export type * from './stats.js';
