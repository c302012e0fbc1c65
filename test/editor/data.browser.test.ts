// Import of the user's data in Chromium: cropping of pictures, tables of points, points and masks
// drawn by hand.
import { en } from '../../src/editor/texts/en/index.ts'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { zipSync } from 'fflate'
import type { Page } from 'playwright-core'
import { afterAll, beforeEach, expect, test } from 'vitest'
import { encodePng } from '../../src/engine/images/png.ts'
import { useBuiltEditor, useChromium } from '../chromium.ts'
import { addNode, button, dropPaths, useEditor, values } from './driver.ts'

const chromium = useChromium()
const server = useBuiltEditor()
const folder = mkdtempSync(join(tmpdir(), 'data-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const editor = useEditor(chromium, server)

let page: Page
beforeEach(() => void (page = editor.page))

/** Picture of ratio 3:1 with a dark, a medium and a bright third. */
const wide = encodePng({
  width: 24,
  height: 8,
  channels: 1,
  count: 1,
  pixels: Uint8ClampedArray.from(
    { length: 24 * 8 },
    (_, i) => [20, 120, 220][Math.floor((i % 24) / 8)],
  ),
})

const dialog = () => page.getByRole('dialog')
/** Grey level of a pixel of the last canvas in the dialog. */
const grey = (x: number, y: number) =>
  dialog()
    .locator('canvas')
    .last()
    .evaluate(
      (canvas: HTMLCanvasElement, [x, y]) => {
        const ctx = new OffscreenCanvas(1, 1).getContext('2d', { willReadFrequently: true })!
        ctx.drawImage(canvas, x, y, 1, 1, 0, 0, 1, 1)
        return ctx.getImageData(0, 0, 1, 1).data[0]
      },
      [x, y] as const,
    )

test('a dropped ZIP and picture are imported with the chosen crop', async () => {
  writeFileSync(
    join(folder, 'more.zip'),
    zipSync({ 'cats/1.png': wide, 'dogs/2.png': wide, 'dogs/3.png': wide }),
  )
  writeFileSync(join(folder, 'wide.png'), wide)
  await dropPaths(page, [join(folder, 'more.zip'), join(folder, 'wide.png')])
  await dialog().getByText('4 images').waitFor()
  await dialog().getByRole('radio', { name: '8', exact: true }).check()
  await expect.poll(() => grey(4, 4)).toBe(120)
  await dialog().getByRole('radio', { name: 'Right', exact: true }).check()
  await expect.poll(() => grey(4, 4)).toBe(220)
  // The original, with the cropped parts dimmed.
  await dialog().getByText(en.dataset.previews.original).click()
  await expect.poll(() => grey(150, 80)).toBe(220)
  await expect.poll(() => grey(80, 80)).toBeLessThan(60)
  await dialog().getByRole('button', { name: 'Import' }).click()
  await dialog()
    .getByRole('heading', { name: /images imported/ })
    .waitFor()
  await expect.poll(() => grey(4, 4)).toBe(220)
})

test('a dropped table of points becomes a data set, with the chosen column of classes', async () => {
  const rows = Array.from({ length: 60 }, (_, i) => `${i % 10},${Math.floor(i / 10)},${i % 3}`)
  writeFileSync(join(folder, 'grid.csv'), ['x,y,kind', ...rows].join('\n'))
  writeFileSync(join(folder, 'wrong.csv'), 'x,y\n1,2\n3,4;5\n6,cat')
  const words = en.dataset.points
  await dropPaths(page, [join(folder, 'wrong.csv')])
  await dialog().getByRole('radio', { name: words.columns.none }).check()
  await dialog()
    .getByRole('alert')
    .filter({ hasText: 'Expected a number in line 3, column 2, got "4;5".' })
    .waitFor()
  expect(await dialog().getByRole('button', { name: 'Import' }).isDisabled()).toBe(true)
  await dialog().getByRole('button', { name: 'Cancel' }).click()

  await dropPaths(page, [join(folder, 'grid.csv')])
  await dialog().getByText('60 points, 3 coordinates').waitFor()
  await dialog().getByRole('radio', { name: words.columns.last }).check()
  await dialog().getByText('60 points, 2 coordinates, 3 classes').waitFor()
  await dialog().getByRole('img', { name: '60 of 60 points' }).waitFor()
  await dialog().getByRole('button', { name: 'Import' }).click()
  await dialog().getByRole('heading', { name: 'grid', exact: true }).waitFor()
  await dialog().getByRole('button', { name: /^1 20/ }).click()
  await dialog().getByRole('img', { name: '20 of 60 points' }).waitFor()
  await dialog()
    .getByRole('button', { name: en.files.useInNew('Stored Points') })
    .click()
  expect((await values(page, 'Stored Points')).points).toMatchObject({ name: 'grid' })

  // A table can also stay in the workflow, as text.
  await dropPaths(page, [join(folder, 'grid.csv')])
  await dialog().getByRole('radio', { name: words.places.workflow }).check()
  await dialog().getByRole('button', { name: 'Import' }).click()
  await expect.poll(async () => (await values(page, 'Point Table')).table).toContain('x,y,kind')
})

test('a mask is painted on the Mask node, with the radius of its brush', async () => {
  await addNode(page, 'Mask', 300, 300)
  await page.getByRole('combobox', { name: 'shape' }).selectOption('painted')
  await button(page, 'Draw…').click()
  const board = dialog().getByRole('application')
  const { x, y, width } = (await board.boundingBox())!
  await page.mouse.click(x + width * 0.25, y + width * 0.25)
  await page.mouse.move(x + width * 0.9, y + width * 0.9)
  // The disc of radius 0.06 covers 0.29, but not 0.34.
  const painted = (share: number) => grey(Math.round(share * width), Math.round(0.25 * width))
  await expect.poll(async () => (await painted(0.29)) !== (await painted(0.34))).toBe(true)
  expect(await painted(0.29)).toBe(await painted(0.22))
  await dialog().getByRole('button', { name: 'OK' }).click()
  expect((await values(page, 'Mask')).drawing).toEqual([[-1, 1]])
})

test('points are drawn, erased, undone and cleared, by pointer and by keys', async () => {
  await addNode(page, 'Points', 300, 300)
  await page.getByRole('combobox', { name: 'distribution' }).selectOption('drawn')
  await button(page, 'Draw…').click()
  const board = dialog().getByRole('application')
  const { x, y, width } = (await board.boundingBox())!
  const count = async () =>
    Number(
      (
        await dialog()
          .getByText(/^\d+ points?$/)
          .innerText()
      ).split(' ')[0],
    )
  const stroke = async (from: number, to: number) => {
    await page.mouse.move(x + width * from, y + width * 0.5)
    await page.mouse.down()
    await page.mouse.move(x + width * to, y + width * 0.5, { steps: 3 })
    await page.mouse.up()
  }
  await stroke(0.2, 0.8)
  const thin = await count()
  expect(thin).toBeGreaterThan(30)
  await dialog().getByRole('slider', { name: 'Brush' }).fill('0.3')
  await stroke(0.2, 0.8)
  const thick = await count()
  expect(thick).toBeGreaterThan(3 * thin)
  await dialog().getByRole('radio', { name: en.drawing.erase }).check()
  await stroke(0.1, 0.5)
  expect(await count()).toBeLessThan(thick)
  await page.keyboard.press('Control+z')
  expect(await count()).toBe(thick)
  await dialog().getByRole('button', { name: 'Clear' }).click()
  expect(await count()).toBe(0)
  // The cross starts in the middle.
  await dialog().getByRole('radio', { name: 'Draw', exact: true }).check()
  await dialog().getByRole('slider', { name: 'Brush' }).fill('0')
  await board.focus()
  for (const key of ['Space', 'ArrowRight', 'ArrowRight', 'ArrowUp', 'Space'])
    await page.keyboard.press(key)
  await dialog().getByRole('button', { name: 'OK' }).click()
  expect((await values(page, 'Points')).points).toEqual([
    [0, 0],
    [0.2, 0.1],
  ])
  // One undo step for the entire drawing.
  await button(page, 'Undo').click()
  expect((await values(page, 'Points')).points).toEqual([])
})
