// Content security policy of the editor: one definition for the development server, the built page,
// the tests and docs/hosting.md.
import { randomBytes } from 'node:crypto'
import type { Plugin } from 'vite'
import { TRUSTED_TYPES_POLICY } from '../engine/base/trustedScriptUrl.ts'

/**
 * Scripts, styles and data come from the page's origin alone, and no text becomes code.
 * 'wasm-unsafe-eval' allows WebAssembly, and nothing else.
 */
const directives = [
  "default-src 'self'",
  "script-src 'self' 'wasm-unsafe-eval'",
  "style-src 'self'",
  "img-src 'self' blob: data:",
  "font-src 'self'",
  "worker-src 'self'",
  "connect-src 'self'",
  "object-src 'none'",
  "base-uri 'none'",
  // Forms of the editor are read by scripts. An injected one can send nothing anywhere.
  "form-action 'none'",
]

/** Policy for pages of hosts, see docs/hosting.md. litegraph's own dialogs may need more. */
export const hostPolicy = directives.join('; ')

/** Allows one Trusted Types policy, for the scripts of workers. No text becomes HTML or code. */
export const trustedTypes = `require-trusted-types-for 'script'; trusted-types ${TRUSTED_TYPES_POLICY}`

/** The policy in the page of the build, as a meta element. */
export const pagePolicy = `${hostPolicy}; ${trustedTypes}`

/**
 * The worker that reads files loads the workflow that a link names from any site. The page itself
 * cannot, as the policy in it also holds.
 */
const workerPolicy = pagePolicy.replace("connect-src 'self'", '$& https:')

/** The policy as a header, which also states who may frame the page; a meta element cannot. */
export const headerPolicy = `${workerPolicy}; frame-ancestors 'self'`

/**
 * Headers of `npm start` and `vite preview`. The policy of a worker is that of its own response, so
 * every response has them. `styleNonce` allows the styles that Vite inserts during development.
 */
export const policyHeaders = (styleNonce?: string) => ({
  'Content-Security-Policy': styleNonce
    ? headerPolicy.replace("style-src 'self'", `$& 'nonce-${styleNonce}'`)
    : headerPolicy,
})

export const createNonce = (): string => randomBytes(16).toString('base64')

/** Vite plugin: writes the policy into the built pages, before everything that it governs. */
export const policyInPages = (): Plugin => ({
  name: 'policy-in-pages',
  apply: 'build',
  transformIndexHtml: () => [
    {
      tag: 'meta',
      attrs: { 'http-equiv': 'Content-Security-Policy', content: pagePolicy },
      injectTo: 'head-prepend',
    },
  ],
})
