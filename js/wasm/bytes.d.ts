/** The module codec.wasm in base64. The build writes bytes.js. */
export declare const base64: string;
