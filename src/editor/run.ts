// Runs: what goes to the engine, and what its events do to the screen.
import { effect } from '@preact/signals'
import { outerId, type Graph } from '../engine/plan/graph.ts'
import type { EnginePort, Event, Request } from '../engine/protocol.ts'
import { advanceSeeds, advancedSeeds, runText } from '../nodes/litegraph/graph.ts'
import { sourcePast } from '../nodes/litegraph/reroute.ts'
import { toGraph } from '../nodes/workflow.ts'
import { partsOf } from '../nodes/workflow/meaning.ts'
import { tellTab, warnBeforeLeaving } from './browserTab.ts'
import type { LGraphNode } from './canvas.ts'
import { createChecking } from './checking.ts'
import { ownTypes } from './declarations.ts'
import * as format from './format.ts'
import { createLive, meaningOf } from './live.ts'
import { createLooking, type Looking } from './looking.ts'
import { madeOf, tellMade, tellOutcome } from './outcome.ts'
import { createQueue, type Outcome, type Queue, type Queued } from './queue.ts'
import { createQuestions, createRequests, type Requests } from './requests.ts'
import { seedsOf } from './runs/record.ts'
import type { Runs } from './runs/runs.ts'
import type { Stage } from './stage.ts'
import * as state from './state.ts'
import { wayInWords } from './subgraph/places.ts'
import { createEarlier, createTape, type Tape } from './tape.ts'
import { texts, translated } from './texts.ts'
import { watchingOf } from './watching.ts'
import type { Workspace } from './workspace.ts'

export interface Runner extends Requests {
  readonly queue: Queue
  /** What an output carried last, in a run of what is on the canvas. */
  look: Looking['look']
  run(options?: { to?: LGraphNode; paused?: boolean }): void
  /** Puts a graph in the queue, as it is now; it runs when all before it have. Returns its number. */
  enqueue(graph: Graph, options: Enqueued): number
  /** Puts what is on the canvas in the queue. */
  enqueueThis(): void
  /** Opens the graph of one that has run, with what it has shown. */
  openPast(id: number): void
  /** Ends the present run; the next in the queue begins. */
  stop(): void
  /** Ends the present run, and removes all that wait. */
  stopAll(): void
  /** A tab is gone: the run that was begun in it stops, which keeps what it reached. The queue goes on. */
  leave(tab: number): void
  /** Another tab is shown: what runs goes on, and shows on the graph it belongs to. */
  turned(): void
  /** Pauses, or goes on. */
  pause(): void
  /** One iteration; begins a run that waits before its first where none is going. */
  step(): void
  /** From now on runs go so fast. Step by step, a run that is going pauses; at any other speed one that waits goes on. */
  setSpeed(speed: state.Speed): void
  /** After an edit: faults are looked for again, once there were any; and a queued run is shown where its graph is. */
  edited(): void
  /** Something may have changed, a slider that is still being dragged included: live graphs run again. */
  touched(): void
  visible(nodes: string[]): void
  /** The text of the workflow as it ran, to go into pictures that came of it; as it is, if it did not run. */
  workflow(): string
  /** `measure`: which kernels are the quickest on the GPU is forgotten, and measured again. */
  useBackend(name: Extract<Request, { type: 'backend' }>['name'], measure?: boolean): void
  close(): void
}

/** What else is said of a graph that is put in the queue. */
export interface Enqueued extends Pick<Queued, 'name' | 'sweep' | 'onEvent' | 'onEnd'>, Partial<Pick<Queued, 'workflow'>> {
  /** The workflow; by default the one that is open. */
  text?: string
}

/** The present run. */
interface Present extends Queued {
  tape: Tape
  /** Where it is shown: the tab where it was begun, or that has its graph. */
  home?: Home | undefined
  /** Begun by Run, in a tab: it ends with it. */
  byHand: boolean
  /** A change began it: a file that it makes is listed, but not told of each time. */
  quiet: boolean
  /** How far its training has come, if it has one. */
  trained?: state.Progress
}

/** A tab as far as runs are concerned. */
interface Home {
  tab: number
  graph: Stage['graph']
  found: state.Found
}

