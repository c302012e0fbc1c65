// Recorded networks of diffusers, read as checkpoints and compared by output and gradients.
import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { zipSync } from 'fflate'
import { expect } from 'vitest'
import { getNetworkKind } from '../src/engine/models/kinds/registry.ts'
import { loadModel, readCheckpoint } from '../src/engine/checkpoint/pipeline.ts'
import type { StoredTensor } from '../src/engine/archive/safetensors.ts'
import { fromTorch } from '../src/engine/checkpoint/torch.ts'
import { weightLayouts } from '../src/engine/models/graph/weights.ts'
import { predictWithVariance } from '../src/engine/models/predict.ts'
import type { Scalar, Tensor } from '../src/engine/base/tf.ts'
import { tf } from '../src/engine/base/tf.ts'
import type { Conditioning, Weights } from '../src/engine/base/values.ts'
import type { Model } from '../src/engine/models/model.ts'
import { collectTensors } from '../src/engine/base/values.ts'
import { beginTraining, trainStep } from '../src/engine/training/trainStep.ts'
import { gap, goldenJson, goldenTensors, images } from './goldenTensors.ts'

const golden = (path: string) => readFileSync(new URL(`./golden/${path}`, import.meta.url))

/** Reads a recorded folder of a model as the checkpoint reader does. */
export function readGoldenModel(folder: string, weights = 'diffusion_pytorch_model'): Model {
  const zip = zipSync({
    'config.json': golden(`${folder}/config.json`),
    'diffusion_pytorch_model.safetensors': gunzipSync(
      golden(`${folder}/${weights}.safetensors.gz`),
    ),
  })
  return loadModel(readCheckpoint(zip).model)
}

/** Converts recorded weights, or their gradients, to the layouts of a model. */
export function toLayouts(model: Model, tensors: ReadonlyMap<string, StoredTensor>): Weights {
  const layouts = weightLayouts(getNetworkKind(model).layers(model.config))
  return Object.fromEntries(
    [...tensors].map(([name, stored]) => {
      const { shape, data } = fromTorch(layouts.get(name)!, stored)
      return [name, tf.tensor(data, shape)]
    }),
  )
}

/** Output of the network, with both halves if it predicts a variance. */
function rawOutput(model: Model, x: Tensor, t: Float64Array, condition: Conditioning | undefined) {
  const { tensor, variance } = predictWithVariance(model, x, t, condition)
  return variance ? tf.concat([tensor, variance.tensor], -1) : tensor
}

export interface Tolerance {
  /** Of the largest number. */
  output: number
  /** Of the largest number of the same tensor. */
  gradient: number
  /**
   * Of the largest of all gradients, for those whose true value is 0, such as that of the bias of
   * keys: what is recorded of these is less.
   */
  rounding: number
}

/** Compares gradients, by name, with recorded ones. */
export async function expectGradients(
  names: readonly string[],
  grads: readonly Tensor[],
  right: Weights,
  tolerance: Pick<Tolerance, 'gradient' | 'rounding'>,
) {
  const gaps = await Promise.all(
    names.map(async (name, i) => ({ name, ...(await gap(grads[i], right[name])) })),
  )
  const rounding = tolerance.rounding * Math.max(1, ...gaps.map((one) => one.size))
  for (const { name, gap: most, size } of gaps)
    expect(most, name).toBeLessThan(size < rounding ? rounding : tolerance.gradient * size)
}

/**
 * Compares the output of a model and the gradients of the MSE to a target with those in a folder.
 * `split` separates x and further channels of the input.
 */
