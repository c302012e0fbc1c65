// Trains small networks on digits and measures the likelihood of held-out digits: `npm run
// eval:likelihood`. `--json` prints one line of JSON, `--steps n` sets the training steps, `--items
// n` the number of digits, `--only a,b` selects networks.
//
// Value of a learned variance: a network with a variance learned by the hybrid loss (Nichol &
// Dhariwal 2021), evaluated with it and with each fixed variance, beside a network without one.
// Digits have 17 levels; the last term of the bound is the probability of a level.
//
// Agreement of bound and ODE: they measure the same quantity for continuous data only. Digits are
// dequantized uniformly, the last term of the bound is a Gaussian density, and the density along
// the probability flow ODE uses the same dequantized digits. Both are converted to bits per level
// by its width (Theis et al. 2016).
import { parseArgs } from 'node:util'
import { startBackend } from '../src/engine/backends/backends.ts'
import { levelWidth } from '../src/engine/process/likelihood.ts'
import type { GraphNode, Wire } from '../src/engine/plan/graph.ts'
import { wire } from '../src/engine/plan/graph.ts'
import { assetsWith, parseCount, observerNode, node, nothingKept, runParts } from './evaluation.ts'

const LEVELS = 17

/** Training of a network. */
interface Learning {
  name: string
  /** Number of timesteps of the schedule. */
  T: number
  learnsVariance: boolean
  /** Uses dequantized digits. */
  continuous: boolean
}

const hybrid: Learning = { name: 'hybrid', T: 200, learnsVariance: true, continuous: false }
const simple: Learning = { name: 'simple', T: 200, learnsVariance: false, continuous: false }
const dequantized: Learning = {
  name: 'dequantized',
  T: 500,
  learnsVariance: true,
  continuous: true,
}

/** A likelihood measurement. */
interface Measurement {
  name: string
  of: Learning
  params: { method: 'vlb' | 'ode'; variance?: string; num_inference_steps?: number }
}

const bound = (of: Learning, variance: string): Measurement => ({
  name: `${of.name}, ${variance}`,
  of,
  params: { method: 'vlb', variance },
})

const [BOUND, ODE] = [
  bound(dequantized, 'learned'),
  {
    name: 'dequantized, ode',
    of: dequantized,
    params: { method: 'ode', num_inference_steps: 60 },
  } as const,
]
const questions: Record<string, Measurement[]> = {
  dequantized: [BOUND, ODE],
  hybrid: ['learned', 'fixed_small', 'fixed_large'].map((variance) => bound(hybrid, variance)),
  simple: ['fixed_small', 'fixed_large'].map((variance) => bound(simple, variance)),
}

const diffusion = (
  id: string,
  type: string,
  inputs: Record<string, Wire>,
  params: Record<string, unknown> = {},
) => node(id, `diffusion/${type}`, inputs, params)

const common = (items: number): GraphNode[] => [
  diffusion('data', 'Digits', {}, { split: 'train' }),
  diffusion('test data', 'Digits', {}, { split: 'test' }),
  diffusion('digits', 'Batch', { dataset: wire('test data', 'dataset') }, { batch_size: items }),
  diffusion(
    'dequantized digits',
    'Dequantize',
    { x: wire('digits', 'x_0') },
    { levels: LEVELS, seed: 7 },
  ),
  diffusion(
    'optimizer',
    'Optimizer',
    {},
    { algorithm: 'adamw', lr: 0.002, lr_schedule: 'cosine', warmup_steps: 100, clip_norm: 1 },
  ),
  diffusion('ema', 'EMA', {}, { kind: 'diffusers', decay: 0.995 }),
]

const scheduleWire = ({ name }: Learning) => wire(`${name} schedule`, 'schedule')

/** Builds the training graph of a network. */
function training({ name, T, learnsVariance, continuous }: Learning, steps: number): GraphNode[] {
  const id = (what: string) => `${name} ${what}`
  const from = (what: string, slot: string) => wire(id(what), slot)
  const x_0 = continuous ? from('dequantized', 'x') : from('start', 'x_0')
  const [schedule, t, noise, x_t] = [
    from('schedule', 'schedule'),
    from('t', 't'),
    from('noise', 'noise'),
    from('forward', 'x_t'),
  ]
  const said = { prediction: from('predict', 'prediction'), target: from('target', 'target') }
  // Likelihood weighting is uniform in log SNR, so timesteps are drawn accordingly (Song et al.
  // 2021b).
  const times = continuous
    ? { density: 'loguniform', sigma_min: 0.009, sigma_max: 20, stratified: true }
    : {}
  return [
    diffusion(
      id('schedule'),
      'NoiseSchedule',
      {},
      { beta_schedule: 'squaredcos_cap_v2', num_train_timesteps: T },
    ),
    diffusion(
      id('unet'),
      'UNet',
      {},
      {
        block_out_channels: '16, 32',
        predicts: 'v_prediction',
        learned_variance: learnsVariance ? 'learned_range' : 'none',
        seed: 1,
      },
    ),
    diffusion(
      id('start'),
      'TrainingStart',
      {
        model: from('unet', 'model'),
        dataset: wire('data', 'dataset'),
        optimizer: wire('optimizer', 'optimizer'),
        ema: wire('ema', 'ema'),
      },
      { steps, batch_size: 64, seed: 2 },
    ),
    ...(continuous
      ? [
          diffusion(
            id('dequantized'),
            'Dequantize',
            { x: from('start', 'x_0') },
            { levels: LEVELS, seed: 3 },
          ),
        ]
      : []),
    diffusion(id('noise'), 'GaussianNoise', { like: x_0 }, { seed: 4 }),
    diffusion(id('t'), 'RandomTimesteps', { like: x_0, schedule }, { ...times, seed: 5 }),
    diffusion(id('forward'), 'ForwardNoise', { x_0, t, noise, schedule }),
    diffusion(id('target'), 'Target', { model: from('start', 'model'), x_0, noise, t, schedule }),
    diffusion(id('predict'), 'Predict', { model: from('start', 'model'), x_t, t }),
    learnsVariance
      ? diffusion(
          id('loss'),
          'HybridLoss',
          { ...said, x_0, x_t, t, schedule },
          { levels: continuous ? 0 : LEVELS, vlb_weight: 1 / T },
        )
      : diffusion(id('loss'), 'Loss', said),
    diffusion(
      id('end'),
      'TrainingEnd',
      { loop: from('start', 'loop'), loss: from('loss', 'loss') },
      { emit_every: 0 },
    ),
  ]
}

