// Writer of the protobuf wire format: https://protobuf.dev/programming-guides/encoding. It knows
// nothing of ONNX. Large byte fields are referenced, not copied, until the message is joined.

/** Types of fields on the wire. */
const WIRE = { varint: 0, bytes: 2, fixed32: 5 } as const

const encoder = new TextEncoder()

/** A message that grows by fields, in their order. */
export class ProtoMessage {
  private readonly pieces: Uint8Array[] = []
  private size = 0

  /** Length of the encoded message in bytes. */
  get length(): number {
    return this.size
  }

  /** An integer: int32, int64, enum or bool. Negative numbers take ten bytes, as in protobuf. */
  int(field: number, value: number | bigint): this {
    this.tag(field, WIRE.varint)
    return this.append(varint(value))
  }

  /** A float of 32 bits, little-endian. */
  float(field: number, value: number): this {
    this.tag(field, WIRE.fixed32)
    const bytes = new Uint8Array(4)
    new DataView(bytes.buffer).setFloat32(0, value, true)
    return this.append(bytes)
  }

  text(field: number, value: string): this {
    return this.bytes(field, encoder.encode(value))
  }

  /** Bytes, which are not copied. */
  bytes(field: number, value: Uint8Array): this {
    this.tag(field, WIRE.bytes)
    this.append(varint(value.length))
    return this.append(value)
  }

  /** A message inside this one. It must be complete. */
  message(field: number, { pieces, size }: ProtoMessage): this {
    this.tag(field, WIRE.bytes)
    this.append(varint(size))
    for (const piece of pieces) this.append(piece)
    return this
  }

  /** A field for each value. */
  each<T>(values: Iterable<T>, add: (message: this, value: T) => void): this {
    for (const value of values) add(this, value)
    return this
  }

  /** Joins all fields to one array. */
  join(): Uint8Array<ArrayBuffer> {
    const joined = new Uint8Array(this.size)
    let at = 0
    for (const piece of this.pieces) {
      joined.set(piece, at)
      at += piece.length
    }
    return joined
  }

  private tag(field: number, wire: number) {
    this.append(varint(field * 8 + wire))
  }

  private append(piece: Uint8Array): this {
    this.pieces.push(piece)
    this.size += piece.length
    return this
  }
}

const LOW_BITS = 0x7fn

/** Base 128, the lowest seven bits first; the top bit of a byte means that more follow. */
export function varint(value: number | bigint): Uint8Array {
  let rest = BigInt.asUintN(64, BigInt(value))
  const bytes: number[] = []
  do {
    const low = Number(rest & LOW_BITS)
    rest >>= 7n
    bytes.push(rest > 0n ? low + 128 : low)
  } while (rest > 0n)
  return Uint8Array.from(bytes)
}
