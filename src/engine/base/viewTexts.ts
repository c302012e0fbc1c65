// English texts of node views and exported files, by id. Translations are keyed by id.

/** `#` stands for a number, a size ("8 x 8 x 1") or a list of numbers ("16, 32"). */
export const viewTexts = {
  nothingYet: 'Nothing to show yet',
  noImages: 'No images',
  earlierRuns: 'earlier runs',
  andMore: 'and # more',
  more: '# more',
  clean: 'clean',
  none: 'none',
  oneNonFinite: '# value is NaN or infinite',
  nonFinite: '# values are NaN or infinite',

  // Metrics
  frechetDistance: 'Fréchet distance',
  kernelDistance: 'kernel distance',
  chamferDistance: 'chamfer distance',
  betweenHalves: 'between halves of the reference',
  halvesScore: 'between halves of the reference: #',
  referenceScore: 'the reference: #',
  modesHit: 'modes hit',
  nearMode: 'samples within # σ of a mode',
  emptiestMode: 'samples in the emptiest mode',
  modeDivergence: 'KL divergence of the mode shares',
  ofAll: 'of #',
  lowerIsBetter: 'lower is better',
  planeUnits: 'in the units of the points',
  components: '# principal components of the reference',
  classifierFeatures: '# features of the classifier',
  tooFew: 'too few for # features: use more',
  equalAround: 'about # for equal distributions',
  bestAround: 'about # is best',
  chanceOfHalf: 'expected by chance for half the sample size',
  chance: 'expected by chance',
  nats: 'in nats',
  equalShares: '# for the same shares as in the data',

  density: 'density',

  // Inspected values
  nanInB: 'NaN in b',
  largestDifference: 'largest |a - b|',
  ksDistance: 'KS distance',
  infinite: 'infinite',
  at: 'at',
  frames: 'frames',
  first: 'first',
  last: 'last',
  lastT: 'last t',
  stepsDone: 'training steps',
  fullHistory: 'timesteps with a full history',
  noLabel: 'no label',
  label: 'label #',

  // Models and checkpoints
  size: 'size',
  images: 'images',
  points: 'points',
  coordinates: '# coordinates',
  parameters: 'parameters',
  classes: 'classes',
  features: 'features',
  training: 'training',
  data: 'data',
  middle: 'middle',
  tokens: 'tokens',
  channels: '# channels',
  attention: 'attention',
  crossAttention: 'cross-attention',
  linearAttention: 'linear attention',
  oneHead: '# head',
  heads: '# heads',
  flops: 'FLOPs per image',
  trainingMemory: 'training memory, batch size #',
  checkpointing: 'with checkpointing',
  labelTokens: '# of # labels',
  width: 'width #',
  vectors: 'vectors of size #',
  projected: 'projected to #',
  timesteps: '# timesteps',
  examples: '# examples',
  valueRange: 'values from # to #',
  resumable: 'can be resumed after # steps',
  unet: 'UNet with channels # for # images',
  mlp: 'MLP with hidden layers # for points of dimension #',
  classifier: 'Classifier with channels # for # classes of # images',
  preconditioned: 'preconditioned',
} as const

export type ViewTextId = keyof typeof viewTexts

/** Returns a text in which `values` replace each `#`, in order. */
export function viewText(id: ViewTextId, ...values: readonly (number | string)[]): string {
  const rest = values.values()
  return viewTexts[id].replaceAll('#', () => String(rest.next().value))
}
