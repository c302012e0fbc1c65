// Reads the weights of a checkpoint from one or several files, and checks them against the config.
import type { Files } from './archive.ts'
import { parentFolder, parseJson, unzip } from './archive.ts'
import { CheckpointError } from './error.ts'
import type { StoredTensor } from './safetensors.ts'
import { readSafetensors, SafetensorsError } from './safetensors.ts'
import { archiveMessages } from '../messages/archive.ts'
import { checkpointMessages } from '../messages/checkpoint.ts'

export type StoredWeights = Map<string, StoredTensor>

/** Reads the weights at `path` in a ZIP: a safetensors file or the index of shards. Throws
 * CheckpointError. */
export function readWeights(bytes: Uint8Array, path: string): StoredWeights {
  const files = unzip(bytes, [path])
  if (path.endsWith('.safetensors')) return readOne(files, path)
  const index = parseJson(files.get(path), path).weight_map
  const places = new Map(
    Object.entries(Object(index)).map(([name, file]) => [name, parentFolder(path) + String(file)]),
  )
  const parts = new Set(places.values())
  const all: StoredWeights = new Map()
  const unpacked = unzip(bytes, parts)
  for (const part of parts) {
    for (const [name, tensor] of readOne(unpacked, part)) {
      if (places.get(name) !== part)
        throw new CheckpointError(
          checkpointMessages.unlisted({ file: part, weight: name, index: path }),
        )
      all.set(name, tensor)
    }
  }
  const missing = [...places].find(([name]) => !all.has(name))
  if (missing)
    throw new CheckpointError(
      checkpointMessages.unfound({ file: missing[1], weight: missing[0], index: path }),
    )
  return all
}

function readOne(files: Files, path: string): StoredWeights {
  const file = files.get(path)
  if (!file) throw new CheckpointError(archiveMessages.missing({ path }))
  try {
    return readSafetensors(file)
  } catch (error) {
    if (!(error instanceof SafetensorsError)) throw error
    throw new CheckpointError(
      checkpointMessages.unreadable({ file: path, problem: error.message }),
      checkpointMessages.downloadAgain(),
    )
  }
}

/** Throws CheckpointError unless exactly the expected weights are present and finite. */
export function checkWeights(weights: StoredWeights, expected: ReadonlyMap<string, number[]>) {
  for (const [name, shape] of expected) {
    const found = weights.get(name)
    if (!found) throw new CheckpointError(checkpointMessages.missingWeight({ weight: name }))
    if (String(found.shape) !== String(shape)) {
      throw new CheckpointError(
        checkpointMessages.weightShape({ weight: name, got: found.shape, expected: shape }),
      )
    }
  }
  const extra = [...weights.keys()].find((name) => !expected.has(name))
  if (extra !== undefined)
    throw new CheckpointError(checkpointMessages.extraWeight({ weight: extra }))
}

/** Renames weights. Throws CheckpointError if two get the same name. */
export function renameWeights(
  weights: StoredWeights,
  renamed: (name: string) => string,
): StoredWeights {
  const all: StoredWeights = new Map()
  for (const [name, tensor] of weights) {
    const now = renamed(name)
    if (all.has(now)) throw new CheckpointError(checkpointMessages.repeatedWeight({ weight: now }))
    all.set(now, tensor)
  }
  return all
}
