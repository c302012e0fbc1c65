// Trains small networks on digits and says how unlikely digits that were kept aside are to them: `npm run eval:likelihood`, with
// `--json` as one line of JSON, with `--steps n` for other trainings, with `--items n` for more or fewer digits, with `--only a,b` for
// some of the networks.
//
// What a variance is worth: a network learns its variance with the hybrid loss (Nichol & Dhariwal 2021) and is asked with that, and
// with each of those that are fixed; so is one that has learned nothing but its prediction. Digits have 17 levels: the last term of the
// bound is the probability of a level.
//
// Whether the bound and the ODE agree: they measure the same only of continuous data. So a network learns digits that are moved
// evenly within their levels, the last term of the bound is the density of a Gaussian, and the density along the probability flow
// ODE is that of the same digits, moved by the same numbers. Both are said as bits of the level, by its width (Theis et al. 2016).
import { parseArgs } from 'node:util'
import { startBackend } from '../src/engine/backends.ts'
import { levelWidth } from '../src/engine/likelihood.ts'
import type { GraphNode, Wire } from '../src/engine/plan/graph.ts'
import { wire } from '../src/engine/plan/graph.ts'
import { assetsWith, countOf, look, node, nothingKept, runParts } from './evaluation.ts'

const LEVELS = 17

/** What a network learns from, and how. */
interface Learning {
  name: string
  /** Its schedule: of so many timesteps. */
  T: number
  learnsVariance: boolean
  /** Digits that are moved within their levels. */
  continuous: boolean
}

const hybrid: Learning = { name: 'hybrid', T: 200, learnsVariance: true, continuous: false }
const simple: Learning = { name: 'simple', T: 200, learnsVariance: false, continuous: false }
const moved: Learning = { name: 'moved', T: 500, learnsVariance: true, continuous: true }

/** How likely digits are to a network, in one of the ways to ask. */
interface Question {
  name: string
  of: Learning
  params: { method: 'vlb' | 'ode'; variance?: string; num_inference_steps?: number }
}

const bound = (of: Learning, variance: string): Question => ({
  name: `${of.name}, ${variance}`,
  of,
  params: { method: 'vlb', variance },
})

const [BOUND, ODE] = [
  bound(moved, 'learned'),
  { name: 'moved, ode', of: moved, params: { method: 'ode', num_inference_steps: 60 } } as const,
]
const questions: Record<string, Question[]> = {
  moved: [BOUND, ODE],
  hybrid: ['learned', 'fixed_small', 'fixed_large'].map((variance) => bound(hybrid, variance)),
  simple: ['fixed_small', 'fixed_large'].map((variance) => bound(simple, variance)),
}

const diffusion = (id: string, type: string, inputs: Record<string, Wire>, params: Record<string, unknown> = {}) =>
  node(id, `diffusion/${type}`, inputs, params)

const common = (items: number): GraphNode[] => [
  diffusion('data', 'Digits', {}, { split: 'train' }),
  diffusion('aside', 'Digits', {}, { split: 'test' }),
  diffusion('digits', 'Batch', { dataset: wire('aside', 'dataset') }, { batch_size: items }),
  diffusion('moved digits', 'Dequantize', { x: wire('digits', 'x_0') }, { levels: LEVELS, seed: 7 }),
  diffusion(
    'optimizer',
    'Optimizer',
    {},
    { algorithm: 'adamw', lr: 0.002, lr_schedule: 'cosine', warmup_steps: 100, clip_norm: 1 },
  ),
  diffusion('ema', 'EMA', {}, { kind: 'diffusers', decay: 0.995 }),
]

const scheduleOf = ({ name }: Learning) => wire(`${name} schedule`, 'schedule')

