// Graphs built from an empty canvas with the mouse and the keyboard, as users build them.
import type { Page } from 'playwright-core'
import { beforeEach, expect, test } from 'vitest'
import { useBuiltEditor, useChromium } from '../chromium.ts'
import {
  addNode,
  clickNode,
  drag,
  locateNode,
  locateSlot,
  onNode,
  painted,
  press,
  titles,
  useEditor,
  waitForRun,
  wires,
} from './driver.ts'

const chromium = useChromium()
const server = useBuiltEditor()
const editor = useEditor(chromium, server, { size: [1900, 1200] })

let page: Page
beforeEach(() => void (page = editor.page))

/** Adds nodes by the node search: the title to find, and the position in the window. */
async function addNodes(nodes: readonly (readonly [title: string, x: number, y: number])[]) {
  for (const [title, x, y] of nodes) await addNode(page, title, x, y)
}

/** Drags wires: `From.output > To.input`. */
async function connectAll(list: readonly string[]) {
  for (const each of list) {
    const [from, to] = each.split(' > ').map((end) => end.split('.') as [string, string])
    const before = (await wires(page)).length
    await drag(
      page,
      await locateSlot(page, from[0], from[1], 'output'),
      await locateSlot(page, to[0], to[1], 'input'),
    )
    await expect.poll(async () => (await wires(page)).length, { message: each }).toBe(before + 1)
  }
}

/** Adds a node, which is then selected, and renames it. */
async function addNamed(type: string, title: string, x: number, y: number) {
  await addNode(page, type, x, y)
  await press(page, 'F2')
  const field = page.getByRole('textbox', { name: 'Rename…' })
  await field.fill(title)
  await press(page, 'Enter')
  await field.waitFor({ state: 'detached' })
  await painted(page)
}

async function locateWidget(title: string, name: string) {
  const y = await onNode(
    page,
    title,
    (node, wanted) =>
      (node.widgets ?? []).find((widget) => widget.name === wanted)?.last_y ?? Number.NaN,
    name,
  )
  return locateNode(page, title, [60, y + 10])
}

/** Sets a param in the panel of details. */
async function setParam(title: string, name: string, value: string) {
  await clickNode(page, title)
  const field = page.locator('.panel').getByLabel(name, { exact: true }).first()
  if ((await field.evaluate((element) => element.tagName)) === 'SELECT')
    await field.selectOption(value)
  else {
    await field.fill(value)
    await press(page, 'Enter')
  }
  await painted(page)
}

const lineOf = (title: string) =>
  onNode(page, title, ({ diffusion: { view } }) =>
    view?.kind === 'chart' ? [...(view.lines[0]?.y ?? [])] : [],
  )

const titlesInclude = async (title: string) => (await titles(page)).includes(title)

async function run() {
  await page.mouse.move(20, 1100)
  await press(page, 'Control+Enter')
  await waitForRun(page)
}

test('the curve of quality against model evaluations', async () => {
  await addNodes([
    ['Noise Schedule', 60, 120],
    ['Exact Model', 60, 320],
    ['Gaussian Noise', 60, 560],
    ['Points', 60, 780],
    ['For Each Start', 360, 120],
    ['Sampler', 640, 400],
    ['Sliced Wasserstein', 960, 400],
    ['Chart', 1280, 120],
  ])
  // The start of a loop comes with its end.
  expect(await titlesInclude('For Each End')).toBe(true)
  await setParam('Gaussian Noise', 'batch_size', '500')
  await connectAll([
    'Noise Schedule.schedule > Exact Model.schedule',
    'Points.dataset > Exact Model.dataset',
    'Exact Model.model > Sampler.model',
    'Gaussian Noise.noise > Sampler.x_T',
    'Noise Schedule.schedule > Sampler.schedule',
  ])
  // Dropped on a widget, a wire turns its param into an input.
  await drag(
    page,
    await locateSlot(page, 'For Each Start', 'number', 'output'),
    await locateWidget('Sampler', 'num_inference_steps'),
  )
  await expect.poll(() => wires(page)).toContain('For Each Start > Sampler')
  await connectAll([
    'Sampler.x_0 > Sliced Wasserstein.samples',
    'Points.dataset > Sliced Wasserstein.reference',
    'Sliced Wasserstein.distance > For Each End.number_1',
    'For Each End.history_1 > Chart.values_1',
  ])
  await run()
  const line = await lineOf('Chart')
  expect(line).toHaveLength(4)
  expect(line.every((value) => value > 0)).toBe(true)
  await page.screenshot({ path: 'test-results/building-nfe.png' })
})

test('a GAN: two networks in one training loop', async () => {
  await addNodes([
    ['Points', 60, 100],
    ['Optimizer', 60, 280],
    ['Timestep', 60, 480],
  ])
  await addNamed('MLP', 'Generator', 60, 620)
  await addNamed('MLP', 'Discriminator', 60, 860)
  await addNode(page, 'Training Start', 360, 100)
  await addNode(page, 'Gaussian Noise', 660, 100)
  await addNamed('Predict', 'Generate', 660, 320)
  await addNamed('Predict', 'Judge data', 660, 480)
  await addNamed('Predict', 'Judge generated', 660, 640)
  await addNamed('Formula', 'Generated', 960, 340)
  await addNamed('Formula', 'Generator loss', 960, 560)
  await addNamed('Formula', 'Discriminator loss', 960, 800)
  expect(await titlesInclude('Training End')).toBe(true)
  await addNode(page, 'Chart', 1300, 420)
  await setParam('Training Start', 'steps', '30')
  await setParam('Generator', 'hidden', '16')
  await setParam('Discriminator', 'hidden', '16')
  await setParam('Generated', 'output', 'samples')
  await setParam('Generator loss', 'expression', 'mean((a - 1)^2)')
  await setParam('Generator loss', 'output', 'loss')
  await setParam('Discriminator loss', 'expression', '(mean((a - 1)^2) + mean((b + 1)^2)) / 2')
  await setParam('Discriminator loss', 'output', 'loss')
  await clickNode(page, 'Training Start')
  await page.locator('.panel').getByText('More', { exact: true }).click()
  await page.locator('.panel').getByLabel('further_slots', { exact: true }).click()
  await connectAll([
    'Generator.model > Training Start.model',
    'Discriminator.model > Training Start.model_2',
    'Points.dataset > Training Start.dataset',
    'Optimizer.optimizer > Training Start.optimizer',
    'Training Start.x_0 > Gaussian Noise.like',
    'Training Start.model > Generate.model',
    'Gaussian Noise.noise > Generate.x_t',
    'Timestep.t > Generate.t',
    'Generate.prediction > Generated.a',
    'Training Start.model_2 > Judge data.model',
    'Training Start.x_0 > Judge data.x_t',
    'Timestep.t > Judge data.t',
    'Training Start.model_2 > Judge generated.model',
    'Generated.result > Judge generated.x_t',
    'Timestep.t > Judge generated.t',
    'Judge generated.prediction > Generator loss.a',
    'Judge data.prediction > Discriminator loss.a',
    'Judge generated.prediction > Discriminator loss.b',
    'Generator loss.result > Training End.loss',
    'Discriminator loss.result > Training End.loss_2',
    'Training End.history > Chart.values_1',
    'Training End.history_2 > Chart.values_2',
  ])
  await run()
  expect(await lineOf('Chart')).toHaveLength(30)
  await page.screenshot({ path: 'test-results/building-gan.png' })
})
