// The widget and the figure of the packed package: in a page that imitates anywidget's hosts, from
// another site, from the one file of the command line, and as in an Observable cell.
import { execFileSync } from 'node:child_process'
import { readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { afterEach, beforeAll, describe, expect, test } from 'vitest'
import { root, useChromium } from './chromium.ts'
import { useConsumer } from './packed.ts'
import { useStaticServer } from './staticServer.ts'

const { folder, installed } = useConsumer('notebooks')
const chromium = useChromium()
const server = useStaticServer(folder)
const site = useStaticServer(join(installed, 'dist'), { shared: true })

const single = 'litegraph_diffusion.js'
beforeAll(() => {
  const cli = join(installed, 'bin/litegraph-diffusion.mjs')
  execFileSync(process.execPath, [cli, 'widget', '--out', single], { cwd: folder })
  writeFileSync(
    join(folder, 'notebook.html'),
    '<!doctype html><title>A notebook</title><link rel="icon" href="data:," />',
  )
})

let page: Page
afterEach(async () => {
  await page?.close()
})

async function openNotebook() {
  page = await chromium.newPage()
  await page.goto(`${server.address}notebook.html`)
  await page.addScriptTag({ content: `(${defineMock.toString()})()` })
  // Vitest would change an import in a function of this file.
  await page.addScriptTag({ content: 'globalThis.load = (address) => import(address)' })
}

/** Imports a module in the page. */
declare function load(address: string): Promise<any> // oxlint-disable-line typescript/no-explicit-any -- any module

/** Defines `mockModel`: a model with traits and listeners, as anywidget passes it to `render`. */
function defineMock() {
  const scope = globalThis as unknown as { mockModel(traits: Record<string, unknown>): object }
  scope.mockModel = (traits) => {
    const listeners = new Map<string, Set<(...args: unknown[]) => void>>()
    const state = { ...traits }
    const pending: Record<string, unknown> = {}
    const saved: Record<string, unknown>[] = []
    const emit = (event: string, ...args: unknown[]) => {
      for (const listener of listeners.get(event) ?? []) listener(...args)
    }
    return {
      saved,
      /** A change in Python. */
      assign(changes: Record<string, unknown>) {
        Object.assign(state, changes)
        for (const name of Object.keys(changes)) emit(`change:${name}`)
      },
      emit,
      listening: () => [...listeners.values()].reduce((sum, { size }) => sum + size, 0),
      get: (name: string) => state[name],
      set: (name: string, value: unknown) => void (pending[name] = state[name] = value),
      save_changes() {
        saved.push({ ...pending })
        for (const name of Object.keys(pending)) delete pending[name]
      },
      on: (event: string, listener: (...args: unknown[]) => void) =>
        void listeners.set(event, (listeners.get(event) ?? new Set()).add(listener)),
      off: (event: string, listener: (...args: unknown[]) => void) =>
        void listeners.get(event)?.delete(listener),
    }
  }
}

const workflow = readFileSync(join(root, 'workflows/points.json'), 'utf8')
const set = { 'Training Start.steps': 5, 'Data.distribution': 'spiral' }

/** Renders the widget of a module, lets Python run it, and returns what Python sees. */
const useWidget = (how: { address?: string; text?: string }) =>
  page.evaluate(
    async ({ address, text, traits }) => {
      const blob = text === undefined ? undefined : new Blob([text], { type: 'text/javascript' })
      const { default: widget } = await load(blob ? URL.createObjectURL(blob) : address!)
      // oxlint-disable-next-line typescript/no-explicit-any -- defined by the test
      const model = (globalThis as any).mockModel(traits)
      const el = document.createElement('div')
      document.body.append(el)
      const end = widget.render({ model, el })
      const { shadowRoot } = el.firstElementChild as HTMLElement & { shadowRoot: ShadowRoot }
      const until = async (done: () => boolean) => {
        for (let i = 0; i < 1000 && !done(); i++) await new Promise((ok) => setTimeout(ok, 100))
      }
      const labels = [...shadowRoot.querySelectorAll('label span')].map((each) => each.textContent)
      model.emit('msg:custom', { type: 'run' }, [])
      await until(() => ['done', 'failed'].includes(model.get('progress').phase))
      await until(() => Object.keys(model.get('images')).length > 0)
      const ran = {
        progress: model.get('progress'),
        values: model.get('values'),
        images: Object.entries(model.get('images') as Record<string, DataView>).map(
          ([title, view]) => [title, view.constructor.name, view.getUint32(0).toString(16)],
        ),
        canvases: shadowRoot.querySelectorAll('canvas').length,
        saves: model.saved.length,
      }
      // The reader changes a setting.
      const [steps, distribution] = shadowRoot.querySelectorAll<HTMLInputElement>('input, select')
      steps.value = '7'
      steps.dispatchEvent(new Event('change'))
      const changed = model.get('set')
      // Python changes settings, the look and the workflow.
      model.assign({ set: { 'Training Start.steps': 'many' } })
      const refused = shadowRoot.querySelector('.faults')!.textContent
      model.assign({ set: { 'Training Start.steps': 6 }, height: 100, theme: 'dark' })
      const [input] = shadowRoot.querySelectorAll('input')
      const { height } = shadowRoot.querySelector('canvas')!.style
      model.assign({ workflow: '{"nodes": 3}' })
      const unreadable = shadowRoot.querySelector('.faults')!.textContent
      end()
      return {
        ...ran,
        labels,
        distribution: distribution.value,
        changed,
        refused,
        steps: input.value,
        height,
        theme: el.firstElementChild?.getAttribute('theme') ?? 'gone',
        unreadable,
        listening: model.listening(),
        left: el.childElementCount,
      }
    },
    {
      ...how,
      traits: {
        workflow,
        set,
        controls: ['Optimizer.lr'],
        height: 200,
        theme: 'light',
        autorun: false,
        values: {},
        images: {},
        files: {},
        progress: {},
      },
    },
  )

type Ran = Awaited<ReturnType<typeof useWidget>>

function checkWidget(ran: Ran, controls: number) {
  expect(ran.progress).toEqual({ phase: 'done' })
  expect(ran.labels).toHaveLength(controls)
  expect(ran.labels.slice(0, 2)).toEqual(Object.keys(set))
  expect(ran.distribution).toBe('spiral')
  expect(ran.canvases).toBeGreaterThan(0)
  expect(ran.saves).toBeGreaterThan(1)
  // PNG files, which Python receives as bytes.
  expect(ran.images.length).toBe(ran.canvases)
  for (const [, kind, signature] of ran.images)
    expect([kind, signature]).toEqual(['DataView', '89504e47'])
  const values = Object.values(ran.values as Record<string, Record<string, unknown>>)
  const clouds = values.flatMap((value) => Object.values(value))
  expect(clouds).toContainEqual(expect.arrayContaining([[expect.any(Number), expect.any(Number)]]))
  expect(ran.changed).toEqual({ ...set, 'Training Start.steps': 7 })
  expect(ran.refused).toContain('Training Start.steps')
  expect(ran.steps).toBe('6')
  expect(ran.height).toBe('100px')
  expect(ran.unreadable).toContain('nodes')
  expect([ran.listening, ran.left]).toEqual([0, 0])
}

/** The controls of `set`, and those of the workflow's app mode. */
const controlCount = () => {
  const { extra } = JSON.parse(workflow)
  return new Set([...Object.keys(set), ...(extra.diffusion.app?.params ?? [])]).size
}

describe('the widget', () => {
  test('runs from the address of another site, with its worker', async () => {
    await openNotebook()
    const ran = await useWidget({ address: `${site.address}standalone/widget.js` })
    checkWidget(ran, ran.labels.length)
    expect(ran.labels.length).toBeGreaterThanOrEqual(controlCount())
  })

  test('runs as the text of one file, without any request', async () => {
    await openNotebook()
    const requests: string[] = []
    page.on('request', (request) => requests.push(request.url()))
    const text = readFileSync(join(folder, single), 'utf8')
    const ran = await useWidget({ text })
    checkWidget(ran, ran.labels.length)
    expect(requests.filter((url) => !/^(blob|data):/.test(url))).toEqual([])
    expect(text).toContain('Apache License')
    expect(statSync(join(folder, single)).size).toBeLessThan(5e6)
  })
})

describe('the figure', () => {
  test('is an element with a value, as Observable expects', async () => {
    await openNotebook()
    const seen = await page.evaluate(
      async ({ address, workflow }) => {
        const { figure } = await load(address)
        let invalidate = () => {}
        const invalidation = new Promise<void>((resolve) => (invalidate = resolve))
        const options = { set: { 'Training Start.steps': 5 }, autorun: true, invalidation }
        const element = figure(workflow, options)
        document.body.append(element)
        const phases: string[] = []
        element.addEventListener('progress', (event: CustomEvent<{ phase: string }>) =>
          phases.push(event.detail.phase),
        )
        await new Promise((resolve) => element.addEventListener('input', resolve))
        const { values, images } = element.value
        invalidate()
        return {
          isElement: element instanceof HTMLElement,
          values: Object.keys(values),
          images: Object.keys(images),
          phases: [...new Set(phases)],
        }
      },
      { address: `${site.address}standalone/widget.js`, workflow },
    )
    expect(seen.isElement).toBe(true)
    expect(seen.values.length).toBeGreaterThan(0)
    expect(seen.images.sort()).toEqual(seen.values.sort())
    expect(seen.phases).toEqual(['running', 'done'])
  })

  test('shows nothing of a run whose workflow was replaced', async () => {
    await openNotebook()
    const shown = await page.evaluate(
      async ({ address, workflow }) => {
        const { figure } = await load(address)
        const element = figure(workflow)
        const phases: string[] = []
        element.addEventListener('progress', (event: CustomEvent<{ phase: string }>) =>
          phases.push(event.detail.phase),
        )
        const ended = element.run()
        await new Promise<void>((resolve) => {
          element.addEventListener('progress', (event: CustomEvent<{ index?: number }>) => {
            if (event.detail.index) resolve()
          })
        })
        phases.length = 0
        element.load(workflow)
        await Promise.race([ended, new Promise((resolve) => setTimeout(resolve, 5000))])
        return { phases, values: Object.keys(element.value.values) }
      },
      { address: `${site.address}standalone/widget.js`, workflow },
    )
    expect(shown).toEqual({ phases: ['idle'], values: [] })
  })

  test('shows faults with the title of the node and the cure', async () => {
    await openNotebook()
    const shown = await page.evaluate(
      async ({ address, workflow }) => {
        const { figure } = await load(address)
        const file = JSON.parse(workflow)
        // A loss without a target.
        const loss = file.nodes.find(({ type }: { type: string }) => type === 'diffusion/Loss')
        const target = loss.inputs.find(({ name }: { name: string }) => name === 'target')
        file.links = file.links.filter(([id]: number[]) => id !== target.link)
        target.link = null
        const element = figure(file)
        await element.run()
        return element.shadowRoot.querySelector('.faults').textContent
      },
      { address: `${site.address}standalone/widget.js`, workflow },
    )
    expect(shown).toBe('Loss: Required input target is not connected. Connect a prediction.')
  })
})
