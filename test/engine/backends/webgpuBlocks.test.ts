// Fused layers on the GPU against compositions of single layers: outputs, every gradient, and which
// kernels run and which tensors are saved for the backward pass. Other tests compare single layers
// with PyTorch.
import fc from 'fast-check'
import { expect, test, vi } from 'vitest'
import type {
  AttentionLayers,
  ConvInput,
  ResidualLayers,
} from '../../../src/engine/base/layerTypes.ts'
import { attentionBlock } from '../../../src/engine/backends/webgpu/layers/attentionBlock.ts'
import { convInputTensor } from '../../../src/engine/layers/convInput.ts'
import { conv2d } from '../../../src/engine/layers/conv.ts'
import { convByKernels } from '../../../src/engine/backends/webgpu/layers/conv.ts'
import { residualBlock } from '../../../src/engine/backends/webgpu/layers/residual.ts'
import { projectEmbedding, resnetBlock, selfAttentionBlock } from '../../blocks.ts'
import { differentiate } from '../../../src/engine/gradients/differentiate.ts'
import { createRandom } from '../../../src/engine/base/random.ts'
import type { Scalar, Tensor, Tensor1D, Tensor2D, Tensor4D } from '../../../src/engine/base/tf.ts'
import { tf } from '../../../src/engine/base/tf.ts'
import type { WebGPUBackend } from '../../../src/engine/backends/webgpu/backend.ts'
import { onEachBackend } from '../../backends.ts'
import { gap } from '../../goldenTensors.ts'
import { likeGPU, webgpuBackend } from '../../kernels.ts'
import { fullTest } from '../../families.ts'

type Named = Record<string, Tensor>

const normal = (shape: number[], seed: number) =>
  tf.tensor(createRandom(seed).normal(tf.util.sizeFromShape(shape)), shape)

/**
 * Random tensors of these shapes; weights are scaled by their fan-in, so that activations keep
 * their magnitude.
 */
const tensors = (shapes: Record<string, number[]>): Named =>
  Object.fromEntries(
    Object.entries(shapes).map(([name, shape], i) => {
      const fan =
        name.endsWith('weight') && shape.length > 1
          ? shape.slice(0, -1).reduce((product, size) => product * size, 1)
          : 1
      return [name, tf.tidy(() => normal(shape, i + 1).div(Math.sqrt(fan)))]
    }),
  )

type Layer = (inputs: Named) => Tensor

const parameters = (name: string, shape: number[]) => ({
  [`${name}.weight`]: shape,
  [`${name}.bias`]: shape.slice(-1),
})
const linears = (names: string[], shape: number[]): Record<string, number[]> =>
  Object.assign({}, ...names.map((name) => parameters(name, shape)))

/**
 * The output, and the gradients of its dot product with random numbers with respect to all inputs
 * or the named ones.
 */
function outputAndGradients(
  layer: Layer,
  inputs: Named,
  names = Object.keys(inputs),
): { [name: string]: Tensor } {
  let output: Tensor
  const loss = () => {
    output = tf.keep(layer(inputs))
    return output.mul(tf.tidy(() => normal(output.shape, 99))).sum() as Scalar
  }
  const { value, grads } = tf.engine().gradients(
    loss,
    names.map((name) => inputs[name]),
  ) as unknown as { value: Tensor; grads: Tensor[] }
  value.dispose()
  return { output: output!, ...Object.fromEntries(names.map((name, i) => [name, grads[i]])) }
}

async function expectSameGradients(layer: Layer, other: Layer, inputs: Named) {
  const [got, right] = [outputAndGradients(layer, inputs), outputAndGradients(other, inputs)]
  for (const name of Object.keys(right)) {
    const { gap: most, size } = await gap(got[name], right[name])
    // The gradient of the keys' bias is 0 up to rounding.
    expect(most, name).toBeLessThanOrEqual(2e-5 * Math.max(0.5, size))
  }
  tf.dispose([got, right, inputs])
}

// ---- residual blocks

interface Residual {
  batch: number
  size: [number, number]
  /** Channels of x, or of the two tensors that are concatenated. */
  from: number[]
  to: number
  groups: number
  /** The embedding has one row for all items. */
  one: boolean
  isScaled: boolean
  output_scale: number
  gpu: boolean
}

