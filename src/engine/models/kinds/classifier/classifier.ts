// A small convolutional classifier, for evaluating samples, or on noised images for guidance. It is
// not a denoiser.
import { EngineError } from '../../../base/errors.ts'
import type { Random } from '../../../base/random.ts'
import type { Tensor, Tensor2D } from '../../../base/tf.ts'
import type { Model, ModelOf } from '../../model.ts'
import { viewText } from '../../../base/viewTexts.ts'
import { modelMessages } from '../../../messages/models.ts'
import { checkCoefficientCount, isSameShape } from '../../../process/coefficients.ts'
import { runProgram } from '../../graph/program.ts'
import { createNetwork, networkProgram } from '../../network.ts'
import { isKind } from '../configs.ts'
import type { Rows } from '../kind.ts'
import type { ClassifierConfig } from './config.ts'
import { CLASSIFIER, classifierFacts, type ClassifierFacts } from './facts.ts'

/**
 * Creates a classifier: per level a 3 x 3 convolution, group norm and activation, with 2 x 2
 * average pooling between levels. Features are the mean over the last level's pixels; a linear
 * layer gives the logits. With t, an MLP of its embedding is added to the channels of each level
 * (Dhariwal & Nichol 2021, section 4: trained on noised data).
 */
export const classifier = (config: ClassifierConfig, random: Random): ModelOf<'classifier'> =>
  createNetwork({ kind: 'classifier', config }, random)

export interface Classification {
  /** Unnormalised log-probabilities, `[b, classes]`. */
  logits: Tensor2D
  /** Inputs of the last layer, `[b, features]`. */
  features: Tensor2D
}

/**
 * Evaluates a classifier on images `[b, h, w, c]`: clean ones, or noised ones with timesteps `t`,
 * one per item or one for all. Throws EngineError with the argument names in `names` if model,
 * images or timesteps do not fit.
 */
export function classify(
  model: Model,
  x: Tensor,
  names = { model: 'model', x: 'x' },
  t?: Float64Array,
): Classification {
  const facts = checkKind(model, names.model)
  checkPictures(facts, x, names.x)
  checkTimesteps(facts, x, t)
  const program = networkProgram(model, CLASSIFIER)
  const [features, logits] = runProgram(program, model, { x, times: t && { t } })
  return { features: features as Tensor2D, logits: logits as Tensor2D }
}

/** Describes a closed classifier as rows of name and text; none for other models. */
export function classifierRows(model: Model): Rows {
  if (!isKind(model, 'classifier')) return []
  const { height, width, block_out_channels, num_classes } = model.config
  const count = Object.values(model.weights).reduce((sum, { size }) => sum + size, 0)
  return [
    ...block_out_channels.map((channels, i): [string, string] => [
      `${height >> i} x ${width >> i}`,
      viewText('channels', channels),
    ]),
    [viewText('features'), String(block_out_channels.at(-1))],
    [viewText('classes'), String(num_classes)],
    [viewText('parameters'), count.toLocaleString('en')],
  ]
}

function checkKind(model: Model, argument: string): ClassifierFacts {
  const facts = classifierFacts(model)
  if (facts) return facts
  throw new EngineError(modelMessages.notAClassifier, { argument, kind: model.kind })
}

function checkPictures({ itemShape: expected }: ClassifierFacts, x: Tensor, argument: string) {
  const shape = x.shape.slice(1)
  if (isSameShape(shape, expected)) return
  throw new EngineError(modelMessages.classifierShape, { argument, expected, shape })
}

function checkTimesteps({ noised: knows }: ClassifierFacts, x: Tensor, t?: Float64Array) {
  if (t && knows) return checkCoefficientCount(t.length, x)
  if (!t && !knows) return
  throw new EngineError(
    knows ? modelMessages.classifierNeedsTime : modelMessages.classifierWithoutTime,
    { argument: 't' },
  )
}
