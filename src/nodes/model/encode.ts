// Encode: latents of images.
import type { Random } from '../../engine/base/random.ts'
import type { Tensor } from '../../engine/base/tf.ts'
import type { Noise, Samples } from '../../engine/base/values.ts'
import type { Model } from '../../engine/models/model.ts'
import { checkShape } from '../../engine/process/coefficients.ts'
import { gaussianNoise } from '../../engine/process/noise.ts'
import {
  encodeImages,
  roundLatents,
  sampleEncoding,
  scaleLatents,
  type Encoding,
} from '../../engine/models/kinds/vae/autoencoder.ts'
import type { Outputs } from '../../engine/plan/op.ts'
import { defineNode, param, slot } from '../define.ts'

/** Latents of a distribution, which a training samples and a data set may do without. */
export const latentsParam = param.choice(
  ['sample', 'mean'],
  'Latents of an autoencoder with a variance',
  {
    sample: 'mean + std noise: drawn from their distribution, as in training',
    mean: 'The mean of their distribution',
  },
)

export const encode = defineNode({
  type: 'diffusion/Encode',
  category: 'model',
  summary:
    'Encodes images to the latents of an autoencoder: a mean, or a sample of the normal distribution that it predicts.',
  aliases: ['VAEEncode', 'encoder', 'images to latents'],
  equation: 'z = s (\\mu(x) + \\sigma(x) \\odot \\epsilon)',
  source: 'Kingma & Welling 2014, section 2.4; scaling factor s: Rombach et al. 2022, appendix G',
  inputs: {
    model: slot.model('Autoencoder; inside training, the model output of TrainingStart'),
    x: slot.samples('Images [b, h, w, c]'),
    noise: slot.optional(
      slot.noise('Noise of the shape of the means; drawn with the seed if not connected'),
    ),
  },
  outputs: {
    latents: slot.samples('Latents [b, h, w, c], multiplied by the scaling factor of the model'),
    mean: slot.samples('Means before scaling, for KLLoss'),
    log_variance: slot.samples('Logarithms of the variances before scaling; none for tiny'),
  },
  params: {
    latents: latentsParam,
    bytes: param.advanced(
      param.toggle(false, 'Rounds each number of the latents of an AutoencoderTiny to one byte'),
    ),
    seed: param.seed(),
  },
  run: ({ model, x, noise }, { latents, bytes }, { random }) => {
    const { encoding, scaled } = drawLatents(model, x.tensor, { latents, bytes, random, noise })
    const { mean, logVariance } = encoding
    // An autoencoder without a variance has no log_variance.
    return {
      latents: asLatents(scaled),
      mean: asLatents(mean),
      ...(logVariance && { log_variance: asLatents(logVariance) }),
    } as Made
  },
})

interface Made extends Outputs {
  latents: Samples
  mean: Samples
  log_variance: Samples
}

const asLatents = (tensor: Tensor): Samples => ({ type: 'samples', tensor, space: 'latent' })

interface DrawOptions {
  latents: 'sample' | 'mean'
  bytes?: boolean
  random: Random
  noise?: Noise | Samples | undefined
  /** Names of model and images in errors. */
  names?: { model: string; x: string }
}

/** Encodes images, and chooses latents of the encoding. */
export function drawLatents(
  model: Model,
  x: Tensor,
  { latents, bytes = false, random, noise, names }: DrawOptions,
): { encoding: Encoding; scaled: Tensor } {
  const encoding = encodeImages(model, x, names)
  const { mean, logVariance } = encoding
  if (noise) checkShape(noise.tensor, mean, 'noise', 'mean')
  const isDrawn = latents === 'sample' && logVariance !== undefined
  const z = isDrawn
    ? sampleEncoding(encoding, noise?.tensor ?? gaussianNoise(random, mean.shape))
    : mean
  return { encoding, scaled: scaleLatents(model, bytes ? roundLatents(model, z).rounded : z) }
}
