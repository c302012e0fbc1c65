// Errors of layer nodes.
import { catalogue } from '../../engine/base/catalogue.ts'

export const layerNodeMessages = catalogue('layerNodes', {
  name: 'Expected a name of letters, digits, _ and dots between them, got "{got}".',
  writeName: 'Write a name such as conv_in or down.0.conv.',
  shape: 'Expected one to three sizes above 0 for an item, got "{got}".',
  writeShape:
    'Write height, width and channels of images, as in 28, 28, 1, or the number of coordinates of points.',
  nothing: 'Expected at least one wire, got none.',
  connectOne: 'Connect features of a layer.',
  channelsLike: 'Expected x of ModelInput, whose size further channels have, got none.',
  connectLike: 'Connect x of ModelInput to `x`.',
  evenWidth: 'Expected an even width, got {got}.',
  nextEven: 'Set it to {number}.',
  notOpened: 'Expected a model of layers, such as a UNet or an MLP, got a model of kind {kind}.',
  openOther: 'Open the node that makes its network.',
  otherItems: 'Expected a data set whose items fit {expected}, got items of shape [{shape}].',
})
