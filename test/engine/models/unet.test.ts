// Comparison of the UNet with diffusers: blocks, complete models, all gradients.
import { describe, expect, test } from 'vitest'
import { silu } from '../../../src/engine/layers/activations.ts'
import { predict } from '../../../src/engine/models/predict.ts'
import type { ResidualBlockOptions } from '../../../src/engine/layers/residualBlock.ts'
import { projectEmbedding, resnetBlock, selfAttentionBlock } from '../../blocks.ts'
import { readConditionConfig } from '../../../src/engine/models/kinds/unet/diffusers.ts'
import type { BackendName } from '../../../src/engine/protocol.ts'
import type { Scalar, Tensor, Tensor2D, Tensor3D, Tensor4D } from '../../../src/engine/base/tf.ts'
import { tf } from '../../../src/engine/base/tf.ts'
import type { Conditioning, Weights } from '../../../src/engine/base/values.ts'
import { collectTensors } from '../../../src/engine/base/values.ts'
import { onEachBackend, unetBackends } from '../../backends.ts'
import { expectGolden, readGoldenModel } from '../../goldenNetworks.ts'
import {
  gap,
  goldenJson,
  goldenTensors,
  goldenUnet,
  images,
  recorded,
  weight,
  readWeights,
} from '../../goldenTensors.ts'
import { closedAndOpened } from '../../openedFile.ts'
import type { UnetConfig } from '../../../src/engine/models/kinds/unet/config.ts'
import { isFull } from '../../families.ts'

/**
 * `output`: of its largest number. `gradient`: of the largest of that of the same tensor.
 * `rounding`: of the largest of all, for gradients that are 0: softmax does not see the bias of the
 * keys, nor a norm with one channel a group the bias before it, and what is recorded of these is
 * less than that.
 */
const tolerances: { [K in BackendName]?: { output: number; gradient: number; rounding: number } } =
  {
    cpu: { output: 1e-5, gradient: 1e-4, rounding: 1e-7 },
    wasm: { output: 1e-5, gradient: 1e-4, rounding: 1e-7 },
    webgpu: { output: 1e-5, gradient: 1e-4, rounding: 5e-7 },
  }

