// Faults of nodes that create or wrap models.
import { catalogue } from '../engine/base/catalogue.ts'

export const modelNodeMessages = catalogue('modelNodes', {
  // attention
  noAttention: 'Expected a resolution or mid_block, got neither: there would be no attention.',
  addResolution: 'Add a resolution, such as 4, or delete the node.',
  noTokensAt:
    'Expected a resolution at which the model attends to tokens ({sides}), got {resolution}.',
  chooseResolution: 'Choose one of these, or 0 for the finest.',
  queryPixel: 'Expected a pixel of x_t, from 0 to {last}, or -1 for all, got {got}.',
  mapImages: 'Expected {items} images, or one for all, got shape [{shape}].',
  mapImagesOfBatch: 'Connect images of the same batch as x_t.',
  tokenLabels: 'Expected as many labels at each input, or one for all, got {counts}.',
  labelsOfBatch: 'Connect labels of the same batch.',
  sameCondition: 'Expected conditions of different kinds, got two of kind "{kind}".',
  otherConditionKind:
    'Remove one of them. LabelTokens combines several labels; ConcatChannels joins vectors.',
  noConditions: 'Expected a condition or extra channels, got nothing.',
  connectCondition: 'Connect a condition, or remove the node.',
  extraSides: 'Expected extra channels with the sides of [{expected}], got [{shape}].',
  extraOfBatch: 'Connect images of one size, or points of one batch; one item may apply to all.',
  pixelPatches:
    'Expected images [b, h, w, c] whose sides are multiples of {multiple}, got [{shape}].',
  choosePatches: 'Choose shrink and patch_size whose product divides both sides.',

  // prompts
  unknownWord: 'No caption has the word "{word}", so it counts as unknown. Similar: {nearest}.',
  unlikeWord: 'No caption has the word "{word}" or one like it, so it counts as unknown.',
  longPrompt: 'Only the first {most} words count of "{prompt}".',
  promptCount: 'Expected at most {most} prompts, got {got}.',
  fewerPrompts: 'Remove lines.',

  // tokens
  notTokens: 'Expected tokens of a data set, got a condition of kind "{kind}".',
  connectTokens:
    'Connect tokens of TrainingStart (switch further_slots on), TokenText or CorruptTokens.',
  tokenLogits: 'Expected logits of shape [{expected}], one per token of each place, got [{got}].',
  connectPredictTokens: 'Connect PredictTokens with a model of the same vocabulary.',
  noNoisyTokens: 'Expected noisy tokens, as only masked places count, got none.',
  connectNoisyTokens: 'Connect the tokens of CorruptTokens, or set `places` to all.',
  weightsWithoutTime: 'Expected t and schedule for weights by likelihood, got no or one of them.',
  connectTimes: 'Connect those of CorruptTokens, or set `weighting` to uniform.',
  endlessSchedule: 'Expected a schedule whose time has an end, got one of sigmas.',
  useFlowSchedule: 'Connect FlowSchedule or NoiseSchedule.',

  // guidance
  noisyClassifier:
    'Expected a classifier of noisy images, with t as an input, got one of clean images.',
  trainOnNoise:
    'Switch `noised` of Classifier on, and train it on the output of ForwardNoise, with t connected to Classify.',
  classifierItems:
    'Expected a classifier for items of shape [{expected}], as in model, got one for [{got}].',
  sameData: 'Make both for the same data.',
  labelsPerImage: 'Expected one label per image: [{expected}], got [{got}].',
  labelsAndImages: 'Take labels and x_t from the same batch.',
  classifierLabel:
    'Expected a label of the classifier from 0 to {last}, or -1 for none, got {label}.',
  chooseClass: 'Choose a class of the training data of the classifier.',
  guidanceByNumbers:
    'Expected a model with a null condition to guide away from, got one conditioned on numbers or vectors.',
  useClassLabels: 'Use a model with class labels, trained with LabelDropout, or connect `worse`.',
  guidanceWithoutClasses: 'Expected a model with classes to guide by, got one without.',
  addClasses:
    'Set num_classes of the model and train it with labels and LabelDropout, or connect `worse`.',
  worseItems: 'Expected a model for items of shape [{expected}], as in model, got one for [{got}].',
  worsePredicts: 'Expected worse to predict {expected}, as model does, got {got}.',
  samePrediction: 'Set `predicts` of both to the same, and train them again.',

  // points
  datasetUnused: 'The mixture is `{mixture}`, so the connected data set is not used.',
  noDataset: 'Expected a data set for the mixture `dataset`, got none.',
  connectDataset: 'Connect one, or choose another mixture.',
  pointItems: 'Expected points, which are items of shape [dim], got items of shape [{shape}].',
  connectPoints: 'Connect a data set of points.',
  noiseShape: 'Expected noise of shape [b, {dim}], got [{shape}].',
  fitNoise: 'Draw the noise like the points, or set `dim` of Gaussian.',
  evenWidth: 'Expected an even number, half sines and half cosines, got {got}.',
  takeNumber: 'Set it to {number}.',
  preconditionVariance:
    'Expected a model without a variance to precondition, got one that predicts it.',
  noLearnedVariance: 'Set learned_variance of the model to none.',

  // DiT
  headWidth: 'Expected a multiple of 4 channels per head, got {dim}.',
  tokenWidth:
    'Expected tokens whose width, num_attention_heads x attention_head_dim, is a multiple of 4, got {heads} x {dim}.',
  patches: 'Expected images that divide into patches of {patch} x {patch} pixels, got {size}.',
  largeDit: 'Expected a DiT that fits into memory, got {millions} million parameters.',
  smallerDit:
    'Use fewer layers, heads or channels per head, for at most {most} million parameters.',

  // UNet
  longNumberList: 'Expected a list of at most {most} characters, got {got}.',
  numberList: 'Expected positive integers with commas between them, got {got}.',
  writeNumbers: 'Write them as {example}.',
  tooManyParameters: 'Expected a UNet that fits into memory, got {millions} million parameters.',
  fewerParameters: 'Use fewer channels or levels, for at most {most} million parameters.',
  imageItems:
    'Expected images, which are items of shape [height, width, channels], got items of shape [{shape}].',
  useMlp: 'Connect a data set of images. For points, use MLP.',
  conditionTwice:
    'Expected class_embed_type labels, as an Attention of kind cross takes the condition as tokens, got {kind}.',
  oneCondition: 'Set class_embed_type to labels, or set `kind` of Attention to self or linear.',
  labelsTwice:
    'Expected tokens of vectors beside class labels, as a model has one kind of labels, got tokens that are labels.',
  tokensOfVectors: 'Set `tokens` of Attention to vectors, or turn labels_with_tokens off.',
  noLabels: 'Expected classes, as labels_with_tokens is on, got a UNet without any.',
  setClasses: 'Connect a data set with labels to `dataset`, or set num_classes.',
  embeddedTwice:
    'Expected time_embedding_type positional, as class_embed_type timestep embeds a number in the same way, got {type}.',
  embedPositions:
    'Set time_embedding_type to positional, or class_embed_type to labels or identity.',
  levels: 'Expected channels for 1 to 10 levels, got {got}.',
  writeLevels: 'Write one number per level, such as 32, 64.',
  groups:
    'Expected norm_num_groups to divide the channels of every level, got {groups} for {channels} channels.',
  fitGroups: 'Use {channels} channels, or set norm_num_groups to {groups}.',
  firstLevel:
    'Expected at least 4 channels in the first level for the sines and cosines of t, got {got}.',
  fourChannels: 'Set it to 4 or more.',
  halvings:
    'Expected sides that are multiples of {multiple} for {levels} levels, got images of {size}.',
  fewerLevels: 'Use at most {levels} levels in block_out_channels, or images of {size}.',

  // autoencoders
  largeAutoencoder:
    'Expected an autoencoder that fits into memory, got {millions} million parameters.',
  smallerAutoencoder: 'Use fewer channels or blocks, for at most {most} million parameters.',
  equalLevels: 'Expected equal channels in all levels of a tiny autoencoder, got {got}.',
  takeLevels: 'Set it to {levels}, or choose kind kl.',

  // files
  onnxTraining: 'Expected no training state with the format onnx, which has weights alone.',
  onnxWithoutTraining: 'Disconnect training, or choose another format.',
})
