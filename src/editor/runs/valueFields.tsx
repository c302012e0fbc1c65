// Fields for the values of a swept param: a list, a range of numbers, or a choice.
import { getControl, isNumeric } from '../../workflow/controlSpec.ts'
import { texts } from '../texts/texts.ts'
import { SwitchInput } from '../ui/switch.tsx'
import type { SweepParam, SweepValues } from './sweep.ts'

interface ValueFieldsProps {
  /** Id of the element that describes the values. */
  hintId: string
  param: SweepParam
  values: SweepValues
  onValues: (values: SweepValues) => void
}

export function ValueFields(props: ValueFieldsProps) {
  const control = getControl(props.param.spec)
  if (!control) return null
  if (isNumeric(control)) return <NumberFields {...props} />
  if (control.kind === 'text') return <ListField {...props} multiline />
  return <ChoiceFields {...props} choices={control.choices.map(String)} />
}

interface ListFieldProps extends ValueFieldsProps {
  multiline?: boolean
}

function ListField({ hintId, param, values, onValues, multiline = false }: ListFieldProps) {
  const shared = {
    class: 'field',
    'aria-label': texts.runs.sweep.list(param.param),
    'aria-describedby': hintId,
    value: values.kind === 'list' ? values.text : '',
    spellcheck: false,
  }
  return multiline ? (
    <textarea
      {...shared}
      rows={3}
      onInput={({ currentTarget: { value } }) => onValues({ kind: 'list', text: value })}
    />
  ) : (
    <input
      {...shared}
      type="text"
      onInput={({ currentTarget: { value } }) => onValues({ kind: 'list', text: value })}
    />
  )
}

interface ChoiceFieldsProps extends ValueFieldsProps {
  choices: readonly string[]
}

function ChoiceFields({ hintId, param, values, onValues, choices }: ChoiceFieldsProps) {
  const chosen = values.kind === 'list' ? values.text.split(', ').filter(Boolean) : []
  const toggle = (choice: string) => {
    const next = choices.filter((each) =>
      each === choice ? !chosen.includes(each) : chosen.includes(each),
    )
    onValues({ kind: 'list', text: next.join(', ') })
  }
  return (
    <div
      class="axis-choices"
      role="group"
      aria-label={texts.runs.sweep.list(param.param)}
      aria-describedby={hintId}
    >
      {choices.map((choice) => (
        <label key={choice}>
          <input
            type="checkbox"
            checked={chosen.includes(choice)}
            onChange={() => toggle(choice)}
          />
          {choice}
        </label>
      ))}
    </div>
  )
}

/** Switches between a list and a range. */
function NumberFields(props: ValueFieldsProps) {
  const { param, values, onValues } = props
  const { sweep } = texts.runs
  const switchTo = (kind: 'list' | 'range') => {
    if (values.kind === kind) return
    onValues(
      kind === 'list' ? { kind, text: valuesToList(values) } : initialRange(Number(param.value)),
    )
  }
  return (
    <>
      <div class="axis-ways" role="group" aria-label={sweep.entry}>
        {(['list', 'range'] as const).map((kind) => (
          <button
            key={kind}
            type="button"
            class="button small"
            aria-pressed={values.kind === kind}
            onClick={() => switchTo(kind)}
          >
            {sweep.entries[kind]}
          </button>
        ))}
      </div>
      {values.kind === 'list' ? (
        <ListField {...props} />
      ) : (
        <RangeFields {...props} range={values} />
      )}
    </>
  )
}

type RangeValues = Extract<SweepValues, { kind: 'range' }>

const initialRange = (value: number): RangeValues => ({
  kind: 'range',
  from: String(value),
  to: String(value * 10 || 1),
  count: '5',
  log: false,
})

const valuesToList = (values: SweepValues) =>
  values.kind === 'range' ? `${values.from}, ${values.to}` : values.text

function RangeFields({ hintId, range, onValues }: ValueFieldsProps & { range: RangeValues }) {
  const { sweep } = texts.runs
  const field = (name: 'from' | 'to' | 'count') => (
    <label>
      {sweep.range[name]}
      <input
        class="field"
        type="text"
        inputMode="decimal"
        aria-describedby={hintId}
        value={range[name]}
        onInput={({ currentTarget: { value } }) => onValues({ ...range, [name]: value })}
      />
    </label>
  )
  return (
    <div class="axis-range">
      {field('from')}
      {field('to')}
      {field('count')}
      <label class="log">
        <SwitchInput checked={range.log} onChecked={(log) => onValues({ ...range, log })} />
        {sweep.range.log}
      </label>
    </div>
  )
}
