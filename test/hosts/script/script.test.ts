// Generated scripts: their format, and bit-identical results to a run of the graph.
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { startBackend, stopBackend } from '../../../src/engine/backends/backends.ts'
import { writeImages } from '../../../src/engine/datasets/file.ts'
import { computeSha256 } from '../../../src/engine/checkpoint/pipeline.ts'
import { GraphError } from '../../../src/engine/messages/fault.ts'
import type { Graph } from '../../../src/engine/plan/graph.ts'
import { toDeclaration, opTable } from '../../../src/engine/plan/op.ts'
import { createSession } from '../../../src/engine/plan/session.ts'
import { memoryStore } from '../../../src/engine/plan/store.ts'
import type { StatisticsView, View } from '../../../src/engine/base/view.ts'
import { tf } from '../../../src/engine/base/tf.ts'
import { createAssets } from '../../../src/storage/assets.ts'
import { defineNode, slot } from '../../../src/nodes/define.ts'
import { createStoredFiles } from '../../../src/storage/storedFiles.ts'
import { toSnake } from '../../../src/hosts/program/identifiers.ts'
import { ScopeNames } from '../../../src/hosts/script/names.ts'
import type { Script } from '../../../src/hosts/script/start.ts'
import { start } from '../../../src/hosts/script/start.ts'
import { generateScript } from '../../../src/hosts/script/write.ts'
import { applySettings } from '../../../src/workflow/settings.ts'
import { nodeTitle } from '../../../src/workflow/titles.ts'
import { shippedInNode } from '../../../src/storage/shippedInNode.ts'
import { nodes } from '../../../src/nodes/table.ts'
import { parseWorkflow, toGraph } from '../../../src/workflow/index.ts'
import { trainingGraph } from '../../trainingGraph.ts'
import { node } from '../../nodes/evaluate.ts'

const ops = opTable(nodes)
const declarations = nodes.map(toDeclaration)
const declared = new Map(declarations.map((declaration) => [declaration.type, declaration]))
const names = readdirSync('workflows').flatMap((file) => /^(.*)\.json$/.exec(file)?.[1] ?? [])
const folder = mkdtempSync(join(tmpdir(), 'script-'))
const datasets = createStoredFiles(memoryStore())

beforeAll(async () => void (await startBackend({ prefer: 'wasm' })))
afterAll(async () => {
  await stopBackend()
  rmSync(folder, { recursive: true, force: true })
})

/** Data set in place of images that the user imported. */
const stripes = writeImages({
  name: 'stripes',
  images: Uint8Array.from(
    { length: 24 * 16 * 16 * 3 },
    (_, i) => 40 * ((Math.floor(i / 48) + i) % 6),
  ),
  shape: [24, 16, 16, 3],
  max: 255,
  labels: Int32Array.from({ length: 24 }, (_, i) => i % 2),
  classNames: ['even', 'odd'],
})

/**
 * Returns a ready workflow with its test settings. Disables views during training, since a script
 * shows each view once.
 */
async function workflow(name: string): Promise<Graph> {
  const { workflow: file } = parseWorkflow(
    readFileSync(`workflows/${name}.json`, 'utf8'),
    declarations,
  )
  const graph = applySettings(
    toGraph(file, declarations),
    file.extra.diffusion!.test as Record<string, unknown>,
    declarations,
  )
  const images = await datasets.put('stripes', stripes)
  for (const { op, params } of graph.nodes) {
    if (op === 'diffusion/TrainingEnd') params.emit_every = 0
    if (op === 'diffusion/Images') params.images ??= images
  }
  return graph
}

/** Returns the views of a run by the titles of its observers. */
async function shownByRun(graph: Graph): Promise<Map<string, View>> {
  const views = new Map<string, View>()
  const session = createSession({
    ops,
    assets: createAssets(createStoredFiles(memoryStore()), datasets, shippedInNode()),
    onEvent: (event) => {
      if (event.type === 'faults') throw new Error(JSON.stringify(event.faults))
      const shower = event.type === 'view' && graph.nodes.find(({ id }) => id === event.node)!
      if (shower && ops.get(shower.op)!.role === 'observer')
        views.set(nodeTitle(shower, declared), event.view)
    },
  })
  await session.run({ type: 'run', run: 1, graph })
  await session.dispose()
  return views
}

let written = 0

