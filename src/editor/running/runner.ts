// The runner: starts runs one at a time and forwards their events.
import { getText, type MessageText } from '../../engine/base/catalogue.ts'
import { effect, untracked } from '@preact/signals'
import type { Graph } from '../../engine/plan/graph.ts'
import type { Event } from '../../engine/protocol.ts'
import type { RunControl, RunEvent } from '../../hosts/worker/clientTypes.ts'
import type { LGraphNode } from '../canvas/canvas.ts'
import { forgetChartRuns } from '../charts/state.ts'
import { graphKey } from '../../workflow/graphKey.ts'
import { hasTraining } from '../graph/hasTraining.ts'
import { settings } from '../storage/settings.ts'
import { formatPath } from '../graph/nodePaths.ts'
import { texts, translateWorkflow } from '../texts/texts.ts'
import { hideLocalToasts, showToast, shownDialog } from '../ui/state.ts'
import { shownTab, workflowId, workflowName } from '../workspace/state.ts'
import type { WorkflowChange } from '../workspace/workflowChange.ts'
import { showTabTitle, warnBeforeLeaving } from './browserTab.ts'
import { currentTab, isShownHere, type ActiveRun, type RunOrigin } from './activeRun.ts'
import { noteTraining, takeDiscardedTraining } from './discardedTab.ts'
import { createEventLog } from './eventLog.ts'
import { createFaultCheck, type FaultCheck } from './faultCheck.ts'
import type { ShownStep } from './frames.ts'
import { createLargeTrainings, needsEstimate } from './largeTrainings.ts'
import { createLiveRuns, type LiveRuns } from './liveRuns.ts'
import {
  notifyEngineError,
  notifyOutcome,
  notifyRestart,
  notifyStorage,
  toRunFile,
} from './notifications.ts'
import { monitoringOptions } from './observation.ts'
import { createQueue, type QueuedRun, type RunOutcome } from './queue.ts'
import type { Runner, RunnerOptions } from './runnerTypes.ts'
import { nextPhase, pauseCommand, speedCommand, type PhaseAction } from './runPhase.ts'
import { createRunPresenter, type RunPresenter } from './runPresenter.ts'
import {
  createRunSource,
  targetNodes,
  type EnqueueOptions,
  type RunSource,
  type RunTarget,
} from './runSource.ts'
import { createRunTabs, type RunTabs } from './runTabs.ts'
import {
  forgetResults,
  hasRun,
  isIdle,
  runsHere,
  runState,
  tabResults,
  type RunSpeed,
} from './state.ts'
import { askAboutTraining, askAboutWork } from './trainingQuestion.ts'
import { createTrainingSearch, type TrainingSearch } from './storedTrainings.ts'
import { forgetFrames } from './trainingFrames.ts'
import { createWireInspection, type WireInspection } from './wireInspection.ts'

/** Creates the runner of the editor, which is never disposed of. */
export const createRunner = (options: RunnerOptions): Runner => new EditorRunner(options)

class EditorRunner implements Runner {
  readonly queue = createQueue()
  readonly inspect: WireInspection['inspect']
  private readonly source: RunSource
  private readonly presenter: RunPresenter
  private readonly faultCheck: FaultCheck
  private readonly live: LiveRuns
  private readonly trainings: TrainingSearch
  private readonly largeTrainings: ReturnType<typeof createLargeTrainings>
  private readonly inspection: WireInspection
  private readonly tabs: RunTabs
  private visibleNodes: string[] = []
  private present: ActiveRun | undefined

