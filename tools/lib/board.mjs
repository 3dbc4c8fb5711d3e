// Says what is under way and for how long: one line rewritten on a terminal, a line every 15 s elsewhere.

const tty = process.stdout.isTTY === true && process.env.CI === undefined;
const active = new Map();
let timer;

/** Announces a step. `line` feeds it the program's last line of output, `end` closes it. */
export function begin(name, usualSeconds) {
  const step = { started: Date.now(), usualSeconds, last: '' };
  say(`… ${name} (usually about ${duration(usualSeconds)})`);
  active.set(name, step);
  timer ??= setInterval(beat, tty ? 500 : 15_000);
  return {
    line(text) {
      if (text.trim()) step.last = text.trim();
    },
    end(ok) {
      active.delete(name);
      say(`${ok ? '✓' : '✗'} ${name}, ${duration((Date.now() - step.started) / 1000)}`);
      if (active.size === 0) timer = clearInterval(timer);
    },
  };
}

/** 95 → "1 min 35 s" */
export function duration(seconds) {
  const whole = Math.round(seconds);
  if (whole < 1) return `${seconds.toFixed(1)} s`;
  return whole < 90 ? `${whole} s` : `${Math.floor(whole / 60)} min ${whole % 60} s`;
}

function say(line) {
  if (tty) process.stdout.write('\r\x1b[K');
  process.stdout.write(`${line}\n`);
}

function beat() {
  const states = [...active].map(([name, { started, usualSeconds, last }]) => {
    const elapsed = duration((Date.now() - started) / 1000);
    return `${name}: ${elapsed} of about ${duration(usualSeconds)}${last ? `, ${last}` : ''}`;
  });
  if (!tty) return states.forEach((state) => void say(`  ${state.slice(0, 118)}`));
  const line = `  ${states.join(' | ')}`.slice(0, (process.stdout.columns ?? 80) - 1);
  process.stdout.write(`\r\x1b[K${line}`);
}
