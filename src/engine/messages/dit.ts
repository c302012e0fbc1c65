// Errors of the config of a DiT.
import { catalogue } from '../base/catalogue.ts'

export const ditMessages = catalogue('dit', {
  // single keys
  wrongKey: 'Expected {key} of the DiT to be {expected}, got {got}.',
  unknownKey: 'Expected known settings of the DiT, got {key} with {value}.',
  otherNorm: 'Transformers without adaLN-zero are not supported.',
  otherActivation: 'Other feed-forward networks are not supported.',

  // keys together
  patches: 'Expected sample_size of the DiT to be a multiple of patch_size, {patch}, got {got}.',
  width:
    'Expected the width of the DiT, num_attention_heads x attention_head_dim, to be a multiple of 4, got {got}.',
  channels:
    'Expected as many output channels of the DiT as input channels, {inputs}, or twice as many with a variance, got {outputs}.',

  // DiTTransformer2DModel of diffusers
  square: 'A DiTTransformer2DModel has square images.',
})
