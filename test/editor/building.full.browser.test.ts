// Graphs built from an empty canvas with the mouse and the keyboard, as users build them.
import type { Page } from 'playwright-core'
import { beforeEach, expect, test } from 'vitest'
import { useBuiltEditor, useChromium } from '../chromium.ts'
import { addNamed, addNodes, connectAll, lineOf, locateWidget, run, setParams } from './building.ts'
import { addNode, clickNode, drag, locateSlot, titles, useEditor, wires } from './driver.ts'

const chromium = useChromium()
const server = useBuiltEditor()
const editor = useEditor(chromium, server, { size: [1900, 1200] })

let page: Page
beforeEach(() => void (page = editor.page))

test('the curve of quality against model evaluations', async () => {
  await addNodes(page, [
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
  expect((await titles(page)).includes('For Each End')).toBe(true)
  await setParams(page, 'Gaussian Noise', { batch_size: '500' })
  await connectAll(page, [
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
    await locateWidget(page, 'Sampler', 'num_inference_steps'),
  )
  await expect.poll(() => wires(page)).toContain('For Each Start > Sampler')
  await connectAll(page, [
    'Sampler.x_0 > Sliced Wasserstein.samples',
    'Points.dataset > Sliced Wasserstein.reference',
    'Sliced Wasserstein.distance > For Each End.number_1',
    'For Each End.history_1 > Chart.values_1',
  ])
  await run(page)
  const line = await lineOf(page, 'Chart')
  expect(line).toHaveLength(4)
  expect(line.every((value) => value > 0)).toBe(true)
  await page.screenshot({ path: 'test-results/building-nfe.png' })
})

test('a GAN: two networks in one training loop', async () => {
  await addNodes(page, [
    ['Points', 60, 100],
    ['Optimizer', 60, 280],
    ['Timestep', 60, 480],
  ])
  await addNamed(page, 'MLP', 'Generator', 60, 620)
  await addNamed(page, 'MLP', 'Discriminator', 60, 860)
  await addNode(page, 'Training Start', 360, 100)
  await addNode(page, 'Gaussian Noise', 660, 100)
  await addNamed(page, 'Predict', 'Generate', 660, 320)
  await addNamed(page, 'Predict', 'Judge data', 660, 480)
  await addNamed(page, 'Predict', 'Judge generated', 660, 640)
  await addNamed(page, 'Formula', 'Generated', 960, 340)
  await addNamed(page, 'Formula', 'Generator loss', 960, 560)
  await addNamed(page, 'Formula', 'Discriminator loss', 960, 800)
  expect((await titles(page)).includes('Training End')).toBe(true)
  await addNode(page, 'Chart', 1300, 420)
  await setParams(page, 'Training Start', { steps: '30' })
  await setParams(page, 'Generator', { hidden: '16' })
  await setParams(page, 'Discriminator', { hidden: '16' })
  await setParams(page, 'Generated', { output: 'samples' })
  await setParams(page, 'Generator loss', { expression: 'mean((a - 1)^2)' })
  await setParams(page, 'Generator loss', { output: 'loss' })
  await setParams(page, 'Discriminator loss', {
    expression: '(mean((a - 1)^2) + mean((b + 1)^2)) / 2',
  })
  await setParams(page, 'Discriminator loss', { output: 'loss' })
  await clickNode(page, 'Training Start')
  await page.locator('.panel').getByText('More', { exact: true }).click()
  await page.locator('.panel').getByLabel('further_slots', { exact: true }).click()
  await connectAll(page, [
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
  await run(page)
  expect(await lineOf(page, 'Chart')).toHaveLength(30)
  await page.screenshot({ path: 'test-results/building-gan.png' })
})
