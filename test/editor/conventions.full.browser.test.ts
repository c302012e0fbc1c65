// Habits of other node editors in Chromium: cloning, colours, the selection toolbar, hidden inputs,
// auto-wiring, cutting, tools, viewers, room and alignment.
import { en } from '../../src/editor/texts/en/index.ts'
import type { Page } from 'playwright-core'
import { beforeEach, describe, expect, test } from 'vitest'
import { useBuiltEditor, useChromium } from '../chromium.ts'
import { addAxe, findViolations } from './axe.ts'
import {
  addNode,
  button,
  clickNode,
  drag,
  dropFile,
  locateNode,
  locateSlot,
  onCanvas,
  onNode,
  painted,
  placeIn,
  press,
  selectedTitles,
  titles,
  useEditor,
  waitMilliseconds,
  wires,
} from './driver.ts'
import { fileOf } from './fileOf.ts'

const chromium = useChromium()
const server = useBuiltEditor()
const editor = useEditor(chromium, server, { media: { reducedMotion: 'reduce' } })

let page: Page
beforeEach(() => void (page = editor.page))

type File = ReturnType<typeof fileOf>

/** Opens a file with its nodes at these positions. */
async function open(file: File, places: Record<number, [number, number]> = {}) {
  for (const node of file.nodes) node.pos = places[Number(node.id)] ?? node.pos
  await dropFile(page, 'habits.json', JSON.stringify(file))
  await expect.poll(() => titles(page)).toHaveLength(file.nodes.length)
  await painted(page)
}

const position = (title: string) => onNode(page, title, ({ pos }) => [pos[0], pos[1]])
/** Positions of the nodes by their ids: the graph lists the pressed node last. */
const positions = () =>
  onCanvas(page, ({ graph }) =>
    [...graph._nodes]
      .sort((a, b) => Number(a.id) - Number(b.id))
      .map((node) => [node.getTitle(), node.pos[0], node.pos[1]] as const),
  )
const undo = () => press(page, 'Control+z')
const toolbox = () => page.getByRole('toolbar', { name: en.toolbox.label })
const selectAll = () => press(page, 'Control+a')

/** Two wired nodes. */
const pair = () => fileOf({ 1: 'NoiseSchedule', 2: 'Timesteps' }, [[1, 'schedule', 2, 'schedule']])

