/** Lets `using` free an object, where the runtime has `Symbol.dispose`. */
export function dispose(disposable: { prototype: { free(): void } }): void {
  const { dispose } = Symbol as { dispose?: symbol };
  if (dispose === undefined) return;
  Object.defineProperty(disposable.prototype, dispose, {
    value: disposable.prototype.free,
    configurable: true,
    writable: true,
  });
}
