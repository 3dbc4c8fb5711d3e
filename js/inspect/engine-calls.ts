/** The calls of `inspector.wasm`: numbers only; addresses are those of its memory. `inspector/README.md` says what each does. */

export interface EngineCalls {
  inspector_new(): number;
  inspector_status(self: number): number;
  inspector_reserve(self: number, length: number): number;
  inspector_open(self: number, length: number): number;
  inspector_feed(self: number, length: number, side: number): number;
  inspector_finish(self: number): number;
  inspector_take(self: number, most: number): number;
  inspector_stats(self: number): number;
  inspector_catalogue(self: number): number;
  inspector_filter(self: number, length: number): number;
  inspector_frames(self: number): number;
  inspector_rows(self: number, length: number): number;
  inspector_detail(self: number, n: number): number;
  inspector_layer(self: number, n: number, layer: number): number;
  inspector_connections(self: number): number;
  inspector_match(self: number, from: number, count: number, messages: number): number;
  inspector_timeline(self: number, from: number, to: number, buckets: number): number;
}

export interface EngineExports extends EngineCalls {
  readonly memory: { readonly buffer: ArrayBuffer };
}
