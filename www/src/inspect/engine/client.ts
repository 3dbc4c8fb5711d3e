/** The worker as the page has it: one at a time for each capture, with its calls as promises. */

import type { CallName, Calls, FromWorker, ToWorker } from './protocol.js';

let code: Blob | undefined;
let engine: WebAssembly.Module | undefined;

/** Takes the program of workers and the engine, while the page may still fetch them. */
export async function loadEngine(program: Promise<Response>, module: Promise<Response>): Promise<void> {
  const [text, wasm] = await Promise.all([program.then(textOf), module.then(bytesOf)]);
  code = new Blob([text], { type: 'text/javascript' });
  engine = await WebAssembly.compile(wasm);
}

async function textOf(response: Response): Promise<string> {
  if (!response.ok) throw new Error(`${response.url}: HTTP status ${response.status}`);
  return response.text();
}

async function bytesOf(response: Response): Promise<ArrayBuffer> {
  if (!response.ok) throw new Error(`${response.url}: HTTP status ${response.status}`);
  return response.arrayBuffer();
}

type Waiting = { readonly resolve: (result: unknown) => void; readonly reject: (error: Error) => void };

export class EngineClient {
  readonly #worker: Worker;
  readonly #waiting = new Map<number, Waiting>();
  #calls = 0;
  #ended: Error | undefined;
  /** Called while a capture is read. */
  onProgress: (progress: Extract<FromWorker, { type: 'progress' }>) => void = () => {};
  /** Called when the worker can do nothing any more. */
  onCrash: (error: Error) => void = () => {};

  constructor() {
    this.#worker = spare ?? startWorker();
    spare = undefined;
    // The next capture does not wait for its worker to start.
    setTimeout(() => {
      spare ??= startWorker();
    }, SPARE_AFTER);
    this.#worker.addEventListener('message', ({ data }: MessageEvent<FromWorker>) => this.#take(data));
    this.#worker.addEventListener('error', (event) => {
      event.preventDefault();
      const error = new Error(`The engine stopped: ${event.message || 'out of memory'}.`);
      this.#fail(error);
      this.onCrash(error);
    });
  }

  call<Name extends CallName>(name: Name, ...args: Calls[Name]['args']): Promise<Calls[Name]['result']> {
    if (this.#ended !== undefined) return Promise.reject(this.#ended);
    this.#calls += 1;
    const id = this.#calls;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve: resolve as (result: unknown) => void, reject });
      this.#send({ type: 'call', id, name, args });
    });
  }

  close(): void {
    this.#worker.terminate();
    this.#fail(new Error('the capture was closed'));
  }

  #send(message: ToWorker): void {
    this.#worker.postMessage(message);
  }

  #take(message: FromWorker): void {
    if (message.type === 'progress') {
      this.onProgress(message);
      return;
    }
    const waiting = this.#waiting.get(message.id);
    this.#waiting.delete(message.id);
    if (message.type === 'result') waiting?.resolve(message.result);
    else waiting?.reject(new Error(message.text));
  }

  #fail(error: Error): void {
    this.#ended ??= error;
    for (const { reject } of this.#waiting.values()) reject(error);
    this.#waiting.clear();
  }
}

/** A worker that has started, and has nothing to do yet. */
let spare: Worker | undefined;

/** Milliseconds after which there is one, when the capture before it has been drawn. */
const SPARE_AFTER = 1500;

function startWorker(): Worker {
  if (code === undefined || engine === undefined) throw new Error('the engine was not loaded');
  // A worker from a blob inherits the policy of the page (CSP 3 §4.3); one from an address would have its own.
  const url = URL.createObjectURL(code);
  const worker = new Worker(trusted(url));
  worker.postMessage({ type: 'start', module: engine } satisfies ToWorker);
  return worker;
}

interface TrustedTypes {
  createPolicy(
    name: string,
    rules: { createScriptURL: (url: string) => string },
  ): {
    createScriptURL(url: string): string;
  };
}

/** Where the browser asks for it, an address of code has to come from a policy; this one lets only our blobs through. */
const policy = (globalThis as { trustedTypes?: TrustedTypes }).trustedTypes?.createPolicy('worker', {
  createScriptURL: (url) => {
    if (!url.startsWith('blob:')) throw new TypeError('only blobs of this page are workers');
    return url;
  },
});

const trusted = (url: string): string => policy?.createScriptURL(url) ?? url;
