// Locates the parts of a checkpoint in a ZIP: a diffusers pipeline, a part of one, or a single
// model folder.
import type { MessageText } from '../base/catalogue.ts'
import { parentFolder, isPickle, readZipJson } from './archive.ts'
import { archiveLimits } from '../archive/limits.ts'
import type { Zip } from '../archive/zip.ts'
import { quoteName, quoteValue } from '../base/quote.ts'
import { CheckpointError } from '../archive/checkpointError.ts'
import { findClass, getNetworkKind } from '../models/kinds/registry.ts'
import { OWN_KIND } from '../models/kinds/defined/file.ts'
import { ABOUT, TRAINING } from './paths.ts'
import { checkpointMessages } from '../messages/checkpoint.ts'
import { schedulerMessages } from '../messages/schedulers.ts'
import { archiveMessages } from '../messages/archive.ts'

export interface Layout {
  kind: string
  /** Paths of the parts. If the weights are sharded, the first of `weights` is the index. */
  config: string
  weights: string
  scheduler: string | undefined
  about: string | undefined
  training: string | undefined
  /** Notices about the layout, in sentences. */
  notices: MessageText[]
}

const WEIGHTS = 'diffusion_pytorch_model'

/** Class of each config by path, and its kind if a developer has defined it. */
type Headers = ReadonlyMap<string, { className: unknown; kind: unknown }>

/** Finds the parts. Throws CheckpointError that states what the ZIP contains instead. */
export function findFileParts(zip: Zip): Layout {
  const paths = new Set(zip.entries.keys())
  const configs = [...paths].filter((path) => /(^|\/)config\.json$/.test(path))
  if (configs.length > archiveLimits.configs)
    throw new CheckpointError(checkpointMessages.tooManyConfigs({ most: archiveLimits.configs }))
  const headers: Headers = new Map(
    configs.map((path) => {
      const json = readZipJson(zip, path, archiveLimits.config)
      return [path, { className: json._class_name, kind: json[OWN_KIND] }]
    }),
  )
  const notices: MessageText[] = []
  const config = chooseModel(zip, headers, paths, notices)
  const folder = parentFolder(config)
  const around = parentFolder(folder.slice(0, -1))
  const first = (...candidates: string[]) => candidates.find((path) => paths.has(path))
  ignoredPartNotices(around, folder, paths, notices)
  return {
    kind: findClass(headers.get(config)?.className)!,
    config,
    weights: chooseWeights(folder, paths, notices),
    scheduler: first(
      `${around}scheduler/scheduler_config.json`,
      `${folder}scheduler_config.json`,
      `${folder}scheduler/scheduler_config.json`,
    ),
    about: first(`${around}${ABOUT}`, `${folder}${ABOUT}`),
    training: first(`${around}${TRAINING}`),
    notices,
  }
}

/**
 * Refuses files that are often mistaken for a checkpoint, recognised by their first bytes. Throws
 * CheckpointError.
 */
export function refuseOtherFiles(bytes: Uint8Array) {
  const headerLength =
    bytes.length > 16
      ? Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true))
      : Infinity
  if (headerLength <= bytes.length - 8 && bytes[8] === 0x7b) {
    throw new CheckpointError(checkpointMessages.weightsAlone(), checkpointMessages.dropFolder())
  }
  if (bytes[0] === 0x80 && bytes[1] >= 2 && bytes[1] <= 5) throw pickleError()
}

const pickleError = (file?: string) =>
  new CheckpointError(
    file === undefined
      ? checkpointMessages.pickle()
      : checkpointMessages.pickledWeights({ file: quoteName(file) }),
    checkpointMessages.saveSafely(),
  )

/**
 * Finds the model's config: the outermost one, preferring denoisers to autoencoders, and `unet` to its
 * copies.
 */
