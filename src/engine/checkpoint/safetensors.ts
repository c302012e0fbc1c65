// safetensors files: a length, a JSON header, and the bytes of the tensors. Read strictly, since files come from strangers.
// https://github.com/huggingface/safetensors

/** A tensor of a file: its shape, and its numbers as float32. */
export interface StoredTensor {
  shape: number[]
  data: Float32Array
}

/** A tensor of a file that may be of integers: bytes stay bytes, and I64 becomes int32. */
export interface StoredArray {
  shape: number[]
  data: Float32Array | Int32Array | Uint8Array
}

/** A file that is not what it should be. */
export class SafetensorsError extends Error {
  override name = 'SafetensorsError'
}

const MAX_HEADER = 100_000_000
const MAX_RANK = 8

/** Bytes an element, and how they become numbers. */
type Dtypes<T> = Record<string, { size: number; decode(view: DataView, count: number): T }>

const floats: Dtypes<Float32Array> = {
  F32: { size: 4, decode: decodeFloats },
  F16: { size: 2, decode: (view, count) => decoded(count, (i) => halfToFloat(view.getUint16(2 * i, true))) },
  BF16: { size: 2, decode: (view, count) => decoded(count, (i) => bfloatToFloat(view.getUint16(2 * i, true))) },
}

const integers: Dtypes<Int32Array | Uint8Array> = {
  // A view into the file: bytes need no decoding, and there may be many.
  U8: { size: 1, decode: (view, count) => new Uint8Array(view.buffer, view.byteOffset, count) },
  I32: { size: 4, decode: (view, count) => Int32Array.from({ length: count }, (_, i) => view.getInt32(4 * i, true)) },
  I64: {
    size: 8,
    decode: (view, count) => Int32Array.from({ length: count }, (_, i) => narrowed(view.getBigInt64(8 * i, true))),
  },
}

function narrowed(value: bigint): number {
  if (value !== BigInt.asIntN(32, value)) throw new SafetensorsError(`${value} does not fit 32 bits.`)
  return Number(value)
}

const isLittleEndian = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1

/** A copy at once where the machine keeps numbers as the file does, which is nearly everywhere. */
function decodeFloats(view: DataView, count: number): Float32Array {
  if (!isLittleEndian) return decoded(count, (i) => view.getFloat32(4 * i, true))
  return new Float32Array(view.buffer.slice(view.byteOffset, view.byteOffset + 4 * count) as ArrayBuffer)
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

const dtypeOf = (data: StoredArray['data']) => (data instanceof Uint8Array ? 'U8' : data instanceof Int32Array ? 'I32' : 'F32')

/** The file of some tensors: float32, int32 and bytes, the widest first (so that each is aligned), then in the order of their names. */
export function writeSafetensors(tensors: ReadonlyMap<string, StoredArray>, metadata: Record<string, string> = {}): Uint8Array {
  const sizeOf = (name: string) => tensors.get(name)!.data.BYTES_PER_ELEMENT
  const names = [...tensors.keys()].sort().sort((a, b) => sizeOf(b) - sizeOf(a))
  let end = 0
  const entries = names.map((name): [string, unknown] => {
    const { shape, data } = tensors.get(name)!
    return [name, { dtype: dtypeOf(data), shape, data_offsets: [end, (end += data.byteLength)] }]
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
    const { data } = tensors.get(name)!
    writeData(view, offset, data)
    offset += data.byteLength
  }
  return bytes
}

function writeData(view: DataView, start: number, data: StoredArray['data']) {
  if (data instanceof Uint8Array) return new Uint8Array(view.buffer).set(data, start)
  const write = data instanceof Int32Array ? view.setInt32 : view.setFloat32
  for (let i = 0; i < data.length; i++) write.call(view, start + 4 * i, data[i]!, true)
}

/**
 * The tensors of a file of floats, by name. Throws SafetensorsError on anything that is not to the letter of the format: sizes,
 * types, offsets out of range, overlaps, holes.
 */
export const readSafetensors = (bytes: Uint8Array): Map<string, StoredTensor> => readTensors(bytes, floats).tensors

/** The same for a file that may hold integers too, and its metadata. */
export const readArrays = (bytes: Uint8Array): { tensors: Map<string, StoredArray>; metadata: Record<string, string> } =>
  readTensors<StoredArray['data']>(bytes, { ...floats, ...integers })

function readTensors<T>(bytes: Uint8Array, dtypes: Dtypes<T>) {
  const { header, start } = readHeader(bytes)
  const tensors = new Map<string, { shape: number[]; data: T }>()
  const spans: [number, number, string][] = []
  for (const [name, entry] of Object.entries(header)) {
    if (name === '__metadata__') continue
    const { dtype, shape, from, to } = readEntry(name, entry, dtypes)
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
  return { tensors, metadata: readMetadata(header.__metadata__) }
}

/** What is no text is left out: the format allows only text. */
const readMetadata = (metadata: unknown): Record<string, string> =>
  isRecord(metadata)
    ? Object.fromEntries(Object.entries(metadata).filter((entry): entry is [string, string] => typeof entry[1] === 'string'))
    : {}

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

function readEntry(
  name: string,
  entry: unknown,
  dtypes: Dtypes<unknown>,
): { dtype: string; shape: number[]; from: number; to: number } {
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
