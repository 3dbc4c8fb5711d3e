/** Makes a class look as one of the platform's does (Web IDL). */

/** Gives a class its tag, a constructor with one argument that must be there, and members that are enumerable. */
export function shapeAsInterface(Class: { readonly name: string; readonly prototype: object }): void {
  const { prototype } = Class;
  for (const name of Object.getOwnPropertyNames(prototype)) {
    if (name !== 'constructor') Object.defineProperty(prototype, name, { enumerable: true });
  }
  Object.defineProperty(Class, 'length', { value: 1, configurable: true });
  Object.defineProperty(prototype, Symbol.toStringTag, { value: Class.name, configurable: true });
}
