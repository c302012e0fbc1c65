// Paints the pictures of the gallery, workflows/<name>.webp, from what the workflows show at their default settings:
// `npm run thumbnails -- [name ...]`. Takes some minutes: some of them train.
import { readFileSync, writeFileSync } from 'node:fs'
import { createCanvas } from '@napi-rs/canvas'
import { startBackend } from '../src/engine/backends.ts'
import type { Fault } from '../src/engine/plan/fault.ts'
import { GraphError } from '../src/engine/plan/fault.ts'
import { declarationOf, opTable } from '../src/engine/plan/op.ts'
import type { Session } from '../src/engine/plan/session.ts'
import { createSession } from '../src/engine/plan/session.ts'
import type { View } from '../src/engine/plan/view.ts'
import { memoryStore } from '../src/engine/plan/store.ts'
import { assetsOf } from '../src/nodes/assets.ts'
import { infoOf, keptIn } from '../src/nodes/kept.ts'
import { findNode, withSettings } from '../src/nodes/settings.ts'
import { shippedInNode } from '../src/nodes/shipped-node.ts'
import { nodes } from '../src/nodes/table.ts'
import type { MakeSheet } from '../src/nodes/views/paint.ts'
import { darkTheme, paintView } from '../src/nodes/views/paint.ts'
import { parseWorkflow, toGraph } from '../src/nodes/workflow.ts'
import { flowers } from './flowers.ts'

const [WIDTH, HEIGHT] = [480, 300]
/** Between panels, and around them. */
const GAP = 8
/** Bytes; the gallery loads all of them at once. */
const MOST = 40_000

/** One view of a workflow, with other settings where they show more. */
interface Panel {
  node: string
  settings?: Record<string, unknown>
  /** Of the width; 1 unless said. */
  share?: number
}

const forward = (t: number): Panel => ({
  node: 'Both ways',
  settings: { 't.t': t, 'Data.count': 900, 'Both ways.extent': 2.4 },
})
const guided = (scale: number): Panel => ({
  node: 'Guided samples',
  settings: { 'Guidance.scale': scale, 'Noise.batch_size': 250, 'Guided samples.extent': 2 },
})

const digits = { 'Training Start.steps': 1000 }
const ownImages = flowers()
const mnist = { 'Training Start.steps': 300 }
const attending = { 'Training Start, with.steps': 300, 'Training Start, without.steps': 300 }

/** Three pictures side by side, high rather than wide. */
const beside = (node: string): Panel => ({ node, settings: { [`${node}.count`]: 15, [`${node}.columns`]: 3 } })
const autoguided = { 'Noise.batch_size': 500 }

const pictures: Record<string, Panel[]> = {
  points: [
    { node: 'Samples on the data', settings: { 'Noise.batch_size': 700, 'Samples on the data.extent': 2.3 }, share: 1.6 },
    { node: 'Loss curve' },
  ],
  edm: [{ node: 'Loss at every sigma' }, { node: 'By Heun', settings: { 'By Heun.extent': 2 } }],
  'flow-matching': [
    { node: 'The ways', settings: { 'The ways.extent': 2.3 }, share: 1.4 },
    { node: 'After 4 steps', settings: { 'After 4 steps.extent': 2.3 } },
  ],
  ema: [
    { node: 'Last step', settings: { 'Last step.extent': 2.3 } },
    { node: 'Post-hoc EMA', settings: { 'Post-hoc EMA.extent': 2.3 } },
  ],
  'evaluate-points': [
    { node: 'Samples on the data', settings: { 'Samples on the data.extent': 2.1 }, share: 0.9 },
    { node: 'Precision, samples' },
  ],
  'importance-sampling': [{ node: 'Both losses', settings: { 'Both losses.title': 'The variational bound' } }],
  'reverse-kl': [{ node: 'Forward KL: both modes' }, { node: 'Reverse KL: one mode' }],
  'samplers-compared': [
    { node: 'Heun, over the fine', settings: { 'Heun, over the fine.extent': 1.9 } },
    { node: 'UniPC, over the fine', settings: { 'UniPC, over the fine.extent': 1.9 } },
    { node: 'From the fine solution', share: 1.1 },
  ],
  'schedules-compared': [
    { node: 'Signal against noise' },
    {
      node: 'At the same t',
      share: 1.2,
      settings: { 'At the same t.count': 6, 'At the same t.columns': 1, 'At the same t.names': 'cos, lin, zero, flow, EDM' },
    },
  ],
  'forward-process': [forward(20), forward(150), forward(500)],
  marginal: [
    { node: 'Jump and chain', settings: { 'Loop.times': 100, 'Data.count': 1200, 'Jump and chain.extent': 2.5 } },
    { node: 'Chain against jump' },
  ],
  likelihood: [
    {
      node: 'Data, and what the ODE makes of them',
      settings: { 'Training Start.steps': 500, 'Data, and what the ODE makes of them.extent': 2.6 },
    },
    { node: 'Bits per dim', settings: { 'Training Start.steps': 500 }, share: 1.2 },
  ],
  posterior: [{ node: 'From t back to t_prev' }, { node: 'One step back' }],
  'score-field': [
    { node: 'Learned field', settings: { 'Grid.count': 15, 'Data.count': 1000 }, share: 1.3 },
    { node: 'Error at every t', settings: { 'Grid.count': 15, 'Data.count': 1000 } },
  ],
  'ddpm-ddim': [
    { node: 'Ways of DDPM', settings: { 'Noise.batch_size': 14, 'Data.count': 400 } },
    { node: 'Ways of DDIM', settings: { 'Noise.batch_size': 14, 'Data.count': 400 } },
  ],
  'guidance-by-hand': [guided(1), guided(3)],
  'own-sampler': [
    { node: 'DDIM on the data', settings: { 'Noise.batch_size': 400, 'Data.count': 400, 'DDIM on the data.extent': 2.1 } },
    { node: 'Heun on the data', settings: { 'Noise.batch_size': 400, 'Data.count': 400, 'Heun on the data.extent': 2.1 } },
  ],
  subgraph: [{ node: 'Plain and guided', settings: { 'Noise.batch_size': 250, 'Plain and guided.extent': 2 } }],
  'digits-train': [
    { node: 'New digits', settings: { ...digits, 'New digits.count': 20, 'New digits.columns': 5 }, share: 1.6 },
    { node: 'Loss curve', settings: digits },
  ],
  'digits-sample': [
    { node: 'From the same noise', settings: { 'From the same noise.count': 15, 'From the same noise.columns': 5 } },
  ],
  'learned-variance': [{ node: 'Bits by timestep', share: 1.2 }, { node: 'Bits per dim' }],
  'mnist-train': [
    { node: 'New digits', settings: mnist, share: 1.6 },
    { node: 'Loss curve', settings: mnist },
  ],
  'mnist-sample': [{ node: 'All digits', settings: { 'All digits.columns': 8 } }],
  'own-images': [
    {
      node: 'Your images',
      settings: { 'Data.images': infoOf('flowers', ownImages), 'Your images.count': 40, 'Your images.columns': 8 },
    },
  ],
  spectrum: [{ node: 'x_t over t' }, { node: 'Predicted x_0 over t' }],
  attention: [
    { node: 'With attention', settings: attending },
    { node: 'Without attention', settings: attending },
    { node: 'Loss curves', settings: attending },
  ],
  'cross-attention': [
    { node: 'Written as asked', settings: { 'Written as asked.columns': 2, 'Written as asked.count': 6 } },
    { node: 'Each token in turn' },
  ],
  inpainting: [beside('Known, filled in, real')],
  repaint: [beside('Known, filled in, real')],
  sdedit: [beside('From the real to the new')],
  interpolation: [{ node: 'Each row: from one noise to the other' }],
  inversion: [beside('Real, its noise, and back')],
  'classifier-guidance': [{ node: 'Each column asks for one digit', settings: { 'Each column asks for one digit.columns': 5 } }],
  autoguidance: [
    { node: 'The bad one', settings: autoguided },
    { node: 'The good one alone', settings: autoguided },
    { node: 'Away from the bad one', settings: autoguided },
  ],
  classifier: [{ node: 'Judged samples', share: 1.4 }, { node: 'Loss curve' }],
}

