// Changes of size between the levels of a UNet: diffusers' Downsample2D and Upsample2D.
import type { LayerBuilder } from '../builder.ts'

/** A 3 x 3 convolution with stride 2. `padding` 0 pads only at the right and the bottom. */
export const downsampleLayers = <F>(
  b: LayerBuilder<F>,
  x: F,
  name: string,
  out: number,
  padding: 0 | 1,
): F =>
  b.block('downsample', { x }, { name, out, padding }, () =>
    b.module('downsample', moduleOf(name), [x], () =>
      b.conv(x, name, out, { stride: 2, pad: [padding, padding, 1, 1] }),
    ),
  )

/** Nearest-neighbour upsampling by 2 and a 3 x 3 convolution. */
export const upsampleLayers = <F>(b: LayerBuilder<F>, x: F, name: string, out: number): F =>
  b.block('upsample', { x }, { name, out }, () =>
    b.module('upsample', moduleOf(name), [x], () => b.conv(b.add('upsample', [x]), name, out)),
  )

/** The module of the convolution `down.conv`: `down`. */
const moduleOf = (name: string): string => name.replace(/\.?[^.]*$/, '')
