// safetensors files: a length, a JSON header, and the bytes of the tensors. Parsed strictly,
// because files are untrusted. https://github.com/huggingface/safetensors
import { MessageError } from '../base/errors.ts'
import { countElements } from '../base/shapes.ts'
import { archiveLimits } from './limits.ts'
import { quoteName, quoteValue } from '../base/quote.ts'
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
export class SafetensorsError extends MessageError {
  override name = 'SafetensorsError'
}

const MAX_RANK = 8
/** Bytes of the length in front of the header. */
const LENGTH = 8

/** Bytes per element, and the decoder of `count` elements from the byte `start` of a file. */
type Dtypes<T> = Record<
  string,
  { size: number; decode(view: DataView, start: number, count: number): T }
>

const floats: Dtypes<Float32Array> = {
  F32: { size: 4, decode: decodeFloats },
  F16: {
    size: 2,
    decode: (view, start, count) =>
      decodeWith(count, (i) => halfToFloat(view.getUint16(start + 2 * i, true))),
  },
  BF16: {
    size: 2,
    decode: (view, start, count) =>
      decodeWith(count, (i) => bfloatToFloat(view.getUint16(start + 2 * i, true))),
  },
}

const integers: Dtypes<Int32Array | Uint8Array> = {
  // A view into the file: bytes need no decoding, and there may be many.
  U8: {
    size: 1,
    decode: (view, start, count) => new Uint8Array(view.buffer, view.byteOffset + start, count),
  },
  I32: {
    size: 4,
    decode: (view, start, count) =>
      fillElements(new Int32Array(count), (i) => view.getInt32(start + 4 * i, true)),
  },
  I64: {
    size: 8,
    decode: (view, start, count) =>
      fillElements(new Int32Array(count), (i) => toInt32(view.getBigInt64(start + 8 * i, true))),
  },
}

function toInt32(value: bigint): number {
  if (value !== BigInt.asIntN(32, value))
    throw new SafetensorsError(safetensorsMessages.tooLarge({ value }))
  return Number(value)
}

const isLittleEndian = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1

/** V8 stores the data of an array of up to 64 bytes in the object, which is cheaper than a buffer. */
const SMALL = 16

/** Copies in one go on little-endian machines, which is nearly all of them. */
function decodeFloats(view: DataView, start: number, count: number): Float32Array {
  if (count <= SMALL || !isLittleEndian)
    return decodeWith(count, (i) => view.getFloat32(start + 4 * i, true))
  const from = view.byteOffset + start
  return new Float32Array(view.buffer.slice(from, from + 4 * count) as ArrayBuffer)
}

const decodeWith = (count: number, at: (i: number) => number) =>
  fillElements(new Float32Array(count), at)

/** A loop, because `from` takes several times as long. */
function fillElements<T extends Float32Array | Int32Array>(into: T, at: (i: number) => number): T {
  for (let i = 0; i < into.length; i++) into[i] = at(i)
  return into
}

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
    writeTensorData(view, offset, data)
    offset += data.byteLength
  }
  return bytes
}

function writeTensorData(view: DataView, start: number, data: StoredArray['data']) {
  if (data instanceof Uint8Array) return new Uint8Array(view.buffer).set(data, start)
  const write = data instanceof Int32Array ? view.setInt32 : view.setFloat32
  for (let i = 0; i < data.length; i++) write.call(view, start + 4 * i, data[i], true)
}

/**
 * Reads the float tensors of a file by name. Throws SafetensorsError on every deviation from the
 * format: sizes, types, offsets out of range, overlaps, holes.
 */
export const readSafetensors = (bytes: Uint8Array): Map<string, StoredTensor> =>
  decodeTensors(bytes, floats).tensors

/** Reads a file that may contain integers, with its metadata. */
export const readArrays = (
  bytes: Uint8Array,
): { tensors: Map<string, StoredArray>; metadata: Record<string, string> } =>
  decodeTensors<StoredArray['data']>(bytes, { ...floats, ...integers })

function decodeTensors<T>(bytes: Uint8Array, dtypes: Dtypes<T>) {
  const { tensors: described, metadata, start } = parseHeader(bytes, bytes.length, dtypes)
  const tensors = new Map<string, { shape: number[]; data: T }>()
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  for (const [name, { dtype, shape, from }] of described) {
    const data = dtypes[dtype].decode(view, start + from, countElements(shape))
    tensors.set(name, { shape, data })
  }
  return { tensors, metadata }
}

/** A tensor as the header describes it. `from` and `to` are offsets in the data, in bytes. */
export interface DescribedTensor {
  dtype: string
  shape: number[]
  from: number
  to: number
}

/**
 * Reads the length of the header from the first eight bytes of a file. Throws SafetensorsError if
 * it exceeds the file or `most` bytes.
 */
export function readHeaderLength(
  bytes: Uint8Array,
  fileSize: number,
  most: number = archiveLimits.safetensorsHeader,
): number {
  if (bytes.length < LENGTH) throw new SafetensorsError(safetensorsMessages.tooShort())
  const length = new DataView(bytes.buffer, bytes.byteOffset, LENGTH).getBigUint64(0, true)
  const limit = Math.min(most, fileSize - LENGTH)
  if (length > BigInt(limit))
    throw new SafetensorsError(safetensorsMessages.headerTooLong({ bytes: length, most: limit }))
  return Number(length)
}

