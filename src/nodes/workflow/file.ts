// What a workflow file holds, after reading: litegraph 0.4 JSON with nothing unexpected in it.
import type { ChartLook } from '../../engine/plan/view.ts'
import type { Json, JsonObject } from './json.ts'

export type NodeId = number | string

/** [id, from node, from slot, to node, to slot, type] */
export type FileLink = [number | string, NodeId, number, NodeId, number, string | number]

export interface FileInput {
  name: string
  type: string | number
  link: number | string | null
  label?: string
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
  /** `chart`: how the chart that it shows is looked at. */
  flags: { collapsed?: boolean; pinned?: boolean; chart?: ChartLook }
  /** 0 always, 2 never (muted), 4 bypassed; others as they came. */
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
 * What a workflow of another program came as: all of it, to be given back where it was not touched. Of one with nodes of ours
 * (`litegraph`) it is the nodes that are not.
 */
export interface Foreign {
  format: 'litegraph' | 'litegraph 0.4' | 'comfyui 0.4' | 'comfyui 1'
  text: string
}

/** `extra.diffusion` */
export interface About {
  format: number
  title?: string
  about?: string
  /** Under which heading a gallery shows it. */
  topic?: string
  /** The short settings a test runs it with: `{ "Node.param": value }`. */
  test?: Json
  foreign?: Foreign
  [key: string]: Json | Foreign | undefined
}

/** A param of a node inside a subgraph that is set from outside, where it is called `as`. */
export interface Promoted {
  node: NodeId
  param: string
  as: string
}

/**
 * What a node whose type is `id` stands for: one of `definitions.subgraphs` in the file, as ComfyUI has them. Several nodes may
 * stand for the same.
 */
export interface Subgraph {
  id: string
  name: string
  /** What it does, in a sentence. */
  description: string
  /** Rises when it is kept anew as a node of the user's. */
  revision: number
  promoted: Promoted[]
  /** What is in it. Its border are two nodes, {@link INPUTS} and {@link OUTPUTS}; it has no subgraphs of its own. */
  inside: WorkflowFile
}

/** Types, and ids, of the two nodes at the border of a subgraph: what comes in, and what goes out. */
export const INPUTS = 'inputs'
export const OUTPUTS = 'outputs'

export interface WorkflowFile {
  last_node_id: number
  last_link_id: number
  nodes: FileNode[]
  links: FileLink[]
  groups: FileGroup[]
  config: JsonObject
  extra: { diffusion?: About; [key: string]: unknown }
  version: number
  /** Each after those that it has nodes of. */
  subgraphs?: Subgraph[]
}

/** The number in `extra.diffusion.format` that is written; rises when older readers would misread a file. */
export const FORMAT = 1

/** litegraph's file version (its `LiteGraph.VERSION`, not that of its package). */
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
