// Recorder: builds the record of each run from the events of the engine.
import { getText, textFields, type MessageText } from '../../engine/base/catalogue.ts'
import { outerId } from '../../engine/base/ids.ts'
import type { Graph } from '../../engine/plan/graph.ts'
import type { ByType } from '../../engine/plan/op.ts'
import type { View } from '../../engine/base/view.ts'
import type { EnginePort, Event } from '../../engine/protocol.ts'
import { nodeTitle } from '../../workflow/titles.ts'
import type { WorkflowFile } from '../../workflow/index.ts'
import { findRunChanges } from '../graph/changes.ts'
import { getSeeds } from '../graph/seeds.ts'
import { belongsTo, downsampleCurve } from './record.ts'
import type { Curve, Picture, Run, RunDetails } from './record.ts'
import type { RunStore } from './runStore.ts'

/** Facts about a run that are known when it is requested. */
export interface RequestedRun {
  /** Number of the run in the protocol. */
  run: number
  workflow: string
  name: string
  /** Workflow file as it runs, with fixed seeds. */
  text: string
  graph: Graph
  /** Full id and title of the target node, if the run is limited to it. */
  target?: string
  to?: string
  /** True for live runs after an edit. */
  automatic?: boolean
  sweep?: Run['sweep']
}

export interface Recorder {
  /** Starts recording; called before the first event of the run. */
  record(run: RequestedRun): void
  /** Resolves once all finished runs are stored. */
  whenStored(): Promise<void>
  close(): void
}

export interface RecorderOptions {
  port: Pick<EnginePort, 'listen'>
  store: RunStore
  declared: ByType
  /** Parses a file that ran. Throws if it is unreadable. */
  parseFile: (text: string) => WorkflowFile
  backend: () => string | undefined
  paint: (view: View, width: number, height: number) => Promise<Blob | undefined>
  newId: () => string
  now?: () => number
  /** Clock of durations, in milliseconds. Unlike `now`, nobody sets it. */
  elapsed?: () => number
  /** A run was stored; `dropped` runs were deleted to make room. */
  onStored: (dropped: readonly Run[]) => void
  onError: (error: unknown, run: Pick<RequestedRun, 'name'>) => void
}

interface ActiveRun extends RequestedRun {
  when: number
  /** Start by the clock of durations. */
  startedAt: number
  started: boolean
  /** Last view of each observer. */
  views: Map<string, View>
  losses: { node: string; index: number; losses: Float32Array }[]
  iterations?: { done: number; of: number }
  /** True if `iterations` are those of a training. */
  trains: boolean
  loss?: number
  faults: MessageText[]
}

const CURVE_POINTS = 500
const MAX_CURVES = 12
const MAX_PICTURES = 6
const PICTURE_SIZE = [400, 300] as const
const THUMBNAIL_SIZE = [144, 108] as const

export function createRecorder(options: RecorderOptions): Recorder {
  const { port, now = Date.now, elapsed = () => performance.now() } = options
  const active = new Map<number, ActiveRun>()
  let storing: Promise<void> = Promise.resolve()

  function endRun(run: ActiveRun, seconds: number, outcome: Run['outcome']) {
    active.delete(run.run)
    // A run that was refused, or removed from the queue, is not recorded.
    if (!run.started) return
    storing = storing
      .then(() => storeRun(run, seconds, outcome, options))
      .catch((error: unknown) => options.onError(error, run))
  }

  function handleEvent(event: Event) {
    if (event.type === 'broken') {
      for (const run of active.values()) {
        run.faults.push(getText(event, 'message'))
        endRun(run, (elapsed() - run.startedAt) / 1000, 'failed')
      }
    }
    if (event.type === 'restarting') {
      // These runs report everything again.
      for (const number of event.runs) Object.assign(active.get(number) ?? {}, { losses: [] })
    }
    const run = 'run' in event ? active.get(event.run) : undefined
    if (!run) return
    if (event.type === 'finished') {
      const outcome = run.faults.length ? 'failed' : event.stopped ? 'stopped' : 'finished'
      endRun(run, event.seconds, outcome)
    } else {
      if (event.type === 'started') Object.assign(run, { when: now(), startedAt: elapsed() })
      recordEvent(run, event)
    }
  }

  return {
    record: (run) =>
      void active.set(run.run, {
        ...run,
        when: now(),
        startedAt: elapsed(),
        started: false,
        views: new Map(),
        losses: [],
        trains: false,
        faults: [],
      }),
    whenStored: () => storing,
    close: port.listen(handleEvent),
  }
}

function recordEvent(run: ActiveRun, event: Event) {
  switch (event.type) {
    case 'started':
      run.started = true
      break
    case 'view':
      run.views.set(event.node, event.view)
      break
    case 'losses':
      run.losses.push(event)
      run.loss = event.losses[event.losses.length - 1]
      break
    case 'progress':
      if (event.emission || (run.trains && event.loss === undefined)) break
      run.trains ||= event.loss !== undefined
      run.iterations = { done: event.index, of: event.count }
      if (event.loss !== undefined) run.loss = event.loss
      break
    case 'faults':
      run.faults.push(...event.faults.map((fault) => getText(fault, 'message')))
      break
    default:
  }
}