function shapesOf({ batch, size, from, to, one, isScaled }: Residual): Record<string, number[]> {
  const all = from.reduce((sum, each) => sum + each, 0)
  return {
    ...Object.fromEntries(from.map((c, i) => [`x${i}`, [batch, ...size, c]])),
    embedding: [one ? 1 : batch, 5],
    'block.time_emb_proj.weight': [5, isScaled ? 2 * to : to],
    'block.time_emb_proj.bias': [isScaled ? 2 * to : to],
    'block.norm1.weight': [all],
    'block.norm1.bias': [all],
    'block.conv1.weight': [3, 3, all, to],
    'block.conv1.bias': [to],
    'block.norm2.weight': [to],
    'block.norm2.bias': [to],
    'block.conv2.weight': [3, 3, to, to],
    'block.conv2.bias': [to],
    ...(all !== to && {
      'block.conv_shortcut.weight': [1, 1, all, to],
      'block.conv_shortcut.bias': [to],
    }),
  }
}

const optionsOf = ({ groups, isScaled, output_scale }: Residual) =>
  ({
    groups,
    eps: 1e-5,
    activation: 'silu',
    time_scale_shift: isScaled ? 'scale_shift' : 'default',
    output_scale,
  }) as const

const featuresOf = ({ x0, x1 }: Named) =>
  x1 ? ([x0, x1] as [Tensor4D, Tensor4D]) : (x0 as Tensor4D)

function layersOf(inputs: Named): ResidualLayers {
  const of = (name: string) => ({
    weight: inputs[`block.${name}.weight`],
    bias: inputs[`block.${name}.bias`],
  })
  const names = ['norm1', 'conv1', 'norm2', 'conv2']
  return {
    ...Object.fromEntries(names.map((name) => [name, of(name)])),
    shortcut: inputs['block.conv_shortcut.weight'] && of('conv_shortcut'),
  } as unknown as ResidualLayers
}

const fusedBlock =
  (one: Residual, backend: WebGPUBackend): Layer =>
  (inputs) => {
    const weight = inputs['block.time_emb_proj.weight'] as Tensor2D
    const projected = tf
      .matMul(inputs.embedding as Tensor2D, weight)
      .add(inputs['block.time_emb_proj.bias']) as Tensor2D
    return residualBlock(backend, {
      x: featuresOf(inputs),
      projected,
      layers: layersOf(inputs),
      options: optionsOf(one),
    })
  }

/** Dropout between the convolutions keeps them from being fused. */
const blockOfSingleLayers =
  (one: Residual): Layer =>
  (inputs) => {
    const projected = projectEmbedding(inputs.embedding as Tensor2D, inputs, 'block')
    return resnetBlock(featuresOf(inputs), projected, inputs, 'block', {
      ...optionsOf(one),
      drop: (x) => x,
    })
  }

const plain: Residual = {
  batch: 2,
  size: [4, 4],
  from: [8],
  to: 8,
  groups: 4,
  one: false,
  isScaled: false,
  output_scale: 1,
  gpu: false,
}

const residual: fc.Arbitrary<Residual> = fc
  .record({
    batch: fc.integer({ min: 1, max: 3 }),
    size: fc.tuple(fc.integer({ min: 1, max: 7 }), fc.integer({ min: 1, max: 7 })),
    groups: fc.constantFrom(1, 2, 3, 4),
    widths: fc.array(fc.integer({ min: 1, max: 3 }), { minLength: 2, maxLength: 3 }),
    one: fc.boolean(),
    isScaled: fc.boolean(),
    gpu: fc.boolean(),
    output_scale: fc.constantFrom(1, Math.SQRT2),
  })
  .map(({ widths: [to, ...from], groups, ...one }) => ({
    ...one,
    groups,
    to: to * groups,
    from: from.map((width) => width * groups),
  }))