describe('selection', () => {
  test('Alt+drag copies the selected nodes with the wires between them, as one undo step', async () => {
    await open(pair(), { 1: [0, 0], 2: [320, 0] })
    await selectAll()
    const start = await locateNode(page, 'Noise Schedule')
    await page.mouse.move(start.x, start.y)
    await page.keyboard.down('Alt')
    await page.mouse.down()
    await page.mouse.move(start.x + 20, start.y + 260, { steps: 6 })
    await page.mouse.up()
    await page.keyboard.up('Alt')
    await expect
      .poll(() => titles(page))
      .toEqual(['Noise Schedule', 'Noise Schedule', 'Timesteps', 'Timesteps'])
    expect(await wires(page)).toEqual(Array(2).fill('Noise Schedule > Timesteps'))
    expect((await selectedTitles(page)).sort()).toEqual(['Noise Schedule', 'Timesteps'])
    const all = await positions()
    expect(all.slice(0, 2)).toEqual([
      ['Noise Schedule', 0, 0],
      ['Timesteps', 320, 0],
    ])
    // Both copies are where the pointer dragged them, within a unit of rounding.
    const scale = await onCanvas(page, ({ ds }) => ds.scale)
    for (const [copy, original] of [
      [all[2], all[0]],
      [all[3], all[1]],
    ] as const) {
      expect(Math.abs(copy[1] - original[1] - 20 / scale)).toBeLessThanOrEqual(1)
      expect(Math.abs(copy[2] - original[2] - 260 / scale)).toBeLessThanOrEqual(1)
    }
    await undo()
    await expect.poll(() => titles(page)).toEqual(['Noise Schedule', 'Timesteps'])
  })

  test('Alt and a click copy nothing', async () => {
    await open(pair(), { 2: [320, 0] })
    const at = await locateNode(page, 'Timesteps')
    await page.keyboard.down('Alt')
    await page.mouse.click(at.x, at.y)
    await page.keyboard.up('Alt')
    await painted(page)
    expect(await titles(page)).toHaveLength(2)
    expect(await selectedTitles(page)).toEqual(['Timesteps'])
  })

  test('a drag of one of several selected nodes moves all, and a click selects one', async () => {
    await open(pair(), { 1: [0, 0], 2: [320, 40] })
    await selectAll()
    const start = await locateNode(page, 'Timesteps')
    await drag(page, start, { x: start.x + 10, y: start.y + 130 })
    const [first, second] = await positions()
    expect(first[2]).toBeGreaterThan(60)
    expect(second[2] - first[2]).toBeCloseTo(40, 5)
    expect(await selectedTitles(page)).toHaveLength(2)
    await clickNode(page, 'Timesteps')
    await expect.poll(() => selectedTitles(page)).toEqual(['Timesteps'])
  })

  test('the toolbar aligns the nodes, works by keyboard, and hides during a drag', async () => {
    await open(pair(), { 1: [0, 0], 2: [320, 60] })
    expect(await toolbox().count()).toBe(0)
    await selectAll()
    await toolbox().waitFor()
    const box = (await toolbox().boundingBox())!
    const node = await locateNode(page, 'Noise Schedule', [0, -30])
    expect(box.y + box.height).toBeLessThanOrEqual(node.y)
    await toolbox().getByRole('button', { name: en.commands.alignTop }).click()
    await expect.poll(async () => (await positions()).map(([, , y]) => y)).toEqual([0, 0])
    await page.locator('canvas.canvas').focus()
    await press(page, 'Alt+s', 'ArrowRight', 'ArrowRight', 'Enter')
    // Connect, mute, bypass.
    await expect.poll(() => onNode(page, 'Timesteps', ({ mode }) => mode)).toBe(4)
    await press(page, 'Escape')
    await expect.poll(() => page.evaluate(() => document.activeElement!.tagName)).toBe('CANVAS')
    const start = await locateNode(page, 'Timesteps')
    await page.mouse.move(start.x, start.y)
    await page.mouse.down()
    await page.mouse.move(start.x + 30, start.y + 30, { steps: 3 })
    await expect.poll(() => toolbox().count()).toBe(0)
    await page.mouse.up()
    await toolbox().waitFor()
    await addAxe(page)
    expect(await findViolations(page, 'toolbar', '.toolbox')).toEqual([])
  })

  test('the toolbar is not in the way of further nodes', async () => {
    await open(fileOf({ 1: 'NoiseSchedule', 2: 'Timesteps', 3: 'GaussianNoise' }, []), {
      1: [0, 0],
      2: [320, 0],
      3: [160, 180],
    })
    await page.keyboard.down('Control')
    await clickNode(page, 'Noise Schedule')
    await clickNode(page, 'Timesteps')
    await painted(page)
    await clickNode(page, 'Gaussian Noise')
    await page.keyboard.up('Control')
    await expect.poll(async () => (await selectedTitles(page)).length).toBe(3)
    await toolbox().waitFor()
  })

  test('the panel has the same actions', async () => {
    await open(pair(), { 1: [0, 0], 2: [320, 60] })
    await selectAll()
    const panel = page.locator('.panel')
    await panel.getByRole('group', { name: en.toolbox.arrange }).waitFor()
    await panel.getByRole('button', { name: en.commands.alignLeft }).click()
    await expect.poll(async () => (await positions()).map(([, x]) => x)).toEqual([0, 0])
  })
})

