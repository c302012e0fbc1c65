// Runs: what goes to the engine, and what its events do to the screen.
import { effect } from '@preact/signals'
import { outerId } from '../engine/plan/graph.ts'
import type { EnginePort, Event, ImageFile, ImportOptions, ImportReport, Kept, Request } from '../engine/protocol.ts'
import type { Expansion } from '../engine/plan/graph.ts'
import type { KeptFile } from '../engine/plan/op.ts'
import type { Fault } from '../engine/plan/fault.ts'
import { advanceSeeds, graphOf, playIn, textOfRun } from '../nodes/litegraph/graph.ts'
import { withWorkflow } from '../nodes/workflow.ts'
import type { LGraphNode } from './canvas.ts'
import { byType } from './declarations.ts'
import * as format from './format.ts'
import { keepForGood } from './library.ts'
import { createLive, meaningOf } from './live.ts'
import type { Stage } from './stage.ts'
import * as state from './state.ts'
import { texts } from './texts.ts'
import type { Workspace } from './workspace.ts'

export interface Runner {
  run(options?: { to?: LGraphNode; paused?: boolean }): void
  stop(): void
  /** Another workflow is opened: stops the run, which keeps what it reached, and forgets what it showed. */
  leave(): void
  /** Pauses, or goes on. */
  pause(): void
  /** One iteration; begins a run that waits before its first where none is going. */
  step(): void
  /** Faults are looked for again after an edit, once there were any. */
  edited(): void
  /** Something may have changed, a slider that is still being dragged included: live graphs run again. */
  touched(): void
  visible(nodes: string[]): void
  expand(node: LGraphNode): Promise<Expansion>
  /** The graph as a script. Throws Error, saying what keeps it from being one. */
  script(text: { title?: string; about?: string }): Promise<string>
  keep(what: Kept, name: string, bytes: Uint8Array): Promise<KeptFile>
  /** Looks anew what is kept; it goes into the state. */
  list(what: Kept): Promise<void>
  /** The bytes of a file that is kept; undefined if it is not here any more. */
  get(what: Kept, sha256: string): Promise<Uint8Array<ArrayBuffer> | undefined>
  remove(what: Kept, sha256: string): Promise<void>
  /** Makes a data set of images and keeps it. Throws Error, saying why none came of it: `signal` can end it early. */
  importImages(
    name: string,
    files: readonly ImageFile[],
    options: ImportOptions,
    onProgress: (done: number, total: number) => void,
    signal: AbortSignal,
  ): Promise<{ file: KeptFile; report: ImportReport }>
  /** `measure`: which kernels are the quickest on the GPU is forgotten, and measured again. */
  useBackend(name: Extract<Request, { type: 'backend' }>['name'], measure?: boolean): void
  close(): void
}

