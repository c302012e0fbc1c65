// The writer of the protobuf wire format: bytes of the documentation's examples, and properties.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ProtoMessage, varint } from '../../../src/engine/onnx/protobuf.ts'

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex')

/** Reads a varint, as unsigned 64 bits. */
function readVarint(bytes: Uint8Array): bigint {
  return bytes.reduce((sum, byte, i) => sum | (BigInt(byte & 0x7f) << BigInt(7 * i)), 0n)
}

describe('varint', () => {
  test('has the bytes of the specification', () => {
    expect(hex(varint(1))).toBe('01')
    expect(hex(varint(150))).toBe('9601')
    // Negative numbers have the ten bytes of their two's complement.
    expect(hex(varint(-2))).toBe('feffffffffffffffff01')
    expect(hex(varint(0))).toBe('00')
  })

  test('is read back for every integer of 64 bits', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), (value) => {
        const bytes = varint(value)
        expect(BigInt.asIntN(64, readVarint(bytes))).toBe(value)
        expect([...bytes].every((byte, i) => byte > 127 === i < bytes.length - 1)).toBe(true)
      }),
    )
  })
})

test('fields have the bytes of the specification', () => {
  expect(hex(new ProtoMessage().int(1, 150).join())).toBe('089601')
  expect(hex(new ProtoMessage().text(2, 'testing').join())).toBe('120774657374696e67')
  const inner = new ProtoMessage().int(1, 150)
  expect(hex(new ProtoMessage().message(3, inner).join())).toBe('1a03089601')
  expect(hex(new ProtoMessage().float(2, 1).join())).toBe('150000803f')
  // Field 20 needs two bytes for its tag.
  expect(hex(new ProtoMessage().int(20, 7).join())).toBe('a00107')
  expect(hex(new ProtoMessage().text(1, '노이즈').join())).toBe('0a09eb85b8ec9db4eca688')
})

test('repeated fields follow each other, and an empty message has no bytes', () => {
  const list = new ProtoMessage().each([3, 270], (message, value) => message.int(4, value))
  expect(hex(list.join())).toBe('2003208e02')
  expect(new ProtoMessage().join()).toEqual(new Uint8Array())
  expect(hex(new ProtoMessage().message(1, new ProtoMessage()).join())).toBe('0a00')
})

test('the length is that of the joined bytes, with bytes that are not copied before', () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 300 })), fc.string(), (parts, text) => {
      const inner = new ProtoMessage().each(parts, (message, part) => message.bytes(9, part))
      const message = new ProtoMessage().text(1, text).message(7, inner)
      expect(message.join().length).toBe(message.length)
    }),
  )
  const weights = Uint8Array.of(1, 2)
  const message = new ProtoMessage().bytes(9, weights)
  weights[0] = 5
  expect(hex(message.join())).toBe('4a020502')
})
