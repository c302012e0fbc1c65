// Switches: alone, and in a row after a label.
import { useId } from 'preact/hooks'

interface SwitchInputProps {
  id?: string
  checked: boolean
  onChecked: (checked: boolean) => void
}

export const SwitchInput = ({ onChecked, ...rest }: SwitchInputProps) => (
  <input
    {...rest}
    class="switch"
    type="checkbox"
    role="switch"
    onChange={(event) => onChecked(event.currentTarget.checked)}
  />
)

export function Switch({ label, ...rest }: SwitchInputProps & { label: string }) {
  const id = useId()
  return (
    <div class="param inline">
      <div class="label">
        <label for={id}>{label}</label>
      </div>
      <SwitchInput id={id} {...rest} />
    </div>
  )
}
