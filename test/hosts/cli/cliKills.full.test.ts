// A training of two models, which carries values and ends early, on the command line: killed at
// random moments, it is resumed with the bits of an uninterrupted one.
import { spawn } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { GraphNode } from '../../../src/engine/plan/graph.ts'
import { workflowOf } from '../../workflowOf.ts'
import { cliArguments, useCli } from './builtCli.ts'
import { node } from '../../nodes/evaluate.ts'

const KILLS = 12
/** Factor of the clock: trainings are saved every 2 s of it. */
const CLOCK = '50'
/** The training ends long before. */
const MAX_STEPS = 400
/** Steps after which `again` is read. A multiple of 10 would also hit a default. */
const AGAIN_EVERY = 7

const fastClock = join(import.meta.dirname, 'fastClock.mjs')
const brokenDisk = join(import.meta.dirname, 'brokenDisk.mjs')

const { folder, cli } = useCli()

const net = (id: string, seed: number) =>
  node(id, 'MLP', {}, { hidden: 16, layers: 2, time_embedding_dim: 4, predicts: 'sample', seed })

/**
 * An adversarial training: two Adam optimizers, an average of each model, and a mean of the losses
 * that each step passes on, which ends the training.
 */
const adversarial: GraphNode[] = [
  node('data', 'Points', {}, { distribution: 'moons', count: 512 }),
  net('generator', 1),
  net('discriminator', 2),
  node('adam', 'Optimizer', {}, { lr: 0.002, beta1: 0.5 }),
  node('amsgrad', 'Optimizer', {}, { lr: 0.003, amsgrad: true, clip_norm: 1 }),
  node('ema', 'EMA', {}, { kind: 'constant', decay: 0.9 }),
  node('first mean', 'Number', {}, { value: 20 }),
  node('t', 'Timestep', {}, { t: 500 }),
  node(
    'start',
    'TrainingStart',
    {
      model: 'generator.model',
      model_2: 'discriminator.model',
      dataset: 'data.dataset',
      optimizer: 'adam.optimizer',
      optimizer_2: 'amsgrad.optimizer',
      ema: 'ema.ema',
      ema_2: 'ema.ema',
      value_1: 'first mean.number',
    },
    { steps: MAX_STEPS, batch_size: 32 },
  ),
  node('noise', 'GaussianNoise', { like: 'start.x_0' }, { seed: 3 }),
  node('fake', 'Predict', { model: 'start.model', x_t: 'noise.noise', t: 't.t' }),
  node('as samples', 'Formula', { a: 'fake.prediction' }, { expression: 'a', output: 'samples' }),
  node('of real', 'Predict', { model: 'start.model_2', x_t: 'start.x_0', t: 't.t' }),
  node('of fake', 'Predict', { model: 'start.model_2', x_t: 'as samples.result', t: 't.t' }),
  node(
    'generator loss',
    'Formula',
    { a: 'of fake.prediction' },
    { expression: 'mean((a - 1)^2)', output: 'loss' },
  ),
  node(
    'discriminator loss',
    'Formula',
    { a: 'of real.prediction', b: 'of fake.prediction' },
    { expression: '(mean((a - 1)^2) + mean((b + 1)^2)) / 2', output: 'loss' },
  ),
  node(
    'mean',
    'Formula',
    { a: 'start.value_1', b: 'generator loss.result', c: 'discriminator loss.result' },
    { expression: '0.98 * a + 0.01 * (b + c)', output: 'number' },
  ),
  node('again', 'Formula', { a: 'mean.result' }, { expression: 'a - 1.6', output: 'number' }),
  node(
    'end',
    'TrainingEnd',
    {
      loop: 'start.loop',
      loss: 'generator loss.result',
      loss_2: 'discriminator loss.result',
      value_1: 'mean.result',
      again: 'again.result',
    },
    { emit_every: 0, again_every: AGAIN_EVERY, updates: 'in_turn' },
  ),
  node('losses', 'Chart', { values_1: 'end.history', values_2: 'end.history_2' }),
  node('last mean', 'Numbers', { numbers_1: 'end.value_1' }),
  node(
    'save',
    'SaveCheckpoint',
    { model: 'end.ema_2', training: 'end.training' },
    { name: 'discriminator' },
  ),
]

writeFileSync(join(folder, 'adversarial.json'), workflowOf({ nodes: adversarial }))

