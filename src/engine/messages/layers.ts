// Errors of layers whose inputs do not fit.
import { catalogue } from '../base/catalogue.ts'

export const layerMessages = catalogue('layers', {
  // inputs
  image: 'Expected an image [h, w, c] for {argument}, got features of shape [{shape}].',
  tokens: 'Expected tokens [n, c] for {argument}, got features of shape [{shape}].',
  tokensOrImage:
    'Expected tokens [n, c] or an image [h, w, c] for {argument}, got features of shape [{shape}].',
  vector: 'Expected a vector [c] for {argument}, got features of shape [{shape}].',
  embedTimes: 'Expected features for {argument}, got a timestep or another number per item.',
  embedLabels: 'Expected features for {argument}, got class labels.',
  times:
    'Expected a timestep or another number per item for {argument}, got features of shape [{shape}].',
  timesNotLabels:
    'Expected a timestep or another number per item for {argument}, got class labels.',
  labels: 'Expected class labels for {argument}, got features of shape [{shape}].',
  labelsNotTimes:
    'Expected class labels for {argument}, got a timestep or another number per item.',

  // shapes
  sameShape:
    'Expected features of shape [{expected}], or a vector [{channels}], for {argument}, got [{shape}].',
  joined:
    'Expected features of shape [{expected}] for {argument}, as the first input has, got [{shape}].',
  perChannel:
    'Expected a vector [{expected}], one number per channel, for {argument}, got [{shape}].',
  divides: 'Expected {argument} to divide the {channels} channels, got {value}.',
  partIndex: 'Expected {argument} to be below the number of parts, {count}, got {value}.',
  divideSize: 'Expected {argument} to divide height {height} and width {width}, got {value}.',
  patchChannels:
    'Expected a multiple of {expected} channels, the pixels of a patch, for {argument}, got [{shape}].',
  smallImage:
    'Expected an image of at least {kernel} x {kernel} pixels, padding included, for {argument}, got [{shape}].',
  largePadding: 'Expected {argument} of at most {most} for an image [{shape}], got {value}.',
  stride: 'Expected stride 1 or 2, or the kernel size with padding 0, got {value}.',
  tokenCount: 'Expected {expected} tokens for an image of {height} x {width}, got {count}.',
  elementCount:
    'Expected a shape of {count} numbers, as many as [{shape}] has, got [{to}] with {expected}.',
  quarters: 'Expected a multiple of 4 channels for {argument}, got [{shape}].',
  unknownCount: 'Expected a known number of tokens for {argument}, got [{shape}].',
  widths: 'Expected {argument} of width {expected}, as the queries have, got [{shape}].',
  keysAndValues: 'Expected {expected} tokens for {argument}, as many as for k, got [{shape}].',

  // models of layers
  sameName: 'Expected a different name for every layer, got two named {name}.',
  otherInput:
    'Expected one ModelInput, or several of one shape, got shapes [{first}] and [{second}].',
  noInput: 'Expected features that depend on x of ModelInput, got features that do not.',
  otherOutput: 'Expected features of shape [{expected}], as x of ModelInput has, got [{shape}].',
  otherVarianceOutput:
    'Expected features of shape [{expected}], the prediction and its variance, got [{shape}].',
  labelTables:
    'Expected the same number of classes in all embeddings of the labels, got {first} and {second}.',
  origin: 'Expected the config of a closed model, or nothing, got {got}.',
  tooLarge: 'Expected at most {most} million parameters, got {count} million.',

  // files
  format: 'Expected the layers of a model in format 1, got format {got}.',
  layerList: 'Expected a list of at most {most} layers, got {got}.',
  predictLayer:
    'Expected the positions of the layers that give the results of functions, got {got}.',
  dropouts: 'Expected a list of names of dropout layers, got {got}.',
  layer: 'Expected layer {index} of the model to be valid, got {got}.',
})