describe('colours', () => {
  test('are chosen in the menu, stored as litegraph does, and shown in every theme', async () => {
    await open(pair(), { 1: [0, 0], 2: [320, 0] })
    const colourAt = async () => {
      const at = await placeIn(page, 'Noise Schedule', [0.5, 0.97])
      await painted(page)
      return onCanvas(
        page,
        ({ canvas }, { x, y }) => {
          const ratio = canvas.width / canvas.clientWidth
          // From a copy: Chromium warns of several reads of one canvas.
          const copy = new OffscreenCanvas(1, 1).getContext('2d')!
          copy.drawImage(canvas, -x * ratio, -y * ratio)
          const { data } = copy.getImageData(0, 0, 1, 1)
          return [data[0], data[1], data[2]]
        },
        at,
      )
    }
    const before = await colourAt()
    await clickNode(page, 'Noise Schedule', { button: 'right' })
    await page.getByRole('menuitem', { name: en.commands.colour }).click()
    await page.getByRole('menuitemradio', { name: en.nodeColours.names.red, exact: true }).click()
    await expect
      .poll(() => onNode(page, 'Noise Schedule', ({ color, bgcolor }) => [color, bgcolor]))
      .toEqual(['#322', '#533'])
    const [red, green, blue] = await colourAt()
    expect(red - (green + blue) / 2).toBeGreaterThan(10 + before[0] - (before[1] + before[2]) / 2)
    await undo()
    await expect.poll(() => onNode(page, 'Noise Schedule', ({ bgcolor }) => bgcolor ?? '')).toBe('')
  })

  test('are chosen in the panel, for all selected nodes', async () => {
    await open(pair(), { 1: [0, 0], 2: [320, 0] })
    await selectAll()
    await page.locator('.panel').getByRole('button', { name: en.commands.colour }).click()
    await page.getByRole('menuitemradio', { name: en.nodeColours.names.blue, exact: true }).click()
    const colours = () => onCanvas(page, ({ graph }) => graph._nodes.map(({ bgcolor }) => bgcolor))
    await expect.poll(colours).toEqual(['#335', '#335'])
  })
})

