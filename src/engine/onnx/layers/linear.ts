// Linear layers and convolutions. Weights have PyTorch's layouts, which are ONNX's: OIHW, and
// [out, in].
import { paddingOf } from '../../models/graph/ops/padding.ts'
import type { Attrs } from '../../models/graph/ops/table.ts'
import type { LayerWriters } from './layer.ts'
import { isImage } from './layer.ts'

function windowAttributes(attrs: Attrs<'conv' | 'conv_transpose'>) {
  const { kernel, stride } = attrs
  const { top, left, bottom, right } = paddingOf(attrs)
  return {
    kernel_shape: [kernel, kernel],
    strides: [stride, stride],
    pads: [top, left, bottom, right],
  }
}

export const writers = {
  linear: ({ b, inputs: [x], shape, weight }) => {
    const [matrix, bias] = [weight('weight')!, weight('bias')]
    if (shape.length === 1)
      return b.node('Gemm', [x, matrix, ...(bias ? [bias] : [])], { transB: 1 })
    // A linear layer of every pixel.
    if (isImage(shape)) {
      const kernel = b.node('Unsqueeze', [matrix, b.ints(2, 3)])
      return b.node('Conv', [x, kernel, ...(bias ? [bias] : [])], { kernel_shape: [1, 1] })
    }
    const product = b.node('MatMul', [x, b.node('Transpose', [matrix], { perm: [1, 0] })])
    return bias ? b.node('Add', [product, bias]) : product
  },
  conv: ({ b, inputs: [x], attrs, weight }) => {
    const bias = weight('bias')
    return b.node('Conv', [x, weight('weight')!, ...(bias ? [bias] : [])], {
      ...windowAttributes(attrs),
      group: attrs.groups,
    })
  },
  conv_transpose: ({ b, inputs: [x], attrs, weight }) => {
    const bias = weight('bias')
    return b.node(
      'ConvTranspose',
      [x, weight('weight')!, ...(bias ? [bias] : [])],
      windowAttributes(attrs),
    )
  },
} satisfies Partial<LayerWriters>
