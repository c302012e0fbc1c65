// Makes the data set file of emoji from the npm package emoji-datasource-twitter: in Node when it is
// needed, for the editor when it is built (src/build/emoji.ts).
import { unzlib } from '../engine/archive/inflate.ts'
import { concatBytes } from '../engine/base/bytes.ts'
import { DatasetError, writeImages } from '../engine/datasets/file.ts'
import { pngFilters } from '../engine/images/png.ts'
import { parsePngChunks } from '../workflow/png.ts'
import { dataMessages } from '../messages/data.ts'

/** Name of the package and paths in it: the images, and their names. */
export const EMOJI_PACKAGE = 'emoji-datasource-twitter'
export const EMOJI_SHEET = 'img/twitter/sheets/32.png'
export const EMOJI_LIST = 'emoji.json'

const SIDE = 32
/** Side of an image in the sheet, with a border of one pixel. */
const CELL = SIDE + 2
/** Bytes per pixel: red, green, blue, opacity. */
const CHANNELS = 4
/** Limit on the sides of a sheet, in pixels. */
const MOST_SIDE = 8192

/** An entry of the list, as far as it is used. */
interface Emoji {
  short_name: string
  /** All short names: of "+1" and "-1", another one has letters. */
  short_names: string[]
  category: string
  sort_order: number
  sheet_x: number
  sheet_y: number
  /** False for emoji that the set lacks, whose place in the sheet has an image of another set. */
  has_img_twitter: boolean
}

/**
 * Returns the file of a data set of 32 x 32 RGB images on white, in the order of categories and of
 * emoji keyboards, with categories as classes and short names as captions. Variants by skin tone are
 * left out. Throws DatasetError.
 */
export function packEmoji(sheet: Uint8Array, list: Uint8Array): Uint8Array {
  const all = (JSON.parse(new TextDecoder().decode(list)) as Emoji[]).filter(
    (emoji) => emoji.has_img_twitter,
  )
  const classNames = [...new Set(all.map(({ category }) => category))].sort()
  const classOf = ({ category }: Emoji) => classNames.indexOf(category)
  const sorted = all.sort((a, b) => classOf(a) - classOf(b) || a.sort_order - b.sort_order)
  const pixels = decodeRgba(sheet)
  const size = 3 * SIDE ** 2
  const images = new Uint8Array(sorted.length * size)
  sorted.forEach((emoji, i) => copyOnWhite(pixels, emoji, images.subarray(i * size)))
  return writeImages({
    name: 'Emoji',
    images,
    shape: [sorted.length, SIDE, SIDE, 3],
    max: 255,
    labels: Int32Array.from(sorted, classOf),
    classNames,
    captions: sorted.map(caption),
  })
}

/** The first short name with letters, in words. */
const caption = ({ short_name, short_names }: Emoji): string =>
  (short_names.find((name) => /[a-z]/i.test(name)) ?? short_name).replaceAll(/[_-]+/g, ' ').trim()

interface Pixels {
  width: number
  data: Uint8Array
}

function copyOnWhite({ width, data }: Pixels, { sheet_x, sheet_y }: Emoji, into: Uint8Array) {
  let to = 0
  for (let y = 0; y < SIDE; y++) {
    let from = CHANNELS * ((sheet_y * CELL + 1 + y) * width + sheet_x * CELL + 1)
    for (let x = 0; x < SIDE; x++, from += CHANNELS) {
      const opacity = data[from + 3] / 255
      for (let c = 0; c < 3; c++)
        into[to++] = Math.round(opacity * data[from + c] + (1 - opacity) * 255)
    }
  }
}

/** Decodes a PNG of 8-bit RGBA that is not interlaced (W3C specification, third edition). */
function decodeRgba(bytes: Uint8Array): Pixels {
  const chunks = parsePngChunks(bytes)
  const [{ data: header }] = chunks
  const view = new DataView(header.buffer, header.byteOffset, header.byteLength)
  const [width, height] = [view.getUint32(0), view.getUint32(4)]
  const [depth, colour, , , interlace] = header.subarray(8)
  if (depth !== 8 || colour !== 6 || interlace !== 0 || Math.max(width, height) > MOST_SIDE)
    throw new DatasetError(dataMessages.emojiSheet())
  const length = CHANNELS * width
  const filtered = unzlib(
    concatBytes(chunks.flatMap(({ type, data }) => (type === 'IDAT' ? [data] : []))),
    height * (length + 1),
  )
  const data = new Uint8Array(height * length)
  for (let y = 0; y < height; y++)
    reconstructRow(filtered.subarray(y * (length + 1)), data, y * length, length)
  return { width, data }
}

/** Reverses the filter of a row (section 9.2), whose number is the first byte. */
function reconstructRow(row: Uint8Array, into: Uint8Array, start: number, length: number) {
  const filter = pngFilters[row[0]]
  for (let i = 0; i < length; i++) {
    const at = start + i
    const inside = i >= CHANNELS
    const left = inside ? into[at - CHANNELS] : 0
    const up = start ? into[at - length] : 0
    const corner = inside && start ? into[at - length - CHANNELS] : 0
    into[at] = row[i + 1] + filter(left, up, corner)
  }
}
