// Licences of the packages whose code the builds contain, as one text. tfjs is under the Apache
// License 2.0, which asks for a copy of it with every copy of tfjs.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Plugin } from 'vite'
import { LICENCES } from '../hosts/page/fileNames.ts'

/** The packages, of which some are in all builds and some only in the editor. */
export const bundledPackages = [
  '@noble/hashes',
  '@preact/signals',
  '@preact/signals-core',
  '@tensorflow/tfjs',
  '@tensorflow/tfjs-backend-cpu',
  '@tensorflow/tfjs-backend-wasm',
  '@tensorflow/tfjs-backend-webgl',
  '@tensorflow/tfjs-backend-webgpu',
  '@tensorflow/tfjs-core',
  'fflate',
  'idb-keyval',
  'katex',
  'litegraph.js',
  'long',
  'marked',
  'preact',
  'seedrandom',
  'uplot',
] as const

/** First line of scripts that contain tfjs. */
export const tfjsNotice = `/*! Contains TensorFlow.js (Copyright Google LLC), Apache License 2.0, and other packages: see ${LICENCES} */`

/** Returns the licences of all bundled packages, each text once. */
export function licenceTexts(root: string): string {
  const packages = bundledPackages.map((name) => readLicence(root, name))
  const texts = [...new Set(packages.map(({ text }) => text))]
  return texts
    .map((text) => {
      const names = packages.filter((each) => each.text === text)
      const list = names.map(({ name, version, licence }) => `${name} ${version} (${licence})`)
      return `${list.join('\n')}\n\n${text.trim()}\n`
    })
    .join(`\n${'-'.repeat(80)}\n\n`)
}

/** Emits {@link licenceTexts} into a folder of a build. */
export function licences(folder = ''): Plugin {
  let root = process.cwd()
  return {
    name: 'licences',
    apply: 'build',
    configResolved(config) {
      root = config.root
    },
    generateBundle() {
      this.emitFile({ type: 'asset', fileName: folder + LICENCES, source: licenceTexts(root) })
    },
  }
}

function readLicence(root: string, name: string) {
  const folder = join(root, 'node_modules', name)
  const { version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as {
    version: string
    license: string
  }
  return { name, version, licence: license, text: licenceText(root, name, license) }
}

/** Returns the text in a package, or the one that it refers to. */
function licenceText(root: string, name: string, licence: string): string {
  const folder = join(root, 'node_modules', name)
  const file = readdirSync(folder).find((each) => /^licen[cs]e(\.\w+)?$/i.test(each))
  const read = (path: string) => readFileSync(path, 'utf8')
  // The file of idb-keyval has the notice only.
  if (licence === 'Apache-2.0') {
    const notice = file ? read(join(folder, file)) : ''
    const full = read(join(root, 'LICENSES/Apache-2.0.txt'))
    return notice && notice.length < 2000 ? `${notice.trim()}\n\n${full}` : full
  }
  if (file) return read(join(folder, file))
  const readme = join(folder, 'README.md')
  const section = existsSync(readme) ? /^LICENSE \(MIT\)\n-+\n([^]+)/m.exec(read(readme))?.[1] : ''
  if (!section) throw new Error(`No licence text of ${name} was found in ${folder}.`)
  return section
}
