// Vite plugin: the template of pages in one file, which run from disk. It contains the reader, the
// script of the engine's worker, one .wasm file and the digits; the editor adds a workflow.
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { isAbsolute, join } from 'node:path'
import { gzipSync } from 'node:zlib'
import type { Plugin, Rolldown } from 'vite'
import { build } from 'vite'
import { TRUSTED_TYPES_POLICY } from '../engine/base/trustedScriptUrl.ts'
import { FILES_GLOBAL, marks, parts } from '../nodes/page/parts.ts'
import { buildOnce, type Built } from './buildOnce.ts'
import { declarations } from './declarations.ts'
import { PAGE_TEMPLATE } from './names.ts'

/** Every build gets the template; the development server makes it when it is first requested. */
export function onePage(): Plugin {
  let root = process.cwd()
  let template: Promise<string> | undefined
  return {
    name: 'one-page',
    configResolved(config) {
      root = config.root
    },
    configureServer({ middlewares }) {
      middlewares.use(`/${PAGE_TEMPLATE}`, (_, response, next) => {
        template ??= getPageTemplate(root)
        template.then(
          (html) => response.setHeader('Content-Type', 'text/html').end(html),
          (error: Error) => {
            template = undefined
            next(error)
          },
        )
      })
    },
    async generateBundle() {
      this.emitFile({
        type: 'asset',
        fileName: PAGE_TEMPLATE,
        source: await getPageTemplate(root),
      })
    },
  }
}

const require = createRequire(import.meta.url)

/** The template takes most of the time of a build, and few changes concern it. */
const getPageTemplate = (root: string): Promise<string> =>
  buildOnce(join(root, 'node_modules/.vite/page-template'), () => buildPageTemplate(root))

/** What makes the template of its modules. */
const builders = [
  'package-lock.json',
  'src/build/declarations.ts',
  'src/build/names.ts',
  'src/build/onePage.ts',
  'src/editor/texts/descriptions.ts',
]

/** Builds the template. */
async function buildPageTemplate(root: string): Promise<Built> {
  const worker = await bundle(root, 'src/nodes/host/worker.ts', [embeddedFiles()])
  const page = await bundle(root, 'src/editor/figure/onePage.tsx', [smallTexts()])
  const wasm = require.resolve('@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-simd.wasm')
  const digits = join(root, 'assets/digits.safetensors.gz')
  const assets = {
    [WASM]: gzipSync(readFileSync(wasm), { level: 9 }).toString('base64'),
    digits: readFileSync(digits).toString('base64'),
  }
  const text = html({
    script: page.code,
    style: page.css,
    [parts.engine]: gzipSync(worker.code, { level: 9 }).toString('base64'),
    [parts.assets]: JSON.stringify(assets),
  })
  const sources = [...worker.sources, ...page.sources, wasm, digits]
  return { text, sources: [...sources, ...builders.map((file) => join(root, file))] }
}

/** Name of the only .wasm file: every browser that runs the page has SIMD, and files no threads. */
const WASM = 'wasm'

interface TemplateParts {
  script: string
  style: string
  [parts.engine]: string
  [parts.assets]: string
}

/** Escapes what would end a script, or begin a comment in it, wherever it is. */
const inScript = (code: string) =>
  code.replaceAll(/<\/(?=script)/gi, '<\\/').replaceAll('<!--', '<\\!--')

const hash = (text: string) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`

const dataElement = (id: string, content: string) =>
  `<script type="text/plain" id="${id}">${content}</script>`

function html({ script, style, ...data }: TemplateParts): string {
  const code = inScript(script)
  const css = style.trim()
  const policy = [
    "default-src 'none'",
    `script-src ${hash(code)} 'wasm-unsafe-eval'`,
    `style-src ${hash(css)}`,
    'worker-src blob:',
    'connect-src data: blob:',
    'img-src data: blob:',
    "base-uri 'none'",
    "form-action 'none'",
    "require-trusted-types-for 'script'",
    `trusted-types ${TRUSTED_TYPES_POLICY}`,
  ].join('; ')
  return `<!doctype html>
