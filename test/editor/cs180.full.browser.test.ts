// CS180 project 5 part B in the built editor, from an empty canvas: a UNet of convolution blocks that
// denoises MNIST in one step, after a training at one noise level.
// https://cal-cs180.github.io/fa24/hw/proj5/partb.html
import { beforeEach, expect, test } from 'vitest'
import type { Page } from 'playwright-core'
import { en } from '../../src/editor/texts/en/index.ts'
import { useBuiltEditor, useChromium } from '../chromium.ts'
import {
  addNamed,
  addNodes,
  connectAll,
  copyNode,
  lineOf,
  moveNode,
  pack,
  run,
  setParams,
} from './building.ts'
import { addNode, button, clickNode, press, selectedTitles, titles, useEditor } from './driver.ts'

const chromium = useChromium()
const server = useBuiltEditor()
const editor = useEditor(chromium, server, { size: [2560, 1440] })

let page: Page
beforeEach(() => void (page = editor.page))

/** Channels of the first level; 128 in the course. */
const CHANNELS = 16
const TRAINING_MINUTES = 12

/** Shows params of nodes inside the selected subgraph on its node. */
async function promote(title: string, params: readonly (readonly [node: string, param: string])[]) {
  await clickNode(page, title)
  await press(page, 'Alt+Enter')
  await expect.poll(() => titles(page)).toContain('Inputs')
  for (const [node, param] of params) {
    // A second click would be a double click, which opens the node.
    if (!(await selectedTitles(page)).includes(node)) await clickNode(page, node)
    await button(page, en.subgraph.promote(param)).click()
  }
  await page.locator('canvas.canvas').focus()
  await press(page, 'Escape')
  await expect.poll(() => titles(page)).not.toContain('Inputs')
}

/** Adds a convolution with norm and GELU: `Conv A`, `Norm A`, `GELU A`. */
async function addConvolution(
  name: string,
  [x, y]: readonly [number, number],
  params: Record<string, string | boolean>,
) {
  await addNamed(page, 'Conv', `Conv ${name}`, x, y)
  await setParams(page, `Conv ${name}`, params)
  await addNamed(page, 'Group Norm', `Norm ${name}`, x + 260, y)
  await addNamed(page, 'GELU', `GELU ${name}`, x + 520, y)
  await connectAll(page, [
    `Conv ${name}.features > Norm ${name}.x`,
    `Norm ${name}.features > GELU ${name}.x`,
  ])
}

const out = String(CHANNELS)

/** Conv block of the course: twice a convolution, norm and GELU. */
async function makeConvBlock() {
  await addConvolution('1', [300, 110], { out })
  await addConvolution('2', [300, 400], { out })
  await connectAll(page, [
    'Input.x > Conv 1.x',
    'GELU 1.features > Conv 2.x',
    'GELU 2.features > Last convolution.x',
  ])
  await pack(page, ['Conv 1', 'Norm 1', 'GELU 1', 'Conv 2', 'Norm 2', 'GELU 2'], 'Enter')
  await promote('Enter', [
    ['Conv 1', 'out'],
    ['Conv 2', 'out'],
  ])
}

/** Down or up block of the course: a convolution that halves or doubles the size, and a conv block. */
async function makeBlock(title: string, params: Record<string, string | boolean>) {
  await addConvolution('in', [560, 110], { out, ...params })
  await copyNode(page, 'Enter', 'Block', { x: 560, y: 400 })
  await connectAll(page, [
    'Enter.features > Conv in.x',
    'GELU in.features > Block.x',
    'Block.features > Last convolution.x',
  ])
  await pack(page, ['Conv in', 'Norm in', 'GELU in', 'Block'], title)
  await promote(title, [
    ['Conv in', 'out'],
    ['Block', 'out'],
    ['Block', 'out_2'],
  ])
}

const channels = (count: number) => ({
  out: String(count),
  out_2: String(count),
  out_2_2: String(count),
})

