// Loading of files by their address: contents, and a sentence with a cure for each failure.
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { fetchBlob } from '../../../src/editor/storage/fetchTask.ts'
import type { TaskControl } from '../../../src/editor/storage/fileMessages.ts'

let server: Server
let address: string

beforeAll(async () => {
  server = createServer(({ url }, response) => {
    if (url === '/a.json') return response.end('{"nodes":[]}')
    if (url === '/broken') return response.writeHead(503).end('busy')
    if (url === '/silent') return response.write('{')
    if (url === '/endless') {
      const send = () =>
        response.write('x'.repeat(1000), () => response.destroyed || setTimeout(send))
      return send()
    }
    if (url === '/cut') {
      response.writeHead(200, { 'content-length': 100 })
      return response.write('{', () => setTimeout(() => response.destroy(), 50))
    }
    if (url === '/slow') {
      const send = () => response.write('x', () => response.destroyed || setTimeout(send, 50))
      return send()
    }
    return response.writeHead(404).end('nothing')
  })
  await new Promise<void>((resolve) => void server.listen(0, 'localhost', resolve))
  address = `http://localhost:${(server.address() as AddressInfo).port}/`
})
afterAll(() => {
  server.closeAllConnections()
  server.close()
})

const load = (
  name: string,
  { bytes = 5000, silence = 2000, time = 20_000 } = {},
  control: TaskControl = {},
) => fetchBlob(address + name, control, { bytes, silence, time })

/** Message and cure of the failure. */
const failure = (loading: Promise<Blob>) =>
  loading.then(
    () => 'loaded',
    ({ message, cure }: { message: string; cure: string }) => `${message} ${cure}`,
  )

test('returns the contents', async () => {
  expect(await (await load('a.json')).text()).toBe('{"nodes":[]}')
})

test('reports a missing file, and a server that fails', async () => {
  expect(await failure(load('b.json'))).toBe(
    `There is no file at ${address}b.json (status 404). ` +
      'Check the address, and that the file is public.',
  )
  expect(await failure(load('broken'))).toBe(
    `The server of ${address}broken answered with status 503 instead of a file. ` +
      'Try again later, or download the file and drop it here.',
  )
})

test('stops at the largest size, with and without a declared length', async () => {
  expect(await failure(load('a.json', { bytes: 5 }))).toMatch(/^Expected a file of at most 0 MB at/)
  expect(await failure(load('endless'))).toMatch(/^Expected a file of at most 0 MB at/)
})

test('stops waiting for a server that sends nothing', async () => {
  expect(await failure(load('silent', { silence: 600 }))).toMatch(
    / sent nothing for 1 seconds\. Try/,
  )
})

test('stops loading of a server that sends a little for ever, and when it is cancelled', async () => {
  expect(await failure(load('slow', { time: 600 }))).toBe(
    `The server of ${address}slow did not send the complete file within 1 seconds. ` +
      'Try again later, or download the file and drop it here.',
  )
  const controller = new AbortController()
  const sizes: number[] = []
  const onProgress = (size: number) => {
    sizes.push(size)
    if (size >= 3) controller.abort()
  }
  expect(await failure(load('slow', {}, { signal: controller.signal, onProgress }))).toBe(
    `Loading of ${address}slow was cancelled. Reload the page to load it.`,
  )
  expect(sizes.length).toBeGreaterThan(1)
})

test('reports a body that ends early', async () => {
  await expect(load('cut')).rejects.toMatchObject({
    name: 'FetchError',
    message: `The connection to ${address}cut ended before the file was complete.`,
  })
})

test('explains a server that cannot be reached', async () => {
  const closed = createServer()
  await new Promise<void>((resolve) => void closed.listen(0, 'localhost', resolve))
  const { port } = closed.address() as AddressInfo
  await new Promise((resolve) => closed.close(resolve))
  const at = `http://localhost:${port}/a.json`
  expect(await failure(fetchBlob(at, {}, { bytes: 10, silence: 2000, time: 20_000 }))).toMatch(
    /the server does not answer, or does not allow other sites to read the file \(CORS\)\. Download/,
  )
})