describe('inputs and wires', () => {
  test('Ctrl+H hides the unused inputs of the selected nodes, and shows them again', async () => {
    await addNode(page, 'gaussian noise', 300, 300)
    await clickNode(page, 'Gaussian Noise')
    const height = () => onNode(page, 'Gaussian Noise', ({ size }) => size[1])
    const flags = () => onNode(page, 'Gaussian Noise', (node) => node.flags)
    const before = await height()
    await press(page, 'Control+h')
    await expect.poll(flags).toEqual({ folded: true })
    // Its output still takes the row.
    expect(await height()).toBe(before)
    await press(page, 'Control+h')
    await expect.poll(flags).toEqual({})
    await clickNode(page, 'Gaussian Noise', { button: 'right' })
    await page.getByRole('menuitem', { name: en.commands.hideUnused }).waitFor()
  })

  test('a dragged wire shows the hidden inputs that it fits', async () => {
    await open(fileOf({ 1: 'Sampler', 2: 'Scatter' }, []), { 1: [0, 0], 2: [380, 0] })
    const shown = () =>
      onNode(page, 'Scatter', (node) =>
        node.inputs
          .filter((_, i) => !Number.isNaN(node.getConnectionPos(true, i)[1]))
          .map(({ name }) => name),
      )
    expect(await shown()).toEqual(['samples_1'])
    const start = await locateSlot(page, 'Sampler', 'trajectory', 'output')
    await page.mouse.move(start.x, start.y)
    await page.mouse.down()
    const over = await placeIn(page, 'Scatter', [0.6, 0.5])
    await page.mouse.move(over.x, over.y, { steps: 4 })
    await expect.poll(shown).toEqual(['samples_1', 'trajectory'])
    const slot = await onNode(page, 'Scatter', (node) => {
      const [x, y] = node.getConnectionPos(true, node.findInputSlot('trajectory'))
      return [x - node.pos[0], y - node.pos[1]] as const
    })
    const end = await locateNode(page, 'Scatter', slot)
    await page.mouse.move(end.x, end.y, { steps: 4 })
    await page.mouse.up()
    await expect.poll(() => wires(page)).toEqual(['Sampler > Scatter'])
    expect(await shown()).toEqual(['samples_1', 'trajectory'])
    await undo()
    await expect.poll(shown).toEqual(['samples_1'])
  })

  test('F connects the selected nodes, as one undo step', async () => {
    await open(
      fileOf({ 1: 'NoiseSchedule', 2: 'Timesteps', 3: 'GaussianNoise', 4: 'ForwardNoise' }, []),
      { 1: [0, 0], 2: [300, 0], 3: [0, 240], 4: [600, 120] },
    )
    await selectAll()
    await press(page, 'f')
    const made = ['Noise Schedule > Forward Noise', 'Noise Schedule > Timesteps']
    await expect.poll(() => wires(page)).toEqual(expect.arrayContaining(made))
    expect(await wires(page)).toContain('Gaussian Noise > Forward Noise')
    await undo()
    await expect.poll(() => wires(page)).toEqual([])
    await press(page, 'Control+Shift+z')
    await expect.poll(() => wires(page)).toEqual(expect.arrayContaining(made))
  })

  test.each(['Ctrl and the right button', 'the tool'])('a stroke by %s cuts wires', async (how) => {
    await open(
      fileOf({ 1: 'NoiseSchedule', 2: 'Timesteps', 3: 'ScheduleChart' }, [
        [1, 'schedule', 2, 'schedule'],
        [1, 'schedule', 3, 'schedules_1'],
      ]),
      { 1: [0, 0], 2: [420, 0], 3: [420, 200] },
    )
    const [from, to] = [
      await locateSlot(page, 'Noise Schedule', 'schedule'),
      await locateSlot(page, 'Timesteps', 'schedule'),
    ]
    const x = (from.x + to.x) / 2
    const byTool = how === 'the tool'
    if (byTool) await press(page, 'y')
    await page.mouse.move(x, from.y - 60)
    if (!byTool) await page.keyboard.down('Control')
    await page.mouse.down({ button: byTool ? 'left' : 'right' })
    await page.mouse.move(x, from.y + 240, { steps: 12 })
    await page.mouse.up({ button: byTool ? 'left' : 'right' })
    if (!byTool) await page.keyboard.up('Control')
    await expect.poll(() => wires(page)).toEqual([])
    expect(await page.getByRole('menu').count()).toBe(0)
    await undo()
    await expect.poll(() => wires(page)).toHaveLength(2)
    // The tool ends with its stroke.
    await drag(page, { x, y: from.y - 60 }, { x, y: from.y + 200 })
    expect(await wires(page)).toHaveLength(2)
  })

  test('Ctrl and a right click without a stroke open the menu', async () => {
    await open(pair(), { 2: [320, 0] })
    await page.keyboard.down('Control')
    await clickNode(page, 'Timesteps', { button: 'right' })
    await page.keyboard.up('Control')
    await page.getByRole('menuitem', { name: en.commands.runTo }).waitFor()
  })

  test('Ctrl+Shift+click adds a viewer, and the next one selects it', async () => {
    await open(fileOf({ 1: 'NoiseSchedule' }, []))
    const look = async () => {
      await page.keyboard.down('Control')
      await page.keyboard.down('Shift')
      await clickNode(page, 'Noise Schedule')
      await page.keyboard.up('Shift')
      await page.keyboard.up('Control')
    }
    await look()
    await expect.poll(() => wires(page)).toHaveLength(1)
    const [wire] = await wires(page)
    const viewer = wire.replace('Noise Schedule > ', '')
    await clickNode(page, 'Noise Schedule')
    await look()
    await expect.poll(() => selectedTitles(page)).toEqual([viewer])
    expect(await wires(page)).toEqual([wire])
  })

  test('M mutes, and Ctrl+Shift+X deletes and reconnects', async () => {
    await open(
      fileOf({ 1: 'GaussianNoise', 2: 'StopGradient', 3: 'Inspect' }, [
        [1, 'noise', 2, 'value'],
        [2, 'value', 3, 'value'],
      ]),
      { 1: [0, 0], 2: [320, 0], 3: [560, 0] },
    )
    await clickNode(page, 'Stop Gradient')
    await press(page, 'm')
    await expect.poll(() => onNode(page, 'Stop Gradient', ({ mode }) => mode)).toBe(2)
    await press(page, 'm', 'Control+Shift+x')
    await expect.poll(() => wires(page)).toEqual(['Gaussian Noise > Inspect'])
  })
})

