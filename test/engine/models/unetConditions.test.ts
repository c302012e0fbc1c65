// UNets with several conditions: classes and tokens together, and further input channels.
import { zipSync } from 'fflate'
import { expect, test } from 'vitest'
import {
  loadModel,
  readCheckpoint,
  storeModel,
  writeCheckpoint,
} from '../../../src/engine/checkpoint/pipeline.ts'
import { writeSafetensors } from '../../../src/engine/archive/safetensors.ts'
import { createRandom } from '../../../src/engine/base/random.ts'
import { tf, type Tensor3D } from '../../../src/engine/base/tf.ts'
import { collectTensors, type ConditionPart } from '../../../src/engine/base/values.ts'
import type { Model } from '../../../src/engine/models/model.ts'
import { guidedModel } from '../../../src/engine/models/kinds/guided/guided.ts'
import { predict } from '../../../src/engine/models/predict.ts'
import {
  timeEmbeddingWidth,
  unetConfig,
  type UnetConfig,
} from '../../../src/engine/models/kinds/unet/config.ts'
import { unet } from '../../../src/engine/models/kinds/unet/init.ts'
import { noiseSchedule } from '../../../src/engine/process/schedule.ts'
import { onCpu } from '../../backends.ts'

const config = (changes: Partial<UnetConfig> = {}) =>
  unetConfig({
    sample_size: 4,
    in_channels: 3,
    out_channels: 1,
    extra_channels: 2,
    block_out_channels: [4, 8],
    layers_per_block: 1,
    norm_num_groups: 2,
    down_block_types: ['DownBlock2D', 'CrossAttnDownBlock2D'],
    up_block_types: ['CrossAttnUpBlock2D', 'UpBlock2D'],
    mid_block_type: 'UNetMidBlock2DCrossAttn',
    attention_head_dim: 4,
    add_attention: true,
    cross_attention_dim: 6,
    num_class_embeds: 4,
    ...changes,
  })

onCpu(() => {
  const random = createRandom(3)
  const tensor = (...shape: number[]) =>
    tf.tensor(random.normal(shape.reduce((all, side) => all * side, 1)), shape)

  test('a class beside tokens adds its row of the table to the embedding of t', async () => {
    const both = unet(config(), 'epsilon', createRandom(1), { zero_init: false })
    const vectors: Model = {
      ...both,
      config: { ...config({ num_class_embeds: null, class_embed_type: 'identity' }) },
      weights: Object.fromEntries(
        Object.entries(both.weights).filter(([name]) => !name.startsWith('class_embedding')),
      ),
    }
    const row = tf.tidy(() => both.weights['class_embedding.weight'].slice([2, 0], [1, -1]))
    expect(row.shape).toEqual([1, timeEmbeddingWidth(config())])
    const x = tensor(2, 4, 4, 1)
    const [tokens, channels] = [tensor(2, 5, 6) as Tensor3D, tensor(2, 4, 4, 2)]
    const shared: ConditionPart[] = [
      { kind: 'tokens', tokens },
      { kind: 'channels', channels },
    ]
    const evaluate = (model: Model, ...parts: ConditionPart[]) =>
      tf.tidy(() =>
        predict(model, x, Float64Array.of(7), {
          kind: 'joint',
          parts: [...parts, ...shared],
        }).dataSync(),
      )
    const labels = (label: number) => ({ kind: 'labels', labels: Int32Array.of(label) }) as const
    const found = evaluate(both, labels(2))
    const same = evaluate(vectors, { kind: 'vectors', vectors: row })
    found.forEach((value, i) => expect(value).toBeCloseTo(same[i], 6))
    expect(evaluate(both, labels(1))).not.toEqual(found)
    expect(evaluate(both, labels(-1))).toEqual(evaluate(both, labels(3)))
    // Guidance leaves out both, and keeps the channels.
    const guided = evaluate(guidedModel(both, 2), labels(2))
    const none = tf.tidy(() =>
      predict(both, x, Float64Array.of(7), { kind: 'channels', channels }).dataSync(),
    )
    guided.forEach((value, i) => expect(value).toBeCloseTo(none[i] + 2 * (found[i] - none[i]), 4))

    const schedule = noiseSchedule({ name: 'linear', T: 10 })
    const bytes = writeCheckpoint({ model: await storeModel(both), schedule })
    const read = readCheckpoint(bytes)
    expect(read.model.config).toEqual(both.config)
    const again = loadModel(read.model)
    expect(evaluate(again, labels(2))).toEqual(found)
    tf.dispose([x, row, tokens, channels, ...collectTensors(both), ...collectTensors(again)])
  })

  test('a scheduler with a learned variance tells images from further channels', async () => {
    const six = config({ in_channels: 6, out_channels: 6, extra_channels: undefined })
    const model = unet({ ...six, extra_channels: 3 }, 'epsilon', createRandom(1), {
      zero_init: false,
      variance: 'learned_range',
    })
    const stored = await storeModel(model)
    const { extra_channels: _, ...plain } = { ...six } as Record<string, unknown>
    const zip = (scheduler: object) => {
      const encode = (value: object) => new TextEncoder().encode(JSON.stringify(value))
      return zipSync({
        'unet/config.json': encode({
          _class_name: 'UNet2DConditionModel',
          ...Object.fromEntries(
            Object.entries(plain).filter(
              ([key]) =>
                ![
                  'add_attention',
                  'attn_norm_num_groups',
                  'downsample_type',
                  'num_token_embeds',
                  'num_tokens',
                  'num_train_timesteps',
                  'upsample_type',
                ].includes(key),
            ),
          ),
          attention_head_dim: [1, 2],
        }),
        'unet/diffusion_pytorch_model.safetensors': writeSafetensors(stored.weights),
        'scheduler/scheduler_config.json': encode({ _class_name: 'DDPMScheduler', ...scheduler }),
      })
    }
    const learned = readCheckpoint(zip({ variance_type: 'learned_range' })).model
    expect(learned).toMatchObject({ config: { extra_channels: 3 }, variance: 'learned_range' })
    const fixed = readCheckpoint(zip({ variance_type: 'fixed_small' })).model
    expect([Object.hasOwn(fixed.config, 'extra_channels'), fixed.variance]).toEqual([
      false,
      undefined,
    ])
    tf.dispose(collectTensors(model))
  })
})
