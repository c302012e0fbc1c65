// Parameters of a node as native inputs. What is typed takes effect when it is finished, and is one step of undo.
import type { Points } from '../nodes/litegraph/drawing.ts'
import type { JSX } from 'preact'
import { useId, useLayoutEffect, useRef } from 'preact/hooks'
import type { Param } from '../engine/plan/op.ts'
import { isMeant } from '../engine/plan/op.ts'
import type { Kept } from '../engine/protocol.ts'
import type { DiffusionNode } from '../nodes/litegraph/node.ts'
import { SEED_CONTROLS } from '../nodes/litegraph/properties.ts'
import { fit, formatNumber, parseNumber } from '../nodes/litegraph/widgets.ts'
import { seedControl } from '../nodes/workflow.ts'
import { sameJson } from '../nodes/workflow/json.ts'
import { IconButton } from './buttons.tsx'
import { useEditor } from './context.ts'
import { seeds } from './editor.ts'
import { addFile } from './files.ts'
import { icons } from './icons.tsx'
import { Prose } from './prose.tsx'
import { varies } from './runs/varies.ts'
import { isShipped } from './shipped.ts'
import { Promote } from './subgraph/details.tsx'
import * as state from './state.ts'
import { declared, texts, valueText } from './texts.ts'

export function Params({ node }: { node: DiffusionNode }) {
  state.followGraph()
  const { params } = declared(node.diffusion.declaration)
  const meant = Object.entries(params).filter(([name]) => isMeant(params, name, (other) => node.properties[other]))
  const rows = (advanced: boolean) =>
    meant
      .filter(([, param]) => (param.advanced ?? false) === advanced)
      .map(([name, param]) => <ParamRow key={name} node={node} name={name} param={param} />)
  const more = rows(true)
  return (
    <div class="params">
      {rows(false)}
      {more.length > 0 && (
        <details class="more">
          <summary>{texts.panel.moreParams}</summary>
          {more}
        </details>
      )}
    </div>
  )
}

interface Props<P extends Param = Param> {
  node: DiffusionNode
  name: string
  param: P
}

interface FieldProps<K extends Param['kind']> {
  id: string
  node: DiffusionNode
  name: string
  param: Extract<Param, { kind: K }>
  value: unknown
  set: (value: unknown) => void
}

function ParamRow({ node, name, param }: Props) {
  state.followGraph()
  const editor = useEditor()
  const id = useId()
  const value = node.properties[name]
  const changed = param.kind !== 'seed' && param.kind !== 'drawing' && !sameJson(value, param.default)
  const moot = param.unless !== undefined && node.inputs.some((slot) => slot.name === param.unless && slot.link != null)
  const set = (next: unknown) => editor.workspace.setParam(node, name, next)
  return (
    <div class={`param${changed ? ' changed' : ''}${param.kind === 'boolean' ? ' inline' : ''}${moot ? ' moot' : ''}`}>
      <div class="label">
        <label for={id}>{name}</label>
        {varies(param, node.diffusion.declaration) && !moot && (
          <button
            type="button"
            class="link vary"
            // Keys have a command for it: with a stop at each parameter the way through them would be twice as long.
            tabIndex={-1}
            title={texts.commands.vary}
            aria-label={`${name}: ${texts.commands.vary}`}
            onClick={() => (state.dialog.value = { kind: 'vary', node: editor.stage.fullId(node.id), param: name })}
          >
            <icons.vary />
          </button>
        )}
        {changed && param.kind !== 'boolean' && (
          <button
            type="button"
            class="link"
            title={texts.panel.reset}
            aria-label={`${name}: ${texts.panel.reset}`}
            onClick={() => set(structuredClone(param.default))}
          >
            <icons.reset />
          </button>
        )}
        <Promote node={node} name={name} />
      </div>
      {field({ id, node, name, param, value, set })}
      {param.about && (
        <p class="hint">
          <Prose>{param.about}</Prose>
        </p>
      )}
    </div>
  )
}

function field({ param, ...rest }: Omit<FieldProps<Param['kind']>, 'param'> & { param: Param }): JSX.Element {
  switch (param.kind) {
    case 'number':
      return <NumberField param={param} {...rest} />
    case 'choice':
      return <ChoiceField param={param} {...rest} />
    case 'boolean':
      return (
        <input
          id={rest.id}
          class="switch"
          type="checkbox"
          role="switch"
          checked={rest.value === true}
          onChange={(event) => rest.set(event.currentTarget.checked)}
        />
      )
    case 'text':
      return <TextField param={param} {...rest} />
    case 'seed':
      return <SeedField param={param} {...rest} />
    case 'drawing':
      return <DrawingField param={param} {...rest} />
    case 'checkpoint':
      return <KeptField param={param} what="checkpoint" {...rest} />
    case 'dataset':
      return <KeptField param={param} what="dataset" {...rest} />
  }
}

const keepKeys = (event: KeyboardEvent) => {
  if (event.key === 'Enter' && event.currentTarget instanceof HTMLInputElement) event.currentTarget.blur()
}

/** What was typed does not stay where the value went back to what it was: an undo may come before it was taken over. */
function useShown<Field extends HTMLInputElement | HTMLTextAreaElement>(text: string) {
  const field = useRef<Field>(null)
  useLayoutEffect(() => {
    if (field.current && field.current !== document.activeElement) field.current.value = text
  })
  return field
}

