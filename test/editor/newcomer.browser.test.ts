// First tasks of a new user in a new profile, by real pointer, keys and drops: the number of
// actions (a click, a drag, a drop or one typed entry), and files from other programs.
import { en } from '../../src/editor/texts/en/index.ts'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { encodePng } from '../../src/engine/images/png.ts'
import { pngWithWorkflow } from '../../src/workflow/index.ts'
import { useBuiltEditor, useChromium } from '../chromium.ts'
import { node } from '../nodes/evaluate.ts'
import { workflowOf } from '../workflowOf.ts'
import {
  button as buttonOn,
  clickNode,
  drafts,
  drag,
  dropPaths,
  waitForRun,
  locateNode,
  getViewKind,
  titles,
  useEditor,
  values,
  wires,
} from './driver.ts'
import { fullTest } from '../families.ts'

const chromium = useChromium()
const server = useBuiltEditor()

let folder: string
let page: Page

beforeAll(() => void (folder = mkdtempSync(join(tmpdir(), 'newcomer-'))))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** Writes a file to the folder of this suite and returns its path. */
function put(path: string, content: Uint8Array | string): string {
  const whole = join(folder, path)
  mkdirSync(dirname(whole), { recursive: true })
  writeFileSync(whole, content)
  return whole
}

const button = (name: string) => buttonOn(page, name)

/** Performs actions one by one. Reports them and the total time at the end. */
function counted(what: string) {
  const began = Date.now()
  const done: string[] = []
  return {
    act: async (action: string, how: () => Promise<unknown>) => {
      await how()
      done.push(action)
    },
    end(most: number) {
      const seconds = ((Date.now() - began) / 1000).toFixed(1)
      console.log(`${what}: ${done.length} actions, ${seconds} s: ${done.join(' > ')}`)
      expect(done.length).toBeLessThanOrEqual(most)
    },
  }
}

describe('a new user', () => {
  const editor = useEditor(chromium, server, { newProfile: true })
  beforeEach(() => void (page = editor.page))

  test('sees samples after one click', async () => {
    const { act, end } = counted('from an open page to the first samples')
    await act('Run', () => button('Run').click())
    await expect.poll(() => getViewKind(page, 'Samples on the data')).toBe('scatter')
    end(3)
    await button('Stop').click()
  })

  test('trains on a folder of images', async () => {
    for (let i = 0; i < 24; i++) {
      const pixels = Uint8ClampedArray.from({ length: 64 }, (_, at) => (at * 3 + i * 9) % 256)
      put(`mine/${i}.png`, encodePng({ width: 8, height: 8, channels: 1, count: 1, pixels }))
    }
    const { act, end } = counted('from a folder of pictures to a training on them')
    await act('drop the folder', () => dropPaths(page, [join(folder, 'mine')]))
    await act('Import', () => button('Import').click())
    await act('Train on these images', () => button('Train on these images').click())
    await expect.poll(() => titles(page)).toContain('Your images')
    await expect.poll(() => values(page, 'Data')).toMatchObject({ images: { name: 'mine' } })
    await act('Run', () => button('Run').click())
    await page
      .locator('.status .figures')
      .getByText(/step [1-9]/)
      .waitFor()
    end(6)
    expect(await page.locator('.status').textContent()).not.toContain('problem')
    await button('Stop').click()
  })

  test('turns DDPM into DDIM by replacing the step node, which keeps its links', async () => {
    await dropPaths(page, [put('ddpm.json', sampling)])
    await expect.poll(() => titles(page)).toContain('Step')
    const before = await wires(page)
    const { act, end } = counted('from DDPM to DDIM')
    await act('right-click the step', () => clickNode(page, 'Step', { button: 'right' }))
    await act('Replace with…', () => page.getByRole('menuitem', { name: 'Replace with…' }).click())
    await page.getByText(en.palette.replace('Step')).waitFor()
    await act('type “ddim”', async () => {
      await page.keyboard.type('ddim')
      await page.keyboard.press('Enter')
    })
    await expect.poll(() => wires(page)).toEqual(before)
    await expect.poll(() => values(page, 'Step')).toMatchObject({ clip: 'off', eta: 0 })
    await act('Run', () => button('Run').click())
    await waitForRun(page)
    expect(await getViewKind(page, 'Samples')).toBe('scatter')
    end(5)
    await page.keyboard.press('Control+z')
    await expect.poll(() => values(page, 'Step')).toMatchObject({ variance: 'fixed_large' })
  })
})

