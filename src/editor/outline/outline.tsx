// Outline: the graph as a list, in which everything can be read, connected and changed with a
// screen reader or by keyboard only.
import { useRunning, type RunningServices } from '../running/services.ts'
import { panelInsets } from '../ui/insets.ts'
import { getCommand } from '../ui/commands.ts'
import type { RefObject } from 'preact'
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks'
import { isWithin } from '../../engine/base/ids.ts'
import { isDiffusionNode } from '../../litegraph/diffusionNode.ts'
import { isReroute } from '../../litegraph/reroute.ts'
import { LOOP } from '../../workflow/slots.ts'
import { nestedLoops } from '../workspace/arrangeNodes.ts'
import { IconButton } from '../ui/buttons.tsx'
import type { LGraphNode } from '../canvas/canvas.ts'
import * as format from '../ui/format.ts'
import { icons } from '../ui/icons.tsx'
import type { PaintedNode } from '../canvas/paint/painting.ts'
import {
  numberTitles,
  flattenEntries,
  buildOutline,
  type Entry,
  type Loop,
} from '../graph/outlineTree.ts'
import { addBeside, Input, Output, formatSource, findInputSource } from './wires.tsx'
import { FaultCard } from '../panel/faultCard.tsx'
import { tint } from '../panel/section.tsx'
import { Params } from '../panel/params.tsx'
import { enterNode, leaveLevel, nodeSubgraph } from '../workspace/navigation.ts'
import { isBorderNode } from '../graph/borderNodes.ts'
import { formatPath } from '../graph/nodePaths.ts'
import { subscribeToGraph, levelTitles } from '../workspace/state.ts'
import { showDrawer } from '../ui/state.ts'
import { outlineTarget } from './state.ts'
import { selectedIds } from '../canvas/state.ts'
import { runState } from '../running/state.ts'
import { texts } from '../texts/texts.ts'

/** Data that all items of the list share. */
interface ListData {
  editor: RunningServices
  /** Nodes in the order of the list. */
  nodes: readonly LGraphNode[]
  nameOf: (node: LGraphNode) => string
  /** Full ids of expanded nodes. */
  opened: ReadonlySet<string>
  setOpened: (id: string, open: boolean) => void
}

export function Outline() {
  subscribeToGraph()
  const editor = useRunning()
  const box = useRef<HTMLElement>(null)
  const [opened, setAllOpened] = useState<ReadonlySet<string>>(new Set())
  useNodeStates(editor)
  const trackFocus = useKeptFocus(box)
  const entries = listEntries(editor)
  const nodes = flattenEntries(entries).map((id) => editor.stage.node(id)!)
  const names = numberTitles(nodes.map((node) => ({ id: String(node.id), title: node.getTitle() })))
  const listed: ListData = {
    editor,
    nodes,
    nameOf: (node) => names.get(String(node.id)) ?? node.getTitle(),
    opened,
    setOpened: (id, open) =>
      setAllOpened((all) => new Set(open ? [...all, id] : [...all].filter((each) => each !== id))),
  }
  const way = levelTitles.value
  return (
    <section
      ref={box}
      class="side drawer outline"
      aria-label={texts.outline.label}
      onFocusIn={trackFocus}
      onKeyDown={(event) => {
        focusTitle(event, box.current)
        leaveOnEscape(event, editor)
      }}
    >
      <Header count={nodes.length} />
      <Level way={way} />
      {nodes.length ? (
        <Entries
          entries={entries}
          listed={listed}
          label={way.length ? texts.outline.inside(formatPath(way)) : texts.outline.label}
        />
      ) : (
        <div class="empty">
          <strong>{texts.outline.empty}</strong>
          {texts.outline.emptyHint}
        </div>
      )}
    </section>
  )
}

function Header({ count }: { count: number }) {
  const editor = useRunning()
  return (
    <div class="outline-head">
      <h2>{texts.outline.label}</h2>
      <span>{texts.outline.nodes(count)}</span>
      <IconButton
        label={texts.top.add}
        icon={<icons.plus />}
        class="icon small"
        onClick={() => addBeside(editor)}
      />
      <IconButton
        label={texts.drawer.close}
        icon={<icons.close />}
        class="icon small"
        onClick={() => {
          showDrawer(undefined)
          editor.stage.focus()
        }}
      />
    </div>
  )
}

/** Path of the open subgraph, with a button that leaves it. */
function Level({ way }: { way: readonly string[] }) {
  const editor = useRunning()
  if (!way.length) return null
  return (
    <div class="outline-level">
      <span>{texts.outline.inside(formatPath(way))}</span>
      <button
        type="button"
        class="button outline small"
        title="Esc"
        onClick={() => leaveLevel(editor)}
      >
        {texts.subgraph.up(way.at(-2) ?? texts.subgraph.graph)}
      </button>
    </div>
  )
}

