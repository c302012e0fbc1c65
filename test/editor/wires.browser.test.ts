// Wires under a real pointer: what takes one, why another does not, dots that lead them, and loops that nodes belong to.
import type { BrowserContext, Page } from 'playwright-core'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { useBuiltEditor, useChromium } from '../chromium.ts'
import { dropText, placeOf, titles } from './driver.ts'
import { fileOf } from './fileOf.ts'

const chromium = useChromium()
const server = useBuiltEditor()

let context: BrowserContext
let page: Page

interface Slotted {
  getTitle(): string
  getConnectionPos(input: boolean, slot: number): [number, number]
  findInputSlot(name: string): number
  findOutputSlot(name: string): number
}
interface Board {
  graph: {
    _nodes: Slotted[]
    links: Record<string, { origin_id: number; target_id: number; type: string }>
    getNodeById(id: number): Slotted
  }
  ds: { scale: number; offset: [number, number] }
  refusal?: string
  wiring: { fits(node: Slotted, side: string, index: number): boolean }
}

beforeEach(async () => {
  context = await chromium.newContext()
  page = await context.newPage()
  await page.setViewportSize({ width: 1440, height: 900 })
  await page.emulateMedia({ reducedMotion: 'reduce', colorScheme: 'dark' })
  await page.goto(server.address)
  await page.waitForSelector('.status')
})

afterEach(async () => {
  await context?.close()
  expect(chromium.errors()).toEqual([])
})

const press = (keys: string) => page.keyboard.press(keys)

/** On the page: a slot of a node. */
const slot = (title: string, side: 'input' | 'output', name: string) =>
  page.evaluate(
    ([title, side, name]) => {
      const { graph, ds } = (document.querySelector('canvas') as unknown as { data: Board }).data
      const node = graph._nodes.find((each) => each.getTitle() === title)!
      const index = side === 'input' ? node.findInputSlot(name!) : node.findOutputSlot(name!)
      const [x, y] = node.getConnectionPos(side === 'input', index)
      return { x: (x + ds.offset[0]) * ds.scale, y: (y + ds.offset[1]) * ds.scale }
    },
    [title, side, name] as const,
  )

/** Wires by titles, in order. */
const wires = () =>
  page.evaluate(() => {
    const { graph } = (document.querySelector('canvas') as unknown as { data: Board }).data
    const title = (id: number) => graph.getNodeById(id).getTitle()
    return Object.values(graph.links)
      .map(({ origin_id, target_id }) => `${title(origin_id)} > ${title(target_id)}`)
      .sort()
  })

const refusal = () => page.evaluate(() => (document.querySelector('canvas') as unknown as { data: Board }).data.refusal)

async function open(file: ReturnType<typeof fileOf>) {
  await dropText(page, 'wires.json', JSON.stringify(file))
  const shown = file.nodes.map(({ type }) => type).length
  await expect.poll(async () => (await titles(page)).length).toBe(shown)
  await page.waitForTimeout(100)
}

async function over({ x, y }: { x: number; y: number }) {
  await page.mouse.move(x, y, { steps: 3 })
}

test('a wire that is dragged says where it may go, and why not elsewhere', async () => {
  await open(
    fileOf({ 1: 'SamplingStart', 2: 'SamplingEnd', 3: 'StopGradient', 4: 'NoiseSchedule', 5: 'RepeatStart', 6: 'RepeatEnd' }, [
      [1, 'loop', 2, 'loop'],
      [1, 'x_t', 3, 'value'],
      [5, 'loop', 6, 'loop'],
    ]),
  )
  /** What is said may come a frame after the pointer. */
  const says = async (place: { x: number; y: number }, words: string) => {
    await over(place)
    await expect.poll(async () => (await refusal()) ?? 'nothing').toContain(words)
  }
  await over(await slot('Stop Gradient', 'output', 'value'))
  await page.mouse.down()
  await says(await slot('Sampling Start', 'input', 'timesteps'), 'timesteps takes timesteps, not samples.')
  await says(await slot('Sampling Start', 'input', 'x_T'), 'close a circle')
  await says(await slot('Stop Gradient', 'input', 'value'), 'cannot take what it gives itself')
  await says(await placeOf(page, 'Noise Schedule'), 'Noise Schedule takes no samples.')
  await says(await slot('Sampling End', 'input', 'x_prev'), 'nothing')
  const lit = await page.evaluate(() => {
    const { graph, wiring } = (document.querySelector('canvas') as unknown as { data: Board & { wiring: Board['wiring'] } }).data
    const end = graph._nodes.find((node) => node.getTitle() === 'Sampling End')!
    const start = graph._nodes.find((node) => node.getTitle() === 'Sampling Start')!
    return [wiring.fits(end, 'input', end.findInputSlot('x_prev')), wiring.fits(start, 'input', start.findInputSlot('x_T'))]
  })
  expect(lit).toEqual([true, false])
  await page.mouse.up()
  expect(await wires()).toContain('Stop Gradient > Sampling End')

  await over(await slot('Sampling Start', 'output', 'loop'))
  await page.mouse.down()
  await says(await slot('Repeat End', 'input', 'loop'), 'A loop wire joins Sampling Start with its own End, nothing else.')
  await page.mouse.up()
})