  constructor(private readonly options: RunnerOptions) {
    const { client, stage, workspace } = options
    this.source = createRunSource(stage, workspace)
    this.presenter = createRunPresenter(stage)
    this.inspection = createWireInspection(this.source.graph, stage.fullId, client.inspect)
    this.inspect = this.inspection.inspect
    this.faultCheck = createFaultCheck({
      graph: this.source.graph,
      check: client.check,
      setFaults: (faults) => stage.setFaults(faults),
    })
    this.live = createLiveRuns({
      // A live run would only delay the queue.
      isOn: () =>
        settings.value.live &&
        !shownDialog.value &&
        !this.queue.waiting.value.length &&
        this.present?.origin !== 'queue',
      workflow: () => workflowId.value,
      graph: this.source.graph,
      trains: hasTraining,
      isIdle,
      run: () => this.begin({ origin: 'live' }),
      // Replacing the engine would take longer than most iterations.
      stop: () => this.present?.handle?.stop({ patient: true }),
    })
    this.largeTrainings = createLargeTrainings(client, (node) => {
      const titles = stage.nodeTitles(node, stage.graph)
      return titles ? formatPath(titles) : node
    })
    this.trainings = createTrainingSearch(this.source.graph, client.findTrainings)
    this.tabs = createRunTabs({
      stage,
      presenter: this.presenter,
      isOpen: this.source.isOpen,
      onAttach: (run) => this.onAttach(run),
    })
    client.listen((event) => this.onEngineEvent(event))
    effect(showTabTitle)
    effect(() => warnBeforeLeaving(this.queue))
    effect(() => this.sendMonitoring())
    // Changes behind a dialog run once it is closed.
    effect(() => void (shownDialog.value || untracked(() => this.live.onChange())))
    workspace.subscribe((change) => this.onChange(change))
    client.keepLast(true)
  }

  // ---- commands

  run(options: { to?: LGraphNode; paused?: boolean } = {}) {
    if (shownTab.value) this.begin(options)
    // If no workflow is open yet, waits for the first one and runs it.
    else void this.options.workspace.whenOpened().then(() => this.begin(options))
  }

  continueDiscarded() {
    const key = takeDiscardedTraining()
    this.source.capture()
    if (key !== undefined && graphKey(this.source.graph()) === key) this.begin({ continues: true })
  }

  enqueue(graph: Graph, options: EnqueueOptions): number {
    const item = this.source.snapshot(structuredClone(graph), options)
    this.queue.add(item)
    if (isIdle()) this.startNext()
    return item.id
  }

  enqueueCurrent({ first = false } = {}) {
    this.source.capture()
    this.source.advanceSeeds()
    const id = this.enqueue(this.source.graph(), { name: workflowName.value })
    const waiting = this.queue.waiting.value.length
    if (!waiting) return
    if (first) for (let place = waiting; place > 1; place--) this.queue.move(id, -1)
    showToast(texts.queue.added(translateWorkflow(workflowName.value), first ? 1 : waiting))
  }

  openPast(id: number) {
    const past = this.queue.past.value.find((each) => each.id === id)
    if (past) void this.openText(past.text, past.name)
  }

  private async openText(text: string, name: string) {
    await this.options.workspace.openText(text, name)
    if (this.present && isShownHere(this.present)) return
    this.tabs.showStoredViews(graphKey(this.source.graph()), workflowId.value)
  }

  stop() {
    if (isIdle()) return
    setPhase('stop')
    this.control('stop')
  }

  stopAll() {
    this.queue.clear()
    this.stop()
  }

  pause() {
    this.control(pauseCommand(runState.phase.value))
  }

  step() {
    if (isIdle()) this.begin({ paused: true })
    else this.control('step')
  }

  setSpeed(speed: RunSpeed) {
    runState.speed.value = speed
    const command = speedCommand(runState.phase.value, speed)
    if (command) this.control(command)
  }

  private control(command: keyof Omit<RunControl, 'answer'>) {
    this.present?.handle?.[command]()
  }

  showTrainingStep(step: ShownStep | undefined) {
    this.presenter.showStep(step, currentTab(this.options.stage.graph))
  }

  setVisible(nodes: string[]) {
    this.visibleNodes = nodes
    this.sendVisible()
  }

  workflowText(): string {
    const { value } = tabResults.value.workflowText
    if (value) return value
    this.source.capture()
    return this.source.text()
  }

  // ---- the start of a run