/** Escape leaves the open subgraph, as on the canvas. Fields handle the key themselves. */
function leaveOnEscape(event: KeyboardEvent, editor: RunningServices) {
  if (event.key !== 'Escape' || event.defaultPrevented || !levelTitles.value.length) return
  if ((event.target as HTMLElement).closest('input, select, textarea')) return
  event.preventDefault()
  leaveLevel(editor)
}

/**
 * Returns the entries of the list. Reroutes are only visual, so links are resolved through them.
 */
function listEntries({ stage: { graph } }: RunningServices): Entry[] {
  const nodes = graph._nodes.filter((node) => !isReroute(node))
  const wires = nodes.flatMap((node) =>
    node.inputs.flatMap((_, i) => {
      const from = findInputSource(node, i)
      return from ? [[String(from.node.id), String(node.id)] as const] : []
    }),
  )
  return buildOutline(
    nodes.map(({ id }) => String(id)),
    wires,
    nestedLoops(graph),
  )
}

/** Rerenders when the run state of a node changes, at most twice a second. */
function useNodeStates({ stage }: RunningServices) {
  const [, setSaid] = useState('')
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined
    const look = () => {
      timer = undefined
      setSaid(stage.nodes().map(formatNodeState).join('\n'))
    }
    const leave = stage.onDrawn(() => (timer ??= setTimeout(look, 500)))
    return () => {
      clearTimeout(timer)
      leave()
    }
  }, [])
}

function formatNodeState(node: LGraphNode): string {
  const { part = 'runs' } = node as LGraphNode & PaintedNode
  if (part !== 'runs') return texts.outline.parts[part]
  if (!isDiffusionNode(node) || node.diffusion.state === 'idle') return ''
  const { state: now, progress } = node.diffusion
  if (now !== 'running' || !progress)
    return texts.outline.states[now as keyof typeof texts.outline.states]
  return texts.status.step(format.count(progress.index), format.count(progress.count))
}

// ---- focus

const getTitles = (box: HTMLElement | null) => [
  ...(box?.querySelectorAll<HTMLElement>('summary[data-control]') ?? []),
]

/** Set while Shift extends the selection to the focused nodes. */
let extending = false

function focusTitle(event: KeyboardEvent, box: HTMLElement | null) {
  const titles = getTitles(box)
  const now = titles.indexOf(event.target as HTMLElement)
  const next = { ArrowDown: now + 1, ArrowUp: now - 1, Home: 0, End: titles.length - 1 }[event.key]
  if (now < 0 || next === undefined || event.ctrlKey || event.altKey || event.metaKey) return
  extending = event.shiftKey
  titles[next]?.focus()
  extending = false
  event.preventDefault()
}

/**
 * Keeps the focus when its node moves in the list (into a loop) or is deleted: focuses the same
 * control again, else its node, else the node that is now at its position. Returns the handler for
 * `focusin` events.
 */
function useKeptFocus(box: RefObject<HTMLElement | null>) {
  const last = useRef<{ element: HTMLElement; node: string; control: string; index: number }>(
    undefined,
  )
  const wanted = outlineTarget.value
  const inside = box.current?.contains(document.activeElement) ?? false
  useLayoutEffect(() => {
    const findControl = (node: string, control: string) =>
      box.current?.querySelector<HTMLElement>(
        `[data-node="${CSS.escape(node)}"] ` +
          `:is([data-control="${CSS.escape(control)}"], [id="${CSS.escape(control)}"])`,
      )
    if (wanted !== undefined) {
      outlineTarget.value = undefined
      findControl(String(wanted), 'title')?.focus()
    } else if (last.current && document.activeElement === document.body) {
      const { element, node, control, index } = last.current
      // The user clicked elsewhere.
      if (!inside && element.isConnected) return
      const titles = getTitles(box.current)
      const next =
        findControl(node, control) ??
        findControl(node, 'title') ??
        titles[Math.min(index, titles.length - 1)]
      const fallback = box.current?.querySelector<HTMLElement>('.button')
      ;(next ?? fallback)?.focus()
    }
  })
  return ({ target }: FocusEvent) => {
    const element = target as HTMLElement
    const item = element.closest<HTMLElement>('[data-node]')
    const title = item?.querySelector<HTMLElement>('summary')
    last.current = {
      element,
      node: item?.dataset.node ?? '',
      control: element.dataset.control ?? element.id,
      index: title ? getTitles(box.current).indexOf(title) : 0,
    }
  }
}

// ---- list

function Entries({
  entries,
  listed,
  label,
}: {
  entries: readonly Entry[]
  listed: ListData
  label: string
}) {
  return (
    <ol aria-label={label}>
      {entries.map((entry) =>
        'node' in entry ? (
          <NodeItem
            key={listed.editor.stage.fullId(entry.node)}
            node={listed.editor.stage.node(entry.node)!}
            listed={listed}
          />
        ) : (
          <LoopItem
            key={`loop ${entry.loop.start}`}
            loop={entry.loop}
            entries={entry.entries}
            listed={listed}
          />
        ),
      )}
    </ol>
  )
}

