// The ready workflows: each file is valid, runs with its test settings and shows what it describes.
import { LGraph, LiteGraph } from 'litegraph.js/build/litegraph.core.js'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { openClosedNode } from '../src/editor/graph/openClosed.ts'
import { slicedWasserstein } from '../src/engine/metrics/distributions.ts'
import type { Fault } from '../src/engine/messages/fault.ts'
import type { Graph } from '../src/engine/plan/graph.ts'
import { opTable } from '../src/engine/plan/op.ts'
import { createSession } from '../src/engine/plan/session.ts'
import type {
  ChartView,
  ImagesView,
  NumbersView,
  ScatterView,
  StatisticsView,
  TextsView,
  View,
} from '../src/engine/base/view.ts'
import { eightCenters } from '../src/engine/datasets/points.ts'
import { alphaBarAt, noiseSchedule } from '../src/engine/process/schedule.ts'
import { tf } from '../src/engine/base/tf.ts'
import type { WebGPUBackend } from '../src/engine/backends/webgpu/backend.ts'
import { memoryStore } from '../src/engine/plan/store.ts'
import { createAssets } from '../src/storage/assets.ts'
import { createStoredFiles } from '../src/storage/storedFiles.ts'
import { shippedInNode } from '../src/storage/shippedInNode.ts'
import { toWorkflowFile, showWorkflow } from '../src/litegraph/graph.ts'
import type { Registration } from '../src/litegraph/register.ts'
import { registerNodes } from '../src/litegraph/register.ts'
import { graphZones } from '../src/litegraph/canvasZones.ts'
import { applySettings } from '../src/workflow/settings.ts'
import { withSubgraphs } from '../src/workflow/subgraphDeclarations.ts'
import { INPUTS, OUTPUTS } from '../src/workflow/file.ts'
import { nodes } from '../src/nodes/table.ts'
import type { WorkflowFile } from '../src/workflow/index.ts'
import { parseWorkflow, stringifyWorkflow, toGraph } from '../src/workflow/index.ts'
import { onEachBackend } from './backends.ts'
import type { Numbers, Seen } from './nodes/evaluate.ts'
import { evaluate } from './nodes/evaluate.ts'
import {
  datasets,
  declarations,
  readWorkflow,
  testGraph,
  testSettings,
  workflowNames,
  workflowText,
} from './readyWorkflows.ts'
import { fullTest } from './families.ts'

/** Runs a graph to its end like the editor. Returns views by node title. */
async function run(graph: Graph): Promise<Map<string, View>> {
  const views = new Map<string, View>()
  const faults: Fault[] = []
  const session = createSession({
    ops: opTable(nodes),
    assets: createAssets(createStoredFiles(memoryStore()), datasets, shippedInNode()),
    onEvent: (event) => {
      if (event.type === 'view') views.set(findTitle(graph, event.node), event.view)
      if (event.type === 'faults' || event.type === 'notices') faults.push(...event.faults)
    },
    // Else what charts collect depends on the time that emissions take.
    emissionShare: Infinity,
  })
  await session.run({ type: 'run', run: 1, graph })
  await session.dispose()
  expect(faults).toEqual([])
  return views
}