function chooseModel(
  zip: Zip,
  headers: Headers,
  paths: Set<string>,
  notices: MessageText[],
): string {
  const known = [...headers]
    .filter(([, { className }]) => findClass(className) !== undefined)
    .map(([path]) => path)
  if (known.length === 0) throw noModelError(zip, headers, paths)
  const depth = (path: string) => path.split('/').length
  const least = Math.min(...known.map(depth))
  const outermost = known.filter((path) => depth(path) === least)
  const denoisers = outermost.filter(
    (path) =>
      getNetworkKind({ kind: findClass(headers.get(path)?.className)! }).file.denoises !== false,
  )
  const outer = denoisers.length > 0 ? denoisers : outermost
  const originals = outer.filter((path) => !path.endsWith('_ema/config.json'))
  const [config, ...more] = originals.length > 0 ? originals : outer
  if (more.length > 0) {
    throw new CheckpointError(
      checkpointMessages.severalModels({
        count: more.length + 1,
        folders: [config, ...more].map((path) => quoteName(parentFolder(path))).join(', '),
      }),
      checkpointMessages.chooseOne(),
    )
  }
  for (const copy of outer) {
    if (copy !== config)
      notices.push(
        checkpointMessages.copyIgnored({
          folder: quoteName(parentFolder(config)),
          copy: quoteName(parentFolder(copy)),
        }),
      )
  }
  return config
}

function noModelError(zip: Zip, headers: Headers, paths: Set<string>): CheckpointError {
  const other = [...headers.values()].find(({ className }) => typeof className === 'string')
  if (other) {
    const name = quoteName(String(other.className))
    if (typeof other.kind !== 'string')
      return new CheckpointError(checkpointMessages.otherModel({ name }))
    return new CheckpointError(
      checkpointMessages.unknownOwnKind({ name, kind: quoteName(other.kind) }),
      checkpointMessages.registerKind(),
    )
  }
  if ([...paths].some((path) => path.endsWith('data.pkl'))) return pickleError()
  const scheduler = [...paths].find((path) => /(^|\/)scheduler_config\.json$/.test(path))
  if (scheduler !== undefined && ![...paths].some((path) => path.endsWith('.safetensors')))
    return schedulerAloneError(readZipJson(zip, scheduler)._class_name)
  if ([...paths].some((path) => path.endsWith('.safetensors'))) {
    return new CheckpointError(checkpointMessages.noConfig(), checkpointMessages.addConfig())
  }
  return new CheckpointError(checkpointMessages.noModel())
}

const schedulerAloneError = (name: unknown) =>
  new CheckpointError(
    schedulerMessages.alone({ name: quoteValue(name) }),
    schedulerMessages.addModel(),
  )

const IGNORED = ['vqvae', 'vae', 'image_encoder', 'text_encoder'] as const

function ignoredPartNotices(
  around: string,
  folder: string,
  paths: Set<string>,
  notices: MessageText[],
) {
  if (around === folder) return
  const others = IGNORED.filter((name) => `${around}${name}/` !== folder)
  const found = others.filter((name) =>
    [...paths].some((path) => path.startsWith(`${around}${name}/`)),
  )
  if (found.length > 0)
    notices.push(
      checkpointMessages.partsIgnored({ folder: quoteName(folder), others: found.join(', ') }),
    )
}

/** Prefers full precision over variants such as fp16, and single files over shards. */
function chooseWeights(folder: string, paths: Set<string>, notices: MessageText[]): string {
  const names = [...paths]
    .filter((path) => parentFolder(path) === folder)
    .map((path) => path.slice(folder.length))
  for (const ending of ['safetensors', 'safetensors.index.json']) {
    const plain = `${WEIGHTS}.${ending}`
    if (names.includes(plain)) return folder + plain
    const [variant] = names
      .filter((name) => name.startsWith(`${WEIGHTS}.`) && isVariant(name, ending))
      .sort()
    if (variant === undefined) continue
    notices.push(checkpointMessages.variant({ name: quoteName(variant) }))
    return folder + variant
  }
  const [pickle] = names.filter(isPickle)
  if (pickle !== undefined) throw pickleError(folder + pickle)
  throw new CheckpointError(
    archiveMessages.missing({ path: `${quoteName(folder)}${WEIGHTS}.safetensors` }),
  )
}

/** Matches `diffusion_pytorch_model.fp16.safetensors` and
 * `diffusion_pytorch_model.safetensors.index.fp16.json`, but no shards. */
function isVariant(name: string, ending: string): boolean {
  const rest = name.slice(WEIGHTS.length + 1)
  return ending === 'safetensors'
    ? /^[\w]+\.safetensors$/.test(rest)
    : /^(safetensors\.index\.[\w]+|[\w]+\.safetensors\.index)\.json$/.test(rest)
}