test('a wire that would break a rule of loops is told before it is made', async () => {
  await open(
    fileOf({ 1: 'SamplingStart', 2: 'SamplingEnd', 3: 'RepeatStart', 4: 'RepeatEnd', 5: 'Mix', 6: 'Inspect' }, [
      [1, 'loop', 2, 'loop'],
      [3, 'loop', 4, 'loop'],
      [1, 'x_t', 5, 'a'],
      [5, 'mix', 6, 'value'],
    ]),
  )
  const warning = () =>
    page.evaluate(
      () =>
        (
          document.querySelector('canvas') as unknown as { data: { wiring: { warning(): string | undefined } } }
        ).data.wiring.warning() ?? '',
    )
  await over(await slot('Repeat Start', 'output', 'index'))
  await page.mouse.down()
  await over(await slot('Mix', 'input', 'weight'))
  await expect.poll(warning).toContain('Depends on the iterations of two loops')
  expect(await refusal()).toBeUndefined()
  await page.mouse.up()
  await expect.poll(wires).toContain('Repeat Start > Mix')
})

test('Alt and a click lead a wire by a dot, which is dragged, undone, and deleted with its wire going on', async () => {
  const file = fileOf({ 1: 'GaussianNoise', 2: 'StopGradient', 3: 'Inspect' }, [
    [1, 'noise', 2, 'value'],
    [2, 'value', 3, 'value'],
  ])
  file.nodes[0]!.properties = { batch_size: 4, shape: '2' }
  await open(file)
  const [from, to] = [await slot('Gaussian Noise', 'output', 'noise'), await slot('Stop Gradient', 'input', 'value')]
  const middle = { x: (from.x + to.x) / 2, y: (from.y + to.y) / 2 }
  await page.keyboard.down('Alt')
  await page.mouse.click(middle.x, middle.y)
  await page.keyboard.up('Alt')
  await expect.poll(wires).toEqual(['Gaussian Noise > Reroute', 'Reroute > Stop Gradient', 'Stop Gradient > Inspect'])

  await over(middle)
  await page.mouse.down()
  await over({ x: middle.x, y: middle.y + 90 })
  await page.mouse.up()
  const dot = await slot('Reroute', 'output', 'value')
  expect(Math.round(dot.y - middle.y)).toBeGreaterThan(80)
  expect(await wires()).toHaveLength(3)

  await press('Control+c')
  await press('Control+Enter')
  await page.getByText('Finished in').first().waitFor()
  await press('Control+z')
  await press('Control+z')
  await expect.poll(wires).toEqual(['Gaussian Noise > Stop Gradient', 'Stop Gradient > Inspect'])
  await press('Control+Shift+z')
  await expect.poll(wires).toHaveLength(3)
  await page.mouse.click(middle.x, middle.y)
  await press('Alt+Delete')
  await expect.poll(wires).toEqual(['Gaussian Noise > Stop Gradient', 'Stop Gradient > Inspect'])
})

