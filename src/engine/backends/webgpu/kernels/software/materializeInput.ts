// Input of a convolution as a tensor of its own, with its prologue applied.
import type { TensorInfo } from '../../../../base/tf.ts'
import type { WebGPUBackend } from '../../backend.ts'
import {
  bindingsCode,
  cachedProgram,
  tensorBinding,
  workgroupGrid,
  writerCode,
} from '../../wgsl.ts'
import type { ConvInput, InputShape } from '../convolution/convInput.ts'
import {
  describeInput,
  inputBindings,
  inputCode,
  inputShape,
  inputTensors,
  totalChannels,
} from '../convolution/convInput.ts'
import { rulesFor } from './rules.ts'

/**
 * Prepares the input for software devices. The lanes variant of a product reads each number once
 * for every few columns of C, and would normalise it each time. There, an input with a prologue is
 * computed first, [b, h, w, c], and the caller disposes `temporary`.
 */
export function materializeInput(
  backend: WebGPUBackend,
  input: ConvInput,
): { input: ConvInput; temporary?: TensorInfo } {
  if (rulesFor(backend.device).fusesInputs || (!input.affine && !input.silu)) return { input }
  const shape = { ...inputShape(backend, input), upsample: false }
  const { items, height, width } = shape
  const output = { shape: [items, height, width, totalChannels(shape)], dtype: 'float32' } as const
  const [z] = backend.dispatch(materializeProgram(shape), inputTensors(input, shape), [output])
  return { input: { x: z, upsample: input.upsample }, temporary: z }
}

/** Computes z for every pixel, four channels for each invocation. Reads x, writes as much. */
const materializeProgram = (shape: InputShape) =>
  cachedProgram(`conv input ${describeInput(shape)}`, () => {
    const { items, height, width } = shape
    const all = totalChannels(shape)
    const z = tensorBinding('z', all)
    const fours = Math.ceil(all / 4)
    const count = items * height * width * fours
    const grid = workgroupGrid(Math.ceil(count / 64))
    const code = `${bindingsCode([z], inputBindings(shape))}
${writerCode(z)}
${inputCode(shape)}
@compute @workgroup_size(64) fn main(
  @builtin(workgroup_id) workgroup: vec3u,
  @builtin(local_invocation_index) thread: u32,
) {
  ${grid.begin}
  let i = group * 64u + thread;
  if (i >= ${count}u) { return; }
  let c = 4u * (i % ${fours}u);
  let pixel = i / ${fours}u;
  z_put(pixel * ${all}u + c, z4(Source(pixel / ${height * width}u, pixel, true), c), ${all}u - c);
}`
    return { code, workgroups: grid.workgroups }
  })
