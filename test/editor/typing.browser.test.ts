// Typing into params during a training, in Chromium: the edit and the run do not affect each other.
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import type { Run, RunDetails } from '../../src/editor/runs/record.ts'
import { en } from '../../src/editor/texts/en/index.ts'
import type { SavedWorkflow } from '../../src/editor/workspace/library.ts'
import { useBuiltEditor, useChromium } from '../chromium.ts'
import { button, clickNode, dropFile, readStore, press, getRunStatus, useEditor } from './driver.ts'

const chromium = useChromium()
const server = useBuiltEditor()
// A new profile has an engine without the training of the previous test.
const editor = useEditor(chromium, server, {
  newProfile: true,
  media: { reducedMotion: 'reduce' },
})

const STEPS = 100

/** Returns a short version of the training on points, with a different title. */
function shortTraining(): string {
  const file = JSON.parse(readFileSync('workflows/points.json', 'utf8')) as {
    nodes: { type: string; properties: Record<string, unknown> }[]
    extra: { diffusion: { title: string } }
  }
  for (const { type, properties } of file.nodes)
    if (type.endsWith('TrainingStart')) properties.steps = STEPS
  file.extra.diffusion.title = 'Typing'
  return JSON.stringify(file)
}

/** Values of the two edited params in the text of a workflow. */
function editedValues(text: string) {
  const { nodes } = JSON.parse(text) as {
    nodes: { type: string; title?: string; properties: Record<string, unknown> }[]
  }
  const noise = nodes.find(({ title }) => title === 'Noise')
  const scatter = nodes.find(({ type }) => type.endsWith('Scatter'))
  return [noise?.properties.batch_size, scatter?.properties.names]
}

test.each(process.env.FULL ? [{ live: true }, { live: false }] : [{ live: true }])(
  'keeps each typed character and the training, with live runs: $live',
  async ({ live }) => {
    const { page } = editor
    const progress = () => page.locator('.status .figures').innerText()
    const history = async () =>
      (await readStore<Run>(page, 'runs')).toSorted((one, other) => one.when - other.when)

    async function type(title: string, param: string, text: string, end: string) {
      await clickNode(page, title)
      const field = page.locator('.panel').getByLabel(param, { exact: true })
      await field.click()
      await press(page, 'Control+a')
      const before = await progress()
      for (const [index, character] of [...text].entries()) {
        await page.keyboard.type(character, { delay: 30 })
        expect(await field.inputValue()).toBe(text.slice(0, index + 1))
      }
      // The training reports its progress while the field has the focus.
      await expect.poll(progress).not.toBe(before)
      await press(page, end)
      expect(await getRunStatus(page)).toBe(en.status.running)
    }

    async function setSpeed(name: string) {
      await page.getByRole('button', { name: /^Speed:/ }).click()
      await page.getByRole('menuitemradio', { name }).click()
    }

    await dropFile(page, 'typing.json', shortTraining())
    const name = page.getByRole('textbox', { name: en.top.rename })
    await expect.poll(() => name.inputValue()).toBe('Typing')
    // The training is longer than the typing.
    await setSpeed(en.speed.each.four)
    if (!live) await button(page, 'Live').click()
    await press(page, 'Control+Enter')
    await expect.poll(() => getRunStatus(page)).toBe(en.status.running)
    await page.locator('.status .figures').waitFor()

    await type('Noise', 'batch_size', '640', 'Enter')
    await type('Samples on the data', 'names', 'all, new', 'Tab')
    await page.locator('canvas.canvas').focus()
    await press(page, 'Control+s')
    await setSpeed(en.speed.each.full)
    await expect.poll(() => getRunStatus(page)).toMatch(/^Finished in/)

    await expect.poll(async () => (await history()).length).toBe(1)
    await press(page, 'Control+Enter')
    await expect.poll(async () => (await history()).length).toBe(2)
    const [first, second] = await history()
    expect(first).toMatchObject({ outcome: 'finished', iterations: { done: STEPS, of: STEPS } })
    expect(second.outcome).toBe('finished')
    const details = await readStore<RunDetails>(page, 'runDetails')
    const textOf = (id: string) => details.find((each) => each.id === id)?.text ?? '{}'
    expect(editedValues(textOf(first.id))).toEqual([1000, 'data, samples'])
    expect(editedValues(textOf(second.id))).toEqual([640, 'all, new'])
    const [saved] = await readStore<SavedWorkflow>(page, 'workflows')
    expect(editedValues(saved.text)).toEqual([640, 'all, new'])
  },
)