/**
 * Parses the header of a file of float tensors from its first bytes. Checks everything except for
 * the data, also that they fit into `fileSize` bytes. Throws SafetensorsError.
 */
export const describeTensors = (
  bytes: Uint8Array,
  fileSize: number,
): ReadonlyMap<string, DescribedTensor> => parseHeader(bytes, fileSize, floats).tensors

function parseHeader(bytes: Uint8Array, fileSize: number, dtypes: Dtypes<unknown>) {
  const start = LENGTH + readHeaderLength(bytes, fileSize)
  const { header, names } = parseHeaderJson(bytes.subarray(LENGTH, start))
  const tensors = new Map<string, DescribedTensor>()
  for (const name of names) {
    if (name === '__metadata__') continue
    const tensor = readEntry(name, header[name], dtypes)
    checkByteCount(name, tensor, dtypes[tensor.dtype].size)
    tensors.set(name, tensor)
  }
  checkSpans(tensors, fileSize - start)
  return { tensors, metadata: readMetadata(header.__metadata__), start }
}

/** Lists the names in a header, without its length. Throws SafetensorsError if it is no JSON object. */
export const listTensorNames = (header: Uint8Array): string[] =>
  parseHeaderJson(header).names.filter((name) => name !== '__metadata__')

function checkByteCount(name: string, { dtype, shape, from, to }: DescribedTensor, size: number) {
  const expected = countElements(shape) * size
  if (to - from === expected) return
  throw new SafetensorsError(
    safetensorsMessages.byteCount({
      name: quoteName(name),
      dtype,
      shape,
      expected,
      bytes: to - from,
    }),
  )
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

function parseHeaderJson(bytes: Uint8Array) {
  let text: string
  let header: unknown
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes)
    header = JSON.parse(text)
  } catch {
    throw new SafetensorsError(safetensorsMessages.headerNotJson())
  }
  if (!isRecord(header)) throw new SafetensorsError(safetensorsMessages.headerNotAnObject())
  // JSON.parse keeps the last of several equal names.
  const names = Object.keys(header)
  if (countMembers(text) !== names.length)
    throw new SafetensorsError(safetensorsMessages.repeatedName())
  return { header, names }
}

/** Counts the members of the outermost object of a valid JSON text. */
function countMembers(text: string): number {
  let [depth, count] = [0, 0]
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if (code === 0x22) i = stringEnd(text, i)
    else if (code === 0x7b || code === 0x5b) depth++
    else if (code === 0x7d || code === 0x5d) depth--
    else if (code === 0x3a && depth === 1) count++
  }
  return count
}

/** Returns the index of the quote that ends the JSON string at `start`. */
function stringEnd(text: string, start: number): number {
  let i = start + 1
  for (; i < text.length && text.charCodeAt(i) !== 0x22; i++) if (text.charCodeAt(i) === 0x5c) i++
  return i
}

function readEntry(name: string, entry: unknown, dtypes: Dtypes<unknown>): DescribedTensor {
  if (!isRecord(entry))
    throw new SafetensorsError(safetensorsMessages.noDescription({ name: quoteName(name) }))
  const { dtype, shape, data_offsets: offsets } = entry
  if (typeof dtype !== 'string' || !Object.hasOwn(dtypes, dtype)) {
    throw new SafetensorsError(
      safetensorsMessages.unknownType({
        name: quoteName(name),
        dtype: quoteValue(dtype),
        known: Object.keys(dtypes).join(', '),
      }),
    )
  }
  if (!isSizes(shape) || shape.length > MAX_RANK)
    throw new SafetensorsError(safetensorsMessages.shape({ name: quoteName(name) }))
  if (!isSizes(offsets) || offsets.length !== 2 || offsets[0] > offsets[1]) {
    throw new SafetensorsError(safetensorsMessages.offsets({ name: quoteName(name) }))
  }
  return { dtype, shape, from: offsets[0], to: offsets[1] }
}

/** Checks that the tensors cover the data exactly, without overlaps or gaps. */
function checkSpans(tensors: ReadonlyMap<string, DescribedTensor>, length: number) {
  let reached = 0
  for (const tensor of [...tensors.values()].sort(comparePlaces)) {
    if (tensor.from !== reached) {
      const name = quoteName(nameOf(tensors, tensor))
      throw new SafetensorsError(
        safetensorsMessages.gap({ name, got: tensor.from, expected: reached }),
      )
    }
    if (tensor.to > length)
      throw new SafetensorsError(
        safetensorsMessages.beyondEnd({ name: quoteName(nameOf(tensors, tensor)) }),
      )
    reached = tensor.to
  }
  if (reached !== length)
    throw new SafetensorsError(safetensorsMessages.trailingBytes({ bytes: length - reached }))
}

const comparePlaces = (a: DescribedTensor, b: DescribedTensor) => a.from - b.from || a.to - b.to

const nameOf = (tensors: ReadonlyMap<string, DescribedTensor>, tensor: DescribedTensor) =>
  [...tensors.keys()].find((name) => tensors.get(name) === tensor)!

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const isSizes = (value: unknown): value is number[] =>
  Array.isArray(value) && value.every((size) => Number.isSafeInteger(size) && size >= 0)
