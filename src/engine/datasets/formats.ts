// Detects format and size of an image file from its header, without decoding.

export interface ImageHeader {
  mime: string
  /** Size in pixels; undefined if it requires decoding. */
  width?: number
  height?: number
}

/** Detects the format; undefined unless it is an image format that browsers support. */
export function readHeader(bytes: Uint8Array): ImageHeader | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const found = readers.find(({ begins }) => begins(bytes))
  if (!found) return undefined
  try {
    return { mime: found.mime, ...found.size(view, bytes) }
  } catch (error) {
    if (error instanceof RangeError) return { mime: found.mime } // truncated; the decoder will report it
    throw error
  }
}

/** HEIC photos of some phones, which browsers do not support. */
export const isHeic = (bytes: Uint8Array): boolean =>
  at(bytes, 4, 'ftyp') &&
  ['heic', 'heix', 'heim', 'heis', 'hevc', 'mif1', 'msf1'].some((brand) => at(bytes, 8, brand))

interface Size {
  width?: number
  height?: number
}

const at = (bytes: Uint8Array, start: number, text: string) =>
  [...text].every((letter, i) => bytes[start + i] === letter.charCodeAt(0))

/** Detectors in the order in which they are tried. */
const readers: {
  mime: string
  begins(bytes: Uint8Array): boolean
  size(view: DataView, bytes: Uint8Array): Size
}[] = [
  {
    mime: 'image/png',
    begins: (bytes) => at(bytes, 0, '\x89PNG\r\n'),
    size: (view) => ({ width: view.getUint32(16), height: view.getUint32(20) }),
  },
  {
    mime: 'image/jpeg',
    begins: (bytes) => at(bytes, 0, '\xff\xd8\xff'),
    size: jpegSize,
  },
  {
    mime: 'image/gif',
    begins: (bytes) => at(bytes, 0, 'GIF8'),
    size: gifSize,
  },
  {
    mime: 'image/webp',
    begins: (bytes) => at(bytes, 0, 'RIFF') && at(bytes, 8, 'WEBP'),
    size: webpSize,
  },
  {
    mime: 'image/bmp',
    begins: (bytes) => at(bytes, 0, 'BM') && bytes[14] !== undefined && bytes[14] >= 40,
    size: (view) => ({
      width: Math.abs(view.getInt32(18, true)),
      height: Math.abs(view.getInt32(22, true)),
    }),
  },
  {
    mime: 'image/avif',
    begins: (bytes) => at(bytes, 4, 'ftypavi'),
    size: avifSize,
  },
]

/** Size of the canvas or of the first frame, whichever is larger: decoders enlarge the canvas. */
function gifSize(view: DataView): Size {
  const size = (at: number) => ({
    width: view.getUint16(at, true),
    height: view.getUint16(at + 2, true),
  })
  const tableSize = (flags: number) => (flags & 0x80 ? 3 * 2 ** ((flags & 7) + 1) : 0)
  const canvas = size(6)
  if (view.byteLength < 13) return canvas
  let at = 13 + tableSize(view.getUint8(10))
  while (at < view.byteLength && view.getUint8(at) === 0x21) {
    at += 2
    for (; at < view.byteLength && view.getUint8(at) > 0;) at += 1 + view.getUint8(at)
    at++
  }
  if (at + 9 > view.byteLength || view.getUint8(at) !== 0x2c) return canvas
  const frame = size(at + 5)
  return {
    width: Math.max(canvas.width, frame.width + view.getUint16(at + 1, true)),
    height: Math.max(canvas.height, frame.height + view.getUint16(at + 3, true)),
  }
}

/** The largest of the sizes (`ispe` properties) near the start. */
function avifSize(view: DataView, bytes: Uint8Array): Size {
  let found: { width: number; height: number } | undefined
  const end = Math.min(bytes.length - 16, AVIF_HEADER)
  for (let i = bytes.indexOf(0x69); i >= 0 && i < end; i = bytes.indexOf(0x69, i + 1)) {
    if (!at(bytes, i, 'ispe')) continue
    const [width, height] = [view.getUint32(i + 8), view.getUint32(i + 12)]
    if (!found || width * height > found.width * found.height) found = { width, height }
  }
  return found ?? {}
}

/** Bytes that are searched for the size of an AVIF image. */
const AVIF_HEADER = 2 ** 16

/** Scans the segments for a frame header (SOF0 to SOF15, without other markers in that range). */
function jpegSize(view: DataView): Size {
  let offset = 2
  for (;;) {
    const marker = view.getUint16(offset)
    if (marker >> 8 !== 0xff) return {}
    const code = marker & 0xff
    if (code >= 0xc0 && code <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(code)) {
      return { height: view.getUint16(offset + 5), width: view.getUint16(offset + 7) }
    }
    offset += code === 0xff ? 1 : 2 + view.getUint16(offset + 2)
  }
}

function webpSize(view: DataView, bytes: Uint8Array): Size {
  if (at(bytes, 12, 'VP8X')) {
    const uint24 = (start: number) => view.getUint16(start, true) + 65536 * view.getUint8(start + 2)
    return { width: uint24(24) + 1, height: uint24(27) + 1 }
  }
  if (at(bytes, 12, 'VP8L')) {
    const bits = view.getUint32(21, true)
    return { width: (bits & 0x3fff) + 1, height: ((bits >> 14) & 0x3fff) + 1 }
  }
  return { width: view.getUint16(26, true) & 0x3fff, height: view.getUint16(28, true) & 0x3fff }
}
