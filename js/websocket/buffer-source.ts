/** The bytes of a buffer or a view, whatever its memory, not copied; `undefined` for anything else. */
export function viewOf(data: unknown): Uint8Array | undefined {
  if (ArrayBuffer.isView(data)) return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  const isBuffer = /^\[object (Shared)?ArrayBuffer\]$/.test(Object.prototype.toString.call(data));
  return isBuffer ? new Uint8Array(data as ArrayBuffer) : undefined;
}

/** The bytes of a `BufferSource` (Web IDL), not copied; none of what is detached. `undefined` for anything else. */
export function bytesOf(data: unknown): Uint8Array | undefined {
  let view: Uint8Array | undefined;
  try {
    view = viewOf(data);
  } catch {
    // Nothing else lets the view fail.
    return new Uint8Array();
  }
  if (view === undefined) return undefined;
  const { buffer } = view as { buffer: ArrayBufferLike & { resizable?: boolean; growable?: boolean } };
  if (Object.prototype.toString.call(buffer) === '[object SharedArrayBuffer]') {
    throw new TypeError('"data" expected memory that is not shared');
  }
  if (buffer.resizable === true) throw new TypeError('"data" expected memory that cannot be resized');
  return view;
}
