// Headers of isolated pages, which the service worker adds where the server does not send them.
import { expect, test } from 'vitest'
import { isIsolating, withIsolation } from '../../../src/editor/pwa/isolationHeaders.ts'

const POLICY = 'Cross-Origin-Embedder-Policy'

test('adds the headers that a response lacks, and changes nothing else', async () => {
  const plain = new Response('page', {
    status: 203,
    headers: { 'Content-Type': 'text/html', [POLICY]: 'credentialless' },
  })
  expect(isIsolating(plain)).toBe(false)
  const isolated = withIsolation(plain)
  expect(isIsolating(isolated)).toBe(true)
  expect(Object.fromEntries(isolated.headers)).toEqual({
    'content-type': 'text/html',
    'cross-origin-embedder-policy': 'credentialless',
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-resource-policy': 'cross-origin',
  })
  expect(isolated.status).toBe(203)
  expect(await isolated.text()).toBe('page')
})

test('leaves a response with all headers as it is, and an error of the network', () => {
  const isolated = withIsolation(new Response('page'))
  expect(withIsolation(isolated)).toBe(isolated)
  const failed = Response.error()
  expect(withIsolation(failed)).toBe(failed)
})