function LoopItem({
  loop,
  entries,
  listed,
}: {
  loop: Loop
  entries: readonly Entry[]
  listed: ListData
}) {
  const start = listed.editor.stage.node(loop.start)!
  const progress = isDiffusionNode(start) ? start.diffusion.progress : undefined
  const label = texts.outline.loop(listed.nameOf(start))
  const step =
    progress && texts.status.step(format.count(progress.index), format.count(progress.count))
  return (
    <li class="loop">
      <p class="loop-title">{[label, step].filter(Boolean).join(' · ')}</p>
      <Entries entries={entries} listed={listed} label={label} />
    </li>
  )
}

interface ItemProps {
  node: LGraphNode
  listed: ListData
}

function NodeItem({ node, listed }: ItemProps) {
  const { editor, nameOf, opened, setOpened } = listed
  const { stage } = editor
  const id = stage.fullId(node.id)
  const open = opened.has(id)
  const name = nameOf(node)
  const subgraph = nodeSubgraph(editor, node)
  const declaration = isDiffusionNode(node) ? node.diffusion.declaration : undefined
  const type = declaration?.title ?? node.type
  const state = formatNodeState(node)
  const wires = node.inputs.flatMap((slot, i) => {
    const from = slot.name === LOOP ? undefined : findInputSource(node, i)
    return from ? [texts.outline.wire(slot.name, formatSource(from, nameOf))] : []
  })
  const select = () => {
    const selected = stage.selection()
    if (extending) stage.select([...selected.map((each) => each.id), node.id])
    else if (selected.length !== 1 || selected[0] !== node) stage.select([node.id])
    stage.reveal(node, panelInsets())
  }
  return (
    <li data-node={node.id}>
      <details open={open} onToggle={(event) => setOpened(id, event.currentTarget.open)}>
        <summary
          data-control="title"
          aria-current={selectedIds.value.includes(node.id)}
          onFocus={select}
        >
          <span class="dot" style={tint(declaration?.category ?? 'tools')} />
          <span class="name">{name}</span>
          {type !== node.getTitle() && <span class="type">{type}</span>}
          {subgraph && (
            <span class="type">
              {texts.outline.nodesInside(
                subgraph.inside.nodes.filter((each) => !isBorderNode(each)).length,
              )}
            </span>
          )}
          {state && <span class="now">{state}</span>}
        </summary>
        {open && <ItemContent node={node} listed={listed} />}
      </details>
      {!open && wires.length > 0 && <p class="wires">{wires.join(', ')}</p>}
    </li>
  )
}

function ItemContent({ node, listed }: ItemProps) {
  const { editor } = listed
  const { faults, notices } = runState
  const id = String(node.id)
  const about = [...faults.value, ...notices.value].filter((fault) =>
    isWithin(fault.node, editor.stage.fullId(id)),
  )
  const shown = (slot: { name: string }, wired: boolean) => slot.name !== LOOP || !wired
  return (
    <div class="content">
      {about.map((fault, i) => (
        <FaultCard key={i} fault={fault} here={editor.stage.fullId(id)} />
      ))}
      {!isDiffusionNode(node) && <p>{texts.panel.unknown}</p>}
      {node.inputs.map(
        (slot, i) =>
          shown(slot, slot.link != null) && (
            <Input
              key={slot.name}
              node={node}
              index={i}
              nodes={listed.nodes}
              nameOf={listed.nameOf}
            />
          ),
      )}
      {node.outputs.length > 0 && (
        <ul aria-label={texts.panel.outputs} class="outs">
          {node.outputs.map(
            (slot, i) =>
              shown(slot, true) && (
                <Output key={slot.name} node={node} index={i} nameOf={listed.nameOf} />
              ),
          )}
        </ul>
      )}
      {isDiffusionNode(node) && Object.keys(node.diffusion.declaration.params).length > 0 && (
        <Params node={node} />
      )}
      <ItemActions node={node} editor={editor} />
    </div>
  )
}

function ItemActions({ node, editor }: { node: LGraphNode; editor: RunningServices }) {
  return (
    <div class="acts">
      {nodeSubgraph(editor, node) && (
        <button type="button" class="button outline small" onClick={() => enterNode(editor, node)}>
          {texts.subgraph.enter}
        </button>
      )}
      <button
        type="button"
        class="button outline small"
        onClick={() => {
          editor.stage.goTo(node, panelInsets())
          editor.stage.focus()
        }}
      >
        {texts.outline.show}
      </button>
      <button
        type="button"
        class="button danger small"
        onClick={() => {
          editor.stage.select([node.id])
          getCommand('delete').run()
        }}
      >
        {texts.commands.delete}
      </button>
    </div>
  )
}
