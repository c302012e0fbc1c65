// Checks of the inputs of blocks, whose inner layers do not know the slots of the node.
import { EngineError } from '../../engine/base/errors.ts'
import type { Features } from '../../engine/models/graph/features.ts'
import { layerMessages } from '../../engine/messages/layers.ts'
import { checkKind } from '../../engine/models/graph/infer.ts'
import { asTokens, asVector, shapeText } from '../../engine/models/graph/ops/checks.ts'

/** Throws EngineError, at `slot`, unless features are a vector `[c]`. */
export function checkVector(input: Features, slot: string) {
  checkKind('features', input, slot)
  asVector(input.shape, slot)
}

/** Throws EngineError, at `slot`, unless features are tokens `[n, c]`. */
export function checkTokens(input: Features, slot: string) {
  checkKind('features', input, slot)
  asTokens(input.shape, slot)
}

/** Throws EngineError, at `slot`, unless features are tokens `[n, c]` or an image `[h, w, c]`. */
export function checkTokensOrImage(input: Features, slot: string) {
  checkKind('features', input, slot)
  if (input.shape.length > 1) return
  throw new EngineError(layerMessages.tokensOrImage, {
    argument: slot,
    shape: shapeText(input.shape),
  })
}
