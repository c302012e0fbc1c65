// Types of a workflow file after reading: validated litegraph 0.4 JSON.
import type { ChartLook } from '../engine/base/view.ts'
import type { AppChoices } from './appChoices.ts'
import type { Json, JsonObject } from './json.ts'

export type NodeId = number | string

/** [id, from node, from slot, to node, to slot, type] */
export type FileLink = [number | string, NodeId, number, NodeId, number, string | number]

export interface FileInput {
  name: string
  type: string | number
  link: number | string | null
  label?: string
  /** The param that is an input, as in ComfyUI. */
  widget?: { name: string }
}

export interface FileOutput {
  name: string
  type: string | number
  links: (number | string)[] | null
  label?: string
}

export interface FileNode {
  id: NodeId
  type: string
  pos: [number, number]
  size: [number, number]
  /**
   * `folded`: hides unused inputs (true) or shows them (false), against the default of the node.
   * `chart`: display settings of the chart on the node.
   */
  flags: { collapsed?: boolean; pinned?: boolean; folded?: boolean; chart?: ChartLook }
  /** 0 always, 2 never (muted), 4 bypassed. Other values are preserved. */
  mode: number
  inputs: FileInput[]
  outputs: FileOutput[]
  /** Values by param name. */
  properties: JsonObject
  title?: string
  color?: string
  bgcolor?: string
  boxcolor?: string
  shape?: number | string
}

export interface FileGroup {
  title: string
  bounding: [number, number, number, number]
  color?: string
  font_size?: number
}

/**
 * The original text of a workflow from another program, so that unchanged parts are written as they
 * were. For `litegraph`, a file with some of our nodes, it contains only the other nodes.
 */
export interface ForeignOriginal {
  format: 'litegraph' | 'litegraph 0.4' | 'comfyui 0.4' | 'comfyui 1'
  text: string
}

/** `extra.diffusion` */
export interface WorkflowAbout {
  format: number
  title?: string
  about?: string
  /** Heading in the gallery. */
  topic?: string
  /** Settings for short test runs: `{ "Node.param": value }`. */
  test?: Json
  /** What app mode and figures show. */
  app?: AppChoices
  foreign?: ForeignOriginal
  [key: string]: Json | ForeignOriginal | undefined
}

/** A param of an inner node that is a param of the subgraph node, with the name `as`. */
export interface PromotedParam {
  node: NodeId
  param: string
  as: string
}

/**
 * The definition of a subgraph, stored in `definitions.subgraphs` as in ComfyUI. All nodes whose
 * type is `id` are instances of it.
 */
export interface Subgraph {
  id: string
  name: string
  /** One sentence that states what it computes. */
  description: string
  /** Increases each time it is saved as one of the user's nodes. */
  revision: number
  promoted: PromotedParam[]
  /**
   * The inner graph. Two nodes form its border: {@link INPUTS} and {@link OUTPUTS}. It contains no
   * definitions of subgraphs.
   */
  inside: WorkflowFile
}

/** Types, and also ids, of the two border nodes of a subgraph. */
export const INPUTS = 'inputs'
export const OUTPUTS = 'outputs'

export interface WorkflowFile {
  last_node_id: number
  last_link_id: number
  nodes: FileNode[]
  links: FileLink[]
  groups: FileGroup[]
  config: JsonObject
  extra: { diffusion?: WorkflowAbout; [key: string]: unknown }
  version: number
  /** Each definition follows those that it uses. */
  subgraphs?: Subgraph[]
}

/** Written to `extra.diffusion.format`. Increases when older readers would misread a file. */
export const FORMAT = 1

/** litegraph's file version: `LiteGraph.VERSION`, not the version of the package. */
export const LITEGRAPH_VERSION = 0.4

export const emptyWorkflow = (): WorkflowFile => ({
  last_node_id: 0,
  last_link_id: 0,
  nodes: [],
  links: [],
  groups: [],
  config: {},
  extra: { diffusion: { format: FORMAT } },
  version: LITEGRAPH_VERSION,
})

/** The property that controls how a seed changes before a run. */
export const seedControl = (name: string) => `${name}_control`
