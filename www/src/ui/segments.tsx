/** One of a few, side by side. */

import { useId } from 'preact/hooks';

interface SegmentsProps<Option extends string> {
  readonly legend: string;
  readonly options: readonly Option[];
  readonly value: Option;
  readonly onChange: (option: Option) => void;
  /** What an option is called, if not by its own name. */
  readonly names?: Partial<Readonly<Record<Option, string>>>;
}

export function Segments<Option extends string>({
  legend,
  options,
  value,
  onChange,
  names = {},
}: SegmentsProps<Option>) {
  const group = useId();
  return (
    <fieldset class="segments">
      <legend class="visually-hidden">{legend}</legend>
      {options.map((option) => (
        <label key={option}>
          <input
            type="radio"
            name={group}
            value={option}
            checked={option === value}
            onChange={() => onChange(option)}
          />
          <span>{names[option] ?? option}</span>
        </label>
      ))}
    </fieldset>
  );
}
