// Vite plugin: `virtual:workflow-texts` provides the texts of the ready workflows by their ids.
import { readdirSync, readFileSync } from 'node:fs'
import { basename, join, resolve } from 'node:path'
import type { Plugin } from 'vite'
import type { WorkflowTexts } from '../editor/texts/workflows.ts'

interface WorkflowFile {
  nodes: { id: number | string; type: string; title?: string; properties?: { text?: unknown } }[]
  extra: { diffusion: { title: string; about: string } }
}

/** Paths of the workflows in a folder, by name. */
export const listWorkflows = (folder: string): string[] =>
  readdirSync(folder)
    .filter((name) => name.endsWith('.json'))
    .sort()
    .map((name) => join(folder, name))

/** Returns the texts of every workflow in a folder, by file name without extension. */
export function readWorkflowTexts(folder = 'workflows'): Record<string, WorkflowTexts> {
  return Object.fromEntries(
    listWorkflows(folder).map((path) => {
      const file = JSON.parse(readFileSync(path, 'utf8')) as WorkflowFile
      const { title, about } = file.extra.diffusion
      const notes = file.nodes
        .filter(({ type }) => type === 'diffusion/Note')
        .map(({ id, properties }) => [id, String(properties?.text ?? '')])
      const titles = file.nodes.flatMap(({ id, title }) => (title ? [[id, title]] : []))
      return [
        basename(path, '.json'),
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

export const workflowTexts = (): Plugin => workflowData('workflow-texts', readWorkflowTexts)

/** Vite plugin: `virtual:name` provides data of the ready workflows. */
export function workflowData(name: string, read: (folder: string) => object): Plugin {
  const [asked, resolved] = [`virtual:${name}`, `\0virtual:${name}`]
  let folder = 'workflows'
  return {
    name,
    configResolved({ root }) {
      folder = resolve(root, 'workflows')
    },
    resolveId: (id) => (id === asked ? resolved : undefined),
    load(id) {
      if (id !== resolved) return undefined
      for (const path of listWorkflows(folder)) this.addWatchFile(path)
      return `export default JSON.parse(${JSON.stringify(JSON.stringify(read(folder)))})`
    },
  }
}
