// Workflow files of real nodes for tests, from types and wires by name.
import { toDeclaration } from '../../src/engine/plan/op.ts'
import { nodes } from '../../src/nodes/table.ts'
import {
  emptyWorkflow,
  type FileLink,
  type FileNode,
  type WorkflowFile,
} from '../../src/workflow/index.ts'
import { inputSpecs, outputSpecs } from '../../src/workflow/slots.ts'

export const declarations = new Map(
  nodes.map(toDeclaration).map((declaration) => [declaration.type, declaration]),
)

type Wires = [from: number, output: string, to: number, input: string][]

/** A file from types and wires by name. */
export function fileOf(types: Record<number, string>, wires: Wires): WorkflowFile {
  const built = Object.entries(types).map(([id, name], i): FileNode => {
    const declaration = declarations.get(`diffusion/${name}`)!
    const wired = new Set(
      wires.filter(([, , to]) => to === Number(id)).map(([, , , input]) => input),
    )
    return {
      id: Number(id),
      type: declaration.type,
      pos: [i * 300, 0],
      size: [200, 100],
      flags: {},
      mode: 0,
      inputs: inputSpecs(declaration, wired).map(({ name, type }) => ({ name, type, link: null })),
      outputs: outputSpecs(declaration, {}, wired, new Set()).map(({ name, type }) => ({
        name,
        type,
        links: [],
      })),
      properties: {},
    }
  })
  const node = (id: number) => built.find((each) => each.id === id)!
  const links = wires.map(([from, output, to, input], i): FileLink => {
    const [out, into] = [
      node(from).outputs.findIndex(({ name }) => name === output),
      node(to).inputs.findIndex(({ name }) => name === input),
    ]
    node(from).outputs[out].links!.push(i + 1)
    node(to).inputs[into].link = i + 1
    return [i + 1, from, out, to, into, '*']
  })
  return {
    ...emptyWorkflow(),
    last_node_id: Math.max(...built.map(({ id }) => Number(id))),
    last_link_id: links.length,
    nodes: built,
    links,
  }
}

/** Its wires by name. */
export const wiresOf = ({ nodes, links }: WorkflowFile): string[] =>
  links.map(([, from, output, to, input]) => {
    const node = (id: typeof from) => nodes.find((each) => each.id === id)!
    return `${from}.${node(from).outputs[output].name} > ${to}.${node(to).inputs[input].name}`
  })