describe('tools and levels', () => {
  test('H chooses the hand, which pans over nodes, and V the selection', async () => {
    await open(pair(), { 2: [320, 0] })
    await press(page, 'h')
    const tool = page.locator('.status').getByRole('button', { name: en.commands.handTool })
    await tool.waitFor()
    const offset = () => onCanvas(page, ({ ds }) => [...ds.offset])
    const [before, at] = [await offset(), await locateNode(page, 'Timesteps')]
    await drag(page, at, { x: at.x + 60, y: at.y + 40 })
    expect((await offset())[0]).toBeGreaterThan(before[0])
    expect(await position('Timesteps')).toEqual([320, 0])
    await press(page, 'v')
    await expect.poll(() => tool.count()).toBe(0)
    const again = await locateNode(page, 'Timesteps')
    await drag(page, again, { x: again.x + 40, y: again.y + 60 })
    expect((await position('Timesteps'))[1]).toBeGreaterThan(0)
  })

  test('Home shows all nodes', async () => {
    await open(pair(), { 1: [0, 0], 2: [4000, 0] })
    for (let i = 0; i < 6; i++) await press(page, 'Alt+=')
    await press(page, 'Home')
    await painted(page)
    const at = await locateNode(page, 'Timesteps')
    expect(at.x).toBeGreaterThan(0)
    expect(at.x).toBeLessThan(980)
  })

  /** Presses keys; Playwright's numeric keypad types no period, and that of some layouts a comma. */
  const pressFit = (keys: string) =>
    keys === 'NumpadDecimal'
      ? onCanvas(page, ({ canvas }) => {
          const pressed = { key: ',', code: 'NumpadDecimal', bubbles: true, cancelable: true }
          canvas.dispatchEvent(new KeyboardEvent('keydown', pressed))
        })
      : press(page, keys)

  test.each(['.', 'Shift+Digit2', 'NumpadDecimal'])(
    '%s shows the selected nodes, or all if none is selected',
    async (keys) => {
      await open(pair(), { 1: [0, 0], 2: [4000, 0] })
      const view = () => onCanvas(page, ({ ds }) => [ds.scale, ...ds.offset])
      await press(page, 'Home')
      const all = await view()
      await onCanvas(page, (canvas) => canvas.selectNodes([canvas.graph._nodes[1]]))
      await pressFit(keys)
      await painted(page)
      expect((await view())[0]).toBeGreaterThan(0.9)
      const at = await locateNode(page, 'Timesteps')
      expect(at.x > 200 && at.x < 700 && at.y > 100 && at.y < 600).toBe(true)
      await press(page, 'Shift+Digit1')
      expect(await view()).toEqual(all)
      await press(page, 'Alt+=')
      await onCanvas(page, (canvas) => canvas.deselectAllNodes())
      await pressFit(keys)
      expect(await view()).toEqual(all)
    },
  )

  test('Tab opens a subgraph and leaves it, and elsewhere moves the focus', async () => {
    await open(pair(), { 1: [0, 0], 2: [320, 0] })
    await selectAll()
    await press(page, 'Control+Shift+E')
    await page.getByRole('dialog').getByRole('textbox').fill('Packed')
    await press(page, 'Enter')
    await expect.poll(() => titles(page)).toEqual(['Packed'])
    await clickNode(page, 'Packed')
    await press(page, 'Tab')
    await page.locator('.crumbs').waitFor()
    await expect.poll(() => page.evaluate(() => document.activeElement!.tagName)).toBe('CANVAS')
    await press(page, 'Tab')
    await expect.poll(() => titles(page)).toEqual(['Packed'])
    await page.mouse.click(300, 700)
    await press(page, 'Tab')
    await expect.poll(() => page.evaluate(() => document.activeElement!.tagName)).not.toBe('CANVAS')
  })
})

