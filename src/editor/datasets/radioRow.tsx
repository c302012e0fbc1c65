// Radio buttons in a row.
import { useId } from 'preact/hooks'

interface RadioRowProps {
  label: string
  value: string
  /** Labels by value. */
  choices: Record<string, string>
  onValue: (value: string) => void
}

export function RadioRow({ label, value, choices, onValue }: RadioRowProps) {
  const name = useId()
  return (
    <fieldset class="bare choice">
      <legend class="label">{label}</legend>
      <div class="segments">
        {Object.entries(choices).map(([key, text]) => (
          <label key={key}>
            <input
              type="radio"
              name={name}
              value={key}
              checked={key === value}
              onChange={() => onValue(key)}
            />
            <span>{text}</span>
          </label>
        ))}
      </div>
    </fieldset>
  )
}
