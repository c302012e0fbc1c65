// Numbers that any language can repeat, for the self-test.
import type { Tensor } from './tf.ts'
import { tf } from './tf.ts'

/** Numbers in [-1, 1]: sin(phase + 0.7 k), k = 0, 1, ... */
export const wave = (count: number, phase: number) => Float32Array.from({ length: count }, (_, k) => Math.sin(phase + 0.7 * k))

/** A tensor of them, times `amplitude`. */
export const waveOf = ({ shape, phase, amplitude }: { shape: number[]; phase: number; amplitude: number }): Tensor =>
  tf.tensor(
    wave(
      shape.reduce((product, size) => product * size, 1),
      phase,
    ).map((value) => amplitude * value),
    shape,
  )
