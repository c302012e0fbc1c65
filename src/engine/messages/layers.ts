// Errors of layers whose inputs do not fit.
import { catalogue } from '../base/catalogue.ts'

export const layerMessages = catalogue('layers', {
  // inputs
  image: 'Expected an image [h, w, c] for {argument}, got features of shape [{shape}].',
  tokens: 'Expected tokens [n, c] for {argument}, got features of shape [{shape}].',
  vector: 'Expected a vector [c] for {argument}, got features of shape [{shape}].',
  embedTimes: 'Expected features for {argument}, got a time, which has no shape.',
  embedLabels: 'Expected features for {argument}, got labels, which are no features yet.',
  times: 'Expected a time for {argument}, got features of shape [{shape}].',
  timesNotLabels: 'Expected a time for {argument}, got labels.',
  labels: 'Expected labels for {argument}, got features of shape [{shape}].',
  labelsNotTimes: 'Expected labels for {argument}, got a time.',

  // shapes
  sameShape:
    'Expected features of shape [{expected}], or [{channels}] for all pixels, for {argument}, got [{shape}].',
  joined:
    'Expected features of shape [{expected}, any] for {argument}, as the first has, got [{shape}].',
  perChannel: 'Expected {argument} of shape [{expected}], one number per channel, got [{shape}].',
  divides: 'Expected {argument} to divide the {channels} channels, got {value}.',
  divideSize: 'Expected {argument} to divide the height and width of [{shape}], got {value}.',
  smallImage:
    'Expected an image of at least {kernel} x {kernel} with its padding for {argument}, got [{shape}].',
  stride: 'Expected a stride of 1 or 2, or of the kernel without padding, got {value}.',
  tokenCount: 'Expected {expected} tokens for an image of {height} x {width}, got {count}.',
  elementCount: 'Expected {expected} numbers for shape [{to}], got {count} in [{shape}].',
  quarters: 'Expected a multiple of 4 channels for {argument}, got [{shape}].',
  unknownCount: 'Expected a known number of tokens for {argument}, got [{shape}].',
  widths: 'Expected {argument} of width {expected}, as the queries have, got [{shape}].',
  keysAndValues: 'Expected as many values as keys, [{expected}], got [{shape}].',

  // models of layers
  sameName: 'Expected different names of layers with weights, got two named {name}.',
  otherInput: 'Expected one input of the model, got two of shapes [{first}] and [{second}].',
  noInput: 'Expected features that depend on x of ModelInput, got some that do not.',
  otherOutput:
    'Expected features of shape [{expected}], as the input of the model has, got [{shape}].',
  labelTables:
    'Expected one number of classes in all embeddings of labels, got {first} and {second}.',
  origin: 'Expected the config of a closed model, as Open writes it, or nothing, got {got}.',
  tooLarge: 'Expected at most {most} million parameters, got {count} million.',

  // files
  format: 'Expected the layers of a model in format 1, got {got}.',
  layer: 'Expected layer {index} of the model to be valid, got {got}.',
})
