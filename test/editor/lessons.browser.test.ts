// The lessons panel in the built editor: texts, questions, checks of the graph, progress, export.
import { readFileSync } from 'node:fs'
import type { Page } from 'playwright-core'
import { beforeEach, describe, expect, test } from 'vitest'
import { enLessons } from '../../src/editor/texts/lessonTexts.ts'
import { readSummary, type LessonProgress } from '../../src/lessons/summary.ts'
import { useBuiltEditor, useChromium } from '../chromium.ts'
import { solutions } from '../lessons/solutions.ts'
import { addAxe, findViolations } from './axe.ts'
import { button, onNode, readStore, titles, useEditor, waitForEditor } from './driver.ts'
import { koLessons } from './korean.ts'
import { fullTest } from '../families.ts'

const chromium = useChromium()
const server = useBuiltEditor()
const editor = useEditor(chromium, server, { newProfile: true })

let page: Page
beforeEach(() => void (page = editor.page))

const NOISE = 'diffusion/01-noise'
const { answers, tasks } = solutions[NOISE]

const panel = () => page.locator('.lessons')
const question = (number: number) =>
  panel().getByRole('form', { name: enLessons.question(number), exact: true })
const task = (number: number) =>
  panel().getByRole('form', { name: enLessons.task(number), exact: true })
const check = (within: ReturnType<typeof task>) =>
  within.getByRole('button', { name: enLessons.check, exact: true }).click()

async function openLesson(id: string) {
  await page.goto(`${server.address}?lesson=${id}`)
  await waitForEditor(page)
  await panel().getByRole('heading', { level: 2 }).nth(1).waitFor()
}

fullTest('Help lists the courses with their lessons', async () => {
  await button(page, 'Help').click()
  await page.getByRole('menuitem', { name: 'Lessons' }).click()
  await panel()
    .getByRole('region', { name: /Diffusion models/ })
    .waitFor()
  await panel().getByRole('region', { name: /CS180/ }).waitFor()
  expect(await panel().getByRole('listitem').count()).toBe(28)
  await panel()
    .getByRole('button', { name: /Noise: the forward process/ })
    .click()
  await panel()
    .getByRole('heading', { name: /Noise: the forward process/ })
    .waitFor()
  await panel().getByRole('button', { name: enLessons.back }).click()
  await panel().getByRole('region', { name: /CS180/ }).waitFor()
  await panel().getByRole('button', { name: enLessons.close }).click()
  await panel().waitFor({ state: 'detached' })
})

