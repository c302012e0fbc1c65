// Defects that a review of the editor found, about the canvas; see defectsRuns.browser.test.ts.
import { readdirSync, readFileSync } from 'node:fs'
import type { Page } from 'playwright-core'
import { beforeEach, expect, test } from 'vitest'
import { en } from '../../src/editor/texts/en/index.ts'
import { useBuiltEditor, useChromium } from '../chromium.ts'
import { node } from '../nodes/evaluate.ts'
import { workflowOf } from '../workflowOf.ts'
import {
  clickNode,
  dropFile,
  locateNode,
  locateSlot,
  onCanvas,
  painted,
  press,
  selectedTitles,
  titles,
  useEditor,
} from './driver.ts'
import { readyWorkflow } from './readyText.ts'
import { ko } from './korean.ts'
import { fullTest } from '../families.ts'

const chromium = useChromium()
const server = useBuiltEditor()
const editor = useEditor(chromium, server, { media: { reducedMotion: 'reduce' } })

let page: Page
beforeEach(() => void (page = editor.page))

async function open(nodes: ReturnType<typeof node>[]) {
  await dropFile(page, 'graph.json', workflowOf({ nodes }))
  await expect.poll(() => titles(page)).toEqual(nodes.map(({ id }) => id).sort())
}

/** Pairs of nodes that overlap, by title. */
const overlaps = () =>
  onCanvas(page, ({ graph }) => {
    const boxes = graph._nodes.map((each) => ({
      title: each.getTitle(),
      left: each.pos[0],
      top: each.pos[1] - 30,
      right: each.pos[0] + each.size[0],
      bottom: each.pos[1] + each.size[1],
    }))
    return boxes.flatMap((a, i) =>
      boxes
        .slice(i + 1)
        .filter((b) => a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom)
        .map((b) => `${a.title} / ${b.title}`),
    )
  })
/** Positions of the nodes, whichever is in front. */
const positions = () =>
  onCanvas(page, ({ graph }) =>
    Object.fromEntries(graph._nodes.map((each) => [each.getTitle(), [...each.pos]])),
  )

interface NoteFile {
  nodes: { id: number; type: string; properties: { text: string } }[]
}

/** A workflow with the notes of all ready workflows, one upon another. */
function collectNotes(): string {
  const files = readdirSync('workflows')
    .filter((name) => name.endsWith('.json'))
    .map((name) => JSON.parse(readFileSync(`workflows/${name}`, 'utf8')) as NoteFile)
  const notes = files.flatMap(({ nodes }) => nodes.filter(({ type }) => type.endsWith('/Note')))
  const nodes = notes.map((each, i) => ({ ...each, id: i + 1, pos: [0, 0] }))
  const links = { links: [], groups: [], last_node_id: nodes.length, last_link_id: 0 }
  return JSON.stringify({ ...files[0], ...links, nodes })
}

declare const cutTexts: string[]

/** Paints once, and returns the painted texts that end with an ellipsis. */
async function findCutTexts(): Promise<{ count: number; cut: string[] }> {
  await page.evaluate(() => {
    const known = globalThis as { cutTexts?: string[] }
    if (known.cutTexts) return void (known.cutTexts.length = 0)
    const texts: string[] = (known.cutTexts = [])
    const { fillText } = CanvasRenderingContext2D.prototype
    CanvasRenderingContext2D.prototype.fillText = function (...args) {
      texts.push(args[0])
      return fillText.apply(this, args)
    }
  })
  await onCanvas(page, (canvas) => canvas.setDirty(true, true))
  await painted(page)
  return page.evaluate(() => ({
    count: cutTexts.length,
    cut: cutTexts.filter((text) => text.endsWith('…')),
  }))
}