export function createRunner(port: EnginePort, stage: Stage, workspace: Workspace): Runner {
  const { run: shown } = state
  let current = 0
  let lastId = 0
  /** How far the training of this run has come, if it has one. */
  let trained: state.Progress | undefined
  /** Whether a change began this run: a file that it makes is listed, but not told of each time. */
  let quiet = false
  /** The workflow as it was when the run began, for the pictures that come of it. */
  let workflow = ''
  /** The graph whose faults are shown. */
  let judged = ''
  let checkTimer: ReturnType<typeof setTimeout> | undefined
  const waiting = new Map<number, (event: Event) => void>()
  const importing = new Map<number, (done: number, total: number) => void>()

  const ask = <T extends Event['type']>(make: (id: number) => Request): Promise<Extract<Event, { type: T }>> =>
    new Promise((resolve) => {
      const id = ++lastId
      waiting.set(id, resolve as (event: Event) => void)
      port.post(make(id))
    })
  const answered = (id: number, event: Event) => {
    waiting.get(id)?.(event)
    waiting.delete(id)
    importing.delete(id)
  }

  const live = createLive({
    on: () => state.settings.value.live,
    workflow: () => state.id.value,
    graph: () => graphOf(stage.graph),
    trains: ({ nodes }) => nodes.some(({ op }) => byType.get(op)?.loop?.trains),
    idle: () => shown.state.value === 'idle',
    run: () => begin({ byItself: true }),
    stop: () => control('stop'),
  })

  function begin({ to, paused, byItself }: { to?: LGraphNode; paused?: boolean; byItself?: boolean } = {}) {
    if (shown.state.value !== 'idle') return
    const part = to && playIn(stage.graph)(String(to.id))
    if (part && part !== 'runs') return state.say(texts.status.quiet[part](to.getTitle()))
    if (shown.engineFailed.value) return state.say(texts.status.noEngine, { text: shown.engineFailed.value, error: true })
    // Seeds that change with each run would make a live graph run for ever.
    if (!byItself && advanceSeeds(stage.graph)) workspace.amend()
    clear()
    quiet = Boolean(byItself)
    shown.seeds.value = seedsOf(stage)
    shown.state.value = 'starting'
    stage.forgetRun()
    stage.animate(true)
    const graph = graphOf(stage.graph)
    workflow = textOfRun(stage.graph, state.name.value)
    live.began(graph)
    judged = meaningOf(graph)
    port.post({
      type: 'run',
      run: ++current,
      graph,
      ...(to && { targets: [String(to.id)] }),
      ...(paused && { paused }),
    })
  }
  function clear() {
    clearTimeout(checkTimer)
    shown.seeds.value = new Map()
    shown.faults.value = shown.notices.value = []
    shown.files.value = []
    shown.progress.value = shown.ended.value = trained = undefined
    shown.says.value = ''
    shown.compiling.value = undefined
  }
  const control = (type: 'pause' | 'resume' | 'step' | 'stop') => port.post({ type, run: current })

  function onEvent(event: Event) {
    if ('run' in event && event.run !== current) return
    stage.event(event)
    switch (event.type) {
      case 'ready':
        shown.backend.value = event.backend
        break
      case 'started':
        shown.state.value = 'running'
        break
      case 'cached':
      case 'busy':
      case 'view':
        break
      case 'progress':
        if (!event.emission) {
          const { node, index, count, label, rate, secondsLeft, loss } = event
          shown.progress.value = {
            node,
            index,
            count,
            rate,
            secondsLeft,
            ...(label && { label }),
            ...(loss !== undefined && { loss }),
          }
          if (loss !== undefined) trained = shown.progress.value
        }
        break
      case 'faults':
        shown.faults.value = event.faults
        break
      case 'notices':
        shown.notices.value = event.faults
        break
      case 'status':
        shown.says.value = event.text
        break
      case 'compiling':
        shown.compiling.value = event.done < event.total ? { done: event.done, total: event.total } : undefined
        break
      case 'file': {
        const made = withWorkflow(event.file, workflow)
        const file = { node: event.node, ...made, bytes: new Uint8Array(made.bytes) }
        shown.files.value = [...shown.files.value, file]
        break
      }
      case 'question':
        void decide(event.node, event.seconds)
        break
      case 'paused':
        shown.state.value = 'paused'
        stage.animate(false)
        break
      case 'resumed':
        shown.state.value = 'running'
        stage.animate(true)
        break
      case 'finished':
        shown.state.value = 'idle'
        shown.compiling.value = undefined
        shown.ended.value = event
        // What it came to is the training, not the last samples.
        shown.progress.value = trained ?? shown.progress.value
        stage.animate(false)
        if (!quiet) tellMade(shown.files.value)
        live.ended()
        break
      case 'checked':
      case 'expanded':
      case 'scripted':
      case 'kept':
      case 'keptFiles':
      case 'keptBytes':
      case 'imported':
        answered(event.id, event)
        break
      case 'importing':
        importing.get(event.id)?.(event.done, event.total)
        break
      case 'storage':
        state.say(event.message, { error: true })
        break
      case 'broken':
        shown.engineFailed.value = event.message
        shown.state.value = 'idle'
        stage.animate(false)
        state.say(texts.status.noEngine, { text: event.message, error: true })
        break
      default:
        event satisfies never
    }
  }

  async function decide(node: string, seconds: number) {
    const { dialogs } = texts
    const title = stage.node(outerId(node))?.getTitle() ?? node
    const answer = await state.askChoice(dialogs.questionTitle, dialogs.questionText(title, format.time(seconds)), [
      { label: dialogs.cancel, value: 'cancel' },
      { label: dialogs.continue, value: 'continue' },
      { label: dialogs.anew, value: 'anew', primary: true },
    ])
    port.post({ type: 'answer', run: current, answer: (answer ?? 'cancel') as 'anew' | 'continue' | 'cancel' })
  }

  async function check() {
    const graph = graphOf(stage.graph)
    if (meaningOf(graph) === judged) return
    const { faults } = await ask<'checked'>((id) => ({ type: 'check', id, graph }))
    if (shown.state.value !== 'idle') return
    judged = meaningOf(graph)
    const [wrong, notices] = [faults.filter((fault) => !fault.notice), faults.filter((fault) => fault.notice)]
    // What only shows while running is not found again here: it stays until the next run.
    shown.faults.value = wrong
    shown.notices.value = notices
    stage.setFaults(wrong)
  }

  const undo = [port.listen(onEvent), effect(tellTab)]

  return {
    run: begin,
    stop() {
      if (shown.state.value === 'idle') return
      shown.state.value = 'stopping'
      control('stop')
    },
    leave() {
      if (shown.state.value !== 'idle') control('stop')
      current++ // what the run still says is about nodes that are gone
      clear()
      shown.state.value = 'idle'
      stage.animate(false)
    },
    pause: () => control(shown.state.value === 'paused' ? 'resume' : 'pause'),
    step() {
      if (shown.state.value === 'idle') begin({ paused: true })
      else control('step')
    },
    edited() {
      if (!shown.faults.value.length || shown.state.value !== 'idle') return
      clearTimeout(checkTimer)
      checkTimer = setTimeout(() => void check(), 250)
    },
    touched: () => live.touched(),
    visible: (nodes) => port.post({ type: 'visible', nodes }),
    async expand(node) {
      const graph = graphOf(stage.graph)
      const meant = graph.nodes.find((each) => each.id === String(node.id))!
      const { expansion, faults } = await ask<'expanded'>((id) => ({
        type: 'expand',
        id,
        node: meant,
        wired: Object.keys(meant.inputs),
      }))
      if (!expansion) throw new Error(faults.map(inWords).join(' '))
      return expansion
    },
    async script(said) {
      const graph = graphOf(stage.graph)
      const { text, faults } = await ask<'scripted'>((id) => ({ type: 'script', id, graph, ...said }))
      if (text === undefined) throw new Error(faults.map(inWords).join(' '))
      return text
    },
    async keep(what, name, bytes) {
      const { file, error } = await ask<'kept'>((id) => ({ type: 'keep', id, what, name, bytes }))
      if (!file) throw new Error(error ?? '')
      keepForGood()
      await this.list(what)
      return file
    },
    async list(what) {
      const { files } = await ask<'keptFiles'>((id) => ({ type: 'listKept', id, what }))
      shown.kept[what].value = files
    },
    async get(what, sha256) {
      return (await ask<'keptBytes'>((id) => ({ type: 'getKept', id, what, sha256 }))).bytes
    },
    async remove(what, sha256) {
      const { files } = await ask<'keptFiles'>((id) => ({ type: 'deleteKept', id, what, sha256 }))
      shown.kept[what].value = files
    },
    async importImages(name, files, options, onProgress, signal) {
      const { file, report, error } = await ask<'imported'>((id) => {
        importing.set(id, onProgress)
        signal.addEventListener('abort', () => port.post({ type: 'cancelImport', id }))
        return { type: 'importImages', id, name, files: [...files], options }
      })
      if (!file || !report) throw new Error(error ?? '')
      keepForGood()
      await this.list('dataset')
      return { file, report }
    },
    useBackend: (name, measure = false) => port.post({ type: 'backend', name, measure }),
    close() {
      undo.forEach((each) => each())
      port.close()
    },
  }
}

