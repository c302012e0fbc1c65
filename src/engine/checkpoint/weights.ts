// The weights of a checkpoint: read from one file or several, and held against what the config asks for.
import type { Files } from './archive.ts'
import { folderOf, jsonOf, unzip } from './archive.ts'
import { CheckpointError } from './error.ts'
import type { StoredTensor } from './safetensors.ts'
import { readSafetensors, SafetensorsError } from './safetensors.ts'

export type StoredWeights = Map<string, StoredTensor>

/** Reads the weights at `path` in a ZIP: a safetensors file, or the index of several. Throws CheckpointError. */
export function readWeights(bytes: Uint8Array, path: string): StoredWeights {
  const files = unzip(bytes, [path])
  if (path.endsWith('.safetensors')) return readOne(files, path)
  const index = jsonOf(files.get(path), path).weight_map
  const places = new Map(Object.entries(Object(index)).map(([name, file]) => [name, folderOf(path) + String(file)]))
  const parts = new Set(places.values())
  const all: StoredWeights = new Map()
  const unpacked = unzip(bytes, parts)
  for (const part of parts) {
    for (const [name, tensor] of readOne(unpacked, part)) {
      if (places.get(name) !== part) throw new CheckpointError(`${part} holds ${name}, which ${path} says nothing of.`)
      all.set(name, tensor)
    }
  }
  const missing = [...places].find(([name]) => !all.has(name))
  if (missing) throw new CheckpointError(`${missing[1]} does not hold ${missing[0]}, as ${path} says.`)
  return all
}

function readOne(files: Files, path: string): StoredWeights {
  const file = files.get(path)
  if (!file) throw new CheckpointError(`${path} is missing in the ZIP.`)
  try {
    return readSafetensors(file)
  } catch (error) {
    if (!(error instanceof SafetensorsError)) throw error
    throw new CheckpointError(`${path} cannot be read. ${error.message}`, 'Get the file anew: it was cut short or changed.')
  }
}

/** Throws CheckpointError unless these are the weights that are expected, no more and no fewer, and all of them numbers. */
export function checkWeights(weights: StoredWeights, expected: ReadonlyMap<string, number[]>) {
  for (const [name, shape] of expected) {
    const found = weights.get(name)
    if (!found) throw new CheckpointError(`The weight ${name} is missing.`)
    if (String(found.shape) !== String(shape)) {
      throw new CheckpointError(`The weight ${name} has shape [${found.shape}], but the config asks for [${shape}].`)
    }
  }
  const extra = [...weights.keys()].find((name) => !expected.has(name))
  if (extra !== undefined) throw new CheckpointError(`The weight ${extra} belongs to no part of the model.`)
}

/** Other names for the weights. Throws CheckpointError if two become one. */
export function renameWeights(weights: StoredWeights, renamed: (name: string) => string): StoredWeights {
  const all: StoredWeights = new Map()
  for (const [name, tensor] of weights) {
    const now = renamed(name)
    if (all.has(now)) throw new CheckpointError(`The weight ${now} comes twice.`)
    all.set(now, tensor)
  }
  return all
}
