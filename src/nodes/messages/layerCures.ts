// Cures for layers whose inputs do not fit: one for each message of the engine's catalogue.
import { catalogue, type Translation } from '../../engine/base/catalogue.ts'
import type { layerMessages } from '../../engine/messages/layers.ts'

export const layerCures = catalogue('layerCures', {
  // inputs
  image: 'Connect an image, or turn tokens or a vector into one with Unflatten.',
  tokens: 'Connect tokens, such as those of Patchify or Flatten.',
  vector: 'Connect a vector, such as an embedding, or the output of Linear for one.',
  embedTimes: 'Put a TimeEmbedding in between.',
  embedLabels: 'Put a LabelEmbedding or a TokenEmbedding in between.',
  times: 'Connect t of ModelInput.',
  timesNotLabels: 'Connect t of ModelInput, or use a LabelEmbedding.',
  labels: 'Connect labels of ConditionInput.',
  labelsNotTimes: 'Connect labels of ConditionInput, or use a TimeEmbedding.',

  // shapes
  sameShape:
    'Bring both to one shape: Conv or Linear sets the channels, Upsample and Downsample the size.',
  joined: 'Bring all to one size with Upsample or Downsample. The channels may differ.',
  perChannel: 'Connect a Linear layer with {expected} as `out`.',
  divides: 'Choose a divisor of {channels}, or other channels of the layer before it.',
  divideSize: 'Choose a divisor of the height and the width.',
  smallImage: 'Lower `kernel`, raise `padding`, or remove a Downsample before it.',
  stride: 'Set `stride` to 1 or 2. For patches, set it to `kernel`, and `padding` to 0.',
  tokenCount: 'Set height and width to those of the image that the tokens come from.',
  elementCount: 'Choose a shape with {count} numbers in all.',
  quarters: 'Put a Linear layer before it, with a multiple of 4 as `out`.',
  unknownCount: 'Connect tokens of an image, whose number is known.',
  widths: 'Put a Linear layer with {expected} as `out` before it.',
  keysAndValues: 'Take keys and values from the same tokens.',

  // models of layers
  sameName: 'Give one of the two another name.',
  otherInput: 'Use one ModelInput, or give both the same shape.',
  noInput: 'Connect x of ModelInput to the first layer.',
  otherOutput: 'Put a last Conv or Linear in front, with the channels of the input as `out`.',
  labelTables: 'Set num_classes of all LabelEmbeddings to the same number.',
  origin: 'Clear `origin`. The layers then start with weights of their own.',
  tooLarge: 'Lower the channels of the largest layers.',

  // files
  format: 'Save the model again with this version.',
  layer: 'Save the model again with this version.',
} satisfies Translation<typeof layerMessages>)