/** DDPM sampling loop with an exact model. */
const sampling = workflowOf({
  nodes: [
    node('Data', 'Points', {}, { count: 50 }),
    node('Schedule', 'NoiseSchedule', {}, { num_train_timesteps: 100 }),
    node('Model', 'ExactModel', { schedule: 'Schedule.schedule', dataset: 'Data.dataset' }, {}),
    node('Noise', 'GaussianNoise', {}, { batch_size: 20, shape: '2' }),
    node('Way', 'Timesteps', { schedule: 'Schedule.schedule' }, { num_inference_steps: 10 }),
    node('Start', 'SamplingStart', { x_T: 'Noise.noise', timesteps: 'Way.timesteps' }),
    node('Predict', 'Predict', { model: 'Model.model', x_t: 'Start.x_t', t: 'Start.t' }),
    node(
      'Step',
      'DDPMStep',
      {
        x_t: 'Start.x_t',
        prediction: 'Predict.prediction',
        t: 'Start.t',
        t_prev: 'Start.t_prev',
        schedule: 'Schedule.schedule',
      },
      { variance: 'fixed_large', clip: 'off' },
    ),
    node('End', 'SamplingEnd', { loop: 'Start.loop', x_prev: 'Step.x_prev' }),
    node('Samples', 'Scatter', { samples_1: 'End.x_0' }),
  ],
})

const foreign = (name: string) =>
  readFileSync(join(import.meta.dirname, '../fixtures/foreign', name), 'utf8')

describe('files of other programs', () => {
  const editor = useEditor(chromium, server)
  beforeEach(() => void (page = editor.page))

  const download = async () => {
    const waiting = page.waitForEvent('download')
    await button('File').click()
    await page.getByRole('menuitem', { name: 'Download file' }).click()
    return JSON.parse(readFileSync(await (await waiting).path(), 'utf8')) as {
      nodes: { id: number; pos: unknown }[]
    }
  }

  fullTest('an image from ComfyUI opens its workflow, which is saved unchanged', async () => {
    const text = foreign('look_alike_comfyui_0.4.json')
    const pixels = new Uint8ClampedArray(16).fill(99)
    const png = encodePng({ width: 4, height: 4, channels: 1, count: 1, pixels })
    await dropPaths(page, [put('picture.png', pngWithWorkflow(png, text))])
    await page.getByText(/^Unknown node types, kept unchanged: .*KSampler/).waitFor()
    await expect.poll(() => titles(page)).toContain('EmptyLatentImage')
    expect(await page.title()).toContain('picture')
    await clickNode(page, 'EmptyLatentImage')
    const panel = page.getByRole('complementary', { name: 'Details' })
    await panel.getByText('This is a node of ComfyUI.').waitFor()
    await panel.getByRole('button', { name: 'Delete and reconnect' }).waitFor()
    expect(await download()).toEqual(JSON.parse(text))
    // A reload keeps name and contents.
    await expect
      .poll(() => drafts(page))
      .toContainEqual(expect.objectContaining({ name: 'picture' }))
    await page.reload()
    await expect.poll(() => titles(page)).toContain('EmptyLatentImage')
    expect(await page.title()).toContain('picture')
    expect(await download()).toEqual(JSON.parse(text))
  })

  test('saving a plain litegraph file changes only the moved node', async () => {
    const text = foreign('litegraph_audio_delay.json')
    await dropPaths(page, [put('delay.json', text)])
    await page.getByText('Opened delay.json').waitFor()
    const { x, y } = await locateNode(page, 'mixer')
    await drag(page, { x, y }, { x: x + 60, y: y + 40 })
    await page.getByRole('img', { name: 'Unsaved changes' }).waitFor()
    const expected = JSON.parse(text) as Awaited<ReturnType<typeof download>>
    const saved = await download()
    const moved = saved.nodes.filter(
      ({ id, pos }) =>
        JSON.stringify(pos) !== JSON.stringify(expected.nodes.find((each) => each.id === id)!.pos),
    )
    expect(moved).toHaveLength(1)
    expected.nodes.find(({ id }) => id === moved[0].id)!.pos = moved[0].pos
    expect(saved).toEqual(expected)
  })

  test.each([
    ['look_alike_comfyui_prompt.json', "got ComfyUI's API format (a prompt)"],
    ['comfy_litegraph_testSubgraphs.json', 'Expected one workflow, got a collection'],
  ])('%s is no workflow, and is told what it is', async (name, what) => {
    await dropPaths(page, [put(name, foreign(name))])
    await page.getByRole('alert').filter({ hasText: what }).waitFor()
    expect(await titles(page)).toEqual([])
  })
})
