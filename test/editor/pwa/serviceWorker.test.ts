// The service worker on servers that answer wrongly: it stores only what the build lists, and
// repairs itself.
import { beforeEach, describe, expect, test } from 'vitest'
import { fitsPath } from '../../../src/editor/pwa/checkedResponses.ts'
import { serverAnswers, SCOPE, WorkerModel } from '../workerModel.ts'

const LAZY = 'assets/lazy-AB12.js'
const LAZY_TEXT = 'export const lazy = true'

let reports: string[]
let model: WorkerModel
beforeEach(() => {
  reports = []
  model = new WorkerModel((message) => void reports.push(message))
})

const storedFiles = (name: string) => [...(model.stored.get(name)?.keys() ?? [])].sort()
const APP = `editor ${SCOPE} v1`

test('stores the files of its list, the others when they are needed', async () => {
  await model.install(0)
  expect(storedFiles(APP)).toEqual([
    './',
    'assets/app-1.js',
    LAZY,
    'assets/style-CD34.css',
    'manifest.webmanifest',
  ])
  expect(storedFiles(`data ${SCOPE}`)).toEqual([])
  expect(await model.fetch('assets/digits-EF56.zip')).toBe('many digits')
  expect(storedFiles(`data ${SCOPE}`)).toEqual(['assets/digits-EF56.zip'])
  expect(reports).toEqual([])
})

const wrongAnswers = serverAnswers.filter((answer) => answer !== 'right')

describe.each(wrongAnswers)('a server that answers a script with: %s', (answer) => {
  test('is not believed, and one reload repairs it', async () => {
    model.isIsolating = false // The first worker is active before its files are stored.
    await model.install(0)
    model.setAnswer(LAZY, answer)
    await model.reload()
    expect(storedFiles(APP)).not.toContain(LAZY)
    expect(storedFiles(APP)).not.toContain('./')
    model.restart()
    model.setAnswer(LAZY, 'right')
    await model.reload()
    expect(await model.fetch(LAZY)).toBe(LAZY_TEXT)
    expect(storedFiles(APP)).toContain('./')
    expect(reports).toEqual([])
  })

  test('does not get its update installed', async () => {
    await model.install(0)
    model.deployed = 1
    model.setAnswer('assets/app-2.js', answer)
    expect(await model.install(1)).toBe(false)
    expect(await model.fetch('assets/app-1.js')).toBe('start(1)')
    model.setAnswer('assets/app-2.js', 'right')
    expect(await model.install(1)).toBe(true)
    expect(reports).toEqual([])
  })
})

test('replaces a wrong file that an older worker stored, without its help', async () => {
  await model.install(0)
  for (const answer of ['page', 'otherVersion'] as const) {
    model.plant(0, LAZY, answer, false)
    expect(await model.fetch(LAZY)).toBe(LAZY_TEXT)
    expect(model.stored.get(APP)?.get(LAZY)?.text).toBe(LAZY_TEXT)
  }
  model.plant(0, 'manifest.webmanifest', 'otherVersion', false)
  model.plant(0, './', 'otherVersion', false)
  await model.checkRepair()
  expect(reports).toEqual([])
})

test('an update replaces wrong files of older caches, and keeps right ones', async () => {
  for (const path of ['./', 'assets/app-1.js', 'assets/style-CD34.css'])
    model.plant(0, path, 'right', false)
  model.plant(0, LAZY, 'page', false)
  model.plant(0, 'assets/digits-EF56.zip', 'unfinished', true)
  model.plant(0, 'assets/app-1.js', 'right', true)
  model.deployed = 1
  await model.install(1)
  expect(await model.fetch(LAZY)).toBe(LAZY_TEXT)
  expect(storedFiles(`data ${SCOPE}`)).toEqual([])
  // A page that is still open uses files of its own version, which are gone from the server.
  expect(await model.fetch('assets/app-1.js')).toBe('start(1)')
  expect(reports).toEqual([])
})

test('a page instead of a script of an older version is not answered from its cache', async () => {
  model.plant(0, 'assets/app-1.js', 'page', false)
  await model.install(1)
  model.setAnswer('assets/app-1.js', 'networkError')
  expect(await model.fetch('assets/app-1.js')).toBeUndefined()
  expect(reports).toEqual([])
})

test('a full disk leaves the files on the server', async () => {
  model.isIsolating = false
  await model.install(0)
  model.fullFor = 100
  await model.reload()
  expect(await model.fetch(LAZY)).toBe(LAZY_TEXT)
  expect(storedFiles(APP)).toEqual([])
  await model.checkRepair()
  expect(reports).toEqual([])
})

test('a compressed file that the server unpacks is right too', async () => {
  await model.install(0)
  model.setAnswer('assets/images-GH78.gz', 'unpacked')
  expect(await model.fetch('assets/images-GH78.gz')).toBe('unpacked: packed images')
  expect(storedFiles(`data ${SCOPE}`)).toEqual(['assets/images-GH78.gz'])
  expect(reports).toEqual([])
})

test('other paths are left to the browser, missing pages among them', async () => {
  await model.install(0)
  model.setAllAnswers('missing')
  expect(await model.fetch('other.html')).toBeUndefined()
  expect(await model.fetch('./')).toContain('Editor 1')
  expect(reports).toEqual([])
})

test.each([
  ['./', 'text/html; charset=utf-8', true],
  ['./', 'text/plain', false],
  ['a.js', 'text/javascript; charset=utf-8', true],
  ['a.mjs', 'application/x-javascript', true],
  ['a.js', 'text/html', false],
  ['a.js', null, false],
  ['a.js', 'text/plain', false],
  ['a.css', 'text/css', true],
  ['a.css', 'text/html', false],
  ['page-template.html', 'text/html', true],
  ['a.wasm', 'application/octet-stream', true],
  ['a.zip', null, true],
  ['a.zip', 'Text/HTML', false],
  ['manifest.webmanifest', 'application/json', true],
])('%s as %s: %s', (path, contentType, fits) => {
  expect(fitsPath(path, contentType)).toBe(fits)
})
