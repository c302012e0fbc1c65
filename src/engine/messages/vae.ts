// Errors of the config of an autoencoder.
import { catalogue } from '../base/catalogue.ts'

export const vaeMessages = catalogue('vae', {
  // single keys
  wrongKey: 'Expected {key} of the autoencoder to be {expected}, got {got}.',
  unknownKey: 'Expected known settings of the autoencoder, got {key} with {value}.',
  otherBlocks: 'Other blocks are not supported.',
  otherStatistics: 'Statistics per channel are not supported.',
  otherActivation: 'Other activations are not supported.',
  otherUpsampling: 'Other ways to enlarge images are not supported.',

  // keys together
  entries:
    'Expected {key} of the autoencoder to have {expected} entries, one per level, got {got}.',
  groups:
    'Expected norm_num_groups of the autoencoder to divide the channels of every level, got {groups} for {channels} channels.',
  equalWidths:
    'Expected the same number in all entries of {key} of the autoencoder, got {got}: its convolutions between levels keep the channels.',
})
