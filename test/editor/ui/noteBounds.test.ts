// Texts of files on canvases and as formulas: bounded in length, nesting and work.
import { describe, expect, test } from 'vitest'
import { drawNote, parseRichText } from '../../../src/litegraph/richText.ts'
import { wrapText } from '../../../src/litegraph/wrapText.ts'
import { cutText, sliceText, toLabel } from '../../../src/painters/cutText.ts'
import { fitLabel } from '../../../src/painters/frame.ts'
import { findExcess, formulaBounds } from '../../../src/editor/ui/formulaBounds.ts'
import { parseMarkdown, splitText } from '../../../src/editor/ui/markdown.tsx'
import { enNotes } from '../../../src/editor/texts/noteTexts.ts'
import { countingContext, noteUnits, workOfLines } from '../../../scripts/fuzz/countingContext.ts'
import { koNotes } from '../korean.ts'
import { declarations } from '../../readyWorkflows.ts'

describe('texts on a canvas', () => {
  test('are measured and drawn for what fits only', () => {
    for (const unit of noteUnits) {
      const { ctx, work } = countingContext()
      drawNote(ctx, unit.repeat(400_000 / unit.length), { x: 0, y: 0, width: 300, height: 200 })
      expect(work.measured, unit).toBeLessThan(40_000)
      expect(work.drawn, unit).toBeLessThan(4_000)
      expect(work.characters, unit).toBeLessThan(400_000)
    }
  })

  test('show that they were cut', () => {
    const drawn = (text: string) => {
      const { ctx, work } = countingContext()
      drawNote(ctx, text, { x: 0, y: 0, width: 4000, height: 4000 })
      return work.texts.join(' ')
    }
    expect(drawn('word '.repeat(700))).not.toContain('…')
    expect(drawn('word '.repeat(2000))).toMatch(/word…$/)
  })

  test('are scanned for marks once per line', () => {
    for (const unit of noteUnits) {
      const [short, long] = [workOfLines(unit, 4_000), workOfLines(unit, 40_000)]
      expect(long.calls, unit).toBeLessThan(12 * short.calls + 100)
      expect(long.characters, unit).toBeLessThan(12 * short.characters + 1000)
    }
  })

  test('marks without an end stay text, closed headings lose their hashes', () => {
    expect(parseRichText('[a](b and $x and **c')).toEqual([
      { runs: [{ text: '[a](b and $x and **c' }], indent: 0 },
    ])
    expect(parseRichText('## Title ##')[0].runs).toEqual([{ text: 'Title', bold: true }])
    expect(parseRichText(`# ${'#'.repeat(50)}x`)[0].runs[0].text).toHaveLength(51)
  })

  test('labels are cut before they are measured, and shortened in few steps', () => {
    const { ctx, work } = countingContext()
    const short = fitLabel(ctx, 'W'.repeat(400_000), 100)
    expect(short).toMatch(/^W{10,20}…$/)
    expect(ctx.measureText(short).width).toBeLessThanOrEqual(100)
    expect(ctx.measureText(`W${short}`).width).toBeGreaterThan(100)
    expect(work.measured).toBeLessThan(20)
    expect(work.characters).toBeLessThan(5_000)
    expect(toLabel('x_t '.repeat(100_000)).length).toBeLessThan(1010)
    expect(wrapText(ctx, 'a '.repeat(200_000), 100).join(' ').length).toBeLessThan(4010)
  })

  test('are not cut between the halves of a character', () => {
    expect(cutText('😀😀', 3)).toBe('😀…')
    expect(sliceText('😀😀', 4)).toBe('😀😀')
    const text = `${'😀'.repeat(4000)} word\n`.repeat(3)
    expect(splitText(text).join('')).toBe(text)
    expect(splitText(text).every((chunk) => !/[\ud800-\udbff]$/.test(chunk))).toBe(true)
  })
})

describe('tables', () => {
  const table = (columns: number, rows: number) =>
    `${'|a'.repeat(columns)}\n${'|-'.repeat(columns)}\n${'|\n'.repeat(rows)}`

  test.each([
    [1000, 50],
    [50, 1000],
    [3, 1400],
  ])('%d columns of %d rows, which are empty, are too many elements', (columns, rows) => {
    const around = `A list:\n\n- one\n\n${table(columns, rows)}\nMore`
    expect(parseMarkdown(around)).toEqual({ problem: 'elements' })
  })

  test('of a usual size are parsed', () => {
    expect(parseMarkdown(table(10, 100))).toHaveProperty('tokens')
    const separate = Array.from({ length: 10 }, () => table(5, 40)).join('\n\n')
    expect(parseMarkdown(separate)).toHaveProperty('tokens')
  })
})

describe('formulas', () => {
  const nested = (open: string, close: string, levels: number) =>
    `${open.repeat(levels)}x${close.repeat(levels)}`

  test.each([
    ['characters', 'x '.repeat(2_001)],
    ['tokens', 'x+'.repeat(501)],
    ['nesting', nested('\\sqrt{', '}', 250)],
    ['nesting', nested('\\frac{1}{', '}', 300)],
    ['nesting', nested('x^{', '}', 31)],
    ['nesting', nested('\\left(', '\\right)', 31)],
    ['nesting', nested('\\begin{matrix}', '\\end{matrix}', 31)],
    ['nesting', '\\displaystyle '.repeat(31)],
    ['cells', `\\begin{matrix}${'&'.repeat(501)}\\end{matrix}`],
    ['cells', `\\begin{matrix}${'a\\\\'.repeat(300)}${'&'.repeat(201)}\\end{matrix}`],
    ['definitions', '\\def\\a#1{\\b{#1#1}}'],
    ['definitions', '{\\newcommand{\\a}{x}}'],
  ])('that exceed the bound of %s are not parsed', (problem, latex) => {
    expect(findExcess(latex)).toBe(problem)
  })

  test('of the editor and of papers are within a tenth to a third of the bounds', () => {
    const equations = declarations.flatMap(({ equation }) => equation ?? [])
    expect(equations.length).toBeGreaterThan(30)
    const cells = `\\begin{matrix}${'\\displaystyle a & b \\\\ '.repeat(40)}\\end{matrix}`
    const braces = '\\{'.repeat(200) + '{a}{b}'.repeat(100)
    for (const latex of [...equations, cells, braces, nested('x_{', '}', formulaBounds.nesting)])
      expect(findExcess(latex), latex).toBeUndefined()
  })

  test('reasons exist in all languages', () => {
    expect(Object.keys(koNotes.formula)).toEqual(Object.keys(enNotes.formula))
    expect(Object.keys(koNotes.text)).toEqual(Object.keys(enNotes.text))
    for (const { formula, text } of [enNotes, koNotes])
      for (const reason of [...Object.values(formula), ...Object.values(text)])
        expect(reason('7')).not.toMatch(/undefined|^$/)
  })
})
