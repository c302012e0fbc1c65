// Record of a run: its views, files, losses and faults, and what is written of them.
import { basename } from 'node:path'
import type { Fault } from '../../engine/messages/fault.ts'
import { safeFileName } from '../../engine/base/fileName.ts'
import type { Graph } from '../../engine/plan/graph.ts'
import type { OutputFile } from '../../engine/plan/op.ts'
import type { View } from '../../engine/base/view.ts'
import type { BackendReport, Event, ReplayReport } from '../../engine/protocol.ts'
import { cliMessages } from '../../messages/cli.ts'
import { nodeTitle } from '../../workflow/titles.ts'
import { withWorkflow } from '../../workflow/index.ts'
import type { Arguments } from './arguments.ts'
import { chartToCsv, loadPainter, viewFileName, type Folder } from '../node/outputFiles.ts'
import { declared } from './nodeTypes.ts'
import { formatFault, type Terminal } from './terminal.ts'

/** Collects the last views of a run, to write them at its end. */
export class RunRecord {
  readonly views = new Map<string, View>()
  readonly faults: Fault[] = []
  readonly notices: Fault[] = []
  readonly losses = new Map<string, number>()
  readonly writing: Promise<void>[] = []
  seconds = 0
  /** Replayed networks, on a GPU. */
  networks: ReplayReport | undefined
  stopped = false

  constructor(
    readonly graph: Graph,
    readonly workflow: string,
    private readonly out: Terminal,
    private readonly folder: Folder,
  ) {}

  title(id: string): string {
    const node = this.graph.nodes.find((candidate) => candidate.id === id)
    return node ? nodeTitle(node, declared) : id
  }

  /** Puts the title of a node before a message about it. */
  private named = (node: string | undefined, message: string) =>
    node === undefined ? message : `${this.title(node)}: ${message}`

  take(event: Event) {
    switch (event.type) {
      case 'view':
        this.views.set(event.node, event.view)
        break
      case 'file':
        this.write(event.file)
        break
      case 'progress':
        if (event.loss !== undefined) this.losses.set(event.node, event.loss)
        this.out.progress(this.title(event.node), event)
        break
      case 'losses': {
        // Also of a training that was stopped or that sent no progress.
        const last = event.losses.at(-1)
        if (last !== undefined) this.losses.set(event.node, last)
        break
      }
      case 'compiling':
        this.out.compiling(event.done, event.total)
        break
      case 'faults':
      case 'notices': {
        const list = event.type === 'faults' ? this.faults : this.notices
        list.push(...event.faults)
        for (const fault of event.faults) this.out.line(formatFault(fault, this.title(fault.node)))
        break
      }
      case 'status':
        this.out.line(event.text)
        break
      case 'storage':
        this.out.line(cliMessages.notice({ text: this.named(event.node, event.message) }))
        break
      case 'finished':
        this.seconds = event.seconds
        this.networks = event.networks
        this.stopped = event.stopped
        break
      default: // other events matter on screen only
    }
  }

  private write(file: OutputFile) {
    const { name, bytes } = withWorkflow(file, this.workflow)
    this.writing.push(this.folder.write(safeFileName(name), bytes))
  }
}

/** Writes the views as images and tables. */
export async function writeViews(seen: RunRecord, out: Terminal, folder: Folder) {
  const paint = await loadPainter()
  if (!paint && seen.views.size > 0)
    out.line(cliMessages.notice({ text: cliMessages.noPictures() }))
  for (const [id, view] of seen.views) {
    const title = seen.title(id)
    if (view.kind === 'chart') await folder.write(viewFileName(title, '.csv'), chartToCsv(view))
    if (paint) await folder.write(viewFileName(title, '.png'), await paint(view, seen.workflow))
  }
}

/** The contents of summary.json. */
export const summarizeRun = (
  wanted: Arguments<'run'>,
  backend: BackendReport,
  seen: RunRecord,
  folder: Folder,
) => ({
  workflow: basename(wanted.file),
  settings: { ...(wanted.steps !== undefined && { steps: wanted.steps }), ...wanted.settings },
  backend,
  seconds: seen.seconds,
  ...(seen.networks && { networks: seen.networks }),
  stopped: seen.stopped,
  losses: Object.fromEntries([...seen.losses].map(([id, loss]) => [seen.title(id), loss])),
  statistics: Object.fromEntries(
    [...seen.views].flatMap(([id, view]) =>
      view.kind === 'statistics' ? [[seen.title(id), viewNumbers(view)]] : [],
    ),
  ),
  numbers: Object.fromEntries(
    [...seen.views].flatMap(([id, view]) =>
      view.kind === 'numbers'
        ? [[seen.title(id), Object.fromEntries(view.rows.map(({ name, value }) => [name, value]))]]
        : [],
    ),
  ),
  faults: seen.faults,
  notices: seen.notices,
  files: folder.written,
})

const viewNumbers = ({
  type,
  shape,
  mean,
  std,
  min,
  max,
  nan,
}: Extract<View, { kind: 'statistics' }>) => ({
  type,
  shape,
  mean,
  std,
  min,
  max,
  nan,
})
