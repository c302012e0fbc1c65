// Parameters of a node as native inputs. Typed text is applied when the field is left, as one step
// of undo.
import { valueAsText } from '../../engine/base/quote.ts'
import { useRunning } from '../running/services.ts'
import type { Points } from '../../litegraph/pointDrawing.ts'
import type { JSX } from 'preact'
import { useId } from 'preact/hooks'
import type { ChoiceGroup, Param } from '../../engine/plan/op.ts'
import { hasEffect } from '../../engine/plan/op.ts'
import type { StoredFileKind } from '../../engine/protocol.ts'
import { isDiffusionNode, type DiffusionNode } from '../../litegraph/diffusionNode.ts'
import type { LGraphNode } from '../canvas/canvas.ts'
import { canBeInput, inputParams, toggleParamInput } from '../../litegraph/paramInputs.ts'
import { inputSource, sourcePastReroutes, type SlotRef } from '../../litegraph/reroute.ts'
import { SEED_CONTROLS } from '../../litegraph/properties.ts'
import { numberControl, randomSeed } from '../../workflow/controlSpec.ts'
import { seedControl } from '../../workflow/index.ts'
import { sameJson } from '../../workflow/json.ts'
import { IconButton } from '../ui/buttons.tsx'
import { addStoredFile } from '../drops/files.ts'
import { icons } from '../ui/icons.tsx'
import { NumberInput } from '../ui/numberInput.tsx'
import { SwitchInput } from '../ui/switch.tsx'
import { WithSlider } from '../ui/slider.tsx'
import { Prose } from '../ui/prose.tsx'
import { TextField } from './textField.tsx'
import { isSweepable } from '../runs/sweepableParams.ts'
import { isShipped } from '../workspace/shippedCheckpoints.ts'
import { PromoteButton } from '../subgraph/promoteButton.tsx'
import { subscribeToGraph } from '../workspace/state.ts'
import { showDialog } from '../ui/state.ts'
import { runState } from '../running/state.ts'
import { ValueToggle } from './wireInspector.tsx'
import { translateNode, texts, valueText } from '../texts/texts.ts'

