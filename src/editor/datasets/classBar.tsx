// Bar of a class: its count, relative to the largest class.
import * as format from '../ui/format.ts'

interface ClassBarProps {
  name: string
  count: number
  /** Count of the largest class. */
  max: number
}

export const ClassBar = ({ name, count, max }: ClassBarProps) => (
  <span class="bar">
    <span class="name">{name}</span>
    <span class="track">
      <span style={{ width: `${(100 * count) / (max || 1)}%` }} />
    </span>
    <span class="count">{format.count(count)}</span>
  </span>
)
