// Paints the gallery's thumbnails from the views of the workflows with default settings:
// workflows/<name>.webp for dark themes, workflows/light/<name>.webp for light ones.
// `npm run thumbnails -- [name ...]` takes some minutes, because some train.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createCanvas } from '@napi-rs/canvas'
import { startBackend } from '../src/engine/backends/backends.ts'
import type { Fault } from '../src/engine/messages/fault.ts'
import { GraphError } from '../src/engine/messages/fault.ts'
import { toDeclaration, opTable } from '../src/engine/plan/op.ts'
import type { Session } from '../src/engine/plan/session.ts'
import { createSession } from '../src/engine/plan/session.ts'
import type { View } from '../src/engine/base/view.ts'
import { memoryStore } from '../src/engine/plan/store.ts'
import { createAssets } from '../src/storage/assets.ts'
import { describeFile, createStoredFiles } from '../src/storage/storedFiles.ts'
import { findNode, applySettings } from '../src/workflow/settings.ts'
import { shippedInNode } from '../src/storage/shippedInNode.ts'
import { nodes } from '../src/nodes/table.ts'
import type { MakeSheet } from '../src/painters/paint.ts'
import { darkTheme, lightTheme, paintView, type Theme } from '../src/painters/paint.ts'
import { parseWorkflow, toGraph } from '../src/workflow/index.ts'
import { flowers } from './flowers.ts'

const [WIDTH, HEIGHT] = [480, 300]
/** Gap between and around panels. */
const GAP = 8
/** Size limit in bytes; the gallery loads all at once. */
const MOST = 40_000

/** A view of a workflow, optionally with settings that show more. */
interface Panel {
  node: string
  settings?: Record<string, unknown>
  /** Share of the width; 1 by default. */
  share?: number
}

const forward = (t: number): Panel => ({
  node: 'Both results',
  settings: { 't.t': t, 'Data.count': 900, 'Both results.extent': 2.4 },
})
const guided = (scale: number): Panel => ({
  node: 'Guided samples',
  settings: { 'Guidance.scale': scale, 'Noise.batch_size': 250, 'Guided samples.extent': 2 },
})

const digits = { 'Training Start.steps': 1000 }
const ownImages = flowers()
const mnist = { 'Training Start.steps': 300 }
const attending = { 'Training Start, with.steps': 300, 'Training Start, without.steps': 300 }

/** Three images side by side, in portrait format. */
const beside = (node: string): Panel => ({
  node,
  settings: { [`${node}.count`]: 15, [`${node}.columns`]: 3 },
})
const autoguided = { 'Noise.batch_size': 500 }

