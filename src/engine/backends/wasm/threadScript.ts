// Script of the threads of the wasm backend: those of tfjs and those of the worker pool. It is a
// file, because pages with a content security policy forbid workers from blob: URLs.
import { trustedScriptUrl } from '../../base/trustedScriptUrl.ts'
// The build replaces this file by a complete script, see build/threadScript.ts.
import address from '@tensorflow/tfjs-backend-wasm/wasm-out/tfjs-backend-wasm-threaded-simd.worker.js?url'

let started: string | undefined

/**
 * Returns the URL of the script for `new Worker`. A worker of another origin (a CDN) cannot be
 * started, but one of this origin that imports it can.
 */
export function threadScriptUrl(): string {
  if (started !== undefined) return started
  const { href, origin } = new URL(address, globalThis.location.href)
  const script = origin === globalThis.origin ? href : importing(href)
  return (started = trustedScriptUrl(script))
}

const importing = (url: string) =>
  URL.createObjectURL(
    new Blob([`importScripts(${JSON.stringify(url)})`], { type: 'text/javascript' }),
  )
