// Errors of training: learning rates, optimizers and training states.
import { catalogue } from '../base/catalogue.ts'

export const trainingMessages = catalogue('training', {
  stepRules:
    'Expected factors of the learning rate, each but the last with the step at which it ends, got "{rules}".',
  risingRate:
    'Expected {argument} to be at most lr, {lr}, got {value}: the learning rate would rise instead of fall.',
  otherWeights:
    'Expected a training of this model, whose weight {weight} is {expected}, got one in which it is {found}.',
  missingMoments:
    'Expected a training with the moments that {algorithm} continues from ({moments}), got one of another optimizer.',
  otherAverage:
    'Expected average {index} of the training to be a power function of width {width} from the first step on, got another average.',
  noAverage:
    'Expected average {index} of the training to be a power function of width {width} from the first step on, got none.',
  independentLoss:
    'Expected a loss that depends on the weights in training, got one that does not.',
  noGradient:
    'Expected operations with a gradient, got {operation}, which has none at this order of derivatives.',
  kernelInSecondOrder:
    'Expected operations that can be differentiated twice, got a kernel of this backend.',
  independentValue: 'Expected a value that depends on an input of the zone, got one that does not.',
})

/** Parts of these messages. */
export const trainingWords = catalogue('trainingWords', {
  ofShape: 'of shape [{shape}]',
  missing: 'missing',
})
