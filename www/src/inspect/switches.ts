/** What the list shows, beside the expression of the filter. */
export interface Switches {
  readonly opcode: '' | 'text' | 'binary' | 'control';
  readonly direction: '' | 'c2s' | 's2c';
  readonly onlyViolations: boolean;
  readonly hideControl: boolean;
  readonly unit: 'frames' | 'messages';
}

export const noSwitches: Switches = {
  opcode: '',
  direction: '',
  onlyViolations: false,
  hideControl: false,
  unit: 'frames',
};