<html lang="en" data-theme="light">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="dark light">
<meta name="theme-color" content="#f3f4f7">
<title>${marks.title}</title>
<style>${css}</style>
</head>
<body>
<div id="app" class="app"></div>
<noscript>This page needs JavaScript. Allow it in the browser's settings, and reload the page.</noscript>
${dataElement(parts.bundle, marks.bundle)}
${dataElement(parts.data, marks.data)}
${dataElement(parts.engine, data[parts.engine])}
${dataElement(parts.assets, data[parts.assets])}
<script>${code}</script>
</body>
</html>
`
}

interface Bundle {
  code: string
  css: string
  /** Files that it was made of. */
  sources: readonly string[]
}

/** Bundles a script that needs no other file. */
async function bundle(root: string, entry: string, plugins: Plugin[]): Promise<Bundle> {
  const sources = new Set<string>()
  const [{ output }] = (await build({
    root,
    configFile: false,
    publicDir: false,
    logLevel: 'error',
    plugins: [...plugins, declarations(), collectSources(sources)],
    define: { 'process.env.NODE_ENV': '"production"' },
    build: {
      write: false,
      target: 'es2022',
      cssCodeSplit: false,
      lib: { entry, formats: ['iife'], name: 'litegraphDiffusionPage' },
      rolldownOptions: { output: { codeSplitting: false, minify: true } },
    },
  })) as Rolldown.RolldownOutput[]
  const codes = output.flatMap((file) => (file.type === 'chunk' ? [file.code] : []))
  if (codes.length !== 1) throw new Error(`Expected one script for ${entry}, got ${codes.length}.`)
  const styles = output.flatMap((file) =>
    file.type === 'asset' && file.fileName.endsWith('.css') ? [String(file.source)] : [],
  )
  return { code: codes[0], css: styles.join('\n'), sources: [...sources] }
}

/** Collects the files of all modules. */
const collectSources = (sources: Set<string>): Plugin => ({
  name: 'collect-sources',
  buildEnd() {
    for (const id of this.getModuleIds()) if (isAbsolute(id)) sources.add(id.replace(/\?.*$/, ''))
  },
})

/** Files that the worker addresses are in the page, which passes their addresses by a global. */
const embeddedFiles = (): Plugin => {
  const prefix = '\0embedded:'
  return {
    name: 'embedded-files',
    enforce: 'pre',
    resolveId: (id) => (id.endsWith('?url') ? prefix + fileName(id) : undefined),
    load: (id) =>
      id.startsWith(prefix)
        ? `export default globalThis.${FILES_GLOBAL}?.[${JSON.stringify(id.slice(prefix.length))}]`
        : undefined,
  }
}

/** Names of files in a page: those of ShippedFile, `wasm`, or their own. */
function fileName(address: string): string {
  const [name] = address
    .replace(/\?url$/, '')
    .split('/')
    .slice(-1)
  if (name.endsWith('.wasm')) return WASM
  if (name.startsWith('digits.safetensors')) return 'digits'
  return address.startsWith('emoji-datasource-twitter/') ? 'emoji' : name
}

/** Leaves out the Korean texts of nodes and ready workflows, which a reader hardly sees. */
const smallTexts = (): Plugin => {
  const stubs: Readonly<Record<string, string>> = {
    './ko/nodes/index.ts': 'export const koNodes = {}',
    './ko/workflows/index.ts': 'export const koWorkflows = {}',
    'virtual:workflow-texts': 'export default {}',
    'virtual:descriptions': 'export default {}',
  }
  const prefix = '\0small:'
  return {
    name: 'small-texts',
    enforce: 'pre',
    resolveId: (id) => (Object.hasOwn(stubs, id) ? prefix + id : undefined),
    load: (id) => (id.startsWith(prefix) ? stubs[id.slice(prefix.length)] : undefined),
  }
}