/** The UNet of figure 2 of part B, 28 x 28. */
async function wireNetwork() {
  await addNamed(page, 'Model Input', 'Input', 40, 110)
  await setParams(page, 'Input', { shape: '28, 28, 1' })
  await addNamed(page, 'Conv', 'Last convolution', 1900, 110)
  await setParams(page, 'Last convolution', { out: '1' })
  await makeConvBlock()
  await moveNode(page, 'Enter', { x: 320, y: 110 })
  await makeBlock('Down 1', { stride: '2' })
  await moveNode(page, 'Down 1', { x: 320, y: 340 })
  await makeBlock('Up 1', { transposed: true, kernel: '4', stride: '2' })
  await moveNode(page, 'Up 1', { x: 1320, y: 340 })
  await copyNode(page, 'Down 1', 'Down 2', { x: 260, y: 620 })
  await copyNode(page, 'Up 1', 'Up 2', { x: 1260, y: 620 })
  await copyNode(page, 'Enter', 'Leave', { x: 1620, y: 110 })
  await setParams(page, 'Down 2', channels(2 * CHANNELS))
  await addNodes(page, [['Avg Pool', 540, 760]])
  await setParams(page, 'Avg Pool', { size: '7' })
  await addNamed(page, 'GELU', 'Flattened', 780, 760)
  await addConvolution('unflatten', [540, 920], {
    out: String(2 * CHANNELS),
    transposed: true,
    kernel: '7',
    stride: '7',
    padding: '0',
  })
  await addNamed(page, 'Concat', 'Skip 2', 1060, 620)
  await addNamed(page, 'Concat', 'Skip 1', 1060, 340)
  await addNamed(page, 'Concat', 'Skip 0', 1380, 110)
  await addNodes(page, [['Model Output', 1900, 420]])
  await connectAll(page, [
    'Down 1.features > Down 2.x',
    'Down 2.features > Avg Pool.x',
    'Avg Pool.features > Flattened.x',
    'Flattened.features > Conv unflatten.x',
    'GELU unflatten.features > Skip 2.x_1',
    'Down 2.features > Skip 2.x_2',
    'Skip 2.features > Up 2.x',
    'Up 2.features > Skip 1.x_1',
    'Down 1.features > Skip 1.x_2',
    'Skip 1.features > Up 1.x',
    'Up 1.features > Skip 0.x_1',
    'Enter.features > Skip 0.x_2',
    'Skip 0.features > Leave.x',
    'Leave.features > Last convolution.x',
    'Last convolution.features > Model Output.x',
  ])
  await setParams(page, 'Model Output', { predicts: 'sample' })
}

/** Makes one node of the network, with the model as its output. */
async function packNetwork() {
  const network = await titles(page)
  await addNode(page, 'Training Start', 1600, 640)
  await connectAll(page, ['Model Output.model > Training Start.model'])
  await pack(page, network, 'UNet')
  await expect.poll(() => titles(page)).toEqual(['Training End', 'Training Start', 'UNet'])
  await moveNode(page, 'UNet', { x: 100, y: 110 })
  await moveNode(page, 'Training Start', { x: 380, y: 110 })
  await moveNode(page, 'Training End', { x: 1840, y: 110 })
}

/** Training at sigma 0.5, as in section 1.2.1. */
async function wireTraining() {
  await addNodes(page, [
    ['MNIST', 40, 400],
    ['Optimizer', 40, 600],
    ['Sigma Schedule', 40, 1000],
    ['Timestep', 320, 600],
    ['Gaussian Noise', 600, 500],
    ['Forward Noise', 880, 110],
    ['Predict', 1160, 110],
    ['Target', 1160, 330],
    ['Loss', 1440, 110],
  ])
  await addNamed(page, 'Chart', 'Loss by step', 2060, 110)
  await setParams(page, 'Timestep', { by: 't', t: '0.5' })
  await setParams(page, 'Optimizer', { lr: '0.002' })
  await setParams(page, 'Training Start', { steps: '250', batch_size: '32' })
  await connectAll(page, [
    'MNIST.dataset > Training Start.dataset',
    'Optimizer.optimizer > Training Start.optimizer',
    'Sigma Schedule.schedule > Timestep.schedule',
    'Training Start.x_0 > Gaussian Noise.like',
    'Training Start.x_0 > Forward Noise.x_0',
    'Timestep.t > Forward Noise.t',
    'Gaussian Noise.noise > Forward Noise.noise',
    'Sigma Schedule.schedule > Forward Noise.schedule',
    'Training Start.model > Predict.model',
    'Forward Noise.x_t > Predict.x_t',
    'Timestep.t > Predict.t',
    'Training Start.model > Target.model',
    'Training Start.x_0 > Target.x_0',
    'Gaussian Noise.noise > Target.noise',
    'Timestep.t > Target.t',
    'Sigma Schedule.schedule > Target.schedule',
    'Predict.prediction > Loss.prediction',
    'Target.target > Loss.target',
    'Loss.loss > Training End.loss',
    'Training End.history > Loss by step.values_1',
  ])
}

