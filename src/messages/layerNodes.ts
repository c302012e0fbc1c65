// Errors of layer nodes.
import { catalogue } from '../engine/base/catalogue.ts'

export const layerNodeMessages = catalogue('layerNodes', {
  name: 'Expected a name of letters, digits and _, with single dots in between, got "{got}".',
  writeName: 'Write a name such as conv_in or down.0.conv.',
  shape: 'Expected one to three sizes from 1 to {most}, got "{got}".',
  writeShape: 'Write 28, 28, 1 for images of this height, width and channels, or 2 for points.',
  writeSizes: 'Write sizes such as 4, 4, 16.',
  noX: 'Expected x of ModelInput, whose size extra channels have, got nothing.',
  otherX: 'Expected x of ModelInput, whose size extra channels have, got another layer.',
  connectX: 'Connect x of ModelInput to `x`.',
  fewChannels: 'Expected at least {least} channels for freq_shift {shift}, got {got}.',
  evenChannels: 'Expected an even number of channels, half sines and half cosines, got {got}.',
  raise: 'Set it to {least} or more.',
  pixelCount:
    'Expected a multiple of {pixels} numbers for images of {height} x {width}, got [{shape}].',
  fitPixels: 'Set height and width so that their product divides {count}.',
  noClasses: 'Expected a data set with class labels, got one without.',
  connectClasses: 'Connect a data set with labels, or set num_classes instead.',
  zeroDivisor: 'Expected a number other than 0 to divide by, got 0.',
  otherDivisor: 'Set it to 1 to leave the features unchanged.',
  notOpened: 'Expected a model of layers, such as a UNet or an MLP, got a model of kind {kind}.',
  openOther: 'Replace the node that creates its network instead.',
  unknownShapes: 'Expected inputs of known shapes, got none at `{slot}`.',
  connectFirst: 'Connect `{slot}` to layers that lead back to ModelInput, without faults.',
})