describe('places of nodes', () => {
  test('a covered node moves aside, as one undo step with the drop', async () => {
    await open(fileOf({ 1: 'NoiseSchedule', 2: 'Timesteps' }, []), { 1: [0, 0], 2: [420, 0] })
    const before = await positions()
    const start = await locateNode(page, 'Noise Schedule')
    const end = await locateNode(page, 'Timesteps')
    await drag(page, start, { x: end.x - 40, y: end.y + 30 })
    await painted(page)
    const overlap = () =>
      onCanvas(page, ({ graph }) => {
        const [a, b] = graph._nodes
        return (
          a.pos[0] < b.pos[0] + b.size[0] &&
          b.pos[0] < a.pos[0] + a.size[0] &&
          a.pos[1] - 30 < b.pos[1] + b.size[1] &&
          b.pos[1] - 30 < a.pos[1] + a.size[1]
        )
      })
    await expect.poll(overlap).toBe(false)
    expect((await position('Noise Schedule'))[0]).toBeGreaterThan(300)
    await undo()
    await expect.poll(positions).toEqual(before)
  })

  test('Ctrl during the drag places a node over another', async () => {
    await open(fileOf({ 1: 'NoiseSchedule', 2: 'Timesteps' }, []), { 1: [0, 0], 2: [420, 0] })
    const start = await locateNode(page, 'Noise Schedule')
    const end = await locateNode(page, 'Timesteps')
    await page.mouse.move(start.x, start.y)
    await page.mouse.down()
    await page.mouse.move(start.x + 20, start.y + 10)
    await page.keyboard.down('Control')
    await page.mouse.move(end.x - 20, end.y + 30, { steps: 6 })
    await page.mouse.up()
    await page.keyboard.up('Control')
    await waitMilliseconds(page, 200)
    expect(await position('Timesteps')).toEqual([420, 0])
  })

  test('a dragged node snaps to the edges of others, with lines', async () => {
    await open(fileOf({ 1: 'NoiseSchedule', 2: 'Timesteps' }, []), { 1: [0, 0], 2: [420, 300] })
    const start = await locateNode(page, 'Timesteps')
    const scale = await onCanvas(page, ({ ds }) => ds.scale)
    await page.mouse.move(start.x, start.y)
    await page.mouse.down()
    await page.mouse.move(start.x, start.y - 297 * scale, { steps: 10 })
    // Three units beside the upper edge.
    await expect.poll(() => onNode(page, 'Timesteps', ({ pos }) => pos[1])).toBe(0)
    const lines = () =>
      onCanvas(page, (canvas) => canvas.tools.overlay().lines.map((line) => [...line]))
    expect((await lines()).some(([, y1, , y2]) => y1 === -30 && y2 === -30)).toBe(true)
    await page.mouse.up()
    expect(await lines()).toEqual([])
  })

  test('a click beside the title only selects, and one on the dot collapses with a hint', async () => {
    await open(pair(), { 2: [320, 0] })
    const collapsed = () => onNode(page, 'Timesteps', ({ flags }) => flags.collapsed ?? false)
    const beside = await locateNode(page, 'Timesteps', [28, -24])
    await page.mouse.click(beside.x, beside.y)
    expect(await collapsed()).toBe(false)
    const dot = await locateNode(page, 'Timesteps', [15, -15])
    await page.mouse.move(dot.x - 40, dot.y - 40)
    await page.mouse.move(dot.x, dot.y, { steps: 3 })
    const hint = () =>
      onCanvas(page, ({ canvas }) => [canvas.style.cursor, canvas.title] as [string, string])
    await expect.poll(hint).toEqual(['pointer', en.commands.collapse])
    await waitMilliseconds(page, 400)
    await page.mouse.click(dot.x, dot.y)
    await expect.poll(collapsed).toBe(true)
  })

  test('the menu is headed by the title of the node, and its type', async () => {
    await addNode(page, 'mlp', 300, 300)
    await press(page, 'F2')
    await page.getByRole('textbox', { name: 'Rename…' }).fill('Network')
    await press(page, 'Enter')
    await clickNode(page, 'Network', { button: 'right' })
    await page.getByRole('menu', { name: 'Network · MLP' }).waitFor()
  })

  test('the minimap leaves the corner of the selected node', async () => {
    await open(fileOf({ 1: 'NoiseSchedule', 2: 'Timesteps' }, []), { 1: [0, 0], 2: [4000, 0] })
    await press(page, 'Home')
    for (let i = 0; i < 9; i++) await press(page, 'Alt+=')
    const map = page.locator('.minimap')
    await map.waitFor()
    const before = (await map.boundingBox())!
    // Moves the first node below the map.
    await onCanvas(
      page,
      (canvas, { x, y }) => {
        const node = canvas.graph._nodes[0]
        canvas.ds.offset[0] = x / canvas.ds.scale - node.pos[0]
        canvas.ds.offset[1] = y / canvas.ds.scale - node.pos[1]
        canvas.setDirty(true, true)
      },
      { x: before.x + 20, y: before.y + 50 },
    )
    await painted(page)
    expect((await map.boundingBox())!.x).toBe(before.x)
    await onCanvas(page, (canvas) => canvas.selectNodes([canvas.graph._nodes[0]]))
    await expect.poll(async () => (await map.boundingBox())?.x).not.toBe(before.x)
    const [after, node] = [(await map.boundingBox())!, await locateNode(page, 'Noise Schedule')]
    expect(node.x > after.x && node.x < after.x + after.width).toBe(false)
  })
})

