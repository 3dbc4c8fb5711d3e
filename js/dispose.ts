/** Lets `using` free an object, where the runtime has `Symbol.dispose`. */
export function dispose(constructor: { prototype: { free(): void } }): void {
  const { dispose } = Symbol as { dispose?: symbol };
  if (dispose === undefined) return;
  Object.defineProperty(constructor.prototype, dispose, {
    value: constructor.prototype.free,
    configurable: true,
    writable: true,
  });
}
