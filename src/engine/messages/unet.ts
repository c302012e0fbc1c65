// Errors of the config of a UNet.
import { catalogue } from '../base/catalogue.ts'

export const unetMessages = catalogue('unet', {
  // single keys
  wrongKey: 'Expected {key} of the UNet to be {expected}, got {got}.',
  unknownKey: 'Expected known settings of the UNet, got {key} with {value}.',
  otherBlocks:
    'Blocks with skip, FIR or K filters or with simple cross-attention are not supported.',
  otherShifts: 'Other ways to add the embedding are not supported.',
  imageTokens: 'Tokens from images are not supported.',
  otherValues: 'Other values are not supported.',

  // keys together
  entries:
    'Expected {key} of the UNet to have {expected} entries, as block_out_channels has, got {got}.',
  channels:
    'Expected as many output channels of the UNet as its images have, {images}, or twice as many with a variance, got {outputs}.',
  groups:
    'Expected norm_num_groups of the UNet to divide the channels of every level, got {groups} for {channels} channels.',
  middleGroups:
    'Expected attn_norm_num_groups of the UNet to divide the {channels} channels of the middle block, got {groups}.',
  middleAttention:
    'Expected add_attention of the UNet to be true with mid_block_type "{type}", got false.',
  unusedTokens: 'Expected no {key} of the UNet, as no block attends to tokens, got one.',
  headEntries:
    'Expected attention_head_dim of the UNet to have {expected} entries, one per level and one for the middle block, got {got}.',
  headsOfLevel:
    'Expected attention_head_dim of the UNet to divide the {channels} channels of level {level}, got {dim}.',
  headsOfMiddle:
    'Expected attention_head_dim of the UNet to divide the {channels} channels of the middle block, got {dim}.',
  size: 'Expected sample_size of the UNet to be a multiple of {multiple} for {levels} levels, got {got}.',
  firstLevel:
    'Expected more channels in the first level of the UNet to embed t with freq_shift {shift}, got {channels}.',
  learnedTimes: 'Expected num_train_timesteps of the UNet with learned embeddings of t, got null.',
  embeddedTwice:
    'Expected time_embedding_type "positional" of a UNet whose class_embed_type is "timestep", got "{type}".',
  twoTokens:
    'Expected num_token_embeds or encoder_hid_dim of the UNet, as tokens are labels or vectors, got both.',
  twoLabels:
    'Expected num_class_embeds or num_token_embeds of the UNet, as a condition has one kind of labels, got both.',

  // UNet2DConditionModel of diffusers
  foreignKey: 'A UNet2DConditionModel has no {key}.',
  unsupported: 'The UNet is not supported. {reason}',
  headList:
    'Expected attention_head_dim of the UNet to fit the {channels} channels of level {level}, got {heads}.',
  linearAttention:
    'No UNet of diffusers has linear attention. Use self-attention or cross-attention.',
  headsByLevel:
    'A UNet2DModel has one attention_head_dim for all levels, and here it is {dims}. Set head_dim of the attention, not heads.',
  labelTokens:
    'A UNet2DConditionModel has no table of labels for its tokens. Use vectors as tokens.',
  middleTokens:
    'The middle block of a UNet2DConditionModel attends to tokens. Use cross-attention in the middle block too.',
  otherTimes: 'A UNet2DConditionModel embeds t in another way, or only by its sines and cosines.',
  endActivation: 'A UNet2DConditionModel has another activation at its end.',
  resampling:
    'A UNet2DConditionModel resamples by convolution after blocks with attention. Set downsample and upsample to conv.',
  oneHeadList:
    'A UNet2DConditionModel has one list of heads, which cannot hold these. Set heads of every attention, the same in the last level and the middle block.',
})

/** Values of keys. */
export const unetWords = catalogue('unetWords', {
  nothing: 'nothing',
  count: 'a positive integer',
  countOrNull: 'a positive integer or null',
  countOrZero: 'a positive integer or 0',
  positive: 'a positive number',
  headCount: 'a positive integer, or null for one head',
  number: 'a number',
  choice: 'one of {choices}',
  boolean: 'true or false',
  share: 'a number from 0 to below 1',
  listOf: 'a list with {item} in each place',
  orList: '{item}, or a list of such',
  integerTo: 'an integer from 1 to {most}',
  integerFromZero: 'an integer from 0 to {most}',
  side: 'the side of the images in pixels, or [height, width]',
})