/** Runs the script of a graph from a file and returns its views by title. */
async function shownByScript(graph: Graph): Promise<Map<string, View>> {
  const path = join(folder, `script-${written++}.ts`)
  const data = join(folder, 'stripes.safetensors')
  writeFileSync(data, stripes)
  const library = JSON.stringify(resolve('src/script.ts'))
  const text = generateScript(graph, ops).replace("'litegraph-diffusion/script'", library)
  const options = text
    .replace('process.argv.slice(3)', JSON.stringify([data]))
    .replace('out: process.argv[2]', 'log: () => {}')
  writeFileSync(path, options)
  return ((await import(path)) as { shown: Map<string, View> }).shown
}

async function expectTheSame(graph: Graph) {
  const before = tf.memory().numTensors
  const byScript = await shownByScript(graph)
  expect(tf.memory().numTensors, 'tensors alive').toBe(before)
  const byRun = await shownByRun(graph)
  expect([...byScript.keys()].sort()).toEqual([...byRun.keys()].sort())
  for (const [title, view] of byRun) expect(byScript.get(title), title).toEqual(view)
}

const FEW = [
  'forward-process',
  'gan',
  'guidance-by-hand',
  'nfe-curves',
  'points',
  'own-sampler',
  'subgraph',
]
const ALSO_WRITTEN = [
  'evaluate-points',
  'importance-sampling',
  'interpolation',
  'repaint',
  'spectrum',
]

test.each(process.env.FULL ? names : FEW)(
  'the script of %s shows the same bits as a run',
  async (name) => expectTheSame(await workflow(name)),
  120_000,
)

/** A JVP zone inside a Gradient zone, and an observer that sees its body once. */
const zones: Graph = {
  nodes: [
    node('data', 'Points', {}, { count: 4, distribution: 'moons' }),
    node('draw', 'GaussianNoise', { like: 'data.x_0' }, { seed: 1 }),
    node('net', 'MLP', {}, { hidden: 8, layers: 1 }),
    node('t', 'Timestep', {}, { t: 20 }),
    node('from', 'GradientStart', { x: 'data.x_0' }),
    node('noise', 'GaussianNoise', { like: 'from.x' }, { seed: 2 }),
    node('moved', 'Mix', { a: 'from.x', b: 'noise.noise' }, { w: 0.2 }),
    node('innerFrom', 'JvpStart', { x: 'moved.mix', tangent: 'draw.noise', t: 't.t' }),
    node('predict', 'Predict', { model: 'net.model', x_t: 'innerFrom.x', t: 'innerFrom.t' }),
    node('inside', 'Inspect', { value: 'predict.prediction' }),
    node('innerTo', 'JvpEnd', { loop: 'innerFrom.loop', value: 'predict.prediction' }),
    node('to', 'GradientEnd', {
      loop: 'from.loop',
      value: 'innerTo.value',
      also_1: 'innerTo.jvp',
    }),
    node('gradient', 'Inspect', { value: 'to.gradient' }),
    node('jvp', 'Inspect', { value: 'to.also_1' }),
  ].map((each) => ({ ...each, title: each.id })),
}

test('the script of Gradient and JVP zones shows the same bits as a run', async () => {
  expect(generateScript(zones, ops)).toContain('.compute((')
  await expectTheSame(zones)
})

test.each(process.env.FULL ? names : ALSO_WRITTEN)('writes the script of %s', async (name) => {
  const text = generateScript(await workflow(name), ops)
  expect(text).toContain("import { start } from 'litegraph-diffusion/script'")
  // No line is too long to read.
  expect(Math.max(...text.split('\n').map((line) => line.length))).toBeLessThan(240)
})

test('a script of training and sampling matches its recorded text', async () => {
  const { workflow: file } = parseWorkflow(
    readFileSync('workflows/points.json', 'utf8'),
    declarations,
  )
  const { title, about } = file.extra.diffusion!
  await expect(
    generateScript(toGraph(file, declarations), ops, { title, about }),
  ).toMatchFileSnapshot('../../fixtures/points.script.txt')
})

