// Wires under a real pointer: what takes one, why another does not, dots that lead them, and loops that nodes belong to.
import type { Page } from 'playwright-core'
import { beforeEach, expect, test } from 'vitest'
import { useBuiltEditor, useChromium } from '../chromium.ts'
import {
  dropFile,
  finished,
  onCanvas,
  painted,
  placeOf,
  press,
  slotOf,
  titles,
  toOutline,
  useEditor,
  wires,
  type Place,
} from './driver.ts'
import { fileOf } from './fileOf.ts'

const chromium = useChromium()
const server = useBuiltEditor()
const editor = useEditor(chromium, server, { size: [1440, 900], media: { reducedMotion: 'reduce', colorScheme: 'dark' } })

let page: Page
beforeEach(() => void (page = editor.page))

const slot = (title: string, side: 'input' | 'output', name: string) => slotOf(page, title, name, side)
const wired = () => wires(page)
const refusal = () => onCanvas(page, ({ refusal }) => refusal)

async function open(file: ReturnType<typeof fileOf>) {
  await dropFile(page, 'wires.json', JSON.stringify(file))
  await expect.poll(() => titles(page)).toHaveLength(file.nodes.length)
  await painted(page)
}

const over = ({ x, y }: Place) => page.mouse.move(x, y, { steps: 3 })

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
  const lit = await onCanvas(page, ({ graph, wiring }) => {
    const end = graph._nodes.find((node) => node.getTitle() === 'Sampling End')!
    const start = graph._nodes.find((node) => node.getTitle() === 'Sampling Start')!
    return [wiring.fits(end, 'input', end.findInputSlot('x_prev')), wiring.fits(start, 'input', start.findInputSlot('x_T'))]
  })
  expect(lit).toEqual([true, false])
  await page.mouse.up()
  expect(await wired()).toContain('Stop Gradient > Sampling End')

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
  const warning = () => onCanvas(page, ({ wiring }) => wiring.warning() ?? '')
  await over(await slot('Repeat Start', 'output', 'index'))
  await page.mouse.down()
  await over(await slot('Mix', 'input', 'weight'))
  await expect.poll(warning).toContain('Depends on the iterations of two loops')
  expect(await refusal()).toBeUndefined()
  await page.mouse.up()
  await expect.poll(wired).toContain('Repeat Start > Mix')
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
  await expect.poll(wired).toEqual(['Gaussian Noise > Reroute', 'Reroute > Stop Gradient', 'Stop Gradient > Inspect'])

  await painted(page)
  await over(middle)
  await page.mouse.down()
  await over({ x: middle.x, y: middle.y + 90 })
  await page.mouse.up()
  const dot = await slot('Reroute', 'output', 'value')
  expect(Math.round(dot.y - middle.y)).toBeGreaterThan(80)
  expect(await wired()).toHaveLength(3)

  await press(page, 'Control+c')
  await press(page, 'Control+Enter')
  await finished(page)
  await press(page, 'Control+z', 'Control+z')
  await expect.poll(wired).toEqual(['Gaussian Noise > Stop Gradient', 'Stop Gradient > Inspect'])
  await press(page, 'Control+Shift+z')
  await expect.poll(wired).toHaveLength(3)
  await painted(page)
  await page.mouse.click(middle.x, middle.y)
  await press(page, 'Alt+Delete')
  await expect.poll(wired).toEqual(['Gaussian Noise > Stop Gradient', 'Stop Gradient > Inspect'])
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
  await press(page, 'Control+Enter')
  await finished(page)
  await over({ x: middle.x, y: middle.y - 80 })
  await expect.poll(() => card.count()).toBe(0)
  await over(middle)
  await card.getByText('[64, 2]').waitFor()
  expect((await card.innerText()).replaceAll(/\s+/g, ' ')).toMatch(
    /Gaussian Noise · noise noise \[64, 2\] mean .* std .* NaN none/,
  )
  expect(await card.locator('canvas').count()).toBe(2)

  await toOutline(page)
  await press(page, 'Home')
  await press(page, 'Enter')
  const look = page.locator('.outline').getByRole('button', { name: 'What noise carries' })
  await look.focus()
  await press(page, 'Enter')
  await page.locator('.outline .glance').getByText('[64, 2]').waitFor()
  expect(await look.getAttribute('aria-expanded')).toBe('true')
  await press(page, 'Enter')
  expect(await page.locator('.outline .glance').count()).toBe(0)

  // What the menus of the canvas offer, by keys.
  await page.locator('.outline summary', { hasText: 'Stop Gradient' }).focus()
  await press(page, 'Shift+F10')
  await page.getByRole('menuitem', { name: 'Run to here' }).waitFor()
  await press(page, 'Escape')
  await press(page, 'Enter')
  await page.locator('.outline').getByRole('button', { name: 'More for the wire to value' }).focus()
  await press(page, 'Enter')
  await page.getByRole('menuitem', { name: 'Add a dot to lead it by' }).focus()
  await press(page, 'Enter')
  await expect.poll(wired).toContain('Gaussian Noise > Reroute')
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
  const said = () => onCanvas(page, (canvas) => canvas['following'].said()?.words ?? 'nothing')
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
  await press(page, 'Control+z')
  await drag('Stop Gradient', 0, 300)
  await expect.poll(said).toBe('In the body, wherever it lies: takes x_t of Sampling Start.')
  await page.mouse.up()
})
