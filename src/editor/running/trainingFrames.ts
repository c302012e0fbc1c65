// Recorded views of the trainings of each tab, and the step that a tab shows. The recorder itself is
// loaded with the first run.
import { computed, signal } from '@preact/signals'
import type { View } from '../../engine/plan/view.ts'
import { shownTab } from '../workspace/state.ts'
import type { Frames, ShownStep, TrainingStep } from './frames.ts'

/** Minimum time between two updates of the list of steps, in milliseconds. */
const UPDATE_MS = 250

const createTabFrames = () => ({
  /** Undefined until a run begins, or if the recorder could not be loaded (offline). */
  frames: undefined as Frames | undefined,
  /** Key of the recorded graph, and the run that is recorded. */
  key: '',
  run: -1,
  updated: 0,
  /** Views since the last known step. */
  arrived: new Map<string, View>(),
  steps: signal<readonly ShownStep[]>([]),
  /** The step that the tab shows, undefined for the latest one. */
  shown: signal<ShownStep | undefined>(undefined),
})

const tabs = new Map<number, ReturnType<typeof createTabFrames>>()

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
  for (const other of tabs.keys()) if (other !== tab) forgetFrames(other)
  const known = tabFrames(tab)
  known.shown.value = undefined
  if (known.run === id) return
  known.arrived.clear()
  if (known.key === key) known.frames?.restart()
  else known.frames?.clear()
  Object.assign(known, { key, run: id })
  updateSteps(tab)
  if (!known.frames)
    import('./frames.ts').then(
      ({ createFrames }) => void (known.frames ??= createFrames()),
      () => {},
    )
}

/** Records a view of a training, as of its next known step. */
export function recordView(tab: number, node: string, view: View) {
  tabFrames(tab).arrived.set(node, view)
}

/**
 * Records the step of a training. The engine reports fewer steps than views, so the views before it
 * may be of later steps than the one reported before.
 */
export function recordStep(tab: number, { node: start, index, count }: TrainingStep) {
  const known = tabFrames(tab)
  for (const [node, view] of known.arrived)
    known.frames?.add({ node: start, index, count }, node, view)
  known.arrived.clear()
  if (Date.now() - known.updated >= UPDATE_MS) updateSteps(tab)
}

/** Updates the list of steps, which the slider shows. */
export function updateSteps(tab: number) {
  const known = tabFrames(tab)
  known.updated = Date.now()
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

/** Deletes the frames of a tab. */
export function forgetFrames(tab: number) {
  const known = tabs.get(tab)
  if (!known) return
  known.frames?.clear()
  known.arrived.clear()
  Object.assign(known, { key: '', run: -1 })
  known.steps.value = []
  known.shown.value = undefined
}
