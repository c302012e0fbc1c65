// Formats views as lines of text for the terminal.
import { scriptMessages } from '../../messages/script.ts'
import type { ScatterView, View } from '../../engine/base/view.ts'

/** One line per number, text, line of a chart or set of pictures. */
export function formatView(title: string, view: View): string[] {
  switch (view.kind) {
    case 'numbers':
      return view.rows.map(({ name, value }) =>
        scriptMessages.numberRow({ title, name, value: fiveDigits(value) }),
      )
    case 'rows':
      return view.rows.map(([name, text]) => scriptMessages.numberRow({ title, name, value: text }))
    case 'table':
      return view.rows.map(([name, ...cells]) =>
        scriptMessages.numberRow({ title, name, value: cells.join(', ') }),
      )
    case 'statistics':
      return [
        scriptMessages.statistics({
          title,
          shape: view.shape,
          mean: fiveDigits(view.mean),
          std: fiveDigits(view.std),
          min: fiveDigits(view.min),
          max: fiveDigits(view.max),
        }),
      ]
    case 'chart':
      return view.lines.map(({ name, y }) => {
        const last = y.at(-1)
        return last === undefined
          ? scriptMessages.noValues({ title, name })
          : scriptMessages.lastValue({ title, name, value: fiveDigits(last) })
      })
    case 'scatter':
      return [`${title}: ${formatPoints(view).join(', ')}`]
    case 'images':
      return [
        `${title}: ${view.groups
          .map(({ name, count }) =>
            name ? scriptMessages.namedImages({ count, name }) : scriptMessages.images({ count }),
          )
          .join(', ')}`,
      ]
    case 'texts':
      return [`${title}: ${view.frames.at(-1)?.join(', ') ?? ''}`]
    case 'film':
      return [scriptMessages.frames({ title, count: view.frames.length })]
    default:
      return view satisfies never
  }
}

const formatPoints = ({ clouds, moving }: ScatterView): string[] => [
  ...clouds.map(({ name, points }) => scriptMessages.points({ count: points.length / 2, name })),
  ...(moving
    ? [
        scriptMessages.movingPoints({
          frames: moving.length,
          count: (moving[0]?.length ?? 0) / 2,
        }),
      ]
    : []),
]

const fiveDigits = (value: number) => String(Number(value.toPrecision(5)))
