// Panel section of a border node of a subgraph: renames, moves and removes its slots.
import type { DiffusionNode } from '../../litegraph/diffusionNode.ts'
import { INPUTS, OUTPUTS } from '../../workflow/file.ts'
import * as border from '../graph/border.ts'
import { NEW_SLOT } from '../graph/levels.ts'
import { texts } from '../texts/texts.ts'
import { IconButton } from '../ui/buttons.tsx'
import { icons } from '../ui/icons.tsx'
import { isDark, showToast } from '../ui/state.ts'
import { typeColour } from '../ui/theme.ts'
import { subscribeToGraph } from '../workspace/state.ts'
import { useSubgraphs } from './services.ts'

export function BorderSlots({ node }: { node: DiffusionNode }) {
  const { workspace, stage } = useSubgraphs()
  subscribeToGraph()
  const words = texts.subgraph
  const side = node.type as border.Side
  const slots = (side === INPUTS ? node.outputs : node.inputs).filter(
    ({ name }) => name !== NEW_SLOT,
  )
  const names = slots.map(({ name }) => name)
  const id = stage.subgraph()?.id
  if (id === undefined) return null
  const arrange = (next: string[]) =>
    void workspace.editWhole((whole) => border.arrangeSlots(whole, id, side, next))
  const rename = (from: string, to: string) =>
    workspace.editWhole((whole) => border.renameSlot(whole, id, side, from, to))
  return (
    <section class="section">
      <h3>{words.slots}</h3>
      {!slots.length && <p class="hint">{words.noSlots}</p>}
      <ul class="border-slots">
        {slots.map(({ name, type }, i) => (
          <BorderSlotRow
            key={name}
            {...{ name, names, arrange }}
            type={slotType(node, side, i) ?? type}
            rename={(to) => rename(name, to)}
          />
        ))}
      </ul>
    </section>
  )
}

interface BorderSlotRowProps {
  name: string
  type: string | number
  /** Names of all slots, in order. */
  names: readonly string[]
  /** Returns false if the name is taken or invalid. */
  rename: (to: string) => boolean
  /** Sets the order of the slots. Slots that are missing are removed. */
  arrange: (names: string[]) => void
}

function BorderSlotRow({ name, type, names, rename, arrange }: BorderSlotRowProps) {
  const words = texts.subgraph
  const index = names.indexOf(name)
  const onRename = (field: HTMLInputElement) => {
    const to = field.value.trim()
    if (to === name || rename(to)) return
    field.value = name
    showToast(words.badName(to), { error: true })
  }
  return (
    <li>
      <span class="dot" style={{ '--tint': typeColour(type, isDark.value) }} />
      <input
        class="field"
        type="text"
        aria-label={words.slotName(name)}
        defaultValue={name}
        onKeyDown={(event) => event.key === 'Enter' && event.currentTarget.blur()}
        onChange={(event) => onRename(event.currentTarget)}
      />
      <IconButton
        class="icon small"
        label={words.earlier(name)}
        icon={<icons.up />}
        disabled={index === 0}
        onClick={() => arrange(swapNext(names, index - 1))}
      />
      <IconButton
        class="icon small"
        label={words.later(name)}
        icon={<icons.down />}
        disabled={index === names.length - 1}
        onClick={() => arrange(swapNext(names, index))}
      />
      <IconButton
        class="icon small"
        label={words.remove(name)}
        icon={<icons.close />}
        onClick={() => arrange(names.filter((each) => each !== name))}
      />
    </li>
  )
}

/** Swaps an item with the next one. */
const swapNext = (names: readonly string[], i: number): string[] => [
  ...names.slice(0, i),
  names[i + 1],
  names[i],
  ...names.slice(i + 2),
]

/** Type of an output of the subgraph, which follows from the wire to it. */
const slotType = (node: DiffusionNode, side: border.Side, i: number) =>
  side === OUTPUTS ? node.graph?.links[node.inputs[i]?.link ?? '']?.type : undefined
