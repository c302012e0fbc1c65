// CS180 project 5 part B in the built editor, from an empty canvas: a UNet of convolution blocks that
// denoises MNIST in one step, after a training at one noise level.
// https://cal-cs180.github.io/fa24/hw/proj5/partb.html
import { beforeEach, expect, test } from 'vitest'
import type { Page } from 'playwright-core'
import { en } from '../../src/editor/texts/en/index.ts'
import { useBuiltEditor, useChromium } from '../chromium.ts'
import {
  addAt,
  connectAll,
  copyNode,
  lineOf,
  moveNode,
  pack,
  run,
  selectNode,
  setParams,
  type Point,
} from './building.ts'
import { button, onNode, press, selectedTitles, titles, useEditor } from './driver.ts'

const chromium = useChromium()
const server = useBuiltEditor()
const editor = useEditor(chromium, server, { size: [2560, 1440] })

let page: Page
beforeEach(() => void (page = editor.page))

/** Channels of the first level; 128 in the course. */
const CHANNELS = 16
const STEPS = 150
const BATCH_SIZE = 16
/** Noise level of the training, as in section 1.2.1. */
const SIGMA = 0.5
/** Noise levels of section 1.2.2. */
const SIGMAS = [0, 0.2, 0.4, 0.5, 0.6, 0.8, 1, 1.2]

/** A point of the graph, by column and row of a grid with space for a node and wires. */
const at = (column: number, row: number): Point => [Math.round(270 * column), Math.round(280 * row)]

// ---- the network of figure 2, 28 x 28

/** Adds a convolution with norm and GELU: `Conv A`, `Norm A`, `GELU A`. */
async function addConvolution(
  name: string,
  [column, row]: readonly [number, number],
  params: Record<string, string | boolean>,
) {
  await addAt(page, 'Conv', at(column, row), `Conv ${name}`)
  await setParams(page, `Conv ${name}`, params)
  await addAt(page, 'Group Norm', at(column + 1, row), `Norm ${name}`)
  await addAt(page, 'GELU', at(column + 2, row), `GELU ${name}`)
  await connectAll(page, [
    `Conv ${name}.features > Norm ${name}.x`,
    `Norm ${name}.features > GELU ${name}.x`,
  ])
}

/** Shows params of nodes inside a subgraph on its node. */
async function promote(title: string, params: readonly (readonly [node: string, param: string])[]) {
  await selectNode(page, title)
  await press(page, 'Alt+Enter')
  await expect.poll(() => titles(page)).toContain('Inputs')
  for (const [node, param] of params) {
    // A second click would be a double-click, which opens the node.
    if (String(await selectedTitles(page)) !== node) await selectNode(page, node)
    await button(page, en.subgraph.promote(param)).click()
  }
  await button(page, en.subgraph.up(en.subgraph.graph)).click()
  await expect.poll(() => titles(page)).not.toContain('Inputs')
}

const out = String(CHANNELS)

