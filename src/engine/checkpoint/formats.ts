// File formats by kind of model. Needs no device.
import { KindTable } from '../models/kinds/registry.ts'
import { classifierFormat } from '../models/kinds/classifier/file.ts'
import { ditFormat } from '../models/kinds/dit/file.ts'
import type { Format } from '../models/kinds/file.ts'
import { layersFormat } from '../models/kinds/layers/file.ts'
import { mlpFormat } from '../models/kinds/mlp/file.ts'
import { ownFormat } from '../models/kinds/defined/file.ts'
import { unetFormat } from '../models/kinds/unet/file.ts'
import { klFormat, tinyFormat } from '../models/kinds/vae/file.ts'

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
