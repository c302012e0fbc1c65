// What is painted by moving pixels and by parts is what is painted whole, in a real Chromium.
import { expect, test } from 'vitest'
import type { Page } from 'playwright-core'
import { useBuiltEditor, useChromium } from '../chromium.ts'

const chromium = useChromium()
const server = useBuiltEditor()

/** litegraph's canvas, hung on its element. */
interface Shown {
  scrolling: { version(): number }
  draw(front: boolean, behind: boolean): void
  ds: { offset: [number, number] }
}

/** Places are float32 to what paints: here and there the edge of a curve has another shade. The mean of 8 x 8 pixels may differ by so much of 255. */
const ROUNDED = 12

const frame = (page: Page) => page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))))

/** How often all was painted so far, and by how much of 255 another paint of all changes the mean of some 8 x 8 pixels. */
const compared = (page: Page) =>
  page.evaluate(() => {
    const element = document.querySelector('canvas')!
    const canvas = (element as unknown as { data: Shown }).data
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

const wheel = (page: Page, deltaX: number, deltaY: number) =>
  page.evaluate(
    (deltas) =>
      document
        .querySelector('canvas')!
        .dispatchEvent(new WheelEvent('wheel', { ...deltas, bubbles: true, cancelable: true, clientX: 600, clientY: 400 })),
    { deltaX, deltaY },
  )

async function open() {
  const page = await (await chromium.newContext()).newPage()
  await page.setViewportSize({ width: 1280, height: 800 })
  await page.emulateMedia({ reducedMotion: 'reduce' })
  await page.goto(server.address)
  await page.getByText(/WebAssembly|WebGPU|WebGL/).waitFor()
  await page.mouse.move(4, 400)
  await frame(page)
  return page
}

test('a graph that was panned has every pixel of one that is painted there', async () => {
  const page = await open()
  const { place, version, colours } = await compared(page)
  expect(colours).toBeGreaterThan(50)
  // Out of sight at one edge and slowly back, as nodes come in with their shadows before them; then about.
  const out = Array.from({ length: 6 }, () => [80, 30] as const)
  const back = Array.from({ length: 40 }, () => [-12.25, -4.75] as const)
  for (const [x, y] of [...out, ...back, [0.5, -90.25], [-200.5, 0.5], [33.25, 71.75]] as const) {
    await wheel(page, x, y)
    await frame(page)
  }
  const panned = await compared(page)
  expect(Math.abs(panned.place[0]! - place[0]!)).toBeGreaterThan(30)
  expect(panned.version, 'paints of all of it').toBe(version + 1)
  expect(panned.different).toBeLessThan(ROUNDED)
})

test('nodes that a run is about are painted as with all others', async () => {
  const page = await open()
  await page.keyboard.press('.')
  await page.getByRole('button', { name: 'Run', exact: true }).click()
  await page
    .getByText(/step \d+ of/)
    .first()
    .waitFor()
  await page.waitForTimeout(500)
  await page.getByRole('button', { name: 'Pause' }).click()
  await page.getByRole('button', { name: 'Resume' }).waitFor()
  await page.mouse.move(4, 400)
  await page.waitForTimeout(300)
  expect((await compared(page)).different).toBeLessThan(ROUNDED)
})