describe('the script of a graph', () => {
  test('has separate state for each multistep solver, and draws the noise of the run', async () => {
    const step = {
      x_t: 'start.x_t',
      prediction: 'predict.prediction',
      t: 'start.t',
      t_prev: 'start.t_prev',
      schedule: 'schedule.schedule',
    }
    const graph = {
      nodes: [
        node('schedule', 'NoiseSchedule'),
        node(
          'exact',
          'ExactModel',
          { schedule: 'schedule.schedule' },
          { mixture: 'eight_gaussians', std: 0.2 },
        ),
        node('noise', 'GaussianNoise', {}, { batch_size: 6, seed: 5 }),
        node(
          'timesteps',
          'Timesteps',
          { schedule: 'schedule.schedule' },
          { num_inference_steps: 4 },
        ),
        node('start', 'SamplingStart', { x_T: 'noise.noise', timesteps: 'timesteps.timesteps' }),
        node('predict', 'Predict', { model: 'exact.model', x_t: 'start.x_t', t: 'start.t' }),
        node('second', 'DPMSolverMultistepStep', step, { solver_order: 2 }),
        node('third', 'DPMSolverMultistepStep', step, { solver_order: 3 }),
        node('ancestral', 'DDPMStep', step, { seed: 8 }),
        node('mix', 'Mix', { a: 'second.x_prev', b: 'third.x_prev' }),
        node('both', 'Mix', { a: 'mix.mix', b: 'ancestral.x_prev' }),
        node('end', 'SamplingEnd', { loop: 'start.loop', x_prev: 'both.mix' }),
        node('see', 'Inspect', { value: 'end.x_0' }),
        node('line', 'Chart', { values_1: 'start.index' }),
      ].map((each) => ({ ...each, title: each.id })),
    }
    await expectTheSame(graph)
  })

  test('awaits the iterations of loops that read values back', async () => {
    const graph = {
      nodes: [
        node('schedule', 'NoiseSchedule'),
        node(
          'exact',
          'ExactModel',
          { schedule: 'schedule.schedule' },
          { mixture: 'eight_gaussians', std: 0.2 },
        ),
        node('x_T', 'GaussianNoise', {}, { batch_size: 6, seed: 5 }),
        node(
          'adaptive',
          'AdaptiveSampler',
          { model: 'exact.model', x_T: 'x_T.noise', schedule: 'schedule.schedule' },
          { rtol: 0.5 },
        ),
        node('see', 'Inspect', { value: 'adaptive.x_0' }),
        node('rounds', 'RepeatStart', { value_1: 'x_T.noise' }, { times: 5 }),
        node('fresh', 'GaussianNoise', { like: 'rounds.value_1' }, { seed: 3 }),
        node('mix', 'Mix', { a: 'rounds.value_1', b: 'fresh.noise' }),
        // The index is not above 0 in the first iteration.
        node('ends', 'RepeatEnd', {
          loop: 'rounds.loop',
          value_1: 'mix.mix',
          again: 'rounds.index',
        }),
        node('look', 'Inspect', { value: 'ends.value_1' }),
      ].map((each) => ({ ...each, title: each.id })),
    }
    expect(generateScript(graph, ops).match(/for await \(/g)).toHaveLength(2)
    await expectTheSame(graph)
  })

  test('contains no code from names in an untrusted graph', () => {
    const evil = "Data'\n); throw new Error('run')\u2028throw 1 //"
    const graphWith = (name: string) => ({
      nodes: [
        { ...node('data', 'Points', {}, { count: 4 }), title: evil },
        {
          ...node(
            'images',
            'Images',
            {},
            { images: { name, size: 1, sha256: 'a'.repeat(64), 'x: f()': 1 } },
          ),
        },
        { ...node('see', 'Inspect', { value: 'data.x_0' }), title: evil },
        { ...node('batch', 'Batch', { dataset: 'images.dataset' }) },
        { ...node('look', 'Inspect', { value: 'batch.x_0' }) },
      ],
    })
    // A stored file with this name is refused.
    expect(() => generateScript(graphWith(evil), ops)).toThrow('no slashes or control characters')
    const graph = graphWith(evil.replaceAll(/[\n/]/g, ''))
    const lines = generateScript(graph, ops, { title: evil, about: evil }).split(/[\n\u2028]/)
    for (const line of lines) expect(line).not.toMatch(/^\s*(\);|throw)/)
    expect(lines.join('\n')).toContain('"x: f()": 1')
  })

  test('is not written if the graph has faults', () => {
    const graph = { nodes: [node('see', 'Inspect', { value: 'nowhere.x' })] }
    expect(() => generateScript(graph, ops)).toThrow(GraphError)
  })
})

