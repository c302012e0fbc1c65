// Pages in one file: the template is filled with the workflow, and the page reads it again.
import { gzipSync } from 'node:zlib'
import { readFileSync } from 'node:fs'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { fromBase64, toBase64 } from '../../../src/engine/base/base64.ts'
import { fillEngine, fillPage } from '../../../src/hosts/page/fillPage.ts'
import { fillLessonPage } from '../../../src/hosts/page/lessonPage.ts'
import { findPageData } from '../../../src/hosts/page/pageData.ts'
import {
  ENGINE_GLOBAL,
  engineMarks,
  FILES_GLOBAL,
  lessonMarks,
  marks,
  parts,
} from '../../../src/hosts/page/parts.ts'
import { readBundle, readEngineScript, readLessonSource } from '../../../src/hosts/page/readPage.ts'
import { packBundle, unpackBundle } from '../../../src/workflow/bundle.ts'
import type { WorkflowFile } from '../../../src/workflow/file.ts'

const template = `<title>${marks.title}</title><i id="${parts.bundle}">${marks.bundle}</i><i id="${parts.data}">${marks.data}</i>`

/** Text of an element of the page. */
const part = (page: string, id: string) =>
  new RegExp(`<i id="${id}">([^<]*)</i>`).exec(page)?.[1] ?? ''

describe('a page in one file', () => {
  test('contains the workflow and its files', () => {
    const bytes = Uint8Array.from({ length: 100_000 }, (_, i) => i % 251)
    const sha256 = '88'.repeat(32)
    const file = { name: 'a.zip', size: bytes.length, sha256 }
    const bundle = packBundle('{"nodes":[]}', [{ what: 'checkpoint', file, bytes }])
    const page = fillPage(template, { title: 'Points', bundle })
    expect(readBundle((id) => part(page, id))).toEqual(new Uint8Array(bundle))
    expect(() => unpackBundle(readBundle((id) => part(page, id)))).toThrow(/hash|SHA-256/)
  })

  test('shows its title as text, whatever it contains', () => {
    const bundle = new Uint8Array([1, 2, 3])
    const title = `</title><script>alert(1)</script> ${marks.bundle} $& {{data}}`
    const page = fillPage(template, { title, bundle })
    expect(page).not.toContain('<script>')
    expect(page).toContain('&lt;/title&gt;')
    expect(part(page, parts.bundle)).toBe(toBase64(bundle))
  })

  test('needs a template with all places', () => {
    const contents = { title: '', bundle: new Uint8Array() }
    expect(() => fillPage('<title></title>', contents)).toThrow(/no place for data/)
  })

  test('gets the engine of the package, once', () => {
    const places = (['engine', 'assets'] as const)
      .map((name) => `<i id="${parts[name]}">${engineMarks[name]}</i>`)
      .join('')
    const page = fillEngine(places, { engine: 'abc=', assets: { wasm: 'AA==' } })
    expect(part(page, parts.engine)).toBe('abc=')
    expect(JSON.parse(part(page, parts.assets))).toEqual({ wasm: 'AA==' })
    expect(() => fillEngine(page, { engine: '', assets: {} })).toThrow(/no place for engine/)
  })

  test('gives its engine the addresses of its files', async () => {
    const wasm = Uint8Array.of(0, 97, 115, 109)
    const texts: Record<string, string> = {
      [parts.engine]: gzipSync('serve()').toString('base64'),
      [parts.assets]: JSON.stringify({ wasm: gzipSync(wasm).toString('base64'), digits: 'AQI=' }),
      [parts.data]: JSON.stringify({ emoji: 'Aw==' }),
    }
    const script = await (await readEngineScript((id) => texts[id])).text()
    expect(script).toContain('serve()\n')
    expect(script.trimEnd().endsWith(`globalThis.${ENGINE_GLOBAL}.serveNamed();`)).toBe(true)
    const [, addresses] = new RegExp(`${FILES_GLOBAL} = (.*);`).exec(script) ?? []
    expect(JSON.parse(addresses)).toEqual({
      wasm: `data:application/wasm;base64,${toBase64(wasm)}`,
      digits: 'data:application/octet-stream;base64,AQI=',
      emoji: 'data:application/octet-stream;base64,Aw==',
    })
  })

  test('has the data sets that its nodes fetch', () => {
    const ready = (name: string) =>
      JSON.parse(readFileSync(`workflows/${name}.json`, 'utf8')) as WorkflowFile
    expect(findPageData(ready('points'))).toEqual([])
    expect(findPageData(ready('digits-sample'))).toEqual([])
    expect(findPageData(ready('mnist-train'))).toHaveLength(4)
    expect(findPageData(ready('emoji-by-name'))).toEqual(['emoji'])
  })
})

describe('a lesson in one file', () => {
  const places = (Object.keys(lessonMarks) as (keyof typeof lessonMarks)[])
    .map((name) => `<i id="${parts[name]}">${lessonMarks[name]}</i>`)
    .join('')
  const page = `<i id="${parts.engine}">abc=</i><i id="${parts.assets}">{"wasm":"AA=="}</i>`
  const lesson = {
    id: 'course/01-a',
    text: `# Noise ${lessonMarks.engine} ${marks.bundle} </script>`,
    translations: { ko: '# 노이즈' },
  }

  test('has its texts, the workflow, and the engine of the other template', () => {
    const bundle = new Uint8Array([1, 2, 3])
    const html = fillLessonPage(
      { lesson: template + places, page },
      { title: lessonMarks.lesson, bundle, lesson },
    )
    const read = (id: string) => part(html, id)
    expect(readLessonSource(read)).toEqual(lesson)
    expect(readBundle(read)).toEqual(bundle)
    expect(read(parts.engine)).toBe('abc=')
    expect(JSON.parse(read(parts.assets))).toEqual({ wasm: 'AA==' })
    expect(html).toContain(`<title>${lessonMarks.lesson}</title>`)
  })

  test('needs both templates', () => {
    const contents = { title: '', bundle: new Uint8Array(), lesson }
    expect(() => fillLessonPage({ lesson: template, page }, contents)).toThrow(/no place for/)
    expect(() => fillLessonPage({ lesson: template + places, page: '' }, contents)).toThrow(
      /no place for/,
    )
  })
})

test('base64 of any bytes is that of Node, and is read again', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      expect(toBase64(bytes)).toBe(Buffer.from(bytes).toString('base64'))
      expect(fromBase64(toBase64(bytes))).toEqual(new Uint8Array(bytes))
    }),
  )
  const long = new Uint8Array(200_001).fill(7)
  expect(fromBase64(toBase64(long))).toEqual(long)
})