  private begin({
    to,
    paused = false,
    origin = 'command',
    continues = false,
  }: {
    to?: LGraphNode
    paused?: boolean
    origin?: RunOrigin
    /** Repeats a run, with its seeds. */
    continues?: boolean
  }) {
    if (!isIdle()) return
    if (origin !== 'live') this.source.capture()
    const target = to && this.source.target(to)
    if ((to && !target) || reportEngineError()) return
    // A live run does not advance seeds: the change would start the next live run.
    if (origin !== 'live' && !continues) this.source.advanceSeeds()
    const item = this.source.snapshot(this.source.graph(), { name: workflowName.value })
    const options = { target, paused: paused || runState.speed.value === 'step' }
    const start = () => isIdle() && this.start(item, origin, options)
    const asks = origin === 'command' && !continues && !target && needsEstimate(item.graph)
    if (asks) void this.largeTrainings.confirm(item.graph, start)
    else start()
  }

  private startNext() {
    if (!this.queue.waiting.value.length || reportEngineError()) return
    const item = this.queue.takeNext()
    if (item) this.start(item, 'queue')
  }

  private start(
    item: QueuedRun,
    origin: RunOrigin,
    { target, paused }: { target?: RunTarget | undefined; paused?: boolean } = {},
  ) {
    const { client, onStart } = this.options
    const run: ActiveRun = { ...item, origin, log: createEventLog() }
    this.present = run
    this.presenter.begin(run)
    this.inspection.setRun(undefined)
    if (origin !== 'queue' || this.source.isOpen(run)) this.tabs.attach(run)
    this.sendVisible()
    setPhase('start')
    if (origin === 'command' && !target && hasTraining(item.graph)) noteTraining(item.key)
    run.handle = client.start(item.graph, {
      workflow: item.workflow.id,
      ...(target && { targets: targetNodes(item.graph, target.id) }),
      ...(paused && { paused }),
      // Nobody may be there when a queued run starts, and a live run must not interrupt.
      ...(origin === 'command' && { asks: true }),
      ...monitoringOptions(isShownHere(run)),
      onEvent: (event) => this.onRunEvent(event, run),
    })
    onStart({ id: run.handle.id, item, isLive: origin === 'live', target })
  }

  private onAttach({ graph, key }: ActiveRun) {
    this.live.onRunStart(graph)
    this.inspection.setRun({ tab: shownTab.value, key })
    this.faultCheck.cancel()
    this.faultCheck.setChecked(key)
  }

  /** Reports the visible observers. There are none while another graph than the canvas's runs. */
  private sendVisible() {
    const hidden = this.present && !isShownHere(this.present)
    this.options.client.setVisible(hidden ? [] : this.visibleNodes)
  }

  /** Sends the monitoring options of the current run. */
  private sendMonitoring() {
    const monitoring = monitoringOptions(runsHere.value)
    this.present?.handle?.monitor(monitoring)
  }

  // ---- events

  private onEngineEvent(event: Event) {
    if (event.type === 'ready') runState.backend.value = event.backend
    else if (event.type === 'restarting') this.onRestart(getText(event, 'message'))
    else if (event.type === 'storage') this.reportStorage(event)
    else if (event.type === 'broken') {
      const message = getText(event, 'message')
      runState.engineError.value = message
      setPhase('end')
      notifyEngineError(message)
      if (this.present) this.end(this.present, 'failed')
      this.queue.clear()
    }
  }

  /** Names the training that a message of the storage is about. */
  private reportStorage(event: Event & { type: 'storage' }) {
    const { graph } = this.present?.shownIn ?? {}
    const titles = event.node && graph && this.options.stage.nodeTitles(event.node, graph)
    notifyStorage(event, titles ? formatPath(titles) : undefined)
  }

  /** The engine failed and starts again, with the current run. */
  private onRestart(message: MessageText) {
    runState.backend.value = undefined
    runState.statusText.value = message
    notifyRestart(message)
    if (!this.present) return
    setPhase('restart')
    this.present.log.restart()
    this.presenter.restart(this.present)
  }

  private onRunEvent(event: RunEvent, run: ActiveRun) {
    if (run !== this.present) return
    run.log.add(event)
    if (event.type === 'view') this.options.storedViews.schedule(run)
    this.presenter.showInTab(event, run)
    if (event.type === 'started' || event.type === 'resumed' || event.type === 'paused')
      setPhase(event.type)
    this.presenter.showProgress(event, run)
    if (event.type === 'question') void this.answerQuestion(event, run)
    run.onEvent?.(event)
    if (event.type === 'finished') this.finish(event, run)
  }

