// Comparison of partial and complete repaints of the canvas in Chromium.
import type { Page } from 'playwright-core'
import { beforeEach, expect, test } from 'vitest'
import { useBuiltEditor, useChromium } from '../chromium.ts'
import { button, onCanvas, painted, press, getRunStatus, useEditor } from './driver.ts'
import { fullTest } from '../families.ts'

const chromium = useChromium()
const server = useBuiltEditor()
const editor = useEditor(chromium, server, { newProfile: true, media: { reducedMotion: 'reduce' } })

let page: Page
beforeEach(async () => {
  page = editor.page
  await page.getByText(/WebAssembly|WebGPU|WebGL/).waitFor()
  await page.mouse.move(4, 400)
  await painted(page)
})

/**
 * Maximum difference of the means of 8 x 8 pixels, of 255. Chromium paints with float32
 * coordinates, so the edges of curves may differ in shade.
 */
const MAX_DIFFERENCE = 12

/**
 * Repaints the entire canvas. Returns the largest change of a mean of 8 x 8 pixels (of 255), and
 * the previous number of complete repaints.
 */
const repaintAll = () =>
  onCanvas(page, (canvas) => {
    const element = canvas.canvas
    const copy = new OffscreenCanvas(element.width, element.height).getContext('2d', {
      willReadFrequently: true,
    })!
    const pixels = () => {
      copy.drawImage(element, 0, 0)
      return copy.getImageData(0, 0, element.width, element.height).data
    }
    const [version, before] = [canvas.repainting.version(), pixels()]
    canvas.draw(true, true)
    const after = pixels()
    const sums = new Map<number, number>()
    for (let i = 0; i < after.length; i++) {
      const [x, y] = [(i >> 2) % element.width, Math.floor((i >> 2) / element.width)]
      const block = (x >> 3) + (y >> 3) * element.width
      sums.set(block, (sums.get(block) ?? 0) + Math.abs(after[i] - before[i]))
    }
    return {
      place: [...canvas.ds.offset],
      version,
      different: Math.max(...sums.values()) / 192,
      colours: new Set(new Uint32Array(after.buffer)).size,
    }
  })

const wheel = (deltaX: number, deltaY: number) =>
  onCanvas(
    page,
    ({ canvas }, deltas) => {
      const place = { bubbles: true, cancelable: true, clientX: 600, clientY: 400 }
      canvas.dispatchEvent(new WheelEvent('wheel', { ...deltas, ...place }))
    },
    { deltaX, deltaY },
  )

fullTest('panning produces the same picture as a complete repaint', async () => {
  const { place, version, colours } = await repaintAll()
  expect(colours).toBeGreaterThan(50)
  // Moves nodes beyond an edge and slowly back, so that their shadows appear first. Then large
  // moves.
  const out = Array.from({ length: 6 }, () => [80, 30] as const)
  const back = Array.from({ length: 40 }, () => [-12.25, -4.75] as const)
  for (const [x, y] of [...out, ...back, [0.5, -90.25], [-200.5, 0.5], [33.25, 71.75]] as const) {
    await wheel(x, y)
    await painted(page)
  }
  const panned = await repaintAll()
  expect(Math.abs(panned.place[0] - place[0])).toBeGreaterThan(30)
  expect(panned.version, 'complete paints').toBe(version + 1)
  expect(panned.different).toBeLessThan(MAX_DIFFERENCE)
})

test('repaints of nodes during a run produce the same picture as a complete repaint', async () => {
  await press(page, '.')
  await button(page, 'Run').click()
  // Wait for several views.
  await expect
    .poll(() =>
      onCanvas(page, ({ graph }) => graph._nodes.filter(({ diffusion }) => diffusion.view).length),
    )
    .toBeGreaterThan(1)
  await button(page, 'Pause').click()
  await expect.poll(() => getRunStatus(page)).toBe('Paused')
  await page.mouse.move(4, 400)
  await expect
    .poll(() => onCanvas(page, ({ repainting: scrolling }) => scrolling.isDue()))
    .toBe(false)
  expect((await repaintAll()).different).toBeLessThan(MAX_DIFFERENCE)
})
