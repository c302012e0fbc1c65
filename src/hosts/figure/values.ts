// The numbers and texts of views as plain JSON, for the program around a figure.
import type { View } from '../../engine/base/view.ts'
import type { Json, JsonObject } from '../../workflow/json.ts'

/** JSON has no infinite numbers. */
const toNumber = (value: number): Json => (Number.isFinite(value) ? value : null)
const toNumbers = (values: ArrayLike<number>): Json[] => Array.from(values, toNumber)

/** Splits x, y, x, y, ... into pairs. */
const toPairs = (values: ArrayLike<number>): Json[] =>
  Array.from({ length: values.length / 2 }, (_, i) => [
    toNumber(values[2 * i]),
    toNumber(values[2 * i + 1]),
  ])

/**
 * Returns the content of a view: names with numbers, lines of a chart as `x` and `y`, clouds of
 * points as pairs, texts as lists. Images are described by their sizes; their pixels are in the
 * picture of the view.
 */
export function viewValue(view: View): JsonObject {
  switch (view.kind) {
    case 'numbers':
      return Object.fromEntries(view.rows.map(({ name, value }) => [name, toNumber(value)]))
    case 'chart':
      return Object.fromEntries(
        view.lines
          .filter(({ kept }) => !kept)
          .map(({ name, x, y }) => [name || view.title, { x: toNumbers(x), y: toNumbers(y) }]),
      )
    case 'statistics': {
      const { shape, mean, std, min, max } = view
      const numbers = { mean, std, min, max }
      return {
        shape: [...shape],
        ...Object.fromEntries(Object.entries(numbers).map(([key, n]) => [key, toNumber(n)])),
      }
    }
    case 'scatter':
      return Object.fromEntries(view.clouds.map(({ name, points }) => [name, toPairs(points)]))
    case 'images':
      return Object.fromEntries(
        view.groups.map(({ name, count, height, width, channels }) => [
          name,
          { shape: [count, height, width, channels] },
        ]),
      )
    case 'film':
      return { t: toNumbers(view.t) }
    case 'texts':
      return { t: toNumbers(view.t), texts: [...(view.frames.at(-1) ?? [])] }
    case 'rows':
      return Object.fromEntries(view.rows)
    case 'table':
      return { columns: [...view.columns], rows: view.rows.map((row) => [...row]) }
    default:
      return view satisfies never
  }
}