const pictures: Record<string, Panel[]> = {
  points: [
    {
      node: 'Samples on the data',
      settings: { 'Noise.batch_size': 700, 'Samples on the data.extent': 2.3 },
      share: 1.6,
    },
    { node: 'Loss curve' },
  ],
  edm: [
    { node: 'Loss by sigma' },
    { node: 'Heun samples', settings: { 'Heun samples.extent': 2 } },
  ],
  'flow-matching': [
    { node: 'Trajectories', settings: { 'Trajectories.extent': 2.3 }, share: 1.4 },
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
  'importance-sampling': [
    { node: 'Both losses', settings: { 'Both losses.title': 'The variational bound' } },
  ],
  'consistency-distillation': [
    { node: 'One evaluation of the teacher' },
    { node: 'One evaluation of the student' },
  ],
  'consistency-training': [{ node: 'Distance over steps' }, { node: 'Samples on the data' }],
  dps: [{ node: 'Samples on the prior' }],
  drifting: [{ node: 'Distance over steps' }, { node: 'Samples on the data' }],
  'early-stopping': [{ node: 'Held-out loss over steps' }],
  gan: [{ node: 'Distance over steps' }, { node: 'Samples on the data' }],
  'loss-formula': [{ node: 'Squared error by t' }, { node: 'Samples on the data' }],
  'nfe-curves': [{ node: 'Distance to the data' }],
  'optimal-transport-couplings': [
    { node: 'Paths of random pairs' },
    { node: 'Paths of optimal transport' },
  ],
  'progressive-distillation': [
    { node: 'Distance by steps', share: 1.3 },
    { node: 'Student of this round' },
  ],
  'few-step-methods': [{ node: 'Distance by evaluations' }],
  'density-over-time': [{ node: 'Reverse SDE' }, { node: 'Probability flow ODE' }],
  'mask-training': [
    {
      node: 'Known, filled, real',
      settings: { 'Known, filled, real.count': 4, 'Known, filled, real.columns': 1 },
    },
  ],
  'build-a-unet': [{ node: 'Error by noise level' }, { node: 'Denoised', share: 1.4 }],
  'emoji-by-name': [{ node: 'Drawn by name', settings: { 'Training.steps': 600 } }],
  'attention-maps': [{ node: 'By head and token' }],
  'words-masked': [{ node: 'Film', settings: { 'Film.count': 24 } }],
  'latent-mnist': [{ node: 'New digits' }, { node: 'Before and after' }],
  'self-conditioning': [
    {
      node: 'Digits of both',
      settings: { 'Digits of both.count': 12, 'Digits of both.columns': 4 },
    },
  ],
  'mean-flow': [{ node: 'MeanFlow by steps' }, { node: 'Distance by steps' }],
  shortcut: [{ node: 'Shortcut by steps' }, { node: 'Distance by steps' }],
  reflow: [{ node: 'One step of the flow' }, { node: 'One step after reflow' }],
  'visual-anagrams': [{ node: 'Both views' }],
  'hybrid-images': [{ node: 'Hybrid, low, high' }],
  'no-time-embedding': [{ node: 'Samples on the data', share: 1.1 }, { node: 'Beyond T' }],
  'prediction-types': [
    { node: 'Error of x_0 by t', share: 1.2 },
    { node: 'Sliced Wasserstein', share: 0.8 },
  ],
  restart: [{ node: 'Distance to the data' }, { node: 'With 8 restarts', share: 0.8 }],
  'reverse-kl': [{ node: 'Forward KL: both modes' }, { node: 'Reverse KL: one mode' }],
  'samplers-compared': [
    { node: 'Heun and fine', settings: { 'Heun and fine.extent': 1.9 } },
    { node: 'UniPC and fine', settings: { 'UniPC and fine.extent': 1.9 } },
    { node: 'Distance to the fine solution', share: 1.1 },
  ],
  'schedules-compared': [
    { node: 'Log SNR' },
    {
      node: 'At the same t',
      share: 1.2,
      settings: {
        'At the same t.count': 6,
        'At the same t.columns': 1,
        'At the same t.names': 'cos, lin, zero, flow, EDM',
      },
    },
  ],
  'forward-process': [forward(20), forward(150), forward(500)],
  marginal: [
    {
      node: 'Jump and chain',
      settings: { 'Loop.times': 100, 'Data.count': 1200, 'Jump and chain.extent': 2.5 },
    },
    { node: 'Chain against jump' },
  ],
  likelihood: [
    {
      node: 'Data and its noise',
      settings: { 'Training Start.steps': 500, 'Data and its noise.extent': 2.6 },
    },
    { node: 'Bits per dim', settings: { 'Training Start.steps': 500 }, share: 1.2 },
  ],
  posterior: [{ node: 'From t back to t_prev' }, { node: 'One step back' }],
  'score-field': [
    { node: 'Learned field', settings: { 'Grid.count': 15, 'Data.count': 1000 }, share: 1.3 },
    { node: 'Error at every t', settings: { 'Grid.count': 15, 'Data.count': 1000 } },
  ],
  'ddpm-ddim': [
    { node: 'DDPM trajectories', settings: { 'Noise.batch_size': 14, 'Data.count': 400 } },
    { node: 'DDIM trajectories', settings: { 'Noise.batch_size': 14, 'Data.count': 400 } },
  ],
  'guidance-by-hand': [guided(1), guided(3)],
  'own-sampler': [
    {
      node: 'DDIM on the data',
      settings: { 'Noise.batch_size': 400, 'Data.count': 400, 'DDIM on the data.extent': 2.1 },
    },
    {
      node: 'Heun on the data',
      settings: { 'Noise.batch_size': 400, 'Data.count': 400, 'Heun on the data.extent': 2.1 },
    },
  ],
  subgraph: [
    {
      node: 'Plain and guided',
      settings: { 'Noise.batch_size': 250, 'Plain and guided.extent': 2 },
    },
  ],
  'digits-train': [
    {
      node: 'New digits',
      settings: { ...digits, 'New digits.count': 20, 'New digits.columns': 5 },
      share: 1.6,
    },
    { node: 'Loss curve', settings: digits },
  ],
  'dit-digits': [
    {
      node: 'New digits',
      settings: { ...digits, 'New digits.count': 20, 'New digits.columns': 5 },
      share: 1.6,
    },
    { node: 'Loss curve', settings: digits },
  ],
  ablations: [{ node: 'Distance to real digits' }, { node: 'Digits without a part', share: 1.4 }],
  'resnet-vs-transformer': [{ node: 'Losses' }, { node: 'Digits of both', share: 1.4 }],
  'digits-sample': [
    {
      node: 'From the same noise',
      settings: { 'From the same noise.count': 15, 'From the same noise.columns': 5 },
    },
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
      settings: {
        'Data.images': describeFile('flowers', ownImages),
        'Your images.count': 40,
        'Your images.columns': 8,
      },
    },
  ],
  spectrum: [{ node: 'x_t over t' }, { node: 'Predicted x_0 over t' }],
  attention: [
    { node: 'With attention', settings: attending },
    { node: 'Without attention', settings: attending },
    { node: 'Loss curves', settings: attending },
  ],
  'cross-attention': [
    {
      node: 'Requested digits',
      settings: { 'Requested digits.columns': 2, 'Requested digits.count': 6 },
    },
    { node: 'Maps by token' },
  ],
  inpainting: [beside('Masked, inpainted, real')],
  repaint: [beside('Masked, inpainted, real')],
  sdedit: [beside('Real and new digits')],
  interpolation: [{ node: 'Interpolated samples' }],
  inversion: [beside('Real, noise, reconstruction')],
  'classifier-guidance': [
    {
      node: 'One digit per column',
      settings: { 'One digit per column.columns': 5 },
    },
  ],
  autoguidance: [
    { node: 'Bad network', settings: autoguided },
    { node: 'Without guidance', settings: autoguided },
    { node: 'With autoguidance', settings: autoguided },
  ],
  classifier: [{ node: 'Evaluated samples', share: 1.4 }, { node: 'Loss curve' }],
}

