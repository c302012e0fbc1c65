// Errors of the ONNX export.
import { catalogue } from '../base/catalogue.ts'

export const onnxMessages = catalogue('onnx', {
  gradient:
    'Expected a model that ONNX can express, got one of kind "{kind}", which differentiates its classifier.',
  exportParts:
    'Export the denoiser and the classifier on their own, and apply the guidance in your own loop.',
  ownCode:
    'Expected a model that ONNX can express, got one of kind "{kind}", which computes itself in JavaScript.',
  defineLayers: 'Define the kind by `layers` in defineModel, or export another model.',
  unknownKind: 'Expected a model of a known kind, got "{kind}".',
  registerKind:
    'Export it where that kind is defined, or pass its definition in a module of --nodes.',
  noNull:
    'Expected guidance away from a prediction without labels or tokens, got a model whose condition has no value for "none".',
  exportInner: 'Export the model inside the guidance.',
  inputShapes:
    'Expected the models inside this one to agree about the input {name}, got [{first}] and [{second}].',
  tooLarge: 'Expected an ONNX file of at most 2 GB, the limit of its format, got {size} GB.',
  smaller: 'Reduce the channels or layers of the network, or save it as a checkpoint instead.',
  imageSize: 'Expected images whose height and width are multiples of {multiple}, got {size}.',
  oneSize: 'Expected no image size for this model, which has one of its own, got {size}.',
  leaveSize: 'Leave out --size.',
  chooseSize: 'Choose another --size.',
})
