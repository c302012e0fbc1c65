// The ready workflows: each file is sound, runs with its short settings, and shows what it claims.
import { readdirSync, readFileSync } from 'node:fs'
import { LGraph, LiteGraph } from 'litegraph.js/build/litegraph.core.js'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { open } from '../src/editor/pieces.ts'
import { slicedWasserstein } from '../src/engine/metrics/distributions.ts'
import type { Fault } from '../src/engine/plan/fault.ts'
import type { Graph } from '../src/engine/plan/graph.ts'
import { declarationOf, opTable } from '../src/engine/plan/op.ts'
import { createSession } from '../src/engine/plan/session.ts'
import type { ChartView, NumbersView, ScatterView, StatisticsView, View } from '../src/engine/plan/view.ts'
import { eightCenters } from '../src/engine/points.ts'
import { alphaBarAt, noiseSchedule } from '../src/engine/schedule.ts'
import { tf } from '../src/engine/tf.ts'
import type { Backend } from '../src/engine/webgpu/backend.ts'
import { writeImages } from '../src/engine/datasets/file.ts'
import { memoryStore } from '../src/engine/plan/store.ts'
import { assetsOf } from '../src/nodes/assets.ts'
import { keptIn } from '../src/nodes/kept.ts'
import { shippedInNode } from '../src/nodes/shipped-node.ts'
import { fileOf, showWorkflow } from '../src/nodes/litegraph/graph.ts'
import type { Registration } from '../src/nodes/litegraph/register.ts'
import { registerNodes } from '../src/nodes/litegraph/register.ts'
import { zonesOf } from '../src/nodes/litegraph/zones.ts'
import { withSettings } from '../src/nodes/settings.ts'
import { withSubgraphs } from '../src/nodes/workflow/blocks.ts'
import { INPUTS, OUTPUTS } from '../src/nodes/workflow/file.ts'
import { nodes } from '../src/nodes/table.ts'
import type { WorkflowFile } from '../src/nodes/workflow.ts'
import { parseWorkflow, stringifyWorkflow, toGraph } from '../src/nodes/workflow.ts'
import { onEachBackend } from './backends.ts'
import type { Numbers, Seen } from './nodes/evaluate.ts'
import { evaluate } from './nodes/evaluate.ts'

const declarations = nodes.map(declarationOf)
const names = readdirSync('workflows').flatMap((file) => /^(.*)\.json$/.exec(file)?.[1] ?? [])
const textOf = (name: string) => readFileSync(`workflows/${name}.json`, 'utf8')
const fileNamed = (name: string): WorkflowFile => parseWorkflow(textOf(name), declarations).workflow

type Settings = Record<string, unknown>
const shortSettings = (file: WorkflowFile) => file.extra.diffusion!.test as Settings

/** Stands for the user's own images: two kinds of stripes, each a class. */
const datasets = keptIn(memoryStore())
const stripes = await datasets.put(
  'stripes',
  writeImages({
    name: 'stripes',
    images: Uint8Array.from({ length: 24 * 16 * 16 * 3 }, (_, i) => {
      const [image, y, x] = [Math.floor(i / 768), Math.floor(i / 48) % 16, Math.floor(i / 3) % 16]
      return 40 * (((image % 2 ? x : y) + image) % 6)
    }),
    shape: [24, 16, 16, 3],
    max: 255,
    labels: Int32Array.from({ length: 24 }, (_, i) => i % 2),
    classNames: ['lying', 'upright'],
  }),
)

/** The graph with its short settings, and others on top. */
function short(file: WorkflowFile, settings: Settings = {}): Graph {
  const graph = withSettings(toGraph(file, declarations), { ...shortSettings(file), ...settings }, declarations)
  for (const { op, params } of graph.nodes) if (op === 'diffusion/Images') params.images ??= stripes
  return graph
}

/** Runs a graph to its end, as the editor would; views by the titles of their nodes. */
async function run(graph: Graph): Promise<Map<string, View>> {
  const views = new Map<string, View>()
  const faults: Fault[] = []
  const session = createSession({
    ops: opTable(nodes),
    assets: assetsOf(keptIn(memoryStore()), datasets, shippedInNode()),
    onEvent: (event) => {
      if (event.type === 'view') views.set(titleOf(graph, event.node), event.view)
      if (event.type === 'faults' || event.type === 'notices') faults.push(...event.faults)
    },
  })
  await session.run({ type: 'run', run: 1, graph })
  await session.dispose()
  expect(faults).toEqual([])
  return views
}

