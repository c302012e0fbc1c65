// WorkflowThumbnail of a workflow: its nodes in the colours of their categories.
import { summarizeWorkflow } from '../graph/workflowText.ts'
import { TITLE } from '../graph/nodeSize.ts'

/** Maximum number of nodes drawn. */
const MOST = 300
const [WIDTH, HEIGHT] = [60, 40]

export function WorkflowThumbnail({ text }: { text: string }) {
  const boxes = summarizeWorkflow(text).boxes.slice(0, MOST)
  if (!boxes.length) return <svg class="sketch" width={WIDTH} height={HEIGHT} aria-hidden="true" />
  const left = Math.min(...boxes.map(({ x }) => x))
  const top = Math.min(...boxes.map(({ y }) => y - TITLE))
  const width = Math.max(...boxes.map((box) => box.x + box.width)) - left
  const height = Math.max(...boxes.map((box) => box.y + box.height)) - top
  return (
    <svg
      class="sketch"
      width={WIDTH}
      height={HEIGHT}
      viewBox={`${left} ${top} ${width} ${height}`}
      aria-hidden="true"
    >
      {boxes.map((box, i) => (
        <rect
          key={i}
          x={box.x}
          y={box.y - TITLE}
          width={box.width}
          height={box.height + TITLE}
          rx={width / 60}
          style={{ fill: `var(--cat-${box.category})` }}
        />
      ))}
    </svg>
  )
}