export function Params({ node }: { node: DiffusionNode }) {
  subscribeToGraph()
  const { params } = translateNode(node.diffusion.declaration)
  const visible = Object.entries(params).filter(([name]) =>
    hasEffect(params, name, (other) => node.properties[other]),
  )
  const rows = (advanced: boolean) =>
    visible
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
  subscribeToGraph()
  const editor = useRunning()
  const id = useId()
  const value = node.properties[name]
  const changed =
    param.kind !== 'seed' && param.kind !== 'drawing' && !sameJson(value, param.default)
  const unused =
    param.unless !== undefined &&
    node.inputs.some((slot) => slot.name === param.unless && slot.link != null)
  const source = findParamSource(node, name)
  const set = (next: unknown) => editor.workspace.setParam(node, name, next)
  const classes = [
    'param',
    changed && 'changed',
    param.kind === 'boolean' && 'inline',
    unused && 'moot',
  ]
  return (
    <div class={classes.filter(Boolean).join(' ')}>
      <div class="label">
        <label for={id}>{name}</label>
        {isSweepable(param, node.diffusion.declaration) && !unused && !source && (
          <VaryButton node={node} name={name} />
        )}
        {source && hasValue(source.node) && <VaryButton node={source.node} name="value" />}
        <InputButton node={node} name={name} />
        {changed && !source && param.kind !== 'boolean' && (
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
        <PromoteButton node={node} name={name} />
      </div>
      {source ? (
        <WiredValue id={id} {...source} />
      ) : (
        renderField({ id, node, name, param, value, set })
      )}
      {param.about && (
        <p class="hint">
          <Prose>{param.about}</Prose>
        </p>
      )}
    </div>
  )
}

/** Returns the output that a param is wired to. */
function findParamSource(node: DiffusionNode, name: string) {
  const input = inputParams(node).has(name) ? node.findInputSlot(name) : -1
  const origin = input < 0 ? undefined : inputSource(node, input)
  return origin && sourcePastReroutes(origin)
}

/** True for a constant, which is varied instead of the params that it is wired to. */
const hasValue = (node: LGraphNode): boolean =>
  isDiffusionNode(node) && Object.hasOwn(node.diffusion.declaration.params, 'value')

/** The source of a wired param, with its last value. */
function WiredValue({ id, node, slot }: SlotRef & { id: string }) {
  return (
    <output id={id} class="hint wired">
      {texts.panel.wiredTo(node.getTitle(), node.outputs[slot].name)}
      <ValueToggle node={node} slot={slot} />
    </output>
  )
}

/** Turns a param into an input, and back. The menu of the node does the same. */
function InputButton({ node, name }: { node: DiffusionNode; name: string }) {
  const { workspace } = useRunning()
  if (!canBeInput(node, name)) return null
  const isInput = inputParams(node).has(name)
  const label = isInput ? texts.tips.toParam(name) : texts.tips.toInput(name)
  return (
    <button
      type="button"
      class="link to-input"
      tabIndex={isInput ? 0 : -1}
      aria-pressed={isInput}
      title={label}
      aria-label={label}
      onClick={() => workspace.editNodes(() => toggleParamInput(node, name))}
    >
      <icons.socket />
    </button>
  )
}

/** Opens the sweep dialog for a param. A command does the same, so it needs no tab stop. */
function VaryButton({ node, name }: { node: LGraphNode; name: string }) {
  const { stage } = useRunning()
  return (
    <button
      type="button"
      class="link vary"
      tabIndex={-1}
      title={texts.panel.vary(name)}
      aria-label={texts.panel.vary(name)}
      onClick={() => showDialog({ kind: 'vary', node: stage.fullId(node.id), param: name })}
    >
      <icons.vary />
    </button>
  )
}

function renderField({
  param,
  ...rest
}: Omit<FieldProps<Param['kind']>, 'param'> & { param: Param }): JSX.Element {
  switch (param.kind) {
    case 'number':
      return <NumberField param={param} {...rest} />
    case 'choice':
      return <ChoiceField param={param} {...rest} />
    case 'boolean':
      return <SwitchInput id={rest.id} checked={rest.value === true} onChecked={rest.set} />
    case 'text':
      return <TextField {...rest} text={valueText(param, rest.value)} multiline={param.multiline} />
    case 'seed':
      return <SeedField param={param} {...rest} />
    case 'drawing':
      return <DrawingField param={param} {...rest} />
    case 'checkpoint':
      return <StoredFileField param={param} what="checkpoint" {...rest} />
    case 'dataset':
      return <StoredFileField param={param} what="dataset" {...rest} />
  }
}

function NumberField({ param, ...rest }: FieldProps<'number'>) {
  const control = numberControl(param)
  return (
    <WithSlider control={control} {...rest}>
      <NumberInput control={control} {...rest} />
    </WithSlider>
  )
}

function ChoiceField({ id, value, set, param }: FieldProps<'choice'>) {
  const known = param.choices.includes(value as string)
  return (
    <select
      id={id}
      class="field"
      value={valueAsText(value)}
      aria-invalid={!known}
      onChange={(event) => set(event.currentTarget.value)}
    >
      {!known && (
        <option value={valueAsText(value)}>{texts.panel.missing(valueAsText(value))}</option>
      )}
      {param.groups ? (
        Object.entries(param.groups).map(([group, choices]) => (
          <optgroup key={group} label={texts.choices.groups[group as ChoiceGroup]}>
            <ChoiceOptions choices={choices} each={param.each} />
          </optgroup>
        ))
      ) : (
        <ChoiceOptions choices={param.choices} each={param.each} />
      )}
    </select>
  )
}

interface ChoiceOptionsProps {
  choices: readonly string[]
  each: Readonly<Record<string, string>> | undefined
}

const ChoiceOptions = ({ choices, each }: ChoiceOptionsProps) => (
  <>
    {choices.map((choice) => (
      <option key={choice} value={choice}>
        {each?.[choice] ? `${choice}: ${each[choice]}` : choice}
      </option>
    ))}
  </>
)

function SeedField({ id, node, name, value, set, param }: FieldProps<'seed'>) {
  subscribeToGraph()
  const editor = useRunning()
  const control = seedControl(name)
  const used = runState.seeds.value.get(`${editor.stage.fullId(node.id)}.${name}`)
  return (
    <>
      <div class="pair">
        <NumberInput id={id} control={numberControl(param)} value={value} set={set} />
        <IconButton
          class="outline icon"
          label={texts.panel.newSeed}
          icon={<icons.dice />}
          onClick={() => set(randomSeed())}
        />
      </div>
      <select
        class="field"
        style={{ marginTop: '6px' }}
        aria-label={`${name}: ${texts.panel.control}`}
        value={valueAsText(node.properties[control])}
        onChange={(event) => editor.workspace.setParam(node, control, event.currentTarget.value)}
      >
        {SEED_CONTROLS.map((each) => (
          <option key={each} value={each}>
            {texts.panel.controls[each]}
          </option>
        ))}
      </select>
      {used !== undefined && used !== value && <p class="hint">{texts.panel.lastSeed(used)}</p>}
    </>
  )
}

function DrawingField({ id, node, param, value, set }: FieldProps<'drawing'>) {
  const points = Array.isArray(value) ? value.length : 0
  const radius = param.radius === undefined ? 0 : Number(node.properties[param.radius])
  const draw = () =>
    showDialog({ kind: 'drawing', points: points ? (value as Points) : [], radius, done: set })
  return (
    <div class="pair">
      <output id={id} class="hint">
        {texts.panel.points(points)}
      </output>
      <span>
        <button type="button" class="button outline small" onClick={draw}>
          {texts.drawing.open}
        </button>{' '}
        <button
          type="button"
          class="button outline small"
          disabled={!points}
          onClick={() => set([])}
        >
          {texts.panel.clear}
        </button>
      </span>
    </div>
  )
}

function StoredFileField<K extends StoredFileKind>({
  id,
  value,
  set,
  what,
}: FieldProps<K> & { what: K }) {
  const editor = useRunning()
  const known = runState.storedFiles[what].value
  const chosen = value as { name: string; sha256: string } | null
  const here = known.some(({ sha256 }) => sha256 === chosen?.sha256)
  return (
    <>
      <select
        id={id}
        class="field"
        value={chosen?.sha256 ?? ''}
        onFocus={() => void editor.files.refresh(what)}
        onChange={(event) =>
          set(known.find(({ sha256 }) => sha256 === event.currentTarget.value) ?? null)
        }
      >
        <option value="">{texts.panel.none}</option>
        {chosen && !here && (
          <option value={chosen.sha256}>
            {isShipped(chosen.sha256) ? chosen.name : texts.panel.missing(chosen.name)}
          </option>
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
        onClick={() => void addStoredFile(editor, what).then((added) => added && set(added))}
      >
        {texts.panel.addFile}
      </button>
    </>
  )
}
