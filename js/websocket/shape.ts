/** Makes a class look as one of the platform's does (Web IDL), whatever a minifier has made of its name. */

/**
 * Gives a class its name and its tag, the number of arguments that its constructor must have, and members that are enumerable.
 */
export function shapeAsInterface(Class: { readonly prototype: object }, name: string, required: number): void {
  const { prototype } = Class;
  for (const member of Object.getOwnPropertyNames(prototype)) {
    if (member !== 'constructor') Object.defineProperty(prototype, member, { enumerable: true });
  }
  Object.defineProperty(Class, 'name', { value: name, configurable: true });
  Object.defineProperty(Class, 'length', { value: required, configurable: true });
  Object.defineProperty(prototype, Symbol.toStringTag, { value: name, configurable: true });
}
