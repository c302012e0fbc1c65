// Reasons why a network has no form in PyTorch.
import { catalogue } from '../engine/base/catalogue.ts'

export const torchModelMessages = catalogue('torchModels', {
  kind: 'Expected a network of layers, got a model of kind {kind}, which has no form in PyTorch.',
  ownRun:
    'Expected a network of layers, got a model of kind {kind}, whose definition computes in JavaScript.',
  layerName:
    'Expected names of layers that PyTorch modules can have, got "{name}". Names that begin with _ and "training" belong to modules themselves.',
  layerInside:
    'Expected names of layers that do not begin with that of another layer, got "{name}" and "{inner}".',
})
