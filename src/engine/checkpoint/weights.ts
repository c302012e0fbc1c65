// Reads the weights of a checkpoint from one or several files. Their headers are compared with the
// config before the weights are unpacked, so that memory is bounded by the architecture.
import { countElements } from '../base/shapes.ts'
import { parentFolder, readZipJson } from './archive.ts'
import { archiveLimits } from '../archive/limits.ts'
import type { Zip } from '../archive/zip.ts'
import { quoteName } from '../base/quote.ts'
import { CheckpointError } from '../archive/checkpointError.ts'
import type { StoredTensor } from '../archive/safetensors.ts'
import {
  describeTensors,
  readHeaderLength,
  readSafetensors,
  SafetensorsError,
} from '../archive/safetensors.ts'
import { archiveMessages } from '../messages/archive.ts'
import { checkpointMessages } from '../messages/checkpoint.ts'

export type StoredWeights = Map<string, StoredTensor>

/** Shapes by name. */
export type Shapes = ReadonlyMap<string, { shape: readonly number[] }>

/** A file with weights in a ZIP, and what its header describes. */
interface WeightFile {
  path: string
  tensors: Shapes
}

/** Weights that are described by headers and not unpacked yet. */
export interface WeightFiles {
  /** Shapes of all weights. */
  shapes: Shapes
  /** Unpacks the weights and verifies their CRC-32. Throws CheckpointError and ArchiveError. */
  read(): StoredWeights
}

/** Most bytes of a header in addition to those of its tensors: metadata of other programs. */
const METADATA = 2 ** 20
/** Most bytes in a header about a tensor, without its name. */
const PER_TENSOR = 400

/** Most bytes of a header that describes these weights, with names that may be escaped. */
export const headerLimit = (names: Iterable<string>): number =>
  [...names].reduce((sum, name) => sum + PER_TENSOR + 6 * name.length, METADATA)

/**
 * Opens the weights at `path` in a ZIP: a safetensors file or the index of shards. Reads their
 * headers, each of at most `most` bytes. Throws CheckpointError and ArchiveError.
 */
export function openWeights(zip: Zip, path: string, most: number): WeightFiles {
  const files = path.endsWith('.safetensors')
    ? [describeWeightsFile(zip, path, most)]
    : describeShards(zip, path, most)
  const shapes = new Map(files.flatMap(({ tensors }) => [...tensors]))
  return {
    shapes,
    read() {
      checkTotal(shapes)
      return new Map(files.flatMap((file) => [...readFile(zip, file.path)]))
    },
  }
}

function describeShards(zip: Zip, path: string, most: number): WeightFile[] {
  const index = quoteName(path)
  const places = new Map(
    Object.entries(Object(readZipJson(zip, path).weight_map) as object).map(([name, file]) => {
      if (typeof file === 'string') return [name, parentFolder(path) + file]
      const weight = quoteName(name)
      throw new CheckpointError(checkpointMessages.shardName({ index, weight }))
    }),
  )
  const shards = [...new Set(places.values())]
  if (shards.length > archiveLimits.shards)
    throw new CheckpointError(checkpointMessages.tooManyShards({ most: archiveLimits.shards }))
  const files = shards.map((shard) => describeWeightsFile(zip, shard, most))
  const all = new Set<string>()
  for (const { path: file, tensors } of files)
    for (const name of tensors.keys()) {
      all.add(name)
      if (places.get(name) === file) continue
      const weight = quoteName(name)
      throw new CheckpointError(
        checkpointMessages.unlisted({ file: quoteName(file), weight, index }),
      )
    }
  for (const [name, file] of places) {
    if (all.has(name)) continue
    const weight = quoteName(name)
    throw new CheckpointError(checkpointMessages.unfound({ file: quoteName(file), weight, index }))
  }
  return files
}

function describeWeightsFile(zip: Zip, path: string, most: number): WeightFile {
  const entry = zip.entries.get(path)
  if (!entry) throw new CheckpointError(archiveMessages.missing({ path: quoteName(path) }))
  if (entry.size > archiveLimits.unpacked) throw new CheckpointError(archiveMessages.tooLarge())
  const tensors = asWeightError(path, () => {
    const length = readHeaderLength(zip.readStart(path, 8), entry.size, most)
    return describeTensors(zip.readStart(path, 8 + length), entry.size)
  })
  return { path, tensors }
}

const readFile = (zip: Zip, path: string): StoredWeights =>
  asWeightError(path, () => readSafetensors(zip.read(path, archiveLimits.unpacked)))

/** Converts errors about the format of a file to errors about the checkpoint. */
function asWeightError<T>(path: string, read: () => T): T {
  try {
    return read()
  } catch (error) {
    if (!(error instanceof SafetensorsError)) throw error
    throw new CheckpointError(
      checkpointMessages.unreadable({ file: quoteName(path), problem: error.message }),
      checkpointMessages.downloadAgain(),
    )
  }
}

/** Throws CheckpointError if float32 weights of these shapes take too much memory. */
function checkTotal(shapes: Shapes) {
  const bytes = [...shapes.values()].reduce((sum, { shape }) => sum + 4 * countElements(shape), 0)
  if (bytes > archiveLimits.unpacked) throw new CheckpointError(archiveMessages.tooLarge())
}

/**
 * Throws CheckpointError unless exactly the expected weights are described. Stops at the first
 * missing one.
 */
export function checkWeights(
  weights: Shapes,
  expected: Iterable<readonly [string, readonly number[]]>,
) {
  const known = new Set<string>()
  for (const [name, shape] of expected) {
    known.add(name)
    const found = weights.get(name)
    const weight = quoteName(name)
    if (!found) throw new CheckpointError(checkpointMessages.missingWeight({ weight }))
    if (String(found.shape) !== String(shape)) {
      throw new CheckpointError(
        checkpointMessages.weightShape({ weight, got: found.shape, expected: shape }),
      )
    }
  }
  const extra = [...weights.keys()].find((name) => !known.has(name))
  if (extra !== undefined)
    throw new CheckpointError(checkpointMessages.extraWeight({ weight: quoteName(extra) }))
}

/** Renames weights. Throws CheckpointError if two get the same name. */
export function renameWeights<T>(
  weights: ReadonlyMap<string, T>,
  renamed: (name: string) => string,
): Map<string, T> {
  const all = new Map<string, T>()
  for (const [name, tensor] of weights) {
    const now = renamed(name)
    if (all.has(now))
      throw new CheckpointError(checkpointMessages.repeatedWeight({ weight: quoteName(now) }))
    all.set(now, tensor)
  }
  return all
}
