// Models that also predict a variance: their outputs and checkpoints.
import { expect, test } from 'vitest'
import { unzipSync, zipSync } from 'fflate'
import {
  loadModel,
  readCheckpoint,
  storeModel,
  writeCheckpoint,
} from '../../../src/engine/checkpoint/pipeline.ts'
import { mlp } from '../../../src/engine/models/kinds/mlp/mlp.ts'
import { predictWithVariance } from '../../../src/engine/models/predict.ts'
import { parseUnetConfig } from '../../../src/engine/models/kinds/unet/config.ts'
import { unet } from '../../../src/engine/models/kinds/unet/init.ts'
import { runTidied } from '../../../src/engine/base/memory.ts'
import { createRandom } from '../../../src/engine/base/random.ts'
import { noiseSchedule } from '../../../src/engine/process/schedule.ts'
import { tf } from '../../../src/engine/base/tf.ts'
import type { VarianceKind } from '../../../src/engine/base/values.ts'
import type { Model } from '../../../src/engine/models/model.ts'
import { collectTensors } from '../../../src/engine/base/values.ts'
import { onCpu } from '../../backends.ts'

const config = parseUnetConfig({
  sample_size: 4,
  in_channels: 3,
  out_channels: 6,
  block_out_channels: [4, 4],
  down_block_types: ['DownBlock2D', 'DownBlock2D'],
  up_block_types: ['UpBlock2D', 'UpBlock2D'],
  layers_per_block: 1,
  norm_num_groups: 2,
  add_attention: false,
})

const models: Record<string, (variance: VarianceKind) => Model> = {
  unet: (variance) => unet(config, 'epsilon', createRandom(1), { zero_init: false, variance }),
  mlp: (variance) =>
    mlp(
      {
        dim: 3,
        out_dim: 6,
        hidden: 4,
        layers: 1,
        time_embedding_dim: 4,
        num_classes: 0,
        activation: 'silu',
        fourier_features: 0,
      },
      'epsilon',
      createRandom(1),
      variance,
    ),
}

const schedule = noiseSchedule({ name: 'linear', T: 10 })
const encode = (json: unknown) => new TextEncoder().encode(JSON.stringify(json))
const jsonIn = (zip: Uint8Array, path: string) =>
  JSON.parse(new TextDecoder().decode(unzipSync(zip)[path]))
const changed = (zip: Uint8Array, path: string, changes: object) =>
  zipSync({ ...unzipSync(zip), [path]: encode({ ...jsonIn(zip, path), ...changes }) })

onCpu(() => {
  test.each(['unet', 'mlp'])(
    'a %s predicts mean and variance, also from a checkpoint',
    async (kind) => {
      const model = models[kind]('learned_range')
      const x =
        kind === 'unet'
          ? tf.randomNormal([2, 4, 4, 3], 0, 1, 'float32', 1)
          : tf.randomNormal([2, 3], 0, 1, 'float32', 1)
      const stored = writeCheckpoint({ model: await storeModel(model), schedule })
      const read = readCheckpoint(stored)
      expect(read.notices).toEqual([])
      const loaded = loadModel(read.model)
      const [before, after] = [model, loaded].map((one) =>
        runTidied(() => predictWithVariance(one, x, Float64Array.of(3))),
      )
      for (const { tensor, variance } of [before, after]) {
        expect(tensor.shape).toEqual(x.shape)
        expect(variance?.kind).toBe('learned_range')
        expect(variance?.tensor.shape).toEqual(x.shape)
      }
      expect([...(await after.variance!.tensor.data())]).toEqual([
        ...(await before.variance!.tensor.data()),
      ])
      expect([...(await after.tensor.data())]).not.toEqual([
        ...(await after.variance!.tensor.data()),
      ])
      tf.dispose([x, ...[model, loaded, before, after].flatMap((value) => collectTensors(value))])
    },
  )

  test('the kind of variance maps to variance_type of diffusers', async () => {
    const range = models.unet('learned_range')
    const learned = models.unet('learned')
    const zip = writeCheckpoint({ model: await storeModel(range), schedule }, 'diffusers')
    expect(jsonIn(zip, 'scheduler/scheduler_config.json').variance_type).toBe('learned_range')
    expect(jsonIn(zip, 'unet/config.json')).toMatchObject({ in_channels: 3, out_channels: 6 })

    const own = await storeModel(learned)
    expect(readCheckpoint(writeCheckpoint({ model: own, schedule })).model.variance).toBe('learned')
    expect(
      readCheckpoint(writeCheckpoint({ model: own, schedule: undefined })).model.variance,
    ).toBe('learned')
    expect(() => writeCheckpoint({ model: own, schedule }, 'diffusers')).toThrow(
      /DDPMScheduler reads a learned variance as the variance itself/,
    )
    tf.dispose([range, learned].flatMap((model) => collectTensors(model)))
  })

  test('assumes and reports settings missing in foreign checkpoints', async () => {
    const model = models.unet('learned_range')
    const zip = writeCheckpoint({ model: await storeModel(model), schedule })
    const { 'litegraph_diffusion.json': _, ...rest } = unzipSync(zip)
    const foreign = (variance_type: string) =>
      readCheckpoint(changed(zipSync(rest), 'scheduler/scheduler_config.json', { variance_type }))
    expect(foreign('fixed_small').model.variance).toBe('learned_range')
    expect(foreign('fixed_small').notices).toEqual([
      'The checkpoint does not say how the variance is encoded. learned_range is assumed.',
    ])
    expect(foreign('learned').model.variance).toBe('learned')
    expect(foreign('learned').notices[0]).toMatch(/read as a logarithm/)
    expect(() => parseUnetConfig({ ...config, out_channels: 9 })).toThrow(
      /or twice as many with a variance/,
    )
    expect(() => readCheckpoint(changed(zip, 'unet/config.json', { out_channels: 3 }))).toThrow(
      /conv_out/,
    )
    tf.dispose(collectTensors(model))
  })
})
