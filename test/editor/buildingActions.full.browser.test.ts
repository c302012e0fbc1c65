// Number of actions for building a training with an open DDIM loop on an empty canvas. Each drag,
// each click, each key chord and each text that Enter ends is an action.
import type { Page } from 'playwright-core'
import { beforeEach, expect, test } from 'vitest'
import { useBuiltEditor, useChromium } from '../chromium.ts'
import {
  getViewKind,
  locateNode,
  locateSlot,
  onCanvas,
  onNode,
  painted,
  selectedTitles,
  titles,
  useEditor,
  waitForRun,
  wires,
  type Place,
} from './driver.ts'
import { expectUnder } from './places.ts'

const chromium = useChromium()
const server = useBuiltEditor()
const editor = useEditor(chromium, server, { size: [1900, 1200] })

let page: Page
let actions: string[]
beforeEach(() => {
  page = editor.page
  actions = []
})

/** The only ways in which this test changes the page. Each counts. */
const act = {
  async drag(what: string, from: Place, to: Place) {
    actions.push(`drag ${what}`)
    await page.mouse.move(from.x, from.y)
    await page.mouse.down()
    await page.mouse.move(to.x, to.y, { steps: 8 })
    await page.mouse.up()
    await painted(page)
  },
  async doubleClick({ x, y }: Place) {
    actions.push('double-click')
    await page.mouse.dblclick(x, y)
  },
  async typeEnter(text: string) {
    actions.push(`type ${text}`)
    await page.getByRole('combobox', { name: 'Find a node' }).and(page.locator(':focus')).waitFor()
    await page.keyboard.type(text)
    await page.keyboard.press('Enter')
    await page.getByRole('combobox', { name: 'Find a node' }).waitFor({ state: 'detached' })
    await painted(page)
  },
  async click(what: string, { x, y }: Place) {
    actions.push(`click ${what}`)
    await page.mouse.click(x, y)
    await painted(page)
  },
  async keys(chord: string) {
    actions.push(`press ${chord}`)
    await page.keyboard.press(chord)
    await painted(page)
  },
}

/** Adds a node through the search on the canvas: two actions. */
async function add(text: string, x: number, y: number) {
  await expectUnder(page, { x, y })
  await act.doubleClick({ x, y })
  await act.typeEnter(text)
}

/** Adds a node by dropping a wire: two actions, and the wire is made. */
async function extend(
  [title, slot, side]: [string, string, 'input' | 'output'],
  text: string,
  to: Place,
) {
  const name = await uniqueTitle(title)
  await expectUnder(page, to)
  await act.drag(`${title}.${slot}`, await locateSlot(page, name, slot, side), to)
  await act.typeEnter(text)
}

/** Checks that a title names one node, as the search for slots takes the first. */
async function uniqueTitle(title: string) {
  expect(
    (await titles(page)).filter((each) => each === title),
    title,
  ).toHaveLength(1)
  return title
}

/** Connects the selected nodes. */
const connect = () => act.keys('f')

const selectAll = () => act.keys('Control+a')

/** Sets a param of the selected node in the panel: a click into its field, Ctrl+A, and a text. */
async function setParam(name: string, value: string) {
  const field = page
    .locator('.panel')
    .getByLabel(name, { exact: true })
    .and(page.locator(':not([type=range])'))
    .first()
  const box = (await field.boundingBox())!
  await act.click(name, { x: box.x + box.width / 2, y: box.y + box.height / 2 })
  await act.keys('Control+a')
  actions.push(`type ${value}`)
  await page.keyboard.type(value)
  await page.keyboard.press('Enter')
  await painted(page)
}

/** Required inputs without a wire, as `Node.input`. */
const open = () =>
  onCanvas(page, ({ graph }) =>
    graph._nodes.flatMap((node) =>
      node.inputs
        .filter(({ name, link }) => {
          const declared = node.diffusion.declaration.inputs[name.replace(/_\d+$/, '')]
          const spec = node.diffusion.declaration.inputs[name] ?? declared
          // Of many slots, only the first requires a wire.
          const isFurther = /_([2-9]|\d\d)$/.test(name)
          return link === null && spec !== undefined && !spec.optional && !isFurther
        })
        .map(({ name }) => `${node.getTitle()}.${name}`),
    ),
  )

test('a training with an open DDIM loop takes at most 60 actions', async () => {
  await addTraining()
  await selectAll()
  await connect()
  await extend(['Training End', 'history', 'output'], 'chart', { x: 1290, y: 140 })
  expect(await open()).toEqual([])

  await addSampling()
  await selectAll()
  await connect()
  expect(await open()).toEqual([])
  expect((await titles(page)).length).toBeGreaterThanOrEqual(17)
  expect(await wires(page)).toEqual(
    expect.arrayContaining(['DDIM Step > Sampling End', 'Training End > Predict']),
  )

  await act.click('Training Start', await locateNode(page, 'Training Start'))
  await setParam('steps', '40')
  await act.keys('Control+Enter')
  await waitForRun(page)
  const losses = await onNode(page, 'Chart', ({ diffusion: { view } }) =>
    view?.kind === 'chart' ? view.lines[0].y.length : 0,
  )
  expect(losses).toBe(40)
  await expect.poll(() => getViewKind(page, 'Scatter')).toBe('scatter')
  await page.screenshot({ path: 'test-results/building-actions.png' })
  expect(actions.length, actions.join('\n')).toBeLessThanOrEqual(60)
})

/** Adds the nodes of the training. The End of the loop comes with its Start. */
async function addTraining() {
  await add('points', 60, 130)
  await add('noise schedule', 60, 320)
  await add('mlp', 60, 500)
  await add('optimizer', 60, 760)
  await add('training start', 330, 130)
  expect(await titles(page)).toContain('Training End')
  await add('gaussian noise', 330, 520)
  await add('random timestep', 330, 690)
  await add('forward noise', 600, 450)
  await add('target', 600, 600)
  await add('predict', 830, 450)
  await add('loss', 830, 600)
}

/** Adds the loop of DDIM steps, by dropping wires of its ends. */
async function addSampling() {
  await add('sampling start', 430, 910)
  expect(await titles(page)).toContain('Sampling End')
  await extend(['Sampling Start', 'x_T', 'input'], '', { x: 110, y: 980 })
  // The new node is selected, and its noise is like nothing else.
  expect(await selectedTitles(page)).toEqual(['Gaussian Noise'])
  await setParam('batch_size', '300')
  await extend(['Sampling Start', 'timesteps', 'input'], '', { x: 110, y: 1140 })
  await extend(['Sampling Start', 'x_t', 'output'], 'predict', { x: 730, y: 960 })
  await extend(['Sampling Start', 't_prev', 'output'], 'ddim', { x: 730, y: 1100 })
  await extend(['Sampling End', 'x_0', 'output'], 'scatter', { x: 1310, y: 900 })
}