describe('a subgraph that several nodes use', () => {
  const count = (text: string, part: string) => text.split(part).length - 1

  test('is written once, as a function with the values that differ as arguments', async () => {
    const text = generateScript(await workflow('subgraph'), ops)
    expect(text).toContain(
      'function guided_step({ model, x_t, t, condition, w, schedule, noised_to_t_prev_t }) {',
    )
    expect(count(text, "run('diffusion/ConvertPrediction'")).toBe(2)
    expect(count(text, 'guided_step({\n')).toBe(2)
    expect([count(text, '    w: 1,\n'), count(text, '    w: 4,\n')]).toEqual([1, 1])
  })

  test('is a function for each of its forms in a network of layers', async () => {
    const text = generateScript(await workflow('build-a-unet'), ops)
    expect(count(text, '\nfunction ')).toBe(3)
    // Two in each function, and two in the graph itself.
    expect(count(text, "run('diffusion/GELU'")).toBe(8)
  })

  /** Two nodes of one subgraph: the sum of x and `other`, and its mean with x. */
  const twice = (others: readonly [string, string]): Graph => ({
    subgraphs: ['5', '6'].map((id) => ({ id, definition: 'd', name: 'Mean' })),
    nodes: [
      node('x', 'GaussianNoise', {}, { batch_size: 3, seed: 1 }),
      ...['5', '6'].flatMap((id, i) => [
        node(`${id}:1`, 'Mix', { a: 'x.noise', b: 'x.noise' }, { w: 0.3 }),
        // Outside: between the two nodes of the subgraph in the order of the plan.
        node(`after-${id}`, 'Mix', { a: `${id}:1.mix`, b: 'x.noise' }, { w: 0.5 }),
        node(`${id}:2`, 'Mix', { a: `${id}:1.mix`, b: others[i] }, { w: 0.7 + i }),
        node(`see-${id}`, 'Inspect', { value: `${id}:2.mix` }),
        node(`see-after-${id}`, 'Inspect', { value: `after-${id}.mix` }),
      ]),
    ].map((each) => ({ ...each, title: each.id })),
  })

  test('is called before the nodes that need its results', async () => {
    const graph = twice(['x.noise', 'x.noise'])
    const text = generateScript(graph, ops)
    expect(count(text, '= mean({')).toBe(2)
    await expectTheSame(graph)
  })

  test('is written out if a node outside lies between its nodes', async () => {
    const graph = twice(['after-5.mix', 'after-6.mix'])
    expect(generateScript(graph, ops)).not.toContain('function')
    await expectTheSame(graph)
  })
})

describe('names', () => {
  test('are slot names if unique, and node titles otherwise', () => {
    const names = new ScopeNames()
    names.declare([
      { id: '1', title: 'Data', slots: ['x_0', 'dataset'] },
      { id: '2', title: 'Samples', slots: ['x_0'] },
      { id: '3', title: 'Samples!', slots: ['x_0'] },
      { id: '4', title: 'Loop', slots: ['run'] },
    ])
    expect(
      ['1.x_0', '1.dataset', '2.x_0', '3.x_0', '4.run'].map((value) => names.get(value)),
    ).toEqual(['data_x_0', 'dataset', 'samples', 'samples_2', 'loop_2'])
    const inside = new ScopeNames(names)
    inside.declare([{ id: '5', title: 'Step', slots: ['dataset'] }])
    expect(inside.get('5.dataset')).toBe('step')
  })

  test.each([
    ['DDIM, exact', 'ddim_exact'],
    ['x_T', 'x_t'],
    ['8 Gaussians', 'value_8_gaussians'],
    ['표본 그림', '표본_그림'],
    ['!', 'value'],
    ['σ²', 'σ2'],
    ['½', 'value_1_2'],
    ['①', 'value_1'],
    ['৴', 'value'],
    ['x̂', 'x'],
    ['𝒳', 'x'],
  ])('%s becomes %s', (title, name) => expect(toSnake(title)).toBe(name))
})

test('custom nodes are called like built-in nodes', async () => {
  const twice = defineNode({
    type: 'mine/Twice',
    category: 'mine',
    summary: 'Doubles.',
    inputs: { x: slot.samples('what') },
    outputs: { y: slot.samples('twice that') },
    params: {},
    run: ({ x }) => ({ y: { type: 'samples', tensor: x.tensor.mul(2), space: x.space } }),
  })
  const { run, show, finish } = await start({ nodes: [twice], log: () => {} })
  const { noise } = run('diffusion/GaussianNoise', {}, { batch_size: 3 })
  const { y } = run('mine/Twice', { x: noise })
  show('Once', 'diffusion/Inspect', { value: noise })
  show('Twice', 'diffusion/Inspect', { value: y })
  const shown = (await finish()) as Map<string, StatisticsView>
  expect(shown.get('Twice')!.std).toBeCloseTo(2 * shown.get('Once')!.std, 5)
})

