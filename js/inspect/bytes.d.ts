/** The module inspector.wasm in base64. The build writes bytes.js. */
export declare const base64: string;
