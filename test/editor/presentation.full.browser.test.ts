// Presentation in Chromium at 1280 x 720: readable text for the focused nodes in six workflows,
// keys, notes, spotlight, and a run. With PRESENTATION_SHOTS=<folder> every step is saved as a picture.
import { mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { beforeEach, describe, expect, test } from 'vitest'
import { en } from '../../src/editor/texts/en/index.ts'
import { root, useBuiltEditor, useChromium } from '../chromium.ts'
import { addAxe, findViolations } from './axe.ts'
import { button, dropFile, onCanvas, openEditor, painted, press, titles } from './driver.ts'

const chromium = useChromium()
const server = useBuiltEditor()
const shots = process.env.PRESENTATION_SHOTS

/** Minimum height of text, in CSS pixels. */
const READABLE = 14
/** Rounding of scales and font sizes. */
const TOLERANCE = 0.01

interface WrittenText {
  text: string
  /** Height of the font and place on the page, in CSS pixels. */
  height: number
  x: number
  y: number
  /** True for texts of the large view. */
  large: boolean
}

/**
 * Records every text that is drawn on a canvas, with its height on the page. Views are drawn on
 * bitmaps first: their smallest text is recorded where the bitmap is drawn.
 */
function recordTexts() {
  const page = globalThis as unknown as { writtenTexts: WrittenText[] }
  page.writtenTexts = []
  const smallest = new WeakMap<object, { text: string; height: number }>()
  const height = (ctx: CanvasRenderingContext2D) =>
    Number(/([\d.]+)px/.exec(ctx.font)?.[1]) * ctx.getTransform().a
  const write = CanvasRenderingContext2D.prototype.fillText
  CanvasRenderingContext2D.prototype.fillText = function (text, x, y, ...rest) {
    const place = this.getTransform().transformPoint({ x, y })
    if (text.trim())
      page.writtenTexts.push({
        text,
        height: height(this) / devicePixelRatio,
        x: place.x / devicePixelRatio,
        y: place.y / devicePixelRatio,
        large: this.canvas.closest('.large-view') !== null,
      })
    return write.call(this, text, x, y, ...rest)
  }
  const { prototype } = OffscreenCanvasRenderingContext2D
  const writeOffscreen = prototype.fillText
  prototype.fillText = function (text, ...rest) {
    const size = height(this as unknown as CanvasRenderingContext2D)
    const known = smallest.get(this.canvas)
    if (text.trim() && !(known && known.height <= size))
      smallest.set(this.canvas, { text, height: size })
    return writeOffscreen.call(this, text, ...rest)
  }
  const draw = CanvasRenderingContext2D.prototype.drawImage as (...args: unknown[]) => void
  CanvasRenderingContext2D.prototype.drawImage = function (
    this: CanvasRenderingContext2D,
    ...args: unknown[]
  ) {
    const found = smallest.get(args[0] as object)
    if (found) {
      const x = Number(args[1]) + (args[0] as OffscreenCanvas).width / 2
      const y = Number(args[2]) + (args[0] as OffscreenCanvas).height / 2
      const { a } = this.getTransform()
      const place = this.getTransform().transformPoint({ x, y })
      page.writtenTexts.push({
        text: found.text,
        height: (found.height * a) / devicePixelRatio,
        x: place.x / devicePixelRatio,
        y: place.y / devicePixelRatio,
        large: this.canvas.closest('.large-view') !== null,
      })
    }
    return draw.apply(this, args)
  } as typeof CanvasRenderingContext2D.prototype.drawImage
}

let page: Page
beforeEach(async () => {
  const context = await chromium.newContext()
  await context.addInitScript(recordTexts)
  page = await openEditor(context, server.address, {
    size: [1280, 720],
    media: { reducedMotion: 'reduce' },
  })
  await expect.poll(async () => (await titles(page)).length).toBeGreaterThan(0)
  return () => context.close()
})

async function open(name: string) {
  const before = (await titles(page)).join()
  const text = readFileSync(join(root, `workflows/${name}.json`), 'utf8')
  await dropFile(page, `${name}.json`, text)
  if (name !== 'points') await expect.poll(async () => (await titles(page)).join()).not.toBe(before)
  await painted(page)
}

const present = async () => {
  await press(page, 'Alt+Shift+P')
  await page.locator('.presentation .position').waitFor()
}

/** Position of the step, from 1, and the number of steps. */
async function position(): Promise<[number, number]> {
  const text = await page.locator('.presentation .position').innerText()
  const [at, of] = text.split('/').map(Number)
  return [at, of]
}

/** Texts of the focused nodes that are too small, after a complete paint. */
async function smallTexts(): Promise<string[]> {
  await page.evaluate(() => {
    ;(globalThis as unknown as { writtenTexts: WrittenText[] }).writtenTexts = []
  })
  await onCanvas(page, (canvas) => canvas.setDirty(true, true))
  await painted(page)
  const measured = await onCanvas(
    page,
    ({ graph, ds, spotlight }, least) => {
      const written = (globalThis as unknown as { writtenTexts: WrittenText[] }).writtenTexts
      const boxes = graph._nodes
        .filter(({ id }) => spotlight?.nodes?.has(String(id)))
        .map(({ pos, size, flags }) => {
          const left = (pos[0] + ds.offset[0]) * ds.scale
          const top = (pos[1] - 30 + ds.offset[1]) * ds.scale
          const height = (flags.collapsed ? 0 : size[1]) + 30
          return {
            left,
            top,
            right: left + size[0] * ds.scale,
            bottom: top + height * ds.scale,
          }
        })
      const focused = written.filter(
        ({ x, y, large }) =>
          !large &&
          boxes.some(
            ({ left, top, right, bottom }) => x >= left && x <= right && y >= top && y <= bottom,
          ),
      )
      return {
        nodes: boxes.length,
        texts: focused.length,
        small: focused
          .filter(({ height }) => height < least)
          .map(({ text, height }) => `${text}: ${height.toFixed(2)}`),
      }
    },
    READABLE - TOLERANCE,
  )
  if (measured.nodes) expect(measured.texts, 'texts of the focused nodes').toBeGreaterThan(0)
  return [...new Set(measured.small)]
}

/** Texts of the page itself that are too small. Formulas have smaller subscripts. */
const smallHtml = () =>
  page.evaluate((least) => {
    const walker = document.createTreeWalker(
      document.querySelector('.presentation')!,
      NodeFilter.SHOW_TEXT,
    )
    const small: string[] = []
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      const parent = node.parentElement!
      if (!node.textContent?.trim() || parent.closest('.katex, .hidden')) continue
      const size = Number.parseFloat(getComputedStyle(parent).fontSize)
      if (size < least) small.push(`${node.textContent}: ${size}`)
    }
    return small
  }, READABLE)

