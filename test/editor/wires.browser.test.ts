// Wires in Chromium: dragging, refusals, reroutes, values of wires, and hints about loops.
import { en } from '../../src/editor/texts/en/index.ts'
import type { Page } from 'playwright-core'
import { beforeEach, expect, test } from 'vitest'
import { useBuiltEditor, useChromium } from '../chromium.ts'
import {
  dropFile,
  waitForRun,
  onCanvas,
  painted,
  locateNode,
  press,
  locateSlot,
  titles,
  focusOutline,
  useEditor,
  wires,
  type Place,
} from './driver.ts'
import { fileOf } from './fileOf.ts'
import { fullTest } from '../families.ts'

const chromium = useChromium()
const server = useBuiltEditor()
const editor = useEditor(chromium, server, {
  size: [1440, 900],
  media: { reducedMotion: 'reduce', colorScheme: 'dark' },
})

let page: Page
beforeEach(() => void (page = editor.page))

const slot = (title: string, side: 'input' | 'output', name: string) =>
  locateSlot(page, title, name, side)
const getWires = () => wires(page)
const refusal = () => onCanvas(page, ({ refusedReason: refusal }) => refusal)

async function open(file: ReturnType<typeof fileOf>) {
  await dropFile(page, 'wires.json', JSON.stringify(file))
  await expect.poll(() => titles(page)).toHaveLength(file.nodes.length)
  await painted(page)
}

const moveTo = ({ x, y }: Place) => page.mouse.move(x, y, { steps: 3 })

test('a dragged wire marks the slots that accept it and explains refusals', async () => {
  await open(
    fileOf(
      {
        1: 'SamplingStart',
        2: 'SamplingEnd',
        3: 'StopGradient',
        4: 'NoiseSchedule',
        5: 'RepeatStart',
        6: 'RepeatEnd',
      },
      [
        [1, 'loop', 2, 'loop'],
        [1, 'x_t', 3, 'value'],
        [5, 'loop', 6, 'loop'],
      ],
    ),
  )
  /** Moves the pointer and waits for a text, which may appear one frame later. */
  const expectRefusal = async (place: { x: number; y: number }, words: string) => {
    await moveTo(place)
    await expect.poll(async () => (await refusal()) ?? 'nothing').toContain(words)
  }
  await moveTo(await slot('Stop Gradient', 'output', 'value'))
  await page.mouse.down()
  await expectRefusal(
    await slot('Sampling Start', 'input', 'timesteps'),
    'timesteps needs timesteps, but you are connecting samples.',
  )
  await expectRefusal(await slot('Sampling Start', 'input', 'x_T'), 'form a cycle')
  await expectRefusal(await slot('Stop Gradient', 'input', 'value'), 'cannot use its own output')
  await expectRefusal(
    await locateNode(page, 'Noise Schedule'),
    'Noise Schedule has no input for samples.',
  )
  await expectRefusal(await slot('Sampling End', 'input', 'x_prev'), 'nothing')
  const accepted = await onCanvas(page, ({ graph, wireChecks }) => {
    const end = graph._nodes.find((node) => node.getTitle() === 'Sampling End')!
    const start = graph._nodes.find((node) => node.getTitle() === 'Sampling Start')!
    return [
      wireChecks.fits(end, 'input', end.findInputSlot('x_prev')),
      wireChecks.fits(start, 'input', start.findInputSlot('x_T')),
    ]
  })
  expect(accepted).toEqual([true, false])
  await page.mouse.up()
  expect(await getWires()).toContain('Stop Gradient > Sampling End')

  await moveTo(await slot('Sampling Start', 'output', 'loop'))
  await page.mouse.down()
  await expectRefusal(
    await slot('Repeat End', 'input', 'loop'),
    'The loop output of Sampling Start connects only to its own End.',
  )
  await page.mouse.up()
})

test('a dragged wire that would violate a rule of loops shows a warning', async () => {
  await open(
    fileOf(
      {
        1: 'SamplingStart',
        2: 'SamplingEnd',
        3: 'RepeatStart',
        4: 'RepeatEnd',
        5: 'Mix',
        6: 'Inspect',
      },
      [
        [1, 'loop', 2, 'loop'],
        [3, 'loop', 4, 'loop'],
        [1, 'x_t', 5, 'a'],
        [5, 'mix', 6, 'value'],
      ],
    ),
  )
  const warning = () => onCanvas(page, ({ wireChecks }) => wireChecks.warning() ?? '')
  await moveTo(await slot('Repeat Start', 'output', 'index'))
  await page.mouse.down()
  await moveTo(await slot('Mix', 'input', 'weight'))
  await expect.poll(warning).toContain('depends on the iterations of two loops')
  expect(await refusal()).toBeUndefined()
  await page.mouse.up()
  await expect.poll(getWires).toContain('Repeat Start > Mix')
})

