// Elements of a list that is written as text: numbers, ranges of numbers, or names.
import { NodeError } from '../../engine/messages/fault.ts'
import { parseNumber } from '../../workflow/controlSpec.ts'
import { samplingMessages } from '../../messages/sampling.ts'

/** Greatest number of elements of a list, and of its characters. */
export const MOST_ELEMENTS = 10_000
export const MOST_LIST_CHARACTERS = 1_000_000

/** One element of a list. `number` is undefined for a name. */
export interface Element {
  text: string
  number: number | undefined
}

/**
 * Parses numbers or names separated by commas. `0:10:2` counts from 0 to below 10 in steps of 2, as
 * a Python slice does; the step may be left out. Elements are counted before they are created, and
 * parts before they are split: a short text can ask for billions.
 * @throws NodeError for an empty list, too many elements, or a range that never ends
 */
export function parseElements(list: string): Element[] {
  requireShort(list)
  const parts: Part[] = []
  let count = 0
  for (const text of splitParts(list)) {
    const part = readListPart(text)
    count += part.count
    requireFew(count)
    parts.push(part)
  }
  if (count === 0)
    throw new NodeError({
      param: 'list',
      message: samplingMessages.noElements(),
      cure: samplingMessages.writeElements(),
    })
  return parts.flatMap(({ text, range, count: own }) =>
    range
      ? Array.from({ length: own }, (_, i) => toElement(range.start + i * range.step))
      : [{ text, number: parseNumber(text) }],
  )
}

/** Yields the parts between commas that are not empty, one at a time. */
function* splitParts(list: string): Generator<string, void> {
  for (let from = 0; from <= list.length;) {
    const comma = list.indexOf(',', from)
    const end = comma < 0 ? list.length : comma
    const part = list.slice(from, end).trim()
    if (part) yield part
    from = end + 1
  }
}

/** A number or a name, or a range with its number of elements. */
interface Part {
  text: string
  count: number
  range?: { start: number; step: number }
}

function readListPart(text: string): Part {
  // A name may have any number of colons.
  const fields = text.split(':', 4).map(parseNumber)
  if (fields.length === 1 || fields.length > 3 || fields.includes(undefined))
    return { text, count: 1 }
  const [start, stop, step = 1] = fields as [number, number, number?]
  // Sums of steps are rounded: 0:0.3:0.1 ends below 0.3.
  const count = Math.ceil((stop - start) / step - 1e-9)
  if (!(count > 0)) throw rangeError(text)
  return { text, count, range: { start, step } }
}

export const toElement = (number: number): Element => ({
  text: String(Number(number.toPrecision(12))),
  number,
})

function requireShort(list: string) {
  if (list.length <= MOST_LIST_CHARACTERS) return
  throw new NodeError({
    param: 'list',
    message: samplingMessages.longList({ most: MOST_LIST_CHARACTERS, count: list.length }),
    cure: samplingMessages.shortenList(),
  })
}

function requireFew(count: number) {
  if (count <= MOST_ELEMENTS) return
  throw new NodeError({
    param: 'list',
    message: samplingMessages.manyElements({ most: MOST_ELEMENTS, count }),
    cure: samplingMessages.fewerElements(),
  })
}

const rangeError = (range: string) =>
  new NodeError({
    param: 'list',
    message: samplingMessages.emptyRange({ range: range.slice(0, 60) }),
    cure: samplingMessages.writeRange(),
  })