describe('an edited script', () => {
  let script: Script
  beforeEach(async () => void (script = await start({ log: () => {} })))
  afterEach(async () => void (await script.finish()))
  const noise = () => script.run('diffusion/GaussianNoise', {}, { batch_size: 2 })
  const says = (work: () => unknown, message: RegExp) => expect(work).toThrow(message)

  test('reports wrong calls with the valid alternatives', () => {
    says(() => script.run('diffusion/Nothing'), /no node diffusion\/Nothing/)
    says(() => script.run('diffusion/Sampler'), /Expected another call/)
    says(() => script.run('diffusion/SamplingStart'), /Call loop/)
    says(() => script.run('diffusion/Digits'), /await load/)
    says(
      () => script.run('diffusion/GaussianNoise', {}, { batchsize: 2 }),
      /no param batchsize.*batch_size/,
    )
    says(
      () => script.run('diffusion/GaussianNoise', {}, { batch_size: -2 }),
      /Expected batch_size to be an integer/,
    )
    says(() => script.run('diffusion/ForwardNoise', { x_0: noise().noise }), /needs t/)
    says(() => script.run('diffusion/ForwardNoise', { x0: noise().noise }), /no input x0.*x_0/)
    says(() => noise().nois, /no output nois/)
  })

  test('requires next() in each iteration, and supports break', () => {
    const loop = () =>
      script.loop('diffusion/RepeatStart', { value_1: noise().noise }, { times: 3 })
    says(() => {
      for (const _ of loop());
    }, /Expected a call of next/)
    const ended = loop()
    const rounds: number[] = []
    for (const { t, value_1 } of ended) {
      rounds.push((t as { t: Float64Array }).t[0])
      if (rounds.length === 2) break
      ended.next({ value_1: value_1 })
    }
    expect(rounds).toEqual([0, 1])
    expect(ended.done().value_1.type).toBe('noise')
    // After the loop, seeds no longer depend on the iteration.
    const read = () => (noise().noise as { tensor: { dataSync(): Float32Array } }).tensor.dataSync()
    expect(read()).toEqual(read())
  })
})

test('the script of two models, carried values and wired metrics shows the same bits as a run', () =>
  expectTheSame({
    nodes: [
      node('data', 'Points', {}, { distribution: 'moons', count: 64 }),
      node('schedule', 'FlowSchedule'),
      node('net', 'MLP', {}, { hidden: 8, layers: 1, predicts: 'sample', seed: 1 }),
      node('net 2', 'MLP', {}, { hidden: 8, layers: 1, predicts: 'sample', seed: 2 }),
      node('adam', 'Optimizer', {}, { lr: 0.01 }),
      node('average', 'EMA', {}, { kind: 'constant', decay: 0.5 }),
      node('rest', 'GaussianNoise', {}, { batch_size: 8, shape: '2' }),
      node('far', 'ChamferDistance', { samples: 'rest.noise', reference: 'data.dataset' }),
      node(
        'start',
        'TrainingStart',
        {
          model: 'net.model',
          model_2: 'net 2.model',
          dataset: 'data.dataset',
          optimizer: 'adam.optimizer',
          ema: 'average.ema',
          value_1: 'far.distance',
        },
        { steps: 6, batch_size: 16 },
      ),
      node('noise', 'GaussianNoise', { like: 'start.x_0' }),
      node('t', 'Timestep', {}, { t: 500 }),
      node('guess', 'Predict', { model: 'start.model', x_t: 'noise.noise', t: 't.t' }),
      node('guess 2', 'Predict', { model: 'start.model_2', x_t: 'noise.noise', t: 't.t' }),
      node('aim', 'Predict', { model: 'start.ema', x_t: 'noise.noise', t: 't.t' }),
      node(
        'x',
        'ConvertPrediction',
        {
          prediction: 'guess.prediction',
          x_t: 'noise.noise',
          t: 't.t',
          schedule: 'schedule.schedule',
        },
        { to: 'sample' },
      ),
      node('loss', 'KernelDistance', { samples: 'x.x', reference: 'start.x_0' }),
      node('follow', 'Loss', { prediction: 'guess 2.prediction', target: 'aim.prediction' }),
      node('mean', 'Mix', { a: 'start.value_1', b: 'follow.loss' }, { w: 0.1 }),
      node(
        'end',
        'TrainingEnd',
        {
          loop: 'start.loop',
          loss: 'loss.loss',
          loss_2: 'follow.loss',
          again: 'mean.mix',
          value_1: 'mean.mix',
        },
        { emit_every: 0, updates: 'in_turn' },
      ),
      node('chart', 'Chart', { values_1: 'end.history', values_2: 'end.history_2' }),
      node('body', 'Chart', { values_1: 'mean.mix' }),
      node('apart', 'SlicedWasserstein', { samples: 'x2.x', reference: 'data.dataset' }),
      node('numbers', 'Numbers', { numbers_1: 'apart.distance', numbers_2: 'end.value_1' }),
      node('guess 3', 'Predict', { model: 'end.model_2', x_t: 'rest.noise', t: 't.t' }),
      node(
        'x2',
        'ConvertPrediction',
        {
          prediction: 'guess 3.prediction',
          x_t: 'rest.noise',
          t: 't.t',
          schedule: 'schedule.schedule',
        },
        { to: 'sample' },
      ),
    ].map((one) => ({ ...one, title: one.id })),
  }))

