// What is painted by moving pixels and by parts is what is painted whole, in a real Chromium.
import type { Page } from 'playwright-core'
import { beforeEach, expect, test } from 'vitest'
import { useBuiltEditor, useChromium } from '../chromium.ts'
import { button, onCanvas, painted, press, stateOf, useEditor } from './driver.ts'

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

/** Places are float32 to what paints: here and there the edge of a curve has another shade. The mean of 8 x 8 pixels may differ by so much of 255. */
const ROUNDED = 12

/** How often all was painted so far, and by how much of 255 another paint of all changes the mean of some 8 x 8 pixels. */
const compared = () =>
  onCanvas(page, (canvas) => {
    const element = canvas.canvas
    const copy = new OffscreenCanvas(element.width, element.height).getContext('2d', { willReadFrequently: true })!
    const pixels = () => {
      copy.drawImage(element, 0, 0)
      return copy.getImageData(0, 0, element.width, element.height).data
    }
    const [version, before] = [canvas.scrolling.version(), pixels()]
    canvas.draw(true, true)
    const after = pixels()
    const sums = new Map<number, number>()
    for (let i = 0; i < after.length; i++) {
      const [x, y] = [(i >> 2) % element.width, Math.floor((i >> 2) / element.width)]
      const block = (x >> 3) + (y >> 3) * element.width
      sums.set(block, (sums.get(block) ?? 0) + Math.abs(after[i]! - before[i]!))
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

test('a graph that was panned has every pixel of one that is painted there', async () => {
  const { place, version, colours } = await compared()
  expect(colours).toBeGreaterThan(50)
  // Out of sight at one edge and slowly back, as nodes come in with their shadows before them; then about.
  const out = Array.from({ length: 6 }, () => [80, 30] as const)
  const back = Array.from({ length: 40 }, () => [-12.25, -4.75] as const)
  for (const [x, y] of [...out, ...back, [0.5, -90.25], [-200.5, 0.5], [33.25, 71.75]] as const) {
    await wheel(x, y)
    await painted(page)
  }
  const panned = await compared()
  expect(Math.abs(panned.place[0]! - place[0]!)).toBeGreaterThan(30)
  expect(panned.version, 'paints of all of it').toBe(version + 1)
  expect(panned.different).toBeLessThan(ROUNDED)
})

test('nodes that a run is about are painted as with all others', async () => {
  await press(page, '.')
  await button(page, 'Run').click()
  // Views have come, one after the other.
  await expect
    .poll(() => onCanvas(page, ({ graph }) => graph._nodes.filter(({ diffusion }) => diffusion.view).length))
    .toBeGreaterThan(1)
  await button(page, 'Pause').click()
  await expect.poll(() => stateOf(page)).toBe('Paused')
  await page.mouse.move(4, 400)
  await expect.poll(() => onCanvas(page, ({ scrolling }) => scrolling.due())).toBe(false)
  expect((await compared()).different).toBeLessThan(ROUNDED)
})
