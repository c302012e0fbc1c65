// Form controls of params.
import { englishText } from '../../engine/base/catalogue.ts'
import {
  isNumeric,
  readControlValue,
  readTypedNumber,
  type ControlSpec,
} from '../../workflow/controlSpec.ts'
import type { FigureControl } from './workflow.ts'

/** Creates labelled controls. `onChange` receives each value that the user chose. */
export const createControls = (
  controls: readonly FigureControl[],
  onChange: (key: string, value: unknown) => void,
): HTMLElement[] =>
  controls.map((control) => {
    const label = document.createElement('label')
    const name = document.createElement('span')
    name.textContent = control.key
    name.title = control.about
    const field = createField(control)
    field.addEventListener('change', () => {
      const value = readField(field, control.control)
      if (value !== undefined) onChange(control.key, value)
    })
    label.append(name, field)
    return label
  })

type Field = HTMLInputElement | HTMLSelectElement

function createField({ control, value, key }: FigureControl): Field {
  const field = control.kind === 'choice' ? createSelect(control.choices) : createInput(control)
  field.name = key
  if (isSwitch(field)) field.checked = value === true
  else field.value = String(value ?? '')
  return field
}

function createSelect(choices: readonly string[]): HTMLSelectElement {
  const select = document.createElement('select')
  for (const choice of choices) select.add(new Option(choice, choice))
  return select
}

function createInput(control: ControlSpec): HTMLInputElement {
  const input = document.createElement('input')
  if (control.kind === 'boolean') input.type = 'checkbox'
  // A field of type number accepts no arithmetic.
  if (isNumeric(control)) input.inputMode = 'decimal'
  return input
}

const isSwitch = (field: Field): field is HTMLInputElement => field.type === 'checkbox'

/** Returns the value of a field. For a text that is none, shows the reason and returns undefined. */
function readField(field: Field, control: ControlSpec): unknown {
  if (isSwitch(field)) return field.checked
  if (!isNumeric(control)) return readControlValue(control, field.value)
  const { value, problem } = readTypedNumber(control, field.value)
  field.setCustomValidity(problem ? englishText(problem) : '')
  field.reportValidity()
  if (value !== undefined) field.value = String(value)
  return value
}