test('a script saves files during a loop under the names of a run', async () => {
  const graph = {
    nodes: [
      ...trainingGraph(5).nodes.map((one) =>
        one.id === 'Keep' ? { ...one, params: { name: 'moons', every: 2 } } : one,
      ),
      node('Body', 'SaveCheckpoint', { model: 'Start.model' }, { name: 'body', every: 3 }),
    ].map((one) => ({ ...one, title: one.id })),
  }
  const written: [string, string][] = []
  const session = createSession({
    ops,
    onEvent: (event) => {
      if (event.type === 'file') written.push([event.file.name, computeSha256(event.file.bytes)])
    },
  })
  await session.run({ type: 'run', run: 1, graph })
  await session.dispose()
  expect(written.map(([name]) => name).sort()).toEqual([
    'body-3.zip',
    'moons-2.zip',
    'moons-4.zip',
    'moons.zip',
  ])
  const out = join(folder, 'saved')
  const path = join(folder, 'saves.ts')
  writeFileSync(
    path,
    generateScript(graph, ops)
      .replace("'litegraph-diffusion/script'", JSON.stringify(resolve('src/script.ts')))
      .replace('out: process.argv[2]', `log: () => {}, out: ${JSON.stringify(out)}`),
  )
  await import(path)
  for (const [name, sha256] of written)
    expect(computeSha256(readFileSync(join(out, name))), name).toBe(sha256)
})

test('a loop around trainings reports their last loss ten times', async () => {
  const text = readFileSync('test/fixtures/experiments/gan-by-rounds.json', 'utf8')
  const graph = toGraph(parseWorkflow(text, declarations).workflow, declarations)
  for (const { id, params } of graph.nodes) if (id === '6') params.times = 20
  const lines: string[] = []
  const path = join(folder, 'rounds.ts')
  const library = JSON.stringify(resolve('src/script.ts'))
  const script = generateScript(graph, ops)
    .replace("'litegraph-diffusion/script'", library)
    .replace('out: process.argv[2]', 'log: (line) => globalThis.logged.push(line)')
  writeFileSync(path, script)
  Object.assign(globalThis, { logged: lines })
  await import(path)
  const progress = lines.filter((line) => line.includes(' of '))
  expect(progress).toHaveLength(10)
  for (const [i, line] of progress.entries())
    expect(line).toMatch(new RegExp(`^Repeat ${2 * (i + 1)} of 20, loss [\\d.]+$`))
})

test('a training whose loss cannot be read reports the fault, and no loss', async () => {
  const lines: string[] = []
  const path = join(folder, 'unread.ts')
  const script = generateScript(trainingGraph(3), ops)
    .replace("'litegraph-diffusion/script'", JSON.stringify(resolve('src/script.ts')))
    .replace('out: process.argv[2]', 'log: (line) => globalThis.logged.push(line)')
    .replace(/^await \w+\.run\(/m, (call) => `globalThis.failReading()\n${call}`)
  writeFileSync(path, script)
  const failReading = vi.fn(() => {
    vi.spyOn(tf.Tensor.prototype, 'data').mockRejectedValueOnce(new Error('lost'))
  })
  Object.assign(globalThis, { logged: lines, failReading })
  await expect(import(path)).rejects.toThrow('lost')
  vi.restoreAllMocks()
  expect(failReading).toHaveBeenCalledOnce()
  expect(lines.join('\n')).not.toMatch(/undefined| of 3/)
})
