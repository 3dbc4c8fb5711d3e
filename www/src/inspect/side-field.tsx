/** Who sent bytes that do not tell: a label and its field. */

import type { Reading } from './session.js';

interface SideFieldProps {
  readonly reading: Reading;
  readonly onReading: (reading: Reading) => void;
}

export function SideField({ reading, onReading }: SideFieldProps) {
  return (
    <>
      <label for="side">Sent by</label>
      <select
        id="side"
        value={reading.side}
        onChange={({ currentTarget }) => onReading({ ...reading, side: currentTarget.value as Reading['side'] })}
      >
        <option value="">whoever masks so</option>
        <option value="client">the client</option>
        <option value="server">the server</option>
      </select>
    </>
  );
}