  /** Queued runs restart the training without asking, as the engine stores the earlier one. */
  private async answerQuestion(
    question: RunEvent & { type: 'question' },
    { origin, shownIn, handle }: ActiveRun,
  ) {
    const { node } = question
    const titles = shownIn && this.options.stage.nodeTitles(node, shownIn.graph)
    const title = titles ? formatPath(titles) : node
    if ('iterations' in question) handle?.answer(await askAboutWork(title, question.iterations))
    else if (origin === 'queue') handle?.answer('restart')
    else handle?.answer(await askAboutTraining(title, question.seconds))
  }

  private finish(event: RunEvent & { type: 'finished' }, run: ActiveRun) {
    const fault = run.log.faults().find(({ notice }) => !notice)
    const outcome = fault ? 'failed' : event.stopped ? 'stopped' : 'done'
    if (outcome === 'done') this.tabs.storeViews(run)
    this.options.storedViews.schedule(run, 'end')
    this.presenter.showResult(event, run)
    if (run.origin === 'queue' && !run.internal) this.recordPast(run, outcome, event.seconds)
    this.end(run, outcome)
    if (isIdle()) this.live.onRunEnd()
  }

  private recordPast(
    { id, name, text, log, shownIn, onEvent }: ActiveRun,
    outcome: Exclude<RunOutcome, 'removed'>,
    seconds: number,
  ) {
    const fault = log.faults().find(({ notice }) => !notice)
    const files = log.files().map((file) => toRunFile(file, text))
    this.queue.addPast({ id, name, text, outcome, seconds, files, ...(fault && { fault }) })
    if (shownIn || onEvent) return
    notifyOutcome({
      name,
      outcome,
      fault: log.faults()[0],
      file: files.length === 1 ? files[0] : undefined,
      open: () => void this.openText(text, name),
    })
  }

  /** Ends the current run and starts the next one in the queue. */
  private end({ onEnd }: ActiveRun, outcome: RunOutcome) {
    noteTraining(undefined)
    this.present = undefined
    this.presenter.end()
    setPhase('end')
    onEnd?.(outcome)
    // The listener may have started another run.
    if (isIdle()) this.startNext()
    this.trainings.schedule()
  }

  // ---- changes of tabs and graphs

  onTabClosed(tab: number) {
    forgetResults(tab)
    forgetChartRuns(tab)
    forgetFrames(tab)
    const run = this.present
    if (!run || run.shownIn?.tab !== tab) return
    if (run.origin === 'queue') return this.tabs.detach(run)
    this.control('stop') // later events would refer to nodes that no longer exist
    this.end(run, 'stopped')
  }

  onTabShown() {
    this.faultCheck.cancel()
    if (!this.present) runState.statusText.value = ''
    hideLocalToasts()
    this.sendVisible()
  }

  async onTabRestored(id: string) {
    const { storedViews } = this.options
    const tab = currentTab(this.options.stage.graph)
    const views = await storedViews.load(id, this.source.graph())
    if (tab.tab !== shownTab.value || hasRun(tab.tab)) return
    for (const { node, view } of views)
      this.presenter.showOnNodes({ type: 'view', run: 0, node, view }, tab)
    await storedViews.rename(id, workflowId.value).catch(() => {})
  }

  /**
   * Starts a live run if needed, attaches a queued run to the tab of its graph, and checks a graph
   * with faults again.
   */
  private onChange({ kind, after }: WorkflowChange) {
    this.source.setState(after)
    this.live.onChange()
    if (kind === 'preview') return
    const run = this.present
    if (run?.origin === 'queue' && this.tabs.followGraph(run)) this.sendVisible()
    this.faultCheck.schedule()
    this.trainings.schedule()
  }
}

const setPhase = (action: PhaseAction) => {
  runState.phase.value = nextPhase(runState.phase.value, action)
}

/** Shows the error of a broken engine. Returns true if there is one. */
function reportEngineError(): boolean {
  const message = runState.engineError.value
  if (message) notifyEngineError(message)
  return Boolean(message)
}
