// Description of a figure for the page around it.
import type { FigureModel } from './figureTypes.ts'
import type { DescribedParam, FigureDescription } from './messages.ts'
import type { FigureParam } from './choices.ts'

/** Describes what a figure shows: nothing that its page does not show as well. */
export function describeFigure({ file, items, phase }: FigureModel): FigureDescription {
  const { params, views } = items.value
  return {
    title: file.value.extra.diffusion?.title ?? '',
    phase: phase.value,
    params: params.map((param) => describeParam(param, params)),
    views: views.map(({ id, title }) => ({ id, title })),
  }
}

function describeParam(item: FigureParam, all: readonly FigureParam[]): DescribedParam {
  const { key, title, name, param, value } = item
  const isUnique = !all.some(
    (other) => other !== item && other.title === title && other.name === name,
  )
  return {
    name: isUnique ? `${title}.${name}` : key,
    kind: param.kind,
    value,
    ...(param.kind === 'number' && { min: param.min, max: param.max }),
    ...(param.kind === 'choice' && { choices: [...param.choices] }),
  }
}