/** Waits for the large view, whose texts are drawn when it appears, and returns those too small. */
async function smallInLargeView(): Promise<string[]> {
  await expect
    .poll(() =>
      page.evaluate(() => {
        const canvas = document.querySelector<HTMLCanvasElement>('.large-view canvas')
        return !canvas || canvas.hidden || canvas.width > 600
      }),
    )
    .toBe(true)
  return page.evaluate((least) => {
    const canvas = document.querySelector<HTMLCanvasElement>('.large-view canvas')
    if (!canvas || canvas.hidden) return []
    const written = (globalThis as unknown as { writtenTexts: WrittenText[] }).writtenTexts
    return written
      .filter(({ large, height }) => large && height < least)
      .map(({ text, height }) => `${text}: ${height.toFixed(2)}`)
  }, READABLE - TOLERANCE)
}

/** Workflows, and whether they run first. */
const presented = [
  ['forward-process', true],
  ['guidance-by-hand', false],
] as const
const morePresented = [
  ['posterior', true],
  ['ddpm-ddim', true],
  ['schedules-compared', true],
  ['points', false],
] as const

describe('text of the focused nodes is at least 14 pixels high', () => {
  test.each(process.env.FULL || shots ? [...presented, ...morePresented] : presented)(
    'in %s',
    async (name, runs) => {
      await open(name)
      if (runs) {
        await press(page, 'Control+Enter')
        await page.locator('.status[data-state=finished]').waitFor()
      }
      await present()
      const [first, count] = await position()
      expect(first).toBe(1)
      expect(count).toBeGreaterThan(3)
      if (shots) mkdirSync(shots, { recursive: true })
      const small: string[] = []
      const focused = new Set<string>()
      for (let step = 1; step <= count; step++) {
        await expect.poll(position).toEqual([step, count])
        await painted(page)
        const lit = await onCanvas(page, ({ spotlight }) => [...(spotlight?.nodes ?? [])])
        for (const id of lit) focused.add(id)
        const inView = await smallInLargeView()
        const all = [...inView, ...(await smallTexts()), ...(await smallHtml())]
        small.push(...all.map((text) => `step ${step}: ${text}`))
        if (shots) await page.screenshot({ path: join(shots, `${name}-${step}.png`) })
        await press(page, 'ArrowRight')
      }
      expect(small).toEqual([])
      // Every node but notes and reroutes is focused in some step.
      const missed = await onCanvas(
        page,
        ({ graph }, seen) =>
          graph._nodes
            .filter(({ id, type }) => !/Note$|Reroute$/.test(type) && !seen.includes(String(id)))
            .map((node) => node.getTitle()),
        [...focused],
      )
      expect(missed).toEqual([])
    },
  )
})

