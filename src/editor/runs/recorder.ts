// Makes a record of each run from what the engine says of it.
import { outerId, type Graph } from '../../engine/plan/graph.ts'
import type { ByType } from '../../engine/plan/op.ts'
import type { View } from '../../engine/plan/view.ts'
import type { EnginePort, Event } from '../../engine/protocol.ts'
import { titleOfNode } from '../../nodes/titles.ts'
import type { WorkflowFile } from '../../nodes/workflow.ts'
import { changesThatRun } from '../changes.ts'
import type { KeptRuns } from './keep.ts'
import type { Curve, Picture, Run, RunDetails } from './record.ts'
import { isOf, seedsOf, thinned } from './record.ts'

/** What is known of a run when it is asked for. */
export interface Asked {
  /** Its number in the protocol. */
  run: number
  workflow: string
  name: string
  /** The file as it runs, its seeds fixed. */
  text: string
  graph: Graph
  /** The node it runs to, by its full id, and what it is called. */
  target?: string
  to?: string
  byItself?: boolean
  sweep?: Run['sweep']
}

export interface Recorder {
  asked(about: Asked): void
  /** When all that has ended is kept. */
  settled(): Promise<void>
  close(): void
}

export interface RecorderOptions {
  port: Pick<EnginePort, 'listen'>
  kept: KeptRuns
  declared: ByType
  /** Reads a file that ran. Throws where it cannot be read. */
  fileOf: (text: string) => WorkflowFile
  backend: () => string | undefined
  paint: (view: View, width: number, height: number) => Promise<Blob | undefined>
  newId: () => string
  now?: () => number
  /** A run was kept, and these fell away for it. */
  onKept: (fallen: readonly Run[]) => void
  onError: (error: unknown) => void
}

interface Going extends Asked {
  when: number
  started: boolean
  /** The last view of each observer. */
  views: Map<string, View>
  losses: { node: string; index: number; losses: Float32Array }[]
  iterations?: { done: number; of: number }
  /** Whether these iterations are those of a training. */
  trains: boolean
  loss?: number
  faults: string[]
}

const CURVE_POINTS = 500
const CURVES = 12
const PICTURES = 6
const PICTURE = [400, 300] as const
const THUMBNAIL = [144, 108] as const

export function createRecorder(options: RecorderOptions): Recorder {
  const { port, now = Date.now } = options
  const going = new Map<number, Going>()
  let keeping: Promise<void> = Promise.resolve()

  function ended(run: Going, seconds: number, outcome: Run['outcome']) {
    going.delete(run.run)
    // What was refused, or taken back before its turn, did not run.
    if (!run.started) return
    keeping = keeping.then(() => keep(run, seconds, outcome, options)).catch(options.onError)
  }

  function hear(event: Event) {
    if (event.type === 'broken') {
      for (const run of going.values()) {
        run.faults.push(event.message)
        ended(run, (now() - run.when) / 1000, 'failed')
      }
    }
    const run = 'run' in event ? going.get(event.run) : undefined
    if (!run) return
    if (event.type === 'finished')
      ended(run, event.seconds, run.faults.length ? 'failed' : event.stopped ? 'stopped' : 'finished')
    else note(run, event, now)
  }

  return {
    asked: (about) =>
      void going.set(about.run, {
        ...about,
        when: now(),
        started: false,
        views: new Map(),
        losses: [],
        trains: false,
        faults: [],
      }),
    settled: () => keeping,
    close: port.listen(hear),
  }
}

function note(run: Going, event: Event, now: () => number) {
  switch (event.type) {
    case 'started':
      run.started = true
      run.when = now()
      break
    case 'view':
      run.views.set(event.node, event.view)
      break
    case 'losses':
      run.losses.push(event)
      run.loss = event.losses.at(-1)!
      break
    case 'progress':
      if (event.emission || (run.trains && event.loss === undefined)) break
      run.trains ||= event.loss !== undefined
      run.iterations = { done: event.index, of: event.count }
      if (event.loss !== undefined) run.loss = event.loss
      break
    case 'faults':
      run.faults.push(...event.faults.map(({ message }) => message))
      break
    default:
  }
}

