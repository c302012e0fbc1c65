// Form of a figure: a field for each of its params.
import { useId, useLayoutEffect, useRef } from 'preact/hooks'
import { valueAsText } from '../../engine/base/quote.ts'
import { numberControl, randomSeed } from '../../workflow/controlSpec.ts'
import type { Param } from '../../engine/plan/op.ts'
import { figureTexts } from '../texts/figureTexts.ts'
import { texts, translateNode, translateTitle } from '../texts/texts.ts'
import { icons } from '../ui/icons.tsx'
import { NumberInput } from '../ui/numberInput.tsx'
import { SwitchInput } from '../ui/switch.tsx'
import { WithSlider } from '../ui/slider.tsx'
import type { FigureParam } from './choices.ts'
import type { FigureModel } from './figureTypes.ts'
import { readParamValue } from './values.ts'

type SetValue = (value: unknown) => void

interface FieldProps<K extends Param['kind'] = Param['kind']> {
  id: string
  item: FigureParam
  param: Extract<Param, { kind: K }>
  set: SetValue
}

export function FigureForm({ figure }: { figure: FigureModel }) {
  const { params } = figure.items.value
  if (params.length === 0) return null
  return (
    <form
      class="figure-form"
      aria-label={figureTexts().settings}
      onSubmit={(event) => event.preventDefault()}
    >
      {params.map((item) => (
        <Row key={item.key} figure={figure} item={item} />
      ))}
    </form>
  )
}

function Row({ figure, item }: { figure: FigureModel; item: FigureParam }) {
  const id = useId()
  const param = translateNode(item.declaration).params[item.name] ?? item.param
  const set: SetValue = (value) => {
    const next = readParamValue(item.param, value)
    if (next !== undefined) figure.set(item.node, item.name, next)
  }
  return (
    <div class={param.kind === 'boolean' ? 'figure-field inline' : 'figure-field'}>
      <label for={id} title={param.about.replaceAll('`', '')}>
        {item.name}
        <span>{translateTitle(item.title)}</span>
      </label>
      <Field id={id} item={item} param={param} set={set} />
    </div>
  )
}

function Field({ param, ...rest }: FieldProps) {
  switch (param.kind) {
    case 'number':
      return <NumberField param={param} {...rest} />
    case 'choice':
      return <ChoiceField param={param} {...rest} />
    case 'boolean':
      return <SwitchInput id={rest.id} checked={rest.item.value === true} onChecked={rest.set} />
    case 'seed':
      return <SeedField param={param} {...rest} />
    case 'text':
      return (
        <TextInput
          id={rest.id}
          text={valueAsText(rest.item.value)}
          set={rest.set}
          multiline={param.multiline}
        />
      )
    default:
      return null
  }
}

function NumberField({ id, item, param, set }: FieldProps<'number'>) {
  const { value, name } = item
  const control = numberControl(param)
  return (
    <WithSlider control={control} name={name} value={value} set={set}>
      <NumberInput id={id} control={control} value={value} set={set} />
    </WithSlider>
  )
}

function ChoiceField({ id, item, param, set }: FieldProps<'choice'>) {
  const value = valueAsText(item.value)
  return (
    <select
      id={id}
      class="field"
      value={value}
      onChange={(event) => set(event.currentTarget.value)}
    >
      {!param.choices.includes(value) && <option value={value}>{value}</option>}
      {param.choices.map((choice) => (
        <option key={choice} value={choice}>
          {choice}
        </option>
      ))}
    </select>
  )
}

function SeedField({ id, item, param, set }: FieldProps<'seed'>) {
  return (
    <div class="pair">
      <NumberInput id={id} control={numberControl(param)} value={item.value} set={set} />
      <button
        type="button"
        class="button outline icon"
        title={texts.panel.newSeed}
        aria-label={`${item.name}: ${texts.panel.newSeed}`}
        onClick={() => set(randomSeed())}
      >
        <icons.dice />
      </button>
    </div>
  )
}

interface TextInputProps {
  id: string
  text: string
  set: SetValue
  multiline?: boolean
}

/** Applies its text on Enter and when it is left. */
function TextInput({ id, text, set, multiline }: TextInputProps) {
  const line = useRef<HTMLInputElement>(null)
  const area = useRef<HTMLTextAreaElement>(null)
  const isEdited = useRef(false)
  useLayoutEffect(() => {
    const field = line.current ?? area.current
    if (field && !isEdited.current) field.value = text
  })
  const edit = () => void (isEdited.current = true)
  const apply = (field: HTMLInputElement | HTMLTextAreaElement) => {
    const typed = field.value
    isEdited.current = false
    field.value = text
    if (typed !== text) set(typed)
  }
  return multiline ? (
    <textarea
      id={id}
      ref={area}
      class="field"
      rows={4}
      defaultValue={text}
      onInput={edit}
      onBlur={(event) => apply(event.currentTarget)}
    />
  ) : (
    <input
      id={id}
      ref={line}
      class="field"
      type="text"
      defaultValue={text}
      onInput={edit}
      onKeyDown={(event) => event.key === 'Enter' && apply(event.currentTarget)}
      onBlur={(event) => apply(event.currentTarget)}
    />
  )
}
