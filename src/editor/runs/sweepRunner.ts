// Execution of sweeps: puts the graphs of all cells into the queue and tracks their progress.
import { formatControlValue } from '../../workflow/controlSpec.ts'
import { signal } from '@preact/signals'
import type { Event } from '../../engine/protocol.ts'
import { parseWorkflow } from '../../workflow/index.ts'
import { ownTypes } from '../graph/declarations.ts'
import { formatFault, texts, translateWorkflow } from '../texts/texts.ts'
import { lowerPanel, showLowerPanel, showToast } from '../ui/state.ts'
import { newId } from '../workspace/library.ts'
import { workflowId, workflowName } from '../workspace/state.ts'
import type { Axis, Run, Sweep } from './record.ts'
import { sweepTitle } from './runText.ts'
import type { RunsServices } from './services.ts'
import { runSelection } from './state.ts'
import { sweepCells, type SweepCell } from './sweep.ts'

/** Progress of a cell without a recorded run. */
export interface CellProgress {
  state: 'waiting' | 'running' | 'ended'
  index?: number
  count?: number
  loss?: number
}

/** Progress by {@link cellKey}. */
export const cellProgress = signal<ReadonlyMap<string, CellProgress>>(new Map())

export const cellKey = (sweep: string, at: readonly number[]) => `${sweep} ${at.join()}`

/** True while cells of the sweep are waiting or running. */
export const isSweepActive = ({ id }: Sweep) =>
  [...cellProgress.value].some(
    ([key, progress]) => progress.state !== 'ended' && key.startsWith(id),
  )

function setCellProgress(key: string, progress: CellProgress | undefined) {
  const next = new Map(cellProgress.value)
  if (progress) next.set(key, progress)
  else next.delete(key)
  cellProgress.value = next
}

/** Returns each distinct fault of the cells, with the values of the first cell that has it. */
export async function checkCells(
  { engine }: Pick<RunsServices, 'engine'>,
  cells: readonly SweepCell[],
  axes: readonly Axis[],
): Promise<string[]> {
  const found = new Map<string, string>()
  for (const { at, graph } of cells) {
    const fault = (await engine.check(graph)).find(({ notice }) => !notice)
    if (fault && !found.has(fault.message))
      found.set(fault.message, `${cellTitle(axes, at)}: ${formatFault(fault)}`)
  }
  return [...found.values()]
}

export const cellTitle = (axes: readonly Axis[], at: readonly number[]) =>
  axes
    .map(({ title, param, values }, i) => `${title}.${param} ${formatControlValue(values[at[i]])}`)
    .join(', ')

type SweepServices = Pick<RunsServices, 'runner' | 'runs'>

/** Stores a sweep over the open graph, enqueues its runs and shows its grid. */
export async function startSweep(
  editor: SweepServices & Pick<RunsServices, 'workspace'>,
  axes: Axis[],
  cells: readonly SweepCell[],
) {
  const [workflow, name] = [workflowId.value, workflowName.value]
  const text = editor.workspace.text()
  const sweep: Sweep = { id: newId(), when: Date.now(), workflow, name, text, axes }
  await editor.runs.addSweep(sweep)
  enqueueCells(editor, sweep, cells)
  showSweep(sweep.id)
}

export function showSweep(id: string) {
  runSelection.value = { sweep: id }
  showLowerPanel('runs')
}

/** Enqueues the cells of a sweep that have no run and are not waiting. */
export function runMissingCells(editor: SweepServices, sweep: Sweep, done: readonly Run[]) {
  const recorded = new Set(done.map((run) => cellKey(sweep.id, run.sweep?.at ?? [])))
  const { workflow } = parseWorkflow(sweep.text, ownTypes)
  const missing = sweepCells(workflow, sweep.axes, ownTypes).filter(({ at }) => {
    const key = cellKey(sweep.id, at)
    return !recorded.has(key) && !cellProgress.value.has(key)
  })
  enqueueCells(editor, sweep, missing)
}

function enqueueCells({ runner, runs }: SweepServices, sweep: Sweep, cells: readonly SweepCell[]) {
  let left = cells.length
  for (const { at, text, graph } of cells) {
    const key = cellKey(sweep.id, at)
    setCellProgress(key, { state: 'waiting' })
    runner.enqueue(graph, {
      name: `${translateWorkflow(sweep.name)}: ${cellTitle(sweep.axes, at)}`,
      text,
      workflow: { id: sweep.workflow, name: sweep.name },
      sweep: { id: sweep.id, at },
      onEvent: (event) => handleCellEvent(key, event),
      onEnd(outcome) {
        left--
        const ended = { ...cellProgress.value.get(key), state: 'ended' as const }
        setCellProgress(key, outcome === 'removed' ? undefined : ended)
        // The recorded run replaces the progress once it is stored.
        void runs.whenStored().then(() => setCellProgress(key, undefined))
        if (left === 0 && outcome !== 'removed') announceSweepDone(sweep, cells.length)
      },
    })
  }
}

function handleCellEvent(key: string, event: Event) {
  const before = cellProgress.value.get(key)
  if (event.type === 'started') setCellProgress(key, { ...before, state: 'running' })
  else if (event.type === 'progress' && !event.emission) {
    const { index, count, loss = before?.loss } = event
    setCellProgress(key, {
      state: 'running',
      index,
      count,
      ...(loss !== undefined && { loss }),
    })
  }
}

/** Shows a toast, unless the grid of the sweep is open. */
function announceSweepDone(sweep: Sweep, count: number) {
  const shown = runSelection.value
  if (lowerPanel.value === 'runs' && shown && 'sweep' in shown && shown.sweep === sweep.id) return
  const action = { label: texts.runs.sweep.show, run: () => showSweep(sweep.id) }
  showToast(texts.runs.sweep.done(count), { text: sweepTitle(sweep), action })
}
