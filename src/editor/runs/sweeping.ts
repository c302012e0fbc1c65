// Sweeps as they run: their graphs go into the queue, and the grid hears how far each is.
import { signal } from '@preact/signals'
import type { Event } from '../../engine/protocol.ts'
import { parseWorkflow } from '../../nodes/workflow.ts'
import { ownTypes } from '../declarations.ts'
import type { Editor } from '../editor.ts'
import { newId } from '../library.ts'
import * as state from '../state.ts'
import { inWords, texts, translated } from '../texts.ts'
import { looking } from './looking.ts'
import type { Axis, Run, Sweep } from './record.ts'
import { cellsOf, written, type Cell } from './sweep.ts'
import { sweepInWords } from './words.ts'

/** How far a cell is that has no run yet. */
export interface Going {
  state: 'waiting' | 'running' | 'ended'
  index?: number
  count?: number
  loss?: number
}

/** By {@link keyOf}. */
export const going = signal<ReadonlyMap<string, Going>>(new Map())

export const keyOf = (sweep: string, at: readonly number[]) => `${sweep} ${at.join()}`

/** Whether some of it waits or runs. */
export const isGoing = ({ id }: Sweep) => [...going.value].some(([key, now]) => now.state !== 'ended' && key.startsWith(id))

function tell(key: string, change: Going | undefined) {
  const now = new Map(going.value)
  if (change) now.set(key, change)
  else now.delete(key)
  going.value = now
}

/** What keeps cells from running, each with its values; empty if nothing does. */
export async function faultsOf(editor: Editor, cells: readonly Cell[], axes: readonly Axis[]): Promise<string[]> {
  const found = new Map<string, string>()
  for (const { at, graph } of cells) {
    const wrong = (await editor.runner.check(graph)).find(({ notice }) => !notice)
    if (wrong && !found.has(wrong.message)) found.set(wrong.message, `${placeInWords(axes, at)}: ${inWords(wrong)}`)
  }
  return [...found.values()]
}

export const placeInWords = (axes: readonly Axis[], at: readonly number[]) =>
  axes.map(({ title, param, values }, i) => `${title}.${param} ${written(values[at[i]!])}`).join(', ')

/** Keeps a sweep over the graph that is open, puts its runs into the queue and shows its grid. */
export async function beginSweep(editor: Editor, axes: Axis[], cells: readonly Cell[]) {
  const { workspace, runs } = editor
  const [workflow, name] = [state.id.value, state.name.value]
  const sweep: Sweep = { id: newId(), when: Date.now(), workflow, name, text: workspace.text(), axes }
  await runs.addSweep(sweep)
  enqueue(editor, sweep, cells)
  showSweep(sweep.id)
}

export function showSweep(id: string) {
  looking.value = { sweep: id }
  state.lower.value = 'runs'
}

/** The cells of a sweep that have no run go into the queue again. */
export function runMissing(editor: Editor, sweep: Sweep, done: readonly Run[]) {
  const there = new Set(done.map((run) => keyOf(sweep.id, run.sweep!.at)))
  const { workflow } = parseWorkflow(sweep.text, ownTypes)
  const missing = cellsOf(workflow, sweep.axes, ownTypes).filter(({ at }) => {
    const key = keyOf(sweep.id, at)
    return !there.has(key) && !going.value.has(key)
  })
  enqueue(editor, sweep, missing)
}

function enqueue({ runner, runs }: Editor, sweep: Sweep, cells: readonly Cell[]) {
  let left = cells.length
  for (const { at, text, graph } of cells) {
    const key = keyOf(sweep.id, at)
    tell(key, { state: 'waiting' })
    runner.enqueue(graph, {
      name: `${translated(sweep.name)}: ${placeInWords(sweep.axes, at)}`,
      text,
      workflow: { id: sweep.workflow, name: sweep.name },
      sweep: { id: sweep.id, at },
      onEvent: (event) => follow(key, event),
      onEnd(outcome) {
        left--
        tell(key, outcome === 'removed' ? undefined : { ...going.value.get(key), state: 'ended' })
        // Its record takes the place of it, a moment later.
        void runs.settled().then(() => tell(key, undefined))
        if (left === 0 && outcome !== 'removed') sayDone(sweep, cells.length)
      },
    })
  }
}

function follow(key: string, event: Event) {
  const now = going.value.get(key)
  if (event.type === 'started') tell(key, { ...now, state: 'running' })
  else if (event.type === 'progress' && !event.emission) {
    const { index, count, loss = now?.loss } = event
    tell(key, { state: 'running', index, count, ...(loss !== undefined && { loss }) })
  }
}

/** Unless it is seen. */
function sayDone(sweep: Sweep, count: number) {
  const at = looking.value
  if (state.lower.value === 'runs' && at && 'sweep' in at && at.sweep === sweep.id) return
  const action = { label: texts.runs.sweep.show, run: () => showSweep(sweep.id) }
  state.say(texts.runs.sweep.done(count), { text: sweepInWords(sweep), action })
}
