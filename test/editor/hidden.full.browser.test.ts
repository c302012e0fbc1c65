// A run in a hidden tab continues at full speed.
import { en } from '../../src/editor/texts/en/index.ts'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { chromiumPath, useBuiltEditor, useChromium } from '../chromium.ts'
import { startTabs } from '../hiddenTab.ts'

useChromium() // Skips the suite without Chromium.
const server = useBuiltEditor()
const sampling = readFileSync(join(import.meta.dirname, 'sampling.json'), 'utf8')

const dropped = (text: string) => `(() => {
  const data = new DataTransfer()
  data.items.add(new File([${JSON.stringify(text)}], 'sampling.json'))
  const canvas = document.querySelector('canvas')
  for (const type of ['dragover', 'drop'])
    canvas.dispatchEvent(new DragEvent(type, { dataTransfer: data, bubbles: true, cancelable: true, clientX: 640, clientY: 500 }))
})()`

test('a hidden tab keeps running, shows progress, and starts queued graphs', async () => {
  const tabs = await startTabs(chromiumPath)
  try {
    const tab = await tabs.open(server.address)
    const poll = (expression: string) => expect.poll(() => tab.evaluate(expression))
    const press = (label: string) =>
      tab.evaluate(`document.querySelector('.runs [aria-label="${label}"]').click()`)
    await poll(`Boolean(document.querySelector('.runs .primary'))`).toBe(true)
    await tab.evaluate(
      dropped(sampling.replace('"num_inference_steps": 5', '"num_inference_steps": 1000')),
    )
    await poll(`document.querySelector('.title .name').value`).toBe('Sampling')
    await press('Run')
    await poll(`document.title`).toMatch(/^\d+% · /)
    const other = await tabs.open('about:blank')
    await other.show()
    await poll(`document.visibilityState`).toBe('hidden')

    await press(en.queue.add)
    const step = `Number((/step ([\\d,]+) of/.exec(document.querySelector('.status').innerText) ?? [])[1]?.replace(',', '') ?? 1000)`
    // Timers of a hidden page fire once per second, so an engine that depended on them would
    // perform two steps.
    const [before, after] = await tab.evaluate<[number, number]>(`(async () => {
      const before = ${step}
      for (let i = 0; i < 2; i++) await new Promise((resolve) => setTimeout(resolve, 10))
      return [before, ${step}]
    })()`)
    expect(after - before).toBeGreaterThan(10)
    await poll(
      `String(document.querySelector('.queue-count')) + document.querySelector('.status .state').innerText`,
    ).toMatch(/^nullFinished/)
  } finally {
    await tabs.close()
  }
})