onEachBackend((backend) => {
  const tolerance = tolerances[backend]!

  async function expectOutput(got: Tensor, right: Tensor) {
    const { gap: most, size } = await gap(got, right)
    expect(most, 'output').toBeLessThan(tolerance.output * size)
  }

  /** `gradients` and `right` by name; disposes `right`. */
  async function expectGradients(gradients: Record<string, Tensor>, right: Record<string, Tensor>) {
    const gaps = await Promise.all(
      Object.entries(gradients).map(async ([name, gradient]) => ({
        name,
        ...(await gap(gradient, right[name])),
      })),
    )
    tf.dispose(right)
    const rounding = tolerance.rounding * Math.max(1, ...gaps.map(({ size }) => size))
    for (const { name, gap: most, size } of gaps) {
      expect(most, name).toBeLessThan(size < rounding ? rounding : tolerance.gradient * size)
    }
  }

  describe('blocks', () => {
    const tensors = goldenTensors('unet/blocks')
    const options: ResidualBlockOptions = {
      groups: 4,
      eps: 1e-6,
      activation: 'silu',
      time_scale_shift: 'default',
      output_scale: 1,
    }
    const resnet =
      (changes: Partial<ResidualBlockOptions> = {}) =>
      (x: Tensor4D, weights: Weights, temb: Tensor) =>
        resnetBlock(
          x,
          projectEmbedding(silu(temb) as Tensor2D, weights, 'block'),
          weights,
          'block',
          { ...options, ...changes },
        )

    test.each([
      ['resnet_default', resnet()],
      ['resnet_scale_shift', resnet({ time_scale_shift: 'scale_shift' })],
      ['resnet_down', resnet({ resample: 'down' })],
      ['resnet_up', resnet({ resample: 'up' })],
      [
        'self_attention',
        (x: Tensor4D, weights: Weights) =>
          selfAttentionBlock(x, weights, 'block', {
            heads: 2,
            groups: 4,
            eps: 1e-6,
            output_scale: 1,
          }),
      ],
    ])('%s has the output and gradients of diffusers', async (name, block) => {
      const own = [...tensors.keys()].filter((key) => key.startsWith(`${name}/`))
      const names = own
        .filter((key) => key.includes('/param/'))
        .map((key) => key.split('/param/')[1])
      const hasTemb = own.includes(`${name}/in/temb`)
      const inputs = [
        images(tensors, `${name}/in/x`),
        ...(hasTemb ? [recorded(tensors, `${name}/in/temb`)] : []),
      ]
      const weights = names.map((param) => weight(tensors, param, `${name}/param/${param}`))
      const right = images(tensors, `${name}/out`)
      const upstream = images(tensors, `${name}/grad_out`)
      let output: Tensor | undefined
      const { grads, value } = tf.valueAndGrads((...all: Tensor[]) => {
        const [x, temb] = all as [Tensor4D, Tensor]
        const named = Object.fromEntries(
          names.map((param, i) => [`block.${param}`, all[inputs.length + i]]),
        )
        output = tf.keep(block(x, named, temb))
        return output.mul(upstream).sum()
      })([...inputs, ...weights])
      await expectOutput(output!, right)
      const keys = ['x', ...(hasTemb ? ['temb'] : []), ...names]
      await expectGradients(Object.fromEntries(keys.map((key, i) => [key, grads[i]])), {
        x: images(tensors, `${name}/grad_in/x`),
        ...(hasTemb && { temb: recorded(tensors, `${name}/grad_in/temb`) }),
        ...Object.fromEntries(
          names.map((param) => [param, weight(tensors, param, `${name}/grad_param/${param}`)]),
        ),
      })
      tf.dispose([...inputs, ...weights, right, upstream, output!, value, ...grads])
    })
  })

  test.each(
    isFull
      ? closedAndOpened('a_ddpm_style', 'b_class_cond', 'c_scale_shift', 'd_resnet_updown_3lvl')
      : closedAndOpened('b_class_cond', 'd_resnet_updown_3lvl'),
  )('%s has the output and every gradient of UNet2DModel', async (_, name, open) => {
    const model = await open(
      goldenUnet(`unet/${name}/config`, `unet/${name}/diffusion_pytorch_model`),
    )
    const io = goldenTensors(`unet/${name}/io`)
    const expected = goldenTensors(`unet/${name}/expected_grads`)
    const [x, target, right] = ['x', 'target', 'output'].map((key) => images(io, key))
    const t = Float64Array.from(io.get('timesteps')!.data)
    const labels = io.get('class_labels')?.data
    const condition: Conditioning | undefined = labels && {
      kind: 'labels',
      labels: Int32Array.from(labels),
    }
    const names = Object.keys(model.weights)
    expect(names.toSorted()).toEqual([...expected.keys()].toSorted())

    let output: Tensor | undefined
    const loss = (x: Tensor, ...weights: Tensor[]) => {
      const now = {
        ...model,
        weights: Object.fromEntries(names.map((key, i) => [key, weights[i]])),
      }
      output = tf.keep(predict(now, x, t, condition))
      return output.sub(target).square().mean() as Scalar
    }
    const { value, grads } = tf.valueAndGrads(loss as (...all: Tensor[]) => Tensor)([
      x,
      ...Object.values(model.weights),
    ])
    await expectOutput(output!, right)
    await expectGradients(Object.fromEntries(['x', ...names].map((key, i) => [key, grads[i]])), {
      x: images(io, 'grad_x'),
      ...readWeights(expected),
    })
    tf.dispose([x, target, right, output!, value, ...grads, ...Object.values(model.weights)])
  })

  test.each(['fourier_6to3', 'learned_4to1'])(
    '%s has the output and every gradient of UNet2DModel',
    async (name) => {
      const model = readGoldenModel(`unet/${name}`)
      const { out_channels: images } = model.config as UnetConfig
      await expectGolden(model, `unet/${name}`, tolerance, (input) => {
        const [x, channels] = tf.split(input, [images, input.shape[3]! - images], 3)
        return { x, condition: { kind: 'channels', channels } }
      })
      tf.dispose(collectTensors(model))
    },
  )

  test.each(closedAndOpened('UNet2DConditionModel'))(
    'a %s has the output of diffusers and its gradient with respect to x',
    async (_, __, open) => {
      const name = 'unet/g_cross_attention_cond'
      const config = readConditionConfig(goldenJson(`${name}/config`))
      const model = await open({
        type: 'model',
        kind: 'unet',
        config: { ...config },
        predicts: 'epsilon',
        weights: readWeights(goldenTensors(`${name}/diffusion_pytorch_model`)),
        children: {},
      })
      const io = goldenTensors(`${name}/io`)
      const [x, right, gradient] = ['x', 'output', 'grad_x_of_mean_out_squared'].map((key) =>
        images(io, key),
      ) as [Tensor, Tensor, Tensor]
      const condition: Conditioning = {
        kind: 'tokens',
        tokens: recorded(io, 'encoder_hidden_states') as Tensor3D,
      }
      const t = Float64Array.from(io.get('timesteps')!.data)
      let output: Tensor | undefined
      const { value, grad } = tf.valueAndGrad((x: Tensor) => {
        output = tf.keep(predict(model, x, t, condition))
        return output.square().mean() as Scalar
      })(x)
      await expectOutput(output!, right)
      await expectGradients({ x: grad }, { x: gradient })
      tf.dispose([x, right, output!, value, grad, condition.tokens, ...collectTensors(model)])
    },
  )
}, unetBackends)