fullTest('10: every note of the ready workflows is shown in full, in both languages', async () => {
  await dropFile(page, 'notes.json', collectNotes())
  await expect.poll(() => titles(page)).toContain('What is drawn')
  await onCanvas(page, (canvas) => {
    Object.assign(canvas.ds, { scale: 1, offset: [100, 100] })
  })
  const english = await findCutTexts()
  expect(english.count).toBeGreaterThan(300)
  expect(english.cut).toEqual([])
  await page.getByRole('button', { name: en.top.settings, exact: true }).click()
  await page.getByRole('menuitemradio', { name: '한국어' }).click()
  await page.locator('html[lang=ko]').waitFor()
  const korean = await findCutTexts()
  expect(korean.count).toBeGreaterThan(300)
  expect(korean.cut).toEqual([])
  await page.getByRole('button', { name: ko.top.settings, exact: true }).click()
  await page.getByRole('menuitemradio', { name: 'English' }).click()
  await page.locator('html[lang=en]').waitFor()
})

test('11: a node that grows with its distribution covers no other node', async () => {
  await dropFile(page, 'points.json', readyWorkflow('points', {}, 'Room'))
  await expect.poll(() => page.title()).toContain('Room')
  expect(await overlaps()).toEqual([])
  const before = await positions()
  await clickNode(page, 'Data')
  await page.getByRole('combobox', { name: 'distribution' }).selectOption('drawn')
  await expect.poll(positions).not.toEqual(before)
  expect(await overlaps()).toEqual([])
  await page.locator('canvas.canvas').focus()
  await press(page, 'Control+z')
  await expect.poll(positions).toEqual(before)
})

test('29: a steep wire meets the border of its nodes at the height of its slots', async () => {
  await open([
    node('Schedule', 'NoiseSchedule'),
    node('Way', 'Timesteps', { schedule: 'Schedule.schedule' }),
  ])
  // The slots are close in x and far apart in y.
  await onCanvas(page, (canvas) => {
    const [from, to] = canvas.graph._nodes
    Object.assign(from.pos, [0, 0])
    Object.assign(to.pos, [from.size[0] + 60, 420])
    Object.assign(canvas.ds, { scale: 1, offset: [150, 150] })
    canvas.setDirty(true, true)
  })
  await page.mouse.move(700, 90)
  await painted(page)
  /** Difference to the background of the strongest pixel around a point of the page. */
  const contrast = ({ x, y }: { x: number; y: number }) =>
    onCanvas(
      page,
      (canvas, [x, y]) => {
        const ratio = canvas.pixelRatio
        const ctx = new OffscreenCanvas(1, 3).getContext('2d', { willReadFrequently: true })!
        ctx.drawImage(canvas.canvas, -Math.round(x * ratio), 1 - Math.round(y * ratio))
        const { data } = ctx.getImageData(0, 0, 1, 3)
        const ground = canvas.colours.canvas
          .slice(1)
          .match(/../g)!
          .map((hex) => parseInt(hex, 16))
        return Math.max(
          ...Array.from(data, (value, i) => (i % 4 === 3 ? 0 : Math.abs(value - ground[i % 4]))),
        )
      },
      [x, y] as const,
    )
  const from = await locateSlot(page, 'Schedule', 'schedule', 'output')
  const to = await locateSlot(page, 'Way', 'schedule', 'input')
  // Outside of the border, which is 9 or 10 px from the slot.
  expect(await contrast({ x: from.x + 11, y: from.y })).toBeGreaterThan(70)
  expect(await contrast({ x: to.x - 12, y: to.y })).toBeGreaterThan(70)
})