function NumberField({ id, name, value, set, param }: FieldProps<'number'>) {
  const valid = typeof value === 'number' && value === fit(value, param)
  const text = typeof value === 'number' ? formatNumber(value) : JSON.stringify(value)
  const field = useShown<HTMLInputElement>(text)
  const typed = (
    <input
      id={id}
      key={text}
      ref={field}
      class="field"
      type="text"
      inputMode="decimal"
      defaultValue={text}
      aria-invalid={!valid}
      onKeyDown={(event) => {
        const steps = { ArrowUp: 1, ArrowDown: -1 }[event.key]
        if (!steps) return keepKeys(event)
        event.preventDefault()
        const from = parseNumber(event.currentTarget.value) ?? param.default
        event.currentTarget.value = formatNumber(
          fit(Number((from + steps * param.step * (event.shiftKey ? 10 : 1)).toPrecision(12)), param),
        )
      }}
      onChange={(event) => change(event.currentTarget)}
      onBlur={(event) => change(event.currentTarget)}
    />
  )
  const change = (input: HTMLInputElement) => {
    const number = parseNumber(input.value)
    if (number === undefined) input.value = text
    else if (fit(number, param) !== value) set(fit(number, param))
    else input.value = text
  }
  if (!param.slider) return typed
  return (
    <div class="range">
      <input
        type="range"
        aria-label={name}
        min={param.min}
        max={param.max}
        step={param.step}
        value={Number(value)}
        onInput={(event) => set(fit(event.currentTarget.valueAsNumber, param))}
      />
      {typed}
    </div>
  )
}

function ChoiceField({ id, value, set, param }: FieldProps<'choice'>) {
  const known = param.choices.includes(value as string)
  return (
    <select
      id={id}
      class="field"
      value={String(value)}
      aria-invalid={!known}
      onChange={(event) => set(event.currentTarget.value)}
    >
      {!known && <option value={String(value)}>{texts.panel.missing(String(value))}</option>}
      {param.choices.map((choice) => (
        <option key={choice} value={choice}>
          {param.each?.[choice] ? `${choice}: ${param.each[choice]}` : choice}
        </option>
      ))}
    </select>
  )
}

function TextField({ id, value, set, param }: FieldProps<'text'>) {
  const text = valueText(param, value)
  const [area, line] = [useShown<HTMLTextAreaElement>(text), useShown<HTMLInputElement>(text)]
  return param.multiline ? (
    <textarea
      id={id}
      key={text}
      ref={area}
      class="field"
      rows={4}
      defaultValue={text}
      onChange={(event) => set(event.currentTarget.value)}
    />
  ) : (
    <input
      id={id}
      key={text}
      ref={line}
      class="field"
      type="text"
      defaultValue={text}
      onKeyDown={keepKeys}
      onChange={(event) => set(event.currentTarget.value)}
    />
  )
}

function SeedField({ id, node, name, value, set }: FieldProps<'seed'>) {
  state.followGraph()
  const editor = useEditor()
  const control = seedControl(name)
  const used = state.run.seeds.value.get(`${editor.stage.fullId(node.id)}.${name}`)
  return (
    <>
      <div class="pair">
        <input
          id={id}
          key={String(value)}
          class="field"
          type="text"
          inputMode="numeric"
          defaultValue={String(value)}
          onKeyDown={keepKeys}
          onChange={(event) => {
            const number = parseNumber(event.currentTarget.value)
            if (number === undefined) event.currentTarget.value = String(value)
            else set(fit(number, seeds))
          }}
        />
        <IconButton
          class="outline icon"
          label={texts.panel.newSeed}
          icon={<icons.dice />}
          onClick={() => set(crypto.getRandomValues(new Uint32Array(1))[0])}
        />
      </div>
      <select
        class="field"
        style={{ marginTop: '6px' }}
        aria-label={`${name}: ${texts.panel.control}`}
        value={String(node.properties[control])}
        onChange={(event) => editor.workspace.setParam(node, control, event.currentTarget.value)}
      >
        {SEED_CONTROLS.map((each) => (
          <option key={each} value={each}>
            {texts.panel.controls[each]}
          </option>
        ))}
      </select>
      {used !== undefined && used !== value && <p class="hint">{texts.panel.usedSeed(used)}</p>}
    </>
  )
}

function DrawingField({ id, value, set }: FieldProps<'drawing'>) {
  const points = Array.isArray(value) ? value.length : 0
  const draw = () => (state.dialog.value = { kind: 'drawing', points: points ? (value as Points) : [], done: set })
  return (
    <div class="pair">
      <output id={id} class="hint">
        {texts.panel.points(points)}
      </output>
      <span>
        <button type="button" class="button outline small" onClick={draw}>
          {texts.drawing.open}
        </button>{' '}
        <button type="button" class="button outline small" disabled={!points} onClick={() => set([])}>
          {texts.panel.clear}
        </button>
      </span>
    </div>
  )
}

function KeptField<K extends Kept>({ id, value, set, what }: FieldProps<K> & { what: K }) {
  const editor = useEditor()
  const known = state.run.kept[what].value
  const chosen = value as { name: string; sha256: string } | null
  const here = known.some(({ sha256 }) => sha256 === chosen?.sha256)
  return (
    <>
      <select
        id={id}
        class="field"
        value={chosen?.sha256 ?? ''}
        onFocus={() => void editor.runner.list(what)}
        onChange={(event) => set(known.find(({ sha256 }) => sha256 === event.currentTarget.value) ?? null)}
      >
        <option value="">{texts.panel.none}</option>
        {chosen && !here && (
          <option value={chosen.sha256}>{isShipped(chosen.sha256) ? chosen.name : texts.panel.missing(chosen.name)}</option>
        )}
        {known.map(({ name, sha256 }) => (
          <option key={sha256} value={sha256}>
            {name}
          </option>
        ))}
      </select>
      <button
        type="button"
        class="button outline small"
        style={{ marginTop: '6px' }}
        onClick={() => void addFile(editor, what).then((added) => added && set(added))}
      >
        {texts.panel.addFile}
      </button>
    </>
  )
}
