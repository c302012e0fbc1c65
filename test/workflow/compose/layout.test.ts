// How the ready workflows and the graphs of lessons open in a window of 1440 × 900 pixels.
import { expect, test, vi } from 'vitest'
import { layoutFiles, main, measureFile } from '../../../scripts/layout.ts'

test.each(layoutFiles())('%s can be read when it opens', (path) => {
  const measures = measureFile(path)
  if (!measures) return
  expect(measures.opening).toBeGreaterThanOrEqual(0.6)
  expect(Math.round(measures.smallestView ?? 240)).toBeGreaterThanOrEqual(240)
  if (measures.views) expect(measures.shownViews).toBeGreaterThan(0)
  expect(measures.overlaps).toBe(0)
  expect(measures.intruders).toBe(0)
})

test('the table lists every graph with its measures', () => {
  const print = vi.spyOn(console, 'log').mockImplementation(() => {})
  main(['points', 'noise'])
  const lines = print.mock.calls.map((words) => words.join(' '))
  expect(lines[0]).toMatch(/^file +zoom +fits at +view px +shown +behind/)
  expect(lines.find((line) => line.startsWith('workflows/points.json'))).toMatch(/ 2\/2 /)
  expect(lines.at(-1)).toMatch(/^2 graphs; fit below 0.6: 0;/)
})