export async function expectGolden(
  model: Model,
  folder: string,
  tolerance: Tolerance,
  split: (input: Tensor) => { x: Tensor; condition?: Conditioning | undefined },
) {
  const io = goldenTensors(`${folder}/io`)
  const [input, target, output] = ['x', 'target', 'output'].map((key) => images(io, key))
  const t = Float64Array.from(io.get('timesteps')!.data)
  const names = Object.keys(model.weights)
  const expected = goldenTensors(`${folder}/expected_grads`)
  expect(names.toSorted()).toEqual([...expected.keys()].toSorted())

  let got: Tensor | undefined
  const loss = (input: Tensor, ...weights: Tensor[]) => {
    const now = { ...model, weights: Object.fromEntries(names.map((key, i) => [key, weights[i]])) }
    const { x, condition } = split(input)
    got = tf.keep(rawOutput(now, x, t, condition))
    return got.sub(target).square().mean() as Scalar
  }
  const { value, grads } = tf.valueAndGrads(loss as (...all: Tensor[]) => Tensor)([
    input,
    ...Object.values(model.weights),
  ])
  const { gap: most, size } = await gap(got!, output)
  expect(most, 'output').toBeLessThan(tolerance.output * size)
  const right: Weights = { x: images(io, 'grad_x'), ...toLayouts(model, expected) }
  await expectGradients(['x', ...names], grads, right, tolerance)
  tf.dispose([input, target, output, got!, value, ...grads])
  tf.dispose(right)
}

interface RecordedTraining {
  optimizer_kwargs: { lr: number; betas: [number, number]; eps: number; weight_decay: number }
  steps: number
  loss_per_step_f64: number[]
  max_rel_diff_loss_f32_f64: number
  max_abs_diff_final_weights_f32_f64: number
  max_abs_weight: number
  /** Biases of keys: their true gradient is 0, and Adam normalises its rounding error. */
  do_not_compare: string[]
}

/** Tensors of one step of a recorded training, by name. */
export type StepRecord = Map<string, StoredTensor>

/**
 * Trains a recorded model with AdamW on the recorded batches, and compares losses and final weights.
 * `loss` gets the model with the weights of the step.
 */
export async function expectTraining(
  folder: string,
  loss: (model: Model, batch: StepRecord) => Scalar,
) {
  const meta = goldenJson<RecordedTraining>(`${folder}/meta`)
  const { lr, betas, eps, weight_decay } = meta.optimizer_kwargs
  const config = {
    optimizer: {
      algorithm: 'adamw',
      lr,
      beta1: betas[0],
      beta2: betas[1],
      eps,
      weight_decay,
      warmup_steps: 0,
      lr_schedule: 'constant',
      clip_norm: 0,
    },
    emas: [],
  } as const
  const batches = goldenTensors(`${folder}/batches`)
  const model = readGoldenModel(folder, 'initial_weights')
  let state = beginTraining(model.weights, config)
  for (let i = 0; i < meta.steps; i++) {
    const batch = new Map([...batches].map(([name, all]) => [name, atStep(all, i)]))
    const lossNow = () => loss({ ...model, weights: state.weights }, batch)
    const next = trainStep(state, { ...config, loss: lossNow, total: meta.steps })
    const kept = new Set(collectTensors(next))
    tf.dispose(collectTensors(state).filter((tensor) => !kept.has(tensor)))
    state = next
    const ratio = (await state.loss!.data())[0] / meta.loss_per_step_f64[i]
    const drift = Math.max(10 * meta.max_rel_diff_loss_f32_f64, 1e-6)
    expect(Math.abs(ratio - 1), `step ${i}`).toBeLessThan(drift)
  }
  const right = toLayouts(model, goldenTensors(`${folder}/final_weights`))
  expect(Object.keys(state.weights).toSorted()).toEqual(Object.keys(right).toSorted())
  const drift = Math.max(10 * meta.max_abs_diff_final_weights_f32_f64, 1e-6 * meta.max_abs_weight)
  for (const [name, tensor] of Object.entries(state.weights)) {
    if (meta.do_not_compare.includes(name)) continue
    const { gap: most } = await gap(tensor, right[name])
    expect(most, name).toBeLessThan(drift)
  }
  tf.dispose(right)
  tf.dispose([...collectTensors(state), ...collectTensors(model)])
}

/** The record of one step, from one of all steps. */
function atStep({ shape, data }: StoredTensor, step: number): StoredTensor {
  const size = data.length / shape[0]
  return { shape: shape.slice(1), data: data.slice(step * size, (step + 1) * size) }
}
