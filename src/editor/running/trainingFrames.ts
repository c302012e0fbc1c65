// Recorded views of the trainings of each tab, and the step that a tab shows. The recorder itself is
// loaded with the first run.
import { computed, signal } from '@preact/signals'
import type { View } from '../../engine/base/view.ts'
import { shownTab } from '../workspace/state.ts'
import type { TrainingStep } from '../../engine/protocol.ts'
import type { Frames, ShownStep } from './frames.ts'

/** Minimum time between two updates of the list of steps, in milliseconds. */
const UPDATE_MS = 250

const createTabFrames = () => ({
  /** Undefined until a run begins, or if the recorder could not be loaded (offline). */
  frames: undefined as Frames | undefined,
  /** Key of the recorded graph, and the run that is recorded. */
  key: '',
  run: -1,
  updated: 0,
  timer: undefined as ReturnType<typeof setTimeout> | undefined,
  /** Step of the last recorded view. */
  latest: undefined as TrainingStep | undefined,
  steps: signal<readonly ShownStep[]>([]),
  /** Size of the recorded views, as of the last update of the list. */
  bytes: 0,
  /** The step that the tab shows, undefined for the latest one. */
  shown: signal<ShownStep | undefined>(undefined),
})

type TabFrames = ReturnType<typeof createTabFrames>

const tabs = new Map<number, TabFrames>()

function tabFrames(tab: number) {
  const known = tabs.get(tab) ?? createTabFrames()
  tabs.set(tab, known)
  return known
}

/** Frames of the tab on the canvas. */
export const shownFrames = computed(() => tabFrames(shownTab.value))

/**
 * Prepares a tab for a run. Frames of the same graph stay, as its training may continue. Those of
 * other tabs are deleted, so that the bound of one tab is that of the page.
 */
export function beginFrames(tab: number, { id, key }: { id: number; key: string }) {
  for (const [other, frames] of tabs) if (other !== tab) clearFrames(frames)
  const known = tabFrames(tab)
  known.shown.value = undefined
  if (known.run === id) return
  if (known.key === key) restartFrames(tab)
  else known.frames?.clear()
  known.latest = undefined
  Object.assign(known, { key, run: id })
  updateSteps(tab)
  if (!known.frames)
    import('./frames.ts').then(
      ({ createFrames }) => void (known.frames ??= createFrames()),
      () => {},
    )
}

/** Prepares for steps that are repeated: the training begins again, or continues from a saved one. */
export function restartFrames(tab: number) {
  const known = tabFrames(tab)
  known.frames?.restart()
  known.latest = undefined
}

/** Records a view of a training. */
export function recordView(tab: number, step: TrainingStep, node: string, view: View) {
  const known = tabFrames(tab)
  const { latest } = known
  // Reading takes time. A view of an earlier step than the one before is the latest of its node.
  const isLate = latest?.node === step.node && step.index < latest.index
  known.latest = isLate ? latest : step
  known.frames?.add(known.latest, node, view)
  if (Date.now() - known.updated >= UPDATE_MS) updateSteps(tab)
  else known.timer ??= setTimeout(() => updateSteps(tab), UPDATE_MS)
}

/** Updates the list of steps, which the slider shows. */
export function updateSteps(tab: number) {
  const known = tabFrames(tab)
  known.updated = Date.now()
  clearTimeout(known.timer)
  known.timer = undefined
  known.bytes = known.frames?.bytes() ?? 0
  // Copies, as frames move on while they are recorded.
  known.steps.value = (known.frames?.steps() ?? []).map(({ node, index, count, serial }) => ({
    node,
    index,
    count,
    serial,
  }))
}

/** True if a tab shows an earlier step. */
export const showsEarlierStep = (tab: number) => tabs.get(tab)?.shown.value !== undefined

/**
 * Chooses the step that a tab shows, undefined for the latest one. Returns the views of all
 * recorded nodes; those that had none yet are undefined.
 */
export function chooseStep(
  tab: number,
  step: ShownStep | undefined,
): ReadonlyMap<string, View | undefined> {
  const { frames, shown } = tabFrames(tab)
  shown.value = step
  if (!frames) return new Map()
  const views = frames.viewsAt(step ? frames.find(step) : frames.steps().length - 1)
  return new Map([...frames.nodes()].map((node) => [node, views.get(node)]))
}

function clearFrames(known: TabFrames) {
  clearTimeout(known.timer)
  known.timer = undefined
  known.frames?.clear()
  known.latest = undefined
  Object.assign(known, { key: '', run: -1 })
  known.steps.value = []
  known.shown.value = undefined
}

/** Deletes the frames of a closed tab, with its recorder. */
export function forgetFrames(tab: number) {
  const known = tabs.get(tab)
  if (known) clearFrames(known)
  tabs.delete(tab)
}