const datasets = createStoredFiles(memoryStore())
const declarations = nodes.map(toDeclaration)
const declared = new Map(declarations.map((declaration) => [declaration.type, declaration]))

/** Runs workflows in order, with cached results between runs. */
class Runner {
  private readonly views = new Map<string, View>()
  private readonly faults: Fault[] = []
  private readonly session: Session
  private runs = 0

  constructor() {
    this.session = createSession({
      ops: opTable(nodes),
      assets: createAssets(createStoredFiles(memoryStore()), datasets, shippedInNode()),
      onEvent: (event) => {
        if (event.type === 'view') this.views.set(event.node, event.view)
        if (event.type === 'faults') this.faults.push(...event.faults)
      },
    })
  }

  /** Returns the last view of a node. @throws GraphError */
  async viewOf(name: string, { node, settings = {} }: Panel): Promise<View> {
    const { workflow } = parseWorkflow(readFileSync(`workflows/${name}.json`, 'utf8'), declarations)
    const graph = applySettings(toGraph(workflow, declarations), settings, declarations)
    const { id } = findNode(graph, node, declared)
    await this.session.run({ type: 'run', run: ++this.runs, graph, targets: [id] })
    if (this.faults.length) throw new GraphError(this.faults)
    return this.views.get(id)!
  }

  dispose = () => this.session.dispose()
}

interface Paper {
  folder: string
  ground: string
  theme: Theme
}

const papers: readonly Paper[] = [
  { folder: 'workflows', ground: '#0f1113', theme: darkTheme },
  { folder: 'workflows/light', ground: '#eceef2', theme: lightTheme },
]

/** Returns the view of each panel. Workflows that train do so once for both themes. */
async function panelViews(name: string, panels: readonly Panel[]): Promise<View[]> {
  const runner = new Runner()
  const views: View[] = []
  for (const panel of panels) views.push(await runner.viewOf(name, panel))
  await runner.dispose()
  return views
}

async function paint(
  panels: readonly Panel[],
  views: readonly View[],
  { ground, theme }: Paper,
): Promise<Uint8Array> {
  const canvas = createCanvas(WIDTH, HEIGHT)
  // The package declares its own equal interface.
  const context = canvas.getContext('2d') as unknown as CanvasRenderingContext2D
  context.fillStyle = ground
  context.fillRect(0, 0, WIDTH, HEIGHT)
  const shares = panels.reduce((sum, { share = 1 }) => sum + share, 0)
  const unit = (WIDTH - GAP * (panels.length + 1)) / shares
  const makeSheet = createCanvas as unknown as MakeSheet
  let x = GAP
  panels.forEach(({ share = 1 }, i) => {
    const width = unit * share
    const box = { x, y: GAP, width, height: HEIGHT - 2 * GAP }
    paintView(context, views[i], box, theme, { makeSheet })
    x += width + GAP
  })
  return canvas.encode('webp', 90)
}

export async function main(names: readonly string[]) {
  await startBackend({ prefer: 'wasm' })
  await datasets.put('flowers', ownImages)
  for (const { folder } of papers) mkdirSync(folder, { recursive: true })
  for (const [name, panels] of Object.entries(pictures)) {
    if (names.length && !names.includes(name)) continue
    const views = await panelViews(name, panels)
    for (const paper of papers) {
      const file = `${paper.folder}/${name}.webp`
      const picture = await paint(panels, views, paper)
      writeFileSync(file, picture)
      console.log(
        `${file}  ${(picture.length / 1000).toFixed(1)} kB${picture.length > MOST ? ', too large' : ''}`,
      )
    }
  }
}
