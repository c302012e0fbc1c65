// Vite plugin: `virtual:workflow-texts` provides the texts of the ready workflows by their ids.
import { readdirSync, readFileSync } from 'node:fs'
import { basename, join, resolve } from 'node:path'
import type { Plugin } from 'vite'
import type { WorkflowTexts } from '../editor/texts/workflows.ts'

const NAME = 'virtual:workflow-texts'
const RESOLVED = `\0${NAME}`

interface WorkflowFile {
  nodes: { id: number | string; type: string; title?: string; properties?: { text?: unknown } }[]
  extra: { diffusion: { title: string; about: string } }
}

/** Returns the texts of every workflow in a folder, by file name without extension. */
export function readWorkflowTexts(folder = 'workflows'): Record<string, WorkflowTexts> {
  const files = readdirSync(folder).filter((name) => name.endsWith('.json'))
  return Object.fromEntries(
    files.sort().map((name) => {
      const file = JSON.parse(readFileSync(join(folder, name), 'utf8')) as WorkflowFile
      const { title, about } = file.extra.diffusion
      const notes = file.nodes
        .filter(({ type }) => type === 'diffusion/Note')
        .map(({ id, properties }) => [id, String(properties?.text ?? '')])
      const titles = file.nodes.flatMap(({ id, title }) => (title ? [[id, title]] : []))
      return [
        basename(name, '.json'),
        {
          title,
          about,
          notes: Object.fromEntries(notes),
          titles: Object.fromEntries(titles) as Record<string, string>,
        },
      ]
    }),
  )
}

export function workflowTexts(): Plugin {
  let folder = 'workflows'
  return {
    name: 'workflow-texts',
    configResolved({ root }) {
      folder = resolve(root, 'workflows')
    },
    resolveId: (id) => (id === NAME ? RESOLVED : undefined),
    load(id) {
      if (id !== RESOLVED) return undefined
      this.addWatchFile(folder)
      return `export default JSON.parse(${JSON.stringify(JSON.stringify(readWorkflowTexts(folder)))})`
    },
  }
}
