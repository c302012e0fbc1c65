// Fields for the values of a param: a list, a range of numbers, or some of its choices.
import { texts } from '../texts.ts'
import type { Values, Varied } from './sweep.ts'

interface AxisValuesProps {
  /** Of what is said of the values. */
  id: string
  of: Varied
  values: Values
  set: (values: Values) => void
}

export function AxisValues(props: AxisValuesProps) {
  const { spec } = props.of
  if (spec.kind === 'choice') return <Choices {...props} choices={spec.choices} />
  if (spec.kind === 'boolean') return <Choices {...props} choices={['true', 'false']} />
  if (spec.kind === 'text') return <List {...props} multiline />
  return <Numbers {...props} />
}

interface ListProps extends AxisValuesProps {
  multiline?: boolean
}

function List({ id, of, values, set, multiline = false }: ListProps) {
  const shared = {
    class: 'field',
    'aria-label': texts.runs.sweep.list(of.param),
    'aria-describedby': id,
    value: values.way === 'list' ? values.text : '',
    spellcheck: false,
  }
  return multiline ? (
    <textarea {...shared} rows={3} onInput={({ currentTarget: { value } }) => set({ way: 'list', text: value })} />
  ) : (
    <input {...shared} type="text" onInput={({ currentTarget: { value } }) => set({ way: 'list', text: value })} />
  )
}

function Choices({ id, of, values, set, choices }: AxisValuesProps & { choices: readonly string[] }) {
  const chosen = values.way === 'list' ? values.text.split(', ').filter(Boolean) : []
  const toggle = (choice: string) => {
    const next = choices.filter((each) => (each === choice ? !chosen.includes(each) : chosen.includes(each)))
    set({ way: 'list', text: next.join(', ') })
  }
  return (
    <div class="axis-choices" role="group" aria-label={texts.runs.sweep.list(of.param)} aria-describedby={id}>
      {choices.map((choice) => (
        <label key={choice}>
          <input type="checkbox" checked={chosen.includes(choice)} onChange={() => toggle(choice)} />
          {choice}
        </label>
      ))}
    </div>
  )
}

/** A list, or from one to another. */
function Numbers(props: AxisValuesProps) {
  const { of, values, set } = props
  const { sweep } = texts.runs
  const number = Number(of.value)
  const ranged = (): Values => ({ way: 'range', from: String(number), to: String(number * 10 || 1), count: '5', log: false })
  return (
    <>
      <div class="axis-ways" role="group" aria-label={sweep.way}>
        {(['list', 'range'] as const).map((way) => (
          <button
            key={way}
            type="button"
            class="button small"
            aria-pressed={values.way === way}
            onClick={() => values.way !== way && set(way === 'list' ? { way, text: written(values) } : ranged())}
          >
            {sweep.ways[way]}
          </button>
        ))}
      </div>
      {values.way === 'list' ? <List {...props} /> : <RangeFields {...props} range={values} />}
    </>
  )
}

const written = (values: Values) => (values.way === 'range' ? `${values.from}, ${values.to}` : values.text)

function RangeFields({ id, range, set }: AxisValuesProps & { range: Extract<Values, { way: 'range' }> }) {
  const { sweep } = texts.runs
  const field = (name: 'from' | 'to' | 'count') => (
    <label>
      {sweep.range[name]}
      <input
        class="field"
        type="text"
        inputMode="decimal"
        aria-describedby={id}
        value={range[name]}
        onInput={({ currentTarget: { value } }) => set({ ...range, [name]: value })}
      />
    </label>
  )
  return (
    <div class="axis-range">
      {field('from')}
      {field('to')}
      {field('count')}
      <label class="log">
        <input
          class="switch"
          type="checkbox"
          role="switch"
          checked={range.log}
          onChange={({ currentTarget: { checked } }) => set({ ...range, log: checked })}
        />
        {sweep.range.log}
      </label>
    </div>
  )
}