test('Alt+click adds a reroute that can be dragged, undone and deleted', async () => {
  const file = fileOf({ 1: 'GaussianNoise', 2: 'StopGradient', 3: 'Inspect' }, [
    [1, 'noise', 2, 'value'],
    [2, 'value', 3, 'value'],
  ])
  file.nodes[0].properties = { batch_size: 4, shape: '2' }
  await open(file)
  const [from, to] = [
    await slot('Gaussian Noise', 'output', 'noise'),
    await slot('Stop Gradient', 'input', 'value'),
  ]
  const middle = { x: (from.x + to.x) / 2, y: (from.y + to.y) / 2 }
  await page.keyboard.down('Alt')
  await page.mouse.click(middle.x, middle.y)
  await page.keyboard.up('Alt')
  await expect
    .poll(getWires)
    .toEqual(['Gaussian Noise > Reroute', 'Reroute > Stop Gradient', 'Stop Gradient > Inspect'])

  await painted(page)
  await moveTo(middle)
  await page.mouse.down()
  await moveTo({ x: middle.x, y: middle.y + 90 })
  await page.mouse.up()
  const dot = await slot('Reroute', 'output', 'value')
  expect(Math.round(dot.y - middle.y)).toBeGreaterThan(80)
  expect(await getWires()).toHaveLength(3)

  await press(page, 'Control+c')
  await press(page, 'Control+Enter')
  await waitForRun(page)
  await press(page, 'Control+z', 'Control+z')
  await expect.poll(getWires).toEqual(['Gaussian Noise > Stop Gradient', 'Stop Gradient > Inspect'])
  await press(page, 'Control+Shift+z')
  await expect.poll(getWires).toHaveLength(3)
  await painted(page)
  await page.mouse.click(middle.x, middle.y)
  await press(page, 'Alt+Delete')
  await expect.poll(getWires).toEqual(['Gaussian Noise > Stop Gradient', 'Stop Gradient > Inspect'])
})

fullTest('resting on a wire shows its value, and so does a button in the outline', async () => {
  const file = fileOf({ 1: 'GaussianNoise', 2: 'StopGradient', 3: 'Inspect' }, [
    [1, 'noise', 2, 'value'],
    [2, 'value', 3, 'value'],
  ])
  file.nodes[0].properties = { batch_size: 64, shape: '2' }
  await open(file)
  const [from, to] = [
    await slot('Gaussian Noise', 'output', 'noise'),
    await slot('Stop Gradient', 'input', 'value'),
  ]
  const middle = { x: (from.x + to.x) / 2, y: (from.y + to.y) / 2 }
  const card = page.getByRole('tooltip')
  await moveTo({ x: middle.x, y: middle.y - 80 })
  await moveTo(middle)
  await card.getByText(en.linkValue.none).waitFor()
  await press(page, 'Control+Enter')
  await waitForRun(page)
  await moveTo({ x: middle.x, y: middle.y - 80 })
  await expect.poll(() => card.count()).toBe(0)
  await moveTo(middle)
  await card.getByText('[64, 2]').waitFor()
  expect((await card.innerText()).replaceAll(/\s+/g, ' ')).toMatch(
    /Gaussian Noise · noise noise \[64, 2\] mean .* std .* NaN none/,
  )
  expect(await card.locator('canvas').count()).toBe(2)

  await focusOutline(page)
  await press(page, 'Home')
  await press(page, 'Enter')
  const valueButton = page
    .locator('.outline')
    .getByRole('button', { name: en.linkValue.title('noise') })
  await valueButton.focus()
  await press(page, 'Enter')
  await page.locator('.outline .inspection').getByText('[64, 2]').waitFor()
  expect(await valueButton.getAttribute('aria-expanded')).toBe('true')
  await press(page, 'Enter')
  expect(await page.locator('.outline .inspection').count()).toBe(0)

  // The context menus of the canvas, by keyboard.
  await page.locator('.outline summary', { hasText: 'Stop Gradient' }).focus()
  await press(page, 'Shift+F10')
  await page.getByRole('menuitem', { name: 'Run to here' }).waitFor()
  await press(page, 'Escape')
  await press(page, 'Enter')
  await page
    .locator('.outline')
    .getByRole('button', { name: en.outline.wireMenu('value') })
    .focus()
  await press(page, 'Enter')
  await page.getByRole('menuitem', { name: en.commands.reroute }).focus()
  await press(page, 'Enter')
  await expect.poll(getWires).toContain('Gaussian Noise > Reroute')
  // The outline omits reroutes.
  expect(await page.locator('.outline summary .name').allInnerTexts()).toEqual([
    'Gaussian Noise',
    'Stop Gradient',
    'Inspect',
  ])
  const input = page.locator('.outline').getByLabel('value anything')
  expect(await input.evaluate((list: HTMLSelectElement) => list.selectedOptions[0].text)).toBe(
    'Gaussian Noise · noise',
  )
})

fullTest('dragging a node across the border of a loop shows which nodes belong to it', async () => {
  const file = fileOf(
    { 1: 'SamplingStart', 2: 'StopGradient', 3: 'SamplingEnd', 4: 'NoiseSchedule' },
    [
      [1, 'loop', 3, 'loop'],
      [1, 'x_t', 2, 'value'],
    ],
  )
  file.nodes[3].pos = [0, 400]
  await open(file)
  const hint = () => onCanvas(page, (canvas) => canvas['loopHint'].current()?.words ?? 'nothing')
  const drag = async (title: string, dx: number, dy: number) => {
    const from = await locateNode(page, title)
    await moveTo(from)
    await page.mouse.down()
    await moveTo({ x: from.x + dx / 2, y: from.y + dy / 2 })
    await moveTo({ x: from.x + dx, y: from.y + dy })
  }
  const inside = await locateNode(page, 'Stop Gradient')
  const once = await locateNode(page, 'Noise Schedule')
  await drag('Noise Schedule', inside.x - once.x, inside.y - once.y + 40)
  await expect.poll(hint).toBe(en.zones.runsOnce)
  await page.mouse.up()
  expect(await hint()).toBe(en.zones.runsOnce)
  await expect.poll(hint).toBe('nothing')
  await press(page, 'Control+z')
  await drag('Stop Gradient', 0, 300)
  await expect.poll(hint).toBe(en.zones.uses('x_t', 'Sampling Start'))
  await page.mouse.up()
})