async function keep(run: Going, seconds: number, outcome: Run['outcome'], options: RecorderOptions) {
  const { kept, declared, newId, backend, onKept } = options
  const { runs } = await kept.list()
  const last = runs.find((each) => isOf(each, run.workflow, run.name))
  const id = newId()
  const details: RunDetails = { id, text: run.text, ...curvesOf(run, options), pictures: await picturesOf(run, options) }
  const thumbnail = await thumbnailOf(run, options)
  // A slider that is drawn along begins many runs: the last one stands for them.
  const instead = run.byItself && last?.byItself && !last.star && !last.note ? last : undefined
  const changed = instead ? instead.changed : last && (await changedSince(last, run, options))
  const [usedBackend, fault] = [backend(), run.faults[0]]
  const record: Run = {
    id,
    when: run.when,
    workflow: run.workflow,
    name: run.name,
    outcome,
    seeds: seedsOf(run.graph, declared),
    seconds,
    metrics: metricsOf(run, declared),
    star: false,
    note: '',
    size: sizeOf(details) + (thumbnail?.size ?? 0),
    ...(changed && { changed }),
    ...(run.target !== undefined && { target: run.target }),
    ...(run.to !== undefined && { to: run.to }),
    ...(fault !== undefined && { fault }),
    ...(run.iterations && { iterations: run.iterations }),
    ...(run.loss !== undefined && { loss: run.loss }),
    ...(usedBackend !== undefined && { backend: usedBackend }),
    ...(run.byItself && { byItself: true }),
    ...(run.sweep && { sweep: run.sweep }),
    ...(thumbnail && { thumbnail }),
  }
  onKept(await kept.add(record, details, instead?.id))
}

async function changedSince(last: Run, run: Going, { kept, fileOf, declared }: RecorderOptions) {
  try {
    const before = await kept.details(last.id)
    return before && changesThatRun(fileOf(before.text), fileOf(run.text), declared)
  } catch {
    return undefined // what the last one was can no longer be read: this one is told by itself
  }
}

const nodeOf = ({ graph }: Going, id: string) => graph.nodes.find((node) => node.id === outerId(id))

function titleIn(run: Going, id: string, declared: RecorderOptions['declared']): string {
  const node = nodeOf(run, id)
  return node ? titleOfNode(node, declared) : id
}

function curvesOf(run: Going, { declared }: RecorderOptions): Pick<RunDetails, 'losses' | 'charts'> {
  const at = (node: string, name: string) => ({ node, title: titleIn(run, node, declared), name })
  const losses = run.losses.map(({ node, index, losses }): Curve => {
    const x = Float64Array.from(losses, (_, i) => index - losses.length + 1 + i)
    return { ...at(node, 'loss'), ...thinned(x, losses, CURVE_POINTS) }
  })
  const isLoss = (y: Float64Array) =>
    run.losses.some(({ losses }) => losses.length === y.length && losses[0] === y[0] && losses.at(-1) === y.at(-1))
  const charts = [...run.views]
    .flatMap(([node, view]) => (view.kind === 'chart' ? view.lines.map((line) => ({ node, line })) : []))
    .filter(({ line: { kept, y } }) => !kept && y.length > 1 && !isLoss(y))
    .slice(0, CURVES)
    .map(({ node, line: { name, x, y } }): Curve => ({ ...at(node, name), ...thinned(x, y, CURVE_POINTS) }))
  return { losses, charts }
}

const metricsOf = (run: Going, declared: RecorderOptions['declared']): Run['metrics'] =>
  [...run.views].flatMap(([node, view]) =>
    view.kind === 'numbers' ? view.rows.map(({ name, value }) => ({ title: titleIn(run, node, declared), name, value })) : [],
  )

/** Samples as they are seen: pictures before points, and of them what is furthest along. */
function samplesOf(run: Going): [string, View][] {
  const shown = [...run.views].filter(([, { kind }]) => kind === 'images' || kind === 'film' || kind === 'scatter')
  const rank = ([node, { kind }]: [string, View]) =>
    (kind === 'scatter' ? 0 : 1e6) + run.graph.nodes.findIndex(({ id }) => id === outerId(node))
  return shown.sort((a, b) => rank(b) - rank(a))
}

async function picturesOf(run: Going, { paint, declared }: RecorderOptions): Promise<Picture[]> {
  const [width, height] = PICTURE
  const pictures: Picture[] = []
  for (const [node, view] of samplesOf(run).slice(0, PICTURES)) {
    const image = await paint(view, width, height)
    if (image) pictures.push({ node, title: titleIn(run, node, declared), image, width, height })
  }
  return pictures
}

async function thumbnailOf(run: Going, { paint }: RecorderOptions): Promise<Blob | undefined> {
  const [first] = samplesOf(run)
  return first && paint(first[1], ...THUMBNAIL)
}

function sizeOf({ text, losses, charts, pictures }: RunDetails): number {
  const points = [...losses, ...charts].reduce((sum, { y }) => sum + y.length, 0)
  return 2 * text.length + 16 * points + pictures.reduce((sum, { image }) => sum + image.size, 0)
}
