// Cures for layers whose inputs do not fit: one for each message of the engine's catalogue.
import { catalogue, type SameKeys } from '../engine/base/catalogue.ts'
import type { layerMessages } from '../engine/messages/layers.ts'

export const layerCures = catalogue('layerCures', {
  // inputs
  image: 'Connect an image, or turn tokens or a vector into one with Unflatten.',
  tokens: 'Connect tokens, such as those of Patchify, Flatten or ConditionInput.',
  tokensOrImage: 'Connect an image, or tokens, such as those of Patchify.',
  vector: 'Connect a vector, such as that of TimeEmbedding, or of AvgPool with size 0.',
  embedTimes: 'Put a TimeEmbedding in between.',
  embedLabels: 'Put a LabelEmbedding or a TokenEmbedding in between.',
  times: 'Connect t of ModelInput, or a number from ConditionInput.',
  timesNotLabels: 'Connect t of ModelInput, or embed the labels with LabelEmbedding.',
  labels: 'Connect labels from ConditionInput.',
  labelsNotTimes: 'Connect labels from ConditionInput, or embed the number with TimeEmbedding.',

  // shapes
  sameShape:
    'Connect features of equal shape: Conv or Linear sets the channels, Upsample and Downsample the size.',
  joined: 'Connect features of equal size, such as after Upsample or Downsample; c may differ.',
  perChannel: 'Put a Linear layer with {expected} as `out` before it.',
  divides: 'Set {argument} to a divisor of {channels}, or change the number of channels.',
  partIndex: 'Lower {argument}, or raise `count`.',
  divideSize: 'Set {argument} to a divisor of the height and the width.',
  patchChannels: 'Put a Linear layer with a multiple of {expected} as `out` before it.',
  smallImage: 'Lower `kernel`, raise `padding`, or use larger images.',
  largePadding: 'Lower {argument} to {most}, or raise `kernel`.',
  stride: 'Set `stride` to 1 or 2. For patches, set it to `kernel`, and `padding` to 0.',
  tokenCount: 'Set height and width to those of the image that the tokens come from.',
  elementCount: 'Write sizes whose product is {count}.',
  quarters: 'Put a Linear layer before it, with a multiple of 4 as `out`.',
  quartersOfHeads: 'Lower {argument}, or put a Linear layer with more channels before it.',
  unknownCount: 'Connect tokens of an image, such as those of Patchify or Flatten.',
  widths: 'Put a Linear layer with {expected} as `out` before it.',
  keysAndValues: 'Take keys and values from the same tokens.',

  // models of layers
  sameName: 'Change `name` of one of the two nodes.',
  sharedNothing:
    'Write the name of another layer of the model after =, or a name without = for weights of its own.',
  sharedKind: 'Use two nodes of one type, or write a name without = for weights of its own.',
  sharedShape:
    'Give both nodes the same settings and inputs of equal channels, or write a name without = for weights of its own.',
  otherCondition: 'Use the same ConditionInput for both, or give both equal settings.',
  otherInput: 'Use one ModelInput, or set the same shape in all.',
  noInput: 'Connect x of ModelInput to the first layer.',
  otherOutput:
    'Set the channels with `out` of the last Conv or Linear, and use one Upsample for each Downsample.',
  otherVarianceOutput: 'Double `out` of the last Conv or Linear, or set learned_variance to none.',
  labelTables: 'Set num_classes of all LabelEmbedding and TokenEmbedding nodes to one number.',
  origin: 'Clear `origin`. The layers then start with weights of their own.',
  tooLarge: 'Lower the channels of the largest layers.',

  // files
  format: 'Save the model again with this version.',
  layerList: 'Save the model again with this version.',
  predictLayer: 'Save the model again with this version.',
  dropouts: 'Save the model again with this version.',
  layer: 'Save the model again with this version.',
} satisfies SameKeys<typeof layerMessages>)