onEachBackend(() => {
  const backendFor = ({ gpu }: { gpu: boolean }) =>
    gpu ? likeGPU(webgpuBackend()) : webgpuBackend()
  const expectResidual = (one: Residual) =>
    expectSameGradients(
      fusedBlock(one, backendFor(one)),
      blockOfSingleLayers(one),
      tensors(shapesOf(one)),
    )

  /**
   * Each shape of a convolution has programs of its own, whose compilation takes longer than
   * anything else.
   */
  const one: Residual = {
    ...plain,
    size: [5, 3],
    from: [4, 5],
    to: 6,
    groups: 3,
    one: true,
    output_scale: Math.SQRT2,
  }

  fullTest('a residual block of a tensor and a skip, with odd sizes', () => expectResidual(one))

  fullTest('a residual block of a tensor and a skip with an identity shortcut', () =>
    expectResidual({ ...plain, size: [3, 2], from: [2, 4], to: 6, groups: 2 }),
  )

  test('a residual block computes only the gradients that are requested, and leaks nothing', async () => {
    const backend = webgpuBackend()
    const inputs = tensors(shapesOf(one))
    const dispatch = vi.spyOn(backend, 'dispatch')
    const dataIds = tf.backend().numDataIds()
    const keysFor = (names: string[]) => {
      dispatch.mockClear()
      tf.dispose(outputAndGradients(fusedBlock(one, backend), inputs, names))
      expect(tf.backend().numDataIds(), `tensors after the gradients of ${names.join()}`).toBe(
        dataIds,
      )
      return dispatch.mock.calls.map(([{ key }]) => key).join('\n')
    }
    expect(keysFor(['x0'])).not.toContain('filter gradient')
    expect(keysFor(['block.conv2.weight'])).not.toContain('input gradient')
    expect(keysFor(['block.conv1.weight', 'block.norm1.bias'])).toContain('filter gradient')
    dispatch.mockRestore()
    tf.dispose(inputs)
  })

  if (process.env.FULL)
    test(
      'residual blocks of all kinds, also with the kernels for hardware',
      { timeout: 600_000 },
      async () => {
        await expectResidual({
          ...plain,
          one: true,
          isScaled: true,
          output_scale: Math.SQRT2,
          gpu: true,
        })
        await fc.assert(fc.asyncProperty(residual, expectResidual), {
          numRuns: 6,
          endOnFailure: true,
        })
      },
    )

  /** Compares the gradients of inputs that the rest of a network reads too, as skips of a UNet. */
  async function expectSharedGradients(makeLayer: () => Layer, other: Layer, inputs: Named) {
    const names = Object.keys(inputs)
    const gradientsOf = (own: Layer) => {
      const loss = () => {
        const x0 = inputs.x0.mul(1)
        const y = own({ ...inputs, x0 })
        // Read after the block, so that its gradient exists when that of the block is computed.
        const second = x0.square().sum()
        return y
          .mul(tf.tidy(() => normal(y.shape, 99)))
          .sum()
          .add(second) as Scalar
      }
      const { value, grads } = differentiate(
        loss,
        names.map((name) => inputs[name]),
      )
      value.dispose()
      return grads as Tensor[]
    }
    // A backend that is like one of hardware calls the function that it finds when it is created.
    const dispatch = vi.spyOn(webgpuBackend(), 'dispatch')
    const [found, right] = [gradientsOf(makeLayer()), gradientsOf(other)]
    const summed = dispatch.mock.calls.filter(([{ key, code }]) => /so.far/.test(key + code))
    expect(summed).toHaveLength(1)
    dispatch.mockRestore()
    for (const [i, name] of names.entries()) {
      const { gap: most, size } = await gap(found[i], right[i])
      expect(most, name).toBeLessThanOrEqual(2e-5 * Math.max(0.5, size))
    }
    tf.dispose([found, right, inputs] as never)
  }

  if (process.env.FULL)
    test.each([
      ['an identity shortcut', { from: [16], to: 16 }],
      ['a shortcut convolution', { from: [16], to: 32 }],
      ['spans that fill a GPU', { from: [64], to: 64, batch: 64, size: [2, 1], groups: 32 }],
    ] as [string, Partial<Residual>][])(
      'a kernel adds the gradient of another reader of the input: %s',
      { timeout: 600_000 },
      async (_, changes) => {
        const one: Residual = { ...plain, ...changes, gpu: true }
        await expectSharedGradients(
          () => fusedBlock(one, backendFor(one)),
          blockOfSingleLayers(one),
          tensors(shapesOf(one)),
        )
      },
    )

  // ---- attention

  const attentionShapes = {
    x: [2, 3, 5, 8],
    ...parameters('norm', [8]),
    ...linears(['q', 'k', 'v', 'out'], [8, 8]),
  }

  const attentionLayer =
    (backend: WebGPUBackend | undefined): Layer =>
    ({ x, ...weights }) => {
      const of = (name: string) => ({
        weight: weights[`${name}.weight`],
        bias: weights[`${name}.bias`] as Tensor1D,
      })
      const layers = Object.fromEntries(
        ['norm', 'q', 'k', 'v', 'out'].map((name) => [name, of(name)]),
      ) as unknown as AttentionLayers
      const options = { heads: 2, groups: 4, eps: 1e-5, output_scale: Math.SQRT2 }
      if (backend) return attentionBlock(backend, { x: x as Tensor4D, layers, options })
      const names = { norm: 'group_norm', q: 'to_q', k: 'to_k', v: 'to_v', out: 'to_out.0' }
      const named = Object.entries(weights).map(([key, weight]) => {
        const [name, part] = key.split('.') as [keyof typeof names, string]
        return [`block.${names[name]}.${part}`, weight] as const
      })
      return selfAttentionBlock(x as Tensor4D, Object.fromEntries(named), 'block', options)
    }

  fullTest('self attention with its norm, linear layers and shortcut', async () => {
    await expectSameGradients(
      attentionLayer(likeGPU(webgpuBackend())),
      attentionLayer(undefined),
      tensors(attentionShapes),
    )
  })

  // ---- convolutions

  const layer = (
    kernels: boolean,
    { x0, x1, weight, bias, ...rest }: Named,
    more: Convolution,
  ): Tensor4D => {
    const { normWeight, normBias, perItem, residual } = rest
    const input: ConvInput = {
      x: x1 ? [x0 as Tensor4D, x1 as Tensor4D] : (x0 as Tensor4D),
      ...(normWeight && {
        norm: {
          weight: normWeight as Tensor1D,
          bias: normBias as Tensor1D,
          groups: 2,
          eps: 1e-5,
          silu: true,
        },
      }),
      upsample: more.upsample,
    }
    const options = {
      stride: more.stride,
      pad: { top: 1, bottom: 1, left: 0, right: 1 },
      perItem: perItem as Tensor2D,
      residual: residual as Tensor4D,
      outputScale: more.outputScale,
    }
    const [w, b] = [weight as Tensor4D, bias as Tensor1D]
    if (kernels)
      return convByKernels(backendFor({ gpu: more.stride === 2 }), {
        ...input,
        ...options,
        weight: w,
        bias: b,
      })
    const { perItem: item, residual: other, outputScale, ...geometry } = options
    const y = conv2d(convInputTensor(input), w, b, geometry)
    return y
      .add(item?.reshape([-1, 1, 1, item.shape[1]]) ?? 0)
      .add(other ?? 0)
      .mul(outputScale)
  }

  interface Convolution {
    stride: 1 | 2
    upsample: boolean
    outputScale: number
  }

  const expectConvolution = (more: Convolution, shapes: Record<string, number[]>) =>
    expectSameGradients(
      (inputs) => layer(true, inputs, more),
      (inputs) => layer(false, inputs, more),
      tensors({ ...shapes, weight: [3, 3, 6, 5], bias: [5] }),
    )

  test('a convolution of two normalised and upsampled tensors, with a bias for each item and a residual', async () => {
    const shapes = {
      x0: [2, 3, 2, 4],
      x1: [2, 3, 2, 2],
      normWeight: [6],
      normBias: [6],
      perItem: [1, 5],
      residual: [2, 6, 3, 5],
    }
    await expectConvolution({ stride: 1, upsample: true, outputScale: 0.5 }, shapes)
  })

  if (process.env.FULL)
    test(
      'a convolution of two tensors, with stride 2, with the kernels for hardware',
      { timeout: 60_000 },
      async () => {
        await expectConvolution(
          { stride: 2, upsample: false, outputScale: 1 },
          { x0: [1, 5, 4, 1], x1: [1, 5, 4, 5] },
        )
      },
    )
}, ['webgpu'])
