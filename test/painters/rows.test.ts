// Painting of views with rows of names and texts.
import { createCanvas } from '@napi-rs/canvas'
import { expect, test } from 'vitest'
import { paintView } from '../../src/painters/paint.ts'

/** Returns the texts painted in a box of the given height, and their y coordinates. */
function written(rows: [string, string][], height: number) {
  const ctx = createCanvas(240, height).getContext('2d')
  const texts: { text: string; y: number }[] = []
  const fillText = ctx.fillText.bind(ctx)
  ctx.fillText = (text: string, x: number, y: number) => {
    texts.push({ text, y })
    fillText(text, x, y)
  }
  paintView(
    ctx as unknown as CanvasRenderingContext2D,
    { kind: 'rows', rows },
    { x: 0, y: 0, width: 240, height },
  )
  return texts
}

const rows: [string, string][] = [
  ['8 x 8', '16 channels'],
  ['4 x 4', '32 channels, attention, 4 heads'],
  ['parameters', '177,489'],
]

test('paints the name and text of each row on one line, inside the box', () => {
  const texts = written(rows, 80)
  expect(texts.map(({ text }) => text).toSorted()).toEqual(rows.flat().toSorted())
  for (const [name, text] of rows) {
    expect(texts.find((written) => written.text === name)!.y).toBe(
      texts.find((written) => written.text === text)!.y,
    )
  }
  expect(Math.max(...texts.map(({ y }) => y))).toBeLessThan(80)
})

test('shows the number of rows that do not fit', () => {
  const texts = written(rows, 42)
  expect(texts.map(({ text }) => text)).toContain('2 more')
  expect(texts.map(({ text }) => text)).not.toContain('parameters')
})
