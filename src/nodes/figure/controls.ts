// Form controls of params.
import type { Param } from '../../engine/plan/op.ts'
import { fitNumber, parseNumber } from '../controlSpec.ts'
import type { FigureControl } from './workflow.ts'

/** Greatest seed: they are 32-bit numbers. */
const MAX_SEED = 2 ** 32 - 1

/** Creates labelled controls. `onChange` receives each value that the user chose. */
export const createControls = (
  controls: readonly FigureControl[],
  onChange: (key: string, value: unknown) => void,
): HTMLElement[] =>
  controls.map((control) => {
    const label = document.createElement('label')
    const name = document.createElement('span')
    name.textContent = control.key
    name.title = control.param.about
    const field = createField(control)
    field.addEventListener('change', () => {
      const value = readField(field, control.param)
      if (value !== undefined) onChange(control.key, value)
    })
    label.append(name, field)
    return label
  })

type Field = HTMLInputElement | HTMLSelectElement

function createField({ param, value, key }: FigureControl): Field {
  const field = param.kind === 'choice' ? createSelect(param.choices) : createInput(param)
  field.name = key
  if (param.kind === 'boolean') (field as HTMLInputElement).checked = value === true
  else field.value = String(value ?? '')
  return field
}

function createSelect(choices: readonly string[]): HTMLSelectElement {
  const select = document.createElement('select')
  for (const choice of choices) select.add(new Option(choice, choice))
  return select
}

function createInput(param: Param): HTMLInputElement {
  const input = document.createElement('input')
  switch (param.kind) {
    case 'boolean':
      input.type = 'checkbox'
      return input
    case 'number':
      input.type = 'number'
      // Other values than multiples of the step are allowed.
      input.step = param.integer ? '1' : 'any'
      input.min = String(param.min)
      input.max = String(param.max)
      return input
    case 'seed':
      input.type = 'number'
      input.step = '1'
      input.min = '0'
      input.max = String(MAX_SEED)
      return input
    default:
      input.type = 'text'
      return input
  }
}

/** Returns the nearest allowed value, and shows it. Undefined for a text that is no number. */
function readField(field: Field, param: Param): unknown {
  if (param.kind === 'boolean') return (field as HTMLInputElement).checked
  if (param.kind !== 'number' && param.kind !== 'seed') return field.value
  const typed = parseNumber(field.value)
  if (typed === undefined) return undefined
  const range = param.kind === 'seed' ? { min: 0, max: MAX_SEED, integer: true } : param
  const value = fitNumber(typed, range)
  field.value = String(value)
  return value
}