const sampling = [
  node('Data', 'Points', {}, { count: 50 }),
  node('Schedule', 'NoiseSchedule', {}, { num_train_timesteps: 100 }),
  node('Model', 'ExactModel', { schedule: 'Schedule.schedule', dataset: 'Data.dataset' }, {}),
  node('Noise', 'GaussianNoise', {}, { batch_size: 20, shape: '2' }),
  node('Way', 'Timesteps', { schedule: 'Schedule.schedule' }, { num_inference_steps: 10 }),
  node('Start', 'SamplingStart', { x_T: 'Noise.noise', timesteps: 'Way.timesteps' }),
  node('Predict', 'Predict', { model: 'Model.model', x_t: 'Start.x_t', t: 'Start.t' }),
  node(
    'Step',
    'DDIMStep',
    {
      x_t: 'Start.x_t',
      prediction: 'Predict.prediction',
      t: 'Start.t',
      t_prev: 'Start.t_prev',
      schedule: 'Schedule.schedule',
    },
    {},
  ),
  node('End', 'SamplingEnd', { loop: 'Start.loop', x_prev: 'Step.x_prev' }),
  node('Samples', 'Scatter', { samples_1: 'End.x_0' }),
]

test('29: the wire of a loop runs above its nodes, and can be pointed at there', async () => {
  await open(sampling)
  // Room between the loop and the other nodes.
  await onCanvas(page, ({ graph }) => {
    for (const each of graph._nodes) if (each.pos[1] > 100) each.pos[1] += 300
  })
  await page.locator('canvas.canvas').focus()
  await press(page, 'Home')
  await painted(page)
  const { top, nodes } = await onCanvas(page, (canvas) => {
    const link = Object.values(canvas.graph.links).find(({ type }) => type === 'loop')!
    const [{ body, start, end }] = canvas.findZones(canvas.graph)
    const ids = [...body, start, end]
    return {
      top: canvas.loopTop(link)!,
      nodes: Math.min(
        ...canvas.graph._nodes
          .filter(({ id }) => ids.includes(String(id)))
          .map(({ pos }) => pos[1] - 30),
      ),
    }
  })
  expect(top).toBeLessThan(nodes)
  const [from, to] = [
    await locateSlot(page, 'Start', 'loop', 'output'),
    await locateSlot(page, 'End', 'loop', 'input'),
  ]
  const { y } = await locateNode(page, 'Start', [0, 0])
  const scale = await onCanvas(page, ({ ds }) => ds.scale)
  const startY = await onCanvas(page, ({ graph }) => {
    return graph._nodes.find((each) => each.getTitle() === 'Start')!.pos[1]
  })
  await page.mouse.click((from.x + to.x) / 2, y + (top - startY) * scale, { button: 'right' })
  await page.getByRole('menuitem', { name: en.commands.insert }).waitFor()
  await page.getByRole('menu', { name: 'loop' }).waitFor()
  await press(page, 'Escape')
})

const selectLoop = () =>
  onCanvas(page, (canvas) =>
    canvas.selectNodes(
      canvas.graph._nodes.filter((each) =>
        ['Start', 'Predict', 'Step', 'End'].includes(each.getTitle()),
      ),
    ),
  )
const groups = () =>
  onCanvas(page, ({ graph }) =>
    graph._groups.map(({ title, pos, size }) => ({
      title,
      right: pos[0] + size[0],
      bottom: pos[1] + size[1],
    })),
  )

test('31: a group encloses the zone of its loop, and moves into a subgraph', async () => {
  await open(sampling)
  await selectLoop()
  await press(page, 'Control+g', 'Enter')
  const [group] = await groups()
  const zone = await onCanvas(page, (canvas) => {
    const [{ box }] = canvas.findZones(canvas.graph)
    return { right: box.x + box.width, bottom: box.y + box.height }
  })
  expect(group.right).toBeGreaterThan(zone.right)
  expect(group.bottom).toBeGreaterThan(zone.bottom)
  await selectLoop()
  await press(page, 'Control+Shift+E')
  const dialog = page.getByRole('dialog', { name: en.subgraph.convertSelected })
  await dialog.getByRole('textbox').fill('Loop')
  await press(page, 'Enter')
  await expect.poll(() => titles(page)).toContain('Loop')
  expect(await groups()).toEqual([])
  await press(page, 'Alt+Enter')
  await expect.poll(() => titles(page)).toContain('Step')
  expect((await groups()).map(({ title }) => title)).toEqual([en.commands.groupTitle])
})

