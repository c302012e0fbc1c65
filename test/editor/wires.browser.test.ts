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
