// Views in words, as far as they have numbers that can be said.
import type { ScatterView, View } from '../../engine/plan/view.ts'

/** Lines for the terminal; none for what has to be seen. */
export function inWords(title: string, view: View): string[] {
  switch (view.kind) {
    case 'numbers':
      return view.rows.map(({ name, value }) => `${title}: ${name} ${short(value)}`)
    case 'rows':
      return view.rows.map(([name, text]) => `${title}: ${name} ${text}`)
    case 'statistics':
      return [
        `${title}: [${view.shape}] mean ${short(view.mean)}, std ${short(view.std)}, from ${short(view.min)} to ${short(view.max)}`,
      ]
    case 'chart':
      return view.lines.map(
        ({ name, y }) => `${title}: ${name} ${y.length > 0 ? `comes to ${short(y.at(-1)!)}` : 'has no values'}`,
      )
    case 'scatter':
      return [`${title}: ${pointsInWords(view).join(', ')}`]
    case 'images':
      return [`${title}: ${view.groups.map(({ name, count }) => `${count} images${name && ` of ${name}`}`).join(', ')}`]
    case 'film':
      return [`${title}: ${view.frames.length} frames`]
    default:
      return view satisfies never
  }
}

const pointsInWords = ({ clouds, moving }: ScatterView): string[] => [
  ...clouds.map(({ name, points }) => `${points.length / 2} points of ${name}`),
  ...(moving ? [`${moving.length} frames of ${(moving[0]?.length ?? 0) / 2} points`] : []),
]

const short = (value: number) => String(Number(value.toPrecision(5)))