test('32: inside a subgraph without a selection, the panel describes the subgraph', async () => {
  await open(sampling)
  await selectLoop()
  await press(page, 'Control+Shift+E')
  await page.getByRole('dialog').getByRole('textbox').fill('Sampling loop')
  await press(page, 'Enter')
  await expect.poll(() => titles(page)).toContain('Sampling loop')
  await press(page, 'Alt+Enter')
  await expect.poll(() => titles(page)).toContain('Step')
  const panel = page.locator('.panel')
  await expect.poll(() => panel.locator('h2').innerText()).toBe('Sampling loop')
  await panel.getByLabel(en.subgraph.name, { exact: true }).fill('DDIM loop')
  await press(page, 'Enter')
  await expect.poll(() => panel.locator('h2').innerText()).toBe('DDIM loop')
  await panel.getByRole('button', { name: en.commands.leave }).click()
  await expect.poll(() => titles(page)).toContain('DDIM loop')
})

/** Counts wires that are drawn thick in one paint of the canvas; paints by itself, as the editor may
 * paint none or several times within a frame that a test waits for. */
const countThickWires = () =>
  onCanvas(page, (canvas) => {
    const { prototype } = CanvasRenderingContext2D
    const { stroke } = prototype
    let count = 0
    prototype.stroke = function (path?: Path2D) {
      if (Math.abs(this.lineWidth - 3.2) < 0.01) count++
      return path ? stroke.call(this, path) : (stroke as () => void).call(this)
    }
    canvas.draw(true, true)
    prototype.stroke = stroke
    return count
  })

test('33: wires of a deselected node are thin again', async () => {
  await open([
    node('Schedule', 'NoiseSchedule'),
    node('Way', 'Timesteps', { schedule: 'Schedule.schedule' }),
    node('Values', 'Inspect', { value: 'Way.timesteps' }),
  ])
  await clickNode(page, 'Schedule')
  expect(await countThickWires()).toBe(1)
  await page.keyboard.down('Shift')
  await clickNode(page, 'Values')
  await expect.poll(() => selectedTitles(page)).toEqual(['Schedule', 'Values'])
  expect(await countThickWires()).toBe(2)
  await clickNode(page, 'Schedule')
  await page.keyboard.up('Shift')
  await expect.poll(() => selectedTitles(page)).toEqual(['Values'])
  expect(await countThickWires()).toBe(1)
  // A wire of a selected node that is removed and restored is thick, and thin after that.
  await page.mouse.click(700, 650)
  await expect.poll(() => selectedTitles(page)).toEqual([])
  expect(await countThickWires()).toBe(0)
})

test('34: a link to a node in view neither moves nor zooms the canvas', async () => {
  await open([
    node('Way', 'Timesteps'),
    node('A node with a long title', 'Inspect', { value: 'Way.timesteps' }),
  ])
  await press(page, 'Control+Enter')
  const link = page.locator('.panel').getByRole('button', { name: en.panel.goToNode })
  await link.waitFor()
  expect((await link.boundingBox())!.height).toBeLessThan(24)
  const view = () => onCanvas(page, ({ ds }) => [ds.scale, ...ds.offset])
  await locateNode(page, 'Way')
  const before = await view()
  await link.click()
  await expect.poll(() => selectedTitles(page)).toEqual(['Way'])
  await painted(page)
  expect(await view()).toEqual(before)
  // A node that is out of view is shown.
  await onCanvas(page, (canvas) => {
    canvas.ds.offset[0] += 3000
    canvas.deselectAllNodes()
    canvas.setDirty(true, true)
  })
  await link.click()
  const { x, y } = await locateNode(page, 'Way')
  expect([x > 0 && x < 1280, y > 0 && y < 800]).toEqual([true, true])
})
