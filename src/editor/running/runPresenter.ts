// Presentation of the events of a run: in the editor's state, on the nodes of its tab, and in its
// charts.
import { getText } from '../../engine/base/catalogue.ts'
import { outerId } from '../../engine/base/ids.ts'
import type { Graph } from '../../engine/plan/graph.ts'
import type { RunEvent } from '../../hosts/worker/clientTypes.ts'
import type { Stage } from '../canvas/stage.ts'
import { chartRuns } from '../charts/state.ts'
import { ownTypes } from '../graph/declarations.ts'
import { trainingIds } from '../graph/hasTraining.ts'
import { getSeeds } from '../graph/seeds.ts'
import { currentTab, type ActiveRun, type RunTab } from './activeRun.ts'
import { notifyFiles, toRunFile } from './notifications.ts'
import { runState, type RunProgress, type TabResults } from './state.ts'
import type { ShownStep } from './frames.ts'
import {
  beginFrames,
  chooseStep,
  recordView,
  restartFrames,
  showsEarlierStep,
  updateSteps,
} from './trainingFrames.ts'

export interface RunPresenter {
  /** Shows a new run that is not attached to a tab yet. */
  begin(run: ActiveRun): void
  /** Shows a run in the tab on the canvas. */
  attach(run: ActiveRun): void
  detach(run: ActiveRun): void
  /** Prepares for a run that starts again in a restarted engine. Its progress stays visible. */
  restart(run: ActiveRun): void
  /** Shows an event on the nodes of a tab and in its charts. */
  showOnNodes(event: RunEvent, tab: RunTab): void
  /** Shows an event in the tab of its run, if any. */
  showInTab(event: RunEvent, run: ActiveRun): void
  /** Shows all views of a tab as of a step of its training, undefined for the latest ones. */
  showStep(step: ShownStep | undefined, tab: RunTab): void
  /** Shows the progress of a run, which is visible in all tabs. */
  showProgress(event: RunEvent, run: ActiveRun): void
  /** Shows the result of a run in its tab, if any. */
  showResult(event: RunEvent & { type: 'finished' }, run: ActiveRun): void
  end(): void
}

export function createRunPresenter(
  stage: Pick<Stage, 'graph' | 'showEvent' | 'showView' | 'forgetRun'>,
): RunPresenter {
  const showStep: RunPresenter['showStep'] = (step, { graph, tab }) => {
    for (const [node, view] of chooseStep(tab, step)) stage.showView(node, view, graph)
  }
  const showOnNodes = (event: RunEvent, { graph, tab, results }: RunTab) => {
    // Live views are recorded while an earlier step is shown.
    if (event.type !== 'view' || !showsEarlierStep(tab)) stage.showEvent(event, graph)
    if (event.type !== 'view') return
    const id = outerId(event.node)
    chartRuns(tab).showView(id, event.view)
    results.views.value = new Map(results.views.value).set(id, event.view)
  }
  return {
    showOnNodes,
    showStep,
    showProgress,
    showResult,
    begin({ id, name, origin }) {
      runState.presentProgress.value = runState.compiling.value = undefined
      runState.statusText.value = ''
      runState.present.value = { id, name, queued: origin === 'queue' }
    },
    attach(run) {
      const shownIn = (run.shownIn = currentTab(stage.graph))
      const { tab, results } = shownIn
      if (showsEarlierStep(tab)) showStep(undefined, shownIn)
      beginFrames(tab, run)
      chartRuns(tab).beginRun(run.origin === 'live')
      const present = runState.present.value
      if (present) runState.present.value = { ...present, tab }
      clearResults(results)
      results.workflowText.value = run.text
      results.seeds.value = seedValues(run.graph)
      stage.forgetRun()
    },
    detach(run) {
      delete run.shownIn
      const { tab: _, ...present } = runState.present.value ?? {}
      if ('id' in present) runState.present.value = present
    },
    restart({ shownIn }) {
      runState.compiling.value = undefined
      if (!shownIn) return
      restartFrames(shownIn.tab)
      shownIn.results.files.value = shownIn.results.faults.value = []
    },
    showInTab(event, { shownIn, text }) {
      if (!shownIn) return
      if (event.type === 'view' && event.training)
        recordView(shownIn.tab, event.training, event.node, event.view)
      showOnNodes(event, shownIn)
      addToResults(shownIn.results, event, text)
    },
    end() {
      runState.present.value = undefined
      runState.compiling.value = undefined
    },
  }
}

