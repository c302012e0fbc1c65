// Base of the writers of programs: walks the steps of a plan and names them after their nodes.
import { closedId } from '../../engine/base/ids.ts'
import type { GraphNode } from '../../engine/plan/graph.ts'
import type { Op, Ops } from '../../engine/plan/op.ts'
import type { LoopStep, NodeStep, Step } from '../../engine/plan/steps.ts'

/** A node of a step: of the step itself, or an end of a loop. */
type StepNode = Pick<GraphNode, 'id' | 'op'>

/** Writes steps into blocks of the type `B`, whose lines it appends. */
export abstract class PlanWriter<B> {
  readonly nodes: ReadonlyMap<string, GraphNode>

  /** @param ends the words of titles that name an end of a loop, with the space before them */
  constructor(
    nodes: readonly GraphNode[],
    readonly ops: Ops,
    private readonly ends: RegExp,
  ) {
    this.nodes = new Map(nodes.map((node) => [node.id, node]))
  }

  writeSteps(steps: readonly Step[], block: B) {
    for (const step of steps) this.writeStep(step, block)
  }

  protected writeStep(step: Step, block: B) {
    if (step.kind === 'loop') this.writeLoop(step, block)
    else this.writeNode(step, block)
  }

  protected abstract writeNode(step: NodeStep, block: B): void
  protected abstract writeLoop(step: LoopStep, block: B): void

  op(type: string): Op {
    const op = this.ops.get(type)
    if (!op) throw new Error(`No node type ${type}`)
    return op
  }

  /** The title of a node; inside a closed node without that of the closed node. */
  ownTitle({ id, op }: StepNode): string {
    return this.nodes.get(id)?.title ?? this.op(op).title
  }

  /** The title of a node, after that of its closed node. */
  title(node: StepNode): string {
    const closed = this.closedTitle(node.id)
    return closed === undefined ? this.ownTitle(node) : `${closed} ${this.ownTitle(node)}`
  }

  /** The title of the closed node that a node is inside of. */
  closedTitle(id: string): string | undefined {
    const closed = this.nodes.get(closedId(id) ?? '')
    return closed && this.ownTitle(closed)
  }

  /** The title of a node without the words for the ends of a loop. */
  titleWithoutEnd(node: StepNode): string {
    return this.ownTitle(node).replace(this.ends, '')
  }

  /** The title of a loop: of its closed node, or of its end without the words for ends. */
  loopTitle({ id, end, endOp }: LoopStep): string {
    return this.closedTitle(id) ?? this.titleWithoutEnd({ id: end, op: endOp })
  }
}

/** Lines inside a block, indented by `width` spaces. */
export const indentLines = (lines: readonly string[], width: number): string[] =>
  lines.map((line) => line.replaceAll(/^(?=.)/gm, ' '.repeat(width)))
