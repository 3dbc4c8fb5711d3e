/** Arrow keys between rows, of which one at a time is in the order of Tab. */

const STEPS: Readonly<Record<string, (at: number, last: number) => number>> = {
  ArrowUp: (at) => at - 1,
  ArrowDown: (at) => at + 1,
  PageUp: (at) => at - 10,
  PageDown: (at) => at + 10,
  Home: () => 0,
  End: (_, last) => last,
};

/** Moves the focus from the row that has it, if the key says so. */
export function moveFocus(event: KeyboardEvent, container: HTMLElement | null, selector: string): void {
  const step = STEPS[event.key];
  if (container === null || step === undefined || event.altKey || event.ctrlKey || event.metaKey) return;
  const rows = [...container.querySelectorAll<HTMLElement>(selector)];
  const at = event.target instanceof HTMLElement ? rows.indexOf(event.target) : -1;
  if (at < 0) return;
  event.preventDefault();
  const last = rows.length - 1;
  rows[Math.min(Math.max(step(at, last), 0), last)]?.focus();
}