/** Conv block of the course: twice a convolution, norm and GELU. */
async function makeConvBlock() {
  await addConvolution('1', [2, 1], { out })
  await addConvolution('2', [2, 2], { out })
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
  await addConvolution('in', [2, 1], { out, ...params })
  await copyNode(page, 'Enter', 'Block', at(2, 2))
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

async function makeBlocks() {
  await addAt(page, 'Model Input', at(0, 0), 'Input')
  await setParams(page, 'Input', { shape: '28, 28, 1' })
  await addAt(page, 'Conv', at(7, 0), 'Last convolution')
  await setParams(page, 'Last convolution', { out: '1' })
  await makeConvBlock()
  await moveNode(page, 'Enter', at(1, 0))
  await makeBlock('Down 1', { stride: '2' })
  await moveNode(page, 'Down 1', at(1, 1))
  await makeBlock('Up 1', { transposed: true, kernel: '4', stride: '2' })
  await moveNode(page, 'Up 1', at(5, 1))
  await copyNode(page, 'Down 1', 'Down 2', at(1, 2))
  await copyNode(page, 'Up 1', 'Up 2', at(5, 2))
  await copyNode(page, 'Enter', 'Leave', at(6, 0))
  const wider = String(2 * CHANNELS)
  await setParams(page, 'Down 2', { out: wider, out_2: wider, out_3: wider })
}

async function wireNetwork() {
  await makeBlocks()
  await addAt(page, 'Avg Pool', at(1, 3))
  await setParams(page, 'Avg Pool', { size: '7' })
  await addAt(page, 'GELU', at(2, 3), 'Flattened')
  await addConvolution('unflatten', [3, 3], {
    out: String(2 * CHANNELS),
    transposed: true,
    kernel: '7',
    stride: '7',
    padding: '0',
  })
  await addAt(page, 'Concat', at(4, 2), 'Skip 2')
  await addAt(page, 'Concat', at(4, 1), 'Skip 1')
  await addAt(page, 'Concat', at(5, 0), 'Skip 0')
  await addAt(page, 'Model Output', at(8, 0))
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
  await addAt(page, 'Training Start', at(1, 4))
  await connectAll(page, ['Model Output.model > Training Start.model'])
  await pack(page, network, 'UNet')
  await expect.poll(() => titles(page)).toEqual(['Training End', 'Training Start', 'UNet'])
  await moveNode(page, 'UNet', at(0, 0))
  await moveNode(page, 'Training Start', at(1, 0))
  await moveNode(page, 'Training End', at(6, 0))
}

// ---- training and evaluation

/** Training at one noise level. */
async function wireTraining() {
  await addAt(page, 'MNIST', at(0, 0.5))
  await addAt(page, 'Optimizer', at(0, 1))
  await addAt(page, 'Sigma Schedule', at(0, 1.7))
  await addAt(page, 'Timestep', at(1, 1))
  await addAt(page, 'Gaussian Noise', at(2, 1))
  await addAt(page, 'Forward Noise', at(3, 0))
  await addAt(page, 'Predict', at(4, 0))
  await addAt(page, 'Target', at(4, 1))
  await addAt(page, 'Loss', at(5, 0))
  await addAt(page, 'Chart', at(7, 0), 'Loss by step')
  await setParams(page, 'Timestep', { t: String(SIGMA) })
  await setParams(page, 'Optimizer', { lr: '0.002' })
  await setParams(page, 'Training Start', {
    steps: String(STEPS),
    batch_size: String(BATCH_SIZE),
  })
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

/** Root mean square of the difference of a and b. */
const distance = { expression: 'sqrt(mean((a - b)^2))', output: 'number' }

async function addEvaluation() {
  await addAt(page, 'For Each Start', at(1, 3.2))
  await moveNode(page, 'For Each End', at(7, 2.2))
  await addAt(page, 'MNIST', at(0, 2.2), 'Unseen digits')
  await addAt(page, 'Batch', at(1, 2.2), 'Digits')
  await addAt(page, 'Gaussian Noise', at(2, 2.2), 'Noise')
  await addAt(page, 'Timestep', at(2, 3.2), 'Level')
  await addAt(page, 'Forward Noise', at(3, 2.2), 'Noisy')
  await addAt(page, 'Predict', at(4, 2.2), 'One step')
  await addAt(page, 'Convert Prediction', at(5, 2.2), 'Estimate')
  await addAt(page, 'Formula', at(6, 2.2), 'Error')
  await addAt(page, 'Formula', at(6, 3.2), 'Error of the noisy')
  await addAt(page, 'Film Strip', at(8.2, 0), 'Noisy digits')
  await addAt(page, 'Film Strip', at(8.2, 1.7), 'Denoised digits')
  await addAt(page, 'Chart', at(7, 3.2), 'Error by noise level')
  await setParams(page, 'Unseen digits', { split: 'test' })
  await setParams(page, 'For Each Start', { list: SIGMAS.join(', '), name: 'sigma' })
  await setParams(page, 'Estimate', { to: 'sample' })
  await setParams(page, 'Error', distance)
  await setParams(page, 'Error of the noisy', distance)
  await setParams(page, 'Error by noise level', { names: 'denoised, noisy' })
}

/** Denoising in one step at all noise levels. */
async function wireEvaluation() {
  await addEvaluation()
  await connectAll(page, [
    'For Each Start.number > Level.t',
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

const countFrames = (title: string) =>
  onNode(page, title, ({ diffusion: { view } }) => (view?.kind === 'film' ? view.frames.length : 0))

const screenshot = async (name: string) => {
  await button(page, en.commands.fit).click()
  await page.screenshot({ path: `test-results/${name}.png` })
}

const mean = (values: readonly number[]) =>
  values.reduce((sum, value) => sum + value, 0) / values.length

test(
  'the UNet of CS180 part B is built, trained on MNIST, and denoises at each noise level',
  async () => {
    await wireNetwork()
    await screenshot('cs180-network')
    await packNetwork()
    await wireTraining()
    await wireEvaluation()
    await screenshot('cs180-wired')
    await run(page, 5 * 60_000)
    await screenshot('cs180')

    const losses = await lineOf(page, 'Loss by step')
    expect(losses).toHaveLength(STEPS)
    expect(mean(losses.slice(-20))).toBeLessThan(0.2 * mean(losses.slice(0, 10)))

    const denoised = await lineOf(page, 'Error by noise level')
    const noisy = await lineOf(page, 'Error by noise level', 1)
    expect(denoised).toHaveLength(SIGMAS.length)
    // The standard deviation of the noise.
    SIGMAS.forEach((sigma, i) => expect(noisy[i]).toBeCloseTo(sigma, 1))
    const trained = SIGMAS.indexOf(SIGMA)
    expect(denoised[trained]).toBeLessThan(0.4 * noisy[trained])
    expect(denoised[0]).toBeLessThan(denoised[trained])
    for (let i = 1; i < SIGMAS.length; i++) {
      expect(denoised[i], `error at ${SIGMAS[i]}`).toBeLessThan(0.6 * noisy[i])
      if (i > 1) expect(denoised[i], `error at ${SIGMAS[i]}`).toBeGreaterThan(denoised[i - 1])
    }
    expect(await countFrames('Noisy digits')).toBe(SIGMAS.length)
    expect(await countFrames('Denoised digits')).toBe(SIGMAS.length)
  },
  10 * 60_000,
)