describe('a lesson', () => {
  beforeEach(() => openLesson(NOISE))

  test('opens its workflow, and shows equations', async () => {
    await expect.poll(() => titles(page)).toContain('My jump')
    await panel().locator('.math .katex').first().waitFor()
    expect(await panel().locator('.equation .katex-display').count()).toBeGreaterThan(1)
  })

  test('answers a question: hint, then right, also after a reload', async () => {
    const input = question(1).getByRole('textbox', { name: enLessons.answer })
    await check(question(1))
    await question(1).getByText(enLessons.empty).waitFor()
    await input.fill(answers.factor.wrong)
    await check(question(1))
    await question(1).getByText(enLessons.wrong).waitFor()
    await question(1).getByText('not a variance').waitFor()
    expect(await question(1).getByText('Compute').count()).toBe(0)
    await input.fill('0.7')
    await check(question(1))
    await question(1).getByText('Compute').waitFor()
    await input.fill('4/5')
    await check(question(1))
    await question(1).getByText(enLessons.right).waitFor()
    await expect
      .poll(async () => (await readStore<LessonProgress>(page, 'lessons'))[0]?.questions)
      .toMatchObject([{ id: 'factor', answer: '4/5', right: true, tries: 3 }])
    await page.reload()
    await waitForEditor(page)
    await question(1).getByText(enLessons.right).waitFor()
  })

  fullTest('answers a question with choices by keyboard', async () => {
    const choices = question(2).getByRole('radio')
    await choices.first().focus()
    await page.keyboard.press('Space')
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('ArrowDown')
    expect(await choices.nth(2).isChecked()).toBe(true)
    await check(question(2))
    await question(2).getByText(enLessons.right).waitFor()
  })

  test('checks the workflow: hint, then passed, and exports both as a signed summary', async () => {
    await expect.poll(() => titles(page)).toContain('My jump')
    await check(task(1))
    await task(1).getByText(enLessons.notPassed(0, 1)).waitFor()
    await task(1).getByText('Multiply each input by its factor').waitFor()
    const expression = String(tasks.jump.right.set!['My jump.expression'])
    await onNode(page, 'My jump', (node, text) => node.setProperty('expression', text), expression)
    await check(task(1))
    await task(1).getByText(enLessons.passed).waitFor()

    await panel().getByRole('button', { name: enLessons.back }).click()
    const course = panel().getByRole('region', { name: /Diffusion models/ })
    await course.getByText(enLessons.progress(1, 4)).waitFor()
    await course.getByText(enLessons.handIn, { exact: true }).click()
    await course.getByLabel(enLessons.name).fill('Ada')
    await course.getByLabel(enLessons.code).fill('spring')
    const downloading = page.waitForEvent('download')
    await course.getByRole('button', { name: enLessons.export }).click()
    const path = await (await downloading).path()
    const data: unknown = JSON.parse(readFileSync(path, 'utf8'))
    const { summary, signature } = readSummary('ada.json', data, 'spring')
    expect(signature).toBe('valid')
    expect(readSummary('ada.json', data, 'autumn').signature).toBe('wrong')
    const [{ tasks: handedIn }] = summary.lessons
    expect(handedIn).toMatchObject([{ id: 'jump', passed: true, tries: 2 }])
    expect(handedIn[0].workflow).toContain(expression)
  })

  fullTest('has no accessibility problems, in the list and in a lesson', async () => {
    await addAxe(page)
    await panel().locator('.math .katex').first().waitFor()
    expect(await findViolations(page, 'lesson', '.lessons')).toEqual([])
    await panel().getByRole('button', { name: enLessons.back }).click()
    await panel().getByRole('region', { name: /CS180/ }).waitFor()
    expect(await findViolations(page, 'list', '.lessons')).toEqual([])
  })

  fullTest('is shown in Korean', async () => {
    await button(page, 'Settings').click()
    await page
      .getByRole('menuitemcheckbox', { name: '한국어' })
      .or(
        page
          .getByRole('menuitemradio', { name: '한국어' })
          .or(page.getByRole('menuitem', { name: '한국어' })),
      )
      .click()
    await panel().getByRole('heading', { name: '노이즈: 한 번에 건너뛰는 순방향 과정' }).waitFor()
    await panel()
      .getByRole('form', { name: koLessons.task(1) })
      .waitFor()
    await panel().getByText('독립인 가우시안의 합은').waitFor()
  })
})

fullTest('an unknown lesson is told, with the list', async () => {
  await page.goto(`${server.address}?lesson=nothing`)
  await waitForEditor(page)
  await panel().getByText(enLessons.notFound('nothing')).waitFor()
  await panel().getByRole('region', { name: /CS180/ }).waitFor()
})

test('HTML, scripts and addresses of scripts in a lesson are text', async () => {
  const hostile =
    String.raw`<img src=x onerror="window.hurt = 1"> <script>window.hurt = 2</script>` +
    String.raw` [a link](javascript:window.hurt=3) ![a picture](https://example.com/x.png)` +
    String.raw` $\href{javascript:window.hurt=4}{x}$ [another](https://example.com/)`
  await page.route('**/assets/lesson*.js', async (route) => {
    const response = await route.fetch()
    const body = (await response.text()).replace(
      'Training uses only this jump. It never runs the chain.',
      () => JSON.stringify(hostile).slice(1, -1).replaceAll('`', '\\`').replaceAll('${', '\\${'),
    )
    await route.fulfill({ response, body })
  })
  await openLesson(NOISE)
  await panel().getByText('onerror').waitFor()
  await panel().locator('.math .katex').first().waitFor()
  expect(await panel().locator('img, script').count()).toBe(0)
  const links = await panel()
    .locator('a')
    .evaluateAll((all) => all.map((link) => [link.getAttribute('href'), link.getAttribute('rel')]))
  expect(links).toEqual([['https://example.com/', 'noopener noreferrer']])
  await panel().getByText('a link').click()
  expect(await page.evaluate(() => 'hurt' in window)).toBe(false)
})
