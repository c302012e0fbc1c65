// Runs of the pipelines of diffusers in test/fixtures, from their stored noise, with the settings that
// their schedulers state.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { packFolder } from '../src/engine/checkpoint/archive.ts'
import { loadModel } from '../src/engine/checkpoint/device.ts'
import { readCheckpoint } from '../src/engine/checkpoint/read.ts'
import { readSafetensors, type StoredTensor } from '../src/engine/archive/safetensors.ts'
import { guidedModel } from '../src/engine/models/kinds/guided/guided.ts'
import { predictWithVariance } from '../src/engine/models/predict.ts'
import { decodeLatents } from '../src/engine/models/kinds/vae/autoencoder.ts'
import { autoencoderFacts } from '../src/engine/models/kinds/vae/facts.ts'
import { createRandom } from '../src/engine/base/random.ts'
import { tf, type Tensor } from '../src/engine/base/tf.ts'
import { collectTensors, type Conditioning, type Samples } from '../src/engine/base/values.ts'
import type { Model } from '../src/engine/models/model.ts'
import { getTransition } from '../src/engine/process/timesteps.ts'
import * as steps from '../src/nodes/sampling/steps/index.ts'
import { filesOf, FOLDERS, readPipelineFolder, transitionsOf } from './diffusersFolders.ts'
import { images, largest } from './goldenTensors.ts'

interface Expected {
  num_inference_steps: number
  guidance_scale_of_guided: number | null
  probe_timesteps: number[]
  class_labels: number[] | null
  tensors: Record<string, { max_abs: number; max_abs_diff_f32_f64: number }>
}

interface Gap {
  name: string
  /** Largest difference, and the largest that the record allows. */
  gap: number
  tolerance: number
}

const readExpected = (name: string) => {
  const file = (ending: string) =>
    readFileSync(join(FOLDERS, 'pipelines', name, `expected.${ending}`))
  return {
    json: JSON.parse(file('json').toString()) as Expected,
    tensors: readSafetensors(new Uint8Array(file('safetensors'))),
  }
}

/** Differences of the model, of every step and of decoded images from those of diffusers. */
export function pipelineGaps(name: string): Gap[] {
  const { json, tensors } = readExpected(name)
  const checkpoint = readPipelineFolder(name)
  const model = loadModel(checkpoint.model)
  const labels = json.class_labels && Int32Array.from(json.class_labels)
  const condition: Conditioning | undefined = labels ? { kind: 'labels', labels } : undefined
  const compare = createComparison(json, tensors)
  const gaps: Gap[] = []
  tf.tidy(() => {
    const probe = predictWithVariance(
      model,
      images(tensors, 'noise'),
      Float64Array.from(json.probe_timesteps),
      condition,
    )
    const output = probe.variance
      ? tf.concat([probe.tensor, probe.variance.tensor], -1)
      : probe.tensor
    const sampled = sampleFrames(checkpoint, model, condition, json, images(tensors, 'noise'))
    const scale = json.guidance_scale_of_guided
    const guided =
      scale === null
        ? []
        : sampleFrames(
            checkpoint,
            guidedModel(model, scale),
            condition,
            json,
            images(tensors, 'noise'),
          )
    gaps.push(
      compare('probe.output', output),
      ...sampled.map((frame, i) => compare(`step.${i}.sample`, frame)),
      ...guided.map((frame, i) => compare(`guided.step.${i}.sample`, frame)),
      ...(tensors.has('vae.decoded') ? [compareDecoder(name, tensors, compare)] : []),
    )
  })
  tf.dispose(collectTensors(model))
  return gaps
}

const createComparison =
  ({ tensors: facts }: Expected, tensors: Map<string, StoredTensor>) =>
  (name: string, found: Tensor): Gap => {
    const { max_abs, max_abs_diff_f32_f64 } = facts[name]
    return {
      name,
      gap: largest(found.sub(images(tensors, name)).dataSync()),
      tolerance: Math.max(10 * max_abs_diff_f32_f64, 1e-6 * max_abs),
    }
  }

/** Reads the autoencoder by itself, as its folder is dropped, and decodes the noise. */
function compareDecoder(
  name: string,
  tensors: Map<string, StoredTensor>,
  compare: ReturnType<typeof createComparison>,
): Gap {
  const vae = loadModel(readCheckpoint(packFolder(filesOf(`pipelines/${name}/vae`))).model)
  const { scale } = autoencoderFacts(vae)
  const decoded = decodeLatents(vae, images(tensors, 'noise').div(scale))
  tf.dispose(collectTensors(vae))
  return compare('vae.decoded', decoded)
}

type Run = (
  inputs: Record<string, unknown>,
  params: Record<string, unknown>,
  context: { random: ReturnType<typeof createRandom>; prepared: undefined },
  state?: unknown,
) => { x_prev: Samples } | { outputs: { x_prev: Samples }; state: unknown }

/** x after every step of the sampler of the file. */
function sampleFrames(
  checkpoint: ReturnType<typeof readPipelineFolder>,
  model: Model,
  condition: Conditioning | undefined,
  { num_inference_steps: count }: Expected,
  noise: Tensor,
): Tensor[] {
  const { schedule, sampling } = checkpoint
  const op = Object.values(steps).find(({ type }) => type === `diffusion/${sampling!.step}`)!
  const chosen = op.samplers.find(({ name }) => name === sampling!.sampler)
  const defaults = Object.entries(op.params).map(([name, param]) => [name, param.default])
  const params = { ...Object.fromEntries(defaults), ...chosen?.fixed, ...sampling!.params }
  const list = transitionsOf(checkpoint, count)
  const frames: Tensor[] = []
  let [x, state] = [noise, undefined as unknown]
  for (let index = 0; index < count; index++) {
    const { from, to } = getTransition(list, index)
    const prediction = predictWithVariance(model, x, from, condition)
    const place = { index, count, endsClean: true }
    const result = (op.run as unknown as Run)(
      {
        x_t: { type: 'samples', tensor: x, space: 'image' },
        prediction: { type: 'prediction', space: 'image', predicts: model.predicts, ...prediction },
        t: { type: 'timestep', ...from, place },
        t_prev: { type: 'timestep', ...to },
        schedule: { type: 'schedule', schedule },
      },
      params,
      { random: createRandom(0), prepared: undefined },
      state,
    )
    if ('outputs' in result) state = result.state
    x = ('outputs' in result ? result.outputs : result).x_prev.tensor
    frames.push(x)
  }
  return frames
}

/** The largest difference in words, for the documentation. */
export async function pipelineGap(name: string): Promise<string> {
  await tf.setBackend('cpu')
  const gaps = pipelineGaps(name)
  const worst = Math.max(...gaps.map(({ gap, tolerance }) => gap / tolerance))
  const most = Math.max(...gaps.map(({ gap }) => gap))
  return `loads; largest difference of outputs and samples: ${most.toPrecision(1)} (${worst < 1 ? 'within' : 'beyond'} float32)`
}