test('keys move through the steps and leave, and the view is as before', async () => {
  const view = () => onCanvas(page, ({ ds }) => [ds.scale, ds.offset[0], ds.offset[1]])
  await onCanvas(page, (canvas) => canvas.selectNodes([canvas.graph._nodes[0]]))
  const before = await view()
  await button(page, 'File').click()
  await page.getByRole('menuitem', { name: en.commands.present }).click()
  await page.locator('.presentation').waitFor()
  expect(await page.locator('.top').isVisible()).toBe(false)
  const [, count] = await position()
  for (const [keys, step] of [
    ['ArrowRight', 2],
    ['PageDown', 3],
    ['ArrowDown', 4],
    ['ArrowLeft', 3],
    ['PageUp', 2],
    ['ArrowUp', 1],
    ['ArrowLeft', 1],
    ['End', count],
    ['ArrowRight', count],
    ['Home', 1],
    [' ', 2],
  ] as const) {
    await press(page, keys)
    await expect.poll(position, { message: keys }).toEqual([step, count])
  }
  expect(await view()).not.toEqual(before)
  // Keys that edit the graph do nothing, so that a slip of the finger is harmless.
  const nodes = await titles(page)
  await press(page, 'Delete', 'Shift+D', 'p')
  expect(await titles(page)).toEqual(nodes)
  await press(page, 'Escape')
  await page.locator('.presentation').waitFor({ state: 'detached' })
  expect(await page.locator('.top').isVisible()).toBe(true)
  await expect.poll(view).toEqual(before)
  expect(await onCanvas(page, ({ spotlight }) => spotlight === undefined)).toBe(true)
  expect(await page.evaluate(() => document.activeElement?.tagName)).toBe('CANVAS')
})

test('notes are beside their step as Markdown, and the rest is dimmed', async () => {
  await present()
  const notes = page.locator('.step-notes')
  expect(await notes.locator('h2').innerText()).toBe('Train on points')
  await expect.poll(() => notes.innerText()).toContain('two moons')
  await press(page, 'ArrowRight')
  let found = ''
  for (let i = 0; i < 12 && !found.includes('one training step'); i++) {
    await press(page, 'ArrowRight')
    await painted(page)
    found = await notes.innerText()
  }
  expect(found).toContain('The coloured area is one training step')

  const box = () => onCanvas(page, ({ spotlight }) => spotlight?.box)
  expect(await box()).toBeDefined()
  await button(page, en.present.spotlight).click()
  await expect.poll(box).toBeUndefined()
  expect(await button(page, en.present.spotlight).getAttribute('aria-pressed')).toBe('false')
  await button(page, en.present.spotlight).click()
})

test('the presentation has no serious axe violations', async () => {
  await addAxe(page)
  await present()
  const all = await findViolations(page, 'overview', '.presentation')
  await press(page, 'ArrowRight')
  all.push(...(await findViolations(page, 'nodes', '.presentation')))
  await press(page, 'End')
  await page.locator('.large-view').waitFor()
  all.push(...(await findViolations(page, 'view', '.presentation')))
  expect(all).toEqual([])
})

test('a training runs in the presentation, with large samples that follow it', async () => {
  await open('points')
  await present()
  await press(page, 'Control+Enter')
  const stop = page.locator('.present-bar').getByRole('button', { name: 'Stop' })
  await stop.waitFor()
  await press(page, 'End')
  const large = page.locator('.large-view canvas')
  await large.waitFor()
  const pixels = () =>
    large.evaluate((canvas) => (canvas as HTMLCanvasElement).toDataURL().slice(-4000))
  const first = await pixels()
  await expect.poll(pixels).not.toBe(first)
  const box = (await large.boundingBox())!
  expect(box.width).toBeGreaterThan(700)
  expect(box.height).toBeGreaterThan(400)
  await page.locator('.present-bar .run-text').waitFor()
  await stop.click()
  await page.locator('.present-bar').getByRole('button', { name: 'Run' }).waitFor()
})

test('a subgraph is presented inside, and Escape leads back to its node', async () => {
  await open('subgraph')
  await present()
  const title = page.locator('.step-notes h2')
  const enter = page.locator('.step-notes').getByRole('button', { name: en.commands.enter })
  const [, count] = await position()
  for (let step = 1; step < count && (await enter.count()) === 0; step++) {
    await press(page, 'ArrowRight')
    await painted(page)
  }
  const [outside] = await position()
  const before = await titles(page)
  await press(page, 'Enter')
  await expect.poll(() => titles(page)).not.toEqual(before)
  await expect.poll(position).not.toEqual([outside, count])
  expect((await position())[0]).toBe(1)
  expect(await title.innerText()).not.toBe('')
  await press(page, 'ArrowRight')
  await expect.poll(async () => (await position())[0]).toBe(2)
  await press(page, 'Escape')
  await expect.poll(position).toEqual([outside, count])
  await press(page, 'Escape')
  await page.locator('.presentation').waitFor({ state: 'detached' })
})