const run = (out: string, states: string) =>
  `run adversarial.json --out ${out} --state ${states}`.split(' ')

/** The bytes of the results in base64, and the numbers that the run showed, by file. */
const results = (out: string) =>
  Object.fromEntries(
    readdirSync(join(folder, out)).map((name) => {
      const bytes = readFileSync(join(folder, out, name))
      return name === 'summary.json'
        ? [name, JSON.parse(bytes.toString()).numbers]
        : [name, bytes.toString('base64')]
    }),
  )

interface StoredStep {
  step: number
  /** True for the last state of a training, which no later one replaces. */
  isLast: boolean
}

/** The stored state with most steps; step 0 without one. */
const lastStored = (states: string): StoredStep =>
  (existsSync(join(folder, states)) ? readdirSync(join(folder, states)) : [])
    .flatMap((name) => {
      const [, step, passing] = /^state.*%40(\d+)(~?)$/.exec(name) ?? []
      return step === undefined ? [] : [{ step: Number(step), isLast: passing === '' }]
    })
    .reduce((last, each) => (each.step >= last.step ? each : last), { step: 0, isLast: false })

/** The first step that a run reported; undefined if it made none. */
const firstStep = (stderr: string) => {
  const [, step] = new RegExp(`(\\d+) of ${MAX_STEPS}`).exec(stderr) ?? []
  return step === undefined ? undefined : Number(step)
}

interface Killed {
  signal: NodeJS.Signals | null
  stderr: string
}

/** Runs until `isTime` of its messages so far, then kills. It is asked every 2 ms. */
const killWhen = (out: string, env: Record<string, string>, isTime: (stderr: string) => boolean) =>
  new Promise<Killed>((resolve) => {
    const preload = 'DISK' in env ? brokenDisk : fastClock
    const child = spawn(process.execPath, cliArguments(run(out, 'states'), { preload }), {
      cwd: folder,
      env: { ...process.env, ...env },
    })
    let stderr = ''
    const asking = setInterval(() => isTime(stderr) && child.kill('SIGKILL'), 2)
    child.stderr.on('data', (text) => (stderr += String(text)))
    child.on('close', (_, signal) => {
      clearInterval(asking)
      resolve({ signal, stderr })
    })
  })

/** Uniform numbers in [0, 1) of a seed: a linear congruential generator. */
function* uniformNumbers(seed: number): Generator<number, never> {
  for (let state = seed; ;) {
    state = (state * 1_664_525 + 1_013_904_223) % 2 ** 32
    yield state / 2 ** 32
  }
}

test(
  `${KILLS + 1} kills lose no bit of two models, carried values and an early end`,
  { timeout: 120_000 + 20_000 * KILLS },
  async () => {
    const whole = await cli(run('whole', 'whole-states'))
    expect(whole).toMatchObject({ status: 0 })
    const { step: end } = lastStored('whole-states')
    expect(end).toBeGreaterThan(100)
    expect(end).toBeLessThan(MAX_STEPS)
    expect(end % AGAIN_EVERY).toBe(0)

    const random = uniformNumbers(7)
    const draw = () => random.next().value
    const targets = Array.from({ length: KILLS }, () => Math.ceil(0.6 * end * draw()))
    let reached = 0
    for (const target of targets.sort((a, b) => a - b)) {
      let due = Infinity
      const wait = 30 * draw()
      const killed = await killWhen('killed', { CLOCK }, () => {
        const { step } = lastStored('states')
        if (step > reached && step >= target) due = Math.min(due, performance.now() + wait)
        return performance.now() >= due
      })
      expect(killed.signal).toBe('SIGKILL')
      expect(firstStep(killed.stderr)).toBe(reached + 1)
      reached = lastStored('states').step
    }
    // The last kill comes after the training has ended, while its results are written.
    const disk = JSON.stringify({ wait: 60_000, within: 'killed' })
    const killed = await killWhen(
      'killed',
      { DISK: disk },
      (stderr) => stderr.includes('waiting') && lastStored('states').isLast,
    )
    expect(killed.signal).toBe('SIGKILL')
    expect(firstStep(killed.stderr)).toBe(reached + 1)
    expect(lastStored('states')).toEqual({ step: end, isLast: true })

    const { status, stderr } = await cli(run('killed', 'states'))
    expect(status).toBe(0)
    expect(firstStep(stderr)).toBeUndefined()
    expect(results('killed')).toEqual(results('whole'))
  },
)