function clearResults(results: TabResults) {
  results.seeds.value = new Map()
  results.faults.value = results.notices.value = []
  results.files.value = []
  results.ended.value = results.progress.value = results.saved.value = undefined
  results.failed.value = false
  results.measures.value = { nodes: [], timing: 'direct' }
}

const seedValues = (graph: Graph): ReadonlyMap<string, number> =>
  new Map(
    getSeeds(graph, ownTypes).map(({ node, param, value }) => [`${node}.${param}`, Number(value)]),
  )

function addToResults(results: TabResults, event: RunEvent, workflow: string) {
  if (event.type === 'faults') results.faults.value = event.faults
  else if (event.type === 'notices') results.notices.value = event.faults
  else if (event.type === 'measured') results.measures.value = event
  else if (event.type === 'saved') results.saved.value = { index: event.index, at: Date.now() }
  else if (event.type === 'file')
    results.files.value = [...results.files.value, toRunFile(event, workflow)]
}

function showProgress(event: RunEvent, run: ActiveRun) {
  switch (event.type) {
    case 'started': {
      const needed = new Set(event.nodes)
      run.trainings = { waiting: trainingIds(run.graph).filter((id) => needed.has(id)), begun: [] }
      break
    }
    case 'cached':
      if (run.trainings) run.trainings.waiting = omitNode(run.trainings.waiting, event.node)
      break
    case 'losses':
      // The engine limits the rate of progress events, so the last one may be missing.
      if (run.training?.node === event.node)
        run.training = { ...run.training, loss: event.losses[event.losses.length - 1] }
      break
    case 'progress':
      if (event.emission) break
      runState.presentProgress.value = { ...toRunProgress(event), ...findPlace(event.node, run) }
      if (event.loss === undefined) break
      run.training = runState.presentProgress.value
      break
    case 'status':
      runState.statusText.value = getText(event, 'text')
      break
    case 'compiling':
      runState.compiling.value =
        event.done < event.total ? { done: event.done, total: event.total } : undefined
      break
    default:
  }
}

const omitNode = (ids: readonly string[], id: string) => ids.filter((each) => each !== id)

/** Place of a training among several of a run, in the order in which they begin. */
function findPlace(node: string, { trainings }: ActiveRun): Pick<RunProgress, 'training'> {
  if (!trainings) return {}
  if (trainings.waiting.includes(node)) {
    trainings.waiting = omitNode(trainings.waiting, node)
    trainings.begun.push(node)
  }
  const number = trainings.begun.indexOf(node) + 1
  const of = trainings.begun.length + trainings.waiting.length
  return number > 0 && of > 1 ? { training: { number, of } } : {}
}

const toRunProgress = (event: RunEvent & { type: 'progress' }): RunProgress => {
  const { node, index, count, label, rate, secondsLeft, loss } = event
  return {
    node,
    index,
    count,
    rate,
    secondsLeft,
    ...(label && { label }),
    ...(loss !== undefined && { loss }),
  }
}

function showResult(
  event: RunEvent & { type: 'finished' },
  { shownIn, training, origin }: ActiveRun,
) {
  if (!shownIn) return
  const { results, tab } = shownIn
  updateSteps(tab)
  results.ended.value = event
  results.failed.value = results.faults.value.length > 0
  // A training ends with its own progress, not with that of the sampling after it.
  results.progress.value = training ?? runState.presentProgress.value
  if (origin !== 'live') notifyFiles(results.files.value)
}
