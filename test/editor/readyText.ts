// Texts of ready workflows with their test settings, for tests in a browser.
import { readFileSync } from 'node:fs'

interface ReadyFile {
  extra: { diffusion: { test: Record<string, unknown>; title: string } }
  nodes: { title?: string; type: string; properties: Record<string, unknown> }[]
}

/** Returns the text of a ready workflow with its test settings, which `settings` override. */
export function readyWorkflow(
  name: string,
  settings: Record<string, unknown> = {},
  title?: string,
): string {
  const file = JSON.parse(readFileSync(`workflows/${name}.json`, 'utf8')) as ReadyFile
  const all = { ...file.extra.diffusion.test, ...settings }
  for (const [key, value] of Object.entries(all)) {
    const [title, param] = key.split('.')
    const node = file.nodes.find((each) => titleOf(each) === title)
    if (!node) throw new Error(`${name} has no node ${title}.`)
    node.properties[param] = value
  }
  if (title) file.extra.diffusion.title = title
  return JSON.stringify(file)
}

/** Title of a node: by default, the words of its type. */
const titleOf = ({ title, type }: ReadyFile['nodes'][number]) =>
  title ?? type.replace(/^.*\//, '').replaceAll(/(?<=[a-z])(?=[A-Z])/g, ' ')
