// Faults of nodes of training.
import { catalogue } from '../engine/base/catalogue.ts'

export const trainingNodeMessages = catalogue('trainingNodes', {
  // averages
  average:
    'Expected the number of an average from 1 to {count}, as the training keeps {count}, got {got}.',
  learner:
    'Expected the number of a model from 1 to {count}, as the training has {count}, got {got}.',
  chooseAverage: 'Choose one from 1 to {count}.',
  connectEma: 'Connect an EMA to TrainingStart.',
  decay: 'Expected min_decay to be at most decay, {max}, got {min}.',
  lowerDecay: 'Lower min_decay to {max} or less, or raise decay.',
  averageStep: 'Expected a step of the optimizer from 1 to {updates}, got {t}.',
  chooseStep: 'Choose one from 1 to {updates}, or 0 for the last.',
  trainFirst: 'Train first.',
  widthOutOfReach:
    'Expected averages that combine to one of width {width}, got an error of {error} at best, where 1 is all of it.',
  noAverages: 'Expected averages of the kind power_function in the training, got none.',
  chainEmas:
    'Chain two EMAs of that kind, for example of widths 0.05 and 0.1 with 16 snapshots each, and connect them to TrainingStart.',

  // losses
  weightsPerItem: 'Expected one weight per item: [{expected}], got [{got}].',
  sameImportance: 'Take weights and t from the same ImportanceTimesteps.',
  weighting:
    'Expected a schedule and t for {weighting} weights, which follow from the signal-to-noise ratio, got none.',
  connectSchedule: 'Connect both as for ForwardNoise, or choose `uniform`.',

  // training
  notTrainable:
    'Expected a model with weights to train, got one of kind "{kind}", which is computed.',
  connectTrainable: 'Connect a UNet or an MLP, or a model around one.',
  emptyDataset: 'Expected at least one item in the data set, got none.',
  drawPoints: 'Draw points, or raise `count`.',
  batchSize:
    'Expected a batch_size of at most {count}, the number of items, as drop_last leaves out smaller batches, got {batchSize}.',
  lowerBatchSize: 'Lower batch_size to {count}, or switch drop_last off.',
  idleSteps:
    'The last {left} of {steps} steps change no weights: the optimizer steps once every {every}. Set steps to a multiple of {every}.',
  pairs: 'Expected {expected} items, as many as in the first data set, got {got}.',
  ownOrder: 'Connect data sets of pairs, of equal size, or switch pairs off.',
  stepsInAll:
    'The connected training changes in each iteration of the loop around it, but steps counts all steps: a training of {steps} steps or more makes no further one. Set count to more.',
  stepsDone:
    'Expected steps above {made}, the number of steps of the connected training, got {steps}.',
  raiseSteps: 'Raise steps above {made}.',
  driftShapes: 'Expected items of the shape of the data, [{expected}], got [{got}].',
  sameItems: 'Connect a generator of such items, or other data.',
  driftCount: 'Expected at least two samples, which repel each other, got {got}.',
  moreSamples: 'Raise batch_size.',
})
