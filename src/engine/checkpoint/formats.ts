// File formats by kind of model. Needs no device.
import { classifierFormat } from './classifier.ts'
import { ditFormat } from './dit.ts'
import type { Format } from './format.ts'
import { layersFormat } from './layers.ts'
import { mlpFormat } from './mlp.ts'
import { unetFormat } from './unet.ts'
import { klFormat, tinyFormat } from './vae.ts'

/** Formats by kind of model. */
export const formats: Readonly<Record<string, Format>> = {
  unet: unetFormat,
  dit: ditFormat,
  mlp: mlpFormat,
  classifier: classifierFormat,
  layers: layersFormat,
  autoencoder_kl: klFormat,
  autoencoder_tiny: tinyFormat,
}

export const findKind = (className: unknown): string | undefined =>
  Object.keys(formats).find((kind) => formats[kind].classNames.includes(className as string))
