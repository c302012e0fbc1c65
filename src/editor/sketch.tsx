// A workflow in small: its nodes in the colours of what they do.
import { insideOf } from './inside.ts'
import { TITLE } from './look/painting.ts'

/** Of larger graphs only the first are drawn. */
const MOST = 300
const [WIDTH, HEIGHT] = [60, 40]

export function Sketch({ text }: { text: string }) {
  const boxes = insideOf(text).boxes.slice(0, MOST)
  if (!boxes.length) return <svg class="sketch" width={WIDTH} height={HEIGHT} aria-hidden="true" />
  const left = Math.min(...boxes.map(({ x }) => x))
  const top = Math.min(...boxes.map(({ y }) => y - TITLE))
  const width = Math.max(...boxes.map((box) => box.x + box.width)) - left
  const height = Math.max(...boxes.map((box) => box.y + box.height)) - top
  return (
    <svg class="sketch" width={WIDTH} height={HEIGHT} viewBox={`${left} ${top} ${width} ${height}`} aria-hidden="true">
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
