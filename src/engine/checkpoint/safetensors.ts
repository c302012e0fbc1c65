// safetensors files: a length, a JSON header, and the bytes of the tensors. Parsed strictly,
// because files are untrusted. https://github.com/huggingface/safetensors
import { safetensorsMessages } from '../messages/safetensors.ts'

/** A tensor with its elements as float32. */
export interface StoredTensor {
  shape: number[]
  data: Float32Array
}

/** A tensor that may be of integers: U8 stays bytes, I64 becomes int32. */
export interface StoredArray {
  shape: number[]
  data: Float32Array | Int32Array | Uint8Array
}

/** Thrown for invalid files. */
export class SafetensorsError extends Error {
  override name = 'SafetensorsError'
}

const MAX_HEADER = 100_000_000
const MAX_RANK = 8

/** Bytes per element, and the decoder. */
type Dtypes<T> = Record<string, { size: number; decode(view: DataView, count: number): T }>

const floats: Dtypes<Float32Array> = {
  F32: { size: 4, decode: decodeFloats },
  F16: {
    size: 2,
    decode: (view, count) => decodeWith(count, (i) => halfToFloat(view.getUint16(2 * i, true))),
  },
  BF16: {
    size: 2,
    decode: (view, count) => decodeWith(count, (i) => bfloatToFloat(view.getUint16(2 * i, true))),
  },
}

const integers: Dtypes<Int32Array | Uint8Array> = {
  // A view into the file: bytes need no decoding, and there may be many.
  U8: { size: 1, decode: (view, count) => new Uint8Array(view.buffer, view.byteOffset, count) },
  I32: {
    size: 4,
    decode: (view, count) =>
      Int32Array.from({ length: count }, (_, i) => view.getInt32(4 * i, true)),
  },
  I64: {
    size: 8,
    decode: (view, count) =>
      Int32Array.from({ length: count }, (_, i) => toInt32(view.getBigInt64(8 * i, true))),
  },
}

function toInt32(value: bigint): number {
  if (value !== BigInt.asIntN(32, value))
    throw new SafetensorsError(safetensorsMessages.tooLarge({ value }))
  return Number(value)
}

const isLittleEndian = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1

/** Copies in one go on little-endian machines, which is nearly all of them. */
function decodeFloats(view: DataView, count: number): Float32Array {
  if (!isLittleEndian) return decodeWith(count, (i) => view.getFloat32(4 * i, true))
  return new Float32Array(
    view.buffer.slice(view.byteOffset, view.byteOffset + 4 * count) as ArrayBuffer,
  )
}

const decodeWith = (count: number, at: (i: number) => number) =>
  Float32Array.from({ length: count }, (_, i) => at(i))

function halfToFloat(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1
  const exponent = (bits >> 10) & 31
  const fraction = bits & 1023
  if (exponent === 31) return fraction ? NaN : sign * Infinity
  return exponent
    ? sign * 2 ** (exponent - 15) * (1 + fraction / 1024)
    : sign * 2 ** -14 * (fraction / 1024)
}

const word = new DataView(new ArrayBuffer(4))

function bfloatToFloat(bits: number): number {
  word.setUint32(0, bits * 0x10000)
  return word.getFloat32(0)
}

const dtypeName = (data: StoredArray['data']) =>
  data instanceof Uint8Array ? 'U8' : data instanceof Int32Array ? 'I32' : 'F32'

/** Writes float32, int32 and byte tensors, the widest first (for alignment), then by name. */
export function writeSafetensors(
  tensors: ReadonlyMap<string, StoredArray>,
  metadata: Record<string, string> = {},
): Uint8Array {
  const elementSize = (name: string) => tensors.get(name)!.data.BYTES_PER_ELEMENT
  const names = [...tensors.keys()].sort().sort((a, b) => elementSize(b) - elementSize(a))
  let end = 0
  const entries = names.map((name): [string, unknown] => {
    const { shape, data } = tensors.get(name)!
    return [name, { dtype: dtypeName(data), shape, data_offsets: [end, (end += data.byteLength)] }]
  })
  const header = Object.fromEntries([['__metadata__', { format: 'pt', ...metadata }], ...entries])
  const json = new TextEncoder().encode(JSON.stringify(header))
  // Padded with spaces, so that the data start at a multiple of eight bytes.
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
  for (let i = 0; i < data.length; i++) write.call(view, start + 4 * i, data[i], true)
}

/**
 * Reads the float tensors of a file by name. Throws SafetensorsError on every deviation from the
 * format: sizes, types, offsets out of range, overlaps, holes.
 */