/** The training of a network, from its schedule to its end. */
function training({ name, T, learnsVariance, continuous }: Learning, steps: number): GraphNode[] {
  const id = (what: string) => `${name} ${what}`
  const from = (what: string, slot: string) => wire(id(what), slot)
  const x_0 = continuous ? from('moved', 'x') : from('start', 'x_0')
  const [schedule, t, noise, x_t] = [from('schedule', 'schedule'), from('t', 't'), from('noise', 'noise'), from('forward', 'x_t')]
  const said = { prediction: from('predict', 'prediction'), target: from('target', 'target') }
  // Of a density each factor of the noise counts as much as any other, so they are drawn equally often (Song et al. 2021b).
  const times = continuous ? { density: 'loguniform', sigma_min: 0.009, sigma_max: 20, stratified: true } : {}
  return [
    diffusion(id('schedule'), 'NoiseSchedule', {}, { beta_schedule: 'squaredcos_cap_v2', num_train_timesteps: T }),
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
    ...(continuous ? [diffusion(id('moved'), 'Dequantize', { x: from('start', 'x_0') }, { levels: LEVELS, seed: 3 })] : []),
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
    diffusion(id('end'), 'TrainingEnd', { loop: from('start', 'loop'), loss: from('loss', 'loss') }, { emit_every: 0 }),
  ]
}

const asked = ({ name, of, params }: Question): GraphNode =>
  diffusion(
    name,
    'BitsPerDim',
    {
      model: wire(`${of.name} end`, 'ema'),
      x_0: of.continuous ? wire('moved digits', 'x') : wire('digits', 'x_0'),
      schedule: scheduleOf(of),
    },
    { levels: of.continuous ? 0 : LEVELS, clip: 'off', seed: 6, ...params },
  )

/** All in bits/dim. */
interface Bits {
  /** Of the noise at the end. */
  prior: number
  /** The sum over the steps: of the KL, or of the change of the density. */
  steps: number
  /** Of the bound: how unlikely the data are to the last step. */
  last: number
  total: number
}

/** Densities as bits of a level. */
function bitsOf({ of, params }: Question, [prior]: Float32Array, terms: Float32Array): Bits {
  const width = of.continuous ? -Math.log2(levelWidth(LEVELS)) : 0
  const said = [...terms]
  const last = params.method === 'vlb' ? said.pop()! + width : 0
  const steps = said.reduce((sum, term) => sum + term, 0)
  const noise = params.method === 'vlb' ? prior! : prior! + width
  return { prior: noise, steps, last, total: noise + steps + last }
}

interface Result {
  bits: Record<string, Bits>
  /** The bound of moved digits over what the ODE says, if both were asked for. */
  ratio?: number
  seconds: number
}

/** One network after the other; `found` hears of each row. */
async function measured(
  asking: Question[],
  steps: number,
  items: number,
  found: (name: string, bits: Bits) => void,
): Promise<Result> {
  const bits: Record<string, Bits> = {}
  const began = performance.now()
  for (const of of new Set(asking.map((question) => question.of))) {
    const own = asking.filter((question) => question.of === of)
    const nodes = [...common(items), ...training(of, steps), ...own.map(asked)]
    const looks = own.flatMap(({ name }) => ['prior', 'terms'].map((slot) => look(`${name} ${slot}`, wire(name, slot))))
    const parts = [
      { graph: { nodes }, targets: [`${of.name} end`] },
      { graph: { nodes: [...nodes, ...looks] }, targets: looks.map(({ id }) => id) },
    ]
    const { seen } = await runParts(parts, assetsWith(nothingKept()), (line) => console.error(`${of.name}: ${line}`))
    for (const question of own) {
      const said = (slot: string) => seen.get(`${question.name} ${slot}`)!
      bits[question.name] = bitsOf(question, said('prior'), said('terms'))
      found(question.name, bits[question.name]!)
    }
  }
  const [above, along] = [bits[BOUND.name], bits[ODE.name]]
  return { bits, ...(above && along && { ratio: above.total / along.total }), seconds: (performance.now() - began) / 1000 }
}

const row = (...cells: string[]) => console.log(cells.map((cell, i) => (i ? cell.padStart(10) : cell.padEnd(24))).join(''))

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
    throw new Error(`There is no "${name}". There are ${Object.keys(questions).join(', ')}.`)
  })
  await startBackend({ prefer: 'wasm' })
  if (!values.json) row('bits/dim', 'prior', 'steps', 'last', 'total')
  const result = await measured(asking, countOf(values.steps), countOf(values.items), values.json ? () => {} : print)
  if (values.json) {
    console.log(JSON.stringify(result))
    return
  }
  console.log(
    'hybrid learned its variance too, simple its prediction alone; moved is hybrid, of digits moved within their levels.',
  )
  if (result.ratio !== undefined) console.log(`bound over ode: ${result.ratio.toFixed(3)}`)
  console.log(`${result.seconds.toFixed(0)} s`)
}
