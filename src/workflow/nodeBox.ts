// Places of nodes, for arranging them.

export interface NodeBox {
  id: number | string
  pos: readonly [number, number]
  /** Size without the title bar. */
  size: readonly [number, number]
}

export type Positions = ReadonlyMap<NodeBox['id'], [number, number]>