async function storeRun(
  run: ActiveRun,
  seconds: number,
  outcome: Run['outcome'],
  options: RecorderOptions,
) {
  const { store, newId, onStored } = options
  const { runs } = await store.list()
  const last = runs.find((each) => belongsTo(each, run.workflow, run.name))
  const id = newId()
  const details: RunDetails = {
    id,
    text: run.text,
    ...collectCurves(run, options),
    pictures: await paintPictures(run, options),
  }
  const thumbnail = await paintThumbnail(run, options)
  // Dragging a slider starts many live runs; only the last of them is stored.
  const replaced = run.automatic && last?.byItself && !last.star && !last.note ? last : undefined
  const changed = replaced ? replaced.changed : last && (await changesSince(last, run, options))
  const record: Run = {
    ...summarize(run, options),
    id,
    outcome,
    seconds,
    size: detailsSize(details) + (thumbnail?.size ?? 0),
    ...(changed && { changed }),
    ...(thumbnail && { thumbnail }),
  }
  onStored(await store.add(record, details, replaced?.id))
}

/** Returns the part of the record that does not depend on earlier runs. */
function summarize(run: ActiveRun, { declared, backend }: RecorderOptions) {
  const [usedBackend, fault] = [backend(), run.faults[0]]
  return {
    when: run.when,
    workflow: run.workflow,
    name: run.name,
    seeds: getSeeds(run.graph, declared),
    metrics: collectMetrics(run, declared),
    star: false,
    note: '',
    ...(run.target !== undefined && { target: run.target }),
    ...(run.to !== undefined && { to: run.to }),
    ...(fault !== undefined && textFields({ fault })),
    ...(run.iterations && { iterations: run.iterations }),
    ...(run.loss !== undefined && { loss: run.loss }),
    ...(usedBackend !== undefined && { backend: usedBackend }),
    ...(run.automatic && { byItself: true as const }),
    ...(run.sweep && { sweep: run.sweep }),
  }
}

async function changesSince(
  last: Run,
  run: ActiveRun,
  { store, parseFile, declared }: RecorderOptions,
) {
  try {
    const before = await store.details(last.id)
    return before && findRunChanges(parseFile(before.text), parseFile(run.text), declared)
  } catch {
    return undefined // The previous file is unreadable.
  }
}

function activeNodeTitle(
  { graph }: ActiveRun,
  id: string,
  declared: RecorderOptions['declared'],
): string {
  const node = graph.nodes.find((each) => each.id === outerId(id))
  return node ? nodeTitle(node, declared) : id
}

function collectCurves(
  run: ActiveRun,
  { declared }: RecorderOptions,
): Pick<RunDetails, 'losses' | 'charts'> {
  const heading = (node: string, name: string) => ({
    node,
    title: activeNodeTitle(run, node, declared),
    name,
  })
  const losses = run.losses.map(({ node, index, losses }): Curve => {
    const x = Float64Array.from(losses, (_, i) => index - losses.length + 1 + i)
    return { ...heading(node, 'loss'), ...downsampleCurve(x, losses, CURVE_POINTS) }
  })
  const isLoss = (y: Float64Array) =>
    run.losses.some(
      ({ losses }) =>
        losses.length === y.length && losses[0] === y[0] && losses.at(-1) === y.at(-1),
    )
  const charts = [...run.views]
    .flatMap(([node, view]) =>
      view.kind === 'chart' ? view.lines.map((line) => ({ node, line })) : [],
    )
    .filter(({ line: { kept, y } }) => !kept && y.length > 1 && !isLoss(y))
    .slice(0, MAX_CURVES)
    .map(({ node, line: { name, x, y } }): Curve => ({
      ...heading(node, name),
      ...downsampleCurve(x, y, CURVE_POINTS),
    }))
  return { losses, charts }
}

const collectMetrics = (run: ActiveRun, declared: RecorderOptions['declared']): Run['metrics'] =>
  [...run.views].flatMap(([node, view]) =>
    view.kind === 'numbers'
      ? view.rows.map(({ name, value }) => ({
          title: activeNodeTitle(run, node, declared),
          name,
          value,
        }))
      : [],
  )

/** Views of samples: pictures before points, those of later nodes first. */
function sampleViews(run: ActiveRun): [string, View][] {
  const shown = [...run.views].filter(
    ([, { kind }]) => kind === 'images' || kind === 'film' || kind === 'scatter',
  )
  const rank = ([node, { kind }]: [string, View]) =>
    (kind === 'scatter' ? 0 : 1e6) + run.graph.nodes.findIndex(({ id }) => id === outerId(node))
  return shown.sort((a, b) => rank(b) - rank(a))
}

async function paintPictures(
  run: ActiveRun,
  { paint, declared }: RecorderOptions,
): Promise<Picture[]> {
  const [width, height] = PICTURE_SIZE
  const pictures: Picture[] = []
  for (const [node, view] of sampleViews(run).slice(0, MAX_PICTURES)) {
    const image = await paint(view, width, height)
    if (image)
      pictures.push({ node, title: activeNodeTitle(run, node, declared), image, width, height })
  }
  return pictures
}

async function paintThumbnail(
  run: ActiveRun,
  { paint }: RecorderOptions,
): Promise<Blob | undefined> {
  const [first] = sampleViews(run)
  return first && paint(first[1], ...THUMBNAIL_SIZE)
}

function detailsSize({ text, losses, charts, pictures }: RunDetails): number {
  const points = [...losses, ...charts].reduce((sum, { y }) => sum + y.length, 0)
  return 2 * text.length + 16 * points + pictures.reduce((sum, { image }) => sum + image.size, 0)
}
