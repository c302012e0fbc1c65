// safetensors files: a length, a JSON header, and the bytes of the tensors. Read strictly, since files come from strangers.
// https://github.com/huggingface/safetensors

/** A tensor of a file: its shape, and its numbers as float32. */
export interface StoredTensor {
  shape: number[]
  data: Float32Array
}

/** A file that is not what it should be. */
export class SafetensorsError extends Error {
  override name = 'SafetensorsError'
}

const MAX_HEADER = 100_000_000
const MAX_RANK = 8

/** Bytes an element, and how they become float32. */
const dtypes: Record<string, { size: number; decode(view: DataView, count: number): Float32Array }> = {
  F32: { size: 4, decode: (view, count) => decoded(count, (i) => view.getFloat32(4 * i, true)) },
  F16: { size: 2, decode: (view, count) => decoded(count, (i) => halfToFloat(view.getUint16(2 * i, true))) },
  BF16: { size: 2, decode: (view, count) => decoded(count, (i) => bfloatToFloat(view.getUint16(2 * i, true))) },
}

const decoded = (count: number, at: (i: number) => number) => Float32Array.from({ length: count }, (_, i) => at(i))

function halfToFloat(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1
  const exponent = (bits >> 10) & 31
  const fraction = bits & 1023
  if (exponent === 31) return fraction ? NaN : sign * Infinity
  return exponent ? sign * 2 ** (exponent - 15) * (1 + fraction / 1024) : sign * 2 ** -14 * (fraction / 1024)
}

const word = new DataView(new ArrayBuffer(4))

function bfloatToFloat(bits: number): number {
  word.setUint32(0, bits * 0x10000)
  return word.getFloat32(0)
}

/** The file of some tensors, as float32, in the order of their names. */
export function writeSafetensors(tensors: ReadonlyMap<string, StoredTensor>, metadata: Record<string, string> = {}): Uint8Array {
  const names = [...tensors.keys()].sort()
  let end = 0
  const entries = names.map((name): [string, unknown] => {
    const { shape, data } = tensors.get(name)!
    return [name, { dtype: 'F32', shape, data_offsets: [end, (end += 4 * data.length)] }]
  })
  const header = Object.fromEntries([['__metadata__', { format: 'pt', ...metadata }], ...entries])
  const json = new TextEncoder().encode(JSON.stringify(header))
  // Padded with spaces, so that the numbers begin at a multiple of eight bytes.
  const start = 8 + Math.ceil(json.length / 8) * 8
  const bytes = new Uint8Array(start + end)
  bytes.fill(0x20, 8, start)
  bytes.set(json, 8)
  const view = new DataView(bytes.buffer)
  view.setBigUint64(0, BigInt(start - 8), true)
  let offset = start
  for (const name of names) {
    for (const value of tensors.get(name)!.data) {
      view.setFloat32(offset, value, true)
      offset += 4
    }
  }
  return bytes
}

/**
 * The tensors of a file, by name. Throws SafetensorsError on anything that is not to the letter of the format: sizes,
 * types, offsets out of range, overlaps, holes.
 */
export function readSafetensors(bytes: Uint8Array): Map<string, StoredTensor> {
  const { header, start } = readHeader(bytes)
  const tensors = new Map<string, StoredTensor>()
  const spans: [number, number, string][] = []
  for (const [name, entry] of Object.entries(header)) {
    if (name === '__metadata__') continue
    const { dtype, shape, from, to } = readEntry(name, entry)
    const { size, decode } = dtypes[dtype]!
    const count = shape.reduce((product, length) => product * length, 1)
    if (to - from !== count * size) {
      throw new SafetensorsError(`${name}: ${dtype} of shape [${shape}] takes ${count * size} bytes, but has ${to - from}.`)
    }
    if (start + to > bytes.length) throw new SafetensorsError(`${name} ends behind the end of the file.`)
    spans.push([from, to, name])
    const view = new DataView(bytes.buffer, bytes.byteOffset + start + from, to - from)
    tensors.set(name, { shape, data: decode(view, count) })
  }
  checkSpans(spans, bytes.length - start)
  return tensors
}

function readHeader(bytes: Uint8Array): { header: Record<string, unknown>; start: number } {
  if (bytes.length < 8) throw new SafetensorsError('The file is too short to be a safetensors file.')
  const length = new DataView(bytes.buffer, bytes.byteOffset, 8).getBigUint64(0, true)
  if (length > BigInt(Math.min(MAX_HEADER, bytes.length - 8))) {
    throw new SafetensorsError(`The header is said to have ${length} bytes, more than there are or are allowed.`)
  }
  const start = 8 + Number(length)
  let header: unknown
  try {
    header = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes.subarray(8, start)))
  } catch {
    throw new SafetensorsError('The header is not JSON.')
  }
  if (!isRecord(header)) throw new SafetensorsError('The header is not an object.')
  return { header, start }
}

function readEntry(name: string, entry: unknown): { dtype: string; shape: number[]; from: number; to: number } {
  if (!isRecord(entry)) throw new SafetensorsError(`${name} is not described by an object.`)
  const { dtype, shape, data_offsets: offsets } = entry
  if (typeof dtype !== 'string' || !Object.hasOwn(dtypes, dtype)) {
    throw new SafetensorsError(`${name} is of type ${JSON.stringify(dtype)}; read are ${Object.keys(dtypes).join(', ')}.`)
  }
  if (!isSizes(shape) || shape.length > MAX_RANK) throw new SafetensorsError(`${name} has no valid shape.`)
  if (!isSizes(offsets) || offsets.length !== 2 || offsets[0]! > offsets[1]!) {
    throw new SafetensorsError(`${name} has no valid offsets.`)
  }
  return { dtype, shape, from: offsets[0]!, to: offsets[1]! }
}

/** The tensors have to cover the data: no byte twice, none left over. */
function checkSpans(spans: [number, number, string][], length: number) {
  let reached = 0
  for (const [from, to, name] of spans.sort((a, b) => a[0] - b[0] || a[1] - b[1])) {
    if (from !== reached) throw new SafetensorsError(`${name} begins at byte ${from} of the data, not at ${reached}.`)
    reached = to
  }
  if (reached !== length) throw new SafetensorsError(`${length - reached} bytes at the end belong to no tensor.`)
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const isSizes = (value: unknown): value is number[] =>
  Array.isArray(value) && value.every((size) => Number.isSafeInteger(size) && size >= 0)