function tellMade(files: readonly state.MadeFile[]) {
  const [file] = files
  if (files.length > 1) state.say(texts.files.madeSeveral(files.length))
  else if (file) state.say(texts.files.made(file.name), { action: { label: texts.panel.download, run: () => download(file) } })
}

const inWords = ({ message, cure }: Fault) => `${message} ${cure}`

/** Seeds as they are when a run begins. */
function seedsOf(stage: Stage): Map<string, number> {
  const seeds = new Map<string, number>()
  for (const node of stage.nodes()) {
    for (const [name, { kind }] of Object.entries(byType.get(node.type)?.params ?? {})) {
      if (kind === 'seed') seeds.set(`${node.id}.${name}`, Number(node.properties[name]))
    }
  }
  return seeds
}

/** How far the run is, before the name in the tab. */
function tellTab() {
  const { progress, state: now } = state.run
  const part =
    progress.value && now.value !== 'idle' ? `${Math.floor((100 * progress.value.index) / progress.value.count)}% · ` : ''
  const title = `${part}${state.name.value} – ${texts.product}`
  if (document.title !== title) document.title = title
}

/** Hands a file to the browser's own way of saving. */
export function download({ name, mime, bytes }: { name: string; mime: string; bytes: Uint8Array<ArrayBuffer> | string }) {
  const url = URL.createObjectURL(new Blob([bytes], { type: mime }))
  const link = Object.assign(document.createElement('a'), { href: url, download: name })
  link.click()
  setTimeout(() => URL.revokeObjectURL(url), 10_000)
}
