// File formats by kind of model. Needs no device.
import { KindTable } from '../models/registry.ts'
import { classifierFormat } from './classifier.ts'
import { ditFormat } from './dit.ts'
import type { Format } from './format.ts'
import { layersFormat } from './layers.ts'
import { mlpFormat } from './mlp.ts'
import { ownFormat } from './own.ts'
import { unetFormat } from './unet.ts'
import { klFormat, tinyFormat } from './vae.ts'

const formats = new KindTable<Format>(
  {
    unet: unetFormat,
    dit: ditFormat,
    mlp: mlpFormat,
    classifier: classifierFormat,
    layers: layersFormat,
    autoencoder_kl: klFormat,
    autoencoder_tiny: tinyFormat,
  },
  ownFormat,
)

/** The format of a kind; undefined for models that are no network. */
export const findFormat = (kind: string): Format | undefined => formats.find(kind)

/** The format of a kind of network. Throws Error for another kind. */
export function getFormat(kind: string): Format {
  const format = findFormat(kind)
  if (!format) throw new Error(`No format of files for models of kind ${kind}.`)
  return format
}

/** The kind of model with this `_class_name` in its config; undefined if there is none. */
export const findKind = (className: unknown): string | undefined =>
  formats.names().find((kind) => getFormat(kind).classNames.includes(className as string))