test('the node search begins with what ready workflows use most', async () => {
  await page.mouse.dblclick(400, 400)
  const search = page.getByRole('combobox', { name: 'Find a node' })
  await search.waitFor()
  const first = () => page.getByRole('option').first().innerText()
  const group = page.getByRole('group', { name: en.palette.often })
  await expect.poll(() => group.getByRole('option').count()).toBe(6)
  await search.fill('forward')
  await expect.poll(first).toMatch(/^Forward Noise/)
  await press(page, 'Escape')
  await addNode(page, 'sampling start', 320, 300)
  await drag(page, await locateSlot(page, 'Sampling Start', 'x_T', 'input'), { x: 180, y: 600 })
  await page.getByRole('group', { name: en.palette.suggested }).waitFor()
  await expect.poll(first).toMatch(/^Gaussian Noise/)
  await press(page, 'Enter')
  await expect.poll(() => wires(page)).toContain('Gaussian Noise > Sampling Start')
})

test('the Run button stays in its place', async () => {
  await open(pair(), { 2: [320, 0] })
  const left = async (name: string) => (await button(page, name).boundingBox())!.x
  const before = await left(en.top.run)
  await button(page, `${en.speed.label}: ${en.speed.each.full}`).click()
  await page.getByRole('menuitemradio', { name: en.speed.each.step }).click()
  await page.locator('.runs .speed').waitFor()
  expect(await left(en.top.run)).toBe(before)
  await button(page, `${en.speed.label}: ${en.speed.each.step}`).click()
  await page.getByRole('menuitemradio', { name: en.speed.each.full }).click()
})
