// The panel's part for subgraphs: one that a node stands for, its border, and which params are set from outside.
import { IconButton } from '../buttons.tsx'
import { useEditor } from '../context.ts'
import { icons } from '../icons.tsx'
import type { DiffusionNode } from '../../nodes/litegraph/node.ts'
import type { Subgraph } from '../../nodes/workflow/file.ts'
import { INPUTS, OUTPUTS } from '../../nodes/workflow/file.ts'
import * as state from '../state.ts'
import { texts } from '../texts.ts'
import { typeColour } from '../theme.ts'
import { enterNode, unpackNode } from './actions.ts'
import * as border from './border.ts'
import { NEW } from './levels.ts'
import { Keeping } from './mine.tsx'

/** What a node stands for: its name, what it does, and the way into it. */
export function StandsFor({ node, subgraph }: { node: DiffusionNode; subgraph: Subgraph }) {
  const editor = useEditor()
  const words = texts.subgraph
  const set = (said: { name?: string; description?: string }) =>
    void editor.workspace.editWhole((whole) => border.describe(whole, subgraph.id, said))
  const whole = editor.stage.whole()
  const count = [whole, ...(whole.subgraphs ?? []).map(({ inside }) => inside)]
    .flatMap(({ nodes }) => nodes)
    .filter(({ type }) => type === subgraph.id).length
  return (
    <section class="section">
      <h3>{words.about}</h3>
      <div class="params">
        <label class="param">
          <span class="label">{words.name}</span>
          <input
            key={subgraph.name}
            class="field"
            type="text"
            maxLength={120}
            defaultValue={subgraph.name}
            onChange={(event) => set({ name: event.currentTarget.value })}
          />
        </label>
        <label class="param">
          <span class="label">{words.description}</span>
          <textarea
            key={subgraph.description}
            class="field"
            rows={2}
            maxLength={300}
            defaultValue={subgraph.description}
            onChange={(event) => set({ description: event.currentTarget.value })}
          />
        </label>
        {count > 1 && <p class="hint">{words.shared(count)}</p>}
        <div class="buttons">
          <button type="button" class="button outline small" onClick={() => enterNode(editor, node)}>
            {words.enter}
          </button>
          <button type="button" class="button outline small" onClick={() => unpackNode(editor, node)}>
            {words.unpack}
          </button>
        </div>
        <Keeping node={node} subgraph={subgraph} />
      </div>
    </section>
  )
}

/** The slots of a node at the border: to be renamed, moved and removed. */
export function BorderSlots({ node }: { node: DiffusionNode }) {
  const editor = useEditor()
  state.followGraph()
  const words = texts.subgraph
  const { workspace, stage } = editor
  const side = node.type as border.Side
  const slots = (side === INPUTS ? node.outputs : node.inputs).filter(({ name }) => name !== NEW)
  const names = slots.map(({ name }) => name)
  const id = stage.subgraph()?.id
  if (id === undefined) return null
  const arrange = (next: string[]) => void workspace.editWhole((whole) => border.arrangeSlots(whole, id, side, next))
  const rename = (from: string, field: HTMLInputElement) => {
    const to = field.value.trim()
    if (to === from || workspace.editWhole((whole) => border.renameSlot(whole, id, side, from, to))) return
    field.value = from
    state.say(words.badName(to), { error: true })
  }
  const swapped = (at: number) => [...names.slice(0, at), names[at + 1]!, names[at]!, ...names.slice(at + 2)]
  return (
    <section class="section">
      <h3>{words.slots}</h3>
      {!slots.length && <p class="hint">{words.noSlots}</p>}
      <ul class="border-slots">
        {slots.map(({ name, type }, at) => (
          <li key={name}>
            <span class="dot" style={{ '--tint': typeColour(typeOf(node, side, at) ?? type, state.dark.value) }} />
            <input
              class="field"
              type="text"
              aria-label={words.slotName(name)}
              defaultValue={name}
              onKeyDown={(event) => event.key === 'Enter' && event.currentTarget.blur()}
              onChange={(event) => rename(name, event.currentTarget)}
            />
            <IconButton
              class="icon small"
              label={words.earlier(name)}
              icon={<icons.up />}
              disabled={at === 0}
              onClick={() => arrange(swapped(at - 1))}
            />
            <IconButton
              class="icon small"
              label={words.later(name)}
              icon={<icons.down />}
              disabled={at === names.length - 1}
              onClick={() => arrange(swapped(at))}
            />
            <IconButton
              class="icon small"
              label={words.remove(name)}
              icon={<icons.close />}
              onClick={() => arrange(names.filter((each) => each !== name))}
            />
          </li>
        ))}
      </ul>
    </section>
  )
}

/** What comes in at an output of the subgraph is known from its wire. */
const typeOf = (node: DiffusionNode, side: border.Side, at: number) =>
  side === OUTPUTS ? node.graph?.links[node.inputs[at]?.link ?? '']?.type : undefined

/** Of a param of a node inside: whether it is set from outside. Nothing where there is no outside. */
export function Promote({ node, name }: { node: DiffusionNode; name: string }) {
  const { stage, workspace } = useEditor()
  const subgraph = stage.subgraph()
  if (!subgraph) return null
  const promoted = subgraph.promoted.find((each) => each.node === node.id && each.param === name)
  const words = texts.subgraph
  const label = promoted ? words.demote(name, promoted.as) : words.promote(name)
  return (
    <button
      type="button"
      class="link promote"
      aria-pressed={promoted !== undefined}
      title={label}
      aria-label={label}
      onClick={() =>
        workspace.editWhole((whole) =>
          promoted ? border.demote(whole, subgraph.id, promoted) : border.promote(whole, subgraph.id, node.id, name),
        )
      }
    >
      <icons.outward />
    </button>
  )
}
