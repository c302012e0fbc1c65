// Client of the worker that reads files, with a worker in this thread.
import { strToU8, zipSync } from 'fflate'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { FileAnswer, FileRequest } from '../../../src/editor/storage/fileMessages.ts'
import { writeImages } from '../../../src/engine/datasets/file.ts'

/** Answers as fileWorker.ts does, in which `globalThis` is the scope. */
class FakeWorker extends EventTarget {
  static all: FakeWorker[] = []
  terminated = false
  received: string[] = []

  constructor(readonly url: string) {
    super()
    FakeWorker.all.push(this)
  }

  postMessage(request: FileRequest) {
    this.received.push('task' in request ? request.task : 'cancel')
    const scope = globalThis as unknown as { taskListener?(event: { data: FileRequest }): void }
    vi.stubGlobal('postMessage', (data: FileAnswer, transfer: ArrayBuffer[]) => {
      const cloned = structuredClone(data, { transfer })
      this.dispatchEvent(Object.assign(new Event('message'), { data: cloned }))
    })
    scope.taskListener?.({ data: structuredClone(request) })
  }

  terminate() {
    this.terminated = true
  }
}

beforeEach(async () => {
  vi.resetModules()
  FakeWorker.all = []
  vi.stubGlobal('Worker', FakeWorker)
  vi.stubGlobal('addEventListener', (type: string, listener: unknown) => {
    if (type === 'message') vi.stubGlobal('taskListener', listener)
  })
  vi.stubGlobal('removeEventListener', () => {})
  await import('../../../src/editor/storage/fileWorker.ts')
})
afterEach(() => {
  vi.unstubAllGlobals()
  vi.useRealTimers()
})

const loadReader = () => import('../../../src/editor/storage/fileReader.ts')
const images = writeImages({ name: '', images: Uint8Array.of(1, 2), shape: [2, 1, 1, 1], max: 255 })

test('results are transferred, errors keep their message and cure', async () => {
  const { readFileWith } = await loadReader()
  const read = await readFileWith('readDataset', images)
  expect(read).toMatchObject({ images: Uint8Array.of(1, 2), shape: [2, 1, 1, 1] })
  const [entry] = await readFileWith('listZipEntries', new Blob([zipSync({ a: strToU8('text') })]))
  expect(entry).toMatchObject({ path: 'a', size: 4 })
  await expect(readFileWith('listZipEntries', new Blob(['no ZIP']))).rejects.toMatchObject({
    name: 'ArchiveError',
    message: 'The file is not a ZIP, or it is damaged.',
    cure: expect.stringContaining('Download or copy the file again'),
  })
  expect(FakeWorker.all.map(({ url }) => url)).toEqual([
    expect.stringMatching(/\/fileWorker\.ts\b/),
  ])
  expect(FakeWorker.all[0].received).toEqual(['readDataset', 'listZipEntries', 'listZipEntries'])
})

test('the worker ends when it is idle, and starts again', async () => {
  vi.useFakeTimers()
  const { readFileWith } = await loadReader()
  await readFileWith('readDataset', images)
  vi.advanceTimersByTime(19_000)
  await readFileWith('readDataset', images)
  vi.advanceTimersByTime(19_000)
  expect(FakeWorker.all.map(({ terminated }) => terminated)).toEqual([false])
  vi.advanceTimersByTime(2000)
  expect(FakeWorker.all.map(({ terminated }) => terminated)).toEqual([true])
  await readFileWith('readDataset', images)
  expect(FakeWorker.all).toHaveLength(2)
})

test('a worker that crashes fails its tasks, and the next task starts another one', async () => {
  const { readFileWith } = await loadReader()
  vi.stubGlobal('taskListener', () => {})
  const waiting = readFileWith('readDataset', images)
  await vi.waitUntil(() => FakeWorker.all.length === 1)
  FakeWorker.all[0].dispatchEvent(new Event('error'))
  await expect(waiting).rejects.toThrow('this browser ran out of memory')
  void readFileWith('readDataset', images)
  await vi.waitUntil(() => FakeWorker.all.length === 2)
})

test('loading a file reports progress and can be cancelled', async () => {
  const { fetchWithReader } = await loadReader()
  const body = new ReadableStream<Uint8Array>({
    start: (stream) => stream.enqueue(Uint8Array.of(1, 2, 3)),
  })
  vi.stubGlobal('fetch', async (_: string, { signal }: RequestInit) => {
    signal?.addEventListener('abort', () => void body.cancel().catch(() => {}))
    return new Response(body.pipeThrough(new TransformStream(), ...(signal ? [{ signal }] : [])))
  })
  const controller = new AbortController()
  const sizes: number[] = []
  const onProgress = (size: number) => {
    sizes.push(size)
    controller.abort()
  }
  const loading = fetchWithReader('https://a.example/a', { signal: controller.signal, onProgress })
  await expect(loading).rejects.toMatchObject({
    name: 'FetchError',
    message: 'Loading of https://a.example/a was cancelled.',
    cure: 'Reload the page to load it.',
  })
  expect(sizes).toEqual([3])
  expect(FakeWorker.all[0].received).toEqual(['fetchBlob', 'cancel'])
})
