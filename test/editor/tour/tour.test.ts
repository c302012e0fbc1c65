// Steps of the tour and the position of its notes.
import { describe, expect, test } from 'vitest'
import { placeBeside } from '../../../src/editor/tour/placement.ts'
import { nextStep } from '../../../src/editor/tour/steps.ts'

describe('tour steps', () => {
  const [idle, running] = [
    { running: false, ended: true, changed: false },
    { running: true, ended: false, changed: false },
  ]

  test('advance when the user acts', () => {
    expect(nextStep('run', { ...idle, ended: false })).toBe('run')
    expect(nextStep('run', running)).toBe('watch')
    expect(nextStep('watch', running)).toBe('watch')
    expect(nextStep('watch', idle)).toBe('change')
    expect(nextStep('change', idle)).toBe('change')
    expect(nextStep('change', { ...idle, changed: true })).toBe('again')
    expect(nextStep('again', running)).toBe('compare')
    expect(nextStep('compare', running)).toBe('compare')
    expect(nextStep('compare', idle)).toBe('end')
    expect(nextStep('end', running)).toBe('end')
  })

  test('go back after an undo, and to the start if nothing has run', () => {
    expect(nextStep('again', idle)).toBe('change')
    expect(nextStep('change', running)).toBe('watch')
    for (const step of ['watch', 'change', 'again', 'compare'] as const) {
      expect(nextStep(step, { running: false, ended: false, changed: false })).toBe('run')
    }
  })
})

test('places a note beside its target, or at the bottom if there is no room', () => {
  const within = { left: 0, top: 48, width: 1000, height: 700 }
  const note = { width: 300, height: 150 }
  expect(placeBeside({ left: 400, top: 10, width: 80, height: 30 }, note, within)).toEqual([
    290, 54,
  ])
  expect(placeBeside({ left: 900, top: 600, width: 80, height: 100 }, note, within)).toEqual([
    686, 436,
  ])
  expect(placeBeside({ left: 10, top: 60, width: 300, height: 660 }, note, within)).toEqual([
    324, 315,
  ])
  expect(placeBeside({ left: 690, top: 60, width: 300, height: 660 }, note, within)).toEqual([
    376, 315,
  ])
  expect(placeBeside({ left: 10, top: 60, width: 980, height: 660 }, note, within)).toEqual([
    350, 584,
  ])
  expect(placeBeside(undefined, note, within)).toEqual([350, 584])
})

test('places a note where it covers no nodes, if there is such a place', () => {
  const within = { left: 0, top: 48, width: 1000, height: 700 }
  const note = { width: 300, height: 150 }
  const button = { left: 400, top: 10, width: 80, height: 30 }
  const node = { left: 350, top: 100, width: 200, height: 100 }
  expect(placeBeside(button, note, within, [node])).toEqual([14, 584])
  const corner = { left: 0, top: 600, width: 200, height: 100 }
  expect(placeBeside(button, note, within, [node, corner])).toEqual([686, 584])
  expect(placeBeside(button, note, within, [corner])).toEqual([290, 54])
})
