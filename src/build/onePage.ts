// Vite plugin: the templates of pages in one file, which run from disk. That of workflows contains
// the reader, the script of the engine, one .wasm file and the digits; the editor adds a workflow.
// That of lessons also shows texts with formulas, and gets the engine of the first.
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { brotliCompressSync, constants } from 'node:zlib'
import type { Plugin } from 'vite'
import { TRUSTED_TYPES_POLICY } from '../engine/base/trustedScriptUrl.ts'
import { fillEngine, type PageEngine } from '../hosts/page/fillPage.ts'
import { packEngine } from '../hosts/page/packEngine.ts'
import { engineMarks, lessonMarks, marks, parts } from '../hosts/page/parts.ts'
import { buildOnce, type Built } from './buildOnce.ts'
import { bundle, type Bundle } from './bundle.ts'
import { builders, getEngineCore } from './engineCore.ts'
import { licenceTexts } from './licences.ts'
import {
  ENGINE_CORE,
  LESSON_TEMPLATE,
  PACKED_TEMPLATES,
  PAGE_TEMPLATE,
} from '../hosts/page/fileNames.ts'

/** Functions that build the templates, by their file names. */
const templates: Readonly<Record<string, (root: string) => Promise<Built>>> = {
  [PAGE_TEMPLATE]: buildPageTemplate,
  [LESSON_TEMPLATE]: buildLessonTemplate,
}

/**
 * Every build gets the templates; the development server makes one when it is first requested.
 * @param engine true: the template of pages contains the engine. The package has its script as a
 * file, from which the command line takes it.
 */
export function onePage({ engine }: { engine: boolean }): Plugin {
  let root = process.cwd()
  const built = new Map<string, Promise<string>>()
  const get = (name: string) => getTemplate(root, name, engine)
  return {
    name: 'one-page',
    configResolved(config) {
      root = config.root
    },
    configureServer({ middlewares }) {
      for (const name of Object.keys(templates))
        middlewares.use(`/${name}`, (_, response, next) => {
          const template = built.get(name) ?? get(name)
          built.set(name, template)
          template.then(
            (html) => response.setHeader('Content-Type', 'text/html').end(html),
            (error: Error) => {
              built.delete(name)
              next(error)
            },
          )
        })
    },
    async generateBundle() {
      const texts = new Map<string, string>()
      for (const name of Object.keys(templates)) texts.set(name, await get(name))
      const emit = (fileName: string, source: string | Uint8Array) =>
        this.emitFile({ type: 'asset', fileName, source })
      if (engine) {
        for (const [name, text] of texts) emit(name, text)
        return
      }
      emit(PACKED_TEMPLATES, packTemplates(texts))
      emit(`standalone/${ENGINE_CORE}`, (await getEngineCore(root)).code)
    },
  }
}

/** Compresses the templates together, because they have most of their code in common. */
const packTemplates = (texts: ReadonlyMap<string, string>): Uint8Array =>
  brotliCompressSync(JSON.stringify(Object.fromEntries(texts)), {
    params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_LGWIN]: 24 },
  })

const require = createRequire(import.meta.url)

/** Templates take most of the time of a build, and few changes concern them. */
async function getTemplate(root: string, name: string, engine: boolean): Promise<string> {
  const template = await buildOnce(join(root, 'node_modules/.vite', name), () =>
    templates[name](root),
  )
  return engine && name === PAGE_TEMPLATE
    ? fillEngine(template, await packLocalEngine(root))
    : template
}

/** The engine and its files in the form of a page. */
async function packLocalEngine(root: string): Promise<PageEngine> {
  const wasm = require.resolve('@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-simd.wasm')
  return packEngine({
    script: Buffer.from((await getEngineCore(root)).code),
    wasm: readFileSync(wasm),
    digits: readFileSync(join(root, 'assets/digits.safetensors.gz')),
  })
}

/** Builds the template of workflows. */
async function buildPageTemplate(root: string): Promise<Built> {
  const page = await bundlePage(root, 'src/editor/figure/onePage.tsx', [smallTexts()])
  return {
    text: html({ ...page, licences: licenceTexts(root), data: engineParts }),
    sources: [...page.sources, ...builders(root)],
  }
}

/** Builds the template of lessons. */
async function buildLessonTemplate(root: string): Promise<Built> {
  const page = await bundlePage(root, 'src/editor/figure/lessonPage.tsx', [
    smallTexts(),
    onlyWoff2(),
  ])
  return {
    text: html({
      ...page,
      fonts: true,
      licences: licenceTexts(root),
      data: { [parts.lesson]: lessonMarks.lesson, ...engineParts },
    }),
    sources: [...page.sources, ...builders(root)],
  }
}

const bundlePage = (root: string, entry: string, plugins: Plugin[]) =>
  bundle(root, entry, 'litegraphDiffusionPage', plugins)

const engineParts = { [parts.engine]: engineMarks.engine, [parts.assets]: engineMarks.assets }

interface TemplateParts extends Pick<Bundle, 'code' | 'css'> {
  /** Licences of the packages in the page. */
  licences: string
  /** True if the style sheet contains fonts. */
  fonts?: boolean
  /** Contents of elements with data besides the workflow, by id. */
  data: Readonly<Record<string, string>>
}

/** Escapes what would end a script, or begin a comment in it, wherever it is. */
const inScript = (code: string) =>
  code.replaceAll(/<\/(?=script)/gi, '<\\/').replaceAll('<!--', '<\\!--')

const hash = (text: string) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`

const dataElement = (id: string, content: string) =>
  `<script type="text/plain" id="${id}">${content}</script>`

function html({ code: script, css: style, fonts = false, licences, data }: TemplateParts): string {
  const code = inScript(script)
  const css = style.trim()
  const policy = [
    "default-src 'none'",
    `script-src ${hash(code)} 'wasm-unsafe-eval'`,
    `style-src ${hash(css)}`,
    'worker-src blob:',
    'connect-src data: blob:',
    'img-src data: blob:',
    ...(fonts ? ['font-src data:'] : []),
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
${Object.entries(data)
  .map(([id, content]) => dataElement(id, content))
  .join('\n')}
${dataElement(parts.licences, inScript(licences))}
<script>${code}</script>
</body>
</html>
`
}

/** Leaves out the older formats of KaTeX's fonts: the style sheet contains the files. */
const onlyWoff2 = (): Plugin => ({
  name: 'only-woff2',
  enforce: 'pre',
  transform: (code, id) =>
    id.includes('katex.min.css')
      ? {
          code: code.replaceAll(/,url\(fonts\/[\w-]+\.(?:woff|ttf)\) format\("\w+"\)/g, ''),
          map: null,
        }
      : undefined,
})

/** Leaves out the texts of nodes and ready workflows, which a reader hardly sees. */
const smallTexts = (): Plugin => {
  const omitted = ['virtual:workflow-texts', 'virtual:descriptions']
  const inLocales = ['./nodes.json', './workflows.json']
  const empty = '\0empty'
  return {
    name: 'small-texts',
    enforce: 'pre',
    resolveId: (id, importer = '') =>
      omitted.includes(id) ||
      (inLocales.includes(id) && importer.includes('/editor/texts/locales/'))
        ? empty
        : undefined,
    load: (id) => (id === empty ? 'export default {}' : undefined),
  }
}
