const ignore = () => {};

/** Does what ends a transport. What that says changes nothing any more, whether it throws or rejects. */
export function quietly(act: () => unknown): void {
  new Promise((resolve) => resolve(act())).catch(ignore);
}