const titleOf = (graph: Graph, id: string) => {
  const { title, op } = graph.nodes.find((node) => node.id === id)!
  return title ?? op.replace(/^.*\//, '')
}

/** `Title.slot` as `id.slot`. */
function at(graph: Graph, place: string): string {
  const [title, slot] = place.split('.') as [string, string]
  const found = graph.nodes.filter(({ id }) => titleOf(graph, id) === title)
  expect(found, title).toHaveLength(1)
  return `${found[0]!.id}.${slot}`
}

/** The numbers that came out of some outputs, `{ x: 'Title.slot' }`. */
async function read<K extends string>(graph: Graph, places: { [Q in K]: string }) {
  const wanted = Object.fromEntries(Object.entries<string>(places).map(([name, place]) => [name, at(graph, place)]))
  return (await evaluate(graph.nodes, wanted)) as Record<K, Seen>
}

/** Of most of them. */
const schedule = noiseSchedule({ name: 'squaredcos_cap_v2', T: 1000 })

const bits = ({ data }: Numbers) => [...new Uint32Array(data.buffer, data.byteOffset, data.length)]

test('there are these', () => {
  expect(names).toEqual([
    'attention',
    'autoguidance',
    'classifier-guidance',
    'classifier',
    'cross-attention',
    'ddpm-ddim',
    'digits-sample',
    'digits-train',
    'edm',
    'ema',
    'evaluate-points',
    'flow-matching',
    'forward-process',
    'guidance-by-hand',
    'importance-sampling',
    'inpainting',
    'interpolation',
    'inversion',
    'learned-variance',
    'likelihood',
    'marginal',
    'mnist-sample',
    'mnist-train',
    'own-images',
    'own-sampler',
    'points',
    'posterior',
    'repaint',
    'reverse-kl',
    'samplers-compared',
    'schedules-compared',
    'score-field',
    'sdedit',
    'spectrum',
    'subgraph',
  ])
})

describe.each(names)('%s', (name) => {
  test('is read without a word, and written as it was', () => {
    const { workflow, notices } = parseWorkflow(textOf(name), declarations)
    expect(notices).toEqual([])
    expect(stringifyWorkflow(workflow)).toBe(textOf(name))
  })

  test('says what it is about', () => {
    const { title, about, test: settings } = fileNamed(name).extra.diffusion!
    expect(title).toMatch(/^.{5,50}$/)
    expect(about!.split(/[.?] /).length).toBeGreaterThanOrEqual(2)
    expect(about!.length).toBeLessThan(420)
    expect(settings).toBeTypeOf('object')
  })

  test('calls each node by a name of its own, so that it can be meant from outside', () => {
    const { nodes } = toGraph(fileNamed(name), declarations)
    // Inside of a subgraph that several nodes stand for, one is there several times: it is meant by its id.
    const once = new Map(nodes.map((node) => [node.id.includes(':') ? node.id.slice(node.id.lastIndexOf(':')) : node.id, node]))
    const titles = [...once.values()].map((node) => node.title ?? node.op)
    expect([...new Set(titles)]).toEqual(titles)
  })

  test('has no faults', async () => {
    const session = createSession({ ops: opTable(nodes), onEvent: () => {} })
    expect(session.check(toGraph(fileNamed(name), declarations))).toEqual([])
    await session.dispose()
  })
})

describe('on a canvas', () => {
  const registrations: Registration[] = []
  beforeAll(() => {
    const known = new Map(declarations.map((declaration) => [declaration.type, declaration]))
    const subgraphs = names.flatMap((name) => {
      const file = fileNamed(name)
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
  /** The graph, and what is inside of its subgraphs. */
  const levels = names.flatMap((name) => {
    const file = fileNamed(name)
    const inside = (file.subgraphs ?? []).map((each): [string, WorkflowFile] => [`${name}, inside of ${each.name},`, each.inside])
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
  const overlap = (a: Box, b: Box) => a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height

  test.each(names)('%s is saved as it was opened: no node had to grow', async (name) => {
    const { nodes, links } = fileOf(shown(fileNamed(name)))
    // `vitest -u` saves it anew.
    await expect(stringifyWorkflow({ ...fileNamed(name), nodes, links })).toMatchFileSnapshot(`../workflows/${name}.json`)
  })

  test.each(levels)('no nodes of %s lie over each other', (_, file) => {
    const all = [...boxes(shown(file))]
    const over = all.flatMap(([id, box], i) =>
      all.slice(0, i).flatMap(([other, its]) => (overlap(box, its) ? [[id, other]] : [])),
    )
    expect(over).toEqual([])
  })

  test('inside of subgraphs no node has to grow either', () => {
    const sizes = (nodes: WorkflowFile['nodes']) =>
      nodes.filter(({ type }) => type !== INPUTS && type !== OUTPUTS).map(({ size }) => size)
    for (const [, file] of levels) expect(sizes(fileOf(shown(file)).nodes)).toEqual(sizes(file.nodes))
  })

  test.each(names)('zones of %s lie around their bodies and nothing else', (name) => {
    const graph = shown(fileNamed(name))
    for (const { start, end, body, box } of zonesOf(graph)) {
      const inside = [...boxes(graph)].flatMap(([id, its]) => (overlap(box, its) ? [id] : []))
      expect(inside.sort()).toEqual([start, end, ...body].sort())
    }
  })
})

onEachBackend(() => {
  test.each(names)('%s runs to its end, and every view shows something', async (name) => {
    const graph = short(fileNamed(name))
    const views = await run(graph)
    const shows = (op: string) => {
      const { role, room } = declarations.find(({ type }) => type === op)!
      return role === 'observer' || room !== undefined
    }
    expect([...views.keys()].sort()).toEqual(
      graph.nodes
        .filter(({ op }) => shows(op))
        .map(({ id }) => titleOf(graph, id))
        .sort(),
    )
    for (const view of views.values()) {
      if (view.kind === 'images') for (const grid of view.groups) expect(new Set(grid.pixels).size).toBeGreaterThan(1)
      if (view.kind === 'film') expect(view.frames.length).toBeGreaterThan(1)
      if (view.kind === 'numbers') for (const { value } of view.rows) expect(value).toSatisfy(Number.isFinite)
      if (view.kind === 'rows') expect(view.rows).not.toEqual([])
      if (view.kind === 'scatter') for (const { points } of view.clouds) expect(points.every(Number.isFinite)).toBe(true)
      if (view.kind === 'chart') for (const { y } of view.lines) expect(y.length).toBeGreaterThan(1)
      if (view.kind === 'statistics') expect(view.nan).toBe(0)
    }
  })

  describe('points', () => {
    const file = fileNamed('points')

    test('emissions change no bit of what is learned', async () => {
      const watched = await read(short(file, { 'Training End.emit_every': 5 }), { x: 'Samples.x_0' })
      const alone = await read(short(file, { 'Training End.emit_every': 0 }), { x: 'Samples.x_0' })
      expect(bits(watched.x.tensor)).toEqual(bits(alone.x.tensor))
    })

    test('an opened Sampler gives the bits of the closed one', async () => {
      const declared = new Map(declarations.map((declaration) => [declaration.type, declaration]))
      const graph = short(file)
      const closed = graph.nodes.find(({ op }) => op === 'diffusion/Sampler')!
      const session = createSession({ ops: opTable(nodes), onEvent: () => {} })
      const expansion = session.expand(closed, Object.keys(closed.inputs))
      await session.dispose()
      const opened = open(file, Number(closed.id), expansion, declared)
      const { 'Samples.num_inference_steps': _, ...settings } = shortSettings(file)
      const openGraph = withSettings(toGraph(opened.file, declarations), settings, declarations)
      expect(openGraph.nodes.map(({ op }) => op)).toContain('diffusion/SamplingEnd')

      const { x } = await read(graph, { x: 'Samples.x_0' })
      const { y } = await read(openGraph, { y: 'SamplingEnd.x_0' })
      expect(bits(y.tensor)).toEqual(bits(x.tensor))
    })

    test('what is shown are the data and the samples', async () => {
      const views = await run(short(file))
      const { clouds } = views.get('Samples on the data') as ScatterView
      expect(clouds.map((cloud) => [cloud.name, cloud.points.length])).toEqual([
        ['data', 2 * 512],
        ['samples', 2 * 128],
      ])
      expect((views.get('Loss curve') as ChartView).lines[0]!.y.length).toBe(12)
    })
  })

  test('forward-process: one slider for both ways, and the clouds are one distribution', async () => {
    const file = fileNamed('forward-process')
    const graph = withSettings(toGraph(file, declarations), { 't.t': 60 }, declarations)
    const { clouds } = (await run(graph)).get('Both ways') as ScatterView
    const [once, steps] = clouds.map(({ points }) => points) as [Float32Array, Float32Array]
    const { x } = await read(graph, { x: 'Data.x_0' })
    // Noised by chance twice, the same points are closer to each other than to the clean ones.
    const apart = slicedWasserstein(once, steps)
    expect(apart).toBeLessThan(0.03)
    expect(slicedWasserstein(once, x.tensor.data)).toBeGreaterThan(apart)
  })

  test('marginal: the chain and the jump agree in mean, variance and distribution', async () => {
    const views = await run(short(fileNamed('marginal'), { 'Loop.times': 80 }))
    const notes = new Map((views.get('Chain against jump') as StatisticsView).notes)
    const pair = (name: string) => notes.get(`${name}, a | b`)!.split(' | ').map(Number) as [number, number]
    const n = 2000
    const [meanA, meanB] = pair('mean')
    const [stdA, stdB] = pair('std')
    // Two coordinates of 2,000 points each, of standard deviation about 1; four standard errors.
    expect(Math.abs(meanA - meanB)).toBeLessThan(4 * Math.sqrt(2 / (2 * n)))
    expect(Math.abs(stdA - stdB)).toBeLessThan(4 * Math.sqrt(1 / (2 * n)))
    // Beyond this, equal distributions are told apart once in a thousand.
    const critical = 1.95 * Math.sqrt(2 / n)
    expect(Number(notes.get('KS distance, x'))).toBeLessThan(critical)
    expect(Number(notes.get('KS distance, y'))).toBeLessThan(critical)
  })

  test('marginal: another schedule for the jump is found out', async () => {
    const file = fileNamed('marginal')
    const graph = short(file, { 'Loop.times': 80 })
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

  test('posterior: the ellipses are those of the formula', async () => {
    const graph = short(fileNamed('posterior'))
    const views = await run(graph)
    const { x0, xt } = await read(graph, { x0: 'Data.x_0', xt: 'ForwardNoise.x_t' })
    const expected = (t: number, tPrev: number) => {
      const [a, before] = [alphaBarAt(schedule, t), alphaBarAt(schedule, tPrev)]
      const alpha = a / before
      const clean = (Math.sqrt(before) * (1 - alpha)) / (1 - a)
      const noisy = (Math.sqrt(alpha) * (1 - before)) / (1 - a)
      const radius = Math.sqrt(((1 - before) / (1 - a)) * (1 - alpha))
      return Array.from({ length: x0.tensor.data.length / 2 }, (_, i) => [
        ...[0, 1].map((axis) => clean * x0.tensor.data[2 * i + axis]! + noisy * xt.tensor.data[2 * i + axis]!),
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

  test('score-field: the error over t is that of the two models', async () => {
    const views = await run(short(fileNamed('score-field')))
    const [line] = (views.get('Error at every t') as ChartView).lines
    expect([...line!.x]).toEqual([800, 600, 400, 200, 0])
    expect(line!.y.every((error) => error > 0)).toBe(true)
    const arrows = (title: string) => (views.get(title) as ScatterView).field!
    expect(arrows('Exact field').length).toBe(arrows('Learned field').length)
  })

  test('edm: the loss of an untrained network is about 1 at every sigma', async () => {
    const { lines } = (await run(short(fileNamed('edm')))).get('Loss at every sigma') as ChartView
    expect(lines[0]!.y.length).toBeGreaterThan(5)
    for (const loss of lines[0]!.y) expect(Math.abs(loss - 1)).toBeLessThan(0.5)
  })

  test('flow-matching: one step goes straight along the first velocity', async () => {
    const graph = short(fileNamed('flow-matching'))
    const { from, once, twice } = await read(graph, { from: 'Noise.noise', once: '1 step.x_0', twice: '2 steps.trajectory' })
    const half = twice.frames[1]!.data
    half.forEach((x, i) => expect(x).toBeCloseTo((from.tensor.data[i]! + once.tensor.data[i]!) / 2, 5))
  })

  test('ddpm-ddim: both begin with the same noise, and with eta 1 DDIM ends where DDPM does', async () => {
    const file = fileNamed('ddpm-ddim')
    const { p, i } = await read(short(file), { p: 'DDPM.trajectory', i: 'DDIM.trajectory' })
    expect(bits(p.frames[0]!)).toEqual(bits(i.frames[0]!))
    expect(bits(p.frames.at(-1)!)).not.toEqual(bits(i.frames.at(-1)!))
    const { a, b } = await read(short(file, { 'DDIM.eta': 1, 'DDIM.seed': 2 }), { a: 'DDPM.x_0', b: 'DDIM.x_0' })
    a.tensor.data.forEach((value, k) => expect(Math.abs(value - b.tensor.data[k]!)).toBeLessThan(1e-3))
  })

  test('guidance-by-hand: two Predicts and Guidance give the bits of GuidedModel', async () => {
    const graph = short(fileNamed('guidance-by-hand'))
    const { hand, boxes } = await read(graph, { hand: 'SamplingEnd.x_0', boxes: 'In two boxes.x_0' })
    expect(bits(hand.tensor)).toEqual(bits(boxes.tensor))
    // It matters: other scales lead elsewhere.
    const other = await read(short(fileNamed('guidance-by-hand'), { 'Guidance.scale': 1 }), { hand: 'SamplingEnd.x_0' })
    expect(bits(other.hand.tensor)).not.toEqual(bits(hand.tensor))
  })

  test('subgraph: by its formulas the block steps as Guided Model and DDIM do, and each node asks for its own guidance', async () => {
    const file = fileNamed('subgraph')
    const blocks = file.nodes.filter(({ type }) => type === file.subgraphs![0]!.id)
    expect(blocks.map(({ properties }) => properties.guidance)).toEqual([1, 4])
    const graph = short(file)
    const idOf = (title: string) => graph.nodes.find((node) => node.title === title)!.id
    const model = graph.nodes.find(({ id }) => id === `${blocks[0]!.id}:1`)!.inputs.model!
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
          schedule: graph.nodes.find(({ id }) => id === `${blocks[0]!.id}:6`)!.inputs.schedule!,
          condition: { node: idOf('Class'), slot: 'labels' },
        },
      },
    )
    const { plain, guided, boxes } = await read(graph, { plain: 'Plain.x_0', guided: 'Guided.x_0', boxes: 'Boxes.x_0' })
    expect(rms(guided.tensor.data, boxes.tensor.data)).toBeLessThan(
      1e-5 * rms(boxes.tensor.data, new Float32Array(boxes.tensor.data.length)),
    )
    expect(rms(plain.tensor.data, guided.tensor.data)).toBeGreaterThan(1e-3)
  })

  test.each(['inpainting', 'repaint'])('%s: what is known stays, bit for bit, and the rest is made', async (name) => {
    const { known, mask, made } = await read(short(fileNamed(name)), {
      known: 'Known.x_0',
      mask: 'What is known.mask',
      made: 'SamplingEnd.x_0',
    })
    const [real, filled] = [bits(known.tensor), bits(made.tensor)]
    const kept = [...real.keys()].filter((i) => mask.tensor.data[i % mask.tensor.data.length] === 1)
    expect(kept.length).toBe(real.length / 2)
    for (const i of kept) expect(Math.abs(made.tensor.data[i]! - known.tensor.data[i]!)).toBeLessThan(1e-6)
    expect(filled).not.toEqual(real)
  })

  test('sdedit: with little strength the digits stay what they were, with much nothing of them is left', async () => {
    const apart = async (strength: number) => {
      const settings = { 'Strength.strength': strength, 'Way.num_inference_steps': 10 }
      const { real, made } = await read(short(fileNamed('sdedit'), settings), {
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

  test('inversion: with more steps the way back comes nearer to where it began', async () => {
    const missed = async (steps: number) => {
      const settings = { 'Way down.num_inference_steps': steps }
      const { real, back } = await read(short(fileNamed('inversion'), settings), {
        real: 'Real digits.x_0',
        back: 'Down: end.x_0',
      })
      return rms(back.tensor.data, real.tensor.data)
    }
    const [few, many] = [await missed(5), await missed(40)]
    expect(many).toBeLessThan(0.1)
    expect(many).toBeLessThan(few / 3)
  })

  test('schedules-compared: with as much noise the digits are the same but for their size', async () => {
    const file = fileNamed('schedules-compared')
    const titles = ['Linear as noisy', 'Zero SNR as noisy', 'Flow as noisy', 'EDM as noisy', 'Linear at t']
    const places = Object.fromEntries(['Cosine at t', ...titles].map((title) => [title, `${title}.x_t`]))
    const seen = await read(short(file), places)
    const unit = ({ data }: Numbers) => {
      const length = Math.hypot(...data)
      return data.map((value) => value / length)
    }
    const apart = titles.map((title) => rms(unit(seen[title]!.tensor), unit(seen['Cosine at t']!.tensor)))
    for (const distance of apart.slice(0, 4)) expect(distance).toBeLessThan(1e-6)
    expect(apart[4]).toBeGreaterThan(1e-3)
  })

  test('samplers-compared: higher orders come nearer with as many evaluations, and Euler is DDIM', async () => {
    const rows = (await run(short(fileNamed('samplers-compared')))).get('From the fine solution') as NumbersView
    const far = Object.fromEntries(rows.rows.map(({ name, value }) => [name, value])) as Record<string, number>
    expect(far['Euler']! / far['DDIM']!).toBeCloseTo(1, 2)
    expect(far['DPM++ 2M']).toBeLessThan(far['DDIM']! / 2)
    expect(far['UniPC']).toBeLessThan(far['DPM++ 2M']!)
    // Fresh noise leads elsewhere.
    expect(far['DDPM']).toBeGreaterThan(1)
  })

  test('reverse-kl: the forward KL covers both modes, the reverse KL seeks one, whichever is nearer', async () => {
    const fitted = async (mean: number) => {
      const steps = { 'Training Start, forward.steps': 100, 'Training Start, reverse.steps': 100 }
      const quiet = { 'Training End, forward.emit_every': 0, 'Training End, reverse.emit_every': 0 }
      const settings = { ...steps, ...quiet, 'Gaussian.mean': mean, 'Optimizer.lr': 0.05, 'Data.count': 64 }
      const { cover, width, seek, narrow, data } = await read(short(fileNamed('reverse-kl'), settings), {
        cover: 'Fitted, forward.mean',
        width: 'Fitted, forward.variance',
        seek: 'Fitted, reverse.mean',
        narrow: 'Fitted, reverse.variance',
        data: 'Data.x_0',
      })
      const x = data.tensor.data.filter((_, i) => i % 2 === 0)
      const middle = x.reduce((sum, value) => sum + value, 0) / x.length
      const spread = x.reduce((sum, value) => sum + (value - middle) ** 2, 0) / x.length
      // By the forward KL mean and variance become those of the data, whatever they are.
      expect(Math.abs(cover.tensor.data[0]! - middle)).toBeLessThan(0.2)
      expect(Math.abs(width.tensor.data[0]! / spread - 1)).toBeLessThan(0.15)
      expect(narrow.tensor.data[0]).toBeLessThan(spread / 4)
      return seek.tensor.data[0]!
    }
    // With FULL=1 the other mode too.
    for (const side of process.env.FULL ? [1, -1] : [1]) {
      expect(Math.abs((await fitted(0.5 * side)) - 1.4 * side)).toBeLessThan(0.25)
    }
  })

  test('importance-sampling: timesteps drawn by their losses leave less chance in the loss', async () => {
    const each = (name: string, value: number) =>
      Object.fromEntries(['even', 'important'].map((way) => [`Training Start, ${way}.${name}`, value]))
    const settings = { ...each('steps', 60), ...each('batch_size', 256) }
    const views = await run(short(fileNamed('importance-sampling'), settings))
    const { lines } = views.get('Both losses') as ChartView
    // From one step to the next: the loss itself falls. After a third every t has its ten losses.
    const jumps = lines.map(({ y }) => rms(Float32Array.from(y.slice(21)), Float32Array.from(y.slice(20, -1))))
    expect(jumps[1]).toBeLessThan(0.7 * jumps[0]!)
  })

  test('interpolation: rows begin and end with the two noises, and neighbours are alike', async () => {
    const { from, to, between, x } = await read(short(fileNamed('interpolation')), {
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
      for (const i of [0, 1]) expect(rms(item(between.tensor, row * i + column), item(ends.tensor, i))).toBeLessThan(1e-6)
    }
    const step = (i: number) => rms(item(x.tensor, i), item(x.tensor, i + 1))
    const whole = rms(item(x.tensor, 0), item(x.tensor, row - 1))
    for (let i = 0; i < row - 1; i++) expect(step(i)).toBeLessThan(0.8 * whole)
  })

  test('classifier-guidance and autoguidance: a scale that asks for nothing changes nothing', async () => {
    const judge = short(fileNamed('classifier-guidance'), { 'Steered.scale': 0 })
    const judged = await read(judge, { steered: 'Guided.x_0', plain: 'Plain.x_0' })
    expect(bits(judged.steered.tensor)).toEqual(bits(judged.plain.tensor))
    const both = { guided: 'Guided.x_0', alone: 'Unguided.x_0' }
    const one = await read(short(fileNamed('autoguidance'), { 'Good minus bad.scale': 1 }), both)
    expect(rms(one.guided.tensor.data, one.alone.tensor.data)).toBeLessThan(1e-6)
    const two = await read(short(fileNamed('autoguidance')), both)
    expect(rms(two.guided.tensor.data, two.alone.tensor.data)).toBeGreaterThan(1e-3)
  })

  test('learned-variance: the three boxes differ in the variance alone, and in nothing at the last step of the fixed ones', async () => {
    const graph = short(fileNamed('learned-variance'))
    const views = await run(graph)
    const { lines, xLabel } = views.get('Bits by timestep') as ChartView
    expect(xLabel).toBe('t')
    expect(lines.map(({ name, x }) => [name, [...x]])).toEqual(
      ['learned', 'fixed small', 'fixed large'].map((name) => [name, [0, 1, 2, 3, 4, 5, 6, 7]]),
    )
    const [learned, small, large] = lines.map(({ y }) => y)
    expect(small![0]).toBe(large![0])
    for (const t of [1, 2, 3]) expect(new Set([learned![t], small![t], large![t]]).size).toBe(3)
    const { prior } = await read(graph, { prior: 'Learned.prior' })
    const { rows } = views.get('Bits per dim') as NumbersView
    rows.forEach(({ value }, i) => {
      const sum = lines[i]!.y.reduce((total, bits) => total + bits, prior.tensor.data[0]!)
      expect(value / sum).toBeCloseTo(1, 4)
    })
  })

  test('likelihood: bound and ODE of the exact model agree with each other and with the formula', async () => {
    const settings = { 'Other data.count': 1500, 'Noise Schedule.num_train_timesteps': 120, 'ODE, exact.num_inference_steps': 30 }
    const graph = short(fileNamed('likelihood'), settings)
    const views = await run(graph)
    const { rows } = views.get('Bits per dim') as NumbersView
    const of = (name: string) => rows.find((row) => row.name === name)!.value
    const { x } = await read(graph, { x: 'Other data.x_0' })
    const truth = mixtureBits(x.tensor.data, eightCenters(), 0.3)
    for (const way of ['bound', 'ODE']) expect(of(`exact model: ${way}`) / truth).toSatisfy(within(0.05))
    expect(of('exact model: bound') / of('exact model: ODE')).toSatisfy(within(0.05))
  })

  test('own-sampler: Heun is of second order on Gaussian data, DDIM of first', async () => {
    const STD = 0.5
    const steps = [10, 20, 40, 80]
    const errors: { heun: number; ddim: number }[] = []
    for (const count of steps) {
      const graph = short(fileNamed('own-sampler'), {
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
      // Along the ODE of Gaussian data, x over the standard deviation of x_t stays what it is.
      const spread = (t: number) => Math.sqrt(alphaBarAt(schedule, t) * STD ** 2 + 1 - alphaBarAt(schedule, t))
      const scale = spread(0) / spread(list.t[0]!)
      const error = (x: Numbers) => Math.hypot(...x.data.map((value, i) => value - scale * xT.tensor.data[i]!))
      errors.push({ heun: error(heun.tensor), ddim: error(ddim.tensor) })
    }
    expect(
      orderOf(
        steps,
        errors.map(({ heun }) => heun),
      ),
    ).toBeGreaterThan(1.8)
    expect(
      orderOf(
        steps,
        errors.map(({ ddim }) => ddim),
      ),
    ).toBeGreaterThan(0.8)
    expect(
      orderOf(
        steps,
        errors.map(({ ddim }) => ddim),
      ),
    ).toBeLessThan(1.2)
  })
}, ['wasm'])

// Long: every workflow that trains, twice; and every one with its networks evaluated and not given again from recordings.
if (process.env.FULL)
  onEachBackend(() => {
    const trains = (name: string) => short(fileNamed(name)).nodes.some(({ op }) => op === 'diffusion/TrainingStart')
    test.each(names.filter(trains))(
      '%s shows the same, bit for bit, when it is run again',
      async (name) => {
        const [once, again] = [await run(short(fileNamed(name))), await run(short(fileNamed(name)))]
        expect(again).toEqual(once)
      },
      900_000,
    )

    test.each(names)(
      '%s shows the same, bit for bit, whether networks are evaluated or given again',
      async (name) => {
        const gpu = tf.backend() as unknown as Backend
        const given = vi.spyOn(gpu, 'replay')
        const recorded = await run(short(fileNamed(name)))
        const repeats = given.mock.calls.length
        given.mockRestore()
        gpu.replays = false
        const evaluated = await run(short(fileNamed(name))).finally(() => (gpu.replays = true))
        expect(recorded).toEqual(evaluated)
        const hasNetwork = short(fileNamed(name)).nodes.some(({ op }) => /\/(MLP|UNet)$/.test(op))
        if (hasNetwork) expect(repeats).toBeGreaterThan(0)
      },
      900_000,
    )
  }, ['webgpu'])

/** -log2 of the density of Gaussians with this deviation, equally many of each, over both coordinates: the mean over points. */
function mixtureBits(points: Float32Array, centers: Float32Array, std: number): number {
  const count = points.length / 2
  const densityAt = (x: number, y: number) =>
    Array.from({ length: centers.length / 2 }, (_, k) =>
      Math.exp(-((x - centers[2 * k]!) ** 2 + (y - centers[2 * k + 1]!) ** 2) / (2 * std * std)),
    ).reduce((sum, value) => sum + value, 0) /
    ((centers.length / 2) * 2 * Math.PI * std * std)
  return Array.from({ length: count }, (_, i) => -Math.log2(densityAt(points[2 * i]!, points[2 * i + 1]!)) / 2).reduce(
    (sum, bits) => sum + bits / count,
    0,
  )
}

/** Whether a ratio is 1 but for this share. */
const within = (share: number) => (ratio: number) => Math.abs(ratio - 1) <= share

/** The root of the mean squared difference. */
const rms = (a: Float32Array, b: Float32Array) => Math.sqrt(a.reduce((sum, value, i) => sum + (value - b[i]!) ** 2, 0) / a.length)

/** Minus the slope of the line through log error over log steps. */
function orderOf(steps: number[], errors: number[]): number {
  const [x, y] = [steps.map(Math.log), errors.map(Math.log)]
  const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length
  const [mx, my] = [mean(x), mean(y)]
  return -x.reduce((sum, value, i) => sum + (value - mx) * (y[i]! - my), 0) / x.reduce((sum, value) => sum + (value - mx) ** 2, 0)
}