export function createRunner(port: EnginePort, stage: Stage, workspace: Workspace, runs: Pick<Runs, 'asked'>): Runner {
  const { run: shown } = state
  const queue = createQueue()
  const earlier = createEarlier()
  const questions = createQuestions(port)
  const requests = createRequests(questions, port, stage)
  const looking = createLooking(stage, requests.glance)
  let lastId = 0
  let seen: string[] = []
  let present: Present | undefined

  const graphNow = () => toGraph(stage.whole(), ownTypes)
  const textNow = () => runText(stage.whole(), ownTypes, state.name.value)

  const checking = createChecking({ graph: graphNow, check: requests.check, setFaults: (faults) => stage.setFaults(faults) })
  const live = createLive({
    // A run of its own would only put off those that wait.
    on: () => state.settings.value.live && !queue.waiting.value.length && (present?.byHand ?? true),
    workflow: () => state.id.value,
    graph: graphNow,
    trains: ({ nodes }) => nodes.some(({ op }) => ownTypes.get(op)?.loop?.trains),
    idle: () => shown.state.value === 'idle',
    run: () => begin({ byItself: true }),
    stop: () => control('stop'),
  })

  // ---- beginning

  function begin({ to: asked, paused, byItself }: { to?: LGraphNode; paused?: boolean; byItself?: boolean } = {}) {
    // A reroute does not run: what it passes on does.
    const to = asked && (sourcePast({ node: asked, slot: 0 })?.node ?? asked)
    if (shown.state.value !== 'idle') return
    const part = to && partsOf(stage.whole(), ownTypes)(stage.fullId(to.id))
    if (part && part !== 'runs') return state.say(texts.status.quiet[part](to.getTitle()))
    if (broken()) return
    // Seeds that change with each run would make a live graph run for ever.
    if (!byItself && advanceAll(stage)) workspace.amend()
    const graph = graphNow()
    start(frozen(graph, { name: state.name.value }), {
      byHand: true,
      quiet: Boolean(byItself),
      ...(to && { to: stage.fullId(to.id) }),
      ...((paused || shown.speed.value === 'step') && { paused: true }),
    })
  }

  function broken(): boolean {
    if (!shown.engineFailed.value) return false
    state.say(texts.status.noEngine, { text: shown.engineFailed.value, error: true })
    return true
  }

  const frozen = (graph: Graph, { text, ...more }: Enqueued): Queued => ({
    id: ++lastId,
    workflow: { id: state.id.value, name: state.name.value },
    graph,
    meaning: meaningOf(graph),
    text: text ?? textNow(),
    ...more,
  })

  function enqueue(graph: Graph, options: Enqueued): number {
    const item = frozen(structuredClone(graph), options)
    queue.add(item)
    if (shown.state.value === 'idle') next()
    return item.id
  }

  function next() {
    const item = queue.waiting.value.length && !broken() ? queue.next() : undefined
    if (item) start(item, { byHand: false, quiet: false })
  }

  interface Start {
    byHand: boolean
    quiet: boolean
    /** The full id of the node that is run to, and no further. */
    to?: string
    paused?: boolean
  }
  function start(item: Queued, { byHand, quiet, to, ...request }: Start) {
    clearProgress()
    present = { ...item, byHand, quiet, tape: createTape() }
    shown.present.value = { id: item.id, name: item.name, queued: !byHand }
    looking.began(undefined)
    if (byHand || isOpen(item)) moveIn(present)
    showSeen()
    shown.state.value = 'starting'
    runs.asked(item, quiet, to === undefined ? undefined : { id: to, title: wayInWords(stage.titlesOf(to)!) })
    const targets = to === undefined ? {} : { targets: idsIn(item.graph, to) }
    port.post({ type: 'run', run: item.id, graph: item.graph, ...targets, ...request, ...watchingOf(isHere(present)) })
  }
  const here = (): Home => ({ tab: state.tab.value, graph: stage.graph, found: state.found.value })
  const isHere = ({ home }: Present) => home?.tab === state.tab.value
  /** Only what is seen of the graph that runs has to be drawn for it. */
  const showSeen = () => port.post({ type: 'visible', nodes: present && !isHere(present) ? [] : seen })
  const isOpen = ({ meaning }: Queued) => meaningOf(graphNow()) === meaning

  /** The tab that is shown is where the run is shown. */
  function moveIn(run: Present) {
    const home = (run.home = here())
    home.found.charts.began(run.quiet)
    shown.present.value = { ...shown.present.value!, tab: home.tab }
    clearShown()
    state.found.value.ran.value = run.text
    const seeds = seedsOf(run.graph, ownTypes)
    shown.seeds.value = new Map(seeds.map(({ node, param, value }) => [`${node}.${param}`, Number(value)]))
    stage.forgetRun()
    live.began(run.graph)
    looking.began({ tab: run.home.tab, meaning: run.meaning })
    checking.judged(run.meaning)
    for (const event of earlier.of(run.meaning)) showOn(home, event)
  }
  function moveOut(run: Present) {
    delete run.home
    const { tab: _, ...more } = shown.present.value!
    shown.present.value = more
  }
  /** What is said of the graph on the canvas. */
  function clearShown() {
    checking.cancel()
    shown.seeds.value = new Map()
    shown.faults.value = shown.notices.value = []
    shown.files.value = []
    shown.ended.value = state.found.value.progress.value = undefined
    shown.measures.value = { nodes: [], timing: 'direct' }
  }
  function clearProgress() {
    shown.going.value = shown.compiling.value = undefined
    shown.says.value = ''
  }
  const control = (type: 'pause' | 'resume' | 'step' | 'stop') => present && port.post({ type, run: present.id })

  // ---- events

  function onEvent(event: Event) {
    if ('id' in event) return questions.take(event)
    if (!('run' in event)) return onNews(event)
    if (event.run !== present?.id) return
    present.tape.take(event)
    if (present.home) showAt(present.home, event, present)
    follow(event, present)
    present?.onEvent?.(event)
    if (event.type === 'finished') finish(event, present)
  }

  /** What is said of the engine, not of a run. */
  function onNews(event: Exclude<Event, { run: number } | { id: number }>) {
    if (event.type === 'ready') shown.backend.value = event.backend
    else if (event.type === 'storage') state.say(event.message, { error: true })
    else {
      shown.engineFailed.value = event.message
      shown.state.value = 'idle'
      state.say(texts.status.noEngine, { text: event.message, error: true })
      if (present) end(present, 'failed')
      queue.clear()
    }
  }

  function showOn({ graph, found }: Home, event: Event) {
    stage.event(event, graph)
    if (event.type === 'view') found.charts.shown(outerId(event.node), event.view)
  }
  /** What its nodes show, and what is said of its graph. */
  function showAt(home: Home, event: Event, { text }: Present) {
    const { found } = home
    showOn(home, event)
    if (event.type === 'faults') found.faults.value = event.faults
    else if (event.type === 'notices') found.notices.value = event.faults
    else if (event.type === 'measured') found.measures.value = event
    else if (event.type === 'file') found.files.value = [...found.files.value, madeOf(event, text)]
  }

  /** How far the run is, wherever its graph is. */
  function follow(event: Extract<Event, { run: number }>, run: Present) {
    switch (event.type) {
      case 'started':
      case 'resumed':
        shown.state.value = 'running'
        break
      case 'paused':
        shown.state.value = 'paused'
        break
      case 'losses':
        // Progress is told only now and then, and may not have come to the last.
        if (run.trained?.node === event.node) run.trained = { ...run.trained, loss: event.losses.at(-1)! }
        break
      case 'progress':
        if (event.emission) break
        shown.going.value = progressOf(event)
        if (event.loss !== undefined) run.trained = shown.going.value
        break
      case 'status':
        shown.says.value = event.text
        break
      case 'compiling':
        shown.compiling.value = event.done < event.total ? { done: event.done, total: event.total } : undefined
        break
      case 'question':
        void decide(run, event.node, event.seconds)
        break
      default:
    }
  }

  function finish(event: Extract<Event, { type: 'finished' }>, run: Present) {
    const [fault] = run.tape.faults().filter(({ notice }) => !notice)
    const outcome = fault ? 'failed' : event.stopped ? 'stopped' : 'done'
    if (outcome === 'done') earlier.keep(run.meaning, run.tape.views())
    if (run.home) {
      const { found } = run.home
      found.ended.value = event
      // What it came to is the training, not the last samples.
      found.progress.value = run.trained ?? shown.going.value
      if (!run.quiet) tellMade(found.files.value)
    }
    if (!run.byHand) {
      const files = run.tape.files().map((file) => madeOf(file, run.text))
      const { id, name, text } = run
      queue.ended({ id, name, text, outcome, seconds: event.seconds, files, ...(fault && { why: fault }) })
      if (!run.home && !run.onEvent) {
        const file = files.length === 1 ? files[0] : undefined
        tellOutcome({ name, outcome, fault: run.tape.faults()[0], file, open: () => void openPast(text, name) })
      }
    }
    end(run, outcome)
    if (shown.state.value === 'idle') live.ended()
  }

  /** It is no more the present run; the next one begins. */
  function end({ onEnd }: Present, outcome: Outcome) {
    present = shown.present.value = undefined
    shown.state.value = 'idle'
    shown.compiling.value = undefined
    onEnd?.(outcome)
    // Whoever heard of it may have begun another.
    if (shown.state.peek() === 'idle') next()
  }

  async function openPast(text: string, name: string) {
    await workspace.openText(text, name)
    if (present && isHere(present)) return
    for (const event of earlier.of(meaningOf(graphNow()))) showOn(here(), event)
  }

  /** Whether training is put aside. What waited in the queue does as its graph says: nothing kept is lost by it. */
  async function decide({ id, byHand, home }: Present, node: string, seconds: number) {
    const { dialogs } = texts
    const titles = home && stage.titlesOf(node, home.graph)
    const title = titles ? wayInWords(titles) : node
    const answer = byHand
      ? await state.askChoice(dialogs.questionTitle, dialogs.questionText(title, format.time(seconds)), [
          { label: dialogs.cancel, value: 'cancel' },
          { label: dialogs.continue, value: 'continue' },
          { label: dialogs.anew, value: 'anew', primary: true },
        ])
      : 'anew'
    port.post({ type: 'answer', run: id, answer: (answer ?? 'cancel') as 'anew' | 'continue' | 'cancel' })
  }

  // ---- after edits

  /** A queued run is seen in the first tab that shows its graph, for as long as it does. */
  function lookForIt(run: Present) {
    if (run.byHand || (run.home && !isHere(run)) || isOpen(run) === isHere(run)) return
    if (run.home) {
      moveOut(run)
      stage.forgetRun()
    } else {
      moveIn(run)
      for (const event of run.tape.events()) showAt(run.home!, event, run)
    }
    showSeen()
  }

  /** The present run is looked at as is wished now. */
  function watch() {
    const watching = watchingOf(state.runsHere.value)
    if (present) port.post({ type: 'watch', run: present.id, ...watching })
  }

  const undo = [port.listen(onEvent), effect(tellTab), effect(() => warnBeforeLeaving(queue)), effect(watch)]

  port.post({ type: 'keepLast', on: true })

  return {
    queue,
    ...requests,
    look: looking.look,
    // Asked for while the page still opens, it runs what will be open then.
    run: (options) => (state.tab.value ? begin(options) : void workspace.opened().then(() => begin(options))),
    enqueue,
    enqueueThis() {
      if (advanceAll(stage)) workspace.amend()
      enqueue(graphNow(), { name: state.name.value })
      const before = queue.waiting.value.length
      if (before) state.say(texts.queue.added(translated(state.name.value), before))
    },
    openPast(id) {
      const past = queue.past.value.find((each) => each.id === id)
      if (past) void openPast(past.text, past.name)
    },
    stop() {
      if (shown.state.value === 'idle') return
      shown.state.value = 'stopping'
      control('stop')
    },
    stopAll() {
      queue.clear()
      this.stop()
    },
    leave(tab) {
      if (!present || present.home?.tab !== tab) return
      if (!present.byHand) return moveOut(present)
      control('stop') // what it still says is about nodes that are gone
      end(present, 'stopped')
    },
    turned() {
      checking.cancel()
      if (!present) shown.says.value = ''
      showSeen()
    },
    pause: () => control(shown.state.value === 'paused' ? 'resume' : 'pause'),
    step() {
      if (shown.state.value === 'idle') begin({ paused: true })
      else control('step')
    },
    setSpeed(speed) {
      shown.speed.value = speed
      const now = shown.state.value
      if (speed === 'step' ? now === 'running' : now === 'paused') this.pause()
    },
    edited() {
      if (present) lookForIt(present)
      checking.soon()
    },
    touched: () => live.touched(),
    visible(nodes) {
      seen = nodes
      showSeen()
    },
    workflow: () => state.found.value.ran.value || textNow(),
    useBackend: (name, measure = false) => port.post({ type: 'backend', name, measure }),
    close() {
      undo.forEach((each) => each())
      port.close()
    },
  }
}

const progressOf = (event: Extract<Event, { type: 'progress' }>): state.Progress => {
  const { node, index, count, label, rate, secondsLeft, loss } = event
  return { node, index, count, rate, secondsLeft, ...(label && { label }), ...(loss !== undefined && { loss }) }
}

/** What is to run for a node: itself, or all that is inside of it. */
const idsIn = ({ nodes }: Graph, id: string): string[] =>
  nodes.some((each) => each.id === id) ? [id] : nodes.map((each) => each.id).filter((each) => each.startsWith(`${id}:`))

/** What seed controls ask for before a run, of nodes that are not on the canvas too. True if that changed any. */
function advanceAll(stage: Stage): boolean {
  const here = advanceSeeds(stage.graph)
  const changed = advancedSeeds(stage.whole(), ownTypes, stage.subgraph()?.id)
  if (changed) stage.load(changed)
  return here || changed !== undefined
}