const measurementNode = ({ name, of, params }: Measurement): GraphNode =>
  diffusion(
    name,
    'BitsPerDim',
    {
      model: wire(`${of.name} end`, 'ema'),
      x_0: of.continuous ? wire('dequantized digits', 'x') : wire('digits', 'x_0'),
      schedule: scheduleWire(of),
    },
    { levels: of.continuous ? 0 : LEVELS, clip: 'off', seed: 6, ...params },
  )

/** Results in bits/dim. */
interface Bits {
  /** Prior term. */
  prior: number
  /** Sum over the steps: KL terms, or changes of the log density. */
  steps: number
  /** Last term of the bound: negative log likelihood of the data. */
  last: number
  total: number
}

/** Converts densities to bits per level. */
function toBits({ of, params }: Measurement, [prior]: Float32Array, terms: Float32Array): Bits {
  const width = of.continuous ? -Math.log2(levelWidth(LEVELS)) : 0
  const said = [...terms]
  const last = params.method === 'vlb' ? said.pop()! + width : 0
  const steps = said.reduce((sum, term) => sum + term, 0)
  const noise = params.method === 'vlb' ? prior : prior + width
  return { prior: noise, steps, last, total: noise + steps + last }
}

interface Result {
  bits: Record<string, Bits>
  /** Ratio of bound and ODE for dequantized digits, if both were measured. */
  ratio?: number
  seconds: number
}

/** Trains and measures the networks in order; calls `found` with each row. */
async function measureAll(
  asking: Measurement[],
  steps: number,
  items: number,
  found: (name: string, bits: Bits) => void,
): Promise<Result> {
  const bits: Record<string, Bits> = {}
  const began = performance.now()
  for (const of of new Set(asking.map((question) => question.of))) {
    const own = asking.filter((question) => question.of === of)
    const nodes = [...common(items), ...training(of, steps), ...own.map(measurementNode)]
    const looks = own.flatMap(({ name }) =>
      ['prior', 'terms'].map((slot) => observerNode(`${name} ${slot}`, wire(name, slot))),
    )
    const parts = [
      { graph: { nodes }, targets: [`${of.name} end`] },
      { graph: { nodes: [...nodes, ...looks] }, targets: looks.map(({ id }) => id) },
    ]
    const { seen } = await runParts(parts, assetsWith(nothingKept()), (line) =>
      console.error(`${of.name}: ${line}`),
    )
    for (const question of own) {
      const said = (slot: string) => seen.get(`${question.name} ${slot}`)!
      bits[question.name] = toBits(question, said('prior'), said('terms'))
      found(question.name, bits[question.name])
    }
  }
  const [above, along] = [bits[BOUND.name], bits[ODE.name]]
  return {
    bits,
    ...(above && along && { ratio: above.total / along.total }),
    seconds: (performance.now() - began) / 1000,
  }
}

const row = (...cells: string[]) =>
  console.log(cells.map((cell, i) => (i ? cell.padStart(10) : cell.padEnd(24))).join(''))

function print(name: string, { prior, steps, last, total }: Bits) {
  const text = (value: number) => (value === 0 ? '-' : value.toFixed(3))
  row(name, text(prior), text(steps), text(last), text(total))
}

export async function main(args: readonly string[]) {
  const { values } = parseArgs({
    args: [...args],
    options: {
      steps: { type: 'string', default: '1000' },
      items: { type: 'string', default: '128' },
      only: { type: 'string', default: Object.keys(questions).join() },
      json: { type: 'boolean', default: false },
    },
  })
  const asking = values.only.split(',').flatMap((name) => {
    if (questions[name]) return questions[name]
    throw new Error(`Expected ${Object.keys(questions).join(', ')}, got ${name}.`)
  })
  await startBackend({ prefer: 'wasm' })
  if (!values.json) row('bits/dim', 'prior', 'steps', 'last', 'total')
  const result = await measureAll(
    asking,
    parseCount(values.steps),
    parseCount(values.items),
    values.json ? () => {} : print,
  )
  if (values.json) {
    console.log(JSON.stringify(result))
    return
  }
  console.log(
    'hybrid: learned variance; simple: prediction only; dequantized: hybrid, on dequantized digits.',
  )
  if (result.ratio !== undefined) console.log(`bound / ode: ${result.ratio.toFixed(3)}`)
  console.log(`${result.seconds.toFixed(0)} s`)
}