/** Denoising in one step at other noise levels, as in section 1.2.2. */
async function wireEvaluation() {
  await addNamed(page, 'MNIST', 'Unseen digits', 600, 780)
  await addNamed(page, 'Batch', 'Digits', 880, 780)
  await addNamed(page, 'Gaussian Noise', 'Noise', 600, 1000)
  await addNodes(page, [['For Each Start', 320, 1000]])
  await moveNode(page, 'For Each End', { x: 2000, y: 780 })
  await addNamed(page, 'Timestep', 'Level', 880, 1060)
  await addNamed(page, 'Forward Noise', 'Noisy', 1160, 780)
  await addNamed(page, 'Predict', 'One step', 1440, 780)
  await addNamed(page, 'Convert Prediction', 'Estimate', 1440, 960)
  await addNamed(page, 'Formula', 'Error', 1700, 1180)
  await addNamed(page, 'Formula', 'Error of the noisy', 1440, 1180)
  await addNamed(page, 'Film Strip', 'Noisy digits', 2260, 560)
  await addNamed(page, 'Film Strip', 'Denoised digits', 2260, 830)
  await addNamed(page, 'Chart', 'Error by noise level', 2260, 1120)
  await setParams(page, 'Unseen digits', { split: 'test' })
  await setParams(page, 'For Each Start', { list: '0, 0.2, 0.4, 0.5, 0.6, 0.8, 1, 1.2' })
  await setParams(page, 'Level', { by: 't' })
  await setParams(page, 'Estimate', { to: 'sample' })
  const error = { expression: 'sqrt(mean((a - b)^2))', output: 'number' }
  await setParams(page, 'Error', error)
  await setParams(page, 'Error of the noisy', error)
  await connectAll(page, ['For Each Start.number > Level.t'])
  await connectAll(page, [
    'Unseen digits.dataset > Digits.dataset',
    'Digits.x_0 > Noise.like',
    'Sigma Schedule.schedule > Level.schedule',
    'Digits.x_0 > Noisy.x_0',
    'Level.t > Noisy.t',
    'Noise.noise > Noisy.noise',
    'Sigma Schedule.schedule > Noisy.schedule',
    'Training End.model > One step.model',
    'Noisy.x_t > One step.x_t',
    'Level.t > One step.t',
    'One step.prediction > Estimate.prediction',
    'Noisy.x_t > Estimate.x_t',
    'Level.t > Estimate.t',
    'Sigma Schedule.schedule > Estimate.schedule',
    'Estimate.x > Error.a',
    'Digits.x_0 > Error.b',
    'Noisy.x_t > Error of the noisy.a',
    'Digits.x_0 > Error of the noisy.b',
    'Error.result > For Each End.number_1',
    'Error of the noisy.result > For Each End.number_2',
    'Noisy.x_t > For Each End.samples_1',
    'Estimate.x > For Each End.samples_2',
    'For Each End.frames_1 > Noisy digits.trajectory',
    'For Each End.frames_2 > Denoised digits.trajectory',
    'For Each End.history_1 > Error by noise level.values_1',
    'For Each End.history_2 > Error by noise level.values_2',
  ])
}

test(
  'the UNet of CS180 part B is built, trained on MNIST, and denoises at each noise level',
  async () => {
    await wireNetwork()
    await page.screenshot({ path: 'test-results/cs180-network.png' })
    await packNetwork()
    await wireTraining()
    await wireEvaluation()
    await run(page, TRAINING_MINUTES * 60_000)
    await page.screenshot({ path: 'test-results/cs180.png' })
    const losses = await lineOf(page, 'Loss by step')
    expect(losses).toHaveLength(250)
    const denoised = await lineOf(page, 'Error by noise level')
    const noisy = await lineOf(page, 'Error by noise level', 1)
    expect(denoised).toHaveLength(8)
    // At the level of the training most of the noise is gone; digits without any get worse.
    expect(denoised[3]).toBeLessThan(0.5 * noisy[3])
    expect(denoised[0]).toBeGreaterThan(0)
    expect(denoised[7]).toBeGreaterThan(denoised[3])
  },
  (TRAINING_MINUTES + 8) * 60_000,
)
