// The graph as a list in the page, beside the canvas: who does not see the canvas, or works with keys alone, reads, wires and
// changes all of it here.
import type { RefObject } from 'preact'
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks'
import { isDiffusionNode } from '../nodes/litegraph/node.ts'
import { isReroute } from '../nodes/litegraph/reroute.ts'
import { LOOP } from '../nodes/workflow/slots.ts'
import { loopsIn } from './arranging.ts'
import { IconButton } from './buttons.tsx'
import type { LGraphNode } from './canvas.ts'
import { useEditor } from './context.ts'
import type { Editor } from './editor.ts'
import { toggleOutline } from './focus.ts'
import * as format from './format.ts'
import { icons } from './icons.tsx'
import type { Painted } from './look/painting.ts'
import { namesOf, nodesIn, outlined, type Entry, type Loop } from './outlined.ts'
import { addBeside, Input, Output, placeOf, sourceOf } from './outlineWires.tsx'
import { FaultCard, tint } from './panel.tsx'
import { Params } from './params.tsx'
import { enterNode, leave, standsFor } from './subgraph/actions.ts'
import { isBorder } from './subgraph/pack.ts'
import { concerns, wayInWords } from './subgraph/places.ts'
import * as state from './state.ts'
import { texts } from './texts.ts'

/** The first stop of the tab key. */
export const SkipLink = ({ editor }: { editor: Editor }) => (
  <button type="button" class="button primary skip" onClick={() => toggleOutline(editor.stage)}>
    {texts.outline.label}
  </button>
)

/** What all items of the list share. */
interface Listed {
  editor: Editor
  /** In the order of the list. */
  nodes: readonly LGraphNode[]
  nameOf: (node: LGraphNode) => string
  /** By full ids. */
  opened: ReadonlySet<string>
  setOpened: (id: string, open: boolean) => void
}

