/** The bytes of a `BufferSource` (Web IDL), not copied; `undefined` for anything else. */
export function bytesOf(data: unknown): Uint8Array | undefined {
  const view = ArrayBuffer.isView(data)
    ? new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
    : /^\[object (Shared)?ArrayBuffer\]$/.test(Object.prototype.toString.call(data))
      ? new Uint8Array(data as ArrayBuffer)
      : undefined;
  if (view === undefined) return undefined;
  const { buffer } = view as { buffer: ArrayBufferLike & { resizable?: boolean; growable?: boolean } };
  if (Object.prototype.toString.call(buffer) === '[object SharedArrayBuffer]') {
    throw new TypeError('"data" expected memory that is not shared');
  }
  if (buffer.resizable === true) throw new TypeError('"data" expected memory that cannot be resized');
  return view;
}