const datasets = keptIn(memoryStore())
const declarations = nodes.map(declarationOf)
const declared = new Map(declarations.map((declaration) => [declaration.type, declaration]))

/** Runs workflows one after the other; what does not change between two runs is kept. */
class Runner {
  private readonly views = new Map<string, View>()
  private readonly faults: Fault[] = []
  private readonly session: Session
  private runs = 0

  constructor() {
    this.session = createSession({
      ops: opTable(nodes),
      assets: assetsOf(keptIn(memoryStore()), datasets, shippedInNode()),
      onEvent: (event) => {
        if (event.type === 'view') this.views.set(event.node, event.view)
        if (event.type === 'faults') this.faults.push(...event.faults)
      },
    })
  }

  /** What a node shows at the end. @throws GraphError */
  async viewOf(name: string, { node, settings = {} }: Panel): Promise<View> {
    const { workflow } = parseWorkflow(readFileSync(`workflows/${name}.json`, 'utf8'), declarations)
    const graph = withSettings(toGraph(workflow, declarations), settings, declarations)
    const { id } = findNode(graph, node, declared)
    await this.session.run({ type: 'run', run: ++this.runs, graph, targets: [id] })
    if (this.faults.length) throw new GraphError(this.faults)
    return this.views.get(id)!
  }

  dispose = () => this.session.dispose()
}

async function paint(name: string, panels: readonly Panel[]): Promise<Uint8Array> {
  const canvas = createCanvas(WIDTH, HEIGHT)
  // The same interface, declared by another package.
  const context = canvas.getContext('2d') as unknown as CanvasRenderingContext2D
  context.fillStyle = '#0f1113'
  context.fillRect(0, 0, WIDTH, HEIGHT)
  const shares = panels.reduce((sum, { share = 1 }) => sum + share, 0)
  const unit = (WIDTH - GAP * (panels.length + 1)) / shares
  const runner = new Runner()
  let x = GAP
  for (const panel of panels) {
    const width = unit * (panel.share ?? 1)
    const box = { x, y: GAP, width, height: HEIGHT - 2 * GAP }
    const makeSheet = createCanvas as unknown as MakeSheet
    paintView(context, await runner.viewOf(name, panel), box, darkTheme, { makeSheet })
    x += width + GAP
  }
  await runner.dispose()
  return canvas.encode('webp', 90)
}

export async function main(names: readonly string[]) {
  await startBackend({ prefer: 'wasm' })
  await datasets.put('flowers', ownImages)
  for (const [name, panels] of Object.entries(pictures)) {
    if (names.length && !names.includes(name)) continue
    const picture = await paint(name, panels)
    writeFileSync(`workflows/${name}.webp`, picture)
    console.log(`${name}.webp  ${(picture.length / 1000).toFixed(1)} kB${picture.length > MOST ? ', too large' : ''}`)
  }
}