test('a pointer that rests on a wire sees what it carries, and keys see it in the outline', async () => {
  const file = fileOf({ 1: 'GaussianNoise', 2: 'StopGradient', 3: 'Inspect' }, [
    [1, 'noise', 2, 'value'],
    [2, 'value', 3, 'value'],
  ])
  file.nodes[0]!.properties = { batch_size: 64, shape: '2' }
  await open(file)
  const [from, to] = [await slot('Gaussian Noise', 'output', 'noise'), await slot('Stop Gradient', 'input', 'value')]
  const middle = { x: (from.x + to.x) / 2, y: (from.y + to.y) / 2 }
  const card = page.getByRole('tooltip')
  await over({ x: middle.x, y: middle.y - 80 })
  await over(middle)
  await card.getByText('Shows after a run').waitFor()
  await press('Control+Enter')
  await page.getByText('Finished in').first().waitFor()
  await over({ x: middle.x, y: middle.y - 80 })
  await expect.poll(() => card.count()).toBe(0)
  await over(middle)
  await card.getByText('[64, 2]').waitFor()
  expect((await card.innerText()).replaceAll(/\s+/g, ' ')).toMatch(
    /Gaussian Noise · noise noise \[64, 2\] mean .* std .* NaN none/,
  )
  expect(await card.locator('canvas').count()).toBe(2)

  await press('Alt+o')
  await press('Home')
  await press('Enter')
  const look = page.locator('.outline').getByRole('button', { name: 'What noise carries' })
  await look.focus()
  await press('Enter')
  await page.locator('.outline .glance').getByText('[64, 2]').waitFor()
  expect(await look.getAttribute('aria-expanded')).toBe('true')
  await press('Enter')
  expect(await page.locator('.outline .glance').count()).toBe(0)

  // What the menus of the canvas offer, by keys.
  await page.locator('.outline summary', { hasText: 'Stop Gradient' }).focus()
  await press('Shift+F10')
  await page.getByRole('menuitem', { name: 'Run to here' }).waitFor()
  await press('Escape')
  await press('Enter')
  await page.locator('.outline').getByRole('button', { name: 'More for the wire to value' }).focus()
  await press('Enter')
  await page.getByRole('menuitem', { name: 'Add a dot to lead it by' }).focus()
  await press('Enter')
  await expect.poll(wires).toContain('Gaussian Noise > Reroute')
  // The list leads past it.
  expect(await page.locator('.outline summary .name').allInnerTexts()).toEqual(['Gaussian Noise', 'Stop Gradient', 'Inspect'])
  const input = page.locator('.outline').getByLabel('value anything')
  expect(await input.evaluate((list: HTMLSelectElement) => list.selectedOptions[0]!.text)).toBe('Gaussian Noise · noise')
})

test('a node that is dragged over the border of a loop says whether it belongs to it, and why', async () => {
  const file = fileOf({ 1: 'SamplingStart', 2: 'StopGradient', 3: 'SamplingEnd', 4: 'NoiseSchedule' }, [
    [1, 'loop', 3, 'loop'],
    [1, 'x_t', 2, 'value'],
  ])
  file.nodes[3]!.pos = [0, 400]
  await open(file)
  const said = () =>
    page.evaluate(
      () =>
        (
          document.querySelector('canvas') as unknown as { data: { following: { said(): { words: string } | undefined } } }
        ).data.following.said()?.words ?? 'nothing',
    )
  const drag = async (title: string, dx: number, dy: number) => {
    const from = await placeOf(page, title)
    await over(from)
    await page.mouse.down()
    await over({ x: from.x + dx / 2, y: from.y + dy / 2 })
    await over({ x: from.x + dx, y: from.y + dy })
  }
  const inside = await placeOf(page, 'Stop Gradient')
  const once = await placeOf(page, 'Noise Schedule')
  await drag('Noise Schedule', inside.x - once.x, inside.y - once.y + 40)
  await expect.poll(said).toBe('Runs once: nothing of the loop reaches it.')
  await page.mouse.up()
  expect(await said()).toBe('Runs once: nothing of the loop reaches it.')
  await expect.poll(said).toBe('nothing')
  await press('Control+z')
  await drag('Stop Gradient', 0, 300)
  await expect.poll(said).toBe('In the body, wherever it lies: takes x_t of Sampling Start.')
  await page.mouse.up()
})
