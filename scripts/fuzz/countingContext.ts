// Canvas context that counts what is measured and drawn, and texts that take a scan the longest.
import { parseRuns } from '../../src/litegraph/richText.ts'

/** Parts of texts whose marks have no end, or end late. */
export const noteUnits = [
  '$a', '$a$', '`a', '[', '[a](', '![a', '](', '*a', '**a', '**a ', '_a ', '*a_', '\\', 'a', 'a ',
  '# ', '#', '- ', '> ', 'x_t ', '\u0301', '\u200b ', '```\n', '\n', '$x^{a}$ ', 'p(', '{x_',
] // prettier-ignore

/** Work that a context was asked for. */
export interface Work {
  measured: number
  drawn: number
  /** Characters of measured and drawn texts. */
  characters: number
  texts: string[]
}

/** Each letter is 6 wide, combining marks and spaces of no width are 0. */
export function countingContext() {
  const work: Work = { measured: 0, drawn: 0, characters: 0, texts: [] }
  const ctx = {
    font: '12px sans-serif',
    measureText(text: string) {
      work.measured++
      work.characters += text.length
      const { length } = text.replaceAll(/[\u0300-\u036f\u200b]/g, '')
      return { width: 6 * length } as TextMetrics
    },
    fillText(text: string) {
      work.drawn++
      work.characters += text.length
      work.texts.push(text)
    },
  }
  return { ctx: ctx as Partial<CanvasRenderingContext2D> as CanvasRenderingContext2D, work }
}

/** Counts the searches in a line and the characters that they pass, by replaced functions. */
export function workOfLines(unit: string, length: number) {
  const work = { calls: 0, characters: 0 }
  const { exec } = RegExp.prototype
  const { indexOf } = String.prototype
  const count = (owner: object, name: string, value: unknown) =>
    Reflect.defineProperty(owner, name, { value, configurable: true, writable: true })
  count(RegExp.prototype, 'exec', function (this: RegExp, text: string) {
    const from = this.lastIndex
    const match = exec.call(this, text)
    work.calls++
    if (this.global) work.characters += (match?.index ?? text.length) - from
    return match
  })
  count(String.prototype, 'indexOf', function (this: string, part: string, from = 0) {
    const found = indexOf.call(this, part, from)
    work.calls++
    work.characters += (found < 0 ? this.length : found) - from
    return found
  })
  try {
    parseRuns(unit.repeat(length / unit.length))
  } finally {
    count(RegExp.prototype, 'exec', exec)
    count(String.prototype, 'indexOf', indexOf)
  }
  return work
}
