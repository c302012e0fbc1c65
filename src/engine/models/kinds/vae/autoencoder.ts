// Autoencoders of images: functions `encode` and `decode` of one set of weights. Diffusion models
// are trained on the latents of a trained one (Rombach et al. 2022).
import { EngineError } from '../../../base/errors.ts'
import type { Random } from '../../../base/random.ts'
import type { Tensor, Tensor1D, Tensor4D } from '../../../base/tf.ts'
import { tf } from '../../../base/tf.ts'
import type { Model, ModelOf } from '../../model.ts'
import { modelMessages } from '../../../messages/models.ts'
import { runProgram } from '../../graph/program.ts'
import { createNetwork, networkProgram } from '../../network.ts'
import { isKind } from '../configs.ts'
import type { ImageSize } from '../kind.ts'
import { autoencoderFacts, type AutoencoderFacts } from './facts.ts'
import type { KlConfig } from './klConfig.ts'
import type { TinyConfig } from './tinyConfig.ts'

/** Creates an AutoencoderKL with PyTorch's initialisation. */
export const autoencoderKl = (config: KlConfig, random: Random): ModelOf<'autoencoder_kl'> =>
  createNetwork({ kind: 'autoencoder_kl', config }, random)

/** Creates an AutoencoderTiny with PyTorch's initialisation. */
export const autoencoderTiny = (config: TinyConfig, random: Random): ModelOf<'autoencoder_tiny'> =>
  createNetwork({ kind: 'autoencoder_tiny', config }, random)

/** A normal distribution of latents, or a latent. */
export interface Encoding {
  /** `[b, h, w, c]`. */
  mean: Tensor4D
  /** Log-variance of each number, from -30 to 20; undefined for autoencoders without one. */
  logVariance?: Tensor4D
}

/** Bounds of log-variances; fixed in diffusers. */
const LOG_VARIANCE = [-30, 20] as const

/**
 * Encodes images `[b, h, w, c]`. Throws EngineError, by the argument names in `names`, for a model
 * that is no autoencoder, or if the images do not fit.
 */
export function encodeImages(
  model: Model,
  x: Tensor,
  names = { model: 'model', x: 'x' },
): Encoding {
  const facts = autoencoderFacts(model, names.model)
  const size = checkImages(facts, x, names.x)
  const [encoded] = runProgram(networkProgram(model, ['encode'], size), model, { x })
  if (!facts.hasMoments) return { mean: encoded as Tensor4D }
  const [mean, logVariance] = tf.split(encoded, 2, 3) as [Tensor4D, Tensor4D]
  return { mean, logVariance: logVariance.clipByValue(...LOG_VARIANCE) as Tensor4D }
}

/** Returns height and width of images that can be encoded. */
function checkImages(
  { channels, factor, size }: AutoencoderFacts,
  x: Tensor,
  argument: string,
): ImageSize {
  const [height, width, found] = x.shape.slice(1)
  checkOnlySize(size, height, width, argument, x)
  if (x.rank === 4 && found === channels && height % factor === 0 && width % factor === 0)
    return [height, width]
  throw new EngineError(modelMessages.encoderShape, {
    argument,
    channels,
    multiple: factor,
    shape: x.shape.slice(1),
  })
}

/**
 * Decodes latents `[b, h, w, c]` to images. Throws EngineError, by the argument names in `names`,
 * for a model that is no autoencoder, or if the latents do not fit.
 */
export function decodeLatents(
  model: Model,
  z: Tensor,
  names = { model: 'model', z: 'z' },
): Tensor4D {
  const facts = autoencoderFacts(model, names.model)
  const { latentChannels: channels, factor } = facts
  const [height, width] = z.shape.slice(1, 3).map((side) => side * factor)
  if (z.rank !== 4 || z.shape[3] !== channels)
    throw new EngineError(modelMessages.decoderShape, {
      argument: names.z,
      channels,
      shape: z.shape.slice(1),
    })
  checkOnlySize(facts.size, height, width, names.z, z)
  const program = networkProgram(model, ['decode'], [height, width])
  return runProgram(program, model, { x: z })[0] as Tensor4D
}

/** Checks the size of the images, if there is only one. */
function checkOnlySize(
  size: AutoencoderFacts['size'],
  height: number,
  width: number,
  argument: string,
  { shape }: Tensor,
) {
  if (!size || (size[0] === height && size[1] === width)) return
  throw new EngineError(modelMessages.autoencoderSize, {
    argument,
    expected: size.join(' x '),
    size: `${height} x ${width}`,
    shape: shape.slice(1),
  })
}

/** mean + std noise, or the latent itself without a variance. */
export const sampleEncoding = ({ mean, logVariance }: Encoding, noise: Tensor): Tensor =>
  logVariance ? mean.add(logVariance.mul(0.5).exp().mul(noise)) : mean

/**
 * KL divergence of each item's distribution from the standard normal one, `[b]`, in nats, summed
 * over the latent: Kingma & Welling 2014, appendix B.
 */
export const klDivergence = (mean: Tensor, logVariance: Tensor): Tensor1D =>
  tf.tidy(() => {
    const terms = mean.square().add(logVariance.exp()).sub(1).sub(logVariance)
    return terms.reshape([terms.shape[0], -1]).sum(1).mul(0.5)
  })

/** The numbers that diffusion models take, (z - shift) scale, of latents z. */
export function scaleLatents(model: Model, z: Tensor): Tensor {
  const { scale, shift } = autoencoderFacts(model)
  const centred = shift === 0 ? z : z.sub(shift)
  return scale === 1 ? centred : centred.mul(scale)
}

/** The inverse of {@link scaleLatents}. */
export function unscaleLatents(model: Model, scaled: Tensor): Tensor {
  const { scale, shift } = autoencoderFacts(model)
  const z = scale === 1 ? scaled : scaled.div(scale)
  return shift === 0 ? z : z.add(shift)
}

/**
 * The autoencoder with the scale that gives latents of this standard deviation 1: Rombach et al.
 * 2022, appendix G. Throws EngineError unless it is finite and above 0.
 */
export function withDeviation(model: Model, deviation: number): Model {
  // A model of layers has no place for a scale.
  if (!isKind(model, 'autoencoder_kl') && !isKind(model, 'autoencoder_tiny'))
    throw new EngineError(modelMessages.notAnAutoencoder, { argument: 'model', kind: model.kind })
  if (!(deviation > 0 && deviation < Infinity))
    throw new EngineError(modelMessages.latentDeviation, { argument: 'model', deviation })
  return { ...model, config: { ...model.config, scaling_factor: 1 / deviation } }
}

/**
 * Latents rounded to one byte per number, as in a full forward pass of AutoencoderTiny: of `scaled`
 * numbers in [0, 1]. Other autoencoders have no bounds of latents.
 */
export function roundLatents(model: Model, z: Tensor): { scaled: Tensor; rounded: Tensor } {
  if (!isKind(model, 'autoencoder_tiny'))
    throw new EngineError(modelMessages.notTiny, { argument: 'model', kind: model.kind })
  const { latent_magnitude, latent_shift } = model.config
  const scaled = z
    .div(2 * latent_magnitude)
    .add(latent_shift)
    .clipByValue(0, 1)
  const bytes = scaled.mul(255).round().div(255)
  return { scaled, rounded: bytes.sub(latent_shift).mul(2 * latent_magnitude) }
}
