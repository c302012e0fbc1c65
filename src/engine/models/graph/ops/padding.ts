// Padding of convolutions.
import type { Pad } from '../../../base/layerTypes.ts'

/** Attributes of a convolution that its size follows from. */
export interface ConvWindow {
  kernel: number
  stride: number
  pad: readonly number[] | null
}

/** Zeros around the image of a convolution; by default those that keep the size. */
export function paddingOf({ kernel, pad }: Pick<ConvWindow, 'kernel' | 'pad'>): Pad {
  const half = Math.floor((kernel - 1) / 2)
  const [top, left, bottom, right] = pad ?? [half, half, half, half]
  return { top, left, bottom, right }
}