export const readSafetensors = (bytes: Uint8Array): Map<string, StoredTensor> =>
  readTensors(bytes, floats).tensors

/** Reads a file that may contain integers, with its metadata. */
export const readArrays = (
  bytes: Uint8Array,
): { tensors: Map<string, StoredArray>; metadata: Record<string, string> } =>
  readTensors<StoredArray['data']>(bytes, { ...floats, ...integers })

function readTensors<T>(bytes: Uint8Array, dtypes: Dtypes<T>) {
  const { header, start } = parseHeader(bytes)
  const tensors = new Map<string, { shape: number[]; data: T }>()
  const spans: [number, number, string][] = []
  for (const [name, entry] of Object.entries(header)) {
    if (name === '__metadata__') continue
    const { dtype, shape, from, to } = readEntry(name, entry, dtypes)
    const { size, decode } = dtypes[dtype]
    const count = shape.reduce((product, length) => product * length, 1)
    if (to - from !== count * size) {
      throw new SafetensorsError(
        safetensorsMessages.byteCount({
          name,
          dtype,
          shape,
          expected: count * size,
          bytes: to - from,
        }),
      )
    }
    if (start + to > bytes.length)
      throw new SafetensorsError(safetensorsMessages.beyondEnd({ name }))
    spans.push([from, to, name])
    const view = new DataView(bytes.buffer, bytes.byteOffset + start + from, to - from)
    tensors.set(name, { shape, data: decode(view, count) })
  }
  checkSpans(spans, bytes.length - start)
  return { tensors, metadata: readMetadata(header.__metadata__) }
}

/** Reads the metadata; non-text values, which the format forbids, are ignored. */
const readMetadata = (metadata: unknown): Record<string, string> =>
  isRecord(metadata)
    ? Object.fromEntries(
        Object.entries(metadata).filter(
          (entry): entry is [string, string] => typeof entry[1] === 'string',
        ),
      )
    : {}

function parseHeader(bytes: Uint8Array): { header: Record<string, unknown>; start: number } {
  if (bytes.length < 8) throw new SafetensorsError(safetensorsMessages.tooShort())
  const length = new DataView(bytes.buffer, bytes.byteOffset, 8).getBigUint64(0, true)
  if (length > BigInt(Math.min(MAX_HEADER, bytes.length - 8))) {
    throw new SafetensorsError(safetensorsMessages.headerTooLong({ bytes: length }))
  }
  const start = 8 + Number(length)
  let header: unknown
  try {
    header = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes.subarray(8, start)))
  } catch {
    throw new SafetensorsError(safetensorsMessages.headerNotJson())
  }
  if (!isRecord(header)) throw new SafetensorsError(safetensorsMessages.headerNotAnObject())
  return { header, start }
}

function readEntry(
  name: string,
  entry: unknown,
  dtypes: Dtypes<unknown>,
): { dtype: string; shape: number[]; from: number; to: number } {
  if (!isRecord(entry)) throw new SafetensorsError(safetensorsMessages.noDescription({ name }))
  const { dtype, shape, data_offsets: offsets } = entry
  if (typeof dtype !== 'string' || !Object.hasOwn(dtypes, dtype)) {
    throw new SafetensorsError(
      safetensorsMessages.unknownType({
        name,
        dtype: JSON.stringify(dtype),
        known: Object.keys(dtypes).join(', '),
      }),
    )
  }
  if (!isSizes(shape) || shape.length > MAX_RANK)
    throw new SafetensorsError(safetensorsMessages.shape({ name }))
  if (!isSizes(offsets) || offsets.length !== 2 || offsets[0] > offsets[1]) {
    throw new SafetensorsError(safetensorsMessages.offsets({ name }))
  }
  return { dtype, shape, from: offsets[0], to: offsets[1] }
}

/** Checks that the tensors cover the data exactly, without overlaps or gaps. */
function checkSpans(spans: [number, number, string][], length: number) {
  let reached = 0
  for (const [from, to, name] of spans.sort((a, b) => a[0] - b[0] || a[1] - b[1])) {
    if (from !== reached)
      throw new SafetensorsError(safetensorsMessages.gap({ name, got: from, expected: reached }))
    reached = to
  }
  if (reached !== length)
    throw new SafetensorsError(safetensorsMessages.trailingBytes({ bytes: length - reached }))
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const isSizes = (value: unknown): value is number[] =>
  Array.isArray(value) && value.every((size) => Number.isSafeInteger(size) && size >= 0)
