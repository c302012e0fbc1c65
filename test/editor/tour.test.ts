import { describe, expect, test } from 'vitest'
import { placeBeside } from '../../src/editor/tour/place.ts'
import { stepAfter } from '../../src/editor/tour/steps.ts'

describe('the steps of the tour', () => {
  const [idle, running] = [
    { running: false, ended: true, changed: false },
    { running: true, ended: false, changed: false },
  ]

  test('follow what was done', () => {
    expect(stepAfter('run', { ...idle, ended: false })).toBe('run')
    expect(stepAfter('run', running)).toBe('watch')
    expect(stepAfter('watch', running)).toBe('watch')
    expect(stepAfter('watch', idle)).toBe('change')
    expect(stepAfter('change', idle)).toBe('change')
    expect(stepAfter('change', { ...idle, changed: true })).toBe('again')
    expect(stepAfter('again', running)).toBe('compare')
    expect(stepAfter('compare', running)).toBe('compare')
    expect(stepAfter('compare', idle)).toBe('end')
    expect(stepAfter('end', running)).toBe('end')
  })

  test('go back where it was undone, and to the beginning where nothing has run', () => {
    expect(stepAfter('again', idle)).toBe('change')
    expect(stepAfter('change', running)).toBe('watch')
    for (const step of ['watch', 'change', 'again', 'compare'] as const) {
      expect(stepAfter(step, { running: false, ended: false, changed: false })).toBe('run')
    }
  })
})

test('a note is beside what it is about, and at the foot where no side has room', () => {
  const within = { left: 0, top: 48, width: 1000, height: 700 }
  const note = { width: 300, height: 150 }
  expect(placeBeside({ left: 400, top: 10, width: 80, height: 30 }, note, within)).toEqual([290, 54])
  expect(placeBeside({ left: 900, top: 600, width: 80, height: 100 }, note, within)).toEqual([686, 436])
  expect(placeBeside({ left: 10, top: 60, width: 300, height: 660 }, note, within)).toEqual([324, 315])
  expect(placeBeside({ left: 690, top: 60, width: 300, height: 660 }, note, within)).toEqual([376, 315])
  expect(placeBeside({ left: 10, top: 60, width: 980, height: 660 }, note, within)).toEqual([350, 584])
  expect(placeBeside(undefined, note, within)).toEqual([350, 584])
})
