// Checks of the shapes of features. They throw EngineError by the name of the input or attribute.
import { EngineError } from '../../../base/errors.ts'
import { layerMessages } from '../../../messages/layers.ts'
import type { FeatureShape } from '../layerOp.ts'

/** `[height, width, channels]`. */
export type ImageShape = readonly [height: number, width: number, channels: number]

const isImage = (shape: FeatureShape): shape is ImageShape => shape.length === 3

export function asImage(shape: FeatureShape, argument: string): ImageShape {
  if (isImage(shape)) return shape
  throw new EngineError(layerMessages.image, { argument, shape: shapeText(shape) })
}

/** `[tokens, channels]`. */
type TokensShape = readonly [count: number | 'n', channels: number]

const isTokens = (shape: FeatureShape): shape is TokensShape => shape.length === 2

export function asTokens(shape: FeatureShape, argument: string): TokensShape {
  if (isTokens(shape)) return shape
  throw new EngineError(layerMessages.tokens, { argument, shape: shapeText(shape) })
}

export function asVector(shape: FeatureShape, argument: string): number {
  if (shape.length === 1) return channelsOf(shape)
  throw new EngineError(layerMessages.vector, { argument, shape: shapeText(shape) })
}

/** Numbers of the last axis, which is never that of tokens. */
export const channelsOf = (shape: FeatureShape): number => shape.at(-1) as number

export const isFixed = (shape: FeatureShape): shape is readonly number[] => !shape.includes('n')

/** Sizes of a shape. Throws Error for one with a number of tokens that is not known. */
export function fixedSizes(shape: FeatureShape): readonly number[] {
  if (isFixed(shape)) return shape
  throw new Error(`The number of tokens is not known: ${shapeText(shape)}.`)
}

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
