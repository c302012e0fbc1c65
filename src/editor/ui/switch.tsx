// A switch in a row of its own, after its label.
import { useId } from 'preact/hooks'

interface Props {
  label: string
  checked: boolean
  onChecked: (checked: boolean) => void
}

export function Switch({ label, checked, onChecked }: Props) {
  const id = useId()
  return (
    <div class="param inline">
      <div class="label">
        <label for={id}>{label}</label>
      </div>
      <input
        id={id}
        class="switch"
        type="checkbox"
        role="switch"
        checked={checked}
        onChange={(event) => onChecked(event.currentTarget.checked)}
      />
    </div>
  )
}
