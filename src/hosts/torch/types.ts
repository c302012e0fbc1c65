// Types of the table that writes nodes as Python.
import type * as nodes from '../../nodes/index.ts'
import type { NodeWriter } from './nodeWriter.ts'
import type { NoneReason } from './refusal.ts'

/** Form of a node in Python. */
export type TorchNode =
  /** `known`: the node is also evaluated at the time of the export. */
  | {
      known?: true
      write: (node: NodeWriter) => void
      /** Params that may be wired. */
      wires?: readonly string[]
    }
  /** Evaluated at the time of the export; the nodes that read it write it. */
  | { known: true; write?: undefined }
  /** The ends of a loop, which the writer of loops knows. */
  | { loop: true }
  /** A view of the editor, which is left out. */
  | { view: true }
  /** Has no form in PyTorch: the message that states the reason. */
  | { none: NoneReason }

/** Nodes by the name of their export. */
export type NodeEntries = Partial<Record<keyof typeof nodes, TorchNode>>
