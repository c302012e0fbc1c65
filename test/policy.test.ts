// The content security policy: one definition, and equations that need no style attributes.
import { readFileSync } from 'node:fs'
import katex from 'katex'
import { expect, test } from 'vitest'
import { headerPolicy, hostPolicy, pagePolicy, trustedTypes } from '../src/build/policy.ts'
import { declarations } from './readyWorkflows.ts'

test('allows neither inline code nor evaluated text, nor another origin', () => {
  // Workers may load a workflow from another site, if a link names it.
  const [forWorkers, ...others] = headerPolicy.split("connect-src 'self' https:;")
  expect(others).toHaveLength(1)
  for (const policy of [forWorkers + others[0], pagePolicy, hostPolicy]) {
    expect(policy).not.toMatch(/unsafe-inline|'unsafe-eval'|\*|https?:/)
    expect(policy).toContain("default-src 'self'")
    // The default does not hold for them.
    expect(policy).toContain("base-uri 'none'; form-action 'none'")
  }
  expect(pagePolicy).toContain("connect-src 'self';")
  expect(pagePolicy).not.toContain('frame-ancestors')
  expect(pagePolicy).toContain("require-trusted-types-for 'script'")
})

test('is documented as it is', () => {
  const lines = readFileSync('docs/hosting.md', 'utf8').split('\n')
  expect(lines).toContain(`Content-Security-Policy: ${headerPolicy}`)
  expect(lines).toContain(`Content-Security-Policy: ${hostPolicy}`)
  expect(lines).toContain(trustedTypes)
})

test('is that of the server in the container', () => {
  const config = readFileSync('docs/nginx.conf', 'utf8')
  expect(config).toContain(`add_header Content-Security-Policy "${headerPolicy}" always;`)
  for (const [name, value] of Object.entries({
    'Cross-Origin-Opener-Policy': 'same-origin',
    'Cross-Origin-Embedder-Policy': 'require-corp',
  }))
    expect(config).toContain(`add_header ${name} ${value} always;`)
})

test('the page has no inline script, style or handler', () => {
  const page = readFileSync('index.html', 'utf8')
  expect(page).not.toMatch(/<style|\sstyle=|\son\w+=|javascript:/)
  expect([...page.matchAll(/<script(?![^>]*\ssrc=)/g)]).toEqual([])
})

test('equations have styles only where KaTeX sets them by script', () => {
  const equations = declarations.flatMap(({ equation }) => equation ?? [])
  expect(equations.length).toBeGreaterThan(30)
  // KaTeX sets the style attribute of these elements, see SvgNode and MathNode in its source.
  const attributes = /<(svg|m\w+)[^>]* style=/
  const wrong = equations.filter((equation) =>
    attributes.test(katex.renderToString(equation, { displayMode: true, strict: 'ignore' })),
  )
  expect(wrong).toEqual([])
})