const findTitle = (graph: Graph, id: string) => {
  const { title, op } = graph.nodes.find((node) => node.id === id)!
  return title ?? op.replace(/^.*\//, '')
}

/** Converts `Title.slot` to `id.slot`. */
function at(graph: Graph, place: string): string {
  const [title, slot] = place.split('.') as [string, string]
  const found = graph.nodes.filter(({ id }) => findTitle(graph, id) === title)
  expect(found, title).toHaveLength(1)
  return `${found[0].id}.${slot}`
}

/** Reads the numbers of outputs, `{ x: 'Title.slot' }`. */
async function read<K extends string>(graph: Graph, places: { [Q in K]: string }) {
  const wanted = Object.fromEntries(
    Object.entries<string>(places).map(([name, place]) => [name, at(graph, place)]),
  )
  return (await evaluate(graph.nodes, wanted)) as Record<K, Seen>
}

/** Schedule of most workflows. */
const schedule = noiseSchedule({ name: 'squaredcos_cap_v2', T: 1000 })

const bits = ({ data }: Numbers) => [...new Uint32Array(data.buffer, data.byteOffset, data.length)]

test('lists the ready workflows', () => {
  expect(workflowNames).toEqual([
    'ablations',
    'attention-maps',
    'attention',
    'autoguidance',
    'build-a-unet',
    'classifier-guidance',
    'classifier',
    'consistency-distillation',
    'consistency-training',
    'cross-attention',
    'ddpm-ddim',
    'density-over-time',
    'digits-sample',
    'digits-train',
    'dit-digits',
    'dps',
    'drifting',
    'early-stopping',
    'edm',
    'ema',
    'emoji-by-name',
    'evaluate-points',
    'few-step-methods',
    'flow-matching',
    'forward-process',
    'gan',
    'guidance-by-hand',
    'hybrid-images',
    'importance-sampling',
    'inpainting',
    'interpolation',
    'inversion',
    'latent-mnist',
    'learned-variance',
    'likelihood',
    'loss-formula',
    'marginal',
    'mask-training',
    'mean-flow',
    'mnist-sample',
    'mnist-train',
    'nfe-curves',
    'no-time-embedding',
    'optimal-transport-couplings',
    'own-images',
    'own-sampler',
    'points',
    'posterior',
    'prediction-types',
    'progressive-distillation',
    'reflow',
    'repaint',
    'resnet-vs-transformer',
    'restart',
    'reverse-kl',
    'samplers-compared',
    'schedules-compared',
    'score-field',
    'sdedit',
    'self-conditioning',
    'shortcut',
    'spectrum',
    'subgraph',
    'visual-anagrams',
    'words-masked',
  ])
})

describe.each(workflowNames)('%s', (name) => {
  test('is read without notices and written unchanged', () => {
    const { workflow, notices } = parseWorkflow(workflowText(name), declarations)
    expect(notices).toEqual([])
    expect(stringifyWorkflow(workflow)).toBe(workflowText(name))
  })

  test('has a title, a description and test settings', () => {
    const { title, about, test: settings } = readWorkflow(name).extra.diffusion!
    expect(title).toMatch(/^.{5,50}$/)
    expect(about!.split(/[.?] /).length).toBeGreaterThanOrEqual(2)
    expect(about!.length).toBeLessThan(420)
    expect(settings).toBeTypeOf('object')
  })

  test('has unique node titles, so that settings can name nodes', () => {
    const { nodes } = toGraph(readWorkflow(name), declarations)
    // A node of a shared subgraph occurs once per instance; count it once.
    const once = new Map(
      nodes.map((node) => [
        node.id.includes(':') ? node.id.slice(node.id.lastIndexOf(':')) : node.id,
        node,
      ]),
    )
    const titles = [...once.values()].map((node) => node.title ?? node.op)
    expect([...new Set(titles)]).toEqual(titles)
  })

  test('has no faults', async () => {
    const session = createSession({ ops: opTable(nodes), onEvent: () => {} })
    expect(session.check(toGraph(readWorkflow(name), declarations))).toEqual([])
    await session.dispose()
  })
})

describe('on a canvas', () => {
  const registrations: Registration[] = []
  beforeAll(() => {
    const known = new Map(declarations.map((declaration) => [declaration.type, declaration]))
    const subgraphs = workflowNames.flatMap((name) => {
      const file = readWorkflow(name)
      return (file.subgraphs ?? []).map(({ id }) => withSubgraphs(file, known).get(id)!)
    })
    registrations.push(registerNodes(LiteGraph, [...declarations, ...subgraphs]))
  })
  afterAll(() => registrations.forEach((registration) => registration.unregister()))

  function shown(file: WorkflowFile): LGraph {
    const graph = new LGraph()
    showWorkflow(LiteGraph, graph, file)
    return graph
  }
  /** The graph and its subgraphs. */
  const levels = workflowNames.flatMap((name) => {
    const file = readWorkflow(name)
    const inside = (file.subgraphs ?? []).map((each): [string, WorkflowFile] => [
      `${name}, inside of ${each.name},`,
      each.inside,
    ])
    return [[name, file] as [string, WorkflowFile], ...inside]
  })
  interface Box {
    x: number
    y: number
    width: number
    height: number
  }
  const TITLE = 30
  const boxes = (graph: LGraph) =>
    new Map(
      graph._nodes.map(({ id, pos, size }): [string, Box] => [
        String(id),
        { x: pos[0], y: pos[1] - TITLE, width: size[0], height: size[1] + TITLE },
      ]),
    )
  const overlap = (a: Box, b: Box) =>
    a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height

  test.each(workflowNames)('%s is saved as it was opened: no node had to grow', async (name) => {
    const { nodes, links } = toWorkflowFile(shown(readWorkflow(name)))
    // `vitest -u` updates the file.
    await expect(stringifyWorkflow({ ...readWorkflow(name), nodes, links })).toMatchFileSnapshot(
      `../workflows/${name}.json`,
    )
  })

  test.each(levels)('no nodes of %s overlap', (_, file) => {
    const all = [...boxes(shown(file))]
    const over = all.flatMap(([id, box], i) =>
      all.slice(0, i).flatMap(([other, its]) => (overlap(box, its) ? [[id, other]] : [])),
    )
    expect(over).toEqual([])
  })

  test('no node inside a subgraph has to grow', () => {
    const sizes = (nodes: WorkflowFile['nodes']) =>
      nodes.filter(({ type }) => type !== INPUTS && type !== OUTPUTS).map(({ size }) => size)
    for (const [, file] of levels)
      expect(sizes(toWorkflowFile(shown(file)).nodes)).toEqual(sizes(file.nodes))
  })

  test.each(workflowNames)('zones of %s contain their bodies and no other nodes', (name) => {
    const graph = shown(readWorkflow(name))
    for (const { start, end, body, box } of graphZones(graph)) {
      const inside = [...boxes(graph)].flatMap(([id, its]) => (overlap(box, its) ? [id] : []))
      expect(inside.sort()).toEqual([start, end, ...body].sort())
    }
  })
})

onEachBackend(() => {
  test.each(workflowNames)('%s runs to its end, and no view is empty', async (name) => {
    const graph = testGraph(readWorkflow(name))
    const views = await run(graph)
    const shows = (op: string) => {
      const { role, room } = declarations.find(({ type }) => type === op)!
      return role === 'observer' || room !== undefined
    }
    expect([...views.keys()].sort()).toEqual(
      graph.nodes
        .filter(({ op }) => shows(op))
        .map(({ id }) => findTitle(graph, id))
        .sort(),
    )
    for (const view of views.values()) {
      if (view.kind === 'images')
        for (const grid of view.groups) expect(new Set(grid.pixels).size).toBeGreaterThan(1)
      if (view.kind === 'film') expect(view.frames.length).toBeGreaterThan(1)
      if (view.kind === 'numbers')
        for (const { value } of view.rows) expect(value).toSatisfy(Number.isFinite)
      if (view.kind === 'rows') expect(view.rows).not.toEqual([])
      if (view.kind === 'scatter')
        for (const { points } of view.clouds) expect(points.every(Number.isFinite)).toBe(true)
      if (view.kind === 'chart') for (const { y } of view.lines) expect(y.length).toBeGreaterThan(1)
      if (view.kind === 'statistics') expect(view.nan).toBe(0)
    }
  })

  describe('points', () => {
    const file = readWorkflow('points')

    test('emissions change no bit of the trained weights', async () => {
      const watched = await read(testGraph(file, { 'Training End.emit_every': 5 }), {
        x: 'Samples.x_0',
      })
      const alone = await read(testGraph(file, { 'Training End.emit_every': 0 }), {
        x: 'Samples.x_0',
      })
      expect(bits(watched.x.tensor)).toEqual(bits(alone.x.tensor))
    })

    test('an opened Sampler has the bits of the closed one', async () => {
      const declared = new Map(declarations.map((declaration) => [declaration.type, declaration]))
      const graph = testGraph(file)
      const closed = graph.nodes.find(({ op }) => op === 'diffusion/Sampler')!
      const session = createSession({ ops: opTable(nodes), onEvent: () => {} })
      const expansion = session.expand(closed, Object.keys(closed.inputs))
      await session.dispose()
      const opened = openClosedNode(file, Number(closed.id), expansion, declared)
      const { 'Samples.num_inference_steps': _, ...settings } = testSettings(file)
      const openGraph = applySettings(toGraph(opened.file, declarations), settings, declarations)
      expect(openGraph.nodes.map(({ op }) => op)).toContain('diffusion/SamplingEnd')

      const { x } = await read(graph, { x: 'Samples.x_0' })
      const { y } = await read(openGraph, { y: 'SamplingEnd.x_0' })
      expect(bits(y.tensor)).toEqual(bits(x.tensor))
    })

    test('shows the data and the samples', async () => {
      const views = await run(testGraph(file))
      const { clouds } = views.get('Samples on the data') as ScatterView
      expect(clouds.map((cloud) => [cloud.name, cloud.points.length])).toEqual([
        ['data', 2 * 512],
        ['samples', 2 * 128],
      ])
      expect((views.get('Loss curve') as ChartView).lines[0].y.length).toBe(12)
    })
  })

  test('forward-process: one slider sets both t, and both clouds have one distribution', async () => {
    const file = readWorkflow('forward-process')
    const graph = applySettings(toGraph(file, declarations), { 't.t': 60 }, declarations)
    const { clouds } = (await run(graph)).get('Both results') as ScatterView
    const [once, steps] = clouds.map(({ points }) => points) as [Float32Array, Float32Array]
    const { x } = await read(graph, { x: 'Data.x_0' })
    // Two random noisings of the same points are closer to each other than to the clean points.
    const apart = slicedWasserstein(once, steps)
    expect(apart).toBeLessThan(0.03)
    expect(slicedWasserstein(once, x.tensor.data)).toBeGreaterThan(apart)
  })

  test('marginal: the chain and the jump agree in mean, variance and distribution', async () => {
    const views = await run(testGraph(readWorkflow('marginal'), { 'Loop.times': 80 }))
    const notes = new Map((views.get('Chain against jump') as StatisticsView).notes)
    const pair = (name: string) =>
      notes.get(`${name}, a | b`)!.split(' | ').map(Number) as [number, number]
    const n = 2000
    const [meanA, meanB] = pair('mean')
    const [stdA, stdB] = pair('std')
    // Two coordinates of 2,000 points each, of standard deviation about 1; four standard errors.
    expect(Math.abs(meanA - meanB)).toBeLessThan(4 * Math.sqrt(2 / (2 * n)))
    expect(Math.abs(stdA - stdB)).toBeLessThan(4 * Math.sqrt(1 / (2 * n)))
    // Critical value of the test at a significance of one in a thousand.
    const critical = 1.95 * Math.sqrt(2 / n)
    expect(Number(notes.get('KS distance, x'))).toBeLessThan(critical)
    expect(Number(notes.get('KS distance, y'))).toBeLessThan(critical)
  })

  test('marginal: detects another schedule for the jump', async () => {
    const file = readWorkflow('marginal')
    const graph = testGraph(file, { 'Loop.times': 80 })
    const jump = graph.nodes.find(({ title }) => title === 'Jump')!
    jump.inputs.schedule = { node: 'other', slot: 'schedule' }
    graph.nodes.push({
      id: 'other',
      op: 'diffusion/NoiseSchedule',
      params: { beta_schedule: 'linear_openai', num_train_timesteps: 100 },
      inputs: {},
    })
    const { notes } = (await run(graph)).get('Chain against jump') as StatisticsView
    expect(Number(new Map(notes).get('KS distance, x'))).toBeGreaterThan(1.95 * Math.sqrt(2 / 2000))
  })

  test('emoji-by-name: draws twenty prompts that have only words of the data', async () => {
    const file = readWorkflow('emoji-by-name')
    const views = await run(testGraph(file, { 'Noise.batch_size': 20 }))
    const { groups } = views.get('Drawn by name') as ImagesView
    expect(groups[0].labels).toHaveLength(20)
    expect(groups[0].labels?.slice(0, 2)).toEqual(['smile cat', 'joy cat'])
    const [{ y }] = (views.get('Distance by prompt') as ChartView).lines
    const { rows } = views.get('Distance') as NumbersView
    expect(y).toHaveLength(20)
    expect(y.reduce((sum, each) => sum + each, 0) / 20).toBeCloseTo(rows[0].value, 4)
  })

  test('words-masked: fills all places, and keeps the letters that are given', async () => {
    const views = await run(testGraph(readWorkflow('words-masked')))
    const [film, filled] = ['Film', 'Filled'].map((title) => views.get(title) as TextsView)
    expect(film.frames[0]).toEqual(Array(20).fill('____'))
    expect(film.frames.at(-1)!.join('').includes('_')).toBe(false)
    const gaps = filled.frames[0].slice(0, 6)
    expect(gaps).toEqual(['b__k', '_oo_', 'c__e', '__ar', 's_n_', '_a_'])
    const last = filled.frames.at(-1)!
    gaps.forEach((gap, i) => {
      // Padding is shown as a space, or not at all at the end.
      const text = last[i].padEnd(gap.length)
      expect(text).toMatch(new RegExp(`^${gap.replaceAll('_', '.')}`))
    })
    const { rows } = views.get('Valid-word rate') as NumbersView
    expect(rows.map(({ name }) => name)).toEqual([
      'valid words',
      'of these not in training',
      'different words',
    ])
  })

  test('dps: all samples meet the measurement, and spread where the prior allows it', async () => {
    const sampled = async (scale: number) => {
      const settings = { 'Timesteps.num_inference_steps': 100, 'Guidance.scale': scale }
      const { x } = await read(testGraph(readWorkflow('dps'), settings), {
        x: 'SamplingEnd.x_0',
      })
      return [0, 1].map((axis) => [...x.tensor.data].filter((_, i) => i % 2 === axis))
    }
    const spread = (values: number[]) => Math.max(...values) - Math.min(...values)
    const [measured, free] = await sampled(1)
    expect(measured).toHaveLength(200)
    for (const value of measured) expect(Math.abs(value - 1)).toBeLessThan(0.01)
    expect(spread(free)).toBeGreaterThan(0.5)
    // Without guidance the samples are those of the prior.
    const [unguided] = await sampled(0)
    expect(spread(unguided)).toBeGreaterThan(2)
  })

  test('posterior: the ellipses match the formula', async () => {
    const graph = testGraph(readWorkflow('posterior'))
    const views = await run(graph)
    const { x0, xt } = await read(graph, { x0: 'Data.x_0', xt: 'ForwardNoise.x_t' })
    const expected = (t: number, tPrev: number) => {
      const [a, before] = [alphaBarAt(schedule, t), alphaBarAt(schedule, tPrev)]
      const alpha = a / before
      const clean = (Math.sqrt(before) * (1 - alpha)) / (1 - a)
      const noisy = (Math.sqrt(alpha) * (1 - before)) / (1 - a)
      const radius = Math.sqrt(((1 - before) / (1 - a)) * (1 - alpha))
      return Array.from({ length: x0.tensor.data.length / 2 }, (_, i) => [
        ...[0, 1].map(
          (axis) => clean * x0.tensor.data[2 * i + axis] + noisy * xt.tensor.data[2 * i + axis],
        ),
        radius,
        radius,
      ]).flat()
    }
    for (const [title, tPrev] of [
      ['From t back to t_prev', 350],
      ['One step back', 699],
    ] as const) {
      const found = (views.get(title) as ScatterView).ellipses!
      const wanted = expected(700, tPrev)
      expect(found.length).toBe(wanted.length)
      wanted.forEach((value, i) => expect(found[i]).toBeCloseTo(value, 5))
    }
  })

  test('score-field: the error over t is the difference between the two models', async () => {
    const views = await run(testGraph(readWorkflow('score-field')))
    const [line] = (views.get('Error at every t') as ChartView).lines
    expect([...line.x]).toEqual([800, 600, 400, 200, 0])
    expect(line.y.every((error) => error > 0)).toBe(true)
    const arrows = (title: string) => (views.get(title) as ScatterView).field!
    expect(arrows('Exact field').length).toBe(arrows('Learned field').length)
  })

  test('edm: the loss of an untrained network is about 1 at every sigma', async () => {
    const { lines } = (await run(testGraph(readWorkflow('edm')))).get('Loss by sigma') as ChartView
    expect(lines[0].y.length).toBeGreaterThan(5)
    for (const loss of lines[0].y) expect(Math.abs(loss - 1)).toBeLessThan(0.5)
  })

  test('flow-matching: one step follows the first velocity', async () => {
    const graph = testGraph(readWorkflow('flow-matching'))
    const { from, once, twice } = await read(graph, {
      from: 'Noise.noise',
      once: '1 step.x_0',
      twice: '2 steps.trajectory',
    })
    const half = twice.frames[1].data
    half.forEach((x, i) =>
      expect(x).toBeCloseTo((from.tensor.data[i] + once.tensor.data[i]) / 2, 5),
    )
  })

  test('ddpm-ddim: both start from the same noise, and DDIM with eta 1 equals DDPM', async () => {
    const file = readWorkflow('ddpm-ddim')
    const { p, i } = await read(testGraph(file), { p: 'DDPM.trajectory', i: 'DDIM.trajectory' })
    expect(bits(p.frames[0])).toEqual(bits(i.frames[0]))
    expect(bits(p.frames.at(-1)!)).not.toEqual(bits(i.frames.at(-1)!))
    const { a, b } = await read(testGraph(file, { 'DDIM.eta': 1, 'DDIM.seed': 2 }), {
      a: 'DDPM.x_0',
      b: 'DDIM.x_0',
    })
    a.tensor.data.forEach((value, k) =>
      expect(Math.abs(value - b.tensor.data[k])).toBeLessThan(1e-3),
    )
  })

  test('guidance-by-hand: two Predicts and Guidance have the bits of GuidedModel', async () => {
    const graph = testGraph(readWorkflow('guidance-by-hand'))
    const { hand, boxes } = await read(graph, {
      hand: 'SamplingEnd.x_0',
      boxes: 'In two nodes.x_0',
    })
    expect(bits(hand.tensor)).toEqual(bits(boxes.tensor))
    // Another scale has another result.
    const other = await read(testGraph(readWorkflow('guidance-by-hand'), { 'Guidance.scale': 1 }), {
      hand: 'SamplingEnd.x_0',
    })
    expect(bits(other.hand.tensor)).not.toEqual(bits(hand.tensor))
  })

  test('subgraph: steps like GuidedModel and DDIM, and each node has its own guidance scale', async () => {
    const file = readWorkflow('subgraph')
    const blocks = file.nodes.filter(({ type }) => type === file.subgraphs![0].id)
    expect(blocks.map(({ properties }) => properties.guidance)).toEqual([1, 4])
    const graph = testGraph(file)
    const idOf = (title: string) => graph.nodes.find((node) => node.title === title)!.id
    const model = graph.nodes.find(({ id }) => id === `${blocks[0].id}:1`)!.inputs.model
    graph.nodes.push(
      { id: 'boxed', op: 'diffusion/GuidedModel', params: { scale: 4 }, inputs: { model } },
      {
        id: 'boxes',
        op: 'diffusion/Sampler',
        title: 'Boxes',
        params: { sampler: 'ddim', num_inference_steps: 6, timestep_spacing: 'trailing' },
        inputs: {
          model: { node: 'boxed', slot: 'model' },
          x_T: { node: idOf('Noise'), slot: 'noise' },
          schedule: graph.nodes.find(({ id }) => id === `${blocks[0].id}:6`)!.inputs.schedule,
          condition: { node: idOf('Class'), slot: 'labels' },
        },
      },
    )
    const { plain, guided, boxes } = await read(graph, {
      plain: 'Plain.x_0',
      guided: 'Guided.x_0',
      boxes: 'Boxes.x_0',
    })
    expect(rms(guided.tensor.data, boxes.tensor.data)).toBeLessThan(
      1e-5 * rms(boxes.tensor.data, new Float32Array(boxes.tensor.data.length)),
    )
    expect(rms(plain.tensor.data, guided.tensor.data)).toBeGreaterThan(1e-3)
  })

  test.each(['inpainting', 'repaint'])(
    '%s: the known pixels are unchanged bit for bit, and the others are sampled',
    async (name) => {
      const { known, mask, made } = await read(testGraph(readWorkflow(name)), {
        known: 'Known.x_0',
        mask: 'Mask.mask',
        made: 'SamplingEnd.x_0',
      })
      const [real, filled] = [bits(known.tensor), bits(made.tensor)]
      const kept = [...real.keys()].filter(
        (i) => mask.tensor.data[i % mask.tensor.data.length] === 1,
      )
      expect(kept.length).toBe(real.length / 2)
      for (const i of kept)
        expect(Math.abs(made.tensor.data[i] - known.tensor.data[i])).toBeLessThan(1e-6)
      expect(filled).not.toEqual(real)
    },
  )

  test('sdedit: low strength preserves the digits, high strength replaces them', async () => {
    const apart = async (strength: number) => {
      const settings = { 'Strength.strength': strength, 'Timesteps.num_inference_steps': 10 }
      const { real, made } = await read(testGraph(readWorkflow('sdedit'), settings), {
        real: 'Real digits.x_0',
        made: 'SamplingEnd.x_0',
      })
      return rms(made.tensor.data, real.tensor.data)
    }
    const [little, half, all] = [await apart(0.1), await apart(0.5), await apart(1)]
    expect(little).toBeLessThan(0.2)
    expect(half).toBeGreaterThan(2 * little)
    expect(all).toBeGreaterThan(half)
  })

  test('inversion: more steps reconstruct the input better', async () => {
    const missed = async (steps: number) => {
      const settings = { 'Timesteps.num_inference_steps': steps }
      const { real, back } = await read(testGraph(readWorkflow('inversion'), settings), {
        real: 'Real digits.x_0',
        back: 'Sampling end.x_0',
      })
      return rms(back.tensor.data, real.tensor.data)
    }
    const [few, many] = [await missed(5), await missed(40)]
    expect(many).toBeLessThan(0.1)
    expect(many).toBeLessThan(few / 3)
  })

  test('schedules-compared: at equal SNR the digits differ only in scale', async () => {
    const file = readWorkflow('schedules-compared')
    const titles = [
      'Linear, same SNR',
      'Zero SNR, same SNR',
      'Flow, same SNR',
      'EDM, same SNR',
      'Linear at t',
    ]
    const places = Object.fromEntries(
      ['Cosine at t', ...titles].map((title) => [title, `${title}.x_t`]),
    )
    const seen = await read(testGraph(file), places)
    const unit = ({ data }: Numbers) => {
      const length = Math.hypot(...data)
      return data.map((value) => value / length)
    }
    const apart = titles.map((title) =>
      rms(unit(seen[title].tensor), unit(seen['Cosine at t'].tensor)),
    )
    for (const distance of apart.slice(0, 4)) expect(distance).toBeLessThan(1e-6)
    expect(apart[4]).toBeGreaterThan(1e-3)
  })

  test('nfe-curves: the number of steps is set by the loop; solvers converge to the fine solution', async () => {
    const settings = { 'For each NFE.list': '4, 16', 'Fine.num_inference_steps': 60 }
    const chart = (
      await run(testGraph(readWorkflow('nfe-curves'), { ...settings, 'Noise.batch_size': 200 }))
    ).get('Distance to the data') as ChartView
    expect(chart.xLabel).toBe('NFE')
    const lines = Object.fromEntries(chart.lines.map(({ name, y }) => [name, Array.from(y)]))
    expect(Array.from(chart.lines[0].x)).toEqual([4, 16])
    expect(lines.fine[0]).toBe(lines.fine[1])
    for (const name of ['DDIM', 'DPM++ 2M', 'UniPC'])
      expect(lines[name][0]).toBeGreaterThan(2 * lines.fine[0])
    for (const name of ['DPM++ 2M', 'UniPC', 'DEIS', 'iPNDM']) {
      expect(lines[name][1] / lines.fine[1]).toBeCloseTo(1, 1)
      expect(lines[name][1]).toBeLessThan(lines.DDIM[1])
    }
  })

  test('samplers-compared: higher orders have smaller errors, and Euler equals DDIM', async () => {
    const rows = (await run(testGraph(readWorkflow('samplers-compared')))).get(
      'Distance to the fine solution',
    ) as NumbersView
    const far = Object.fromEntries(rows.rows.map(({ name, value }) => [name, value])) as Record<
      string,
      number
    >
    expect(far['Euler'] / far['DDIM']).toBeCloseTo(1, 2)
    expect(far['DPM++ 2M']).toBeLessThan(far['DDIM'] / 2)
    expect(far['UniPC']).toBeLessThan(far['DPM++ 2M'])
    // DDPM draws fresh noise.
    expect(far['DDPM']).toBeGreaterThan(1)
  })

  test('reverse-kl: the forward KL covers both modes, the reverse KL selects the nearer one', async () => {
    const fitted = async (mean: number) => {
      const steps = { 'Training Start, forward.steps': 100, 'Training Start, reverse.steps': 100 }
      const quiet = { 'Training End, forward.emit_every': 0, 'Training End, reverse.emit_every': 0 }
      const settings = {
        ...steps,
        ...quiet,
        'Gaussian.mean': mean,
        'Optimizer.lr': 0.05,
        'Data.count': 64,
      }
      const { cover, width, seek, narrow, data } = await read(
        testGraph(readWorkflow('reverse-kl'), settings),
        {
          cover: 'Fitted, forward.mean',
          width: 'Fitted, forward.variance',
          seek: 'Fitted, reverse.mean',
          narrow: 'Fitted, reverse.variance',
          data: 'Data.x_0',
        },
      )
      const x = data.tensor.data.filter((_, i) => i % 2 === 0)
      const middle = x.reduce((sum, value) => sum + value, 0) / x.length
      const spread = x.reduce((sum, value) => sum + (value - middle) ** 2, 0) / x.length
      // The forward KL reproduces the mean and variance of the data.
      expect(Math.abs(cover.tensor.data[0] - middle)).toBeLessThan(0.2)
      expect(Math.abs(width.tensor.data[0] / spread - 1)).toBeLessThan(0.15)
      expect(narrow.tensor.data[0]).toBeLessThan(spread / 4)
      return seek.tensor.data[0]
    }
    // FULL=1 also tests the other mode.
    for (const side of process.env.FULL ? [1, -1] : [1]) {
      expect(Math.abs((await fitted(0.5 * side)) - 1.4 * side)).toBeLessThan(0.25)
    }
  })

  test('density-over-time: SDE and ODE reach the data from the same noise', async () => {
    const file = readWorkflow('density-over-time')
    const steps = { 'SDE.num_inference_steps': 60, 'ODE.num_inference_steps': 60 }
    const settings = { ...steps, 'Data.count': 100, 'Noise.batch_size': 1000 }
    const graph = testGraph(file, settings)
    const { data, sde, ode } = await read(graph, {
      data: 'Data.x_0',
      sde: 'SDE.x_0',
      ode: 'ODE.x_0',
    })
    for (const { tensor } of [sde, ode])
      expect(slicedWasserstein(tensor.data, data.tensor.data, 1, 0, 1)).toBeLessThan(0.12)
    const views = await run(graph)
    for (const title of ['Reverse SDE', 'Probability flow ODE']) {
      const { lines, heat } = views.get(title) as ChartView
      expect(heat?.x).toEqual([0, 1000])
      // Mean squared change per step, which is of the order of the step for the SDE only.
      const change = lines.flatMap(({ y }) =>
        Array.from(y.slice(1), (value, i) => (value - y[i]) ** 2),
      )
      const mean = change.reduce((sum, value) => sum + value, 0) / change.length
      if (title === 'Reverse SDE') expect(mean).toBeGreaterThan(0.01)
      else expect(mean).toBeLessThan(0.005)
    }
  })

  test('visual-anagrams: the second view is the first one upside down', async () => {
    const graph = testGraph(readWorkflow('visual-anagrams'))
    const { x, other } = await read(graph, { x: 'SamplingEnd.x_0', other: 'The other view.images' })
    expect(x.tensor.shape).toEqual([4, 8, 8, 1])
    for (let item = 0; item < 4; item++) {
      const [first, second] = [x, other].map(({ tensor }) =>
        tensor.data.slice(64 * item, 64 * (item + 1)),
      )
      expect(second).toEqual(first.toReversed())
    }
  })

  fullTest(
    'reflow: one step after reflow is far closer to the data than one of the flow',
    async () => {
      const small = {
        'Data.count': 1000,
        'Network.hidden': 48,
        'Training, flow.steps': 250,
        'Training, flow.batch_size': 128,
        'Training, reflow.steps': 250,
        'Training, reflow.batch_size': 128,
        'Noise of the pairs.batch_size': 1024,
        'Samples of the pairs.num_inference_steps': 8,
        'Noise.batch_size': 1000,
      }
      // FULL=1 runs the workflow as it is shown.
      const graph = process.env.FULL
        ? toGraph(readWorkflow('reflow'), declarations)
        : testGraph(readWorkflow('reflow'), small)
      const views = await run(graph)
      const distance = (title: string) =>
        (views.get(title) as NumbersView).rows.find(({ name }) => name === 'sliced Wasserstein')
          ?.value ?? NaN
      expect(distance('Distance, flow')).toBeGreaterThan(0.5)
      expect(distance('Distance, reflow')).toBeLessThan(process.env.FULL ? 0.08 : 0.2)
    },
  )

  fullTest(
    'shortcut: one step by its size is far closer to the data than one of size 0',
    async () => {
      const small = {
        'Data.count': 1000,
        'Network.hidden': 48,
        'Training.steps': 400,
        'Training.batch_size': 128,
        'Noise.batch_size': 1000,
      }
      // FULL=1 runs the workflow as it is shown.
      const graph = process.env.FULL
        ? toGraph(readWorkflow('shortcut'), declarations)
        : testGraph(readWorkflow('shortcut'), small)
      const { lines } = (await run(graph)).get('Distance by steps') as ChartView
      const [shortcut, flow] = lines.map(({ y }) => y[0])
      expect(flow).toBeGreaterThan(0.5)
      expect(shortcut).toBeLessThan(process.env.FULL ? 0.12 : 0.4)
    },
  )

  fullTest('optimal-transport-couplings: closer pairs give straighter paths', async () => {
    const small = {
      'Data.count': 1000,
      'Network.hidden': 48,
      'Training.steps': 250,
      'Training.batch_size': 128,
      'Noise.batch_size': 1000,
      'For each NFE.list': '1, 4',
    }
    const views = await run(testGraph(readWorkflow('optimal-transport-couplings'), small))
    const lines = (title: string) =>
      (views.get(title) as ChartView).lines.map(({ y }) => Array.from(y))
    const [random, coupled] = lines('Distance by evaluations')
    expect(random[0]).toBeGreaterThan(0.5)
    expect(coupled[0]).toBeLessThan(0.25)
    expect(coupled[1]).toBeLessThan(random[1] / 2)
    const [far, near] = lines('Squared distance of pairs').map((costs) => Math.min(...costs))
    expect(near).toBeLessThan(far / 3)
  })

  fullTest(
    'progressive-distillation: a student of two steps is closer than its first teacher',
    async () => {
      const small = {
        'Data.count': 1000,
        'Network.hidden': 48,
        'Teacher training.steps': 300,
        'Teacher training.batch_size': 128,
        'Distillation.steps': 80,
        'Distillation.batch_size': 128,
        'Rounds.times': 3,
        'Noise.batch_size': 1000,
      }
      const views = await run(testGraph(readWorkflow('progressive-distillation'), small))
      const { lines } = views.get('Distance by steps') as ChartView
      const [student, teacher] = lines.map(({ y }) => Array.from(y))
      expect(lines.map(({ x }) => Array.from(x).sort((a, b) => a - b))).toEqual([
        [2, 4, 8],
        [2, 4, 8],
      ])
      expect(Math.max(...student)).toBeLessThan(Math.max(...teacher) / 2)
    },
  )

  test('importance-sampling: timesteps drawn by loss reduce the variance of the loss', async () => {
    const each = (name: string, value: number) =>
      Object.fromEntries(
        ['uniform', 'importance'].map((way) => [`Training Start, ${way}.${name}`, value]),
      )
    const settings = { ...each('steps', 60), ...each('batch_size', 256) }
    const views = await run(testGraph(readWorkflow('importance-sampling'), settings))
    const { lines } = views.get('Both losses') as ChartView
    // Differences between steps, because the loss decreases. After a third of the steps every t has
    // ten losses.
    const jumps = lines.map(({ y }) =>
      rms(Float32Array.from(y.slice(21)), Float32Array.from(y.slice(20, -1))),
    )
    expect(jumps[1]).toBeLessThan(0.7 * jumps[0])
  })

  test('loss-formula: the formula and the Loss node compute the same min-SNR loss', async () => {
    const views = await run(testGraph(readWorkflow('loss-formula')))
    const { lines } = views.get('Both losses') as ChartView
    const [formula, node] = lines.map(({ y }) => Float32Array.from(y))
    expect(formula.length).toBeGreaterThan(5)
    formula.forEach((loss, i) => expect(Math.abs(loss / node[i] - 1)).toBeLessThan(1e-5))
    const byTime = views.get('Squared error by t') as ChartView
    const [error, weighted] = byTime.lines.map(({ y }) => [...y])
    error.forEach((each, i) => expect(weighted[i]).toBeLessThan(each))
    // Without noise and without signal, the weight is near 0.
    expect(weighted[0] / error[0]).toBeLessThan(0.2)
    expect(weighted[19] / error[19]).toBeLessThan(0.2)
  })

  test('interpolation: rows start and end with the two noises, and neighbours are similar', async () => {
    const { from, to, between, x } = await read(testGraph(readWorkflow('interpolation')), {
      from: 'From.noise',
      to: 'To.noise',
      between: 'Between.between',
      x: 'DDIM.x_0',
    })
    const row = 8
    const item = ({ data }: Numbers, i: number) => data.subarray(64 * i, 64 * (i + 1))
    for (const [ends, column] of [
      [from, 0],
      [to, row - 1],
    ] as const) {
      for (const i of [0, 1])
        expect(rms(item(between.tensor, row * i + column), item(ends.tensor, i))).toBeLessThan(1e-6)
    }
    const step = (i: number) => rms(item(x.tensor, i), item(x.tensor, i + 1))
    const whole = rms(item(x.tensor, 0), item(x.tensor, row - 1))
    for (let i = 0; i < row - 1; i++) expect(step(i)).toBeLessThan(0.8 * whole)
  })

  test('classifier-guidance and autoguidance: the neutral scale changes nothing', async () => {
    const judge = testGraph(readWorkflow('classifier-guidance'), { 'Guided model.scale': 0 })
    const judged = await read(judge, { steered: 'Guided.x_0', plain: 'Unguided.x_0' })
    expect(bits(judged.steered.tensor)).toEqual(bits(judged.plain.tensor))
    const both = { guided: 'Guided.x_0', alone: 'Unguided.x_0' }
    const one = await read(
      testGraph(readWorkflow('autoguidance'), { 'Autoguided model.scale': 1 }),
      both,
    )
    expect(rms(one.guided.tensor.data, one.alone.tensor.data)).toBeLessThan(1e-6)
    const two = await read(testGraph(readWorkflow('autoguidance')), both)
    expect(rms(two.guided.tensor.data, two.alone.tensor.data)).toBeGreaterThan(1e-3)
  })

  test('learned-variance: the boxes differ only in the variance; the fixed ones agree at the last step', async () => {
    const graph = testGraph(readWorkflow('learned-variance'))
    const views = await run(graph)
    const { lines, xLabel } = views.get('Bits by timestep') as ChartView
    expect(xLabel).toBe('t')
    expect(lines.map(({ name, x }) => [name, [...x]])).toEqual(
      ['learned', 'fixed small', 'fixed large'].map((name) => [name, [0, 1, 2, 3, 4, 5, 6, 7]]),
    )
    const [learned, small, large] = lines.map(({ y }) => y)
    expect(small[0]).toBe(large[0])
    for (const t of [1, 2, 3]) expect(new Set([learned[t], small[t], large[t]]).size).toBe(3)
    const { prior } = await read(graph, { prior: 'Learned.prior' })
    const { rows } = views.get('Bits per dim') as NumbersView
    rows.forEach(({ value }, i) => {
      const sum = lines[i].y.reduce((total, bits) => total + bits, prior.tensor.data[0])
      expect(value / sum).toBeCloseTo(1, 4)
    })
  })

  fullTest('likelihood: bound and ODE of the exact model agree with the formula', async () => {
    const settings = {
      'Test data.count': 1500,
      'Noise Schedule.num_train_timesteps': 120,
      'ODE, exact.num_inference_steps': 30,
    }
    const graph = testGraph(readWorkflow('likelihood'), settings)
    const views = await run(graph)
    const { rows } = views.get('Bits per dim') as NumbersView
    const of = (name: string) => rows.find((row) => row.name === name)!.value
    const { x } = await read(graph, { x: 'Test data.x_0' })
    const truth = mixtureBits(x.tensor.data, eightCenters(), 0.3)
    for (const way of ['bound', 'ODE'])
      expect(of(`exact model: ${way}`) / truth).toSatisfy(within(0.05))
    expect(of('exact model: bound') / of('exact model: ODE')).toSatisfy(within(0.05))
  })

  test('own-sampler: on Gaussian data Heun has order 2 and DDIM order 1', async () => {
    const STD = 0.5
    const steps = [10, 20, 40, 80]
    const errors: { heun: number; ddim: number }[] = []
    for (const count of steps) {
      const graph = testGraph(readWorkflow('own-sampler'), {
        'Exact Model.mixture': 'gaussian',
        'Exact Model.std': STD,
        'Timesteps.num_inference_steps': count,
      })
      const { xT, list, heun, ddim } = await read(graph, {
        xT: 'Noise.noise',
        list: 'Timesteps.timesteps',
        heun: 'Heun.x_0',
        ddim: 'DDIM.x_0',
      })
      // For Gaussian data, x divided by the standard deviation of x_t is constant along the ODE.
      const spread = (t: number) =>
        Math.sqrt(alphaBarAt(schedule, t) * STD ** 2 + 1 - alphaBarAt(schedule, t))
      const scale = spread(0) / spread(list.t[0])
      const error = (x: Numbers) =>
        Math.hypot(...x.data.map((value, i) => value - scale * xT.tensor.data[i]))
      errors.push({ heun: error(heun.tensor), ddim: error(ddim.tensor) })
    }
    expect(
      fitOrder(
        steps,
        errors.map(({ heun }) => heun),
      ),
    ).toBeGreaterThan(1.8)
    expect(
      fitOrder(
        steps,
        errors.map(({ ddim }) => ddim),
      ),
    ).toBeGreaterThan(0.8)
    expect(
      fitOrder(
        steps,
        errors.map(({ ddim }) => ddim),
      ),
    ).toBeLessThan(1.2)
  })
}, ['wasm'])

// Slow: runs every training workflow twice, and every workflow with and without replay.
if (process.env.FULL)
  onEachBackend(() => {
    const trains = (name: string) =>
      testGraph(readWorkflow(name)).nodes.some(({ op }) => op === 'diffusion/TrainingStart')
    test.each(workflowNames.filter(trains))(
      '%s shows the same bits in a second run',
      async (name) => {
        const [once, again] = [
          await run(testGraph(readWorkflow(name))),
          await run(testGraph(readWorkflow(name))),
        ]
        expect(again).toEqual(once)
      },
      900_000,
    )

    test.each(workflowNames)(
      '%s shows the same bits with evaluated and with replayed networks',
      async (name) => {
        const gpu = tf.backend() as unknown as WebGPUBackend
        const given = vi.spyOn(gpu, 'replay')
        const recorded = await run(testGraph(readWorkflow(name)))
        const repeats = given.mock.calls.length
        given.mockRestore()
        gpu.replayEnabled = false
        const evaluated = await run(testGraph(readWorkflow(name))).finally(
          () => (gpu.replayEnabled = true),
        )
        expect(recorded).toEqual(evaluated)
        const hasNetwork = testGraph(readWorkflow(name)).nodes.some(({ op }) =>
          /\/(MLP|UNet)$/.test(op),
        )
        if (hasNetwork) expect(repeats).toBeGreaterThan(0)
      },
      900_000,
    )
  }, ['webgpu'])

/**
 * Mean over points of -log2 of the density of a mixture of Gaussians with equal weights and
 * deviations, divided by the two coordinates.
 */
function mixtureBits(points: Float32Array, centers: Float32Array, std: number): number {
  const count = points.length / 2
  const densityAt = (x: number, y: number) =>
    Array.from({ length: centers.length / 2 }, (_, k) =>
      Math.exp(-((x - centers[2 * k]) ** 2 + (y - centers[2 * k + 1]) ** 2) / (2 * std * std)),
    ).reduce((sum, value) => sum + value, 0) /
    ((centers.length / 2) * 2 * Math.PI * std * std)
  return Array.from(
    { length: count },
    (_, i) => -Math.log2(densityAt(points[2 * i], points[2 * i + 1])) / 2,
  ).reduce((sum, bits) => sum + bits / count, 0)
}

/** True if a ratio differs from 1 by at most `share`. */
const within = (share: number) => (ratio: number) => Math.abs(ratio - 1) <= share

/** Root mean square difference. */
const rms = (a: Float32Array, b: Float32Array) =>
  Math.sqrt(a.reduce((sum, value, i) => sum + (value - b[i]) ** 2, 0) / a.length)

/** Negative slope of the regression line of log error over log steps. */
function fitOrder(steps: number[], errors: number[]): number {
  const [x, y] = [steps.map(Math.log), errors.map(Math.log)]
  const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length
  const [mx, my] = [mean(x), mean(y)]
  return (
    -x.reduce((sum, value, i) => sum + (value - mx) * (y[i] - my), 0) /
    x.reduce((sum, value) => sum + (value - mx) ** 2, 0)
  )
}
