// Checks of the shapes of features. They throw EngineError by the name of the input or attribute.
import { EngineError } from '../../../base/errors.ts'
import { layerMessages } from '../../../messages/layers.ts'
import type { FeatureShape } from '../layer.ts'

/** `[height, width, channels]`. */
export type ImageShape = readonly [height: number, width: number, channels: number]

export function asImage(shape: FeatureShape, argument: string): ImageShape {
  if (shape.length === 3) return shape as unknown as ImageShape
  throw new EngineError(layerMessages.image, { argument, shape: shapeText(shape) })
}

/** `[tokens, channels]`. */
export function asTokens(
  shape: FeatureShape,
  argument: string,
): readonly [count: number | 'n', channels: number] {
  if (shape.length === 2) return shape as readonly [number | 'n', number]
  throw new EngineError(layerMessages.tokens, { argument, shape: shapeText(shape) })
}

export function asVector(shape: FeatureShape, argument: string): number {
  if (shape.length === 1) return shape[0] as number
  throw new EngineError(layerMessages.vector, { argument, shape: shapeText(shape) })
}

export const channelsOf = (shape: FeatureShape): number => shape.at(-1) as number

/** Checks that the attribute `argument` divides the channels. */
export function checkDivides(value: number, channels: number, argument: string) {
  if (channels % value === 0) return
  throw new EngineError(layerMessages.divides, { argument, channels, value })
}

/** Checks that the tokens of `x` are those of an image. */
export function checkTokenCount(count: number | 'n', height: number, width: number) {
  const expected = height * width
  if (count === expected) return
  throw new EngineError(layerMessages.tokenCount, { argument: 'x', expected, height, width, count })
}

export const shapeText = (shape: FeatureShape): string => shape.join(', ')

export const isSame = (a: FeatureShape, b: FeatureShape): boolean =>
  a.length === b.length && a.every((size, i) => size === b[i])
