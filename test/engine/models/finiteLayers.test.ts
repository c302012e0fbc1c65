// The first layer whose output or gradient is not finite, in networks of every kind.
import { expect, test } from 'vitest'
import { createRandom } from '../../../src/engine/base/random.ts'
import type { Scalar, Tensor } from '../../../src/engine/base/tf.ts'
import { tf } from '../../../src/engine/base/tf.ts'
import type { Model } from '../../../src/engine/models/model.ts'
import { collectTensors } from '../../../src/engine/base/values.ts'
import { parseDitConfig } from '../../../src/engine/models/kinds/dit/config.ts'
import { dit } from '../../../src/engine/models/kinds/dit/dit.ts'
import type { BrokenLayer } from '../../../src/engine/models/graph/finiteLayers.ts'
import { checkLayers, LayerChecks } from '../../../src/engine/models/graph/finiteLayers.ts'
import { GraphBuilder } from '../../../src/engine/models/graph/builder.ts'
import { guidedModel } from '../../../src/engine/models/kinds/guided/guided.ts'
import { layersModel } from '../../../src/engine/models/kinds/layers/layers.ts'
import { mlp } from '../../../src/engine/models/kinds/mlp/mlp.ts'
import { predict } from '../../../src/engine/models/predict.ts'
import { unet } from '../../../src/engine/models/kinds/unet/init.ts'
import { differentiate } from '../../../src/engine/gradients/differentiate.ts'
import { onEachBackend } from '../../backends.ts'
import { tinyUnet } from '../../smallTraining.ts'

const t = Float64Array.of(5, 300)
const random = () => createRandom(1)

/** The first broken layer in a training step whose loss is the mean of the output times `scale`. */
async function findBroken(model: Model, x: Tensor, scale = 1): Promise<BrokenLayer | undefined> {
  const checks = new LayerChecks()
  const { value, grads } = checkLayers(checks, () =>
    differentiate(
      () => predict(model, x, t).mean().mul(scale) as Scalar,
      Object.values(model.weights),
    ),
  )
  const found = await checks.findBroken()
  checks.dispose()
  tf.dispose([value, ...grads.flatMap((grad) => grad ?? [])])
  return found
}

/** The model with a weight whose products overflow. */
const overflowing = (model: Model, weight: string): Model => {
  const { shape } = model.weights[weight]
  return { ...model, weights: { ...model.weights, [weight]: tf.fill(shape, Infinity) } }
}

const image = () => tf.tensor(createRandom(2).normal(32), [2, 4, 4, 1])
const point = () => tf.tensor(createRandom(2).normal(4), [2, 2])

const networks: [kind: string, layer: string, create: () => Model, x: () => Tensor][] = [
  [
    'unet',
    'mid_block.resnets.0.conv2',
    () => unet(tinyUnet(), 'epsilon', random(), { zero_init: false }),
    image,
  ],
  [
    'dit',
    'transformer_blocks.0.attn1.to_v',
    () => {
      const config = parseDitConfig({
        sample_size: 4,
        in_channels: 1,
        patch_size: 2,
        num_layers: 1,
        num_attention_heads: 2,
        attention_head_dim: 4,
        num_embeds_ada_norm: 3,
      })
      return dit(config, 'epsilon', random(), { zero_init: false })
    },
    image,
  ],
  [
    'mlp',
    'layers.1',
    () =>
      mlp(
        {
          dim: 2,
          hidden: 8,
          layers: 2,
          activation: 'silu',
          num_classes: 0,
          time_embedding_dim: 8,
          fourier_features: 0,
        },
        'epsilon',
        random(),
      ),
    point,
  ],
]

/** A linear layer, and then products with numbers. */
function scaled(...factors: number[]): Model {
  const b = new GraphBuilder()
  const first = b.linear(b.source('x', { shape: [2] }), 'first', 2)
  const h = factors.reduce((h, scale) => b.add('affine', [h], { scale, shift: 0 }), first)
  return layersModel(b.graph({ predict: h }), 'epsilon', random())
}

onEachBackend(() => {
  test.each(networks)('%s: names the layer whose output overflows', async (_, layer, create, x) => {
    const [model, input] = [create(), x()]
    expect(await findBroken(model, input)).toBeUndefined()
    const broken = overflowing(model, `${layer}.weight`)
    expect(await findBroken(broken, input)).toEqual({ layer, pass: 'forward' })
    const guided = guidedModel(broken, 2)
    const found = await findBroken({ ...guided, weights: broken.weights }, input)
    expect(found).toEqual({ layer, pass: 'forward' })
    tf.dispose([input, ...collectTensors([model, broken])])
  })

  test('names the layer whose backward pass overflows, of finite outputs', async () => {
    const input = point()
    const model = scaled(1e-20, 1e-15, 1e10, 1e25)
    expect(await findBroken(model, input)).toBeUndefined()
    // The gradients are 1e5, 1e30, and 1e40.
    expect(await findBroken(model, input, 1e6)).toEqual({
      layer: 'first:affine:3',
      pass: 'backward',
    })
    // The loss itself.
    expect(await findBroken(model, input, Infinity)).toBeUndefined()
    tf.dispose([input, ...collectTensors(model)])
  })

  test('names the first of several layers, and inputs that are not finite', async () => {
    const model = scaled(1e30, 1e30, 1e30)
    const input = point()
    expect(await findBroken(model, input)).toEqual({ layer: 'first:affine:2', pass: 'forward' })
    const bad = tf.tensor([1, 2, NaN, 4], [2, 2])
    expect(await findBroken(model, bad)).toEqual({ layer: 'x', pass: 'forward' })
    tf.dispose([input, bad, ...collectTensors(model)])
  })
})
