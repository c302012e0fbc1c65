// Recorded networks of diffusers, read as checkpoints and compared by output and gradients.
import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { zipSync } from 'fflate'
import { expect } from 'vitest'
import { getFormat } from '../src/engine/checkpoint/formats.ts'
import { loadModel, readCheckpoint } from '../src/engine/checkpoint/pipeline.ts'
import type { StoredTensor } from '../src/engine/checkpoint/safetensors.ts'
import { fromTorch } from '../src/engine/checkpoint/torch.ts'
import { weightLayouts } from '../src/engine/models/graph/weights.ts'
import { predictWithVariance } from '../src/engine/models/predict.ts'
import type { Scalar, Tensor } from '../src/engine/base/tf.ts'
import { tf } from '../src/engine/base/tf.ts'
import type { Conditioning, Model, Weights } from '../src/engine/base/values.ts'
import { gap, goldenTensors, images } from './goldenTensors.ts'

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
  const layouts = weightLayouts(getFormat(model.kind).layers(model.config))
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

interface Tolerance {
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
  const right: Weights = { x: images(io, 'grad_x'), ...toLayouts(model, expected) }
  const { gap: most, size } = await gap(got!, output)
  expect(most, 'output').toBeLessThan(tolerance.output * size)
  const gaps = await Promise.all(
    ['x', ...names].map(async (name, i) => ({ name, ...(await gap(grads[i], right[name])) })),
  )
  const rounding = tolerance.rounding * Math.max(1, ...gaps.map((one) => one.size))
  for (const { name, gap: most, size } of gaps)
    expect(most, name).toBeLessThan(size < rounding ? rounding : tolerance.gradient * size)
  tf.dispose([input, target, output, got!, value, ...grads])
  tf.dispose(right)
}