export function Outline() {
  state.followGraph()
  const editor = useEditor()
  const box = useRef<HTMLElement>(null)
  const [opened, setAllOpened] = useState<ReadonlySet<string>>(new Set())
  useStates(editor)
  const keepPlace = useFocusIn(box)
  const entries = entriesOf(editor)
  const nodes = nodesIn(entries).map((id) => editor.stage.node(id)!)
  const names = namesOf(nodes.map((node) => ({ id: String(node.id), title: node.getTitle() })))
  const listed: Listed = {
    editor,
    nodes,
    nameOf: (node) => names.get(String(node.id))!,
    opened,
    setOpened: (id, open) => setAllOpened((all) => new Set(open ? [...all, id] : [...all].filter((each) => each !== id))),
  }
  const way = state.level.value
  return (
    <section
      ref={box}
      class="side drawer outline"
      aria-label={texts.outline.label}
      onFocusIn={keepPlace}
      onKeyDown={(event) => {
        moveAmongTitles(event, box.current!)
        leaveByKey(event, editor)
      }}
    >
      <div class="outline-head">
        <h2>{texts.outline.label}</h2>
        <span>{texts.outline.nodes(nodes.length)}</span>
        <IconButton label={texts.top.add} icon={<icons.plus />} class="icon small" onClick={() => addBeside(editor)} />
        <IconButton
          label={texts.drawer.close}
          icon={<icons.close />}
          class="icon small"
          onClick={() => {
            state.drawer.value = undefined
            editor.stage.focus()
          }}
        />
      </div>
      <Level way={way} />
      {nodes.length ? (
        <Entries
          entries={entries}
          listed={listed}
          label={way.length ? texts.outline.inside(wayInWords(way)) : texts.outline.label}
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

/** Where the list is, if that is inside of a node, and the way out. */
function Level({ way }: { way: readonly string[] }) {
  const editor = useEditor()
  if (!way.length) return null
  return (
    <div class="outline-level">
      <span>{texts.outline.inside(wayInWords(way))}</span>
      <button type="button" class="button outline small" title="Esc" onClick={() => leave(editor)}>
        {texts.subgraph.up(way.at(-2) ?? texts.subgraph.graph)}
      </button>
    </div>
  )
}

/** Out of the level that is open, as on the canvas; a field keeps the key. */
function leaveByKey(event: KeyboardEvent, editor: Editor) {
  if (event.key !== 'Escape' || event.defaultPrevented || !state.level.value.length) return
  if ((event.target as HTMLElement).closest('input, select, textarea')) return
  event.preventDefault()
  leave(editor)
}

/** Reroutes are for the eye: here wires lead past them. */
function entriesOf({ stage: { graph } }: Editor): Entry[] {
  const nodes = graph._nodes.filter((node) => !isReroute(node))
  const wires = nodes.flatMap((node) =>
    node.inputs.flatMap((_, i) => {
      const from = sourceOf(node, i)
      return from ? [[String(from.node.id), String(node.id)] as const] : []
    }),
  )
  return outlined(
    nodes.map(({ id }) => String(id)),
    wires,
    loopsIn(graph),
  )
}

/** Draws again when what a run says of the nodes has changed; looks twice a second at most. */
function useStates({ stage }: Editor) {
  const [, setSaid] = useState('')
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined
    const look = () => {
      timer = undefined
      setSaid(stage.nodes().map(stateInWords).join('\n'))
    }
    const leave = stage.onDrawn(() => (timer ??= setTimeout(look, 500)))
    return () => {
      clearTimeout(timer)
      leave()
    }
  }, [])
}

function stateInWords(node: LGraphNode): string {
  const { part = 'runs' } = node as unknown as Painted
  if (part !== 'runs') return texts.outline.parts[part]
  if (!isDiffusionNode(node) || node.diffusion.state === 'idle') return ''
  const { state: now, progress } = node.diffusion
  if (now !== 'running' || !progress) return texts.outline.states[now as keyof typeof texts.outline.states]
  return texts.status.step(format.count(progress.index), format.count(progress.count))
}

// ---- the focus

const titlesIn = (box: HTMLElement) => [...box.querySelectorAll<HTMLElement>('summary[data-control]')]

/** With Shift, nodes on the way are selected too. */
let extending = false

function moveAmongTitles(event: KeyboardEvent, box: HTMLElement) {
  const titles = titlesIn(box)
  const now = titles.indexOf(event.target as HTMLElement)
  const next = { ArrowDown: now + 1, ArrowUp: now - 1, Home: 0, End: titles.length - 1 }[event.key]
  if (now < 0 || next === undefined || event.ctrlKey || event.altKey || event.metaKey) return
  extending = event.shiftKey
  titles[next]?.focus()
  extending = false
  event.preventDefault()
}

/**
 * What has the focus may be drawn in another place, when its node comes into a loop, or go, when it is deleted: then the focus
 * goes on at the same control, at its node, or at the one that is there now. Returns what is to hear where it is.
 */
function useFocusIn(box: RefObject<HTMLElement | null>) {
  const last = useRef<{ element: HTMLElement; node: string; control: string; index: number }>(undefined)
  const wanted = state.outlineAt.value
  const inside = box.current?.contains(document.activeElement) ?? false
  useLayoutEffect(() => {
    const controlOf = (node: string, control: string) =>
      box.current!.querySelector<HTMLElement>(
        `[data-node="${CSS.escape(node)}"] :is([data-control="${CSS.escape(control)}"], [id="${CSS.escape(control)}"])`,
      )
    if (wanted !== undefined) {
      state.outlineAt.value = undefined
      controlOf(String(wanted), 'title')?.focus()
    } else if (last.current && document.activeElement === document.body) {
      const { element, node, control, index } = last.current
      // Somebody pressed the pointer elsewhere.
      if (!inside && element.isConnected) return
      const titles = titlesIn(box.current!)
      const next = controlOf(node, control) ?? controlOf(node, 'title') ?? titles[Math.min(index, titles.length - 1)]
      const fallback = box.current!.querySelector<HTMLElement>('.button')
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
      index: title ? titlesIn(box.current!).indexOf(title) : 0,
    }
  }
}

// ---- the list

function Entries({ entries, listed, label }: { entries: readonly Entry[]; listed: Listed; label: string }) {
  return (
    <ol aria-label={label}>
      {entries.map((entry) =>
        'node' in entry ? (
          <Item key={listed.editor.stage.fullId(entry.node)} node={listed.editor.stage.node(entry.node)!} listed={listed} />
        ) : (
          <LoopItem key={`loop ${entry.loop.start}`} loop={entry.loop} entries={entry.entries} listed={listed} />
        ),
      )}
    </ol>
  )
}

function LoopItem({ loop, entries, listed }: { loop: Loop; entries: readonly Entry[]; listed: Listed }) {
  const start = listed.editor.stage.node(loop.start)!
  const progress = isDiffusionNode(start) ? start.diffusion.progress : undefined
  const label = texts.outline.loop(listed.nameOf(start))
  const step = progress && texts.status.step(format.count(progress.index), format.count(progress.count))
  return (
    <li class="loop">
      <p class="loop-title">{[label, step].filter(Boolean).join(' · ')}</p>
      <Entries entries={entries} listed={listed} label={label} />
    </li>
  )
}

interface ItemProps {
  node: LGraphNode
  listed: Listed
}

function Item({ node, listed }: ItemProps) {
  const { editor, nameOf, opened, setOpened } = listed
  const { stage } = editor
  const id = stage.fullId(node.id)
  const open = opened.has(id)
  const name = nameOf(node)
  const stands = standsFor(editor, node)
  const declaration = isDiffusionNode(node) ? node.diffusion.declaration : undefined
  const type = declaration?.title ?? node.type
  const said = stateInWords(node)
  const wires = node.inputs.flatMap((slot, i) => {
    const from = slot.name === LOOP ? undefined : sourceOf(node, i)
    return from ? [texts.outline.wire(slot.name, placeOf(from, nameOf))] : []
  })
  const select = () => {
    const selected = stage.selection()
    if (extending) stage.select([...selected.map((each) => each.id), node.id])
    else if (selected.length !== 1 || selected[0] !== node) stage.select([node.id])
    stage.bringIn(node, editor.insets())
  }
  return (
    <li data-node={node.id}>
      <details open={open} onToggle={(event) => setOpened(id, event.currentTarget.open)}>
        <summary data-control="title" aria-current={state.selection.value.includes(node.id)} onFocus={select}>
          <span class="dot" style={tint(declaration?.category ?? 'tools')} />
          <span class="name">{name}</span>
          {type !== node.getTitle() && <span class="type">{type}</span>}
          {stands && (
            <span class="type">{texts.outline.within(stands.inside.nodes.filter((each) => !isBorder(each)).length)}</span>
          )}
          {said && <span class="now">{said}</span>}
        </summary>
        {open && <Content node={node} listed={listed} />}
      </details>
      {!open && wires.length > 0 && <p class="wires">{wires.join(', ')}</p>}
    </li>
  )
}

function Content({ node, listed }: ItemProps) {
  const { editor } = listed
  const { faults, notices } = state.run
  const id = String(node.id)
  const about = [...faults.value, ...notices.value].filter((fault) => concerns(editor.stage.fullId(id), fault.node))
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
            <Input key={slot.name} node={node} index={i} nodes={listed.nodes} nameOf={listed.nameOf} />
          ),
      )}
      {node.outputs.length > 0 && (
        <ul aria-label={texts.panel.outputs} class="outs">
          {node.outputs.map(
            (slot, i) => shown(slot, true) && <Output key={slot.name} node={node} index={i} nameOf={listed.nameOf} />,
          )}
        </ul>
      )}
      {isDiffusionNode(node) && Object.keys(node.diffusion.declaration.params).length > 0 && <Params node={node} />}
      <div class="acts">
        {standsFor(editor, node) && (
          <button type="button" class="button outline small" onClick={() => enterNode(editor, node)}>
            {texts.subgraph.enter}
          </button>
        )}
        <button
          type="button"
          class="button outline small"
          onClick={() => {
            editor.stage.goTo(node, editor.insets())
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
            editor.commands.delete.run()
          }}
        >
          {texts.commands.delete}
        </button>
      </div>
    </div>
  )
}
