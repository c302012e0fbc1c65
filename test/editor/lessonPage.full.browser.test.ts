// A lesson in one file, opened from disk with the network off: text, questions, and its workflow.
import { mkdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Page } from 'playwright-core'
import { beforeAll, describe, expect, test } from 'vitest'
import { enFigure } from '../../src/editor/texts/en/figure.ts'
import { enLessons } from '../../src/editor/texts/lessonTexts.ts'
import { root, useBuiltEditor, useChromium } from '../chromium.ts'
import { solutions } from '../lessons/solutions.ts'
import { addAxe, findViolations } from './axe.ts'
import { button, openEditor } from './driver.ts'
import { koLessons } from './korean.ts'

const chromium = useChromium()
const server = useBuiltEditor()

const NOISE = 'diffusion/01-noise'
const { answers } = solutions[NOISE]
const folder = join(root, 'test-results/lessons-in-one-file')
beforeAll(() => void mkdirSync(folder, { recursive: true }))

/** Saves a lesson as a page in its panel. Returns the path of the file. */
async function savePage(id: string): Promise<string> {
  const page = await openEditor(await chromium.newContext(), `${server.address}?lesson=${id}`)
  await page.locator('.lessons').getByRole('button', { name: enLessons.savePage }).click()
  const download = page.waitForEvent('download')
  await button(page, enFigure.page.save).click()
  const path = join(folder, `${id.replace('/', '-')}.html`)
  await (await download).saveAs(path)
  await page.context().close()
  return path
}

/** Opens a file without a network. `requested` lists what it asked for. */
async function openFile(
  path: string,
  size: [width: number, height: number] = [1280, 720],
): Promise<{ page: Page; requested: string[] }> {
  chromium.allow(/^external request: file:/)
  const context = await chromium.newContext()
  await context.setOffline(true)
  const page = await context.newPage()
  await page.setViewportSize({ width: size[0], height: size[1] })
  const requested: string[] = []
  page.on('request', (request) => requested.push(request.url()))
  await page.goto(pathToFileURL(path).href)
  return { page, requested }
}

const question = (page: Page, number: number) =>
  page.getByRole('form', { name: enLessons.question(number), exact: true })

describe('a lesson in one file', () => {
  let path: string
  beforeAll(async () => void (path = await savePage(NOISE)))

  test('is under 4 MB, and contains no readable answer', () => {
    expect(statSync(path).size).toBeLessThan(4e6)
    const html = readFileSync(path, 'utf8')
    const source = /id="page-lesson">([^<]*)</.exec(html)?.[1] ?? ''
    const { text } = JSON.parse(Buffer.from(source, 'base64').toString()) as { text: string }
    expect(text).toBe(readFileSync(`lessons/${NOISE}/lesson.md`, 'utf8'))
    expect(text).not.toContain(answers.factor.right)
  })

  test('shows text and formulas, answers questions, and runs its workflow without a network', async () => {
    const { page, requested } = await openFile(path)
    await page.getByRole('heading', { name: /Noise: the forward process/, level: 1 }).waitFor()
    await page.locator('.equation .katex-display').first().waitFor()
    await page.locator('.math .katex').first().waitFor()
    expect(await page.evaluate(() => document.fonts.check('16px KaTeX_Main'))).toBe(true)

    const answer = question(page, 1).getByRole('textbox', { name: enLessons.answer })
    await answer.fill(answers.factor.wrong)
    await button(page, enLessons.check).first().click()
    await question(page, 1).getByText(enLessons.wrong).waitFor()
    await question(page, 1).getByText('not a variance').waitFor()
    await answer.fill(answers.factor.right)
    await answer.press('Enter')
    await question(page, 1).getByText(enLessons.right).waitFor()
    await page.getByText(enLessons.progress(1, 4)).waitFor()

    const task = page.getByRole('region', { name: enLessons.task(1), exact: true })
    await task.getByText(enLessons.taskInEditor).waitFor()
    expect(await task.getByRole('button').count()).toBe(0)

    await button(page, 'Run').click()
    await page.locator('.figure-status').getByText('Finished').waitFor()
    expect(await page.locator('.figure-frame canvas').count()).toBe(2)
    const elsewhere = requested.filter((url) => !/^(blob:|data:)/.test(url)).slice(1)
    expect(elsewhere).toEqual([])
    await addAxe(page)
    expect(await findViolations(page, 'lesson', 'body')).toEqual([])
  })

  test('keeps its workflow beside the text, and below it on a phone', async () => {
    const { page } = await openFile(path)
    const run = button(page, 'Run')
    await run.waitFor()
    await page.mouse.move(300, 400)
    await page.mouse.wheel(0, 1500)
    await expect.poll(() => page.evaluate(() => scrollY)).toBeGreaterThan(200)
    expect((await run.boundingBox())?.y).toBeLessThan(60)
    await page.setViewportSize({ width: 390, height: 844 })
    const [text, figure] = await Promise.all(
      ['.lesson', '.lesson-figure'].map((name) => page.locator(name).boundingBox()),
    )
    expect(figure!.y).toBeGreaterThanOrEqual(text!.y + text!.height)
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(390)
  })

  test('is in the language of its reader', async () => {
    chromium.allow(/^external request: file:/)
    const context = await chromium.browser.newContext({ locale: 'ko-KR', offline: true })
    const page = await context.newPage()
    await page.goto(pathToFileURL(path).href)
    await page.getByRole('heading', { name: '노이즈: 한 번에 건너뛰는 순방향 과정' }).waitFor()
    await page.getByText(koLessons.taskInEditor).first().waitFor()
    await context.close()
  })
})

test('a lesson with a trained model has its weights', async () => {
  const path = await savePage('cs180/05-sampling')
  expect(statSync(path).size).toBeLessThan(5e6)
  const { page } = await openFile(path)
  await button(page, 'Run').click()
  await page.locator('.figure-status').getByText('Finished').waitFor()
  expect(await page.locator('.figure-problems p').count()).toBe(0)
})
