// Errors of models: invalid inputs, and invalid configurations of UNets.
import { catalogue } from '../base/catalogue.ts'

export const modelMessages = catalogue('models', {
  // every model
  unknownKind: 'Expected a model of a known kind ({known}), got "{kind}".',
  noDensity:
    'Expected a model whose density is known in closed form, got a model of kind "{kind}".',
  ownConfig: 'Expected a config that models of kind "{kind}" accept. {problem}',
  ownLayers: 'Expected layers that fit together in a model of kind "{kind}". {problem}',
  ownOutput: 'Expected an output of shape [{expected}] from a model of kind "{kind}", got {got}.',
  ownVariance:
    'Expected a kind of variance for a model of kind "{kind}", whose output has one, got none.',
  varianceChannels: 'Expected {expected} output channels (mean and variance), got {channels}.',
  itemShape: 'Expected items of shape [{expected}], got items of shape [{shape}].',
  imageShape: 'Expected images of shape [{expected}], got items of shape [{shape}].',
  constantTime:
    'Expected a network, which can be differentiated with respect to t, got a model of kind {kind}.',
  logarithmicTime:
    'Expected a timestep above 0, as the model embeds its logarithm (time_embedding_type fourier), got t = {t}.',
  tableTime:
    'Expected a whole timestep from 0 to {last}, as the model has a learned vector for each of them, got t = {t}.',
  tableDerivative:
    'Expected a model that can be differentiated with respect to t, got one with a learned vector for each timestep.',
  cleanTime: 'Expected a timestep with some noise, got t = -1, which is clean data.',
  perItem: 'Expected one {what} per item: [{batch}], got [{count}].',
  infiniteRatio:
    'Expected a finite σ / α for a preconditioned model, got infinity at t = {t}, where no signal is left.',
  densityOfPoints:
    'Expected points with some width, or some noise, got t = -1: without both the data has no density.',
  notAGaussian: 'Expected a Gaussian, got a model of kind "{kind}".',

  // conditions
  unexpectedLabels: 'Expected no labels, as the model was made without classes.',
  unexpectedTokens: 'Expected no tokens, as the model attends to none.',
  unexpectedChannels: 'Expected no extra channels, as the model was made without any.',
  unexpectedCondition: 'Expected no condition, as the model was made without one.',
  otherTokens: 'Expected {expected} as the condition, got {condition}.',
  otherCondition: 'Expected {expected} as the condition of this model, got {condition}.',
  missingCondition:
    'Expected a condition ({expected}), got none: the model cannot predict without it.',
  labelsPerItem: 'Expected {expected} as the number of labels per item, got {count}.',
  labelRange: 'Expected labels from 0 to {last} of this model, or -1 for none, got {label}.',
  tokenWidth: 'Expected tokens of width {expected}, got width {width} (shape [{shape}]).',
  vectorWidth: 'Expected a vector of {expected} numbers per item, got samples of shape [{shape}].',
  channelShape: 'Expected extra channels of shape [{expected}] per item, got [{shape}].',
  noNullCondition:
    'Expected labels or tokens, got numbers or vectors, which have no value for "no condition".',
  noTokens: 'Expected a model that attends to tokens, got one that does not.',

  // functions of models
  notADenoiser: 'Expected a model that denoises, got one with other functions: {functions}.',

  // autoencoders
  notAnAutoencoder: 'Expected an autoencoder, got a model of kind "{kind}".',
  encoderShape:
    'Expected images [h, w, {channels}] whose height and width are multiples of {multiple}, got items of shape [{shape}].',
  decoderShape: 'Expected latents [h, w, {channels}], got items of shape [{shape}].',
  autoencoderSize:
    'Expected images of {expected}, the only size of this autoencoder, got {size} (items of shape [{shape}]).',
  notTiny: 'Expected an AutoencoderTiny, whose latents have bounds, got a model of kind "{kind}".',
  latentDeviation: 'Expected latents with a finite standard deviation above 0, got {deviation}.',

  // inspection
  noNetwork: 'Expected a model with a network of layers, got a model of kind "{kind}".',
  withoutAttention: 'Expected a model with attention, got one without.',
  layerName: 'Expected a layer of the model, such as {layers}, got "{layer}".',
  attentionLayer: 'Expected one of the attention layers of the model ({layers}), got "{layer}".',

  // classifiers
  notAClassifier: 'Expected a classifier, got a model of kind "{kind}".',
  classifierShape:
    'Expected items of shape [{expected}], as in the training data of the classifier, got [{shape}].',
  classifierNeedsTime: 'Expected t, as the classifier was made for noisy images, got none.',
  classifierWithoutTime: 'Expected no t, as the classifier was made for clean images, got one.',
  classifierAsDenoiser: 'Expected a model that denoises, got a classifier.',

  // models of tokens
  notATokenModel: 'Expected a model of tokens, got a model of kind "{kind}".',
  tokenInput:
    'Expected an input x of shape [places, tokens + 1], as in a data set of words, got [{shape}].',
  tokenOutput: 'Expected one number per place and token, [{expected}], got shape [{shape}].',
  tokenCount: 'Expected {expected} tokens per item, as the model was made for, got {count}.',
  tokensNeedTime: 'Expected t, as the model reads it, got none.',

  // attention of a UNet
  attentionWithoutClasses: 'Expected classes, as attention goes to labels, got a UNet without any.',
  attentionWithoutWords:
    'Expected a data set with tokens, as attention goes to words of captions, got none.',
  attentionTokens:
    'Expected the same tokens in every rule of cross-attention, got two that differ.',
  middleLayers:
    'Expected as many transformer layers in the middle block as in the last level, {last}, got {middle}.',
  attentionResolution:
    'Expected attention at a resolution of the UNet ({sides}), got {resolution}.',
  headsOfLevel:
    'Expected {param} to divide the {channels} channels at resolution {resolution}, as {nearest} does, got {value}.',
  headsOfMiddle:
    'Expected {param} to divide the {channels} channels of the middle block, as {nearest} does, got {value}.',
})

/** Names of conditions in these messages. */
export const modelWords = catalogue('modelWords', {
  labels: 'labels',
  values: 'one number per item (a timestep)',
  vectors: 'one vector per item (samples of shape [b, d])',
  tokenSequences: 'tokens of shape [b, n, d]',
  extraChannels: 'extra channels',
  timestep: 'timestep',
  number: 'number',
  label: 'label',
  vector: 'vector',
  tokens: 'row of tokens',
  extraItem: 'item of extra channels',
})
