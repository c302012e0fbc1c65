// Elements of a list that is written as text: numbers, ranges of numbers, or names.
import { NodeError } from '../../engine/base/fault.ts'
import { samplingMessages } from '../messages/sampling.ts'

/** Greatest number of elements of a list. */
const MOST_ELEMENTS = 10_000

/** One element of a list. `number` is undefined for a name. */
export interface Element {
  text: string
  number: number | undefined
}

/**
 * Parses numbers or names separated by commas. `0:10:2` counts from 0 to below 10 in steps of 2, as
 * a Python slice does; the step may be left out.
 * @throws NodeError for an empty list, too many elements, or a range that never ends
 */
export function parseElements(list: string): Element[] {
  const parts = list.split(',').map((part) => part.trim())
  const elements = parts.filter(Boolean).flatMap(parsePart)
  if (!elements.length)
    throw new NodeError({
      param: 'list',
      message: samplingMessages.noElements(),
      cure: samplingMessages.writeElements(),
    })
  requireFew(elements.length)
  return elements
}

function parsePart(part: string): Element[] {
  const fields = part.split(':').map(parseNumber)
  if (fields.length === 1 || fields.length > 3 || fields.includes(undefined))
    return [{ text: part, number: parseNumber(part) }]
  const [start, stop, step = 1] = fields as [number, number, number?]
  // Sums of steps are rounded: 0:0.3:0.1 ends below 0.3.
  const count = Math.ceil((stop - start) / step - 1e-9)
  if (!(count > 0)) throw rangeError(part)
  requireFew(count)
  return Array.from({ length: count }, (_, i) => toElement(start + i * step))
}

export const toElement = (number: number): Element => ({
  text: String(Number(number.toPrecision(12))),
  number,
})

const parseNumber = (text: string): number | undefined => {
  const number = Number(text)
  return text.trim() && Number.isFinite(number) ? number : undefined
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
