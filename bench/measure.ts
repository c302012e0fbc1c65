// Measures one thing in a process of its own, so that what is replaced in tfjs here is not there for stock tfjs:
// `node scripts/run.mjs bench/measure.ts ours|stock backend training|sampling seconds`. Prints a line of JSON.
import { startBackend } from '../src/engine/backends.ts'
import { addNoise } from '../src/engine/forward.ts'
import { meanError } from '../src/engine/losses/errors.ts'
import { predict } from '../src/engine/models/predict.ts'
import { tidied } from '../src/engine/plan/memory.ts'
import type { BackendName } from '../src/engine/protocol.ts'
import { ddimStep } from '../src/engine/samplers/ddim.ts'
import type { Scalar, Tensor, Tensor4D } from '../src/engine/tf.ts'
import { tf } from '../src/engine/tf.ts'
import type { TrainingState } from '../src/engine/training.ts'
import { beginTraining, trainStep } from '../src/engine/training.ts'
import { tensorsOf } from '../src/engine/values.ts'
import { provideWebGPU } from '../src/nodes/node-webgpu.ts'
import { levelsAt } from '../src/engine/schedule.ts'
import { batch, config, newModel, schedule } from './digits.ts'
import { stockUnet } from './stock.ts'

export type Task = 'training' | 'sampling'
export type Who = 'ours' | 'stock'

/** Seconds of each step, or why there is none. */
export interface Measured {
  device: string
  seconds: number[]
  error?: string
}

export async function main([who, backend, task, seconds]: string[]): Promise<void> {
  let measured: Measured = { device: '', seconds: [] }
  try {
    measured = await measure(who as Who, backend as BackendName, task as Task, Number(seconds))
  } catch (error) {
    measured.error = (error as Error).message
  }
  console.log(JSON.stringify(measured))
  process.exit(0) // Dawn would keep the process alive
}

async function measure(who: Who, backend: BackendName, task: Task, seconds: number): Promise<Measured> {
  const device = await start(who, backend)
  if (who === 'stock') await expectTheSameModel()
  const step = who === 'ours' ? ourSteps[task]() : stockSteps[task]()
  return { device, seconds: await timesOf(step, seconds) }
}

async function start(who: Who, backend: BackendName): Promise<string> {
  if (backend === 'webgpu') {
    const reason = await provideWebGPU()
    if (reason) throw new Error(reason)
  }
  if (who === 'ours') {
    const report = await startBackend({ prefer: backend })
    if (report.name !== backend) throw new Error(report.reason)
    return report.device
  }
  tf.enableProdMode()
  if (backend === 'wasm') await import('@tensorflow/tfjs-backend-wasm')
  if (backend === 'webgpu') await import('@tensorflow/tfjs-backend-webgpu')
  if (!(await tf.setBackend(backend))) throw new Error('tfjs could not initialise it')
  return ''
}

/** A step that ends when its result is there. */
type Step = () => Promise<unknown>

/** The first step compiles and is not counted, unless it alone takes longer than all may. */
async function timesOf(step: Step, seconds: number): Promise<number[]> {
  const first = await timeOf(step)
  if (first > seconds) return [first]
  const times: number[] = []
  for (let spent = 0; spent < seconds; spent += times.at(-1)!) times.push(await timeOf(step))
  return times
}

async function timeOf(step: Step): Promise<number> {
  const began = performance.now()
  await step()
  return (performance.now() - began) / 1000
}

const ourSteps: { [K in Task]: () => Step } = {
  /** As a workflow trains: AdamW, the gradient's norm clipped, an average of the weights. */
  training() {
    const model = newModel()
    const { x, noise, t } = batch(2)
    const ema = {
      kind: 'diffusers',
      decay: 0.999,
      min_decay: 0,
      update_after_step: 0,
      use_ema_warmup: true,
      inv_gamma: 1,
      power: 0.75,
    } as const
    const optimizer = {
      algorithm: 'adamw',
      lr: 1e-3,
      beta1: 0.9,
      beta2: 0.999,
      eps: 1e-8,
      weight_decay: 0.01,
      warmup_steps: 0,
      lr_schedule: 'constant',
      clip_norm: 1,
    } as const
    let state = beginTraining(model.weights, { optimizer, emas: [ema] })
    const loss = () => {
      const noised = addNoise(x, noise, levelsAt(schedule, { t }))
      return meanError(predict({ ...model, weights: state.weights }, noised, t), noise, { kind: 'mse' })
    }
    return () => {
      state = replaced(state, trainStep(state, { loss, optimizer, emas: [ema], total: 1000 }))
      return state.loss!.data()
    }
  },
  sampling() {
    const model = newModel()
    return sampler((x, t) => predict(model, x, t) as Tensor4D)
  },
}

const stockSteps: { [K in Task]: () => Step } = {
  /** Adam alone: stock tfjs has no more. */
  training() {
    const { x, noise, t } = batch(2)
    const weights = Object.fromEntries(Object.entries(newModel().weights).map(([name, tensor]) => [name, tf.variable(tensor)]))
    const adam = tf.train.adam(1e-3)
    const loss = () =>
      stockUnet(config, weights, addNoise(x, noise, levelsAt(schedule, { t })) as Tensor4D, t)
        .sub(noise)
        .square()
        .mean() as Scalar
    return async () => {
      const value = adam.minimize(loss, true)!
      await value.data()
      value.dispose()
    }
  },
  sampling() {
    const { weights } = newModel()
    return sampler((x, t) => stockUnet(config, weights, x, t))
  },
}

/** A step of DDIM in the middle of the way. */
function sampler(denoise: (x: Tensor4D, t: Float64Array) => Tensor4D): Step {
  let { x } = batch(3)
  const [from, to] = [Float64Array.of(500), Float64Array.of(480)]
  return () => {
    const next = tf.tidy(() => {
      const prediction = { tensor: denoise(x, from), predicts: 'epsilon' } as const
      return ddimStep(x, prediction, levelsAt(schedule, { t: from }), levelsAt(schedule, { t: to }), undefined, {
        eta: 0,
        hold: undefined,
        rederive: false,
      }) as Tensor4D
    })
    x.dispose()
    x = next
    return x.data()
  }
}

/** Frees what the next state does not hold on to. */
function replaced(old: TrainingState, next: TrainingState): TrainingState {
  const kept = new Set(tensorsOf(next))
  tf.dispose(tensorsOf(old).filter((tensor) => !kept.has(tensor)))
  return next
}

/** The comparison is one only if both compute the same. */
async function expectTheSameModel(): Promise<void> {
  const model = newModel()
  const { x, t } = batch(4)
  const pair: Tensor[] = tidied(() => [predict(model, x, t), stockUnet(config, model.weights, x, t)])
  const [ours, stock] = [await pair[0]!.data(), await pair[1]!.data()]
  const gap = Array.from(ours).reduce((most, value, i) => Math.max(most, Math.abs(value - stock[i]!)), 0)
  if (!(gap < 1e-3)) throw new Error(`the stock model differs from ours by ${gap}`)
}
