// Nodes as they are printed.
import type { FileNode } from './file.ts'

/** A node with positions rounded to pixels. */
export type PrintedNode = Omit<FileNode, 'pos' | 'size'> & { pos: number[]; size: number[] }

export const toPrintedNode = (node: FileNode): PrintedNode => ({
  ...node,
  pos: node.pos.map(Math.round),
  size: node.size.map(Math.round),
})
