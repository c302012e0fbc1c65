// Convolutions of the UNet that is counted, by our kernels and as a user of stock tfjs would write them.
import type { Tensor4D, TensorInfo } from '../../src/engine/tf.ts'
import { tf } from '../../src/engine/tf.ts'
import type { Backend } from '../../src/engine/webgpu/backend.ts'
import { convFilterGradient } from '../../src/engine/webgpu/kernels/convFilterGradient.ts'
import { convForward } from '../../src/engine/webgpu/kernels/convForward.ts'
import type { Pad } from '../../src/engine/webgpu/kernels/convInput.ts'
import { convInputGradient } from '../../src/engine/webgpu/kernels/convInputGradient.ts'
import type { KernelCase, StockKernel } from '../kernels.ts'

interface Layer {
  name: string
  side: number
  from: number
  to: number
  kernel: 1 | 3
  stride: 1 | 2
}

const layers: Layer[] = [
  { name: '3x3 64 > 64 at 32', side: 32, from: 64, to: 64, kernel: 3, stride: 1 },
  { name: '3x3 128 > 128 at 16', side: 16, from: 128, to: 128, kernel: 3, stride: 1 },
  { name: '3x3 256 > 128 at 8', side: 8, from: 256, to: 128, kernel: 3, stride: 1 },
  { name: '3x3 64 > 64 at 32, stride 2', side: 32, from: 64, to: 64, kernel: 3, stride: 2 },
  { name: '3x3 3 > 64 at 32', side: 32, from: 3, to: 64, kernel: 3, stride: 1 },
  { name: '1x1 192 > 64 at 32', side: 32, from: 192, to: 64, kernel: 1, stride: 1 },
]

export const convCases = (backend: Backend, batch: number, stock: StockKernel): KernelCase[] => [
  ...layers.flatMap((layer) => layerCases(backend, batch, layer, stock)),
  fusedCase(backend, batch, stock),
]

const random = (...shape: number[]) => tf.randomNormal(shape)

function layerCases(
  backend: Backend,
  b: number,
  { name, side, from, to, kernel, stride }: Layer,
  stock: StockKernel,
): KernelCase[] {
  const edge = (kernel - 1) / 2
  const pad: Pad = { top: edge, bottom: edge, left: edge, right: edge }
  const out = side / stride
  const [x, dy, weight, bias] = [
    random(b, side, side, from),
    random(b, out, out, to),
    random(kernel, kernel, from, to),
    random(to),
  ]
  const attrs = {
    strides: [stride, stride],
    pad: [
      [0, 0],
      [edge, edge],
      [edge, edge],
      [0, 0],
    ],
    dataFormat: 'NHWC',
    dilations: [1, 1],
  }
  const flop = 2 * b * out * out * kernel * kernel * from * to
  return [
    {
      name: `${name}, forward`,
      flop,
      own: () => [convForward(backend, { x, weight, bias, stride, pad })],
      stock: () => [stock('FusedConv2D', { x, filter: weight, bias }, { ...attrs, activation: 'linear' })],
    },
    {
      name: `${name}, dx`,
      flop,
      own: () => convInputGradient(backend, { dy, weight, inputShape: x.shape, stride, pad }),
      stock: () => [stock('Conv2DBackpropInput', { dy, filter: weight }, { ...attrs, inputShape: x.shape })],
    },
    {
      name: `${name}, dW`,
      flop,
      own: () => convFilterGradient(backend, { x, dy, filterShape: weight.shape, stride, pad, bias: true }),
      stock: () => [stock('Conv2DBackpropFilter', { x, dy }, { ...attrs, filterShape: weight.shape }), dy.sum([0, 1, 2])],
    },
  ]
}

/** Half a residual block: normalised, activated, convolved; the embedding of t and the way around are added. */
function fusedCase(backend: Backend, b: number, stock: StockKernel): KernelCase {
  const [side, c] = [16, 128]
  const pad: Pad = { top: 1, bottom: 1, left: 1, right: 1 }
  const [x, weight, bias, residual] = [random(b, side, side, c), random(3, 3, c, c), random(c), random(b, side, side, c)]
  const [affine, perItem] = [random(b, 2, c), random(b, c)]
  const attrs = { strides: [1, 1], pad: 'same', dataFormat: 'NHWC', dilations: [1, 1], activation: 'linear' }
  const composed = () =>
    tf.tidy(() => {
      const [scale, shift] = tf.split(affine, 2, 1).map((row) => row.reshape([b, 1, 1, c])) as [Tensor4D, Tensor4D]
      const z = x.mul(scale).add(shift)
      const y = stock('FusedConv2D', { x: z.mul(z.sigmoid()), filter: weight, bias }, attrs)
      const told = tf
        .engine()
        .makeTensorFromTensorInfo(y)
        .add(perItem.reshape([b, 1, 1, c]))
      return told.add(residual)
    })
  return {
    name: 'normalised 3x3 128 > 128 at 16 with all that is added',
    flop: 2 * b * side * side * 9 * c * c,
    own: () => [convForward(backend, { x, affine, silu: true, weight, bias, perItem, residual, stride: 1, pad })],
    stock: (): TensorInfo[] => [composed()],
  }
}
